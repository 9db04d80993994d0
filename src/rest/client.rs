//! The cluster as typed calls.

use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine};
use reqwest::Method;
use serde_json::{Value, json};

use super::error::Error;
use super::jars::encoded;
use super::transport::{Observer, Options, Request, SetupError, Timing, Transport, Unanswered};
use super::wire::{checkpoints, cluster, jobs, operations};
use crate::domain::diagnosis;
use crate::domain::flink_version::FlinkVersion;
use crate::domain::ids::{JobId, TriggerId};
use crate::domain::job::{Job, JobEnd, JobStatus};
use crate::domain::operation::{OperationStatus, Outcome, Verb};
use crate::domain::snapshot::{FormatType, History, Snapshot};

/// The pause before a trigger of unknown fate is repeated, beyond the repetitions of the request itself.
const TRIGGER_PAUSE: Duration = Duration::from_millis(500);

/// What a trigger asks for. What the cluster's version does not know must be left `None`.
#[derive(Debug, Clone, Copy, Default)]
pub struct TriggerRequest<'a> {
    /// The directory under which the savepoint gets its own; `None` for the cluster's default.
    pub target_directory: Option<&'a str>,
    /// How the state is written (1.15+).
    pub format: Option<FormatType>,
    /// The id that makes the trigger safe to repeat (1.15+).
    pub trigger_id: Option<TriggerId>,
    /// For a stop: let the job's time run to its end first.
    pub drain: bool,
    /// For a savepoint: cancel the job once it is complete.
    pub cancel: bool,
    /// For a checkpoint: a full one, whatever the job is configured for.
    pub full: bool,
}

/// What can be asked by its trigger id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pollable {
    /// A savepoint, a stop or a checkpoint of a job.
    OfJob(Verb, JobId),
    /// A disposal, which belongs to no job.
    Disposal,
}

impl Pollable {
    fn path(self, id: TriggerId) -> String {
        match self {
            Self::OfJob(Verb::Checkpoint, job) => format!("/jobs/{job}/checkpoints/{id}"),
            Self::OfJob(Verb::Trigger | Verb::Stop, job) => format!("/jobs/{job}/savepoints/{id}"),
            Self::Disposal => format!("/savepoint-disposal/{id}"),
        }
    }

    fn accepts(self, outcome: &Outcome) -> bool {
        match outcome {
            Outcome::Failed(_) => true,
            Outcome::Location(_) => matches!(self, Self::OfJob(Verb::Trigger | Verb::Stop, _)),
            Outcome::Checkpoint(_) => matches!(self, Self::OfJob(Verb::Checkpoint, _)),
            Outcome::Disposed => self == Self::Disposal,
        }
    }
}

/// A cluster, reached once and asked for its version.
pub struct Client {
    pub(super) transport: Transport,
    version: FlinkVersion,
    is_minicluster: bool,
}

impl Client {
    /// Makes the first contact.
    ///
    /// # Errors
    /// Settings that cannot be used, or whatever keeps the cluster from answering within `timing.connect`.
    pub async fn connect(
        options: Options,
        observer: Box<dyn Observer>,
    ) -> Result<Self, ConnectError> {
        let transport = Transport::new(options, observer)?;
        let overview: cluster::Overview = match transport.call(&Request::get("/overview")).await {
            Ok(overview) => overview,
            Err(Error::Refused { status: 404, cause }) => {
                let endpoint = transport.endpoint().to_owned();
                let what = format!("it knows no /v1/overview ({})", cause.root());
                return Err(Error::NotFlink { endpoint, what }.into());
            }
            Err(error) => return Err(error.into()),
        };
        let version = FlinkVersion::parse(&overview.flink_version);
        let commit = overview.flink_commit.unwrap_or_default();
        Ok(Self {
            transport,
            version,
            is_minicluster: commit.starts_with(cluster::MINICLUSTER),
        })
    }

