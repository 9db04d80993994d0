//! What several actions read from their words and ask of the cluster.

use super::super::context::Context;
use super::super::select;
use super::super::start::Timeout;
use super::usage;
use crate::cli::commons_cli::Line;
use crate::cli::flink_options::Action;
use crate::cli::value;
use crate::domain::ids::JobId;
use crate::domain::job::Job;
use crate::domain::snapshot::FormatType;
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::Client;

/// The job id that was typed: Flink takes ids only.
pub fn id(action: Action, word: Option<&str>) -> Result<JobId, Failure> {
    let Some(word) = word else {
        return Err(usage(action, "name the job by its id"));
    };
    word.parse().map_err(|err| {
        usage(action, format!("{err}")).hint(format!(
            "`savepointctl {}` takes names and beginnings of ids too",
            match action {
                Action::Savepoint => "trigger",
                other => other.word(),
            }
        ))
    })
}

/// The savepoint format of `-type`; Flink's default is canonical.
pub fn format(action: Action, line: &Line) -> Result<FormatType, Failure> {
    match line.value("type") {
        None => Ok(FormatType::Canonical),
        Some(text) => text.parse().map_err(|err: String| usage(action, err)),
    }
}

/// How long Flink's own client would wait: only where somebody has set it.
pub fn client_timeout(cx: &Context) -> Result<Option<Timeout>, Failure> {
    let settings = cx.settings()?;
    let Some((key, found)) = settings
        .flink
        .first(&["client.timeout", "akka.client.timeout"])
    else {
        return Ok(None);
    };
    let after = value::flink_duration(&found.value)
        .map_err(|err| Failure::new(Exit::Usage, format!("{key} ({}) {err}", found.source)))?;
    Ok(Some(Timeout::begin(after)))
}

/// The running job with this id.
///
/// # Errors
/// No such job (4), or one that has ended (7).
pub async fn running(client: &Client, id: JobId) -> Result<Job, Failure> {
    let jobs = client.jobs().await?;
    match jobs.into_iter().find(|job| job.id == id) {
        Some(job) if job.status.is_ended() => Err(select::has_ended(&job)),
        Some(job) => Ok(job),
        None => {
            let what = format!("{} knows no job {id}", client.endpoint());
            Err(Failure::new(Exit::NotFound, what).hint("`savepointctl flink list -a` lists them"))
        }
    }
}

/// Flink's lines before it triggers an operation of a job.
///
/// # Errors
/// A stdout that takes nothing.
pub fn announce(cx: &Context, operation: &str, id: JobId, detached: bool) -> Result<(), Failure> {
    if detached {
        return cx.printer.flink(format!(
            "Triggering {operation} in detached mode for job {id}."
        ));
    }
    cx.printer
        .flink(format!("Triggering {operation} for job {id}."))?;
    cx.printer.flink("Waiting for response...")
}
