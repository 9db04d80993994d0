//! The files that a snapshot refers to, each once.

#[cfg(test)]
pub(in crate::inventory) mod tests;

pub mod listing;

use std::cmp::Ordering;

use super::walk::{self, Owner, Piece};
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

/// One reference to a file. There may be millions.
#[derive(Debug, Clone, Copy)]
struct Reference<'m> {
    path: &'m Text<'m>,
    /// Bytes; -1 for unknown.
    size: i64,
    /// Where a segment starts; -1 for a whole file.
    start: i64,
    /// The operator's position, and above it [`RELATIVE`] and the sharing.
    tag: u32,
    /// `u32::MAX` for the coordinator, which has no such subtask beside it.
    subtask: u32,
}

/// The bits of a tag that are the operator's position: there are fewer operators.
const OPERATOR: u32 = (1 << 24) - 1;
/// The bit of a tag that says that the path is relative.
const RELATIVE: u32 = 1 << 24;
/// Where the sharing starts in a tag.
const SHARING: u32 = 25;

/// State within the metadata itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inline {
    /// How many streams.
    pub count: usize,
    /// Bytes.
    pub size: u64,
}

/// Every reference of a snapshot to a file.
#[derive(Debug)]
pub struct References<'m> {
    /// In the metadata's order.
    all: Vec<Reference<'m>>,
    /// Of each, whether no other one refers to the same file.
    is_alone: Vec<bool>,
    /// Positions of all others, those of one file together.
    together: Vec<u32>,
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
        let mut all = Vec::with_capacity(count);
        let mut inline = Inline::default();
        walk::pieces(metadata, &mut |piece| match Reference::of(&piece) {
            Some(reference) => all.push(reference),
            None => {
                inline.count += 1;
                inline.size += u64::try_from(piece.part.size).unwrap_or(0);
            }
        });
        let mut references = Self {
            is_alone: vec![false; all.len()],
            together: Vec::new(),
            all,
            inline,
        };
        references.bring_together();
        references
    }

    /// Finds the references to one file by a hash of their paths, whose bytes are compared only where hashes are equal.
    fn bring_together(&mut self) {
        let hash_of = |reference: &Reference<'_>| u64::from(hash(reference.path.as_bytes()));
        let hashes = self.all.iter().zip(0_u64..);
        let mut keys: Vec<u64> = hashes.map(|(one, at)| hash_of(one) << 32 | at).collect();
        keys.sort_unstable();
        let position = |key: &u64| (key & u64::from(u32::MAX)) as usize;
        for run in keys.chunk_by(|a, b| a >> 32 == b >> 32) {
            if let [key] = run {
                self.is_alone[position(key)] = true;
            } else {
                self.together
                    .extend(run.iter().map(|key| position(key) as u32));
            }
        }
        let all = &self.all;
        self.together.sort_unstable_by(|a, b| {
            let (a, b) = (&all[*a as usize], &all[*b as usize]);
            hash_of(a).cmp(&hash_of(b)).then_with(|| a.order(b))
        });
    }

    fn runs(&self) -> impl Iterator<Item = &[u32]> {
        let same = |a: &u32, b: &u32| self.all[*a as usize].same_file(&self.all[*b as usize]);
        self.together.chunk_by(same)
    }

    /// Each file once, in no order that means anything.
    pub fn files(&self) -> impl Iterator<Item = FileUse<'m>> {
        self.keyed_files().map(|(_, file)| file)
    }

    /// Each file once, with what finds it again in [`References::file`].
    fn keyed_files(&self) -> impl Iterator<Item = (usize, FileUse<'m>)> {
        let alone = self.all.iter().zip(&self.is_alone).enumerate();
        let alone = alone.filter(|(_, (_, is_alone))| **is_alone);
        let alone = alone.map(|(at, (reference, _))| (at, FileUse::alone(reference)));
        let mut at = self.all.len();
        let together = self.runs().filter_map(move |run| {
            let key = at;
            at += run.len();
            Some((key, self.together(run)?))
        });
        alone.chain(together)
    }

    /// The file with this key: the position of its only reference, or behind all of them that of its run.
    fn file(&self, key: usize) -> Option<FileUse<'m>> {
        match key.checked_sub(self.all.len()) {
            None => self.all.get(key).map(FileUse::alone),
            Some(run) => {
                let from = self.together.get(run..)?;
                let same =
                    |a: &u32, b: &u32| self.all[*a as usize].same_file(&self.all[*b as usize]);
                self.together(from.chunk_by(same).next()?)
            }
        }
    }

    fn together(&self, run: &[u32]) -> Option<FileUse<'m>> {
        let run: Vec<Reference<'m>> = run.iter().map(|at| self.all[*at as usize]).collect();
        FileUse::of(&run)
    }

    /// The files counted.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals {
            references: self.all.len(),
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
}

