//! Savepoints on the heap: `jobmanager://savepoints/N`, gone with the cluster.

use std::collections::BTreeMap;
use std::sync::Mutex;

use crate::minicluster::lock::lock;

/// The metadata of savepoints, by number.
#[derive(Debug, Default)]
pub(super) struct HeapSavepoints(Mutex<Numbered>);

#[derive(Debug, Default)]
struct Numbered {
    last: u64,
    savepoints: BTreeMap<u64, Vec<u8>>,
}

impl HeapSavepoints {
    /// Keeps a savepoint's metadata, under the next number from 1 on.
    pub(super) fn keep(&self, bytes: Vec<u8>) -> u64 {
        let mut numbered = lock(&self.0);
        numbered.last += 1;
        let number = numbered.last;
        numbered.savepoints.insert(number, bytes);
        number
    }

    pub(super) fn bytes(&self, number: u64) -> Option<Vec<u8>> {
        lock(&self.0).savepoints.get(&number).cloned()
    }

    pub(super) fn remove(&self, number: u64) {
        lock(&self.0).savepoints.remove(&number);
    }

    /// The numbers of all savepoints, which are forgotten.
    pub(super) fn forget_all(&self) -> Vec<u64> {
        std::mem::take(&mut lock(&self.0).savepoints)
            .into_keys()
            .collect()
    }
}
