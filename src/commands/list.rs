//! `list [JOB]`: the snapshots that the cluster remembers.

use clap::Args;

use super::context::Context;
use super::{select, snapshots};
use crate::domain::job::JobSelector;
use crate::error::Failure;
use crate::exit::Exit;
use crate::inventory::catalogue;
use crate::output::view::SnapshotsView;

/// List the savepoints and checkpoints that the cluster remembers, newest first
///
/// The cluster's memory is short: 10 snapshots a job by default (web.checkpoints.history). It does not notice when a
/// savepoint is disposed of or deleted: `discarded` says what the cluster itself has deleted.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  savepointctl list\n  savepointctl list orders -o json\n  savepointctl list -o name"
)]
pub struct ListArgs {
    /// Only this job: its id, the beginning of it, or its name; ended ones too
    #[arg(value_name = "JOB")]
    job: Option<String>,

    /// Checkpoints that the cluster has deleted, too
    #[arg(short, long)]
    all: bool,
}

/// Runs the command.
pub async fn run(args: &ListArgs, cx: &Context) -> Result<Exit, Failure> {
    let client = cx.client().await?;
    let mut jobs = client.jobs().await?;
    if let Some(job) = &args.job {
        let selector = JobSelector::new(job.as_str());
        let named: Vec<_> = selector.matches(&jobs).into_iter().cloned().collect();
        jobs = if named.iter().all(|other| other.name == named[0].name) {
            named
        } else {
            Vec::new()
        };
        if jobs.is_empty() {
            // says why: no such job, or several of different names
            jobs.push(select::any(&client, &selector).await?);
        }
    }
    let histories = snapshots::shown_histories(cx, &client, jobs).await?;
    let mut found = catalogue::remembered(&histories);
    found.retain(|one| args.all || !one.discarded);
    if catalogue::is_cut(&histories) {
        cx.printer.note("the cluster remembers only the latest snapshots of a job (web.checkpoints.history): there were more");
    } else if found.is_empty() {
        cx.printer
            .note(format!("{} remembers no snapshots", client.endpoint()));
    }
    cx.printer.show(&SnapshotsView::new(&found))?;
    Ok(Exit::Success)
}
