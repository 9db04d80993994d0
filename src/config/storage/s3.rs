//! Amazon S3, and what speaks like it.

use url::{Host, Url};

use super::{Found, LAYERS, Layer, Names, StorageSettings, wrong_authority};
use crate::cli::storage::StorageCredentials;
use crate::config::error::ConfigError;
use crate::domain::access::{S3, S3Login};
use crate::domain::secret::Secret;

/// How a service is called in settings.
struct Dialect {
    id: Names,
    secret: Names,
    token: Names,
    endpoint: Names,
    region: Names,
    path_style: Names,
    tls: Names,
    anonymous: Names,
    /// Where credentials may be given.
    places: &'static str,
}

impl Dialect {
    fn of(scheme: &str, bucket: &str) -> Self {
        match scheme {
            "oss" => Self::oss(),
            "cos" | "cosn" => Self::cos(),
            _ => Self::amazon(bucket),
        }
    }

    fn amazon(bucket: &str) -> Self {
        let own = format!("fs.s3a.bucket.{bucket}.");
        let names = |variables: &'static [&'static str], suffixes: &[&str]| {
            let prefixes = [own.as_str(), "s3.", "s3a.", "fs.s3a.", "presto.s3.", "s3p."];
            let key = |prefix: &str| {
                let suffixes = suffixes.iter();
                suffixes
                    .map(|suffix| format!("{prefix}{suffix}"))
                    .collect::<Vec<_>>()
            };
            Names {
                variables,
                keys: prefixes.into_iter().flat_map(key).collect(),
            }
        };
        Self {
            id: names(&["AWS_ACCESS_KEY_ID"], &["access-key", "access.key"]),
            secret: names(&["AWS_SECRET_ACCESS_KEY"], &["secret-key", "secret.key"]),
            token: names(&["AWS_SESSION_TOKEN"], &["session.token", "session-token"]),
            endpoint: names(&["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"], &["endpoint"]),
            region: names(
                &["AWS_REGION", "AWS_DEFAULT_REGION"],
                &["region", "endpoint.region"],
            ),
            path_style: names(&[], &["path.style.access", "path-style-access"]),
            tls: names(&[], &["connection.ssl.enabled", "ssl.enabled"]),
            anonymous: names(&[], &["aws.credentials.provider"]),
            places: "give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, in a profile of ~/.aws/credentials \
                     (AWS_PROFILE), as s3.access-key and s3.secret-key in Flink's configuration or with -D; or ask \
                     without any with --storage-credentials anonymous, or the machine's metadata service with \
                     --storage-credentials metadata",
        }
    }

    fn oss() -> Self {
        Self {
            id: Names::new(&["OSS_ACCESS_KEY_ID"], &["fs.oss.accessKeyId"]),
            secret: Names::new(&["OSS_ACCESS_KEY_SECRET"], &["fs.oss.accessKeySecret"]),
            token: Names::new(&["OSS_SESSION_TOKEN"], &["fs.oss.securityToken"]),
            endpoint: Names::new(&["OSS_ENDPOINT"], &["fs.oss.endpoint"]),
            region: Names::new(&["OSS_REGION"], &["fs.oss.region"]),
            path_style: Names::new(&[], &["fs.oss.path.style.access"]),
            tls: Names::new(&[], &["fs.oss.connection.secure.enabled"]),
            anonymous: Names::new(&[], &[]),
            places: "give them as OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET, or as fs.oss.accessKeyId and \
                     fs.oss.accessKeySecret in Flink's configuration or with -D; or ask without any with \
                     --storage-credentials anonymous",
        }
    }

    fn cos() -> Self {
        Self {
            id: Names::new(&["COS_SECRET_ID"], &["fs.cosn.userinfo.secretId"]),
            secret: Names::new(&["COS_SECRET_KEY"], &["fs.cosn.userinfo.secretKey"]),
            token: Names::new(&["COS_SESSION_TOKEN"], &["fs.cosn.userinfo.sessionToken"]),
            endpoint: Names::new(&["COS_ENDPOINT"], &["fs.cosn.bucket.endpoint_suffix"]),
            region: Names::new(
                &["COS_REGION"],
                &["fs.cosn.bucket.region", "fs.cosn.userinfo.region"],
            ),
            path_style: Names::new(&[], &["fs.cosn.path.style.access"]),
            tls: Names::new(&[], &["fs.cosn.use.https"]),
            anonymous: Names::new(&[], &[]),
            places: "give them as COS_SECRET_ID and COS_SECRET_KEY, or as fs.cosn.userinfo.secretId and \
                     fs.cosn.userinfo.secretKey in Flink's configuration or with -D; or ask without any with \
                     --storage-credentials anonymous",
        }
    }
}

