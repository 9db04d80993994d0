//! This machine's disk. What the system does at once is done at once: no thread stands between.

use std::fs::{self, File, FileType, Metadata};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;
use std::time::SystemTime;

use futures_util::FutureExt;
use futures_util::future;

use super::{Answer, Dated, Entry, Listed, Location, MAX_ENTRIES, StorageError, Store};

/// This machine's disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Local;

impl Store for Local {
    fn look<'a>(&'a self, at: &'a Location) -> Answer<'a, Entry> {
        answer(look(at))
    }

    fn list<'a>(&'a self, directory: &'a Location) -> Answer<'a, Vec<Listed>> {
        answer(list(directory, MAX_ENTRIES))
    }

    fn list_up_to<'a>(&'a self, directory: &'a Location, limit: usize) -> Answer<'a, Vec<Listed>> {
        answer(list(directory, limit))
    }

    fn read<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Vec<u8>> {
        answer(read(file, limit).map(|file| file.bytes))
    }

    fn read_dated<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Dated> {
        answer(read(file, limit))
    }

    fn read_range<'a>(&'a self, file: &'a Location, range: Range<u64>) -> Answer<'a, Vec<u8>> {
        answer(read_range(file, range))
    }

    fn real<'a>(&'a self, at: &'a Location) -> Answer<'a, Location> {
        answer(real(at))
    }

    fn delete_file<'a>(&'a self, file: &'a Location) -> Answer<'a, ()> {
        let deleted =
            path(file).and_then(|path| fs::remove_file(path).map_err(|err| deleting(file, err)));
        answer(deleted)
    }

    fn delete_directory<'a>(&'a self, directory: &'a Location) -> Answer<'a, ()> {
        let deleted = path(directory)
            .and_then(|path| fs::remove_dir(path).map_err(|err| deleting(directory, err)));
        answer(deleted)
    }
}

fn answer<'a, T: Send + 'a>(found: Result<T, StorageError>) -> Answer<'a, T> {
    future::ready(found).boxed()
}

fn path(at: &Location) -> Result<&Path, StorageError> {
    at.local().ok_or_else(|| StorageError::unknown(at))
}

fn look(at: &Location) -> Result<Entry, StorageError> {
    let found = fs::metadata(path(at)?).map_err(|err| error(at, err))?;
    Ok(entry(&found))
}

fn entry(found: &Metadata) -> Entry {
    match found.file_type() {
        kind if kind.is_file() => Entry::File {
            size: found.len(),
            modified: found.modified().ok(),
        },
        kind if kind.is_dir() => Entry::Directory,
        kind => Entry::Other(special(kind)),
    }
}

fn real(at: &Location) -> Result<Location, StorageError> {
    let found = fs::canonicalize(path(at)?).map_err(|err| error(at, err))?;
    // what is no UTF-8 cannot be named, so it stays as it was
    Ok(found
        .to_str()
        .map_or(at.clone(), |found| at.with_path(found)))
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

fn list(directory: &Location, limit: usize) -> Result<Vec<Listed>, StorageError> {
    let entries = fs::read_dir(path(directory)?).map_err(|err| match err.kind() {
        io::ErrorKind::NotADirectory => StorageError::NotADirectory {
            location: directory.to_string(),
        },
        _ => error(directory, err),
    })?;
    let mut found = Vec::new();
    for one in entries {
        let one = one.map_err(|err| error(directory, err))?;
        let kind = one.file_type().map_err(|err| error(directory, err))?;
        let entry = if kind.is_dir() {
            Entry::Directory
        } else {
            let looked = if kind.is_symlink() {
                fs::metadata(one.path())
            } else {
                one.metadata()
            };
            match looked {
                Ok(found) => entry(&found),
                Err(_) if kind.is_symlink() => Entry::Other("a link to nowhere"),
                // gone since the directory was read
                Err(err) if err.kind() == io::ErrorKind::NotFound => continue,
                Err(err) => return Err(error(directory, err)),
            }
        };
        if found.len() == limit {
            return Err(StorageError::TooMany {
                location: directory.to_string(),
                limit,
            });
        }
        let name = one
            .file_name()
            .into_string()
            .unwrap_or_else(|name| name.to_string_lossy().into_owned());
        found.push(Listed { name, entry });
    }
    Ok(found)
}

/// A whole file, in one allocation of its size.
fn read(at: &Location, limit: u64) -> Result<Dated, StorageError> {
    let (file, size, modified) = open(at)?;
    let too_large = |size| StorageError::TooLarge {
        location: at.to_string(),
        size,
        limit,
    };
    if size > limit {
        return Err(too_large(size));
    }
    // a file may grow while it is read, and some systems give no size: one byte more than allowed shows it
    let bytes = read_from(at, file, size, limit.saturating_add(1))?;
    let read = bytes.len() as u64;
    if read > limit {
        return Err(too_large(read));
    }
    Ok(Dated { bytes, modified })
}

fn read_range(at: &Location, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
    let (mut file, size, _) = open(at)?;
    let wanted = range.end.saturating_sub(range.start);
    if range.start > 0 {
        file.seek(SeekFrom::Start(range.start))
            .map_err(|err| error(at, err))?;
    }
    let expected = size.saturating_sub(range.start).min(wanted);
    read_from(at, file, expected, wanted)
}

/// At most `limit` bytes from where the file stands, of which there are `expected`.
fn read_from(
    at: &Location,
    file: File,
    expected: u64,
    limit: u64,
) -> Result<Vec<u8>, StorageError> {
    let mut bytes = Vec::new();
    let capacity = usize::try_from(expected).unwrap_or(usize::MAX);
    bytes
        .try_reserve_exact(capacity)
        .map_err(|_| StorageError::NoMemory {
            location: at.to_string(),
            size: expected,
        })?;
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|err| error(at, err))?;
    Ok(bytes)
}

