//! The minicluster's coordinator and dataflow, in this process: what is promised of snapshots, whatever happens meanwhile.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod harness;
mod life;
