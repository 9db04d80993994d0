//! Begins an operation, once, however often the network makes us ask.

use std::time::{Duration, Instant};

use super::context::{Context, Pending};
use super::outcome;
use crate::domain::attempts::ATTEMPTS;
use crate::domain::ids::{JobId, TriggerId};
use crate::domain::job::Job;
use crate::domain::operation::{OperationStatus, Verb};
use crate::domain::snapshot::FormatType;
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::Client;
use crate::rest::client::{NotTriggered, Pollable, TriggerRequest};

/// How long a user lets us wait for an operation, from before it is begun.
#[derive(Debug, Clone, Copy)]
pub struct Timeout {
    /// As it was given.
    pub after: Duration,
    /// When it is over; `None` for a time that no clock reaches.
    pub at: Option<Instant>,
}

impl Timeout {
    /// The time runs from now on.
    pub fn begin(after: Duration) -> Self {
        let at = Instant::now().checked_add(after);
        Self { after, at }
    }
}

/// Begins an operation under `id`, or on an old server under an id of the server's. There the answer to the trigger is
/// waited for past the time-out, since it alone tells the id.
///
/// # Errors
/// Refusals (1, or as the reason says 4 or 7); an operation that may be under way although nothing was heard of it (3, with the command that
/// resumes, or 5 where the server takes no trigger ids).
pub async fn operation(
    cx: &Context,
    client: &Client,
    verb: Verb,
    job: &Job,
    id: TriggerId,
    request: TriggerRequest<'_>,
    timeout: Option<Timeout>,
) -> Result<Pending, Failure> {
    let takes_ids = client.version().takes_trigger_ids();
    let request = TriggerRequest {
        trigger_id: takes_ids.then_some(id),
        ..request
    };
    let mut pending = Pending {
        verb,
        job: job.id,
        job_name: Some(job.name.clone()),
        id,
        since: job.now(),
    };
    if takes_ids {
        // before the first byte is sent: whoever interrupts from here on must be told the id
        cx.begin(&pending);
    }
    let trigger = async {
        let triggered = client.trigger(verb, job.id, request).await;
        match triggered {
            // a failure inside the server, such as a time-out between its parts, does not say that nothing was begun
            Err(NotTriggered { ref error, .. })
                if takes_ids
                    && matches!(error.refusal(), Some((500.., _)))
                    && may_run(client, &pending).await =>
            {
                Ok(id)
            }
            other => other,
        }
    };
    let triggered = match timeout.filter(|_| takes_ids) {
        Some(Timeout {
            after,
            at: Some(at),
        }) => match tokio::time::timeout_at(at.into(), trigger).await {
            Ok(triggered) => triggered,
            Err(_) => return Err(unanswered(cx, &pending, after)),
        },
        _ => trigger.await,
    };
    match triggered {
        Ok(server_id) => {
            pending.id = server_id;
            if !takes_ids {
                cx.begin(&pending);
            }
            Ok(pending)
        }
        Err(not_triggered) => {
            cx.end(&pending);
            Err(why_not(cx, &pending, takes_ids, not_triggered))
        }
    }
}

/// Whether an operation runs, or may run for all that the cluster lets us know.
async fn may_run(client: &Client, pending: &Pending) -> bool {
    let what = Pollable::OfJob(pending.verb, pending.job);
    let status = client.status(what, pending.id).await;
    !matches!(status, Ok(OperationStatus::Unknown))
}

fn unanswered(cx: &Context, pending: &Pending, after: Duration) -> Failure {
    let (noun, job, id) = (pending.verb.noun(), pending.job(), pending.id);
    let what = format!(
        "timed out after {after:?} while {noun} of {job} was triggered (trigger id {id}): whether it runs is not known"
    );
    Failure::new(Exit::TimedOut, what).hint(format!("resume with `{}`", cx.resume_command(pending)))
}

fn why_not(
    cx: &Context,
    pending: &Pending,
    takes_ids: bool,
    not_triggered: NotTriggered,
) -> Failure {
    let NotTriggered { error, may_run } = not_triggered;
    if let Some((_, cause)) = error.refusal() {
        return outcome::explain(pending, cause);
    }
    let failure = Failure::from(error);
    let (noun, job) = (pending.verb.noun(), pending.job());
    match (may_run, takes_ids) {
        (false, _) => failure.doing(format!("cannot trigger {noun} of {job}; nothing was begun")),
        (true, true) => Failure { exit: Exit::TimedOut, ..failure }
            .doing(format!(
                "lost contact while {noun} of {job} was triggered (trigger id {}): whether it runs is not known",
                pending.id
            ))
            .hint(format!("resume with `{}`", cx.resume_command(pending))),
        (true, false) => failure
            .doing(format!("lost contact while {noun} of {job} was triggered: whether it runs is not known"))
            .hint("before 1.15 Flink takes no trigger ids: see with `savepointctl jobs` whether a new savepoint appears"),
    }
}

/// A trigger id that nobody has used.
///
/// # Errors
/// A system without randomness.
pub fn random_id() -> Result<TriggerId, Failure> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|err| {
        Failure::new(
            Exit::Failed,
            format!("the system gives no random numbers: {err}"),
        )
    })?;
    Ok(TriggerId::from_bytes(bytes))
}

/// What the cluster says of each attempt under a key, in the attempts' order.
///
/// # Errors
/// Whatever keeps the cluster from answering.
pub async fn attempts(
    client: &Client,
    verb: Verb,
    job: JobId,
    key: &str,
) -> Result<Vec<OperationStatus>, Failure> {
    let mut statuses = Vec::new();
    for attempt in 0..ATTEMPTS {
        let id = TriggerId::derive(verb, job, key, attempt);
        statuses.push(client.status(Pollable::OfJob(verb, job), id).await?);
    }
    Ok(statuses)
}

/// The format to send: what the server does not know is left out, and refused where leaving it out changes the result.
///
/// # Errors
/// A native savepoint from a server that writes none (7).
pub fn format(client: &Client, format: Option<FormatType>) -> Result<Option<FormatType>, Failure> {
    match format {
        Some(FormatType::Native) if !client.version().takes_trigger_ids() => {
            let what = format!(
                "Flink {} writes canonical savepoints only; native ones exist since 1.15",
                client.version()
            );
            Err(Failure::new(Exit::Refused, what).hint("leave --type out"))
        }
        Some(_) if !client.version().takes_trigger_ids() => Ok(None),
        format => Ok(format),
    }
}

/// Says that an operation has begun, and under which id.
pub fn announce(cx: &Context, pending: &Pending) {
    cx.printer.note(format!(
        "triggered {} of {}, trigger id {}",
        pending.verb.noun(),
        pending.job(),
        pending.id
    ));
}
