//! Flags over environment over Flink's configuration, as one value.

use std::time::Duration;

use crate::cli::connect::ConnectArgs;
use crate::config::credentials::{self, Credentials, Header, Proxies};
use crate::config::endpoint::{self, Endpoint, UserInfo};
use crate::config::env::Environment;
use crate::config::error::ConfigError;
use crate::config::file::{self, FlinkConfig};
use crate::config::source::{Setting, Source, masked};
use crate::config::tls::{Gathering, TlsSettings};
use crate::domain::secret::{MASK, Secret};

/// How long to wait for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection; longer than zero.
    pub connect: Duration,
    /// For a request as a whole; longer than zero.
    pub request: Duration,
    /// For a JobManager to come back while an operation is pending.
    pub reconnect: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_millis(2_500),
            request: Duration::from_secs(30),
            reconnect: Duration::from_secs(120),
        }
    }
}

/// All settings in force. Secrets in it show nothing of themselves.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Where the JobManager answers; `None` when nothing names one.
    pub endpoint: Option<Endpoint>,
    /// What to send as `Authorization`.
    pub credentials: Option<Credentials>,
    /// What to send besides.
    pub headers: Vec<Header>,
    /// What TLS needs; empty when the endpoint does not speak it.
    pub tls: TlsSettings,
    /// How long to wait.
    pub timeouts: Timeouts,
    /// The proxies of the environment; none for an endpoint on this machine.
    pub proxies: Proxies,
    /// Flink's own keys.
    pub flink: FlinkConfig,
    /// What the user should know, a sentence each.
    pub warnings: Vec<String>,
    /// Everything above as it may be shown, with its source: our own settings, then Flink's keys by name.
    pub settings: Vec<Setting>,
}

/// The settings that `-D` gives, as (key, value), in the order typed.
///
/// # Errors
/// When one of them has no key.
pub fn definitions(args: &ConnectArgs) -> Result<Vec<(String, String)>, ConfigError> {
    file::definitions(&args.definitions)
}

/// Flink's keys alone, its file and `-D` over it, with what the user should know about them: for a cluster of our own,
/// which needs no endpoint.
///
/// # Errors
/// When a file cannot be read, or a definition has no key.
pub fn flink(
    args: &ConnectArgs,
    env: &Environment,
) -> Result<(FlinkConfig, Vec<String>), ConfigError> {
    let definitions = file::definitions(&args.definitions)?;
    let file::Found {
        mut config,
        warnings,
        ..
    } = file::load(env, false)?;
    for (key, value) in definitions {
        config.set(key, value, Source::Definition);
    }
    Ok((config, warnings))
}

/// Finds all settings. Reads files, and nothing else of the world.
///
/// # Errors
/// When a setting cannot be used, or a file that was named cannot be read. That nothing names an endpoint is no error
/// here.
pub fn resolve(args: &ConnectArgs, env: &Environment) -> Result<Resolved, ConfigError> {
    let definitions = file::definitions(&args.definitions)?;
    let named = named(args, env)?;
    let file::Found {
        config: mut flink,
        mut warnings,
        by_chance,
    } = file::load(env, named.is_some())?;
    for (key, value) in definitions {
        flink.set(key, value, Source::Definition);
    }
    let lenient = named.is_some() && by_chance;
    let (endpoint, in_address) = endpoint(named, &flink)?;

    let mut settings = Vec::new();
    settings.push(match &endpoint {
        Some(endpoint) => Setting::new(
            "jobmanager",
            endpoint.to_string(),
            endpoint.source().clone(),
        ),
        None => Setting::new("jobmanager", "none", Source::Default),
    });
    let timeouts = timeouts(args, &mut settings);
    let tls = if endpoint.as_ref().is_some_and(Endpoint::is_tls) {
        let mut gathering = Gathering {
            args,
            env,
            flink: &flink,
            lenient,
            warnings: &mut warnings,
            settings: &mut settings,
        };
        gathering.tls()?
    } else {
        if endpoint.is_some() {
            warnings.extend(useless_tls_flags(args));
        }
        TlsSettings::default()
    };
    let credentials = credentials::credentials(args, env, in_address)?;
    let headers = credentials::headers(args, env)?;
    credentials::one_authorization(credentials.as_ref(), &headers)?;
    if let Some((found, source)) = &credentials {
        let kind = match found {
            Credentials::Basic { user, .. } => format!("basic, {user}:{MASK}"),
            Credentials::Bearer(_) => format!("bearer, {MASK}"),
        };
        settings.push(Setting::new("credentials", kind, source.clone()));
    }
    for header in &headers {
        settings.push(Setting::new(
            format!("header {}", header.name),
            MASK,
            header.source.clone(),
        ));
    }
    let local = endpoint.as_ref().is_some_and(Endpoint::is_loopback);
    let proxies = if local {
        Proxies::default()
    } else {
        Proxies::of(env)?
    };
    settings.extend(shown_proxies(&proxies));
    for (key, value, source) in flink.shown() {
        settings.push(Setting::new(key, value, source.clone()));
    }
    Ok(Resolved {
        endpoint,
        credentials: credentials.map(|(found, _)| found),
        headers,
        tls,
        timeouts,
        proxies,
        flink,
        warnings,
        settings,
    })
}

