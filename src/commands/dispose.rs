//! `dispose SNAPSHOT...`: has the cluster delete snapshots.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use clap::Args;

use super::context::{Context, Ongoing};
use super::offline::{self, OfflineArgs};
use super::{latest, outcome, snapshots};
use crate::cli::dirs::DirArgs;
use crate::cli::value;
use crate::domain::diagnosis::{self, Kind};
use crate::domain::ids::TriggerId;
use crate::domain::location::NormalLocation;
use crate::domain::operation::Outcome;
use crate::domain::reference::SnapshotRef;
use crate::domain::throwable::Throwable;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::inventory::catalogue::JobHistory;
use crate::inventory::disposal::{self, Item, KnownFiles, SharedFiles};
use crate::inventory::{resolution, sharing};
use crate::metadata::{self, Metadata};
use crate::output::view::{DisposalPlanView, DisposalView, DisposedView};
use crate::rest::Client;
use crate::rest::client::{NotTriggered, Pollable};
use crate::rest::poll::{self, Limits, Waited};
use crate::storage::Storage;

/// How long a starting job may take to tell what it is restored from.
const STARTING: Duration = Duration::from_secs(20);
/// The pause between two looks at the jobs.
const LOOK: Duration = Duration::from_millis(200);

/// Have the cluster delete snapshots, and print the location of each that is gone
///
/// Flink itself guards nothing here: it deletes every file that the snapshot's metadata names, whoever else needs it.
/// So this refuses (exit code 7) any checkpoint of a running job, any checkpoint whose shared files another snapshot
/// may use, and what a running job was restored from, unless --force is given.
///
/// With --offline no cluster is needed: the files are deleted from storage, the metadata first, and only those in the
/// snapshot's own directory. What another snapshot below the roots (the directory above, the configured ones, --root)
/// refers to is never deleted. The rest that is refused yields to --force: what a running job was restored from, files
/// that the metadata does not name, and doubt.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl dispose ~/savepoints/savepoint-2e8f82-ef82e8cf6570\n  \
    savepointctl dispose latest~1:orders --dry-run\n  \
    savepointctl dispose --yes latest~1:orders\n  \
    savepointctl dispose --offline --root ~/savepoints ~/savepoints/savepoint-2e8f82-ef82e8cf6570")]
pub struct DisposeArgs {
    /// A location (directory or _metadata file), or latest, latest~N, latest:JOB
    #[arg(value_name = "SNAPSHOT", required = true)]
    pub snapshots: Vec<SnapshotRef>,

    #[command(flatten)]
    pub dirs: DirArgs,

    #[command(flatten)]
    pub offline: OfflineArgs,

    /// Show what would be done and why, and do nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Do not ask; needed where no terminal is there to ask on
    #[arg(short, long)]
    pub yes: bool,

    /// Dispose of what would be refused, too
    #[arg(long)]
    pub force: bool,

    /// Stop waiting for a disposal after this time; it goes on (exit code 3)
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    timeout: Option<Duration>,
}

impl DisposeArgs {
    /// Whether a snapshot is named by a latest reference.
    pub fn names_latest(&self) -> bool {
        let is_latest = |snapshot: &SnapshotRef| matches!(snapshot, SnapshotRef::Latest { .. });
        self.snapshots.iter().any(is_latest)
    }
}

