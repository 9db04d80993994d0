//! Every snapshot below some directories, however deep and whatever the folders are called.
//!
//! Unlike a listing for people, which looks where Flink puts snapshots, this must not miss one that needs a file.

use std::collections::{HashSet, VecDeque};

use futures_util::stream::{FuturesUnordered, StreamExt};

use super::Doubt;
use crate::inventory::budget::{Budget, Held};
use crate::inventory::scan::names::{Lead, METADATA};
use crate::metadata;
use crate::storage::{Entry, Listed, Location, Storage, StorageError};

/// How many directories are listed at once.
const LIST_CONCURRENCY: usize = 16;
/// The most entries that are looked at below all roots together. Beyond that it is not known what uses a file.
pub(super) const MAX_WALKED: usize = 2_000_000;
/// Bytes at the start of a file that tell whether it is metadata.
const START: u64 = 16;

/// How a listing calls a link whose end cannot be seen.
const LINK_TO_NOWHERE: &str = "a link to nowhere";

/// A metadata file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) file: Location,
    /// Whether the file is by its name one; else only its first bytes can tell.
    exact: bool,
}

impl Metadata {
    /// The snapshot's directory, or the file if it has none of its own.
    pub(super) fn snapshot(&self) -> Location {
        match self.has_directory() {
            true => self.file.parent(),
            false => self.file.clone(),
        }
    }

    pub(super) fn has_directory(&self) -> bool {
        self.file.name() == METADATA
    }

    /// Its bytes; `None` where it has gone meanwhile, or is no metadata.
    ///
    /// # Errors
    /// It could not be read.
    pub(super) async fn read(
        &self,
        storage: &Storage,
        budget: &Budget,
    ) -> Result<Option<Held>, StorageError> {
        let read = async {
            if !self.exact {
                let start = storage.read_range(&self.file, 0..START).await?;
                if !metadata::may_be_metadata(&start) {
                    return Ok(None);
                }
            }
            let (bytes, _) = budget.read(storage, &self.file).await?;
            Ok::<_, StorageError>(Some(bytes))
        };
        match read.await {
            Err(error) if error.is_missing() => Ok(None),
            read => read,
        }
    }
}

/// What lies below some directories.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Metadata files, in no order.
    pub(super) metadata: Vec<Metadata>,
    /// Where nobody could look.
    pub(super) doubts: Vec<Doubt>,
}

/// Walks through everything below `roots`, or at them, links to directories followed, as far as `limit` entries.
pub(super) async fn walk(storage: &Storage, roots: &[Location], limit: usize) -> Walked {
    let mut walked = Walked::default();
    let mut known: HashSet<String> = HashSet::new();
    let mut waiting: VecDeque<(Location, bool)> =
        roots.iter().map(|root| (root.clone(), true)).collect();
    let mut under_way = FuturesUnordered::new();
    let mut left = limit;
    loop {
        while under_way.len() < LIST_CONCURRENCY
            && let Some((at, is_root)) = waiting.pop_front()
        {
            let at_most = left;
            under_way.push(async move {
                let listed = match storage.real(&at).await {
                    Ok(real) => {
                        let listed = storage.list_up_to(&real, at_most).await;
                        listed.map(|entries| (real, entries))
                    }
                    Err(error) => Err(error),
                };
                (at, is_root, listed)
            });
        }
        let Some((at, is_root, listed)) = under_way.next().await else {
            return walked;
        };
        let (real, entries) = match listed {
            Ok(listed) => listed,
            Err(error) => {
                walked.unlisted(storage, &at, is_root, error).await;
                continue;
            }
        };
        // two ways may lead to one directory, and links in a circle
        if !known.insert(key(storage, &real)) {
            continue;
        }
        if entries.len() > left {
            walked.doubt(
                &real,
                format!("more than {limit} entries are not looked through"),
            );
            return walked;
        }
        left -= entries.len();
        waiting.extend(
            walked
                .sort(&real, &entries)
                .into_iter()
                .map(|at| (at, false)),
        );
    }
}

impl Walked {
    fn doubt(&mut self, at: &Location, reason: String) {
        self.doubts.push(Doubt {
            location: at.to_string(),
            reason,
        });
    }

    /// Notes a directory that could not be listed: no directory perhaps, but a file that was named as a root.
    async fn unlisted(
        &mut self,
        storage: &Storage,
        at: &Location,
        is_root: bool,
        error: StorageError,
    ) {
        let may_be_file = error.is_missing() || matches!(error, StorageError::NotADirectory { .. });
        if is_root
            && may_be_file
            && let Ok(Entry::File { .. }) = storage.look(at).await
        {
            self.metadata.push(Metadata {
                file: at.clone(),
                exact: true,
            });
            return;
        }
        // where nothing is, nothing uses anything
        if !error.is_missing() {
            self.doubt(at, error.to_string());
        }
    }

    /// Takes in what lies in a directory; gives back the directories below.
    fn sort(&mut self, directory: &Location, entries: &[Listed]) -> Vec<Location> {
        let mut below = Vec::new();
        for one in entries {
            if !one.is_spelled() && may_lead_to_snapshot(one) {
                let reason = "a name that cannot be spelled here cannot be opened".to_owned();
                self.doubt(&directory.join(&one.name), reason);
                continue;
            }
            let exact = match one.entry {
                // a link that leads nowhere from here may lead through a directory that cannot be entered
                Entry::Directory | Entry::Other(LINK_TO_NOWHERE) => {
                    below.push(directory.join(&one.name));
                    continue;
                }
                Entry::File { .. } if one.name == METADATA => true,
                Entry::File { .. } => match Lead::of_file(&one.name) {
                    Lead::Flat { exact } => exact,
                    _ => continue,
                },
                Entry::Other(_) => continue,
            };
            let file = directory.join(&one.name);
            self.metadata.push(Metadata { file, exact });
        }
        below
    }
}

/// Whether something may be a snapshot or hold some.
fn may_lead_to_snapshot(one: &Listed) -> bool {
    match one.entry {
        Entry::Directory | Entry::Other(LINK_TO_NOWHERE) => true,
        Entry::File { .. } => matches!(Lead::of_file(&one.name), Lead::Flat { .. }),
        Entry::Other(_) => false,
    }
}

/// One text for a directory, however its file system is called.
fn key(storage: &Storage, real: &Location) -> String {
    match real.local() {
        Some(_) => real.path().to_owned(),
        None => storage
            .renamed(real)
            .unwrap_or_else(|_| real.clone())
            .to_string(),
    }
}
