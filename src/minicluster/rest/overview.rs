//! `/overview`, `/config`, `/jobmanager/config` and `/taskmanagers`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::api::Api;
use super::exchange::{Reply, Request};
use super::refusal::Refusal;
use super::routes::Parameters;
use crate::minicluster::coordinator::{JobStatus, JobView};

/// The Flink whose API this is.
const FLINK_VERSION: &str = "2.3.0";
/// What tells a minicluster from a Flink, where Flink gives the commit it was built from.
pub const REVISION: &str = concat!("savepointctl minicluster ", env!("CARGO_PKG_VERSION"));
/// `web.refresh-interval`, in milliseconds.
const REFRESH_INTERVAL: u32 = 3_000;

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Overview {
    taskmanagers: u32,
    slots_total: usize,
    slots_available: usize,
    jobs_running: usize,
    jobs_finished: usize,
    jobs_cancelled: usize,
    jobs_failed: usize,
    flink_version: &'static str,
    flink_commit: &'static str,
}

pub(super) fn overview(
    api: &Api,
    _request: &Request,
    _parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let jobs = api.cluster.jobs();
    let count = |status| jobs.iter().filter(|job| job.status == status).count();
    let slots = Slots::of(&jobs);
    Ok(Reply::ok(&Overview {
        taskmanagers: 1,
        slots_total: slots.total,
        slots_available: slots.total - slots.used,
        jobs_running: jobs.iter().filter(|job| !job.status.is_ended()).count(),
        jobs_finished: count(JobStatus::Finished),
        jobs_cancelled: count(JobStatus::Canceled),
        jobs_failed: count(JobStatus::Failed),
        flink_version: FLINK_VERSION,
        flink_commit: REVISION,
    }))
}

/// A slot holds one subtask of each of a job's vertices. There is no limit: the process has threads enough.
struct Slots {
    used: usize,
    total: usize,
}

impl Slots {
    fn of(jobs: &[JobView]) -> Self {
        let running = jobs.iter().filter(|job| !job.status.is_ended());
        let widest = |job: &JobView| job.vertices.iter().map(|vertex| vertex.tasks.len()).max();
        let used = running.filter_map(widest).sum();
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            used,
            total: cores.max(used),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Config {
    refresh_interval: u32,
    timezone_name: &'static str,
    timezone_offset: i32,
    flink_version: &'static str,
    flink_revision: &'static str,
    features: Features,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Features {
    web_submit: bool,
    web_cancel: bool,
    web_rescale: bool,
    web_history: bool,
}

pub(super) fn config(
    _api: &Api,
    _request: &Request,
    _parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    Ok(Reply::ok(&Config {
        refresh_interval: REFRESH_INTERVAL,
        timezone_name: "Coordinated Universal Time",
        timezone_offset: 0,
        flink_version: FLINK_VERSION,
        flink_revision: REVISION,
        features: Features {
            web_submit: true,
            web_cancel: true,
            web_rescale: false,
            web_history: false,
        },
    }))
}

#[derive(Serialize)]
struct Entry<'a> {
    key: &'a str,
    value: &'a str,
}

pub(super) fn configuration(
    api: &Api,
    _request: &Request,
    _parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let settings = api.configuration.iter();
    let entries: Vec<Entry<'_>> = settings.map(|(key, value)| Entry { key, value }).collect();
    Ok(Reply::ok(&entries))
}

#[derive(Serialize)]
struct TaskManagers {
    taskmanagers: [TaskManager; 1],
}

/// The one process, as Flink shows a TaskManager. Memory is not managed, so it is 0.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaskManager {
    id: &'static str,
    path: &'static str,
    data_port: i32,
    jmx_port: i32,
    time_since_last_heartbeat: i64,
    slots_number: usize,
    free_slots: usize,
    assigned_tasks: usize,
    total_resource: Resource,
    free_resource: Resource,
    hardware: Hardware,
    memory_configuration: MemoryConfiguration,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    cpu_cores: f64,
    task_heap_memory: u64,
    task_off_heap_memory: u64,
    managed_memory: u64,
    network_memory: u64,
    extended_resources: BTreeMap<String, f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Hardware {
    cpu_cores: usize,
    physical_memory: u64,
    free_memory: u64,
    managed_memory: u64,
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct MemoryConfiguration {
    framework_heap: u64,
    task_heap: u64,
    framework_off_heap: u64,
    task_off_heap: u64,
    network_memory: u64,
    managed_memory: u64,
    jvm_metaspace: u64,
    jvm_overhead: u64,
    total_flink_memory: u64,
    total_process_memory: u64,
}

pub(super) fn taskmanagers(
    api: &Api,
    _request: &Request,
    _parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let jobs = api.cluster.jobs();
    let slots = Slots::of(&jobs);
    let running = jobs.iter().filter(|job| !job.status.is_ended());
    let vertices = running.flat_map(|job| &job.vertices);
    let resource = |slots: usize| Resource {
        cpu_cores: u32::try_from(slots).unwrap_or(u32::MAX).into(),
        task_heap_memory: 0,
        task_off_heap_memory: 0,
        managed_memory: 0,
        network_memory: 0,
        extended_resources: BTreeMap::new(),
    };
    Ok(Reply::ok(&TaskManagers {
        taskmanagers: [TaskManager {
            id: "minicluster",
            path: "minicluster",
            data_port: -1,
            jmx_port: -1,
            time_since_last_heartbeat: api.now(),
            slots_number: slots.total,
            free_slots: slots.total - slots.used,
            assigned_tasks: vertices.map(|vertex| vertex.tasks.len()).sum(),
            total_resource: resource(slots.total),
            free_resource: resource(slots.total - slots.used),
            hardware: Hardware {
                cpu_cores: std::thread::available_parallelism().map_or(1, usize::from),
                physical_memory: 0,
                free_memory: 0,
                managed_memory: 0,
            },
            memory_configuration: MemoryConfiguration::default(),
        }],
    }))
}
