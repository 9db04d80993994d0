//! The values that flags take.

use std::convert::Infallible;

pub use crate::domain::duration::{ValueError, duration, flink_duration, timeout};
use crate::domain::secret::Secret;

/// The name of a class. An empty one the JobManager would take for none, and run whatever the jar's manifest names.
///
/// # Errors
/// It is empty.
pub fn class(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("it names no class"),
        _ => Ok(text.to_owned()),
    }
}

/// Whatever is typed, hidden: for flags whose text may hold a password, which clap would repeat in its errors.
pub fn hidden(text: &str) -> Result<Secret<String>, Infallible> {
    Ok(Secret::new(text.to_owned()))
}
