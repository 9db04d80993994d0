//! Why the cluster refuses a request at once. What fails later is an operation's [`Outcome`](super::Outcome).

use std::io;
use std::path::PathBuf;

use super::throwable::Throwable;
use super::view::JobStatus;
use crate::domain::ids::JobId;

/// Why a cluster did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A directory of a `filesystem` backend cannot be made or written to.
    #[error("cannot use {path} for {what}")]
    Directory {
        /// What it is for.
        what: &'static str,
        /// The directory.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Why a job did not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The id was used before.
    #[error("Job has already been submitted.")]
    Duplicate(JobId),
    /// The job could not be initialised, above all not from its savepoint. As in Flink it is listed as `FAILED`, without
    /// tasks.
    #[error("Could not start the JobMaster.")]
    Initialization(#[source] Throwable),
    /// The cluster is shutting down.
    #[error("the cluster is shutting down")]
    ShuttingDown,
}

/// Why a job was not cancelled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CancelError {
    /// There is no such job.
    #[error("Job could not be found.")]
    NotFound,
    /// It has ended otherwise: `FINISHED` or `FAILED`.
    #[error("Job cancellation failed because the job has already reached another terminal state ({}).", .0.as_flink())]
    Ended(JobStatus),
}
