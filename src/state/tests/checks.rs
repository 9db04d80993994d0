//! Files that are not what their handles say, and what is told of it.

use std::io::Write;

use super::layouts::{Sample, sample};
use super::samples::operator;
use crate::metadata::Text;
use crate::metadata::handle::{DistributionMode, Offsets};
use crate::state::check::{backend_file, backend_metadata, changelog, channel};
use crate::state::{Layout, check};

fn damaged(sample: &Sample, damage: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut bytes = sample.bytes.clone();
    damage(&mut bytes);
    let groups = sample.groups.clone();
    Sample { bytes, groups }.check().unwrap_err().to_string()
}

fn start(sample: &Sample, group: usize) -> usize {
    usize::try_from(sample.groups.offsets.iter().nth(group).unwrap()).unwrap()
}

#[test]
fn a_canonical_key_group_must_end_where_the_next_one_begins() {
    let two = sample(Layout::Canonical, false, 3, &[2, 2]);
    let second = start(&two, 1);
    // the end mark of the first becomes another state's id, its flag goes
    let told = damaged(&two, |bytes| bytes[second - 1] = 0);
    assert!(told.contains("state id at byte"), "{told}");
    let told = damaged(&two, |bytes| bytes.truncate(second + 30));
    assert!(told.contains("may be cut short"), "{told}");
    let told = damaged(&two, |bytes| bytes.push(0));
    assert!(
        told.contains("of key group 4 is not its last data"),
        "{told}"
    );
}

#[test]
fn a_key_of_another_key_group_is_told() {
    let one = sample(Layout::Canonical, false, 3, &[0, 2]);
    let key = start(&one, 1) + 6;
    let told = damaged(&one, |bytes| bytes[key] = 9);
    assert!(told.contains("is of key group 9, expected 4"), "{told}");
    assert!(told.contains(&format!("{key:#x}")), "{told}");
}

#[test]
fn a_heap_native_key_group_must_begin_with_its_number_and_a_state() {
    let two = sample(Layout::HeapNative, false, 3, &[2, 2]);
    let second = start(&two, 1);
    let told = damaged(&two, |bytes| bytes[second + 3] = 9);
    assert!(told.contains("is 9, expected 4"), "{told}");
    let told = damaged(&two, |bytes| bytes[second + 5] = 1);
    assert!(told.contains("is 1, but there are 1 states"), "{told}");
    let told = damaged(&two, |bytes| bytes[second + 6] = 0x80);
    assert!(told.contains("number of entries at byte"), "{told}");
}

#[test]
fn compressed_data_is_held_against_its_checksums() {
    let canonical = sample(Layout::Canonical, true, 3, &[0, 200]);
    let told = damaged(&canonical, |bytes| {
        let last = bytes.len() - 5;
        bytes[last] ^= 1;
    });
    assert!(told.contains("compressed data"), "{told}");
    let told = damaged(&canonical, |bytes| bytes.truncate(bytes.len() - 3));
    assert!(told.contains("ends within a chunk"), "{told}");
    let heap_native = sample(Layout::HeapNative, true, 3, &[2, 2]);
    let identifier = start(&heap_native, 1) + 4;
    let told = damaged(&heap_native, |bytes| bytes[identifier] = 0);
    assert!(told.contains("stream identifier"), "{told}");
}

#[test]
fn operator_state_must_have_the_states_and_elements_that_its_handle_names() {
    let (bytes, file) = operator();
    let report = check::operator(&bytes, &file.states).unwrap();
    assert_eq!((report.states.len(), report.entries), (3, 10));
    let told = |change: &dyn Fn(&mut Vec<_>)| {
        let mut states = file.states.clone();
        change(&mut states);
        check::operator(&bytes, &states).unwrap_err().to_string()
    };
    let other = told(&|states| states[0].name = Text::from("other"));
    assert!(other.contains("no state \"other\""), "{other}");
    let mode = told(&|states| states[0].mode = DistributionMode::Union);
    assert!(
        mode.contains("SPLIT_DISTRIBUTE, the handle as UNION"),
        "{mode}"
    );
    let far = told(&|states| states[0].offsets = Offsets::from_iter([1 << 30]));
    assert!(far.contains("may be cut short"), "{far}");
    let near = told(&|states| states[0].offsets = Offsets::from_iter([9]));
    assert!(near.contains("within the header"), "{near}");
}

