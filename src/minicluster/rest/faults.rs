//! Faults on demand: what a rehearsal wants to see happen, and a healthy cluster will not do.
//!
//! A rule is `TARGET:ACTION[@WHICH]`. It counts what its target matches, from 1, and acts on those that WHICH names:
//! `@3` the third, `@1-5` the first five, `@2-` all from the second on; without it, all.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::exchange::Request;
use crate::domain::ids::JobId;
use crate::minicluster::coordinator::{self, CheckpointKind, SnapshotPoint};

/// A rule that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// It has no colon.
    #[error("'{0}' is no fault: expected TARGET:ACTION, as savepoint:delay=5s")]
    NoAction(String),
    /// Nothing is called so.
    #[error(
        "'{0}' is no target of faults: expected savepoint, stop, checkpoint, disposal, results, http or a path as \
         /jobs/*/savepoints"
    )]
    Target(String),
    /// Not an action of this target.
    #[error("'{action}' is no fault of {target}: expected {expected}")]
    Action {
        /// The action as given.
        action: String,
        /// The target as given.
        target: String,
        /// What would be understood.
        expected: &'static str,
    },
    /// A count that is none.
    #[error("'@{0}' names no occurrence: expected @3, @1-5 or @2-, counted from 1")]
    Which(String),
}

/// An operation that a rule can hinder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Savepoint,
    Stop,
    Checkpoint,
    Disposal,
}

/// What happens to an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hindrance {
    /// It takes longer.
    Delay(Duration),
    /// It fails.
    Fail(String),
}

/// What happens to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Disturbance {
    /// Nothing is done, and the connection ends.
    Drop,
    /// It is done, and the connection ends all the same.
    DropAnswer,
    /// As while no JobManager leads.
    LeaderElection,
    /// It is taken up later.
    Delay(Duration),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Rule {
    Hinder(Operation, Hindrance),
    Disturb(Requests, Disturbance),
    Expire(Duration),
}

/// Requests by method and path; `None` means any.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Requests {
    method: Option<String>,
    /// Steps of the path less the version, `*` for any one.
    steps: Option<Vec<String>>,
}

impl Requests {
    fn matches(&self, request: &Request) -> bool {
        let method = self.method.as_deref();
        let steps = self.steps.as_ref().is_none_or(|steps| {
            steps.len() == request.steps.len()
                && steps
                    .iter()
                    .zip(&request.steps)
                    .all(|(wanted, step)| wanted == "*" || wanted == step)
        });
        steps && method.is_none_or(|method| method == request.method.as_str())
    }
}

/// Occurrences, counted from 1; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Which {
    first: u64,
    last: u64,
}

impl Which {
    const ALL: Self = Self {
        first: 1,
        last: u64::MAX,
    };

    fn parse(text: &str) -> Option<Self> {
        let number = |text: &str| text.parse::<u64>().ok().filter(|number| *number > 0);
        let (first, last) = match text.split_once('-') {
            None => (number(text)?, number(text)?),
            Some((first, "")) => (number(first)?, u64::MAX),
            Some((first, last)) => (number(first)?, number(last)?),
        };
        (first <= last).then_some(Self { first, last })
    }
}

/// One rule, as given with `--fault`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    rule: Rule,
    which: Which,
    text: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (target, action) = text
            .split_once(':')
            .ok_or_else(|| FaultError::NoAction(text.to_owned()))?;
        let (target, action) = (target.trim(), action.trim());
        let (action, which) = match action.rsplit_once('@') {
            // a message may have one of its own
            Some((action, which)) if which.starts_with(|c: char| c.is_ascii_digit()) => {
                let parsed = Which::parse(which);
                (
                    action,
                    parsed.ok_or_else(|| FaultError::Which(which.to_owned()))?,
                )
            }
            Some((_, which)) if !action.starts_with("fail=") => {
                return Err(FaultError::Which(which.to_owned()));
            }
            _ => (action, Which::ALL),
        };
        let wrong = |expected| FaultError::Action {
            action: action.to_owned(),
            target: target.to_owned(),
            expected,
        };
        let operation = |operation| {
            let expected = "delay=DURATION (as delay=5s) or fail=MESSAGE";
            let hindrance = hindrance(action).ok_or_else(|| wrong(expected))?;
            Ok(Rule::Hinder(operation, hindrance))
        };
        let rule = match target {
            "savepoint" => operation(Operation::Savepoint)?,
            "stop" => operation(Operation::Stop)?,
            "checkpoint" => operation(Operation::Checkpoint)?,
            "disposal" => operation(Operation::Disposal)?,
            "results" => {
                let after = action.strip_prefix("expire=").and_then(duration);
                Rule::Expire(after.ok_or_else(|| wrong("expire=DURATION, as expire=2s"))?)
            }
            _ => {
                let requests =
                    requests(target).ok_or_else(|| FaultError::Target(target.to_owned()))?;
                let expected = "drop, drop-answer, 503 or delay=DURATION (as delay=5s)";
                Rule::Disturb(
                    requests,
                    disturbance(action).ok_or_else(|| wrong(expected))?,
                )
            }
        };
        Ok(Self {
            rule,
            which,
            text: text.to_owned(),
        })
    }
}