fn open(at: &Location) -> Result<(File, u64, Option<SystemTime>), StorageError> {
    let not_a_file = |what| StorageError::NotAFile {
        location: at.to_string(),
        what,
    };
    match look(at)? {
        Entry::File { size, modified } => {
            let file = File::open(path(at)?).map_err(|err| error(at, err))?;
            Ok((file, size, modified))
        }
        Entry::Directory => Err(not_a_file("a directory")),
        Entry::Other(what) => Err(not_a_file(what)),
    }
}

fn error(at: &Location, source: io::Error) -> StorageError {
    failed(at, "read", source)
}

fn deleting(at: &Location, source: io::Error) -> StorageError {
    failed(at, "delete", source)
}

fn failed(at: &Location, doing: &'static str, source: io::Error) -> StorageError {
    use io::ErrorKind as Kind;
    let location = at.to_string();
    match source.kind() {
        Kind::NotFound => StorageError::Missing { location },
        // a step on the way is a file
        Kind::NotADirectory if doing == "read" => StorageError::Missing { location },
        Kind::NotADirectory => StorageError::NotADirectory { location },
        Kind::DirectoryNotEmpty => StorageError::NotEmpty { location },
        Kind::IsADirectory => StorageError::NotAFile {
            location,
            what: "a directory",
        },
        _ => StorageError::Io {
            location,
            doing,
            source,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(path: &str) -> Location {
        Location::of(path).unwrap()
    }

    fn in_this_package(name: &str) -> Location {
        at(env!("CARGO_MANIFEST_DIR")).join(name)
    }

    #[test]
    fn a_device_is_not_read() {
        let err = read(&at("/dev/zero"), 10).unwrap_err();
        assert!(err.to_string().contains("a device"), "{err}");
    }

    #[test]
    fn a_file_is_read_whole_or_refused_by_its_size() {
        let file = in_this_package("Cargo.toml");
        let whole = read(&file, 1 << 20).unwrap().bytes;
        let limit = whole.len() as u64 - 1;
        let err = read(&file, limit).unwrap_err();
        assert!(matches!(err, StorageError::TooLarge { .. }), "{err}");
    }

    #[test]
    fn a_range_ends_where_the_file_does_and_huge_ones_cost_nothing() {
        let file = in_this_package("Cargo.toml");
        let size = read(&file, 1 << 20).unwrap().bytes.len() as u64;
        assert_eq!(read_range(&file, 1..8).unwrap(), b"package");
        assert_eq!(read_range(&file, size - 2..u64::MAX).unwrap().len(), 2);
        assert_eq!(read_range(&file, size + 9..size + 12).unwrap(), b"");
    }

    #[test]
    fn what_lies_below_a_file_is_missing() {
        let err = look(&in_this_package("Cargo.toml/x")).unwrap_err();
        assert!(err.is_missing(), "{err}");
    }

    #[test]
    fn a_directory_is_listed_with_what_is_in_it() {
        let found = list(&in_this_package(""), MAX_ENTRIES).unwrap();
        let entry = |name: &str| found.iter().find(|one| one.name == name).unwrap().entry;
        assert_eq!(entry("src"), Entry::Directory);
        assert!(matches!(
            entry("Cargo.toml"),
            Entry::File {
                size: 1..,
                modified: Some(_)
            }
        ));
        let err = list(&in_this_package(""), 2).unwrap_err();
        assert!(matches!(err, StorageError::TooMany { .. }), "{err}");
        let err = list(&in_this_package("Cargo.toml"), MAX_ENTRIES).unwrap_err();
        assert!(matches!(err, StorageError::NotADirectory { .. }), "{err}");
    }
}
