//! The embedded runtime, named after Flink's own MiniCluster: one process, nothing installed.

pub mod coordinator;
pub mod dataflow;
#[allow(dead_code, reason = "used once the coordinator runs jobs")]
mod lock;
pub mod program;
pub mod rest;
