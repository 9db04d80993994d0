//! A file that Flink 2.3.0 wrote, field by field as the format's description lists it.

use super::bytes::*;
use super::samples::savepoint_properties;
use crate::domain::ids::OperatorId;
use crate::metadata::properties::{PostCheckpointAction, SavepointFormat, SnapshotType};
use crate::metadata::version::Release;
use crate::metadata::{Text, read, write};

fn id(hex: &str) -> OperatorId {
    hex.parse().unwrap()
}

fn operator_of_one(id: OperatorId, coordinator: Bytes, subtasks: Vec<Bytes>) -> Bytes {
    let head = bytes().raw(id.as_bytes()).i32(1).i32(4);
    head.then(coordinator).list(subtasks)
}

/// A canonical savepoint: a source with a uid, a keyed function with a uid, a sink without one.
fn savepoint() -> Bytes {
    let keyed = bytes().u8(7).then(range(0, 4));
    let keyed = keyed.i64s(&[1038, 1588, 2424, 3000]);
    let keyed = keyed.then(relative("6226506b-e1d4-411f-b821-6c7f6a5bbe27", 3628));
    let counter = operator_of_one(
        id("e464826d320d0351136b0d372c600a5e"),
        null(),
        vec![subtask(0, State::keyed(keyed))],
    );
    let states = [named_state("SourceReaderState", 0, &[234])];
    let reader = bytes().u8(4).list(states);
    let reader = reader.then(relative("079385ac-f808-4449-925e-6faf1bd4734c", 265));
    let splits = bytes().i32(1).i32(1).i32(4).i32(0);
    let coordinator = bytes().u8(1).utf("bd9c186e89cc37a76d776844dfa8ccba");
    let source = operator_of_one(
        id("bd9c186e89cc37a76d776844dfa8ccba"),
        coordinator.i32(16).then(splits),
        vec![subtask(0, State::operator(reader))],
    );
    let sink = operator_of_one(id("04432b9931a0bfd31a6a2598b5ff11af"), null(), vec![]);
    let head = bytes().raw(&[0x49, 0x60, 0x67, 0x2d]).i32(6).i64(2).i32(0);
    let operators = [
        named("counter", "counter-id", counter),
        named("Source: gen", "source-id", source),
        named("Sink: drop", "", sink),
    ];
    head.list(operators).raw(&savepoint_properties().bytes)
}

#[test]
fn the_file_has_the_length_and_the_landmarks_of_the_real_one() {
    let file = savepoint().0;
    assert_eq!(file.len(), 1184);
    assert_eq!(file[0x7f], 6, "type of the keyed state's stream");
    assert_eq!(file[0x1b7..0x1bb], [0xac, 0xed, 0, 5]);
    assert_eq!(file[0x2b9..0x2c0], [0, 0, 0, 0, 0, 1, 0], "the flags");
    assert_eq!(file[0x494..0x499], [0x71, 0x00, 0x7e, 0x00, 0x09]);
    assert_eq!(&file[0x49c..], b"NONE");
}

#[test]
fn a_canonical_savepoint_of_flink_2_3_is_read_and_written_back() {
    let file = savepoint().0;
    let metadata = read(&file).unwrap();
    let known = metadata.properties.as_ref().unwrap().content.known();
    assert_eq!(
        known.unwrap().snapshot,
        SnapshotType::Savepoint {
            format: SavepointFormat::Canonical,
            action: PostCheckpointAction::None,
        }
    );
    let sizes = metadata.operators.iter().map(|op| op.state_size());
    assert_eq!(sizes.collect::<Vec<_>>(), [3628, 265 + 16, 0]);
    let uids = metadata.operators.iter().map(|op| op.uid.clone());
    let expected = [Some("counter-id"), Some("source-id"), None];
    assert!(uids.eq(expected.map(|uid| uid.map(Text::from))));
    assert_eq!(metadata.oldest_reader(), Release(2, 1));
    assert_eq!(metadata.newest_reader(), None);
    assert_eq!(write(&metadata).unwrap(), file);
}
