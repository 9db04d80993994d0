//! Why no usable settings were found.

use std::io;
use std::path::PathBuf;

/// A configuration that cannot be used. Each is one sentence, holds no secret, and means exit 2.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A setting whose value cannot be used.
    #[error("{what} ({origin}) {problem}")]
    Value {
        /// The setting's name.
        what: String,
        /// Where it was given.
        origin: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// A configuration file with a fault in it.
    #[error("{path}:{line}: {problem}", path = path.display())]
    File {
        /// The file, as it was named.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A file that cannot be read.
    #[error("cannot read {path}, named by {origin}", path = path.display())]
    Read {
        /// The file, as it was named.
        path: PathBuf,
        /// Which setting names it.
        origin: String,
        /// Why not.
        #[source]
        cause: io::Error,
    },
    /// A directory that should hold Flink's configuration, and does not.
    #[error("FLINK_CONF_DIR names {path}, {problem}", path = path.display())]
    Directory {
        /// The directory, as it was named.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// High availability without an address: the leader would have to be looked up.
    #[error(
        "high availability is configured ({key}, {origin}) without rest.address, and looking up the leader is not \
         there yet: name the JobManager with -m HOST:PORT"
    )]
    HighAvailability {
        /// The key that switches it on.
        key: String,
        /// Where it is set.
        origin: String,
    },
    /// Two ways to prove who we are, of which a request can carry one.
    #[error("{first} and {second} are both given, and a request can carry only one: leave one out")]
    TwoCredentials {
        /// The one.
        first: String,
        /// The other.
        second: String,
    },
    /// Certificates or keys that cannot be used.
    #[error("{path} ({origin}) {problem}", path = path.display())]
    Tls {
        /// The file, as it was named.
        path: PathBuf,
        /// Which setting names it.
        origin: String,
        /// What is wrong with it, and what to do.
        problem: String,
    },
}
