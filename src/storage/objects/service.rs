//! How the requests of `object_store` are sent: bounded in number, repeated where that may help, their faults named.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpResponse, HttpService,
};
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use tokio::sync::Semaphore;

use super::keys;
use crate::domain::access::Patience;
use crate::storage::fault::{Fault, repeated};
use crate::storage::http;

/// How many requests to one storage are under way at once.
const REQUEST_CONCURRENCY: usize = 32;

/// Sends requests.
#[derive(Debug, Clone)]
pub struct Service {
    http: reqwest::Client,
    patience: Patience,
    /// Whether the cloud's metadata service may be asked, too.
    metadata: bool,
    slots: Arc<Semaphore>,
}

impl Service {
    /// One for the storage at `endpoint`; `metadata` allows to ask the cloud's metadata service.
    pub fn new(patience: Patience, endpoint: &str, metadata: bool) -> Result<Self, String> {
        Ok(Self {
            http: http::client(patience, endpoint)?,
            patience,
            metadata,
            slots: Arc::new(Semaphore::new(REQUEST_CONCURRENCY)),
        })
    }

    async fn once(&self, request: HttpRequest) -> Result<HttpResponse, Fault> {
        let _slot = self.slots.acquire().await;
        let is_listing = is_listing(&request);
        let answer = async {
            let response = HttpService::call(&self.http, request)
                .await
                .map_err(|error| fault(&error))?;
            let (parts, body) = response.into_parts();
            let status = parts.status.as_u16();
            let is_for_the_caller =
                parts.status.is_success() || matches!(status, 304 | 404 | 409 | 412);
            if is_for_the_caller && !is_listing {
                return Ok(HttpResponse::from_parts(parts, body));
            }
            // a listing that breaks off is asked for again as a whole
            let body = body.bytes().await.map_err(|error| fault(&error))?;
            if is_for_the_caller && status != 404 {
                let body = match keys::nameable(&body) {
                    Some(listing) => listing.into(),
                    None => body.into(),
                };
                return Ok(HttpResponse::from_parts(parts, body));
            }
            Err(http::refusal(status, &parts.headers, &body))
        };
        let answer = tokio::time::timeout(self.patience.request, answer);
        answer.await.unwrap_or(Err(Fault::Timeout))
    }
}

fn is_listing(request: &HttpRequest) -> bool {
    let query = request.uri().query().unwrap_or_default();
    query.contains("list-type=") || query.contains("comp=list")
}

fn fault(error: &HttpError) -> Fault {
    let cause = http::innermost(error);
    match error.kind() {
        HttpErrorKind::Timeout => Fault::Timeout,
        HttpErrorKind::Connect => Fault::Unreachable(cause),
        HttpErrorKind::Decode => Fault::Broken(cause),
        _ => Fault::Passing(cause),
    }
}

#[async_trait]
impl HttpService for Service {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let host = request.uri().host().unwrap_or_default();
        let answer = if !self.metadata && http::is_metadata_service(host) {
            Err(Fault::Denied(
                "credentials would have to come from the cloud's metadata service, which is asked only with \
                 --storage-credentials metadata"
                    .to_owned(),
            ))
        } else {
            repeated(|| self.once(request.clone())).await
        };
        // of a kind that nobody else repeats
        answer.map_err(|fault| HttpError::new(HttpErrorKind::Unknown, fault))
    }
}

impl HttpConnector for Service {
    fn connect(&self, _: &ClientOptions) -> object_store::Result<HttpClient> {
        Ok(HttpClient::new(self.clone()))
    }
}

/// How often a body that breaks off is asked for again, from where it broke off.
pub fn retries() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(200),
            max_backoff: Duration::from_secs(2),
            base: 2.0,
        },
        max_retries: 3,
        retry_timeout: Duration::from_secs(60),
    }
}
