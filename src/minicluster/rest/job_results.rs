//! `/jobs/:jobid/exceptions`, `/execution-result` and `/accumulators`: what became of a job.

use std::collections::BTreeMap;

use serde::Serialize;

use super::api::{Api, NO_JOB, could_not_find, unknown_job};
use super::exchange::{Reply, Request};
use super::operations::Failure;
use super::refusal::Refusal;
use super::routes::Parameters;
use crate::minicluster::coordinator::{ExceptionView, JobStatus, JobView};

/// How many failures are shown if the request does not say.
const MAX_EXCEPTIONS: usize = 20;

#[derive(Serialize)]
struct Exceptions {
    #[serde(rename = "exceptionHistory")]
    history: History,
}

#[derive(Serialize)]
struct History {
    entries: Vec<ExceptionEntry>,
    truncated: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExceptionEntry {
    exception_name: String,
    stacktrace: String,
    timestamp: i64,
    failure_labels: BTreeMap<String, String>,
    #[serde(flatten)]
    place: Option<Place>,
    concurrent_exceptions: Vec<ExceptionEntry>,
}

/// Where a task failed; a failure of the job as a whole has no place.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    task_name: String,
    endpoint: &'static str,
    task_manager_id: &'static str,
}

pub(super) fn exceptions(
    api: &Api,
    request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = parameters.job()?;
    let limit = match request.query("maxExceptions") {
        None => MAX_EXCEPTIONS,
        Some(text) => {
            let number: Option<i32> = text.parse().ok();
            let number =
                number.ok_or_else(|| Refusal::parameter("query", "maxExceptions", text))?;
            usize::try_from(number).unwrap_or(0)
        }
    };
    let found = api
        .cluster
        .exceptions(job)
        .ok_or_else(|| unknown_job(job))?;
    let entry = |found: &ExceptionView| ExceptionEntry {
        exception_name: found.exception.class.clone(),
        stacktrace: found.exception.to_string(),
        timestamp: found.timestamp_ms,
        failure_labels: BTreeMap::new(),
        place: found.task_name.clone().map(|task_name| Place {
            task_name,
            endpoint: "minicluster",
            task_manager_id: "minicluster",
        }),
        concurrent_exceptions: Vec::new(),
    };
    Ok(Reply::ok(&Exceptions {
        history: History {
            entries: found.iter().take(limit).map(entry).collect(),
            truncated: found.len() > limit,
        },
    }))
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Execution {
    status: StatusId,
    #[serde(skip_serializing_if = "Option::is_none")]
    job_execution_result: Option<ExecutionResult>,
}

#[derive(Serialize)]
struct StatusId {
    id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ExecutionResult {
    id: String,
    name: String,
    application_status: &'static str,
    accumulator_results: BTreeMap<String, String>,
    net_runtime: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_cause: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application_id: Option<String>,
    start_time: i64,
    end_time: i64,
}

pub(super) fn execution(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let id = parameters.job()?;
    let Some(job) = api.cluster.job(id) else {
        let why = could_not_find(id);
        let message = format!("{NO_JOB}: {why}");
        let causes = [
            ("java.util.concurrent.CompletionException", message.as_str()),
            (NO_JOB, why.as_str()),
        ];
        return Err(Refusal::handler_because(404, &message, &causes));
    };
    let ended = job.end_ms.filter(|_| job.status.is_ended());
    let id = if ended.is_some() {
        "COMPLETED"
    } else {
        "IN_PROGRESS"
    };
    Ok(Reply::ok(&Execution {
        status: StatusId { id },
        job_execution_result: ended.map(|end| result(api, job, end)),
    }))
}

fn result(api: &Api, job: JobView, end: i64) -> ExecutionResult {
    let failures = match job.status {
        JobStatus::Failed => api.cluster.exceptions(job.id).unwrap_or_default(),
        _ => Vec::new(),
    };
    ExecutionResult {
        id: job.id.to_string(),
        application_status: match job.status {
            JobStatus::Finished => "SUCCEEDED",
            JobStatus::Canceled => "CANCELED",
            _ => "FAILED",
        },
        accumulator_results: BTreeMap::new(),
        net_runtime: end - job.start_ms,
        failure_cause: failures
            .first()
            .map(|found| Failure::from(&found.exception)),
        application_id: (!job.vertices.is_empty()).then(|| job.id.to_string()),
        start_time: job.start_ms,
        end_time: end,
        name: job.name,
    }
}

/// Programs have none.
#[derive(Serialize, Default)]
#[serde(rename_all = "kebab-case")]
struct Accumulators {
    job_accumulators: Vec<String>,
    user_task_accumulators: Vec<String>,
    serialized_user_task_accumulators: BTreeMap<String, String>,
}

pub(super) fn accumulators(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    api.job(parameters.job()?)?;
    Ok(Reply::ok(&Accumulators::default()))
}
