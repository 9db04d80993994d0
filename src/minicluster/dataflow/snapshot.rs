//! State on its way into a snapshot, and out of one: bytes on the heap or in files of Flink's formats.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::regular;
use crate::domain::ids::OperatorId;
use crate::domain::key_group::KeyGroupRange;
use crate::metadata::handle::{DistributionMode, NamedState, Offsets};
use crate::minicluster::coordinator::{Randomness, Throwable};
use crate::state::write::{ListState, OperatorWriter, WriteError};
use crate::state::{Element, ElementType};

/// Bytes of state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::minicluster) struct Stored {
    pub(in crate::minicluster) place: Place,
    /// In bytes.
    pub(in crate::minicluster) size: u64,
}

/// Where bytes of state are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::minicluster) enum Place {
    Heap(Arc<[u8]>),
    File(PathBuf),
}

impl Stored {
    /// The bytes.
    pub(in crate::minicluster) fn read(&self) -> io::Result<Arc<[u8]>> {
        match &self.place {
            Place::Heap(bytes) => Ok(Arc::clone(bytes)),
            Place::File(path) => {
                regular::check(path)?;
                std::fs::read(path).map(Into::into).map_err(|error| {
                    let message = format!("{}: {error}", path.display());
                    io::Error::new(error.kind(), message)
                })
            }
        }
    }

    /// The file, if it is one.
    pub(in crate::minicluster) fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::Heap(_) => None,
            Place::File(path) => Some(path),
        }
    }
}

/// Lists of a subtask, in one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::minicluster) struct ListsHandle {
    pub(in crate::minicluster) states: Vec<NamedState<'static>>,
    pub(in crate::minicluster) stored: Stored,
}

/// Keyed state of a subtask, in one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::minicluster) struct KeyedHandle {
    pub(in crate::minicluster) range: KeyGroupRange,
    pub(in crate::minicluster) offsets: Offsets<'static>,
    pub(in crate::minicluster) stored: Stored,
}

/// What a subtask holds under one operator id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::minicluster) struct SubtaskState {
    pub(in crate::minicluster) operator: OperatorId,
    pub(in crate::minicluster) lists: Option<ListsHandle>,
    /// One when it is written; after a restore with another parallelism there may be several.
    pub(in crate::minicluster) keyed: Vec<KeyedHandle>,
}

impl SubtaskState {
    /// All streams.
    pub(in crate::minicluster) fn stored(&self) -> impl Iterator<Item = &Stored> {
        let lists = self.lists.iter().map(|lists| &lists.stored);
        lists.chain(self.keyed.iter().map(|keyed| &keyed.stored))
    }
}

/// A list state by its name, with its elements.
pub(in crate::minicluster) type List = (String, Vec<String>);

/// Where a subtask writes its state of one snapshot: a directory, or the heap.
#[derive(Debug, Clone)]
pub(super) struct Target(pub(super) Option<PathBuf>);

impl Target {
    /// Opens a stream; `name` is the file's.
    pub(super) fn open(&self, name: &str) -> io::Result<Out> {
        Ok(match &self.0 {
            None => Out::Heap(Vec::new()),
            Some(directory) => {
                let path = directory.join(name);
                Out::File(File::create_new(&path)?, path)
            }
        })
    }
}

/// A stream of state that is being written.
pub(super) enum Out {
    Heap(Vec<u8>),
    File(File, PathBuf),
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Out::Heap(heap) => heap.write(bytes),
            Out::File(file, _) => file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Out::Heap(_) => Ok(()),
            Out::File(file, _) => file.flush(),
        }
    }
}

impl Out {
    /// Ends the stream: a file is on the disk after that.
    pub(super) fn store(self, size: u64) -> io::Result<Stored> {
        let place = match self {
            Out::Heap(bytes) => Place::Heap(bytes.into()),
            Out::File(file, path) => {
                file.sync_all()?;
                Place::File(path)
            }
        };
        Ok(Stored { place, size })
    }
}

/// Writes lists of strings into one stream.
pub(super) fn write_lists(out: Out, lists: &[List]) -> Result<ListsHandle, WriteError> {
    let declared = lists.iter().map(|(name, _)| ListState {
        name: name.clone(),
        mode: DistributionMode::SplitDistribute,
        element: ElementType::String,
    });
    let mut writer = OperatorWriter::new(out, declared.collect())?;
    for (position, (_, elements)) in lists.iter().enumerate() {
        for element in elements {
            writer.element(position, Element::String(element))?;
        }
    }
    let (out, file) = writer.finish()?;
    let stored = out.store(file.size)?;
    let states = file.states;
    Ok(ListsHandle { states, stored })
}

/// A random UUID: what files and handles are called.
pub(in crate::minicluster) fn uuid(randomness: &dyn Randomness) -> String {
    let hex = format!("{:032x}", u128::from_be_bytes(randomness.bytes()));
    let (a, b, c, d, e) = (
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    );
    format!("{a}-{b}-{c}-{d}-{e}")
}

/// A failure to read or write, as Java has it.
pub(in crate::minicluster) fn io_failure(error: &io::Error) -> Throwable {
    let class = match error.kind() {
        io::ErrorKind::NotFound => "java.io.FileNotFoundException",
        io::ErrorKind::AlreadyExists => "java.nio.file.FileAlreadyExistsException",
        io::ErrorKind::PermissionDenied => "java.nio.file.AccessDeniedException",
        _ => "java.io.IOException",
    };
    Throwable::new(class, error.to_string())
}
