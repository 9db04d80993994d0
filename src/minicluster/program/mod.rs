//! Programs: a TOML file becomes a job graph, with Flink's operator ids and chains.

mod chain;
mod compile;
mod draft;
mod error;
mod file;
mod function;
mod graph;
mod ids;
mod named;
mod places;
mod plan;
mod section;
mod spelling;
mod step;
mod typing;
mod value;
mod wiring;

pub use compile::{CompileOptions, ProgramSource, compile};
pub use error::ProgramError;
pub use function::{Aggregation, FunctionError, KeySelector, MapFunction, Predicate};
pub use graph::{Input, JobGraph, Kind, Operator, Ship, Vertex};
pub use plan::{Plan, PlanInput, PlanNode};
pub use value::{KeyType, Type, Value};

#[cfg(test)]
mod tests;
