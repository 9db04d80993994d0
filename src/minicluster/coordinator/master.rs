//! The master of one job: a thread that all that happens to the job passes through, one thing after another.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use super::checkpoints::{Pending, Stopping};
use super::context::Context;
use super::failures;
use super::operations::{OperationKey, Outcome, SavepointRequest, StopRequest};
use super::record::JobRecord;
use super::restore::Beginning;
use super::retention::{self, Holder};
use super::settings::Retention;
use super::snapshot::Snapshot;
use super::statistics::RestoredView;
use super::throwable::Throwable;
use super::view::{JobStatus, TaskState};
use crate::domain::ids::{JobId, TriggerId};
use crate::minicluster::dataflow::plan::task_name;
use crate::minicluster::dataflow::task::TaskContext;
use crate::minicluster::dataflow::{Command, Execution, Report, ReportedEvent, TaskId};
use crate::minicluster::program::JobGraph;

/// What can happen to a job.
pub(super) enum Event {
    Task(Report),
    Savepoint(TriggerId, SavepointRequest),
    Stop(TriggerId, StopRequest),
    Checkpoint(TriggerId),
    Cancel,
    /// The process is gone, as far as anything outside it can tell.
    Abandon,
}

/// A snapshot that the job can start from again.
#[derive(Debug, Clone)]
pub(super) struct Latest {
    pub(super) snapshot: Arc<Snapshot>,
    /// In whose name the job holds its files.
    pub(super) holder: Holder,
    /// Where its metadata is, if it has any that could be named.
    pub(super) location: Option<String>,
    /// Whether the cluster deletes it when the job needs it no more: a checkpoint of its own.
    pub(super) is_own_checkpoint: bool,
}

/// The master of one job.
pub(super) struct Master {
    pub(super) id: JobId,
    pub(super) graph: Arc<JobGraph>,
    pub(super) context: Arc<Context>,
    pub(super) record: Arc<JobRecord>,
    events: Receiver<Event>,
    sender: Sender<Event>,
    /// What the job begins with, as long as it has no snapshot.
    beginning: Beginning,
    pub(super) latest: Option<Latest>,
    /// The checkpoint before `latest`, if that is a savepoint: whoever disposes of a savepoint leaves the job its checkpoint.
    pub(super) checkpoint_before: Option<Latest>,
    pub(super) execution: Option<Execution>,
    attempt: u32,
    restart_at: Option<Instant>,
    exhausted: BTreeSet<TaskId>,
    /// The tasks have been told to end.
    is_finishing: bool,
    is_over: bool,
    pub(super) pending: Vec<Pending>,
    /// Checkpoints that came to nothing, whose directories may still be written to.
    pub(super) abandoned: BTreeSet<u64>,
    pub(super) next_checkpoint: u64,
    pub(super) next_periodic: Option<Instant>,
    pub(super) stopping: Option<Stopping>,
}

/// What a master is made of.
pub(super) struct Start {
    pub(super) id: JobId,
    pub(super) graph: Arc<JobGraph>,
    pub(super) context: Arc<Context>,
    pub(super) record: Arc<JobRecord>,
    pub(super) events: (Sender<Event>, Receiver<Event>),
    pub(super) beginning: Beginning,
    pub(super) restored: Option<Latest>,
}

impl Master {
    pub(super) fn new(start: Start) -> Self {
        let (sender, events) = start.events;
        let restored = start.restored.as_ref();
        let restored = restored.map_or(0, |it| it.snapshot.checkpoint);
        // an earlier process may have had a job of this id, whose checkpoints are to stay
        let directory = start.context.checkpoint_directory(start.id);
        let on_disk = directory.map_or(0, |it| retention::largest_checkpoint(&it));
        Self {
            id: start.id,
            graph: start.graph,
            context: start.context,
            record: start.record,
            events,
            sender,
            beginning: start.beginning,
            latest: start.restored,
            checkpoint_before: None,
            execution: None,
            attempt: 0,
            restart_at: None,
            exhausted: BTreeSet::new(),
            is_finishing: false,
            is_over: false,
            pending: Vec::new(),
            abandoned: BTreeSet::new(),
            next_checkpoint: restored.max(on_disk).saturating_add(1),
            next_periodic: None,
            stopping: None,
        }
    }

    /// Runs the job to its end.
    pub(super) fn run(mut self) -> Self {
        self.deploy();
        while !self.is_over {
            match self.events.recv_timeout(self.patience()) {
                Ok(event) => self.take(event),
                Err(RecvTimeoutError::Timeout) => {}
                // cannot be: the master has a sender of its own
                Err(RecvTimeoutError::Disconnected) => self.abandon(),
            }
            self.on_time();
        }
        self
    }

