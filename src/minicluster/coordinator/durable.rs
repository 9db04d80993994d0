//! Files that survive the end of the process at any moment: synced before they have their name.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Makes a directory with all above it; each is on the disk after that.
pub(super) fn make_directory(directory: &Path) -> io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    if let Some(parent) = directory.parent() {
        make_directory(parent)?;
    }
    match fs::create_dir(directory) {
        // another thread was quicker
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
        made => made?,
    }
    match directory.parent() {
        Some(parent) => sync_directory(parent),
        None => Ok(()),
    }
}

/// Makes a directory that there is not yet, with all above it.
///
/// # Errors
/// It is there already, or cannot be made.
pub(super) fn make_new_directory(directory: &Path) -> io::Result<()> {
    let parent = directory.parent().unwrap_or(directory);
    make_directory(parent)?;
    fs::create_dir(directory)?;
    sync_directory(parent)
}

/// Writes a file that has its name only once all of it is on the disk. `unique` makes the temporary name the only one.
pub(super) fn write(directory: &Path, name: &str, bytes: &[u8], unique: &str) -> io::Result<()> {
    let temporary = directory.join(format!(".{name}.inprogress.{unique}"));
    let written = write_synced(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, directory.join(name)))
        .and_then(|()| sync_directory(directory));
    if written.is_err() {
        // what is left of it is no more than a nuisance
        let _ = fs::remove_file(&temporary);
    }
    written
}

fn write_synced(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Brings the names in a directory to the disk.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    let directory = match directory.as_os_str().is_empty() {
        true => Path::new("."),
        false => directory,
    };
    File::open(directory)?.sync_all()
}
