//! Whether a snapshot may be disposed of. Flink itself guards nothing.

use crate::domain::location::NormalLocation;
use crate::domain::snapshot::{History, SnapshotKind};

use super::catalogue::{JobHistory, remembered};

/// What is known of the shared files of a checkpoint from its metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedFiles {
    /// The metadata names none outside the snapshot's own directory.
    None,
    /// It names some: others may use them too.
    Some,
    /// The metadata was not read.
    Unknown,
}

/// What is to become of one snapshot, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// As the user named it, references resolved.
    pub location: String,
    /// Why it must not go; `None` if it may.
    pub refusal: Option<Refusal>,
}

/// Why a snapshot must not go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, as a clause.
    pub reason: String,
    /// Why `--force` would be safe all the same, if it would be.
    pub force_is_safe: Option<String>,
}

impl Refusal {
    fn new(reason: String) -> Self {
        Self {
            reason,
            force_is_safe: None,
        }
    }
}

/// What snapshots' metadata says, as far as it can be read from here.
pub trait KnownFiles {
    /// What is known of the shared files of a checkpoint.
    fn shared(&self, place: &NormalLocation) -> impl Future<Output = SharedFiles>;
    /// Whether a snapshot that is no checkpoint by its name names files outside its own directory.
    fn names_foreign_files(&self, place: &NormalLocation) -> impl Future<Output = bool>;
    /// Which of the `places` hold files that the snapshot at `location` uses, in their order.
    fn places_used(
        &self,
        location: &str,
        places: &[NormalLocation],
    ) -> impl Future<Output = Vec<bool>>;
}

/// Decides for each location.
pub async fn plan(locations: &[String], jobs: &[JobHistory], known: &impl KnownFiles) -> Vec<Item> {
    let places: Vec<NormalLocation> = locations
        .iter()
        .map(|location| NormalLocation::of(location))
        .collect();
    let used = used_by_checkpoints(&places, jobs, known).await;
    let mut items = Vec::new();
    for ((location, place), used) in locations.iter().zip(&places).zip(used) {
        let is_one = |location: &str| {
            let named = NormalLocation::of(location);
            // a cluster of HDFS has several names, of which a job knows one
            named.may_be(place) || (is_rooted(place) && named.may_be_within(place))
        };
        let refusal = of_running_job(std::slice::from_ref(place), jobs, is_one)
            .or_else(|| restored_from(jobs, is_one))
            .or(used)
            .or_else(|| may_be_restored_from(jobs));
        let refusal = match refusal {
            None => shares_files(place, jobs, known).await,
            refusal => refusal,
        };
        items.push(Item {
            location: location.clone(),
            refusal,
        });
    }
    items
}

/// Whether a place is not counted from some directory: a relative text may be above everything.
fn is_rooted(place: &NormalLocation) -> bool {
    place.path().starts_with('/')
}

/// What running jobs have against deleting the snapshot that is called any of these, besides the files that their
/// checkpoints use. `is_one` tells whether a location that a job names is that snapshot.
pub fn claimed(
    places: &[NormalLocation],
    jobs: &[JobHistory],
    is_one: impl Fn(&str) -> bool + Copy,
) -> Option<Refusal> {
    of_running_job(places, jobs, is_one)
        .or_else(|| restored_from(jobs, is_one))
        .or_else(|| may_be_restored_from(jobs))
}

/// Every location that running jobs name: their checkpoints, and what they were restored from.
pub fn named_by(jobs: &[JobHistory]) -> Vec<String> {
    let histories = running(jobs).filter_map(|one| one.history.as_ref());
    let locations = histories.flat_map(|history| {
        let all = history.all().into_iter();
        let restored = history.restored.as_ref();
        let restored = restored.and_then(|restored| restored.location.clone());
        let checkpoints = all.filter_map(|snapshot| snapshot.location().map(str::to_owned));
        checkpoints.chain(restored).collect::<Vec<_>>()
    });
    locations.collect()
}

/// Where the newest checkpoints of running jobs lie, which tell whose files those use.
pub fn newest_checkpoints(jobs: &[JobHistory]) -> Vec<String> {
    running(jobs).filter_map(newest_checkpoint).collect()
}