    /// Answers what came after the end; nothing comes any more.
    pub(super) fn answer_rest(&self) {
        for event in self.events.try_iter() {
            let key = match event {
                Event::Savepoint(trigger, _) | Event::Stop(trigger, _) => {
                    OperationKey::Savepoint(self.id, trigger)
                }
                Event::Checkpoint(trigger) => OperationKey::Checkpoint(self.id, trigger),
                Event::Task(_) | Event::Cancel | Event::Abandon => continue,
            };
            let failure = failures::completion(failures::job_not_found(self.id));
            self.context.operations.end(key, Outcome::Failed(failure));
        }
    }

    /// How long nothing has to be done unless something happens.
    fn patience(&self) -> Duration {
        let deadlines = self.pending.iter().map(|pending| pending.deadline);
        let next = deadlines
            .chain(self.restart_at)
            .chain(self.next_periodic)
            .min();
        next.map_or(Duration::from_secs(3600), |next| {
            next.saturating_duration_since(Instant::now())
        })
    }

    fn on_time(&mut self) {
        let now = Instant::now();
        if self.restart_at.is_some_and(|at| at <= now) {
            self.restart_at = None;
            self.deploy();
        }
        self.expire(now);
        if self.next_periodic.is_some_and(|at| at <= now) {
            self.periodic(now);
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Task(report) if report.attempt == self.attempt => self.task(report),
            // of tasks that are gone: what they wrote goes with the checkpoint's directory
            Event::Task(_) => {}
            Event::Savepoint(trigger, request) => self.savepoint(trigger, request),
            Event::Stop(trigger, request) => self.stop(trigger, request),
            Event::Checkpoint(trigger) => self.checkpoint(trigger),
            Event::Cancel => self.cancel(),
            Event::Abandon => self.abandon(),
        }
    }

    fn task(&mut self, report: Report) {
        let task = report.task;
        match report.event {
            ReportedEvent::Running => self.set_task(task, TaskState::Running),
            ReportedEvent::Acknowledged {
                checkpoint,
                states,
                part,
            } => self.acknowledged(task, checkpoint, states, part),
            ReportedEvent::Declined { checkpoint, cause } => self.declined(checkpoint, cause),
            ReportedEvent::Exhausted => {
                self.exhausted.insert(task);
            }
            ReportedEvent::Finished => {
                self.set_task(task, TaskState::Finished);
                if self.record.lock().all_tasks(TaskState::Finished) {
                    self.finished();
                }
            }
            ReportedEvent::Failed(failure) => {
                self.set_task(task, TaskState::Failed);
                let name = task_name(&self.graph, task);
                self.fail(failure, Some(name));
            }
            ReportedEvent::Canceled => self.set_task(task, TaskState::Canceled),
        }
        self.finish_if_exhausted();
    }

    /// Whether checkpoints make sense: all tasks are at work and will be for a while.
    pub(super) fn is_at_work(&self) -> bool {
        let known = self.record.lock();
        let runs = known.status() == JobStatus::Running && !self.is_finishing;
        runs && known.all_tasks(TaskState::Running)
    }

    /// Has the tasks end once all has been read and no snapshot is under way.
    pub(super) fn finish_if_exhausted(&mut self) {
        let is_exhausted = self.exhausted.len() == self.task_count();
        if is_exhausted && self.pending.is_empty() && self.stopping.is_none() && self.is_at_work() {
            self.finish_tasks();
        }
    }

    /// Has the tasks end, and end well.
    pub(super) fn finish_tasks(&mut self) {
        self.is_finishing = true;
        self.next_periodic = None;
        if let Some(execution) = &self.execution {
            execution.command_all(Command::Finish);
        }
    }

    pub(super) fn task_count(&self) -> usize {
        let vertices = self.graph.vertices.iter();
        vertices.map(|vertex| vertex.parallelism as usize).sum()
    }

    /// Starts all tasks, from the latest snapshot if there is one.
    fn deploy(&mut self) {
        self.exhausted.clear();
        self.is_finishing = false;
        self.set_status(JobStatus::Running);
        if let Err(failure) = self.start_tasks() {
            self.fail(failure, None);
            return;
        }
        let interval = self.graph.checkpoint_interval;
        let interval = interval.or(self.context.settings.checkpoint_interval);
        self.next_periodic = interval.map(|interval| Instant::now() + interval);
    }

