//! The snapshots of a job once all subtasks have acknowledged: they are written out, and take the place of the one before.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::checkpoints::{Destination, Pending, Purpose, Stopping};
use super::durable;
use super::failures;
use super::location;
use super::master::{Latest, Master};
use super::operations::Outcome;
use super::retention::Holder;
use super::snapshot::{OperatorState, Snapshot, properties};
use super::throwable::Throwable;
use crate::minicluster::dataflow::Command;
use crate::minicluster::dataflow::snapshot::{SubtaskState, io_failure, uuid};

/// What Flink says instead of a path where a checkpoint has none.
const NOT_ADDRESSABLE: &str = "<checkpoint-not-externally-addressable>";

impl Master {
    /// All subtasks have acknowledged: writes the metadata, and lets go of the snapshot before.
    pub(super) fn complete(&mut self, mut pending: Pending) {
        let snapshot = self.snapshot(&mut pending);
        let (location, files) = match self.write_metadata(&pending, &snapshot) {
            Ok(written) => written,
            Err(cause) => {
                let failure = failures::not_finalized(pending.id, cause);
                return self.abort(pending, failure);
            }
        };
        let latest = self.keep(&pending, snapshot, &location, &files);
        let before = self.latest.replace(latest);
        let path = location
            .clone()
            .unwrap_or_else(|| NOT_ADDRESSABLE.to_owned());
        self.record.lock().tracker.completed(pending.id, path);
        self.supersede(before, pending.purpose.kind().is_savepoint());
        if let Some(execution) = &self.execution {
            execution.command_all(Command::Complete(pending.id));
        }
        self.tell(&pending, location);
    }

    /// Lets go of what a complete snapshot takes the place of: of a checkpoint only a checkpoint does, as in Flink since 1.15.
    fn supersede(&mut self, before: Option<Latest>, by_savepoint: bool) {
        match before {
            Some(before) if by_savepoint && before.is_own_checkpoint => {
                self.checkpoint_before = Some(before);
            }
            Some(before) => self.release(&before),
            None => {}
        }
        if !by_savepoint && let Some(before) = self.checkpoint_before.take() {
            self.release(&before);
        }
    }

    /// Has a complete snapshot's files kept: for the job, and if it is a savepoint for whoever asked for it.
    fn keep(
        &self,
        pending: &Pending,
        snapshot: Snapshot,
        location: &Option<String>,
        metadata: &[PathBuf],
    ) -> Latest {
        let holder = Holder::Job {
            job: self.id,
            checkpoint: pending.id,
            restored: false,
        };
        let files = snapshot.files();
        self.context.holders.own(&holder, &files);
        let is_savepoint = pending.purpose.kind().is_savepoint();
        match location {
            Some(location) if is_savepoint => {
                let holder = Holder::Location(location.clone());
                self.context.holders.own(&holder, &files);
                self.context.holders.own(&holder, metadata);
            }
            _ => self.context.holders.own(&holder, metadata),
        }
        if files.is_empty()
            && let Some(directory) = self.state_directory(pending.id)
        {
            // a job without state leaves nothing in it
            self.context.holders.remove_if_empty(&directory);
        }
        Latest {
            snapshot: Arc::new(snapshot),
            holder,
            location: location.clone(),
            is_own_checkpoint: !is_savepoint,
        }
    }

    /// Tells whoever asked for a snapshot that it is complete, and does what was to follow.
    fn tell(&mut self, pending: &Pending, location: Option<String>) {
        let location = location.unwrap_or_default();
        match pending.purpose {
            Purpose::Periodic => {}
            Purpose::OnRequest(key) => {
                self.context
                    .operations
                    .end(key, Outcome::Checkpoint(pending.id));
            }
            Purpose::Savepoint { key, cancel_job } => {
                if cancel_job {
                    self.cancel();
                }
                self.context
                    .operations
                    .end(key, Outcome::Location(location));
            }
            Purpose::Stop { key, .. } => {
                let location = Some(location);
                self.stopping = Some(Stopping { key, location });
                return self.finish_tasks();
            }
        }
        self.finish_if_exhausted();
    }