/// Runs the command.
pub async fn run(args: &DisposeArgs, cx: &Context) -> Result<Exit, Failure> {
    if args.offline.offline {
        return offline::run(args, cx).await;
    }
    let client = cx.client().await?;
    let items = plan(args, cx, &client).await?;
    if args.dry_run {
        cx.printer
            .show(&DisposalPlanView::new(&items, args.force))?;
        let refused = !args.force && items.iter().all(|item| item.refusal.is_some());
        return Ok(if refused {
            Exit::Refused
        } else {
            Exit::Success
        });
    }
    let (allowed, refused): (Vec<&Item>, Vec<&Item>) = items
        .iter()
        .partition(|item| item.refusal.is_none() || args.force);
    for item in &refused {
        cx.printer.failure(&refusal(&client, item));
    }
    let mut failures: Vec<Exit> = refused.iter().map(|_| Exit::Refused).collect();
    let mut allowed: Vec<Item> = allowed.into_iter().cloned().collect();
    if !allowed.is_empty() && !args.yes {
        confirm(allowed.iter().map(|item| item.location.clone()).collect()).await?;
        // the answer may have taken long: what has come to need a snapshot since is seen now
        let locations: Vec<String> = allowed.iter().map(|item| item.location.clone()).collect();
        let jobs = settled(cx, &client).await?;
        allowed = disposal::plan(&locations, &jobs, &ReadHere::of(cx, &client)).await;
    }
    for item in &allowed {
        if item.refusal.is_some() && !args.force {
            cx.printer.failure(&refusal(&client, item));
            failures.push(Exit::Refused);
            continue;
        }
        match dispose(cx, &client, &item.location, args.timeout).await {
            Ok(gone) => cx.printer.show(&gone)?,
            Err(failure) => {
                cx.printer.failure(&failure);
                failures.push(failure.exit);
            }
        }
    }
    verdict(items.len(), &failures)
}

/// One exit code for all: that of the only failure there was, or partial where some went.
pub fn verdict(count: usize, failures: &[Exit]) -> Result<Exit, Failure> {
    let Some(first) = failures.first() else {
        return Ok(Exit::Success);
    };
    let alike = failures.iter().all(|exit| exit == first);
    let exit = match (failures.len() == count, alike) {
        (true, true) => *first,
        (true, false) => Exit::Failed,
        (false, _) => Exit::Partial,
    };
    if count == 1 {
        // its reason has been told
        return Ok(exit);
    }
    Err(Failure::new(
        exit,
        format!(
            "{} of {} snapshots were not disposed of",
            failures.len(),
            count
        ),
    ))
}

async fn plan(args: &DisposeArgs, cx: &Context, client: &Client) -> Result<Vec<Item>, Failure> {
    if args.names_latest() {
        snapshots::wait_for_fresh(cx, client).await;
    }
    let jobs = settled(cx, client).await?;
    let looked = snapshots::in_storage(cx, Some(client), &args.dirs, &args.snapshots).await?;
    let mut locations: Vec<String> = Vec::new();
    let named: Vec<&SnapshotRef> = args.snapshots.iter().collect();
    for location in latest::located(cx, &jobs, looked, &named).await? {
        let known = |other: &String| NormalLocation::of(other) == NormalLocation::of(&location);
        if !locations.iter().any(known) {
            locations.push(location);
        }
    }
    let planned = disposal::plan(&locations, &jobs, &ReadHere::of(cx, client)).await;
    Ok(planned)
}

