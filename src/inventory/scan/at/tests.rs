//! What is at one place of a storage in memory, and what it costs to tell.

use std::sync::Arc;

use super::*;
use crate::inventory::inspection::files::tests::{operator, operator_subtask, relative, snapshot};
use crate::inventory::scan::State;
use crate::metadata::write;
use crate::storage::Memory;
use crate::storage::memory::Request;

fn store(files: &[&str]) -> (Arc<Memory>, Storage) {
    let memory = Arc::new(Memory::new());
    let stream = relative("data", 10);
    let savepoint = snapshot(vec![operator(vec![operator_subtask(0, stream)])]);
    for path in files {
        memory.put(path, write(&savepoint).unwrap());
    }
    let storage = Storage::new().with("s3", "b", memory.clone());
    (memory, storage)
}

fn look(storage: &Storage, location: &str) -> Result<Option<State>, StorageError> {
    let place = Location::of(location).unwrap();
    let looked = futures_util::FutureExt::now_or_never(at(storage, &place)).unwrap();
    looked.map(|found| found.map(|found| found.state))
}

fn is_complete(looked: Result<Option<State>, StorageError>) -> bool {
    matches!(looked, Ok(Some(State::Complete(_))))
}

#[test]
fn a_directory_its_metadata_and_a_file_by_itself_are_snapshots() {
    let (memory, storage) = store(&["/sp/1/_metadata", "/sp/flat"]);
    assert!(is_complete(look(&storage, "s3://b/sp/1")));
    assert_eq!(
        (memory.count(Request::Read), memory.count(Request::Look)),
        (1, 0)
    );
    for location in ["s3://b/sp/1/", "s3://b/sp/1/_metadata", "s3://b/sp/flat"] {
        assert!(is_complete(look(&storage, location)), "{location}");
    }
}

#[test]
fn what_is_gone_is_nothing_and_what_is_left_of_one_says_why() {
    let (memory, storage) = store(&[]);
    memory.put("/sp/begun/data", "x");
    memory.put("/sp/cut/_metadata", "x");
    assert_eq!(look(&storage, "s3://b/sp/gone").unwrap(), None);
    let incomplete = State::Incomplete { in_progress: false };
    assert_eq!(look(&storage, "s3://b/sp/begun").unwrap(), Some(incomplete));
    let cut = look(&storage, "s3://b/sp/cut").unwrap();
    assert!(matches!(cut, Some(State::Broken(_))), "{cut:?}");
}

#[test]
fn a_savepoint_that_is_on_no_heap_any_more_is_gone() {
    let (memory, storage) = store(&["/1"]);
    let gone = |location| StorageError::NotOnHeap {
        location,
        why: "the cluster has no such savepoint".to_owned(),
    };
    memory.fail(Request::Look, "/1", gone);
    assert_eq!(look(&storage, "s3://b/1").unwrap(), None);
}

#[test]
fn what_may_not_be_read_is_not_known_to_be_there_or_not() {
    let (memory, storage) = store(&["/sp/1/_metadata", "/sp/flat"]);
    let denied = |location| StorageError::Denied {
        location,
        why: "no".to_owned(),
    };
    for path in ["/sp/1/_metadata", "/sp/flat"] {
        memory.fail(Request::Read, path, denied);
    }
    for location in ["s3://b/sp/1", "s3://b/sp/flat"] {
        let error = look(&storage, location).unwrap_err();
        assert!(error.is_denied(), "{error}");
    }
}
