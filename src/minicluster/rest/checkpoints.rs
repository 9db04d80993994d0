//! `/jobs/:jobid/checkpoints`, its `/config` and its `/details/:checkpointid`.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::api::Api;
use super::exchange::{Reply, Request};
use super::refusal::Refusal;
use super::routes::Parameters;
use crate::minicluster::coordinator::{
    Backend, CheckpointStatus, CheckpointView, RestoredView, Retention, SubtaskCheckpointView,
    TaskCheckpointView,
};

#[derive(Serialize)]
struct Answer {
    counts: Counts,
    summary: Summary,
    latest: Latest,
    history: Vec<Entry>,
}

#[derive(Serialize)]
struct Counts {
    restored: u64,
    total: u64,
    in_progress: u64,
    completed: u64,
    failed: u64,
}

/// Over the complete snapshots of the history; Flink counts those that have left it too.
#[derive(Serialize)]
struct Summary {
    checkpointed_size: Spread,
    state_size: Spread,
    end_to_end_duration: Spread,
    alignment_buffered: Spread,
    processed_data: Spread,
    persisted_data: Spread,
}

#[derive(Serialize)]
struct Spread {
    min: i64,
    max: i64,
    avg: i64,
    p50: Quantile,
    p90: Quantile,
    p95: Quantile,
    p99: Quantile,
    p999: Quantile,
}

/// A number, or the text `NaN` of none.
struct Quantile(f64);

impl Serialize for Quantile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_nan() {
            serializer.serialize_str("NaN")
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl Spread {
    fn of(mut values: Vec<i64>) -> Self {
        values.sort_unstable();
        let quantile = |share: f64| Quantile(quantile(&values, share));
        let count = i64::try_from(values.len()).unwrap_or(i64::MAX);
        Self {
            min: values.first().copied().unwrap_or(0),
            max: values.last().copied().unwrap_or(0),
            avg: values.iter().sum::<i64>().checked_div(count).unwrap_or(0),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p95: quantile(0.95),
            p99: quantile(0.99),
            p999: quantile(0.999),
        }
    }

    /// What is never anything but 0, and for Flink also before anything was counted.
    fn zero() -> Self {
        Self::of(vec![0])
    }
}

/// As the statistics library that Flink uses: between the two values around it, and not beyond the last.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a history is short, and sizes lose no digit that counts"
)]
fn quantile(sorted: &[i64], share: f64) -> f64 {
    let value = |at: usize| sorted.get(at).map(|value| *value as f64);
    let (Some(first), Some(last)) = (value(0), value(sorted.len().wrapping_sub(1))) else {
        return f64::NAN;
    };
    let position = share * (sorted.len() + 1) as f64;
    if position < 1.0 {
        return first;
    }
    let below = position.floor();
    match (value(below as usize - 1), value(below as usize)) {
        (Some(low), Some(high)) => low + (position - below) * (high - low),
        _ => last,
    }
}

#[derive(Serialize)]
struct Latest {
    completed: Option<Entry>,
    savepoint: Option<Entry>,
    failed: Option<Entry>,
    restored: Option<Restored>,
}

#[derive(Serialize)]
struct Restored {
    id: u64,
    restore_timestamp: i64,
    is_savepoint: bool,
    external_path: Option<String>,
}

impl From<RestoredView> for Restored {
    fn from(view: RestoredView) -> Self {
        Self {
            id: view.id,
            restore_timestamp: view.restore_ms,
            is_savepoint: view.is_savepoint,
            external_path: view.external_path,
        }
    }
}

#[derive(Serialize)]
struct Entry {
    #[serde(rename = "className")]
    class_name: &'static str,
    id: u64,
    status: &'static str,
    is_savepoint: bool,
    #[serde(rename = "savepointFormat")]
    savepoint_format: Option<&'static str>,
    trigger_timestamp: i64,
    latest_ack_timestamp: i64,
    checkpointed_size: u64,
    state_size: u64,
    end_to_end_duration: i64,
    alignment_buffered: u64,
    processed_data: u64,
    persisted_data: u64,
    num_subtasks: u32,
    num_acknowledged_subtasks: u32,
    checkpoint_type: &'static str,
    tasks: BTreeMap<String, Task>,
    #[serde(flatten)]
    end: End,
}

