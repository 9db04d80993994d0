//! `list [JOB]`: the snapshots that the cluster remembers, and those that lie in storage.

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::context::Context;
use super::roots::{self, Looked};
use super::watch::WatchArgs;
use super::{select, snapshots};
use crate::cli::dirs::DirArgs;
use crate::cli::since::Since;
use crate::domain::ids::JobId;
use crate::domain::job::JobSelector;
use crate::error::Failure;
use crate::exit::Exit;
use crate::inventory::catalogue::{self, JobHistory};
use crate::inventory::known::{self, Known, Order};
use crate::output::view::SnapshotsView;
use crate::rest::Client;

/// List the savepoints and checkpoints that the cluster remembers and that lie in storage, newest first
///
/// The cluster's memory is short: 10 snapshots a job by default (web.checkpoints.history). Storage is looked through
/// below --dir, else below the savepoint and checkpoint directories of the cluster's configuration, else of the local
/// one. A snapshot that both know is told once. What has no _metadata is shown as incomplete, and what cannot be decoded
/// as broken. With --dir no cluster need be named, and one that cannot be reached is only noted.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl list\n  \
    savepointctl list orders -o json\n  \
    savepointctl list --dir s3://bucket/savepoints --since 7d --sort size\n  \
    savepointctl list --dir ~/savepoints --dir ~/checkpoints -o name")]
pub struct ListArgs {
    /// Only this job: its id, the beginning of it, or its name; ended ones too
    #[arg(value_name = "JOB")]
    job: Option<String>,

    #[command(flatten)]
    dirs: DirArgs,

    /// Checkpoints that the cluster has deleted, too
    #[arg(short, long)]
    all: bool,

    /// What to sort by
    #[arg(long, value_name = "ORDER", value_enum, default_value_t)]
    sort: SortBy,

    /// Show no more than so many
    #[arg(long, value_name = "N")]
    limit: Option<usize>,

    /// Only those taken since then: 2026-11-23T08:00:00Z, '2026-11-23 08:00', 2026-11-23, or so long ago: 7d
    #[arg(long, value_name = "TIME")]
    since: Option<Since>,

    /// Ask no cluster, even if one is named
    #[arg(long)]
    no_cluster: bool,

    /// Look into no storage
    #[arg(long, conflicts_with_all = ["dirs", "no_cluster"])]
    no_storage: bool,

    #[command(flatten)]
    watch: WatchArgs,
}

/// An order of snapshots.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum SortBy {
    /// The latest first
    #[default]
    Time,
    /// The largest state first
    Size,
    /// By job, of each the latest first
    Job,
    /// By location
    Location,
}

/// Runs the command.
pub async fn run(args: &ListArgs, cx: &Context) -> Result<Exit, Failure> {
    args.watch.show(cx, async || look(args, cx).await).await
}

async fn look(args: &ListArgs, cx: &Context) -> Result<(SnapshotsView, Exit), Failure> {
    let client = if args.no_cluster {
        None
    } else {
        snapshots::client_if_named(cx, &args.dirs).await?
    };
    let histories = match &client {
        Some(client) => remembered(args, cx, client).await?,
        None => Vec::new(),
    };
    let looked = if args.no_storage {
        Looked::default()
    } else {
        roots::look(cx, &args.dirs, client.as_ref()).await?
    };
    if client.is_none() && looked.roots.is_empty() {
        return Err(snapshots::nowhere());
    }
    let remembered = catalogue::remembered(&histories);
    let mut known = known::merged(&remembered, &looked.scan);
    if let Some(job) = &args.job {
        keep_job(&mut known, &histories, job, client.as_ref()).await?;
    }
    select_and_sort(args, cx.printer.zone(), &mut known);
    note(cx, &histories, client.as_ref(), &looked, known.is_empty());
    let unread = known.iter().any(|one| one.is_complete().is_none());
    let exit = if looked.failed || unread {
        Exit::Partial
    } else {
        Exit::Success
    };
    Ok((SnapshotsView::new(&known), exit))
}

/// What the cluster remembers: of all its jobs, or of those that are meant.
async fn remembered(
    args: &ListArgs,
    cx: &Context,
    client: &Client,
) -> Result<Vec<JobHistory>, Failure> {
    let mut jobs = client.jobs().await?;
    if let Some(job) = &args.job {
        let selector = JobSelector::new(job.as_str());
        jobs = selector.matches(&jobs).into_iter().cloned().collect();
        if jobs.iter().any(|other| other.name != jobs[0].name) {
            // says which, where not one of them alone is running
            jobs = vec![select::any(client, &selector).await?];
        }
    }
    snapshots::shown_histories(cx, client, jobs).await
}

/// Keeps the snapshots of the job that is meant: one of the cluster's, else one of which storage tells.
async fn keep_job(
    known: &mut Vec<Known<'_>>,
    histories: &[JobHistory],
    typed: &str,
    client: Option<&Client>,
) -> Result<(), Failure> {
    let selector = JobSelector::new(typed);
    let ids: Vec<JobId> = histories.iter().map(|one| one.job.id).collect();
    if !ids.is_empty() {
        // the cluster has told which jobs are meant
        known.retain(|one| one.is_of(&ids, &JobSelector::new("")));
        return Ok(());
    }
    known.retain(|one| one.is_of(&[], &selector));
    if !known.is_empty() {
        return Ok(());
    }
    if let Some(client) = client {
        select::any(client, &selector).await?;
    }
    let what = format!("nothing in storage is of a job '{typed}'");
    Err(Failure::new(Exit::NotFound, what)
        .hint("storage knows jobs by their ids only: give the id, or its beginning"))
}

/// `zone` is that of the times typed.
fn select_and_sort(args: &ListArgs, zone: TimeZone, known: &mut Vec<Known<'_>>) {
    known.retain(|one| args.all || !one.is_discarded());
    if let Some(since) = args.since {
        let since = since.before(Timestamp::now(), zone);
        known.retain(|one| one.time().is_some_and(|time| time >= since));
    }
    let order = match args.sort {
        SortBy::Time => Order::Time,
        SortBy::Size => Order::Size,
        SortBy::Job => Order::Job,
        SortBy::Location => Order::Location,
    };
    known::sort(known, order);
    known.truncate(args.limit.unwrap_or(usize::MAX));
}

/// Says on stderr what the list does not show.
fn note(
    cx: &Context,
    histories: &[JobHistory],
    client: Option<&Client>,
    looked: &Looked,
    is_empty: bool,
) {
    if catalogue::is_cut(histories) && looked.roots.is_empty() {
        cx.printer.note("the cluster remembers only the latest snapshots of a job (web.checkpoints.history): there were more");
    } else if is_empty {
        let roots: Vec<String> = looked.roots.iter().map(ToString::to_string).collect();
        let what = match (client, roots.as_slice()) {
            (Some(client), []) => format!("{} remembers no snapshots", client.endpoint()),
            (Some(client), roots) => format!(
                "{} remembers no snapshots, and none were found below {}",
                client.endpoint(),
                roots.join(", ")
            ),
            (None, roots) => format!("no snapshots were found below {}", roots.join(", ")),
        };
        cx.printer.note(what);
    }
}
