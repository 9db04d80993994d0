//! What is answered instead of a result, in the words of Flink's REST handlers.

use serde::Serialize;

use super::exchange::Reply;

/// Why a request has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    status: u16,
    errors: Vec<String>,
}

/// `{"errors": [...]}`, the body of every refusal.
#[derive(Serialize)]
struct ErrorBody<'a> {
    errors: &'a [String],
}

/// What Flink puts between an exception's first line and the next, where ours has no stack to show.
const FRAME: &str = "\n\tat savepointctl.minicluster(REST)\n";
const HANDLER: &str = "org.apache.flink.runtime.rest.handler.RestHandlerException";
const NOT_FOUND: &str = "org.apache.flink.runtime.rest.NotFoundException";

/// A stack trace of these exceptions, class and message, outermost first.
pub(super) fn stack_trace(chain: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (i, (class, message)) in chain.iter().enumerate() {
        if i > 0 {
            text.push_str("Caused by: ");
        }
        text.push_str(class);
        if !message.is_empty() {
            text.push_str(": ");
            text.push_str(message);
        }
        text.push_str(FRAME);
    }
    text
}

impl Refusal {
    /// A handler's own refusal.
    pub(super) fn handler(status: u16, message: &str) -> Self {
        Self::handler_because(status, message, &[])
    }

    /// A handler's own refusal with its causes, class and message.
    pub(super) fn handler_because(status: u16, message: &str, causes: &[(&str, &str)]) -> Self {
        Self::chain(status, (HANDLER, message), causes)
    }

    /// 404 of something that is not there, with its causes.
    pub(super) fn not_found(message: &str, causes: &[(&str, &str)]) -> Self {
        Self::chain(404, (NOT_FOUND, message), causes)
    }

    fn chain(status: u16, first: (&str, &str), causes: &[(&str, &str)]) -> Self {
        let mut chain = vec![first];
        chain.extend_from_slice(causes);
        Self::plain(status, stack_trace(&chain))
    }

    /// A text alone.
    pub(super) fn plain(status: u16, text: impl Into<String>) -> Self {
        Self {
            status,
            errors: vec![text.into()],
        }
    }

    /// 500: what Flink answers to an exception that no handler expected.
    pub(super) fn internal(trace: &str) -> Self {
        let text = format!(
            "<Exception on server side:\n{}\n\nEnd of exception on server side>",
            trace.trim_end()
        );
        Self {
            status: 500,
            errors: vec!["Internal server error.".to_owned(), text],
        }
    }

    /// 400: a part of the path or query that cannot be read.
    pub(super) fn parameter(kind: &str, name: &str, value: &str) -> Self {
        let cause = format!("Cannot resolve {kind} parameter ({name}) from value \"{value}\".");
        let message = format!("Bad request, could not parse parameters: {cause}");
        let class = "org.apache.flink.runtime.rest.handler.HandlerRequestException";
        Self::handler_because(400, &message, &[(class, &cause)])
    }

    /// 503 while no JobManager leads.
    pub(super) fn leader_election() -> Self {
        Self::plain(
            503,
            "Service temporarily unavailable due to an ongoing leader election. Please refresh.",
        )
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Self {
        let body = ErrorBody {
            errors: &refusal.errors,
        };
        Self::json(refusal.status, &body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::throwable::Throwable;

    #[test]
    fn a_refusal_reads_as_flinks_stack_traces_do() {
        let refusal = Refusal::parameter("path", "jobid", "xyz");
        let trace = Throwable::parse(&refusal.errors[0]);
        assert_eq!(
            trace.root().message,
            r#"Cannot resolve path parameter (jobid) from value "xyz"."#
        );
        assert_eq!(trace.chain()[0].simple_class(), "RestHandlerException");
    }

    #[test]
    fn an_unexpected_failure_comes_in_two_strings() {
        let refusal = Refusal::internal(&stack_trace(&[("a.B", "why")]));
        assert_eq!(refusal.errors[0], "Internal server error.");
        assert!(refusal.errors[1].starts_with("<Exception on server side:\na.B: why\n\tat "));
        assert!(refusal.errors[1].ends_with("\n\nEnd of exception on server side>"));
    }
}
