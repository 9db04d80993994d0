//! Files of small snapshots.

use std::borrow::Cow;

use futures_util::FutureExt;

use super::*;
use crate::domain::ids::OperatorId;
use crate::domain::key_group::KeyGroupRange;
use crate::inventory::inspection::TellingPaths;
use crate::metadata::handle::{
    Incremental, KeyedHandle, LocalFile, OperatorHandle, Scope, Segment, StreamHandle,
};
use crate::metadata::model::{Operator, Subtask, SubtaskState};
use crate::metadata::{Format, MetadataVersion};

pub fn snapshot(operators: Vec<Operator<'static>>) -> Metadata<'static> {
    Metadata {
        format: Format::Versioned(MetadataVersion::V3),
        checkpoint_id: 7,
        flink10: None,
        master_states: Vec::new(),
        operators,
        properties: None,
        trailing: Cow::Borrowed(&[]),
    }
}

pub fn operator(subtasks: Vec<Subtask<'static>>) -> Operator<'static> {
    Operator {
        id: OperatorId::from_uid("a"),
        name: None,
        uid: None,
        parallelism: 4,
        max_parallelism: Some(128),
        chain_length: None,
        coordinator: None,
        fully_finished: false,
        subtasks,
    }
}

pub fn subtask(index: u32, state: SubtaskState<'static>) -> Subtask<'static> {
    Subtask {
        index,
        finished: false,
        state: Some(Box::new(state)),
    }
}

pub fn keyed_subtask(index: u32, handle: KeyedHandle<'static>) -> Subtask<'static> {
    let state = SubtaskState {
        managed_keyed: Some(handle),
        ..SubtaskState::default()
    };
    subtask(index, state)
}

pub fn operator_subtask(index: u32, stream: StreamHandle<'static>) -> Subtask<'static> {
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

pub fn file(path: &'static str, size: i64) -> StreamHandle<'static> {
    StreamHandle::File {
        path: Text::from(path),
        size,
    }
}

pub fn relative(path: &'static str, size: i64) -> StreamHandle<'static> {
    StreamHandle::RelativeFile {
        path: Text::from(path),
        size,
    }
}

pub fn segment(path: &'static str, start: i64, size: i64, scope: Scope) -> StreamHandle<'static> {
    StreamHandle::SegmentFile(Box::new(Segment {
        start,
        size,
        scope,
        path: Text::from(path),
        logical_id: Text::from("l"),
    }))
}

pub fn incremental(
    shared: Vec<StreamHandle<'static>>,
    private: Vec<StreamHandle<'static>>,
) -> KeyedHandle<'static> {
    let files = |handles: Vec<StreamHandle<'static>>| {
        let file = |handle| LocalFile {
            name: Text::from("1.sst"),
            handle: Some(handle),
        };
        handles.into_iter().map(file).collect()
    };
    KeyedHandle::IncrementalRemoteKeyed(Box::new(Incremental {
        checkpoint_id: 7,
        backend_id: Text::from("b"),
        range: KeyGroupRange { start: 0, count: 8 },
        meta: Some(relative("meta", 5)),
        shared: files(shared),
        private: files(private),
        identity: None,
    }))
}

fn by_path<'m>(metadata: &'m Metadata<'m>) -> Vec<FileUse<'m>> {
    let references = References::of(metadata);
    let mut files: Vec<_> = references.files().collect();
    files.sort_by_key(|file| file.path);
    files
}

#[test]
fn a_file_that_several_subtasks_use_is_one_file() {
    let keyed = |index| {
        let sst = file("s3://b/j/shared/1", 100);
        keyed_subtask(index, incremental(vec![sst.clone(), sst], vec![]))
    };
    let metadata = snapshot(vec![operator(vec![keyed(0), keyed(2)])]);
    let [meta, sst] = by_path(&metadata)[..] else {
        panic!("two files")
    };
    assert_eq!(
        (meta.size, meta.references, meta.sharing),
        (Some(5), 2, Sharing::Exclusive)
    );
    assert_eq!(
        (sst.size, sst.references, sst.sharing),
        (Some(100), 4, Sharing::Shared)
    );
    assert_eq!((sst.operators, sst.subtasks, sst.subtask), (1, 2, Some(0)));
    let totals = References::of(&metadata).totals();
    assert_eq!(
        (totals.files, totals.files_size, totals.references),
        (2, 105, 6)
    );
    assert_eq!((totals.exclusive, totals.shared), (1, 1));
}

#[test]
fn segments_of_a_merged_file_add_up_each_once() {
    let at = |index, start| {
        let stream = segment("file:/cp/taskowned/job_tm/1", start, 10, Scope::Exclusive);
        operator_subtask(index, stream)
    };
    let metadata = snapshot(vec![operator(vec![at(0, 0), at(1, 10), at(2, 10)])]);
    let [file] = by_path(&metadata)[..] else {
        panic!("one file")
    };
    assert_eq!(
        (file.size, file.segments, file.references),
        (Some(20), 2, 3)
    );
    assert_eq!(file.sharing, Sharing::TaskOwned);
}

#[test]
fn a_relative_and_an_absolute_path_of_the_same_words_are_two_files() {
    let subtasks = vec![
        operator_subtask(0, file("x", 1)),
        operator_subtask(1, relative("x", 1)),
    ];
    assert_eq!(by_path(&snapshot(vec![operator(subtasks)])).len(), 2);
}

#[test]
fn an_unknown_size_makes_the_sum_a_part_of_the_truth() {
    let subtasks = vec![
        operator_subtask(0, file("file:/a", -1)),
        operator_subtask(1, file("file:/b", 3)),
    ];
    let metadata = snapshot(vec![operator(subtasks)]);
    let totals = References::of(&metadata).totals();
    assert_eq!((totals.files_size, totals.unknown_sizes), (3, 1));
}

#[test]
fn a_snapshot_whose_absolute_paths_are_gone_but_lie_beside_it_was_moved() {
    let metadata = snapshot(vec![operator(vec![operator_subtask(
        0,
        file("file:/old/sp/f1", 1),
    )])]);
    let paths = TellingPaths::of(&metadata);
    let moved = |is_there: Option<bool>, beside: &str| {
        let is_beside = async |name: String| name == beside;
        let moved = paths.moved_from(async |_| is_there, is_beside);
        moved.now_or_never().unwrap()
    };
    assert_eq!(moved(Some(false), "f1").as_deref(), Some("file:/old/sp"));
    assert_eq!(moved(Some(true), "f1"), None);
    assert_eq!(moved(Some(false), "f2"), None);
}

#[test]
fn a_relative_path_that_leaves_the_directory_is_found() {
    let subtasks = vec![operator_subtask(0, relative("../../etc/passwd", 1))];
    let metadata = snapshot(vec![operator(subtasks)]);
    assert_eq!(
        TellingPaths::of(&metadata)
            .escaping
            .map(ToString::to_string)
            .as_deref(),
        Some("../../etc/passwd")
    );
}
