//! What is seen of files in a storage in memory, and what seeing them asks of the storage.

use std::sync::Arc;

use super::*;
use crate::domain::progress::Remembered;
use crate::inventory::check::{self, Report};
use crate::inventory::inspection::files::tests::{
    file, incremental, keyed_subtask, operator, operator_subtask, relative, snapshot,
};
use crate::metadata::handle::StreamHandle;
use crate::metadata::{Metadata, Text};
use crate::storage::Memory;
use crate::storage::memory::Request;

const OWN: &str = "s3://b/cp/chk-7";

fn store(files: &[(&str, usize)]) -> (Arc<Memory>, Storage) {
    let memory = Arc::new(Memory::new());
    for (path, size) in files {
        memory.put(path, vec![0; *size]);
    }
    let storage = Storage::new().with("s3", "b", memory.clone());
    (memory, storage)
}

/// A checkpoint with a file `meta` of 5 bytes beside it, and these shared ones.
fn checkpoint(shared: Vec<StreamHandle<'static>>) -> Metadata<'static> {
    snapshot(vec![operator(vec![keyed_subtask(
        0,
        incremental(shared, vec![]),
    )])])
}

/// However the files are looked at, each is counted once.
fn seen(looker: &Looker<'_>, metadata: &Metadata<'_>) -> Report {
    let needs = Needs::of(metadata, OWN);
    let progress = Remembered::default();
    let seen = futures_util::FutureExt::now_or_never(looker.see(&needs, true, &progress)).unwrap();
    let all = needs.len() as u64;
    assert_eq!(progress.told(), [(all, all)]);
    check::compare(&needs, &seen)
}

fn report(storage: &Storage, metadata: &Metadata<'_>) -> Report {
    seen(&Looker::new(storage), metadata)
}

fn words(remarks: &[check::Remark]) -> Vec<String> {
    let word = |one: &check::Remark| format!("{} {}", one.kind.label(), one.location);
    remarks.iter().map(word).collect()
}

fn shared(names: std::ops::Range<u32>) -> Vec<StreamHandle<'static>> {
    let handle = |n| StreamHandle::File {
        path: Text::from(format!("s3a://b/cp/shared/{n:04}")),
        size: 1,
    };
    names.map(handle).collect()
}

/// A storage with that many shared files, and what the checkpoint has beside its metadata.
fn store_of_shared(count: u32) -> (Arc<Memory>, Storage) {
    let (memory, storage) = store(&[("/cp/chk-7/_metadata", 9), ("/cp/chk-7/meta", 5)]);
    for n in 0..count {
        memory.put(&format!("/cp/shared/{n:04}"), "x");
    }
    let storage = storage.with("s3a", "b", memory.clone());
    (memory, storage)
}

#[test]
fn many_files_of_one_directory_cost_one_listing_and_one_file_one_look() {
    let (memory, storage) = store_of_shared(40);
    let clean = report(&storage, &checkpoint(shared(0..40)));
    assert_eq!(clean.findings, []);
    assert_eq!(words(&clean.notes), ["outside s3a://b/cp/shared"]);
    assert_eq!(
        (memory.count(Request::List), memory.count(Request::Look)),
        (2, 0)
    );
    report(&storage, &checkpoint(shared(3..4)));
    assert_eq!(
        (memory.count(Request::List), memory.count(Request::Look)),
        (3, 1)
    );
}

#[test]
fn a_directory_with_far_more_files_than_are_needed_is_not_listed_to_its_end() {
    let (memory, storage) = store_of_shared(2 * 1000 + 1);
    let clean = report(&storage, &checkpoint(shared(7..9)));
    assert_eq!(clean.findings, []);
    assert_eq!(memory.count(Request::Look), 2);
}

#[test]
fn the_directory_that_snapshots_share_is_listed_once_for_all_of_them() {
    let (memory, storage) = store_of_shared(40);
    let looker = Looker::new(&storage);
    for from in 0..5 {
        let report = seen(&looker, &checkpoint(shared(from..40)));
        assert_eq!(report.findings, []);
    }
    assert_eq!(memory.count(Request::List), 5 + 1);
}

