//! `list`.

use jiff::Timestamp;
use serde::Serialize;

use super::super::printer::View;
use super::super::style::{Role, Style};
use super::super::table;
use crate::inventory::catalogue::Remembered;

/// Snapshots, newest first.
#[derive(Serialize)]
pub struct SnapshotsView {
    snapshots: Vec<SnapshotView>,
}

#[derive(Serialize)]
struct SnapshotView {
    location: String,
    kind: &'static str,
    format: Option<String>,
    checkpoint_id: u64,
    job_id: String,
    job_name: String,
    job_status: String,
    state_size: Option<u64>,
    duration_ms: Option<u64>,
    triggered_at: String,
    discarded: bool,
    /// `null` as long as nobody has looked into storage.
    exists: Option<bool>,
    #[serde(skip)]
    triggered: Timestamp,
}

impl SnapshotsView {
    /// What the cluster remembers, in the order given.
    pub fn new(snapshots: &[Remembered<'_>]) -> Self {
        Self {
            snapshots: snapshots.iter().map(SnapshotView::from).collect(),
        }
    }
}

impl From<&Remembered<'_>> for SnapshotView {
    fn from(one: &Remembered<'_>) -> Self {
        Self {
            location: one.location.to_owned(),
            kind: if one.snapshot.kind.is_savepoint() {
                "savepoint"
            } else {
                "checkpoint"
            },
            format: one.snapshot.format.map(|format| format.to_string()),
            checkpoint_id: one.snapshot.id,
            job_id: one.job.id.to_string(),
            job_name: one.job.name.clone(),
            job_status: one.job.status.to_string(),
            state_size: one.snapshot.state_size,
            duration_ms: one.snapshot.duration_ms,
            triggered_at: one.snapshot.triggered.to_string(),
            discarded: one.discarded,
            exists: None,
            triggered: one.snapshot.triggered,
        }
    }
}

impl View for SnapshotsView {
    fn table(&self, style: Style) -> String {
        let rows = self.snapshots.iter().map(|one| {
            let row = vec![
                style.time(one.triggered),
                one.kind.to_owned(),
                one.format.clone().unwrap_or_else(|| "-".to_owned()),
                one.state_size
                    .map_or_else(|| "-".to_owned(), |size| style.size(size)),
                one.job_name.clone(),
                if one.discarded {
                    "yes".to_owned()
                } else {
                    "no".to_owned()
                },
                one.location.clone(),
            ];
            (one.discarded.then_some(Role::Faint), row)
        });
        table::painted(
            &[
                "TIME",
                "KIND",
                "FORMAT",
                "SIZE",
                "JOB",
                "DISCARDED",
                "LOCATION",
            ],
            rows,
        )
    }

    fn names(&self) -> Vec<String> {
        self.snapshots
            .iter()
            .map(|one| one.location.clone())
            .collect()
    }
}
