//! Which cluster is meant, by Flink's rules.
//!
//! From strong to weak: high availability, a target, `-D`, `-m`, the configuration file. A `-m` that Flink takes no
//! notice of is not silently ignored: it is said.

use std::time::Duration;

use url::Url;

use super::super::context::{Context, ContextParts};
use super::help;
use crate::cli::commons_cli::Line;
use crate::cli::value;
use crate::config::{self, ConfigError, FlinkConfig, FlinkValue, Source};
use crate::domain::secret::Secret;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Printer;

const TARGET: &str = "execution.target";
/// The address that is none.
const YARN: &str = "yarn-cluster";
const ADDRESSES: [&str; 2] = ["rest.address", "jobmanager.rpc.address"];
/// Our own variable, which Flink does not know.
const OWN_VARIABLE: &str = "SAVEPOINTCTL_JOBMANAGER";

/// What an action is given besides its line: what was typed before `flink`.
pub struct Setup(pub ContextParts);

impl Setup {
    /// Where output goes.
    pub fn printer(&self) -> Printer {
        self.0.printer
    }

    /// The way to the cluster that the line names.
    ///
    /// # Errors
    /// What is not covered; a configuration that cannot be read (31); no cluster.
    pub fn context(self, line: &Line) -> Result<Context, Failure> {
        let ContextParts {
            printer,
            mut connect,
            storage_args,
            environment,
        } = self.0;
        let typed = std::mem::take(&mut connect.definitions);
        let pairs = line.pairs("D");
        let pairs: Vec<_> = pairs
            .map(|(key, value)| Secret::new(format!("{key}={value}")))
            .collect();
        connect.definitions = [typed, pairs].concat();
        // what is odd about it is said when the settings are resolved
        let (flink, _) = config::flink(&connect, &environment).map_err(unreadable)?;
        let from_file = |key: &str| {
            let found = flink.get(key)?;
            matches!(found.source, Source::File { .. }).then_some(found)
        };
        if let (None, Some(found)) = (target(line), flink.get(TARGET)) {
            covered(&found.value)?;
        }

        let by_option = line.has("t") || line.has("e");
        let has_target = by_option || from_file(TARGET).is_some();
        let high_availability = config::high_availability(&flink);
        // before `flink` it means what it means behind it
        let address = match (connect.jobmanager.take(), line.value("m")) {
            (Some(_), Some(_)) => {
                return Err(Failure::new(
                    Exit::Usage,
                    "-m is given twice, before and after `flink`: leave one out",
                ));
            }
            (Some(typed), None) if typed.expose() == YARN => return Err(yarn()),
            (Some(typed), None) => Some(address(typed.expose())?),
            (None, typed) => typed.map(address).transpose()?,
        };
        let in_force = match (address, high_availability) {
            (Some(_), Some((key, found))) => {
                printer.warning(format!(
                    "-m is left out, as Flink does: high availability is on ({key}, {})",
                    found.source
                ));
                false
            }
            (Some(_), None) if has_target => {
                let source = match from_file(TARGET) {
                    Some(found) if !by_option => format!("{TARGET}, {}", found.source),
                    _ => "-t".to_owned(),
                };
                printer.warning(format!(
                    "-m is left out, as Flink does: a target is named ({source}), and the address is that of the configuration"
                ));
                false
            }
            (Some(definitions), None) => {
                // before those that were typed: -D counts more than -m
                let definitions = definitions.into_iter().map(Secret::new).collect();
                connect.definitions = [definitions, connect.definitions].concat();
                true
            }
            (None, _) => false,
        };
        if line.has("z") && (high_availability.is_none() || has_target) {
            printer.warning("-z has no effect: high availability is off, or a target is named");
        }
        let named = flink.first(&ADDRESSES).is_some();
        if !in_force && let Some((key, found)) = high_availability {
            let key = format!("{key}: {}, {}", found.value, found.source);
            by_leader(printer, &flink, &key)?;
        }
        let environment = if in_force || named {
            environment.without(OWN_VARIABLE)
        } else {
            environment
        };
        if !in_force && !named && !environment.has(OWN_VARIABLE) {
            return Err(no_cluster(&flink));
        }
        if connect.connect_timeout.is_none() {
            connect.connect_timeout = patience(&flink)?;
        }
        let parts = ContextParts {
            printer,
            connect,
            storage_args,
            environment,
        };
        Ok(Context::over(parts).naming_endpoint())
    }
}

