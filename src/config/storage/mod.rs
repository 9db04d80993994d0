//! What it takes to reach storages: flags and `-D` over the environment over Flink's configuration over Hadoop's.

mod aws;
mod azure;
mod gcs;
mod hadoop;
mod s3;

use crate::cli::connect::ConnectArgs;
use crate::cli::storage::{StorageArgs, StorageCredentials};
use crate::config::env::Environment;
use crate::config::error::ConfigError;
use crate::config::file::{self, FlinkConfig};
use crate::config::resolve::Timeouts;
use crate::config::source::{Setting, Source, masked};
use crate::domain::access::{Access, Patience};
use crate::domain::secret::{MASK, Secret};
use aws::Profile;
use hadoop::HadoopConfig;

/// A value and where it was found. Its `Debug` shows the latter alone.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Found {
    value: Secret<String>,
    source: Source,
}

impl Found {
    fn text(&self) -> String {
        self.value.expose().clone()
    }

    fn is_true(&self) -> bool {
        self.value.expose().trim().eq_ignore_ascii_case("true")
    }
}

/// The places of settings, the first one wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layer {
    Definition,
    Environment,
    Flink,
    Hadoop,
}

const LAYERS: [Layer; 4] = [
    Layer::Definition,
    Layer::Environment,
    Layer::Flink,
    Layer::Hadoop,
];

/// One setting: the variables of the environment that hold it, and its keys in Flink's and Hadoop's configurations.
#[derive(Clone)]
struct Names {
    variables: &'static [&'static str],
    keys: Vec<String>,
}

impl Names {
    fn new(variables: &'static [&'static str], keys: &[&str]) -> Self {
        Self {
            variables,
            keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        }
    }
}

/// Everything that says how to reach storages.
#[derive(Debug, Clone)]
pub struct StorageSettings {
    env: Environment,
    flink: FlinkConfig,
    hadoop: HadoopConfig,
    profile: Profile,
    credentials: StorageCredentials,
    patience: Patience,
}

impl StorageSettings {
    /// Reads the configurations and the files of the clouds' own tools; with them, what the user should know.
    ///
    /// # Errors
    /// When a file that was named cannot be read, or a setting cannot be used.
    pub fn gather(
        args: &ConnectArgs,
        storage: &StorageArgs,
        env: &Environment,
    ) -> Result<(Self, Vec<String>), ConfigError> {
        let definitions = file::definitions(&args.definitions)?;
        let mut found = file::load(env, true)?;
        for (key, value) in definitions {
            found.config.set(key, value, Source::Definition);
        }
        let flink = found.config;
        let default = Timeouts::default();
        let settings = Self {
            env: env.clone(),
            hadoop: HadoopConfig::read(env, &flink)?,
            profile: Profile::read(env)?,
            flink,
            credentials: credentials(storage, env)?,
            patience: Patience {
                connect: args.connect_timeout.unwrap_or(default.connect),
                request: args.request_timeout.unwrap_or(default.request),
            },
        };
        Ok((settings, found.warnings))
    }

    /// How to reach the storage of a scheme and authority; `None` for a scheme that is not known.
    ///
    /// # Errors
    /// Settings or an authority that cannot be used.
    pub fn access(
        &self,
        scheme: &str,
        authority: &str,
    ) -> Result<Option<(Access, Patience)>, ConfigError> {
        let access = match scheme {
            "s3" | "s3a" | "s3n" | "s3p" | "oss" | "cos" | "cosn" => {
                Access::S3(self.s3(scheme, authority)?)
            }
            "gs" => Access::Gcs(self.gcs(authority)?),
            "abfs" | "abfss" | "wasb" | "wasbs" => Access::Azure(self.azure(authority)?),
            "hdfs" => Access::Hdfs(self.hdfs(authority)?),
            "webhdfs" | "swebhdfs" => Access::WebHdfs(self.webhdfs(scheme, authority)?),
            _ => return Ok(None),
        };
        Ok(Some((access, self.patience)))
    }

    /// What is found outside of Flink's configuration, as it may be shown.
    pub fn shown(&self) -> Vec<Setting> {
        let mut shown = Vec::new();
        if self.credentials != StorageCredentials::Given {
            let value = match self.credentials {
                StorageCredentials::Anonymous => "anonymous",
                StorageCredentials::Metadata | StorageCredentials::Given => "metadata",
            };
            let source = match self.env.raw(CREDENTIALS) {
                Some(_) => Source::Environment(CREDENTIALS),
                None => Source::Flag("--storage-credentials"),
            };
            shown.push(Setting::new("storage-credentials", value, source));
        }
        for name in STORAGE_VARIABLES {
            if let Some(value) = self.env.raw(name) {
                let value = match HARMLESS.iter().any(|part| name.ends_with(part)) {
                    true => masked("", &value.to_string_lossy()),
                    false => MASK.to_owned(),
                };
                shown.push(Setting::new(*name, value, Source::Environment(name)));
            }
        }
        shown.extend(self.profile.shown());
        shown.extend(self.hadoop.shown());
        shown
    }

