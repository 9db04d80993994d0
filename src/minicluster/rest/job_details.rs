//! `/jobs/:jobid` with its `/plan` and `/config`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::api::Api;
use super::exchange::{Reply, Request};
use super::jobs::scheduler;
use super::plan::Plan;
use super::refusal::Refusal;
use super::routes::Parameters;
use crate::minicluster::coordinator::{TaskState, VertexView};

/// What Flink counts for each vertex.
const TASK_STATES: [&str; 10] = [
    "CREATED",
    "SCHEDULED",
    "DEPLOYING",
    "RUNNING",
    "FINISHED",
    "CANCELING",
    "CANCELED",
    "FAILED",
    "RECONCILING",
    "INITIALIZING",
];
/// The states of a job that Flink gives a time for.
const JOB_STATES: [&str; 11] = [
    "INITIALIZING",
    "CREATED",
    "RUNNING",
    "FAILING",
    "FAILED",
    "CANCELLING",
    "CANCELED",
    "FINISHED",
    "RESTARTING",
    "SUSPENDED",
    "RECONCILING",
];

#[derive(Serialize)]
struct Details {
    jid: String,
    #[serde(rename = "application-id")]
    application_id: Option<String>,
    name: String,
    #[serde(rename = "isStoppable")]
    is_stoppable: bool,
    state: &'static str,
    #[serde(rename = "job-type")]
    job_type: &'static str,
    #[serde(rename = "schedulerType")]
    scheduler_type: Option<&'static str>,
    #[serde(rename = "start-time")]
    start_time: i64,
    #[serde(rename = "end-time")]
    end_time: i64,
    duration: i64,
    #[serde(rename = "maxParallelism")]
    max_parallelism: i32,
    now: i64,
    timestamps: BTreeMap<&'static str, i64>,
    vertices: Vec<Vertex>,
    #[serde(rename = "status-counts")]
    status_counts: BTreeMap<&'static str, u32>,
    plan: Plan,
    #[serde(rename = "pending-operators")]
    pending_operators: u32,
}

#[derive(Serialize)]
struct Vertex {
    id: String,
    #[serde(rename = "slotSharingGroupId")]
    slot_sharing_group: &'static str,
    name: String,
    #[serde(rename = "maxParallelism")]
    max_parallelism: u32,
    parallelism: usize,
    status: &'static str,
    #[serde(rename = "start-time")]
    start_time: i64,
    #[serde(rename = "end-time")]
    end_time: i64,
    duration: i64,
    tasks: BTreeMap<&'static str, u32>,
    metrics: Metrics,
}

/// Records are counted; bytes and times are not, and stay 0.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Metrics {
    read_bytes: u64,
    read_bytes_complete: bool,
    write_bytes: u64,
    write_bytes_complete: bool,
    read_records: u64,
    read_records_complete: bool,
    write_records: u64,
    write_records_complete: bool,
    accumulated_backpressured_time: u64,
    accumulated_idle_time: u64,
    accumulated_busy_time: f64,
}

pub(super) fn details(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = api.job(parameters.job()?)?;
    let now = api.now();
    let vertices: Vec<Vertex> = job
        .vertices
        .iter()
        .map(|found| vertex(found, now))
        .collect();
    let started = !job.vertices.is_empty();
    let mut timestamps: BTreeMap<&str, i64> = JOB_STATES.map(|state| (state, 0)).into();
    timestamps.extend(
        job.timestamps
            .iter()
            .map(|(state, at)| (state.as_flink(), *at)),
    );
    Ok(Reply::ok(&Details {
        jid: job.id.to_string(),
        application_id: started.then(|| job.id.to_string()),
        name: job.name.clone(),
        is_stoppable: false,
        state: job.status.as_flink(),
        job_type: "STREAMING",
        scheduler_type: scheduler(&job),
        start_time: job.start_ms,
        end_time: job.end_ms.unwrap_or(-1),
        duration: job.end_ms.unwrap_or(now) - job.start_ms,
        max_parallelism: -1,
        now,
        timestamps,
        status_counts: counted(vertices.iter().map(|vertex| vertex.status)),
        vertices,
        plan: Plan::of(&job),
        pending_operators: 0,
    }))
}

