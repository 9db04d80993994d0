//! The snapshots of a job, from the trigger to the last acknowledgement, or to their failure.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::durable;
use super::failures;
use super::location;
use super::master::Master;
use super::operations::{OperationKey, Outcome, SavepointRequest, StopRequest};
use super::record::checkpoint_timeout;
use super::settings::Backend;
use super::statistics::{
    CheckpointKind, CheckpointStatus, CheckpointView, SubtaskCheckpointView, TaskCheckpointView,
};
use super::throwable::Throwable;
use crate::domain::ids::TriggerId;
use crate::domain::snapshot::FormatType;
use crate::minicluster::dataflow::plan::task_name;
use crate::minicluster::dataflow::snapshot::{SubtaskState, io_failure};
use crate::minicluster::dataflow::{Barrier, Command, TaskId};

/// A snapshot under way.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) id: u64,
    pub(super) purpose: Purpose,
    pub(super) destination: Destination,
    pub(super) deadline: Instant,
    pub(super) acknowledged: BTreeMap<TaskId, Vec<SubtaskState>>,
}

/// Why a snapshot is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Periodic,
    OnRequest(OperationKey),
    Savepoint { key: OperationKey, cancel_job: bool },
    Stop { key: OperationKey, drain: bool },
}

/// Where the metadata goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Destination {
    /// Of a checkpoint, whose state is on the heap: there is none.
    Nowhere,
    /// Beside the state.
    Checkpoint(PathBuf),
    /// Onto the heap.
    Heap,
    /// Into a directory of its own.
    Savepoint(PathBuf),
}

/// A stop under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stopping {
    pub(super) key: OperationKey,
    /// Where the savepoint lies, once it is complete.
    pub(super) location: Option<String>,
}

impl Purpose {
    pub(super) fn kind(self) -> CheckpointKind {
        match self {
            Purpose::Periodic | Purpose::OnRequest(_) => CheckpointKind::Checkpoint,
            Purpose::Savepoint { .. } => CheckpointKind::Savepoint,
            Purpose::Stop { .. } => CheckpointKind::SyncSavepoint,
        }
    }

    fn key(self) -> Option<OperationKey> {
        match self {
            Purpose::Periodic => None,
            Purpose::OnRequest(key)
            | Purpose::Savepoint { key, .. }
            | Purpose::Stop { key, .. } => Some(key),
        }
    }
}

impl Master {
    /// It is time for the next checkpoint; not while one is under way.
    pub(super) fn periodic(&mut self, now: Instant) {
        let interval = self.graph.checkpoint_interval;
        let interval = interval.or(self.context.settings.checkpoint_interval);
        self.next_periodic = interval.map(|interval| now + interval);
        let is_periodic = |pending: &Pending| pending.purpose == Purpose::Periodic;
        if self.is_at_work() && self.stopping.is_none() && !self.pending.iter().any(is_periodic) {
            self.trigger(Purpose::Periodic, None);
        }
    }

    pub(super) fn checkpoint(&mut self, trigger: TriggerId) {
        let key = OperationKey::Checkpoint(self.id, trigger);
        self.trigger(Purpose::OnRequest(key), None);
    }

    pub(super) fn savepoint(&mut self, trigger: TriggerId, request: SavepointRequest) {
        let key = OperationKey::Savepoint(self.id, trigger);
        let cancel_job = request.cancel_job;
        self.trigger(Purpose::Savepoint { key, cancel_job }, request.target);
    }

    pub(super) fn stop(&mut self, trigger: TriggerId, request: StopRequest) {
        let key = OperationKey::Savepoint(self.id, trigger);
        if self.stopping.is_some() {
            return self.refuse(Some(key), failures::stop_under_way());
        }
        let drain = request.drain;
        if self.trigger(Purpose::Stop { key, drain }, request.target) {
            let location = None;
            self.stopping = Some(Stopping { key, location });
        }
    }