/// The address that a flag or our own variable names.
fn named(
    args: &ConnectArgs,
    env: &Environment,
) -> Result<Option<(Secret<String>, Source)>, ConfigError> {
    if let Some(typed) = &args.jobmanager {
        return Ok(Some((typed.clone(), Source::Flag("-m"))));
    }
    let name = "SAVEPOINTCTL_JOBMANAGER";
    let text = env.text(name)?;
    Ok(text.map(|text| (Secret::new(text.to_owned()), Source::Environment(name))))
}

type WithUser = (Option<Endpoint>, Option<(UserInfo, Source)>);

fn endpoint(
    named: Option<(Secret<String>, Source)>,
    flink: &FlinkConfig,
) -> Result<WithUser, ConfigError> {
    let Some((typed, source)) = named else {
        return Ok((endpoint::from_flink(flink)?, None));
    };
    let (endpoint, user) = endpoint::parse(&typed, source.clone(), flink)?;
    Ok((Some(endpoint), user.map(|user| (user, source))))
}

fn timeouts(args: &ConnectArgs, settings: &mut Vec<Setting>) -> Timeouts {
    let default = Timeouts::default();
    let mut chosen =
        |name: &'static str, flag: &'static str, typed: Option<Duration>, default: Duration| {
            let source = if typed.is_some() {
                Source::Flag(flag)
            } else {
                Source::Default
            };
            let value = typed.unwrap_or(default);
            settings.push(Setting::new(name, shown_duration(value), source));
            value
        };
    Timeouts {
        connect: chosen(
            "connect-timeout",
            "--connect-timeout",
            args.connect_timeout,
            default.connect,
        ),
        request: chosen(
            "request-timeout",
            "--request-timeout",
            args.request_timeout,
            default.request,
        ),
        reconnect: chosen(
            "reconnect-timeout",
            "--reconnect-timeout",
            args.reconnect_timeout,
            default.reconnect,
        ),
    }
}

/// In the largest unit that leaves no fraction, so that it can be typed again.
fn shown_duration(duration: Duration) -> String {
    let nanos = duration.as_nanos();
    for (unit, size) in [
        ("min", 60_000_000_000),
        ("s", 1_000_000_000),
        ("ms", 1_000_000),
    ] {
        if nanos != 0 && nanos.is_multiple_of(size) {
            return format!("{}{unit}", nanos / size);
        }
    }
    if nanos == 0 {
        "0s".to_owned()
    } else {
        format!("{nanos}ns")
    }
}

fn useless_tls_flags(args: &ConnectArgs) -> Option<String> {
    let given = [
        ("--cacert", args.cacert.is_some()),
        ("--cert", args.cert.is_some()),
        ("--key", args.key.is_some()),
        ("--tls-server-name", args.tls_server_name.is_some()),
        ("--insecure", args.insecure),
    ];
    let names: Vec<_> = given
        .iter()
        .filter(|(_, given)| *given)
        .map(|(name, _)| *name)
        .collect();
    (!names.is_empty()).then(|| format!("no effect without https: {}", names.join(", ")))
}

fn shown_proxies(proxies: &Proxies) -> Vec<Setting> {
    let proxy = |name: &str, found: &Option<(Secret<String>, Source)>| {
        let (url, source) = found.as_ref()?;
        Some(Setting::new(name, shown_proxy(url), source.clone()))
    };
    let no_proxy =
        |(hosts, source): &(String, Source)| Setting::new("no-proxy", hosts, source.clone());
    [
        proxy("http-proxy", &proxies.http),
        proxy("https-proxy", &proxies.https),
        proxies.no_proxy.as_ref().map(no_proxy),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A proxy's address without its password; it may be written without a scheme.
fn shown_proxy(url: &Secret<String>) -> String {
    let url = url.expose();
    if url.contains("://") {
        return masked("proxy", url);
    }
    match url.rsplit_once('@') {
        Some((_, host)) => format!("{MASK}@{host}"),
        None => url.clone(),
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