/// A table of 200 bytes with a footer of format version 5 and these two block handles.
fn table(handles: [u8; 4]) -> Vec<u8> {
    let mut bytes = vec![0; 147];
    bytes.push(4);
    bytes.extend(handles);
    bytes.resize(188, 0);
    bytes.extend(5u32.to_le_bytes());
    bytes.extend([0xf7, 0xcf, 0xf4, 0x85, 0xb7, 0x41, 0xe2, 0x88]);
    bytes
}

#[test]
fn a_table_has_a_footer_whose_blocks_lie_before_it() {
    let told = |bytes: Vec<u8>| backend_file("000007.sst", &bytes).unwrap_err().to_string();
    backend_file("000007.sst", &table([100, 42, 0, 95])).unwrap();
    // 100 + 43 + 5 reaches one byte into the footer
    assert!(told(table([100, 43, 0, 95])).contains("metaindex block at byte 0x64"));
    assert!(told(table([0, 95, 100, 43])).contains("index block at byte 0x64"));
    let mut cut = table([100, 42, 0, 95]);
    cut.pop();
    assert!(told(cut).contains("may be cut short"));
    assert!(told(vec![0; 20]).contains("the file has 20 bytes"));
    backend_file("OPTIONS-000011", &vec![0; 20]).unwrap();
    backend_file("CURRENT", &b"MANIFEST-000005\n".to_vec()).unwrap();
    assert!(backend_file("CURRENT", &b"MANIFOLD-000005\n".to_vec()).is_err());
}

#[test]
fn the_metadata_of_a_backend_is_a_header_and_nothing_else() {
    let Sample { mut bytes, .. } = sample(Layout::Canonical, false, 0, &[]);
    let report = backend_metadata(&bytes).unwrap();
    assert_eq!(report.states, ["count"]);
    bytes.push(0);
    let told = backend_metadata(&bytes).unwrap_err().to_string();
    assert!(told.contains("ends there, but the state has"), "{told}");
}

/// One change in the common group, two of two bytes in key group 3, behind a byte of another increment.
fn changes(compressed: bool) -> Vec<u8> {
    let mut groups = vec![0xee, 0, 0, 0, 2, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff];
    groups.extend([0, 0, 0, 1, 8, 0, 0, 0, 2, 0, 0, 0, 3]);
    groups.extend([0, 0, 0, 2, 1, 1, 0, 0, 0, 2, 1, 1]);
    if !compressed {
        return [&[0][..], &groups].concat();
    }
    let mut encoder = snap::write::FrameEncoder::new(vec![1]);
    encoder.write_all(&groups).unwrap();
    encoder.into_inner().unwrap()
}

#[test]
fn the_changes_of_a_changelog_are_walked_from_their_offset() {
    for compressed in [false, true] {
        let bytes = changes(compressed);
        let report = changelog(&bytes, 1).unwrap();
        assert_eq!((report.entries, report.key_groups), (3, 1));
        let cut = bytes[..bytes.len() - 1].to_vec();
        assert!(changelog(&cut, 1).is_err());
    }
    assert!(changelog(&changes(false), 1 << 40).is_err());
    assert!(
        changelog(&vec![7], 0)
            .unwrap_err()
            .to_string()
            .contains("is 7, expected 0 or 1")
    );
}

#[test]
fn the_buffers_of_channels_lie_within_their_stream() {
    let bytes = vec![0, 0, 0, 0, 0, 0, 0, 2, 1, 1, 0, 0, 0, 1, 1];
    let offsets = |offsets: &[i64]| offsets.iter().copied().collect::<Offsets<'_>>();
    assert_eq!(channel(&bytes, &offsets(&[4, 10])).unwrap().entries, 2);
    assert_eq!(channel(&bytes, &offsets(&[10, 4])).unwrap().entries, 2);
    for wrong in [&[12][..], &[0], &[4, 1000], &[-1]] {
        assert!(channel(&bytes, &offsets(wrong)).is_err(), "{wrong:?}");
    }
}
