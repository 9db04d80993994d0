//! `trigger JOB [TARGET_DIR]`: takes a savepoint.

use std::time::{Duration, Instant};

use clap::Args;
use futures_util::stream::{FuturesUnordered, StreamExt};

use super::context::{Context, Pending};
use super::start::Timeout;
use super::{follow, select, start};
use crate::cli::value;
use crate::domain::attempts::{self, ATTEMPTS, Choice};
use crate::domain::ids::TriggerId;
use crate::domain::job::{Job, JobSelector};
use crate::domain::operation::Verb;
use crate::domain::snapshot::FormatType;
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::Client;
use crate::rest::client::TriggerRequest;

/// The time between two looks at a job whose tasks are not all running.
const LOOK: Duration = Duration::from_millis(200);

/// Trigger a savepoint, wait for it, and print its location
///
/// The trigger id is chosen here and printed on stderr before the wait begins, so that the wait can be resumed from
/// anywhere with `savepointctl wait`. Only a location counts as success: Flink says COMPLETED for failures too.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl trigger orders\n  \
    savepointctl trigger orders s3://bucket/savepoints --type native --timeout 30m\n  \
    savepointctl trigger orders --idempotency-key \"$CI_PIPELINE_ID\"\n  \
    savepointctl trigger --all ~/savepoints")]
pub struct TriggerArgs {
    /// The job: its id, the beginning of it, or its name
    #[arg(value_name = "JOB", required_unless_present = "all")]
    job: Option<String>,

    /// The directory that gets the savepoint's own directory; the cluster's default if left out
    #[arg(value_name = "TARGET_DIR")]
    target_dir: Option<String>,

    /// How the state is written: canonical, or native (1.15+); -type, as Flink spells it, is the same
    #[arg(long = "type", value_name = "FORMAT")]
    format: Option<FormatType>,

    /// Print the trigger id and do not wait
    #[arg(long)]
    detached: bool,

    /// Stop waiting after this time, e.g. 30m; the savepoint goes on (exit code 3)
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    timeout: Option<Duration>,

    /// First wait, for this time at most, until all tasks of the job run
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    wait_running: Option<Duration>,

    /// Make repetitions with the same key give the same savepoint (1.15+)
    ///
    /// A step that is retried with the same key joins the savepoint under way or gets the location of the finished
    /// one; after a failure it begins a new one. The promise lasts as long as the cluster remembers results:
    /// rest.async.store-duration after completion (5 minutes), or until the JobManager restarts.
    #[arg(long, value_name = "KEY", conflicts_with = "all")]
    idempotency_key: Option<String>,

    /// Take a savepoint of every running job, in parallel; one location a line
    #[arg(long)]
    all: bool,
}

impl TriggerArgs {
    /// With `--all` there is no JOB: the only word is the directory.
    fn words(&self) -> Result<(Option<JobSelector>, Option<&str>), Failure> {
        match (self.all, &self.job, &self.target_dir) {
            (true, dir, None) => Ok((None, dir.as_deref())),
            (true, Some(_), Some(_)) => Err(Failure::new(
                Exit::Usage,
                "--all takes every running job: give no JOB beside it",
            )),
            (_, job, dir) => Ok((job.clone().map(JobSelector::new), dir.as_deref())),
        }
    }
}

/// Runs the command.
pub async fn run(args: &TriggerArgs, cx: &Context) -> Result<Exit, Failure> {
    let (job, target_directory) = args.words()?;
    let client = cx.client().await?;
    let format = start::format(&client, args.format)?;
    let request = TriggerRequest {
        target_directory,
        format,
        ..TriggerRequest::default()
    };
    let Some(selector) = job else {
        return all(args, cx, &client, request).await;
    };
    let mut job = select::running(&client, &selector).await?;
    if let Some(limit) = args.wait_running {
        let said = format!("waiting for the tasks of job {} ({})", job.id, job.name);
        job = cx
            .printer
            .waiting(&said, all_tasks_run(&client, &job, limit))
            .await?;
    }
    one(args, cx, &client, &job, request).await
}

/// Takes the savepoint of one job.
async fn one(
    args: &TriggerArgs,
    cx: &Context,
    client: &Client,
    job: &Job,
    request: TriggerRequest<'_>,
) -> Result<Exit, Failure> {
    let timeout = args.timeout.map(Timeout::begin);
    let pending = match &args.idempotency_key {
        None => begin(cx, client, job, start::random_id()?, request, timeout).await?,
        Some(key) => match under_key(cx, client, job, key, request, timeout).await? {
            Keyed::Pending(pending) => pending,
            Keyed::Done { id, location } => {
                cx.printer.note(format!(
                    "the savepoint under this key is complete already, trigger id {id}"
                ));
                return follow::already_done(cx, Verb::Trigger, job, id, &location, args.detached);
            }
        },
    };
    follow::or_detach(cx, client, &pending, args.detached, timeout).await
}

