//! Which releases of Flink read a file: its version says most of it, its handles the rest.

use super::handle::{
    Changelog, ChannelHandle, Incremental, KeyedHandle, OperatorHandle, StreamHandle,
};
use super::model::{Format, Metadata, Operator, SubtaskState};
use super::version::{MetadataVersion, Release};

impl Metadata<'_> {
    /// The oldest release that reads all of this file.
    pub fn oldest_reader(&self) -> Release {
        let mut needs = Needs(match self.format {
            Format::Flink10 => Release(1, 0),
            Format::Versioned(version) => version.oldest_reader(),
        });
        self.operators.iter().for_each(|op| needs.operator(op));
        needs.0
    }

    /// The newest release that reads this file, or `None` where the newest known still does.
    pub fn newest_reader(&self) -> Option<Release> {
        match self.format {
            Format::Flink10 => Some(Release(1, 0)),
            Format::Versioned(MetadataVersion::V2) if self.has_legacy_state() => {
                MetadataVersion::V1.newest_reader()
            }
            Format::Versioned(version) => version.newest_reader(),
        }
    }

    /// Whether any operator has state of the `Checkpointed` interface, which Flink 1.11 and later refuse.
    pub fn has_legacy_state(&self) -> bool {
        let subtasks = self.operators.iter().flat_map(|op| &op.subtasks);
        let mut states = subtasks.filter_map(|subtask| subtask.state.as_deref());
        states.any(|state| !state.legacy.is_empty())
    }
}

/// The oldest release that will do for all that was seen.
struct Needs(Release);

impl Needs {
    fn release(&mut self, release: Release) {
        self.0 = self.0.max(release);
    }

    fn operator(&mut self, operator: &Operator<'_>) {
        let has_finished = operator.subtasks.iter().any(|subtask| subtask.finished);
        if operator.fully_finished || has_finished {
            self.release(Release(1, 14));
        }
        for state in operator.subtasks.iter().filter_map(|s| s.state.as_deref()) {
            self.state(state);
        }
    }

    fn state(&mut self, state: &SubtaskState<'_>) {
        for handle in state.managed_operator.iter().chain(&state.raw_operator) {
            handle
                .iter()
                .for_each(|handle| self.operator_handle(handle));
        }
        for handle in state.managed_keyed.iter().chain(&state.raw_keyed) {
            self.keyed(handle);
        }
        for handle in state.input_channel.iter().chain(&state.result_subpartition) {
            match handle {
                ChannelHandle::Channel(channel) if channel.subtask.is_some() => {
                    self.release(Release(1, 12));
                }
                ChannelHandle::Channel(_) => {}
                ChannelHandle::Merged(_) => self.release(Release(2, 1)),
            }
            self.stream(handle.delegate());
        }
    }

    fn stream(&mut self, handle: Option<&StreamHandle<'_>>) {
        match handle {
            None | Some(StreamHandle::ByteStream { .. } | StreamHandle::File { .. }) => {}
            Some(StreamHandle::RelativeFile { .. }) => self.release(Release(1, 11)),
            Some(StreamHandle::KeyGroups(groups)) => {
                self.release(Release(1, 13));
                self.stream(groups.delegate.as_ref());
            }
            Some(StreamHandle::SegmentFile(_) | StreamHandle::EmptySegmentFile) => {
                self.release(Release(1, 20));
            }
        }
    }

    fn operator_handle(&mut self, handle: &OperatorHandle<'_>) {
        if handle.merging.is_some() {
            self.release(Release(1, 20));
        }
        self.stream(handle.delegate.as_ref());
    }

    fn keyed(&mut self, handle: &KeyedHandle<'_>) {
        match handle {
            KeyedHandle::KeyGroups(groups) => {
                if groups.handle_id.is_some() {
                    self.release(Release(1, 15));
                }
                self.stream(groups.groups.delegate.as_ref());
            }
            KeyedHandle::KeyGroupsSavepoint(groups) => {
                self.release(Release(1, 13));
                self.stream(groups.delegate.as_ref());
            }
            KeyedHandle::IncrementalRemoteKeyed(handle) => self.incremental(handle),
            KeyedHandle::Changelog(handle) => self.changelog(handle),
            KeyedHandle::InMemoryChangelog(handle) => {
                let has_id = handle.handle_id.is_some();
                self.release(Release(1, if has_id { 15 } else { 14 }));
            }
            KeyedHandle::ChangelogStream(handle) => {
                self.release(match &handle.identity {
                    None => Release(1, 14),
                    Some(identity) if identity.storage.is_none() => Release(1, 15),
                    Some(_) => Release(1, 16),
                });
                for part in &handle.parts {
                    self.stream(part.handle.as_ref());
                }
            }
        }
    }

    fn incremental(&mut self, handle: &Incremental<'_>) {
        if handle.identity.is_some() {
            self.release(Release(1, 15));
        }
        self.stream(handle.meta.as_ref());
        for file in handle.shared.iter().chain(&handle.private) {
            self.stream(file.handle.as_ref());
        }
    }

    fn changelog(&mut self, handle: &Changelog<'_>) {
        self.release(match &handle.identity {
            None => Release(1, 14),
            Some(identity) if identity.checkpoint_id.is_none() => Release(1, 15),
            Some(_) => Release(1, 16),
        });
        handle.handles().for_each(|handle| self.keyed(handle));
    }
}
