//! What TLS needs, from flags or from Flink's keys. Files are opened only when the endpoint speaks TLS.

use std::path::{Path, PathBuf};

use rustls_pki_types::ServerName;

use crate::cli::connect::ConnectArgs;
use crate::config::env::Environment;
use crate::config::error::ConfigError;
use crate::config::file::FlinkConfig;
pub use crate::config::keystore::Identity;
use crate::config::keystore::{ENCRYPTED, Password, Pem, Store, has_encrypted_key};
use crate::config::source::{Setting, Source};

/// No store of certificates is larger.
const LIMIT: u64 = 4 << 20;

const TRUSTSTORE: [&str; 2] = ["security.ssl.rest.truststore", "security.ssl.truststore"];
const TRUSTSTORE_PASSWORD: [&str; 2] = [
    "security.ssl.rest.truststore-password",
    "security.ssl.truststore-password",
];
const KEYSTORE: [&str; 2] = ["security.ssl.rest.keystore", "security.ssl.keystore"];
const KEYSTORE_PASSWORD: [&str; 2] = [
    "security.ssl.rest.keystore-password",
    "security.ssl.keystore-password",
];
const AUTHENTICATION: [&str; 1] = ["security.ssl.rest.authentication-enabled"];
const FINGERPRINT: [&str; 1] = ["security.ssl.rest.cert.fingerprint"];

/// What TLS needs, read and in plain bytes; everything empty when the endpoint does not speak it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TlsSettings {
    /// The certificates to trust in DER; none given: those of the system.
    pub roots: Option<Vec<Vec<u8>>>,
    /// What to show when the server asks.
    pub identity: Option<Identity>,
    /// The name to expect in the server's certificate; none given: the host's.
    pub server_name: Option<String>,
    /// Whether to accept any certificate.
    pub insecure: bool,
    /// The SHA-1 of the one certificate in DER that the server must show; Flink's only kind of pin.
    pub fingerprint_sha1: Option<[u8; 20]>,
}

/// Where TLS settings are gathered from.
pub(super) struct Gathering<'a> {
    pub args: &'a ConnectArgs,
    pub env: &'a Environment,
    pub flink: &'a FlinkConfig,
    /// Whether a fault in Flink's part is a warning: nobody named that configuration.
    pub lenient: bool,
    pub warnings: &'a mut Vec<String>,
    pub settings: &'a mut Vec<Setting>,
}

