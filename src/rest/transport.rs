//! One request and its answer; and when to send it again.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{self, HeaderMap};
use reqwest::multipart::Form;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::Error;
use super::tls::{Tls, TlsSetupError};
use super::wire::ErrorBody;
use crate::domain::throwable::Throwable;

/// The most that is read of one answer, in bytes: Flink's own `rest.client.max-content-length`.
const MAX_ANSWER: usize = 100 << 20;
/// How long a cluster may take to elect a leader.
const LEADER_ELECTION: Duration = Duration::from_secs(30);
/// How long a request is repeated once the cluster has answered before.
const RETRY_FOR: Duration = Duration::from_secs(10);
/// The longest pause between two tries.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// The time-outs of a client.
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    /// From the start to the first answer of the cluster, however often it is tried.
    pub connect: Duration,
    /// For one request with its answer.
    pub request: Duration,
    /// How long an outage may last while an operation is pending.
    pub reconnect: Duration,
}

/// How to reach a cluster.
pub struct Options {
    /// The base URL without credentials and without a trailing slash, as users know it.
    pub endpoint: String,
    /// Sent with every request. Values are secret.
    pub headers: HeaderMap,
    /// `None` for plain HTTP.
    pub tls: Option<Tls>,
    /// Whether the environment's proxies apply. Never for loopback.
    pub use_proxy: bool,
    /// Time-outs.
    pub timing: Timing,
}

/// What is told of each request, for `-v`.
pub struct Exchange<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The whole URL without credentials.
    pub url: String,
    /// The body sent, for `-vv`.
    pub body: Option<&'a Value>,
    /// The status, or why there is none.
    pub outcome: Result<u16, &'a Error>,
    /// How long it took.
    pub took: Duration,
}

/// Hears of requests and of waiting.
pub trait Observer: Send + Sync {
    /// A request has been answered or has failed.
    fn exchanged(&self, exchange: &Exchange<'_>);
    /// A request failed for `why` and is sent again for up to `limit`. Called once for each request that is repeated.
    fn repeating(&self, why: &Error, limit: Duration);
}

/// A client that cannot be made from what is configured.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// TLS settings that cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsSetupError),
    /// Anything else, in the library's words.
    #[error("cannot prepare the connection: {0}")]
    Http(String),
}

/// A request to the cluster.
pub(super) struct Request<'a> {
    pub(super) method: Method,
    /// Below `/v1`, e.g. `/jobs/overview`.
    pub(super) path: String,
    pub(super) body: Option<&'a Value>,
    /// What is told of the body where it may hold secrets.
    pub(super) shown: Option<&'a Value>,
    /// Whether sending it twice does no more than sending it once.
    pub(super) repeatable: bool,
}

impl Request<'_> {
    pub(super) fn get(path: impl Into<String>) -> Self {
        Self {
            method: Method::GET,
            path: path.into(),
            body: None,
            shown: None,
            repeatable: true,
        }
    }
}

/// A request that was not answered as hoped.
pub(super) struct Unanswered {
    /// What the last try came to.
    pub(super) error: Error,
    /// Whether any try that was not answered may have reached the server and done its work.
    pub(super) may_have_arrived: bool,
}

/// Sends requests to one endpoint.
pub(super) struct Transport {
    http: reqwest::Client,
    headers: HeaderMap,
    endpoint: String,
    pub(super) timing: Timing,
    observer: Box<dyn Observer>,
    /// Whether the cluster has ever answered.
    contacted: AtomicBool,
}

impl Transport {
    pub(super) fn new(options: Options, observer: Box<dyn Observer>) -> Result<Self, SetupError> {
        let config = options.tls.map_or_else(plain_http, Tls::into_config)?;
        let mut headers = options.headers;
        headers
            .entry(header::ACCEPT)
            .or_insert(header::HeaderValue::from_static("application/json"));
        let mut builder = reqwest::Client::builder()
            .tls_backend_preconfigured(config)
            .user_agent(concat!("savepointctl/", env!("CARGO_PKG_VERSION")))
            // Flink answers no redirects; following a proxy's would take a trigger to a login page
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(options.timing.connect.min(options.timing.request))
            .tcp_nodelay(true);
        if !options.use_proxy {
            builder = builder.no_proxy();
        }
        let http = builder
            .build()
            .map_err(|err| SetupError::Http(err.to_string()))?;
        let endpoint = options.endpoint;
        Ok(Self {
            http,
            headers,
            endpoint,
            timing: options.timing,
            observer,
            contacted: AtomicBool::new(false),
        })
    }

