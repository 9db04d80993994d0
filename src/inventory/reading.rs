//! Opens the files that a snapshot needs, and says which are not what their handles say.
//!
//! The checks themselves are `state`'s, and ask for bytes as they go. They run on threads of their own, a file at a
//! time, and fetch those bytes through the runtime that called.

mod share;
mod stored;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::panic;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::runtime::Handle;

use super::budget::Held;
use super::check::needs::{self, Needs};
use super::check::{Fate, Kind, NeededBy, Remark, Report, Seen};
use crate::domain::location::NormalLocation;
use crate::domain::progress::Progress;
use crate::metadata::{self, Metadata};
use crate::state::StateError;
use crate::state::check::{NoFile, Task, tasks};
use crate::storage::{Location, Storage, StorageError, Store};

pub use share::Share;
use stored::Stored;

/// How many files are read at once.
const READERS: usize = 8;
/// The pause between two looks at how far the readers have got.
const PACE: Duration = Duration::from_millis(100);

/// A snapshot whose files were looked at and are to be opened.
pub struct Opening {
    /// The metadata file's location, and what is in it.
    pub metadata_path: String,
    /// All of the metadata file.
    pub bytes: Held,
    /// What it needs.
    pub needs: Needs,
    /// What was seen of that: what is missing or short is not opened.
    pub seen: Seen,
}

/// Opens files and checks them; `progress` counts them. Inline state is checked whole, whatever the share of the files.
pub async fn read(
    storage: &Storage,
    opening: Opening,
    share: Share,
    progress: &dyn Progress,
) -> Report {
    let directories = opening.needs.directories.iter();
    let places = directories.map(|directory| {
        let at = Location::of(&directory.location)?;
        let store = storage.store_for(&at)?;
        Ok((at, store))
    });
    let reader = Reader {
        places: places.collect(),
        runtime: Handle::current(),
        given_up: Arc::default(),
        pace: Arc::default(),
        share,
        opening,
    };
    let _given_up = GivenUp(Arc::clone(&reader.given_up));
    let pace = Arc::clone(&reader.pace);
    let mut reading = tokio::task::spawn_blocking(move || reader.run());
    let mut told = Told::default();
    let read = loop {
        tokio::select! {
            read = &mut reading => break read,
            () = tokio::time::sleep(PACE) => told.tell(&pace, progress),
        }
    };
    told.tell(&pace, progress);
    match read {
        Ok(report) => report,
        Err(error) if error.is_panic() => panic::resume_unwind(error.into_panic()),
        // the runtime ends
        Err(_) => Report::default(),
    }
}

/// Ends reading where nobody waits for it any more.
struct GivenUp(Arc<AtomicBool>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How far the readers have got, in files and pieces of inline state.
#[derive(Default)]
struct Pace {
    /// 0 until it is known.
    total: AtomicUsize,
    done: AtomicUsize,
}

/// How much of a pace was told.
#[derive(Default)]
struct Told {
    total: usize,
    done: usize,
}

impl Told {
    /// Tells the rest.
    fn tell(&mut self, pace: &Pace, progress: &dyn Progress) {
        // what is done was counted before, so this is known once any is
        let done = pace.done.load(Ordering::Acquire);
        let total = pace.total.load(Ordering::Relaxed);
        if total != self.total {
            self.total = total;
            progress.expect(total as u64);
        }
        progress.advance((done - self.done) as u64);
        self.done = done;
    }
}

/// Where a directory's files are to be had.
type Place = Result<(Location, Arc<dyn Store>), StorageError>;

struct Reader {
    opening: Opening,
    /// Of the needs' directories.
    places: Vec<Place>,
    runtime: Handle,
    given_up: Arc<AtomicBool>,
    pace: Arc<Pace>,
    share: Share,
}

/// The tasks of one file, by its position in the needs; of no file for inline state.
type Work<'m> = (Option<usize>, Vec<Task<'m>>);

/// What came of one file.
#[derive(Default)]
struct Outcome {
    finding: Option<Remark>,
    /// What could not be looked into, and where.
    unread: Vec<String>,
}

impl Outcome {
    fn note(&mut self, unread: Vec<String>) {
        for what in unread {
            if !self.unread.contains(&what) {
                self.unread.push(what);
            }
        }
    }
}

