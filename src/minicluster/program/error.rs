//! What is wrong with a program, and where.

/// A program that cannot be made into a job: one sentence, with the place that it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ProgramError {
    /// The program's file, as it was named.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column, in characters, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}
