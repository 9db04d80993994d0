//! Jobs as a cluster lists them, and how a user names one.

use std::fmt;

use jiff::Timestamp;

use super::ids::JobId;
use super::throwable::Throwable;

/// The state of a job, in Flink's words. Open, so that a newer cluster's states can be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobStatus {
    /// `FINISHED`: ended by itself or by a stop.
    Finished,
    /// `CANCELED`: ended by a cancellation.
    Canceled,
    /// `FAILED`: ended by a failure.
    Failed,
    /// `RUNNING`: scheduled. Its tasks may not all run yet.
    Running,
    /// Any other one, as the server spells it, e.g. `RESTARTING`.
    Other(String),
}

impl JobStatus {
    /// Reads Flink's spelling.
    pub fn parse(text: &str) -> Self {
        match text {
            "FINISHED" => Self::Finished,
            "CANCELED" => Self::Canceled,
            "FAILED" => Self::Failed,
            "RUNNING" => Self::Running,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether the job has ended for good (Flink: globally terminal).
    pub fn is_ended(&self) -> bool {
        matches!(self, Self::Finished | Self::Canceled | Self::Failed)
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Finished => "FINISHED",
            Self::Canceled => "CANCELED",
            Self::Failed => "FAILED",
            Self::Running => "RUNNING",
            Self::Other(text) => text,
        })
    }
}

/// How many tasks (subtasks) of a job there are, and how many are in the states that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TaskCounts {
    /// All tasks; 0 while the job has no execution graph yet.
    pub total: u64,
    /// Those that run.
    pub running: u64,
    /// Those that have finished.
    pub finished: u64,
}

impl TaskCounts {
    /// Whether every task runs or has finished, which `RUNNING` alone does not say.
    pub fn all_run(&self) -> bool {
        self.total > 0 && self.running.saturating_add(self.finished) >= self.total
    }
}

/// One job of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Its name, as the program chose it: any text, not unique.
    pub name: String,
    /// Its state.
    pub status: JobStatus,
    /// When it started, on the server's clock.
    pub started: Timestamp,
    /// When it ended; `None` while it has not.
    pub ended: Option<Timestamp>,
    /// How long it has run, in milliseconds, on the server's clock.
    pub duration_ms: u64,
    /// Its tasks.
    pub tasks: TaskCounts,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobEnd {
    /// In which state.
    pub status: JobStatus,
    /// How long it ran, in milliseconds.
    pub net_runtime_ms: u64,
    /// Why it failed, if it did.
    pub cause: Option<Throwable>,
}

impl Job {
    /// What the server's clock showed when it listed this job; `None` for an ended one.
    pub fn now(&self) -> Option<Timestamp> {
        let run = jiff::SignedDuration::from_millis(i64::try_from(self.duration_ms).ok()?);
        match self.ended {
            Some(_) => None,
            None => self.started.checked_add(run).ok(),
        }
    }
}

/// What a user typed for a JOB: a job id, the beginning of one, or a job name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSelector(String);

impl JobSelector {
    /// Takes the words as typed.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The whole job id, if that is what was typed.
    pub fn id(&self) -> Option<JobId> {
        self.0.parse().ok()
    }

    /// Whether what was typed may mean a job of which this id, or the beginning of it, is known.
    pub fn may_mean(&self, id: &str) -> bool {
        let typed = self.0.to_ascii_lowercase();
        let is_hexadecimal = !typed.is_empty() && typed.bytes().all(|b| b.is_ascii_hexdigit());
        is_hexadecimal && (id.starts_with(&typed) || typed.starts_with(id))
    }

    /// The jobs that are meant. A whole id means that job alone; anything else the jobs with that name and those whose
    /// id begins so.
    pub fn matches<'a>(&self, jobs: &'a [Job]) -> Vec<&'a Job> {
        if let Some(id) = self.id() {
            let by_id: Vec<_> = jobs.iter().filter(|job| job.id == id).collect();
            if !by_id.is_empty() {
                return by_id;
            }
        }
        let prefix = self.0.to_ascii_lowercase();
        let begins = |job: &Job| !prefix.is_empty() && job.id.to_string().starts_with(&prefix);
        jobs.iter()
            .filter(|job| job.name == self.0 || begins(job))
            .collect()
    }
}

impl fmt::Display for JobSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: &str, name: &str) -> Job {
        Job {
            id: id.parse().unwrap(),
            name: name.to_owned(),
            status: JobStatus::Running,
            started: Timestamp::UNIX_EPOCH,
            ended: None,
            duration_ms: 1500,
            tasks: TaskCounts::default(),
        }
    }

    fn names(typed: &str) -> Vec<String> {
        let jobs = [
            job("aa000000000000000000000000000001", "orders"),
            job("ab000000000000000000000000000002", "orders"),
            job("ff000000000000000000000000000003", "aa"),
        ];
        let found = JobSelector::new(typed);
        found
            .matches(&jobs)
            .iter()
            .map(|job| job.id.to_string()[..2].to_owned())
            .collect()
    }

    #[test]
    fn a_job_is_named_by_id_by_the_beginning_of_one_or_by_name() {
        assert_eq!(names("AB000000000000000000000000000002"), ["ab"]);
        assert_eq!(names("ab"), ["ab"]);
        assert_eq!(names("FF"), ["ff"]);
        assert_eq!(names("orders"), ["aa", "ab"]);
        assert_eq!(names("a"), ["aa", "ab"]);
        assert_eq!(names("nothing"), Vec::<String>::new());
        assert_eq!(names(""), Vec::<String>::new());
    }

    #[test]
    fn a_job_of_which_only_the_beginning_of_the_id_is_known_may_be_meant() {
        let may_mean = |typed: &str, known: &str| JobSelector::new(typed).may_mean(known);
        assert!(may_mean("FD72", "fd7201"));
        assert!(may_mean("fd72014d4c864993a2e5a9287b4a9c5d", "fd7201"));
        assert!(!may_mean("fd73", "fd7201") && !may_mean("", "fd7201"));
        assert!(!may_mean("fd7201-x", "fd7201"));
    }

    #[test]
    fn a_name_that_is_also_the_beginning_of_an_id_means_both() {
        assert_eq!(names("aa"), ["aa", "ff"]);
    }

    #[test]
    fn the_servers_clock_is_read_from_a_running_job() {
        assert_eq!(
            job("aa000000000000000000000000000001", "x")
                .now()
                .unwrap()
                .as_millisecond(),
            1500
        );
    }

    #[test]
    fn a_job_that_is_running_may_have_tasks_that_are_not() {
        let counts = |total, running, finished| TaskCounts {
            total,
            running,
            finished,
        };
        assert!(!counts(0, 0, 0).all_run());
        assert!(!counts(4, 3, 0).all_run());
        assert!(counts(4, 3, 1).all_run());
    }
}
