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
    /// Several jobs of different names are meant.
    #[error("'{0}' is the beginning of several job ids")]
    Ambiguous(String),
    /// Too few snapshots are remembered.
    #[error("the cluster remembers only {0} snapshots that are still there")]
    TooFew(usize),
}

/// The `back`-th snapshot before the latest, of all jobs, or of those with one name: a job that was restored and the one
/// before it are one to a user.
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
        if wanted.iter().any(|job| job.name != wanted[0].name) {
            return Err(NoLatest::Ambiguous(selector.to_string()));
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

    fn found(jobs: &[JobHistory], back: usize, selector: Option<&str>) -> Result<String, NoLatest> {
        let selector = selector.map(JobSelector::new);
        latest(jobs, back, selector.as_ref()).map(|one| one.location.to_owned())
    }

    #[test]
    fn the_latest_is_counted_over_all_jobs_or_those_with_one_name_without_what_is_gone() {
        let jobs = [
            job(1, "orders", &[(9, true), (5, false)]),
            job(2, "orders", &[(7, false)]),
            job(3, "other", &[(8, false)]),
        ];
        assert_eq!(found(&jobs, 0, None), Ok("/sp/8".to_owned()));
        assert_eq!(found(&jobs, 0, Some("orders")), Ok("/sp/7".to_owned()));
        assert_eq!(found(&jobs, 1, Some("orders")), Ok("/sp/5".to_owned()));
        assert_eq!(found(&jobs, 2, Some("orders")), Err(NoLatest::TooFew(2)));
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

    #[test]
    fn the_beginning_of_several_jobs_ids_names_none_of_them() {
        let jobs = [
            job(1, "orders", &[(5, false)]),
            job(3, "other", &[(8, false)]),
        ];
        assert_eq!(
            found(&jobs, 0, Some("ab")),
            Err(NoLatest::Ambiguous("ab".to_owned()))
        );
        assert_eq!(
            found(&jobs, 0, Some("nothing")),
            Err(NoLatest::NoJob("nothing".to_owned()))
        );
    }
}
