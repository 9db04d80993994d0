//! A restore of what was written.

use super::samples::{MAX_PARALLELISM, keyed, list_state, operator, string_keys, value_state};
use crate::domain::key_group::KeyGroupRange;
use crate::metadata::handle::{DistributionMode, Offsets};
use crate::state::read::{KeyedReader, OperatorReader};
use crate::state::write::{KeyedWriter, OperatorWriter, WriteError};
use crate::state::{Element, ElementType, StateError};

const RANGE: KeyGroupRange = KeyGroupRange { start: 2, count: 4 };

#[test]
fn a_keyed_file_has_the_bytes_that_flink_writes() {
    let range = KeyGroupRange { start: 0, count: 1 };
    let states = vec![value_state("count", ElementType::Long)];
    let mut writer = KeyedWriter::new(Vec::new(), ElementType::Long, states, range).unwrap();
    let entries = [(Element::Long(817), Element::Long(16))];
    writer.entries(entries.into_iter()).unwrap();
    let (bytes, file) = writer.finish().unwrap();

    let long = "org.apache.flink.api.common.typeutils.base.LongSerializer$LongSerializerSnapshot";
    let void =
        "org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot";
    let text = |text: &str| [&(text.len() as u16).to_be_bytes(), text.as_bytes()].concat();
    let snapshot = |class: &str| [&[0, 0, 0, 2][..], &text(class), &[0, 0, 0, 3]].concat();
    let header = [
        &[0, 0, 0, 6, 0][..],
        &snapshot(long),
        &[0, 1],
        &text("count"),
        &[0, 0, 0, 0, 0, 0, 0, 1],
        &text("KEYED_STATE_TYPE"),
        &text("VALUE"),
        &[0, 0, 0, 2],
        &text("VALUE_SERIALIZER"),
        &snapshot(long),
        &text("NAMESPACE_SERIALIZER"),
        &snapshot(void),
    ]
    .concat();
    let data = [
        &[0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0][..],
        &[0, 0, 0, 0, 0, 0, 3, 0x31, 0, 0, 0, 0, 0, 0, 0, 0x10],
    ]
    .concat();
    assert_eq!(bytes, [&header[..], &data].concat());
    let starts: Vec<i64> = file.offsets.iter().collect();
    assert_eq!(starts, [header.len() as i64]);
    assert_eq!(file.size, bytes.len() as u64);
}

#[test]
fn each_key_group_can_be_read_alone() {
    let (bytes, file) = keyed(RANGE);
    let reader = KeyedReader::open(&bytes, RANGE, &file.offsets, MAX_PARALLELISM).unwrap();
    assert_eq!(reader.key(), ElementType::String);
    let states = [
        value_state("count", ElementType::Long),
        value_state("name-é键\u{1f600}", ElementType::String),
    ];
    assert_eq!(reader.states(), states);
    for group in 0..MAX_PARALLELISM {
        let mut found = Vec::new();
        let visit = &mut |state, key: Element<'_>, value: Element<'_>| {
            let Element::String(text) = key else {
                panic!("a key that is no string");
            };
            let expected = [Element::Long(text.len() as i64), key];
            assert_eq!(value, expected[state]);
            assert_eq!(key.key_group(MAX_PARALLELISM), group);
            found.push((state, text.to_owned()));
        };
        reader.key_group(group, visit).unwrap();
        let keys = string_keys();
        let here = keys.iter().filter(|key| {
            RANGE.contains(group) && Element::String(key).key_group(MAX_PARALLELISM) == group
        });
        let here: Vec<&String> = here.collect();
        let expected = [0, 1]
            .into_iter()
            .flat_map(|state| here.iter().map(move |key| (state, (*key).clone())));
        assert_eq!(found, expected.collect::<Vec<_>>());
    }
}

