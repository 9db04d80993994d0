//! Waits for an operation to its end, and shows what it has made.

use std::time::{Duration, Instant};

use super::acknowledged;
use super::context::{Context, Pending};
use super::forgotten;
use super::outcome::{self, Ended};
use super::start::Timeout;
use crate::domain::ids::TriggerId;
use crate::domain::job::{Job, JobStatus};
use crate::domain::operation::{Outcome, Verb};
use crate::domain::snapshot::Snapshot;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::output::Format;
use crate::output::view::{OperationView, TriggerIdView};
use crate::rest::client::Pollable;
use crate::rest::poll::{self, Limits, Waited};
use crate::rest::{self, Client};

/// How long a job that has stopped may be on its way to FINISHED.
const STOPPING: Duration = Duration::from_secs(10);
/// How long the details of a result are waited for once its location is known.
const DETAILS: Duration = Duration::from_secs(5);
/// The pause between two looks at a job.
const LOOK: Duration = Duration::from_millis(200);

/// Waits for the operation and shows its result.
///
/// # Errors
/// A failure of the operation, or of waiting for it; then the command that resumes is in a hint.
pub async fn to_end(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    timeout: Option<Timeout>,
) -> Result<Exit, Failure> {
    let made = made(cx, client, pending, timeout).await?;
    let shown = show(cx, client, pending, made).await;
    // not before: whoever interrupts in between must be told how to see the result
    cx.end(pending);
    shown
}

/// Waits for the operation, or, detached, shows the trigger id and says how to wait for it.
///
/// # Errors
/// As [`to_end`].
pub async fn or_detach(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    detached: bool,
    timeout: Option<Timeout>,
) -> Result<Exit, Failure> {
    if !detached {
        return to_end(cx, client, pending, timeout).await;
    }
    let resume = cx.resume_command(pending);
    cx.end(pending);
    cx.printer.note(format!("wait for it with `{resume}`"));
    cx.printer.show(&TriggerIdView::new(
        pending.verb,
        pending.job,
        pending.id,
        resume,
    ))?;
    Ok(Exit::Success)
}

/// Shows the result of an operation that was over before it was asked for; detached, its trigger id.
///
/// # Errors
/// A stdout that takes nothing.
pub fn already_done(
    cx: &Context,
    verb: Verb,
    job: &Job,
    id: TriggerId,
    location: &str,
    detached: bool,
) -> Result<Exit, Failure> {
    if detached {
        let pending = Pending {
            verb,
            job: job.id,
            job_name: Some(job.name.clone()),
            id,
            since: None,
        };
        let resume = cx.resume_command(&pending);
        cx.printer
            .show(&TriggerIdView::new(verb, job.id, id, resume))?;
        return Ok(Exit::Success);
    }
    let view = OperationView::new(verb, job.id, Some(location))
        .job_name(Some(&job.name))
        .trigger_id(id);
    let finished = (verb == Verb::Stop).then_some(JobStatus::Finished);
    cx.printer.show(&view.job_status(finished.as_ref()))?;
    Ok(Exit::Success)
}

/// What waiting for an operation has told.
pub enum Told {
    /// What the cluster says came of it.
    Outcome(Outcome),
    /// What the checkpoint history says, where the cluster has forgotten the operation itself.
    Ended(Ended),
}

/// Waits for the operation.
async fn until_ended(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    timeout: Option<Timeout>,
) -> Result<Ended, Failure> {
    match told(cx, client, pending, timeout).await? {
        Told::Outcome(outcome) => outcome::from_outcome(client, pending, outcome).await,
        Told::Ended(ended) => Ok(ended),
    }
}

/// Waits until the cluster tells what came of the operation.
///
/// # Errors
/// A failure of waiting; then the command that resumes is in a hint.
pub async fn told(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    timeout: Option<Timeout>,
) -> Result<Told, Failure> {
    let limits = Limits {
        deadline: timeout.and_then(|timeout| timeout.at),
        reconnect: client.timing().reconnect,
    };
    let resume = || format!("resume with `{}`", cx.resume_command(pending));
    let what = Pollable::OfJob(pending.verb, pending.job);
    let said = format!("waiting for {} of {}", pending.verb.noun(), pending.job());
    let waited = cx
        .printer
        .waiting_with(
            &said,
            poll::wait(client, what, pending.id, limits),
            async || acknowledged::so_far(cx, client, pending).await,
        )
        .await;
    let doing = || {
        format!(
            "cannot tell what became of {} of {}",
            pending.verb.noun(),
            pending.job()
        )
    };
    let waited = waited
        .doing(doing)
        .map_err(|failure| failure.hint(resume()))?;
    match waited {
        Waited::Done(outcome) => Ok(Told::Outcome(outcome)),
        Waited::TimedOut => Err(still_running(pending, timeout).hint(resume())),
        Waited::OutOfReach(error) => Err(lost_contact(pending, error).hint(resume())),
        Waited::Lost => forgotten::from_history(cx, client, pending, limits)
            .await
            .map(Told::Ended),
    }
}

/// The failure of a wait during which the cluster went out of reach.
pub fn lost_contact(pending: &Pending, error: rest::Error) -> Failure {
    let (noun, job, id) = (pending.verb.noun(), pending.job(), pending.id);
    let failure = Failure {
        exit: Exit::TimedOut,
        ..Failure::from(error)
    };
    failure.doing(format!(
        "lost contact while {noun} of {job} (trigger id {id}) was pending: what became of it is not known"
    ))
}

