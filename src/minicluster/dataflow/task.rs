//! A task: one subtask of a vertex, on a thread of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::barrier::{Alignment, Arrival, Barrier};
use super::chain::{Chain, Print};
use super::channel::{Closed, Due, Element, Gate};
use super::output::SendError;
use super::plan::TaskId;
use super::snapshot::{SubtaskState, Target};
use super::source::Source;
use crate::domain::ids::JobId;
use crate::minicluster::coordinator::{
    Clock, Fault, Faults, Randomness, SnapshotPoint, SubtaskCheckpointView, TaskPoint, Throwable,
};
use crate::minicluster::program::Value;
use crate::state::write::WriteError;

/// How many records a source reads before it looks for commands.
const SOURCE_BATCH: usize = 256;

/// What the coordinator tells a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::minicluster) enum Command {
    /// To a source: send this barrier. With `pause` no records follow it.
    Trigger {
        /// The barrier.
        barrier: Barrier,
        /// Whether the job stops with this snapshot.
        pause: bool,
    },
    /// To a source: the stop failed, go on.
    Resume,
    /// The snapshot is complete.
    Complete(u64),
    /// End, and end well: all records have been taken.
    Finish,
}

/// What a task tells the coordinator.
#[derive(Debug)]
pub(in crate::minicluster) struct Report {
    /// Which start of the job the task belongs to.
    pub(in crate::minicluster) attempt: u32,
    pub(in crate::minicluster) task: TaskId,
    pub(in crate::minicluster) event: ReportedEvent,
}

/// What happened to a task.
#[derive(Debug)]
pub(in crate::minicluster) enum ReportedEvent {
    /// It has its state and is at work.
    Running,
    Acknowledged {
        checkpoint: u64,
        states: Vec<SubtaskState>,
        part: SubtaskCheckpointView,
    },
    Declined {
        checkpoint: u64,
        cause: Throwable,
    },
    /// There is nothing more to read, and all is sent on.
    Exhausted,
    Finished,
    Failed(Throwable),
    Canceled,
}

/// What all tasks of a start of a job share.
pub(in crate::minicluster) struct TaskContext {
    pub(in crate::minicluster) job: JobId,
    pub(in crate::minicluster) attempt: u32,
    /// Below it each checkpoint has a directory; without it state goes to the heap.
    pub(in crate::minicluster) directory: Option<PathBuf>,
    pub(in crate::minicluster) clock: Arc<dyn Clock>,
    pub(in crate::minicluster) randomness: Arc<dyn Randomness>,
    pub(in crate::minicluster) faults: Arc<dyn Faults>,
    pub(in crate::minicluster) print: Print,
    pub(in crate::minicluster) report: Box<dyn Fn(Report) + Send + Sync>,
}

/// Records that a task took and gave.
#[derive(Debug, Default)]
pub(in crate::minicluster) struct Counters {
    pub(in crate::minicluster) taken: AtomicU64,
    pub(in crate::minicluster) given: AtomicU64,
}

/// A task at work.
pub(super) struct Task {
    pub(super) id: TaskId,
    /// The vertex's name.
    pub(super) vertex: String,
    /// As in `Map (1/2)`.
    pub(super) name: String,
    pub(super) gate: Arc<Gate>,
    pub(super) chain: Chain,
    pub(super) source: Option<Source>,
    pub(super) context: Arc<TaskContext>,
    pub(super) counters: Arc<Counters>,
    pub(super) progress: Progress,
}

/// How far a task is with its inputs.
#[derive(Debug, Default)]
pub(super) struct Progress {
    alignment: Alignment,
    channels: usize,
    ended_channels: usize,
    /// Records wait in the outputs.
    is_dirty: bool,
    /// The readers were told that nothing more comes.
    is_ended: bool,
    taken: u64,
    records: Vec<Value>,
}

/// How a task ended.
pub(super) enum End {
    Finished,
    Canceled,
}

impl From<Closed> for Stop {
    fn from(Closed: Closed) -> Self {
        Self::Closed
    }
}

impl From<SendError> for Stop {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Closed => Self::Closed,
            SendError::Failed(failure) => Self::Failed(failure),
        }
    }
}

