//! `/jobs`, `/jobs/overview`, `/jobs/:jobid/status` and cancelling.

use serde::Serialize;

use super::api::{Api, NO_JOB, could_not_find};
use super::exchange::{Reply, Request};
use super::refusal::{Refusal, stack_trace};
use super::routes::Parameters;
use crate::minicluster::coordinator::{CancelError, JobView, TaskState};

#[derive(Serialize)]
struct Ids {
    jobs: Vec<IdWithStatus>,
}

#[derive(Serialize)]
struct IdWithStatus {
    id: String,
    status: &'static str,
}

pub(super) fn ids(
    api: &Api,
    _request: &Request,
    _parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let jobs = api.cluster.jobs();
    let entry = |job: &JobView| IdWithStatus {
        id: job.id.to_string(),
        status: job.status.as_flink(),
    };
    Ok(Reply::ok(&Ids {
        jobs: jobs.iter().map(entry).collect(),
    }))
}

#[derive(Serialize)]
struct Overview {
    jobs: Vec<JobDetails>,
}

#[derive(Serialize)]
struct JobDetails {
    jid: String,
    name: String,
    #[serde(rename = "jobType")]
    job_type: &'static str,
    /// Null for a job that never started.
    #[serde(rename = "schedulerType")]
    scheduler_type: Option<&'static str>,
    #[serde(rename = "start-time")]
    start_time: i64,
    #[serde(rename = "end-time")]
    end_time: i64,
    duration: i64,
    state: &'static str,
    #[serde(rename = "last-modification")]
    last_modification: i64,
    tasks: TaskCounts,
    #[serde(rename = "pending-operators")]
    pending_operators: u32,
}

#[derive(Serialize, Default)]
struct TaskCounts {
    total: usize,
    created: usize,
    scheduled: usize,
    deploying: usize,
    running: usize,
    finished: usize,
    canceling: usize,
    canceled: usize,
    failed: usize,
    reconciling: usize,
    initializing: usize,
}

impl TaskCounts {
    fn of(job: &JobView) -> Self {
        let mut counts = Self::default();
        for task in job.vertices.iter().flat_map(|vertex| &vertex.tasks) {
            counts.total += 1;
            let count = match task.state {
                TaskState::Created => &mut counts.created,
                TaskState::Deploying => &mut counts.deploying,
                TaskState::Initializing => &mut counts.initializing,
                TaskState::Running => &mut counts.running,
                TaskState::Finished => &mut counts.finished,
                TaskState::Canceling => &mut counts.canceling,
                TaskState::Canceled => &mut counts.canceled,
                TaskState::Failed => &mut counts.failed,
            };
            *count += 1;
        }
        counts
    }
}

/// What schedules a job that has started.
pub(super) fn scheduler(job: &JobView) -> Option<&'static str> {
    (!job.vertices.is_empty()).then_some("Default")
}

pub(super) fn overview(
    api: &Api,
    _request: &Request,
    _parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let now = api.now();
    let details = |job: JobView| JobDetails {
        jid: job.id.to_string(),
        job_type: "STREAMING",
        scheduler_type: scheduler(&job),
        start_time: job.start_ms,
        end_time: job.end_ms.unwrap_or(-1),
        duration: job.end_ms.unwrap_or(now) - job.start_ms,
        state: job.status.as_flink(),
        last_modification: job.last_modification_ms,
        tasks: TaskCounts::of(&job),
        pending_operators: 0,
        name: job.name,
    };
    Ok(Reply::ok(&Overview {
        jobs: api.cluster.jobs().into_iter().map(details).collect(),
    }))
}

#[derive(Serialize)]
struct Status {
    status: &'static str,
}

pub(super) fn status(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let id = parameters.job()?;
    match api.cluster.job(id) {
        Some(job) => Ok(Reply::ok(&Status {
            status: job.status.as_flink(),
        })),
        // not 404: Flink's handler does not expect it
        None => Err(Refusal::internal(&stack_trace(&[(
            NO_JOB,
            &could_not_find(id),
        )]))),
    }
}

#[derive(Serialize)]
struct Empty {}

pub(super) fn cancel(
    api: &Api,
    request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let id = parameters.job()?;
    match request.query("mode").unwrap_or("cancel") {
        mode if mode.eq_ignore_ascii_case("cancel") => {}
        mode if mode.eq_ignore_ascii_case("stop") => {
            return Err(Refusal::handler(
                308,
                "The termination mode \"stop\" has been removed. For an ungraceful shutdown, please use \"cancel\" \
                 instead. For a graceful shutdown, please use \"jobs/:jobId/stop\" instead.",
            ));
        }
        mode => return Err(Refusal::parameter("query", "mode", mode)),
    }
    match api.cluster.cancel(id) {
        Ok(()) => Ok(Reply::json(202, &Empty {})),
        Err(error @ CancelError::NotFound) => Err(Refusal::handler_because(
            404,
            &error.to_string(),
            &[(NO_JOB, &could_not_find(id))],
        )),
        Err(error @ CancelError::Ended(_)) => Err(Refusal::handler(409, &error.to_string())),
    }
}