fn newest_checkpoint(one: &JobHistory) -> Option<String> {
    let mut all = one.history.iter().flat_map(History::all);
    let newest =
        all.find(|snapshot| snapshot.kind == SnapshotKind::Checkpoint && snapshot.is_completed())?;
    newest.location().map(str::to_owned)
}

fn running(jobs: &[JobHistory]) -> impl Iterator<Item = &JobHistory> {
    jobs.iter().filter(|job| !job.job.status.is_ended())
}

/// Flink owns every checkpoint of a running job, and counts on it after a failure.
fn of_running_job(
    places: &[NormalLocation],
    jobs: &[JobHistory],
    is_one: impl Fn(&str) -> bool,
) -> Option<Refusal> {
    let owner = running(jobs).find(|one| {
        let id = one.job.id.to_string();
        let in_its_directory = places
            .iter()
            .any(|place| place.is_checkpoint() && place.parent_name() == Some(&id));
        let in_its_history = one.history.iter().flat_map(History::all).any(|snapshot| {
            snapshot.kind == SnapshotKind::Checkpoint && snapshot.location().is_some_and(&is_one)
        });
        in_its_directory || in_its_history
    })?;
    let (id, name) = (owner.job.id, &owner.job.name);
    Some(Refusal::new(format!(
        "it is a checkpoint of running job {id} ({name}), which Flink itself deletes or needs"
    )))
}

/// A running job may read files of what it was restored from.
fn restored_from(jobs: &[JobHistory], is_one: impl Fn(&str) -> bool) -> Option<Refusal> {
    running(jobs).find_map(|one| {
        let history = one.history.as_ref()?;
        let restored = history.restored.as_ref()?;
        let location = restored.location.as_deref()?;
        if !is_one(location) {
            return None;
        }
        let (id, name) = (one.job.id, &one.job.name);
        let own = history.all().into_iter().any(|snapshot| {
            snapshot.kind == SnapshotKind::Checkpoint && snapshot.is_completed() && snapshot.triggered > restored.restored
        });
        Some(Refusal {
            reason: format!("running job {id} ({name}) was restored from it"),
            force_is_safe: own.then(|| {
                "the job has completed a checkpoint of its own since, and depends on this no more if it was restored \
                 with claim mode NO_CLAIM (the default since 1.15): --force is safe then"
                    .to_owned()
            }),
        })
    })
}

/// After a failure a job is restored from its own checkpoint, and the cluster forgets what it was restored from before;
/// but that checkpoint still tells whose files it uses.
/// One answer for each place, in their order; each checkpoint is looked into once.
async fn used_by_checkpoints(
    places: &[NormalLocation],
    jobs: &[JobHistory],
    known: &impl KnownFiles,
) -> Vec<Option<Refusal>> {
    let mut refusals = vec![None; places.len()];
    for one in running(jobs) {
        let Some(newest) = newest_checkpoint(one) else {
            continue;
        };
        let used = known.places_used(&newest, places).await;
        for (refusal, uses) in refusals.iter_mut().zip(used) {
            if uses && refusal.is_none() {
                let (id, name) = (one.job.id, &one.job.name);
                *refusal = Some(Refusal::new(format!(
                    "the newest checkpoint of running job {id} ({name}) uses its files"
                )));
            }
        }
    }
    refusals
}

/// Whether a job has not got as far as to tell what it is restored from. It soon will, or fail.
pub fn is_starting(one: &JobHistory) -> bool {
    !one.job.status.is_ended() && one.history.is_none() && one.job.tasks.total == 0
}

/// A job that is starting does not tell yet what it is restored from.
fn may_be_restored_from(jobs: &[JobHistory]) -> Option<Refusal> {
    let starting = jobs.iter().find(|one| is_starting(one))?;
    let (id, name) = (starting.job.id, &starting.job.name);
    Some(Refusal::new(format!(
        "job {id} ({name}) is starting, and may be restored from it: wait until it runs"
    )))
}

