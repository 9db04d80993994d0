//! Google Cloud Storage.

use std::error::Error;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use object_store::StaticCredentialProvider;
use object_store::client::{HttpClient, HttpRequest, HttpRequestBody};
use object_store::gcp::{GcpCredential, GcpCredentialProvider, GoogleCloudStorageBuilder};
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};

use super::service::{Service, retries};
use super::store::{MarkerRemover, Objects};
use crate::domain::access::{Gcs, GcsLogin, Patience};
use crate::storage::http::{encoded, shown};
use crate::storage::{Location, StorageError, Store};

/// Opens a bucket. Nothing is sent.
pub fn open(at: &Location, gcs: &Gcs, patience: Patience) -> Result<Arc<dyn Store>, StorageError> {
    let wrong = |problem: String| StorageError::Setting {
        location: at.to_string(),
        problem,
    };
    let metadata = gcs.login == GcsLogin::Metadata;
    let endpoint = gcs.endpoint.clone();
    let endpoint = endpoint.unwrap_or_else(|| "https://storage.googleapis.com".to_owned());
    let service = Service::new(patience, &endpoint, metadata).map_err(wrong)?;
    let builder = GoogleCloudStorageBuilder::new()
        .with_http_connector(service.clone())
        .with_retry(retries())
        .with_bucket_name(&gcs.bucket)
        .with_base_url(&endpoint);
    let token = |token: &str| {
        Arc::new(StaticCredentialProvider::new(GcpCredential {
            bearer: token.to_owned(),
        }))
    };
    let builder = match &gcs.login {
        GcsLogin::File(path) => builder.with_application_credentials(path.display().to_string()),
        GcsLogin::Key(key) => builder.with_service_account_key(key.expose()),
        GcsLogin::Token(bearer) => builder.with_credentials(token(bearer.expose())),
        GcsLogin::Metadata => builder,
        // a token of its own, so that nobody is asked for one
        GcsLogin::Anonymous => builder
            .with_skip_signature(true)
            .with_credentials(token("")),
        GcsLogin::Missing(places) => {
            return Err(StorageError::NoCredentials {
                location: at.to_string(),
                places,
            });
        }
    };
    let store = builder.build().map_err(|error| wrong(error.to_string()))?;
    let markers = Markers {
        http: HttpClient::new(service),
        credentials: Arc::clone(store.credentials()),
        is_anonymous: gcs.login == GcsLogin::Anonymous,
        url: format!("{}/{}", endpoint.trim_end_matches('/'), gcs.bucket),
    };
    let objects = Objects::new(store, endpoint);
    Ok(Arc::new(objects.with_markers(Box::new(markers))))
}

/// Hadoop's connector writes an empty object `DIRECTORY/` in place of a directory. `object_store` knows no such key.
struct Markers {
    http: HttpClient,
    credentials: GcpCredentialProvider,
    is_anonymous: bool,
    url: String,
}

impl Markers {
    async fn remove(&self, path: &str) -> Result<(), object_store::Error> {
        let generic = |source: Box<dyn Error + Send + Sync>| object_store::Error::Generic {
            store: "GCS",
            source,
        };
        let url = format!("{}{}/", self.url, encoded(path));
        let mut request = HttpRequest::new(HttpRequestBody::empty());
        *request.method_mut() = Method::DELETE;
        *request.uri_mut() = url
            .parse()
            .map_err(|_| generic(format!("{} is no URL", shown(&url)).into()))?;
        if !self.is_anonymous {
            let credentials = self.credentials.get_credential().await?;
            let mut bearer = HeaderValue::from_str(&format!("Bearer {}", credentials.bearer))
                .map_err(|_| generic("the token cannot be sent in a header".into()))?;
            bearer.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        let answer = self.http.execute(request).await;
        // one that was not there counts as removed
        answer.map(drop).map_err(|error| generic(error.into()))
    }
}

impl MarkerRemover for Markers {
    fn remove<'a>(&'a self, path: &'a str) -> BoxFuture<'a, Result<(), object_store::Error>> {
        Markers::remove(self, path).boxed()
    }
}