/// What the cluster knows of its jobs, once every one of them tells what it was restored from, or enough time has
/// passed.
pub async fn settled(cx: &Context, client: &Client) -> Result<Vec<JobHistory>, Failure> {
    let look = async {
        let started = Instant::now();
        loop {
            let jobs = snapshots::histories(client, client.jobs().await?).await?;
            if !jobs.iter().any(disposal::is_starting) || started.elapsed() > STARTING {
                return Ok(jobs);
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    cx.printer
        .waiting(
            "waiting for starting jobs to tell what they are restored from",
            look,
        )
        .await
}

/// What the metadata files that can be read from this machine say. A snapshot that cannot be read says nothing: the
/// cluster may see what we do not.
struct ReadHere<'a> {
    storage: &'a Storage,
    /// Whether the cluster knows who uses which file, as a minicluster does: it deletes none that another one needs.
    counts_uses: bool,
}

impl<'a> ReadHere<'a> {
    fn of(cx: &'a Context, client: &Client) -> Self {
        Self {
            storage: cx.storage(),
            counts_uses: client.is_minicluster(),
        }
    }

    async fn read<T>(
        &self,
        location: &str,
        told: impl FnOnce(&Metadata<'_>, &str) -> T,
    ) -> Option<T> {
        let place = NormalLocation::of(location);
        let location = place.as_str();
        // a relative location counts from the cluster's directory, not from ours
        if !location.starts_with('/') && !location.contains("://") {
            return None;
        }
        let file = resolution::open(self.storage, location).await.ok()?;
        let metadata = metadata::read(&file.bytes).ok()?;
        Some(told(&metadata, &file.directory))
    }
}

impl KnownFiles for ReadHere<'_> {
    async fn shared(&self, place: &NormalLocation) -> SharedFiles {
        if self.counts_uses {
            return SharedFiles::None;
        }
        let read = self.read(place.as_str(), sharing::shared_files).await;
        read.unwrap_or(SharedFiles::Unknown)
    }

    async fn names_foreign_files(&self, place: &NormalLocation) -> bool {
        let read = self.read(place.as_str(), sharing::names_foreign_files);
        !self.counts_uses && read.await.unwrap_or(false)
    }

    async fn places_used(&self, location: &str, places: &[NormalLocation]) -> Vec<bool> {
        if self.counts_uses {
            return vec![false; places.len()];
        }
        let used = |metadata: &Metadata<'_>, directory: &str| {
            sharing::places_used(metadata, directory, places)
        };
        self.read(location, used).await.unwrap_or_default()
    }
}

fn refusal(client: &Client, item: &Item) -> Failure {
    let reason = item.refusal.as_ref();
    let what = format!(
        "{} is kept: {}",
        item.location,
        reason.map_or("", |refusal| &refusal.reason)
    );
    let has_claim_modes = client.version().takes_trigger_ids();
    let safe = reason.and_then(|refusal| refusal.force_is_safe.clone());
    let hint = safe.filter(|_| has_claim_modes);
    Failure::new(Exit::Refused, what)
        .hint(hint.unwrap_or_else(|| "--force disposes of it all the same".to_owned()))
}

/// Asks on a terminal. Without one, only `--yes` is an answer.
pub async fn confirm(items: Vec<String>) -> Result<(), Failure> {
    let mut stderr = io::stderr();
    if !io::stdin().is_terminal() || !stderr.is_terminal() {
        return Err(Failure::new(
            Exit::Usage,
            "a disposal cannot be undone, and no terminal is there to ask on",
        )
        .hint("give --yes, or look first with --dry-run"));
    }
    let mut text = String::new();
    for item in &items {
        text.push_str(&format!("  {}\n", item.escape_debug()));
    }
    text.push_str(&format!(
        "dispose of {}? this cannot be undone [y/N] ",
        counted(items.len())
    ));
    let _ = stderr
        .write_all(text.as_bytes())
        .and_then(|()| stderr.flush());
    match answer().await.as_deref() {
        Some("y" | "Y" | "yes") => Ok(()),
        _ => Err(Failure::new(
            Exit::Refused,
            "not confirmed: nothing was disposed of",
        )),
    }
}

/// A line from the terminal. Read in a thread of its own, which an interruption leaves behind.
async fn answer() -> Option<String> {
    let (tell, told) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        let read = io::stdin().read_line(&mut line);
        let _ = tell.send(read.ok().map(|_| line.trim().to_owned()));
    });
    told.await.ok().flatten()
}

fn counted(count: usize) -> String {
    if count == 1 {
        "this snapshot".to_owned()
    } else {
        format!("these {count} snapshots")
    }
}

/// Disposes of one snapshot and waits until it is gone.
pub async fn dispose(
    cx: &Context,
    client: &Client,
    location: &str,
    timeout: Option<Duration>,
) -> Result<DisposedView, Failure> {
    let mut lost = false;
    loop {
        let id = match client.dispose(location).await {
            Ok(id) => id,
            Err(not_triggered) if may_run(&not_triggered) && !lost => {
                // deleting twice deletes no more: the second disposal tells whether the first one was done
                lost = true;
                continue;
            }
            Err(not_triggered) => {
                let doing = if may_run(&not_triggered) || lost {
                    format!(
                        "lost contact while {location} was disposed of: whether it is gone is not known"
                    )
                } else {
                    format!("cannot dispose of {location}; nothing was deleted")
                };
                return Err(Failure::from(not_triggered.error).doing(doing));
            }
        };
        match wait(cx, client, location, id, timeout).await? {
            End::Gone => return Ok(DisposedView::new(location, Some(id.to_string()))),
            End::Failed(cause) if lost && is_missing(&cause) => {
                cx.printer.note(format!(
                    "the answer to the first disposal of {location} was lost; it is gone now"
                ));
                return Ok(DisposedView::new(location, None));
            }
            End::Failed(cause) => return Err(explain(location, &cause)),
            End::Forgotten if !lost => lost = true,
            End::Forgotten => {
                let what = format!(
                    "the cluster forgot the disposal of {location} twice: whether it is gone is not known"
                );
                return Err(Failure::new(Exit::NotFound, what).hint("look into its directory"));
            }
        }
    }
}