impl Gathering<'_> {
    /// Reads everything that is named.
    pub fn tls(&mut self) -> Result<TlsSettings, ConfigError> {
        let mut tls = TlsSettings {
            identity: self.identity()?,
            server_name: self.server_name()?,
            insecure: self.args.insecure,
            ..TlsSettings::default()
        };
        if tls.insecure {
            self.show("insecure", "true", Source::Flag("--insecure"));
            self.warnings.push(
                "--insecure: the server's certificate is not checked, so anybody on the way can read and change \
                 everything, credentials included"
                    .to_owned(),
            );
            if self.args.cacert.is_some() {
                self.warnings
                    .push("--cacert has no effect beside --insecure".to_owned());
            }
            return Ok(tls);
        }
        if let Some(path) = &self.args.cacert {
            let source = Source::Flag("--cacert");
            let bytes = self.read(path, &source.to_string())?;
            let store = Store {
                path,
                bytes: &bytes,
                password: Password::PemOnly,
            };
            tls.roots = Some(store.roots().map_err(wrong(path, &source.to_string()))?);
            self.show("cacert", path.display().to_string(), source);
            // Whom to trust was said on the command line: Flink's pin is for the server of its file.
            return Ok(tls);
        }
        let truststore = self.truststore();
        tls.roots = self.or_warning(truststore)?;
        let fingerprint = self.fingerprint();
        tls.fingerprint_sha1 = self.or_warning(fingerprint)?;
        Ok(tls)
    }

    fn show(&mut self, name: &str, value: impl Into<String>, source: Source) {
        self.settings.push(Setting::new(name, value, source));
    }

    /// A fault in Flink's part of the settings, made a warning if that is enough.
    fn or_warning<T>(
        &mut self,
        found: Result<Option<T>, ConfigError>,
    ) -> Result<Option<T>, ConfigError> {
        match found {
            Err(err) if self.lenient => {
                self.warnings
                    .push(format!("a TLS setting of ./conf is left out: {err}"));
                Ok(None)
            }
            other => other,
        }
    }

    fn read(&self, path: &Path, origin: &str) -> Result<Vec<u8>, ConfigError> {
        self.env
            .read(path, LIMIT)
            .map_err(|cause| ConfigError::Read {
                path: path.to_owned(),
                origin: origin.to_owned(),
                cause,
            })
    }

    fn server_name(&mut self) -> Result<Option<String>, ConfigError> {
        let Some(name) = &self.args.tls_server_name else {
            return Ok(None);
        };
        let source = Source::Flag("--tls-server-name");
        if ServerName::try_from(name.as_str()).is_err() {
            return Err(ConfigError::Value {
                what: format!("the server name '{name}'"),
                origin: source.to_string(),
                problem: "is neither a host name nor an address".to_owned(),
            });
        }
        self.show("tls-server-name", name, source);
        Ok(Some(name.clone()))
    }

    fn identity(&mut self) -> Result<Option<Identity>, ConfigError> {
        match (&self.args.cert, &self.args.key) {
            (Some(cert), key) => self.identity_of_flags(cert, key.as_deref()).map(Some),
            (None, Some(_)) => Err(ConfigError::Value {
                what: "the key".to_owned(),
                origin: "flag --key".to_owned(),
                problem: "needs the certificate it belongs to: give --cert FILE".to_owned(),
            }),
            (None, None) => {
                let found = self.keystore();
                self.or_warning(found)
            }
        }
    }

    fn identity_of_flags(
        &mut self,
        cert: &Path,
        key: Option<&Path>,
    ) -> Result<Identity, ConfigError> {
        let source = Source::Flag("--cert");
        let origin = source.to_string();
        let bytes = self.read(cert, &origin)?;
        let store = Store {
            path: cert,
            bytes: &bytes,
            password: Password::PemOnly,
        };
        let Pem {
            certificates: chain,
            key: inside,
        } = store.pem_chain().map_err(wrong(cert, &origin))?;
        self.show("cert", cert.display().to_string(), source);
        let Some(path) = key else {
            let problem = if has_encrypted_key(&bytes) {
                ENCRYPTED
            } else {
                "holds no private key: name the file that does with --key"
            };
            let key = inside.ok_or_else(|| wrong(cert, &origin)(problem.to_owned()))?;
            return Ok(Identity { chain, key });
        };
        let source = Source::Flag("--key");
        let origin = source.to_string();
        let bytes = self.read(path, &origin)?;
        let store = Store {
            path,
            bytes: &bytes,
            password: Password::PemOnly,
        };
        let key = store.pem_key().map_err(wrong(path, &origin))?;
        self.show("key", path.display().to_string(), source);
        Ok(Identity { chain, key })
    }

    /// Flink's keystore, used only where Flink's servers ask for it.
    fn keystore(&self) -> Result<Option<Identity>, ConfigError> {
        if !self.flink.is_true(&AUTHENTICATION)? {
            return Ok(None);
        }
        self.flink_store(&KEYSTORE, &KEYSTORE_PASSWORD, |store| store.identity())
    }

    fn truststore(&self) -> Result<Option<Vec<Vec<u8>>>, ConfigError> {
        self.flink_store(&TRUSTSTORE, &TRUSTSTORE_PASSWORD, |store| store.roots())
    }

    fn flink_store<T>(
        &self,
        keys: &[&'static str],
        password_keys: &[&'static str; 2],
        read: impl Fn(&Store<'_>) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some((key, found)) = self
            .flink
            .first(keys)
            .filter(|(_, found)| !found.value.is_empty())
        else {
            return Ok(None);
        };
        let origin = format!("{key}, {}", found.source);
        let path = PathBuf::from(&found.value);
        let bytes = self.read(&path, &origin)?;
        let password = match self.flink.first(password_keys) {
            Some((key, found)) => Password::Of(key, Some(&found.value)),
            None => Password::Of(password_keys[0], None),
        };
        let store = Store {
            path: &path,
            bytes: &bytes,
            password,
        };
        read(&store).map(Some).map_err(wrong(&path, &origin))
    }

    fn fingerprint(&self) -> Result<Option<[u8; 20]>, ConfigError> {
        let Some((key, found)) = self
            .flink
            .first(&FINGERPRINT)
            .filter(|(_, found)| !found.value.is_empty())
        else {
            return Ok(None);
        };
        match sha1(&found.value) {
            Some(fingerprint) => Ok(Some(fingerprint)),
            None => Err(ConfigError::Value {
                what: key.to_owned(),
                origin: found.source.to_string(),
                problem: "must be a SHA-1 fingerprint of 40 hexadecimal digits, colons between them or not".to_owned(),
            }),
        }
    }
}

fn wrong(path: &Path, origin: &str) -> impl FnOnce(String) -> ConfigError {
    let (path, origin) = (path.to_owned(), origin.to_owned());
    move |problem| ConfigError::Tls {
        path,
        origin,
        problem,
    }
}

fn sha1(text: &str) -> Option<[u8; 20]> {
    let digits: Vec<u8> = text
        .trim()
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks(2)
        .filter_map(|pair| Some(pair.first()? << 4 | pair.get(1)?))
        .collect();
    (digits.len() == 40).then(|| bytes.try_into().ok())?
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
