//! What a cluster is told when it starts: backends, limits, and the world around it (clock, randomness, faults, output).

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::statistics::CheckpointKind;
use crate::domain::claim_mode::ClaimMode;
use crate::domain::ids::JobId;

/// How a cluster is set up. [`Settings::default`] keeps everything on the heap.
#[derive(Clone)]
pub struct Settings {
    /// Where checkpoints go.
    pub checkpoints: Backend,
    /// Where savepoints go for which no directory is named; independent of `checkpoints`.
    pub savepoints: Backend,
    /// How often a checkpoint is taken of a job whose program does not say it; never, without it.
    pub checkpoint_interval: Option<Duration>,
    /// After which time a checkpoint or savepoint has failed, where the program does not say it.
    pub checkpoint_timeout: Duration,
    /// What becomes of checkpoints when a job ends.
    pub retention: Retention,
    /// What happens when a task fails.
    pub restart: RestartStrategy,
    /// Whether a restore must have the parallelism of the snapshot, as in the first design.
    pub strict_parallelism: bool,
    /// How long results of operations are kept after their end.
    pub async_store: Duration,
    /// How many snapshots the statistics list.
    pub history: usize,
    /// How many failures of a job are remembered.
    pub exception_history: usize,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness for names of files and directories.
    pub randomness: Arc<dyn Randomness>,
    /// What goes wrong, for rehearsals and tests.
    pub faults: Arc<dyn Faults>,
    /// Takes each line that a `print` sink gives.
    pub print: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            checkpoints: Backend::Jobmanager,
            savepoints: Backend::Jobmanager,
            checkpoint_interval: None,
            checkpoint_timeout: Duration::from_secs(600),
            retention: Retention::default(),
            restart: RestartStrategy::default(),
            strict_parallelism: false,
            async_store: Duration::from_secs(300),
            history: 10,
            exception_history: 16,
            clock: Arc::new(SystemClock),
            randomness: Arc::new(SystemRandomness),
            faults: Arc::new(NoFaults),
            print: Arc::new(|_| {}),
        }
    }
}

/// Where snapshots are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Backend {
    /// On the coordinator's heap: gone when the cluster shuts down.
    #[default]
    Jobmanager,
    /// In files below this directory.
    Filesystem(PathBuf),
}

/// What becomes of a job's latest checkpoint when the job ends: `execution.checkpointing.externalized-checkpoint-retention`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retention {
    /// `NO_EXTERNALIZED_CHECKPOINTS`: deleted, however the job ends. Flink's default.
    #[default]
    NoExternalizedCheckpoints,
    /// `DELETE_ON_CANCELLATION`: kept only if the job fails.
    DeleteOnCancellation,
    /// `RETAIN_ON_CANCELLATION`: kept if the job fails or is cancelled.
    RetainOnCancellation,
}

/// How often a job whose task failed is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RestartStrategy {
    /// How many times, where the program does not say it.
    pub attempts: u32,
    /// How long to wait before each.
    pub delay: Duration,
}

impl Default for RestartStrategy {
    fn default() -> Self {
        Self {
            attempts: 3,
            delay: Duration::from_secs(1),
        }
    }
}

/// What a job starts from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// A savepoint or retained checkpoint: directory or `_metadata` file, a path or `file:` URI, or
    /// `jobmanager://savepoints/N`.
    pub location: String,
    /// Whether state may be left behind that no operator of the program takes.
    pub allow_non_restored_state: bool,
    /// Who owns its files from then on. `Legacy` is as `NoClaim`: nothing of a checkpoint is ever built upon.
    pub claim_mode: ClaimMode,
}

/// The time of day.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 UTC.
    fn now_ms(&self) -> i64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        let elapsed = SystemTime::now().duration_since(UNIX_EPOCH);
        elapsed.map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
    }
}

/// Where unpredictable numbers come from.
pub trait Randomness: Send + Sync {
    /// Sixteen bytes, never the same twice.
    fn bytes(&self) -> [u8; 16];
}

/// The system's randomness.
#[derive(Debug, Clone, Copy)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn bytes(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        // without the system's source the time must do: names only have to differ
        if getrandom::fill(&mut bytes).is_err() {
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            bytes = now.as_nanos().to_be_bytes();
        }
        bytes
    }
}

/// A subtask that is about to take its part of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotPoint {
    /// The job.
    pub job: JobId,
    /// The checkpoint id.
    pub checkpoint: u64,
    /// Why it is taken.
    pub kind: CheckpointKind,
    /// The vertex, by its name.
    pub vertex: String,
    /// The subtask, from 0.
    pub subtask: u32,
}

/// A subtask at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPoint {
    /// The job.
    pub job: JobId,
    /// The vertex, by its name.
    pub vertex: String,
    /// The subtask, from 0.
    pub subtask: u32,
    /// Which start of the job it is, from 0.
    pub attempt: u32,
    /// How many records the subtask has taken, or as a source given, since then.
    pub records: u64,
}

/// What happens instead of, or before, a subtask's part of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It takes so much longer.
    Delay(Duration),
    /// It fails with this message.
    Fail(String),
}

/// What goes wrong. Asked by task threads, so answers must be quick.
pub trait Faults: Send + Sync {
    /// Asked before a subtask takes its part of a snapshot.
    fn at_snapshot(&self, _point: &SnapshotPoint) -> Fault {
        Fault::None
    }

    /// Asked after every few records; a message fails the subtask.
    fn at_records(&self, _point: &TaskPoint) -> Option<String> {
        None
    }

    /// Whether [`at_records`](Self::at_records) is to be asked at all.
    fn watches_records(&self) -> bool {
        false
    }
}

/// Nothing goes wrong.
#[derive(Debug, Clone, Copy)]
pub struct NoFaults;

impl Faults for NoFaults {}
