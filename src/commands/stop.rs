//! `stop JOB`: stop with savepoint.

use std::time::{Duration, Instant};

use clap::Args;

use super::context::{Context, Pending};
use super::start::Timeout;
use super::{follow, select, start};
use crate::cli::value;
use crate::domain::attempts::{self, ATTEMPTS, Choice};
use crate::domain::ids::TriggerId;
use crate::domain::job::{Job, JobSelector, JobStatus};
use crate::domain::operation::Verb;
use crate::domain::snapshot::{FormatType, SnapshotStatus};
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::Client;
use crate::rest::client::TriggerRequest;

/// How long the statistics may show a stop that is over (`web.refresh-interval` is 3 s).
const STALE: Duration = Duration::from_secs(5);
/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(250);

/// Stop a job with a savepoint, and print the savepoint's location
///
/// Done only when the savepoint has a location and the job is FINISHED. A stop that is already under way through this
/// tool is joined, from wherever it was begun; one of somebody else's is refused, because a second stop makes Flink
/// fail both, and the job with them.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl stop orders\n  \
    savepointctl stop orders --drain -p ~/savepoints\n  \
    location=$(savepointctl stop orders) && echo \"$location\"")]
pub struct StopArgs {
    /// The job: its id, the beginning of it, or its name
    #[arg(value_name = "JOB")]
    job: String,

    /// The directory that gets the savepoint's own directory; the cluster's default if left out
    #[arg(short = 'p', long, value_name = "DIR", visible_alias = "savepointPath")]
    savepoint_dir: Option<String>,

    /// Send the maximum watermark first: windows close, timers fire, and the job cannot go on from where it was
    #[arg(short, long)]
    drain: bool,

    /// How the state is written: canonical, or native (1.15+); -type, as Flink spells it, is the same
    #[arg(long = "type", value_name = "FORMAT")]
    format: Option<FormatType>,

    /// Print the trigger id and do not wait
    #[arg(long)]
    detached: bool,

    /// Stop waiting after this time, e.g. 30m; the stop goes on (exit code 3)
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    timeout: Option<Duration>,
}

/// Runs the command.
pub async fn run(args: &StopArgs, cx: &Context) -> Result<Exit, Failure> {
    let client = cx.client().await?;
    let format = start::format(&client, args.format)?;
    let job = select::running(&client, &JobSelector::new(args.job.as_str())).await?;
    let target_directory = args.savepoint_dir.as_deref();
    let request = TriggerRequest {
        target_directory,
        format,
        drain: args.drain,
        ..TriggerRequest::default()
    };
    let timeout = args.timeout.map(Timeout::begin);
    let pending = match begin(cx, &client, &job, request, timeout).await? {
        Begun::Pending(pending) => pending,
        Begun::Done { id, location } => {
            cx.printer.note(format!(
                "the job was stopped by another stop in the meantime, trigger id {id}"
            ));
            return follow::already_done(cx, Verb::Stop, &job, id, &location, args.detached);
        }
    };
    follow::or_detach(cx, &client, &pending, args.detached, timeout).await
}

/// What came of the wish to stop a job.
pub enum Begun {
    /// It is being stopped.
    Pending(Pending),
    /// Another stop of ours has done it.
    Done {
        /// That stop's trigger id.
        id: TriggerId,
        /// Where its savepoint lies.
        location: String,
    },
}

/// Begins a stop, or joins one of ours that is under way.
///
/// # Errors
/// Refusals; a stop of somebody else's that is under way (7).
pub async fn begin(
    cx: &Context,
    client: &Client,
    job: &Job,
    request: TriggerRequest<'_>,
    timeout: Option<Timeout>,
) -> Result<Begun, Failure> {
    if !client.version().takes_trigger_ids() {
        cx.printer.note(format!(
            "Flink {} takes no trigger ids: stops from several shells cannot be joined, only refused as far as the \
             checkpoint statistics show them",
            client.version()
        ));
        if let Some(failure) = pending_elsewhere(client, job).await? {
            return Err(failure);
        }
        let pending = start::operation(
            cx,
            client,
            Verb::Stop,
            job,
            start::random_id()?,
            request,
            timeout,
        )
        .await?;
        start::announce(cx, &pending);
        return Ok(Begun::Pending(pending));
    }
    let started = Instant::now();
    loop {
        // the statistics first: a stop of ours that begins in between is then seen as ours
        let elsewhere = pending_elsewhere(client, job).await?;
        let statuses = start::attempts(client, Verb::Stop, job.id, "").await?;
        let mut choice = attempts::choose(&statuses);
        if let Choice::Done(attempt, location) = choice {
            if client.job_status(job.id).await? == Some(JobStatus::Finished) {
                return Ok(Begun::Done {
                    id: id(job, attempt),
                    location,
                });
            }
            // that stop ended an earlier run under the same job id
            choice = attempts::after(attempt);
        }
        match (choice, elsewhere) {
            (Choice::Join(attempt), _) => {
                return Ok(Begun::Pending(join(cx, job, id(job, attempt), request)));
            }
            (_, Some(_)) if started.elapsed() < STALE => tokio::time::sleep(LOOK).await,
            (_, Some(failure)) => return Err(failure),
            (Choice::Start(attempt), None) => {
                let pending = start::operation(
                    cx,
                    client,
                    Verb::Stop,
                    job,
                    id(job, attempt),
                    request,
                    timeout,
                )
                .await?;
                start::announce(cx, &pending);
                return Ok(Begun::Pending(pending));
            }
            (Choice::Exhausted | Choice::Done(..), None) => {
                let what = format!(
                    "{ATTEMPTS} stops of job {} ({}) have failed one after the other",
                    job.id, job.name
                );
                return Err(Failure::new(Exit::Refused, what).hint(
                    "find the reason first; the cluster forgets them after 5 minutes (rest.async.store-duration)",
                ));
            }
        }
    }
}

fn id(job: &Job, attempt: u32) -> TriggerId {
    TriggerId::derive(Verb::Stop, job.id, "", attempt)
}

fn join(cx: &Context, job: &Job, id: TriggerId, request: TriggerRequest<'_>) -> Pending {
    let pending = Pending {
        verb: Verb::Stop,
        job: job.id,
        job_name: Some(job.name.clone()),
        id,
        since: None,
    };
    cx.begin(&pending);
    cx.printer.note(format!(
        "joined the stop of {} that is under way, trigger id {id}",
        pending.job()
    ));
    if request.drain || request.target_directory.is_some() || request.format.is_some() {
        cx.printer.warning(
            "the stop under way was begun with its own options: the ones given here do not apply",
        );
    }
    pending
}

/// The refusal to stop a job that is being stopped already, if the statistics show a stop.
async fn pending_elsewhere(client: &Client, job: &Job) -> Result<Option<Failure>, Failure> {
    let Some(history) = client.history(job.id).await? else {
        return Ok(None);
    };
    let Some(stop) = history.pending_stop() else {
        return Ok(None);
    };
    debug_assert_eq!(stop.status, SnapshotStatus::InProgress);
    let what = format!(
        "job {} ({}) is being stopped by somebody else since {}: a second stop would fail both, and the job",
        job.id, job.name, stop.triggered
    );
    Ok(Some(Failure::new(Exit::Refused, what).hint(
        "wait until it is over: `savepointctl jobs --all` shows the job",
    )))
}
