//! Memory and storage brought together.

use super::*;
use crate::domain::job::{Job, JobStatus, TaskCounts};
use crate::domain::snapshot::{Snapshot, SnapshotKind, SnapshotStatus};
use crate::inventory::scan::names::ByName;

const JOB: &str = "fd72014d4c864993a2e5a9287b4a9c5d";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn job() -> Job {
    Job {
        id: JOB.parse().unwrap(),
        name: "orders".to_owned(),
        status: JobStatus::Running,
        started: at(0),
        ended: None,
        duration_ms: 0,
        tasks: TaskCounts::default(),
    }
}

fn snapshot(id: u64, second: i64) -> Snapshot {
    Snapshot {
        id,
        kind: SnapshotKind::Savepoint,
        format: None,
        status: SnapshotStatus::InProgress,
        triggered: at(second),
        duration_ms: None,
        state_size: Some(id),
        acknowledged: None,
    }
}

fn remembered<'a>(job: &'a Job, snapshot: &'a Snapshot, location: &'a str) -> Remembered<'a> {
    Remembered {
        job,
        snapshot,
        location,
        discarded: false,
    }
}

fn found(location: &str, second: i64, state: State) -> Found {
    let (parent, name) = location.rsplit_once('/').unwrap();
    let parent = parent.rsplit('/').next().unwrap();
    Found {
        location: location.to_owned(),
        modified: Some(at(second)),
        by_name: ByName::of(parent, name),
        state,
    }
}

fn contents(state_size: i64) -> State {
    State::Complete(Box::new(Contents {
        metadata_size: 9,
        metadata_version: Some(6),
        checkpoint_id: 7,
        kind: Kind::Unknown,
        operators: 1,
        state_size,
        files: 0,
        files_size: 0,
        job_id: None,
    }))
}

fn scan(snapshots: Vec<Found>, listed: &[&str]) -> Scan {
    Scan {
        snapshots,
        listed: listed.iter().map(|at| NormalLocation::of(at)).collect(),
        ..Scan::default()
    }
}

#[test]
fn one_snapshot_is_told_once_however_both_spell_it() {
    let (job, taken) = (job(), snapshot(7, 10));
    let one = [remembered(&job, &taken, "s3a://b/sp/savepoint-1/")];
    let scan = scan(
        vec![
            found("s3://b/sp/savepoint-1", 12, contents(100)),
            found("s3://b/sp/savepoint-2", 5, contents(50)),
        ],
        &["s3://b/sp"],
    );
    let known = merged(&one, &scan);
    assert_eq!(known.len(), 2);
    let both = known[0];
    assert_eq!(both.location, "s3a://b/sp/savepoint-1/");
    assert_eq!((both.time(), both.state_size()), (Some(at(10)), Some(100)));
    assert_eq!((both.exists, both.job_id()), (Some(true), Some(job.id)));
    assert_eq!(known[1].location, "s3://b/sp/savepoint-2");
}

#[test]
fn a_location_without_a_file_system_may_be_the_one_that_was_found() {
    let (job, taken) = (job(), snapshot(7, 10));
    let one = [remembered(&job, &taken, "/sp/savepoint-1")];
    let scan = scan(
        vec![found("hdfs://nn/sp/savepoint-1", 12, contents(1))],
        &[],
    );
    assert_eq!(merged(&one, &scan).len(), 1);
}

#[test]
fn what_is_remembered_but_not_in_a_directory_that_was_looked_into_is_gone() {
    let (job, taken) = (job(), snapshot(7, 10));
    let both = [
        remembered(&job, &taken, "s3://b/sp/savepoint-1"),
        remembered(&job, &taken, "s3://b/elsewhere/savepoint-1"),
    ];
    let scan = scan(vec![], &["s3://b/sp"]);
    let exists: Vec<_> = merged(&both, &scan).iter().map(|one| one.exists).collect();
    assert_eq!(exists, [Some(false), None]);
    let problem = merged(&both, &scan)[0].problem();
    assert_eq!(problem.as_deref(), Some("it is not there any more"));
}

