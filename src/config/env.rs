//! What the process was started with, as a value, so that nothing else asks the process.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::config::error::ConfigError;
use crate::config::storage::STORAGE_VARIABLES;

/// The variables that are read, beside those of storages; no other is taken from the process.
const VARIABLES: [&str; 15] = [
    "SAVEPOINTCTL_JOBMANAGER",
    "SAVEPOINTCTL_BEARER_TOKEN",
    "SAVEPOINTCTL_BASIC_AUTH",
    "FLINK_REST_CLIENT_HEADERS",
    "FLINK_CONF_DIR",
    "FLINK_HOME",
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
    "SAVEPOINTCTL_STORAGE_CREDENTIALS",
    "HOME",
    "USER",
];

/// Environment variables and the current directory.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, OsString>,
    directory: PathBuf,
}

impl fmt::Debug for Environment {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment")
            .field("variables", &self.variables.keys())
            .field("directory", &self.directory)
            .finish()
    }
}

impl Environment {
    /// An environment without variables, whose current directory is `directory`.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            variables: BTreeMap::new(),
            directory: directory.into(),
        }
    }

    /// The environment of this process.
    ///
    /// # Errors
    /// When the current directory is gone or may not be read.
    pub fn of_process() -> io::Result<Self> {
        let directory = std::env::current_dir()?;
        let given = |name: &str| Some((name.to_owned(), std::env::var_os(name)?));
        let variables = VARIABLES
            .into_iter()
            .chain(STORAGE_VARIABLES.iter().copied());
        Ok(Self {
            variables: variables.filter_map(given).collect(),
            directory,
        })
    }

    /// The same with one variable more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    /// The same without this variable.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.variables.remove(name);
        self
    }

    /// Whether a variable is set to something.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The value of a variable; an empty one counts as not set.
    pub(crate) fn raw(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(name)
            .map(OsString::as_os_str)
            .filter(|value| !value.is_empty())
    }

    /// The value of a variable that must be text; an empty one counts as not set.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<&str>, ConfigError> {
        match self.raw(name).map(OsStr::to_str) {
            None => Ok(None),
            Some(Some(text)) => Ok(Some(text)),
            Some(None) => Err(ConfigError::Value {
                what: name.to_owned(),
                origin: format!("environment {name}"),
                problem: "is not UTF-8 text".to_owned(),
            }),
        }
    }

    /// The current directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Where a path that may be relative lies.
    pub(crate) fn locate(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }

    /// The whole of a file of at most `limit` bytes.
    pub(crate) fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let file = File::open(self.locate(path))?;
        let mut bytes = Vec::new();
        file.take(limit + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            let text = format!("larger than {limit} bytes, which is no such file");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        Ok(bytes)
    }
}
