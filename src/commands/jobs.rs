//! `jobs`: the cluster's jobs.

use clap::Args;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::context::Context;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::view::{JobView, JobsView};

/// How many jobs' statistics are asked for at once.
const STATISTICS_CONCURRENCY: usize = 8;

/// List the cluster's jobs with their last savepoint and checkpoint, and what they were restored from
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  savepointctl jobs\n  savepointctl jobs --all -o json")]
pub struct JobsArgs {
    /// Ended jobs too
    #[arg(short, long)]
    all: bool,
}

/// Runs the command.
pub async fn run(args: &JobsArgs, cx: &Context) -> Result<Exit, Failure> {
    let client = cx.client().await?;
    let mut jobs = client.jobs().await?;
    jobs.retain(|job| args.all || !job.status.is_ended());
    let statistics = jobs.iter().map(|job| {
        let client = &client;
        async move {
            let history = match client.history(job.id).await {
                // a job that is starting or recovering: that it exists is worth more than its statistics
                Err(error) if error.refusal().is_some() => {
                    let what = format!("job {} shows no checkpoint statistics: {error}", job.id);
                    cx.printer.note(what);
                    None
                }
                other => other?,
            };
            Ok::<_, Failure>(JobView::new(job, history.as_ref()))
        }
    });
    let jobs: Vec<JobView> = stream::iter(statistics)
        .buffered(STATISTICS_CONCURRENCY)
        .try_collect()
        .await?;
    if jobs.is_empty() {
        let running = if args.all { "" } else { "running " };
        cx.printer
            .note(format!("no {running}jobs at {}", client.endpoint()));
    }
    cx.printer.show(&JobsView { jobs })?;
    Ok(Exit::Success)
}
