//! Files of a storage in memory that are read many at once.

use std::cell::Cell;

use futures_util::stream::{self, StreamExt};

use super::*;
use crate::storage::Memory;
use crate::storage::memory::Request;

/// A hundred bytes, 6 of them for a file whose size is not known yet.
const TOTAL: u32 = 100;

/// A storage with files of these sizes, and where they lie.
fn store(sizes: &[usize]) -> (Arc<Memory>, Storage, Vec<Location>) {
    let memory = Arc::new(Memory::new());
    let places = sizes.iter().enumerate().map(|(number, size)| {
        memory.put(&format!("/{number}"), vec![7; *size]);
        Location::of(&format!("s3://b/{number}")).unwrap()
    });
    let places = places.collect();
    let storage = Storage::new().with("s3", "b", memory.clone());
    (memory, storage, places)
}

/// How many files, and how many bytes, were held at once at most, and how many bytes were read in all.
#[derive(Debug, Default)]
struct Peak {
    now: Cell<(usize, usize)>,
    files: Cell<usize>,
    bytes: Cell<usize>,
    all: Cell<usize>,
}

impl Peak {
    /// Reads files so many at once, and holds each for a while.
    async fn of(sizes: &[usize], at_once: usize) -> Self {
        let (_memory, storage, places) = store(sizes);
        let (storage, budget, peak) = (&storage, &Budget::of(TOTAL), Self::default());
        let reads = places.iter().map(|at| async {
            let (held, _) = budget.read(storage, at).await.unwrap();
            peak.hold(held.len());
            for _ in 0..5 {
                tokio::task::yield_now().await;
            }
            let (files, bytes) = peak.now.get();
            peak.now.set((files - 1, bytes - held.len()));
        });
        let reads = stream::iter(reads).buffer_unordered(at_once);
        reads.collect::<Vec<()>>().await;
        assert_eq!(budget.free.available_permits(), TOTAL as usize);
        peak
    }

    fn hold(&self, size: usize) {
        let (files, bytes) = self.now.get();
        let (files, bytes) = (files + 1, bytes + size);
        self.now.set((files, bytes));
        self.files.set(self.files.get().max(files));
        self.bytes.set(self.bytes.get().max(bytes));
        self.all.set(self.all.get() + size);
    }
}

#[tokio::test]
async fn files_of_any_size_are_all_read_and_never_more_bytes_held_than_allowed() {
    let sizes: Vec<usize> = (0..300).map(|n| n * 37 % 100).collect();
    let peak = Peak::of(&sizes, 16).await;
    assert_eq!(peak.all.get(), sizes.iter().sum::<usize>());
    assert!(peak.bytes.get() <= TOTAL as usize, "{peak:?}");
    assert!(
        peak.bytes.get() > TOTAL as usize / 2 && peak.files.get() > 2,
        "{peak:?}"
    );
}

#[tokio::test]
async fn small_files_do_not_wait_for_each_other() {
    let peak = Peak::of(&[5; 64], 16).await;
    assert_eq!(peak.files.get(), 16);
}

#[tokio::test]
async fn a_file_that_is_larger_than_all_that_may_be_held_is_held_alone() {
    let mut sizes = [3; 40];
    sizes[7] = 250;
    sizes[9] = 101;
    let peak = Peak::of(&sizes, 16).await;
    assert_eq!(peak.all.get(), sizes.iter().sum::<usize>());
    assert_eq!(peak.bytes.get(), 250);
}

#[tokio::test]
async fn a_small_file_costs_one_request_and_a_large_one_two() {
    for (size, requests) in [(6, 1), (7, 2), (100, 2), (101, 2)] {
        let (memory, storage, places) = store(&[size]);
        let budget = Budget::of(TOTAL);
        let (held, modified) = budget.read(&storage, &places[0]).await.unwrap();
        assert_eq!((held.len(), modified.is_some()), (size, true));
        assert_eq!(memory.count(Request::Read), requests, "{size}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_leaves_its_share_to_others() {
    let (memory, storage, places) = store(&[5]);
    memory.fail(Request::Read, "/0", |location| StorageError::Missing {
        location,
    });
    let budget = Budget::of(TOTAL);
    let error = budget.read(&storage, &places[0]).await.unwrap_err();
    assert!(error.is_missing(), "{error}");
    assert_eq!(budget.free.available_permits(), TOTAL as usize);
}
