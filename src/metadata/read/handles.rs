//! State handles: a type byte, then a body. The same bytes stand in three positions, each of which takes some.

use std::borrow::Cow;

use super::{Layout, Reader, Result};
use crate::domain::key_group::{KeyGroupRange, MAX_KEY_GROUPS};
use crate::metadata::cursor::list;
use crate::metadata::error::{FormatError, Problem};
use crate::metadata::handle::{
    Change, Changelog, ChangelogIdentity, ChangelogPart, ChangelogStream, ChangelogStreamIdentity,
    DistributionMode, FileMerging, IdentifiedKeyGroups, InMemoryChangelog, Incremental,
    IncrementalIdentity, KeyGroups, KeyedHandle, LocalFile, NamedState, Offsets, OperatorHandle,
    Scope, Segment, StreamHandle,
};
use crate::metadata::limits::{self, smallest};

impl<'a> Reader<'a> {
    fn unknown<T>(at: u64, field: &'static str, found: u8, expected: &'static str) -> Result<T> {
        let found = found.into();
        Err(FormatError::new(
            at,
            field,
            Problem::Value { found, expected },
        ))
    }

    /// Reads a structure within another, unless that goes too deep.
    fn nested<T>(
        &mut self,
        field: &'static str,
        read: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let limit = limits::HANDLE_DEPTH;
        if self.depth >= limit {
            let at = self.c.offset();
            return Err(FormatError::new(at, field, Problem::TooDeep { limit }));
        }
        self.depth += 1;
        let inner = read(self);
        self.depth -= 1;
        inner
    }

    /// A handle of one stream, or none.
    pub(super) fn stream(&mut self, field: &'static str) -> Result<Option<StreamHandle<'a>>> {
        let at = self.c.offset();
        Ok(Some(match self.c.u8(field)? {
            0 => return Ok(None),
            1 => StreamHandle::ByteStream {
                name: self.c.text("inline state name")?,
                data: Cow::Borrowed(self.block("inline state")?),
            },
            2 => {
                let size = self.c.size("file size")?;
                let path = self.c.text("file path")?;
                StreamHandle::File { path, size }
            }
            3 => {
                let groups = self.nested(field, |reader| reader.key_groups())?;
                StreamHandle::KeyGroups(Box::new(groups))
            }
            6 => StreamHandle::RelativeFile {
                path: self.c.text("relative file path")?,
                size: self.c.size("relative file size")?,
            },
            15 => StreamHandle::SegmentFile(Box::new(self.segment()?)),
            16 => StreamHandle::EmptySegmentFile,
            found => {
                let expected = "a stream handle of type 0, 1, 2, 3, 6, 15 or 16";
                return Self::unknown(at, field, found, expected);
            }
        }))
    }

    fn block(&mut self, field: &'static str) -> Result<&'a [u8]> {
        let length = self.c.count(field, limits::BLOCK, smallest::BYTE)?;
        self.c.bytes(field, length)
    }

    fn segment(&mut self) -> Result<Segment<'a>> {
        let start = self.c.i64_from("segment start", 0, "0 or more")?;
        let at = self.c.offset();
        let size = self.c.i64_from("segment size", 0, "0 or more")?;
        if start.checked_add(size).is_none() {
            let problem = Problem::Value {
                found: size,
                expected: "a size with which the segment ends before 2^63",
            };
            return Err(FormatError::new(at, "segment size", problem));
        }
        let at = self.c.offset();
        let scope = match self.c.i32("segment scope")? {
            0 => Scope::Exclusive,
            1 => Scope::Shared,
            found => {
                let problem = Problem::Value {
                    found: found.into(),
                    expected: "0 (exclusive) or 1 (shared)",
                };
                return Err(FormatError::new(at, "segment scope", problem));
            }
        };
        Ok(Segment {
            start,
            size,
            scope,
            path: self.c.text("segment path")?,
            logical_id: self.c.text("segment id")?,
        })
    }

    fn range(&mut self) -> Result<KeyGroupRange> {
        let field = "key group range";
        let at = self.c.offset();
        let (start, count) = (self.c.i32(field)?, self.c.i32(field)?);
        let range = u32::try_from(start).ok().zip(u32::try_from(count).ok());
        range
            .filter(|(start, count)| {
                start
                    .checked_add(*count)
                    .is_some_and(|end| end <= MAX_KEY_GROUPS)
            })
            .map(|(start, count)| KeyGroupRange { start, count })
            .ok_or_else(|| {
                let found = i64::from(start).saturating_add(i64::from(count));
                let expected = "a first key group and a count that end at 32768 or before";
                FormatError::new(at, field, Problem::Value { found, expected })
            })
    }

    fn key_groups(&mut self) -> Result<KeyGroups<'a>> {
        let range = self.range()?;
        let count = usize::try_from(range.count).unwrap_or(usize::MAX);
        let field = "key group offsets";
        let bytes = self
            .c
            .bytes(field, count.saturating_mul(smallest::OFFSET))?;
        Ok(KeyGroups {
            range,
            offsets: Offsets::from_bytes(bytes),
            delegate: self.stream("key groups' stream")?,
        })
    }

