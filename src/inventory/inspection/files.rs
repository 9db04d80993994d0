//! The files that a snapshot refers to, each once.

#[cfg(test)]
pub(in crate::inventory) mod tests;

use std::cmp::{Ordering, Reverse};
use std::path::Path;

use super::walk::{self, Owner};
use crate::metadata::sizes::Storage;
use crate::metadata::{Metadata, Text};

/// Who may use a file, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sharing {
    /// This snapshot alone.
    Exclusive,
    /// The task managers that wrote it; several checkpoints may use it.
    TaskOwned,
    /// Several checkpoints.
    Shared,
}

impl Sharing {
    /// The word for it.
    pub fn label(self) -> &'static str {
        match self {
            Sharing::Exclusive => "exclusive",
            Sharing::TaskOwned => "task-owned",
            Sharing::Shared => "shared",
        }
    }
}

/// One reference to a file.
#[derive(Debug, Clone, Copy)]
struct Reference<'m> {
    path: &'m Text<'m>,
    /// Bytes; -1 for unknown.
    size: i64,
    /// Where a segment starts; -1 for a whole file.
    start: i64,
    /// Of the path's end: references to one file come together by it, whatever it is worth as a hash.
    hash: u32,
    operator: u32,
    /// `u32::MAX` for the coordinator, which has no such subtask beside it.
    subtask: u32,
    sharing: Sharing,
    is_relative: bool,
}

/// State within the metadata itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inline {
    /// How many streams.
    pub count: usize,
    /// Bytes.
    pub size: u64,
}

/// Every reference of a snapshot to a file, sorted by file.
#[derive(Debug)]
pub struct References<'m> {
    sorted: Vec<Reference<'m>>,
    /// What is in no file.
    pub inline: Inline,
}

/// A file that a snapshot refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileUse<'m> {
    /// As recorded.
    pub path: &'m Text<'m>,
    /// Whether the path counts from the snapshot's directory.
    pub is_relative: bool,
    /// Bytes of the file, or of its segments that are referred to, each once; `None` where they are not recorded.
    pub size: Option<u64>,
    /// Distinct segments; 0 for a whole file.
    pub segments: usize,
    /// How many handles refer to it.
    pub references: usize,
    /// The first operator, by its position in the metadata.
    pub operator: usize,
    /// How many operators refer to it.
    pub operators: usize,
    /// The first operator's first subtask; `None` for its coordinator.
    pub subtask: Option<u32>,
    /// How many subtasks refer to it, over all operators.
    pub subtasks: usize,
    /// Who may use it.
    pub sharing: Sharing,
}

/// A file in a list that is to be sorted.
struct FileKey {
    size: Option<u64>,
    /// Its first reference.
    at: usize,
}

/// The files of a snapshot, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Distinct files.
    pub files: usize,
    /// Their bytes, each file once, less those whose size is not recorded.
    pub files_size: u64,
    /// Files whose size is not recorded.
    pub unknown_sizes: usize,
    /// Files of this snapshot alone.
    pub exclusive: usize,
    /// Files of task managers.
    pub task_owned: usize,
    /// Files that several checkpoints may use.
    pub shared: usize,
    /// References to files.
    pub references: usize,
    /// State within the metadata.
    pub inline: Inline,
}

impl<'m> References<'m> {
    /// The references of a snapshot.
    pub fn of(metadata: &'m Metadata<'m>) -> Self {
        let mut count = 0;
        metadata.parts(&mut |part| count += usize::from(part.storage.path().is_some()));
        let mut sorted = Vec::with_capacity(count);
        let mut inline = Inline::default();
        walk::pieces(metadata, &mut |piece| {
            let Some(path) = piece.part.storage.path() else {
                inline.count += 1;
                inline.size += u64::try_from(piece.part.size).unwrap_or(0);
                return;
            };
            sorted.push(Reference {
                path,
                size: piece.part.size,
                start: match piece.part.storage {
                    Storage::Segment { start, .. } => start,
                    _ => -1,
                },
                hash: hash_of_end(path.as_bytes()),
                operator: piece.owner.operator,
                subtask: piece.owner.subtask.unwrap_or(u32::MAX),
                sharing: piece.sharing,
                is_relative: matches!(piece.part.storage, Storage::Relative(_)),
            });
        });
        sorted.sort_unstable_by(Reference::order);
        Self { sorted, inline }
    }

