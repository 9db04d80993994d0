//! The minicluster: its coordinator and dataflow in this process, what is promised of snapshots, whatever happens
//! meanwhile; and the whole of it behind its REST API.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test may fail, and says with which seed"
)]

mod dice;
mod failures;
mod fire;
mod harness;
mod killed;
mod life;
mod operations;
mod races;
mod restore;
mod retention;
mod served;