fn still_running(pending: &Pending, timeout: Option<Timeout>) -> Failure {
    let after = timeout
        .map(|timeout| format!(" after {:?}", timeout.after))
        .unwrap_or_default();
    let (noun, job, id) = (pending.verb.noun(), pending.job(), pending.id);
    Failure::new(
        Exit::TimedOut,
        format!("timed out{after}: {noun} of {job} is still running (trigger id {id})"),
    )
}

/// What an operation has made, and what is wrong with it all the same.
pub struct Made {
    /// Where it lies; `None` if it lies in memory only.
    pub location: Option<String>,
    /// Why it is not all that was asked for.
    pub failure: Option<Failure>,
    snapshot: Option<Snapshot>,
    status: Option<JobStatus>,
}

impl Made {
    /// The location, if it is all that was asked for.
    ///
    /// # Errors
    /// What is missing; a savepoint that is there all the same is in a hint.
    pub fn complete(self, pending: &Pending) -> Result<String, Failure> {
        match (self.failure, self.location) {
            (None, Some(location)) => Ok(location),
            (Some(failure), Some(location)) => {
                Err(failure.hint(format!("the savepoint is complete: {location}")))
            }
            (Some(failure), None) => Err(failure),
            (None, None) => Err(nowhere(pending)),
        }
    }
}

fn nowhere(pending: &Pending) -> Failure {
    let what = format!(
        "{} of {} is complete, but has no location",
        pending.verb.noun(),
        pending.job()
    );
    Failure::new(Exit::Partial, what).hint(
        "it lies in the JobManager's memory; execution.checkpointing.dir (before 1.20: state.checkpoints.dir) \
         puts checkpoints into storage",
    )
}

/// Waits for the operation, and gives back what it has made.
///
/// # Errors
/// As [`to_end`], where it has made nothing.
pub async fn made(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    timeout: Option<Timeout>,
) -> Result<Made, Failure> {
    let ended = until_ended(cx, client, pending, timeout).await?;
    Ok(confirm(cx, client, pending, ended).await)
}

/// A stop is done only when the job has finished.
async fn confirm(cx: &Context, client: &Client, pending: &Pending, ended: Ended) -> Made {
    let (location, snapshot, mut failure) = match ended {
        Ended::Complete { location, snapshot } => (location, snapshot, None),
        Ended::NotStopped { location, failure } => (Some(location), None, Some(failure)),
    };
    let mut status = None;
    if pending.verb == Verb::Stop {
        match confirm_finished(cx, client, pending).await {
            Confirmed::Finished => status = Some(JobStatus::Finished),
            Confirmed::Not(other) => {
                let what = format!(
                    "the savepoint is complete, but {} is {other} instead of FINISHED",
                    pending.job()
                );
                failure = failure.or_else(|| Some(Failure::new(Exit::Partial, what)));
                status = Some(other);
            }
            Confirmed::Gone => {}
            Confirmed::Unknown(error) => {
                let what = format!(
                    "the savepoint is complete, but whether {} has finished is not known",
                    pending.job()
                );
                let unconfirmed = Failure {
                    exit: Exit::Partial,
                    ..Failure::from(error)
                }
                .doing(what);
                failure = failure.or(Some(
                    unconfirmed.hint("`savepointctl jobs --all` shows its state"),
                ));
            }
        }
    }
    Made {
        location,
        failure,
        snapshot,
        status,
    }
}

/// Shows what an operation has made.
async fn show(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    made: Made,
) -> Result<Exit, Failure> {
    let Made {
        location,
        failure,
        mut snapshot,
        status,
    } = made;
    if let (Format::Json, None, Some(location)) = (cx.printer.format(), &snapshot, &location) {
        let details = outcome::look_up(client, pending, |history| history.at(location).cloned());
        // details only: the location is what counts
        let details = tokio::time::timeout(DETAILS, details).await;
        snapshot = details.map_or(None, Result::unwrap_or_default);
    }
    let view = OperationView::new(pending.verb, pending.job, location.as_deref())
        .job_name(pending.job_name.as_deref())
        .trigger_id(pending.id)
        .job_status(status.as_ref())
        .snapshot(snapshot.as_ref());
    cx.printer.show(&view)?;
    match (failure, location) {
        (Some(failure), _) => Err(failure),
        (None, Some(_)) => Ok(Exit::Success),
        (None, None) => Err(nowhere(pending)),
    }
}

/// Whether a job has finished.
enum Confirmed {
    Finished,
    /// It is in another state.
    Not(JobStatus),
    /// The cluster, or its memory of the job, has gone: an application cluster ends with its job.
    Gone,
    /// The cluster does not tell.
    Unknown(rest::Error),
}

/// Asks for the job's state until it has ended. Flink gives a stop's location only when the job has finished, so this
/// is over at once, but for a restart.
async fn confirm_finished(cx: &Context, client: &Client, pending: &Pending) -> Confirmed {
    let started = Instant::now();
    loop {
        match client.job_status(pending.job).await {
            Ok(Some(JobStatus::Finished)) => return Confirmed::Finished,
            Ok(Some(status)) if status.is_ended() || started.elapsed() > STOPPING => {
                return Confirmed::Not(status);
            }
            Ok(Some(_)) => {}
            Ok(None) => {
                cx.printer.note(format!(
                    "the cluster does not list {} any more",
                    pending.job()
                ));
                return Confirmed::Gone;
            }
            Err(error @ rest::Error::Connect { .. }) => {
                cx.printer.note(format!(
                    "the cluster has gone since it gave the location: {error}"
                ));
                return Confirmed::Gone;
            }
            Err(error) => return Confirmed::Unknown(error),
        }
        tokio::time::sleep(LOOK).await;
    }
}
