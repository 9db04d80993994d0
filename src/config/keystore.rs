//! Certificates and keys out of the files that hold them: PEM, PKCS12, and a sentence for Java's JKS.

use std::path::Path;

use p12_keystore::error::Error as Pkcs12Error;
use p12_keystore::{KeyStore, Pkcs12Archive, Pkcs12ImportPolicy};
use rustls_pki_types::pem::{PemObject as _, SectionKind};

use crate::domain::secret::Secret;

/// What we show to a server that asks who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// X.509 certificates in DER, our own first, then its issuers.
    pub chain: Vec<Vec<u8>>,
    /// The private key of the first certificate in DER: PKCS8, PKCS1 or SEC1.
    pub key: Secret<Vec<u8>>,
}

/// A file and how its password was found. Problems below are told as the second half of a sentence about the file.
pub(super) struct Store<'a> {
    pub path: &'a Path,
    pub bytes: &'a [u8],
    pub password: Password<'a>,
}

/// Where a store's password comes from.
pub(super) enum Password<'a> {
    /// Flink's key for it, and its value if it is set.
    Of(&'static str, Option<&'a str>),
    /// A place where only PEM is taken, which has none.
    PemOnly,
}

enum Format {
    Pem,
    Pkcs12,
    Jks,
    Unknown,
}

impl Store<'_> {
    fn format(&self) -> Format {
        match self.bytes {
            [0xfe, 0xed, 0xfe, 0xed, ..] | [0xce, 0xce, 0xce, 0xce, ..] => Format::Jks,
            // A DER sequence; its length follows.
            [0x30, ..] => Format::Pkcs12,
            bytes if find(bytes, b"-----BEGIN ") => Format::Pem,
            _ => Format::Unknown,
        }
    }

    /// The certificates to trust, in DER; at least one.
    pub fn roots(&self) -> Result<Vec<Vec<u8>>, String> {
        let roots = match self.format() {
            Format::Pem => pem(self.bytes)?.certificates,
            Format::Pkcs12 => trusted(&self.pkcs12(Pkcs12Archive::from_pkcs12)?),
            Format::Jks => return Err(self.jks()),
            Format::Unknown => return Err(self.unknown()),
        };
        if roots.is_empty() {
            return Err("holds no certificate".to_owned());
        }
        Ok(roots)
    }

    /// The certificate to show, with its chain and key.
    pub fn identity(&self) -> Result<Identity, String> {
        match self.format() {
            Format::Pem => {
                let Pem { certificates, key } = pem(self.bytes)?;
                if certificates.is_empty() {
                    return Err("holds no certificate".to_owned());
                }
                let key = key.ok_or("holds no private key")?;
                Ok(Identity {
                    chain: certificates,
                    key,
                })
            }
            Format::Pkcs12 => {
                let read = |bytes: &[u8], password: &str| {
                    KeyStore::from_pkcs12(bytes, password, Pkcs12ImportPolicy::Strict)
                };
                let store = self.pkcs12(read)?;
                let (_, found) = store
                    .private_key_chain()
                    .ok_or("holds no private key with a certificate")?;
                let chain = found.certs().iter().map(|cert| cert.as_der().to_vec());
                Ok(Identity {
                    chain: chain.collect(),
                    key: Secret::new(found.key().as_der().to_vec()),
                })
            }
            Format::Jks => Err(self.jks()),
            Format::Unknown => Err(self.unknown()),
        }
    }

    /// The chain in a PEM file, and the key if it lies in the same one.
    pub fn pem_chain(&self) -> Result<Pem, String> {
        self.must_be_pem()?;
        // An encrypted key here does no harm when --key names another file.
        let found = pem_parts(self.bytes)?;
        if found.certificates.is_empty() {
            return Err("holds no certificate".to_owned());
        }
        Ok(found)
    }

    /// The key in a PEM file.
    pub fn pem_key(&self) -> Result<Secret<Vec<u8>>, String> {
        self.must_be_pem()?;
        pem(self.bytes)?
            .key
            .ok_or_else(|| "holds no private key".to_owned())
    }

    fn must_be_pem(&self) -> Result<(), String> {
        match self.format() {
            Format::Pem => Ok(()),
            Format::Pkcs12 => Err(self.binary()),
            Format::Jks => Err(self.jks()),
            Format::Unknown => Err(self.unknown()),
        }
    }

    fn pkcs12<T>(
        &self,
        read: impl Fn(&[u8], &str) -> p12_keystore::Result<T>,
    ) -> Result<T, String> {
        let Password::Of(key, password) = self.password else {
            return Err(self.binary());
        };
        read(self.bytes, password.unwrap_or_default()).map_err(|err| match err {
            Pkcs12Error::MacError(_) | Pkcs12Error::Pkcs5Error(_) | Pkcs12Error::UnpadError => {
                match password {
                    Some(_) => format!("cannot be opened with the password in {key}"),
                    None => format!("needs a password: set {key}"),
                }
            }
            other => format!("is no PKCS12 store that can be read: {other}"),
        })
    }

    fn jks(&self) -> String {
        let command = format!(
            "keytool -importkeystore -srckeystore {} -destkeystore {} -deststoretype PKCS12",
            quoted(self.path, ""),
            quoted(self.path, ".p12")
        );
        match self.password {
            Password::Of(..) => {
                format!(
                    "is a JKS store, which only Java reads: convert it with `{command}` and name the new file"
                )
            }
            Password::PemOnly => format!(
                "is a JKS store, and PEM is needed: convert it with `{command}` and then with `openssl pkcs12 -nodes \
                 -in {} -out {}`",
                quoted(self.path, ".p12"),
                quoted(self.path, ".pem")
            ),
        }
    }

    fn binary(&self) -> String {
        let (from, to) = (quoted(self.path, ""), quoted(self.path, ".pem"));
        format!(
            "is binary, and PEM is needed: convert a PKCS12 store with `openssl pkcs12 -nodes -in {from} -out {to}`, a \
             certificate with `openssl x509 -inform DER -in {from} -out {to}`"
        )
    }

    fn unknown(&self) -> String {
        match self.password {
            Password::Of(..) => "is neither PKCS12 nor PEM".to_owned(),
            Password::PemOnly => {
                "is not PEM: it has no line that starts with -----BEGIN".to_owned()
            }
        }
    }
}

