//! What is found in a storage in memory, and what finding it asks of the storage.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::*;
use crate::domain::progress::Silent;
use crate::inventory::inspection::files::tests::{operator, operator_subtask, relative, snapshot};
use crate::metadata::write;
use crate::storage::Memory;
use crate::storage::memory::Request;

const JOB: &str = "fd72014d4c864993a2e5a9287b4a9c5d";

fn metadata() -> Vec<u8> {
    let stream = relative("0a-1b", 30_000);
    write(&snapshot(vec![operator(vec![operator_subtask(0, stream)])])).unwrap()
}

/// A storage at s3://b with these files, each of them metadata where nothing else is said.
fn store(paths: &[&str]) -> (Arc<Memory>, Storage) {
    let memory = Arc::new(Memory::new());
    for path in paths {
        memory.put(path, metadata());
    }
    let storage = Storage::new().with("s3", "b", memory.clone());
    (memory, storage)
}

fn at(location: &str) -> Location {
    Location::of(location).unwrap()
}

fn scanned(storage: &Storage, roots: &[&str]) -> Scan {
    let roots: Vec<Location> = roots.iter().map(|root| at(root)).collect();
    futures_util::FutureExt::now_or_never(async {
        let found = candidates(storage, &roots).await;
        read(storage, found, &Silent).await
    })
    .unwrap()
}

fn found(storage: &Storage, roots: &[&str]) -> Vec<String> {
    let scan = scanned(storage, roots);
    assert!(scan.failures.is_empty(), "{:?}", scan.failures);
    let mut found: Vec<String> = scan
        .snapshots
        .into_iter()
        .map(|one| one.location.replace("s3://b", ""))
        .collect();
    found.sort();
    found
}

#[test]
fn what_has_a_name_that_cannot_be_spelled_is_told_and_hides_nothing_else() {
    let (_, storage) = store(&[
        "/cp/\u{fffd}/savepoint-2/_metadata",
        "/cp/savepoint-fd7201-0123456789a\u{fffd}",
        "/cp/savepoint-1/_metadata",
        "/cp/team/\u{fffd}x/savepoint-3/_metadata",
    ]);
    let scan = scanned(&storage, &["s3://b/cp"]);
    assert_eq!(scan.snapshots.len(), 1, "{:?}", scan.snapshots);
    let mut unspelled: Vec<String> = scan.unspelled.iter().map(ToString::to_string).collect();
    unspelled.sort();
    let expected = [
        "s3://b/cp/savepoint-fd7201-0123456789a\u{fffd}",
        "s3://b/cp/team/\u{fffd}x",
        "s3://b/cp/\u{fffd}",
    ];
    assert_eq!(unspelled, expected);
}

#[test]
fn snapshots_are_found_where_flink_and_people_put_them() {
    let chk = format!("/cp/{JOB}/chk-7");
    let below_team = format!("/cp/team/{JOB}/chk-8");
    let (_, storage) = store(&[
        &format!("{chk}/_metadata"),
        &format!("/cp/{JOB}/shared/chk-1/_metadata"),
        &format!("/cp/{JOB}/taskowned/x"),
        &format!("{below_team}/_metadata"),
        "/cp/savepoint-fd7201-0123456789ab/_metadata",
        "/cp/orders/savepoint-fd7201-0123456789ab/_metadata",
        "/cp/orders/deep/savepoint-fd7201-0123456789ab/_metadata",
        "/cp/a copy/_metadata",
        "/cp/savepoint-0123456789ab",
        "/cp/checkpoint_metadata-0123456789ab",
    ]);
    let all = [
        "/cp/a copy",
        "/cp/checkpoint_metadata-0123456789ab",
        &chk,
        "/cp/orders/savepoint-fd7201-0123456789ab",
        "/cp/savepoint-0123456789ab",
        "/cp/savepoint-fd7201-0123456789ab",
        &below_team,
    ];
    assert_eq!(found(&storage, &["s3://b/cp"]), all);
    assert_eq!(
        found(&storage, &["s3://b/cp", "s3://b/cp/orders/", "s3://b/cp"]),
        [
            &all[..3],
            &["/cp/orders/deep/savepoint-fd7201-0123456789ab"],
            &all[3..]
        ]
        .concat()
    );
}

#[test]
fn a_root_may_be_the_snapshot_itself() {
    let (_, storage) = store(&["/sp/savepoint-1/_metadata", "/sp/old"]);
    assert_eq!(
        found(&storage, &["s3://b/sp/savepoint-1"]),
        ["/sp/savepoint-1"]
    );
    assert_eq!(
        found(&storage, &["s3://b/sp/savepoint-1/_metadata"]),
        ["/sp/savepoint-1"]
    );
    assert_eq!(found(&storage, &["s3://b/sp/old"]), ["/sp/old"]);
}

