//! `jobs`: the cluster's jobs.

use clap::Args;

use super::context::Context;
use super::snapshots;
use super::watch::WatchArgs;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::view::{JobView, JobsView};

/// List the cluster's jobs with their last savepoint and checkpoint, and what they were restored from
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  savepointctl jobs\n  savepointctl jobs --all -o json\n  savepointctl jobs --watch"
)]
pub struct JobsArgs {
    /// Ended jobs too
    #[arg(short, long)]
    all: bool,

    #[command(flatten)]
    watch: WatchArgs,
}

/// Runs the command.
pub async fn run(args: &JobsArgs, cx: &Context) -> Result<Exit, Failure> {
    let look = async || Ok((look(args, cx).await?, Exit::Success));
    args.watch.show(cx, look).await
}

async fn look(args: &JobsArgs, cx: &Context) -> Result<JobsView, Failure> {
    let client = cx.client().await?;
    let mut jobs = client.jobs().await?;
    jobs.retain(|job| args.all || !job.status.is_ended());
    let histories = snapshots::shown_histories(cx, &client, jobs).await?;
    let jobs: Vec<JobView> = histories
        .iter()
        .map(|one| JobView::new(&one.job, one.history.as_ref()))
        .collect();
    if jobs.is_empty() {
        let running = if args.all { "" } else { "running " };
        cx.printer
            .note(format!("no {running}jobs at {}", client.endpoint()));
    }
    Ok(JobsView { jobs })
}
