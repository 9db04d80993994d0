//! The promised document, field by field.

use std::borrow::Cow;

use serde_json::{Value, json};

use super::*;
use crate::domain::ids::OperatorId;
use crate::domain::key_group::KeyGroupRange;
use crate::metadata::handle::{
    DistributionMode, FileMerging, Incremental, LocalFile, Offsets, Scope, Segment,
};
use crate::metadata::properties::{
    CheckpointProperties, Discard, PostCheckpointAction, Properties,
};
use crate::metadata::{Format, MetadataVersion, Text, model};

fn inline(data: &'static [u8]) -> StreamHandle<'static> {
    StreamHandle::ByteStream {
        name: Text::from("file:/nowhere"),
        data: Cow::Borrowed(data),
    }
}

fn operator_state() -> OperatorHandle<'static> {
    OperatorHandle {
        states: vec![NamedState {
            name: Text::from("copy"),
            mode: DistributionMode::Broadcast,
            offsets: Offsets::from_iter([0, 8]),
        }],
        merging: None,
        delegate: Some(inline(b"12345")),
    }
}

fn placeholder() -> OperatorHandle<'static> {
    OperatorHandle {
        states: Vec::new(),
        merging: Some(Box::new(FileMerging {
            task_owned_directory: Text::from("file:/t"),
            shared_directory: Text::from("file:/s"),
            empty: true,
        })),
        delegate: Some(StreamHandle::EmptySegmentFile),
    }
}

fn keyed(range: KeyGroupRange) -> KeyedHandle<'static> {
    let file = |handle| LocalFile {
        name: Text::from("1.sst"),
        handle: Some(handle),
    };
    KeyedHandle::IncrementalRemoteKeyed(Box::new(Incremental {
        checkpoint_id: 7,
        backend_id: Text::from("b"),
        range,
        meta: Some(StreamHandle::RelativeFile {
            path: Text::from("meta"),
            size: 10,
        }),
        shared: vec![
            file(StreamHandle::File {
                path: Text::from("s3://b/1"),
                size: 100,
            }),
            file(StreamHandle::SegmentFile(Box::new(Segment {
                start: 50,
                size: 1000,
                scope: Scope::Shared,
                path: Text::from("s3://b/2"),
                logical_id: Text::from("l"),
            }))),
        ],
        private: vec![file(StreamHandle::RelativeFile {
            path: Text::from("../elsewhere"),
            size: 1,
        })],
        identity: None,
    }))
}

