//! The empty object `DIRECTORY/` that Hadoop's connectors for S3 and Google write in place of a directory.

use std::error::Error;

use futures_util::future::BoxFuture;
use object_store::client::{HttpClient, HttpRequest, HttpRequestBody};
use reqwest::Method;

use super::service::Service;
use crate::storage::http::{encoded, shown};

/// Signs requests.
pub trait Signer: Send + Sync {
    /// Signs one.
    fn sign<'a>(
        &'a self,
        request: &'a mut HttpRequest,
    ) -> BoxFuture<'a, Result<(), object_store::Error>>;
}

/// Removes markers: their keys are ones that `object_store` cannot name.
pub struct Markers {
    /// The name of the service.
    pub store: &'static str,
    /// What the keys are appended to, without a trailing slash.
    pub url: String,
    /// Sends the requests.
    pub service: Service,
    /// Signs them, unless they are nobody's.
    pub signer: Option<Box<dyn Signer>>,
}

impl Markers {
    /// Removes the marker of a directory; nothing to do where it is not there.
    pub async fn remove(&self, directory: &str) -> Result<(), object_store::Error> {
        let url = format!("{}{}/", self.url, encoded(directory));
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.method_mut() = Method::DELETE;
        *request.uri_mut() = url
            .parse()
            .map_err(|_| generic(self.store, format!("{} is no URL", shown(&url)).into()))?;
        if let Some(signer) = &self.signer {
            signer.sign(&mut request).await?;
        }
        let answer = HttpClient::new(self.service.clone()).execute(request).await;
        // one that was not there counts as removed
        answer
            .map(drop)
            .map_err(|error| generic(self.store, error.into()))
    }
}

/// An error of a service.
pub fn generic(store: &'static str, source: Box<dyn Error + Send + Sync>) -> object_store::Error {
    object_store::Error::Generic { store, source }
}
