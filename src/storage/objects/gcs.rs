//! Google Cloud Storage.

use std::sync::Arc;

use object_store::StaticCredentialProvider;
use object_store::gcp::{GcpCredential, GoogleCloudStorageBuilder};

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
        .with_http_connector(service)
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
    Ok(Arc::new(Objects::new(store, endpoint)))
}
