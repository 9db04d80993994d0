//! Waits for an operation that is under way in the cluster.

use std::time::{Duration, Instant};

use super::client::{Client, Pollable};
use super::error::Error;
use crate::domain::ids::TriggerId;
use crate::domain::operation::{OperationStatus, Outcome};

/// The rhythm of the first two seconds.
const QUICK: Duration = Duration::from_millis(10);
/// How long that rhythm is kept.
const QUICK_FOR: Duration = Duration::from_secs(2);
/// Later, the part of the elapsed time that passes between two polls.
const SHARE: f64 = 0.04;
/// The longest time between two polls.
const SLOWEST: Duration = Duration::from_millis(900);

/// How waiting ended.
#[derive(Debug)]
pub enum Waited {
    /// The operation is over.
    Done(Outcome),
    /// The cluster answers, and does not know the trigger id.
    Lost,
    /// The deadline came first: the operation goes on.
    TimedOut,
    /// The cluster has not answered for longer than an outage may last, or until the deadline: nothing is known.
    OutOfReach(Error),
}

/// How long to wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// When to stop waiting; `None` for never.
    pub deadline: Option<Instant>,
    /// How long an outage may last.
    pub reconnect: Duration,
}

/// Polls until the operation is over, riding out outages.
///
/// # Errors
/// Refusals that waiting does not mend: other credentials are wanted, TLS fails, Flink refuses the poll.
pub async fn wait(
    client: &Client,
    what: Pollable,
    id: TriggerId,
    limits: Limits,
) -> Result<Waited, Error> {
    let started = Instant::now();
    let mut last_answer = started;
    // the failure of the last poll: while there is one, nobody knows whether the operation still runs
    let mut outage = None;
    let timed_out = |outage: Option<Error>| outage.map_or(Waited::TimedOut, Waited::OutOfReach);
    loop {
        let status = client.status_once(what, id);
        let status = match limits.deadline {
            None => status.await,
            Some(deadline) => match tokio::time::timeout_at(deadline.into(), status).await {
                Ok(status) => status,
                Err(_) => return Ok(timed_out(outage)),
            },
        };
        match status {
            Ok(OperationStatus::Completed(outcome)) => return Ok(Waited::Done(outcome)),
            Ok(OperationStatus::Unknown) => return Ok(Waited::Lost),
            Ok(OperationStatus::InProgress) => {
                last_answer = Instant::now();
                outage = None;
            }
            Err(error) if !error.is_no_answer() => return Err(error),
            Err(error) if last_answer.elapsed() >= limits.reconnect => {
                return Ok(Waited::OutOfReach(error));
            }
            Err(error) => outage = Some(error),
        }
        let now = Instant::now();
        if limits.deadline.is_some_and(|deadline| now >= deadline) {
            return Ok(timed_out(outage));
        }
        let pause = pause(started.elapsed());
        let left = limits.deadline.map_or(pause, |deadline| deadline - now);
        tokio::time::sleep(pause.min(left)).await;
    }
}

/// The time to the next poll of an operation that has run for `elapsed`.
///
/// Whatever comes of it is seen within 20 ms in the first two seconds, then within a twentieth of the elapsed time,
/// and always within a second.
fn pause(elapsed: Duration) -> Duration {
    if elapsed < QUICK_FOR {
        QUICK
    } else {
        elapsed.mul_f64(SHARE).min(SLOWEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_seen_within_a_twentieth_of_the_elapsed_time_and_a_second() {
        assert!(pause(Duration::ZERO) < Duration::from_millis(20));
        assert!(pause(Duration::from_millis(1999)) < Duration::from_millis(20));
        for seconds in 2..2000 {
            let elapsed = Duration::from_secs(seconds);
            assert!(
                pause(elapsed) < elapsed / 20 && pause(elapsed) < Duration::from_secs(1),
                "{elapsed:?}"
            );
        }
    }
}