impl Reader {
    fn run(&self) -> Report {
        let Ok(metadata) = metadata::read(&self.opening.bytes) else {
            return Report::default();
        };
        let work = self.work(&metadata);
        self.pace.total.store(work.len(), Ordering::Relaxed);
        let next = AtomicUsize::new(0);
        let outcomes = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..READERS.min(work.len()) {
                scope.spawn(|| {
                    while let Some(one) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if self.given_up.load(Ordering::Relaxed) {
                            return;
                        }
                        let outcome = self.file(one);
                        self.pace.done.fetch_add(1, Ordering::Release);
                        let mut all = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
                        all.push((one.0, outcome));
                    }
                });
            }
        });
        let outcomes = outcomes
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        self.report(outcomes)
    }

    /// What is to be done: inline state first, then the files that are there, each with all that is in it.
    fn work<'m>(&self, metadata: &'m Metadata<'m>) -> Vec<Work<'m>> {
        let directories = Directories::of(&self.opening.needs);
        let mut work: Vec<(Option<usize>, Task<'m>)> = Vec::new();
        tasks(metadata, &mut |task| {
            if task.inline.is_some() {
                work.push((None, task));
            } else if !task.check.is_nothing()
                && let Some(at) = directories.find(&task)
                && self.is_to_open(at)
            {
                work.push((Some(at), task));
            }
        });
        work.sort_by_key(|(at, _)| *at);
        let mut grouped: Vec<Work<'m>> = Vec::new();
        for (at, task) in work {
            match grouped.last_mut() {
                Some((last, tasks)) if *last == at && at.is_some() => tasks.push(task),
                _ => grouped.push((at, vec![task])),
            }
        }
        grouped
    }

    /// Whether a file is as large as it should be, and of the share.
    fn is_to_open(&self, at: usize) -> bool {
        let Opening { needs, seen, .. } = &self.opening;
        let (Some(file), Some(Fate::There(size))) = (needs.file(at), seen.fates.get(at)) else {
            return false;
        };
        *size >= file.size.at_least && self.share.has(file.name)
    }

    /// Checks all that is in a file, up to the first thing that is wrong.
    fn file(&self, (at, tasks): &Work<'_>) -> Outcome {
        let mut outcome = Outcome::default();
        let stored = match at.map(|at| self.stored(at)) {
            None => None,
            Some(Ok(stored)) => Some(stored),
            Some(Err(reason)) => {
                outcome.finding = Some(self.remark(Kind::Unreadable, *at, tasks).with(reason));
                return outcome;
            }
        };
        for task in tasks {
            let done = match &stored {
                Some(file) => task.run(file),
                None => task.run(&NoFile),
            };
            match done {
                Ok(report) => outcome.note(report.unread),
                Err(error) => {
                    let kind = match error.is_io() {
                        true => Kind::Unreadable,
                        false => Kind::Undecodable,
                    };
                    let one = std::slice::from_ref(task);
                    outcome.finding = Some(self.remark(kind, *at, one).with(explained(&error)));
                    return outcome;
                }
            }
        }
        outcome
    }

    fn stored(&self, at: usize) -> Result<Stored, String> {
        let Opening { needs, seen, .. } = &self.opening;
        let Some((directory, name)) = needs.place(at) else {
            return Err("it is in no directory".to_owned());
        };
        let (directory, store) = match self.places.get(directory) {
            Some(Ok(place)) => place,
            Some(Err(error)) => return Err(error.to_string()),
            None => return Err("it is in no directory".to_owned()),
        };
        let size = match seen.fates.get(at) {
            Some(Fate::There(size)) => *size,
            _ => 0,
        };
        let (at, store) = (directory.join(name), Arc::clone(store));
        let given_up = Arc::clone(&self.given_up);
        Ok(Stored::new(self.runtime.clone(), store, at, size, given_up))
    }

    fn remark(&self, kind: Kind, at: Option<usize>, tasks: &[Task<'_>]) -> Remark {
        let location = at.and_then(|at| self.opening.needs.location(at));
        let location = location.unwrap_or_else(|| self.opening.metadata_path.clone());
        let needed_by = tasks.first().and_then(|task| {
            let operator = u32::try_from(task.operator).ok()?;
            NeededBy::of(&self.opening.needs, operator, Some(task.subtask))
        });
        Remark {
            needed_by,
            ..Remark::new(kind, location)
        }
    }

    fn report(&self, mut outcomes: Vec<(Option<usize>, Outcome)>) -> Report {
        outcomes.sort_by_key(|(at, _)| *at);
        let mut report = Report {
            opened: outcomes.iter().filter(|(at, _)| at.is_some()).count(),
            ..Report::default()
        };
        let mut unread: Vec<(String, Remark)> = Vec::new();
        for (at, outcome) in outcomes {
            report.findings.extend(outcome.finding);
            for what in outcome.unread {
                match unread.iter_mut().find(|(known, _)| *known == what) {
                    Some((_, note)) => note.files += 1,
                    None => {
                        let note = self
                            .remark(Kind::Opaque, at, &[])
                            .with(format!("cannot be looked into: {what}"));
                        unread.push((what, note));
                    }
                }
            }
        }
        report.notes = unread.into_iter().map(|(_, note)| note).collect();
        report
    }
}

/// The error with its causes.
fn explained(error: &StateError) -> String {
    match error {
        StateError::Io { source, .. } => format!("{error}: {source}"),
        other => other.to_string(),
    }
}

/// The needs' directories by their place.
struct Directories<'n> {
    needs: &'n Needs,
    own: String,
    by_place: HashMap<NormalLocation, usize>,
}

impl<'n> Directories<'n> {
    fn of(needs: &'n Needs) -> Self {
        let directories = needs.directories.iter().enumerate();
        let by_place = directories.map(|(at, one)| (NormalLocation::of(&one.location), at));
        Self {
            needs,
            own: needs
                .directories
                .first()
                .map(|one| one.location.clone())
                .unwrap_or_default(),
            by_place: by_place.collect(),
        }
    }

    /// The position of a task's file in the needs.
    fn find(&self, task: &Task<'_>) -> Option<usize> {
        let (directory, name) = needs::directory_of(&self.own, &task.part.storage)?;
        let directory = self.by_place.get(&NormalLocation::of(&directory))?;
        self.needs
            .find(self.needs.directories.get(*directory)?, &name)
    }
}
