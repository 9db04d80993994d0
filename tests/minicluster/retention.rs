//! Which files there are: after each step of a random history exactly those that something still needs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use savepointctl::domain::claim_mode::ClaimMode;
use savepointctl::domain::ids::JobId;
use savepointctl::metadata;
use savepointctl::metadata::location::{Resolved, resolve};
use savepointctl::minicluster::coordinator::{
    Backend, CheckpointStatus, Cluster, Fault, Faults, JobStatus, Outcome, Restore, Retention,
    SavepointRequest, Settings, SnapshotPoint,
};

use crate::dice::{Dice, Seed, seeds};
use crate::harness::*;

type Files = BTreeSet<PathBuf>;

/// Fails the next snapshot, if told to.
#[derive(Default)]
struct FailNext(AtomicBool);

impl Faults for FailNext {
    fn at_snapshot(&self, _: &SnapshotPoint) -> Fault {
        match self.0.swap(false, Ordering::Relaxed) {
            true => Fault::Fail("as it was told".to_owned()),
            false => Fault::None,
        }
    }
}

/// What there is, as it should be.
struct History {
    dice: Dice,
    directory: Directory,
    faults: Arc<FailNext>,
    cluster: Cluster,
    /// Each savepoint with the files of its state; its metadata is one more, unless it is on the heap.
    savepoints: BTreeMap<String, Files>,
    /// Each running job with the files that it needs.
    jobs: BTreeMap<JobId, Needs>,
}

/// The files that a running job needs.
#[derive(Default)]
struct Needs {
    /// Of its latest checkpoint, or the snapshot that it claimed.
    checkpoint: Files,
    /// Of a later savepoint, or the snapshot that it began with.
    savepoint: Files,
}

#[test]
fn files_are_there_as_long_as_something_needs_them_and_no_longer() {
    for seed in seeds(8) {
        let _seed = Seed::new(seed);
        let mut history = History::new(seed);
        for step in 0..30 {
            let what = history.step();
            history.check(&format!("step {step}, {what}"));
        }
        history.end();
    }
}

fn start(directory: &Directory, faults: &Arc<FailNext>, on_heap: bool) -> Cluster {
    let settings = settings(directory);
    Cluster::start(Settings {
        savepoints: match on_heap {
            true => Backend::Jobmanager,
            false => settings.savepoints,
        },
        faults: faults.clone(),
        ..settings
    })
    .unwrap()
}

impl History {
    fn new(seed: u64) -> Self {
        let directory = Directory::new();
        let faults = Arc::new(FailNext::default());
        Self {
            dice: Dice::new(seed),
            cluster: start(&directory, &faults, false),
            directory,
            faults,
            savepoints: BTreeMap::new(),
            jobs: BTreeMap::new(),
        }
    }

    fn step(&mut self) -> String {
        if self.jobs.is_empty() {
            return self.begin();
        }
        let job = self.some_job();
        match self.dice.below(14) {
            0 if self.jobs.len() < 3 => self.begin(),
            1 => self.cancel(job),
            2 => self.another_cluster(),
            3 => self.fail(job),
            4..=6 => self.checkpoint(job),
            7..=9 => self.savepoint(job),
            _ => self.dispose(),
        }
    }

    fn some_job(&mut self) -> JobId {
        let jobs: Vec<JobId> = self.jobs.keys().copied().collect();
        self.dice.one_of(&jobs)
    }

    fn some_savepoint(&mut self) -> Option<String> {
        let count = self.savepoints.len() as u64;
        let chosen = usize::try_from(self.dice.below(count.max(1))).unwrap();
        self.savepoints.keys().nth(chosen).cloned()
    }

    /// A job, from a savepoint if there is one.
    fn begin(&mut self) -> String {
        let parallelism = self.dice.one_of(&[1, 2, 3]);
        let program = counter(1_000_000, Some(2_000)).replace("\"file\"", "\"discard\"");
        let program = program.replace("path = \"counts\"\nuid = \"sink\"\n", "");
        let graph = graph(&program, &self.directory, parallelism);
        let claim_mode =
            self.dice
                .one_of(&[ClaimMode::NoClaim, ClaimMode::NoClaim, ClaimMode::Claim]);
        let Some(from) = self.some_savepoint() else {
            let job = submit(&self.cluster, graph);
            self.jobs.insert(job, Needs::default());
            wait_for_tasks(&self.cluster, job);
            return format!("{job} begins");
        };
        let job = job_id();
        let restore = Restore {
            claim_mode,
            ..restore(&from)
        };
        self.cluster.submit(job, graph, Some(restore)).unwrap();
        let mut files = self.savepoints[&from].clone();
        let mut needs = Needs::default();
        if claim_mode == ClaimMode::Claim {
            files.extend(metadata_file(&from));
            self.savepoints.remove(&from);
            needs.checkpoint = files;
        } else {
            needs.savepoint = files;
        }
        self.jobs.insert(job, needs);
        wait_for_tasks(&self.cluster, job);
        format!("{job} begins from {from}, {claim_mode}")
    }

