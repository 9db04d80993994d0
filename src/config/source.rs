//! Where a setting came from, and how it may be shown.

use std::fmt;
use std::path::PathBuf;

use crate::domain::secret::MASK;

/// Where a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag, as it is typed: `-m`.
    Flag(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// `-D KEY=VALUE`.
    Definition,
    /// A line of a configuration file.
    File {
        /// The file, as it was named or found.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(name) => write!(f, "flag {name}"),
            Self::Environment(name) => write!(f, "environment {name}"),
            Self::Definition => f.write_str("flag -D"),
            Self::File { path, line } => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A setting in force, fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The flag's name without dashes, or Flink's key.
    pub name: String,
    /// The value, or `******` in place of a secret.
    pub value: String,
    /// Where it came from.
    pub source: Source,
}

impl Setting {
    pub(crate) fn new(name: impl Into<String>, value: impl Into<String>, source: Source) -> Self {
        Self {
            name: name.into(),
            value: value.into(),
            source,
        }
    }
}

/// Parts of names whose values are secret.
const SECRET_NAMES: [&str; 18] = [
    "password",
    "passwd",
    "secret",
    "token",
    "credential",
    "apikey",
    "api-key",
    "access-key",
    "access.key",
    "accesskey",
    "account.key",
    "service-key",
    "private-key",
    "auth-params",
    "basic-auth",
    "jaas",
    "fs.azure.sas",
    "secretid",
];

/// The value of `key` as it may be shown: masked where the name or the value speaks of a secret, and without the
/// `user:password@` of a URL.
pub fn masked(key: &str, value: &str) -> String {
    let key = key.to_lowercase();
    let value_lower = value.to_lowercase();
    let named = |text: &str| SECRET_NAMES.iter().any(|name| text.contains(name));
    // Options handed to a JVM carry secrets of their own: -Djavax.net.ssl.trustStorePassword=…
    let assigns = value.contains('=') && named(&value_lower);
    if named(&key) || key.contains("http-headers") || assigns {
        return MASK.to_owned();
    }
    without_userinfo(value)
}

/// `text` with `******` in place of what stands between `://` and an `@` in the same word.
fn without_userinfo(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        shown.push_str(before);
        let word = after
            .find(|c: char| c.is_whitespace() || matches!(c, ',' | ';'))
            .unwrap_or(after.len());
        rest = match after[..word].rfind('@') {
            Some(end) => {
                shown.push_str(MASK);
                &after[end..]
            }
            None => after,
        };
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_reads_like_what_was_typed() {
        let file = Source::File {
            path: "conf/config.yaml".into(),
            line: 12,
        };
        for (source, text) in [
            (Source::Flag("-m"), "flag -m"),
            (Source::Environment("X"), "environment X"),
            (Source::Definition, "flag -D"),
            (file, "conf/config.yaml:12"),
            (Source::Default, "default"),
        ] {
            assert_eq!(source.to_string(), text);
        }
    }

    #[test]
    fn secrets_are_masked_by_name_and_by_value() {
        for (key, value) in [
            (
                "fs.azure.sas.container.acc.blob.core.windows.net",
                "sv=1&sig=x",
            ),
            ("fs.cosn.userinfo.secretId", "x"),
            ("fs.oss.accessKeyId", "x"),
            ("security.ssl.rest.key-password", "hunter2"),
            ("s3.secret-key", "hunter2"),
            ("s3.access-key", "hunter2"),
            ("fs.azure.account.key.x.blob.core.windows.net", "hunter2"),
            ("fs.gs.auth.TOKEN", "hunter2"),
            (
                "env.java.opts.all",
                "-Dx=1 -Djavax.net.ssl.trustStorePassword=hunter2",
            ),
            ("metrics.reporter.x.hostUrl", "http://user:hunter2@h:1/x"),
            ("some.list", "http://h:1,http://user:hun/ter2@h:1"),
        ] {
            let shown = masked(key, value);
            assert!(!shown.contains("ter2"), "{key}: {shown}");
            assert!(shown.contains(MASK), "{key}: {shown}");
        }
        for (key, value) in [
            ("rest.address", "jm"),
            ("state.checkpoints.dir", "s3://bucket/a"),
            ("security.ssl.rest.keystore", "/k.p12"),
        ] {
            assert_eq!(masked(key, value), value);
        }
    }
}
