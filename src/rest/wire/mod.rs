//! The server's JSON, field by field, with its oddities. Nothing here leaves the room.

pub(super) mod checkpoints;
pub(super) mod cluster;
pub(super) mod jars;
pub(super) mod jobs;
pub(super) mod operations;

use jiff::Timestamp;
use serde::Deserialize;

/// The body of every refusal: `{"errors": [...]}`.
#[derive(Deserialize)]
pub(super) struct ErrorBody {
    errors: Vec<Option<String>>,
}

impl ErrorBody {
    /// The text that carries the reason. An unexpected failure comes in two strings: a heading, and the stack between
    /// two marker lines.
    pub(super) fn into_text(self) -> Option<String> {
        let last = self.errors.into_iter().flatten().next_back()?;
        let inner = last.trim_start().strip_prefix("<Exception on server side:");
        match inner {
            Some(inner) => Some(
                inner
                    .split("\nEnd of exception on server side")
                    .next()
                    .unwrap_or(inner)
                    .trim()
                    .to_owned(),
            ),
            None => Some(last),
        }
    }
}

/// Milliseconds since the epoch; what cannot be a time is the epoch itself.
fn time(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_of_an_unexpected_failure_stands_between_its_markers() {
        let body: ErrorBody = serde_json::from_str(
            r#"{"errors":["Internal server error.","<Exception on server side:\njava.lang.X: why\n\tat a.B\n\nEnd of exception on server side>"]}"#,
        )
        .unwrap();
        assert_eq!(body.into_text().unwrap(), "java.lang.X: why\n\tat a.B");
    }
}
