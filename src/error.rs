//! What a command fails with: which exit code, why, and what to do next.

use crate::config::ConfigError;
use crate::exit::Exit;
use crate::inventory::offline::gather::GatherError;
use crate::inventory::resolution::ResolutionError;
use crate::metadata::ReadError;
use crate::rest;
use crate::rest::client::ConnectError;
use crate::rest::error::{NOT_HTTP, TlsFault};
use crate::storage::StorageError;

/// A failed command.
#[derive(Debug)]
pub struct Failure {
    /// What the shell is told.
    pub exit: Exit,
    /// What happened, outermost first.
    pub source: anyhow::Error,
    /// What to do next, a sentence each.
    pub hints: Vec<String>,
    /// A Java stack trace, for those who ask for it.
    pub stack: Option<String>,
}

impl Failure {
    /// A failure that is told in one sentence.
    pub fn new(exit: Exit, what: impl Into<String>) -> Self {
        Self {
            exit,
            source: anyhow::Error::msg(what.into()),
            hints: Vec::new(),
            stack: None,
        }
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds the server's whole text.
    #[must_use]
    pub fn stack(mut self, text: impl Into<String>) -> Self {
        self.stack = Some(text.into());
        self
    }

    /// Says what was being done. The kind stays.
    #[must_use]
    pub fn doing(self, what: impl Into<String>) -> Self {
        Self {
            source: self.source.context(what.into()),
            ..self
        }
    }
}

/// Adds what was being done to a result.
pub trait Doing<T> {
    /// Says what was being done, in words that name the thing it was done to.
    ///
    /// # Errors
    /// The same failure with more context.
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T, E: Into<Failure>> Doing<T> for Result<T, E> {
    fn doing(self, what: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|err| err.into().doing(what()))
    }
}

impl From<rest::Error> for Failure {
    fn from(error: rest::Error) -> Self {
        let hints = hints(&error);
        let (exit, stack) = match &error {
            rest::Error::Refused { cause, .. } => (Exit::Failed, Some(cause.text().to_owned())),
            rest::Error::NoResult { .. } => (Exit::Failed, None),
            _ => (Exit::Unreachable, None),
        };
        Self {
            exit,
            source: error.into(),
            hints,
            stack,
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self {
            exit: Exit::Usage,
            source: error.into(),
            hints: Vec::new(),
            stack: None,
        }
    }
}

impl From<ConnectError> for Failure {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::Rest(error) => error.into(),
            ConnectError::Setup(error) => Self::new(Exit::Usage, error.to_string()),
        }
    }
}

impl From<StorageError> for Failure {
    fn from(error: StorageError) -> Self {
        let (exit, hint) = told(&error);
        Self {
            exit,
            source: error.into(),
            hints: hint.map(str::to_owned).into_iter().collect(),
            stack: None,
        }
    }
}

/// What to know of savepoints on a cluster's heap.
const ON_HEAP: &str = "a savepoint on the heap of a JobManager is gone when that ends; \
                       `minicluster -D state.backend.savepoints=filesystem` keeps them in files";

/// What the shell is told of it, and what to do next.
fn told(error: &StorageError) -> (Exit, Option<&'static str>) {
    use StorageError as E;
    match error {
        E::Missing { .. } => (
            Exit::NotFound,
            Some("check its spelling; a plain path is one of this machine"),
        ),
        E::NotAFile { .. } | E::NotADirectory { .. } => (
            Exit::NotFound,
            Some("name the snapshot's directory or its metadata file"),
        ),
        E::TooLarge { .. } | E::NoMemory { .. } | E::TooMany { .. } | E::NotEmpty { .. } => {
            (Exit::Failed, None)
        }
        E::Scheme { scheme, .. } if scheme == "jobmanager" => (
            Exit::Unreachable,
            Some("it was on the heap of a JobManager of Flink 1.0 or 1.1, and is gone with that"),
        ),
        E::NotOnHeap { .. } => (Exit::NotFound, Some(ON_HEAP)),
        E::HeapUnreachable { .. } => (Exit::Unreachable, Some(ON_HEAP)),
        E::Scheme { .. } => (
            Exit::Unreachable,
            Some("copy the snapshot's _metadata to this machine and name the copy"),
        ),
        E::LeftOut { .. } => (
            Exit::Unreachable,
            Some("build with that feature, or use a released binary, which has all of them"),
        ),
        E::Host { .. } => (
            Exit::Unreachable,
            Some("write file:///path with three slashes"),
        ),
        E::Setting { .. } => (Exit::Usage, None),
        E::NoCredentials { places, .. } => (Exit::Unreachable, Some(places)),
        E::Denied { .. } => (
            Exit::Unreachable,
            Some("see who we are with `savepointctl config`, and what that may do"),
        ),
        E::Throttled { .. } => (Exit::Unreachable, Some("try again later")),
        E::Timeout { .. } => (
            Exit::Unreachable,
            Some("`--connect-timeout` and `--request-timeout` allow more time"),
        ),
        E::Unreachable { .. } => (
            Exit::Unreachable,
            Some("is the storage's endpoint right? `savepointctl config` shows it"),
        ),
        E::Broken { .. } | E::Io { .. } => (Exit::Unreachable, None),
    }
}

