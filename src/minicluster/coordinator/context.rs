//! What all jobs of a cluster share.

use std::path::PathBuf;
use std::sync::Arc;

use super::heap::HeapSavepoints;
use super::operations::Operations;
use super::retention::FileHolders;
use super::settings::{Backend, Settings};
use crate::domain::ids::JobId;

/// What all jobs of a cluster share.
pub(super) struct Context {
    pub(super) settings: Arc<Settings>,
    pub(super) operations: Operations,
    pub(super) heap: HeapSavepoints,
    pub(super) holders: FileHolders,
}

impl Context {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            operations: Operations::new(&settings),
            heap: HeapSavepoints::default(),
            holders: FileHolders::default(),
            settings: Arc::new(settings),
        }
    }

    /// Milliseconds since 1970 UTC.
    pub(super) fn now_ms(&self) -> i64 {
        self.settings.clock.now_ms()
    }

    /// Where a job's checkpoints lie; `None` if they stay on the heap.
    pub(super) fn checkpoint_directory(&self, job: JobId) -> Option<PathBuf> {
        match &self.settings.checkpoints {
            Backend::Jobmanager => None,
            Backend::Filesystem(directory) => Some(directory.join(job.to_string())),
        }
    }
}
