//! `wait JOB TRIGGER_ID`: resumes waiting for an operation.

use std::time::Duration;

use clap::Args;
use jiff::Timestamp;

use super::context::{Context, Pending};
use super::start::Timeout;
use super::{dispose, follow, running, select};
use crate::cli::value;
use crate::domain::attempts::ATTEMPTS;
use crate::domain::ids::TriggerId;
use crate::domain::job::JobSelector;
use crate::domain::operation::{OperationStatus, Verb};
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::Client;
use crate::rest::client::Pollable;

/// Resume waiting for a savepoint, a stop, a checkpoint, a restore or a disposal
///
/// The words to type are printed by the command that began the operation. With --since, the result is looked for in
/// the job's checkpoint history when the cluster does not know the trigger id any more.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl wait orders 5f0d0f4c3b0e4a0d9b1f8a7c6d5e4f30\n  \
    savepointctl wait orders 5f0d0f4c3b0e4a0d9b1f8a7c6d5e4f30 --verb stop --since 2026-01-31T12:00:00Z\n  \
    savepointctl wait --dispose \"$TRIGGER_ID\"")]
pub struct WaitArgs {
    /// The job: its id, the beginning of it, or its name; not with --dispose
    #[arg(value_name = "JOB", required_unless_present = "dispose")]
    job: Option<String>,

    /// The trigger id
    #[arg(value_name = "TRIGGER_ID", required_unless_present_any = ["dispose", "running"])]
    trigger_id: Option<TriggerId>,

    /// Wait until all tasks of a job that was restored run
    #[arg(long, conflicts_with_all = ["trigger_id", "dispose", "verb", "since"])]
    running: bool,

    /// With --running: the snapshot that the job must have been restored from
    #[arg(long, value_name = "LOCATION", requires = "running")]
    from: Option<String>,

    /// Wait for the disposal with this trigger id
    #[arg(long, value_name = "TRIGGER_ID", conflicts_with_all = ["job", "trigger_id", "verb", "since"])]
    dispose: Option<TriggerId>,

    /// What was triggered: trigger, stop or checkpoint; found out if left out
    #[arg(long, value_name = "VERB")]
    verb: Option<Verb>,

    /// When it was triggered at the earliest, on the server's clock, in RFC 3339
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,

    /// Stop waiting after this time; the operation goes on (exit code 3)
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    timeout: Option<Duration>,
}

/// Runs the command.
pub async fn run(args: &WaitArgs, cx: &Context) -> Result<Exit, Failure> {
    let client = cx.client().await?;
    if let Some(id) = args.dispose {
        return dispose::resume(cx, &client, id, args.timeout).await;
    }
    let selector = JobSelector::new(args.job.as_deref().unwrap_or_default());
    if args.running {
        let job = select::any(&client, &selector).await?;
        let timeout = args.timeout.map(Timeout::begin);
        return running::until_running(cx, &client, job.id, args.from.as_deref(), timeout).await;
    }
    let Some(id) = args.trigger_id else {
        return Err(Failure::new(
            Exit::Usage,
            "give JOB and TRIGGER_ID, JOB --running, or --dispose TRIGGER_ID",
        ));
    };
    let (job, name) = match (select::any(&client, &selector).await, selector.id()) {
        (Ok(job), _) => (job.id, Some(job.name)),
        // a job that is off the list may have results yet
        (
            Err(Failure {
                exit: Exit::NotFound,
                ..
            }),
            Some(id),
        ) => (id, None),
        (Err(failure), _) => return Err(failure),
    };
    let verb = match args.verb {
        Some(verb) => verb,
        None => find_verb(&client, job, id).await?,
    };
    let pending = Pending {
        verb,
        job,
        job_name: name,
        id,
        since: args.since,
    };
    cx.begin(&pending);
    let timeout = args.timeout.map(Timeout::begin);
    follow::to_end(cx, &client, &pending, timeout).await
}

/// Finds out what runs under an id: the ids of stops are derived; checkpoints have a path of their own.
async fn find_verb(
    client: &Client,
    job: crate::domain::ids::JobId,
    id: TriggerId,
) -> Result<Verb, Failure> {
    if (0..ATTEMPTS).any(|attempt| TriggerId::derive(Verb::Stop, job, "", attempt) == id) {
        return Ok(Verb::Stop);
    }
    let known = |status| status != OperationStatus::Unknown;
    let checkpoint = Pollable::OfJob(Verb::Checkpoint, job);
    if client.version().triggers_checkpoints()
        && !known(
            client
                .status(Pollable::OfJob(Verb::Trigger, job), id)
                .await?,
        )
        && known(client.status(checkpoint, id).await?)
    {
        return Ok(Verb::Checkpoint);
    }
    Ok(Verb::Trigger)
}