    /// The snapshot of all that was acknowledged.
    fn snapshot(&self, pending: &mut Pending) -> Snapshot {
        let mut operators: Vec<OperatorState> = Vec::new();
        for (task, states) in std::mem::take(&mut pending.acknowledged) {
            for state in states {
                let known = operators.iter().position(|it| it.id == state.operator);
                let at = known.unwrap_or_else(|| {
                    operators.push(self.operator(task.vertex, &state));
                    operators.len() - 1
                });
                operators[at].subtasks.push((task.subtask, state));
            }
        }
        Snapshot {
            checkpoint: pending.id,
            is_savepoint: pending.purpose.kind().is_savepoint(),
            operators,
        }
    }

    /// The operator that state is of: the first of the vertex with its id.
    fn operator(&self, vertex: usize, state: &SubtaskState) -> OperatorState {
        let vertex = &self.graph.vertices[vertex];
        let mut operators = vertex.operators.iter().map(|at| &self.graph.operators[*at]);
        let operator = operators.find(|operator| operator.id == state.operator);
        OperatorState {
            id: state.operator,
            name: operator.map(|it| it.name.clone()).unwrap_or_default(),
            uid: operator.and_then(|it| it.uid.clone()),
            parallelism: vertex.parallelism,
            max_parallelism: vertex.max_parallelism,
            subtasks: Vec::new(),
        }
    }

    /// Writes the metadata to where it belongs; gives the location, and the file.
    fn write_metadata(
        &self,
        pending: &Pending,
        snapshot: &Snapshot,
    ) -> Result<(Option<String>, Vec<PathBuf>), Throwable> {
        let drain = matches!(pending.purpose, Purpose::Stop { drain: true, .. });
        let settings = &self.context.settings;
        let kind = pending.purpose.kind();
        let properties = properties(kind, drain, settings.retention);
        let randomness = settings.randomness.as_ref();
        let write = |directory: Option<&Path>| snapshot.write(properties, directory, randomness);
        if let Some(directory) = self.state_directory(pending.id) {
            durable::sync_directory(&directory).map_err(|error| io_failure(&error))?;
        }
        match &pending.destination {
            Destination::Nowhere => Ok((None, Vec::new())),
            Destination::Heap => {
                let number = self.context.heap.keep(write(None)?);
                Ok((Some(location::of_heap(number)), Vec::new()))
            }
            Destination::Checkpoint(directory) | Destination::Savepoint(directory) => {
                let bytes = write(Some(directory))?;
                durable::write(directory, "_metadata", &bytes, &uuid(randomness))
                    .map_err(|error| io_failure(&error))?;
                let file = directory.join("_metadata");
                Ok((Some(location::of_path(directory)), vec![file]))
            }
        }
    }

    /// The job needs a snapshot no more.
    pub(super) fn release(&self, before: &Latest) {
        if before.is_own_checkpoint {
            self.record
                .lock()
                .tracker
                .discarded(before.snapshot.checkpoint);
        }
        if let Err(error) = self.context.holders.release(&before.holder) {
            let failure = io_failure(&error);
            let now_ms = self.context.now_ms();
            self.record.lock().failed(failure, None, now_ms);
        }
    }

    /// The job ends, and leaves its latest checkpoint to the user.
    pub(super) fn retain(&self, latest: &Latest, location: &str) {
        let kept = Holder::Location(location.to_owned());
        self.context.holders.hand_over(&latest.holder, &kept);
    }

    /// The job has finished: if it was stopped, that is done.
    pub(super) fn stopped(&mut self) {
        if let Some(Stopping { key, location }) = self.stopping.take() {
            let location = location.unwrap_or_default();
            self.context
                .operations
                .end(key, Outcome::Location(location));
        }
    }

    /// The job failed, or was cancelled, before a stop was done. If its savepoint is not complete, its own end tells.
    pub(super) fn stop_failed(&mut self, failure: &Throwable) {
        if let Some(Stopping {
            key,
            location: Some(location),
        }) = self.stopping.take()
        {
            let failure = failures::stopping_failed(&location, self.id, failure.clone());
            let failure = failures::completion(failure);
            self.context.operations.end(key, Outcome::Failed(failure));
        }
    }
}
