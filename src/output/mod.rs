//! The only room that writes to stdout.

pub mod view;
