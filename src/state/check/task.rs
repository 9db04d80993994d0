//! What of a snapshot's files is to be checked, and how.

use std::io;

use super::{Managed, Report, Result};
use crate::metadata::Metadata;
use crate::metadata::handle::{
    Changelog, ChannelHandle, Incremental, KeyGroups, KeyedHandle, LocalFile, NamedState, Offsets,
    OperatorHandle, StreamHandle,
};
use crate::metadata::sizes::{Part, Storage};
use crate::state::read_at::{ReadAt, Segment};

/// One stream of a snapshot, and what it should be.
#[derive(Debug, Clone)]
pub struct Task<'m> {
    /// The position of the operator in the metadata.
    pub operator: usize,
    /// The subtask's index.
    pub subtask: u32,
    /// Where the bytes are. Some files have several tasks.
    pub part: Part<'m>,
    /// The bytes, where they are in the metadata itself.
    pub inline: Option<&'m [u8]>,
    /// What they should be.
    pub check: Check<'m>,
}

/// What a stream should be.
#[derive(Debug, Clone)]
pub enum Check<'m> {
    /// Managed keyed state in one stream.
    KeyGroups(&'m KeyGroups<'m>, Managed),
    /// Raw keyed state.
    RawKeyGroups(&'m KeyGroups<'m>),
    /// The metadata of an incremental handle.
    BackendMetadata,
    /// A file of the backend, by the name that it has there. Of most there is nothing to check: see
    /// [`Check::is_nothing`].
    BackendFile(String),
    /// An increment of a changelog, by where it starts.
    Changelog(i64),
    /// Managed operator state.
    Operator(&'m [NamedState<'m>]),
    /// Raw operator state.
    RawOperator(&'m [NamedState<'m>]),
    /// In-flight data, by where its buffers start.
    Channel(Offsets<'m>),
}

impl Check<'_> {
    /// Whether the stream is of a kind of which nothing can be checked, so that it need not be opened.
    pub fn is_nothing(&self) -> bool {
        match self {
            Check::BackendFile(name) => !name.ends_with(".sst") && name != "CURRENT",
            _ => false,
        }
    }

    /// Checks the stream's bytes.
    pub fn run(&self, stream: &dyn ReadAt) -> Result<Report> {
        match self {
            Check::KeyGroups(groups, managed) => super::key_groups(stream, groups, *managed),
            Check::RawKeyGroups(groups) => super::raw_key_groups(stream, groups),
            Check::BackendMetadata => super::backend_metadata(stream),
            Check::BackendFile(name) => super::backend_file(name, stream),
            Check::Changelog(offset) => super::changelog(stream, *offset),
            Check::Operator(states) => super::operator(stream, states),
            Check::RawOperator(states) => super::raw_operator(stream, states),
            Check::Channel(offsets) => super::channel(stream, offsets),
        }
    }
}

impl Task<'_> {
    /// Checks the task's stream in its file, which may hold others beside it. An inline stream needs none.
    pub fn run(&self, file: &dyn ReadAt) -> Result<Report> {
        if let Some(bytes) = self.inline {
            return self.check.run(&bytes);
        }
        match self.part.storage {
            Storage::Segment { start, .. } => {
                let start = u64::try_from(start).unwrap_or(u64::MAX);
                let size = u64::try_from(self.part.size).unwrap_or(u64::MAX);
                self.check.run(&Segment::of(file, start, size))
            }
            Storage::Inline | Storage::Relative(_) | Storage::File(_) => self.check.run(file),
        }
    }
}

/// No file: for tasks whose bytes are inline.
#[derive(Debug, Clone, Copy)]
pub struct NoFile;

impl ReadAt for NoFile {
    fn size(&self) -> u64 {
        0
    }

    fn read_at(&self, _: u64, _: &mut [u8]) -> io::Result<usize> {
        Ok(0)
    }
}