#[test]
fn a_snapshot_belongs_to_a_job_by_its_whole_id_or_by_six_digits_of_it() {
    let scan = scan(
        vec![
            found(&format!("/cp/{JOB}/chk-1"), 1, contents(1)),
            found("/sp/savepoint-fd7201-0123456789ab", 1, contents(1)),
            found("/sp/savepoint-aaaaaa-0123456789ab", 1, contents(1)),
            found("/sp/savepoint-copy", 1, contents(1)),
        ],
        &[],
    );
    let known = merged(&[], &scan);
    let of = |jobs: &[JobId], typed: &str| -> Vec<bool> {
        let typed = JobSelector::new(typed);
        known.iter().map(|one| one.is_of(jobs, &typed)).collect()
    };
    let both = vec![true, true, false, false];
    assert_eq!(of(&[JOB.parse().unwrap()], "orders"), both);
    assert_eq!(of(&[], "fd72"), both);
    assert_eq!(of(&[], JOB), both);
    assert_eq!(of(&[], "orders"), [false; 4]);
}

#[test]
fn orders_are_by_time_by_size_and_by_location() {
    let scan = scan(
        vec![
            found("/sp/savepoint-a", 1, contents(30)),
            found("/sp/savepoint-b", 3, contents(10)),
            found("/sp/savepoint-c", 2, contents(20)),
        ],
        &[],
    );
    let mut known = merged(&[], &scan);
    let mut names = |order| {
        sort(&mut known, order);
        let last = |one: &Known<'_>| one.location[14..].to_owned();
        known.iter().map(last).collect::<Vec<_>>().concat()
    };
    assert_eq!(names(Order::Time), "bca");
    assert_eq!(names(Order::Size), "acb");
    assert_eq!(names(Order::Location), "abc");
}

#[test]
fn what_cannot_be_used_says_why() {
    let incomplete = State::Incomplete { in_progress: false };
    let scan = scan(
        vec![
            found("/cp/chk-1", 1, incomplete),
            found("/cp/chk-2", 1, State::Broken("cut".to_owned())),
            found("/cp/chk-3", 1, State::Unreadable("no".to_owned())),
        ],
        &[],
    );
    let known = merged(&[], &scan);
    let complete: Vec<_> = known.iter().map(Known::is_complete).collect();
    assert_eq!(complete, [Some(false), Some(false), None]);
    assert!(known.iter().all(|one| one.problem().is_some()));
    assert_eq!(known[1].checkpoint_id(), Some(2));
}

/// What a reference means over what two jobs remember and what lies in storage.
fn chosen(
    histories: &[(Job, Snapshot, &str, bool)],
    scan: &Scan,
    back: usize,
    selector: Option<&str>,
) -> Result<(String, Vec<String>), NoLatest> {
    let remembered: Vec<Remembered<'_>> = histories
        .iter()
        .map(|(job, snapshot, location, discarded)| Remembered {
            discarded: *discarded,
            ..remembered(job, snapshot, location)
        })
        .collect();
    let jobs: Vec<Job> = histories.iter().map(|(job, ..)| job.clone()).collect();
    let selector = selector.map(JobSelector::new);
    let known = merged(&remembered, scan);
    let latest = latest(&known, &jobs, back, selector.as_ref())?;
    let skipped = latest.skipped.iter().map(|(at, _)| (*at).to_owned());
    Ok((latest.chosen.location.to_owned(), skipped.collect()))
}

fn named(id: &str, name: &str) -> Job {
    Job {
        id: id.parse().unwrap(),
        name: name.to_owned(),
        ..job()
    }
}

fn two_jobs() -> Vec<(Job, Snapshot, &'static str, bool)> {
    let orders = named("ab010000000000000000000000000000", "orders");
    let again = named("ab020000000000000000000000000000", "orders");
    let other = named("ab030000000000000000000000000000", "other");
    vec![
        (orders.clone(), snapshot(9, 9), "/sp/9", true),
        (orders, snapshot(5, 5), "/sp/5", false),
        (again, snapshot(7, 7), "/sp/7", false),
        (other, snapshot(8, 8), "/sp/8", false),
    ]
}

#[test]
fn the_latest_is_counted_over_all_jobs_or_those_with_one_name_without_what_is_gone() {
    let nothing = Scan::default();
    let chosen =
        |back, selector| chosen(&two_jobs(), &nothing, back, selector).map(|(chosen, _)| chosen);
    assert_eq!(chosen(0, None), Ok("/sp/8".to_owned()));
    assert_eq!(chosen(0, Some("orders")), Ok("/sp/7".to_owned()));
    assert_eq!(chosen(1, Some("orders")), Ok("/sp/5".to_owned()));
    let Err(NoLatest::TooFew { usable: 2, skipped }) = chosen(2, Some("orders")) else {
        panic!("more than two");
    };
    assert_eq!(skipped.len(), 1);
    assert_eq!(
        chosen(0, Some("ab")),
        Err(NoLatest::Ambiguous("ab".to_owned()))
    );
    assert_eq!(
        chosen(0, Some("nothing")),
        Err(NoLatest::NoJob("nothing".to_owned()))
    );
}

