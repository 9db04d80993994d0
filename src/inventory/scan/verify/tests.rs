//! What is found of all snapshots in a storage in memory.

use std::sync::Arc;

use super::*;
use crate::domain::progress::Silent;
use crate::inventory::inspection::files::tests::{operator, operator_subtask, relative, snapshot};
use crate::inventory::scan::candidates;
use crate::metadata::write;
use crate::storage::memory::Request;
use crate::storage::{Memory, StorageError};

/// Savepoints of these names, each with one file that is missing.
fn damaged(names: &[&str]) -> Arc<Memory> {
    let memory = Arc::new(Memory::new());
    let stream = relative("data", 10);
    let savepoint = snapshot(vec![operator(vec![operator_subtask(0, stream)])]);
    for name in names {
        memory.put(&format!("/sp/{name}/_metadata"), write(&savepoint).unwrap());
    }
    memory
}

fn found(memory: &Arc<Memory>) -> Vec<String> {
    let storage = Storage::new().with("s3", "b", memory.clone());
    let roots = [Location::of("s3://b/sp").unwrap()];
    let check = async {
        let found = candidates(&storage, &roots).await;
        all(&storage, &found.places, None, &Silent).await
    };
    let checked = futures_util::FutureExt::now_or_never(check).unwrap();
    let damaged = checked.iter().filter(|one| !one.report.findings.is_empty());
    damaged.map(|one| one.location.clone()).collect()
}

#[test]
fn a_snapshot_that_is_deleted_while_it_is_looked_at_is_not_called_damaged() {
    let memory = damaged(&["savepoint-1", "savepoint-2"]);
    assert_eq!(
        found(&memory),
        ["s3://b/sp/savepoint-1", "s3://b/sp/savepoint-2"]
    );
    memory.fail(Request::Look, "/sp/savepoint-1/_metadata", |location| {
        StorageError::Missing { location }
    });
    assert_eq!(found(&memory), ["s3://b/sp/savepoint-2"]);
}

#[test]
fn a_whole_snapshot_costs_a_listing_and_a_read() {
    let memory = damaged(&["savepoint-1"]);
    memory.put("/sp/savepoint-1/data", "0123456789");
    assert_eq!(found(&memory), [""; 0]);
    let count = |request| memory.count(request);
    // the root's listing, and that of the snapshot's own directory
    assert_eq!(
        (
            count(Request::List),
            count(Request::Read),
            count(Request::Look)
        ),
        (2, 1, 0)
    );
}
