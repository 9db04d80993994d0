//! A program made ready to run.

use std::path::PathBuf;
use std::time::Duration;

use super::function::{Aggregation, KeySelector, MapFunction, Predicate};
use super::value::Type;
use crate::domain::ids::OperatorId;

/// A program made ready to run.
#[derive(Debug, Clone, PartialEq)]
pub struct JobGraph {
    /// The job's name.
    pub name: String,
    /// Every operator after its inputs; else in the order of the file.
    pub operators: Vec<Operator>,
    /// The chains, in the order of their heads. Every operator is in exactly one.
    pub vertices: Vec<Vertex>,
    /// How often a checkpoint is taken; never, without it.
    pub checkpoint_interval: Option<Duration>,
    /// After which time a checkpoint has failed, if the program says so.
    pub checkpoint_timeout: Option<Duration>,
    /// How often the job may be restarted after a failure, if the program says so.
    pub restart_attempts: Option<u32>,
}

/// Operators that run in one task: a job vertex. Its id is its head's operator id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vertex {
    /// Indices into [`JobGraph::operators`], ascending: the head first. Behind the head every operator has one input,
    /// a [`Ship::Forward`] of an operator of the same chain; a chain may fork.
    pub operators: Vec<usize>,
    /// How many subtasks there are.
    pub parallelism: u32,
    /// How many key groups there are.
    pub max_parallelism: u32,
    /// Whether the program says how many key groups there are; else a snapshot may.
    pub has_set_max_parallelism: bool,
}

/// A step of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Operator {
    /// What its state is recorded under. With strict chains that is the head's for the whole chain.
    pub id: OperatorId,
    /// The name as Flink shows it: that of a source begins with `Source: `, that of a sink with `Sink: `.
    pub name: String,
    /// The uid, if the program gives one.
    pub uid: Option<String>,
    /// How many subtasks there are; the same all over a chain.
    pub parallelism: u32,
    /// How many key groups there are; the same all over a chain.
    pub max_parallelism: u32,
    /// What it does.
    pub kind: Kind,
    /// What it reads: none for a source, several are a union.
    pub inputs: Vec<Input>,
    /// What it gives; nothing, if it is a sink.
    pub output: Option<Type>,
}

/// An edge of the graph, seen from its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// The operator that is read: an index into [`JobGraph::operators`], less than the reader's own.
    pub from: usize,
    /// How the records get here.
    pub ship: Ship,
}

/// Which subtask gets a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ship {
    /// The subtask of the same index: within a chain, or between two tasks of the same parallelism.
    Forward,
    /// Each in turn.
    Rebalance,
    /// The one that owns the key group of the record's key.
    Hash(KeySelector),
}

/// What an operator does.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// A source of the numbers `from` to `end`, both included, without `end` up to the largest.
    Sequence {
        /// The first number.
        from: i64,
        /// The last number.
        end: Option<i64>,
        /// Records per second over all subtasks; as fast as it goes, without it.
        rate: Option<f64>,
    },
    /// A source of a file's lines.
    Lines {
        /// The file, which was there when the program was compiled.
        path: PathBuf,
        /// Records per second over all subtasks; as fast as it goes, without it.
        rate: Option<f64>,
    },
    /// One record becomes another, or several, or none.
    Map(MapFunction),
    /// Records that do not fit are dropped.
    Filter(Predicate),
    /// One number per key, updated with every record and then given as an entry. Its only input is a [`Ship::Hash`].
    Aggregate(Aggregation),
    /// A sink that forgets everything.
    Discard,
    /// A sink that prints on the standard output of the cluster.
    Print,
    /// A sink that appends each record as a line to a file.
    File {
        /// The file, in a directory that was there when the program was compiled.
        path: PathBuf,
    },
}

impl Kind {
    /// Whether it reads no operator.
    pub fn is_source(&self) -> bool {
        matches!(self, Self::Sequence { .. } | Self::Lines { .. })
    }

    /// Whether it gives nothing to operators.
    pub fn is_sink(&self) -> bool {
        matches!(self, Self::Discard | Self::Print | Self::File { .. })
    }
}
