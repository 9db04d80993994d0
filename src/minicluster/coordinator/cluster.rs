//! The cluster as its callers see it.

use std::sync::Arc;

use super::error::{CancelError, StartError, SubmitError};
use super::operations::{OperationState, SavepointRequest, StopRequest};
use super::settings::{Restore, Settings};
use super::statistics::Statistics;
use super::view::{ExceptionView, JobView};
use crate::domain::ids::{JobId, TriggerId};
use crate::minicluster::program::JobGraph;

/// A running cluster. Clones are the same cluster.
#[derive(Clone)]
pub struct Cluster {
    settings: Arc<Settings>,
}

impl Cluster {
    /// Starts a cluster without jobs.
    ///
    /// # Errors
    /// The directory of a backend cannot be made.
    pub fn start(settings: Settings) -> Result<Self, StartError> {
        Ok(Self {
            settings: Arc::new(settings),
        })
    }

    /// How the cluster is set up.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Starts a job, perhaps from a snapshot. Returns once the job is initialised: its tasks may not run yet.
    ///
    /// # Errors
    /// The id was used before, or the snapshot does not fit; then the job is listed as failed, as in Flink.
    pub fn submit(
        &self,
        _job: JobId,
        _graph: JobGraph,
        _restore: Option<Restore>,
    ) -> Result<(), SubmitError> {
        Err(SubmitError::ShuttingDown)
    }

    /// All jobs, the newest first.
    pub fn jobs(&self) -> Vec<JobView> {
        Vec::new()
    }

    /// One job.
    pub fn job(&self, _job: JobId) -> Option<JobView> {
        None
    }

    /// A job's snapshots.
    pub fn statistics(&self, _job: JobId) -> Option<Statistics> {
        None
    }

    /// A job's failures, newest first.
    pub fn exceptions(&self, _job: JobId) -> Option<Vec<ExceptionView>> {
        None
    }

    /// Triggers a savepoint. As in Flink this is always accepted; what is wrong shows in the operation. The same id again
    /// for the same job, while it is known, changes nothing.
    pub fn trigger_savepoint(&self, _job: JobId, _trigger: TriggerId, _request: SavepointRequest) {}

    /// Stops a job with a savepoint; else as [`trigger_savepoint`](Self::trigger_savepoint), with which it shares its ids.
    pub fn stop_with_savepoint(&self, _job: JobId, _trigger: TriggerId, _request: StopRequest) {}

    /// Triggers a checkpoint; else as [`trigger_savepoint`](Self::trigger_savepoint). The ids are others than those of
    /// savepoints.
    pub fn trigger_checkpoint(&self, _job: JobId, _trigger: TriggerId) {}

    /// A savepoint or stop; `None` if it is unknown or expired.
    pub fn savepoint_operation(&self, _job: JobId, _trigger: TriggerId) -> Option<OperationState> {
        None
    }

    /// A checkpoint on request; `None` if it is unknown or expired.
    pub fn checkpoint_operation(&self, _job: JobId, _trigger: TriggerId) -> Option<OperationState> {
        None
    }

    /// Disposes of a savepoint or checkpoint; what came of it is in [`disposal`](Self::disposal).
    pub fn dispose(&self, _location: &str, _trigger: TriggerId) {}

    /// A disposal; `None` if it is unknown or expired.
    pub fn disposal(&self, _trigger: TriggerId) -> Option<OperationState> {
        None
    }

    /// Cancels a job. One that was cancelled before is no error.
    ///
    /// # Errors
    /// There is no such job, or it has ended otherwise.
    pub fn cancel(&self, _job: JobId) -> Result<(), CancelError> {
        Err(CancelError::NotFound)
    }

    /// The metadata of a savepoint on the heap, by its location `jobmanager://savepoints/N`.
    pub fn savepoint_bytes(&self, _location: &str) -> Option<Vec<u8>> {
        None
    }

    /// Ends everything: jobs are cancelled, threads joined, and what lies on the heap alone is gone.
    pub fn shutdown(&self) {}
}
