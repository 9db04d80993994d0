//! Failures as Flink reports them: a Java class, a message, perhaps a cause.

use std::fmt;

/// A failure with its causes. `Display` gives the text of Java's `printStackTrace`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Throwable {
    /// The Java class, with its package.
    pub class: String,
    /// The message; empty where it has none.
    pub message: String,
    /// A stack frame where clients look for one, as `some.Class.method(File.java:1)`.
    pub frame: Option<&'static str>,
    /// What caused it.
    pub cause: Option<Box<Throwable>>,
}

impl Throwable {
    /// A failure without a cause.
    pub fn new(class: &str, message: impl Into<String>) -> Self {
        Self {
            class: class.to_owned(),
            message: message.into(),
            frame: None,
            cause: None,
        }
    }

    /// The same failure, caused by another one.
    #[must_use]
    pub fn caused_by(mut self, cause: Throwable) -> Self {
        self.cause = Some(Box::new(cause));
        self
    }

    /// The failure with its causes, outermost first.
    pub fn chain(&self) -> impl Iterator<Item = &Throwable> {
        std::iter::successors(Some(self), |throwable| throwable.cause.as_deref())
    }

    /// Class and message in one line, as Java's `toString`.
    pub fn headline(&self) -> String {
        match self.message.as_str() {
            "" => self.class.clone(),
            message => format!("{}: {message}", self.class),
        }
    }
}

impl fmt::Display for Throwable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, throwable) in self.chain().enumerate() {
            if depth > 0 {
                f.write_str("Caused by: ")?;
            }
            f.write_str(&throwable.headline())?;
            let frame = throwable
                .frame
                .unwrap_or("savepointctl.minicluster(Native Method)");
            writeln!(f, "\n\tat {frame}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Throwable {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain;

    #[test]
    fn the_client_reads_a_throwable_as_it_reads_flinks() {
        let root = Throwable::new("java.io.IOException", "disk full");
        let text = Throwable::new("a.b.CheckpointException", "Task has failed.")
            .caused_by(root)
            .to_string();
        let read = domain::throwable::Throwable::parse(&text);
        let classes: Vec<_> = read.chain().iter().map(|e| e.class.as_str()).collect();
        assert_eq!(classes, ["a.b.CheckpointException", "java.io.IOException"]);
        assert_eq!(read.root().message, "disk full");
    }
}