impl StorageSettings {
    /// How to reach a bucket.
    pub(super) fn s3(&self, scheme: &str, bucket: &str) -> Result<S3, ConfigError> {
        let location = format!("{scheme}://{bucket}");
        if bucket.is_empty() || bucket.contains(['@', ':']) {
            let problem = format!("names no bucket, expected {scheme}://BUCKET/PATH");
            return Err(wrong_authority(&location, &problem));
        }
        let dialect = Dialect::of(scheme, bucket);
        let is_amazon = !matches!(scheme, "oss" | "cos" | "cosn");
        let profile = |value: &Option<Found>| is_amazon.then(|| value.clone()).flatten();
        let region = self.find(&dialect.region);
        let region = region.or_else(|| profile(&self.profile.region));
        let region = region.map(|found| found.text());
        let endpoint = self.find(&dialect.endpoint);
        let endpoint = endpoint.or_else(|| profile(&self.profile.endpoint));
        let secure = self.find(&dialect.tls).is_none_or(|found| found.is_true());
        let path_style = self.find(&dialect.path_style).map(|found| found.is_true());
        let host = match (&endpoint, scheme) {
            (Some(endpoint), _) => endpoint.text(),
            (None, "oss") => {
                let problem = "needs an endpoint: set OSS_ENDPOINT or fs.oss.endpoint, such as \
                               oss-cn-hangzhou.aliyuncs.com";
                return Err(wrong_authority(&location, problem));
            }
            (None, "cos" | "cosn") => match &region {
                Some(region) => format!("cos.{region}.myqcloud.com"),
                None => {
                    let problem = "needs a region: set COS_REGION or fs.cosn.bucket.region, such as ap-guangzhou";
                    return Err(wrong_authority(&location, problem));
                }
            },
            (None, _) => amazon(region.as_deref()),
        };
        let url = bucket_url(&host, bucket, secure, path_style, is_amazon).ok_or_else(|| {
            let origin = endpoint.map_or_else(String::new, |found| found.source.to_string());
            ConfigError::Value {
                what: "the endpoint".to_owned(),
                origin,
                problem: "is no URL and no host".to_owned(),
            }
        })?;
        let region = region.or_else(|| region_of(&host));
        Ok(S3 {
            bucket: bucket.to_owned(),
            url,
            region: region.unwrap_or_else(|| "us-east-1".to_owned()),
            login: self.s3_login(&dialect, is_amazon)?,
        })
    }

    fn s3_login(&self, dialect: &Dialect, is_amazon: bool) -> Result<S3Login, ConfigError> {
        match self.credentials {
            StorageCredentials::Anonymous => return Ok(S3Login::Anonymous),
            StorageCredentials::Metadata if is_amazon => {
                let container = self.env.text("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")?;
                let container = container.map(str::to_owned);
                return Ok(S3Login::Metadata { container });
            }
            StorageCredentials::Metadata | StorageCredentials::Given => {}
        }
        let is_anonymous = |found: Found| found.text().contains("AnonymousAWSCredentialsProvider");
        for layer in LAYERS {
            if let Some(keys) = self.keys_in(layer, dialect)? {
                return Ok(keys);
            }
            if self
                .in_layer(layer, &dialect.anonymous)
                .is_some_and(is_anonymous)
            {
                return Ok(S3Login::Anonymous);
            }
            if layer == Layer::Environment && is_amazon {
                if let Some(identity) = self.web_identity()? {
                    return Ok(identity);
                }
                if self.profile.is_named
                    && let Some(keys) = self.profile.keys()
                {
                    return Ok(keys);
                }
            }
        }
        let keys = is_amazon.then(|| self.profile.keys()).flatten();
        Ok(keys.unwrap_or(S3Login::Missing(dialect.places)))
    }