fn hindrance(action: &str) -> Option<Hindrance> {
    if let Some(message) = action.strip_prefix("fail=") {
        return (!message.is_empty()).then(|| Hindrance::Fail(message.to_owned()));
    }
    action
        .strip_prefix("delay=")
        .and_then(duration)
        .map(Hindrance::Delay)
}

fn disturbance(action: &str) -> Option<Disturbance> {
    match action {
        "drop" => Some(Disturbance::Drop),
        "drop-answer" => Some(Disturbance::DropAnswer),
        "503" => Some(Disturbance::LeaderElection),
        _ => action
            .strip_prefix("delay=")
            .and_then(duration)
            .map(Disturbance::Delay),
    }
}

fn requests(target: &str) -> Option<Requests> {
    if target == "http" {
        return Some(Requests {
            method: None,
            steps: None,
        });
    }
    let (method, path) = match target.split_once(' ') {
        Some((method, path)) => (Some(method.to_ascii_uppercase()), path.trim()),
        None => (None, target),
    };
    let known = ["GET", "POST", "PATCH", "PUT", "DELETE"];
    let is_method = method
        .as_deref()
        .is_none_or(|method| known.contains(&method));
    let path = path.strip_prefix('/').filter(|_| is_method)?;
    let steps = path.split('/').filter(|step| !step.is_empty());
    Some(Requests {
        method,
        steps: Some(
            steps
                .skip_while(|step| *step == "v1")
                .map(str::to_owned)
                .collect(),
        ),
    })
}

/// A number with the unit ms, s or min. At most a day: a fault is to be seen.
fn duration(text: &str) -> Option<Duration> {
    let unit = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let unit = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        _ => return None,
    };
    let millis = number.parse::<u64>().ok()?.checked_mul(unit)?;
    (millis <= 86_400_000).then(|| Duration::from_millis(millis))
}

/// How many snapshots are remembered, so that all subtasks of one meet with the same.
const SNAPSHOTS: usize = 64;

/// A snapshot, by its job and checkpoint id, and what happens to it.
type Decided = ((JobId, u64), Option<Hindrance>);

/// The rules in force, each with its count.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Vec<(Fault, AtomicU64)>,
    /// What was decided of the latest snapshots, newest last.
    decided: Mutex<VecDeque<Decided>>,
}

impl Faults {
    /// These rules, with their counts at 0.
    pub fn new(faults: Vec<Fault>) -> Self {
        Self {
            rules: faults
                .into_iter()
                .map(|fault| (fault, AtomicU64::new(0)))
                .collect(),
            decided: Mutex::default(),
        }
    }

    /// The first rule that acts on an occurrence; every rule that matches counts it.
    fn strike<'f, T>(&'f self, matches: impl Fn(&'f Rule) -> Option<T>) -> Option<T> {
        let mut struck = None;
        for (fault, count) in &self.rules {
            let Some(found) = matches(&fault.rule) else {
                continue;
            };
            let number = count.fetch_add(1, Ordering::Relaxed) + 1;
            if (fault.which.first..=fault.which.last).contains(&number) && struck.is_none() {
                struck = Some(found);
            }
        }
        struck
    }

    /// What happens to the next operation of this kind.
    pub(super) fn hinder(&self, operation: Operation) -> Option<Hindrance> {
        self.strike(|rule| match rule {
            Rule::Hinder(hindered, how) if *hindered == operation => Some(how.clone()),
            _ => None,
        })
    }

    /// What happens to this request.
    pub(super) fn disturb(&self, request: &Request) -> Option<Disturbance> {
        self.strike(|rule| match rule {
            Rule::Disturb(requests, how) if requests.matches(request) => Some(*how),
            _ => None,
        })
    }
}

impl coordinator::Faults for Faults {
    fn at_snapshot(&self, point: &SnapshotPoint) -> coordinator::Fault {
        let operation = match point.kind {
            CheckpointKind::Checkpoint => Operation::Checkpoint,
            CheckpointKind::Savepoint => Operation::Savepoint,
            CheckpointKind::SyncSavepoint => Operation::Stop,
        };
        let snapshot = (point.job, point.checkpoint);
        let mut decided = self.decided.lock().unwrap_or_else(PoisonError::into_inner);
        let known = decided.iter().find(|(known, _)| *known == snapshot);
        let hindrance = match known {
            Some((_, hindrance)) => hindrance.clone(),
            None => {
                let hindrance = self.hinder(operation);
                if decided.len() >= SNAPSHOTS {
                    decided.pop_front();
                }
                decided.push_back((snapshot, hindrance.clone()));
                hindrance
            }
        };
        match hindrance {
            None => coordinator::Fault::None,
            Some(Hindrance::Delay(delay)) => coordinator::Fault::Delay(delay),
            Some(Hindrance::Fail(message)) => coordinator::Fault::Fail(message),
        }
    }
}

