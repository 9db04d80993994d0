//! Plain words of the field as plain types: no I/O, no clock, no command line.

pub mod ids;
pub mod key_group;