/// Incremental checkpoints share files, and a disposal deletes them whoever else needs them.
async fn shares_files(
    place: &NormalLocation,
    jobs: &[JobHistory],
    known: &impl KnownFiles,
) -> Option<Refusal> {
    let by_history = remembered(jobs).into_iter().any(|one| {
        one.snapshot.kind == SnapshotKind::Checkpoint
            && NormalLocation::of(one.location).may_be(place)
    });
    if !by_history && !place.is_checkpoint() {
        let foreign = known.names_foreign_files(place).await;
        return foreign.then(|| {
            Refusal::new("its metadata names files outside its own directory, which a disposal would delete too".to_owned())
        });
    }
    let reason = match known.shared(place).await {
        SharedFiles::None => return None,
        SharedFiles::Some => "it is a checkpoint with shared files, which other snapshots may use",
        SharedFiles::Unknown => {
            "it is a checkpoint, and whether other snapshots use its files is not known: its metadata could not be read \
             from here"
        }
    };
    Some(Refusal::new(reason.to_owned()))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use jiff::Timestamp;

    use super::*;
    use crate::domain::job::{Job, JobStatus, TaskCounts};
    use crate::domain::snapshot::{Restored, Snapshot, SnapshotStatus};

    const ID: &str = "fd72014d4c864993a2e5a9287b4a9c5d";

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(ms).unwrap()
    }

    fn job(status: JobStatus, history: History) -> JobHistory {
        let job = Job {
            id: ID.parse().unwrap(),
            name: "orders".to_owned(),
            status,
            started: at(0),
            ended: None,
            duration_ms: 0,
            tasks: TaskCounts::default(),
        };
        JobHistory {
            job,
            history: Some(history),
        }
    }

    fn snapshot(kind: SnapshotKind, triggered: i64, location: &str) -> Snapshot {
        let status = SnapshotStatus::Completed {
            location: Some(location.to_owned()),
            discarded: false,
        };
        Snapshot {
            id: 1,
            kind,
            format: None,
            status,
            triggered: at(triggered),
            duration_ms: None,
            state_size: None,
            acknowledged: None,
        }
    }

    /// What is known of every snapshot alike.
    struct Known {
        shared: SharedFiles,
        foreign: bool,
        used: bool,
    }

    impl KnownFiles for Known {
        async fn shared(&self, _: &NormalLocation) -> SharedFiles {
            self.shared
        }

        async fn names_foreign_files(&self, _: &NormalLocation) -> bool {
            self.foreign
        }

        async fn places_used(&self, _: &str, places: &[NormalLocation]) -> Vec<bool> {
            vec![self.used; places.len()]
        }
    }

    /// The plan, of which nothing has to be waited for here.
    fn plan(locations: &[String], jobs: &[JobHistory], known: &Known) -> Vec<Item> {
        let planned = super::plan(locations, jobs, known);
        planned.now_or_never().unwrap()
    }

    fn refusal(location: &str, jobs: &[JobHistory], shared: SharedFiles) -> Option<Refusal> {
        let known = Known {
            shared,
            foreign: false,
            used: false,
        };
        plan(&[location.to_owned()], jobs, &known).remove(0).refusal
    }

    #[test]
    fn a_savepoint_that_nobody_uses_may_go() {
        let history = History {
            entries: vec![snapshot(SnapshotKind::Savepoint, 5, "file:/sp/savepoint-1")],
            ..History::default()
        };
        let jobs = [job(JobStatus::Running, history)];
        assert_eq!(
            refusal("/sp/savepoint-1/", &jobs, SharedFiles::Unknown),
            None
        );
    }

    #[test]
    fn what_a_job_counts_on_is_known_by_another_name_of_its_file_system() {
        let restored = Restored {
            id: 1,
            is_savepoint: true,
            location: Some("hdfs://nameservice/sp/savepoint-1".to_owned()),
            restored: at(10),
        };
        let history = History {
            restored: Some(restored),
            entries: vec![snapshot(
                SnapshotKind::Checkpoint,
                5,
                "hdfs://nameservice/cp/chk-7",
            )],
            ..History::default()
        };
        let jobs = [job(JobStatus::Running, history)];
        for location in [
            "hdfs://node1:8020/sp/savepoint-1",
            "hdfs:///sp/savepoint-1/_metadata",
            "webhdfs://node1:9870/sp/savepoint-1",
            "hdfs://node1:8020/cp/chk-7",
        ] {
            let refusal = refusal(location, &jobs, SharedFiles::None);
            assert!(refusal.is_some(), "{location}");
        }
        for other in [
            "hdfs://node1:8020/sp/savepoint-11",
            "s3://nameservice/sp/savepoint-1",
        ] {
            assert_eq!(refusal(other, &jobs, SharedFiles::None), None, "{other}");
        }
    }

    #[test]
    fn no_checkpoint_of_a_running_job_may_go_however_it_is_spelled_or_forgotten() {
        let history = History {
            entries: vec![snapshot(SnapshotKind::Checkpoint, 5, "file:/odd/place")],
            ..History::default()
        };
        let jobs = [job(JobStatus::Running, history)];
        for location in ["/odd/place", "file:///odd/place/_metadata"] {
            assert!(
                refusal(location, &jobs, SharedFiles::None).is_some(),
                "{location}"
            );
        }
        let forgotten = format!("s3://b/cp/{ID}/chk-3");
        assert!(refusal(&forgotten, &jobs, SharedFiles::None).is_some());
    }

    #[test]
    fn a_checkpoint_of_an_ended_job_may_go_only_when_it_shares_nothing() {
        let jobs = [job(JobStatus::Finished, History::default())];
        let location = format!("/cp/{ID}/chk-3");
        assert_eq!(refusal(&location, &jobs, SharedFiles::None), None);
        assert!(refusal(&location, &jobs, SharedFiles::Some).is_some());
        assert!(refusal(&location, &jobs, SharedFiles::Unknown).is_some());
    }

    #[test]
    fn what_a_running_job_was_restored_from_stays_and_force_is_called_safe_only_after_a_checkpoint_of_its_own()
     {
        let restored = Restored {
            id: 1,
            is_savepoint: true,
            location: Some("file:/sp/savepoint-1".to_owned()),
            restored: at(10),
        };
        let mut history = History {
            restored: Some(restored),
            ..History::default()
        };
        history.entries = vec![snapshot(SnapshotKind::Checkpoint, 9, "file:/cp/old")];
        let before = refusal(
            "/sp/savepoint-1",
            &[job(JobStatus::Running, history.clone())],
            SharedFiles::Unknown,
        );
        assert_eq!(before.unwrap().force_is_safe, None);
        history.entries = vec![snapshot(SnapshotKind::Checkpoint, 11, "file:/cp/new")];
        let after = refusal(
            "/sp/savepoint-1",
            &[job(JobStatus::Running, history.clone())],
            SharedFiles::Unknown,
        );
        assert!(after.unwrap().force_is_safe.is_some());
        let ended = refusal(
            "/sp/savepoint-1",
            &[job(JobStatus::Canceled, history)],
            SharedFiles::Unknown,
        );
        assert_eq!(ended, None);
    }

    #[test]
    fn while_a_job_is_starting_nothing_may_go() {
        let mut starting = job(
            JobStatus::Other("INITIALIZING".to_owned()),
            History::default(),
        );
        starting.history = None;
        assert!(refusal("/sp/savepoint-1", &[starting.clone()], SharedFiles::None).is_some());
        // a batch job has no statistics either, but tasks
        starting.job.tasks.total = 4;
        assert_eq!(
            refusal("/sp/savepoint-1", &[starting], SharedFiles::None),
            None
        );
    }

    #[test]
    fn what_the_newest_checkpoint_of_a_running_job_uses_stays() {
        let history = History {
            entries: vec![snapshot(SnapshotKind::Checkpoint, 5, "file:/cp/1")],
            ..History::default()
        };
        let known = Known {
            shared: SharedFiles::None,
            foreign: false,
            used: true,
        };
        let refused = |status| {
            plan(
                &["/sp/savepoint-1".to_owned()],
                &[job(status, history.clone())],
                &known,
            )
        };
        assert!(refused(JobStatus::Running)[0].refusal.is_some());
        assert_eq!(refused(JobStatus::Finished)[0].refusal, None);
    }

    #[test]
    fn a_copy_whose_files_lie_elsewhere_stays() {
        let known = Known {
            shared: SharedFiles::None,
            foreign: true,
            used: false,
        };
        let items = plan(&["/backup/orders-monday".to_owned()], &[], &known);
        assert!(items[0].refusal.is_some());
    }
}