    pub(super) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Sends a request until it is answered, as often as is safe and sensible.
    ///
    /// # Errors
    /// The last one.
    pub(super) async fn call<T: DeserializeOwned>(
        &self,
        request: &Request<'_>,
    ) -> Result<T, Error> {
        let answer = self.call_for(request, self.timing.request).await;
        answer.map_err(|unanswered| unanswered.error)
    }

    /// As [`Transport::call`], for an answer that may take up to `longest` once the cluster has been reached, and for
    /// requests that do something: the error tells whether any of the tries may have arrived.
    pub(super) async fn call_for<T: DeserializeOwned>(
        &self,
        request: &Request<'_>,
        longest: Duration,
    ) -> Result<T, Unanswered> {
        let started = Instant::now();
        let mut tries = 0;
        let mut may_have_arrived = false;
        loop {
            let error = match self.once(request, self.limit(started, longest)).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            may_have_arrived |= error.is_outage() && !error.never_sent();
            let patience = self.patience(&error);
            let pause = pause(tries);
            let safe = request.repeatable || error.never_sent();
            if !safe || !error.is_transient() || started.elapsed() + pause > patience {
                return Err(Unanswered {
                    error,
                    may_have_arrived,
                });
            }
            if tries == 0 {
                self.observer.repeating(&error, patience);
            }
            tokio::time::sleep(pause).await;
            tries += 1;
        }
    }

    /// Sends a form, once.
    pub(super) async fn upload<T: DeserializeOwned>(
        &self,
        path: &str,
        form: Form,
        limit: Duration,
    ) -> Result<T, Error> {
        let started = Instant::now();
        let url = format!("{}/v1{path}", self.endpoint);
        let builder = self
            .http
            .post(&url)
            .headers(self.headers.clone())
            .timeout(limit)
            .multipart(form);
        let mut status = None;
        let result = match self.receive(builder, &mut status).await {
            Ok(body) => self.read(status.unwrap_or_default(), &body),
            Err(error) => Err(error),
        };
        self.tell("POST", url, None, status, &result, started.elapsed());
        result
    }

    /// How long a request may take that is part of a call begun at `started`.
    fn limit(&self, started: Instant, longest: Duration) -> Duration {
        if self.contacted.load(Ordering::Relaxed) {
            longest
        } else {
            let left = self.timing.connect.saturating_sub(started.elapsed());
            left.max(Duration::from_millis(100))
                .min(self.timing.request)
        }
    }

    /// How long a call goes on after such an error.
    fn patience(&self, error: &Error) -> Duration {
        match error {
            Error::LeaderElection { .. } => LEADER_ELECTION.max(self.timing.connect),
            _ if self.contacted.load(Ordering::Relaxed) => RETRY_FOR,
            Error::Unavailable { .. } => RETRY_FOR.max(self.timing.connect),
            _ => self.timing.connect,
        }
    }

    /// Sends a request once.
    pub(super) async fn once<T: DeserializeOwned>(
        &self,
        request: &Request<'_>,
        limit: Duration,
    ) -> Result<T, Error> {
        let started = Instant::now();
        let url = format!("{}/v1{}", self.endpoint, request.path);
        let mut builder = self
            .http
            .request(request.method.clone(), &url)
            .headers(self.headers.clone())
            .timeout(limit);
        if let Some(body) = request.body {
            builder = builder.json(body);
        }
        let mut status = None;
        let result = match self.receive(builder, &mut status).await {
            Ok(body) => self.read(status.unwrap_or_default(), &body),
            Err(error) => Err(error),
        };
        let answered = !matches!(
            result,
            Err(Error::Unavailable { .. } | Error::Broken { .. })
        );
        if status.is_some() && answered {
            self.contacted.store(true, Ordering::Relaxed);
        }
        self.tell(
            request.method.as_str(),
            url,
            request.shown.or(request.body),
            status,
            &result,
            started.elapsed(),
        );
        result
    }

    fn tell<T>(
        &self,
        method: &str,
        url: String,
        body: Option<&Value>,
        status: Option<StatusCode>,
        result: &Result<T, Error>,
        took: Duration,
    ) {
        let outcome = match (status, result) {
            (Some(status), _) => Ok(status.as_u16()),
            (None, Err(error)) => Err(error),
            // an answer has a status
            (None, Ok(_)) => return,
        };
        self.observer.exchanged(&Exchange {
            method,
            url,
            body,
            outcome,
            took,
        });
    }

