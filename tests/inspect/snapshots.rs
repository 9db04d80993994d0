//! Small snapshots, built with the library's model.

use std::borrow::Cow;

use savepointctl::domain::ids::OperatorId;
use savepointctl::domain::key_group::KeyGroupRange;
use savepointctl::metadata::handle::{
    IdentifiedKeyGroups, Incremental, KeyGroups, KeyedHandle, LocalFile, Offsets, OperatorHandle,
    StreamHandle,
};
use savepointctl::metadata::model::{Operator, Subtask, SubtaskState};
use savepointctl::metadata::properties::{
    CheckpointProperties, Discard, PostCheckpointAction, Properties, SavepointFormat, SnapshotType,
};
use savepointctl::metadata::{Format, Metadata, MetadataVersion, Text};

/// A snapshot of this version, which is a savepoint where the version can say so.
pub fn snapshot(version: MetadataVersion, operators: Vec<Operator<'static>>) -> Metadata<'static> {
    let savepoint = CheckpointProperties {
        snapshot: SnapshotType::Savepoint {
            format: SavepointFormat::Native,
            action: PostCheckpointAction::None,
        },
        forced: true,
        discard: Discard::default(),
        unclaimed: false,
    };
    Metadata {
        format: Format::Versioned(version),
        checkpoint_id: 42,
        flink10: None,
        master_states: Vec::new(),
        operators,
        properties: (version >= MetadataVersion::V4).then(|| Properties::from(savepoint)),
        trailing: Cow::Borrowed(&[]),
    }
}

/// An operator of version 5 and later, with its uid's id.
pub fn named(name: &str, uid: &str, subtasks: Vec<Subtask<'static>>) -> Operator<'static> {
    Operator {
        name: Some(Text::from(name.to_owned())),
        uid: Some(Text::from(uid.to_owned())),
        ..nameless(uid, subtasks)
    }
}

/// An operator of version 4 and earlier.
pub fn nameless(uid: &str, subtasks: Vec<Subtask<'static>>) -> Operator<'static> {
    Operator {
        id: OperatorId::from_uid(uid),
        name: None,
        uid: None,
        parallelism: 2.max(u32::try_from(subtasks.len()).unwrap()),
        max_parallelism: Some(128),
        chain_length: None,
        coordinator: None,
        fully_finished: false,
        subtasks,
    }
}

fn subtask(index: u32, state: SubtaskState<'static>) -> Subtask<'static> {
    Subtask {
        index,
        finished: false,
        state: Some(Box::new(state)),
    }
}

/// A subtask with operator state in a stream.
pub fn with_stream(index: u32, stream: StreamHandle<'static>) -> Subtask<'static> {
    let handle = OperatorHandle {
        states: Vec::new(),
        merging: None,
        delegate: Some(stream),
    };
    let state = SubtaskState {
        managed_operator: vec![Some(Box::new(handle))],
        ..SubtaskState::default()
    };
    subtask(index, state)
}

/// A subtask with keyed state.
pub fn with_keyed(index: u32, handle: KeyedHandle<'static>) -> Subtask<'static> {
    let state = SubtaskState {
        managed_keyed: Some(handle),
        ..SubtaskState::default()
    };
    subtask(index, state)
}

pub fn file(path: String, size: i64) -> StreamHandle<'static> {
    StreamHandle::File {
        path: Text::from(path),
        size,
    }
}

pub fn relative(path: &str, size: i64) -> StreamHandle<'static> {
    StreamHandle::RelativeFile {
        path: Text::from(path.to_owned()),
        size,
    }
}

pub fn inline(data: &'static [u8]) -> StreamHandle<'static> {
    StreamHandle::ByteStream {
        name: Text::from("nowhere"),
        data: Cow::Borrowed(data),
    }
}

/// Keyed state whose key groups start at these offsets of a file beside the metadata.
pub fn key_groups(start: u32, offsets: &[i64], name: &str, size: i64) -> KeyedHandle<'static> {
    KeyedHandle::KeyGroups(Box::new(IdentifiedKeyGroups {
        groups: KeyGroups {
            range: KeyGroupRange {
                start,
                count: u32::try_from(offsets.len()).unwrap(),
            },
            offsets: offsets.iter().copied().collect::<Offsets<'_>>(),
            delegate: Some(relative(name, size)),
        },
        handle_id: None,
    }))
}

/// Keyed state in shared files.
pub fn incremental(shared: Vec<StreamHandle<'static>>) -> KeyedHandle<'static> {
    let file = |handle| LocalFile {
        name: Text::from("1.sst"),
        handle: Some(handle),
    };
    KeyedHandle::IncrementalRemoteKeyed(Box::new(Incremental {
        checkpoint_id: 42,
        backend_id: Text::from("0b5e63a3-3fe8-4f5f-8a4b-6d2f0a2a9c11"),
        range: KeyGroupRange {
            start: 64,
            count: 64,
        },
        meta: Some(relative("meta", 5)),
        shared: shared.into_iter().map(file).collect(),
        private: Vec::new(),
        identity: None,
    }))
}

/// A savepoint of version 6 with one operator and one file beside it.
pub fn small() -> Metadata<'static> {
    let subtask = with_stream(0, relative("data-1", 10));
    snapshot(
        MetadataVersion::V6,
        vec![named("Source: gen", "source-id", vec![subtask])],
    )
}
