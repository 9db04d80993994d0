//! One small file of each kind.

use super::bytes::*;
use super::java_bytes;
use crate::metadata::properties::{
    CheckpointProperties, Discard, PostCheckpointAction, Properties, SavepointFormat, SnapshotType,
};

/// A file and where its opaque tail starts: its length where there is none.
pub struct Sample {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub tail: usize,
}

fn whole(name: &'static str, bytes: Bytes) -> Sample {
    let tail = bytes.0.len();
    Sample {
        name,
        bytes: bytes.0,
        tail,
    }
}

fn with_tail(name: &'static str, bytes: Bytes, tail: &[u8]) -> Sample {
    let at = bytes.0.len();
    Sample {
        name,
        bytes: bytes.raw(tail).0,
        tail: at,
    }
}

pub fn savepoint_properties() -> Properties<'static> {
    Properties::from(CheckpointProperties {
        snapshot: SnapshotType::Savepoint {
            format: SavepointFormat::Canonical,
            action: PostCheckpointAction::None,
        },
        forced: true,
        discard: Discard::default(),
        unclaimed: false,
    })
}

/// Flink 1.1: a task with a Java-serialised state, and an entry without one.
pub fn version_0() -> Bytes {
    let blob = java_bytes::chain_of_two();
    let length = i32::try_from(blob.0.len()).unwrap();
    let with_state = bytes().i32(2).i32(length).then(blob).i64(345).i64(12);
    let without = bytes().i32(3).i32(-1).i64(0).i64(1);
    let task = bytes().raw(&ID).i32(4).list([with_state, without]).i32(0);
    header(0).list([task])
}

/// Flink 1.2: a chain of two, all kinds of state at its head, none at its end.
pub fn version_1() -> Bytes {
    let subtask = bytes()
        .i32(1)
        .i64(-1)
        .list([null(), file("hdfs://nn/legacy", 30)])
        .list([null(), operator_state(file("hdfs://nn/op", 50))])
        .list([])
        .then(key_groups(3, inline(b"keyed")))
        .then(null());
    let head = bytes().raw(&ID).i32(4).i32(128).i32(2);
    header(1).list([head.list([subtask])])
}

/// Flink 1.3: all that version 2 can say.
pub fn version_2() -> Bytes {
    let full = State {
        managed_operator: Some(operator_state(file("hdfs://nn/op", 50))),
        raw_operator: Some(operator_state(inline(b"raw"))),
        managed_keyed: key_groups(3, file("hdfs://nn/keyed", 70)),
        raw_keyed: key_groups(3, inline(b"raw keyed")),
    };
    let subtasks = vec![
        subtask_v2(0, Some(inline(b"legacy")), full),
        subtask_v2(1, None, State::none()),
        subtask_v2(3, None, State::keyed(incremental())),
        subtask_v2(2, Some(null()), State::operator(null())),
    ];
    header(2)
        .list([master_state(), master_state()])
        .list([operator_v2(subtasks), operator_v2(vec![])])
}

/// Flink 1.15: coordinator, finished subtasks and operators, channels with subtask index, changelog with ids.
pub fn version_3() -> Bytes {
    let changelog = changelog_of_1_15(
        vec![key_groups_with_id(relative("materialised", 60)), null()],
        vec![in_memory_changes_with_id(), changes_in_files_with_id()],
    );
    let subtasks = vec![
        subtask_with_channels(
            0,
            State::keyed(changelog),
            vec![channel(0, relative("channels", 600))],
            vec![channel(0, relative("channels", 600)), channel(0, null())],
        ),
        finished_subtask(1),
        subtask(2, State::keyed(key_groups(7, relative("canonical", 80)))),
        subtask(3, State::keyed(incremental_with_id())),
    ];
    let operators = [
        operator(inline(b"coordinator"), subtasks),
        finished_operator(),
    ];
    header(3).list([master_state()]).list(operators)
}

/// Flink 1.14: a changelog without ids.
pub fn version_3_of_flink_1_14() -> Bytes {
    let changelog = changelog_of_1_14(
        vec![key_groups(3, relative("materialised", 60))],
        vec![in_memory_changes(), changes_in_files(10)],
    );
    let state = State::keyed(changelog);
    let subtask = subtask_with_channels(0, state, vec![channel(0, relative("c", 600))], vec![]);
    snapshot(3, vec![operator(null(), vec![subtask])])
}

/// Flink 1.11: channels without subtask index.
pub fn version_3_of_flink_1_11() -> Bytes {
    let channels = vec![channel_of_1_11(relative("c", 600)), channel_of_1_11(null())];
    let subtask = subtask_with_channels(0, State::none(), channels.clone(), channels);
    snapshot(3, vec![operator(null(), vec![subtask])])
}

/// State whose every handle kind a release from 1.20 on may write, in the four subtasks of an operator.
fn modern_subtasks(input: Bytes, output: Bytes) -> Vec<Bytes> {
    let changelog = changelog(
        vec![incremental_with_id()],
        vec![changes_in_files_with_storage(), in_memory_changes_with_id()],
    );
    let elements = vec![named_state("elements", 0, &[0, 8])];
    let merged = merged_operator_state(elements, 0, segment("s3://b/t/1", 10, 20));
    let placeholder = merged_operator_state(vec![], 1, empty_segment());
    let keyed_stream = key_groups(3, inline(b"inner"));
    vec![
        subtask_with_channels(0, State::keyed(changelog), vec![input], vec![output]),
        subtask(1, State::operator(merged)),
        subtask(2, State::operator(placeholder)),
        subtask(3, State::keyed(key_groups_with_id(keyed_stream))),
    ]
}

pub fn version_4() -> Bytes {
    let subtasks = modern_subtasks(
        channel(0, segment("s3://b/t/1", 0, 9)),
        channel(0, inline(b"")),
    );
    snapshot(
        4,
        vec![operator(inline(b"c"), subtasks), finished_operator()],
    )
}

pub fn version_5() -> Bytes {
    let subtasks = modern_subtasks(
        channel(0, file("s3://b/c", 9)),
        channel(0, file("s3://b/c", 9)),
    );
    let operators = vec![
        named("Source: gen", "source-id", operator(null(), subtasks)),
        named("", "", finished_operator()),
    ];
    snapshot(5, operators)
}

pub fn version_6() -> Bytes {
    let subtasks = modern_subtasks(
        merged_channels(3, relative("c", 600)),
        merged_channels(4, relative("c", 600)),
    );
    let plain = subtask_with_channels(
        0,
        State::none(),
        vec![typed_channel(1, relative("c", 600))],
        vec![typed_channel(2, relative("c", 600))],
    );
    let operators = vec![
        named("counter", "counter-id", operator(null(), subtasks)),
        named("Sink: drop", "", operator(null(), vec![plain])),
    ];
    snapshot(6, operators)
}

pub fn all() -> Vec<Sample> {
    let properties = savepoint_properties().bytes;
    vec![
        whole("version 0", version_0()),
        whole("version 1", version_1()),
        whole("version 2", version_2()),
        whole("version 3", version_3()),
        whole("version 3 of Flink 1.14", version_3_of_flink_1_14()),
        whole("version 3 of Flink 1.11", version_3_of_flink_1_11()),
        with_tail("version 4", version_4(), &properties),
        with_tail("version 5", version_5(), &null_properties().0),
        with_tail("version 6", version_6(), &null_properties().0),
        whole("Flink 1.0", java_bytes::flink10_savepoint()),
    ]
}
