//! Finds the snapshots below directories in storage, and reads what each is.
//!
//! A level costs a listing, a snapshot one read of its metadata: its directory is listed only where that fails.

mod at;
mod candidates;
mod fetch;
pub mod files;
pub mod names;
#[cfg(test)]
mod tests;
pub mod verify;

use std::collections::HashSet;

use futures_util::stream::{self, StreamExt};
use jiff::Timestamp;

use super::budget::Budget;
use super::inspection::files::References;
use super::inspection::{Kind, kind};
use crate::domain::ids::JobId;
use crate::domain::location::NormalLocation;
use crate::domain::progress::Progress;
use crate::metadata::{self, Metadata};
use crate::storage::{Location, Storage, StorageError};

pub use at::at;
pub use candidates::{Candidate, Candidates, candidates};
pub use fetch::{Content, Fetched, fetch};
use names::ByName;

/// How many metadata files are read at once.
const READ_CONCURRENCY: usize = 16;

/// A snapshot in storage, or what is left of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its directory, or its metadata file where that has none of its own.
    pub location: String,
    /// When its metadata was written; where there is none, its newest file.
    pub modified: Option<Timestamp>,
    /// What its name tells.
    pub by_name: ByName,
    /// What it is.
    pub state: State,
}

/// What is found of a snapshot.
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// Its metadata is there and can be read.
    Complete(Box<Contents>),
    /// There is no metadata: it is not complete yet, has failed, or is being deleted.
    Incomplete {
        /// Whether Flink is, or was, writing the metadata.
        in_progress: bool,
    },
    /// Its metadata cannot be decoded, for this reason.
    Broken(String),
    /// Its metadata could not be read from here, for this reason.
    Unreadable(String),
}

/// What a snapshot's metadata tells.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// Bytes of the metadata file.
    pub metadata_size: u64,
    /// The version of its format; `None` for Flink 1.0.
    pub metadata_version: Option<i32>,
    /// The checkpoint id.
    pub checkpoint_id: i64,
    /// Whether it is a savepoint, and its format.
    pub kind: Kind,
    /// How many operators it holds; tasks in versions 0 and 1 and Flink 1.0.
    pub operators: usize,
    /// Bytes, as Flink counts them.
    pub state_size: i64,
    /// Distinct files.
    pub files: usize,
    /// Their bytes, each file once, less those whose size is not recorded.
    pub files_size: u64,
    /// The job, where the metadata records it (Flink 1.0).
    pub job_id: Option<JobId>,
}

impl Contents {
    fn of(metadata: &Metadata<'_>, directory: &str, metadata_size: u64) -> Self {
        let totals = References::of(metadata).totals();
        Self {
            metadata_size,
            metadata_version: metadata.format.version().map(|version| version.number()),
            checkpoint_id: metadata.checkpoint_id,
            kind: kind(metadata, directory),
            operators: metadata.operators.len(),
            state_size: metadata.state_size(),
            files: totals.files,
            files_size: totals.files_size,
            job_id: metadata.flink10.and_then(|flink10| flink10.job_id),
        }
    }
}

/// What is below the roots.
#[derive(Debug, Default)]
pub struct Scan {
    /// The snapshots, in no order.
    pub snapshots: Vec<Found>,
    /// The directories that could not be looked into, and why.
    pub failures: Vec<(Location, StorageError)>,
    /// The directories that were looked into.
    pub listed: HashSet<NormalLocation>,
    /// What has a name that cannot be spelled here, so that nobody could look into it.
    pub unspelled: Vec<Location>,
    /// The places that were looked at by themselves, and where nothing is.
    pub gone: HashSet<NormalLocation>,
}

/// Reads what each of the candidates is; `progress` counts them.
pub async fn read(storage: &Storage, candidates: Candidates, progress: &dyn Progress) -> Scan {
    let Candidates {
        places,
        failures,
        listed,
        unspelled,
    } = candidates;
    progress.expect(places.len() as u64);
    let budget = &Budget::default();
    let reads = places.iter().map(|one| async move {
        let fetched = fetch(storage, one, budget).await;
        progress.advance(1);
        fetched.map(Found::from)
    });
    let snapshots = stream::iter(reads)
        .buffer_unordered(READ_CONCURRENCY)
        .filter_map(std::future::ready);
    Scan {
        snapshots: snapshots.collect().await,
        failures,
        listed,
        unspelled,
        gone: HashSet::new(),
    }
}

impl From<Fetched> for Found {
    fn from(fetched: Fetched) -> Self {
        let state = match &fetched.content {
            Content::Metadata(bytes) => decoded(bytes, &fetched.directory),
            Content::Incomplete { in_progress } => State::Incomplete {
                in_progress: *in_progress,
            },
            Content::Unreadable(reason) => State::Unreadable(reason.clone()),
        };
        let at = &fetched.location;
        Self {
            by_name: ByName::of(at.parent().name(), at.name()),
            location: at.to_string(),
            modified: fetched.modified,
            state,
        }
    }
}

fn decoded(bytes: &[u8], directory: &Location) -> State {
    match metadata::read(bytes) {
        Ok(metadata) => {
            let contents = Contents::of(&metadata, &directory.to_string(), bytes.len() as u64);
            State::Complete(Box::new(contents))
        }
        Err(error) => State::Broken(error.to_string()),
    }
}