impl From<Throwable> for Stop {
    fn from(failure: Throwable) -> Self {
        Self::Failed(failure)
    }
}

/// Why a task does not go on.
enum Stop {
    Closed,
    Failed(Throwable),
}

impl Task {
    /// Works until the end.
    pub(super) fn run(&mut self) -> Result<End, Throwable> {
        self.progress.channels = self.gate.channels();
        self.report(ReportedEvent::Running);
        match self.work() {
            Ok(()) => Ok(End::Finished),
            Err(Stop::Closed) => Ok(End::Canceled),
            Err(Stop::Failed(failure)) => Err(failure),
        }
    }

    pub(super) fn report(&self, event: ReportedEvent) {
        (self.context.report)(Report {
            attempt: self.context.attempt,
            task: self.id,
            event,
        });
    }

    fn work(&mut self) -> Result<(), Stop> {
        loop {
            match self.gate.next(self.patience()) {
                Due::Closed => return Err(Stop::Closed),
                Due::Command(Command::Finish) => {
                    self.chain.finish()?;
                    return Ok(());
                }
                Due::Command(command) => self.obey(command)?,
                Due::Element(channel, element) => self.take(channel, element)?,
                Due::Nothing => self.idle()?,
            }
        }
    }

    /// How long to wait for something to do.
    fn patience(&self) -> Option<Duration> {
        match &self.source {
            Some(source) if source.is_active() => Some(match source.pace().due(1) {
                0 => source.pace().wait(),
                _ => Duration::ZERO,
            }),
            _ => self.progress.is_dirty.then_some(Duration::ZERO),
        }
    }

    fn obey(&mut self, command: Command) -> Result<(), Stop> {
        match command {
            Command::Trigger { barrier, pause } => {
                if let Some(source) = &mut self.source {
                    source.is_paused |= pause;
                }
                self.snapshot(barrier, 0)?;
            }
            Command::Resume => {
                if let Some(source) = &mut self.source {
                    source.is_paused = false;
                }
            }
            Command::Complete(checkpoint) => self.chain.commit(checkpoint)?,
            Command::Finish => {}
        }
        Ok(())
    }

    /// Nothing came: a source reads, any other task sends on what it gathered.
    fn idle(&mut self) -> Result<(), Stop> {
        let Some(source) = self.source.as_mut().filter(|source| source.is_active()) else {
            self.progress.is_dirty = false;
            return Ok(self.chain.flush()?);
        };
        let mut records = std::mem::take(&mut self.progress.records);
        source.read(SOURCE_BATCH, &mut records)?;
        let (is_limited, is_exhausted) = (source.pace().is_limited(), source.is_exhausted);
        let count = records.len() as u64;
        for record in records.drain(..) {
            self.chain.give(0, record)?;
        }
        self.progress.records = records;
        self.count(count)?;
        if is_limited {
            self.chain.flush()?;
        }
        if is_exhausted {
            self.end()?;
        }
        Ok(())
    }

    fn take(&mut self, channel: usize, element: Element) -> Result<(), Stop> {
        match element {
            Element::Records(records) => {
                let count = records.len() as u64;
                for record in records {
                    self.chain.take(0, record)?;
                }
                self.progress.is_dirty = true;
                self.counters.taken.fetch_add(count, Ordering::Relaxed);
                self.count(count)
            }
            Element::Barrier(barrier) => self.arrived(channel, barrier),
            Element::End => {
                self.progress.ended_channels += 1;
                match self.progress.ended_channels == self.progress.channels {
                    true => self.end(),
                    false => Ok(()),
                }
            }
        }
    }

    /// Counts records, and fails if a fault says so.
    fn count(&mut self, records: u64) -> Result<(), Stop> {
        self.progress.taken += records;
        self.counters
            .given
            .store(self.chain.sent, Ordering::Relaxed);
        let faults = &self.context.faults;
        if !faults.watches_records() {
            return Ok(());
        }
        let point = TaskPoint {
            job: self.context.job,
            vertex: self.vertex.clone(),
            subtask: self.id.subtask,
            attempt: self.context.attempt,
            records: self.progress.taken,
        };
        match faults.at_records(&point) {
            None => Ok(()),
            Some(message) => Err(Throwable::new("java.lang.RuntimeException", message).into()),
        }
    }

