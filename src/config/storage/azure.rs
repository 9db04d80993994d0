//! Azure Blob Storage.

use super::{Found, Names, StorageSettings, wrong_authority};
use crate::cli::storage::StorageCredentials;
use crate::config::error::ConfigError;
use crate::domain::access::{Azure, AzureLogin};
use crate::domain::secret::Secret;

const PLACES: &str = "give them as AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_CONNECTION_STRING, as \
    AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_TENANT_ID, or as fs.azure.account.key.ACCOUNT.blob.core.windows.net \
    in Flink's configuration or with -D; or ask without any with --storage-credentials anonymous, or the machine's \
    metadata service with --storage-credentials metadata";

/// A container, and the host of its account, taken apart.
struct Place<'a> {
    container: &'a str,
    account: &'a str,
    /// What follows `blob.` or `dfs.`.
    domain: &'a str,
}

impl<'a> Place<'a> {
    fn of(authority: &'a str) -> Option<Self> {
        let (container, host) = authority.split_once('@')?;
        let (account, rest) = host.split_once('.')?;
        let domain = rest
            .strip_prefix("blob.")
            .or_else(|| rest.strip_prefix("dfs."))?;
        let is_complete = !container.is_empty() && !account.is_empty() && !domain.is_empty();
        is_complete.then_some(Self {
            container,
            account,
            domain,
        })
    }

    /// A key that is for this account, then the same for all.
    fn names(&self, variables: &'static [&'static str], key: &str) -> Names {
        let Self {
            account, domain, ..
        } = self;
        Names {
            variables,
            keys: vec![
                format!("{key}.{account}.dfs.{domain}"),
                format!("{key}.{account}.blob.{domain}"),
                key.to_owned(),
            ],
        }
    }
}

impl StorageSettings {
    /// How to reach a container.
    pub(super) fn azure(&self, authority: &str) -> Result<Azure, ConfigError> {
        let place = Place::of(authority).ok_or_else(|| {
            let problem = "names no container of an account, expected abfs://CONTAINER@ACCOUNT.dfs.core.windows.net/PATH";
            wrong_authority(&format!("//{authority}"), problem)
        })?;
        let connection = self.find(&Names::new(&["AZURE_STORAGE_CONNECTION_STRING"], &[]));
        let connection = connection.filter(|found| {
            part(found, "AccountName").is_none_or(|name| name.expose() == place.account)
        });
        let endpoint =
            self.find(&place.names(&["AZURE_STORAGE_BLOB_ENDPOINT"], "fs.azure.blob.endpoint"));
        let endpoint = endpoint.map(|found| found.text());
        let endpoint = endpoint.or_else(|| {
            let given = part(connection.as_ref()?, "BlobEndpoint")?;
            Some(given.expose().clone())
        });
        let usual = || format!("https://{}.blob.{}", place.account, place.domain);
        let endpoint = endpoint.unwrap_or_else(usual);
        Ok(Azure {
            container: place.container.to_owned(),
            account: place.account.to_owned(),
            endpoint: Some(endpoint.trim_end_matches('/').to_owned()),
            login: self.azure_login(&place, connection.as_ref()),
        })
    }

    fn azure_login(&self, place: &Place<'_>, connection: Option<&Found>) -> AzureLogin {
        match self.credentials {
            StorageCredentials::Anonymous => return AzureLogin::Anonymous,
            StorageCredentials::Metadata => return AzureLogin::Metadata,
            StorageCredentials::Given => {}
        }
        // a key without an account's name is for any; one with another's is not for this
        let account = self.find(&Names::new(&["AZURE_STORAGE_ACCOUNT"], &[]));
        let is_other = account.is_some_and(|found| found.value.expose() != place.account);
        let here = |variables: &'static [&'static str]| if is_other { &[] } else { variables };
        let key = place.names(here(&["AZURE_STORAGE_KEY"]), "fs.azure.account.key");
        if let Some(key) = self.find(&key) {
            return AzureLogin::Key(key.value);
        }
        let mut sas = place.names(
            here(&["AZURE_STORAGE_SAS_TOKEN"]),
            "fs.azure.sas.fixed.token",
        );
        let (container, account, domain) = (place.container, place.account, place.domain);
        sas.keys
            .push(format!("fs.azure.sas.{container}.{account}.blob.{domain}"));
        if let Some(sas) = self.find(&sas) {
            return AzureLogin::Sas(query(&sas.value));
        }
        if let Some(connection) = connection {
            if let Some(key) = part(connection, "AccountKey") {
                return AzureLogin::Key(key);
            }
            if let Some(sas) = part(connection, "SharedAccessSignature") {
                return AzureLogin::Sas(query(&sas));
            }
        }
        self.application(place)
            .unwrap_or(AzureLogin::Missing(PLACES))
    }

    fn application(&self, place: &Place<'_>) -> Option<AzureLogin> {
        let names = [
            place.names(&["AZURE_CLIENT_ID"], "fs.azure.account.oauth2.client.id"),
            place.names(
                &["AZURE_CLIENT_SECRET"],
                "fs.azure.account.oauth2.client.secret",
            ),
            place.names(
                &["AZURE_TENANT_ID"],
                "fs.azure.account.oauth2.client.endpoint",
            ),
        ];
        let [id, secret, directory] = self.together(&names)?;
        let (id, tenant) = (id?.text(), tenant(&directory?.text()));
        if let Some(secret) = secret {
            let secret = secret.value;
            return Some(AzureLogin::Client { id, secret, tenant });
        }
        let token_file = self.env.raw("AZURE_FEDERATED_TOKEN_FILE")?;
        Some(AzureLogin::Workload {
            id,
            tenant,
            token_file: self.env.locate(token_file.as_ref()),
        })
    }
}

/// The directory's name; Hadoop has it in the URL of its token service.
fn tenant(text: &str) -> String {
    let path = text.split_once("://").map(|(_, rest)| rest);
    let tenant = path.and_then(|rest| rest.split('/').nth(1));
    tenant.unwrap_or(text).to_owned()
}

/// A shared access signature as it is appended to URLs.
fn query(sas: &Secret<String>) -> Secret<String> {
    Secret::new(sas.expose().trim_start_matches('?').to_owned())
}

/// A part of a connection string.
fn part(connection: &Found, name: &str) -> Option<Secret<String>> {
    let parts = connection.value.expose().split(';');
    let mut parts = parts.filter_map(|part| part.split_once('='));
    let (_, value) = parts.find(|(key, _)| key.trim().eq_ignore_ascii_case(name))?;
    Some(Secret::new(value.trim().to_owned()))
}