fn find(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|window| window == what)
}

/// A path for a shell, with an ending.
fn quoted(path: &Path, ending: &str) -> String {
    let text = format!("{}{ending}", path.display());
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// What Java would trust in a store: entries marked as trusted, and the certificate of each key. A store written by
/// openssl marks nothing; there, all certificates count.
fn trusted(archive: &Pkcs12Archive) -> Vec<Vec<u8>> {
    let of_key = |id: &[u8]| {
        let mut keys = archive
            .keys
            .iter()
            .filter_map(|key| key.local_key_id.as_ref());
        keys.any(|key| key.0 == id)
    };
    let counts = |cert: &&p12_keystore::CertificateBag| {
        cert.trusted || cert.local_key_id.as_deref().is_some_and(of_key)
    };
    let der = |cert: &p12_keystore::CertificateBag| cert.cert.as_der().to_vec();
    let found: Vec<_> = archive.certs.iter().filter(counts).map(der).collect();
    if found.is_empty() {
        return archive.certs.iter().map(der).collect();
    }
    found
}

/// What is of use in a PEM file.
pub(super) struct Pem {
    /// In DER, in the file's order.
    pub certificates: Vec<Vec<u8>>,
    /// The first that is not encrypted, in DER.
    pub key: Option<Secret<Vec<u8>>>,
}

/// Reads PEM in which an encrypted key, and no other, would be a disappointment.
fn pem(bytes: &[u8]) -> Result<Pem, String> {
    let found = pem_parts(bytes)?;
    if found.key.is_none() && has_encrypted_key(bytes) {
        return Err(ENCRYPTED.to_owned());
    }
    Ok(found)
}

/// What is said of a key with a passphrase.
pub(super) const ENCRYPTED: &str = "holds an encrypted private key: write it without a passphrase with `openssl pkey -in FILE -out NEWFILE`";

/// Whether there is a key that needs a passphrase: as PKCS8 says it, or as older files do.
pub(super) fn has_encrypted_key(bytes: &[u8]) -> bool {
    find(bytes, b"-----BEGIN ENCRYPTED PRIVATE KEY-----") || find(bytes, b"Proc-Type: 4,ENCRYPTED")
}

fn pem_parts(bytes: &[u8]) -> Result<Pem, String> {
    let mut found = Pem {
        certificates: Vec::new(),
        key: None,
    };
    // The headers of an old encrypted key are no base64, and its content is no key.
    let old_encrypted = find(bytes, b"Proc-Type: 4,ENCRYPTED");
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(bytes) {
        match section {
            Ok((SectionKind::Certificate, der)) => found.certificates.push(der),
            Ok((
                SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey,
                der,
            )) => found.key = found.key.or(Some(Secret::new(der))),
            Ok(_) => {}
            Err(_) if old_encrypted => return Err(ENCRYPTED.to_owned()),
            // The library's own words would repeat bytes of the file.
            Err(_) => {
                return Err("is broken PEM: a section is cut short or holds no base64".to_owned());
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
#[path = "keystore_tests.rs"]
mod tests;
