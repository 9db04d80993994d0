//! What came of an operation that is over.

use std::time::{Duration, Instant};

use super::context::Pending;
use super::select;
use super::snapshots::Staleness;
use crate::domain::diagnosis::{self, Diagnosis, Kind};
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobSelector};
use crate::domain::operation::Outcome;
use crate::domain::snapshot::{History, Snapshot};
use crate::domain::throwable::Throwable;
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::Client;

/// The pause between two looks at the statistics.
const LOOK: Duration = Duration::from_millis(200);

/// How an operation ended that has made something.
#[derive(Debug)]
pub enum Ended {
    /// A savepoint or checkpoint is complete.
    Complete {
        /// Where it lies; `None` if it lies in memory only.
        location: Option<String>,
        /// What the statistics say of it, if they were looked at.
        snapshot: Option<Snapshot>,
    },
    /// The savepoint is complete, but the job did not stop.
    NotStopped {
        /// Where it lies.
        location: String,
        /// Why it did not stop.
        failure: Failure,
    },
}

/// The end that a poll has told.
pub async fn from_outcome(
    client: &Client,
    pending: &Pending,
    outcome: Outcome,
) -> Result<Ended, Failure> {
    match outcome {
        Outcome::Location(location) => Ok(Ended::Complete {
            location: Some(location),
            snapshot: None,
        }),
        Outcome::Checkpoint(id) => {
            let snapshot = look_up(client, pending, |history| {
                history
                    .all()
                    .into_iter()
                    .find(|s| s.id == id && s.is_completed())
                    .cloned()
            });
            let snapshot = match snapshot.await {
                Ok(None) => client
                    .snapshot(pending.job, id)
                    .await
                    .map_err(Failure::from),
                other => other,
            };
            let snapshot = snapshot.map_err(|failure| {
                let failure = Failure {
                    exit: Exit::Partial,
                    ..failure
                };
                failure.doing(format!(
                    "checkpoint {id} of {} is complete, but where it lies cannot be read",
                    pending.job()
                ))
            })?;
            let Some(snapshot) = snapshot else {
                let what = format!(
                    "checkpoint {id} of {} is complete, but the cluster does not say where",
                    pending.job()
                );
                return Err(Failure::new(Exit::Partial, what));
            };
            if snapshot.is_discarded() {
                let what = format!(
                    "checkpoint {id} of {} was complete, but Flink has deleted it since",
                    pending.job()
                );
                return Err(Failure::new(Exit::Partial, what).hint(
                    "a savepoint stays: `savepointctl trigger`; or retain more checkpoints",
                ));
            }
            Ok(Ended::Complete {
                location: snapshot.location().map(str::to_owned),
                snapshot: Some(snapshot),
            })
        }
        Outcome::Failed(cause) => failed(client, pending, &cause).await,
        // the client takes no such answer for an operation of a job
        Outcome::Disposed => Ok(Ended::Complete {
            location: None,
            snapshot: None,
        }),
    }
}

/// The end of an operation that has failed.
async fn failed(client: &Client, pending: &Pending, cause: &Throwable) -> Result<Ended, Failure> {
    let failure = explain(pending, cause);
    match diagnosis::diagnose(cause).kind {
        Kind::SavepointMade(location) => Ok(Ended::NotStopped { location, failure }),
        Kind::NoSuchJob => {
            let selector = JobSelector::new(pending.job.to_string());
            let job = select::any(client, &selector).await;
            Err(job
                .ok()
                .filter(|job| job.status.is_ended())
                .map_or(failure, |job| select::has_ended(&job)))
        }
        // up to 1.16 Flink blames the tasks for what no batch job can do
        Kind::NotReady if is_batch(client, pending.job).await => {
            let what = format!(
                "{} is a batch job, and batch jobs take no snapshots",
                pending.job()
            );
            Err(Failure::new(Exit::Refused, what)
                .hint("let it run to its end, or end it with `savepointctl cancel`")
                .stack(cause.text()))
        }
        Kind::Failed | Kind::NotReady | Kind::NoSnapshot => Err(failure),
    }
}

/// Whether a job is known to take no checkpoints at all: it has tasks, but no checkpoint statistics.
async fn is_batch(client: &Client, id: JobId) -> bool {
    let has_tasks = |jobs: Vec<Job>| jobs.iter().any(|job| job.id == id && job.tasks.running > 0);
    matches!(client.history(id).await, Ok(None)) && client.jobs().await.is_ok_and(has_tasks)
}

/// Says why an operation failed, in one sentence with a hint where the reason is known.
pub fn explain(pending: &Pending, cause: &Throwable) -> Failure {
    let Diagnosis {
        kind,
        sentence,
        hint,
    } = diagnosis::diagnose(cause);
    let exit = match kind {
        Kind::Failed => Exit::Failed,
        Kind::NoSuchJob | Kind::NoSnapshot => Exit::NotFound,
        Kind::NotReady => Exit::Refused,
        Kind::SavepointMade(_) => Exit::Partial,
    };
    let what = format!(
        "{} of {} failed: {sentence}",
        pending.verb.noun(),
        pending.job()
    );
    let failure = Failure::new(exit, what).stack(cause.text());
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure.hint("-v shows the server's whole text"),
    }
}

/// Looks at the statistics until `wanted` is found in them, as long as they may lag behind.
pub async fn look_up(
    client: &Client,
    pending: &Pending,
    wanted: impl Fn(&History) -> Option<Snapshot>,
) -> Result<Option<Snapshot>, Failure> {
    let mut staleness = Staleness::default();
    let started = Instant::now();
    loop {
        let asked = started.elapsed();
        let found = client
            .history(pending.job)
            .await?
            .and_then(|history| wanted(&history));
        if found.is_some() {
            return Ok(found);
        }
        if staleness.is_over(client, asked).await {
            return Ok(None);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Says why something could not be done with a snapshot; `what` begins the sentence.
pub fn explain_snapshot(what: &str, cause: &Throwable) -> Failure {
    let found = diagnosis::diagnose(cause);
    let exit = match found.kind {
        Kind::NoSnapshot => Exit::NotFound,
        _ => Exit::Failed,
    };
    let failure = Failure::new(exit, format!("{what}: {}", found.sentence)).stack(cause.text());
    failure.hint(found.hint.unwrap_or("-v shows the server's whole text"))
}
