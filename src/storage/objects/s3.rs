//! Amazon S3, and what speaks like it.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey, AwsAuthorizer, AwsCredentialProvider};
use object_store::client::HttpRequest;

use super::marker::{Markers, Signer};
use super::service::{Service, retries};
use super::store::Objects;
use crate::domain::access::{Patience, S3, S3Login};
use crate::storage::{Location, StorageError, Store};

/// Opens a bucket. Nothing is sent.
pub fn open(at: &Location, s3: &S3, patience: Patience) -> Result<Arc<dyn Store>, StorageError> {
    let wrong = |problem: String| StorageError::Setting {
        location: at.to_string(),
        problem,
    };
    let metadata = matches!(s3.login, S3Login::Metadata { .. });
    let service = Service::new(patience, &s3.url, metadata).map_err(wrong)?;
    let builder = AmazonS3Builder::new()
        .with_http_connector(service.clone())
        .with_retry(retries())
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        // the URL names the bucket
        .with_virtual_hosted_style_request(true)
        .with_endpoint(&s3.url)
        .with_allow_http(true)
        // one request more, but every service that speaks S3 has it
        .with_disable_bulk_delete(true);
    let builder = match &s3.login {
        S3Login::Keys { id, secret, token } => {
            let builder = builder
                .with_access_key_id(id.expose())
                .with_secret_access_key(secret.expose());
            match token {
                Some(token) => builder.with_token(token.expose()),
                None => builder,
            }
        }
        S3Login::WebIdentity {
            token_file,
            role,
            session,
            endpoint,
        } => {
            let file = token_file.display().to_string();
            let mut builder = builder
                .with_config(AmazonS3ConfigKey::WebIdentityTokenFile, file)
                .with_config(AmazonS3ConfigKey::RoleArn, role);
            if let Some(session) = session {
                builder = builder.with_config(AmazonS3ConfigKey::RoleSessionName, session);
            }
            if let Some(endpoint) = endpoint {
                builder = builder.with_config(AmazonS3ConfigKey::StsEndpoint, endpoint);
            }
            builder
        }
        S3Login::Metadata { container } => match container {
            Some(path) => {
                builder.with_config(AmazonS3ConfigKey::ContainerCredentialsRelativeUri, path)
            }
            None => builder,
        },
        S3Login::Anonymous => builder.with_skip_signature(true),
        S3Login::Missing(places) => {
            return Err(StorageError::NoCredentials {
                location: at.to_string(),
                places,
            });
        }
    };
    let store = builder.build().map_err(|error| wrong(error.to_string()))?;
    let signer: Box<dyn Signer> = Box::new(Signature {
        credentials: Arc::clone(store.credentials()),
        region: s3.region.clone(),
    });
    let markers = Markers {
        store: "S3",
        url: s3.url.clone(),
        service,
        signer: (s3.login != S3Login::Anonymous).then_some(signer),
    };
    let objects = Objects::new(store, s3.url.clone());
    Ok(Arc::new(objects.with_markers(markers)))
}

/// Amazon's signature.
struct Signature {
    credentials: AwsCredentialProvider,
    region: String,
}

impl Signer for Signature {
    fn sign<'a>(
        &'a self,
        request: &'a mut HttpRequest,
    ) -> BoxFuture<'a, Result<(), object_store::Error>> {
        let sign = async move {
            let credentials = self.credentials.get_credential().await?;
            AwsAuthorizer::new(&credentials, "s3", &self.region).try_authorize(request, None)
        };
        sign.boxed()
    }
}