    fn start_tasks(&mut self) -> Result<(), Throwable> {
        if let Some(latest) = self.latest.clone() {
            self.beginning = Beginning::of(&self.graph, Some(&latest.snapshot))?;
            self.record.lock().tracker.restored(RestoredView {
                id: latest.snapshot.checkpoint,
                restore_ms: self.context.now_ms(),
                is_savepoint: latest.snapshot.is_savepoint,
                external_path: latest.location,
            });
        }
        self.beginning.restore_files()?;
        let settings = &self.context.settings;
        let sender = self.sender.clone();
        let context = TaskContext {
            job: self.id,
            attempt: self.attempt,
            directory: self.context.checkpoint_directory(self.id),
            clock: Arc::clone(&settings.clock),
            randomness: Arc::clone(&settings.randomness),
            faults: Arc::clone(&settings.faults),
            print: Arc::clone(&settings.print),
            // fails only when the master is gone, and then nobody asks
            report: Box::new(move |report| drop(sender.send(Event::Task(report)))),
        };
        let beginning = &self.beginning;
        let execution = Execution::start(&self.graph, &Arc::new(context), |id| beginning.task(id))?;
        let now_ms = self.context.now_ms();
        let mut known = self.record.lock();
        known.deployed(self.attempt, execution.counters(), now_ms);
        drop(known);
        self.execution = Some(execution);
        Ok(())
    }

    /// Ends all tasks, and all snapshots that are under way.
    fn end_tasks(&mut self, reason: &Throwable) {
        self.next_periodic = None;
        if let Some(execution) = self.execution.take() {
            execution.end();
        }
        self.abort_all(reason);
        // what they report from now on is of the past
        self.attempt += 1;
    }

    /// A task, or the job as a whole, failed: starts again, or ends.
    fn fail(&mut self, failure: Throwable, task: Option<String>) {
        let now_ms = self.context.now_ms();
        self.record.lock().failed(failure.clone(), task, now_ms);
        if self.record.lock().status() == JobStatus::Cancelling {
            return self.cancelled();
        }
        self.stop_failed(&failure);
        let limit = self.graph.restart_attempts;
        let limit = limit.unwrap_or(self.context.settings.restart.attempts);
        let goes_on = self.attempt < limit;
        self.set_status(match goes_on {
            true => JobStatus::Restarting,
            false => JobStatus::Failing,
        });
        let reason = match goes_on {
            true => failures::suspending(),
            false => failures::shutdown(),
        };
        self.end_tasks(&reason);
        self.set_others(TaskState::Canceled);
        match goes_on {
            true => self.restart_at = Some(Instant::now() + self.context.settings.restart.delay),
            false => self.end(JobStatus::Failed),
        }
    }

    pub(super) fn cancel(&mut self) {
        self.set_status(JobStatus::Cancelling);
        self.set_others(TaskState::Canceling);
        self.cancelled();
    }

    fn cancelled(&mut self) {
        self.restart_at = None;
        self.end_tasks(&failures::shutdown());
        self.stop_failed(&failures::shutdown());
        self.set_others(TaskState::Canceled);
        self.end(JobStatus::Canceled);
    }

    fn finished(&mut self) {
        self.end_tasks(&failures::shutdown());
        self.end(JobStatus::Finished);
        self.stopped();
    }

    /// The process is gone: threads end, and nothing else is done.
    fn abandon(&mut self) {
        if let Some(execution) = self.execution.take() {
            execution.end();
        }
        self.is_over = true;
    }

    /// The job has ended so. Its checkpoints go, or stay for the user.
    fn end(&mut self, status: JobStatus) {
        self.is_over = true;
        let own = [self.latest.take(), self.checkpoint_before.take()];
        for latest in own.into_iter().flatten() {
            let retention = self.context.settings.retention;
            let is_kept = match status {
                JobStatus::Canceled => retention == Retention::RetainOnCancellation,
                JobStatus::Failed => retention != Retention::NoExternalizedCheckpoints,
                _ => false,
            };
            match &latest.location {
                Some(location) if is_kept && latest.is_own_checkpoint => {
                    self.retain(&latest, location);
                }
                _ => self.release(&latest),
            }
        }
        self.sweep();
        if let Some(directory) = self.context.checkpoint_directory(self.id) {
            self.context.holders.remove_if_empty(&directory);
        }
        self.set_status(status);
    }

    pub(super) fn set_status(&self, status: JobStatus) {
        self.record.lock().set_status(status, self.context.now_ms());
    }

    fn set_task(&self, task: TaskId, state: TaskState) {
        self.record
            .lock()
            .set_task(task, state, self.context.now_ms());
    }

    fn set_others(&self, state: TaskState) {
        self.record.lock().set_others(state, self.context.now_ms());
    }
}
