//! Triggers and polls of asynchronous operations.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::domain::operation::{OperationStatus, Outcome, Verb};
use crate::domain::throwable::Throwable;

/// The answer to a trigger.
#[derive(Deserialize)]
pub(in crate::rest) struct Triggered {
    #[serde(rename = "request-id")]
    pub(in crate::rest) request_id: String,
}

/// The answer to a poll.
#[derive(Deserialize)]
pub(in crate::rest) struct Poll {
    status: StatusId,
    #[serde(default)]
    operation: Option<Operation>,
}

#[derive(Deserialize)]
struct StatusId {
    id: String,
}

#[derive(Deserialize)]
struct Operation {
    location: Option<String>,
    #[serde(rename = "checkpointId")]
    checkpoint_id: Option<u64>,
    /// Savepoints, stops and disposals spell it with a dash, checkpoints do not.
    #[serde(rename = "failure-cause", alias = "failureCause")]
    failure_cause: Option<FailureCause>,
}

#[derive(Deserialize)]
struct FailureCause {
    class: Option<String>,
    #[serde(rename = "stack-trace", alias = "stackTrace")]
    stack_trace: Option<String>,
}

/// A poll that says an operation is over, but neither how nor with what.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::rest) struct NoResult;

impl Poll {
    /// What the poll says. `COMPLETED` alone says nothing: a failure is `COMPLETED` too.
    pub(in crate::rest) fn into_status(self) -> Result<OperationStatus, NoResult> {
        if self.status.id != "COMPLETED" {
            return Ok(OperationStatus::InProgress);
        }
        let Some(operation) = self.operation else {
            return Err(NoResult);
        };
        let outcome = if let Some(cause) = operation.failure_cause {
            let text = cause.stack_trace.or(cause.class).unwrap_or_default();
            Outcome::Failed(Throwable::parse(&text))
        } else if let Some(location) = operation.location.filter(|location| !location.is_empty()) {
            Outcome::Location(location)
        } else if let Some(id) = operation.checkpoint_id {
            Outcome::Checkpoint(id)
        } else {
            Outcome::Disposed
        };
        Ok(OperationStatus::Completed(outcome))
    }
}

/// What a trigger asks for.
pub(in crate::rest) fn trigger_body(
    verb: Verb,
    request: &crate::rest::client::TriggerRequest<'_>,
) -> Value {
    let mut body = Map::new();
    let directory = match verb {
        Verb::Trigger => "target-directory",
        Verb::Stop => "targetDirectory",
        Verb::Checkpoint => "",
    };
    match verb {
        Verb::Trigger => drop(body.insert("cancel-job".to_owned(), Value::Bool(request.cancel))),
        Verb::Stop => drop(body.insert("drain".to_owned(), Value::Bool(request.drain))),
        Verb::Checkpoint if request.full => {
            body.insert("checkpointType".to_owned(), Value::from("FULL"));
        }
        Verb::Checkpoint => {}
    }
    if let (false, Some(target)) = (directory.is_empty(), request.target_directory) {
        body.insert(directory.to_owned(), Value::from(target));
    }
    if let Some(format) = request.format {
        body.insert("formatType".to_owned(), Value::from(format.as_flink()));
    }
    if let Some(id) = request.trigger_id {
        body.insert("triggerId".to_owned(), Value::from(id.to_string()));
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(json: &str) -> Result<OperationStatus, NoResult> {
        serde_json::from_str::<Poll>(json).unwrap().into_status()
    }

    #[test]
    fn completed_is_a_success_only_with_a_result() {
        assert_eq!(
            status(r#"{"status":{"id":"IN_PROGRESS"},"operation":null}"#),
            Ok(OperationStatus::InProgress)
        );
        let done =
            r#"{"status":{"id":"COMPLETED"},"operation":{"location":"file:/sp/savepoint-1"}}"#;
        let location = Outcome::Location("file:/sp/savepoint-1".to_owned());
        assert_eq!(status(done), Ok(OperationStatus::Completed(location)));
        assert_eq!(
            status(r#"{"status":{"id":"COMPLETED"},"operation":null}"#),
            Err(NoResult)
        );
    }

    #[test]
    fn a_failure_cause_is_believed_in_both_spellings() {
        for key in ["failure-cause", "failureCause"] {
            let json = format!(
                r#"{{"status":{{"id":"COMPLETED"}},"operation":{{"{key}":{{"class":"a.B","stack-trace":"a.B: why\n\tat x","serialized-throwable":"rO0"}}}}}}"#
            );
            let Ok(OperationStatus::Completed(Outcome::Failed(cause))) = status(&json) else {
                panic!("{key} was not seen");
            };
            assert_eq!(cause.root().message, "why");
        }
    }
}
