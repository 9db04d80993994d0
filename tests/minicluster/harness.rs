//! Clusters in directories of their own, programs as texts, and waiting for what must come.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use savepointctl::domain::claim_mode::ClaimMode;
use savepointctl::domain::ids::{JobId, TriggerId};
use savepointctl::minicluster::coordinator::{
    Backend, Cluster, JobStatus, OperationState, Outcome, RestartStrategy, Restore,
    SavepointRequest, Settings, StopRequest, TaskState,
};
use savepointctl::minicluster::program::{CompileOptions, JobGraph, ProgramSource, compile};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(60);

static NEXT: AtomicU64 = AtomicU64::new(1);

fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

pub fn job_id() -> JobId {
    JobId::from_bytes(u128::from(next()).to_be_bytes())
}

pub fn trigger_id() -> TriggerId {
    TriggerId::from_bytes(u128::from(next()).to_be_bytes())
}

/// A directory that is gone when the test is over.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        let name = format!("coordinator-{}-{}", std::process::id(), next());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn checkpoints(&self) -> PathBuf {
        self.0.join("checkpoints")
    }

    pub fn savepoints(&self) -> PathBuf {
        self.0.join("savepoints")
    }

    /// Every file below, relative to it, in order.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        collect(&self.0, &self.0, &mut found);
        found.sort();
        found
    }

    /// Lines of all files that the sink into `name` has written.
    pub fn lines(&self, name: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for entry in fs::read_dir(&self.0).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap();
            if file == name || file.starts_with(&format!("{name}.")) {
                lines.extend(
                    fs::read_to_string(&path)
                        .unwrap()
                        .lines()
                        .map(str::to_owned),
                );
            }
        }
        lines.sort();
        lines
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        if !thread::panicking() {
            let _ = fs::remove_dir_all(&self.0);
        }
    }
}

fn collect(directory: &Path, root: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, root, found);
        } else {
            found.push(
                path.strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
            );
        }
    }
}

/// Files in both backends, and quick restarts.
pub fn settings(directory: &Directory) -> Settings {
    Settings {
        checkpoints: Backend::Filesystem(directory.checkpoints()),
        savepoints: Backend::Filesystem(directory.savepoints()),
        restart: RestartStrategy {
            attempts: 3,
            delay: Duration::from_millis(5),
        },
        ..Settings::default()
    }
}

pub fn graph(text: &str, directory: &Directory, parallelism: u32) -> JobGraph {
    graph_with(text, directory, parallelism, false)
}

pub fn graph_with(text: &str, directory: &Directory, parallelism: u32, strict: bool) -> JobGraph {
    let source = ProgramSource {
        file: "program.toml",
        directory: directory.path(),
        content: text.as_bytes(),
    };
    let options = CompileOptions {
        parallelism,
        strict_chains: strict,
        ..CompileOptions::default()
    };
    compile(source, &options).unwrap_or_else(|error| panic!("{error}"))
}

/// Numbers up to `end`, counted by their remainder of 7, each new count a line of `counts`.
pub fn counter(end: i64, rate: Option<u32>) -> String {
    let rate = rate
        .map(|rate| format!("rate = {rate}"))
        .unwrap_or_default();
    format!(
        r#"
[[operator]]
type = "sequence"
end = {end}
uid = "numbers"
{rate}

[[operator]]
type = "key-by"
key = "modulo"
value = 7

[[operator]]
type = "count"
uid = "count"

[[operator]]
type = "file"
path = "counts"
uid = "sink"
"#
    )
}

/// What [`counter`] writes, in order.
pub fn counted(end: i64) -> Vec<String> {
    let mut counts = BTreeMap::new();
    let mut lines = Vec::new();
    for number in 0..=end {
        let count = counts.entry(number % 7).or_insert(0);
        *count += 1;
        lines.push(format!("({},{count})", number % 7));
    }
    lines.sort();
    lines
}

