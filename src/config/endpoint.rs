//! Where the JobManager answers.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use crate::config::error::ConfigError;
use crate::config::file::{FlinkConfig, FlinkValue};
use crate::config::source::Source;
use crate::domain::secret::Secret;

/// The keys that switch TLS on for REST, today's first.
const TLS_KEYS: [&str; 2] = ["security.ssl.rest.enabled", "security.ssl.enabled"];
/// The keys that switch high availability on, today's first.
const HA_KEYS: [&str; 3] = [
    "high-availability.type",
    "high-availability",
    "recovery.mode",
];

/// A JobManager's REST address. Holds no credentials: what stood before an `@` is taken off when it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// `http` or `https`, with a host, and a path that ends with `/`.
    url: Url,
    source: Source,
}

impl Endpoint {
    /// `http` or `https`.
    pub fn scheme(&self) -> &str {
        self.url.scheme()
    }

    /// Whether TLS is spoken.
    pub fn is_tls(&self) -> bool {
        self.scheme() == "https"
    }

    /// The host as it stands in a URL: a name, an IPv4 address, or an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// The port, that of the scheme if none was named.
    pub fn port(&self) -> u16 {
        self.url.port_or_known_default().unwrap_or_default()
    }

    /// What stands before `/v1`: `/`, or a prefix such as `/some/prefix/`; starts and ends with a slash.
    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// The address as a base to join relative paths to.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Where it was given.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// Whether it is this machine, by name or address: no proxy is used for it.
    pub fn is_loopback(&self) -> bool {
        match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => {
                address.is_loopback() || address.to_ipv4_mapped().is_some_and(|v4| v4.is_loopback())
            }
            None => false,
        }
    }
}

impl fmt::Display for Endpoint {
    /// Scheme, host, port (always, because Flink's is neither 80 nor 443) and path without its last slash.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path().trim_end_matches('/');
        write!(
            f,
            "{}://{}:{}{path}",
            self.scheme(),
            self.host(),
            self.port()
        )
    }
}

/// `user:password` taken from a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct UserInfo {
    pub user: String,
    pub password: Secret<String>,
}

/// Reads what `-m` or its variable names: `HOST:PORT`, with a path if need be, or a URL.
///
/// Without a scheme, Flink's configuration says whether TLS is spoken, and `-D` may name a path.
pub(super) fn parse(
    typed: &Secret<String>,
    source: Source,
    config: &FlinkConfig,
) -> Result<(Endpoint, Option<UserInfo>), ConfigError> {
    let text = typed.expose().trim();
    let wrong = |problem: &str| ConfigError::Value {
        what: format!("the JobManager address '{}'", without_userinfo(text)),
        origin: source.to_string(),
        problem: problem.to_owned(),
    };
    let (full, default_path) = match text.split_once("://") {
        Some((scheme, _)) if ["http", "https"].contains(&scheme.to_lowercase().as_str()) => {
            (text.to_owned(), None)
        }
        Some(_) => return Err(wrong("must start with http:// or https://")),
        None => {
            require_port(text).map_err(|problem| wrong(&problem))?;
            let scheme = scheme(config)?;
            (format!("{scheme}://{text}"), Some(defined_path(config)?))
        }
    };
    let mut url = Url::parse(&full).map_err(|err| wrong(&format!("is not an address: {err}")))?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must end with the path, without ? or #"));
    }
    if url.path().contains('@') {
        return Err(wrong(
            "has an '@' after its host: write / as %2F and @ as %40 in a password",
        ));
    }
    if url.port() == Some(0) {
        return Err(wrong("names port 0, where nothing can answer"));
    }
    let user = userinfo(&url).map_err(|problem| wrong(&problem))?;
    // Neither fails on a URL with a host.
    if url.set_username("").is_err() || url.set_password(None).is_err() {
        return Err(wrong("has no host"));
    }
    if let Some(path) = default_path.filter(|_| url.path() == "/") {
        url.set_path(&path);
    }
    end_with_slash(&mut url);
    Ok((Endpoint { url, source }, user))
}

/// Without a scheme there is no port to fall back on, so that a bare host name is a slip of the pen.
fn require_port(text: &str) -> Result<(), String> {
    let authority = text.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    if host.is_empty() {
        return Err("has no host: say HOST:PORT, for example localhost:8081".to_owned());
    }
    if host.parse::<Ipv6Addr>().is_ok() {
        return Err(format!(
            "is an IPv6 address without port: say [{host}]:8081 or the like"
        ));
    }
    let after_host = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map(|(_, after)| after),
        None => host.find(':').map(|at| &host[at..]),
    };
    match after_host.and_then(|after| after.strip_prefix(':')) {
        Some("") | None => Err(format!(
            "has no port: say HOST:PORT, for example {}:8081, or a URL",
            host.trim_end_matches(':')
        )),
        Some(port) if port.parse::<u16>().is_err() => {
            Err("has no port from 1 to 65535 after its host".to_owned())
        }
        Some(_) => Ok(()),
    }
}