/// What only snapshots of one status have.
#[derive(Serialize)]
#[serde(untagged)]
enum End {
    InProgress {},
    Completed {
        external_path: String,
        discarded: bool,
    },
    Failed {
        failure_timestamp: i64,
        failure_message: String,
    },
}

#[derive(Serialize)]
struct Task {
    id: u64,
    status: &'static str,
    latest_ack_timestamp: i64,
    checkpointed_size: u64,
    state_size: u64,
    end_to_end_duration: i64,
    alignment_buffered: u64,
    processed_data: u64,
    persisted_data: u64,
    num_subtasks: usize,
    num_acknowledged_subtasks: usize,
}

impl Entry {
    fn new(view: &CheckpointView) -> Self {
        let (class_name, status) = match view.status {
            CheckpointStatus::InProgress => ("in_progress", "IN_PROGRESS"),
            CheckpointStatus::Completed { .. } => ("completed", "COMPLETED"),
            CheckpointStatus::Failed { .. } => ("failed", "FAILED"),
        };
        let end = match view.status.clone() {
            CheckpointStatus::InProgress => End::InProgress {},
            CheckpointStatus::Completed {
                external_path,
                discarded,
            } => End::Completed {
                external_path,
                discarded,
            },
            CheckpointStatus::Failed {
                failure_ms,
                message,
            } => End::Failed {
                failure_timestamp: failure_ms,
                failure_message: message,
            },
        };
        let duration = match view.status {
            CheckpointStatus::Failed { failure_ms, .. } => Some(failure_ms - view.trigger_ms),
            _ => view.end_to_end_ms(),
        };
        Self {
            class_name,
            id: view.id,
            status,
            is_savepoint: view.kind.is_savepoint(),
            savepoint_format: view.format.map(|format| format.as_flink()),
            trigger_timestamp: view.trigger_ms,
            latest_ack_timestamp: view.latest_ack_ms.unwrap_or(-1),
            checkpointed_size: view.state_size,
            state_size: view.state_size,
            end_to_end_duration: duration.unwrap_or(-1),
            alignment_buffered: 0,
            processed_data: 0,
            persisted_data: 0,
            num_subtasks: view.num_subtasks,
            num_acknowledged_subtasks: view.num_acknowledged,
            checkpoint_type: view.kind.as_flink(),
            tasks: BTreeMap::new(),
            end,
        }
    }

    /// With its tasks, which only the details have.
    fn with_tasks(view: &CheckpointView) -> Self {
        let entry = Self::new(view);
        let task =
            |task: &TaskCheckpointView| (task.id.to_string(), Task::new(view, task, entry.status));
        let tasks = view.tasks.iter().map(task).collect();
        Self { tasks, ..entry }
    }
}

impl Task {
    fn new(view: &CheckpointView, task: &TaskCheckpointView, status: &'static str) -> Self {
        let done: Vec<SubtaskCheckpointView> = task.subtasks.iter().flatten().copied().collect();
        let latest = done.iter().map(|subtask| subtask.ack_ms).max();
        let size = done.iter().map(|subtask| subtask.state_size).sum();
        Self {
            id: view.id,
            status,
            latest_ack_timestamp: latest.unwrap_or(-1),
            checkpointed_size: size,
            state_size: size,
            end_to_end_duration: latest.map_or(-1, |latest| latest - view.trigger_ms),
            alignment_buffered: 0,
            processed_data: 0,
            persisted_data: 0,
            num_subtasks: task.subtasks.len(),
            num_acknowledged_subtasks: done.len(),
        }
    }
}