    fn in_layer(&self, layer: Layer, names: &Names) -> Option<Found> {
        if layer == Layer::Environment {
            return names.variables.iter().find_map(|name| {
                let value = self.env.raw(name)?.to_str()?.to_owned();
                Some(Found {
                    value: Secret::new(value),
                    source: Source::Environment(name),
                })
            });
        }
        names.keys.iter().find_map(|key| match layer {
            Layer::Hadoop => self.hadoop.get(key),
            _ => self.in_flink(layer, key),
        })
    }

    fn in_flink(&self, layer: Layer, key: &str) -> Option<Found> {
        let found = self
            .flink
            .get(key)
            .or_else(|| self.flink.get(&format!("flink.hadoop.{key}")))?;
        let is_definition = found.source == Source::Definition;
        (is_definition == (layer == Layer::Definition)).then(|| Found {
            value: Secret::new(found.value.clone()),
            source: found.source.clone(),
        })
    }

    fn find(&self, names: &Names) -> Option<Found> {
        LAYERS.iter().find_map(|layer| self.in_layer(*layer, names))
    }

    /// Settings that belong together, from one place: those of the first layer that has the first of them.
    fn together<const N: usize>(&self, names: &[Names; N]) -> Option<[Option<Found>; N]> {
        let first = names.first()?;
        LAYERS
            .iter()
            .find(|layer| self.in_layer(**layer, first).is_some())
            .map(|layer| std::array::from_fn(|index| self.in_layer(*layer, &names[index])))
    }
}

const CREDENTIALS: &str = "SAVEPOINTCTL_STORAGE_CREDENTIALS";

/// The variables of the environment that say how to reach storages.
pub(super) const STORAGE_VARIABLES: &[&str] = &[
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_ENDPOINT_URL_STS",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_CONFIG_FILE",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "GOOGLE_SERVICE_ACCOUNT_KEY",
    "GOOGLE_OAUTH_ACCESS_TOKEN",
    "STORAGE_EMULATOR_HOST",
    "AZURE_STORAGE_ACCOUNT",
    "AZURE_STORAGE_KEY",
    "AZURE_STORAGE_SAS_TOKEN",
    "AZURE_STORAGE_CONNECTION_STRING",
    "AZURE_STORAGE_BLOB_ENDPOINT",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_TENANT_ID",
    "AZURE_FEDERATED_TOKEN_FILE",
    "OSS_ENDPOINT",
    "OSS_REGION",
    "OSS_ACCESS_KEY_ID",
    "OSS_ACCESS_KEY_SECRET",
    "OSS_SESSION_TOKEN",
    "COS_ENDPOINT",
    "COS_REGION",
    "COS_SECRET_ID",
    "COS_SECRET_KEY",
    "COS_SESSION_TOKEN",
    "HADOOP_CONF_DIR",
    "HADOOP_HOME",
    "HADOOP_USER_NAME",
];

/// How the names of those end whose values are no secrets.
const HARMLESS: [&str; 16] = [
    "_PROFILE",
    "_REGION",
    "_ENDPOINT",
    "_ENDPOINT_URL",
    "_ENDPOINT_URL_S3",
    "_ENDPOINT_URL_STS",
    "_FILE",
    "_CREDENTIALS",
    "_ARN",
    "_SESSION_NAME",
    "_HOST",
    "_ACCOUNT",
    "_TENANT_ID",
    "_CONF_DIR",
    "_HOME",
    "_USER_NAME",
];

fn credentials(args: &StorageArgs, env: &Environment) -> Result<StorageCredentials, ConfigError> {
    if let Some(typed) = args.storage_credentials {
        return Ok(typed);
    }
    match env.text(CREDENTIALS)? {
        None | Some("given") => Ok(StorageCredentials::Given),
        Some("anonymous") => Ok(StorageCredentials::Anonymous),
        Some("metadata") => Ok(StorageCredentials::Metadata),
        Some(_) => Err(ConfigError::Value {
            what: CREDENTIALS.to_owned(),
            origin: format!("environment {CREDENTIALS}"),
            problem: "must be given, anonymous or metadata".to_owned(),
        }),
    }
}

/// An authority that names nothing, or not what its scheme needs.
fn wrong_authority(location: &str, problem: &str) -> ConfigError {
    ConfigError::Value {
        what: location.to_owned(),
        origin: "the location".to_owned(),
        problem: problem.to_owned(),
    }
}

/// Shows a secret's presence.
fn hidden(name: impl Into<String>, source: Source) -> Setting {
    Setting::new(name, MASK, source)
}

#[cfg(test)]
mod tests;
