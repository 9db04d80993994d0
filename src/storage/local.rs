//! This machine's disk.

use std::fs::{self, File, FileType};
use std::io::{self, Read};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::time::SystemTime;

use super::StorageError;

/// The most entries of one directory that are looked at.
pub const MAX_ENTRIES: usize = 100_000;

/// What is found at a path, symbolic links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File {
        /// Bytes.
        size: u64,
        /// When it was last written, where the system says so.
        modified: Option<SystemTime>,
    },
    /// A directory.
    Directory,
    /// Anything else, with its article.
    Other(&'static str),
}

/// Looks what is at a path. Opens nothing, so that no device or pipe can keep it waiting.
///
/// # Errors
/// Nothing there, or the system refuses.
pub fn look(path: &Path) -> Result<Entry, StorageError> {
    let found = fs::metadata(path).map_err(|err| error(path, err))?;
    Ok(match found.file_type() {
        kind if kind.is_file() => Entry::File {
            size: found.len(),
            modified: found.modified().ok(),
        },
        kind if kind.is_dir() => Entry::Directory,
        kind => Entry::Other(special(kind)),
    })
}

fn special(kind: FileType) -> &'static str {
    if kind.is_fifo() {
        "a named pipe"
    } else if kind.is_socket() {
        "a socket"
    } else if kind.is_char_device() || kind.is_block_device() {
        "a device"
    } else {
        "something special"
    }
}

/// The names in a directory, in no order; those that are no UTF-8 are left out. At most [`MAX_ENTRIES`].
///
/// # Errors
/// The system refuses.
pub fn names(directory: &Path) -> Result<Vec<String>, StorageError> {
    let entries = fs::read_dir(directory).map_err(|err| error(directory, err))?;
    let mut names = Vec::new();
    for entry in entries.take(MAX_ENTRIES) {
        let entry = entry.map_err(|err| error(directory, err))?;
        names.extend(entry.file_name().into_string());
    }
    Ok(names)
}

/// The first `limit` bytes of a file, or all if there are fewer.
///
/// # Errors
/// Nothing there, not a file, or the system refuses.
pub fn read_start(path: &Path, limit: u64) -> Result<Vec<u8>, StorageError> {
    let (file, _) = open(path)?;
    let mut bytes = Vec::new();
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|err| error(path, err))?;
    Ok(bytes)
}

/// A whole file, in one allocation of its size.
///
/// # Errors
/// Nothing there, not a file, larger than `limit`, larger than the memory, or the system refuses.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, StorageError> {
    let (file, size) = open(path)?;
    let too_large = |size| StorageError::TooLarge {
        path: shown(path),
        size,
        limit,
    };
    if size > limit {
        return Err(too_large(size));
    }
    let mut bytes = Vec::new();
    let capacity = usize::try_from(size).unwrap_or(usize::MAX);
    bytes
        .try_reserve_exact(capacity)
        .map_err(|_| StorageError::NoMemory {
            path: shown(path),
            size,
        })?;
    // a file may grow while it is read, and some systems give no size: one byte more than allowed shows it
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|err| error(path, err))?;
    let read = bytes.len() as u64;
    if read > limit {
        return Err(too_large(read));
    }
    Ok(bytes)
}

fn open(path: &Path) -> Result<(File, u64), StorageError> {
    let not_a_file = |what| StorageError::NotAFile {
        path: shown(path),
        what,
    };
    match look(path)? {
        Entry::File { size, .. } => {
            let file = File::open(path).map_err(|err| error(path, err))?;
            Ok((file, size))
        }
        Entry::Directory => Err(not_a_file("a directory")),
        Entry::Other(what) => Err(not_a_file(what)),
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn error(path: &Path, source: io::Error) -> StorageError {
    let path = shown(path);
    match source.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => StorageError::Missing { path },
        _ => StorageError::Io { path, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_not_read() {
        let err = read(Path::new("/dev/zero"), 10).unwrap_err();
        assert!(err.to_string().contains("a device"), "{err}");
    }

    #[test]
    fn a_file_is_read_whole_or_refused_by_its_size() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
        let whole = read(&path, 1 << 20).unwrap();
        assert_eq!(read_start(&path, 9).unwrap(), b"[package]");
        let limit = whole.len() as u64 - 1;
        let err = read(&path, limit).unwrap_err();
        assert!(matches!(err, StorageError::TooLarge { .. }), "{err}");
    }

    #[test]
    fn what_lies_below_a_file_is_missing() {
        let below = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml/x");
        let err = look(&below).unwrap_err();
        assert!(matches!(err, StorageError::Missing { .. }), "{err}");
    }
}