/// How long Flink's own client would try to reach the cluster: only where somebody has said so.
fn patience(flink: &FlinkConfig) -> Result<Option<Duration>, Failure> {
    const ATTEMPTS: &str = "rest.retry.max-attempts";
    const DELAY: &str = "rest.retry.delay";
    let (attempts, delay) = (flink.get(ATTEMPTS), flink.get(DELAY));
    if attempts.is_none() && delay.is_none() {
        return Ok(None);
    }
    let wrong = |key: &str, found: &FlinkValue, problem: &str| {
        Failure::new(Exit::Usage, format!("{key} ({}) {problem}", found.source))
    };
    let attempts = match attempts {
        None => 20,
        Some(found) => {
            let number = found.value.trim().parse::<u32>();
            number.map_err(|_| wrong(ATTEMPTS, found, "is not a number of attempts"))?
        }
    };
    let delay = match delay {
        None => Duration::from_secs(3),
        Some(found) => value::flink_duration(&found.value)
            .map_err(|err| wrong(DELAY, found, &err.to_string()))?,
    };
    let least = config::Timeouts::default().connect;
    Ok(Some(delay.saturating_mul(attempts).max(least)))
}

/// A configuration that Flink could not read either ends it before it begins.
fn unreadable(error: ConfigError) -> Failure {
    let is_fatal = matches!(
        error,
        ConfigError::File { .. } | ConfigError::Read { .. } | ConfigError::Directory { .. }
    );
    let failure = Failure::from(error);
    let exit = if is_fatal {
        Exit::FlinkFatal
    } else {
        failure.exit
    };
    Failure { exit, ..failure }
}

fn no_cluster(flink: &FlinkConfig) -> Failure {
    let has_file = flink
        .shown()
        .any(|(_, _, source)| matches!(source, Source::File { .. }));
    // without any configuration Flink does not even begin
    let exit = if has_file {
        Exit::Usage
    } else {
        Exit::FlinkFatal
    };
    Failure::new(exit, "no cluster is named")
        .hint(
            "name its REST address with -m HOST:PORT, -D rest.address=HOST -D rest.port=PORT, or SAVEPOINTCTL_JOBMANAGER",
        )
        .hint("or let FLINK_CONF_DIR or FLINK_HOME point at Flink's configuration, or run where ./conf holds it")
        .hint("or, to see it all work without a cluster, run `savepointctl demo`")
}

/// The leader is not looked up; any JobManager answers, so that the configured one does where there is one.
fn by_leader(printer: Printer, flink: &FlinkConfig, key: &str) -> Result<(), Failure> {
    match flink.get("rest.address") {
        Some(found) => {
            printer.note(format!(
                "high availability is on ({key}): Flink would look the leader up, this asks rest.address ({})",
                found.source
            ));
            Ok(())
        }
        None => Err(Failure::new(
            Exit::Usage,
            format!("high availability is on ({key}), and looking the leader up is not covered"),
        )
        .hint("name a JobManager with -D high-availability.type=NONE -m HOST:PORT: any of them answers")
        .hint(help::REAL)),
    }
}

/// Refuses what only Flink itself can do, as far as the line names it.
///
/// # Errors
/// YARN, Kubernetes, and programs that run in the client; targets that do not exist.
pub fn refuse_uncovered(line: &Line) -> Result<(), Failure> {
    if line.has("yid") || line.has("yd") || line.value("m") == Some(YARN) {
        return Err(yarn());
    }
    match target(line) {
        Some(target) => covered(target),
        None => Ok(()),
    }
}

