//! A sink into files: records wait until the checkpoint that they belong to is complete, and are appended then.
//!
//! The first subtask appends to the path itself, the others to [`parts`] beside it. What a snapshot holds is how long each
//! file was, all earlier records being committed, and the lines that wait for this snapshot. A restore cuts the files to
//! that length and appends those lines: whatever was appended since then comes again, and is kept aside until then (see
//! [`undone`]).

use std::collections::{HashMap, VecDeque};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::parts::{self, part, parts};
use super::regular;
use super::snapshot::List;
use super::undone::{self, Content, named};
use crate::minicluster::program::Value;

/// The list state that says how long each file is, and what is in it: `<bytes> <hash> <path>`.
pub(in crate::minicluster) const COMMITTED: &str = "committed";
/// The list state of lines that wait for the snapshot: of each file the path in the first line, behind it the lines.
pub(in crate::minicluster) const PENDING: &str = "pending";

/// One subtask of the sink.
#[derive(Debug)]
pub(super) struct FileSink {
    path: PathBuf,
    file: File,
    committed: Content,
    /// Lines of snapshots that are not complete, the oldest first.
    waiting: VecDeque<(u64, String)>,
    /// Lines since the last barrier.
    lines: String,
    /// Files of subtasks that there are no longer, kept by the first subtask.
    others: Vec<(Content, PathBuf)>,
}

/// What the lists of a sink say that has written nothing yet: what is in its files stays there.
pub(in crate::minicluster) fn first_lists(path: &Path) -> io::Result<Vec<List>> {
    let mut committed = vec![];
    for (_, part) in parts(path)? {
        committed.push(describe(Content::of(&part, u64::MAX)?, &part));
    }
    if committed.is_empty() {
        committed.push(describe(Content::NOTHING, path));
    }
    Ok(vec![(COMMITTED.to_owned(), committed)])
}

fn describe(content: Content, path: &Path) -> String {
    format!("{} {:016x} {}", content.bytes, content.hash, path.display())
}

fn parse(text: &str) -> Option<(Content, &Path)> {
    let (bytes, rest) = text.split_once(' ')?;
    let (hash, path) = rest.split_once(' ')?;
    let bytes = bytes.parse().ok()?;
    let hash = u64::from_str_radix(hash, 16).ok()?;
    Some((Content { bytes, hash }, Path::new(path)))
}

/// Brings the files to what a snapshot's lists say, before any subtask opens them.
///
/// # Errors
/// A file cannot be changed, or is not, and has never been, what the snapshot means.
pub(in crate::minicluster) fn restore(
    path: &Path,
    parallelism: u32,
    lists: &[List],
) -> io::Result<()> {
    let pending = elements(lists, PENDING).filter_map(|element| element.split_once('\n'));
    let pending: HashMap<&str, &str> = pending.collect();
    let mut known = Vec::new();
    for (content, file) in committed(lists)? {
        let next = file.to_str().and_then(|file| pending.get(file));
        undone::bring(file, content, next.map_or(&[], |next| next.as_bytes()))?;
        known.push(file);
    }
    if known.contains(&path) {
        parts::remove_others(path, &known)?;
    }
    for (file, lines) in pending {
        undone::append(Path::new(file), lines.as_bytes())?;
    }
    parts::reserve(path, parallelism, &known)
}

/// Sees whether [`restore`] could do it, and changes nothing.
///
/// # Errors
/// As there.
pub(in crate::minicluster) fn check(
    path: &Path,
    parallelism: u32,
    lists: &[List],
) -> io::Result<()> {
    regular::check(path)?;
    let mut known = Vec::new();
    for (content, file) in committed(lists)? {
        undone::check(file, content)?;
        known.push(file);
    }
    parts::check(path, parallelism, &known)
}

/// What each file is to be.
fn committed(lists: &[List]) -> io::Result<Vec<(Content, &Path)>> {
    let parsed = elements(lists, COMMITTED).map(|element| {
        parse(element).ok_or_else(|| io::Error::other(format!("a sink's state is '{element}'")))
    });
    parsed.collect()
}

/// The elements of all lists of this name.
fn elements<'l>(lists: &'l [List], name: &'l str) -> impl Iterator<Item = &'l String> {
    let lists = lists.iter().filter(move |(found, _)| found == name);
    lists.flat_map(|(_, elements)| elements)
}

impl FileSink {
    /// Opens a subtask's file, which has been brought to what the state says.
    pub(super) fn open(path: &Path, subtask: u32, parallelism: u32) -> io::Result<Self> {
        let own = part(path, subtask);
        regular::check(&own)?;
        let file = OpenOptions::new().create(true).append(true).open(&own);
        let file = file.map_err(|error| named(&own, &error))?;
        let mut others = Vec::new();
        if subtask == 0 {
            for (number, part) in parts(path)? {
                if number >= parallelism {
                    others.push((Content::of(&part, u64::MAX)?, part));
                }
            }
        }
        Ok(Self {
            committed: Content::of(&own, u64::MAX)?,
            path: own,
            file,
            waiting: VecDeque::new(),
            lines: String::new(),
            others,
        })
    }

    /// Takes a record: a line.
    pub(super) fn write(&mut self, value: &Value) {
        self.lines.push_str(&value.to_string());
        self.lines.push('\n');
    }

    /// The state as it belongs into a snapshot. What came until now waits for it.
    pub(super) fn snapshot(&mut self, checkpoint: u64) -> Vec<List> {
        if !self.lines.is_empty() {
            let lines = std::mem::take(&mut self.lines);
            self.waiting.push_back((checkpoint, lines));
        }
        let mut committed = vec![describe(self.committed, &self.path)];
        let others = self.others.iter();
        committed.extend(others.map(|(content, path)| describe(*content, path)));
        let mut pending = Vec::new();
        if !self.waiting.is_empty() {
            let mut block = format!("{}\n", self.path.display());
            block.extend(self.waiting.iter().map(|(_, lines)| lines.as_str()));
            pending.push(block);
        }
        vec![
            (COMMITTED.to_owned(), committed),
            (PENDING.to_owned(), pending),
        ]
    }

    /// Appends what waited for this snapshot or an earlier one, which is complete.
    pub(super) fn commit(&mut self, checkpoint: u64) -> io::Result<()> {
        while let Some((waits_for, lines)) = self.waiting.front() {
            if *waits_for > checkpoint {
                break;
            }
            self.file.write_all(lines.as_bytes())?;
            self.committed.append(lines.as_bytes());
            self.waiting.pop_front();
        }
        self.file.sync_data()
    }

    /// Appends all: the job ends well.
    pub(super) fn finish(&mut self) -> io::Result<()> {
        let lines = std::mem::take(&mut self.lines);
        self.waiting.push_back((u64::MAX, lines));
        self.commit(u64::MAX)
    }
}
