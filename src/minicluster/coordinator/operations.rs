//! Asynchronous operations: what was asked under a trigger id, and what came of it.

use super::throwable::Throwable;
use crate::domain::snapshot::FormatType;

/// How far an operation got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationState {
    /// Under way.
    InProgress,
    /// Over, well or badly.
    Completed(Outcome),
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The savepoint lies there.
    Location(String),
    /// The checkpoint with this id is complete.
    Checkpoint(u64),
    /// The snapshot is disposed of.
    Disposed,
    /// It failed.
    Failed(Throwable),
}

/// What a savepoint should be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SavepointRequest {
    /// The directory to put it in: a path or `file:` URI. Without it the cluster's savepoint backend decides.
    pub target: Option<String>,
    /// Whether to cancel the job once it is complete.
    pub cancel_job: bool,
    /// The format that was asked for. It is recorded; the files are the same.
    pub format: Option<FormatType>,
}

/// How a job should be stopped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StopRequest {
    /// As [`SavepointRequest::target`].
    pub target: Option<String>,
    /// Whether to drain: the savepoint records it.
    pub drain: bool,
    /// As [`SavepointRequest::format`].
    pub format: Option<FormatType>,
}
