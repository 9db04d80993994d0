//! The embedded runtime, named after Flink's own MiniCluster: one process, nothing installed.

pub mod coordinator;
pub mod dataflow;
mod lock;
pub mod program;
pub mod rest;
