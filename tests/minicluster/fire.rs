//! Exactly once under fire: random schedules of snapshots, failures, crashes, restores and other parallelisms end with what
//! an undisturbed run gives.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use savepointctl::domain::ids::JobId;
use savepointctl::minicluster::coordinator::{
    Backend, Cluster, Fault, Faults, JobStatus, Outcome, RestartStrategy, SavepointRequest,
    Settings, SnapshotPoint, StopRequest, TaskPoint,
};

use crate::dice::{Dice, Seed, seeds};
use crate::harness::*;

/// What goes wrong next, counted down by the tasks.
#[derive(Default)]
struct Trouble {
    kills: AtomicU32,
    failures: AtomicU32,
    delays: AtomicU32,
}

fn take_one(count: &AtomicU32) -> bool {
    let less = |count: u32| count.checked_sub(1);
    count
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
        .is_ok()
}

impl Faults for Trouble {
    fn at_snapshot(&self, _: &SnapshotPoint) -> Fault {
        if take_one(&self.failures) {
            Fault::Fail("No space left on device".to_owned())
        } else if take_one(&self.delays) {
            Fault::Delay(Duration::from_millis(20))
        } else {
            Fault::None
        }
    }

    fn at_records(&self, _: &TaskPoint) -> Option<String> {
        take_one(&self.kills).then(|| "killed".to_owned())
    }

    fn watches_records(&self) -> bool {
        true
    }
}

/// A program and what it must have written at its end.
struct Case {
    program: fn(Option<u32>) -> String,
    wanted: Vec<String>,
    /// Records per second while there is trouble.
    rate: u32,
}

fn numbers() -> Case {
    const END: i64 = 12_000;
    Case {
        program: |rate| counter(END, rate),
        wanted: counted(END),
        rate: 15_000,
    }
}

/// The words of a text, those of another source among them, each counted; and how often each count was reached.
fn words() -> Case {
    Case {
        program: word_counts,
        wanted: word_counts_wanted(),
        rate: 2_000,
    }
}

/// One run of a job on one cluster, and the snapshots that are known.
struct Run<'a> {
    dice: Dice,
    case: &'a Case,
    directory: &'a Directory,
    /// Those that are complete.
    savepoints: Vec<String>,
    latest: Option<JobId>,
}

#[test]
fn counts_are_exact_whatever_happens_to_a_counter() {
    for seed in seeds(6) {
        under_fire(seed, &numbers());
    }
}

#[test]
fn counts_are_exact_whatever_happens_to_a_word_count_of_two_sources() {
    for seed in seeds(6) {
        under_fire(seed, &words());
    }
}

fn under_fire(seed: u64, case: &Case) {
    let _seed = Seed::new(seed);
    let directory = Directory::new();
    fs::write(directory.path().join("text"), TEXT).unwrap();
    let mut run = Run {
        dice: Dice::new(seed),
        case,
        directory: &directory,
        savepoints: Vec::new(),
        latest: None,
    };
    for _ in 0..4 {
        run.disturbed();
    }
    run.run_to_the_end();
    assert_eq!(directory.lines("counts"), case.wanted);
}

