//! Sizes as Flink's own `getStateSize` gives them, and the streams that a handle is made of.
//!
//! Sums wrap as Java's do, and count an unknown size as the -1 that stands for it, because Flink does.

use super::handle::{
    Changelog, ChangelogStream, ChannelHandle, InMemoryChangelog, Incremental, KeyedHandle,
    OperatorHandle, StreamHandle,
};
use super::model::{Metadata, Operator, Subtask, SubtaskState};
use super::text::Text;
use crate::domain::key_group::KeyGroupRange;

/// One stream of bytes behind a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'m> {
    /// Where the bytes are.
    pub storage: Storage<'m>,
    /// Bytes; -1 for unknown.
    pub size: i64,
}

/// Where the bytes of a part are. Paths are as recorded; see [`super::location::resolve`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage<'m> {
    /// In the metadata itself.
    Inline,
    /// In a file beside the metadata.
    Relative(&'m Text<'m>),
    /// In a file.
    File(&'m Text<'m>),
    /// In a stretch of a file.
    Segment {
        /// The file.
        path: &'m Text<'m>,
        /// Its first byte.
        start: i64,
    },
}

impl<'m> Storage<'m> {
    /// The path as recorded; `None` for inline bytes.
    pub fn path(&self) -> Option<&'m Text<'m>> {
        match *self {
            Storage::Inline => None,
            Storage::Relative(path) | Storage::File(path) | Storage::Segment { path, .. } => {
                Some(path)
            }
        }
    }
}

/// Adds sizes as Java does.
fn sum(sizes: impl Iterator<Item = i64>) -> i64 {
    sizes.fold(0, i64::wrapping_add)
}

fn size_of_stream(stream: &Option<StreamHandle<'_>>) -> i64 {
    stream.as_ref().map_or(0, StreamHandle::state_size)
}

fn length(bytes: &[u8]) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

impl<'a> StreamHandle<'a> {
    /// Bytes of the stream; -1 for unknown.
    pub fn state_size(&self) -> i64 {
        match self {
            StreamHandle::ByteStream { data, .. } => length(data),
            StreamHandle::File { size, .. } | StreamHandle::RelativeFile { size, .. } => *size,
            StreamHandle::KeyGroups(groups) => size_of_stream(&groups.delegate),
            StreamHandle::SegmentFile(segment) => segment.size,
            StreamHandle::EmptySegmentFile => 0,
        }
    }

    /// The stream's bytes; `None` for an empty segment.
    pub fn part(&self) -> Option<Part<'_>> {
        let storage = match self {
            StreamHandle::ByteStream { .. } => Storage::Inline,
            StreamHandle::File { path, .. } => Storage::File(path),
            StreamHandle::RelativeFile { path, .. } => Storage::Relative(path),
            StreamHandle::KeyGroups(groups) => return groups.delegate.as_ref()?.part(),
            StreamHandle::SegmentFile(segment) => Storage::Segment {
                path: &segment.path,
                start: segment.start,
            },
            StreamHandle::EmptySegmentFile => return None,
        };
        Some(Part {
            storage,
            size: self.state_size(),
        })
    }

    /// Flink's class, less `StateHandle`.
    pub fn type_name(&self) -> &'static str {
        match self {
            StreamHandle::ByteStream { .. } => "ByteStream",
            StreamHandle::File { .. } => "File",
            StreamHandle::RelativeFile { .. } => "RelativeFile",
            StreamHandle::KeyGroups(_) => "KeyGroups",
            StreamHandle::SegmentFile(_) => "SegmentFile",
            StreamHandle::EmptySegmentFile => "EmptySegmentFile",
        }
    }
}

/// Shows the part of a stream, if there is one.
fn visit<'m>(stream: &'m Option<StreamHandle<'_>>, visitor: &mut dyn FnMut(Part<'m>)) {
    if let Some(part) = stream.as_ref().and_then(StreamHandle::part) {
        visitor(part);
    }
}

impl OperatorHandle<'_> {
    /// Bytes, as Flink counts them.
    pub fn state_size(&self) -> i64 {
        size_of_stream(&self.delegate)
    }

    /// Flink's class, less `StateHandle`.
    pub fn type_name(&self) -> &'static str {
        match self.merging {
            None => "OperatorStream",
            Some(_) => "FileMergingOperatorStream",
        }
    }

    /// Whether this is no state but what keeps the directories of file merging alive.
    pub fn is_placeholder(&self) -> bool {
        self.merging.as_ref().is_some_and(|merging| merging.empty)
    }

    /// Shows every stream of the handle.
    pub fn parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        visit(&self.delegate, visitor);
    }
}

