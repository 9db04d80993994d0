//! The files in an order to be shown: by directory, the largest first.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::{FileUse, References};
use crate::metadata::Text;
use crate::metadata::location::{Resolved, resolve};
use crate::metadata::sizes::Storage;

/// Where files lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Directory<'m> {
    /// In the snapshot's own directory.
    Own,
    /// Where a relative path leads that leaves it.
    Outside,
    /// At this path, in the metadata's own encoding, with its last slash.
    At(&'m [u8]),
}

impl Directory<'_> {
    fn of<'m>(file: &FileUse<'m>) -> Directory<'m> {
        let path = file.path.as_bytes();
        if file.is_relative {
            return match resolve(&Storage::Relative(file.path), "/") {
                Resolved::At(_) => Directory::Own,
                Resolved::Inline | Resolved::Escapes => Directory::Outside,
            };
        }
        let end = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        Directory::At(path.get(..end).unwrap_or_default())
    }

    /// The path as text; `None` for what is not at a path of its own.
    pub fn path(&self) -> Option<String> {
        let Directory::At(path) = self else {
            return None;
        };
        Text::from_modified_utf8(path).map(|path| path.to_string())
    }

    /// The path of a file behind the directory's.
    pub fn name_of(&self, file: &FileUse<'_>) -> String {
        let path = file.path.as_bytes();
        let name = match self {
            Directory::Own | Directory::Outside => path,
            Directory::At(directory) => path.get(directory.len()..).unwrap_or_default(),
        };
        Text::from_modified_utf8(name).map_or_else(String::new, |name| name.to_string())
    }
}

/// A file in the list: few bytes, because there may be millions.
#[derive(Debug)]
struct Entry {
    /// 0 where it is not known.
    size: u64,
    key: u32,
    directory: u32,
}

/// Files by directory, the largest first.
#[derive(Debug)]
pub struct Listing<'m, 'r> {
    references: &'r References<'m>,
    directories: Vec<Directory<'m>>,
    entries: Vec<Entry>,
}

impl<'m, 'r> Listing<'m, 'r> {
    /// The largest files, at most `limit`.
    pub fn new(references: &'r References<'m>, limit: usize) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for (key, file) in references.keyed_files() {
            entries.push(Entry {
                size: file.size.unwrap_or(0),
                key: u32::try_from(key).unwrap_or(u32::MAX),
                directory: 0,
            });
        }
        if entries.len() > limit {
            entries.sort_unstable_by_key(|entry| (Reverse(entry.size), entry.key));
            entries.truncate(limit);
        }
        let mut listing = Self {
            references,
            directories: Vec::new(),
            entries,
        };
        listing.sort();
        listing
    }

    fn sort(&mut self) {
        let mut known: HashMap<Directory<'m>, u32> = HashMap::new();
        for entry in &mut self.entries {
            let Some(file) = self.references.file(entry.key as usize) else {
                continue;
            };
            let next = known.len() as u32;
            entry.directory = *known.entry(Directory::of(&file)).or_insert(next);
        }
        let mut directories: Vec<(Directory<'m>, u32)> = known.into_iter().collect();
        directories.sort_unstable();
        let mut rank = vec![0; directories.len()];
        for ((_, number), place) in directories.iter().zip(0..) {
            rank[*number as usize] = place;
        }
        for entry in &mut self.entries {
            entry.directory = rank.get(entry.directory as usize).copied().unwrap_or(0);
        }
        self.directories = directories
            .into_iter()
            .map(|(directory, _)| directory)
            .collect();
        self.entries
            .sort_unstable_by_key(|entry| (entry.directory, Reverse(entry.size), entry.key));
    }

    /// The files with their directories.
    pub fn iter(&self) -> impl Iterator<Item = (Directory<'m>, FileUse<'m>)> {
        self.entries.iter().filter_map(|entry| {
            let directory = self.directories.get(entry.directory as usize)?;
            Some((*directory, self.references.file(entry.key as usize)?))
        })
    }
}
