//! Waits for an operation to its end, and finds its result where the cluster has forgotten it.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::context::{Context, Pending};
use super::select;
use super::snapshots::Staleness;
use super::start::Timeout;
use crate::domain::diagnosis::{self, Diagnosis, Kind};
use crate::domain::job::{JobSelector, JobStatus};
use crate::domain::operation::{Outcome, Verb};
use crate::domain::snapshot::{History, Snapshot, SnapshotKind, SnapshotStatus};
use crate::domain::throwable::Throwable;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::output::Format;
use crate::output::view::OperationView;
use crate::rest::client::Pollable;
use crate::rest::poll::{self, Limits, Waited};
use crate::rest::{self, Client};

/// How long a job that has stopped may be on its way to FINISHED.
const STOPPING: Duration = Duration::from_secs(10);
/// How long a restarted JobManager may take to know its jobs again.
const RECOVERY: Duration = Duration::from_secs(30);
/// The pause between two looks at the statistics.
const LOOK: Duration = Duration::from_millis(200);

/// How an operation ended that has made something.
#[derive(Debug)]
pub enum Ended {
    /// A savepoint or checkpoint is complete.
    Complete {
        /// Where it lies; `None` if it lies in memory only.
        location: Option<String>,
        /// What the statistics say of it, if they were looked at.
        snapshot: Option<Snapshot>,
    },
    /// The savepoint is complete, but the job did not stop.
    NotStopped {
        /// Where it lies.
        location: String,
        /// Why it did not stop.
        failure: Failure,
    },
}

/// Waits for the operation and shows its result.
///
/// # Errors
/// A failure of the operation, or of waiting for it; then the command that resumes is in a hint.
pub async fn to_end(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    timeout: Option<Timeout>,
) -> Result<Exit, Failure> {
    let ended = until_ended(cx, client, pending, timeout).await?;
    show(cx, client, pending, ended).await
}

/// Waits for the operation.
async fn until_ended(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    timeout: Option<Timeout>,
) -> Result<Ended, Failure> {
    let limits = Limits {
        deadline: timeout.and_then(|timeout| timeout.at),
        reconnect: client.timing().reconnect,
    };
    let resume = || format!("resume with `{}`", cx.resume_command(pending));
    let what = Pollable::OfJob(pending.verb, pending.job);
    let said = format!("waiting for {} of {}", pending.verb.noun(), pending.job());
    let waited = cx
        .printer
        .waiting(&said, poll::wait(client, what, pending.id, limits))
        .await;
    let doing = || {
        format!(
            "cannot tell what became of {} of {}",
            pending.verb.noun(),
            pending.job()
        )
    };
    let waited = waited
        .doing(doing)
        .map_err(|failure| failure.hint(resume()))?;
    match waited {
        Waited::Done(outcome) => {
            cx.end(pending);
            from_outcome(client, pending, outcome).await
        }
        Waited::TimedOut => Err(still_running(pending, timeout).hint(resume())),
        Waited::OutOfReach(error) => Err(lost_contact(pending, error).hint(resume())),
        Waited::Lost => from_history(cx, client, pending, limits).await,
    }
}

fn lost_contact(pending: &Pending, error: rest::Error) -> Failure {
    let (noun, job, id) = (pending.verb.noun(), pending.job(), pending.id);
    let failure = Failure {
        exit: Exit::TimedOut,
        ..Failure::from(error)
    };
    failure.doing(format!(
        "lost contact while {noun} of {job} (trigger id {id}) was pending: what became of it is not known"
    ))
}

fn still_running(pending: &Pending, timeout: Option<Timeout>) -> Failure {
    let after = timeout
        .map(|timeout| format!(" after {:?}", timeout.after))
        .unwrap_or_default();
    let (noun, job, id) = (pending.verb.noun(), pending.job(), pending.id);
    Failure::new(
        Exit::TimedOut,
        format!("timed out{after}: {noun} of {job} is still running (trigger id {id})"),
    )
}

