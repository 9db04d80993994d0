//! A value that must never be shown.

use std::fmt;

/// What is shown in place of a secret.
pub const MASK: &str = "******";

/// Keeps a value out of every output and every error text: `Debug` and `Display` show [`MASK`] alone.
///
/// Only [`Secret::expose`] gives the value, so that each place that uses one can be found by name.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T>(T);

impl<T> Secret<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself; never to be printed, logged or put into an error.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl<T> fmt::Display for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_nothing_in_any_format() {
        let secret = Secret::new("hunter2".to_owned());
        let shown = format!("{secret} {secret:?} {:#?}", Some(&secret));
        assert!(!shown.contains("hunter"), "{shown}");
        assert_eq!(secret.expose(), "hunter2");
    }
}
