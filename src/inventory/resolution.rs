//! From what a user typed to a snapshot's metadata file.
//!
//! As Flink does it: a directory means the `_metadata` in it, a file is taken whatever its name, and relative handles
//! count from the directory that was named or the file's own. Beyond that: a directory above snapshots is answered
//! with those below.

use std::cmp::Reverse;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::domain::ids::JobId;
use crate::metadata;
use crate::storage::local::{self, Entry};
use crate::storage::{Location, StorageError};

/// The name of the metadata file in a snapshot's directory.
const METADATA: &str = "_metadata";
/// The largest metadata file that is read: about 24 million handles.
pub const MAX_METADATA: u64 = 4 << 30;
/// Bytes at the start of a file that tell whether the rest is worth reading.
const START: u64 = 16;
/// The name of a metadata file that Flink is still writing starts so.
const IN_PROGRESS: &str = "._metadata.inprogress";

/// A snapshot's metadata file, read but not understood.
#[derive(Debug)]
pub struct SnapshotFile {
    /// The file: a path, or a `file:` URI where one was typed.
    pub metadata_path: String,
    /// The directory from which relative handles count, in the same spelling.
    pub directory: String,
    /// The same as a path.
    pub local_directory: PathBuf,
    /// The whole file; its start alone where that is not a metadata file's.
    pub bytes: Vec<u8>,
}

/// Why there is no metadata file.
#[derive(Debug, thiserror::Error)]
pub enum ResolutionError {
    /// It cannot be read, or is not there.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// A directory without `_metadata`, and without snapshots below.
    #[error("there is no _metadata in {directory}")]
    NoMetadata {
        /// The directory.
        directory: String,
        /// Whether Flink is, or was, writing it.
        in_progress: bool,
    },
    /// A directory of snapshots.
    #[error("{directory} is no snapshot, but there {} below it", counted(candidates.len()))]
    Above {
        /// The directory.
        directory: String,
        /// The snapshots: of one directory the newest first. Never empty.
        candidates: Vec<String>,
    },
}

fn counted(candidates: usize) -> String {
    match candidates {
        1 => "is one".to_owned(),
        several => format!("are {several}"),
    }
}

/// Finds and reads the metadata file of the snapshot at a location.
///
/// # Errors
/// Nothing there, a directory that is no snapshot, or storage that cannot be read.
pub fn open(location: &str) -> Result<SnapshotFile, ResolutionError> {
    let path = Location::local(location)?;
    // so that what is shown can be opened from anywhere
    let path = std::path::absolute(&path).unwrap_or(path);
    let prefix = match location.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case("file:") => "file:",
        _ => "",
    };
    let (file, directory) = match local::look(&path)? {
        Entry::Directory => (metadata_in(&path)?, path),
        Entry::File { .. } | Entry::Other(_) => {
            let directory = path.parent().unwrap_or(&path).to_owned();
            (path, directory)
        }
    };
    let start = local::read_start(&file, START)?;
    let bytes = if metadata::may_be_metadata(&start) {
        local::read(&file, MAX_METADATA)?
    } else {
        start
    };
    Ok(SnapshotFile {
        metadata_path: spelled(prefix, &file),
        directory: spelled(prefix, &directory),
        local_directory: directory,
        bytes,
    })
}

/// A path without trailing slashes.
fn spelled(prefix: &str, path: &Path) -> String {
    // the components of a path have none between or behind them
    let path: PathBuf = path.components().collect();
    format!("{prefix}{}", path.display())
}

/// The metadata file in a directory.
fn metadata_in(directory: &Path) -> Result<PathBuf, ResolutionError> {
    let file = directory.join(METADATA);
    match local::look(&file) {
        Ok(Entry::File { .. }) => return Ok(file),
        Ok(Entry::Directory | Entry::Other(_)) | Err(StorageError::Missing { .. }) => {}
        Err(err) => return Err(err.into()),
    }
    let names = local::names(directory)?;
    let mut below = snapshots_in(directory, &names);
    let jobs = names.iter().filter(|name| name.parse::<JobId>().is_ok());
    for job in jobs.map(|name| directory.join(name)) {
        // what may not be read, or is no directory, has no candidates
        let names = local::names(&job).unwrap_or_default();
        below.extend(snapshots_in(&job, &names));
    }
    let shown = spelled("", directory);
    if below.is_empty() {
        return Err(ResolutionError::NoMetadata {
            directory: shown,
            in_progress: names.iter().any(|name| name.starts_with(IN_PROGRESS)),
        });
    }
    below.sort_by_cached_key(|one| one.order());
    Err(ResolutionError::Above {
        directory: shown,
        candidates: below.iter().map(|one| spelled("", &one.path)).collect(),
    })
}

/// A snapshot below a directory.
struct Candidate {
    path: PathBuf,
    /// The number of a `chk-N`.
    checkpoint: Option<u64>,
    modified: Option<SystemTime>,
}

impl Candidate {
    /// Of one directory, checkpoints by number and all others by time, the newest first.
    fn order(&self) -> impl Ord + use<> {
        let name = self.path.file_name().map(ToOwned::to_owned);
        let parent = self.path.parent().map(ToOwned::to_owned);
        (
            parent,
            Reverse(self.checkpoint),
            Reverse(self.modified),
            name,
        )
    }
}

/// The snapshots directly in a directory with these names in it.
fn snapshots_in(directory: &Path, names: &[String]) -> Vec<Candidate> {
    let candidate = |name: &String| {
        let path = directory.join(name);
        let is_flat = name.starts_with("savepoint-") || name.starts_with("checkpoint_metadata-");
        let modified = match local::look(&path.join(METADATA)) {
            Ok(Entry::File { modified, .. }) => modified,
            _ if is_flat => match local::look(&path) {
                Ok(Entry::File { modified, .. }) => modified,
                _ => return None,
            },
            _ => return None,
        };
        let checkpoint = name.strip_prefix("chk-").and_then(|n| n.parse().ok());
        Some(Candidate {
            path,
            checkpoint,
            modified,
        })
    };
    names.iter().filter_map(candidate).collect()
}
