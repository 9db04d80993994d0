//! State handles: a type byte, then a body.

use super::{Result, Writer};
use crate::domain::key_group::KeyGroupRange;
use crate::metadata::error::WriteError;
use crate::metadata::handle::{
    Changelog, ChangelogStream, DistributionMode, InMemoryChangelog, Incremental, KeyGroups,
    KeyedHandle, LocalFile, OperatorHandle, Scope, Segment, StreamHandle,
};
use crate::metadata::version::MetadataVersion;

impl Writer {
    /// Types 8 to 10 without ids and sizes are Flink 1.14's, which wrote version 3.
    fn only_flink1_14(&self) -> Result<()> {
        if self.version == MetadataVersion::V3 {
            return Ok(());
        }
        self.refuse("a changelog handle without an id")
    }

    pub(super) fn stream(&mut self, handle: Option<&StreamHandle<'_>>) -> Result<()> {
        match handle {
            None => self.u8(0),
            Some(StreamHandle::ByteStream { name, data }) => {
                self.u8(1);
                self.text("inline state name", name)?;
                self.block("inline state", data)?;
            }
            Some(StreamHandle::File { path, size }) => {
                self.u8(2);
                self.i64(*size);
                self.text("file path", path)?;
            }
            Some(StreamHandle::KeyGroups(groups)) => {
                self.u8(3);
                self.key_groups(groups)?;
            }
            Some(StreamHandle::RelativeFile { path, size }) => {
                self.u8(6);
                self.text("relative file path", path)?;
                self.i64(*size);
            }
            Some(StreamHandle::SegmentFile(segment)) => self.segment(segment)?,
            Some(StreamHandle::EmptySegmentFile) => self.u8(16),
        }
        Ok(())
    }

    fn segment(&mut self, segment: &Segment<'_>) -> Result<()> {
        self.u8(15);
        self.i64(segment.start);
        self.i64(segment.size);
        self.i32(match segment.scope {
            Scope::Exclusive => 0,
            Scope::Shared => 1,
        });
        self.text("segment path", &segment.path)?;
        self.text("segment id", &segment.logical_id)
    }

    fn range(&mut self, range: KeyGroupRange) -> Result<()> {
        self.natural("first key group", range.start)?;
        self.natural("key group count", range.count)
    }

    fn key_groups(&mut self, groups: &KeyGroups<'_>) -> Result<()> {
        if usize::try_from(groups.range.count) != Ok(groups.offsets.len()) {
            let what = "key groups have more or fewer offsets than there are groups";
            return Err(WriteError::Contradiction { what });
        }
        self.range(groups.range)?;
        self.out.extend(groups.offsets.as_bytes());
        self.stream(groups.delegate.as_ref())
    }

    pub(super) fn operator_handle(&mut self, handle: Option<&OperatorHandle<'_>>) -> Result<()> {
        let Some(handle) = handle else {
            self.u8(0);
            return Ok(());
        };
        self.u8(if handle.merging.is_some() { 17 } else { 4 });
        self.count("named states", handle.states.len())?;
        for state in &handle.states {
            self.text("state name", &state.name)?;
            self.u8(match state.mode {
                DistributionMode::SplitDistribute => 0,
                DistributionMode::Union => 1,
                DistributionMode::Broadcast => 2,
            });
            self.offsets("state offsets", &state.offsets)?;
        }
        if let Some(merging) = &handle.merging {
            self.text("task-owned directory", &merging.task_owned_directory)?;
            self.text("shared directory", &merging.shared_directory)?;
            self.u8(merging.empty.into());
            let is_segment = matches!(
                handle.delegate,
                Some(StreamHandle::SegmentFile(_) | StreamHandle::EmptySegmentFile)
            );
            if !is_segment {
                let what = "operator state in merged files is no segment";
                return Err(WriteError::Contradiction { what });
            }
        }
        self.stream(handle.delegate.as_ref())
    }

