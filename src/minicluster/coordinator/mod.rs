//! The coordinator: runs jobs, takes their checkpoints and savepoints through barriers, keeps and deletes what these
//! point to, and restores jobs from them.
//!
//! [`Cluster`] is all that the REST server needs. Its calls are synchronous and quick: work happens on threads of its
//! own. Failures are [`Throwable`]s with Flink's classes and messages, so that a client reads them as it reads Flink's.

mod checkpoints;
mod cluster;
mod completion;
mod context;
mod disposal;
mod durable;
mod error;
mod failures;
mod fit;
mod heap;
mod load;
mod location;
mod master;
mod operations;
mod record;
mod restore;
mod retention;
mod settings;
mod snapshot;
mod statistics;
mod submission;
mod throwable;
mod tracker;
mod view;

pub use cluster::Cluster;
pub use error::{CancelError, StartError, SubmitError};
pub use operations::{OperationState, Outcome, SavepointRequest, StopRequest};
pub use settings::{
    Backend, Clock, Fault, Faults, NoFaults, Randomness, RestartStrategy, Restore, Retention,
    Settings, SnapshotPoint, SystemClock, SystemRandomness, TaskPoint,
};
pub use statistics::{
    CheckpointCounts, CheckpointKind, CheckpointStatus, CheckpointView, RestoredView, Statistics,
    SubtaskCheckpointView, TaskCheckpointView,
};
pub use throwable::Throwable;
pub use view::{ExceptionView, JobStatus, JobView, TaskState, TaskView, VertexView};
