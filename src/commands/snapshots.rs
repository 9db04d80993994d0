//! What a cluster remembers of snapshots, and which one a SNAPSHOT means.

use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::context::{self, Context};
use super::roots::{self, Looked};
use crate::cli::dirs::DirArgs;
use crate::cli::value;
use crate::domain::job::Job;
use crate::domain::reference::SnapshotRef;
use crate::error::Failure;
use crate::exit::Exit;
use crate::inventory::catalogue::{self, JobHistory};
use crate::inventory::known::{self, Known, Latest, NoLatest};
use crate::inventory::scan::names::METADATA;
use crate::rest::{self, Client};
use crate::storage::{Entry, Location, StorageError};

/// How many jobs' statistics are asked for at once.
const STATISTICS_CONCURRENCY: usize = 8;

/// The checkpoint statistics of these jobs, in their order.
pub async fn histories(client: &Client, jobs: Vec<Job>) -> Result<Vec<JobHistory>, Failure> {
    let each = jobs.into_iter().map(|job| async move {
        let history = client.history(job.id).await?;
        Ok::<_, Failure>(JobHistory { job, history })
    });
    stream::iter(each)
        .buffered(STATISTICS_CONCURRENCY)
        .try_collect()
        .await
}

/// As [`histories`], for showing only: a job whose statistics are refused is shown without them.
pub async fn shown_histories(
    cx: &Context,
    client: &Client,
    jobs: Vec<Job>,
) -> Result<Vec<JobHistory>, Failure> {
    let each = jobs.into_iter().map(|job| async move {
        let history = match client.history(job.id).await {
            // a job that is starting or recovering: that it exists is worth more than its statistics
            Err(error) if error.refusal().is_some() => {
                let what = format!("job {} shows no checkpoint statistics: {error}", job.id);
                cx.printer.note(what);
                None
            }
            history => history?,
        };
        Ok::<_, Failure>(JobHistory { job, history })
    });
    stream::iter(each)
        .buffered(STATISTICS_CONCURRENCY)
        .try_collect()
        .await
}

/// How long the checkpoint statistics lag behind by default, with a little to spare: `web.refresh-interval` is 3 s. The
/// cluster is asked for its own settings for no longer than this.
const USUAL_LAG: Duration = Duration::from_millis(3500);

/// How long the checkpoint statistics may lag behind, with a little to spare.
///
/// The server caches them for `rest.cache.checkpoint-statistics.timeout` (1.18+), else `web.refresh-interval`.
async fn statistics_lag(client: &Client) -> Duration {
    const SPARE: Duration = Duration::from_millis(500);
    const CACHE: &str = "rest.cache.checkpoint-statistics.timeout";
    let settings = async {
        let interval = client.refresh_interval().await?;
        let configuration = client.configuration().await.unwrap_or_default();
        let cache = configuration.iter().find(|(key, _)| key == CACHE);
        let cache = cache.and_then(|(_, value)| value::flink_duration(value).ok());
        Ok::<_, rest::Error>(cache.unwrap_or(interval).saturating_add(SPARE))
    };
    match tokio::time::timeout(USUAL_LAG, settings).await {
        Ok(Ok(lag)) => lag,
        Ok(Err(_)) | Err(_) => USUAL_LAG,
    }
}

/// Tells when statistics that lack something cannot be stale any more.
#[derive(Default)]
pub struct Staleness {
    lag: Option<Duration>,
}

impl Staleness {
    /// Whether statistics that were asked for `since` after something happened must show it. Asks the cluster once for its settings.
    pub async fn is_over(&mut self, client: &Client, since: Duration) -> bool {
        let lag = match self.lag {
            Some(lag) => lag,
            None => *self.lag.insert(statistics_lag(client).await),
        };
        since > lag
    }
}

/// The statistics of every job, none older than this call.
pub async fn fresh_histories(cx: &Context, client: &Client) -> Result<Vec<JobHistory>, Failure> {
    wait_for_fresh(cx, client).await;
    histories(client, client.jobs().await?).await
}

/// Waits until statistics that were cached before this call have expired.
///
/// `latest` right after a stop must be the stop's savepoint, and not the one before it.
pub async fn wait_for_fresh(cx: &Context, client: &Client) {
    let lag = statistics_lag(client).await;
    let said = format!("waiting {lag:?} until the cluster's statistics are sure to be fresh");
    cx.printer.note(&said);
    cx.printer.waiting(&said, tokio::time::sleep(lag)).await;
}

/// The location that a SNAPSHOT means, with what the cluster remembers now and what lies in storage where that is needed.
///
/// # Errors
/// Those of the cluster, and of [`locate`].
pub async fn resolve(
    cx: &Context,
    snapshot: &SnapshotRef,
    dirs: &DirArgs,
) -> Result<String, Failure> {
    let mut locations = resolve_all(cx, &[snapshot], dirs).await?;
    Ok(locations.swap_remove(0))
}

