//! Asynchronous operations of a cluster: what was asked, under which trigger id, and what came of it.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::ids::{JobId, TriggerId};
use super::throwable::Throwable;

/// What an operation does. The words are those of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Takes a savepoint.
    Trigger,
    /// Takes a savepoint and stops the job.
    Stop,
    /// Takes a checkpoint.
    Checkpoint,
}

impl Verb {
    /// What the operation takes, as a noun with its article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Trigger => "a savepoint",
            Self::Stop => "a stop with savepoint",
            Self::Checkpoint => "a checkpoint",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Trigger => "trigger",
            Self::Stop => "stop",
            Self::Checkpoint => "checkpoint",
        })
    }
}

impl FromStr for Verb {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "trigger" | "savepoint" => Ok(Self::Trigger),
            "stop" => Ok(Self::Stop),
            "checkpoint" => Ok(Self::Checkpoint),
            _ => Err(format!("'{text}' is none of trigger, stop, checkpoint")),
        }
    }
}

impl TriggerId {
    /// The id of one attempt at an operation, the same wherever it is computed.
    ///
    /// Savepoints and stops share one id space in Flink, so the verb is part of it. `key` is the user's idempotency
    /// key; empty where the verb itself is what must not happen twice. `attempt` counts from 0.
    pub fn derive(verb: Verb, job: JobId, key: &str, attempt: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"savepointctl trigger id 1\0");
        hash.update(verb.to_string().as_bytes());
        hash.update(b"\0");
        hash.update(job.as_bytes());
        hash.update(attempt.to_be_bytes());
        hash.update(key.as_bytes());
        let digest = hash.finalize();
        let mut bytes = [0u8; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self::from_bytes(bytes)
    }
}

/// What a poll says of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationStatus {
    /// The cluster does not know the trigger id: never heard of, or its result has expired, or it was restarted.
    Unknown,
    /// Under way.
    InProgress,
    /// Over, well or badly.
    Completed(Outcome),
}

/// How an operation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A savepoint lies there: the server's own words, unchanged.
    Location(String),
    /// A checkpoint with this id is complete.
    Checkpoint(u64),
    /// A disposal is done.
    Disposed,
    /// It failed.
    Failed(Throwable),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_differ_by_verb_job_key_and_attempt_and_else_not() {
        let job: JobId = "fd72014d4c864993a2e5a9287b4a9c5d".parse().unwrap();
        let other: JobId = "00000000000000000000000000000001".parse().unwrap();
        let id = TriggerId::derive(Verb::Trigger, job, "release-7", 0);
        assert_eq!(id, TriggerId::derive(Verb::Trigger, job, "release-7", 0));
        let others = [
            TriggerId::derive(Verb::Stop, job, "release-7", 0),
            TriggerId::derive(Verb::Trigger, other, "release-7", 0),
            TriggerId::derive(Verb::Trigger, job, "release-8", 0),
            TriggerId::derive(Verb::Trigger, job, "release-7", 1),
        ];
        for (i, one) in others.iter().enumerate() {
            assert_ne!(*one, id);
            assert!(!others[..i].contains(one));
        }
    }

    /// A change of the derivation would break the promise towards a job that an older release has stopped.
    #[test]
    fn the_derivation_never_changes() {
        let job: JobId = "fd72014d4c864993a2e5a9287b4a9c5d".parse().unwrap();
        let id = TriggerId::derive(Verb::Stop, job, "", 0).to_string();
        assert_eq!(id, "e264f6a5a48aa3eb45abac0413969050");
    }
}
