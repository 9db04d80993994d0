//! What goes wrong while a job runs: it fails what it must, and no more.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use savepointctl::minicluster::coordinator::{
    CheckpointStatus, Cluster, Fault, Faults, JobStatus, Outcome, SavepointRequest, Settings,
    SnapshotPoint, StopRequest, TaskPoint,
};

use crate::harness::*;

/// Fails, or delays, the second subtask's part of the first snapshot.
struct FirstSnapshot(Fault);

impl Faults for FirstSnapshot {
    fn at_snapshot(&self, point: &SnapshotPoint) -> Fault {
        match (point.checkpoint, point.subtask) {
            (1, 1) => self.0.clone(),
            _ => Fault::None,
        }
    }
}

/// Kills a subtask each time that it has taken some records, so many times.
struct Kills(AtomicU32);

impl Faults for Kills {
    fn at_records(&self, point: &TaskPoint) -> Option<String> {
        let left = |left: u32| left.checked_sub(1);
        let is_due = point.vertex.starts_with("count") && point.records > 500;
        let killed = || {
            self.0
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, left)
        };
        (is_due && killed().is_ok()).then(|| "killed by a test".to_owned())
    }

    fn watches_records(&self) -> bool {
        true
    }
}

fn with(faults: impl Faults + 'static, directory: &Directory) -> Settings {
    Settings {
        faults: Arc::new(faults),
        ..settings(directory)
    }
}

fn failure(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed(failure) => failure.to_string(),
        other => panic!("no failure: {other:?}"),
    }
}

fn wait_for_no_files(directory: &Directory) {
    wait_until("nothing is left of the snapshot", || {
        directory
            .files()
            .iter()
            .all(|file| file.trim_start_matches('.').starts_with("counts"))
    });
}

#[test]
fn a_snapshot_that_fails_fails_the_savepoint_and_not_the_job() {
    let directory = Directory::new();
    let fault = FirstSnapshot(Fault::Fail("disk full".to_owned()));
    let cluster = Cluster::start(with(fault, &directory)).unwrap();
    let job = submit(
        &cluster,
        graph(&counter(50_000, Some(5_000)), &directory, 2),
    );
    wait_for_tasks(&cluster, job);
    let text = failure(savepoint_outcome(
        &cluster,
        job,
        SavepointRequest::default(),
    ));
    assert!(
        text.contains("Asynchronous task checkpoint failed."),
        "{text}"
    );
    assert!(
        text.contains("Caused by: java.io.IOException: disk full"),
        "{text}"
    );
    wait_for_no_files(&directory);
    let statistics = cluster.statistics(job).unwrap();
    assert_eq!((statistics.counts.failed, statistics.counts.total), (1, 1));
    savepoint(&cluster, job);
    assert_eq!(status(&cluster, job), JobStatus::Running);
    assert!(cluster.exceptions(job).unwrap().is_empty());
}

#[test]
fn a_stop_that_fails_lets_the_job_go_on() {
    let directory = Directory::new();
    let fault = FirstSnapshot(Fault::Fail("disk full".to_owned()));
    let cluster = Cluster::start(with(fault, &directory)).unwrap();
    let job = submit(
        &cluster,
        graph(&counter(20_000, Some(20_000)), &directory, 2),
    );
    wait_for_tasks(&cluster, job);
    let trigger = trigger_id();
    cluster.stop_with_savepoint(job, trigger, StopRequest::default());
    failure(outcome(|| cluster.savepoint_operation(job, trigger)));
    wait_for_status(&cluster, job, JobStatus::Finished);
    assert_eq!(directory.lines("counts"), counted(20_000));
}

#[test]
fn a_snapshot_that_takes_too_long_expires_and_leaves_nothing() {
    let directory = Directory::new();
    let fault = FirstSnapshot(Fault::Delay(Duration::from_millis(300)));
    let settings = Settings {
        checkpoint_timeout: Duration::from_millis(50),
        ..with(fault, &directory)
    };
    let cluster = Cluster::start(settings).unwrap();
    let job = submit(
        &cluster,
        graph(&counter(500_000, Some(5_000)), &directory, 2),
    );
    wait_for_tasks(&cluster, job);
    let text = failure(checkpoint_outcome(&cluster, job));
    assert!(
        text.contains("CheckpointException: Checkpoint expired before completing."),
        "{text}"
    );
    let failed = cluster.statistics(job).unwrap().latest_failed.unwrap();
    assert!(matches!(failed.status, CheckpointStatus::Failed { .. }));
    // the next one waits for the late subtask, whose files come too late for the first
    let settled = || checkpoint_outcome(&cluster, job) == Outcome::Checkpoint(0);
    wait_until("a checkpoint completes", || {
        settled() || cluster.statistics(job).unwrap().latest_completed.is_some()
    });
    let files = directory.files();
    assert!(
        !files.iter().any(|file| file.contains("chk-1/")),
        "{files:?}"
    );
    cluster.cancel(job).unwrap();
    wait_for_status(&cluster, job, JobStatus::Canceled);
    wait_for_no_files(&directory);
}

