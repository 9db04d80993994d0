//! `flink stop` and `flink cancel`.

use super::super::context::Context;
use super::super::start::Timeout;
use super::super::stop::Begun;
use super::super::{cancel, follow, start};
use super::endpoint::Setup;
use super::{after, block_on, ignored, job};
use crate::cli::commons_cli::Line;
use crate::cli::flink_options::Action;
use crate::domain::ids::JobId;
use crate::domain::operation::Verb;
use crate::domain::snapshot::FormatType;
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::client::TriggerRequest;

/// The job, and where its savepoint goes. A lone word behind the option is the job, and the directory the default one.
fn job_and_directory<'a>(
    action: Action,
    line: &'a Line,
    option: &'a str,
) -> Result<(JobId, Option<&'a str>), Failure> {
    let value = line.value(option);
    match line.words.first() {
        Some(word) => Ok((job::id(action, Some(word))?, value)),
        None => Ok((job::id(action, value)?, None)),
    }
}

/// Runs `stop`.
pub fn stop(line: &Line, setup: Setup) -> Result<Exit, Failure> {
    let format = job::format(Action::Stop, line)?;
    let (id, target_directory) = job_and_directory(Action::Stop, line, "p")?;
    let (drain, detached) = (line.has("d"), line.has("detached"));
    let verb = if drain { "Draining" } else { "Suspending" };
    setup.printer().flink(format!(
        "{verb} job \"{id}\" with a {} savepoint.",
        format.as_flink()
    ))?;
    let cx = setup.context(line)?;
    ignored::say_words(&cx, after(line, 1));
    let timeout = job::client_timeout(&cx)?;
    job::announce(&cx, "stop-with-savepoint", id, detached)?;
    block_on(&cx, async {
        let client = cx.client().await?;
        let job = job::running(&client, id).await?;
        let request = TriggerRequest {
            target_directory,
            format: start::format(&client, Some(format))?,
            drain,
            ..TriggerRequest::default()
        };
        let begun = super::super::stop::begin(&cx, &client, &job, request, timeout).await?;
        let location = match (begun, detached) {
            (Begun::Pending(pending), true) => {
                cx.end(&pending);
                return told_trigger_id(&cx, &pending.id.to_string());
            }
            (Begun::Done { id, .. }, true) => return told_trigger_id(&cx, &id.to_string()),
            (Begun::Done { location, .. }, false) => location,
            (Begun::Pending(pending), false) => {
                let made = follow::made(&cx, &client, &pending, timeout).await?;
                cx.end(&pending);
                made.complete(&pending)?
            }
        };
        cx.printer
            .flink(format!("Savepoint completed. Path: {location}"))?;
        Ok(Exit::Success)
    })
}

fn told_trigger_id(cx: &Context, id: &str) -> Result<Exit, Failure> {
    cx.printer.flink(format!(
        "Successfully trigger stop-with-savepoint in detached mode, triggerId: {id}"
    ))?;
    Ok(Exit::Success)
}

/// Runs `cancel`.
pub fn cancel(line: &Line, setup: Setup) -> Result<Exit, Failure> {
    let format = job::format(Action::Cancel, line)?;
    if line.has("s") {
        return cancel_with_savepoint(line, setup, format);
    }
    let id = job::id(Action::Cancel, line.words.first().map(String::as_str))?;
    setup.printer().flink(format!("Cancelling job {id}."))?;
    let cx = setup.context(line)?;
    ignored::say_words(&cx, after(line, 1));
    if line.has("type") {
        cx.printer
            .warning("-type is ignored without -s, as Flink does");
    }
    let timeout = job::client_timeout(&cx)?;
    block_on(&cx, async {
        let client = cx.client().await?;
        let asked = within(timeout, id, cancel::ask(&client, id));
        asked.await?;
        cx.printer.flink(format!("Cancelled job {id}."))?;
        Ok(Exit::Success)
    })
}

/// Waits no longer than Flink's client would.
async fn within<T>(
    timeout: Option<Timeout>,
    id: JobId,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let Some(Timeout {
        after,
        at: Some(at),
    }) = timeout
    else {
        return work.await;
    };
    let late = |_| {
        let what = format!("timed out after {after:?}: job {id} may be cancelled yet");
        Failure::new(Exit::TimedOut, what)
    };
    tokio::time::timeout_at(at.into(), work)
        .await
        .map_err(late)?
}

fn cancel_with_savepoint(line: &Line, setup: Setup, format: FormatType) -> Result<Exit, Failure> {
    setup.printer().flink(
        "DEPRECATION WARNING: Cancelling a job with savepoint is deprecated. Use \"stop\" instead.",
    )?;
    let (id, target_directory) = job_and_directory(Action::Cancel, line, "s")?;
    let flinks = format.as_flink();
    setup.printer().flink(match target_directory {
        None => {
            format!("Cancelling job {id} with {flinks} savepoint to default savepoint directory.")
        }
        Some(directory) => format!("Cancelling job {id} with {flinks} savepoint to {directory}."),
    })?;
    let cx = setup.context(line)?;
    ignored::say_words(&cx, after(line, 1));
    let timeout = job::client_timeout(&cx)?;
    block_on(&cx, async {
        let client = cx.client().await?;
        let job = job::running(&client, id).await?;
        let request = TriggerRequest {
            target_directory,
            format: start::format(&client, Some(format))?,
            cancel: true,
            ..TriggerRequest::default()
        };
        let trigger_id = start::random_id()?;
        let verb = Verb::Trigger;
        let pending =
            start::operation(&cx, &client, verb, &job, trigger_id, request, timeout).await?;
        start::announce(&cx, &pending);
        let made = follow::made(&cx, &client, &pending, timeout).await?;
        cx.end(&pending);
        let location = made.complete(&pending)?;
        cx.printer.flink(format!(
            "Cancelled job {id}. Savepoint stored in {location}."
        ))?;
        Ok(Exit::Success)
    })
}
