//! The values that flags take.

use std::convert::Infallible;

pub use crate::domain::duration::{ValueError, duration, flink_duration, timeout};
use crate::domain::secret::Secret;

/// Whatever is typed, hidden: for flags whose text may hold a password, which clap would repeat in its errors.
pub fn hidden(text: &str) -> Result<Secret<String>, Infallible> {
    Ok(Secret::new(text.to_owned()))
}