fn userinfo(url: &Url) -> Result<Option<UserInfo>, String> {
    if url.username().is_empty() && url.password().is_none() {
        return Ok(None);
    }
    let decode = |text: &str| {
        percent_decoded(text)
            .ok_or_else(|| "has a user or password that is not UTF-8 text".to_owned())
    };
    Ok(Some(UserInfo {
        user: decode(url.username())?,
        password: Secret::new(decode(url.password().unwrap_or_default())?),
    }))
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// An address as it may be repeated in an error: nothing before an `@`, nothing of a query.
fn without_userinfo(text: &str) -> &str {
    let text = text.rsplit_once('@').map_or(text, |(_, after)| after);
    text.split(['?', '#']).next().unwrap_or_default()
}

fn end_with_slash(url: &mut Url) {
    let path = format!("{}/", url.path().trim_end_matches('/'));
    url.set_path(&path);
}

fn scheme(config: &FlinkConfig) -> Result<&'static str, ConfigError> {
    Ok(if config.is_true(&TLS_KEYS)? {
        "https"
    } else {
        "http"
    })
}

/// The path that `-D` names; that of a file belongs to the address in that file.
fn defined_path(config: &FlinkConfig) -> Result<String, ConfigError> {
    let mut defined = FlinkConfig::default();
    for key in ["rest.path", "rest.url-prefix"] {
        if let Some(found) = config
            .get(key)
            .filter(|found| found.source == Source::Definition)
        {
            defined.set(key.to_owned(), found.value.clone(), Source::Definition);
        }
    }
    path(&defined, false)
}

/// `rest.path` and then `rest.url-prefix`, which Flink ignores under high availability.
fn path(config: &FlinkConfig, high_availability: bool) -> Result<String, ConfigError> {
    let mut path = String::new();
    for key in ["rest.path", "rest.url-prefix"] {
        let Some(found) = config.get(key).filter(|found| !found.value.is_empty()) else {
            continue;
        };
        if key == "rest.url-prefix" && high_availability {
            continue;
        }
        let part = found.value.as_str();
        let problem = if !part.starts_with('/') {
            "must start with a slash"
        } else if part.contains(['?', '#', '@']) || part.contains(char::is_whitespace) {
            "must be a plain path"
        } else {
            path = format!("{}{part}", path.trim_end_matches('/'));
            continue;
        };
        return Err(ConfigError::Value {
            what: key.to_owned(),
            origin: found.source.to_string(),
            problem: problem.to_owned(),
        });
    }
    Ok(path)
}

/// The key that switches high availability on, if one does.
pub fn high_availability(config: &FlinkConfig) -> Option<(&'static str, &FlinkValue)> {
    let found = config.first(&HA_KEYS);
    found.filter(|(_, found)| !found.value.is_empty() && !found.value.eq_ignore_ascii_case("none"))
}

/// The endpoint that Flink's keys name, if they do: those of `-D`, over those of the file.
pub(super) fn from_flink(config: &FlinkConfig) -> Result<Option<Endpoint>, ConfigError> {
    let high_availability = high_availability(config);
    let keys = ["rest.address", "jobmanager.rpc.address"];
    // With a leader elected, the address of a single JobManager says nothing.
    let keys = if high_availability.is_some() {
        &keys[..1]
    } else {
        &keys[..]
    };
    let Some((key, address)) = config.first(keys) else {
        return match high_availability {
            Some((key, found)) => Err(ConfigError::HighAvailability {
                key: format!("{key}: {}", found.value),
                origin: found.source.to_string(),
            }),
            None => Ok(None),
        };
    };
    let wrong = |what: &str, origin: &Source, problem: &str| ConfigError::Value {
        what: what.to_owned(),
        origin: origin.to_string(),
        problem: problem.to_owned(),
    };
    let host = match address.value.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(IpAddr::V6(v6)) => format!("[{v6}]"),
        _ => address.value.clone(),
    };
    let parsed = Host::parse(&host).map_err(|_| {
        wrong(
            key,
            &address.source,
            "is no host name or address: say the host alone, without scheme and port",
        )
    })?;
    if matches!(parsed, Host::Ipv4(Ipv4Addr::UNSPECIFIED)) || host == "[::]" {
        let problem =
            "is the address to listen on, which nobody can connect to: set rest.address, or use -m";
        return Err(wrong(key, &address.source, problem));
    }
    let port = match config.first(&["rest.port", "web.port"]) {
        None => 8081,
        Some((key, found)) => match found.value.parse::<u16>() {
            Ok(port) if port > 0 => port,
            _ => return Err(wrong(key, &found.source, "must be a port from 1 to 65535")),
        },
    };
    let path = path(config, high_availability.is_some())?;
    let text = format!("{}://{parsed}:{port}{path}", scheme(config)?);
    let mut url = Url::parse(&text).map_err(|err| {
        wrong(
            key,
            &address.source,
            &format!("makes no usable address: {err}"),
        )
    })?;
    end_with_slash(&mut url);
    Ok(Some(Endpoint {
        url,
        source: address.source.clone(),
    }))
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
