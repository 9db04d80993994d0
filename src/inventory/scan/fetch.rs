//! Reads the metadata of one candidate, without understanding it.

use jiff::Timestamp;

use super::candidates::{Candidate, Form};
use super::names::{IN_PROGRESS, METADATA};
use crate::inventory::budget::{Budget, Held};
use crate::metadata;
use crate::storage::{Entry, Location, Storage, StorageError};

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
    Metadata(Held),
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
pub async fn fetch(storage: &Storage, candidate: &Candidate, budget: &Budget) -> Option<Fetched> {
    let unreadable = |error: StorageError| Fetched {
        location: candidate.at.clone(),
        directory: candidate.directory_of_files(),
        modified: None,
        content: Content::Unreadable(error.to_string()),
    };
    let attempt = attempt(storage, candidate, budget).await;
    attempt.unwrap_or_else(|error| Some(unreadable(error)))
}

/// As [`fetch`].
///
/// # Errors
/// It cannot be read.
pub(super) async fn attempt(
    storage: &Storage,
    candidate: &Candidate,
    budget: &Budget,
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
    let (content, modified) = match budget.read(storage, &file).await {
        Ok((bytes, _)) if !exact && !metadata::may_be_metadata(&bytes) => return Ok(None),
        Ok((bytes, modified)) => (Content::Metadata(bytes), modified),
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
