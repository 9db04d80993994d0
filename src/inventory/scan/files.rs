//! Looks at the files that a snapshot needs, with as few requests as it can.

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream::{self, StreamExt};
use tokio::sync::OnceCell;

use super::names::{IN_PROGRESS, METADATA};
use crate::domain::location::NormalLocation;
use crate::domain::progress::Progress;
use crate::inventory::check::needs::Directory;
use crate::inventory::check::{Beside, Fate, Needs, Seen};
use crate::storage::{Entry, Listed, Location, Storage, StorageError};

/// How many files are looked at at once.
const LOOK_CONCURRENCY: usize = 32;
/// Entries of a directory that a remote storage lists with one request.
const PAGE: usize = 1000;
/// Listings of shared directories that are kept for the next snapshot.
const KEPT: usize = 8;

/// Looks at files, and remembers what lies in directories that several snapshots use.
pub struct Looker<'s> {
    storage: &'s Storage,
    kept: Mutex<HashMap<NormalLocation, Arc<OnceCell<Kept>>>>,
}

/// What is known of a directory that several snapshots use.
enum Kept {
    /// The files in it, and their sizes.
    Listed(Vec<(String, u64)>),
    /// It is not there.
    Missing,
    /// It holds too much, or may not be listed: its files are looked at one by one.
    Unlisted,
    /// Its storage does not answer as it should: asking for each file would only take longer.
    Failed(StorageError),
}

/// Which of a directory's files a listing has told of.
enum Done {
    /// All, if only that they are not there.
    All,
    /// None: they are to be looked at one by one.
    Nothing,
}

impl<'s> Looker<'s> {
    /// One that remembers nothing yet.
    pub fn new(storage: &'s Storage) -> Self {
        Self {
            storage,
            kept: Mutex::default(),
        }
    }

    /// The storage that it looks into.
    pub fn storage(&self) -> &'s Storage {
        self.storage
    }

    /// What there is of the files that a snapshot needs. `lists_own` asks for what lies beside them, too: for snapshots
    /// that have a directory of their own. `progress` counts the files.
    pub async fn see(&self, needs: &Needs, lists_own: bool, progress: &dyn Progress) -> Seen {
        let mut seen = Seen::nothing(needs);
        progress.expect(needs.len() as u64);
        for (number, directory) in needs.directories.iter().enumerate() {
            let wanted = needs.within(directory).len();
            let done = if number == 0 && lists_own {
                self.own(needs, directory, &mut seen).await
            } else if wanted > 0 {
                self.other(needs, directory, &mut seen).await
            } else {
                Done::All
            };
            match done {
                Done::All => progress.advance(wanted as u64),
                Done::Nothing => self.each(needs, directory, &mut seen, progress).await,
            }
        }
        seen
    }

    /// The snapshot's own directory: one listing tells of its files and of what lies beside.
    async fn own(&self, needs: &Needs, directory: &Directory, seen: &mut Seen) -> Done {
        let listed = match Location::of(&directory.location) {
            Ok(at) => self.storage.list(&at).await,
            Err(error) => Err(error),
        };
        match listed {
            Ok(entries) => {
                miss_all(needs, directory, seen);
                let on_the_way = steps_below(needs, directory);
                for one in entries {
                    see_own(needs, directory, one, &on_the_way, seen);
                }
                seen.beside.sort_unstable();
                seen.own_was_listed = true;
            }
            Err(error) if error.is_missing() => miss_all(needs, directory, seen),
            Err(error) if allows_looks(&error) => return Done::Nothing,
            Err(error) => fail_all(needs, directory, &error, seen),
        }
        Done::All
    }

    /// A directory that others may use: listed where that costs no more requests than a look at each file.
    async fn other(&self, needs: &Needs, directory: &Directory, seen: &mut Seen) -> Done {
        let at = match Location::of(&directory.location) {
            Ok(at) => at,
            Err(error) => {
                fail_all(needs, directory, &error, seen);
                return Done::All;
            }
        };
        let wanted = needs.within(directory).len();
        // a disk has no pages: each look is as cheap as an entry that is listed
        if wanted == 1 || at.local().is_some() {
            return Done::Nothing;
        }
        let kept = self.kept(&directory.location);
        let listing = kept.get_or_init(|| self.listing(&at, wanted.saturating_mul(PAGE)));
        match listing.await {
            Kept::Listed(listed) => {
                miss_all(needs, directory, seen);
                see_listed(needs, directory, listed, seen);
            }
            Kept::Missing => miss_all(needs, directory, seen),
            Kept::Unlisted => return Done::Nothing,
            Kept::Failed(error) => fail_all(needs, directory, error, seen),
        }
        Done::All
    }

    /// The place for what is known of a directory.
    fn kept(&self, directory: &str) -> Arc<OnceCell<Kept>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = NormalLocation::of(directory);
        if kept.len() >= KEPT && !kept.contains_key(&place) {
            kept.clear();
        }
        Arc::clone(kept.entry(place).or_default())
    }

    async fn listing(&self, at: &Location, most: usize) -> Kept {
        match self.storage.list_up_to(at, most).await {
            Ok(entries) => Kept::Listed(entries.into_iter().filter_map(sized).collect()),
            Err(error) if error.is_missing() => Kept::Missing,
            Err(error) if allows_looks(&error) => Kept::Unlisted,
            Err(error) => Kept::Failed(error),
        }
    }

    /// Looks at each file by itself.
    async fn each(
        &self,
        needs: &Needs,
        directory: &Directory,
        seen: &mut Seen,
        progress: &dyn Progress,
    ) {
        let parent = match Location::of(&directory.location) {
            Ok(at) => at,
            Err(error) => return fail_all(needs, directory, &error, seen),
        };
        let storage = self.storage;
        let looks = needs.within(directory).map(|at| {
            let name = needs.file(at).map_or("", |file| file.name);
            let file = parent.join(name);
            async move { (at, storage.look(&file).await) }
        });
        let mut looks = stream::iter(looks).buffer_unordered(LOOK_CONCURRENCY);
        while let Some((at, looked)) = looks.next().await {
            match looked {
                Ok(Entry::File { size, .. }) => seen.see(at, Fate::There(size)),
                Ok(Entry::Directory | Entry::Other(_)) => seen.see(at, Fate::Missing),
                Err(error) if error.is_missing() => seen.see(at, Fate::Missing),
                Err(error) => seen.fail(at, &error.to_string()),
            }
            progress.advance(1);
        }
    }
}

