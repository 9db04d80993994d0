//! Where snapshots may be: a listing for each level below the roots.

use std::collections::{HashSet, VecDeque};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::names::{Lead, METADATA};
use crate::domain::location::NormalLocation;
use crate::storage::{Entry, Listed, Location, Storage, StorageError};

/// How many directories are listed at once.
const LIST_CONCURRENCY: usize = 8;
/// How far below a root folders of any name are looked into; those of jobs one step further.
const DEPTH: usize = 1;

/// Where a snapshot may be.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The directory, or the flat file.
    pub at: Location,
    pub(super) form: Form,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
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
    /// What has a name that cannot be spelled here, so that nobody could look into it.
    pub unspelled: Vec<Location>,
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
            Ok(Listing::Directory(entries)) => {
                let unspelled = entries.iter().filter(|one| !one.is_spelled());
                let unspelled = unspelled.map(|one| level.at.join(&one.name));
                found.unspelled.extend(unspelled);
                level.sorted(&entries)
            }
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
    if level.depth == 0
        && may_be_file
        && let Ok(Entry::File { size, .. }) = storage.look(&level.at).await
    {
        return (level, Ok(Listing::File(size)));
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
        for one in entries.iter().filter(|one| one.is_spelled()) {
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
    pub(super) fn directory(at: Location) -> Self {
        let form = Form::Directory;
        Self { at, form }
    }

    /// The directory from which relative handles count.
    pub(super) fn directory_of_files(&self) -> Location {
        match self.form {
            Form::Directory => self.at.clone(),
            Form::Flat { .. } => self.at.parent(),
        }
    }

    /// A file that was named: if it is a directory's metadata, that directory is meant.
    pub(super) fn file(at: Location, size: u64) -> Self {
        if at.name() == METADATA {
            return Self::directory(at.parent());
        }
        let form = Form::Flat { exact: true, size };
        Self { at, form }
    }
}