    /// Whether it is the embedded runtime, which runs programs instead of jars.
    pub fn is_minicluster(&self) -> bool {
        self.is_minicluster
    }

    /// The metadata of a savepoint on a minicluster's heap, by its number; `None` if it is not there (any more).
    pub async fn heap_savepoint(&self, number: &str) -> Result<Option<Vec<u8>>, Error> {
        let path = format!("/minicluster/savepoints/{}", encoded(number));
        let answer = self
            .transport
            .call::<cluster::HeapSavepoint>(&Request::get(path))
            .await;
        let Some(found) = found(answer)? else {
            return Ok(None);
        };
        let decoded = BASE64_STANDARD.decode(found.metadata);
        decoded
            .map(Some)
            .map_err(|err| self.not_flink(format!("the savepoint's metadata is not base64: {err}")))
    }

    /// The cluster's version.
    pub fn version(&self) -> &FlinkVersion {
        &self.version
    }

    /// The endpoint as the user knows it.
    pub fn endpoint(&self) -> &str {
        self.transport.endpoint()
    }

    /// The time-outs in force.
    pub fn timing(&self) -> Timing {
        self.transport.timing
    }

    /// How often the cluster renews what it shows (`web.refresh-interval`); 3 s where it does not say.
    pub async fn refresh_interval(&self) -> Result<Duration, Error> {
        let config: cluster::Config = self.transport.call(&Request::get("/config")).await?;
        Ok(config
            .refresh_interval
            .map_or(Duration::from_secs(3), Duration::from_millis))
    }

    /// The cluster's configuration in force as (key, value); secrets are masked by the server.
    pub async fn configuration(&self) -> Result<Vec<(String, String)>, Error> {
        let entries: Vec<cluster::ConfigEntry> = self
            .transport
            .call(&Request::get("/jobmanager/config"))
            .await?;
        Ok(entries
            .into_iter()
            .map(|entry| (entry.key, entry.value))
            .collect())
    }

    /// Every job the cluster remembers, running and ended, newest first.
    pub async fn jobs(&self) -> Result<Vec<Job>, Error> {
        let overview: jobs::Overview = self.transport.call(&Request::get("/jobs/overview")).await?;
        let mut jobs: Vec<Job> = overview
            .jobs
            .into_iter()
            .filter_map(jobs::JobDetails::into_job)
            .collect();
        jobs.sort_by(|a, b| b.started.cmp(&a.started).then_with(|| a.id.cmp(&b.id)));
        Ok(jobs)
    }

    /// A job's state, from a view that is never stale; `None` if the cluster does not know the job.
    pub async fn job_status(&self, job: JobId) -> Result<Option<JobStatus>, Error> {
        if self.version.has_job_status() {
            let answer = self
                .transport
                .call::<jobs::Status>(&Request::get(format!("/jobs/{job}/status")))
                .await;
            return match answer {
                // 2.3 answers 500 and not 404 here
                Err(error) if is_unknown_job(&error) => Ok(None),
                answer => Ok(found(answer)?.map(|answer| JobStatus::parse(&answer.status))),
            };
        }
        let ids: jobs::Ids = self.transport.call(&Request::get("/jobs")).await?;
        let id = job.to_string();
        let entry = ids
            .jobs
            .iter()
            .find(|entry| entry.id.eq_ignore_ascii_case(&id));
        Ok(entry.map(|entry| JobStatus::parse(&entry.status)))
    }

    /// How a job ended; the outer `None` if the cluster does not know it, the inner one while it goes on.
    pub async fn job_end(&self, job: JobId) -> Result<Option<Option<JobEnd>>, Error> {
        let path = format!("/jobs/{job}/execution-result");
        let answer = self
            .transport
            .call::<jobs::ExecutionResult>(&Request::get(path))
            .await;
        Ok(found(answer)?.map(jobs::ExecutionResult::into_end))
    }