/// As [`resolve`], for several: cluster and storage are asked once, and only for references.
///
/// # Errors
/// As [`resolve`].
pub async fn resolve_all(
    cx: &Context,
    snapshots: &[&SnapshotRef],
    dirs: &DirArgs,
) -> Result<Vec<String>, Failure> {
    let is_reference = |one: &&SnapshotRef| matches!(one, SnapshotRef::Latest { .. });
    let (mut jobs, mut looked) = (Vec::new(), Looked::default());
    if snapshots.iter().any(is_reference) {
        let client = client_if_named(cx, dirs).await?;
        looked = in_storage(cx, client.as_ref(), dirs, snapshots.iter().copied()).await?;
        jobs = match &client {
            Some(client) => fresh_histories(cx, client).await?,
            None if looked.roots.is_empty() => return Err(nowhere()),
            None => Vec::new(),
        };
    }
    if !dirs.dirs.is_empty() && !snapshots.iter().any(is_reference) {
        cx.printer
            .note("--dir is where latest is looked for: it does not count beside a location");
    }
    let mut locations = Vec::new();
    for snapshot in snapshots {
        locations.push(locate_there(cx, &jobs, &looked, snapshot).await?);
    }
    Ok(locations)
}

/// As [`locate`], but what only the cluster's memory tells of is looked at first, where that can be done from here.
async fn locate_there(
    cx: &Context,
    jobs: &[JobHistory],
    looked: &Looked,
    snapshot: &SnapshotRef,
) -> Result<String, Failure> {
    let SnapshotRef::Latest { back, job } = snapshot else {
        return locate(cx, jobs, looked, snapshot);
    };
    let mut known = known::merged(&catalogue::remembered(jobs), &looked.scan);
    let all: Vec<Job> = jobs.iter().map(|job| job.job.clone()).collect();
    while let Ok(Latest { chosen, .. }) = known::latest(&known, &all, *back, job.as_ref())
        && chosen.exists.is_none()
    {
        let exists = match is_there(cx, chosen.location).await {
            Ok(exists) => exists,
            Err(why) => {
                let what = format!("{} was not looked at: {why}", chosen.location);
                cx.printer.note(what);
                break;
            }
        };
        let same = known.iter_mut();
        for one in same.filter(|one| one.location == chosen.location) {
            one.exists = Some(exists);
        }
    }
    chosen(cx, &known, &all, snapshot)
}

/// Whether a snapshot is there, or why that cannot be told from here.
async fn is_there(cx: &Context, location: &str) -> Result<bool, String> {
    let at = Location::of(location).map_err(|error| error.to_string())?;
    let endpoint = cx.settings().ok().and_then(|settings| settings.endpoint);
    if at.local().is_some() && endpoint.is_some_and(|endpoint| !endpoint.is_loopback()) {
        return Err("it lies on a disk of the cluster's".to_owned());
    }
    let at = at.absolute();
    let looked = match cx.storage().look(&at.join(METADATA)).await {
        Ok(Entry::File { .. }) => return Ok(true),
        // a file by itself
        Err(error) if error.is_missing() => cx.storage().look(&at).await,
        looked => looked,
    };
    match looked {
        Ok(entry) => Ok(matches!(entry, Entry::File { .. })),
        Err(error) if error.is_missing() => Ok(false),
        // of a path below a file
        Err(StorageError::NotADirectory { .. }) => Ok(true),
        Err(error) => Err(error.to_string()),
    }
}

/// The failure where neither a cluster nor storage is named.
pub fn nowhere() -> Failure {
    context::no_endpoint().hint("or name directories in storage with --dir LOCATION")
}

