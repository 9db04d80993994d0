//! `cancel JOB`: ends a job now.

use std::time::{Duration, Instant};

use clap::Args;

use super::context::Context;
use super::select;
use crate::cli::value;
use crate::domain::job::{Job, JobSelector, JobStatus};
use crate::domain::throwable::Exception;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::view::CancelView;
use crate::rest::Client;
use crate::rest::client::NotTriggered;

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
        // 404 and 409 say that it has ended, perhaps by the first of two tries; a time-out inside says nothing. What
        // was refused in so many words was not done: nobody would ever see the job end
        let is_open = error.refusal().is_some_and(|(status, cause)| {
            let timed_out = |exception: &Exception| exception.simple_class() == "TimeoutException";
            matches!(status, 404 | 409 | 504) || cause.chain().iter().any(timed_out)
        });
        if !is_open && !may_run {
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
            let what = format!("timed out: {named} has not ended yet; its cancellation was sent");
            return Err(Failure::new(Exit::TimedOut, what).hint(hint));
        }
        tokio::time::sleep(LOOK).await;
    }
}