    /// What a program has accumulated, as (name, class, value).
    pub async fn accumulators(&self, job: JobId) -> Result<Vec<(String, String, String)>, Error> {
        let path = format!("/jobs/{job}/accumulators");
        let answer: jobs::Accumulators = self.transport.call(&Request::get(path)).await?;
        let parts = |one: jobs::Accumulator| (one.name, one.class, one.value);
        Ok(answer.user.into_iter().map(parts).collect())
    }

    /// The max parallelism that a job sets for all its operators; `None` if it sets none, is unknown, or the version does
    /// not tell.
    pub async fn max_parallelism(&self, job: JobId) -> Result<Option<u32>, Error> {
        let request = Request::get(format!("/jobs/{job}"));
        let shape = found(self.transport.call::<jobs::JobShape>(&request).await)?;
        let max = shape.and_then(|shape| shape.max_parallelism);
        Ok(max
            .and_then(|max| u32::try_from(max).ok())
            .filter(|max| *max > 0))
    }

    /// A job's checkpoint statistics, up to some seconds old; `None` if the job is unknown, takes no checkpoints, or is
    /// so new that it has none yet.
    pub async fn history(&self, job: JobId) -> Result<Option<History>, Error> {
        let path = format!("/jobs/{job}/checkpoints");
        let answer = self
            .transport
            .call::<checkpoints::Statistics>(&Request::get(path))
            .await;
        if let Err(Error::Refused { cause, .. }) = &answer
            && diagnosis::is_initializing(cause)
        {
            return Ok(None);
        }
        Ok(found(answer)?.map(checkpoints::Statistics::into_history))
    }

    /// One snapshot of a job; `None` if the statistics do not hold it (yet, or any more).
    pub async fn snapshot(
        &self,
        job: JobId,
        checkpoint_id: u64,
    ) -> Result<Option<Snapshot>, Error> {
        let path = format!("/jobs/{job}/checkpoints/details/{checkpoint_id}");
        let answer = self
            .transport
            .call::<checkpoints::Entry>(&Request::get(path))
            .await;
        Ok(found(answer)?.and_then(checkpoints::Entry::into_snapshot))
    }

    /// Triggers an operation and gives back the id under which it runs. The server accepts it for ended and unknown
    /// jobs too: what becomes of it is in the poll.
    ///
    /// With a trigger id of the caller's the request is repeated over outages of up to `timing.reconnect`, since the
    /// operation may be pending already.
    ///
    /// # Errors
    /// [`NotTriggered`] says whether the request may have arrived all the same.
    pub async fn trigger(
        &self,
        verb: Verb,
        job: JobId,
        request: TriggerRequest<'_>,
    ) -> Result<TriggerId, NotTriggered> {
        let body = operations::trigger_body(verb, &request);
        let path = match verb {
            Verb::Trigger => format!("/jobs/{job}/savepoints"),
            Verb::Stop => format!("/jobs/{job}/stop"),
            Verb::Checkpoint => format!("/jobs/{job}/checkpoints"),
        };
        let repeatable = request.trigger_id.is_some();
        let request = Request {
            method: Method::POST,
            path,
            body: Some(&body),
            shown: None,
            repeatable,
        };
        let started = Instant::now();
        let mut may_run = false;
        loop {
            let limit = self.timing().request;
            let answer: Result<operations::Triggered, _> =
                self.transport.call_for(&request, limit).await;
            let Unanswered {
                error,
                may_have_arrived,
            } = match answer {
                Ok(answer) => return self.triggered(&answer),
                Err(unanswered) => unanswered,
            };
            may_run |= may_have_arrived;
            let again = may_run
                && repeatable
                && error.is_outage()
                && started.elapsed() < self.timing().reconnect;
            if !again {
                return Err(NotTriggered { error, may_run });
            }
            tokio::time::sleep(TRIGGER_PAUSE).await;
        }
    }

    fn triggered(&self, answer: &operations::Triggered) -> Result<TriggerId, NotTriggered> {
        answer.request_id.parse().map_err(|err| NotTriggered {
            error: self.not_flink(format!("its request-id is none: {err}")),
            may_run: true,
        })
    }

