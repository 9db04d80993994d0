//! Java serialisation streams of Flink 1.0 and 1.1, made by hand.

use super::bytes::{Bytes, bytes};

pub fn stream(root: Bytes) -> Bytes {
    bytes().raw(&[0xac, 0xed, 0, 5]).then(root)
}

pub fn null() -> Bytes {
    bytes().u8(0x70)
}

pub fn string(text: &str) -> Bytes {
    bytes().u8(0x74).utf(text)
}

fn field(code: u8, name: &str) -> Bytes {
    let field = bytes().u8(code).utf(name);
    match code {
        b'L' | b'[' => field.then(string("Lsome/Signature;")),
        _ => field,
    }
}

pub fn class(name: &str, flags: u8, fields: &[(u8, &str)], parent: Bytes) -> Bytes {
    let count = u16::try_from(fields.len()).unwrap();
    let head = bytes().u8(0x72).utf(name).i64(1).u8(flags).u16(count);
    let fields = fields.iter();
    let head = fields.fold(head, |head, (code, name)| head.then(field(*code, name)));
    head.u8(0x78).then(parent)
}

/// An object whose class has no superclass; `values` are those of its fields, in the same order.
pub fn object(name: &str, fields: &[(u8, &str)], values: Vec<Bytes>) -> Bytes {
    let head = bytes().u8(0x73).then(class(name, 2, fields, null()));
    values.into_iter().fold(head, Bytes::then)
}

pub fn byte_array(data: &[u8]) -> Bytes {
    let head = bytes().u8(0x75).then(class("[B", 2, &[], null()));
    head.i32(i32::try_from(data.len()).unwrap()).raw(data)
}

pub fn object_array(items: Vec<Bytes>) -> Bytes {
    let class = class("[Lsome.Element;", 2, &[], null());
    bytes().u8(0x75).then(class).list(items)
}

pub fn hash_map(entries: Vec<(Bytes, Bytes)>) -> Bytes {
    let class = class("java.util.HashMap", 3, &[(b'F', "loadFactor")], null());
    let head = bytes().u8(0x73).then(class).i32(0x3f40_0000);
    let size = i32::try_from(entries.len()).unwrap();
    let head = head.u8(0x77).u8(8).i32(16).i32(size);
    let entries = entries.into_iter();
    entries
        .fold(head, |head, (key, value)| head.then(key).then(value))
        .u8(0x78)
}

pub fn array_list(items: Vec<Bytes>) -> Bytes {
    let size = i32::try_from(items.len()).unwrap();
    let class = class("java.util.ArrayList", 3, &[(b'I', "size")], null());
    let head = bytes().u8(0x73).then(class).i32(size);
    let head = head.u8(0x77).u8(4).i32(size);
    items.into_iter().fold(head, Bytes::then).u8(0x78)
}

pub fn uri(text: &str) -> Bytes {
    let class = class("java.net.URI", 3, &[(b'L', "string")], null());
    bytes().u8(0x73).then(class).then(string(text)).u8(0x78)
}

/// A file handle: the path is a field of the superclass.
pub fn file_handle(path: &str) -> Bytes {
    let parent = class(
        "org.apache.flink.runtime.state.filesystem.AbstractFileStateHandle",
        2,
        &[(b'L', "filePath")],
        null(),
    );
    let name = "org.apache.flink.runtime.state.filesystem.FileStreamStateHandle";
    let head = bytes().u8(0x73).then(class(name, 2, &[], parent));
    let path = object(
        "org.apache.flink.core.fs.Path",
        &[(b'L', "uri")],
        vec![uri(path)],
    );
    head.then(path)
}

pub fn serialized(data: &[u8]) -> Bytes {
    let name = "org.apache.flink.runtime.state.memory.SerializedStateHandle";
    object(name, &[(b'[', "serializedData")], vec![byte_array(data)])
}

