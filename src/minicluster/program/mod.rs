//! Programs: a TOML file becomes a job graph, with Flink's operator ids and chains.

mod error;
mod function;
mod graph;
mod value;

pub use error::ProgramError;
pub use function::{Aggregation, FunctionError, KeySelector, MapFunction, Predicate};
pub use graph::{Input, JobGraph, Kind, Operator, Ship, Vertex};
pub use value::{KeyType, Type, Value};