impl<'m> Reference<'m> {
    /// The reference to a file; `None` for what is in none.
    fn of(piece: &Piece<'m>) -> Option<Self> {
        let storage = &piece.part.storage;
        let sharing = match piece.sharing {
            Sharing::Exclusive => 0,
            Sharing::TaskOwned => 1,
            Sharing::Shared => 2,
        };
        let relative = match storage {
            Storage::Relative(_) => RELATIVE,
            _ => 0,
        };
        Some(Self {
            path: storage.path()?,
            size: piece.part.size,
            start: match storage {
                Storage::Segment { start, .. } => *start,
                _ => -1,
            },
            tag: piece.owner.operator & OPERATOR | relative | sharing << SHARING,
            subtask: piece.owner.subtask.unwrap_or(u32::MAX),
        })
    }

    fn is_relative(&self) -> bool {
        self.tag & RELATIVE != 0
    }

    fn sharing(&self) -> Sharing {
        match self.tag >> SHARING {
            0 => Sharing::Exclusive,
            1 => Sharing::TaskOwned,
            _ => Sharing::Shared,
        }
    }

    fn owner(&self) -> Owner {
        Owner {
            operator: self.tag & OPERATOR,
            subtask: (self.subtask != u32::MAX).then_some(self.subtask),
        }
    }

    /// By file, then by segment.
    fn order(&self, other: &Self) -> Ordering {
        self.is_relative()
            .cmp(&other.is_relative())
            .then_with(|| self.path.cmp(other.path))
            .then_with(|| (self.start, self.size).cmp(&(other.start, other.size)))
    }

    fn same_file(&self, other: &Self) -> bool {
        self.is_relative() == other.is_relative() && self.path == other.path
    }
}

/// A hash of a path, eight bytes at once. Paths that are made to have the same cost time for their comparison, and no
/// more.
fn hash(path: &[u8]) -> u32 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let (words, rest) = path.as_chunks::<8>();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    let words = words.iter().chain([&last]);
    let hash = words.fold(path.len() as u64, |hash, word| {
        (hash.rotate_left(5) ^ u64::from_le_bytes(*word)).wrapping_mul(FACTOR)
    });
    (hash >> 32) as u32
}

impl<'m> FileUse<'m> {
    /// The file of its only reference.
    fn alone(reference: &Reference<'m>) -> Self {
        let owner = reference.owner();
        Self {
            path: reference.path,
            is_relative: reference.is_relative(),
            size: u64::try_from(reference.size).ok(),
            segments: usize::from(reference.start >= 0),
            references: 1,
            operator: owner.operator as usize,
            operators: 1,
            subtask: owner.subtask,
            subtasks: 1,
            sharing: reference.sharing(),
        }
    }

    /// The file of a run of references to it, which are sorted by segment.
    fn of(run: &[Reference<'m>]) -> Option<Self> {
        let first = run.first()?;
        let mut owners: Vec<Owner> = run.iter().map(Reference::owner).collect();
        owners.sort_unstable();
        owners.dedup();
        let leader = owners.first()?;
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
            size,
            segments,
            references: run.len(),
            operator: leader.operator as usize,
            operators: owners.chunk_by(|a, b| a.operator == b.operator).count(),
            subtask: leader.subtask,
            subtasks: owners.len(),
            sharing: run.iter().map(Reference::sharing).max()?,
            ..Self::alone(first)
        })
    }
}
