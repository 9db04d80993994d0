//! Reads the metadata of one candidate, without understanding it.

use jiff::Timestamp;
use tokio::sync::Semaphore;

use super::candidates::{Candidate, Form};
use super::names::{IN_PROGRESS, METADATA};
use crate::inventory::resolution::MAX_METADATA;
use crate::metadata;
use crate::storage::{Dated, Entry, Location, Storage, StorageError};

/// The largest metadata file that is read while others are: a scan reads sixteen at once. One that is larger is read
/// while no other large one is.
const MAX_AT_ONCE: u64 = 64 << 20;
/// Held while a large metadata file is read.
static LARGE: Semaphore = Semaphore::const_new(1);
/// Flat files larger than this are read only if they begin as metadata does.
const PROBED: u64 = 1 << 20;
/// Bytes at the start of a file that tell whether the rest is worth reading.
const START: u64 = 16;

/// A snapshot's metadata, read but not understood.
#[derive(Debug)]
pub struct Fetched {
    /// The snapshot's directory, or its metadata file where that has none of its own.
    pub location: Location,
    /// The directory from which relative handles count.
    pub directory: Location,
    /// When the metadata was written; where there is none, its newest file.
    pub modified: Option<Timestamp>,
    /// What was read.
    pub content: Content,
}

/// What was read of a snapshot.
#[derive(Debug)]
pub enum Content {
    /// Its metadata.
    Metadata(Vec<u8>),
    /// There is none.
    Incomplete {
        /// Whether Flink is, or was, writing it.
        in_progress: bool,
    },
    /// It could not be read, for this reason.
    Unreadable(String),
}

impl Fetched {
    /// Whether the snapshot has a directory of its own.
    pub fn has_directory(&self) -> bool {
        self.location == self.directory
    }
}

/// Reads the metadata of a candidate; `None` where it turns out to be none, or has gone meanwhile.
pub async fn fetch(storage: &Storage, candidate: &Candidate) -> Option<Fetched> {
    let unreadable = |error: StorageError| Fetched {
        location: candidate.at.clone(),
        directory: candidate.directory_of_files(),
        modified: None,
        content: Content::Unreadable(error.to_string()),
    };
    let attempt = attempt(storage, candidate).await;
    attempt.unwrap_or_else(|error| Some(unreadable(error)))
}

/// As [`fetch`].
///
/// # Errors
/// It cannot be read.
pub(super) async fn attempt(
    storage: &Storage,
    candidate: &Candidate,
) -> Result<Option<Fetched>, StorageError> {
    let at = &candidate.at;
    let (file, exact) = match candidate.form {
        Form::Directory => (at.join(METADATA), true),
        Form::Flat { exact, size } => {
            if !exact && size > PROBED && !begins_as_metadata(storage, at).await {
                return Ok(None);
            }
            (at.clone(), exact)
        }
    };
    let (content, modified) = match read(storage, &file).await {
        Ok(Dated { bytes, .. }) if !exact && !metadata::may_be_metadata(&bytes) => return Ok(None),
        Ok(Dated { bytes, modified }) => (Content::Metadata(bytes), modified),
        Err(error) if error.is_missing() => match candidate.form {
            Form::Directory => match left_over(storage, at).await? {
                Some(left_over) => left_over,
                None => return Ok(None),
            },
            Form::Flat { .. } => return Ok(None),
        },
        Err(error) => return Err(error),
    };
    Ok(Some(Fetched {
        location: at.clone(),
        directory: candidate.directory_of_files(),
        modified: modified.and_then(|time| Timestamp::try_from(time).ok()),
        content,
    }))
}

async fn read(storage: &Storage, file: &Location) -> Result<Dated, StorageError> {
    match storage.read_dated(file, MAX_AT_ONCE).await {
        Err(StorageError::TooLarge { .. }) => {
            let _turn = LARGE.acquire().await;
            storage.read_dated(file, MAX_METADATA).await
        }
        read => read,
    }
}

async fn begins_as_metadata(storage: &Storage, at: &Location) -> bool {
    let start = storage.read_range(at, 0..START).await;
    start.is_ok_and(|start| metadata::may_be_metadata(&start))
}

type Dating = Option<std::time::SystemTime>;

/// What a directory without metadata is; `None` where it has gone meanwhile.
async fn left_over(
    storage: &Storage,
    directory: &Location,
) -> Result<Option<(Content, Dating)>, StorageError> {
    match storage.list(directory).await {
        Ok(entries) => {
            let newest = entries.iter().filter_map(|one| match one.entry {
                Entry::File { modified, .. } => modified,
                _ => None,
            });
            let in_progress = entries.iter().any(|one| one.name.starts_with(IN_PROGRESS));
            Ok(Some((Content::Incomplete { in_progress }, newest.max())))
        }
        Err(error) if error.is_missing() => Ok(None),
        Err(error) => Err(error),
    }
}