#[test]
fn lists_are_read_back_element_by_element() {
    let (bytes, file) = operator();
    let reader = OperatorReader::open(&bytes).unwrap();
    let expected = [
        list_state(
            "split",
            DistributionMode::SplitDistribute,
            ElementType::Long,
        ),
        list_state("none", DistributionMode::SplitDistribute, ElementType::Long),
        list_state("union", DistributionMode::Union, ElementType::String),
    ];
    assert_eq!(reader.lists(), expected);
    let elements = |list: usize, offsets: &Offsets<'_>| {
        let mut found = Vec::new();
        reader
            .elements(list, offsets, &mut |element| {
                found.push(match element {
                    Element::Long(value) => value.to_string(),
                    Element::String(text) => text.to_owned(),
                });
            })
            .unwrap();
        found
    };
    let offsets = |list: usize| &file.states[list].offsets;
    assert_eq!(
        elements(0, offsets(0)),
        ["0", "1000", "2000", "3000", "4000"]
    );
    assert!(elements(1, offsets(1)).is_empty());
    assert_eq!(elements(2, offsets(2))[4], "é键 4");
    let backwards: Offsets<'_> = [4, 1]
        .map(|i| offsets(2).iter().nth(i).unwrap())
        .into_iter()
        .collect();
    assert_eq!(elements(2, &backwards), ["é键 4", "é键 1"]);
}

#[test]
fn a_writer_refuses_what_its_header_does_not_say() {
    let states = vec![value_state("count", ElementType::Long)];
    let writer = || KeyedWriter::new(Vec::new(), ElementType::Long, states.clone(), RANGE).unwrap();
    let wrong = [(Element::Long(1), Element::String("one"))];
    let error = writer().entries(wrong.into_iter()).unwrap_err();
    assert!(matches!(&error, WriteError::Type { state, .. } if state == "count"));
    let error = writer().finish().unwrap_err();
    assert!(matches!(error, WriteError::Order(_)));

    let mut complete = writer();
    for _ in RANGE.iter() {
        complete.entries(std::iter::empty()).unwrap();
    }
    let error = complete.entries(std::iter::empty()).unwrap_err();
    assert!(matches!(error, WriteError::Order(_)));

    let broadcast = list_state("b", DistributionMode::Broadcast, ElementType::Long);
    let writer = OperatorWriter::new(Vec::new(), vec![broadcast]);
    assert!(matches!(writer, Err(WriteError::Order(_))));
}

#[test]
fn offsets_that_are_not_of_the_file_are_told() {
    let (bytes, file) = keyed(RANGE);
    let open = |offsets: Vec<i64>| {
        let offsets = offsets.into_iter().collect();
        KeyedReader::open(&bytes, RANGE, &offsets, MAX_PARALLELISM).map(|_| ())
    };
    let starts: Vec<i64> = file.offsets.iter().collect();
    let with = |position: usize, offset: i64| {
        let mut starts = starts.clone();
        starts[position] = offset;
        open(starts).unwrap_err().to_string()
    };
    assert!(with(0, 7).contains("of key group 2 is 7, which is within the header"));
    assert!(with(3, 1 << 40).contains("may be cut short"));
    assert!(with(1, starts[0]).contains("not behind that of key group 2"));
    assert!(with(1, -5).contains("no position"));
    let few = open(starts[..2].to_vec()).unwrap_err().to_string();
    assert!(
        few.contains("is one of 2, but the range 2-5 has 4"),
        "{few}"
    );
}

#[test]
fn states_of_other_types_are_unsupported_rather_than_damaged() {
    let (mut bytes, file) = keyed(RANGE);
    let at = bytes
        .windows(6)
        .position(|window| window == b"String")
        .unwrap();
    bytes[at..at + 6].copy_from_slice(b"Strung");
    let again = KeyedReader::open(&bytes, RANGE, &file.offsets, MAX_PARALLELISM);
    let Err(StateError::Unsupported(what)) = again else {
        panic!("not refused");
    };
    assert!(
        what.contains("StrungSerializer$StringSerializerSnapshot"),
        "{what}"
    );
}
