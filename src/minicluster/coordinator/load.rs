//! Finding a snapshot by what a user calls it.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::failures;
use super::heap::HeapSavepoints;
use super::location::{self, Location};
use super::throwable::Throwable;
use crate::minicluster::dataflow::snapshot::io_failure;

/// The metadata of a snapshot, and where it was.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    /// Without it the snapshot is on the heap.
    pub(super) file: Option<PathBuf>,
    /// The location in the one spelling by which files are held.
    pub(super) location: String,
}

impl Found {
    /// The directory in which the metadata lies.
    pub(super) fn directory(&self) -> Option<&Path> {
        self.file.as_deref()?.parent()
    }
}

/// Reads the metadata at a location: a directory or a file, or a savepoint on the heap.
pub(super) fn find(text: &str, heap: &HeapSavepoints) -> Result<Found, Throwable> {
    match Location::parse(text)? {
        Location::Heap(number) => Ok(Found {
            bytes: heap
                .bytes(number)
                .ok_or_else(|| location::no_such_heap(text))?,
            file: None,
            location: location::of_heap(number),
        }),
        Location::Disk(path) => on_disk(text, &path),
    }
}

fn on_disk(text: &str, path: &Path) -> Result<Found, Throwable> {
    let missing = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            failures::no_snapshot(text, "file", "")
        }
        _ => io_failure(error),
    };
    let is_directory = fs::metadata(path)
        .map_err(|error| missing(&error))?
        .is_dir();
    let file = match is_directory {
        true => path.join("_metadata"),
        false => path.to_owned(),
    };
    // a link to the metadata is not another snapshot
    let file = location::spelled(&file);
    let bytes = read(&file).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failures::no_metadata(text),
        _ => io_failure(&error),
    })?;
    let own = match file.ends_with("_metadata") {
        true => file.parent().unwrap_or(&file),
        false => &file,
    };
    Ok(Found {
        bytes,
        location: location::of_path(own),
        file: Some(file),
    })
}

/// The longest metadata that is read: state itself is in other files.
const LONGEST: u64 = 1 << 30;

/// Reads a regular file: a pipe may never give anything, and a device never end.
fn read(file: &Path) -> io::Result<Vec<u8>> {
    let refused = |what: &str| io::Error::other(format!("{} is {what}", file.display()));
    let found = fs::metadata(file)?;
    if !found.is_file() {
        return Err(refused("no regular file"));
    }
    if found.len() > LONGEST {
        return Err(refused("longer than metadata may be: 1 GiB"));
    }
    let mut bytes = Vec::new();
    fs::File::open(file)?
        .take(LONGEST)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
