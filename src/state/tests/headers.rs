//! Headers with serializers of all kinds: what can be got past, and what ends the reading.

use crate::state::StateError;
use crate::state::header::{Unread, keyed};

const LONG: &str =
    "org.apache.flink.api.common.typeutils.base.LongSerializer$LongSerializerSnapshot";
const LIST: &str = "org.apache.flink.api.common.typeutils.base.ListSerializerSnapshot";
const POJO: &str = "org.apache.flink.api.java.typeutils.runtime.PojoSerializerSnapshot";
const TUPLE: &str = "org.apache.flink.api.java.typeutils.runtime.TupleSerializerSnapshot";
const KRYO: &str = "org.apache.flink.api.java.typeutils.runtime.kryo.KryoSerializerSnapshot";
const ROW: &str =
    "org.apache.flink.table.runtime.typeutils.RowDataSerializer$RowDataSerializerSnapshot";
const MINE: &str = "com.example.Mine$Serializer";

fn int(value: i32) -> Vec<u8> {
    value.to_be_bytes().to_vec()
}

fn utf(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes(), text.as_bytes()].concat()
}

/// A snapshot behind its class and version.
fn versioned(class: &str, version: i32, payload: &[u8]) -> Vec<u8> {
    [&utf(class)[..], &int(version), payload].concat()
}

fn long() -> Vec<u8> {
    versioned(LONG, 3, &[])
}

fn nested(snapshots: &[Vec<u8>]) -> Vec<u8> {
    [
        &int(1_333_245)[..],
        &int(1),
        &int(snapshots.len() as i32),
        &snapshots.concat(),
    ]
    .concat()
}

fn composite(class: &str, outer_version: i32, outer: &[u8], snapshots: &[Vec<u8>]) -> Vec<u8> {
    let payload = [
        &int(911_108)[..],
        &int(outer_version),
        outer,
        &nested(snapshots),
    ]
    .concat();
    versioned(class, 3, &payload)
}

/// A map with a length before each value.
fn framed(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = 0x0000_04f2_c69a_3d70_i64.to_be_bytes().to_vec();
    bytes.extend(int(entries.len() as i32));
    for (name, value) in entries {
        bytes.extend([&utf(name)[..], &[0, 1], &int(value.len() as i32), value].concat());
    }
    bytes
}

fn pojo(fields: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let payload = [
        utf("com.example.Order"),
        framed(fields),
        framed(&[]),
        framed(&[]),
    ]
    .concat();
    versioned(POJO, 2, &payload)
}

/// A header with Long keys, a state with this serializer, and a second one behind it.
fn header(value: &[u8]) -> Vec<u8> {
    let state = |name: &str, value: &[u8]| {
        let option = [utf("KEYED_STATE_TYPE"), utf("VALUE")].concat();
        let serializer = [&utf("VALUE_SERIALIZER")[..], &int(2), value].concat();
        [
            &utf(name)[..],
            &int(0),
            &int(1),
            &option,
            &int(1),
            &serializer,
        ]
        .concat()
    };
    let key = [&int(2)[..], &long()].concat();
    let states = [state("first", value), state("second", &long())].concat();
    [&int(6)[..], &[0], &key, &[0, 2], &states].concat()
}

/// The depth of nesting, and the states, of a header that is read to its end.
fn whole(value: &[u8]) -> (usize, Vec<String>) {
    let bytes = header(value);
    let header = keyed(&bytes).unwrap();
    assert_eq!(header.end, Some(bytes.len() as u64));
    assert_eq!(header.unread, None);
    assert_eq!(header.states[1].name, "second");
    let first = header.states[0].serializer("VALUE_SERIALIZER").unwrap();
    (first.nested.len(), header.opaque)
}

#[test]
fn composites_within_composites_are_walked() {
    let list = composite(LIST, 1, &[], &[long()]);
    assert_eq!(whole(&list), (1, vec![]));
    let tuple = composite(
        TUPLE,
        2,
        &utf("org.apache.flink.api.java.tuple.Tuple2"),
        &[list, long()],
    );
    assert_eq!(whole(&tuple), (2, vec![]));
    // from Flink 1.7, without the outer block
    let old = versioned(LIST, 1, &nested(&[long()]));
    assert_eq!(whole(&old), (1, vec![]));
}

#[test]
fn what_is_unknown_within_frames_does_not_hinder_and_is_told() {
    let order = pojo(&[
        ("id", long()),
        ("note", versioned(MINE, 1, b"anything")),
        ("price", long()),
    ]);
    assert_eq!(whole(&order), (2, vec![MINE.to_owned()]));
    let kryo = [
        utf("com.example.Any"),
        framed(&[]),
        framed(&[]),
        framed(&[]),
    ]
    .concat();
    let kryo = versioned(KRYO, 2, &kryo);
    assert_eq!(whole(&kryo), (0, vec!["Kryo, com.example.Any".to_owned()]));
}

#[test]
fn the_types_of_a_row_are_java_streams_without_lengths() {
    let string = |text: &str| [&[0xac, 0xed, 0, 5, 0x74][..], &utf(text)].concat();
    let types = [string("a type"), string("another")].concat();
    let row = [int(2), types, nested(&[long(), long()])].concat();
    assert_eq!(whole(&versioned(ROW, 3, &row)), (2, vec![]));
}

#[test]
fn an_unknown_serializer_ends_the_reading_but_keeps_what_came_before() {
    let bytes = header(&composite(LIST, 1, &[], &[versioned(MINE, 3, b"anything")]));
    let header = keyed(&bytes).unwrap();
    assert!(header.key.is_some());
    assert_eq!((header.end, header.states.len()), (None, 0));
    let Some(Unread::Serializer(unknown)) = header.unread else {
        panic!("read on");
    };
    assert_eq!((unknown.class.as_str(), unknown.version), (MINE, 3));
    let at = unknown.offset as usize + 2;
    assert_eq!(&bytes[at..at + MINE.len()], MINE.as_bytes());
    // a version of a known one that nobody has seen
    let newer = keyed(&self::header(&versioned(LONG, 9, &[]))).map(|header| header.end);
    assert_eq!(newer.unwrap(), None);
}

#[test]
fn what_is_no_class_is_damage() {
    let error = keyed(&header(&versioned("no class at all", 3, &[]))).unwrap_err();
    assert!(matches!(error, StateError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("is no name of a class"));
    let mut bytes = header(&long());
    bytes[3] = 7;
    let error = keyed(&bytes).unwrap_err().to_string();
    assert_eq!(
        error,
        "keyed state header version at byte 0x0 is 7, expected 1 to 6"
    );
    bytes[3] = 5;
    assert_eq!(keyed(&bytes).unwrap().unread, Some(Unread::OldVersion(5)));
}

#[test]
fn nesting_without_end_is_refused() {
    let mut snapshot = long();
    for _ in 0..100 {
        snapshot = composite(LIST, 1, &[], &[snapshot]);
    }
    let error = keyed(&header(&snapshot)).unwrap_err().to_string();
    assert!(error.contains("is nested more than 32 deep"), "{error}");
}

#[test]
fn a_header_that_is_cut_short_says_so() {
    let order = pojo(&[("id", long())]);
    let bytes = header(&order);
    for length in 0..bytes.len() {
        let error = keyed(&bytes[..length]).unwrap_err();
        assert!(error.to_string().contains("cut short"), "{length}: {error}");
    }
}
