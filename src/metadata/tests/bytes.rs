//! Bytes as Java's `DataOutput` writes them, and the structures of the format built from them.

/// Bytes of a file or of a part of one.
#[derive(Debug, Clone, Default)]
pub struct Bytes(pub Vec<u8>);

pub fn bytes() -> Bytes {
    Bytes::default()
}

impl Bytes {
    pub fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    pub fn u16(mut self, value: u16) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub fn i32(mut self, value: i32) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub fn i64(mut self, value: i64) -> Self {
        self.0.extend(value.to_be_bytes());
        self
    }

    pub fn i64s(self, values: &[i64]) -> Self {
        values.iter().fold(self, |bytes, value| bytes.i64(*value))
    }

    pub fn raw(mut self, raw: &[u8]) -> Self {
        self.0.extend(raw);
        self
    }

    pub fn utf(self, ascii: &str) -> Self {
        self.u16(u16::try_from(ascii.len()).unwrap())
            .raw(ascii.as_bytes())
    }

    pub fn then(self, more: Bytes) -> Self {
        self.raw(&more.0)
    }

    /// A count and as many structures.
    pub fn list(self, items: impl IntoIterator<Item = Bytes>) -> Self {
        let items: Vec<Bytes> = items.into_iter().collect();
        let count = i32::try_from(items.len()).unwrap();
        items
            .into_iter()
            .fold(self.i32(count), |bytes, item| bytes.then(item))
    }
}

/// Magic number, version, checkpoint id 7.
pub fn header(version: i32) -> Bytes {
    bytes().raw(&[0x49, 0x60, 0x67, 0x2d]).i32(version).i64(7)
}

pub const ID: [u8; 16] = [
    0xe4, 0x64, 0x82, 0x6d, 0x32, 0x0d, 0x03, 0x51, 0x13, 0x6b, 0x0d, 0x37, 0x2c, 0x60, 0x0a, 0x5e,
];

/// The type byte of no handle, in any position.
pub fn null() -> Bytes {
    bytes().u8(0)
}

pub fn inline(data: &[u8]) -> Bytes {
    let length = i32::try_from(data.len()).unwrap();
    bytes().u8(1).utf("file:/tmp/x").i32(length).raw(data)
}

pub fn file(path: &str, size: i64) -> Bytes {
    bytes().u8(2).i64(size).utf(path)
}

pub fn relative(path: &str, size: i64) -> Bytes {
    bytes().u8(6).utf(path).i64(size)
}

pub fn segment(path: &str, start: i64, size: i64) -> Bytes {
    let bytes = bytes().u8(15).i64(start).i64(size).i32(1);
    bytes.utf(path).utf("5cbd9c0f-logical")
}

pub fn empty_segment() -> Bytes {
    bytes().u8(16)
}

pub fn range(first: i32, count: i32) -> Bytes {
    bytes().i32(first).i32(count)
}

/// Two key groups, 64 and 65, with a type byte of 3, 7 or (without its id) 12.
pub fn key_groups(type_byte: u8, stream: Bytes) -> Bytes {
    let bytes = bytes().u8(type_byte).then(range(64, 2));
    bytes.i64s(&[0x40e, -1]).then(stream)
}

pub fn key_groups_with_id(stream: Bytes) -> Bytes {
    key_groups(12, stream).utf("c5b8-handle")
}

pub fn named_state(name: &str, mode: u8, offsets: &[i64]) -> Bytes {
    let length = i32::try_from(offsets.len()).unwrap();
    bytes().utf(name).u8(mode).i32(length).i64s(offsets)
}

pub fn operator_state(stream: Bytes) -> Bytes {
    let states = [
        named_state("elements", 0, &[0, 10, 20]),
        named_state("all", 1, &[30]),
        named_state("copy", 2, &[40]),
    ];
    bytes().u8(4).list(states).then(stream)
}

pub fn merged_operator_state(states: Vec<Bytes>, is_empty: u8, stream: Bytes) -> Bytes {
    let bytes = bytes().u8(17).list(states);
    let bytes = bytes.utf("file:/chk/taskowned").utf("file:/chk/shared");
    bytes.u8(is_empty).then(stream)
}

pub fn local_file(name: &str, stream: Bytes) -> Bytes {
    bytes().utf(name).then(stream)
}

fn incremental_files(bytes: Bytes) -> Bytes {
    bytes
        .then(relative("meta", 11))
        .list([
            local_file("000001.sst", file("s3://b/shared/1", 100)),
            local_file("000002.sst", segment("s3://b/shared/2", 50, 200)),
        ])
        .list([local_file("CURRENT", inline(b"MANIFEST-000005\n"))])
}

pub fn incremental() -> Bytes {
    let head = bytes().u8(5).i64(6).utf("not-a-uuid").then(range(0, 64));
    incremental_files(head)
}

pub fn incremental_with_id() -> Bytes {
    let head = bytes().u8(11).i64(6).utf("0b3c-backend").then(range(0, 64));
    incremental_files(head.i64(123)).utf("77aa-handle")
}

pub fn changelog(materialized: Vec<Bytes>, increments: Vec<Bytes>) -> Bytes {
    let bytes = bytes().u8(14).then(range(0, 128)).i64(99);
    let bytes = bytes.list(materialized).list(increments);
    bytes.i64(3).i64(7).utf("9f-changelog")
}

pub fn changelog_of_1_15(materialized: Vec<Bytes>, increments: Vec<Bytes>) -> Bytes {
    let bytes = bytes().u8(8).then(range(0, 128)).i64(99);
    let bytes = bytes.list(materialized).list(increments);
    bytes.i64(3).utf("9f-changelog")
}