    /// Begins a snapshot; false if it was refused.
    fn trigger(&mut self, purpose: Purpose, target: Option<String>) -> bool {
        if !self.is_at_work() {
            let idle = self.record.lock().idle_task();
            let task = idle.unwrap_or(TaskId {
                vertex: 0,
                subtask: 0,
            });
            let name = task_name(&self.graph, task);
            self.refuse(purpose.key(), failures::tasks_not_running(&name, self.id));
            return false;
        }
        let id = self.next_checkpoint;
        self.next_checkpoint = id.saturating_add(1);
        let trigger_ms = self.context.now_ms();
        self.begin_view(id, purpose.kind(), trigger_ms);
        let destination = match self.destination(id, purpose.kind(), target) {
            Ok(destination) => destination,
            Err(failure) => {
                // what has no place is listed as failed, other than what is refused
                let message = failure.message.clone();
                let now = self.context.now_ms();
                self.record.lock().tracker.failed(id, now, message);
                self.answer(purpose.key(), failure);
                return false;
            }
        };
        let timeout = checkpoint_timeout(&self.graph, &self.context.settings);
        self.pending.push(Pending {
            id,
            purpose,
            destination,
            deadline: Instant::now() + timeout,
            acknowledged: BTreeMap::new(),
        });
        let barrier = Barrier {
            checkpoint: id,
            kind: purpose.kind(),
            trigger_ms,
        };
        let pause = matches!(purpose, Purpose::Stop { .. });
        if let Some(execution) = &self.execution {
            execution.command_sources(Command::Trigger { barrier, pause });
        }
        true
    }

    /// Nothing was begun.
    fn refuse(&mut self, key: Option<OperationKey>, failure: Throwable) {
        self.record.lock().tracker.refused();
        self.answer(key, failure);
    }

    fn answer(&mut self, key: Option<OperationKey>, failure: Throwable) {
        if let Some(key) = key {
            let failure = failures::completion(failure);
            self.context.operations.end(key, Outcome::Failed(failure));
        }
    }

    fn begin_view(&self, id: u64, kind: CheckpointKind, trigger_ms: i64) {
        let vertices = self.graph.vertices.iter();
        let tasks = vertices.map(|vertex| TaskCheckpointView {
            id: self.graph.operators[vertex.operators[0]].id,
            subtasks: vec![None; vertex.parallelism as usize],
        });
        self.record.lock().tracker.began(CheckpointView {
            id,
            kind,
            format: kind.is_savepoint().then_some(FormatType::Native),
            status: CheckpointStatus::InProgress,
            trigger_ms,
            latest_ack_ms: None,
            state_size: 0,
            num_subtasks: u32::try_from(self.task_count()).unwrap_or(u32::MAX),
            num_acknowledged: 0,
            tasks: tasks.collect(),
        });
    }

    /// The directory for a snapshot's state; `None` if that stays on the heap.
    pub(super) fn state_directory(&self, id: u64) -> Option<PathBuf> {
        let below = self.context.checkpoint_directory(self.id)?;
        Some(below.join(format!("chk-{id}")))
    }

    /// Makes the directories that a snapshot needs.
    fn destination(
        &self,
        id: u64,
        kind: CheckpointKind,
        target: Option<String>,
    ) -> Result<Destination, Throwable> {
        let state = self.state_directory(id);
        if let Some(directory) = &state {
            self.make_directory(directory)?;
        }
        if !kind.is_savepoint() {
            return Ok(state.map_or(Destination::Nowhere, Destination::Checkpoint));
        }
        let parent = match (target, &self.context.settings.savepoints) {
            (Some(target), _) => location::target(&target).map_err(failures::bad_target),
            (None, Backend::Filesystem(directory)) => Ok(directory.clone()),
            (None, Backend::Jobmanager) => return Ok(Destination::Heap),
        };
        let made = parent.and_then(|parent| {
            durable::make_directory(&parent)
                .map_err(|error| failures::no_directory(&parent, io_failure(&error)))?;
            let directory = location::spelled(&parent).join(self.savepoint_name());
            self.make_directory(&directory)?;
            Ok(Destination::Savepoint(directory))
        });
        if let (Err(_), Some(directory)) = (&made, &state) {
            self.context.holders.remove_failed(directory);
        }
        made
    }

