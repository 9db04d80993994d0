//! One cluster for many trials, in the settings that each of them needs.

use std::fs;
use std::ops::Deref;
use std::sync::{OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use crate::cluster::{Cluster, Version, until};

/// Slots of the one TaskManager; a job of the trials takes one.
pub const SLOTS: usize = 8;

/// How the cluster is set up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settings {
    /// As Flink comes, with default directories for checkpoints and savepoints.
    Plain,
    /// Without a default directory for savepoints, and from 1.15 on results are kept for one second.
    Forgetful,
}

/// A cluster that is started by the first trial that needs it, and ended with the last one.
pub struct Shared {
    version: Version,
    cluster: OnceLock<Option<Cluster>>,
    settings: RwLock<Settings>,
}

/// A cluster that others may use at the same time.
pub struct Plain<'a>(
    &'a Cluster,
    #[expect(dead_code)] RwLockReadGuard<'a, Settings>,
);

/// A cluster that nobody else uses.
pub struct Alone<'a>(&'a Cluster, RwLockWriteGuard<'a, Settings>);

impl Deref for Plain<'_> {
    type Target = Cluster;
    fn deref(&self) -> &Cluster {
        self.0
    }
}

impl Deref for Alone<'_> {
    type Target = Cluster;
    fn deref(&self) -> &Cluster {
        self.0
    }
}

impl Shared {
    /// A cluster that is not started yet.
    pub fn new(version: Version) -> Self {
        Self {
            version,
            cluster: OnceLock::new(),
            settings: RwLock::new(Settings::Plain),
        }
    }

    fn cluster(&self) -> &Cluster {
        let cluster = self.cluster.get_or_init(|| {
            // a start that failed is not tried again for each trial
            let start = || {
                let mut options = vec!["--slots".to_owned(), SLOTS.to_string()];
                for setting in self.version.keep_three() {
                    options.extend(["--conf".to_owned(), setting]);
                }
                Cluster::start(self.version, &self.version.to_string(), &options, &[]).with_job()
            };
            std::panic::catch_unwind(start).ok()
        });
        cluster
            .as_ref()
            .expect("the cluster does not start, see above")
    }

    /// The cluster with plain settings, beside other trials.
    pub fn plain(&self) -> Plain<'_> {
        let cluster = self.cluster();
        loop {
            let settings = self.settings.read().unwrap_or_else(PoisonError::into_inner);
            if *settings == Settings::Plain {
                return Plain(cluster, settings);
            }
            drop(settings);
            drop(self.alone(Settings::Plain));
        }
    }

    /// The cluster for one trial alone, with no job running, and the settings wanted.
    pub fn alone(&self, wanted: Settings) -> Alone<'_> {
        let cluster = self.cluster();
        // a trial that failed leaves a cluster behind that is as good as before
        let settings = self
            .settings
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let mut alone = Alone(cluster, settings);
        alone.set(wanted);
        until("no job runs", || alone.running().is_empty().then_some(()));
        alone
    }
}

impl Alone<'_> {
    /// Restarts the JobManager with these settings, if it has others.
    fn set(&mut self, wanted: Settings) {
        if *self.1 == wanted {
            return;
        }
        let conf = self.dir.join("conf/jm-1");
        let file = ["config.yaml", "flink-conf.yaml"].map(|name| conf.join(name));
        let [yaml, naive] = &file;
        let file = if yaml.exists() { yaml } else { naive };
        let original = file.with_extension("original");
        if !original.exists() {
            fs::copy(file, &original).unwrap();
        }
        let text = fs::read_to_string(&original).unwrap();
        let text = match wanted {
            Settings::Plain => text,
            Settings::Forgetful => {
                let keys = [
                    "state.savepoints.dir",
                    "execution.checkpointing.savepoint-dir",
                ];
                let kept = text
                    .lines()
                    .filter(|line| !keys.iter().any(|key| line.starts_with(key)));
                let mut text = kept.collect::<Vec<_>>().join("\n");
                if self.version.takes_trigger_ids() {
                    text.push_str("\nrest.async.store-duration: 1 s");
                }
                text + "\n"
            }
        };
        fs::write(file, text).unwrap();
        self.process("kill", "jm-1");
        self.process("restart", "jm-1");
        *self.1 = wanted;
    }
}
