//! The operators of one task: records go from one to the next without a channel between them.

use std::mem;
use std::path::Path;
use std::sync::Arc;

use super::barrier::Barrier;
use super::channel::Closed;
use super::keyed::Aggregate;
use super::output::{Output, SendError};
use super::sink::FileSink;
use super::snapshot::{KeyedHandle, List, SubtaskState, Target, io_failure, uuid, write_lists};
use super::source::SPLITS;
use crate::domain::ids::OperatorId;
use crate::minicluster::coordinator::{Randomness, Throwable};
use crate::minicluster::program::{FunctionError, MapFunction, Predicate, Value};
use crate::state::write::WriteError;

/// Takes a line that is to be printed.
pub(super) type Print = Arc<dyn Fn(&str) + Send + Sync>;

/// One operator of a chain.
pub(super) struct Step {
    /// What its state is recorded under; with strict chains that of the head.
    pub(super) operator: OperatorId,
    pub(super) function: Function,
    pub(super) readers: Vec<Reader>,
}

/// What an operator does.
pub(super) enum Function {
    /// Its records come from outside the chain.
    Source,
    Map(MapFunction, Vec<Value>),
    Filter(Predicate),
    Aggregate(Box<Aggregate>),
    Discard,
    /// The text goes in front of each line.
    Print(String, Print),
    File(Box<FileSink>),
}

/// Who reads what an operator gives.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reader {
    /// The operator at this position of the chain.
    Chained(usize),
    /// Other tasks, through the output at this position.
    Output(usize),
}

/// All operators of a task, the head first, and its outputs.
pub(super) struct Chain {
    pub(super) steps: Vec<Step>,
    pub(super) outputs: Vec<Output>,
    /// Records sent to other tasks.
    pub(super) sent: u64,
}

impl From<Throwable> for SendError {
    fn from(failure: Throwable) -> Self {
        Self::Failed(failure)
    }
}

impl From<FunctionError> for SendError {
    fn from(error: FunctionError) -> Self {
        Self::Failed(Throwable::new(error.class, error.message))
    }
}

impl Chain {
    /// Has the operator at this position take a record, and all behind it what becomes of it.
    pub(super) fn take(&mut self, at: usize, value: Value) -> Result<(), SendError> {
        match &mut self.steps[at].function {
            Function::Source => self.give(at, value),
            Function::Map(function, results) => {
                let mut results = mem::take(results);
                let done = function.apply(value, &mut results).map_err(SendError::from);
                let done = done.and_then(|()| {
                    results
                        .drain(..)
                        .try_for_each(|result| self.give(at, result))
                });
                // keeps its memory for the next record
                if let Function::Map(_, kept) = &mut self.steps[at].function {
                    *kept = results;
                }
                done
            }
            Function::Filter(predicate) => match predicate.keeps(&value)? {
                true => self.give(at, value),
                false => Ok(()),
            },
            Function::Aggregate(aggregate) => {
                let entry = aggregate.update(&value)?;
                self.give(at, entry)
            }
            Function::Discard => Ok(()),
            Function::Print(prefix, print) => {
                print(&format!("{prefix}{value}"));
                Ok(())
            }
            Function::File(sink) => {
                sink.write(&value);
                Ok(())
            }
        }
    }

    /// Passes on what the operator at this position gives.
    pub(super) fn give(&mut self, at: usize, value: Value) -> Result<(), SendError> {
        let count = self.steps[at].readers.len();
        for reader in 1..count {
            self.give_to(at, reader, value.clone())?;
        }
        match count {
            0 => Ok(()),
            _ => self.give_to(at, 0, value),
        }
    }

    fn give_to(&mut self, at: usize, reader: usize, value: Value) -> Result<(), SendError> {
        match self.steps[at].readers[reader] {
            Reader::Chained(next) => self.take(next, value),
            Reader::Output(output) => {
                self.sent += 1;
                self.outputs[output].send(value)
            }
        }
    }

    /// Sends on what waits for a batch to be full.
    pub(super) fn flush(&mut self) -> Result<(), Closed> {
        self.outputs.iter_mut().try_for_each(Output::flush)
    }