    /// Asks once how far an operation is, repeating the request over short outages.
    pub async fn status(&self, what: Pollable, id: TriggerId) -> Result<OperationStatus, Error> {
        let answer = self
            .transport
            .call::<operations::Poll>(&Request::get(what.path(id)))
            .await;
        self.operation_status(what, answer)
    }

    /// As [`Client::status`], with one request only.
    pub(super) async fn status_once(
        &self,
        what: Pollable,
        id: TriggerId,
    ) -> Result<OperationStatus, Error> {
        let request = Request::get(what.path(id));
        let answer = self
            .transport
            .once::<operations::Poll>(&request, self.transport.timing.request)
            .await;
        self.operation_status(what, answer)
    }

    fn operation_status(
        &self,
        what: Pollable,
        answer: Result<operations::Poll, Error>,
    ) -> Result<OperationStatus, Error> {
        let Some(poll) = found(answer)? else {
            return Ok(OperationStatus::Unknown);
        };
        let no_result = || Error::NoResult {
            endpoint: self.endpoint().to_owned(),
        };
        match poll.into_status() {
            Ok(OperationStatus::Completed(outcome)) if !what.accepts(&outcome) => Err(no_result()),
            Ok(status) => Ok(status),
            Err(operations::NoResult) => Err(no_result()),
        }
    }

    /// Asks for the job to be cancelled. The answer comes before the job has ended.
    ///
    /// # Errors
    /// [`NotTriggered`] says whether the cancellation may have begun all the same.
    pub async fn cancel(&self, job: JobId) -> Result<(), NotTriggered> {
        let path = format!("/jobs/{job}?mode=cancel");
        let request = Request {
            method: Method::PATCH,
            path,
            body: None,
            shown: None,
            repeatable: true,
        };
        let answer = self
            .transport
            .call_for::<Value>(&request, self.timing().request)
            .await;
        answer.map(drop).map_err(NotTriggered::from)
    }

    /// Asks for a snapshot to be deleted, and gives back the trigger id. Sent once: the second of two disposals fails.
    ///
    /// # Errors
    /// [`NotTriggered`] says whether the disposal may be under way all the same.
    pub async fn dispose(&self, location: &str) -> Result<TriggerId, NotTriggered> {
        let body = json!({ "savepoint-path": location });
        let path = "/savepoint-disposal".to_owned();
        let request = Request {
            method: Method::POST,
            path,
            body: Some(&body),
            shown: None,
            repeatable: false,
        };
        let limit = self.timing().request;
        let answer: Result<operations::Triggered, _> =
            self.transport.call_for(&request, limit).await;
        self.triggered(&answer?)
    }

    pub(super) fn not_flink(&self, what: String) -> Error {
        Error::NotFlink {
            endpoint: self.endpoint().to_owned(),
            what,
        }
    }
}

/// A trigger without an answer that says so.
#[derive(Debug)]
pub struct NotTriggered {
    /// What came instead.
    pub error: Error,
    /// Whether the operation may be under way all the same: the request, or one of its repetitions, may have arrived.
    pub may_run: bool,
}

impl From<Unanswered> for NotTriggered {
    fn from(unanswered: Unanswered) -> Self {
        Self {
            error: unanswered.error,
            may_run: unanswered.may_have_arrived,
        }
    }
}

/// Turns Flink's 404 into `None`.
fn found<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(Error::Refused { status: 404, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether the root cause of a refusal is that there is no such job, whatever its status.
fn is_unknown_job(error: &Error) -> bool {
    let cause = error.refusal().map(|(_, cause)| cause.root());
    cause.is_some_and(|root| root.simple_class() == "FlinkJobNotFoundException")
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Settings that cannot be used.
    #[error(transparent)]
    Setup(#[from] SetupError),
    /// The cluster does not answer, or not like Flink.
    #[error(transparent)]
    Rest(#[from] Error),
}
