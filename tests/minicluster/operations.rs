//! Operations under their trigger ids.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use savepointctl::minicluster::coordinator::{
    CancelError, Clock, Cluster, Fault, Faults, JobStatus, OperationState, Outcome,
    SavepointRequest, Settings, SnapshotPoint, StopRequest,
};

use crate::harness::*;

const END: i64 = 200_000;

fn failure(outcome: Outcome) -> String {
    match outcome {
        Outcome::Failed(failure) => failure.to_string(),
        other => panic!("no failure: {other:?}"),
    }
}

/// A time that stands still until it is moved.
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

#[test]
fn the_same_trigger_id_again_is_the_same_operation() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let job = submit(&cluster, graph(&counter(END, Some(1_000)), &directory, 1));
    wait_for_tasks(&cluster, job);
    let trigger = trigger_id();
    let elsewhere = directory.path().join("elsewhere");
    cluster.trigger_savepoint(job, trigger, SavepointRequest::default());
    let again = SavepointRequest {
        target: Some(elsewhere.to_str().unwrap().to_owned()),
        cancel_job: true,
        format: None,
    };
    cluster.trigger_savepoint(job, trigger, again.clone());
    let first = outcome(|| cluster.savepoint_operation(job, trigger));
    cluster.trigger_savepoint(job, trigger, again);
    assert_eq!(outcome(|| cluster.savepoint_operation(job, trigger)), first);
    assert!(!elsewhere.exists());
    assert_eq!(cluster.statistics(job).unwrap().counts.total, 1);
    assert_eq!(status(&cluster, job), JobStatus::Running);
}

#[test]
fn results_are_forgotten_after_a_while() {
    let directory = Directory::new();
    let clock = Arc::new(Hand(AtomicI64::new(1_000_000)));
    let settings = Settings {
        clock: clock.clone(),
        async_store: Duration::from_secs(300),
        ..settings(&directory)
    };
    let cluster = Cluster::start(settings).unwrap();
    let job = submit(&cluster, graph(&counter(END, Some(1_000)), &directory, 1));
    wait_for_tasks(&cluster, job);
    let trigger = trigger_id();
    cluster.trigger_savepoint(job, trigger, SavepointRequest::default());
    location(outcome(|| cluster.savepoint_operation(job, trigger)));
    clock.0.fetch_add(299_999, Ordering::Relaxed);
    assert!(cluster.savepoint_operation(job, trigger).is_some());
    clock.0.fetch_add(1, Ordering::Relaxed);
    assert_eq!(cluster.savepoint_operation(job, trigger), None);
}

#[test]
fn a_target_directory_is_the_parent_of_the_savepoint() {
    let directory = Directory::new();
    let cluster = Cluster::start(Settings::default()).unwrap();
    let job = submit(&cluster, graph(&counter(END, Some(1_000)), &directory, 2));
    wait_for_tasks(&cluster, job);
    let target = directory.path().join("a/b c");
    let request = |target: &str| SavepointRequest {
        target: Some(target.to_owned()),
        ..SavepointRequest::default()
    };
    for spelling in [
        target.display().to_string(),
        format!("file://{}", target.display()),
    ] {
        let made = location(savepoint_outcome(&cluster, job, request(&spelling)));
        let start = format!(
            "file:{}/savepoint-{}-",
            target.display(),
            &job.to_string()[..6]
        );
        let random = made.strip_prefix(&start).unwrap();
        assert_eq!(random.len(), 12, "{made}");
        let names: Vec<_> = fs::read_dir(made.strip_prefix("file:").unwrap())
            .unwrap()
            .collect();
        assert_eq!(names.len(), 1, "all state is in the metadata");
    }
    let blocked = directory.path().join("file");
    fs::write(&blocked, "").unwrap();
    let text = failure(savepoint_outcome(
        &cluster,
        job,
        request(blocked.to_str().unwrap()),
    ));
    assert!(
        text.contains("IO-problem detected.")
            && text.contains("Failed to create savepoint directory at "),
        "{text}"
    );
    let text = failure(savepoint_outcome(&cluster, job, request("s3://bucket/x")));
    assert!(
        text.contains("UnsupportedFileSystemSchemeException"),
        "{text}"
    );
    let text = failure(savepoint_outcome(&cluster, job, request("")));
    assert!(
        text.contains("Can not create a Path from an empty string"),
        "{text}"
    );
}

