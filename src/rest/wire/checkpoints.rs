//! `/jobs/:id/checkpoints` and `/jobs/:id/checkpoints/details/:checkpoint-id`.

use serde::Deserialize;

use super::time;
use crate::domain::snapshot::{
    FormatType, History, Restored, Snapshot, SnapshotKind, SnapshotStatus,
};

/// What Flink gives for a checkpoint that lies in memory.
const NOT_ADDRESSABLE: &str = "<checkpoint-not-externally-addressable>";

/// `GET /jobs/:id/checkpoints`.
#[derive(Deserialize)]
pub(in crate::rest) struct Statistics {
    #[serde(default)]
    counts: Counts,
    #[serde(default)]
    latest: Option<Latest>,
    #[serde(default)]
    history: Vec<Entry>,
}

#[derive(Deserialize, Default)]
struct Counts {
    #[serde(default)]
    completed: i64,
}

#[derive(Deserialize)]
struct Latest {
    completed: Option<Entry>,
    savepoint: Option<Entry>,
    restored: Option<RestoredEntry>,
}

/// One snapshot. `className` (`@class` up to 1.14) says no more than `status`, so it is not read.
#[derive(Deserialize)]
pub(in crate::rest) struct Entry {
    id: i64,
    status: String,
    #[serde(default)]
    is_savepoint: bool,
    #[serde(default, rename = "savepointFormat")]
    savepoint_format: Option<String>,
    #[serde(default)]
    checkpoint_type: Option<String>,
    trigger_timestamp: i64,
    #[serde(default)]
    state_size: Option<i64>,
    #[serde(default)]
    end_to_end_duration: Option<i64>,
    #[serde(default)]
    num_subtasks: Option<i64>,
    #[serde(default)]
    num_acknowledged_subtasks: Option<i64>,
    #[serde(default)]
    external_path: Option<String>,
    #[serde(default)]
    discarded: bool,
    #[serde(default)]
    failure_message: Option<String>,
}

#[derive(Deserialize)]
struct RestoredEntry {
    id: i64,
    restore_timestamp: i64,
    #[serde(default)]
    is_savepoint: bool,
    #[serde(default)]
    external_path: Option<String>,
}

impl Statistics {
    pub(in crate::rest) fn into_history(self) -> History {
        let latest = self.latest.unwrap_or(Latest {
            completed: None,
            savepoint: None,
            restored: None,
        });
        History {
            entries: self
                .history
                .into_iter()
                .filter_map(Entry::into_snapshot)
                .collect(),
            latest_checkpoint: latest.completed.and_then(Entry::into_snapshot),
            latest_savepoint: latest.savepoint.and_then(Entry::into_snapshot),
            restored: latest.restored.and_then(RestoredEntry::into_restored),
            completed: u64::try_from(self.counts.completed).unwrap_or(0),
        }
    }
}

impl Entry {
    /// The snapshot; `None` if its id is not one.
    pub(in crate::rest) fn into_snapshot(self) -> Option<Snapshot> {
        let kind = match (self.is_savepoint, self.checkpoint_type.as_deref()) {
            (_, Some("SYNC_SAVEPOINT")) => SnapshotKind::SyncSavepoint,
            (true, _) | (_, Some("SAVEPOINT")) => SnapshotKind::Savepoint,
            (false, _) => SnapshotKind::Checkpoint,
        };
        let status = match self.status.as_str() {
            "COMPLETED" => SnapshotStatus::Completed {
                location: self
                    .external_path
                    .filter(|path| !path.is_empty() && path != NOT_ADDRESSABLE),
                discarded: self.discarded,
            },
            "FAILED" => SnapshotStatus::Failed(self.failure_message.unwrap_or_default()),
            _ => SnapshotStatus::InProgress,
        };
        let count = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok());
        Some(Snapshot {
            id: u64::try_from(self.id).ok()?,
            kind,
            format: self
                .savepoint_format
                .and_then(|format| format.parse::<FormatType>().ok()),
            status,
            triggered: time(self.trigger_timestamp),
            duration_ms: count(self.end_to_end_duration),
            state_size: count(self.state_size),
            acknowledged: count(self.num_acknowledged_subtasks).zip(count(self.num_subtasks)),
        })
    }
}

impl RestoredEntry {
    fn into_restored(self) -> Option<Restored> {
        Some(Restored {
            id: u64::try_from(self.id).ok()?,
            is_savepoint: self.is_savepoint,
            location: self
                .external_path
                .filter(|path| !path.is_empty() && path != NOT_ADDRESSABLE),
            restored: time(self.restore_timestamp),
        })
    }
}
