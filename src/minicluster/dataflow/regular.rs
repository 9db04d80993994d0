//! Files that can be opened without a wait: no pipes, no devices.

use std::fs;
use std::io;
use std::path::Path;

/// Sees whether a path is that of a file, or of nothing yet. Opening a pipe may wait for ever, and what is written to a
/// device cannot be taken back.
///
/// # Errors
/// It is something else, or cannot be looked at.
pub(super) fn check(path: &Path) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(found) if !found.is_file() => Err(io::Error::other(format!(
            "{} is no regular file: give the path of one",
            path.display()
        ))),
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            let message = format!("{}: {error}", path.display());
            Err(io::Error::new(error.kind(), message))
        }
        _ => Ok(()),
    }
}