    pub(super) fn keyed(&mut self, handle: Option<&KeyedHandle<'_>>) -> Result<()> {
        match handle {
            None => self.u8(0),
            Some(KeyedHandle::KeyGroups(groups)) => match &groups.handle_id {
                None => {
                    self.u8(3);
                    self.key_groups(&groups.groups)?;
                }
                Some(id) => {
                    self.u8(12);
                    self.key_groups(&groups.groups)?;
                    self.text("handle id", id)?;
                }
            },
            Some(KeyedHandle::KeyGroupsSavepoint(groups)) => {
                self.u8(7);
                self.key_groups(groups)?;
            }
            Some(KeyedHandle::IncrementalRemoteKeyed(handle)) => self.incremental(handle)?,
            Some(KeyedHandle::Changelog(handle)) => self.changelog(handle)?,
            Some(KeyedHandle::InMemoryChangelog(handle)) => self.in_memory_changelog(handle)?,
            Some(KeyedHandle::ChangelogStream(handle)) => self.changelog_stream(handle)?,
        }
        Ok(())
    }

    fn incremental(&mut self, handle: &Incremental<'_>) -> Result<()> {
        self.u8(if handle.identity.is_some() { 11 } else { 5 });
        self.i64(handle.checkpoint_id);
        self.text("backend id", &handle.backend_id)?;
        self.range(handle.range)?;
        if let Some(identity) = &handle.identity {
            self.i64(identity.persisted_size);
        }
        self.stream(handle.meta.as_ref())?;
        self.files("shared files", &handle.shared)?;
        self.files("private files", &handle.private)?;
        match &handle.identity {
            Some(identity) => self.text("handle id", &identity.handle_id),
            None => Ok(()),
        }
    }

    fn files(&mut self, field: &'static str, files: &[LocalFile<'_>]) -> Result<()> {
        self.count(field, files.len())?;
        for file in files {
            self.text("local file name", &file.name)?;
            self.stream(file.handle.as_ref())?;
        }
        Ok(())
    }

    fn changelog(&mut self, handle: &Changelog<'_>) -> Result<()> {
        let identity = handle.identity.as_ref();
        let is_typed = identity.is_some_and(|identity| identity.checkpoint_id.is_some());
        self.u8(if is_typed { 14 } else { 8 });
        self.range(handle.range)?;
        match identity {
            Some(identity) => self.i64(identity.persisted_size),
            None => self.only_flink1_14()?,
        }
        for handles in [&handle.materialized, &handle.non_materialized] {
            self.count("handles in a changelog", handles.len())?;
            for handle in handles {
                self.keyed(handle.as_ref())?;
            }
        }
        if let Some(identity) = identity {
            self.i64(identity.materialization_id);
            if let Some(checkpoint_id) = identity.checkpoint_id {
                self.i64(checkpoint_id);
            }
            self.text("handle id", &identity.handle_id)?;
        }
        Ok(())
    }

    fn in_memory_changelog(&mut self, handle: &InMemoryChangelog<'_>) -> Result<()> {
        self.u8(9);
        self.range(handle.range)?;
        self.i64(handle.from);
        self.i64(handle.to);
        self.count("changes", handle.changes.len())?;
        for change in &handle.changes {
            self.i32(change.key_group);
            self.block("change", &change.data)?;
        }
        match &handle.handle_id {
            Some(id) => self.text("handle id", id),
            None => self.only_flink1_14(),
        }
    }

    fn changelog_stream(&mut self, handle: &ChangelogStream<'_>) -> Result<()> {
        let identity = handle.identity.as_ref();
        let storage = identity.and_then(|identity| identity.storage.as_ref());
        self.u8(if storage.is_some() { 13 } else { 10 });
        self.range(handle.range)?;
        self.count("changelog parts", handle.parts.len())?;
        for part in &handle.parts {
            self.i64(part.offset);
            self.stream(part.handle.as_ref())?;
        }
        self.i64(handle.size);
        match identity {
            Some(identity) => {
                self.i64(identity.incremental_size);
                self.text("handle id", &identity.handle_id)?;
            }
            None => self.only_flink1_14()?,
        }
        match storage {
            Some(storage) => self.text("changelog storage", storage),
            None => Ok(()),
        }
    }
}