#[test]
fn a_level_costs_one_listing_and_a_snapshot_one_read() {
    let names: Vec<String> = (0..50)
        .map(|n| format!("/sp/savepoint-fd7201-{n:012x}/_metadata"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (memory, storage) = store(&names);
    for path in names {
        memory.put(&path.replace("_metadata", "data"), "x");
    }
    assert_eq!(found(&storage, &["s3://b/sp"]).len(), 50);
    let count = |request| memory.count(request);
    assert_eq!(
        (
            count(Request::List),
            count(Request::Read),
            count(Request::Look)
        ),
        (1, 50, 0)
    );
}

#[test]
fn a_snapshot_is_told_by_its_name_and_its_metadata() {
    let (memory, storage) = store(&[&format!("/cp/{JOB}/chk-7/_metadata")]);
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    memory.put_at(
        "/cp/savepoint-fd7201-0123456789ab/_metadata",
        metadata(),
        time,
    );
    let mut snapshots = scanned(&storage, &["s3://b/cp"]).snapshots;
    snapshots.sort_by(|a, b| a.location.cmp(&b.location));
    let [checkpoint, savepoint] = snapshots.as_slice() else {
        panic!("{snapshots:?}");
    };
    assert_eq!(checkpoint.by_name.job_id, JOB.parse().ok());
    assert_eq!(savepoint.by_name.job_id_prefix.as_deref(), Some("fd7201"));
    assert_eq!(
        savepoint.modified,
        Timestamp::from_second(1_700_000_000).ok()
    );
    let State::Complete(contents) = &savepoint.state else {
        panic!("{savepoint:?}");
    };
    assert_eq!((contents.checkpoint_id, contents.operators), (7, 1));
    assert_eq!(contents.kind, Kind::ByName { is_savepoint: true });
    assert_eq!((contents.state_size, contents.files_size), (30_000, 30_000));
}

/// The states of all snapshots below s3://b/cp, by location.
fn states(storage: &Storage) -> Vec<(String, State)> {
    let mut states: Vec<_> = scanned(storage, &["s3://b/cp"])
        .snapshots
        .into_iter()
        .map(|one| (one.location.replace("s3://b/cp/", ""), one.state))
        .collect();
    states.sort_by(|a, b| a.0.cmp(&b.0));
    states
}

#[test]
fn what_has_no_metadata_is_incomplete_and_what_cannot_be_decoded_is_broken() {
    let (memory, storage) = store(&[]);
    memory.put("/cp/chk-1/0a-1b", "x");
    memory.put("/cp/chk-2/._metadata.inprogress.1-2", "x");
    memory.put("/cp/chk-3/_metadata", &metadata()[..40]);
    memory.put("/cp/savepoint-0123456789ab", "no metadata");
    memory.put("/cp/savepoint-notes.txt", "no metadata");
    let states = states(&storage);
    let incomplete = |in_progress| State::Incomplete { in_progress };
    assert_eq!(states[0], ("chk-1".to_owned(), incomplete(false)));
    assert_eq!(states[1], ("chk-2".to_owned(), incomplete(true)));
    for (at, name) in [(2, "chk-3"), (3, "savepoint-0123456789ab")] {
        assert_eq!(states[at].0, name);
        assert!(matches!(states[at].1, State::Broken(_)), "{states:?}");
    }
    assert_eq!(states.len(), 4);
}

#[test]
fn what_may_not_be_read_is_shown_with_the_reason_and_what_has_gone_meanwhile_is_not() {
    let (memory, storage) = store(&[
        "/cp/chk-1/_metadata",
        "/cp/chk-2/_metadata",
        "/cp/chk-3/_metadata",
    ]);
    memory.fail(Request::Read, "/cp/chk-1/_metadata", |location| {
        StorageError::Denied {
            location,
            why: "no".to_owned(),
        }
    });
    // deleted between the listing and the read
    let missing = |location| StorageError::Missing { location };
    memory.fail(Request::Read, "/cp/chk-2/_metadata", missing);
    memory.fail(Request::List, "/cp/chk-2", missing);
    let states = states(&storage);
    assert_eq!(states.len(), 2, "{states:?}");
    let State::Unreadable(reason) = &states[0].1 else {
        panic!("{states:?}");
    };
    assert!(reason.contains("permission denied"), "{reason}");
}

#[test]
fn a_root_that_cannot_be_looked_into_does_not_hide_the_others() {
    let (_, storage) = store(&["/cp/chk-1/_metadata"]);
    let scan = scanned(&storage, &["s3://b/nowhere", "s3://b/cp", "gs://other/cp"]);
    assert_eq!(scan.snapshots.len(), 1);
    let mut failed: Vec<String> = scan.failures.iter().map(|(at, _)| at.to_string()).collect();
    failed.sort();
    assert_eq!(failed, ["gs://other/cp", "s3://b/nowhere"]);
    let listed = |location: &str| scan.listed.contains(&NormalLocation::of(location));
    assert!(listed("s3://b/cp") && !listed("s3://b/nowhere"));
}

#[test]
fn a_large_file_with_a_savepoints_name_is_read_only_if_it_begins_as_one() {
    let (memory, storage) = store(&[]);
    memory.put("/sp/savepoint-backup.tar", vec![7; 2 << 20]);
    assert_eq!(found(&storage, &["s3://b/sp"]), [""; 0]);
    assert_eq!(memory.count(Request::Read), 0);
}

#[test]
fn any_name_that_a_storage_can_hold_is_found_again() {
    let paths = ["a b", "50%", "a+b", "チーム", "%2e%2e"];
    let files: Vec<String> = paths
        .iter()
        .map(|name| format!("/sp/{name}/savepoint-{name}/_metadata"))
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (_, storage) = store(&files);
    let mut expected: Vec<String> = files.iter().map(|f| f.replace("/_metadata", "")).collect();
    expected.sort();
    assert_eq!(found(&storage, &["s3://b/sp"]), expected);
}
