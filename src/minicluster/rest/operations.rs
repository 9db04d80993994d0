//! Savepoints, stops, checkpoints and disposals: their triggers and what came of them. And a savepoint on the heap.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine};
use serde::Serialize;

use super::api::Api;
use super::body::Fields;
use super::exchange::{Reply, Request};
use super::faults::{Hindrance, Operation};
use super::refusal::Refusal;
use super::routes::Parameters;
use crate::domain::ids::TriggerId;
use crate::domain::snapshot::FormatType;
use crate::minicluster::coordinator::{
    Cluster, OperationState, Outcome, SavepointRequest, StopRequest, Throwable,
};

const SAVEPOINT_BODY: &str = "SavepointTriggerRequestBody";
const STOP_BODY: &str = "StopWithSavepointRequestBody";
const CHECKPOINT_BODY: &str = "CheckpointTriggerRequestBody";
const DISPOSAL_BODY: &str = "SavepointDisposalRequest";
/// What Flink wraps the failures of a job's operations in.
const COMPLETION: &str = "java.util.concurrent.CompletionException";

#[derive(Serialize)]
struct Triggered {
    #[serde(rename = "request-id")]
    request_id: String,
}

fn triggered(status: u16, id: TriggerId) -> Reply {
    Reply::json(
        status,
        &Triggered {
            request_id: id.to_string(),
        },
    )
}

fn chosen(api: &Api, fields: &Fields) -> Result<TriggerId, Refusal> {
    let given = fields.trigger_id()?;
    Ok(given.unwrap_or_else(|| TriggerId::from_bytes(api.random())))
}

fn format(fields: &Fields) -> Result<Option<FormatType>, Refusal> {
    let class = "org.apache.flink.core.execution.SavepointFormatType";
    let given = fields.one_of("formatType", class, &["CANONICAL", "NATIVE"])?;
    Ok(given.and_then(|format| format.parse().ok()))
}

pub(super) fn savepoint(
    api: &Api,
    request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = parameters.job()?;
    let fields = Fields::of(request, SAVEPOINT_BODY)?;
    let wanted = SavepointRequest {
        target: fields.text("target-directory")?,
        cancel_job: fields.is_true("cancel-job")?,
        format: format(&fields)?,
    };
    let id = chosen(api, &fields)?;
    api.cluster.trigger_savepoint(job, id, wanted);
    Ok(triggered(202, id))
}

pub(super) fn stop(
    api: &Api,
    request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = parameters.job()?;
    let fields = Fields::of(request, STOP_BODY)?;
    let wanted = StopRequest {
        target: fields.text("targetDirectory")?,
        drain: fields.is_true("drain")?,
        format: format(&fields)?,
    };
    let id = chosen(api, &fields)?;
    api.cluster.stop_with_savepoint(job, id, wanted);
    Ok(triggered(202, id))
}

pub(super) fn checkpoint(
    api: &Api,
    request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let job = parameters.job()?;
    let fields = Fields::of(request, CHECKPOINT_BODY)?;
    let class = "org.apache.flink.core.execution.CheckpointType";
    let types: &[&str] = &["INCREMENTAL", "CONFIGURED", "FULL"];
    if fields.one_of("checkpointType", class, types)? == Some("INCREMENTAL") {
        let refused = Throwable::new(
            "java.lang.IllegalStateException",
            "Flink does not support triggering incremental checkpoint explicitly. See FLINK-33723.",
        );
        return Err(Refusal::internal(&refused.to_string()));
    }
    let id = chosen(api, &fields)?;
    api.cluster.trigger_checkpoint(job, id);
    Ok(triggered(202, id))
}

#[derive(Serialize)]
struct Poll {
    status: StatusId,
    operation: Option<Resulted>,
}

#[derive(Serialize)]
struct StatusId {
    id: &'static str,
}

/// What came of an operation. All of its fields are absent after a disposal.
#[derive(Serialize, Default)]
struct Resulted {
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<String>,
    #[serde(rename = "checkpointId", skip_serializing_if = "Option::is_none")]
    checkpoint_id: Option<u64>,
    /// Of savepoints, stops and disposals.
    #[serde(rename = "failure-cause", skip_serializing_if = "Option::is_none")]
    failure_cause: Option<Failure>,
    /// Of checkpoints, as Flink has it.
    #[serde(rename = "failureCause", skip_serializing_if = "Option::is_none")]
    checkpoint_failure_cause: Option<Failure>,
}

/// Why something failed.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) struct Failure {
    class: String,
    stack_trace: String,
    /// Java's serialised form, which only Java could read: empty.
    serialized_throwable: &'static str,
}

impl From<&Throwable> for Failure {
    fn from(throwable: &Throwable) -> Self {
        Self {
            class: throwable.class.clone(),
            stack_trace: throwable.to_string(),
            serialized_throwable: "",
        }
    }
}

fn poll(state: OperationState, is_checkpoint: bool) -> Reply {
    let outcome = match state {
        OperationState::InProgress => {
            let status = StatusId { id: "IN_PROGRESS" };
            return Reply::ok(&Poll {
                status,
                operation: None,
            });
        }
        OperationState::Completed(outcome) => outcome,
    };
    let mut result = Resulted::default();
    match outcome {
        Outcome::Location(location) => result.location = Some(location),
        Outcome::Checkpoint(id) => result.checkpoint_id = Some(id),
        Outcome::Disposed => {}
        Outcome::Failed(why) if is_checkpoint => {
            result.checkpoint_failure_cause = Some(Failure::from(&why));
        }
        Outcome::Failed(why) => result.failure_cause = Some(Failure::from(&why)),
    }
    Reply::ok(&Poll {
        status: StatusId { id: "COMPLETED" },
        operation: Some(result),
    })
}