#[test]
fn the_latest_is_the_latest_of_memory_and_storage_that_can_be_used() {
    let scan = scan(
        vec![
            found(
                "/sp/savepoint-ab0100-a",
                30,
                State::Broken("cut".to_owned()),
            ),
            found("/sp/savepoint-ab0200-b", 20, contents(1)),
            found("/sp/savepoint-cccccc-c", 25, contents(1)),
        ],
        &["/sp"],
    );
    let chosen = |back, selector| chosen(&two_jobs(), &scan, back, selector).unwrap();
    let (location, skipped) = chosen(0, Some("orders"));
    assert_eq!(location, "/sp/savepoint-ab0200-b");
    assert_eq!(skipped, ["/sp/savepoint-ab0100-a"]);
    assert_eq!(chosen(0, None).0, "/sp/savepoint-cccccc-c");
    // a job that the cluster has forgotten
    assert_eq!(chosen(0, Some("cccc")).0, "/sp/savepoint-cccccc-c");
}

#[test]
fn what_the_cluster_remembers_but_is_not_in_storage_is_skipped() {
    let scan = scan(vec![found("/sp/5", 5, contents(1))], &["/sp"]);
    let (location, skipped) = chosen(&two_jobs(), &scan, 0, None).unwrap();
    assert_eq!(location, "/sp/5");
    assert_eq!(skipped, ["/sp/9", "/sp/8", "/sp/7"]);
}

#[test]
fn storage_alone_knows_jobs_by_their_ids_only() {
    let scan = scan(
        vec![
            found("/sp/savepoint-fd7201-a", 1, contents(1)),
            found(&format!("/cp/{JOB}/chk-7"), 2, contents(1)),
            found("/sp/savepoint-fd9999-a", 3, contents(1)),
        ],
        &[],
    );
    let chosen = |selector| chosen(&[], &scan, 0, Some(selector)).map(|(chosen, _)| chosen);
    assert_eq!(chosen("fd72"), Ok(format!("/cp/{JOB}/chk-7")));
    assert_eq!(chosen("fd"), Err(NoLatest::Ambiguous("fd".to_owned())));
    assert_eq!(chosen("orders"), Err(NoLatest::NoJob("orders".to_owned())));
}

#[test]
fn what_nobody_has_looked_at_is_named_one_by_one_as_far_as_a_reference_counts() {
    let histories = two_jobs();
    let remembered: Vec<Remembered<'_>> = histories
        .iter()
        .map(|(job, snapshot, location, discarded)| Remembered {
            discarded: *discarded,
            ..remembered(job, snapshot, location)
        })
        .collect();
    let jobs: Vec<Job> = histories.iter().map(|(job, ..)| job.clone()).collect();
    let orders = JobSelector::new("orders");
    let next = |scan: &Scan, back, selector, hidden: &[&str]| {
        let known = merged(&remembered, scan);
        let unseen = unseen(&known, &jobs, back, selector, |at| hidden.contains(&at));
        unseen.map(|one| one.location.to_owned())
    };
    let mut scan = Scan::default();
    // the latest has been deleted by the cluster itself
    assert_eq!(next(&scan, 0, None, &[]).as_deref(), Some("/sp/8"));
    assert_eq!(next(&scan, 0, Some(&orders), &[]).as_deref(), Some("/sp/7"));
    assert_eq!(next(&scan, 0, None, &["/sp/8"]), None);
    assert_eq!(next(&scan, 1, None, &["/sp/8"]).as_deref(), Some("/sp/7"));
    scan.gone.insert(NormalLocation::of("/sp/8"));
    assert_eq!(next(&scan, 0, None, &[]).as_deref(), Some("/sp/7"));
    scan.snapshots.push(found("/sp/7", 7, contents(1)));
    assert_eq!(next(&scan, 0, None, &[]), None);
    assert_eq!(next(&scan, 1, None, &[]).as_deref(), Some("/sp/5"));
}