/// Whether the files of a directory that cannot be listed may be there to look at: one may be allowed to read files and
/// not to list them.
fn allows_looks(error: &StorageError) -> bool {
    error.is_denied() || matches!(error, StorageError::TooMany { .. })
}

fn sized(one: Listed) -> Option<(String, u64)> {
    match one.entry {
        Entry::File { size, .. } => Some((one.name, size)),
        Entry::Directory | Entry::Other(_) => None,
    }
}

fn see_listed(needs: &Needs, directory: &Directory, listed: &[(String, u64)], seen: &mut Seen) {
    for (name, size) in listed {
        if let Some(at) = needs.find(directory, name) {
            seen.see(at, Fate::There(*size));
        }
    }
}

/// Notes an entry of the snapshot's own directory.
fn see_own(
    needs: &Needs,
    directory: &Directory,
    one: Listed,
    on_the_way: &HashSet<String>,
    seen: &mut Seen,
) {
    let size = match one.entry {
        Entry::File { size, .. } => Some(size),
        Entry::Directory | Entry::Other(_) => None,
    };
    match (needs.find(directory, &one.name), size) {
        (Some(at), Some(size)) => seen.see(at, Fate::There(size)),
        // something of that name that is no file: the file is missing
        (Some(_), None) => {}
        _ if one.name == METADATA || one.name.starts_with(IN_PROGRESS) => {}
        _ if size.is_none() && on_the_way.contains(&one.name) => {}
        _ => seen.beside.push(Beside {
            name: one.name,
            size,
        }),
    }
}

/// The names of the directories beside the metadata in which files are needed.
fn steps_below(needs: &Needs, own: &Directory) -> HashSet<String> {
    let own = NormalLocation::of(&own.location);
    let below = needs.directories.iter().skip(1).filter_map(|other| {
        let other = NormalLocation::of(&other.location);
        let below = other
            .as_str()
            .strip_prefix(own.as_str())?
            .strip_prefix('/')?;
        below.split('/').next().map(str::to_owned)
    });
    below.collect()
}

/// Of what is listed, what does not come up is missing.
fn miss_all(needs: &Needs, directory: &Directory, seen: &mut Seen) {
    for at in needs.within(directory) {
        seen.see(at, Fate::Missing);
    }
}

fn fail_all(needs: &Needs, directory: &Directory, error: &StorageError, seen: &mut Seen) {
    let reason = error.to_string();
    for at in needs.within(directory) {
        seen.fail(at, &reason);
    }
}
