//! What a cluster remembers of snapshots, and which one a SNAPSHOT means.

use std::time::Duration;

use futures_util::stream::{self, StreamExt, TryStreamExt};

use super::context::Context;
use crate::cli::dirs::DirArgs;
use crate::cli::value;
use crate::domain::job::Job;
use crate::domain::reference::SnapshotRef;
use crate::error::Failure;
use crate::exit::Exit;
use crate::inventory::catalogue::{self, JobHistory, NoLatest};
use crate::rest::{self, Client};

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

/// The location that a SNAPSHOT means, with what the cluster remembers now where that is needed.
///
/// # Errors
/// Those of the cluster, and of [`locate`].
pub async fn resolve(cx: &Context, snapshot: &SnapshotRef) -> Result<String, Failure> {
    resolve_in(cx, snapshot, &DirArgs::default()).await
}

/// As [`resolve`], with directories in storage that flags name.
///
/// # Errors
/// As [`resolve`].
pub async fn resolve_in(
    cx: &Context,
    snapshot: &SnapshotRef,
    _dirs: &DirArgs,
) -> Result<String, Failure> {
    if let SnapshotRef::Location(location) = snapshot {
        return Ok(location.clone());
    }
    let client = cx.client().await?;
    let jobs = fresh_histories(cx, &client).await?;
    locate(cx, &jobs, snapshot)
}

/// The location that a SNAPSHOT means; says on stderr what a reference was resolved to.
///
/// # Errors
/// A reference that nothing remembered answers (4).
pub fn locate(
    cx: &Context,
    jobs: &[JobHistory],
    snapshot: &SnapshotRef,
) -> Result<String, Failure> {
    let (back, job) = match snapshot {
        SnapshotRef::Location(location) => return Ok(location.clone()),
        SnapshotRef::Latest { back, job } => (*back, job.as_ref()),
    };
    match catalogue::latest(jobs, back, job) {
        Ok(found) => {
            let kind = if found.snapshot.kind.is_savepoint() {
                "savepoint"
            } else {
                "checkpoint"
            };
            cx.printer.note(format!(
                "{snapshot} is {kind} {} of job {} ({}): {}",
                found.snapshot.id, found.job.id, found.job.name, found.location
            ));
            Ok(found.location.to_owned())
        }
        Err(error) => {
            let (exit, hint) = match error {
                NoLatest::NoJob(_) => (Exit::NotFound, "`savepointctl jobs --all` lists the jobs"),
                NoLatest::Ambiguous(_) => (Exit::Usage, "give more of the id, or the name"),
                NoLatest::TooFew(_) => (
                    Exit::NotFound,
                    "name the snapshot by its location; `savepointctl list` shows what is remembered",
                ),
            };
            Err(Failure::new(exit, format!("{snapshot} names no snapshot: {error}")).hint(hint))
        }
    }
}