fn yarn() -> Failure {
    help::uncovered("YARN's own protocol")
}

/// The target that the line names: -D counts more than -t, and -t more than -e.
fn target(line: &Line) -> Option<&str> {
    let mut defined = line.pairs("D").filter(|(key, _)| *key == TARGET);
    let defined = defined.next_back().map(|(_, target)| target);
    defined
        .or_else(|| line.value("t"))
        .or_else(|| line.value("e"))
}

fn covered(target: &str) -> Result<(), Failure> {
    match target {
        "remote" => Ok(()),
        "local" => Err(help::uncovered(
            "the target local, which runs the program inside of the client,",
        )),
        _ if target.starts_with("yarn-") || target.starts_with("kubernetes-") => {
            Err(help::uncovered(&format!("the target {target}")).hint(
                "a session that runs already is reached by its REST address: -D rest.address=HOST -D rest.port=PORT",
            ))
        }
        _ => {
            let failure = Failure::new(Exit::Usage, format!("there is no target '{target}'"));
            Err(failure.hint("remote is the one that is covered"))
        }
    }
}

/// The settings that `-m` stands for.
fn address(typed: &str) -> Result<Vec<String>, Failure> {
    let wrong = |problem: &str| {
        let shown = typed.rsplit_once('@').map_or(typed, |(_, after)| after);
        let shown = shown.split(['?', '#']).next().unwrap_or_default();
        Failure::new(Exit::Usage, format!("-m '{shown}' {problem}"))
            .hint("say HOST:PORT, or a URL with a port")
    };
    let (text, is_url) = match typed.split_once("://") {
        Some(("http" | "https", _)) => (typed.to_owned(), true),
        Some(_) => return Err(wrong("must start with http:// or https://")),
        None => (format!("http://{typed}"), false),
    };
    let url = Url::parse(&text).map_err(|err| wrong(&format!("is not an address: {err}")))?;
    let port = url.port().or_else(|| {
        // an URL drops the port that is its scheme's own
        let ends =
            [":80", ":443"].map(|end| format!("{}{end}", url.host_str().unwrap_or_default()));
        let named = ends.iter().any(|end| text.contains(end));
        url.port_or_known_default().filter(|_| named)
    });
    let (Some(host), Some(port)) = (url.host_str(), port) else {
        return Err(wrong("has no port"));
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            wrong("holds a user or password, which Flink does not take there")
                .hint("give it as SAVEPOINTCTL_BASIC_AUTH"),
        );
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must end with the path"));
    }
    let mut settings = vec![format!("rest.address={host}"), format!("rest.port={port}")];
    match url.path().trim_end_matches('/') {
        "" => {}
        path => settings.push(format!("rest.path={path}")),
    }
    if is_url && url.scheme() == "https" {
        settings.push("security.ssl.rest.enabled=true".to_owned());
    }
    Ok(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stands_for_settings_that_definitions_may_change() {
        assert_eq!(
            address("jm:8081").unwrap(),
            ["rest.address=jm", "rest.port=8081"]
        );
        assert_eq!(
            address("https://jm:443/flink/a/").unwrap(),
            [
                "rest.address=jm",
                "rest.port=443",
                "rest.path=/flink/a",
                "security.ssl.rest.enabled=true"
            ]
        );
        assert_eq!(
            address("[::1]:80").unwrap(),
            ["rest.address=[::1]", "rest.port=80"]
        );
    }

    #[test]
    fn an_address_without_a_port_or_with_a_password_is_refused_and_no_password_repeated() {
        for wrong in [
            "jm",
            "http://jm",
            "jm:",
            "ftp://jm:1",
            "u:hunter2@jm:1",
            "jm:1?a=hunter2",
        ] {
            let failure = address(wrong).unwrap_err();
            let text = format!("{:?} {:?}", failure.source, failure.hints);
            assert!(!text.contains("hunter2"), "{text}");
        }
    }
}
