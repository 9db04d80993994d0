//! What is found in files of a storage in memory.

use std::sync::Arc;

use super::*;
use crate::domain::key_group::KeyGroupRange;
use crate::inventory::inspection::files::tests::{keyed_subtask, operator, snapshot, subtask};
use crate::inventory::resolution::SnapshotFile;
use crate::inventory::scan::verify::Verifier;
use crate::metadata::handle::{
    DistributionMode, IdentifiedKeyGroups, KeyGroups, KeyedHandle, OperatorHandle, StreamHandle,
};
use crate::metadata::model::{Subtask, SubtaskState};
use crate::metadata::{Text, write};
use crate::state::write::{KeyedWriter, ListState, OperatorWriter, ValueState};
use crate::state::{Element, ElementType};
use crate::storage::memory::Request;
use crate::storage::{Memory, StorageError};

/// A file beside the metadata.
fn beside(name: &'static str, size: usize) -> StreamHandle<'static> {
    StreamHandle::RelativeFile {
        path: Text::from(name),
        size: i64::try_from(size).unwrap(),
    }
}

/// Operator state in a file of its own.
fn offsets(memory: &Memory, index: u32, name: &'static str) -> Subtask<'static> {
    let list = ListState {
        name: "offsets".to_owned(),
        mode: DistributionMode::SplitDistribute,
        element: ElementType::Long,
    };
    let mut writer = OperatorWriter::new(Vec::new(), vec![list]).unwrap();
    for element in 0..5 {
        writer.element(0, Element::Long(element)).unwrap();
    }
    let (bytes, file) = writer.finish().unwrap();
    let handle = OperatorHandle {
        states: file.states,
        merging: None,
        delegate: Some(beside(name, bytes.len())),
    };
    memory.put(&format!("/sp/savepoint-1/{name}"), bytes);
    let state = SubtaskState {
        managed_operator: vec![Some(Box::new(handle))],
        ..SubtaskState::default()
    };
    subtask(index, state)
}

/// Keyed state in a file of its own.
fn counts(memory: &Memory, index: u32, name: &'static str) -> Subtask<'static> {
    let range = KeyGroupRange { start: 0, count: 8 };
    let state = ValueState {
        name: "count".to_owned(),
        value: ElementType::Long,
    };
    let mut writer = KeyedWriter::new(Vec::new(), ElementType::Long, vec![state], range).unwrap();
    for _ in range.iter() {
        writer.entries(std::iter::empty()).unwrap();
    }
    let (bytes, file) = writer.finish().unwrap();
    let handle = KeyedHandle::KeyGroups(Box::new(IdentifiedKeyGroups {
        groups: KeyGroups {
            range,
            offsets: file.offsets,
            delegate: Some(beside(name, bytes.len())),
        },
        handle_id: None,
    }));
    memory.put(&format!("/sp/savepoint-1/{name}"), bytes);
    keyed_subtask(index, handle)
}

fn damage(memory: &Memory, name: &str) {
    let path = format!("/sp/savepoint-1/{name}");
    let at = Location::of(&format!("s3://b{path}")).unwrap();
    let read = crate::storage::Store::read(memory, &at, 1 << 20);
    let bytes = futures_util::FutureExt::now_or_never(read)
        .unwrap()
        .unwrap();
    memory.put(&path, vec![0xff; bytes.len()]);
}

fn report(memory: &Arc<Memory>, subtasks: Vec<Subtask<'static>>, opens: Option<&str>) -> Report {
    let storage = Storage::new().with("s3", "b", memory.clone());
    let place = Location::of("s3://b/sp/savepoint-1").unwrap();
    let file = SnapshotFile {
        metadata_path: "s3://b/sp/savepoint-1/_metadata".to_owned(),
        directory: place.to_string(),
        place,
        bytes: write(&snapshot(vec![operator(subtasks)])).unwrap(),
    };
    let verifier = Verifier::new(&storage, opens.map(|share| share.parse().unwrap()));
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let checked = runtime.unwrap().block_on(verifier.one(file));
    checked.unwrap().report
}

fn words(remarks: &[Remark]) -> Vec<String> {
    let word = |one: &Remark| {
        let name = one.location.rsplit('/').next().unwrap();
        format!("{} {name}", one.kind.label())
    };
    remarks.iter().map(word).collect()
}

#[test]
fn sound_files_are_opened_once_each_and_nothing_is_found() {
    let memory = Arc::new(Memory::new());
    let subtasks = vec![offsets(&memory, 0, "a"), counts(&memory, 1, "b")];
    let report = report(&memory, subtasks, Some("100%"));
    assert_eq!((report.findings, report.notes), (vec![], vec![]));
    assert_eq!((report.opened, report.files), (2, 2));
    // small files come with one request each
    assert_eq!(memory.count(Request::ReadRange), 2);
}

#[test]
fn a_file_of_the_right_size_with_the_wrong_bytes_is_found_only_when_it_is_opened() {
    let memory = Arc::new(Memory::new());
    let subtasks = vec![offsets(&memory, 0, "a"), counts(&memory, 1, "b")];
    damage(&memory, "b");
    let plain = report(&memory, subtasks.clone(), None);
    assert_eq!((plain.findings.len(), plain.opened), (0, 0));
    assert_eq!(memory.count(Request::ReadRange), 0);
    let read = report(&memory, subtasks, Some("100%"));
    assert_eq!(words(&read.findings), ["undecodable b"]);
    let needed_by = read.findings[0].needed_by.as_ref().unwrap();
    assert_eq!(needed_by.subtask, Some(1));
    let detail = read.findings[0].detail.as_deref().unwrap();
    assert!(detail.contains("byte 0x0"), "{detail}");
}

#[test]
fn a_share_of_the_files_is_opened_and_the_same_one_each_time() {
    const NAMES: [&str; 16] = [
        "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p",
    ];
    let memory = Arc::new(Memory::new());
    let subtasks = || {
        let names = NAMES.iter().zip(0..);
        names.map(|(name, index)| offsets(&memory, index, name))
    };
    let mut operator = operator(subtasks().collect());
    operator.parallelism = 16;
    let opened = |share| report(&memory, operator.subtasks[..4].to_vec(), Some(share)).opened;
    assert_eq!(opened("100%"), 4);
    assert!(opened("30%") < 4);
    assert_eq!(opened("30%"), opened("30%"));
}

#[test]
fn what_is_missing_or_cut_is_not_opened() {
    let memory = Arc::new(Memory::new());
    let subtasks = vec![offsets(&memory, 0, "a"), counts(&memory, 1, "b")];
    memory.put("/sp/savepoint-1/b", "short");
    let report = report(&memory, subtasks, Some("100%"));
    assert_eq!(words(&report.findings), ["short b"]);
    assert_eq!(report.opened, 1);
}

#[test]
fn a_file_that_goes_or_closes_while_it_is_read_is_not_called_damaged() {
    let memory = Arc::new(Memory::new());
    let subtasks = vec![offsets(&memory, 0, "a"), counts(&memory, 1, "b")];
    let missing = |location| StorageError::Missing { location };
    memory.fail(Request::ReadRange, "/sp/savepoint-1/a", missing);
    memory.fail(Request::ReadRange, "/sp/savepoint-1/b", |location| {
        StorageError::Denied {
            location,
            why: "no".to_owned(),
        }
    });
    let report = report(&memory, subtasks, Some("100%"));
    assert_eq!(words(&report.findings), ["missing a", "unreadable b"]);
}