    /// The keys that one place gives; half of them is an error.
    fn keys_in(&self, layer: Layer, dialect: &Dialect) -> Result<Option<S3Login>, ConfigError> {
        let id = self.in_layer(layer, &dialect.id);
        let secret = self.in_layer(layer, &dialect.secret);
        match (id, secret) {
            (Some(id), Some(secret)) => Ok(Some(S3Login::Keys {
                id: id.value,
                secret: secret.value,
                token: self
                    .in_layer(layer, &dialect.token)
                    .map(|found| found.value),
            })),
            (None, None) => Ok(None),
            (Some(half), None) | (None, Some(half)) => Err(ConfigError::Value {
                what: "a key of the storage".to_owned(),
                origin: half.source.to_string(),
                problem: "is one of two: give the access key and the secret key in the same place"
                    .to_owned(),
            }),
        }
    }

    fn web_identity(&self) -> Result<Option<S3Login>, ConfigError> {
        let text = |name| self.env.text(name).map(|text| text.map(str::to_owned));
        let (Some(file), Some(role)) = (
            self.env.raw("AWS_WEB_IDENTITY_TOKEN_FILE"),
            text("AWS_ROLE_ARN")?,
        ) else {
            return Ok(None);
        };
        Ok(Some(S3Login::WebIdentity {
            token_file: self.env.locate(file.as_ref()),
            role,
            session: text("AWS_ROLE_SESSION_NAME")?,
            endpoint: text("AWS_ENDPOINT_URL_STS")?,
        }))
    }
}

/// Amazon's own host for a region.
fn amazon(region: Option<&str>) -> String {
    let region = region.unwrap_or("us-east-1");
    let china = if region.starts_with("cn-") { ".cn" } else { "" };
    format!("s3.{region}.amazonaws.com{china}")
}

/// The region that a host names.
fn region_of(host: &str) -> Option<String> {
    let host = host.split_once("://").map_or(host, |(_, rest)| rest);
    let host = host.split(['/', ':']).next()?;
    let mut labels = host.split('.');
    let first = labels.next()?;
    if host.ends_with(".aliyuncs.com") {
        let first = if first == "s3" { labels.next()? } else { first };
        return Some(first.trim_end_matches("-internal").to_owned());
    }
    if !host.contains(".amazonaws.com") {
        return None;
    }
    match first.strip_prefix("s3-") {
        Some(region) => Some(region.to_owned()),
        None => labels
            .next()
            .filter(|label| label.contains('-'))
            .map(str::to_owned),
    }
}

/// What a bucket's keys are appended to. Buckets of Amazon and its like have a host of their own; elsewhere the bucket
/// is the first step of the path, unless the settings say otherwise.
fn bucket_url(
    host: &str,
    bucket: &str,
    secure: bool,
    path_style: Option<bool>,
    is_amazon: bool,
) -> Option<String> {
    let host = host.trim().trim_end_matches('/');
    let with_scheme = match host.contains("://") {
        true => host.to_owned(),
        false if secure => format!("https://{host}"),
        false => format!("http://{host}"),
    };
    let mut url = Url::parse(&with_scheme).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let name = match url.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    };
    let owns_hosts = |name: &str| !is_amazon || name.contains(".amazonaws.com");
    // a certificate for *.HOST is for one label
    let is_label = !bucket.contains(['.', '_']) && !bucket.chars().any(char::is_uppercase);
    let own_host = name.filter(|name| match path_style {
        Some(path_style) => !path_style,
        None => is_label && owns_hosts(name) && name != "localhost",
    });
    match own_host {
        Some(name) => url.set_host(Some(&format!("{bucket}.{name}"))).ok()?,
        None => {
            url.path_segments_mut().ok()?.pop_if_empty().push(bucket);
        }
    }
    Some(url.to_string().trim_end_matches('/').to_owned())
}

/// The keys that a profile gives.
pub(super) fn keys(
    id: &Secret<String>,
    secret: &Secret<String>,
    token: Option<&Secret<String>>,
) -> S3Login {
    S3Login::Keys {
        id: id.clone(),
        secret: secret.clone(),
        token: token.cloned(),
    }
}