/// Waits until it is so.
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "still not so: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

pub fn submit(cluster: &Cluster, graph: JobGraph) -> JobId {
    let id = job_id();
    cluster.submit(id, graph, None).unwrap();
    id
}

pub fn restore(location: &str) -> Restore {
    Restore {
        location: location.to_owned(),
        allow_non_restored_state: false,
        claim_mode: ClaimMode::NoClaim,
    }
}

pub fn resume(cluster: &Cluster, graph: JobGraph, location: &str) -> JobId {
    let id = job_id();
    cluster.submit(id, graph, Some(restore(location))).unwrap();
    id
}

pub fn status(cluster: &Cluster, job: JobId) -> JobStatus {
    cluster.job(job).unwrap().status
}

pub fn wait_for_status(cluster: &Cluster, job: JobId, wanted: JobStatus) {
    let ended = |found: JobStatus| found.is_ended() && found != wanted;
    wait_until(wanted.as_flink(), || {
        let found = status(cluster, job);
        let exceptions = || cluster.exceptions(job).unwrap();
        assert!(!ended(found), "{} {:?}", found.as_flink(), exceptions());
        found == wanted
    });
}

/// Waits until all tasks of a job are at work.
pub fn wait_for_tasks(cluster: &Cluster, job: JobId) {
    wait_until("all tasks run", || {
        let view = cluster.job(job).unwrap();
        let mut tasks = view.vertices.iter().flat_map(|vertex| &vertex.tasks);
        view.status == JobStatus::Running && tasks.all(|task| task.state == TaskState::Running)
    });
}

/// Waits until all tasks run and so many records have come to them.
pub fn wait_for_records(cluster: &Cluster, job: JobId, records: u64) {
    wait_for_tasks(cluster, job);
    wait_until("records flow", || {
        let view = cluster.job(job).unwrap();
        let tasks = view.vertices.iter().flat_map(|vertex| &vertex.tasks);
        tasks.map(|task| task.records_in).sum::<u64>() >= records
    });
}

pub fn savepoint_outcome(cluster: &Cluster, job: JobId, request: SavepointRequest) -> Outcome {
    let trigger = trigger_id();
    cluster.trigger_savepoint(job, trigger, request);
    outcome(|| cluster.savepoint_operation(job, trigger))
}

pub fn savepoint(cluster: &Cluster, job: JobId) -> String {
    location(savepoint_outcome(cluster, job, SavepointRequest::default()))
}

pub fn stop(cluster: &Cluster, job: JobId) -> String {
    let trigger = trigger_id();
    cluster.stop_with_savepoint(job, trigger, StopRequest::default());
    location(outcome(|| cluster.savepoint_operation(job, trigger)))
}

pub fn checkpoint_outcome(cluster: &Cluster, job: JobId) -> Outcome {
    let trigger = trigger_id();
    cluster.trigger_checkpoint(job, trigger);
    outcome(|| cluster.checkpoint_operation(job, trigger))
}

pub fn checkpoint(cluster: &Cluster, job: JobId) -> u64 {
    match checkpoint_outcome(cluster, job) {
        Outcome::Checkpoint(id) => id,
        other => panic!("{other:?}"),
    }
}

pub fn dispose(cluster: &Cluster, location: &str) -> Outcome {
    let trigger = trigger_id();
    cluster.dispose(location, trigger);
    outcome(|| cluster.disposal(trigger))
}

pub fn outcome(operation: impl Fn() -> Option<OperationState>) -> Outcome {
    let mut found = None;
    wait_until("the operation is over", || {
        match operation().expect("the operation is known") {
            OperationState::InProgress => false,
            OperationState::Completed(outcome) => {
                found = Some(outcome);
                true
            }
        }
    });
    found.unwrap()
}

pub fn location(outcome: Outcome) -> String {
    match outcome {
        Outcome::Location(location) => location,
        other => panic!("no location: {other:?}"),
    }
}
