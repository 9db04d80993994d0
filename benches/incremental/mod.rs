//! A synthetic incremental checkpoint, as a RocksDB job with many files leaves it.

use std::borrow::Cow;

use savepointctl::domain::ids::OperatorId;
use savepointctl::domain::key_group::KeyGroupRange;
use savepointctl::metadata::handle::{
    Incremental, IncrementalIdentity, KeyedHandle, LocalFile, StreamHandle,
};
use savepointctl::metadata::model::{Operator, Subtask, SubtaskState};
use savepointctl::metadata::properties::{
    CheckpointProperties, Discard, PostCheckpointAction, Properties, SavepointFormat, SnapshotType,
};
use savepointctl::metadata::{Format, Metadata, MetadataVersion, Text};

/// How large a checkpoint is.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Operators with keyed state.
    pub operators: u32,
    /// Subtasks of each.
    pub subtasks: u32,
    /// Shared files of each subtask.
    pub files: u32,
}

/// The same as a native savepoint, whose files all lie beside its metadata.
pub fn savepoint(shape: Shape) -> Metadata<'static> {
    let mut savepoint = checkpoint(shape);
    let subtasks = savepoint
        .operators
        .iter_mut()
        .flat_map(|op| &mut op.subtasks);
    for state in subtasks.filter_map(|subtask| subtask.state.as_mut()) {
        let Some(KeyedHandle::IncrementalRemoteKeyed(handle)) = &mut state.managed_keyed else {
            continue;
        };
        for file in &mut handle.shared {
            if let Some(StreamHandle::File { path, size }) = file.handle.take() {
                let path = path.to_string();
                let name = path.rsplit('/').next().unwrap_or_default();
                file.handle = Some(StreamHandle::RelativeFile {
                    path: Text::from(name.to_owned()),
                    size,
                });
            }
        }
        handle.private = std::mem::take(&mut handle.shared);
    }
    savepoint.properties = Some(Properties::from(CheckpointProperties {
        snapshot: SnapshotType::Savepoint {
            format: SavepointFormat::Native,
            action: PostCheckpointAction::None,
        },
        forced: true,
        discard: Discard::default(),
        unclaimed: false,
    }));
    savepoint
}

/// A checkpoint of this shape, in the newest version.
pub fn checkpoint(shape: Shape) -> Metadata<'static> {
    Metadata {
        format: Format::Versioned(MetadataVersion::LATEST),
        checkpoint_id: 4711,
        flink10: None,
        master_states: Vec::new(),
        operators: (0..shape.operators).map(|i| operator(i, shape)).collect(),
        properties: Some(Properties::from(CheckpointProperties {
            snapshot: SnapshotType::Checkpoint { full: false },
            forced: false,
            discard: Discard {
                finished: true,
                subsumed: true,
                ..Discard::default()
            },
            unclaimed: false,
        })),
        trailing: Cow::Borrowed(&[]),
    }
}

fn operator(number: u32, shape: Shape) -> Operator<'static> {
    Operator {
        id: OperatorId::from_bytes((u128::from(number) << 64 | 0x5eed).to_be_bytes()),
        name: Some(Text::from(format!("operator {number}"))),
        uid: Some(Text::from(format!("operator-{number}"))),
        parallelism: shape.subtasks,
        max_parallelism: Some(4096),
        chain_length: None,
        coordinator: None,
        fully_finished: false,
        subtasks: (0..shape.subtasks)
            .map(|index| Subtask {
                index,
                finished: false,
                state: Some(Box::new(SubtaskState {
                    managed_keyed: Some(keyed(number, index, shape)),
                    ..SubtaskState::default()
                })),
            })
            .collect(),
    }
}

fn keyed(operator: u32, subtask: u32, shape: Shape) -> KeyedHandle<'static> {
    let seed = u128::from(operator) << 96 | u128::from(subtask) << 64;
    let start = subtask * 4096 / shape.subtasks;
    let end = (subtask + 1) * 4096 / shape.subtasks;
    let shared = (0..shape.files).map(|file| LocalFile {
        name: Text::from(format!("{file:06}.sst")),
        handle: Some(shared_file(seed | u128::from(file))),
    });
    KeyedHandle::IncrementalRemoteKeyed(Box::new(Incremental {
        checkpoint_id: 4711,
        backend_id: uuid(seed),
        range: KeyGroupRange {
            start,
            count: end - start,
        },
        meta: Some(StreamHandle::RelativeFile {
            path: uuid(seed | 0xffff),
            size: 1205,
        }),
        shared: shared.collect(),
        private: Vec::new(),
        identity: Some(IncrementalIdentity {
            persisted_size: 1 << 20,
            handle_id: uuid(seed | 0xfffe),
        }),
    }))
}

fn shared_file(seed: u128) -> StreamHandle<'static> {
    let directory =
        "s3://production-flink-state/eu-west-1/checkpoints/orders/fd72014d4c864993a2e5a9287b4a9c5d";
    StreamHandle::File {
        path: Text::from(format!("{directory}/shared/{}", uuid(seed))),
        size: 67_108_864,
    }
}

fn uuid(seed: u128) -> Text<'static> {
    let hex = format!(
        "{:032x}",
        seed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
    );
    let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| &hex[range]);
    Text::from(parts.join("-"))
}
