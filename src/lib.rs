//! The library half of `savepointctl`. It exists so that the binary and the tests share one body of code, and
//! promises no stable interface.

pub mod cli;
pub mod commands;
pub mod config;
pub mod domain;
pub mod error;
pub mod exit;
pub mod inventory;
pub mod metadata;
#[cfg(feature = "minicluster")]
pub mod minicluster;
pub mod output;
pub mod rest;
pub mod state;
pub mod storage;