    /// The readers get no more records, but barriers.
    fn end(&mut self) -> Result<(), Stop> {
        if !self.progress.is_ended {
            self.progress.is_ended = true;
            self.chain.end()?;
            self.report(ReportedEvent::Exhausted);
        }
        Ok(())
    }

    fn arrived(&mut self, channel: usize, barrier: Barrier) -> Result<(), Stop> {
        let channels = self.progress.channels;
        match self.progress.alignment.arrive(barrier, channels) {
            Arrival::Wait => {
                self.gate.block(channel);
                Ok(())
            }
            Arrival::Aligned { waited_ms } => {
                self.snapshot(barrier, waited_ms)?;
                self.gate.unblock();
                Ok(())
            }
            Arrival::Unexpected { due } => Err(Throwable::new(
                "java.lang.IllegalStateException",
                format!(
                    "barrier {} came while barrier {due} was due",
                    barrier.checkpoint
                ),
            )
            .into()),
        }
    }

    /// Passes the barrier on, takes this subtask's part of the snapshot and tells of it.
    fn snapshot(&mut self, barrier: Barrier, alignment_ms: i64) -> Result<(), Stop> {
        let started_ms = self.context.clock.now_ms();
        self.chain.barrier(barrier)?;
        let checkpoint = barrier.checkpoint;
        let started = Instant::now();
        let event = match self.states(barrier)? {
            Ok(states) => {
                let sizes = states.iter().flat_map(SubtaskState::stored);
                let part = SubtaskCheckpointView {
                    ack_ms: self.context.clock.now_ms(),
                    alignment_ms,
                    start_delay_ms: (started_ms - barrier.trigger_ms - alignment_ms).max(0),
                    sync_ms: i64::try_from(started.elapsed().as_millis()).unwrap_or(i64::MAX),
                    state_size: sizes.map(|stored| stored.size).sum(),
                };
                ReportedEvent::Acknowledged {
                    checkpoint,
                    states,
                    part,
                }
            }
            Err(cause) => ReportedEvent::Declined { checkpoint, cause },
        };
        self.report(event);
        Ok(())
    }

    /// The state of all operators; within, why it could not be written.
    fn states(&mut self, barrier: Barrier) -> Result<Result<Vec<SubtaskState>, Throwable>, Stop> {
        let point = SnapshotPoint {
            job: self.context.job,
            checkpoint: barrier.checkpoint,
            kind: barrier.kind,
            vertex: self.vertex.clone(),
            subtask: self.id.subtask,
        };
        let fault = match self.context.faults.at_snapshot(&point) {
            Fault::None => None,
            Fault::Fail(message) => Some(Throwable::new("java.io.IOException", message)),
            Fault::Delay(time) if self.gate.is_closed_within(time) => return Err(Stop::Closed),
            Fault::Delay(_) => None,
        };
        let directory = self.context.directory.as_ref();
        let directory = directory.map(|below| below.join(format!("chk-{}", barrier.checkpoint)));
        let splits = self.source.as_ref().map(Source::splits);
        let randomness = self.context.randomness.as_ref();
        let written =
            self.chain
                .snapshot(barrier.checkpoint, splits, &Target(directory), randomness);
        Ok(match (fault, written) {
            (Some(fault), _) => Err(self.could_not(barrier, fault)),
            (None, Err(error)) => Err(self.could_not(barrier, write_failure(&error))),
            (None, Ok(states)) => Ok(states),
        })
    }

    fn could_not(&self, barrier: Barrier, cause: Throwable) -> Throwable {
        let message = format!(
            "Could not complete snapshot {} for operator {}. Failure reason: Checkpoint was declined.",
            barrier.checkpoint, self.name
        );
        Throwable::new(
            "org.apache.flink.runtime.checkpoint.CheckpointException",
            message,
        )
        .caused_by(cause)
    }
}

fn write_failure(error: &WriteError) -> Throwable {
    Throwable::new("java.io.IOException", error.to_string())
}
