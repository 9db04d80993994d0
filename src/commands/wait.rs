//! `wait JOB TRIGGER_ID`: resumes waiting for an operation.

use std::time::{Duration, Instant};

use clap::Args;
use jiff::Timestamp;

use super::context::{Context, Pending};
use super::{follow, select};
use crate::cli::value;
use crate::domain::attempts::ATTEMPTS;
use crate::domain::diagnosis;
use crate::domain::ids::TriggerId;
use crate::domain::job::JobSelector;
use crate::domain::operation::{OperationStatus, Outcome, Verb};
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::output::view::DisposalView;
use crate::rest::Client;
use crate::rest::client::Pollable;
use crate::rest::poll::{self, Limits, Waited};

/// Resume waiting for a savepoint, a stop, a checkpoint or a disposal
///
/// The words to type are printed by the command that began the operation. With --since, the result is looked for in
/// the job's checkpoint history when the cluster does not know the trigger id any more.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl wait orders 5f0d0f4c3b0e4a0d9b1f8a7c6d5e4f30\n  \
    savepointctl wait orders 5f0d0f4c3b0e4a0d9b1f8a7c6d5e4f30 --verb stop --since 2026-01-31T12:00:00Z\n  \
    savepointctl wait --dispose 5f0d0f4c3b0e4a0d9b1f8a7c6d5e4f30")]
pub struct WaitArgs {
    /// The job: its id, the beginning of it, or its name; not with --dispose
    #[arg(value_name = "JOB", required_unless_present = "dispose")]
    job: Option<String>,

    /// The trigger id
    #[arg(value_name = "TRIGGER_ID", required_unless_present = "dispose")]
    trigger_id: Option<TriggerId>,

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
        return disposal(args, cx, &client, id).await;
    }
    let (Some(job), Some(id)) = (&args.job, args.trigger_id) else {
        return Err(Failure::new(
            Exit::Usage,
            "give JOB and TRIGGER_ID, or --dispose TRIGGER_ID",
        ));
    };
    let selector = JobSelector::new(job.as_str());
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
    follow::to_end(cx, &client, &pending, args.timeout).await
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

async fn disposal(
    args: &WaitArgs,
    cx: &Context,
    client: &Client,
    id: TriggerId,
) -> Result<Exit, Failure> {
    let deadline = args
        .timeout
        .and_then(|limit| Instant::now().checked_add(limit));
    let limits = Limits {
        deadline,
        reconnect: client.timing().reconnect,
    };
    cx.begin_disposal(id);
    let said = format!("waiting for the disposal {id}");
    let waited = cx
        .printer
        .waiting(&said, poll::wait(client, Pollable::Disposal, id, limits))
        .await;
    let resume = format!("resume with `{}`", cx.resume_disposal(id));
    let doing = || format!("cannot tell what became of disposal {id}");
    match waited
        .doing(doing)
        .map_err(|failure| failure.hint(resume.clone()))?
    {
        Waited::Done(Outcome::Failed(cause)) => {
            let found = diagnosis::diagnose(&cause);
            Err(Failure::new(
                Exit::Failed,
                format!("disposal {id} failed: {}", found.sentence),
            )
            .stack(cause.text()))
        }
        Waited::Done(_) => {
            cx.printer.note(format!("disposal {id} is done"));
            cx.printer.show(&DisposalView::new(id))?;
            Ok(Exit::Success)
        }
        Waited::TimedOut => Err(Failure::new(
            Exit::TimedOut,
            format!("timed out: disposal {id} is still running"),
        )
        .hint(resume)),
        Waited::OutOfReach(error) => {
            let failure = Failure {
                exit: Exit::TimedOut,
                ..Failure::from(error)
            };
            Err(failure
                .doing(format!("lost contact while disposal {id} was pending"))
                .hint(resume))
        }
        Waited::Lost => {
            let what = format!("{} does not know disposal {id}", client.endpoint());
            Err(Failure::new(Exit::NotFound, what)
                .hint("results are kept for 5 minutes (rest.async.store-duration), and until the JobManager restarts"))
        }
    }
}
