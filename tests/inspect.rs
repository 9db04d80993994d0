//! `inspect`, the binary, on metadata files that are made here.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "inspect/bench.rs"]
mod bench;
#[path = "inspect/resolution.rs"]
mod resolution;
#[path = "inspect/snapshots.rs"]
mod snapshots;
#[path = "inspect/views.rs"]
mod views;