fn snapshot(state: SubtaskState<'static>) -> Metadata<'static> {
    let subtask = |index, finished, state| Subtask {
        index,
        finished,
        state,
    };
    Metadata {
        format: Format::Versioned(MetadataVersion::V6),
        checkpoint_id: 7,
        flink10: None,
        master_states: vec![model::MasterState {
            name: Text::from("hook"),
            version: 2,
            payload: Cow::Borrowed(b"abc"),
        }],
        operators: vec![Operator {
            id: OperatorId::from_bytes([0xab; 16]),
            name: Some(Text::from("counter")),
            uid: None,
            parallelism: 2,
            max_parallelism: Some(128),
            chain_length: None,
            coordinator: Some(inline(b"co")),
            fully_finished: false,
            subtasks: vec![
                subtask(0, false, Some(Box::new(state))),
                subtask(1, true, None),
            ],
        }],
        properties: Some(Properties::from(CheckpointProperties {
            snapshot: SnapshotType::Savepoint {
                format: SavepointFormat::Native,
                action: PostCheckpointAction::None,
            },
            forced: true,
            discard: Discard::default(),
            unclaimed: false,
        })),
        trailing: Cow::Borrowed(b""),
    }
}

fn json_of(metadata: &Metadata<'_>) -> Value {
    let found = Found {
        metadata_path: "/sp/_metadata",
        metadata_size: 1184,
        directory: "/sp",
    };
    serde_json::to_value(Inspection { metadata, found }).unwrap()
}

fn without_lists(mut value: Value) -> Value {
    for list in ["operators", "subtasks"] {
        value.as_object_mut().unwrap().remove(list);
    }
    value
}

#[test]
fn the_document_has_the_promised_fields() {
    let state = SubtaskState {
        managed_operator: vec![Some(Box::new(operator_state()))],
        managed_keyed: Some(keyed(KeyGroupRange {
            start: 64,
            count: 64,
        })),
        ..SubtaskState::default()
    };
    let document = json_of(&snapshot(state));
    assert_eq!(
        without_lists(document.clone()),
        json!({
            "metadata_path": "/sp/_metadata", "metadata_size": 1184, "metadata_version": 6,
            "checkpoint_id": 7, "snapshot_type": "savepoint", "format": "native",
            "state_size": 2 + 5 + 1111, "trailing_bytes": 0, "properties_problem": null,
            "job_id": null, "master_states": [{"name": "hook", "version": 2, "size": 3}],
        })
    );
    let operator = &document["operators"][0];
    assert_eq!(
        without_lists(operator.clone()),
        json!({
            "id": "abababababababababababababababab", "name": "counter", "uid": null,
            "parallelism": 2, "max_parallelism": 128, "fully_finished": false,
            "coordinator_state_size": 2, "state_size": 2 + 5 + 1111,
        })
    );
    assert_eq!(
        operator["subtasks"][0],
        json!({
            "index": 0, "finished": false, "state_size": 5 + 1111,
            "managed_operator": [{
                "type": "OperatorStream", "state_size": 5, "key_groups": null,
                "states": [{"name": "copy", "mode": "BROADCAST", "partitions": 2}],
                "parts": [{"storage": "inline", "path": null, "location": null, "size": 5}],
            }],
            "raw_operator": [],
            "managed_keyed": [{
                "type": "IncrementalRemoteKeyed", "state_size": 1111,
                "key_groups": {"start": 64, "end": 127}, "states": [],
                "parts": [
                    {"storage": "relative", "path": "meta", "location": "/sp/meta", "size": 10},
                    {"storage": "file", "path": "s3://b/1", "location": "s3://b/1", "size": 100},
                    {"storage": "segment", "path": "s3://b/2", "location": "s3://b/2",
                     "start": 50, "size": 1000},
                    {"storage": "relative", "path": "../elsewhere", "location": null, "size": 1},
                ],
            }],
            "raw_keyed": [], "input_channel": [], "result_subpartition": [], "legacy": [],
        })
    );
    let finished = &operator["subtasks"][1];
    assert_eq!(finished["finished"], json!(true));
    assert_eq!(finished["managed_keyed"], json!([]));
}

#[test]
fn a_placeholder_of_file_merging_is_no_operator_state() {
    let state = SubtaskState {
        managed_operator: vec![Some(Box::new(placeholder()))],
        ..SubtaskState::default()
    };
    let document = json_of(&snapshot(state));
    let subtask = &document["operators"][0]["subtasks"][0];
    assert_eq!(subtask["managed_operator"], json!([]));
}

#[test]
fn the_empty_key_group_range_ends_before_it_starts() {
    let state = SubtaskState {
        managed_keyed: Some(keyed(KeyGroupRange { start: 0, count: 0 })),
        ..SubtaskState::default()
    };
    let document = json_of(&snapshot(state));
    let keyed = &document["operators"][0]["subtasks"][0]["managed_keyed"][0];
    assert_eq!(keyed["key_groups"], json!({"start": 0, "end": -1}));
}

#[test]
fn handles_of_a_chain_say_their_position() {
    let state = SubtaskState {
        managed_operator: vec![None, Some(Box::new(operator_state()))],
        ..SubtaskState::default()
    };
    let document = json_of(&snapshot(state));
    let handle = &document["operators"][0]["subtasks"][0]["managed_operator"][0];
    let chain = json!({"position": 1, "role": "operator", "name": null});
    assert_eq!(handle["chain"], chain);
}
