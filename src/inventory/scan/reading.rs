//! Opens a snapshot's files and checks what is in them.
//!
//! The checks read bytes as they need them and know no storage: they run on threads of their own, which ask for ranges
//! of files, and storage answers from where it lives.

mod file;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use self::file::{InStorage, Wanted};
use crate::inventory::check::{Fate, Kind, NeededBy, Needs, Remark, Report, Seen, Share};
use crate::metadata::{self, Metadata};
use crate::state::check::{NoFile, Task, tasks};
use crate::state::{ReadAt, StateError};
use crate::storage::{Location, Storage};

/// How many files are open at once.
const READERS: usize = 8;

/// A snapshot whose files have been looked at.
pub struct Opened {
    /// Its metadata file.
    pub metadata_path: String,
    /// What is in that.
    pub bytes: Vec<u8>,
    /// The files that it needs.
    pub needs: Needs,
    /// What was seen of them.
    pub seen: Seen,
}

/// Checks what is in the files of a snapshot that are there and of the right size, or in a share of them.
pub async fn read(storage: &Storage, opened: Opened, share: Share) -> Report {
    let (send, mut wanted) = unbounded_channel();
    let reading = tokio::task::spawn_blocking(move || check(&opened, share, send));
    answer(storage, &mut wanted).await;
    // a check that panicked has checked nothing
    reading.await.unwrap_or_default()
}

/// Reads what is asked for until nobody is left to ask.
async fn answer(storage: &Storage, wanted: &mut UnboundedReceiver<Wanted>) {
    let mut reads = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some(()) = reads.next(), if !reads.is_empty() => {}
            next = wanted.recv() => match next {
                Some(wanted) => reads.push(async move {
                    let read = storage.read_range(&wanted.file, wanted.range).await;
                    // nobody waits for it if the check has ended
                    let _ = wanted.answer.send(read);
                }),
                None => break,
            },
        }
    }
}

/// Runs all checks, on several threads.
fn check(opened: &Opened, share: Share, send: UnboundedSender<Wanted>) -> Report {
    let Ok(metadata) = metadata::read(&opened.bytes) else {
        return Report::default();
    };
    let (tasks, files) = chosen(&metadata, opened, share);
    let work = Work {
        opened,
        tasks,
        files,
        next: AtomicUsize::new(0),
        found: Mutex::default(),
    };
    std::thread::scope(|scope| {
        for _ in 0..READERS.min(work.files.len()) {
            let send = send.clone();
            let work = &work;
            scope.spawn(move || work.run(&send));
        }
    });
    drop(send);
    work.report()
}

/// The tasks that are to be run, each with the position of its file, by file; and the tasks of each file.
type Chosen<'m> = (Vec<(Option<usize>, Task<'m>)>, Vec<Range<usize>>);

fn chosen<'m>(metadata: &'m Metadata<'m>, opened: &Opened, share: Share) -> Chosen<'m> {
    let mut chosen: Vec<(Option<usize>, Task<'m>)> = Vec::new();
    tasks(metadata, &mut |task| {
        if task.check.is_nothing() {
            return;
        }
        if task.inline.is_some() {
            chosen.push((None, task));
            return;
        }
        let Some(at) = opened.needs.position(&task.part.storage) else {
            return;
        };
        let is_sound = opened.needs.file(at).is_some_and(|file| {
            let fate = opened.seen.fates.get(at).copied().unwrap_or_default();
            let fits = matches!(fate, Fate::There(size) if file.size.allows(size));
            fits && share.has(file.name)
        });
        if is_sound {
            chosen.push((Some(at), task));
        }
    });
    // of one file, in the metadata's order
    chosen.sort_by_key(|(at, _)| *at);
    let mut files = Vec::new();
    let mut start = 0;
    for run in chosen.chunk_by(|(a, _), (b, _)| a == b) {
        files.push(start..start + run.len());
        start += run.len();
    }
    (chosen, files)
}

struct Work<'w> {
    opened: &'w Opened,
    tasks: Vec<(Option<usize>, Task<'w>)>,
    /// The tasks of each file.
    files: Vec<Range<usize>>,
    /// The next file that nobody has opened.
    next: AtomicUsize,
    found: Mutex<Found>,
}

/// What was found so far.
#[derive(Default)]
struct Found {
    opened: usize,
    /// By the positions of the files.
    findings: Vec<(Option<usize>, Remark)>,
    /// What could not be looked into: in how many files, and the first of them.
    unread: BTreeMap<String, (usize, Option<usize>)>,
}

impl Work<'_> {
    fn run(&self, send: &UnboundedSender<Wanted>) {
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(tasks) = self
                .files
                .get(at)
                .and_then(|run| self.tasks.get(run.clone()))
            else {
                return;
            };
            self.file(tasks, send);
        }
    }

    /// Checks one file, by all that is known of it.
    fn file(&self, tasks: &[(Option<usize>, Task<'_>)], send: &UnboundedSender<Wanted>) {
        let Some((at, _)) = tasks.first() else { return };
        let file = at.and_then(|at| {
            let size = match self.opened.seen.fates.get(at) {
                Some(Fate::There(size)) => *size,
                _ => return None,
            };
            let location = Location::of(&self.opened.needs.location(at)?).ok()?;
            Some(InStorage::new(location, size, send.clone()))
        });
        let bytes: &dyn ReadAt = match &file {
            Some(file) => file,
            None => &NoFile,
        };
        let mut unread: Vec<String> = Vec::new();
        let mut finding = None;
        for (_, task) in tasks {
            match task.run(bytes) {
                Ok(report) => unread.extend(report.unread),
                Err(StateError::Unsupported(what)) => unread.push(what),
                Err(error) => {
                    let failure = file.as_ref().and_then(InStorage::failure);
                    finding = Some(self.finding(*at, task, &error, failure));
                    break;
                }
            }
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.opened += usize::from(file.is_some());
        found.findings.extend(finding.map(|finding| (*at, finding)));
        unread.sort_unstable();
        unread.dedup();
        for what in unread {
            let (count, first) = found.unread.entry(what).or_insert((0, *at));
            *count += 1;
            *first = (*first).min(*at);
        }
    }

    fn finding(
        &self,
        at: Option<usize>,
        task: &Task<'_>,
        error: &StateError,
        failure: Option<(bool, String)>,
    ) -> Remark {
        let (kind, detail) = match failure {
            Some((true, _)) => (Kind::Missing, "it was deleted meanwhile".to_owned()),
            Some((false, why)) => (Kind::Unreadable, why),
            None => (Kind::Undecodable, error.to_string()),
        };
        let by = NeededBy::of(
            &self.opened.needs,
            u32::try_from(task.operator).unwrap_or(u32::MAX),
            Some(task.subtask),
        );
        Remark {
            needed_by: by,
            ..Remark::new(kind, self.location(at)).with(detail)
        }
    }

    /// Where a file lies; what is inline lies in the metadata.
    fn location(&self, at: Option<usize>) -> String {
        at.and_then(|at| self.opened.needs.location(at))
            .unwrap_or_else(|| self.opened.metadata_path.clone())
    }

    fn report(self) -> Report {
        let found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut findings = found.findings.clone();
        findings.sort_by_key(|(at, _)| *at);
        let notes = found.unread.iter().map(|(what, (files, first))| Remark {
            files: *files,
            ..Remark::new(Kind::Unchecked, self.location(*first)).with(what)
        });
        Report {
            opened: found.opened,
            findings: findings.into_iter().map(|(_, finding)| finding).collect(),
            notes: notes.collect(),
            ..Report::default()
        }
    }
}
