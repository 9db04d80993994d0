//! Snapshots as the REST server shows them.

use crate::domain::ids::OperatorId;
use crate::domain::snapshot::FormatType;

/// Why a snapshot was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CheckpointKind {
    /// Periodic, or on request.
    Checkpoint,
    /// On request, and owned by the user.
    Savepoint,
    /// The savepoint of a stop.
    SyncSavepoint,
}

impl CheckpointKind {
    /// As Flink spells it.
    pub fn as_flink(self) -> &'static str {
        match self {
            Self::Checkpoint => "CHECKPOINT",
            Self::Savepoint => "SAVEPOINT",
            Self::SyncSavepoint => "SYNC_SAVEPOINT",
        }
    }

    /// Whether it is a savepoint, of a stop or not.
    pub fn is_savepoint(self) -> bool {
        self != Self::Checkpoint
    }
}

/// A job's snapshots.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Statistics {
    /// How many there were.
    pub counts: CheckpointCounts,
    /// The latest ones, newest first, those in progress among them.
    pub history: Vec<CheckpointView>,
    /// The latest complete checkpoint, savepoints not counted.
    pub latest_completed: Option<CheckpointView>,
    /// The latest complete savepoint.
    pub latest_savepoint: Option<CheckpointView>,
    /// The latest one that failed.
    pub latest_failed: Option<CheckpointView>,
    /// What the job was last restored from.
    pub latest_restored: Option<RestoredView>,
}

/// How many snapshots there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CheckpointCounts {
    /// Restores of the job.
    pub restored: u64,
    /// All, those that were refused before they began among them.
    pub total: u64,
    /// Under way.
    pub in_progress: u64,
    /// Complete.
    pub completed: u64,
    /// Failed.
    pub failed: u64,
}

/// A snapshot. Times are in milliseconds since 1970 UTC, durations in milliseconds, sizes in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointView {
    /// Counted per job over checkpoints and savepoints, from 1.
    pub id: u64,
    /// Why it was taken.
    pub kind: CheckpointKind,
    /// The format that was asked for; none for checkpoints.
    pub format: Option<FormatType>,
    /// How far it got.
    pub status: CheckpointStatus,
    /// When it was triggered.
    pub trigger_ms: i64,
    /// When the last subtask acknowledged it.
    pub latest_ack_ms: Option<i64>,
    /// The sum of the states' sizes so far.
    pub state_size: u64,
    /// Subtasks of all tasks.
    pub num_subtasks: u32,
    /// Those that have acknowledged it.
    pub num_acknowledged: u32,
    /// Its tasks, in the graph's order.
    pub tasks: Vec<TaskCheckpointView>,
}

impl CheckpointView {
    /// From the trigger to the last acknowledgement.
    pub fn end_to_end_ms(&self) -> Option<i64> {
        Some(self.latest_ack_ms? - self.trigger_ms)
    }
}

/// How far a snapshot got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckpointStatus {
    /// Not all subtasks have acknowledged it.
    InProgress,
    /// It is complete.
    Completed {
        /// Where it lies; for a checkpoint on the heap Flink's `<checkpoint-not-externally-addressable>`.
        external_path: String,
        /// Whether it has been deleted since.
        discarded: bool,
    },
    /// It failed.
    Failed {
        /// When.
        failure_ms: i64,
        /// Why.
        message: String,
    },
}

/// A task's part of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskCheckpointView {
    /// The vertex.
    pub id: OperatorId,
    /// Of each subtask its part; `None` before it has acknowledged.
    pub subtasks: Vec<Option<SubtaskCheckpointView>>,
}

/// A subtask's part of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubtaskCheckpointView {
    /// When it acknowledged.
    pub ack_ms: i64,
    /// How long it waited for the barriers of all inputs.
    pub alignment_ms: i64,
    /// From the trigger to the first barrier.
    pub start_delay_ms: i64,
    /// How long it took its snapshot, during which it did nothing else.
    pub sync_ms: i64,
    /// Bytes of its state.
    pub state_size: u64,
}

/// What a job was restored from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoredView {
    /// The checkpoint id.
    pub id: u64,
    /// When the job was restored.
    pub restore_ms: i64,
    /// Whether it is a savepoint.
    pub is_savepoint: bool,
    /// Where it lies.
    pub external_path: Option<String>,
}
