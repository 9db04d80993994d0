//! Finds the result of an operation whose trigger id the cluster does not know any more.

use std::time::{Duration, Instant};

use super::context::{Context, Pending};
use super::outcome::{self, Ended};
use super::{follow, snapshots::Staleness};
use crate::domain::snapshot::Snapshot;
use crate::domain::throwable::Throwable;
use crate::error::Failure;
use crate::exit::Exit;
use crate::inventory::trace::{self, Trace};
use crate::rest::Client;
use crate::rest::poll::Limits;

/// How long a restarted JobManager may take to know its jobs again.
const RECOVERY: Duration = Duration::from_secs(30);
/// The pause between two looks at the statistics.
const LOOK: Duration = Duration::from_millis(200);

/// Finds the result of an operation whose trigger id the cluster does not know.
pub async fn from_history(
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
                    return Err(follow::lost_contact(pending, error).hint(resume()));
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
        let trace = history.as_ref().map_or(Trace::None, |history| {
            trace::trace(history, pending.verb, since)
        });
        let is_running = trace == Trace::InProgress;
        match trace {
            Trace::One(snapshot) => {
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
                return Err(outcome::explain(pending, &Throwable::parse(&why)));
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
            let (noun, job) = (pending.verb.noun(), pending.job());
            let what = if is_running {
                format!("timed out: {noun} of {job} is still running")
            } else {
                format!("timed out: what became of {noun} of {job} is not known yet")
            };
            return Err(Failure::new(Exit::TimedOut, what).hint(resume()));
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