/// Whether a disposal that was not begun for all we know may be under way: its answer was lost, or the server failed.
fn may_run(not_triggered: &NotTriggered) -> bool {
    let failed_inside = matches!(not_triggered.error.refusal(), Some((500.., _)));
    not_triggered.may_run || failed_inside
}

/// How a disposal ended.
enum End {
    Gone,
    Failed(Throwable),
    Forgotten,
}

async fn wait(
    cx: &Context,
    client: &Client,
    location: &str,
    id: TriggerId,
    timeout: Option<Duration>,
) -> Result<End, Failure> {
    let resume = cx.wait_command(["--dispose".to_owned(), id.to_string()]);
    let ongoing = Ongoing {
        what: format!("the disposal of {location} goes on"),
        resume: resume.clone(),
        how: Ongoing::RESUME,
    };
    cx.begin_other(ongoing.clone());
    let deadline = timeout.and_then(|limit| Instant::now().checked_add(limit));
    let limits = Limits {
        deadline,
        reconnect: client.timing().reconnect,
    };
    let said = format!("disposing of {location}");
    let waited = cx
        .printer
        .waiting(&said, poll::wait(client, Pollable::Disposal, id, limits))
        .await;
    let waited = waited.doing(|| format!("cannot tell what became of the disposal of {location}"));
    let resume = format!("resume with `{resume}`");
    match waited.map_err(|failure| failure.hint(resume.clone()))? {
        Waited::Done(outcome) => {
            cx.end_other(&ongoing);
            Ok(if let Outcome::Failed(cause) = outcome {
                End::Failed(cause)
            } else {
                End::Gone
            })
        }
        Waited::Lost => {
            cx.end_other(&ongoing);
            Ok(End::Forgotten)
        }
        Waited::TimedOut => {
            let what =
                format!("timed out: the disposal of {location} is still running (trigger id {id})");
            Err(Failure::new(Exit::TimedOut, what).hint(resume))
        }
        Waited::OutOfReach(error) => {
            let what = format!(
                "lost contact while {location} was disposed of: whether it is gone is not known"
            );
            Err(Failure {
                exit: Exit::TimedOut,
                ..Failure::from(error)
            }
            .doing(what)
            .hint(resume))
        }
    }
}

fn is_missing(cause: &Throwable) -> bool {
    diagnosis::diagnose(cause).kind == Kind::NoSnapshot
}

fn explain(location: &str, cause: &Throwable) -> Failure {
    outcome::explain_snapshot(&format!("{location} was not disposed of"), cause)
}

/// Resumes waiting for a disposal of which only the id is known.
pub async fn resume(
    cx: &Context,
    client: &Client,
    id: TriggerId,
    timeout: Option<Duration>,
) -> Result<Exit, Failure> {
    let named = format!("the snapshot of disposal {id}");
    match wait(cx, client, &named, id, timeout).await? {
        End::Gone => {
            cx.printer.note(format!("disposal {id} is done"));
            cx.printer.show(&DisposalView::new(id))?;
            Ok(Exit::Success)
        }
        End::Failed(cause) => Err(explain(&named, &cause)),
        End::Forgotten => {
            let what = format!("{} does not know disposal {id}", client.endpoint());
            Err(Failure::new(Exit::NotFound, what)
                .hint("results are kept for 5 minutes (rest.async.store-duration), and until the JobManager restarts"))
        }
    }
}
