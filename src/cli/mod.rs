//! What all commands share in typing: flags and the values they take. Opens no file and reads no clock.

pub mod commons_cli;
pub mod connect;
pub mod dirs;
pub mod flink_options;
pub mod global;
pub mod since;
pub mod storage;
pub mod value;
pub mod words;
