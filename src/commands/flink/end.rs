//! The end of a program that `flink run` waits for.

use std::time::{Duration, Instant};

use super::super::context::Context;
use super::super::outcome;
use crate::domain::ids::JobId;
use crate::domain::job::{JobEnd, JobStatus};
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::flink::ProgramEnd;
use crate::rest::Client;

/// The pause between two looks at a job that has just begun.
const LOOK: Duration = Duration::from_millis(50);
/// The longest pause, of a job that runs for long.
const SLOWEST: Duration = Duration::from_secs(1);

/// Waits until a job has ended, riding out outages.
///
/// # Errors
/// A cluster that does not know the job any more, or stays away.
pub async fn until_ended(cx: &Context, client: &Client, id: JobId) -> Result<JobEnd, Failure> {
    let said = format!("waiting for job {id} to end");
    cx.printer.waiting(&said, poll(client, id)).await
}

async fn poll(client: &Client, id: JobId) -> Result<JobEnd, Failure> {
    let mut last_answer = Instant::now();
    let mut pause = LOOK;
    loop {
        match client.job_end(id).await {
            Ok(Some(Some(end))) => return Ok(end),
            Ok(Some(None)) => last_answer = Instant::now(),
            Ok(None) => {
                let what = format!("{} does not know job {id} any more", client.endpoint());
                return Err(Failure::new(Exit::NotFound, what));
            }
            Err(error)
                if error.is_no_answer() && last_answer.elapsed() < client.timing().reconnect => {}
            Err(error) => {
                let what = format!("cannot tell what became of job {id}");
                return Err(Failure::from(error).doing(what));
            }
        }
        tokio::time::sleep(pause).await;
        pause = pause.mul_f64(1.2).min(SLOWEST);
    }
}

/// Shows how a job ended.
///
/// # Errors
/// A job that was cancelled or failed.
pub async fn show(cx: &Context, client: &Client, id: JobId, end: JobEnd) -> Result<Exit, Failure> {
    match (end.status, end.cause) {
        (JobStatus::Finished, _) => {
            // Flink prints the values of its own classes, which REST gives as texts
            let accumulators = client.accumulators(id).await.unwrap_or_default();
            cx.printer
                .flink(ProgramEnd::new(id, end.net_runtime_ms, accumulators))?;
            Ok(Exit::Success)
        }
        (JobStatus::Canceled, _) => Err(Failure::new(
            Exit::Failed,
            format!("job {id} was cancelled"),
        )),
        (_, Some(cause)) => Err(outcome::explain_snapshot(
            &format!("job {id} failed"),
            &cause,
        )),
        (status, None) => {
            let what = format!("job {id} has ended as {status}");
            Err(Failure::new(Exit::Failed, what))
        }
    }
}