/// One position of a chain.
pub fn task_state(function: Bytes, operator: Bytes, key_value: Bytes) -> Bytes {
    let fields = [
        (b'L', "functionState"),
        (b'L', "kvStates"),
        (b'L', "operatorState"),
    ];
    let name = "org.apache.flink.streaming.runtime.tasks.StreamTaskState";
    object(name, &fields, vec![function, key_value, operator])
}

/// The state of a subtask, the end of the chain first.
pub fn task_state_list(chain: Vec<Bytes>) -> Bytes {
    let name = "org.apache.flink.streaming.runtime.tasks.StreamTaskStateList";
    stream(object(name, &[(b'[', "states")], vec![object_array(chain)]))
}

/// Two operators: the chain's end with user state inline, its head with two keyed states and a RocksDB copy.
pub fn chain_of_two() -> Bytes {
    let rocks = object(
        "org.apache.flink.contrib.streaming.state.RocksDBStateBackend$FinalSemiAsyncSnapshot",
        &[(b'J', "checkpointId"), (b'L', "backupUri")],
        vec![bytes().i64(7), uri("hdfs://nn/backup")],
    );
    let wrapper = object(
        "org.apache.flink.runtime.state.AbstractStateBackend$DataInputViewHandle",
        &[(b'L', "stream")],
        vec![file_handle("hdfs://nn/operator")],
    );
    let map = hash_map(vec![
        (string("count"), file_handle("hdfs://nn/kv")),
        (string("rocks"), rocks),
    ]);
    task_state_list(vec![
        task_state(serialized(b"user object"), null(), null()),
        null(),
        task_state(null(), wrapper, map),
    ])
}

fn id(name: &str, lower: i64, upper: i64) -> Bytes {
    let fields = [(b'J', "lowerPart"), (b'J', "upperPart"), (b'L', "toString")];
    let parent = class("org.apache.flink.util.AbstractID", 2, &fields, null());
    let head = bytes().u8(0x73).then(class(name, 2, &[], parent));
    head.i64(lower).i64(upper).then(null())
}

fn state_for_task(subtask: i32, lower: i64, state: Bytes) -> Bytes {
    let value = object(
        "org.apache.flink.util.SerializedValue",
        &[(b'[', "serializedData")],
        vec![byte_array(&state.0)],
    );
    object(
        "org.apache.flink.runtime.checkpoint.StateForTask",
        &[
            (b'J', "duration"),
            (b'J', "stateSize"),
            (b'I', "subtask"),
            (b'L', "operatorId"),
            (b'L', "state"),
        ],
        vec![
            bytes().i64(12),
            bytes().i64(345),
            bytes().i32(subtask),
            id("org.apache.flink.runtime.jobgraph.JobVertexID", lower, 2),
            value,
        ],
    )
}

const CHECKPOINT: &str = "org.apache.flink.runtime.checkpoint.CompletedCheckpoint";

/// A savepoint of Flink 1.0: subtasks 0 and 2 of one task, subtask 0 of another.
pub fn flink10_savepoint() -> Bytes {
    let states = [
        state_for_task(0, 1, task_state_list(vec![])),
        state_for_task(0, 3, task_state_list(vec![null()])),
        state_for_task(2, 1, chain_of_two()),
    ];
    stream(object(
        CHECKPOINT,
        &[
            (b'J', "checkpointID"),
            (b'J', "duration"),
            (b'J', "timestamp"),
            (b'L', "job"),
            (b'L', "states"),
        ],
        vec![
            bytes().i64(7),
            bytes().i64(60),
            bytes().i64(1_460_000_000_000),
            id("org.apache.flink.api.common.JobID", 0x1234, 0x5678),
            array_list(states.into()),
        ],
    ))
}

/// A record of the high-availability store: the same class with other fields.
pub fn high_availability_record() -> Bytes {
    stream(object(
        CHECKPOINT,
        &[
            (b'J', "checkpointID"),
            (b'L', "externalPointer"),
            (b'L', "operatorStates"),
        ],
        vec![bytes().i64(7), string("s3://b/chk-7"), hash_map(vec![])],
    ))
}
