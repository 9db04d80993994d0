//! Azure Blob Storage.

use std::sync::Arc;

use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder};

use super::service::{Service, retries};
use super::store::Objects;
use crate::domain::access::{Azure, AzureLogin, Patience};
use crate::storage::{Location, StorageError, Store};

/// Opens a container. Nothing is sent.
pub fn open(
    at: &Location,
    azure: &Azure,
    patience: Patience,
) -> Result<Arc<dyn Store>, StorageError> {
    let wrong = |problem: String| StorageError::Setting {
        location: at.to_string(),
        problem,
    };
    let metadata = azure.login == AzureLogin::Metadata;
    let endpoint = azure.endpoint.clone();
    let endpoint =
        endpoint.unwrap_or_else(|| format!("https://{}.blob.core.windows.net", azure.account));
    let service = Service::new(patience, &endpoint, metadata).map_err(wrong)?;
    let builder = MicrosoftAzureBuilder::new()
        .with_http_connector(service)
        .with_retry(retries())
        .with_account(&azure.account)
        .with_container_name(&azure.container)
        .with_endpoint(endpoint.clone())
        .with_allow_http(true);
    let builder = match &azure.login {
        AzureLogin::Key(key) => builder.with_access_key(key.expose()),
        AzureLogin::Sas(query) => builder.with_config(AzureConfigKey::SasKey, query.expose()),
        AzureLogin::Client { id, secret, tenant } => {
            builder.with_client_secret_authorization(id, secret.expose(), tenant)
        }
        AzureLogin::Workload {
            id,
            tenant,
            token_file,
        } => builder
            .with_config(AzureConfigKey::ClientId, id)
            .with_config(AzureConfigKey::AuthorityId, tenant)
            .with_config(
                AzureConfigKey::FederatedTokenFile,
                token_file.display().to_string(),
            ),
        AzureLogin::Token(token) => builder.with_bearer_token_authorization(token.expose()),
        AzureLogin::Metadata => builder,
        AzureLogin::Anonymous => builder.with_skip_signature(true),
        AzureLogin::Missing(places) => {
            return Err(StorageError::NoCredentials {
                location: at.to_string(),
                places,
            });
        }
    };
    let store = builder.build().map_err(|error| wrong(error.to_string()))?;
    Ok(Arc::new(Objects::new(store, endpoint).with_folders()))
}
