//! `flink savepoint` and `flink checkpoint`.

use super::super::context::Context;
use super::super::follow::{self, Told};
use super::super::outcome::{self, Ended};
use super::super::{dispose, start};
use super::endpoint::Setup;
use super::{after, block_on, ignored, job, usage};
use crate::cli::commons_cli::Line;
use crate::cli::flink_options::Action;
use crate::domain::ids::JobId;
use crate::domain::operation::{Outcome, Verb};
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::client::TriggerRequest;

/// Runs `savepoint`.
pub fn run(line: &Line, setup: Setup) -> Result<Exit, Failure> {
    const ACTION: Action = Action::Savepoint;
    let format = job::format(ACTION, line)?;
    if let Some(location) = line.value("d") {
        return dispose_of(location, line, setup);
    }
    let id = job::id(ACTION, line.words.first().map(String::as_str))?;
    let target_directory = line.words.get(1).map(String::as_str);
    let detached = line.has("detached");
    let cx = setup.context(line)?;
    if !after(line, 2).is_empty() {
        cx.printer
            .flink("Provided more arguments than required. Ignoring not needed arguments.")?;
        ignored::say_words(&cx, after(line, 2));
    }
    say_needless_jar(&cx, line);
    let timeout = job::client_timeout(&cx)?;
    job::announce(&cx, "savepoint", id, detached)?;
    block_on(&cx, async {
        let client = cx.client().await?;
        let job = job::running(&client, id).await?;
        let request = TriggerRequest {
            target_directory,
            format: start::format(&client, Some(format))?,
            ..TriggerRequest::default()
        };
        let trigger_id = start::random_id()?;
        let verb = Verb::Trigger;
        let pending =
            start::operation(&cx, &client, verb, &job, trigger_id, request, timeout).await?;
        start::announce(&cx, &pending);
        if detached {
            cx.end(&pending);
            cx.printer.flink(format!(
                "Successfully trigger manual savepoint, triggerId: {}",
                pending.id
            ))?;
            return Ok(Exit::Success);
        }
        let made = follow::made(&cx, &client, &pending, timeout).await?;
        cx.end(&pending);
        let location = made.complete(&pending)?;
        cx.printer
            .flink(format!("Savepoint completed. Path: {location}"))?;
        cx.printer
            .flink("You can resume your program from this savepoint with the run command.")?;
        Ok(Exit::Success)
    })
}

/// Flink needs a jar for savepoints of 1.1 to 1.4 only.
fn say_needless_jar(cx: &Context, line: &Line) {
    if let Some(jar) = line.value("j") {
        cx.printer.warning(format!(
            "-j {jar} is ignored, as Flink does since 1.5: no savepoint needs its program for this"
        ));
    }
}

fn dispose_of(location: &str, line: &Line, setup: Setup) -> Result<Exit, Failure> {
    if location.is_empty() {
        return Err(usage(
            Action::Savepoint,
            "name the savepoint to be disposed of",
        ));
    }
    let cx = setup.context(line)?;
    ignored::say_words(&cx, &line.words);
    for option in ["type", "detached"]
        .iter()
        .filter(|option| line.has(option))
    {
        cx.printer.warning(format!(
            "-{option} is ignored for a disposal, as Flink does"
        ));
    }
    say_needless_jar(&cx, line);
    let timeout = job::client_timeout(&cx)?;
    cx.printer
        .flink(format!("Disposing savepoint '{location}'."))?;
    cx.printer.flink("Waiting for response...")?;
    block_on(&cx, async {
        let client = cx.client().await?;
        let limit = timeout.map(|timeout| timeout.after);
        dispose::dispose(&cx, &client, location, limit).await?;
        cx.printer
            .flink(format!("Savepoint '{location}' disposed."))?;
        Ok(Exit::Success)
    })
}

/// Runs `checkpoint`.
pub fn checkpoint(line: &Line, setup: Setup) -> Result<Exit, Failure> {
    let id = job::id(Action::Checkpoint, line.words.first().map(String::as_str))?;
    let full = line.has("full");
    let cx = setup.context(line)?;
    ignored::say_words(&cx, after(line, 1));
    let timeout = job::client_timeout(&cx)?;
    cx.printer
        .flink(format!("Triggering checkpoint for job {id}."))?;
    cx.printer.flink("Waiting for response...")?;
    block_on(&cx, async {
        let number = checkpoint_number(&cx, id, full, timeout).await?;
        let kind = if full { "(FULL)" } else { "" };
        cx.printer
            .flink(format!("Checkpoint{kind} {number} for job {id} completed."))?;
        cx.printer
            .flink("You can resume your program from this checkpoint with the run command.")?;
        Ok(Exit::Success)
    })
}

/// Takes a checkpoint, and gives back its number. Where it lies is not asked, as Flink does not tell either.
async fn checkpoint_number(
    cx: &Context,
    id: JobId,
    full: bool,
    timeout: Option<start::Timeout>,
) -> Result<u64, Failure> {
    let client = cx.client().await?;
    let job = job::running(&client, id).await?;
    let request = TriggerRequest {
        full,
        ..TriggerRequest::default()
    };
    let (verb, trigger_id) = (Verb::Checkpoint, start::random_id()?);
    let pending = start::operation(cx, &client, verb, &job, trigger_id, request, timeout).await?;
    start::announce(cx, &pending);
    let told = follow::told(cx, &client, &pending, timeout).await?;
    let ended = match told {
        Told::Outcome(Outcome::Checkpoint(number)) => {
            cx.end(&pending);
            return Ok(number);
        }
        Told::Outcome(other) => outcome::from_outcome(&client, &pending, other).await?,
        Told::Ended(ended) => ended,
    };
    cx.end(&pending);
    match ended {
        Ended::Complete {
            snapshot: Some(snapshot),
            ..
        } => Ok(snapshot.id),
        _ => {
            let what = format!(
                "a checkpoint of {} is complete, but which one the cluster does not tell",
                pending.job()
            );
            Err(Failure::new(Exit::Partial, what))
        }
    }
}