/// The most snapshots that are named where a directory above them was given.
const CANDIDATES: usize = 10;

impl From<ResolutionError> for Failure {
    fn from(error: ResolutionError) -> Self {
        let mut hints = Vec::new();
        match &error {
            ResolutionError::Storage(_) => {}
            ResolutionError::NoMetadata { in_progress: true, .. } => hints.push(
                "Flink is still writing it, or died while it did: without _metadata it is no snapshot".to_owned(),
            ),
            ResolutionError::NoMetadata { .. } => hints.push(
                "name the snapshot's own directory (savepoint-… or chk-N); without _metadata it is incomplete or \
                 disposed of"
                    .to_owned(),
            ),
            ResolutionError::Above { candidates, .. } => {
                hints.extend(candidates.iter().take(CANDIDATES).map(|at| format!("did you mean {at}")));
                if candidates.len() > CANDIDATES {
                    hints.push(format!("and {} more", candidates.len() - CANDIDATES));
                }
            }
        }
        match error {
            ResolutionError::Storage(error) => error.into(),
            error => Self {
                exit: Exit::NotFound,
                source: error.into(),
                hints,
                stack: None,
            },
        }
    }
}

impl From<GatherError> for Failure {
    fn from(error: GatherError) -> Self {
        match error {
            GatherError::Resolution(error) => error.into(),
            GatherError::Read(error) => error.into(),
        }
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let hint = match &error {
            ReadError::NotMetadata { .. } => {
                Some("name the snapshot's directory or its _metadata file")
            }
            error if error.is_truncation() => Some(
                "compare its size with the original's: a JobManager that died while writing leaves such a file (before 1.15)",
            ),
            _ => None,
        };
        Self {
            exit: Exit::Failed,
            source: error.into(),
            hints: hint.map(str::to_owned).into_iter().collect(),
            stack: None,
        }
    }
}

fn hints(error: &rest::Error) -> Vec<String> {
    use rest::Error as E;
    let hint = match error {
        E::Connect { .. } => {
            "is a JobManager running there, and is this its REST port (8081 by default)? \
             `--connect-timeout 1m` waits for one that is starting"
        }
        E::Silent { .. } => "`--connect-timeout` and `--request-timeout` allow more time",
        E::Broken { .. } | E::Unavailable { .. } => {
            "see the JobManager's log, or the proxy's in front of it"
        }
        E::LeaderElection { .. } => {
            "no JobManager leads yet: try again later, or wait longer with --connect-timeout 2m"
        }
        E::Unauthorized { .. } => {
            "give credentials: SAVEPOINTCTL_BEARER_TOKEN, SAVEPOINTCTL_BASIC_AUTH, --bearer-token-file, \
             --basic-auth-file or --header"
        }
        E::Redirect { endpoint, location } if tls_wanted(endpoint, location) => {
            "the server wants TLS: name it as https://HOST:PORT"
        }
        E::Redirect { .. } => {
            "name the URL behind it with -m, or give the credentials that the proxy wants"
        }
        E::NotFlink { endpoint, what } if endpoint.starts_with("http:") && what == NOT_HTTP => {
            "if it speaks TLS, name it as https://HOST:PORT; -m must name the JobManager's REST address"
        }
        E::NotFlink { .. } => {
            "-m must name the JobManager's REST address, with a proxy's path if there is one"
        }
        E::Tls { fault, .. } => tls_hint(fault),
        E::NoResult { .. } => "look for the savepoint in its directory before you take another one",
        E::Refused { .. } => return Vec::new(),
    };
    vec![hint.to_owned()]
}

fn tls_wanted(endpoint: &str, location: &str) -> bool {
    endpoint.starts_with("http:") && location.starts_with("https:")
}

fn tls_hint(fault: &TlsFault) -> &'static str {
    match fault {
        TlsFault::Name { .. } => {
            "Flink itself checks no host names: say which one the certificate is for with --tls-server-name NAME"
        }
        TlsFault::UnknownIssuer => {
            "trust its authority with --cacert FILE.pem, or through security.ssl.rest.truststore"
        }
        TlsFault::Expired => "renew the certificate, and check the clocks",
        TlsFault::NoCommonSuite => {
            "Flink up to 1.19 offers only an RSA/CBC suite by default, which modern TLS leaves out: set \
             security.ssl.algorithms: TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 \
             in the cluster's configuration"
        }
        TlsFault::ClientCertificate => {
            "show one with --cert FILE.pem and --key FILE.pem, or through security.ssl.rest.keystore"
        }
        TlsFault::NotTls => "name it as http://HOST:PORT if it speaks plain HTTP",
        TlsFault::Fingerprint => {
            "compare security.ssl.rest.cert.fingerprint with the server's certificate"
        }
        TlsFault::Other(_) => "compare the TLS settings of both sides (security.ssl.rest.*)",
    }
}
