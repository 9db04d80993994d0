//! Why storage could not be read.

use std::io;

/// Why storage could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A scheme that needs more than this machine's disk.
    #[error(
        "{location} cannot be read from here: only local paths and file: URIs can, not {scheme}:"
    )]
    Scheme {
        /// As it was typed.
        location: String,
        /// The scheme.
        scheme: String,
    },
    /// A `file:` URI that names another machine.
    #[error("{location} names the host '{host}', but a file: URI has none")]
    Host {
        /// As it was typed.
        location: String,
        /// The host.
        host: String,
    },
    /// Nothing is there.
    #[error("{path} does not exist")]
    Missing {
        /// Where.
        path: String,
    },
    /// Neither a file nor a directory.
    #[error("{path} is {what}, not a file")]
    NotAFile {
        /// Where.
        path: String,
        /// What it is instead, with its article.
        what: &'static str,
    },
    /// A file that is not read whole.
    #[error("{path} is {size} bytes large, more than the {limit} that are read of one file")]
    TooLarge {
        /// Where.
        path: String,
        /// Bytes.
        size: u64,
        /// The most that is accepted.
        limit: u64,
    },
    /// There is not enough memory for the whole file.
    #[error("{path} is {size} bytes large, and there is not as much memory")]
    NoMemory {
        /// Where.
        path: String,
        /// Bytes.
        size: u64,
    },
    /// The system refuses.
    #[error("cannot read {path}: {source}")]
    Io {
        /// Where.
        path: String,
        /// Why.
        source: io::Error,
    },
}
