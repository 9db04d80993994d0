//! The HTTP client of all storages.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};

use super::fault::{Fault, told};
use crate::domain::access::Patience;
use crate::domain::secret::masked;

/// The most that is read of a refusal, in bytes.
const MAX_REFUSAL: usize = 64 << 10;

/// A client without redirects, so that nobody is sent credentials who was not named. The environment's proxies apply,
/// but never for this machine.
///
/// # Errors
/// The system's trusted certificates cannot be used, in the library's words.
pub(super) fn client(patience: Patience, endpoint: &str) -> Result<reqwest::Client, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|err| err.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let builder = reqwest::Client::builder();
    let builder = match is_loopback(endpoint) {
        true => builder.no_proxy(),
        false => builder,
    };
    builder
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("savepointctl/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(patience.connect.min(patience.request))
        .read_timeout(patience.request)
        .tcp_nodelay(true)
        .http1_only()
        .build()
        .map_err(|err| err.to_string())
}

/// An endpoint as it may be shown: without user, password and query.
pub(super) fn shown(endpoint: &str) -> String {
    let Ok(mut url) = url::Url::parse(endpoint) else {
        return masked(endpoint).into_owned();
    };
    // only a URL that can have none refuses
    let _ = url.set_username("").and_then(|()| url.set_password(None));
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

fn is_loopback(endpoint: &str) -> bool {
    let url = url::Url::parse(endpoint);
    match url.as_ref().map(|url| url.host()) {
        Ok(Some(url::Host::Domain(name))) => name == "localhost",
        Ok(Some(url::Host::Ipv4(address))) => address.is_loopback(),
        Ok(Some(url::Host::Ipv6(address))) => address.is_loopback(),
        Ok(None) | Err(_) => false,
    }
}

/// A path as it stands in a URL: Hadoop's servers refuse some characters that others let pass, and S3 signs it so.
pub(super) fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => encoded.push(byte.into()),
            byte if byte.is_ascii_alphanumeric() => encoded.push(byte.into()),
            byte => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// Whether a host is a cloud's metadata service, which gives credentials to whoever asks.
pub(super) fn is_metadata_service(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let host = host.trim_end_matches('.');
    match host.parse() {
        Ok(IpAddr::V4(address)) => address.is_link_local(),
        Ok(IpAddr::V6(address)) => {
            address.is_unicast_link_local() || address.segments()[..2] == [0xfd00, 0x0ec2]
        }
        Err(_) => {
            let host = host.to_ascii_lowercase();
            host == "metadata" || host == "metadata.google.internal"
        }
    }
}

/// What a request that got no answer says.
pub(super) fn unanswered(error: &reqwest::Error) -> Fault {
    if error.is_connect() {
        // a time-out of a connection is one, too
        return if error.is_timeout() {
            Fault::Unreachable("no connection in time".to_owned())
        } else {
            Fault::Unreachable(innermost(error))
        };
    }
    if error.is_timeout() {
        return Fault::Timeout;
    }
    Fault::Passing(innermost(error))
}

/// The last of an error's causes, which says most; the others repeat URLs.
pub(super) fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// What a refusal says, with its body read as far as is needed.
pub(super) fn refusal(status: u16, headers: &reqwest::header::HeaderMap, body: &[u8]) -> Fault {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let body = String::from_utf8_lossy(&body[..body.len().min(MAX_REFUSAL)]);
    let mut why = told(&body);
    if let (301 | 307 | 400, Some(region)) = (status, text("x-amz-bucket-region")) {
        why = format!("the bucket is in region {region}: set AWS_REGION or s3.region");
    } else if (300..400).contains(&status) {
        why = "it redirects elsewhere, which is not followed".to_owned();
    }
    let pause = text("retry-after").and_then(|seconds| seconds.trim().parse().ok());
    Fault::of_status(status, why, pause.map(Duration::from_secs))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_shown_without_what_is_secret_in_it() {
        for (endpoint, what) in [
            ("http://u1:PW@127.0.0.1:9", "http://127.0.0.1:9"),
            (
                "https://a.blob.core.windows.net/?sig=SEKRIT",
                "https://a.blob.core.windows.net",
            ),
            ("https://h/gate?token=SEKRIT#x", "https://h/gate"),
            ("http://u:PW@[", "http://u:******@["),
        ] {
            assert_eq!(shown(endpoint), what);
        }
    }

    #[test]
    fn metadata_services_are_known_by_address_and_name() {
        for host in [
            "169.254.169.254",
            "169.254.170.2",
            "[fd00:ec2::254]",
            "metadata.google.internal",
            "Metadata.Google.Internal.",
        ] {
            assert!(is_metadata_service(host), "{host}");
        }
        for host in ["127.0.0.1", "s3.amazonaws.com", "[::1]", "10.0.0.1"] {
            assert!(!is_metadata_service(host), "{host}");
        }
    }
}
