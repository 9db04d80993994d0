//! Whether a snapshot would restore into a job, decided as Flink does it.

pub mod program;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use program::{MaxParallelism, PossibleIds, Program, ProgramOperator, Unidentified};

use crate::domain::ids::OperatorId;
use crate::metadata::Metadata;
use crate::metadata::model::{Operator, SubtaskState};

/// What would become of each operator.
#[derive(Debug)]
pub struct Report<'a> {
    /// Operators of the snapshot that the program has too, in the snapshot's order.
    pub matched: Vec<Matched<'a>>,
    /// Operators with state that the program does not have: Flink refuses to restore, or leaves their state behind.
    pub left_over: Vec<&'a Operator<'a>>,
    /// Operators with state that may be one of the program's [`Unidentified`] ones, or may be left over.
    pub unknown: Vec<&'a Operator<'a>>,
    /// How many operators without state the program does not have: Flink does not mind.
    pub gone_without_state: usize,
    /// Operators of the program that start without state.
    pub new: Vec<&'a ProgramOperator>,
    /// Operators of the program whose ids nobody can tell.
    pub unidentified: &'a [Unidentified],
    /// Numbers that do not fit.
    pub conflicts: Vec<Conflict<'a>>,
}

/// An operator that the snapshot and the program have.
#[derive(Debug, Clone, Copy)]
pub struct Matched<'a> {
    /// In the snapshot.
    pub snapshot: &'a Operator<'a>,
    /// In the program.
    pub program: &'a ProgramOperator,
}

/// A number of an operator that does not fit.
#[derive(Debug, Clone, Copy)]
pub struct Conflict<'a> {
    /// The operator.
    pub operator: Matched<'a>,
    /// Which number.
    pub kind: ConflictKind,
    /// The max parallelism of the snapshot.
    pub allowed: u32,
    /// What the program has.
    pub found: u32,
}

/// Which number does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictKind {
    /// More subtasks than the snapshot has key groups.
    Parallelism,
    /// Another max parallelism, which the program sets.
    MaxParallelism,
    /// Another max parallelism, which matters only if the program sets it. That cannot be seen.
    PossiblyMaxParallelism,
}

impl Conflict<'_> {
    /// Whether Flink refuses it.
    pub fn is_certain(&self) -> bool {
        self.kind != ConflictKind::PossiblyMaxParallelism
    }

    /// What the program has.
    pub fn words(&self) -> String {
        match self.kind {
            ConflictKind::Parallelism => format!("parallelism {}", self.found),
            _ => format!("max parallelism {}", self.found),
        }
    }
}

impl Report<'_> {
    /// Whether the job would start with all of the snapshot's state, as far as can be told.
    pub fn fits(&self) -> bool {
        self.left_over.is_empty()
            && self.unknown.is_empty()
            && !self.conflicts.iter().any(Conflict::is_certain)
    }

    /// Bytes of state that would be lost, as Flink counts them.
    pub fn left_over_size(&self) -> i64 {
        size(&self.left_over)
    }

    /// Bytes of state that may be lost besides.
    pub fn unknown_size(&self) -> i64 {
        size(&self.unknown)
    }
}

fn size(operators: &[&Operator<'_>]) -> i64 {
    let sizes = operators.iter().map(|operator| operator.state_size());
    sizes.fold(0, i64::saturating_add)
}

/// Compares a snapshot with a program.
pub fn check<'a>(metadata: &'a Metadata<'a>, program: &'a Program) -> Report<'a> {
    let by_id: HashMap<OperatorId, &ProgramOperator> =
        program.operators.iter().map(|one| (one.id, one)).collect();
    let mut report = Report {
        matched: Vec::new(),
        left_over: Vec::new(),
        unknown: Vec::new(),
        gone_without_state: 0,
        new: Vec::new(),
        unidentified: &program.unidentified,
        conflicts: Vec::new(),
    };
    for operator in &metadata.operators {
        match by_id.get(&operator.id) {
            Some(found) => report.matched.push(Matched {
                snapshot: operator,
                program: found,
            }),
            None if !has_state(operator) => report.gone_without_state += 1,
            None if program.may_have(operator) => report.unknown.push(operator),
            None => report.left_over.push(operator),
        }
    }
    let old: HashMap<OperatorId, ()> = metadata.operators.iter().map(|op| (op.id, ())).collect();
    let is_new = |one: &&ProgramOperator| !old.contains_key(&one.id);
    report.new = program.operators.iter().filter(is_new).collect();
    report.conflicts = report.matched.iter().filter_map(conflict).collect();
    report
}

/// Whether Flink would miss the operator's state: even state of no bytes counts.
fn has_state(operator: &Operator<'_>) -> bool {
    let has_handles = |state: &SubtaskState<'_>| {
        let operator = state.managed_operator.iter().chain(&state.raw_operator);
        operator.flatten().next().is_some()
            || state.legacy.iter().flatten().next().is_some()
            || state.managed_keyed.is_some()
            || state.raw_keyed.is_some()
            || !state.input_channel.is_empty()
            || !state.result_subpartition.is_empty()
            || state.java.is_some()
    };
    let mut states = operator.subtasks.iter().filter_map(|s| s.state.as_deref());
    operator.coordinator.is_some() || states.any(has_handles)
}

/// What Flink refuses of a matched operator, the most telling first.
fn conflict<'a>(operator: &Matched<'a>) -> Option<Conflict<'a>> {
    let allowed = operator.snapshot.max_parallelism?;
    let of = |kind, found| Conflict {
        operator: *operator,
        kind,
        allowed,
        found,
    };
    let max = match operator.program.max_parallelism {
        Some(MaxParallelism::Set(max)) if max != allowed => {
            return Some(of(ConflictKind::MaxParallelism, max));
        }
        Some(MaxParallelism::Seen(max)) if max != allowed => {
            Some(of(ConflictKind::PossiblyMaxParallelism, max))
        }
        _ => None,
    };
    let above = operator.program.parallelism.filter(|p| *p > allowed);
    above
        .map(|parallelism| of(ConflictKind::Parallelism, parallelism))
        .or(max)
}
