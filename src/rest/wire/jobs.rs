//! `/jobs/overview`, `/jobs/:id` and `/jobs/:id/status`.

use serde::Deserialize;

use super::time;
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobEnd, JobStatus, TaskCounts};
use crate::domain::throwable::Throwable;

/// `GET /jobs/overview`.
#[derive(Deserialize)]
pub(in crate::rest) struct Overview {
    pub(in crate::rest) jobs: Vec<JobDetails>,
}

/// One job of the overview.
#[derive(Deserialize)]
pub(in crate::rest) struct JobDetails {
    jid: String,
    name: String,
    state: String,
    #[serde(rename = "start-time")]
    start_time: i64,
    #[serde(rename = "end-time")]
    end_time: i64,
    duration: i64,
    #[serde(default)]
    tasks: Tasks,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tasks {
    total: u64,
    running: u64,
    finished: u64,
}

impl JobDetails {
    /// The job; `None` if its id is not one.
    pub(in crate::rest) fn into_job(self) -> Option<Job> {
        let id: JobId = self.jid.parse().ok()?;
        let status = JobStatus::parse(&self.state);
        let ended = (self.end_time >= 0).then(|| time(self.end_time));
        let Tasks {
            total,
            running,
            finished,
        } = self.tasks;
        Some(Job {
            id,
            name: self.name,
            status,
            started: time(self.start_time),
            ended,
            duration_ms: u64::try_from(self.duration).unwrap_or(0),
            tasks: TaskCounts {
                total,
                running,
                finished,
            },
        })
    }
}

/// `GET /jobs/:id`: the little that is needed of it.
#[derive(Deserialize)]
pub(in crate::rest) struct JobShape {
    /// What the job sets for all its operators; -1 for nothing.
    #[serde(default, rename = "maxParallelism")]
    pub(in crate::rest) max_parallelism: Option<i64>,
}

/// `GET /jobs/:id/status` (1.16+).
#[derive(Deserialize)]
pub(in crate::rest) struct Status {
    pub(in crate::rest) status: String,
}

/// `GET /jobs/:id/execution-result`.
#[derive(Deserialize)]
pub(in crate::rest) struct ExecutionResult {
    #[serde(rename = "job-execution-result")]
    result: Option<JobResult>,
}

#[derive(Deserialize)]
struct JobResult {
    #[serde(rename = "application-status")]
    status: String,
    #[serde(rename = "net-runtime")]
    net_runtime: i64,
    #[serde(rename = "failure-cause")]
    failure_cause: Option<FailureCause>,
}

#[derive(Deserialize)]
struct FailureCause {
    class: Option<String>,
    #[serde(rename = "stack-trace")]
    stack_trace: Option<String>,
}

impl ExecutionResult {
    /// The job's end; `None` while it goes on.
    pub(in crate::rest) fn into_end(self) -> Option<JobEnd> {
        let JobResult {
            status,
            net_runtime,
            failure_cause,
        } = self.result?;
        let cause = failure_cause.and_then(|cause| cause.stack_trace.or(cause.class));
        Some(JobEnd {
            status: match status.as_str() {
                "SUCCEEDED" => JobStatus::Finished,
                other => JobStatus::parse(other),
            },
            net_runtime_ms: u64::try_from(net_runtime).unwrap_or(0),
            cause: cause.map(|text| Throwable::parse(&text)),
        })
    }
}

/// `GET /jobs/:id/accumulators`.
#[derive(Deserialize)]
pub(in crate::rest) struct Accumulators {
    #[serde(rename = "user-task-accumulators")]
    pub(in crate::rest) user: Vec<Accumulator>,
}

/// One accumulator of a program.
#[derive(Deserialize)]
pub(in crate::rest) struct Accumulator {
    pub(in crate::rest) name: String,
    #[serde(rename = "type")]
    pub(in crate::rest) class: String,
    pub(in crate::rest) value: String,
}

/// `GET /jobs`.
#[derive(Deserialize)]
pub(in crate::rest) struct Ids {
    pub(in crate::rest) jobs: Vec<IdWithStatus>,
}

/// One job of `/jobs`.
#[derive(Deserialize)]
pub(in crate::rest) struct IdWithStatus {
    pub(in crate::rest) id: String,
    pub(in crate::rest) status: String,
}