/// A client of the cluster, if the settings name one. Where flags or the local configuration name directories in storage,
/// one that cannot be reached is only noted.
///
/// # Errors
/// The cluster cannot be reached, and no directories are named.
pub async fn client_if_named(cx: &Context, dirs: &DirArgs) -> Result<Option<Client>, Failure> {
    if cx.settings()?.endpoint.is_none() {
        return Ok(None);
    }
    match cx.client().await {
        Ok(client) => Ok(Some(client)),
        Err(failure)
            if failure.exit == Exit::Unreachable
                && (!dirs.dirs.is_empty() || !roots::local(cx)?.is_empty()) =>
        {
            let what = format!("only storage counts, for the cluster: {:#}", failure.source);
            cx.printer.warning(what);
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}

/// What lies in storage, if any of these needs it: only references do.
///
/// # Errors
/// A directory that flags name cannot be looked into: what it holds might be the latest.
pub async fn in_storage(
    cx: &Context,
    client: Option<&Client>,
    dirs: &DirArgs,
    snapshots: impl IntoIterator<Item = &SnapshotRef>,
) -> Result<Looked, Failure> {
    let is_reference = |one: &SnapshotRef| matches!(one, SnapshotRef::Latest { .. });
    if !snapshots.into_iter().any(is_reference) {
        return Ok(Looked::default());
    }
    let looked = roots::look(cx, dirs, client).await?;
    if looked.failed {
        let what = "the latest snapshot cannot be told: it may lie where nobody could look";
        return Err(Failure::new(Exit::Unreachable, what).hint("leave that --dir out"));
    }
    Ok(looked)
}

/// How many snapshots that were passed over are named.
const SKIPPED: usize = 5;

/// The location that a SNAPSHOT means; says on stderr what a reference was resolved to, and what was passed over.
///
/// # Errors
/// A reference that nothing known answers (4).
pub fn locate(
    cx: &Context,
    jobs: &[JobHistory],
    looked: &Looked,
    snapshot: &SnapshotRef,
) -> Result<String, Failure> {
    let known = known::merged(&catalogue::remembered(jobs), &looked.scan);
    let jobs: Vec<Job> = jobs.iter().map(|job| job.job.clone()).collect();
    chosen(cx, &known, &jobs, snapshot)
}

/// Says what was passed over, and why.
fn tell_skipped<'s>(
    cx: &Context,
    known: &[Known<'_>],
    snapshot: &SnapshotRef,
    skipped: impl Iterator<Item = (&'s str, &'s str)>,
) {
    // what the cluster itself has deleted is nobody's latest
    let is_discarded = |at: &str| {
        let mut known = known.iter();
        known.any(|one| one.location == at && one.is_discarded())
    };
    let mut skipped = skipped.filter(|(at, _)| !is_discarded(at));
    for (location, why) in skipped.by_ref().take(SKIPPED) {
        cx.printer
            .note(format!("{snapshot} passes over {location}: {why}"));
    }
    let more = skipped.count();
    if more > 0 {
        cx.printer
            .note(format!("{snapshot} passes over {more} more"));
    }
}

/// The location that a reference means among these.
fn chosen(
    cx: &Context,
    known: &[Known<'_>],
    jobs: &[Job],
    snapshot: &SnapshotRef,
) -> Result<String, Failure> {
    let (back, job) = match snapshot {
        SnapshotRef::Location(location) => return Ok(location.clone()),
        SnapshotRef::Latest { back, job } => (*back, job.as_ref()),
    };
    let error = match known::latest(known, jobs, back, job) {
        Ok(Latest { chosen, skipped }) => {
            let skipped = skipped.iter().map(|(at, why)| (*at, why.as_str()));
            tell_skipped(cx, known, snapshot, skipped);
            cx.printer
                .note(format!("{snapshot} is {}", described(&chosen)));
            return Ok(chosen.location.to_owned());
        }
        Err(error) => error,
    };
    if let NoLatest::TooFew { skipped, .. } = &error {
        let skipped = skipped.iter().map(|(at, why)| (at.as_str(), why.as_str()));
        tell_skipped(cx, known, snapshot, skipped);
    }
    let failure = |exit| Failure::new(exit, format!("{snapshot} names no snapshot: {error}"));
    Err(match &error {
        NoLatest::NoJob(_) if jobs.is_empty() => failure(Exit::NotFound)
            .hint("storage knows jobs by their ids only: give the id or its beginning")
            .hint("or name the cluster with -m HOST:PORT"),
        NoLatest::NoJob(_) => {
            failure(Exit::NotFound).hint("`savepointctl jobs --all` lists the jobs")
        }
        NoLatest::Ambiguous(_) => failure(Exit::Usage).hint("give more of the id, or the name"),
        NoLatest::TooFew { .. } => failure(Exit::NotFound)
            .hint("name the snapshot by its location; `savepointctl list` shows what is known"),
    })
}

/// What a reference was resolved to, in words.
fn described(chosen: &Known<'_>) -> String {
    let kind = match chosen.is_savepoint() {
        Some(true) => "savepoint",
        Some(false) => "checkpoint",
        None => "snapshot",
    };
    let id = chosen.checkpoint_id().map(|id| format!(" {id}"));
    let job = match (chosen.remembered, chosen.job_id(), chosen.job_id_prefix()) {
        (Some(one), ..) => format!(" of job {} ({})", one.job.id, one.job.name),
        (None, Some(id), _) => format!(" of job {id}"),
        (None, None, Some(prefix)) => format!(" of job {prefix}…"),
        (None, None, None) => String::new(),
    };
    let id = id.unwrap_or_default();
    format!("{kind}{id}{job}: {}", chosen.location)
}
