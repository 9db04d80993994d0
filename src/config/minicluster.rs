//! What Flink's configuration says to the minicluster: today's keys, their older names, and those of the first savepoint
//! design, with its fall-backs.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use crate::cli::value;
use crate::config::env::Environment;
use crate::config::error::ConfigError;
use crate::config::file::{FlinkConfig, FlinkValue};
use crate::domain::key_group::MAX_KEY_GROUPS;

/// Where savepoints go, by the first design and by Flink 1.0.
const SAVEPOINT_BACKEND: &[&str] = &["state.backend.savepoints", "savepoints.state.backend"];
/// In which directory, by the first design, today, and in Flink 1.0.
const SAVEPOINT_DIR: &[&str] = &[
    "state.backend.savepoints.fs.dir",
    "execution.checkpointing.savepoint-dir",
    "state.savepoints.dir",
    "savepoints.state.backend.fs.dir",
];
/// Those of them that by themselves mean files: since Flink 1.2 savepoints go nowhere else.
const SAVEPOINT_DIR_TODAY: &[&str] = &[
    "execution.checkpointing.savepoint-dir",
    "state.savepoints.dir",
];
const BACKEND: &[&str] = &["state.backend.type", "state.backend"];
const CHECKPOINT_STORAGE: &[&str] = &[
    "execution.checkpointing.storage",
    "state.checkpoint-storage",
];
const CHECKPOINT_DIR: &[&str] = &[
    "execution.checkpointing.dir",
    "state.checkpoints.dir",
    "state.backend.fs.checkpointdir",
];
const RETENTION: &[&str] = &["execution.checkpointing.externalized-checkpoint-retention"];
const RESTART: &[&str] = &["restart-strategy.type", "restart-strategy"];

/// Where snapshots are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotBackend {
    /// On the coordinator's heap.
    Jobmanager,
    /// In files below this directory.
    Filesystem(PathBuf),
}

/// What becomes of a job's latest checkpoint when the job ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckpointRetention {
    /// Deleted, however the job ends.
    Never,
    /// Kept if the job fails.
    OnFailure,
    /// Kept if the job fails or is cancelled.
    OnCancellation,
}

/// What the configuration says; `None` where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MiniclusterConfig {
    /// Where savepoints go for which no directory is named.
    pub savepoints: SnapshotBackend,
    /// Where checkpoints go.
    pub checkpoints: SnapshotBackend,
    /// How often a checkpoint is taken.
    pub checkpoint_interval: Option<Duration>,
    /// After which time one has failed.
    pub checkpoint_timeout: Option<Duration>,
    /// What becomes of the latest one.
    pub retention: Option<CheckpointRetention>,
    /// How often a failed job is started again.
    pub restart_attempts: Option<u32>,
    /// How long to wait before each.
    pub restart_delay: Option<Duration>,
    /// How long results of operations are kept.
    pub async_store: Option<Duration>,
    /// How many snapshots the statistics list.
    pub history: Option<usize>,
    /// How many subtasks an operator has.
    pub parallelism: Option<u32>,
    /// How many key groups it has, if that is not to be computed.
    pub max_parallelism: Option<u32>,
    /// Whether operators are chained.
    pub chaining: Option<bool>,
    /// The REST server's port.
    pub port: Option<u16>,
    /// What the user should know, a sentence each.
    pub warnings: Vec<String>,
}

impl MiniclusterConfig {
    /// Reads Flink's keys. `directory` is where the minicluster's own files go, if one is named; relative paths count
    /// from the current directory.
    ///
    /// # Errors
    /// A value that the minicluster cannot use, or files without a directory for them.
    pub fn of(
        flink: &FlinkConfig,
        env: &Environment,
        directory: Option<&PathBuf>,
    ) -> Result<Self, ConfigError> {
        let keys = Keys {
            flink,
            env,
            directory,
        };
        let mut warnings = Vec::new();
        let (restart_attempts, restart_delay) = keys.restart(&mut warnings)?;
        Ok(Self {
            savepoints: keys.savepoints(&mut warnings)?,
            checkpoints: keys.checkpoints()?,
            checkpoint_interval: keys
                .duration("execution.checkpointing.interval")?
                // Flink's way to say never
                .filter(|interval| !interval.is_zero()),
            checkpoint_timeout: keys.some_time("execution.checkpointing.timeout")?,
            retention: keys.retention()?,
            restart_attempts,
            restart_delay,
            async_store: keys.duration("rest.async.store-duration")?,
            history: keys.number("web.checkpoints.history")?,
            parallelism: keys.parallelism("parallelism.default")?,
            max_parallelism: keys.max_parallelism()?,
            chaining: keys.chaining()?,
            port: keys.number("rest.port")?,
            warnings,
        })
    }
}

