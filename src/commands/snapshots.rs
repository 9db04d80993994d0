//! What a cluster remembers of snapshots, and what lies in storage beside it.

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
use crate::inventory::catalogue::JobHistory;
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
