//! `cancel JOB`: ends a job now.

use std::time::{Duration, Instant};

use clap::Args;

use super::context::Context;
use super::select;
use crate::cli::value;
use crate::domain::job::{Job, JobSelector, JobStatus};
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::output::view::CancelView;
use crate::rest::Client;

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
    if let Err(error) = client.cancel(job.id).await {
        // 404 and 409 say that it has ended, perhaps by the first of two tries
        let ended = matches!(error.refusal(), Some((404 | 409, _)));
        if !ended {
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

/// Waits until the job has ended.
async fn ended(client: &Client, job: &Job, limit: Option<Duration>) -> Result<JobStatus, Failure> {
    let started = Instant::now();
    loop {
        let status = client.job_status(job.id).await;
        match status.doing(|| {
            format!(
                "cannot tell whether job {} has ended; its cancellation was accepted",
                job.id
            )
        })? {
            Some(status) if status.is_ended() => return Ok(status),
            Some(_) => {}
            None => {
                let what = format!(
                    "{} does not know job {} any more",
                    client.endpoint(),
                    job.id
                );
                return Err(Failure::new(Exit::NotFound, what));
            }
        }
        if limit.is_some_and(|limit| started.elapsed() >= limit) {
            let what = format!(
                "timed out: job {} ({}) is still being cancelled",
                job.id, job.name
            );
            return Err(Failure::new(Exit::TimedOut, what)
                .hint("`savepointctl jobs --all` shows when it has ended"));
        }
        tokio::time::sleep(LOOK).await;
    }
}