    async fn receive(
        &self,
        builder: RequestBuilder,
        status: &mut Option<StatusCode>,
    ) -> Result<Vec<u8>, Error> {
        let started = Instant::now();
        let failed =
            |error: reqwest::Error| Error::from_http(&self.endpoint, &error, started.elapsed());
        let mut response = builder.send().await.map_err(failed)?;
        *status = Some(response.status());
        if response.status().is_redirection() {
            return Err(self.redirect(response.headers()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if body.len() + chunk.len() > MAX_ANSWER {
                return Err(self.not_flink(format!("its answer is longer than {MAX_ANSWER} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn redirect(&self, headers: &HeaderMap) -> Error {
        let location = headers
            .get(header::LOCATION)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("nowhere");
        // a query may carry a login's state
        let location = location
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .to_owned();
        Error::Redirect {
            endpoint: self.endpoint.clone(),
            location,
        }
    }

    fn not_flink(&self, what: String) -> Error {
        Error::NotFlink {
            endpoint: self.endpoint.clone(),
            what,
        }
    }

    /// Turns an answer into a value or into the error that it is.
    fn read<T: DeserializeOwned>(&self, status: StatusCode, body: &[u8]) -> Result<T, Error> {
        let endpoint = || self.endpoint.clone();
        if status.is_success() {
            return serde_json::from_slice(body).map_err(|err| {
                if err.is_eof() && !body.is_empty() {
                    let reason = format!("its JSON ends after {} bytes, in the middle", body.len());
                    Error::Broken {
                        endpoint: endpoint(),
                        reason,
                    }
                } else {
                    self.not_flink(unexpected(status, body, &err))
                }
            });
        }
        if matches!(status.as_u16(), 401 | 403 | 407) {
            return Err(Error::Unauthorized {
                endpoint: endpoint(),
                status: status.as_u16(),
            });
        }
        let refusal = serde_json::from_slice::<ErrorBody>(body)
            .ok()
            .and_then(ErrorBody::into_text);
        match (status.as_u16(), refusal) {
            (503, Some(text)) if text.contains("leader election") => Err(Error::LeaderElection {
                endpoint: endpoint(),
            }),
            // a standby that has not noticed yet that the leader is gone: nothing has reached anybody
            (500, Some(text)) if text.contains("RecipientUnreachableException") => {
                Err(Error::LeaderElection {
                    endpoint: endpoint(),
                })
            }
            (status, Some(text)) => Err(Error::Refused {
                status,
                cause: Throwable::parse(&text),
            }),
            (status @ (502..=504), None) => Err(Error::Unavailable {
                endpoint: endpoint(),
                status,
            }),
            (413, None) => {
                let cause = Throwable::parse(
                    "the request is larger than rest.server.max-content-length allows",
                );
                Err(Error::Refused { status: 413, cause })
            }
            (_, None) => Err(self.not_flink(format!("status {status} with {}", kind(body)))),
        }
    }
}

fn plain_http() -> Result<rustls::ClientConfig, TlsSetupError> {
    // never used, but without one the library would read the system's certificates at every start
    Tls {
        insecure: true,
        ..Tls::default()
    }
    .into_config()
}

fn unexpected(status: StatusCode, body: &[u8], err: &serde_json::Error) -> String {
    match kind(body) {
        Kind::Json => format!("its JSON is of another shape ({err})"),
        kind => format!("status {status} with {kind}"),
    }
}

/// What a body looks like.
enum Kind {
    Nothing,
    Html,
    Json,
    Other,
}

fn kind(body: &[u8]) -> Kind {
    let text = body.trim_ascii_start();
    match text.first() {
        None => Kind::Nothing,
        Some(b'<') => Kind::Html,
        Some(b'{' | b'[') => Kind::Json,
        Some(_) => Kind::Other,
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing in it",
            Self::Html => "a web page",
            Self::Json => "other JSON",
            Self::Other => "something that is no JSON",
        })
    }
}

/// The pause after the `tries`-th failure: doubling from 50 ms to 1 s, with up to half of it taken off by chance, so
/// that many clients do not come back at once.
fn pause(tries: u32) -> Duration {
    let full = Duration::from_millis(50)
        .saturating_mul(1 << tries.min(8))
        .min(MAX_PAUSE);
    let chance = getrandom::u32().map_or(1.0, |random| f64::from(random) / f64::from(u32::MAX));
    full.mul_f64(1.0 - chance / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_second_and_are_never_nothing() {
        for tries in 0..40 {
            let pause = pause(tries);
            assert!(
                pause >= Duration::from_millis(25) && pause <= MAX_PAUSE,
                "{tries}: {pause:?}"
            );
        }
        assert!(pause(10) >= MAX_PAUSE / 2);
    }
}
