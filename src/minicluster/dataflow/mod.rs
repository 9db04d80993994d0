//! Running a job graph: a thread for each subtask, bounded channels between them, barriers through all.
//!
//! Operators of a chain run in one task. The coordinator sends barriers to the sources; a task that has them from all its
//! inputs takes its snapshot, acknowledges it and passes the barrier on. A task ends only when it is told to, also at the
//! end of its input: so every subtask is part of every snapshot.

mod barrier;
pub(super) mod chain;
mod channel;
pub(super) mod keyed;
mod layout;
mod lines;
pub(super) mod opening;
mod output;
mod pace;
mod parts;
pub(super) mod plan;
mod regular;
mod sequence;
pub(super) mod sink;
pub(super) mod snapshot;
pub(super) mod source;
pub(super) mod task;
mod undone;

pub(super) use barrier::Barrier;
pub(super) use plan::{Execution, TaskId};
pub(super) use task::{Command, Report, ReportedEvent};
