//! What a cluster remembers, over all its jobs.

use crate::domain::job::{Job, JobSelector};
use crate::domain::snapshot::{History, Snapshot, SnapshotStatus};

/// A job with its checkpoint statistics.
#[derive(Debug, Clone)]
pub struct JobHistory {
    /// The job.
    pub job: Job,
    /// Its statistics; `None` if it takes no checkpoints.
    pub history: Option<History>,
}

/// A complete snapshot that lies somewhere.
#[derive(Debug, Clone, Copy)]
pub struct Remembered<'a> {
    /// Whose it is.
    pub job: &'a Job,
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// Where it lies.
    pub location: &'a str,
    /// Whether the cluster itself has deleted it. A disposal does not set this.
    pub discarded: bool,
}

/// Every complete snapshot with a location, the latest first.
pub fn remembered(jobs: &[JobHistory]) -> Vec<Remembered<'_>> {
    let mut found = Vec::new();
    for JobHistory { job, history } in jobs {
        for snapshot in history.iter().flat_map(History::all) {
            if let SnapshotStatus::Completed {
                location: Some(location),
                discarded,
            } = &snapshot.status
            {
                found.push(Remembered {
                    job,
                    snapshot,
                    location,
                    discarded: *discarded,
                });
            }
        }
    }
    found.sort_by_key(|one| std::cmp::Reverse((one.snapshot.triggered, one.snapshot.id)));
    found
}

/// Why a `latest` reference has no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLatest {
    /// No job is meant.
    #[error("no job '{0}' is known to the cluster")]
    NoJob(String),
    /// Too few snapshots are remembered.
    #[error("the cluster remembers only {0} snapshots that are still there")]
    TooFew(usize),
}

/// The `back`-th snapshot before the latest, of one job or of all. Of namesakes, the newest job is meant.
pub fn latest<'a>(
    jobs: &'a [JobHistory],
    back: usize,
    selector: Option<&JobSelector>,
) -> Result<Remembered<'a>, NoLatest> {
    let mut found = remembered(jobs);
    found.retain(|one| !one.discarded);
    if let Some(selector) = selector {
        let all: Vec<Job> = jobs.iter().map(|job| job.job.clone()).collect();
        let wanted = selector.matches(&all);
        if wanted.is_empty() {
            return Err(NoLatest::NoJob(selector.to_string()));
        }
        found.retain(|one| wanted.iter().any(|job| job.id == one.job.id));
    }
    found
        .get(back)
        .copied()
        .ok_or(NoLatest::TooFew(found.len()))
}

/// Whether the cluster has forgotten older snapshots of some job: its history is full.
pub fn is_cut(jobs: &[JobHistory]) -> bool {
    jobs.iter()
        .filter_map(|job| job.history.as_ref())
        .any(|history| history.total > history.entries.len() as u64)
}