fn counted(states: impl Iterator<Item = &'static str>) -> BTreeMap<&'static str, u32> {
    let mut counts: BTreeMap<&str, u32> = TASK_STATES.map(|state| (state, 0)).into();
    for state in states {
        *counts.entry(state).or_default() += 1;
    }
    counts
}

fn vertex(found: &VertexView, now: i64) -> Vertex {
    let tasks = &found.tasks;
    let start = tasks.iter().filter_map(|task| task.start_ms).min();
    let ends: Option<Vec<i64>> = tasks.iter().map(|task| task.end_ms).collect();
    let end = ends.and_then(|ends| ends.into_iter().max());
    let is_over = end.is_some();
    let counts = counted(tasks.iter().map(|task| task.state.as_flink()));
    Vertex {
        id: found.id.to_string(),
        slot_sharing_group: "00000000000000000000000000000000",
        name: found.name.clone(),
        max_parallelism: found.max_parallelism,
        parallelism: tasks.len(),
        status: whole(found).as_flink(),
        start_time: start.unwrap_or(-1),
        end_time: end.unwrap_or(-1),
        duration: start.map_or(-1, |start| end.unwrap_or(now) - start),
        tasks: counts,
        metrics: Metrics {
            read_bytes: 0,
            read_bytes_complete: is_over,
            write_bytes: 0,
            write_bytes_complete: is_over,
            read_records: tasks.iter().map(|task| task.records_in).sum(),
            read_records_complete: is_over,
            write_records: tasks.iter().map(|task| task.records_out).sum(),
            write_records_complete: is_over,
            accumulated_backpressured_time: 0,
            accumulated_idle_time: 0,
            accumulated_busy_time: 0.0,
        },
    }
}

/// The state of a vertex by those of its tasks: what is worst counts, and one is finished only when all are.
fn whole(vertex: &VertexView) -> TaskState {
    let any = |state| vertex.tasks.iter().any(|task| task.state == state);
    let worst = [
        TaskState::Failed,
        TaskState::Canceling,
        TaskState::Canceled,
        TaskState::Initializing,
        TaskState::Running,
        TaskState::Deploying,
    ];
    match worst.into_iter().find(|state| any(*state)) {
        Some(state) => state,
        None if vertex
            .tasks
            .iter()
            .all(|task| task.state == TaskState::Finished) =>
        {
            TaskState::Finished
        }
        None if any(TaskState::Finished) => TaskState::Running,
        None => TaskState::Created,
    }
}

#[derive(Serialize)]
struct WithPlan {
    plan: Plan,
}

/// A plan as Flink answers it.
pub(super) fn shown_plan(plan: Plan) -> Reply {
    Reply::ok(&WithPlan { plan })
}

pub(super) fn plan(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = api.job(parameters.job()?)?;
    Ok(shown_plan(Plan::of(&job)))
}

#[derive(Serialize)]
struct Config {
    jid: String,
    name: String,
    #[serde(rename = "execution-config")]
    execution_config: ExecutionConfig,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct ExecutionConfig {
    restart_strategy: String,
    job_parallelism: usize,
    object_reuse_mode: bool,
    user_config: BTreeMap<String, String>,
}

pub(super) fn config(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = api.job(parameters.job()?)?;
    let restart = api.cluster.settings().restart;
    let attempts = job.graph.restart_attempts.unwrap_or(restart.attempts);
    let started = !job.vertices.is_empty();
    let widest = job.vertices.iter().map(|vertex| vertex.tasks.len()).max();
    Ok(Reply::ok(&Config {
        jid: job.id.to_string(),
        execution_config: ExecutionConfig {
            restart_strategy: if started {
                let delay = restart.delay.as_secs_f64();
                format!("Restart with fixed delay (PT{delay}S). #{attempts} restart attempts.")
            } else {
                "Cluster level default restart strategy".to_owned()
            },
            job_parallelism: widest.unwrap_or(1),
            object_reuse_mode: false,
            user_config: BTreeMap::new(),
        },
        name: job.name,
    }))
}
