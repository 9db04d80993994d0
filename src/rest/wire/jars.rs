//! `/jars/upload`, `/jars/:id/run`, `/jobs/:id/exceptions`.

use serde::Deserialize;

/// The answer to an upload.
#[derive(Deserialize)]
pub(in crate::rest) struct Uploaded {
    /// A path on the server; its last element is the jar's id.
    pub(in crate::rest) filename: String,
}

/// The answer to a run.
#[derive(Deserialize)]
pub(in crate::rest) struct Run {
    pub(in crate::rest) jobid: String,
}

/// The answer to a request for a plan.
#[derive(Deserialize)]
pub(in crate::rest) struct Plan {
    pub(in crate::rest) plan: serde_json::Value,
}

/// `GET /jobs/:id/exceptions`: `exceptionHistory` since 1.13; up to 1.20 `root-exception` besides.
#[derive(Deserialize)]
pub(in crate::rest) struct Exceptions {
    #[serde(default, rename = "exceptionHistory")]
    history: Option<ExceptionHistory>,
    #[serde(default, rename = "root-exception")]
    root: Option<String>,
}

#[derive(Deserialize)]
struct ExceptionHistory {
    #[serde(default)]
    entries: Vec<ExceptionEntry>,
}

#[derive(Deserialize)]
struct ExceptionEntry {
    #[serde(default)]
    stacktrace: String,
}

impl Exceptions {
    /// The newest stack trace.
    pub(in crate::rest) fn newest(self) -> Option<String> {
        let newest = self
            .history
            .and_then(|history| history.entries.into_iter().next());
        newest
            .map(|entry| entry.stacktrace)
            .or(self.root)
            .filter(|text| !text.trim().is_empty())
    }
}
