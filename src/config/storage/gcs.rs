//! Google Cloud Storage.

use std::path::PathBuf;

use super::{Names, StorageSettings, wrong_authority};
use crate::cli::storage::StorageCredentials;
use crate::config::error::ConfigError;
use crate::domain::access::{Gcs, GcsLogin};

const PLACES: &str = "give them as GOOGLE_APPLICATION_CREDENTIALS, a file; with `gcloud auth application-default login`; \
    or as google.cloud.auth.service.account.json.keyfile in Flink's configuration or with -D; or ask without any with \
    --storage-credentials anonymous, or the machine's metadata service with --storage-credentials metadata";

impl StorageSettings {
    /// How to reach a bucket.
    pub(super) fn gcs(&self, bucket: &str) -> Result<Gcs, ConfigError> {
        if bucket.is_empty() {
            let problem = "names no bucket, expected gs://BUCKET/PATH";
            return Err(wrong_authority("gs:", problem));
        }
        let endpoint = self.find(&Names::new(
            &["STORAGE_EMULATOR_HOST"],
            &["gs.storage.root.url", "fs.gs.storage.root.url"],
        ));
        let is_emulator = self.env.raw("STORAGE_EMULATOR_HOST").is_some();
        let endpoint = endpoint.map(|found| with_scheme(&found.text()));
        Ok(Gcs {
            bucket: bucket.to_owned(),
            endpoint,
            login: self.gcs_login(is_emulator),
        })
    }

    fn gcs_login(&self, is_emulator: bool) -> GcsLogin {
        match self.credentials {
            StorageCredentials::Anonymous => return GcsLogin::Anonymous,
            StorageCredentials::Metadata => return GcsLogin::Metadata,
            StorageCredentials::Given => {}
        }
        let token = Names::new(&["GOOGLE_OAUTH_ACCESS_TOKEN"], &[]);
        let key = Names::new(&["GOOGLE_SERVICE_ACCOUNT_KEY"], &[]);
        let file = Names::new(
            &["GOOGLE_APPLICATION_CREDENTIALS"],
            &[
                "google.cloud.auth.service.account.json.keyfile",
                "fs.gs.auth.service.account.json.keyfile",
                "gs.auth.service.account.json.keyfile",
            ],
        );
        if let Some(token) = self.find(&token) {
            return GcsLogin::Token(token.value);
        }
        if let Some(key) = self.find(&key) {
            return GcsLogin::Key(key.value);
        }
        if let Some(file) = self.find(&file) {
            return GcsLogin::File(self.env.locate(file.text().as_ref()));
        }
        // as Google's own libraries have it: an emulator wants nobody to log in
        if is_emulator {
            return GcsLogin::Anonymous;
        }
        let usual = self.env.raw("HOME").map(PathBuf::from);
        let usual =
            usual.map(|home| home.join(".config/gcloud/application_default_credentials.json"));
        match usual.filter(|file| file.is_file()) {
            Some(file) => GcsLogin::File(file),
            None => GcsLogin::Missing(PLACES),
        }
    }
}

fn with_scheme(endpoint: &str) -> String {
    let endpoint = endpoint.trim().trim_end_matches('/');
    match endpoint.contains("://") {
        true => endpoint.to_owned(),
        // of an emulator
        false => format!("http://{endpoint}"),
    }
}
