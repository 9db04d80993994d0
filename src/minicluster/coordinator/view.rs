//! Jobs as the REST server shows them.

use std::sync::Arc;
use std::time::Duration;

use super::throwable::Throwable;
use crate::domain::ids::{JobId, OperatorId};
use crate::minicluster::program::JobGraph;

/// The state of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Being made ready.
    Initializing,
    /// Ready, nothing is deployed.
    Created,
    /// Deployed.
    Running,
    /// A task failed and no restart is left; the others are being ended.
    Failing,
    /// Ended by a failure.
    Failed,
    /// Being cancelled.
    Cancelling,
    /// Ended by a cancellation.
    Canceled,
    /// Ended by itself or by a stop.
    Finished,
    /// A task failed; the job starts again soon.
    Restarting,
}

impl JobStatus {
    /// As Flink spells it.
    pub fn as_flink(self) -> &'static str {
        match self {
            Self::Initializing => "INITIALIZING",
            Self::Created => "CREATED",
            Self::Running => "RUNNING",
            Self::Failing => "FAILING",
            Self::Failed => "FAILED",
            Self::Cancelling => "CANCELLING",
            Self::Canceled => "CANCELED",
            Self::Finished => "FINISHED",
            Self::Restarting => "RESTARTING",
        }
    }

    /// Whether the job has ended for good.
    pub fn is_ended(self) -> bool {
        matches!(self, Self::Failed | Self::Canceled | Self::Finished)
    }
}

/// The state of a task, that is of a subtask of a vertex.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskState {
    /// Not deployed yet.
    Created,
    /// Being started.
    Deploying,
    /// Restoring its state.
    Initializing,
    /// At work.
    Running,
    /// Ended by itself.
    Finished,
    /// Being cancelled.
    Canceling,
    /// Ended by a cancellation, its own or that of a failed job.
    Canceled,
    /// Ended by a failure.
    Failed,
}

impl TaskState {
    /// As Flink spells it.
    pub fn as_flink(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Deploying => "DEPLOYING",
            Self::Initializing => "INITIALIZING",
            Self::Running => "RUNNING",
            Self::Finished => "FINISHED",
            Self::Canceling => "CANCELING",
            Self::Canceled => "CANCELED",
            Self::Failed => "FAILED",
        }
    }
}

/// A job.
#[derive(Debug, Clone)]
pub struct JobView {
    /// Its id.
    pub id: JobId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub status: JobStatus,
    /// When it was submitted, in milliseconds since 1970 UTC, as all times here.
    pub start_ms: i64,
    /// When it ended.
    pub end_ms: Option<i64>,
    /// When its state, or that of a task, changed last.
    pub last_modification_ms: i64,
    /// When it was last in each state, in the order in which it was first in them.
    pub timestamps: Vec<(JobStatus, i64)>,
    /// Its tasks; none if it could not be initialised.
    pub vertices: Vec<VertexView>,
    /// The program.
    pub graph: Arc<JobGraph>,
    /// How often a checkpoint is taken.
    pub checkpoint_interval: Option<Duration>,
    /// After which time a checkpoint has failed.
    pub checkpoint_timeout: Duration,
}

/// A vertex of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VertexView {
    /// The id of its head operator.
    pub id: OperatorId,
    /// The names of its operators, as `Source: numbers -> Map`.
    pub name: String,
    /// How many key groups.
    pub max_parallelism: u32,
    /// Its subtasks: as many as its parallelism.
    pub tasks: Vec<TaskView>,
}

/// A subtask of a vertex.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaskView {
    /// Its state.
    pub state: TaskState,
    /// Which start of the job it belongs to, from 0.
    pub attempt: u32,
    /// When it was deployed.
    pub start_ms: Option<i64>,
    /// When it ended.
    pub end_ms: Option<i64>,
    /// How many records it took from other tasks.
    pub records_in: u64,
    /// How many records it gave to other tasks.
    pub records_out: u64,
}

/// A failure of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionView {
    /// When, in milliseconds since 1970 UTC.
    pub timestamp_ms: i64,
    /// What.
    pub exception: Throwable,
    /// The task, as `Source: numbers (1/2)`; `None` for a failure of the job as a whole.
    pub task_name: Option<String>,
}
