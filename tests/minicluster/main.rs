//! The minicluster as users meet it: the binary serves, and the binary talks to it.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod cluster;
mod http;
mod start;
