//! Google Cloud Storage.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use object_store::StaticCredentialProvider;
use object_store::client::HttpRequest;
use object_store::gcp::{GcpCredential, GcpCredentialProvider, GoogleCloudStorageBuilder};
use reqwest::header::{AUTHORIZATION, HeaderValue};

use super::marker::{Markers, Signer, generic};
use super::service::{Service, retries};
use super::store::Objects;
use crate::domain::access::{Gcs, GcsLogin, Patience};
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
    let signer: Box<dyn Signer> = Box::new(Bearer(Arc::clone(store.credentials())));
    let markers = Markers {
        store: "GCS",
        url: format!("{}/{}", endpoint.trim_end_matches('/'), gcs.bucket),
        service,
        signer: (gcs.login != GcsLogin::Anonymous).then_some(signer),
    };
    let objects = Objects::new(store, endpoint);
    Ok(Arc::new(objects.with_markers(markers)))
}

/// Google's token.
struct Bearer(GcpCredentialProvider);

impl Signer for Bearer {
    fn sign<'a>(
        &'a self,
        request: &'a mut HttpRequest,
    ) -> BoxFuture<'a, Result<(), object_store::Error>> {
        let sign = async move {
            let credentials = self.0.get_credential().await?;
            let bearer = HeaderValue::from_str(&format!("Bearer {}", credentials.bearer));
            let mut bearer = bearer
                .map_err(|_| generic("GCS", "the token cannot be sent in a header".into()))?;
            bearer.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, bearer);
            Ok(())
        };
        sign.boxed()
    }
}
