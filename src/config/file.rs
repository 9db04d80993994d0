//! Flink's configuration: which file counts, and what is in it.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use crate::config::env::Environment;
use crate::config::error::ConfigError;
use crate::config::source::{Source, masked};
use crate::config::{naive, yaml};
use crate::domain::secret::Secret;

/// A configuration file larger than this is none.
const LIMIT: u64 = 4 << 20;
const YAML: &str = "config.yaml";
const NAIVE: &str = "flink-conf.yaml";

/// One key of a file.
pub(super) struct Entry {
    pub key: String,
    pub value: String,
    /// From 1.
    pub line: usize,
}

/// What a file holds, in its order, and what is odd about it.
#[derive(Default)]
pub(super) struct Parsed {
    pub entries: Vec<Entry>,
    pub warnings: Vec<String>,
}

/// The value of one of Flink's keys. Its `Debug` shows where it came from, and nothing else.
#[derive(Clone)]
pub struct FlinkValue {
    /// As Flink would read it; may be a secret.
    pub value: String,
    /// Where it is set.
    pub source: Source,
}

impl fmt::Debug for FlinkValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({})", self.source)
    }
}

/// Flink's keys in force: its file, and `-D` over it.
#[derive(Debug, Clone, Default)]
pub struct FlinkConfig {
    entries: BTreeMap<String, FlinkValue>,
}

impl FlinkConfig {
    /// The value of exactly this key.
    pub fn get(&self, key: &str) -> Option<&FlinkValue> {
        self.entries.get(key)
    }

    /// The first of these keys that is set: a key and then its older names.
    pub fn first<'k>(&self, keys: &[&'k str]) -> Option<(&'k str, &FlinkValue)> {
        keys.iter().find_map(|key| Some((*key, self.get(key)?)))
    }

    /// Whether the first of these keys that is set says `true`, in any case; no when none is.
    ///
    /// # Errors
    /// When the value is neither `true` nor `false`.
    pub fn is_true(&self, keys: &[&str]) -> Result<bool, ConfigError> {
        let Some((key, found)) = self.first(keys) else {
            return Ok(false);
        };
        match found.value.to_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err(ConfigError::Value {
                what: key.to_owned(),
                origin: found.source.to_string(),
                problem: "must be true or false".to_owned(),
            }),
        }
    }

    /// Every key, its value as it may be shown, and its source; by key.
    pub fn shown(&self) -> impl Iterator<Item = (&str, String, &Source)> {
        let entries = self.entries.iter();
        entries.map(|(key, found)| (key.as_str(), masked(key, &found.value), &found.source))
    }

    /// Every key with its value, by key.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &FlinkValue)> {
        self.entries
            .iter()
            .map(|(key, found)| (key.as_str(), found))
    }

    /// Sets a key, over what it was.
    pub fn set(&mut self, key: String, value: String, source: Source) {
        self.entries.insert(key, FlinkValue { value, source });
    }
}

/// The keys set with `-D`, in the order given: `key=value`, or `key` alone for `true`.
pub(super) fn definitions(typed: &[Secret<String>]) -> Result<Vec<(String, String)>, ConfigError> {
    let pair = |text: &Secret<String>| {
        let (key, value) = match text.expose().split_once('=') {
            Some((key, value)) => (key.trim(), value.trim()),
            None => (text.expose().trim(), "true"),
        };
        if key.is_empty() {
            return Err(ConfigError::Value {
                what: "-D".to_owned(),
                origin: "flag -D".to_owned(),
                problem: "names no key, expected KEY=VALUE".to_owned(),
            });
        }
        Ok((key.to_owned(), value.to_owned()))
    };
    typed.iter().map(pair).collect()
}

/// Flink's configuration as found, with what the user should know about it.
#[derive(Default)]
pub(super) struct Found {
    pub config: FlinkConfig,
    pub warnings: Vec<String>,
    /// Whether it lies in `./conf`, where nobody named it.
    pub by_chance: bool,
}

/// Looks for Flink's configuration where Flink looks, and reads it.
///
/// `FLINK_CONF_DIR` (which must exist), else `FLINK_HOME/conf`, else `./conf`. With `endpoint_named`, a fault in a
/// file that nobody named is a warning.
pub(super) fn load(env: &Environment, endpoint_named: bool) -> Result<Found, ConfigError> {
    let mut found = Found::default();
    let Some(place) = place(env, &mut found.warnings)? else {
        return Ok(found);
    };
    found.by_chance = matches!(place.named_by, NamedBy::Nobody);
    match read(env, &place) {
        Ok((config, warnings)) => {
            found.config = config;
            found.warnings.extend(warnings);
        }
        Err(err) if endpoint_named && found.by_chance => {
            found.warnings.push(format!(
                "Flink's configuration in ./conf is left out: {err}"
            ));
        }
        Err(err) => return Err(err),
    }
    Ok(found)
}

enum NamedBy {
    ConfDir,
    Home,
    Nobody,
}

struct Place {
    /// As it was named; may be relative to the current directory.
    directory: PathBuf,
    named_by: NamedBy,
}

fn place(env: &Environment, warnings: &mut Vec<String>) -> Result<Option<Place>, ConfigError> {
    if let Some(directory) = env.raw("FLINK_CONF_DIR") {
        let directory = PathBuf::from(directory);
        if !env.locate(&directory).is_dir() {
            let problem = "which is no directory: correct the variable, or unset it".to_owned();
            return Err(ConfigError::Directory {
                path: directory,
                problem,
            });
        }
        return Ok(Some(Place {
            directory,
            named_by: NamedBy::ConfDir,
        }));
    }
    if let Some(home) = env.raw("FLINK_HOME") {
        let directory = Path::new(home).join("conf");
        if env.locate(&directory).is_dir() {
            return Ok(Some(Place {
                directory,
                named_by: NamedBy::Home,
            }));
        }
        // Going on to ./conf here could reach for another cluster than the one meant.
        warnings.push(format!(
            "FLINK_HOME is set, and there is no directory {}",
            directory.display()
        ));
        return Ok(None);
    }
    let directory = PathBuf::from("conf");
    let holds = |name: &str| env.locate(&directory).join(name).is_file();
    let any = holds(YAML) || holds(NAIVE);
    Ok(any.then_some(Place {
        directory,
        named_by: NamedBy::Nobody,
    }))
}