impl Run<'_> {
    fn settings(&mut self, trouble: &Arc<Trouble>) -> Settings {
        let directory = self.directory;
        let heap = self.dice.below(4) == 0;
        Settings {
            checkpoints: match heap {
                true => Backend::Jobmanager,
                false => Backend::Filesystem(directory.checkpoints()),
            },
            checkpoint_interval: self
                .dice
                .one_of(&[None, Some(5), Some(30)])
                .map(Duration::from_millis),
            restart: RestartStrategy {
                attempts: 1_000,
                delay: Duration::from_millis(1),
            },
            faults: trouble.clone(),
            ..settings(directory)
        }
    }

    /// Starts the job from any savepoint, or from the last checkpoint of the latest job; from nothing where there is neither.
    fn start(&mut self, cluster: &Cluster, rate: Option<u32>) -> JobId {
        let parallelism = 1 + u32::try_from(self.dice.below(8)).unwrap();
        let graph = graph(&(self.case.program)(rate), self.directory, parallelism);
        let checkpoint = self
            .latest
            .filter(|_| self.dice.below(3) == 0)
            .and_then(|job| latest_checkpoint(&self.directory.checkpoints(), job));
        let savepoint = match self.dice.below(3) {
            _ if self.savepoints.is_empty() => None,
            0 => {
                let savepoints: Vec<&str> = self.savepoints.iter().map(String::as_str).collect();
                Some(self.dice.one_of(&savepoints).to_owned())
            }
            _ => self.savepoints.last().cloned(),
        };
        let job = match checkpoint.or(savepoint) {
            Some(location) => resume(cluster, graph, &location),
            None => {
                // whatever was committed by a run that left no snapshot would be there twice
                for part in self.directory.files() {
                    if part.starts_with("counts") {
                        fs::remove_file(self.directory.path().join(part)).unwrap();
                    }
                }
                submit(cluster, graph)
            }
        };
        self.latest = Some(job);
        job
    }

    /// Runs the job for a while, with trouble, and ends it in one way or another.
    fn disturbed(&mut self) {
        let trouble = Arc::new(Trouble::default());
        let cluster = Cluster::start(self.settings(&trouble)).unwrap();
        let job = self.start(&cluster, Some(self.case.rate));
        for _ in 0..self.dice.below(6) {
            std::thread::sleep(Duration::from_millis(self.dice.below(40)));
            match self.dice.below(6) {
                0 => trouble.kills.store(1, Ordering::Relaxed),
                1 => trouble.failures.store(1, Ordering::Relaxed),
                2 => trouble.delays.store(3, Ordering::Relaxed),
                3 => self.savepoint(&cluster, job, false),
                4 => drop(checkpoint_outcome(&cluster, job)),
                _ => {
                    let trigger = trigger_id();
                    cluster.trigger_savepoint(job, trigger, SavepointRequest::default());
                }
            }
        }
        match self.dice.below(5) {
            0 => {
                let trigger = trigger_id();
                cluster.stop_with_savepoint(job, trigger, StopRequest::default());
                let done = outcome(|| cluster.savepoint_operation(job, trigger));
                self.remember(done);
                cluster.shutdown();
            }
            1 => {
                self.savepoint(&cluster, job, true);
                cluster.shutdown();
            }
            // killed in the middle of whatever it was doing
            2 => cluster.abandon(),
            3 => drop(cluster),
            _ => {
                self.savepoint(&cluster, job, false);
                cluster.abandon();
            }
        }
    }

    fn savepoint(&mut self, cluster: &Cluster, job: JobId, cancel_job: bool) {
        let request = SavepointRequest {
            cancel_job,
            ..SavepointRequest::default()
        };
        let done = savepoint_outcome(cluster, job, request);
        self.remember(done);
    }

    /// A savepoint may fail; one that is complete must serve.
    fn remember(&mut self, outcome: Outcome) {
        if let Outcome::Location(location) = outcome {
            self.savepoints.push(location);
        }
    }

    fn run_to_the_end(&mut self) {
        let trouble = Arc::new(Trouble::default());
        let cluster = Cluster::start(self.settings(&trouble)).unwrap();
        let job = self.start(&cluster, None);
        trouble.kills.store(2, Ordering::Relaxed);
        wait_for_status(&cluster, job, JobStatus::Finished);
        cluster.shutdown();
    }
}

/// The checkpoint of a job with the largest id, if it left one that is complete.
fn latest_checkpoint(directory: &Path, job: JobId) -> Option<String> {
    let mut complete = Vec::new();
    for checkpoint in fs::read_dir(directory.join(job.to_string())).ok()? {
        let path = checkpoint.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let id: u64 = name.strip_prefix("chk-").unwrap().parse().unwrap();
        if path.join("_metadata").exists() {
            complete.push((id, path.to_str().unwrap().to_owned()));
        }
    }
    let (_, path) = complete.into_iter().max()?;
    Some(path)
}

const TEXT: &str = include_str!("text.txt");

/// Every line of the text twice, from two sources of it.
fn word_counts(rate: Option<u32>) -> String {
    let rate = rate
        .map(|rate| format!("rate = {rate}"))
        .unwrap_or_default();
    format!(
        r#"
[[operator]]
type = "lines"
name = "one"
uid = "one"
path = "text"
{rate}

[[operator]]
type = "lines"
name = "two"
uid = "two"
path = "text"
{rate}

[[operator]]
type = "map"
function = "tokenise"
name = "words"
input = ["one", "two"]

[[operator]]
type = "map"
function = "lower-case"

[[operator]]
type = "key-by"

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

fn word_counts_wanted() -> Vec<String> {
    let words = TEXT
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let mut counts = std::collections::BTreeMap::new();
    let mut lines = Vec::new();
    for word in words {
        for _ in 0..2 {
            let word = word.to_lowercase();
            let count = counts.entry(word.clone()).or_insert(0);
            *count += 1;
            lines.push(format!("({word},{count})"));
        }
    }
    lines.sort();
    lines
}
