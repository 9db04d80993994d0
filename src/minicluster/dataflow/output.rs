//! From an operator to the subtasks that read it: records gathered into batches, each for one subtask.

use std::mem;
use std::sync::Arc;

use super::barrier::Barrier;
use super::channel::{Closed, Element, Gate};
use super::keyed::element;
use crate::domain::key_group;
use crate::minicluster::coordinator::Throwable;
use crate::minicluster::program::{Ship, Value};

/// Records of a batch.
const BATCH: usize = 512;

/// Why records were not sent on.
#[derive(Debug)]
pub(super) enum SendError {
    /// The reader is cancelled, and so is this task soon.
    Closed,
    /// The record has no key.
    Failed(Throwable),
}

impl From<Closed> for SendError {
    fn from(Closed: Closed) -> Self {
        Self::Closed
    }
}

/// A channel of a reader.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) gate: Arc<Gate>,
    pub(super) channel: usize,
}

/// One edge of the graph, seen from one subtask of its start.
#[derive(Debug)]
pub(super) struct Output {
    ship: Ship,
    /// The reader's key groups.
    max_parallelism: u32,
    /// One for each subtask that may get records: a [`Ship::Forward`] has one alone.
    targets: Vec<Target>,
    batches: Vec<Vec<Value>>,
    /// Whose turn it is to get a record.
    turn: usize,
}

impl Output {
    /// `turn` says which target begins, so that all subtasks do not begin with the same.
    pub(super) fn new(ship: Ship, max_parallelism: u32, targets: Vec<Target>, turn: usize) -> Self {
        Self {
            ship,
            max_parallelism,
            batches: targets.iter().map(|_| Vec::new()).collect(),
            turn: turn % targets.len().max(1),
            targets,
        }
    }

    /// Adds a record to the batch of its reader.
    pub(super) fn send(&mut self, value: Value) -> Result<(), SendError> {
        let to = match &self.ship {
            Ship::Forward => 0,
            Ship::Rebalance => {
                self.turn = (self.turn + 1) % self.targets.len();
                self.turn
            }
            Ship::Hash(selector) => {
                let key = selector.key(&value).map_err(|error| {
                    SendError::Failed(Throwable::new(error.class, error.message))
                })?;
                let key = element(&key).map_err(SendError::Failed)?;
                let group = key.key_group(self.max_parallelism);
                let parallelism = u32::try_from(self.targets.len()).unwrap_or(u32::MAX);
                key_group::subtask_of(group, parallelism, self.max_parallelism) as usize
            }
        };
        self.batches[to].push(value);
        if self.batches[to].len() >= BATCH {
            self.flush_one(to)?;
        }
        Ok(())
    }

    fn flush_one(&mut self, to: usize) -> Result<(), Closed> {
        let batch = mem::take(&mut self.batches[to]);
        let target = &self.targets[to];
        target.gate.send(target.channel, Element::Records(batch))
    }

    /// Sends on what has been gathered.
    pub(super) fn flush(&mut self) -> Result<(), Closed> {
        for to in 0..self.targets.len() {
            if !self.batches[to].is_empty() {
                self.flush_one(to)?;
            }
        }
        Ok(())
    }

    /// Sends a barrier to all readers, behind all records so far.
    pub(super) fn barrier(&mut self, barrier: Barrier) -> Result<(), Closed> {
        self.flush()?;
        for target in &self.targets {
            target
                .gate
                .send(target.channel, Element::Barrier(barrier))?;
        }
        Ok(())
    }

    /// Tells all readers that no more records come.
    pub(super) fn end(&mut self) -> Result<(), Closed> {
        self.flush()?;
        for target in &self.targets {
            target.gate.send(target.channel, Element::End)?;
        }
        Ok(())
    }
}