struct Keys<'a> {
    flink: &'a FlinkConfig,
    env: &'a Environment,
    directory: Option<&'a PathBuf>,
}

/// A key, and what it is set to.
type Set<'a> = (&'a str, &'a FlinkValue);

impl Keys<'_> {
    fn savepoints(&self, warnings: &mut Vec<String>) -> Result<SnapshotBackend, ConfigError> {
        let own = self.flink.first(SAVEPOINT_BACKEND);
        let today = self.flink.first(SAVEPOINT_DIR_TODAY);
        let chosen = match (own, today, self.general()?) {
            (Some(set), _, _) => (storage(set)?, set),
            (None, Some(set), _) => (Storage::Filesystem, set),
            (None, None, Some(general)) => general,
            (None, None, None) => {
                if let Some((key, found)) = self.flink.first(SAVEPOINT_DIR) {
                    warnings.push(format!(
                        "{key} ({}) has no effect: savepoints stay on the coordinator's heap unless \
                         state.backend.savepoints is filesystem",
                        found.source
                    ));
                }
                return Ok(SnapshotBackend::Jobmanager);
            }
        };
        let dirs: Vec<&str> = [SAVEPOINT_DIR, CHECKPOINT_DIR].concat();
        self.backend(chosen, &dirs, "savepoints")
    }

    fn checkpoints(&self) -> Result<SnapshotBackend, ConfigError> {
        // in Flink's order: an old backend is its own storage
        let explicit = match (self.general()?, self.flink.first(CHECKPOINT_STORAGE)) {
            (Some(general), _) => Some(general),
            (None, Some(set)) => Some((storage(set)?, set)),
            (None, None) => self
                .flink
                .first(CHECKPOINT_DIR)
                .map(|set| (Storage::Filesystem, set)),
        };
        match (explicit, self.directory) {
            (Some(explicit), _) => self.backend(explicit, CHECKPOINT_DIR, "checkpoints"),
            (None, Some(directory)) => {
                Ok(SnapshotBackend::Filesystem(directory.join("checkpoints")))
            }
            (None, None) => Ok(SnapshotBackend::Jobmanager),
        }
    }

    /// What `state.backend` says of places: up to Flink 1.12 its values named one.
    fn general(&self) -> Result<Option<(Storage, Set<'_>)>, ConfigError> {
        let Some(set) = self.flink.first(BACKEND) else {
            return Ok(None);
        };
        match set.1.value.to_ascii_lowercase().as_str() {
            "jobmanager" => Ok(Some((Storage::Jobmanager, set))),
            "filesystem" => Ok(Some((Storage::Filesystem, set))),
            // of a cluster's configuration that happens to be in force: how state is kept while a job runs
            "hashmap" | "rocksdb" | "forst" => Ok(None),
            _ => Err(wrong(
                set,
                "must be jobmanager, filesystem or hashmap; other state backends need a Flink",
            )),
        }
    }

    fn backend(
        &self,
        (storage, (key, found)): (Storage, Set<'_>),
        dirs: &[&str],
        what: &'static str,
    ) -> Result<SnapshotBackend, ConfigError> {
        if storage == Storage::Jobmanager {
            return Ok(SnapshotBackend::Jobmanager);
        }
        if let Some(set) = self.flink.first(dirs) {
            return self.path(set).map(SnapshotBackend::Filesystem);
        }
        match (self.directory, dirs) {
            (Some(directory), _) => Ok(SnapshotBackend::Filesystem(directory.join(what))),
            (None, [first, ..]) => Err(wrong(
                (key, found),
                &format!(
                    "is filesystem, and no directory is named for {what}: set {first}, or give --dir"
                ),
            )),
            (None, []) => Ok(SnapshotBackend::Jobmanager),
        }
    }

    /// A directory of this machine.
    fn path(&self, (key, found): Set<'_>) -> Result<PathBuf, ConfigError> {
        let text = found.value.as_str();
        let is_remote = |scheme: &str| !scheme.is_empty() && !scheme.eq_ignore_ascii_case("file");
        let path = match text.split_once(':') {
            Some((scheme, _)) if is_remote(scheme) && !scheme.contains('/') => None,
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => {
                match rest.strip_prefix("//") {
                    Some(rest) => rest.starts_with('/').then_some(rest),
                    None => Some(rest),
                }
            }
            _ => Some(text),
        };
        match path.filter(|path| !path.is_empty()) {
            Some(path) => Ok(self.env.locate(path.as_ref())),
            None => Err(wrong(
                (key, found),
                "must be a directory of this machine: a path, or a URI that begins with file:///",
            )),
        }
    }

    fn retention(&self) -> Result<Option<CheckpointRetention>, ConfigError> {
        let Some(set) = self.flink.first(RETENTION) else {
            return Ok(None);
        };
        match set.1.value.to_ascii_uppercase().as_str() {
            "NO_EXTERNALIZED_CHECKPOINTS" => Ok(Some(CheckpointRetention::Never)),
            "DELETE_ON_CANCELLATION" => Ok(Some(CheckpointRetention::OnFailure)),
            "RETAIN_ON_CANCELLATION" => Ok(Some(CheckpointRetention::OnCancellation)),
            _ => Err(wrong(
                set,
                "must be RETAIN_ON_CANCELLATION, DELETE_ON_CANCELLATION or NO_EXTERNALIZED_CHECKPOINTS",
            )),
        }
    }

    fn restart(
        &self,
        warnings: &mut Vec<String>,
    ) -> Result<(Option<u32>, Option<Duration>), ConfigError> {
        let attempts = self.number("restart-strategy.fixed-delay.attempts")?;
        let delay = self.duration("restart-strategy.fixed-delay.delay")?;
        let Some(set) = self.flink.first(RESTART) else {
            return Ok((attempts, delay));
        };
        match set.1.value.to_ascii_lowercase().as_str() {
            "none" | "off" | "disable" | "disabled" => Ok((Some(0), delay)),
            "fixed-delay" | "fixeddelay" => Ok((attempts, delay)),
            other if other.starts_with("exponential") || other.starts_with("failure") => {
                warnings.push(format!(
                    "{} ({}) is {}: the minicluster restarts with a fixed delay instead",
                    set.0, set.1.source, set.1.value
                ));
                Ok((attempts, delay))
            }
            _ => Err(wrong(set, "must be none or fixed-delay")),
        }
    }

    fn chaining(&self) -> Result<Option<bool>, ConfigError> {
        let keys = [
            "pipeline.operator-chaining.enabled",
            "pipeline.operator-chaining",
        ];
        match self.flink.first(&keys) {
            Some(_) => self.flink.is_true(&keys).map(Some),
            None => Ok(None),
        }
    }

    fn duration(&self, key: &str) -> Result<Option<Duration>, ConfigError> {
        let Some(found) = self.flink.get(key) else {
            return Ok(None);
        };
        match value::flink_duration(&found.value) {
            Ok(duration) => Ok(Some(duration)),
            Err(why) => Err(wrong((key, found), &why.to_string())),
        }
    }

    /// A duration that is none where it is zero.
    fn some_time(&self, key: &str) -> Result<Option<Duration>, ConfigError> {
        match (self.duration(key)?, self.flink.get(key)) {
            (Some(Duration::ZERO), Some(found)) => Err(wrong((key, found), "must not be zero")),
            (duration, _) => Ok(duration),
        }
    }

    fn parallelism(&self, key: &str) -> Result<Option<u32>, ConfigError> {
        let Some(found) = self.flink.get(key) else {
            return Ok(None);
        };
        let number = found.value.trim().parse().ok();
        match number.filter(|number| (1..=MAX_KEY_GROUPS).contains(number)) {
            Some(number) => Ok(Some(number)),
            None => Err(wrong(
                (key, found),
                &format!("must be a whole number from 1 to {MAX_KEY_GROUPS}"),
            )),
        }
    }

    fn max_parallelism(&self) -> Result<Option<u32>, ConfigError> {
        let key = "pipeline.max-parallelism";
        match self.flink.get(key) {
            // Flink's default: it is computed
            Some(found) if found.value.trim() == "-1" => Ok(None),
            _ => self.parallelism(key),
        }
    }

    fn number<T: FromStr>(&self, key: &str) -> Result<Option<T>, ConfigError> {
        let Some(found) = self.flink.get(key) else {
            return Ok(None);
        };
        match found.value.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(wrong(
                (key, found),
                "must be a whole number within its limits",
            )),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Storage {
    Jobmanager,
    Filesystem,
}

fn storage(set: Set<'_>) -> Result<Storage, ConfigError> {
    match set.1.value.to_ascii_lowercase().as_str() {
        "jobmanager" => Ok(Storage::Jobmanager),
        "filesystem" => Ok(Storage::Filesystem),
        _ => Err(wrong(set, "must be jobmanager or filesystem")),
    }
}

fn wrong((key, found): Set<'_>, problem: &str) -> ConfigError {
    ConfigError::Value {
        what: key.to_owned(),
        origin: found.source.to_string(),
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
#[path = "minicluster_tests.rs"]
mod tests;