    pub(super) fn barrier(&mut self, barrier: Barrier) -> Result<(), Closed> {
        let mut outputs = self.outputs.iter_mut();
        outputs.try_for_each(|output| output.barrier(barrier))
    }

    pub(super) fn end(&mut self) -> Result<(), Closed> {
        self.outputs.iter_mut().try_for_each(Output::end)
    }

    /// A snapshot is complete: what waited for it is committed.
    pub(super) fn commit(&mut self, checkpoint: u64) -> Result<(), Throwable> {
        self.sinks()
            .try_for_each(|sink| sink.commit(checkpoint))
            .map_err(|error| io_failure(&error))
    }

    /// The job ends well: everything is committed.
    pub(super) fn finish(&mut self) -> Result<(), Throwable> {
        self.sinks()
            .try_for_each(FileSink::finish)
            .map_err(|error| io_failure(&error))
    }

    fn sinks(&mut self) -> impl Iterator<Item = &mut FileSink> {
        self.steps
            .iter_mut()
            .filter_map(|step| match &mut step.function {
                Function::File(sink) => Some(sink.as_mut()),
                _ => None,
            })
    }

    /// Writes the state of all operators, those with one id together. `splits` are those of the source, if the head is one.
    pub(super) fn snapshot(
        &mut self,
        checkpoint: u64,
        splits: Option<Vec<String>>,
        target: &Target,
        randomness: &dyn Randomness,
    ) -> Result<Vec<SubtaskState>, WriteError> {
        let mut states: Vec<SubtaskState> = Vec::new();
        for (operator, lists, keyed) in self.collect(checkpoint, splits) {
            let lists = match lists.is_empty() {
                true => None,
                false => Some(write_lists(target.open(&uuid(randomness))?, &lists)?),
            };
            let mut state = SubtaskState {
                operator,
                lists,
                keyed: Vec::new(),
            };
            if let Some(at) = keyed
                && let Function::Aggregate(aggregate) = &self.steps[at].function
            {
                let (out, file) = aggregate.write(target.open(&uuid(randomness))?)?;
                state.keyed.push(KeyedHandle {
                    range: aggregate.range(),
                    offsets: file.offsets,
                    stored: out.store(file.size)?,
                });
            }
            states.push(state);
        }
        Ok(states)
    }

    /// Of each operator id with state its lists, and the position of the operator with keyed state.
    fn collect(
        &mut self,
        checkpoint: u64,
        mut splits: Option<Vec<String>>,
    ) -> Vec<(OperatorId, Vec<List>, Option<usize>)> {
        let head = self.steps.first().map(|step| step.operator);
        let mut found: Vec<(OperatorId, Vec<List>, Option<usize>)> = Vec::new();
        let mut sinks = 0;
        for (at, step) in self.steps.iter_mut().enumerate() {
            let mut lists = match &mut step.function {
                Function::Source => {
                    vec![(SPLITS.to_owned(), splits.take().unwrap_or_default())]
                }
                Function::File(sink) => sink.snapshot(checkpoint),
                Function::Aggregate(_) => Vec::new(),
                _ => continue,
            };
            if at > 0 && head == Some(step.operator) {
                sinks += 1;
                for (name, _) in &mut lists {
                    name.push_str(&suffix(sinks));
                }
            }
            let keyed = matches!(step.function, Function::Aggregate(_)).then_some(at);
            match found.iter_mut().find(|(id, ..)| *id == step.operator) {
                Some((_, known, known_keyed)) => {
                    known.extend(lists);
                    *known_keyed = known_keyed.or(keyed);
                }
                None => found.push((step.operator, lists, keyed)),
            }
        }
        found
    }
}

/// What the names of a sink's lists end with under strict chains, where all is under one id: the sink's number in its
/// chain, from 1, whatever there is without state between the sinks.
pub(in crate::minicluster) fn suffix(sink: usize) -> String {
    format!("@{sink}")
}

/// Opens one subtask of a file sink.
pub(super) fn open_file(
    path: &Path,
    subtask: u32,
    parallelism: u32,
) -> Result<Function, Throwable> {
    let sink = FileSink::open(path, subtask, parallelism);
    let sink = sink.map_err(|error| io_failure(&error))?;
    Ok(Function::File(Box::new(sink)))
}
