//! Runs the real binary against a scripted server: all that a real Flink does not do on demand, and every bad input.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod answers;
mod cancel;
mod captured;
mod checkpoint;
mod commons_cli;
mod complete;
mod config;
mod connect;
#[cfg(feature = "minicluster")]
mod demo;
mod diff;
mod dispose;
mod faults;
mod faults_of_life;
mod flink;
mod flink_line;
mod flink_programs;
mod forgotten;
mod jobs;
mod latest;
mod list;
mod list_storage;
mod look;
mod object_store;
mod offline;
mod output;
mod preflight;
mod restore;
mod restored;
mod run;
mod server;
#[path = "../inspect/snapshots.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod snapshots;
mod stop;
mod storage;
mod terminal;
mod timeout;
mod tls;
mod trigger;
mod uid;
mod usage;
mod verify;
mod wait;