#[test]
fn a_deleted_shared_file_and_a_cut_one_are_found() {
    let (memory, storage) = store_of_shared(40);
    memory.put("/cp/shared/0005", "");
    let missing = checkpoint([shared(0..40), vec![file("s3a://b/cp/shared/gone", 3)]].concat());
    assert_eq!(
        words(&report(&storage, &missing).findings),
        [
            "short s3a://b/cp/shared/0005",
            "missing s3a://b/cp/shared/gone"
        ]
    );
}

#[test]
fn a_file_deleted_between_the_listing_and_the_look_is_missing() {
    let (memory, storage) = store_of_shared(1);
    let missing = |location| StorageError::Missing { location };
    memory.fail(Request::Look, "/cp/shared/0000", missing);
    assert_eq!(
        words(&report(&storage, &checkpoint(shared(0..1))).findings),
        ["missing s3a://b/cp/shared/0000"]
    );
}

#[test]
fn what_may_not_be_looked_at_is_unreadable_and_not_missing() {
    let (memory, storage) = store_of_shared(2);
    let denied = |location| StorageError::Denied {
        location,
        why: "no".to_owned(),
    };
    memory.fail(Request::List, "/cp/shared", denied);
    memory.fail(Request::Look, "/cp/shared/0001", denied);
    let found = report(&storage, &checkpoint(shared(0..2)));
    assert_eq!(
        words(&found.findings),
        ["unreadable s3a://b/cp/shared/0001"]
    );
    assert!(found.is_only_unreadable());
    let reason = found.findings[0].detail.as_deref().unwrap();
    assert!(reason.contains("permission denied"), "{reason}");
}

#[test]
fn what_nobody_names_is_seen_beside_the_metadata() {
    let (memory, storage) = store_of_shared(0);
    memory.put("/cp/chk-7/left over", "x");
    memory.put("/cp/chk-7/folder/x", "x");
    memory.put("/cp/chk-7/used/x", "x");
    memory.put("/cp/chk-7/._metadata.inprogress.1", "x");
    let used = operator_subtask(1, relative("used/x", 1));
    let handle = keyed_subtask(0, incremental(vec![], vec![]));
    let metadata = snapshot(vec![operator(vec![handle, used])]);
    let found = report(&storage, &metadata);
    assert_eq!(found.findings, []);
    assert_eq!(
        words(&found.notes),
        [
            "unreferenced s3://b/cp/chk-7/folder",
            "unreferenced s3://b/cp/chk-7/left over"
        ]
    );
}

#[test]
fn a_reference_into_a_storage_that_is_not_known_is_unreadable() {
    let (_, storage) = store_of_shared(0);
    let found = report(&storage, &checkpoint(vec![file("gs://other/x", 1)]));
    assert_eq!(words(&found.findings), ["unreadable gs://other/x"]);
}

#[test]
fn files_beside_metadata_are_looked_at_one_by_one_where_nobody_may_list_them() {
    let (memory, storage) = store_of_shared(0);
    let denied = |location| StorageError::Denied {
        location,
        why: "no".to_owned(),
    };
    memory.fail(Request::List, "/cp/chk-7", denied);
    memory.fail(Request::Look, "/cp/chk-7", denied);
    let used = || {
        snapshot(vec![operator(vec![operator_subtask(
            0,
            relative("meta", 5),
        )])])
    };
    assert_eq!(report(&storage, &used()).findings, []);
    memory.put("/cp/chk-7/meta", "cut");
    let found = report(&storage, &used());
    assert_eq!(words(&found.findings), ["short s3://b/cp/chk-7/meta"]);
    let bytes = crate::metadata::write(&used()).unwrap();
    memory.put("/cp/chk-7/_metadata", bytes.clone());
    let opening = crate::inventory::resolution::open(&storage, OWN);
    let file = futures_util::FutureExt::now_or_never(opening).unwrap();
    let file = file.unwrap();
    assert_eq!((file.bytes, file.directory), (bytes, OWN.to_owned()));
}

#[test]
fn a_storage_that_does_not_answer_is_not_asked_for_each_file() {
    let (memory, storage) = store_of_shared(40);
    memory.fail(Request::List, "/cp/shared", |location| {
        StorageError::Timeout {
            location,
            endpoint: "x".to_owned(),
        }
    });
    let found = report(&storage, &checkpoint(shared(0..40)));
    assert!(found.is_only_unreadable());
    assert_eq!((found.findings.len(), memory.count(Request::Look)), (40, 0));
}