fn read(env: &Environment, place: &Place) -> Result<(FlinkConfig, Vec<String>), ConfigError> {
    let mut warnings = Vec::new();
    let holds = |name: &str| env.locate(&place.directory).join(name).is_file();
    let Some(name) = choose(env, place, holds(YAML), holds(NAIVE), &mut warnings) else {
        let other = if holds("config.yml") {
            " (config.yml is not read, by Flink neither)"
        } else {
            ""
        };
        let problem = format!("which holds neither {YAML} nor {NAIVE}{other}");
        if matches!(place.named_by, NamedBy::ConfDir) {
            let path = place.directory.clone();
            return Err(ConfigError::Directory { path, problem });
        }
        warnings.push(format!(
            "FLINK_HOME has the directory {}, {problem}",
            place.directory.display()
        ));
        return Ok((FlinkConfig::default(), warnings));
    };
    let path = place.directory.join(name);
    let bytes = env.read(&path, LIMIT).map_err(|cause| ConfigError::Read {
        path: path.clone(),
        origin: place.origin().to_owned(),
        cause,
    })?;
    let parsed = if name == NAIVE {
        naive::parse(&String::from_utf8_lossy(&bytes), &path)
    } else {
        yaml::parse(text(&bytes, &path)?, &path)?
    };
    warnings.extend(parsed.warnings);
    let mut config = FlinkConfig::default();
    for Entry { key, value, line } in parsed.entries {
        let path = path.clone();
        config.set(key, value, Source::File { path, line });
    }
    Ok((config, warnings))
}

impl Place {
    fn origin(&self) -> &'static str {
        match self.named_by {
            NamedBy::ConfDir => "environment FLINK_CONF_DIR",
            NamedBy::Home => "environment FLINK_HOME",
            NamedBy::Nobody => "Flink's habit of looking in ./conf",
        }
    }
}

fn text<'a>(bytes: &'a [u8], path: &Path) -> Result<&'a str, ConfigError> {
    std::str::from_utf8(bytes).map_err(|err| {
        let before = bytes.get(..err.valid_up_to()).unwrap_or_default();
        ConfigError::File {
            path: path.to_owned(),
            line: 1 + before.iter().filter(|b| **b == b'\n').count(),
            problem: "is not UTF-8 text".to_owned(),
        }
    })
}

/// The file that this Flink reads: up to 1.18 `flink-conf.yaml`; 1.19 and 1.20 the same, else `config.yaml`; from 2.0
/// `config.yaml`. A lone file is read in any case, with a word if Flink itself would not.
fn choose(
    env: &Environment,
    place: &Place,
    yaml: bool,
    naive: bool,
    warnings: &mut Vec<String>,
) -> Option<&'static str> {
    let directory = place.directory.display();
    let version = version(env, place);
    match (yaml, naive, version) {
        (false, false, _) => None,
        (true, true, Some(version)) if version >= (2, 0) => Some(YAML),
        (true, true, Some(_)) => Some(NAIVE),
        (true, true, None) => {
            warnings.push(format!(
                "{directory} holds both {YAML} and {NAIVE}: {NAIVE} is read, as Flink 1.19 and 1.20 do; Flink 2 would \
                 read {YAML}"
            ));
            Some(NAIVE)
        }
        (true, false, version) => {
            if let Some((major, minor)) = version.filter(|version| *version < (1, 19)) {
                warnings.push(format!(
                    "{directory}/{YAML} is not read by Flink {major}.{minor} itself"
                ));
            }
            Some(YAML)
        }
        (false, true, version) => {
            if let Some((major, minor)) = version.filter(|version| *version >= (2, 0)) {
                warnings.push(format!(
                    "{directory}/{NAIVE} is not read by Flink {major}.{minor} itself"
                ));
            }
            Some(NAIVE)
        }
    }
}

/// The version of the distribution that a configuration belongs to, by the name of its `flink-dist` jar.
fn version(env: &Environment, place: &Place) -> Option<(u32, u32)> {
    // conf and lib are neighbours in a distribution; a configuration that lies elsewhere may have FLINK_HOME beside it.
    let beside = env.locate(&place.directory.join("..").join("lib"));
    let home = env
        .raw("FLINK_HOME")
        .map(|home| env.locate(Path::new(home)).join("lib"));
    [Some(beside), home].into_iter().flatten().find_map(|lib| {
        let mut versions = fs::read_dir(lib)
            .ok()?
            .flatten()
            .filter_map(|entry| dist_version(entry.file_name().to_str()?));
        let version = versions.next()?;
        // Two distributions in one place say nothing.
        versions.all(|other| other == version).then_some(version)
    })
}

/// Major and minor version in `flink-dist-1.20.1.jar` or `flink-dist_2.12-1.14.6.jar`.
fn dist_version(name: &str) -> Option<(u32, u32)> {
    let rest = name.strip_prefix("flink-dist")?.strip_suffix(".jar")?;
    let version = match rest.strip_prefix('_') {
        Some(scala) => scala.split_once('-')?.1,
        None => rest.strip_prefix('-')?,
    };
    let mut parts = version.split(['.', '-']);
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
