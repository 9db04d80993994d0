//! How much state lies in each key group, where the handles say it.

use std::collections::BTreeMap;

use crate::domain::key_group::KeyGroupRange;
use crate::metadata::handle::{KeyGroups, KeyedHandle};
use crate::metadata::model::Operator;
use crate::metadata::sizes::Part;

/// The keyed state of an operator by key group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeyGroupSizes {
    /// Bytes of each key group whose handles have offsets; groups without state are left out.
    pub groups: BTreeMap<u32, u64>,
    /// Bytes of ranges whose handles have no offsets within: incremental ones and changelogs.
    pub ranges: BTreeMap<(u32, u32), u64>,
    /// Whether some offsets do not fit the stream that they point into.
    pub is_inconsistent: bool,
}

impl KeyGroupSizes {
    /// The sizes of an operator's keyed state, managed and raw.
    pub fn of(operator: &Operator<'_>) -> Self {
        let mut sizes = Self::default();
        for state in operator.subtasks.iter().filter_map(|s| s.state.as_deref()) {
            // managed state has something in front of the first group, so that 0 can mean nothing
            if let Some(handle) = &state.managed_keyed {
                sizes.keyed(handle, 1);
            }
            if let Some(handle) = &state.raw_keyed {
                sizes.keyed(handle, 0);
            }
        }
        sizes
    }

    /// Whether there is no keyed state.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.ranges.is_empty()
    }

    fn keyed(&mut self, handle: &KeyedHandle<'_>, least: i64) {
        match handle {
            KeyedHandle::KeyGroups(groups) => self.key_groups(&groups.groups, least),
            KeyedHandle::KeyGroupsSavepoint(groups) => self.key_groups(groups, least),
            KeyedHandle::Changelog(handle) => handle.handles().for_each(|h| self.keyed(h, least)),
            KeyedHandle::InMemoryChangelog(changelog) => {
                for change in &changelog.changes {
                    // changes of metadata belong to no key group
                    if let Ok(group) = u32::try_from(change.key_group) {
                        self.add(group, change.data.len() as u64);
                    }
                }
            }
            KeyedHandle::IncrementalRemoteKeyed(_) | KeyedHandle::ChangelogStream(_) => {
                self.range(handle.range(), handle.state_size());
            }
        }
    }

    fn range(&mut self, range: KeyGroupRange, size: i64) {
        let (Some(last), Ok(size)) = (range.last(), u64::try_from(size)) else {
            return;
        };
        let sum = self.ranges.entry((range.start, last)).or_default();
        *sum = sum.saturating_add(size);
    }

    fn add(&mut self, group: u32, size: u64) {
        let sum = self.groups.entry(group).or_default();
        *sum = sum.saturating_add(size);
    }

    /// A key group ends where the next one in the stream starts; the last with the stream, whose size must be known.
    fn key_groups(&mut self, groups: &KeyGroups<'_>, least: i64) {
        let offsets = groups.offsets.iter().zip(groups.range.start..);
        let mut starts: Vec<(i64, u32)> = offsets.filter(|(offset, _)| *offset >= least).collect();
        starts.sort_unstable();
        let end = groups.delegate.as_ref().and_then(|stream| stream.part());
        let end = end.map_or(0, |Part { size, .. }| size);
        let ends = starts.iter().skip(1).map(|(start, _)| *start).chain([end]);
        let sizes: Vec<(u32, i64)> = starts
            .iter()
            .zip(ends)
            .map(|((start, group), end)| (*group, end.saturating_sub(*start)))
            .collect();
        for (group, size) in sizes {
            match u64::try_from(size) {
                Ok(size) => self.add(group, size),
                Err(_) => self.is_inconsistent = true,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::inventory::inspection::files::tests::{keyed_subtask, operator};
    use crate::metadata::Text;
    use crate::metadata::handle::{
        Change, IdentifiedKeyGroups, InMemoryChangelog, Offsets, StreamHandle,
    };

    fn groups(start: u32, offsets: &[i64], size: i64) -> KeyedHandle<'static> {
        let count = u32::try_from(offsets.len()).unwrap();
        KeyedHandle::KeyGroups(Box::new(IdentifiedKeyGroups {
            groups: KeyGroups {
                range: KeyGroupRange { start, count },
                offsets: offsets.iter().copied().collect::<Offsets<'_>>(),
                delegate: Some(StreamHandle::RelativeFile {
                    path: Text::from("f"),
                    size,
                }),
            },
            handle_id: None,
        }))
    }

    #[test]
    fn a_key_group_ends_where_the_next_one_starts_and_the_last_with_its_file() {
        let subtasks = vec![
            keyed_subtask(0, groups(0, &[10, 30, 0, 35], 100)),
            keyed_subtask(1, groups(4, &[8, 0], 9)),
        ];
        let found = KeyGroupSizes::of(&operator(subtasks));
        let wanted = [(0, 20), (1, 5), (3, 65), (4, 1)];
        assert_eq!(found.groups, BTreeMap::from(wanted));
        assert!(!found.is_inconsistent && found.ranges.is_empty());
    }

    #[test]
    fn offsets_behind_the_end_of_their_file_are_noticed() {
        for offsets in [&[200][..], &[10, i64::MAX]] {
            let subtask = keyed_subtask(0, groups(0, offsets, 100));
            assert!(KeyGroupSizes::of(&operator(vec![subtask])).is_inconsistent);
        }
    }

    #[test]
    fn changes_within_the_metadata_count_for_their_key_groups() {
        let change = |key_group, data: &'static [u8]| Change {
            key_group,
            data: Cow::Borrowed(data),
        };
        let handle = KeyedHandle::InMemoryChangelog(Box::new(InMemoryChangelog {
            range: KeyGroupRange { start: 0, count: 8 },
            from: 0,
            to: 3,
            changes: vec![change(-1, b"meta"), change(5, b"ab"), change(5, b"c")],
            handle_id: None,
        }));
        let found = KeyGroupSizes::of(&operator(vec![keyed_subtask(0, handle)]));
        assert_eq!(found.groups, BTreeMap::from([(5, 3)]));
    }
}
