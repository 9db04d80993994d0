//! `jobs`.

use serde::Serialize;

use super::super::printer::View;
use super::super::style::{Role, Style};
use super::super::{table, text};
use crate::domain::job::Job;
use crate::domain::snapshot::{History, Restored, Snapshot, SnapshotKind};

/// The cluster's jobs.
#[derive(Serialize)]
pub struct JobsView {
    /// Newest first.
    pub jobs: Vec<JobView>,
}

/// One job.
#[derive(Serialize)]
pub struct JobView {
    job_id: String,
    job_name: String,
    job_status: String,
    started_at: String,
    ended_at: Option<String>,
    duration_ms: u64,
    tasks: TasksView,
    last_savepoint: Option<SnapshotView>,
    last_checkpoint: Option<SnapshotView>,
    restored_from: Option<RestoredView>,
    #[serde(skip)]
    started: jiff::Timestamp,
}

#[derive(Serialize)]
struct TasksView {
    total: u64,
    running: u64,
    finished: u64,
}

#[derive(Serialize)]
struct SnapshotView {
    checkpoint_id: u64,
    location: Option<String>,
    state_size: Option<u64>,
    triggered_at: String,
}

#[derive(Serialize)]
struct RestoredView {
    checkpoint_id: u64,
    location: Option<String>,
    is_savepoint: bool,
    restored_at: String,
}

impl JobView {
    /// A job with its checkpoint statistics, where it has any.
    pub fn new(job: &Job, history: Option<&History>) -> Self {
        let complete = |wanted: fn(SnapshotKind) -> bool| {
            let all = history.map(History::all).unwrap_or_default();
            all.into_iter()
                .find(|s| wanted(s.kind) && s.is_completed())
                .map(SnapshotView::from)
        };
        Self {
            job_id: job.id.to_string(),
            job_name: job.name.clone(),
            job_status: job.status.to_string(),
            started_at: job.started.to_string(),
            ended_at: job.ended.map(|at| at.to_string()),
            duration_ms: job.duration_ms,
            tasks: TasksView {
                total: job.tasks.total,
                running: job.tasks.running,
                finished: job.tasks.finished,
            },
            last_savepoint: complete(SnapshotKind::is_savepoint),
            last_checkpoint: complete(|kind| !kind.is_savepoint()),
            restored_from: history
                .and_then(|history| history.restored.as_ref())
                .map(RestoredView::from),
            started: job.started,
        }
    }

    /// `RUNNING`, and how many tasks run while that is not all of them.
    fn status(&self) -> String {
        let TasksView {
            total,
            running,
            finished,
        } = self.tasks;
        if self.ended_at.is_none() && running.saturating_add(finished) < total {
            format!(
                "{} {}/{total}",
                self.job_status,
                running.saturating_add(finished)
            )
        } else {
            self.job_status.clone()
        }
    }
}

impl From<&Snapshot> for SnapshotView {
    fn from(snapshot: &Snapshot) -> Self {
        Self {
            checkpoint_id: snapshot.id,
            location: snapshot.location().map(str::to_owned),
            state_size: snapshot.state_size,
            triggered_at: snapshot.triggered.to_string(),
        }
    }
}

impl From<&Restored> for RestoredView {
    fn from(restored: &Restored) -> Self {
        Self {
            checkpoint_id: restored.id,
            location: restored.location.clone(),
            is_savepoint: restored.is_savepoint,
            restored_at: restored.restored.to_string(),
        }
    }
}

impl View for JobsView {
    fn table(&self, style: Style) -> String {
        let snapshot = |snapshot: &Option<SnapshotView>| match snapshot {
            None => "-".to_owned(),
            Some(s) => s
                .location
                .clone()
                .unwrap_or_else(|| format!("{} (in memory)", s.checkpoint_id)),
        };
        let restored = |restored: &Option<RestoredView>| {
            restored.as_ref().map_or_else(
                || "-".to_owned(),
                |r| {
                    r.location
                        .clone()
                        .unwrap_or_else(|| r.checkpoint_id.to_string())
                },
            )
        };
        let rows = self.jobs.iter().map(|job| {
            let row = vec![
                job.job_id.clone(),
                job.job_name.clone(),
                job.status(),
                style.time(job.started),
                text::span(job.duration_ms),
                snapshot(&job.last_savepoint),
                snapshot(&job.last_checkpoint),
                restored(&job.restored_from),
            ];
            ((job.job_status == "FAILED").then_some(Role::Bad), row)
        });
        let heading = [
            "JOB ID",
            "NAME",
            "STATUS",
            "STARTED",
            "DURATION",
            "LAST SAVEPOINT",
            "LAST CHECKPOINT",
            "RESTORED FROM",
        ];
        table::painted(&heading, rows)
    }

    fn names(&self) -> Vec<String> {
        self.jobs.iter().map(|job| job.job_id.clone()).collect()
    }
}