pub(super) fn statistics(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = api.job(parameters.job()?)?.id;
    // none for a job that never started
    let found = api.cluster.statistics(job).unwrap_or_default();
    let completed = || {
        let complete =
            |view: &&CheckpointView| matches!(view.status, CheckpointStatus::Completed { .. });
        found.history.iter().filter(complete)
    };
    let signed = |size: u64| i64::try_from(size).unwrap_or(i64::MAX);
    let sizes = || Spread::of(completed().map(|view| signed(view.state_size)).collect());
    let nothing = || Spread::of(completed().map(|_| 0).collect());
    Ok(Reply::ok(&Answer {
        counts: Counts {
            restored: found.counts.restored,
            total: found.counts.total,
            in_progress: found.counts.in_progress,
            completed: found.counts.completed,
            failed: found.counts.failed,
        },
        summary: Summary {
            checkpointed_size: sizes(),
            state_size: sizes(),
            end_to_end_duration: Spread::of(
                completed()
                    .filter_map(CheckpointView::end_to_end_ms)
                    .collect(),
            ),
            alignment_buffered: Spread::zero(),
            processed_data: nothing(),
            persisted_data: nothing(),
        },
        latest: Latest {
            completed: found.latest_completed.as_ref().map(Entry::new),
            savepoint: found.latest_savepoint.as_ref().map(Entry::new),
            failed: found.latest_failed.as_ref().map(Entry::new),
            restored: found.latest_restored.map(Restored::from),
        },
        history: found.history.iter().map(Entry::new).collect(),
    }))
}

pub(super) fn details(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = parameters.job()?;
    let wanted = parameters.checkpoint()?;
    let job = api.job(job)?.id;
    let found = api.cluster.statistics(job).unwrap_or_default();
    let latest = [
        found.latest_completed,
        found.latest_savepoint,
        found.latest_failed,
    ];
    let mut known = found.history.iter().chain(latest.iter().flatten());
    match known.find(|view| i64::try_from(view.id) == Ok(wanted)) {
        Some(view) => Ok(Reply::ok(&Entry::with_tasks(view))),
        None => Err(Refusal::handler(
            404,
            &format!("Could not find checkpointing statistics for checkpoint {wanted}."),
        )),
    }
}

#[derive(Serialize)]
struct Config {
    mode: &'static str,
    interval: i64,
    timeout: i64,
    min_pause: u32,
    max_concurrent: u32,
    externalization: Externalization,
    state_backend: &'static str,
    checkpoint_storage: &'static str,
    unaligned_checkpoints: bool,
    tolerable_failed_checkpoints: u32,
    aligned_checkpoint_timeout: u32,
    checkpoints_after_tasks_finish: bool,
    state_changelog_enabled: bool,
    changelog_periodic_materialization_interval: u32,
    changelog_storage: &'static str,
}

#[derive(Serialize)]
struct Externalization {
    enabled: bool,
    delete_on_cancellation: bool,
}

pub(super) fn config(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = api.job(parameters.job()?)?;
    let started = !job.vertices.is_empty();
    let known = |name| if started { name } else { "Unknown" };
    let interval = job.checkpoint_interval.filter(|_| started);
    let settings = api.cluster.settings();
    let millis =
        |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    Ok(Reply::ok(&Config {
        mode: if interval.is_some() {
            "exactly_once"
        } else {
            "at_least_once"
        },
        interval: interval.map_or(i64::MAX, millis),
        timeout: millis(job.checkpoint_timeout),
        min_pause: 0,
        max_concurrent: 1,
        externalization: Externalization {
            enabled: settings.retention != Retention::NoExternalizedCheckpoints,
            delete_on_cancellation: settings.retention != Retention::RetainOnCancellation,
        },
        state_backend: known("HashMapStateBackend"),
        checkpoint_storage: known(match settings.checkpoints {
            Backend::Jobmanager => "JobManagerCheckpointStorage",
            Backend::Filesystem(_) => "FileSystemCheckpointStorage",
        }),
        unaligned_checkpoints: false,
        tolerable_failed_checkpoints: 0,
        aligned_checkpoint_timeout: 0,
        checkpoints_after_tasks_finish: true,
        state_changelog_enabled: false,
        changelog_periodic_materialization_interval: 600_000,
        changelog_storage: known("memory"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_that_flink_shows() {
        // five durations of a Flink 2.3.0, and what it said of them
        let durations = Spread::of(vec![97, 21, 19, 22, 21]);
        assert_eq!((durations.min, durations.max, durations.avg), (19, 97, 36));
        let quantiles = [durations.p50.0, durations.p90.0, durations.p999.0];
        assert_eq!(quantiles, [21.0, 97.0, 97.0]);
        assert_eq!(
            serde_json::to_string(&Spread::of(Vec::new()).p50).unwrap(),
            "\"NaN\""
        );
    }
}
