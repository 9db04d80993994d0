//! What a cluster remembers, over all its jobs.

use crate::domain::job::Job;
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

/// Whether the cluster has forgotten older snapshots of some job: its history is full.
pub fn is_cut(jobs: &[JobHistory]) -> bool {
    jobs.iter()
        .filter_map(|job| job.history.as_ref())
        .any(|history| {
            let kept = history.entries.iter().filter(|entry| entry.is_completed());
            history.completed > kept.count() as u64
        })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::job::{JobStatus, TaskCounts};
    use crate::domain::snapshot::SnapshotKind;

    fn job(id: u8, name: &str, snapshots: &[(i64, bool)]) -> JobHistory {
        let entries = snapshots.iter().map(|(at, discarded)| Snapshot {
            id: u64::try_from(*at).unwrap(),
            kind: SnapshotKind::Savepoint,
            format: None,
            status: SnapshotStatus::Completed {
                location: Some(format!("/sp/{at}")),
                discarded: *discarded,
            },
            triggered: Timestamp::from_second(*at).unwrap(),
            duration_ms: None,
            state_size: None,
            acknowledged: None,
        });
        let history = History {
            entries: entries.collect(),
            ..History::default()
        };
        let job = Job {
            id: format!("ab{id:02x}0000000000000000000000000000")
                .parse()
                .unwrap(),
            name: name.to_owned(),
            status: JobStatus::Running,
            started: Timestamp::UNIX_EPOCH,
            ended: None,
            duration_ms: 0,
            tasks: TaskCounts::default(),
        };
        JobHistory {
            job,
            history: Some(history),
        }
    }

    #[test]
    fn a_history_is_cut_when_more_snapshots_were_completed_than_it_holds() {
        let mut one = job(1, "orders", &[(5, false), (6, true)]);
        let cut = |one: &JobHistory, completed| {
            let mut one = one.clone();
            one.history.as_mut().unwrap().completed = completed;
            is_cut(&[one])
        };
        assert!(!cut(&one, 2) && cut(&one, 3));
        one.history = None;
        assert!(!is_cut(&[one]));
    }
}