    fn cancel(&mut self, job: JobId) -> String {
        self.cluster.cancel(job).unwrap();
        wait_for_status(&self.cluster, job, JobStatus::Canceled);
        self.jobs.remove(&job);
        format!("{job} is cancelled")
    }

    /// What is on the heap is gone; the new cluster knows nothing of the savepoints of the old one.
    fn another_cluster(&mut self) -> String {
        self.cluster.shutdown();
        let on_heap = self.dice.below(2) == 0;
        self.cluster = start(&self.directory, &self.faults, on_heap);
        self.jobs.clear();
        self.savepoints
            .retain(|location, _| location.starts_with("file:"));
        format!("another cluster, savepoints on its heap: {on_heap}")
    }

    fn fail(&mut self, job: JobId) -> String {
        self.faults.0.store(true, Ordering::Relaxed);
        let outcome = savepoint_outcome(&self.cluster, job, SavepointRequest::default());
        assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
        // other subtasks may still be writing
        let before = self.needed();
        wait_until("what failed is gone", || self.found() == before);
        format!("a savepoint of {job} fails")
    }

    fn checkpoint(&mut self, job: JobId) -> String {
        let id = checkpoint(&self.cluster, job);
        let latest = self
            .cluster
            .statistics(job)
            .unwrap()
            .latest_completed
            .unwrap();
        assert_eq!(latest.id, id);
        let CheckpointStatus::Completed { external_path, .. } = latest.status else {
            panic!("{latest:?}");
        };
        let mut files = self.state_files(&external_path);
        files.extend(metadata_file(&external_path));
        let needs = Needs {
            checkpoint: files,
            savepoint: Files::new(),
        };
        self.jobs.insert(job, needs);
        format!("checkpoint {id} of {job}")
    }

    fn savepoint(&mut self, job: JobId) -> String {
        let location = savepoint(&self.cluster, job);
        let files = self.state_files(&location);
        assert!(!files.is_empty());
        self.jobs.get_mut(&job).unwrap().savepoint = files.clone();
        self.savepoints.insert(location.clone(), files);
        format!("savepoint {location} of {job}")
    }

    fn dispose(&mut self) -> String {
        let Some(location) = self.some_savepoint() else {
            return "nothing to dispose of".to_owned();
        };
        assert_eq!(dispose(&self.cluster, &location), Outcome::Disposed);
        self.savepoints.remove(&location);
        format!("disposal of {location}")
    }

    /// The files that a snapshot refers to, as its metadata says.
    fn state_files(&self, location: &str) -> Files {
        let (bytes, directory) = match location.strip_prefix("file:") {
            None => (self.cluster.savepoint_bytes(location).unwrap(), ""),
            Some(directory) => (
                fs::read(Path::new(directory).join("_metadata")).unwrap(),
                directory,
            ),
        };
        let metadata = metadata::read(&bytes).unwrap();
        let mut files = Files::new();
        metadata.parts(&mut |part| match resolve(&part.storage, directory) {
            Resolved::At(at) => {
                files.insert(PathBuf::from(at.strip_prefix("file:").unwrap_or(&at)));
            }
            other => panic!("{other:?}"),
        });
        files
    }

    /// All files that something needs.
    fn needed(&self) -> Files {
        let mut needed: Files = self
            .savepoints
            .keys()
            .filter_map(|it| metadata_file(it))
            .collect();
        needed.extend(self.savepoints.values().flatten().cloned());
        let of_jobs = self.jobs.values();
        let of_jobs = of_jobs.flat_map(|it| it.checkpoint.iter().chain(&it.savepoint));
        needed.extend(of_jobs.cloned());
        needed
    }

    fn found(&self) -> Files {
        let files = self.directory.files().into_iter();
        files.map(|file| self.directory.path().join(file)).collect()
    }

    fn check(&self, what: &str) {
        let (needed, found) = (self.needed(), self.found());
        let missing: Vec<_> = needed.difference(&found).collect();
        let left: Vec<_> = found.difference(&needed).collect();
        assert!(
            missing.is_empty() && left.is_empty(),
            "{what}: missing {missing:#?}, left over {left:#?}"
        );
    }

    fn end(mut self) {
        for location in self.savepoints.keys() {
            assert_eq!(dispose(&self.cluster, location), Outcome::Disposed);
        }
        self.savepoints.clear();
        self.check("all disposed of");
        self.cluster.shutdown();
        self.jobs.clear();
        self.check("the end");
        for directory in [self.directory.checkpoints(), self.directory.savepoints()] {
            let left: Vec<_> = fs::read_dir(directory).unwrap().collect();
            assert!(left.is_empty(), "directories are left: {left:?}");
        }
    }
}

