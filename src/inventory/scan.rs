//! Finds the snapshots below directories in storage, and reads what each is.
//!
//! A level costs a listing, a snapshot one read of its metadata: its directory is listed only where that fails.

pub mod files;
pub mod names;
#[cfg(test)]
mod tests;

use std::collections::{HashSet, VecDeque};

use futures_util::stream::{self, FuturesUnordered, StreamExt};
use jiff::Timestamp;

use super::inspection::files::References;
use super::inspection::{Kind, kind};
use super::resolution::MAX_METADATA;
use crate::domain::ids::JobId;
use crate::domain::location::NormalLocation;
use crate::metadata::{self, Metadata};
use crate::storage::{Dated, Entry, Listed, Location, Storage, StorageError};
use names::{ByName, IN_PROGRESS, Lead, METADATA};

/// How many metadata files are read at once.
const READ_CONCURRENCY: usize = 16;
/// How many directories are listed at once.
const LIST_CONCURRENCY: usize = 8;
/// How far below a root folders of any name are looked into; those of jobs one step further.
const DEPTH: usize = 1;
/// Flat files larger than this are read only if they begin as metadata does.
const PROBED: u64 = 1 << 20;
/// Bytes at the start of a file that tell whether the rest is worth reading.
const START: u64 = 16;

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
}

/// Where a snapshot may be.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The directory, or the flat file.
    at: Location,
    form: Form,
}

#[derive(Debug, Clone, Copy)]
enum Form {
    Directory,
    Flat { exact: bool, size: u64 },
}

/// Where snapshots may be below some roots.
#[derive(Debug, Default)]
pub struct Candidates {
    /// The places, in no order.
    pub places: Vec<Candidate>,
    /// The directories that could not be looked into, and why.
    pub failures: Vec<(Location, StorageError)>,
    /// The directories that were looked into.
    pub listed: HashSet<NormalLocation>,
}

/// Finds the snapshots below `roots`, or at them, and reads what each is.
pub async fn scan(storage: &Storage, roots: &[Location]) -> Scan {
    let Candidates {
        places,
        failures,
        listed,
    } = candidates(storage, roots).await;
    let reads = places.iter().map(|one| async move {
        let fetched = fetch(storage, one).await?;
        Some(Found::from(fetched))
    });
    let snapshots = stream::iter(reads)
        .buffer_unordered(READ_CONCURRENCY)
        .filter_map(std::future::ready);
    Scan {
        snapshots: snapshots.collect().await,
        failures,
        listed,
    }
}

/// A directory to be listed.
struct Level {
    at: Location,
    /// 0 for a root.
    depth: usize,
    is_job: bool,
}

/// Finds where snapshots may be below `roots`, or at them.
pub async fn candidates(storage: &Storage, roots: &[Location]) -> Candidates {
    let mut found = Candidates::default();
    let mut known = HashSet::new();
    // roots first: what lies deep below one may be another
    let mut waiting: VecDeque<Level> = roots.iter().map(Level::root).collect();
    let mut under_way = FuturesUnordered::new();
    loop {
        while under_way.len() < LIST_CONCURRENCY
            && let Some(level) = waiting.pop_front()
        {
            if found.listed.insert(normal(&level.at)) {
                under_way.push(listing(storage, level));
            }
        }
        let Some((level, entries)) = under_way.next().await else {
            return found;
        };
        let (below, more) = match entries {
            Ok(Listing::Directory(entries)) => level.sorted(&entries),
            Ok(Listing::File(size)) => {
                found.listed.remove(&normal(&level.at));
                (vec![Candidate::file(level.at, size)], Vec::new())
            }
            Err(error) => {
                found.listed.remove(&normal(&level.at));
                // one that has gone since its parent was listed is no failure
                if level.depth == 0 || !error.is_missing() {
                    found.failures.push((level.at, error));
                }
                continue;
            }
        };
        waiting.extend(more);
        found.places.extend(
            below
                .into_iter()
                .filter(|one| known.insert(normal(&one.at))),
        );
    }
}

fn normal(at: &Location) -> NormalLocation {
    NormalLocation::of(&at.to_string())
}

enum Listing {
    Directory(Vec<Listed>),
    /// A root that is a file, with its size.
    File(u64),
}

