//! Savepoints and checkpoints as a cluster remembers them.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

/// How a savepoint's state is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormatType {
    /// One format for all state backends.
    Canonical,
    /// The state backend's own format: quicker to take and to restore.
    Native,
}

impl FormatType {
    /// As Flink's REST API spells it.
    pub fn as_flink(self) -> &'static str {
        match self {
            Self::Canonical => "CANONICAL",
            Self::Native => "NATIVE",
        }
    }
}

impl FromStr for FormatType {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "canonical" => Ok(Self::Canonical),
            "native" => Ok(Self::Native),
            _ => Err(format!(
                "'{text}' is not a savepoint format: canonical or native"
            )),
        }
    }
}

impl fmt::Display for FormatType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Canonical => "canonical",
            Self::Native => "native",
        })
    }
}

/// Why a snapshot was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotKind {
    /// By Flink itself, or on request, and owned by Flink.
    Checkpoint,
    /// On request, and owned by the user.
    Savepoint,
    /// The savepoint of a stop with savepoint.
    SyncSavepoint,
}

impl SnapshotKind {
    /// Whether it is a savepoint, of a stop or not.
    pub fn is_savepoint(self) -> bool {
        self != Self::Checkpoint
    }
}

/// How far a snapshot got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotStatus {
    /// Not all subtasks have acknowledged it.
    InProgress,
    /// It is complete.
    Completed {
        /// Where it lies; `None` where it lies in a process's memory only.
        location: Option<String>,
        /// Whether the cluster itself has deleted it. A disposal does not set this.
        discarded: bool,
    },
    /// It failed, for the reason in words of the server.
    Failed(String),
}

/// One savepoint or checkpoint of a job, from the checkpoint statistics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The checkpoint id, counted per job over savepoints and checkpoints.
    pub id: u64,
    /// Why it was taken.
    pub kind: SnapshotKind,
    /// How it was written; `None` where the server does not say (before 1.17, and for checkpoints).
    pub format: Option<FormatType>,
    /// How far it got.
    pub status: SnapshotStatus,
    /// When it was triggered, on the server's clock.
    pub triggered: Timestamp,
    /// From the trigger to the last acknowledgement, in milliseconds.
    pub duration_ms: Option<u64>,
    /// The sum of the states' sizes in bytes, as Flink counts them.
    pub state_size: Option<u64>,
    /// Subtasks that acknowledged it, of all subtasks.
    pub acknowledged: Option<(u64, u64)>,
}

impl Snapshot {
    /// Whether it is complete.
    pub fn is_completed(&self) -> bool {
        matches!(self.status, SnapshotStatus::Completed { .. })
    }

    /// Whether the cluster has deleted it.
    pub fn is_discarded(&self) -> bool {
        matches!(
            self.status,
            SnapshotStatus::Completed {
                discarded: true,
                ..
            }
        )
    }

    /// Where it lies, if it is complete and lies anywhere.
    pub fn location(&self) -> Option<&str> {
        match &self.status {
            SnapshotStatus::Completed { location, .. } => location.as_deref(),
            _ => None,
        }
    }
}

/// What a job was started from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The checkpoint id.
    pub id: u64,
    /// Whether it is a savepoint.
    pub is_savepoint: bool,
    /// Where it lies, as it was named at the start.
    pub location: Option<String>,
    /// When the job was restored, on the server's clock.
    pub restored: Timestamp,
}

/// A job's checkpoint statistics. They may be some seconds old: the server caches them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    /// The latest snapshots, newest first; short (10 entries by default).
    pub entries: Vec<Snapshot>,
    /// The latest complete checkpoint, even where `entries` has lost it.
    pub latest_checkpoint: Option<Snapshot>,
    /// The latest complete savepoint, even where `entries` has lost it.
    pub latest_savepoint: Option<Snapshot>,
    /// What the job was started from, if from anything.
    pub restored: Option<Restored>,
    /// How many snapshots were ever completed; more than `entries` holds once it is full.
    pub completed: u64,
}

impl History {
    /// Every snapshot once, newest first.
    pub fn all(&self) -> Vec<&Snapshot> {
        let mut all: Vec<&Snapshot> = self.entries.iter().collect();
        for latest in [&self.latest_checkpoint, &self.latest_savepoint]
            .into_iter()
            .flatten()
        {
            if !all.iter().any(|known| known.id == latest.id) {
                all.push(latest);
            }
        }
        all.sort_by_key(|snapshot| std::cmp::Reverse(snapshot.id));
        all
    }

    /// The savepoint of a pending stop.
    pub fn pending_stop(&self) -> Option<&Snapshot> {
        let pending = |s: &&Snapshot| {
            s.kind == SnapshotKind::SyncSavepoint && s.status == SnapshotStatus::InProgress
        };
        self.entries.iter().find(pending)
    }

    /// The snapshot that lies at `location`, compared as text.
    pub fn at(&self, location: &str) -> Option<&Snapshot> {
        self.all()
            .into_iter()
            .find(|snapshot| snapshot.location() == Some(location))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn savepoint(id: u64, at_ms: i64) -> Snapshot {
        Snapshot {
            id,
            kind: SnapshotKind::Savepoint,
            format: None,
            status: SnapshotStatus::Completed {
                location: Some(format!("file:/sp/{id}")),
                discarded: false,
            },
            triggered: Timestamp::from_millisecond(at_ms).unwrap(),
            duration_ms: None,
            state_size: None,
            acknowledged: None,
        }
    }

    #[test]
    fn the_latest_savepoint_counts_even_when_the_history_has_lost_it() {
        let history = History {
            entries: vec![savepoint(9, 900), savepoint(8, 800)],
            latest_savepoint: Some(savepoint(5, 500)),
            ..History::default()
        };
        assert_eq!(history.all().len(), 3);
        assert_eq!(history.at("file:/sp/5").map(|s| s.id), Some(5));
    }

    #[test]
    fn only_a_stop_that_is_in_progress_is_pending() {
        let mut stop = savepoint(3, 300);
        stop.kind = SnapshotKind::SyncSavepoint;
        let mut history = History {
            entries: vec![savepoint(4, 400), stop.clone()],
            ..History::default()
        };
        assert_eq!(history.pending_stop(), None);
        stop.status = SnapshotStatus::InProgress;
        history.entries[1] = stop;
        assert_eq!(history.pending_stop().map(|s| s.id), Some(3));
    }
}
