//! Why storage could not be used.

use std::io;

/// Why storage could not be used. Each names the location; none holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A scheme that no storage here has.
    #[error("{location} cannot be read from here: no storage is known for {scheme}:")]
    Scheme {
        /// As it was typed.
        location: String,
        /// The scheme.
        scheme: String,
    },
    /// A scheme whose storage was left out of this build.
    #[error("{location} cannot be read from here: this build has no feature '{feature}'")]
    LeftOut {
        /// As it was typed.
        location: String,
        /// The feature of the build.
        feature: &'static str,
    },
    /// A cluster's heap, on which it does not lie.
    #[error("{location} is not there: {why}")]
    NotOnHeap {
        /// As it was typed.
        location: String,
        /// Who was asked, and what that means.
        why: String,
    },
    /// A cluster's heap, which cannot be asked.
    #[error("{location} cannot be read: {why}")]
    HeapUnreachable {
        /// As it was typed.
        location: String,
        /// Why the cluster does not answer.
        why: String,
    },
    /// A `file:` URI that names another machine.
    #[error("{location} names the host '{host}', but a file: URI has none")]
    Host {
        /// As it was typed.
        location: String,
        /// The host.
        host: String,
    },
    /// A location that lacks what its storage needs, or settings that cannot be used.
    #[error("{location} cannot be used: {problem}")]
    Setting {
        /// Where.
        location: String,
        /// What is wrong, and what would be right.
        problem: String,
    },
    /// Nothing is there.
    #[error("{location} does not exist")]
    Missing {
        /// Where.
        location: String,
    },
    /// Neither a file nor a directory.
    #[error("{location} is {what}, not a file")]
    NotAFile {
        /// Where.
        location: String,
        /// What it is instead, with its article.
        what: &'static str,
    },
    /// A file that was listed.
    #[error("{location} is not a directory")]
    NotADirectory {
        /// Where.
        location: String,
    },
    /// A directory that is to be deleted.
    #[error("{location} is not empty")]
    NotEmpty {
        /// Where.
        location: String,
    },
    /// A directory that is not listed whole.
    #[error("{location} has more than {limit} entries, the most that are listed")]
    TooMany {
        /// Where.
        location: String,
        /// The most that is accepted.
        limit: usize,
    },
    /// A file that is not read whole.
    #[error("{location} is {size} bytes large, more than the {limit} that are read of one file")]
    TooLarge {
        /// Where.
        location: String,
        /// Bytes.
        size: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// There is not enough memory for the whole file.
    #[error("{location} is {size} bytes large, and there is not as much memory")]
    NoMemory {
        /// Where.
        location: String,
        /// Bytes.
        size: u64,
    },
    /// No credentials are given.
    #[error("there are no credentials for {location}")]
    NoCredentials {
        /// Where.
        location: String,
        /// Where they may be given.
        places: &'static str,
    },
    /// The storage says that we may not.
    #[error("{location}: permission denied: {why}")]
    Denied {
        /// Where.
        location: String,
        /// What the storage says.
        why: String,
    },
    /// The storage has too much to do, and had after several tries.
    #[error("{location}: the storage is busy and asks to slow down: {why}")]
    Throttled {
        /// Where.
        location: String,
        /// What the storage says.
        why: String,
    },
    /// No answer in time.
    #[error("{location}: no answer from {endpoint} in time")]
    Timeout {
        /// Where.
        location: String,
        /// Who was asked.
        endpoint: String,
    },
    /// Nobody answers.
    #[error("{location}: cannot reach {endpoint}: {why}")]
    Unreachable {
        /// Where.
        location: String,
        /// Who was asked.
        endpoint: String,
        /// Why.
        why: String,
    },
    /// An answer that is cut short, or no sense can be made of, or the storage failed inside.
    #[error("{location}: the storage's answer cannot be used: {why}")]
    Broken {
        /// Where.
        location: String,
        /// What is wrong with it.
        why: String,
    },
    /// The system refuses.
    #[error("cannot {doing} {location}: {source}")]
    Io {
        /// Where.
        location: String,
        /// `read` or `delete`.
        doing: &'static str,
        /// Why.
        source: io::Error,
    },
}

impl StorageError {
    /// Whether it says that nothing is there.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }

    /// Whether it says that we may not.
    pub fn is_denied(&self) -> bool {
        match self {
            Self::Denied { .. } => true,
            Self::Io { source, .. } => source.kind() == io::ErrorKind::PermissionDenied,
            _ => false,
        }
    }

    /// No storage is known for the scheme of a location.
    pub fn unknown(at: &super::Location) -> Self {
        Self::Scheme {
            location: at.to_string(),
            scheme: at.scheme().to_owned(),
        }
    }

    /// Nothing is at a location.
    pub(crate) fn missing(at: &impl ToString) -> Self {
        Self::Missing {
            location: at.to_string(),
        }
    }
}
