//! The files that a snapshot needs, each once, by directory: few bytes for each, because there may be millions.

use std::collections::HashMap;
use std::ops::Range;

use crate::domain::ids::OperatorId;
use crate::domain::location::NormalLocation;
use crate::inventory::inspection::names;
use crate::inventory::inspection::walk::{self, Piece};
use crate::metadata::model::Operator;
use crate::metadata::sizes::Storage;
use crate::metadata::{Metadata, location};

/// Every file that a snapshot needs.
#[derive(Debug)]
pub struct Needs {
    /// Where the files lie: the snapshot's own directory first, whether it holds any of them or not.
    pub directories: Vec<Directory>,
    /// By directory, then by name.
    files: Vec<Need>,
    /// The names of all files, one behind the other.
    names: String,
    /// The operators, in the metadata's order.
    pub operators: Vec<Owner>,
    /// Paths that lead out of the snapshot's directory, or step back: nobody follows them.
    pub unsafe_paths: Vec<UnsafePath>,
    /// Directories that are state as a whole (RocksDB copies of Flink 1.0 and 1.1): their files are not known.
    pub opaque: usize,
}

/// A directory in which files are needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    /// Where, as it was first named, without a slash at its end.
    pub location: String,
    /// Which of the files.
    files: Range<usize>,
}

/// An operator, as a finding names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its id.
    pub id: OperatorId,
    /// Its name, where it is recorded.
    pub name: Option<String>,
}

/// A path that nobody follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsafePath {
    /// As recorded.
    pub path: String,
    /// The operator's position.
    pub operator: u32,
    /// The subtask; `None` for the coordinator.
    pub subtask: Option<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Need {
    name: u64,
    at_least: u64,
    at_most: u64,
    name_length: u32,
    directory: u32,
    operator: u32,
    /// `u32::MAX` for the coordinator.
    subtask: u32,
}

/// A file that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File<'n> {
    /// Its name in its directory.
    pub name: &'n str,
    /// What it must be like.
    pub size: Required,
    /// The first operator that needs it, by its position.
    pub operator: u32,
    /// That operator's first subtask; `None` for its coordinator.
    pub subtask: Option<u32>,
}

/// What the size of a file must be, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Required {
    /// At least this: the largest of all sizes and ends of segments that are recorded.
    pub at_least: u64,
    /// At most this; `u64::MAX` where no handle owns the whole file or knows its size.
    pub at_most: u64,
}

impl Required {
    const NOTHING: Self = Self {
        at_least: 0,
        at_most: u64::MAX,
    };

    /// What one handle asks of its file.
    fn of(piece: &Piece<'_>) -> Self {
        let Ok(size) = u64::try_from(piece.part.size) else {
            return Self::NOTHING;
        };
        match piece.part.storage {
            Storage::Segment { start, .. } => Self {
                at_least: u64::try_from(start).unwrap_or(0).saturating_add(size),
                at_most: u64::MAX,
            },
            _ => Self {
                at_least: size,
                at_most: size.saturating_add(u64::from(piece.is_changelog)),
            },
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            at_least: self.at_least.max(other.at_least),
            at_most: self.at_most.min(other.at_most),
        }
    }

    /// Whether nothing is recorded, so that the file has only to exist.
    pub fn is_unknown(self) -> bool {
        self == Self::NOTHING
    }

    /// The size that is expected; `None` where it is not recorded.
    pub fn expected(self) -> Option<u64> {
        (!self.is_unknown()).then_some(self.at_least)
    }
}

