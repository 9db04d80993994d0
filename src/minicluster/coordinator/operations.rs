//! Asynchronous operations: what was asked under a trigger id, and what came of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use super::settings::{Clock, Settings};
use super::throwable::Throwable;
use crate::domain::ids::{JobId, TriggerId};
use crate::domain::snapshot::FormatType;
use crate::minicluster::lock::lock;

/// How far an operation got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationState {
    /// Under way.
    InProgress,
    /// Over, well or badly.
    Completed(Outcome),
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The savepoint lies there.
    Location(String),
    /// The checkpoint with this id is complete.
    Checkpoint(u64),
    /// The snapshot is disposed of.
    Disposed,
    /// It failed.
    Failed(Throwable),
}

/// What a savepoint should be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SavepointRequest {
    /// The directory to put it in: a path or `file:` URI. Without it the cluster's savepoint backend decides.
    pub target: Option<String>,
    /// Whether to cancel the job once it is complete.
    pub cancel_job: bool,
    /// The format that is asked for. The minicluster has one alone, its state's own, and says so: `NATIVE`.
    pub format: Option<FormatType>,
}

/// How a job should be stopped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StopRequest {
    /// As [`SavepointRequest::target`].
    pub target: Option<String>,
    /// Whether to drain: the savepoint records it.
    pub drain: bool,
    /// As [`SavepointRequest::format`].
    pub format: Option<FormatType>,
}

/// What an operation is known by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum OperationKey {
    /// A savepoint or a stop.
    Savepoint(JobId, TriggerId),
    Checkpoint(JobId, TriggerId),
    Disposal(TriggerId),
}

/// All operations, until some time after their end.
pub(super) struct Operations {
    known: Mutex<HashMap<OperationKey, Known>>,
    clock: Arc<dyn Clock>,
    /// How long results are kept, in milliseconds.
    kept_ms: i64,
}

struct Known {
    state: OperationState,
    ended_ms: Option<i64>,
}

impl Operations {
    pub(super) fn new(settings: &Settings) -> Self {
        Self {
            known: Mutex::new(HashMap::new()),
            clock: Arc::clone(&settings.clock),
            kept_ms: i64::try_from(settings.async_store.as_millis()).unwrap_or(i64::MAX),
        }
    }

    /// Takes note of a new operation; false if it is known already.
    pub(super) fn begin(&self, key: OperationKey) -> bool {
        let mut known = self.fresh();
        if known.contains_key(&key) {
            return false;
        }
        let state = OperationState::InProgress;
        let ended_ms = None;
        known.insert(key, Known { state, ended_ms });
        true
    }

    /// Takes note of an operation's end.
    pub(super) fn end(&self, key: OperationKey, outcome: Outcome) {
        let state = OperationState::Completed(outcome);
        let ended_ms = Some(self.clock.now_ms());
        lock(&self.known).insert(key, Known { state, ended_ms });
    }

    /// Fails what is under way of a job that nobody is left to answer for.
    pub(super) fn fail_all(&self, job: JobId, failure: &Throwable) {
        let of_job = |key: &OperationKey| match key {
            OperationKey::Savepoint(of, _) | OperationKey::Checkpoint(of, _) => *of == job,
            OperationKey::Disposal(_) => false,
        };
        let ended_ms = Some(self.clock.now_ms());
        for (key, known) in lock(&self.known).iter_mut() {
            if known.ended_ms.is_none() && of_job(key) {
                let state = OperationState::Completed(Outcome::Failed(failure.clone()));
                *known = Known { state, ended_ms };
            }
        }
    }

    pub(super) fn state(&self, key: OperationKey) -> Option<OperationState> {
        Some(self.fresh().get(&key)?.state.clone())
    }

    /// Those that have not expired.
    fn fresh(&self) -> MutexGuard<'_, HashMap<OperationKey, Known>> {
        let mut known = lock(&self.known);
        let now = self.clock.now_ms();
        let is_fresh = |it: &Known| it.ended_ms.is_none_or(|ended| now - ended < self.kept_ms);
        known.retain(|_, it| is_fresh(it));
        known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_of_a_job_without_a_master_fails_and_nothing_else() {
        let operations = Operations::new(&Settings::default());
        let [gone, other] = [1, 2].map(|n| JobId::from_bytes([n; 16]));
        let trigger = TriggerId::from_bytes([3; 16]);
        let keys = [
            OperationKey::Savepoint(gone, trigger),
            OperationKey::Checkpoint(gone, trigger),
            OperationKey::Savepoint(other, trigger),
            OperationKey::Disposal(trigger),
        ];
        for key in keys {
            assert!(operations.begin(key));
        }
        let failure = Throwable::new("java.lang.IllegalStateException", "gone");
        operations.fail_all(gone, &failure);
        let is_under_way = |key| operations.state(key) == Some(OperationState::InProgress);
        assert_eq!(keys.map(is_under_way), [false, false, true, true]);
    }
}