fn metadata_file(location: &str) -> Option<PathBuf> {
    Some(Path::new(location.strip_prefix("file:")?).join("_metadata"))
}

#[test]
fn a_job_id_that_was_used_before_leaves_the_snapshots_of_then_alone() {
    let directory = Directory::new();
    let faults = Arc::new(FailNext::default());
    let program = counter(1_000_000, Some(2_000));
    let begin = |job: JobId| {
        let cluster = start(&directory, &faults, false);
        let graph = graph(&program, &directory, 2);
        cluster.submit(job, graph, None).unwrap();
        wait_for_records(&cluster, job, 100);
        cluster
    };
    let job = job_id();
    let cluster = begin(job);
    let kept = savepoint(&cluster, job);
    cluster.shutdown();
    let of_savepoint = |file: &String| file.starts_with("savepoints") || file.contains("chk-");
    let files = || -> Vec<_> { directory.files().into_iter().filter(of_savepoint).collect() };
    let before = files();

    let cluster = begin(job);
    faults.0.store(true, Ordering::Relaxed);
    let outcome = savepoint_outcome(&cluster, job, SavepointRequest::default());
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    let id = checkpoint(&cluster, job);
    assert!(id > 2, "{id}");
    cluster.shutdown();
    assert_eq!(files(), before);

    let cluster = start(&directory, &faults, false);
    let job = resume(&cluster, graph(&program, &directory, 2), &kept);
    wait_for_tasks(&cluster, job);
    cluster.shutdown();
}

#[test]
fn a_job_retains_its_checkpoint_though_a_later_savepoint_is_disposed_of() {
    let directory = Directory::new();
    let retaining = Settings {
        retention: Retention::RetainOnCancellation,
        ..settings(&directory)
    };
    let cluster = Cluster::start(retaining).unwrap();
    let program = counter(1_000_000, Some(2_000));
    let job = submit(&cluster, graph(&program, &directory, 2));
    wait_for_records(&cluster, job, 100);
    let id = checkpoint(&cluster, job);
    let later = savepoint(&cluster, job);
    assert_eq!(dispose(&cluster, &later), Outcome::Disposed);
    cluster.cancel(job).unwrap();
    wait_for_status(&cluster, job, JobStatus::Canceled);
    let retained = directory.checkpoints().join(format!("{job}/chk-{id}"));
    let job = resume(
        &cluster,
        graph(&program, &directory, 1),
        retained.to_str().unwrap(),
    );
    wait_for_tasks(&cluster, job);
    cluster.shutdown();
}

#[test]
fn a_disposal_by_another_spelling_leaves_what_a_job_needs_and_nothing_for_ever() {
    let directory = Directory::new();
    let link = directory.path().join("link");
    let real = directory.path().join("real");
    fs::create_dir(&real).unwrap();
    std::os::unix::fs::symlink(&real, &link).unwrap();
    let program = counter(1_000_000, Some(2_000));
    let through = Settings {
        checkpoints: Backend::Filesystem(link.join("checkpoints")),
        savepoints: Backend::Filesystem(real.join("../link/savepoints")),
        ..settings(&directory)
    };
    let cluster = Cluster::start(through).unwrap();
    let job = submit(&cluster, graph(&program, &directory, 2));
    wait_for_records(&cluster, job, 100);
    let request = |target: &Path| SavepointRequest {
        target: Some(target.to_str().unwrap().to_owned()),
        ..SavepointRequest::default()
    };
    let by_default = savepoint(&cluster, job);
    let linked = location(savepoint_outcome(&cluster, job, request(&link.join("own"))));
    for made in [by_default, linked] {
        let made = Path::new(made.strip_prefix("file:").unwrap());
        let below = made.strip_prefix(fs::canonicalize(&real).unwrap()).unwrap();
        let from = fs::canonicalize(&real).unwrap().join(below);
        let from = resume(
            &cluster,
            graph(&program, &directory, 1),
            from.to_str().unwrap(),
        );
        wait_for_tasks(&cluster, from);
        let state = || -> Vec<_> {
            let files = directory.files().into_iter();
            files
                .filter(|file| file.contains("real/") && file.contains("chk-"))
                .collect()
        };
        let needed = state();
        let again = link.join("detour/..").join(below);
        assert_eq!(
            dispose(&cluster, again.to_str().unwrap()),
            Outcome::Disposed
        );
        assert_eq!(state(), needed);
        // the job starts again from it
        cluster.cancel(from).unwrap();
        wait_for_status(&cluster, from, JobStatus::Canceled);
    }
    cluster.shutdown();
    let left: Vec<_> = directory
        .files()
        .into_iter()
        .filter(|it| it.contains("real/"))
        .collect();
    assert_eq!(left, [""; 0]);
}
