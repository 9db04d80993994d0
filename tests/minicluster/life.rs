//! One job's life: it runs, is saved, stops, and goes on.

use savepointctl::minicluster::coordinator::{Cluster, JobStatus, Settings};

use crate::harness::*;

const END: i64 = 20_000;

#[test]
fn a_job_that_comes_to_its_end_has_written_everything_once() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    for parallelism in [1, 3] {
        let sink = Directory::new();
        let job = submit(&cluster, graph(&counter(END, None), &sink, parallelism));
        wait_for_status(&cluster, job, JobStatus::Finished);
        assert_eq!(
            sink.lines("counts"),
            counted(END),
            "parallelism {parallelism}"
        );
    }
    cluster.shutdown();
    assert_eq!(directory.files(), [""; 0], "no checkpoint is left");
}

#[test]
fn a_job_that_was_stopped_with_a_savepoint_goes_on_from_it() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let program = |rate| counter(END, rate);
    let job = submit(&cluster, graph(&program(Some(5_000)), &directory, 2));
    wait_for_records(&cluster, job, 1_000);
    let savepoint = stop(&cluster, job);
    assert_eq!(status(&cluster, job), JobStatus::Finished);
    let so_far = directory.lines("counts").len();
    assert!((1_000..END as usize).contains(&so_far), "{so_far} lines");

    let job = resume(&cluster, graph(&program(None), &directory, 2), &savepoint);
    wait_for_status(&cluster, job, JobStatus::Finished);
    assert_eq!(directory.lines("counts"), counted(END));
}

#[test]
fn a_savepoint_on_the_heap_serves_as_long_as_its_cluster_runs() {
    let directory = Directory::new();
    let cluster = Cluster::start(Settings::default()).unwrap();
    let job = submit(&cluster, graph(&counter(END, Some(5_000)), &directory, 2));
    wait_for_records(&cluster, job, 100);
    let savepoint = stop(&cluster, job);
    assert_eq!(savepoint, "jobmanager://savepoints/1");
    assert!(cluster.savepoint_bytes(&savepoint).is_some());
    let job = resume(
        &cluster,
        graph(&counter(END, None), &directory, 4),
        &savepoint,
    );
    wait_for_status(&cluster, job, JobStatus::Finished);
    assert_eq!(directory.lines("counts"), counted(END));
    cluster.shutdown();
    assert_eq!(cluster.savepoint_bytes(&savepoint), None);
}