    /// Each file once, in no order that means anything.
    pub fn files(&self) -> impl Iterator<Item = FileUse<'m>> {
        self.sorted
            .chunk_by(|a, b| a.same_file(b))
            .filter_map(FileUse::of)
    }

    /// The largest files, at most `limit`, the largest first.
    pub fn largest(&self, limit: usize) -> Vec<FileUse<'m>> {
        let mut found: Vec<FileKey> = Vec::new();
        let mut at = 0;
        for run in self.sorted.chunk_by(|a, b| a.same_file(b)) {
            let size = FileUse::of(run).and_then(|file| file.size);
            found.push(FileKey { size, at });
            at += run.len();
        }
        found.sort_unstable_by_key(|key| (Reverse(key.size), key.at));
        found.truncate(limit);
        let run = |key: FileKey| {
            let from = self.sorted.get(key.at..)?;
            FileUse::of(from.chunk_by(|a, b| a.same_file(b)).next()?)
        };
        found.into_iter().filter_map(run).collect()
    }

    /// The files counted.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals {
            references: self.sorted.len(),
            inline: self.inline,
            ..Totals::default()
        };
        for file in self.files() {
            totals.files += 1;
            totals.files_size = totals.files_size.saturating_add(file.size.unwrap_or(0));
            totals.unknown_sizes += usize::from(file.size.is_none());
            *match file.sharing {
                Sharing::Exclusive => &mut totals.exclusive,
                Sharing::TaskOwned => &mut totals.task_owned,
                Sharing::Shared => &mut totals.shared,
            } += 1;
        }
        totals
    }

    /// Where the snapshot was when it was written, if it has been moved since: an absolute path into a place that is
    /// not there, while a file of the same name lies beside the metadata.
    ///
    /// `is_there` tells whether a location exists, or `None` where it cannot be looked at; `is_beside` whether a name
    /// is in the directory of the metadata. A few files are looked at, not all.
    pub fn moved_from(
        &self,
        is_there: impl Fn(&str) -> Option<bool>,
        is_beside: impl Fn(&Path) -> bool,
    ) -> Option<String> {
        const LOOKED_AT: usize = 16;
        let exclusive = self
            .files()
            .filter(|file| !file.is_relative && file.sharing == Sharing::Exclusive);
        exclusive.take(LOOKED_AT).find_map(|file| {
            let path = file.path.to_str();
            let (place, name) = path.rsplit_once('/')?;
            let is_name = !matches!(name, "" | "." | "..") && !name.contains('\0');
            let moved = is_name && is_there(&path) != Some(true) && is_beside(Path::new(name));
            moved.then(|| place.to_owned())
        })
    }

    /// The first relative path that leaves the snapshot's directory, or is none.
    pub fn escaping(&self) -> Option<String> {
        let mut relative = self.files().filter(|file| file.is_relative);
        relative.find_map(|file| {
            let storage = Storage::Relative(file.path);
            let resolved = crate::metadata::location::resolve(&storage, "/");
            (resolved == crate::metadata::location::Resolved::Escapes)
                .then(|| file.path.to_string())
        })
    }
}

impl Reference<'_> {
    /// By file, then by segment, then by who refers to it.
    fn order(&self, other: &Self) -> Ordering {
        let by_hash = self.hash.cmp(&other.hash);
        by_hash
            .then_with(|| self.is_relative.cmp(&other.is_relative))
            .then_with(|| self.path.cmp(other.path))
            .then_with(|| (self.start, self.size).cmp(&(other.start, other.size)))
            .then_with(|| {
                let owner = (self.operator, self.subtask);
                owner.cmp(&(other.operator, other.subtask))
            })
    }

    fn same_file(&self, other: &Self) -> bool {
        self.hash == other.hash && self.is_relative == other.is_relative && self.path == other.path
    }
}

/// FNV-1a of the last 16 bytes, which differ in the UUIDs that files are named by.
fn hash_of_end(path: &[u8]) -> u32 {
    let end = path.get(path.len().saturating_sub(16)..).unwrap_or(path);
    end.iter().fold(0x811c_9dc5, |hash: u32, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

impl<'m> FileUse<'m> {
    /// The file of a run of references to it, which are sorted.
    fn of(run: &[Reference<'m>]) -> Option<Self> {
        let first = run.first()?;
        let owner = |reference: &Reference<'_>| Owner {
            operator: reference.operator,
            subtask: (reference.subtask != u32::MAX).then_some(reference.subtask),
        };
        let mut owners: Vec<Owner> = Vec::new();
        if run.len() > 1 {
            owners.extend(run.iter().map(owner));
            owners.sort_unstable();
            owners.dedup();
        }
        let leader = owners.first().copied().unwrap_or(owner(first));
        let operators = owners.chunk_by(|a, b| a.operator == b.operator).count();
        let mut segments = 0;
        let mut size: Option<u64> = Some(0);
        for part in run.chunk_by(|a, b| a.start == b.start && a.size == b.size) {
            let Some(part) = part.first() else { continue };
            let part_size = u64::try_from(part.size).ok();
            size = match (size, part_size) {
                (Some(sum), Some(more)) if part.start >= 0 => Some(sum.saturating_add(more)),
                (Some(sum), Some(whole)) => Some(sum.max(whole)),
                _ => None,
            };
            segments += usize::from(part.start >= 0);
        }
        Some(Self {
            path: first.path,
            is_relative: first.is_relative,
            size,
            segments,
            references: run.len(),
            operator: usize::try_from(leader.operator).unwrap_or(usize::MAX),
            operators: operators.max(1),
            subtask: leader.subtask,
            subtasks: owners.len().max(1),
            sharing: run.iter().map(|r| r.sharing).max().unwrap_or(first.sharing),
        })
    }
}