#[test]
fn a_job_that_is_cancelled_with_a_savepoint_is_cancelled_when_it_is_there() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let job = submit(&cluster, graph(&counter(END, Some(1_000)), &directory, 1));
    wait_for_tasks(&cluster, job);
    let request = SavepointRequest {
        cancel_job: true,
        ..SavepointRequest::default()
    };
    location(savepoint_outcome(&cluster, job, request));
    assert_eq!(status(&cluster, job), JobStatus::Canceled);
}

#[test]
fn what_is_unknown_or_over_is_told_in_the_operation() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let unknown = job_id();
    let text = failure(savepoint_outcome(
        &cluster,
        unknown,
        SavepointRequest::default(),
    ));
    let words = format!("FlinkJobNotFoundException: Could not find Flink job ({unknown})");
    assert!(text.contains(&words), "{text}");
    assert_eq!(cluster.savepoint_operation(unknown, trigger_id()), None);
    assert_eq!(cluster.cancel(unknown), Err(CancelError::NotFound));

    let job = submit(&cluster, graph(&counter(10, None), &directory, 1));
    wait_for_status(&cluster, job, JobStatus::Finished);
    wait_until("the job's master is gone", || cluster.cancel(job).is_err());
    assert_eq!(
        cluster.cancel(job),
        Err(CancelError::Ended(JobStatus::Finished))
    );
    let trigger = trigger_id();
    cluster.stop_with_savepoint(job, trigger, StopRequest::default());
    let text = failure(outcome(|| cluster.savepoint_operation(job, trigger)));
    assert!(text.contains("Could not find Flink job ("), "{text}");
}

/// Every stop's snapshot is slow.
struct SlowStops;

impl Faults for SlowStops {
    fn at_snapshot(&self, _: &SnapshotPoint) -> Fault {
        Fault::Delay(Duration::from_millis(100))
    }
}

#[test]
fn a_second_stop_is_refused_and_the_first_goes_on() {
    let directory = Directory::new();
    let settings = Settings {
        faults: Arc::new(SlowStops),
        ..settings(&directory)
    };
    let cluster = Cluster::start(settings).unwrap();
    let job = submit(&cluster, graph(&counter(END, Some(1_000)), &directory, 1));
    wait_for_tasks(&cluster, job);
    let (first, second, savepoint) = (trigger_id(), trigger_id(), trigger_id());
    cluster.stop_with_savepoint(job, first, StopRequest::default());
    cluster.stop_with_savepoint(job, second, StopRequest::default());
    cluster.trigger_savepoint(job, savepoint, SavepointRequest::default());
    let text = failure(outcome(|| cluster.savepoint_operation(job, second)));
    assert!(
        text.contains("at most one stop-with-savepoint checkpoint at a time"),
        "{text}"
    );
    let state = cluster.savepoint_operation(job, first);
    assert_eq!(state, Some(OperationState::InProgress));
    location(outcome(|| cluster.savepoint_operation(job, first)));
    assert_eq!(status(&cluster, job), JobStatus::Finished);
    let other = outcome(|| cluster.savepoint_operation(job, savepoint));
    assert!(matches!(other, Outcome::Location(_)), "{other:?}");
}

#[test]
fn a_disposal_that_cannot_be_says_why() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let missing = directory.path().join("nothing");
    let text = failure(dispose(&cluster, missing.to_str().unwrap()));
    assert!(
        text.contains("FlinkException: Could not dispose savepoint /"),
        "{text}"
    );
    assert!(
        text.contains("Cannot find checkpoint or savepoint file/directory"),
        "{text}"
    );
    let text = failure(dispose(&cluster, ""));
    assert!(
        text.starts_with("java.lang.IllegalArgumentException: empty checkpoint pointer"),
        "{text}"
    );
}
