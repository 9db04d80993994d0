//! The one table of exit codes.

use std::process::{ExitCode, Termination};

/// What a whole run came to, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    Success = 0,
    /// The operation failed: the server refused or reported a failure cause, or a file is broken.
    Failed = 1,
    /// Bad usage or configuration, a JOB that several match, no endpoint named.
    Usage = 2,
    /// Timed out while the operation is still running.
    TimedOut = 3,
    /// Not found: job, snapshot, trigger.
    NotFound = 4,
    /// The endpoint or storage cannot be reached, or asks for other credentials.
    Unreachable = 5,
    /// Verify, preflight or diff found problems or differences.
    Findings = 6,
    /// Refused: a precondition does not hold, and nothing was changed.
    Refused = 7,
    /// Partly done.
    Partial = 8,
    /// Under `flink` only: it cannot even begin, as where its configuration cannot be read.
    FlinkFatal = 31,
    /// Interrupted by the user.
    Interrupted = 130,
}

impl Exit {
    /// Every exit code with what it means, in ascending order, for the manual.
    pub const TABLE: &[(Exit, &str)] = &[
        (Exit::Success, "done"),
        (
            Exit::Failed,
            "the operation failed: the server refused or reported a failure cause, or a file is broken",
        ),
        (
            Exit::Usage,
            "bad usage or configuration; a JOB that several match; no endpoint named",
        ),
        (
            Exit::TimedOut,
            "timed out, still running: the trigger id and the command that resumes are printed",
        ),
        (Exit::NotFound, "not found: job, snapshot, trigger"),
        (
            Exit::Unreachable,
            "cannot reach the endpoint or storage, or not authorised (connection, TLS, 401, 403)",
        ),
        (
            Exit::Findings,
            "findings: problems or differences were found",
        ),
        (
            Exit::Refused,
            "refused: a precondition does not hold (job ended, tasks not running, snapshot in use) and nothing was changed",
        ),
        (
            Exit::Partial,
            "partial: for example the savepoint is there, but the job did not stop; or some of several items failed",
        ),
        (
            Exit::FlinkFatal,
            "under `flink` only: it cannot begin, as where its configuration cannot be read",
        ),
        (
            Exit::Interrupted,
            "interrupted; what the cluster keeps doing is said, with the command that resumes",
        ),
    ];

    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_each_code_once() {
        let codes: Vec<u8> = Exit::TABLE.iter().map(|(exit, _)| exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 31, 130]);
    }
}