    /// A handle of operator state, or none.
    pub(super) fn operator_handle(
        &mut self,
        field: &'static str,
    ) -> Result<Option<OperatorHandle<'a>>> {
        let at = self.c.offset();
        let has_merging = match self.c.u8(field)? {
            0 => return Ok(None),
            4 => false,
            17 => true,
            found => {
                let expected = "an operator state handle of type 0, 4 or 17";
                return Self::unknown(at, field, found, expected);
            }
        };
        let count = self
            .c
            .count("named states", limits::NAMED_STATES, smallest::NAMED_STATE)?;
        let states = list(count, |_| self.named_state())?;
        let merging = match has_merging {
            true => Some(Box::new(self.file_merging()?)),
            false => None,
        };
        let at = self.c.offset();
        let delegate = self.stream("operator state's stream")?;
        let is_segment = matches!(
            delegate,
            Some(StreamHandle::SegmentFile(_) | StreamHandle::EmptySegmentFile)
        );
        if has_merging && !is_segment {
            let problem = Problem::Java("is no segment, as state in merged files must be");
            return Err(FormatError::new(at, "operator state's stream", problem));
        }
        Ok(Some(OperatorHandle {
            states,
            merging,
            delegate,
        }))
    }

    fn named_state(&mut self) -> Result<NamedState<'a>> {
        let name = self.c.text("state name")?;
        let field = "distribution mode";
        let at = self.c.offset();
        let mode = match self.c.u8(field)? {
            0 => DistributionMode::SplitDistribute,
            1 => DistributionMode::Union,
            2 => DistributionMode::Broadcast,
            found => return Self::unknown(at, field, found, "0, 1 or 2"),
        };
        Ok(NamedState {
            name,
            mode,
            offsets: self.offsets("state offsets")?,
        })
    }

    fn file_merging(&mut self) -> Result<FileMerging<'a>> {
        let task_owned_directory = self.c.text("task-owned directory")?;
        let shared_directory = self.c.text("shared directory")?;
        let field = "placeholder flag";
        let at = self.c.offset();
        let empty = match self.c.u8(field)? {
            0 => false,
            1 => true,
            found => return Self::unknown(at, field, found, "0 or 1"),
        };
        Ok(FileMerging {
            task_owned_directory,
            shared_directory,
            empty,
        })
    }

    /// A handle of keyed state, or none.
    pub(super) fn keyed(&mut self, field: &'static str) -> Result<Option<KeyedHandle<'a>>> {
        let at = self.c.offset();
        let found = self.c.u8(field)?;
        if matches!(found, 8..=10) {
            self.is_ambiguous = true;
        }
        Ok(Some(match found {
            0 => return Ok(None),
            3 | 12 => {
                let groups = self.key_groups()?;
                let handle_id = match found {
                    12 => Some(self.c.text("handle id")?),
                    _ => None,
                };
                KeyedHandle::KeyGroups(Box::new(IdentifiedKeyGroups { groups, handle_id }))
            }
            7 => KeyedHandle::KeyGroupsSavepoint(Box::new(self.key_groups()?)),
            5 | 11 => KeyedHandle::IncrementalRemoteKeyed(Box::new(self.incremental(found == 11)?)),
            8 | 14 => {
                let changelog = self.nested(field, |reader| reader.changelog(found == 14))?;
                KeyedHandle::Changelog(Box::new(changelog))
            }
            9 => KeyedHandle::InMemoryChangelog(Box::new(self.in_memory_changelog()?)),
            10 | 13 => KeyedHandle::ChangelogStream(Box::new(self.changelog_stream(found == 13)?)),
            _ => {
                let expected = "a keyed state handle of type 0, 3, 5 or 7 to 14";
                return Self::unknown(at, field, found, expected);
            }
        }))
    }

    fn incremental(&mut self, has_identity: bool) -> Result<Incremental<'a>> {
        let checkpoint_id = self.c.i64("handle's checkpoint id")?;
        let backend_id = self.c.text("backend id")?;
        let range = self.range()?;
        let persisted_size = match has_identity {
            true => Some(self.c.size("persisted size")?),
            false => None,
        };
        let meta = self.stream("incremental state's meta file")?;
        let shared = self.files("shared files")?;
        let private = self.files("private files")?;
        let identity = match persisted_size {
            None => None,
            Some(persisted_size) => Some(IncrementalIdentity {
                persisted_size,
                handle_id: self.c.text("handle id")?,
            }),
        };
        Ok(Incremental {
            checkpoint_id,
            backend_id,
            range,
            meta,
            shared,
            private,
            identity,
        })
    }

    fn files(&mut self, field: &'static str) -> Result<Vec<LocalFile<'a>>> {
        let count = self.c.count(field, limits::FILES, smallest::FILE)?;
        list(count, |_| {
            Ok(LocalFile {
                name: self.c.text("local file name")?,
                handle: self.stream("file of incremental state")?,
            })
        })
    }

    /// Whether changelog handles of types 8 to 10 have ids and sizes.
    fn has_changelog_identity(&self) -> bool {
        self.layout != Layout::Flink1_14
    }

    fn changelog(&mut self, has_checkpoint_id: bool) -> Result<Changelog<'a>> {
        let range = self.range()?;
        let has_identity = has_checkpoint_id || self.has_changelog_identity();
        let persisted_size = match has_identity {
            true => Some(self.c.size("persisted size")?),
            false => None,
        };
        let materialized = self.changelog_handles("materialised handles")?;
        let non_materialized = self.changelog_handles("handles of changes")?;
        let identity = match persisted_size {
            None => None,
            Some(persisted_size) => Some(ChangelogIdentity {
                persisted_size,
                materialization_id: self.c.i64("materialisation id")?,
                checkpoint_id: match has_checkpoint_id {
                    true => Some(self.c.i64("handle's checkpoint id")?),
                    false => None,
                },
                handle_id: self.c.text("handle id")?,
            }),
        };
        Ok(Changelog {
            range,
            materialized,
            non_materialized,
            identity,
        })
    }

    fn changelog_handles(&mut self, field: &'static str) -> Result<Vec<Option<KeyedHandle<'a>>>> {
        let count = self
            .c
            .count(field, limits::CHANGELOG_HANDLES, smallest::HANDLE)?;
        list(count, |_| self.keyed("handle in a changelog"))
    }

    fn in_memory_changelog(&mut self) -> Result<InMemoryChangelog<'a>> {
        let range = self.range()?;
        let from = self.c.i64("first sequence number")?;
        let to = self.c.i64("end of sequence numbers")?;
        let count = self.c.count("changes", limits::CHANGES, smallest::CHANGE)?;
        let changes = list(count, |_| {
            Ok(Change {
                key_group: self.c.i32("change's key group")?,
                data: Cow::Borrowed(self.block("change")?),
            })
        })?;
        let handle_id = match self.has_changelog_identity() {
            true => Some(self.c.text("handle id")?),
            false => None,
        };
        Ok(InMemoryChangelog {
            range,
            from,
            to,
            changes,
            handle_id,
        })
    }

    fn changelog_stream(&mut self, has_storage: bool) -> Result<ChangelogStream<'a>> {
        let range = self.range()?;
        let count = self
            .c
            .count("changelog parts", limits::CHANGES, smallest::CHANGELOG_PART)?;
        let parts = list(count, |_| {
            Ok(ChangelogPart {
                offset: self.c.i64("changelog part's offset")?,
                handle: self.stream("changelog part")?,
            })
        })?;
        let size = self.c.size("changelog size")?;
        let identity = match has_storage || self.has_changelog_identity() {
            false => None,
            true => Some(ChangelogStreamIdentity {
                incremental_size: self.c.size("changelog's incremental size")?,
                handle_id: self.c.text("handle id")?,
                storage: match has_storage {
                    true => Some(self.c.text("changelog storage")?),
                    false => None,
                },
            }),
        };
        Ok(ChangelogStream {
            range,
            parts,
            size,
            identity,
        })
    }
}