/// The failure of a job's operation, wrapped as Flink does it.
fn completed(state: OperationState) -> OperationState {
    match state {
        OperationState::Completed(Outcome::Failed(why)) if why.class != COMPLETION => {
            let wrapped = Throwable::new(COMPLETION, why.headline()).caused_by(why);
            OperationState::Completed(Outcome::Failed(wrapped))
        }
        state => state,
    }
}

pub(super) fn savepoint_status(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let (job, id) = (parameters.job()?, parameters.trigger()?);
    match api.cluster.savepoint_operation(job, id) {
        Some(state) => Ok(poll(completed(state), false)),
        None => Err(Refusal::handler(
            404,
            &format!("There is no savepoint operation with triggerId={id} for job {job}."),
        )),
    }
}

pub(super) fn checkpoint_status(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let (job, id) = (parameters.job()?, parameters.trigger()?);
    match api.cluster.checkpoint_operation(job, id) {
        Some(state) => Ok(poll(completed(state), true)),
        None => Err(Refusal::handler(
            404,
            &format!("There is no checkpoint operation with triggerId={id} for job {job}."),
        )),
    }
}

/// Disposals that a fault keeps from their cluster; the others are the cluster's.
#[derive(Default)]
pub(super) struct Disposals {
    hindered: Arc<Mutex<BTreeMap<TriggerId, Hindered>>>,
}

/// A disposal that a fault hinders.
struct Hindered {
    state: OperationState,
    /// When its result is forgotten; one under way has none yet.
    until: Option<Instant>,
}

/// Disposals that are hindered or remembered at a time: each that is delayed has a thread.
const MOST_HINDERED: usize = 256;

impl Disposals {
    /// Those that are not forgotten yet.
    fn known(&self) -> MutexGuard<'_, BTreeMap<TriggerId, Hindered>> {
        let mut hindered = self.hindered.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        hindered.retain(|_, one| one.until.is_none_or(|until| now < until));
        hindered
    }

    fn state(&self, id: TriggerId) -> Option<OperationState> {
        self.known().get(&id).map(|one| one.state.clone())
    }

    fn keep(&self, id: TriggerId, one: Hindered) -> Result<(), Refusal> {
        let mut known = self.known();
        if known.len() >= MOST_HINDERED {
            let text = format!(
                "{MOST_HINDERED} disposals are hindered by faults already; try again later."
            );
            return Err(Refusal::plain(503, text));
        }
        known.insert(id, one);
        Ok(())
    }

    /// Has it failed; it is told for a while.
    fn failed(&self, why: Throwable, kept: Duration, id: TriggerId) -> Result<(), Refusal> {
        let state = OperationState::Completed(Outcome::Failed(why));
        // one that lasts beyond what clocks can tell lasts for ever
        let until = Instant::now().checked_add(kept);
        self.keep(id, Hindered { state, until })
    }

    /// Begins it after a while; until then it is in progress.
    fn later(
        &self,
        delay: Duration,
        cluster: Cluster,
        location: String,
        id: TriggerId,
    ) -> Result<(), Refusal> {
        let state = OperationState::InProgress;
        self.keep(id, Hindered { state, until: None })?;
        let hindered = Arc::clone(&self.hindered);
        std::thread::spawn(move || {
            std::thread::sleep(delay);
            cluster.dispose(&location, id);
            let mut hindered = hindered.lock().unwrap_or_else(PoisonError::into_inner);
            hindered.remove(&id);
        });
        Ok(())
    }
}

pub(super) fn dispose(
    api: &Api,
    request: &Request,
    _parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let fields = Fields::of(request, DISPOSAL_BODY)?;
    let location = fields.text("savepoint-path")?.ok_or_else(|| {
        Refusal::handler(400, "Field savepoint-path must not be omitted or be null.")
    })?;
    // the one operation whose id the client does not choose
    let id = TriggerId::from_bytes(api.random());
    match api.faults.hinder(Operation::Disposal) {
        None => api.cluster.dispose(&location, id),
        Some(Hindrance::Delay(delay)) => {
            api.disposals
                .later(delay, api.cluster.clone(), location, id)?;
        }
        Some(Hindrance::Fail(message)) => {
            let what = format!("Could not dispose savepoint {location}.");
            let why = Throwable::new("java.io.IOException", message);
            let failed =
                Throwable::new("org.apache.flink.util.FlinkException", what).caused_by(why);
            let kept = api.cluster.settings().async_store;
            api.disposals.failed(failed, kept, id)?;
        }
    }
    Ok(triggered(200, id))
}

pub(super) fn disposal_status(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let id = parameters.trigger()?;
    let state = api.disposals.state(id).or_else(|| api.cluster.disposal(id));
    match state {
        Some(state) => Ok(poll(state, false)),
        None => Err(Refusal::not_found(
            "Operation not found under key: org.apache.flink.runtime.rest.handler.async.OperationKey@1f",
            &[],
        )),
    }
}

/// A savepoint on the coordinator's heap.
#[derive(Serialize)]
struct HeapSavepoint {
    location: String,
    /// Its metadata file, in base64.
    metadata: String,
}

/// The metadata of a savepoint on the coordinator's heap, which no file system holds.
pub(super) fn heap_savepoint(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let location = format!("jobmanager://savepoints/{}", parameters.text("number"));
    match api.cluster.savepoint_bytes(&location) {
        Some(bytes) => Ok(Reply::ok(&HeapSavepoint {
            location,
            metadata: BASE64_STANDARD.encode(bytes),
        })),
        None => Err(Refusal::not_found(
            &format!("There is no savepoint {location} on the heap of this cluster."),
            &[],
        )),
    }
}