/// How long results are kept, where a fault says so: the last one counts.
pub fn expiry(faults: &[Fault]) -> Option<Duration> {
    faults.iter().rev().find_map(|fault| match fault.rule {
        Rule::Expire(after) => Some(after),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::Method;

    fn faults(rules: &[&str]) -> Faults {
        Faults::new(rules.iter().map(|rule| rule.parse().unwrap()).collect())
    }

    fn request(method: Method, uri: &str) -> Request {
        Request::new(method, &uri.parse().unwrap(), "", None)
    }

    #[test]
    fn a_rule_acts_on_the_occurrences_it_names() {
        let faults = faults(&[
            "http:drop@3",
            "/jobs/overview:503@1-2",
            "POST /v1/jobs/*/stop:delay=2s@2-",
        ]);
        let overview = request(Method::GET, "/v1/jobs/overview");
        let struck: Vec<_> = (0..4).map(|_| faults.disturb(&overview)).collect();
        let election = Some(Disturbance::LeaderElection);
        assert_eq!(struck, [election, election, Some(Disturbance::Drop), None]);
        let stop = request(Method::POST, "/jobs/x/stop");
        let later = Some(Disturbance::Delay(Duration::from_secs(2)));
        assert_eq!(
            (faults.disturb(&stop), faults.disturb(&stop)),
            (None, later)
        );
        assert_eq!(faults.disturb(&request(Method::GET, "/jobs/x/stop")), None);
    }

    #[test]
    fn operations_are_delayed_or_failed_each_on_its_own_count() {
        let faults = faults(&[
            "savepoint:delay=500ms@1",
            "savepoint:fail=disk full @ /x@2",
            "stop:fail=no",
        ]);
        let delayed = Hindrance::Delay(Duration::from_millis(500));
        assert_eq!(faults.hinder(Operation::Savepoint), Some(delayed));
        assert_eq!(
            faults.hinder(Operation::Stop),
            Some(Hindrance::Fail("no".to_owned()))
        );
        assert_eq!(
            faults.hinder(Operation::Savepoint),
            Some(Hindrance::Fail("disk full @ /x".to_owned()))
        );
        assert_eq!(faults.hinder(Operation::Savepoint), None);
        assert_eq!(faults.hinder(Operation::Disposal), None);
    }

    #[test]
    fn a_rule_that_cannot_be_read_says_what_was_expected() {
        for (rule, said) in [
            ("savepoint", "expected TARGET:ACTION"),
            ("savepoints:fail=x", "'savepoints' is no target"),
            ("FETCH /x:drop", "is no target"),
            ("savepoint:drop", "expected delay=DURATION"),
            ("savepoint:delay=5", "expected delay=DURATION"),
            ("savepoint:delay=99999999min", "expected delay=DURATION"),
            ("savepoint:fail=", "fail=MESSAGE"),
            ("http:404", "expected drop, drop-answer, 503"),
            ("http:drop@0", "'@0' names no occurrence"),
            ("http:drop@5-1", "'@5-1' names no occurrence"),
            ("http:drop@x", "'@x' names no occurrence"),
            ("results:expire=soon", "expected expire=DURATION"),
        ] {
            let err = rule.parse::<Fault>().unwrap_err().to_string();
            assert!(err.contains(said), "{rule}: {err}");
        }
    }

    #[test]
    fn all_subtasks_of_a_snapshot_meet_with_the_same_fault() {
        use coordinator::{Fault as Met, Faults as _};
        let faults = faults(&["checkpoint:fail=no@2"]);
        let met = |checkpoint, subtask| {
            faults.at_snapshot(&SnapshotPoint {
                job: JobId::from_bytes([7; 16]),
                checkpoint,
                kind: CheckpointKind::Checkpoint,
                vertex: "Source: numbers".to_owned(),
                subtask,
            })
        };
        assert_eq!((met(1, 0), met(1, 1)), (Met::None, Met::None));
        let failed = Met::Fail("no".to_owned());
        assert_eq!((met(2, 1), met(2, 0)), (failed.clone(), failed));
        assert_eq!(met(3, 0), Met::None);
    }

    #[test]
    fn the_last_expiry_counts() {
        let rules = ["results:expire=2s", "results:expire=3s", "http:drop"];
        let rules: Vec<Fault> = rules.iter().map(|rule| rule.parse().unwrap()).collect();
        assert_eq!(expiry(&rules), Some(Duration::from_secs(3)));
        assert_eq!(expiry(&rules[2..]), None);
    }
}
