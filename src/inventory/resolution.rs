//! From what a user typed to a snapshot's metadata file.
//!
//! As Flink does it: a directory means the `_metadata` in it, a file is taken whatever its name, and relative handles
//! count from the directory that was named or the file's own. Beyond that: a directory above snapshots is answered
//! with those below.

use std::cmp::Reverse;
use std::time::SystemTime;

use futures_util::stream::{self, StreamExt};

use super::scan::names::{IN_PROGRESS, METADATA};
use crate::domain::ids::JobId;
use crate::metadata;
use crate::storage::{Entry, Listed, Location, Storage, StorageError};

/// The largest metadata file that is read: about 24 million handles.
pub const MAX_METADATA: u64 = 4 << 30;
/// Bytes at the start of a file that tell whether the rest is worth reading.
const START: u64 = 16;
/// How many directories are looked into at once.
const CONCURRENCY: usize = 16;

/// A snapshot's metadata file, read but not understood.
#[derive(Debug)]
pub struct SnapshotFile {
    /// The file: a path, or a URI where one was typed.
    pub metadata_path: String,
    /// The directory from which relative handles count, in the same spelling.
    pub directory: String,
    /// The same, taken apart.
    pub place: Location,
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
pub async fn open(storage: &Storage, location: &str) -> Result<SnapshotFile, ResolutionError> {
    // so that what is shown can be opened from anywhere
    let at = Location::of(location)?.absolute();
    let (file, directory) = match storage.look(&at).await {
        Ok(Entry::Directory) => (metadata_in(storage, &at).await?, at),
        Ok(Entry::File { .. } | Entry::Other(_)) => {
            let directory = at.parent();
            (at, directory)
        }
        Err(error) if error.is_denied() => match storage.look(&at.join(METADATA)).await {
            // whoever may read objects but list none is not told what a directory is
            Ok(Entry::File { .. }) => (at.join(METADATA), at),
            _ => return Err(error.into()),
        },
        Err(error) => return Err(error.into()),
    };
    let start = storage.read_range(&file, 0..START).await?;
    let bytes = if metadata::may_be_metadata(&start) {
        storage.read(&file, MAX_METADATA).await?
    } else {
        start
    };
    Ok(SnapshotFile {
        metadata_path: file.to_string(),
        directory: directory.to_string(),
        place: directory,
        bytes,
    })
}

/// The metadata file in a directory.
async fn metadata_in(storage: &Storage, directory: &Location) -> Result<Location, ResolutionError> {
    let file = directory.join(METADATA);
    match storage.look(&file).await {
        Ok(Entry::File { .. }) => return Ok(file),
        Ok(Entry::Directory | Entry::Other(_)) | Err(StorageError::Missing { .. }) => {}
        Err(err) => return Err(err.into()),
    }
    let entries = storage.list(directory).await?;
    let mut below = snapshots_in(storage, directory, &entries).await;
    let jobs = entries
        .iter()
        .filter(|one| one.name.parse::<JobId>().is_ok());
    for job in jobs.map(|one| directory.join(&one.name)) {
        // what may not be read, or is no directory, has no candidates
        let entries = storage.list(&job).await.unwrap_or_default();
        below.extend(snapshots_in(storage, &job, &entries).await);
    }
    if below.is_empty() {
        return Err(ResolutionError::NoMetadata {
            directory: directory.to_string(),
            in_progress: entries.iter().any(|one| one.name.starts_with(IN_PROGRESS)),
        });
    }
    below.sort_by_cached_key(Candidate::order);
    Err(ResolutionError::Above {
        directory: directory.to_string(),
        candidates: below.iter().map(|one| one.at.to_string()).collect(),
    })
}

/// A snapshot below a directory.
struct Candidate {
    at: Location,
    /// The number of a `chk-N`.
    checkpoint: Option<u64>,
    modified: Option<SystemTime>,
}

impl Candidate {
    /// Of one directory, checkpoints by number and all others by time, the newest first.
    fn order(&self) -> impl Ord + use<> {
        (
            self.at.parent().to_string(),
            Reverse(self.checkpoint),
            Reverse(self.modified),
            self.at.name().to_owned(),
        )
    }
}

/// The snapshots directly in a directory with these entries.
async fn snapshots_in(
    storage: &Storage,
    directory: &Location,
    entries: &[Listed],
) -> Vec<Candidate> {
    let candidate = |one: &Listed| {
        let at = directory.join(&one.name);
        let checkpoint = one.name.strip_prefix("chk-").and_then(|n| n.parse().ok());
        let is_flat =
            one.name.starts_with("savepoint-") || one.name.starts_with("checkpoint_metadata-");
        let entry = one.entry;
        async move {
            let modified = match entry {
                Entry::File { modified, .. } if is_flat => modified,
                Entry::Directory => match storage.look(&at.join(METADATA)).await {
                    Ok(Entry::File { modified, .. }) => modified,
                    _ => return None,
                },
                Entry::File { .. } | Entry::Other(_) => return None,
            };
            Some(Candidate {
                at,
                checkpoint,
                modified,
            })
        }
    };
    stream::iter(entries.iter().map(candidate))
        .buffered(CONCURRENCY)
        .filter_map(async |found| found)
        .collect()
        .await
}