#[test]
fn a_job_whose_task_fails_goes_on_from_its_latest_checkpoint_and_says_so() {
    let directory = Directory::new();
    let settings = Settings {
        checkpoint_interval: Some(Duration::from_millis(5)),
        ..with(Kills(AtomicU32::new(2)), &directory)
    };
    let cluster = Cluster::start(settings).unwrap();
    let job = submit(
        &cluster,
        graph(&counter(20_000, Some(20_000)), &directory, 2),
    );
    wait_for_status(&cluster, job, JobStatus::Finished);
    assert_eq!(directory.lines("counts"), counted(20_000));
    let exceptions = cluster.exceptions(job).unwrap();
    assert_eq!(exceptions.len(), 2);
    assert_eq!(exceptions[0].exception.message, "killed by a test");
    let task = exceptions[0].task_name.as_deref().unwrap();
    assert!(task.starts_with("count -> Sink: file ("), "{task}");
    let statistics = cluster.statistics(job).unwrap();
    assert!(statistics.counts.restored >= 1, "{:?}", statistics.counts);
    let timestamps = cluster.job(job).unwrap().timestamps;
    let restarted = timestamps
        .iter()
        .any(|(status, _)| *status == JobStatus::Restarting);
    assert!(restarted, "{timestamps:?}");
}

#[test]
fn a_job_without_a_checkpoint_starts_again_from_nothing() {
    let directory = Directory::new();
    let cluster = Cluster::start(with(Kills(AtomicU32::new(3)), &directory)).unwrap();
    let job = submit(&cluster, graph(&counter(5_000, None), &directory, 2));
    wait_for_status(&cluster, job, JobStatus::Finished);
    assert_eq!(directory.lines("counts"), counted(5_000));
}

#[test]
fn a_job_that_fails_too_often_has_failed() {
    let directory = Directory::new();
    let cluster = Cluster::start(with(Kills(AtomicU32::new(100)), &directory)).unwrap();
    let job = submit(&cluster, graph(&counter(5_000, None), &directory, 2));
    wait_for_status(&cluster, job, JobStatus::Failed);
    assert_eq!(
        cluster.exceptions(job).unwrap().len(),
        4,
        "three restarts, four failures"
    );
    let text = failure(savepoint_outcome(
        &cluster,
        job,
        SavepointRequest::default(),
    ));
    assert!(
        text.contains("FlinkJobNotFoundException: Could not find Flink job ("),
        "{text}"
    );
}

const PRINTS: &str = r#"
[[operator]]
type = "sequence"
end = 10

[[operator]]
type = "print"
"#;

#[test]
fn a_panic_in_a_task_is_a_failure_of_the_job() {
    let directory = Directory::new();
    let first = AtomicBool::new(true);
    let settings = Settings {
        print: Arc::new(move |line| {
            assert!(
                line != "3" || !first.swap(false, Ordering::Relaxed),
                "no threes"
            );
        }),
        ..settings(&directory)
    };
    let cluster = Cluster::start(settings).unwrap();
    let job = submit(&cluster, graph(PRINTS, &directory, 1));
    wait_for_status(&cluster, job, JobStatus::Finished);
    let exceptions = cluster.exceptions(job).unwrap();
    let message = &exceptions[0].exception.message;
    assert_eq!(
        (exceptions.len(), message.as_str()),
        (1, "the task panicked: no threes")
    );
}

#[test]
fn a_file_that_is_gone_fails_the_job_with_its_name() {
    let directory = Directory::new();
    fs::write(directory.path().join("text"), "a b").unwrap();
    let program = r#"
[[operator]]
type = "lines"
path = "text"

[[operator]]
type = "discard"
"#;
    let graph = graph(program, &directory, 1);
    fs::remove_file(directory.path().join("text")).unwrap();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let job = submit(&cluster, graph);
    wait_for_status(&cluster, job, JobStatus::Failed);
    let failure = &cluster.exceptions(job).unwrap()[0].exception;
    assert_eq!(failure.class, "java.io.FileNotFoundException");
    assert!(failure.message.contains("/text: "), "{}", failure.message);
}

#[test]
fn a_job_is_cancelled_while_its_tasks_are_slow() {
    let directory = Directory::new();
    let fault = FirstSnapshot(Fault::Delay(Duration::from_secs(600)));
    let cluster = Cluster::start(with(fault, &directory)).unwrap();
    let job = submit(&cluster, graph(&counter(500_000, None), &directory, 2));
    wait_for_tasks(&cluster, job);
    let trigger = trigger_id();
    cluster.trigger_savepoint(job, trigger, SavepointRequest::default());
    cluster.cancel(job).unwrap();
    wait_for_status(&cluster, job, JobStatus::Canceled);
    let text = failure(outcome(|| cluster.savepoint_operation(job, trigger)));
    assert!(text.contains("CheckpointCoordinator shutdown."), "{text}");
    cluster.cancel(job).unwrap();
}