impl Needs {
    /// What the metadata of a snapshot in `directory` refers to.
    pub fn of(metadata: &Metadata<'_>, directory: &str) -> Self {
        let mut gathering = Gathering::new(directory);
        walk::pieces(metadata, &mut |piece| gathering.piece(&piece));
        let states = metadata.operators.iter().flat_map(|op| &op.subtasks);
        let java = states.filter_map(|subtask| subtask.state.as_ref()?.java.as_ref());
        let opaque = java
            .flat_map(|java| &java.states)
            .map(|state| state.directories().count())
            .sum();
        let owner = |operator: &Operator<'_>| Owner {
            id: operator.id,
            name: names::name(operator),
        };
        let operators = metadata.operators.iter().map(owner).collect();
        gathering.finish(operators, opaque)
    }

    /// How many files.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are no files: all state is in the metadata.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The file at a position; `None` beyond the last one.
    pub fn file(&self, at: usize) -> Option<File<'_>> {
        let need = self.files.get(at)?;
        Some(File {
            name: self.name(need),
            size: Required {
                at_least: need.at_least,
                at_most: need.at_most,
            },
            operator: need.operator,
            subtask: (need.subtask != u32::MAX).then_some(need.subtask),
        })
    }

    /// The positions of a directory's files.
    pub fn within(&self, directory: &Directory) -> Range<usize> {
        directory.files.clone()
    }

    /// The position of the file with this name in a directory.
    pub fn find(&self, directory: &Directory, name: &str) -> Option<usize> {
        let files = self.files.get(directory.files.clone())?;
        let at = files.binary_search_by(|need| self.name(need).cmp(name));
        at.ok().map(|at| directory.files.start + at)
    }

    /// Where the file at a position lies.
    pub fn location(&self, at: usize) -> Option<String> {
        let need = self.files.get(at)?;
        let directory = self.directories.get(need.directory as usize)?;
        Some(joined(&directory.location, self.name(need)))
    }

    /// The position of the directory in which the file at a position lies, and the file's name there.
    pub fn place(&self, at: usize) -> Option<(usize, &str)> {
        let need = self.files.get(at)?;
        Some((need.directory as usize, self.name(need)))
    }

    /// The sum of the sizes that are recorded.
    pub fn bytes(&self) -> u64 {
        let sizes = self.files.iter().map(|need| need.at_least);
        sizes.fold(0, u64::saturating_add)
    }

    /// How many files have no recorded size.
    pub fn unknown_sizes(&self) -> usize {
        let unknown = |need: &&Need| need.at_least == 0 && need.at_most == u64::MAX;
        self.files.iter().filter(unknown).count()
    }

    fn name(&self, need: &Need) -> &str {
        name_in(&self.names, need)
    }
}

fn name_in<'n>(names: &'n str, need: &Need) -> &'n str {
    let start = need.name as usize;
    let end = start + need.name_length as usize;
    names.get(start..end).unwrap_or_default()
}

/// The location of a name in a directory.
pub fn joined(directory: &str, name: &str) -> String {
    let slash = if directory.ends_with('/') { "" } else { "/" };
    format!("{directory}{slash}{name}")
}

/// Needs that are being collected.
struct Gathering {
    own: String,
    directories: Vec<Directory>,
    known: HashMap<NormalLocation, u32>,
    /// The directory that was last recorded, and its number: the next file is likely to lie there too.
    last: Option<(String, u32)>,
    files: Vec<Need>,
    names: String,
    unsafe_paths: Vec<UnsafePath>,
}

impl Gathering {
    fn new(own: &str) -> Self {
        let mut gathering = Self {
            own: own.to_owned(),
            directories: Vec::new(),
            known: HashMap::new(),
            last: None,
            files: Vec::new(),
            names: String::new(),
            unsafe_paths: Vec::new(),
        };
        gathering.directory(own.to_owned());
        gathering
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        let Some(path) = piece.part.storage.path() else {
            return;
        };
        let is_relative = matches!(piece.part.storage, Storage::Relative(_));
        let text = path.to_str();
        if !may_be_followed(&text, is_relative) {
            self.unsafe_paths.push(UnsafePath {
                path: text.into_owned(),
                operator: piece.owner.operator,
                subtask: piece.owner.subtask,
            });
            return;
        }
        let (place, name) = text.rsplit_once('/').unwrap_or(("", &text));
        let directory = self.number(place, is_relative);
        let size = Required::of(piece);
        self.files.push(Need {
            name: self.names.len() as u64,
            at_least: size.at_least,
            at_most: size.at_most,
            name_length: u32::try_from(name.len()).unwrap_or(u32::MAX),
            directory,
            operator: piece.owner.operator,
            subtask: piece.owner.subtask.unwrap_or(u32::MAX),
        });
        self.names.push_str(name);
    }