/// The end that a poll has told.
async fn from_outcome(
    client: &Client,
    pending: &Pending,
    outcome: Outcome,
) -> Result<Ended, Failure> {
    match outcome {
        Outcome::Location(location) => Ok(Ended::Complete {
            location: Some(location),
            snapshot: None,
        }),
        Outcome::Checkpoint(id) => {
            let snapshot = look_up(client, pending, |history| {
                history
                    .all()
                    .into_iter()
                    .find(|s| s.id == id && s.is_completed())
                    .cloned()
            });
            let snapshot = match snapshot.await {
                Ok(None) => client
                    .snapshot(pending.job, id)
                    .await
                    .map_err(Failure::from),
                other => other,
            };
            let snapshot = snapshot.map_err(|failure| {
                let failure = Failure {
                    exit: Exit::Partial,
                    ..failure
                };
                failure.doing(format!(
                    "checkpoint {id} of {} is complete, but where it lies cannot be read",
                    pending.job()
                ))
            })?;
            let Some(snapshot) = snapshot else {
                let what = format!(
                    "checkpoint {id} of {} is complete, but the cluster does not say where",
                    pending.job()
                );
                return Err(Failure::new(Exit::Partial, what));
            };
            Ok(Ended::Complete {
                location: snapshot.location().map(str::to_owned),
                snapshot: Some(snapshot),
            })
        }
        Outcome::Failed(cause) => failed(client, pending, &cause).await,
        Outcome::Disposed => Ok(Ended::Complete {
            location: None,
            snapshot: None,
        }),
    }
}

/// The end of an operation that has failed.
async fn failed(client: &Client, pending: &Pending, cause: &Throwable) -> Result<Ended, Failure> {
    let failure = explain(pending, cause);
    match diagnosis::diagnose(cause).kind {
        Kind::SavepointMade(location) => Ok(Ended::NotStopped { location, failure }),
        Kind::NoSuchJob => {
            let selector = JobSelector::new(pending.job.to_string());
            let job = select::any(client, &selector).await?;
            Err(if job.status.is_ended() {
                select::has_ended(&job)
            } else {
                failure
            })
        }
        // up to 1.16 Flink blames the tasks for what no batch job can do; one shows no checkpoint statistics
        Kind::NotReady if client.history(pending.job).await?.is_none() => {
            let what = format!(
                "{} is a batch job, and batch jobs take no snapshots",
                pending.job()
            );
            Err(Failure::new(Exit::Refused, what)
                .hint("let it run to its end, or end it with `savepointctl cancel`")
                .stack(cause.text()))
        }
        Kind::Failed | Kind::NotReady | Kind::NoSnapshot => Err(failure),
    }
}

/// Says why an operation failed, in one sentence with a hint where the reason is known.
pub fn explain(pending: &Pending, cause: &Throwable) -> Failure {
    let Diagnosis {
        kind,
        sentence,
        hint,
    } = diagnosis::diagnose(cause);
    let exit = match kind {
        Kind::Failed => Exit::Failed,
        Kind::NoSuchJob | Kind::NoSnapshot => Exit::NotFound,
        Kind::NotReady => Exit::Refused,
        Kind::SavepointMade(_) => Exit::Partial,
    };
    let what = format!(
        "{} of {} failed: {sentence}",
        pending.verb.noun(),
        pending.job()
    );
    let failure = Failure::new(exit, what).stack(cause.text());
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure.hint("-v shows the server's whole text"),
    }
}