impl KeyedHandle<'_> {
    /// Bytes, as Flink counts them.
    pub fn state_size(&self) -> i64 {
        match self {
            KeyedHandle::KeyGroups(groups) => size_of_stream(&groups.groups.delegate),
            KeyedHandle::KeyGroupsSavepoint(groups) => size_of_stream(&groups.delegate),
            KeyedHandle::IncrementalRemoteKeyed(handle) => handle.state_size(),
            KeyedHandle::Changelog(handle) => sum(handle.handles().map(KeyedHandle::state_size)),
            KeyedHandle::InMemoryChangelog(handle) => handle.state_size(),
            KeyedHandle::ChangelogStream(handle) => handle.size,
        }
    }

    /// Flink's class, less `StateHandle`.
    pub fn type_name(&self) -> &'static str {
        match self {
            KeyedHandle::KeyGroups(_) => "KeyGroups",
            KeyedHandle::KeyGroupsSavepoint(_) => "KeyGroupsSavepoint",
            KeyedHandle::IncrementalRemoteKeyed(_) => "IncrementalRemoteKeyed",
            KeyedHandle::Changelog(_) => "ChangelogStateBackend",
            KeyedHandle::InMemoryChangelog(_) => "InMemoryChangelog",
            KeyedHandle::ChangelogStream(_) => "ChangelogStream",
        }
    }

    /// The key groups whose state it holds.
    pub fn range(&self) -> KeyGroupRange {
        match self {
            KeyedHandle::KeyGroups(groups) => groups.groups.range,
            KeyedHandle::KeyGroupsSavepoint(groups) => groups.range,
            KeyedHandle::IncrementalRemoteKeyed(handle) => handle.range,
            KeyedHandle::Changelog(handle) => handle.range,
            KeyedHandle::InMemoryChangelog(handle) => handle.range,
            KeyedHandle::ChangelogStream(handle) => handle.range,
        }
    }

    /// Shows every stream of the handle. Changes within the metadata count as one inline part.
    pub fn parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        match self {
            KeyedHandle::KeyGroups(groups) => visit(&groups.groups.delegate, visitor),
            KeyedHandle::KeyGroupsSavepoint(groups) => visit(&groups.delegate, visitor),
            KeyedHandle::IncrementalRemoteKeyed(handle) => handle.parts(visitor),
            KeyedHandle::Changelog(handle) => handle.handles().for_each(|h| h.parts(visitor)),
            KeyedHandle::InMemoryChangelog(handle) => visitor(Part {
                storage: Storage::Inline,
                size: handle.state_size(),
            }),
            KeyedHandle::ChangelogStream(handle) => handle.visit_parts(visitor),
        }
    }
}

impl Incremental<'_> {
    fn state_size(&self) -> i64 {
        let files = self.shared.iter().chain(&self.private);
        size_of_stream(&self.meta).wrapping_add(sum(files.map(|f| size_of_stream(&f.handle))))
    }

    fn parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        visit(&self.meta, visitor);
        for file in self.shared.iter().chain(&self.private) {
            visit(&file.handle, visitor);
        }
    }
}

impl<'a> Changelog<'a> {
    /// The handles within, materialised ones first.
    pub fn handles(&self) -> impl Iterator<Item = &KeyedHandle<'a>> {
        self.materialized
            .iter()
            .chain(&self.non_materialized)
            .flatten()
    }
}

impl InMemoryChangelog<'_> {
    fn state_size(&self) -> i64 {
        sum(self.changes.iter().map(|change| length(&change.data)))
    }
}

impl ChangelogStream<'_> {
    fn visit_parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        for part in &self.parts {
            visit(&part.handle, visitor);
        }
    }
}

impl<'a> ChannelHandle<'a> {
    /// Bytes of the channels' share.
    pub fn state_size(&self) -> i64 {
        match self {
            ChannelHandle::Channel(channel) => channel.size,
            ChannelHandle::Merged(merged) => merged.size,
        }
    }

    /// The stream, which is usually shared with other handles.
    pub fn delegate(&self) -> Option<&StreamHandle<'a>> {
        match self {
            ChannelHandle::Channel(channel) => channel.delegate.as_ref(),
            ChannelHandle::Merged(merged) => merged.delegate.as_ref(),
        }
    }

    /// Shows the stream.
    pub fn parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        if let Some(part) = self.delegate().and_then(StreamHandle::part) {
            visitor(part);
        }
    }
}

impl SubtaskState<'_> {
    /// Bytes, as Flink counts them.
    pub fn state_size(&self) -> i64 {
        let operator = self.managed_operator.iter().chain(&self.raw_operator);
        let keyed = self.managed_keyed.iter().chain(&self.raw_keyed);
        let channels = self.input_channel.iter().chain(&self.result_subpartition);
        let sizes = operator
            .flatten()
            .map(|handle| handle.state_size())
            .chain(keyed.map(KeyedHandle::state_size))
            .chain(channels.map(ChannelHandle::state_size))
            .chain(self.legacy.iter().flatten().map(|h| h.state_size()))
            .chain(self.java.iter().map(|java| java.state_size));
        sum(sizes)
    }

    /// Shows every stream of the state. One that several handles share is shown several times.
    pub fn parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        for part in self.legacy.iter().flatten().filter_map(|h| h.part()) {
            visitor(part);
        }
        for handle in self.managed_operator.iter().chain(&self.raw_operator) {
            handle.iter().for_each(|handle| handle.parts(visitor));
        }
        for handle in self.managed_keyed.iter().chain(&self.raw_keyed) {
            handle.parts(visitor);
        }
        for handle in self.input_channel.iter().chain(&self.result_subpartition) {
            handle.parts(visitor);
        }
        if let Some(java) = &self.java {
            java.parts(visitor);
        }
    }
}

impl Subtask<'_> {
    /// Bytes, as Flink counts them.
    pub fn state_size(&self) -> i64 {
        self.state.as_ref().map_or(0, |state| state.state_size())
    }
}

impl Operator<'_> {
    /// Bytes of subtasks and coordinator, as Flink counts them.
    pub fn state_size(&self) -> i64 {
        let subtasks = sum(self.subtasks.iter().map(Subtask::state_size));
        size_of_stream(&self.coordinator).wrapping_add(subtasks)
    }

    /// Shows every stream of the operator, the coordinator's first.
    pub fn parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        visit(&self.coordinator, visitor);
        for subtask in &self.subtasks {
            subtask.state.iter().for_each(|state| state.parts(visitor));
        }
    }
}

impl Metadata<'_> {
    /// Bytes of all operators, as Flink counts them: a file that several handles refer to counts several times.
    pub fn state_size(&self) -> i64 {
        sum(self.operators.iter().map(Operator::state_size))
    }

    /// Shows every stream of the snapshot.
    pub fn parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        for operator in &self.operators {
            operator.parts(visitor);
        }
    }
}