    /// The number of a directory, recorded as `place`.
    fn number(&mut self, place: &str, is_relative: bool) -> u32 {
        if is_relative && place.is_empty() {
            return 0;
        }
        if let Some((last, number)) = &self.last
            && !is_relative
            && last == place
        {
            return *number;
        }
        let location = location_of(&self.own, place, is_relative);
        let number = self.directory(location);
        if !is_relative {
            self.last = Some((place.to_owned(), number));
        }
        number
    }

    fn directory(&mut self, location: String) -> u32 {
        let next = self.directories.len() as u32;
        let number = *self
            .known
            .entry(NormalLocation::of(&location))
            .or_insert(next);
        if number == next {
            self.directories.push(Directory {
                location,
                files: 0..0,
            });
        }
        number
    }

    fn finish(mut self, operators: Vec<Owner>, opaque: usize) -> Needs {
        let names = &self.names;
        // of the references to one file the metadata's first one stays in front
        self.files.sort_by(|a, b| {
            let by_directory = a.directory.cmp(&b.directory);
            by_directory.then_with(|| name_in(names, a).cmp(name_in(names, b)))
        });
        self.files.dedup_by(|later, first| {
            let same = later.directory == first.directory
                && name_in(names, later) == name_in(names, first);
            if same {
                let size = |need: &Need| Required {
                    at_least: need.at_least,
                    at_most: need.at_most,
                };
                let both = size(first).and(size(later));
                (first.at_least, first.at_most) = (both.at_least, both.at_most);
            }
            same
        });
        self.files.shrink_to_fit();
        let mut at = 0;
        for run in self.files.chunk_by(|a, b| a.directory == b.directory) {
            let number = run.first().map_or(0, |need| need.directory as usize);
            if let Some(directory) = self.directories.get_mut(number) {
                directory.files = at..at + run.len();
            }
            at += run.len();
        }
        Needs {
            directories: self.directories,
            files: self.files,
            names: self.names,
            operators,
            unsafe_paths: self.unsafe_paths,
            opaque,
        }
    }
}

/// The directory in which a stream of a snapshot in the directory `own` lies, and its file's name there; `None` for inline
/// bytes and for paths that nobody follows.
pub fn directory_of(own: &str, storage: &Storage<'_>) -> Option<(String, String)> {
    let text = storage.path()?.to_str();
    let is_relative = matches!(storage, Storage::Relative(_));
    if !may_be_followed(&text, is_relative) {
        return None;
    }
    let (place, name) = text.rsplit_once('/').unwrap_or(("", &text));
    Some((location_of(own, place, is_relative), name.to_owned()))
}

/// Where a directory that is recorded as `place` lies.
fn location_of(own: &str, place: &str, is_relative: bool) -> String {
    match (is_relative, place) {
        (true, "") => own.to_owned(),
        (true, below) => joined(own, below),
        (false, "") => "/".to_owned(),
        (false, place) => on_file_system_of(own, place),
    }
}

/// Whether a recorded path is looked at: a relative one that stays where it is, or an absolute one without steps back.
fn may_be_followed(path: &str, is_relative: bool) -> bool {
    if is_relative {
        return location::stays_inside(path);
    }
    let name = path.rsplit('/').next().unwrap_or_default();
    !matches!(name, "" | ".") && !path.contains('\0') && path.split('/').all(|step| step != "..")
}

/// An absolute path without a scheme lies on the default file system of the cluster that wrote it, which is that of the
/// snapshot itself.
fn on_file_system_of(own: &str, place: &str) -> String {
    let remote = own
        .split_once("://")
        .filter(|(scheme, _)| *scheme != "file" && place.starts_with('/'));
    match remote {
        Some((scheme, rest)) => {
            let authority = rest.split('/').next().unwrap_or_default();
            format!("{scheme}://{authority}{place}")
        }
        None => place.to_owned(),
    }
}