pub fn changelog_of_1_14(materialized: Vec<Bytes>, increments: Vec<Bytes>) -> Bytes {
    let bytes = bytes().u8(8).then(range(0, 128));
    bytes.list(materialized).list(increments)
}

/// Two changes, of 3 and 2 bytes, without the handle id that follows except in Flink 1.14.
pub fn in_memory_changes() -> Bytes {
    let change = |group, data: &[u8]| {
        let length = i32::try_from(data.len()).unwrap();
        bytes().i32(group).i32(length).raw(data)
    };
    let head = bytes().u8(9).then(range(0, 128)).i64(4).i64(9);
    head.list([change(-1, b"abc"), change(17, b"de")])
}

pub fn in_memory_changes_with_id() -> Bytes {
    in_memory_changes().utf("id-9")
}

/// One part in a file, 500 bytes, without what follows except in Flink 1.14. Type 10 or 13.
pub fn changes_in_files(type_byte: u8) -> Bytes {
    let head = bytes().u8(type_byte).then(range(0, 128));
    let part = bytes().i64(16).then(file("s3://b/dstl/1", 4096));
    head.list([part]).i64(500)
}

pub fn changes_in_files_with_id() -> Bytes {
    changes_in_files(10).i64(300).utf("id-10")
}

pub fn changes_in_files_with_storage() -> Bytes {
    changes_in_files(13).i64(300).utf("id-13").utf("filesystem")
}

/// A channel without subtask index, as in Flink 1.11.
pub fn channel_of_1_11(stream: Bytes) -> Bytes {
    let info = bytes().i32(0).i32(3);
    info.i32(2).i64s(&[4, 260]).i64(512).then(stream)
}

pub fn channel(subtask: i32, stream: Bytes) -> Bytes {
    bytes().i32(subtask).then(channel_of_1_11(stream))
}

pub fn typed_channel(type_byte: u8, stream: Bytes) -> Bytes {
    bytes().u8(type_byte).then(channel(1, stream))
}

pub fn merged_channels(type_byte: u8, stream: Bytes) -> Bytes {
    let one = |channel| bytes().i32(0).i32(channel).i64(256).i32(1).i64(4);
    let blob = bytes().list([one(2), one(5)]);
    let length = i32::try_from(blob.0.len()).unwrap();
    let head = bytes().u8(type_byte).i32(1).i64(512).then(stream);
    head.i32(length).then(blob)
}

pub fn master_state() -> Bytes {
    let inner = bytes().i32(1).utf("hook").i32(3).raw(b"abc");
    let length = i32::try_from(inner.0.len()).unwrap();
    bytes()
        .raw(&[0xc9, 0x6b, 0x16, 0x96])
        .i32(length)
        .then(inner)
}

/// State of one subtask as versions 2 and later lay it out, without channels.
#[derive(Clone)]
pub struct State {
    pub managed_operator: Option<Bytes>,
    pub raw_operator: Option<Bytes>,
    pub managed_keyed: Bytes,
    pub raw_keyed: Bytes,
}

impl State {
    pub fn none() -> Self {
        State {
            managed_operator: None,
            raw_operator: None,
            managed_keyed: null(),
            raw_keyed: null(),
        }
    }

    pub fn keyed(handle: Bytes) -> Self {
        State {
            managed_keyed: handle,
            ..State::none()
        }
    }

    pub fn operator(handle: Bytes) -> Self {
        State {
            managed_operator: Some(handle),
            ..State::none()
        }
    }

    pub fn build(self) -> Bytes {
        [self.managed_operator, self.raw_operator]
            .into_iter()
            .fold(bytes(), |bytes, handle| match handle {
                None => bytes.i32(0),
                Some(handle) => bytes.i32(1).then(handle),
            })
            .then(self.managed_keyed)
            .then(self.raw_keyed)
    }
}

pub fn subtask_v2(index: i32, legacy: Option<Bytes>, state: State) -> Bytes {
    let head = bytes().i32(index).i64(-1);
    let head = match legacy {
        None => head.i32(0),
        Some(handle) => head.i32(1).then(handle),
    };
    head.then(state.build())
}

pub fn operator_v2(subtasks: Vec<Bytes>) -> Bytes {
    let head = bytes().raw(&ID).i32(4).i32(128).i32(1);
    head.list(subtasks)
}

pub fn subtask(index: i32, state: State) -> Bytes {
    subtask_with_channels(index, state, vec![], vec![])
}

pub fn subtask_with_channels(
    index: i32,
    state: State,
    input: Vec<Bytes>,
    output: Vec<Bytes>,
) -> Bytes {
    let head = bytes().i32(index).then(state.build());
    head.list(input).list(output)
}

pub fn finished_subtask(index: i32) -> Bytes {
    bytes().i32(-index - 1)
}

/// An operator of versions 3 and 4: parallelism 4, max parallelism 128.
pub fn operator(coordinator: Bytes, subtasks: Vec<Bytes>) -> Bytes {
    let head = bytes().raw(&ID).i32(4).i32(128);
    head.then(coordinator).list(subtasks)
}

pub fn finished_operator() -> Bytes {
    bytes().raw(&[9; 16]).i32(4).i32(128).then(null()).i32(-1)
}

/// An operator of versions 5 and 6.
pub fn named(name: &str, uid: &str, operator: Bytes) -> Bytes {
    bytes().utf(name).utf(uid).then(operator)
}

/// A file of versions 2 and later without its tail.
pub fn snapshot(version: i32, operators: Vec<Bytes>) -> Bytes {
    header(version).i32(0).list(operators)
}

pub fn null_properties() -> Bytes {
    bytes().raw(&[0xac, 0xed, 0, 5, 0x70])
}
