//! What can go wrong between us and a cluster, told apart where a caller or a user would act differently.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use crate::domain::throwable::Throwable;

/// What is said of a port that speaks another protocol.
pub const NOT_HTTP: &str = "what comes back is not HTTP";

/// A request that did not get the answer it was made for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No connection: refused, no route, no such host.
    #[error("cannot connect to {endpoint}: {reason}")]
    Connect {
        /// The endpoint as the user knows it.
        endpoint: String,
        /// The system's words.
        reason: String,
    },
    /// Nothing came back in time.
    #[error("no answer from {endpoint} within {}", seconds(.after))]
    Silent {
        /// The endpoint as the user knows it.
        endpoint: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connection ended before the answer did.
    #[error("the connection to {endpoint} broke: {reason}")]
    Broken {
        /// The endpoint as the user knows it.
        endpoint: String,
        /// The system's words.
        reason: String,
    },
    /// The two sides do not agree on TLS.
    #[error("TLS with {endpoint} failed: {fault}")]
    Tls {
        /// The endpoint as the user knows it.
        endpoint: String,
        /// In what they do not agree.
        fault: TlsFault,
    },
    /// Status 401, 403 or 407.
    #[error("{endpoint} does not let us in (status {status})")]
    Unauthorized {
        /// The endpoint as the user knows it.
        endpoint: String,
        /// The HTTP status.
        status: u16,
    },
    /// A redirect, which Flink itself never answers: a proxy's login page, or plain HTTP to a TLS port.
    #[error("{endpoint} redirects to {location}")]
    Redirect {
        /// The endpoint as the user knows it.
        endpoint: String,
        /// Where to; without query.
        location: String,
    },
    /// An answer that is not of Flink's REST API.
    #[error("{endpoint} does not answer like Flink's REST API: {what}")]
    NotFlink {
        /// The endpoint as the user knows it.
        endpoint: String,
        /// What came instead.
        what: String,
    },
    /// No JobManager leads at the moment.
    #[error("the cluster at {endpoint} is electing a leader")]
    LeaderElection {
        /// The endpoint as the user knows it.
        endpoint: String,
    },
    /// A proxy or a starting server: 502, 503 or 504 with no word of Flink's.
    #[error("{endpoint} is not available (status {status})")]
    Unavailable {
        /// The endpoint as the user knows it.
        endpoint: String,
        /// The HTTP status.
        status: u16,
    },
    /// An operation that is over with neither a result nor a failure cause.
    #[error("{endpoint} says COMPLETED, but names neither a result nor a failure cause")]
    NoResult {
        /// The endpoint as the user knows it.
        endpoint: String,
    },
    /// Flink's own refusal.
    #[error("{}", cause.root())]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What Flink said.
        cause: Throwable,
    },
}

/// What the two sides of a TLS connection disagree about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// The certificate is for other names.
    #[error("the server's certificate is not for this host name{}", listed(.names))]
    Name {
        /// The names it is for.
        names: Vec<String>,
    },
    /// Nobody we trust has signed it.
    #[error("the server's certificate is signed by nobody that is trusted here")]
    UnknownIssuer,
    /// Its time is over or has not come.
    #[error("the server's certificate is not valid now")]
    Expired,
    /// The server found no cipher suite or protocol in common.
    #[error("the server shares no cipher suite or protocol version with this client")]
    NoCommonSuite,
    /// The server wants a client certificate, or another one.
    #[error("the server wants a client certificate that it trusts")]
    ClientCertificate,
    /// The server does not speak TLS at all.
    #[error("the server does not speak TLS")]
    NotTls,
    /// The certificate is another one than the configured fingerprint says.
    #[error("the server's certificate has another fingerprint than the configured one")]
    Fingerprint,
    /// Anything else, in the library's words.
    #[error("{0}")]
    Other(String),
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        String::new()
    } else {
        format!(", but for {}", names.join(", "))
    }
}

fn seconds(duration: &Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}

