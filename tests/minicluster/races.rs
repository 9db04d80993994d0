//! Two things at once that want opposites. Which of them comes first is chance; what holds afterwards is not.

use std::thread;

use savepointctl::minicluster::coordinator::{Cluster, JobStatus, Outcome, SubmitError};

use crate::harness::*;

/// How often a race is run.
const ROUNDS: u32 = 20;
/// The last number of the [`counter`].
const END: i64 = 20_000;

#[test]
fn a_savepoint_disposed_of_during_a_restore_is_restored_whole_or_not_at_all() {
    let (mut restored, mut refused) = (0, 0);
    for round in 0..ROUNDS {
        let directory = Directory::new();
        let cluster = Cluster::start(settings(&directory)).unwrap();
        let slow = counter(END, Some(50_000));
        let first = submit(&cluster, graph(&slow, &directory, 2));
        wait_for_records(&cluster, first, 100);
        let savepoint = stop(&cluster, first);
        wait_for_status(&cluster, first, JobStatus::Finished);

        let graph = graph(&slow, &directory, 2);
        let second = job_id();
        let submitted = thread::scope(|scope| {
            let restoring =
                scope.spawn(|| cluster.submit(second, graph, Some(restore(&savepoint))));
            // each round a little later
            for _ in 0..round * 20 {
                thread::yield_now();
            }
            let disposed = dispose(&cluster, &savepoint);
            assert!(matches!(disposed, Outcome::Disposed), "{disposed:?}");
            restoring.join().unwrap()
        });
        if let Err(error) = submitted {
            assert!(matches!(error, SubmitError::Initialization(_)), "{error:?}");
            refused += 1;
        } else {
            wait_for_status(&cluster, second, JobStatus::Finished);
            assert_eq!(directory.lines("counts"), counted(END), "round {round}");
            restored += 1;
        }
        let left: Vec<String> = directory
            .files()
            .into_iter()
            .filter(|file| !file.starts_with("counts") && file != ".counts.parts")
            .collect();
        assert_eq!(left, [""; 0], "round {round}");
    }
    println!("{restored} restored, {refused} refused");
}

#[test]
fn a_job_submitted_while_the_cluster_ends_is_refused_or_ends_too() {
    for _ in 0..ROUNDS {
        let directory = Directory::new();
        let cluster = Cluster::start(settings(&directory)).unwrap();
        let endless = counter(i64::MAX, Some(1_000));
        let taken = thread::scope(|scope| {
            let submitting = scope.spawn(|| {
                let mut taken = Vec::new();
                loop {
                    let id = job_id();
                    match cluster.submit(id, graph(&endless, &directory, 1), None) {
                        Ok(()) => taken.push(id),
                        Err(SubmitError::ShuttingDown) => return taken,
                        Err(other) => panic!("{other:?}"),
                    }
                }
            });
            wait_until("a job is there", || !cluster.jobs().is_empty());
            cluster.shutdown();
            submitting.join().unwrap()
        });
        assert!(!taken.is_empty());
        for job in taken {
            assert_eq!(status(&cluster, job), JobStatus::Canceled);
        }
    }
}
