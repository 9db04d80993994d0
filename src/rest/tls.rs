//! Whom a TLS connection trusts, and as whom it speaks.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use sha1::{Digest, Sha1};

/// The TLS side of a connection. All certificates and keys are DER.
#[derive(Default)]
pub struct Tls {
    /// Certificates to trust instead of the system's: authorities, or the server's own.
    pub roots: Option<Vec<Vec<u8>>>,
    /// The client's certificate chain, its own first, and its private key.
    pub identity: Option<(Vec<Vec<u8>>, Vec<u8>)>,
    /// The name that the server's certificate must be for, where it is another than the URL's.
    pub server_name: Option<String>,
    /// The SHA-1 fingerprint of the only certificate to accept, whoever signed it.
    pub fingerprint_sha1: Option<[u8; 20]>,
    /// Accept every certificate.
    pub insecure: bool,
}

/// Settings that cannot be used for a TLS connection.
#[derive(Debug, thiserror::Error)]
pub enum TlsSetupError {
    /// A trusted certificate that is none.
    #[error("a certificate to trust cannot be used: {0}")]
    Root(rustls::Error),
    /// The client certificate and its key do not fit, or are none.
    #[error("the client certificate cannot be used: {0}")]
    Identity(String),
    /// `--tls-server-name` is no host name.
    #[error("'{0}' is not a host name that a certificate can be for")]
    ServerName(String),
    /// The system has no trusted certificates.
    #[error("the system's trusted certificates cannot be read; name one with --cacert")]
    NoSystemRoots,
}

impl Tls {
    /// The configuration for the HTTP client.
    pub(super) fn into_config(self) -> Result<ClientConfig, TlsSetupError> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Verifier::new(&self, &provider)?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|err| TlsSetupError::Identity(err.to_string()))?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(verifier));
        let Some((chain, key)) = self.identity else {
            return Ok(builder.with_no_client_auth());
        };
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let key =
            PrivateKeyDer::try_from(key).map_err(|err| TlsSetupError::Identity(err.to_owned()))?;
        builder
            .with_client_auth_cert(chain, key)
            .map_err(|err| TlsSetupError::Identity(err.to_string()))
    }
}

/// Checks a server's certificate as the Web does, with what Flink's clusters need besides: a self-signed certificate
/// that is trusted as itself, a name other than the URL's, a pinned fingerprint.
#[derive(Debug)]
struct Verifier {
    roots: RootCertStore,
    /// Certificates trusted as themselves. Whoever presents one of these has its key: its names need no check.
    trusted: Vec<CertificateDer<'static>>,
    name: Option<ServerName<'static>>,
    fingerprint: Option<[u8; 20]>,
    insecure: bool,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Verifier {
    fn new(tls: &Tls, provider: &CryptoProvider) -> Result<Self, TlsSetupError> {
        let mut roots = RootCertStore::empty();
        let mut trusted = Vec::new();
        match &tls.roots {
            Some(given) => {
                for der in given {
                    let certificate = CertificateDer::from(der.clone());
                    roots
                        .add(certificate.clone())
                        .map_err(TlsSetupError::Root)?;
                    trusted.push(certificate);
                }
            }
            None if tls.insecure || tls.fingerprint_sha1.is_some() => {}
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                if roots.is_empty() {
                    return Err(TlsSetupError::NoSystemRoots);
                }
            }
        }
        let name = match &tls.server_name {
            Some(name) => Some(
                ServerName::try_from(name.clone())
                    .map_err(|_| TlsSetupError::ServerName(name.clone()))?,
            ),
            None => None,
        };
        Ok(Self {
            roots,
            trusted,
            name,
            fingerprint: tls.fingerprint_sha1,
            insecure: tls.insecure,
            algorithms: provider.signature_verification_algorithms,
        })
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let accepted = Ok(ServerCertVerified::assertion());
        if self.insecure {
            return accepted;
        }
        if let Some(fingerprint) = self.fingerprint {
            return if Sha1::digest(end_entity)[..] == fingerprint {
                accepted
            } else {
                Err(CertificateError::ApplicationVerificationFailure.into())
            };
        }
        if self.trusted.iter().any(|trusted| trusted == end_entity) {
            return accepted;
        }
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let algorithms = self.algorithms.all;
        verify_server_cert_signed_by_trust_anchor(
            &certificate,
            &self.roots,
            intermediates,
            now,
            algorithms,
        )?;
        verify_server_name(&certificate, self.name.as_ref().unwrap_or(server_name))?;
        accepted
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
