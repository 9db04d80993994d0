//! `checkpoint JOB`: takes a checkpoint.

use std::time::Duration;

use clap::Args;

use super::context::Context;
use super::start::Timeout;
use super::{follow, select, start};
use crate::cli::value;
use crate::domain::job::JobSelector;
use crate::domain::operation::Verb;
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::client::TriggerRequest;

/// Trigger a checkpoint (1.17+), wait for it, and print its location
///
/// The checkpoint belongs to Flink: it is deleted when a newer one completes, unless checkpoints are retained.
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  savepointctl checkpoint orders\n  savepointctl checkpoint orders -o json"
)]
pub struct CheckpointArgs {
    /// The job: its id, the beginning of it, or its name
    #[arg(value_name = "JOB")]
    job: String,

    /// Print the trigger id and do not wait
    #[arg(long)]
    detached: bool,

    /// Stop waiting after this time, e.g. 5m; the checkpoint goes on (exit code 3)
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    timeout: Option<Duration>,
}

/// Runs the command.
pub async fn run(args: &CheckpointArgs, cx: &Context) -> Result<Exit, Failure> {
    let client = cx.client().await?;
    let job = select::running(&client, &JobSelector::new(args.job.as_str())).await?;
    if !client.version().triggers_checkpoints() {
        let what = format!(
            "Flink {} takes checkpoints on its own only; on request since 1.17",
            client.version()
        );
        return Err(
            Failure::new(Exit::Refused, what).hint("take a savepoint: `savepointctl trigger JOB`")
        );
    }
    let id = start::random_id()?;
    let timeout = args.timeout.map(Timeout::begin);
    let pending = start::operation(
        cx,
        &client,
        Verb::Checkpoint,
        &job,
        id,
        TriggerRequest::default(),
        timeout,
    )
    .await?;
    start::announce(cx, &pending);
    follow::or_detach(cx, &client, &pending, args.detached, timeout).await
}