/// Shows everything of a snapshot that can be checked, in the metadata's order. State of versions 0 and 1, and
/// coordinators' state, which only its source understands, are left out.
pub fn tasks<'m>(metadata: &'m Metadata<'m>, visit: &mut dyn FnMut(Task<'m>)) {
    for (position, operator) in metadata.operators.iter().enumerate() {
        for subtask in &operator.subtasks {
            let Some(state) = &subtask.state else {
                continue;
            };
            let mut tasks = Tasks {
                operator: position,
                subtask: subtask.index,
                max_parallelism: operator.max_parallelism,
                visit,
            };
            for handle in state.managed_operator.iter().flatten() {
                tasks.operator(handle, Check::Operator(&handle.states));
            }
            for handle in state.raw_operator.iter().flatten() {
                tasks.operator(handle, Check::RawOperator(&handle.states));
            }
            if let Some(handle) = &state.managed_keyed {
                tasks.managed(handle);
            }
            if let Some(handle) = &state.raw_keyed {
                tasks.raw(handle);
            }
            for handle in state.input_channel.iter().chain(&state.result_subpartition) {
                tasks.channel(handle);
            }
        }
    }
}

struct Tasks<'v, 'm> {
    operator: usize,
    subtask: u32,
    max_parallelism: Option<u32>,
    visit: &'v mut dyn FnMut(Task<'m>),
}

impl<'m> Tasks<'_, 'm> {
    fn stream(&mut self, stream: &'m Option<StreamHandle<'m>>, check: Check<'m>) {
        let Some(part) = stream.as_ref().and_then(StreamHandle::part) else {
            return;
        };
        (self.visit)(Task {
            operator: self.operator,
            subtask: self.subtask,
            part,
            inline: stream.as_ref().and_then(inline),
            check,
        });
    }

    fn operator(&mut self, handle: &'m OperatorHandle<'m>, check: Check<'m>) {
        if !handle.is_placeholder() {
            self.stream(&handle.delegate, check);
        }
    }

    fn managed(&mut self, handle: &'m KeyedHandle<'m>) {
        let managed = |savepoint| Managed {
            savepoint,
            max_parallelism: self.max_parallelism,
        };
        match handle {
            KeyedHandle::KeyGroups(handle) => {
                let check = Check::KeyGroups(&handle.groups, managed(false));
                self.stream(&handle.groups.delegate, check);
            }
            KeyedHandle::KeyGroupsSavepoint(groups) => {
                let check = Check::KeyGroups(groups, managed(true));
                self.stream(&groups.delegate, check);
            }
            KeyedHandle::IncrementalRemoteKeyed(handle) => self.incremental(handle),
            KeyedHandle::Changelog(handle) => self.changelog(handle),
            KeyedHandle::InMemoryChangelog(_) => {}
            KeyedHandle::ChangelogStream(handle) => {
                // Flink 1.14, which records no identity, is not known to write this form
                if handle.identity.is_some() {
                    for part in &handle.parts {
                        self.stream(&part.handle, Check::Changelog(part.offset));
                    }
                }
            }
        }
    }

    fn incremental(&mut self, handle: &'m Incremental<'m>) {
        self.stream(&handle.meta, Check::BackendMetadata);
        let files = handle.shared.iter().chain(&handle.private);
        for LocalFile { name, handle } in files {
            self.stream(handle, Check::BackendFile(name.to_str().into_owned()));
        }
    }

    /// Changelogs do not nest: the metadata reader bounds how deep handles go.
    fn changelog(&mut self, handle: &'m Changelog<'m>) {
        let handles = handle.materialized.iter().chain(&handle.non_materialized);
        for handle in handles.flatten() {
            self.managed(handle);
        }
    }

    fn raw(&mut self, handle: &'m KeyedHandle<'m>) {
        if let KeyedHandle::KeyGroups(handle) = handle {
            let check = Check::RawKeyGroups(&handle.groups);
            self.stream(&handle.groups.delegate, check);
        }
    }

    fn channel(&mut self, handle: &'m ChannelHandle<'m>) {
        match handle {
            ChannelHandle::Channel(channel) => {
                let check = Check::Channel(channel.offsets.clone());
                self.stream(&channel.delegate, check);
            }
            ChannelHandle::Merged(merged) => {
                let offsets = merged.channels();
                let offsets =
                    offsets.flat_map(|channel| channel.offsets.iter().collect::<Vec<_>>());
                let check = Check::Channel(offsets.collect());
                self.stream(&merged.delegate, check);
            }
        }
    }
}

fn inline<'m>(stream: &'m StreamHandle<'m>) -> Option<&'m [u8]> {
    match stream {
        StreamHandle::ByteStream { data, .. } => Some(data),
        StreamHandle::KeyGroups(groups) => groups.delegate.as_ref().and_then(inline),
        _ => None,
    }
}
