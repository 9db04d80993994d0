//! Plain words of the field as plain types: no I/O, no clock, no command line.

pub mod access;
pub mod attempts;
pub mod claim_mode;
pub mod diagnosis;
pub mod duration;
pub mod flink_version;
pub mod ids;
pub mod job;
pub mod key_group;
pub mod location;
pub mod operation;
pub mod plan;
pub mod progress;
pub mod reference;
pub mod secret;
pub mod snapshot;
pub mod throwable;
pub mod uid;