/// Looks at the statistics until `wanted` is found in them, as long as they may lag behind.
async fn look_up(
    client: &Client,
    pending: &Pending,
    wanted: impl Fn(&History) -> Option<Snapshot>,
) -> Result<Option<Snapshot>, Failure> {
    let mut staleness = Staleness::default();
    let started = Instant::now();
    loop {
        let asked = started.elapsed();
        let found = client
            .history(pending.job)
            .await?
            .and_then(|history| wanted(&history));
        if found.is_some() {
            return Ok(found);
        }
        if staleness.is_over(client, asked).await {
            return Ok(None);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What the history says of an operation that the cluster does not know any more.
#[derive(Debug, PartialEq)]
enum Trace {
    /// Exactly one is complete: that must be it.
    One(Snapshot),
    /// Several may be it.
    Several(Vec<Snapshot>),
    /// One is under way.
    InProgress,
    /// It has failed: nothing is complete, and the only one begun since has failed.
    Failed(String),
    /// Nothing was begun since.
    None,
}

/// Looks for the result of an operation begun at `since` or later.
fn trace(history: &History, verb: Verb, since: Timestamp) -> Trace {
    let kind = match verb {
        Verb::Trigger => SnapshotKind::Savepoint,
        Verb::Stop => SnapshotKind::SyncSavepoint,
        Verb::Checkpoint => SnapshotKind::Checkpoint,
    };
    let candidates: Vec<&Snapshot> = history
        .all()
        .into_iter()
        .filter(|s| s.kind == kind && s.triggered >= since)
        .collect();
    if candidates
        .iter()
        .any(|s| s.status == SnapshotStatus::InProgress)
    {
        return Trace::InProgress;
    }
    let complete: Vec<Snapshot> = candidates
        .iter()
        .filter(|s| s.is_completed())
        .map(|s| (*s).clone())
        .collect();
    match (complete.as_slice(), candidates.as_slice()) {
        ([one], _) => Trace::One(one.clone()),
        (
            [],
            [
                Snapshot {
                    status: SnapshotStatus::Failed(why),
                    ..
                },
            ],
        ) => Trace::Failed(why.clone()),
        ([], _) => Trace::None,
        (several, _) => Trace::Several(several.to_vec()),
    }
}

/// Finds the result of an operation whose trigger id the cluster does not know.
async fn from_history(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    limits: Limits,
) -> Result<Ended, Failure> {
    let Some(since) = pending.since else {
        cx.end(pending);
        return Err(forgotten(client, pending)
            .hint("--since TIME looks for its result in the checkpoint history: give when it was triggered"));
    };
    let mut staleness = Staleness::default();
    let resume = || format!("resume with `{}`", cx.resume_command(pending));
    let overdue = || {
        limits
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    };
    let started = Instant::now();
    let mut last_answer = started;
    loop {
        let asked = started.elapsed();
        let history = match client.history(pending.job).await {
            Ok(history) => history,
            Err(error) if error.is_no_answer() => {
                if overdue() || last_answer.elapsed() >= limits.reconnect {
                    return Err(lost_contact(pending, error).hint(resume()));
                }
                tokio::time::sleep(LOOK).await;
                continue;
            }
            Err(error) => {
                let what = format!(
                    "cannot tell what became of {} of {}",
                    pending.verb.noun(),
                    pending.job()
                );
                return Err(Failure::from(error).doing(what).hint(resume()));
            }
        };
        last_answer = Instant::now();
        let trace = history
            .as_ref()
            .map_or(Trace::None, |history| trace(history, pending.verb, since));
        match trace {
            Trace::One(snapshot) => {
                cx.end(pending);
                cx.printer.note(format!(
                    "the cluster no longer knows trigger id {}; its history shows one fitting snapshot since {since}, \
                     number {}: that is taken for the result",
                    pending.id, snapshot.id
                ));
                return Ok(Ended::Complete {
                    location: snapshot.location().map(str::to_owned),
                    snapshot: Some(snapshot),
                });
            }
            Trace::Several(snapshots) => {
                cx.end(pending);
                return Err(one_of(client, pending, &snapshots));
            }
            Trace::Failed(why) => {
                cx.end(pending);
                return Err(explain(pending, &Throwable::parse(&why)));
            }
            Trace::None => {
                let looked_for_long = match history {
                    Some(_) => staleness.is_over(client, asked).await,
                    None => asked > RECOVERY.min(limits.reconnect),
                };
                if looked_for_long {
                    cx.end(pending);
                    let what = format!("nor does the history of {} show its result", pending.job());
                    let what = what + "; look into the savepoint directory";
                    return Err(forgotten(client, pending).hint(what));
                }
            }
            Trace::InProgress => {}
        }
        if overdue() {
            return Err(still_running(pending, None).hint(resume()));
        }
        tokio::time::sleep(LOOK).await;
    }
}

fn forgotten(client: &Client, pending: &Pending) -> Failure {
    let what = format!(
        "{} does not know trigger id {} of {}: results are kept for 5 minutes (rest.async.store-duration), and until \
         the JobManager restarts",
        client.endpoint(),
        pending.id,
        pending.job()
    );
    Failure::new(Exit::NotFound, what)
}

fn one_of(client: &Client, pending: &Pending, snapshots: &[Snapshot]) -> Failure {
    let each = snapshots
        .iter()
        .map(|s| format!("{}  {}", s.triggered, s.location().unwrap_or("(in memory)")));
    let failure = forgotten(client, pending);
    let hints = std::iter::once("its result is one of these:".to_owned())
        .chain(each)
        .collect();
    Failure { hints, ..failure }
}

/// Shows what an operation has made. A stop is done only when the job has finished.
async fn show(
    cx: &Context,
    client: &Client,
    pending: &Pending,
    ended: Ended,
) -> Result<Exit, Failure> {
    let (location, mut snapshot, mut failure) = match ended {
        Ended::Complete { location, snapshot } => (location, snapshot, None),
        Ended::NotStopped { location, failure } => (Some(location), None, Some(failure)),
    };
    let mut status = None;
    if pending.verb == Verb::Stop {
        match confirm_finished(cx, client, pending).await {
            Confirmed::Finished => status = Some(JobStatus::Finished),
            Confirmed::Not(other) => {
                let what = format!(
                    "the savepoint is complete, but {} is {other} instead of FINISHED",
                    pending.job()
                );
                failure = failure.or_else(|| Some(Failure::new(Exit::Partial, what)));
                status = Some(other);
            }
            Confirmed::Unknown => {}
        }
    }
    if let (Format::Json, None, Some(location)) = (cx.printer.format(), &snapshot, &location) {
        // details only: the location is what counts
        snapshot = look_up(client, pending, |history| history.at(location).cloned())
            .await
            .unwrap_or_default();
    }
    let view = OperationView::new(pending.verb, pending.job, location.as_deref())
        .job_name(pending.job_name.as_deref())
        .trigger_id(pending.id)
        .job_status(status.as_ref())
        .snapshot(snapshot.as_ref());
    cx.printer.show(&view)?;
    match (failure, location) {
        (Some(failure), _) => Err(failure),
        (None, Some(_)) => Ok(Exit::Success),
        (None, None) => {
            let what = format!(
                "{} of {} is complete, but has no location",
                pending.verb.noun(),
                pending.job()
            );
            Err(Failure::new(Exit::Partial, what).hint(
                "it lies in the JobManager's memory; execution.checkpointing.dir (before 1.20: state.checkpoints.dir) \
                 puts checkpoints into storage",
            ))
        }
    }
}

/// Whether a job has finished.
enum Confirmed {
    Finished,
    Not(JobStatus),
    Unknown,
}

/// Asks for the job's state until it has ended. Flink gives a stop's location only when the job has finished, so this
/// is over at once, but for a restart.
async fn confirm_finished(cx: &Context, client: &Client, pending: &Pending) -> Confirmed {
    let started = Instant::now();
    loop {
        match client.job_status(pending.job).await {
            Ok(Some(JobStatus::Finished)) => return Confirmed::Finished,
            Ok(Some(status)) if status.is_ended() || started.elapsed() > STOPPING => {
                return Confirmed::Not(status);
            }
            Ok(Some(_)) => {}
            Ok(None) => {
                cx.printer.note(format!(
                    "the cluster does not list {} any more",
                    pending.job()
                ));
                return Confirmed::Unknown;
            }
            Err(error) => {
                // an application cluster ends with its job
                cx.printer.note(format!(
                    "the state of {} cannot be confirmed: {error}",
                    pending.job()
                ));
                return Confirmed::Unknown;
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(id: u64, kind: SnapshotKind, status: SnapshotStatus) -> Snapshot {
        Snapshot {
            id,
            kind,
            format: None,
            status,
            triggered: Timestamp::from_millisecond(i64::try_from(id).unwrap() * 1000).unwrap(),
            duration_ms: None,
            state_size: None,
            acknowledged: None,
        }
    }

    fn complete(id: u64) -> Snapshot {
        let status = SnapshotStatus::Completed {
            location: Some(format!("/sp/{id}")),
            discarded: false,
        };
        snapshot(id, SnapshotKind::Savepoint, status)
    }

    fn traced(entries: Vec<Snapshot>, since_ms: i64) -> Trace {
        let history = History {
            entries,
            ..History::default()
        };
        trace(
            &history,
            Verb::Trigger,
            Timestamp::from_millisecond(since_ms).unwrap(),
        )
    }

    #[test]
    fn one_savepoint_since_the_start_is_the_answer() {
        assert_eq!(
            traced(vec![complete(5), complete(3)], 4000),
            Trace::One(complete(5))
        );
    }

    #[test]
    fn of_several_none_is_chosen() {
        assert_eq!(
            traced(vec![complete(5), complete(4)], 4000),
            Trace::Several(vec![complete(5), complete(4)])
        );
    }

    #[test]
    fn the_savepoint_of_a_stop_is_not_the_result_of_a_trigger() {
        let stop = Snapshot {
            kind: SnapshotKind::SyncSavepoint,
            ..complete(5)
        };
        assert_eq!(traced(vec![stop], 4000), Trace::None);
    }

    #[test]
    fn while_one_is_in_progress_nothing_is_decided() {
        let running = snapshot(6, SnapshotKind::Savepoint, SnapshotStatus::InProgress);
        assert_eq!(traced(vec![running, complete(5)], 4000), Trace::InProgress);
    }

    #[test]
    fn a_failure_counts_only_when_it_is_the_only_one_begun() {
        let failed = |id| {
            snapshot(
                id,
                SnapshotKind::Savepoint,
                SnapshotStatus::Failed("why".to_owned()),
            )
        };
        assert_eq!(
            traced(vec![failed(6)], 4000),
            Trace::Failed("why".to_owned())
        );
        assert_eq!(traced(vec![failed(6), failed(5)], 4000), Trace::None);
        assert_eq!(
            traced(vec![failed(6), complete(5)], 4000),
            Trace::One(complete(5))
        );
    }
}