async fn begin(
    cx: &Context,
    client: &Client,
    job: &Job,
    id: TriggerId,
    request: TriggerRequest<'_>,
    timeout: Option<Timeout>,
) -> Result<Pending, Failure> {
    let pending = start::operation(cx, client, Verb::Trigger, job, id, request, timeout).await?;
    start::announce(cx, &pending);
    Ok(pending)
}

/// What there is under an idempotency key.
enum Keyed {
    Pending(Pending),
    Done { id: TriggerId, location: String },
}

async fn under_key(
    cx: &Context,
    client: &Client,
    job: &Job,
    key: &str,
    request: TriggerRequest<'_>,
    timeout: Option<Timeout>,
) -> Result<Keyed, Failure> {
    if !client.version().takes_trigger_ids() {
        let what = format!(
            "Flink {} takes no trigger ids, so that --idempotency-key cannot be kept",
            client.version()
        );
        return Err(Failure::new(Exit::Refused, what).hint("it is there from 1.15 on"));
    }
    let id = |attempt| TriggerId::derive(Verb::Trigger, job.id, key, attempt);
    let statuses = start::attempts(client, Verb::Trigger, job.id, key).await?;
    match attempts::choose(&statuses) {
        Choice::Done(attempt, location) => Ok(Keyed::Done {
            id: id(attempt),
            location,
        }),
        Choice::Start(attempt) => begin(cx, client, job, id(attempt), request, timeout)
            .await
            .map(Keyed::Pending),
        Choice::Join(attempt) => {
            let (verb, name) = (Verb::Trigger, Some(job.name.clone()));
            // the start of somebody else's attempt is not known; a savepoint that is under way is younger than the job
            let pending = Pending {
                verb,
                job: job.id,
                job_name: name,
                id: id(attempt),
                since: None,
            };
            cx.begin(&pending);
            cx.printer.note(format!(
                "joined the savepoint that is under way with this key, trigger id {}",
                pending.id
            ));
            Ok(Keyed::Pending(pending))
        }
        Choice::Exhausted => {
            let what = format!("{ATTEMPTS} attempts under this key have failed");
            Err(Failure::new(Exit::Refused, what)
                .hint("see why without the key, or use another key"))
        }
    }
}

/// Takes the savepoints of all running jobs, and shows each as soon as it is there.
async fn all(
    args: &TriggerArgs,
    cx: &Context,
    client: &Client,
    request: TriggerRequest<'_>,
) -> Result<Exit, Failure> {
    let jobs: Vec<Job> = client
        .jobs()
        .await?
        .into_iter()
        .filter(|job| !job.status.is_ended())
        .collect();
    if jobs.is_empty() {
        cx.printer
            .note(format!("no job is running at {}", client.endpoint()));
        return Ok(Exit::Success);
    }
    let each = jobs.iter().map(|job| async move {
        let job = match args.wait_running {
            Some(limit) => &all_tasks_run(client, job, limit).await?,
            None => job,
        };
        one(args, cx, client, job, request).await
    });
    let mut each: FuturesUnordered<_> = each.collect();
    let mut failures = Vec::new();
    while let Some(result) = each.next().await {
        if let Err(failure) = result {
            cx.printer.failure(&failure);
            failures.push(failure.exit);
        }
    }
    let (failed, total) = (failures.len(), jobs.len());
    if failed == 0 {
        return Ok(Exit::Success);
    }
    // all failed for one reason: that reason; else something was done
    let same = failures.iter().all(|exit| *exit == failures[0]);
    let exit = if failed == total && same {
        failures[0]
    } else {
        Exit::Partial
    };
    Err(Failure::new(
        exit,
        format!("{failed} of {total} jobs have no savepoint"),
    ))
}

/// Waits until every task of a job runs.
async fn all_tasks_run(client: &Client, job: &Job, limit: Duration) -> Result<Job, Failure> {
    let started = Instant::now();
    let selector = JobSelector::new(job.id.to_string());
    loop {
        let job = select::running(client, &selector).await?;
        if job.tasks.all_run() {
            return Ok(job);
        }
        if started.elapsed() >= limit {
            let (up, total) = (
                job.tasks.running.saturating_add(job.tasks.finished),
                job.tasks.total,
            );
            let what = format!(
                "after {limit:?} only {up} of {total} tasks of job {} ({}) run",
                job.id, job.name
            );
            let hint = "are there enough slots? `savepointctl jobs` shows the state of each job";
            return Err(Failure::new(Exit::Refused, what).hint(hint));
        }
        tokio::time::sleep(LOOK).await;
    }
}
