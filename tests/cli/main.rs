//! Runs the real binary against a scripted server: all that a real Flink does not do on demand, and every bad input.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod answers;
mod cancel;
mod captured;
mod checkpoint;
mod commons_cli;
mod config;
mod connect;
mod dispose;
mod faults;
mod faults_of_life;
mod forgotten;
mod jobs;
mod list;
mod output;
mod restore;
mod restored;
mod run;
mod server;
mod stop;
mod terminal;
mod timeout;
mod tls;
mod trigger;
mod uid;
mod usage;
mod wait;
