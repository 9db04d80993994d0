//! The minicluster: its coordinator and dataflow in this process, what is promised of snapshots, whatever happens
//! meanwhile; and the whole of it behind its REST API.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod dice;
mod failures;
mod fire;
mod harness;
mod killed;
mod life;
mod operations;
mod restore;
mod retention;
mod served;
