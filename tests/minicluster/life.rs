//! One job's life: it runs, is saved, stops, and goes on.

use savepointctl::minicluster::coordinator::{Cluster, JobStatus, Settings, SubmitError};

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

#[test]
fn a_chain_of_as_many_maps_as_a_program_can_have_runs() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let map = "[[operator]]\ntype = \"map\"\nfunction = \"add\"\nvalue = 1\n".repeat(997);
    let program = format!(
        "[[operator]]\ntype = \"sequence\"\nend = 9\n{map}[[operator]]\ntype = \"file\"\npath = \"sums\"\n"
    );
    let job = submit(&cluster, graph(&program, &directory, 1));
    wait_for_status(&cluster, job, JobStatus::Finished);
    let mut sums = directory.lines("sums");
    sums.sort_by_key(|line| line.parse::<i64>().unwrap());
    let wanted: Vec<String> = (997..1007).map(|number| number.to_string()).collect();
    assert_eq!(sums, wanted);
}

#[test]
fn a_job_with_too_many_tasks_or_channels_is_refused_in_one_sentence() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    for (parallelism, tasks) in [
        (2_000, "4000 tasks with 4000000 channels"),
        (32_768, "65536 tasks"),
    ] {
        let graph = graph(&counter(10, None), &directory, parallelism);
        let refused = cluster.submit(job_id(), graph, None).unwrap_err();
        let SubmitError::Initialization(failure) = refused else {
            panic!("{refused:?}");
        };
        assert!(failure.to_string().contains(tasks), "{failure}");
    }
}

#[test]
fn a_task_that_waits_for_something_outside_does_not_keep_the_cluster_from_ending() {
    let directory = Directory::new();
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let receiver = std::sync::Mutex::new(receiver);
    let blocked = Settings {
        print: std::sync::Arc::new(move |_: &str| {
            // nothing comes until the test is over
            let _ = receiver.lock().map(|receiver| receiver.recv());
        }),
        ..settings(&directory)
    };
    let cluster = Cluster::start(blocked).unwrap();
    let program = "[[operator]]\ntype = \"sequence\"\n[[operator]]\ntype = \"print\"\n";
    let job = submit(&cluster, graph(program, &directory, 1));
    wait_for_tasks(&cluster, job);
    let start = std::time::Instant::now();
    cluster.shutdown();
    assert!(start.elapsed() < std::time::Duration::from_secs(20));
    assert_eq!(status(&cluster, job), JobStatus::Canceled);
    drop(sender);
}

#[test]
fn jobs_that_ended_long_ago_are_forgotten() {
    let directory = Directory::new();
    let cluster = Cluster::start(settings(&directory)).unwrap();
    let program = "[[operator]]\ntype = \"sequence\"\nend = 1\n[[operator]]\ntype = \"discard\"\n";
    let jobs: Vec<_> = (0..103)
        .map(|_| {
            let job = submit(&cluster, graph(program, &directory, 1));
            wait_for_status(&cluster, job, JobStatus::Finished);
            job
        })
        .collect();
    assert!(cluster.job(jobs[0]).is_none());
    assert!(cluster.job(jobs[102]).is_some());
    assert!(cluster.jobs().len() <= 101);
}