async fn listing(storage: &Storage, level: Level) -> (Level, Result<Listing, StorageError>) {
    let error = match storage.list(&level.at).await {
        Ok(entries) => return (level, Ok(Listing::Directory(entries))),
        Err(error) => error,
    };
    let may_be_file = error.is_missing() || matches!(error, StorageError::NotADirectory { .. });
    if level.depth == 0 && may_be_file {
        if let Ok(Entry::File { size, .. }) = storage.look(&level.at).await {
            return (level, Ok(Listing::File(size)));
        }
    }
    (level, Err(error))
}

impl Level {
    fn root(at: &Location) -> Self {
        Self {
            at: at.clone(),
            depth: 0,
            is_job: false,
        }
    }

    /// The snapshots in this directory, and the directories below it that may hold some.
    fn sorted(&self, entries: &[Listed]) -> (Vec<Candidate>, Vec<Level>) {
        let is_metadata =
            |one: &Listed| one.name == METADATA && matches!(one.entry, Entry::File { .. });
        if entries.iter().any(is_metadata) {
            return (vec![Candidate::directory(self.at.clone())], Vec::new());
        }
        let (mut found, mut more) = (Vec::new(), Vec::new());
        for one in entries {
            let at = || self.at.join(&one.name);
            let lead = match one.entry {
                Entry::Directory => Lead::of_directory(&one.name),
                Entry::File { .. } => Lead::of_file(&one.name),
                Entry::Other(_) => Lead::Nothing,
            };
            match (lead, one.entry) {
                (Lead::Snapshot, _) => found.push(Candidate::directory(at())),
                (Lead::Flat { exact }, Entry::File { size, .. }) => found.push(Candidate {
                    at: at(),
                    form: Form::Flat { exact, size },
                }),
                (Lead::Job, _) if self.depth <= DEPTH && !self.is_job => more.push(Level {
                    at: at(),
                    depth: self.depth + 1,
                    is_job: true,
                }),
                (Lead::Folder, _) if self.depth < DEPTH && !self.is_job => more.push(Level {
                    at: at(),
                    depth: self.depth + 1,
                    is_job: false,
                }),
                _ => {}
            }
        }
        (found, more)
    }
}

impl Candidate {
    fn directory(at: Location) -> Self {
        let form = Form::Directory;
        Self { at, form }
    }

    /// A file that was named: if it is a directory's metadata, that directory is meant.
    fn file(at: Location, size: u64) -> Self {
        if at.name() == METADATA {
            return Self::directory(at.parent());
        }
        let form = Form::Flat { exact: true, size };
        Self { at, form }
    }
}

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

/// Reads the metadata of a candidate; `None` where it turns out to be none, or has gone meanwhile.
pub async fn fetch(storage: &Storage, candidate: &Candidate) -> Option<Fetched> {
    let at = &candidate.at;
    let (file, directory, exact) = match candidate.form {
        Form::Directory => (at.join(METADATA), at.clone(), true),
        Form::Flat { exact, size } => {
            if !exact && size > PROBED && !begins_as_metadata(storage, at).await {
                return None;
            }
            (at.clone(), at.parent(), exact)
        }
    };
    let (content, modified) = match storage.read_dated(&file, MAX_METADATA).await {
        Ok(Dated { bytes, .. }) if !exact && !metadata::may_be_metadata(&bytes) => return None,
        Ok(Dated { bytes, modified }) => (Content::Metadata(bytes), modified),
        Err(error) if error.is_missing() => match candidate.form {
            Form::Directory => left_over(storage, at).await?,
            Form::Flat { .. } => return None,
        },
        Err(error) => (Content::Unreadable(error.to_string()), None),
    };
    Some(Fetched {
        location: at.clone(),
        directory,
        modified: modified.and_then(|time| Timestamp::try_from(time).ok()),
        content,
    })
}

async fn begins_as_metadata(storage: &Storage, at: &Location) -> bool {
    let start = storage.read_range(at, 0..START).await;
    start.is_ok_and(|start| metadata::may_be_metadata(&start))
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

type Dating = Option<std::time::SystemTime>;

/// What a directory without metadata is; `None` where it has gone meanwhile.
async fn left_over(storage: &Storage, directory: &Location) -> Option<(Content, Dating)> {
    match storage.list(directory).await {
        Ok(entries) => {
            let newest = entries.iter().filter_map(|one| match one.entry {
                Entry::File { modified, .. } => modified,
                _ => None,
            });
            let in_progress = entries.iter().any(|one| one.name.starts_with(IN_PROGRESS));
            Some((Content::Incomplete { in_progress }, newest.max()))
        }
        Err(error) if error.is_missing() => None,
        Err(error) => Some((Content::Unreadable(error.to_string()), None)),
    }
}
