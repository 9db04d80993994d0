//! What a cluster would make of a program, before it runs.

use super::ids::OperatorId;

/// The tasks of a program.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// In no order that means anything.
    pub vertices: Vec<PlanVertex>,
}

/// A task: one operator, or several that are chained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanVertex {
    /// The operator id of its first operator.
    pub id: OperatorId,
    /// The names of its operators, the first one first. Never empty.
    pub operators: Vec<String>,
    /// How many subtasks.
    pub parallelism: u32,
    /// The vertices whose output it reads, in the order of its inputs.
    pub inputs: Vec<OperatorId>,
}
