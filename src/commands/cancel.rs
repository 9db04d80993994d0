//! `cancel JOB`: ends a job now.

use std::time::{Duration, Instant};

use clap::Args;

use super::context::Context;
use super::select;
use crate::cli::value;
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobSelector, JobStatus};
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::view::CancelView;
use crate::rest::client::NotTriggered;
use crate::rest::{self, Client};

/// The pause between two looks at the job.
const LOOK: Duration = Duration::from_millis(50);

/// End a job now, without a savepoint, and print its id when it has ended
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  savepointctl cancel orders\n  savepointctl cancel 2e8f --timeout 1m"
)]
pub struct CancelArgs {
    /// The job: its id, the beginning of it, or its name
    #[arg(value_name = "JOB")]
    job: String,

    /// Stop waiting after this time; the cancellation goes on (exit code 3)
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    timeout: Option<Duration>,
}

/// Runs the command.
pub async fn run(args: &CancelArgs, cx: &Context) -> Result<Exit, Failure> {
    let client = cx.client().await?;
    let job = select::running(&client, &JobSelector::new(args.job.as_str())).await?;
    let named = format!("job {} ({})", job.id, job.name);
    if let Err(NotTriggered { error, may_run }) = client.cancel(job.id).await {
        // 404 and 409 say that it has ended, perhaps by the first of two tries
        let has_ended = matches!(error.refusal(), Some((404 | 409, _)));
        if !has_ended && !may_run && !is_ending(&client, job.id, &error).await {
            return Err(Failure::from(error).doing(format!("cannot cancel {named}")));
        }
    }
    let said = format!("waiting for {named} to end");
    let status = cx
        .printer
        .waiting(&said, ended(&client, &job, args.timeout))
        .await?;
    cx.printer
        .show(&CancelView::new(job.id, &job.name, &status))?;
    match status {
        JobStatus::Canceled => Ok(Exit::Success),
        other => Err(Failure::new(
            Exit::Refused,
            format!("{named} has ended as {other} before it was cancelled"),
        )),
    }
}

/// Asks for the job to be cancelled, and does not wait for its end.
///
/// # Errors
/// Refusals: no such job, or one that has ended otherwise; a cluster out of reach (3 where it may be cancelled yet).
pub async fn ask(client: &Client, id: JobId) -> Result<(), Failure> {
    match client.cancel(id).await {
        Err(NotTriggered { error, may_run }) if !is_ending(client, id, &error).await => {
            // after a try whose answer was lost, the job may be gone by that one
            let is_gone = may_run && matches!(error.refusal(), Some((404 | 409, _)));
            match client.job_status(id).await {
                Ok(Some(JobStatus::Canceled)) if is_gone => return Ok(()),
                _ => {}
            }
            let failure = Failure::from(error);
            let exit = if may_run {
                Exit::TimedOut
            } else {
                failure.exit
            };
            Err(Failure { exit, ..failure }.doing(format!("cannot cancel job {id}")))
        }
        _ => Ok(()),
    }
}

/// Whether a job is being cancelled although the server failed to say so: its parts may have timed out on each other.
async fn is_ending(client: &Client, job: JobId, error: &rest::Error) -> bool {
    let ends = |status: JobStatus| {
        status.is_ended() || status == JobStatus::Other("CANCELLING".to_owned())
    };
    matches!(error.refusal(), Some((500.., _)))
        && client
            .job_status(job)
            .await
            .is_ok_and(|status| status.is_some_and(ends))
}

/// Waits until the job has ended, riding out outages.
async fn ended(client: &Client, job: &Job, limit: Option<Duration>) -> Result<JobStatus, Failure> {
    let named = format!("job {} ({})", job.id, job.name);
    let hint = "`savepointctl jobs --all` shows when it has ended";
    let started = Instant::now();
    let mut last_answer = started;
    loop {
        match client.job_status(job.id).await {
            Ok(Some(status)) if status.is_ended() => return Ok(status),
            Ok(Some(_)) => last_answer = Instant::now(),
            Ok(None) => {
                let what = format!("{} does not know {named} any more", client.endpoint());
                return Err(Failure::new(Exit::NotFound, what));
            }
            Err(error)
                if error.is_no_answer() && last_answer.elapsed() < client.timing().reconnect => {}
            Err(error) => {
                let timed_out = error.is_no_answer();
                let failure = Failure::from(error);
                let exit = if timed_out {
                    Exit::TimedOut
                } else {
                    failure.exit
                };
                let what =
                    format!("cannot tell whether {named} has ended; its cancellation was sent");
                return Err(Failure { exit, ..failure }.doing(what).hint(hint));
            }
        }
        if limit.is_some_and(|limit| started.elapsed() >= limit) {
            let what = format!("timed out: {named} is still being cancelled");
            return Err(Failure::new(Exit::TimedOut, what).hint(hint));
        }
        tokio::time::sleep(LOOK).await;
    }
}