    fn make_directory(&self, directory: &Path) -> Result<(), Throwable> {
        let made = self.context.holders.make_directory(directory);
        made.map_err(|error| failures::no_directory(directory, io_failure(&error)))
    }

    /// `savepoint-<6 digits of the job id>-<12 random ones>`.
    fn savepoint_name(&self) -> String {
        let job = self.id.to_string();
        let random = u128::from_be_bytes(self.context.settings.randomness.bytes());
        let random = format!("{random:032x}");
        format!("savepoint-{}-{}", &job[..6], &random[..12])
    }

    pub(super) fn acknowledged(
        &mut self,
        task: TaskId,
        checkpoint: u64,
        states: Vec<SubtaskState>,
        part: SubtaskCheckpointView,
    ) {
        let all = self.task_count();
        let found = self.pending.iter().position(|it| it.id == checkpoint);
        let Some(position) = found else {
            return self.late(checkpoint);
        };
        let pending = &mut self.pending[position];
        pending.acknowledged.insert(task, states);
        let is_complete = pending.acknowledged.len() == all;
        let mut known = self.record.lock();
        known
            .tracker
            .acknowledged(checkpoint, task.vertex, task.subtask, part);
        drop(known);
        if is_complete {
            let pending = self.pending.remove(position);
            self.complete(pending);
        }
    }

    pub(super) fn declined(&mut self, checkpoint: u64, cause: Throwable) {
        let found = self.pending.iter().position(|it| it.id == checkpoint);
        let Some(position) = found else {
            return self.late(checkpoint);
        };
        let pending = self.pending.remove(position);
        self.abort(pending, failures::declined(cause));
    }

    /// Something came of a checkpoint that has come to nothing: its directory may be there again.
    fn late(&self, checkpoint: u64) {
        if self.abandoned.contains(&checkpoint)
            && let Some(directory) = self.state_directory(checkpoint)
        {
            self.context.holders.remove_failed(&directory);
        }
    }

    /// Deletes what late tasks may have left. None is at work any more.
    pub(super) fn sweep(&mut self) {
        for checkpoint in std::mem::take(&mut self.abandoned) {
            if let Some(directory) = self.state_directory(checkpoint) {
                self.context.holders.remove_failed(&directory);
            }
        }
    }

    /// Fails what has taken too long.
    pub(super) fn expire(&mut self, now: Instant) {
        while let Some(late) = self.pending.iter().position(|it| it.deadline <= now) {
            let pending = self.pending.remove(late);
            self.abort(pending, failures::expired());
        }
    }

    /// All tasks are gone, and what was under way with them.
    pub(super) fn abort_all(&mut self, reason: &Throwable) {
        for pending in std::mem::take(&mut self.pending) {
            self.abort(pending, reason.clone());
        }
        self.sweep();
    }

    /// A snapshot came to nothing; the job goes on.
    pub(super) fn abort(&mut self, pending: Pending, failure: Throwable) {
        if let Some(directory) = self.state_directory(pending.id) {
            self.context.holders.remove_failed(&directory);
            self.abandoned.insert(pending.id);
        }
        if let Destination::Savepoint(directory) = &pending.destination {
            self.context.holders.remove_failed(directory);
        }
        let now_ms = self.context.now_ms();
        let message = failure.message.clone();
        self.record
            .lock()
            .tracker
            .failed(pending.id, now_ms, message);
        if let Some(key) = pending.purpose.key() {
            let failure = failures::completion(failure);
            self.context.operations.end(key, Outcome::Failed(failure));
        }
        if matches!(pending.purpose, Purpose::Stop { .. }) {
            self.stopping = None;
            if let Some(execution) = &self.execution {
                execution.command_sources(Command::Resume);
            }
        }
        self.finish_if_exhausted();
    }
}
