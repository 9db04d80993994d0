//! A Java failure as Flink prints it: class, message, stack, causes.

use std::fmt;

/// One exception of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The class, with its package.
    pub class: String,
    /// The message; empty where it has none.
    pub message: String,
}

impl Exception {
    /// The class without its package and outer classes.
    pub fn simple_class(&self) -> &str {
        self.class.rsplit(['.', '$']).next().unwrap_or_default()
    }
}

impl fmt::Display for Exception {
    /// The message, or where there is none the class, in one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.message.trim() {
            "" => f.write_str(self.simple_class()),
            message => {
                for (i, word) in message.split_whitespace().enumerate() {
                    if i > 0 {
                        f.write_str(" ")?;
                    }
                    f.write_str(word)?;
                }
                Ok(())
            }
        }
    }
}

/// A failure with its causes, read from the text of `Throwable.printStackTrace`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throwable {
    /// Outermost first; the last is the root cause. Never empty.
    chain: Vec<Exception>,
    /// The whole text, for those who ask for it.
    text: String,
}

impl Throwable {
    /// Reads a stack trace: the first line, then the `Caused by:` lines. A text of another form is one message.
    ///
    /// Flink repeats the texts of wrapped exceptions inside messages; an exception whose message is no more than
    /// the text of its cause is left out.
    pub fn parse(text: &str) -> Self {
        let mut parts: Vec<String> = vec![String::new()];
        let mut in_stack = false;
        for line in text.lines() {
            if let Some(cause) = line.trim_start().strip_prefix("Caused by: ") {
                parts.push(cause.to_owned());
                in_stack = false;
            } else if is_frame(line) {
                in_stack = true;
            } else if !in_stack && let Some(part) = parts.last_mut() {
                if !part.is_empty() {
                    part.push('\n');
                }
                part.push_str(line);
            }
        }
        let mut chain: Vec<Exception> = Vec::new();
        for part in &parts {
            let next = exception(part);
            if let Some(last) = chain.last()
                && last.message == part.trim()
            {
                chain.pop();
            }
            chain.push(next);
        }
        Self {
            chain,
            text: text.to_owned(),
        }
    }

    /// The exceptions, outermost first. Never empty.
    pub fn chain(&self) -> &[Exception] {
        &self.chain
    }

    /// The innermost cause, where the real reason stands.
    pub fn root(&self) -> &Exception {
        // `parse` always pushes one
        self.chain
            .last()
            .unwrap_or_else(|| unreachable!("a throwable has at least one exception"))
    }

    /// The text as it came, with its stack.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The first exception whose message holds `needle`, or whose class is called so.
    pub fn find(&self, needle: &str) -> Option<&Exception> {
        let found = |exception: &&Exception| {
            exception.message.contains(needle) || exception.simple_class() == needle
        };
        self.chain.iter().find(found)
    }
}

fn is_frame(line: &str) -> bool {
    line.strip_prefix('\t')
        .is_some_and(|rest| rest.starts_with("at ") || rest.starts_with("... "))
}

/// Splits `some.Class: message`. What does not begin with a class name is all message.
fn exception(text: &str) -> Exception {
    let text = text.trim();
    let (class, message) = match text.split_once(": ") {
        Some((class, message)) => (class, message),
        None => (text.trim_end_matches(':'), ""),
    };
    let qualified = class.contains('.')
        && class
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '$'));
    let (class, message) = if qualified {
        (class, message)
    } else {
        ("", text)
    };
    Exception {
        class: class.to_owned(),
        message: message.trim().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_cause_is_the_last_one_and_its_stack_is_no_part_of_the_message() {
        let found = Throwable::parse(
            "java.util.concurrent.CompletionException: org.a.CheckpointException: IO-problem detected.\n\
             \tat org.a.B.c(B.java:1)\n\
             Caused by: org.a.CheckpointException: IO-problem detected.\n\
             \tat org.a.B.c(B.java:1)\n\t... 7 more\n\
             Caused by: java.io.IOException: Failed to create savepoint directory at /x\nsecond line\n\
             \tat org.a.B.c(B.java:1)\n\t... 2 more\n",
        );
        assert_eq!(found.chain().len(), 2, "{:?}", found.chain());
        assert_eq!(found.root().class, "java.io.IOException");
        assert_eq!(
            found.root().to_string(),
            "Failed to create savepoint directory at /x second line"
        );
        assert_eq!(
            found.find("IO-problem").map(Exception::simple_class),
            Some("CheckpointException")
        );
    }

    #[test]
    fn an_exception_without_message_is_named_by_its_class() {
        let found = Throwable::parse("java.io.EOFException\n\tat a.B.c(B.java:3)");
        assert_eq!(found.root().to_string(), "EOFException");
    }

    #[test]
    fn a_text_that_is_no_stack_trace_is_the_message() {
        for text in [
            "Not found: /jobs",
            "Internal server error.",
            "",
            "Config key [a.b] is not set. Property: x",
        ] {
            let found = Throwable::parse(text);
            assert_eq!(found.root().message, text);
            assert_eq!(found.root().class, "");
        }
    }
}