impl Error {
    /// Whether the same request may well succeed a moment later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::Silent { .. }
                | Self::Broken { .. }
                | Self::LeaderElection { .. }
                | Self::Unavailable { .. }
        )
    }

    /// Whether it says nothing about an operation that is under way: the server, or the way to it, is out of order.
    pub fn is_outage(&self) -> bool {
        self.is_transient() || matches!(self, Self::NotFlink { .. })
    }

    /// As [`Error::is_outage`], of an idempotent question: a failure inside the server is no answer to it either, such
    /// as a time-out between its parts.
    pub fn is_no_answer(&self) -> bool {
        self.is_outage() || matches!(self, Self::Refused { status, .. } if *status >= 500)
    }

    /// Whether the request never reached the server, so that it is safe to send again whatever it asks.
    pub fn never_sent(&self) -> bool {
        matches!(self, Self::Connect { .. } | Self::LeaderElection { .. })
    }

    /// What Flink said, if it was Flink that refused.
    pub fn refusal(&self) -> Option<(u16, &Throwable)> {
        match self {
            Self::Refused { status, cause } => Some((*status, cause)),
            _ => None,
        }
    }

    /// Classifies an error of the HTTP library. `after` is how long the request took.
    pub(super) fn from_http(endpoint: &str, error: &reqwest::Error, after: Duration) -> Self {
        let endpoint = endpoint.to_owned();
        if let Some(fault) = cause::<rustls::Error>(error).map(TlsFault::from) {
            return Self::Tls { endpoint, fault };
        }
        if error.is_timeout() {
            return Self::Silent { endpoint, after };
        }
        if cause::<hyper::Error>(error).is_some_and(hyper::Error::is_parse) {
            let what = NOT_HTTP.to_owned();
            return Self::NotFlink { endpoint, what };
        }
        let reason = innermost(error);
        if error.is_connect() {
            return Self::Connect { endpoint, reason };
        }
        Self::Broken { endpoint, reason }
    }
}

/// The first error of this type on the way down to the root cause.
fn cause<T: StdError + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The root cause in its own words, which name no URL.
fn innermost(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| "unknown reason".to_owned(), ToString::to_string)
}

/// The causes of `error`, outermost first. What an I/O error wraps is a step of its own, which `source` leaves out.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    std::iter::successors(error.source(), |&cause| {
        let wrapped = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        wrapped
            .map(|inner| inner as &(dyn StdError + 'static))
            .or_else(|| cause.source())
    })
}

impl From<&rustls::Error> for TlsFault {
    fn from(error: &rustls::Error) -> Self {
        use rustls::{AlertDescription as Alert, CertificateError as Cert, Error as Tls};
        match error {
            Tls::InvalidCertificate(cert) => match cert {
                Cert::NotValidForName => Self::Name { names: Vec::new() },
                Cert::NotValidForNameContext { presented, .. } => Self::Name {
                    names: presented.clone(),
                },
                Cert::UnknownIssuer => Self::UnknownIssuer,
                Cert::Expired
                | Cert::ExpiredContext { .. }
                | Cert::NotValidYet
                | Cert::NotValidYetContext { .. } => Self::Expired,
                Cert::ApplicationVerificationFailure => Self::Fingerprint,
                other => Self::Other(other.to_string()),
            },
            Tls::AlertReceived(
                Alert::HandshakeFailure | Alert::InsufficientSecurity | Alert::ProtocolVersion,
            )
            | Tls::PeerIncompatible(_) => Self::NoCommonSuite,
            Tls::AlertReceived(
                Alert::CertificateRequired
                | Alert::BadCertificate
                | Alert::UnknownCA
                | Alert::CertificateUnknown
                | Alert::AccessDenied
                | Alert::UnsupportedCertificate,
            ) => Self::ClientCertificate,
            Tls::InvalidMessage(_) => Self::NotTls,
            other => Self::Other(other.to_string()),
        }
    }
}
