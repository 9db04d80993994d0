//! Both layouts of key groups, plain and compressed, told apart and read.

use std::io::Write;

use crate::domain::key_group::KeyGroupRange;
use crate::metadata::handle::KeyGroups;
use crate::state::check::{self, Managed, Report};
use crate::state::read::KeyedReader;
use crate::state::write::KeyedWriter;
use crate::state::{Element, ElementType, Layout, StateError};

use super::samples::value_state;

/// A file in one of the layouts.
pub(super) struct Sample {
    pub(super) bytes: Vec<u8>,
    pub(super) groups: KeyGroups<'static>,
}

/// The header of a keyed file with a count for each Long key.
fn header(compressed: bool) -> Vec<u8> {
    let states = vec![value_state("count", ElementType::Long)];
    let none = KeyGroupRange { start: 0, count: 0 };
    let writer = KeyedWriter::new(Vec::new(), ElementType::Long, states, none).unwrap();
    let (mut header, _) = writer.finish().unwrap();
    header[4] = compressed.into();
    header
}

fn framed(bytes: &[u8], compressed: bool) -> Vec<u8> {
    if !compressed {
        return bytes.to_vec();
    }
    let mut encoder = snap::write::FrameEncoder::new(Vec::new());
    encoder.write_all(bytes).unwrap();
    encoder.into_inner().unwrap()
}

/// The entries of a key group, in which the key is the group's number, and the last of them bears the flag.
fn canonical_group(group: u8, entries: u8) -> Vec<u8> {
    let mut bytes = vec![0, 0];
    for i in 1..=entries {
        let flag = if i == entries { 0x80 } else { 0 };
        bytes.extend([0, 0, 0, 10, group | flag, 0, 0, 0, 0, 0, 0, 0, group, 0]);
        bytes.extend([0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, i]);
    }
    bytes.extend([0xff, 0xff]);
    bytes
}

fn heap_native_group(group: u8, entries: u8, compressed: bool) -> Vec<u8> {
    let mut state = vec![0, 0, 0, 0, 0, entries];
    for i in 1..=entries {
        state.extend([0, 0, 0, 0, 0, 0, 0, 0, group]);
        state.extend([0, 0, 0, 0, 0, 0, 0, i]);
    }
    [&[0, 0, 0, group][..], &framed(&state, compressed)].concat()
}

/// A file with so many entries in each key group of a range that starts at `start`.
pub(super) fn sample(layout: Layout, compressed: bool, start: u8, entries: &[u8]) -> Sample {
    let mut bytes = header(compressed);
    let mut offsets = Vec::new();
    for (group, entries) in (start..).zip(entries) {
        let at = bytes.len() as i64;
        let data = match layout {
            Layout::Canonical if *entries == 0 => {
                offsets.push(0);
                continue;
            }
            Layout::Canonical => framed(&canonical_group(group, *entries), compressed),
            Layout::HeapNative => heap_native_group(group, *entries, compressed),
        };
        offsets.push(at);
        bytes.extend(data);
    }
    let range = KeyGroupRange {
        start: start.into(),
        count: entries.len() as u32,
    };
    let groups = KeyGroups {
        range,
        offsets: offsets.into_iter().collect(),
        delegate: None,
    };
    Sample { bytes, groups }
}

impl Sample {
    pub(super) fn check(&self) -> Result<Report, StateError> {
        let managed = Managed {
            savepoint: false,
            max_parallelism: Some(128),
        };
        check::key_groups(&self.bytes, &self.groups, managed)
    }
}

const EACH: [(Layout, bool); 4] = [
    (Layout::HeapNative, false),
    (Layout::HeapNative, true),
    (Layout::Canonical, false),
    (Layout::Canonical, true),
];

#[test]
fn the_layout_is_told_from_the_data_even_of_key_group_0_alone() {
    for (layout, compressed) in EACH {
        for (start, entries) in [(0, &[3][..]), (0, &[2, 1]), (5, &[1]), (5, &[2, 2, 200])] {
            let report = sample(layout, compressed, start, entries).check().unwrap();
            assert_eq!(
                report.layout,
                Some(layout),
                "{start} {entries:?} {compressed}"
            );
            assert_eq!(report.key_groups, entries.len());
            let counted = entries.iter().map(|count| u64::from(*count)).sum();
            let counted: u64 = if layout == Layout::Canonical {
                counted
            } else {
                0
            };
            assert_eq!(report.entries, counted);
        }
    }
}

#[test]
fn a_key_group_without_entries_has_an_offset_in_the_heaps_own_layout_alone() {
    let canonical = sample(Layout::Canonical, false, 0, &[0, 2, 0]);
    let report = canonical.check().unwrap();
    assert_eq!(
        (report.layout, report.key_groups),
        (Some(Layout::Canonical), 1)
    );
    let heap_native = sample(Layout::HeapNative, false, 0, &[0, 2, 0]);
    let report = heap_native.check().unwrap();
    assert_eq!(
        (report.layout, report.key_groups),
        (Some(Layout::HeapNative), 3)
    );
    let nothing = sample(Layout::Canonical, false, 0, &[0, 0])
        .check()
        .unwrap();
    assert_eq!((nothing.layout, nothing.key_groups), (None, 0));
}

#[test]
fn values_are_read_back_from_either_layout() {
    for (layout, compressed) in EACH {
        let sample = sample(layout, compressed, 7, &[2, 0, 1]);
        let Sample { bytes, groups } = &sample;
        let reader = KeyedReader::open(bytes, groups.range, &groups.offsets, 128).unwrap();
        let mut found = Vec::new();
        for group in groups.range.iter() {
            let visit = &mut |_: usize, key: Element<'_>, value: Element<'_>| {
                let (Element::Long(key), Element::Long(value)) = (key, value) else {
                    panic!("not of the declared types");
                };
                found.push((group, key, value));
            };
            reader.key_group(group, visit).unwrap();
        }
        assert_eq!(
            found,
            [(7, 7, 1), (7, 7, 2), (9, 9, 1)],
            "{layout:?} {compressed}"
        );
    }
}
