//! The files that Amazon's own tools share: `~/.aws/credentials` and `~/.aws/config`.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::{Found, hidden, s3};
use crate::config::env::Environment;
use crate::config::error::ConfigError;
use crate::config::source::{Setting, Source};
use crate::domain::access::S3Login;
use crate::domain::secret::Secret;

/// No such file is larger.
const LIMIT: u64 = 1 << 20;

/// What the files say of one profile.
#[derive(Debug, Clone, Default)]
pub(super) struct Profile {
    /// Whether `AWS_PROFILE` names it.
    pub is_named: bool,
    id: Option<Found>,
    secret: Option<Found>,
    token: Option<Found>,
    pub region: Option<Found>,
    pub endpoint: Option<Found>,
}

impl Profile {
    /// Reads the profile that the environment names, else the default one.
    ///
    /// # Errors
    /// A file that is there but cannot be read, or a named profile that is in neither.
    pub fn read(env: &Environment) -> Result<Self, ConfigError> {
        let named = env.text("AWS_PROFILE")?;
        let name = named.unwrap_or("default");
        let mut found = BTreeMap::new();
        let files = [
            ("AWS_CONFIG_FILE", "config"),
            ("AWS_SHARED_CREDENTIALS_FILE", "credentials"),
        ];
        for (variable, usual) in files {
            let Some(path) = path(env, variable, usual) else {
                continue;
            };
            let text = match env.read(&path, LIMIT) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(err) if err.kind() == io::ErrorKind::NotFound => continue,
                Err(cause) => {
                    return Err(ConfigError::Read {
                        path,
                        origin: "the profiles of AWS".to_owned(),
                        cause,
                    });
                }
            };
            found.extend(section(&text, name, &path));
        }
        if let (Some(name), true) = (named, found.is_empty()) {
            return Err(ConfigError::Value {
                what: format!("the profile {name}"),
                origin: "environment AWS_PROFILE".to_owned(),
                problem: "is in neither ~/.aws/config nor ~/.aws/credentials".to_owned(),
            });
        }
        let mut take = |key: &str| found.remove(key);
        Ok(Self {
            is_named: named.is_some(),
            id: take("aws_access_key_id"),
            secret: take("aws_secret_access_key"),
            token: take("aws_session_token"),
            region: take("region"),
            endpoint: take("endpoint_url"),
        })
    }

    /// Its keys, if it has both.
    pub fn keys(&self) -> Option<S3Login> {
        let token = self.token.as_ref().map(|found| &found.value);
        Some(s3::keys(
            &self.id.as_ref()?.value,
            &self.secret.as_ref()?.value,
            token,
        ))
    }

    /// What it says, as it may be shown.
    pub fn shown(&self) -> Vec<Setting> {
        let secrets = [
            ("aws_access_key_id", &self.id),
            ("aws_secret_access_key", &self.secret),
            ("aws_session_token", &self.token),
        ];
        let secrets = secrets.into_iter().filter_map(|(name, found)| {
            let source = found.as_ref()?.source.clone();
            Some(hidden(name, source))
        });
        let others = [("region", &self.region), ("endpoint_url", &self.endpoint)];
        let others = others.into_iter().filter_map(|(name, found)| {
            let found = found.as_ref()?;
            Some(Setting::new(name, found.text(), found.source.clone()))
        });
        secrets.chain(others).collect()
    }
}

fn path(env: &Environment, variable: &str, usual: &str) -> Option<PathBuf> {
    let named = env.raw(variable).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from(env.raw("HOME")?).join(".aws").join(usual)))
}

/// The settings of a profile: `[name]`, or `[profile name]`.
fn section(text: &str, name: &str, path: &std::path::Path) -> Vec<(String, Found)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let trimmed = line.trim();
        if let Some(header) = trimmed.strip_prefix('[') {
            let header = header.split(']').next().unwrap_or_default().trim();
            let header = header.strip_prefix("profile ").unwrap_or(header);
            inside = header.trim() == name;
        } else if inside
            && !trimmed.starts_with(['#', ';'])
            // a setting within a setting is indented
            && !line.starts_with([' ', '\t'])
            && let Some((key, value)) = trimmed.split_once('=')
        {
            let source = Source::File {
                path: path.to_owned(),
                line: number,
            };
            let value = Secret::new(value.trim().to_owned());
            found.push((key.trim().to_lowercase(), Found { value, source }));
        }
    }
    found
}
