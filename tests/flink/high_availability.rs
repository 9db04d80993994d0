//! Two JobManagers with ZooKeeper, and the leader killed while the tool waits. The tool asks the other one.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::Value;

use crate::cluster::{Cluster, Job, Keeper, Version, until};
use crate::tool::{Running, Said, Tool, on_disk};

/// A trial on the cluster with two JobManagers.
type OnPair = (&'static str, fn(&Pair));

pub const TRIALS: &[OnPair] = &[
    (
        "a_trigger_whose_leader_is_killed_claims_nothing_that_is_not_there",
        trigger,
    ),
    (
        "a_savepoint_that_the_killed_leader_finished_is_not_called_failed",
        finished,
    ),
    (
        "a_stop_whose_leader_is_killed_claims_nothing_and_the_job_runs_on",
        stop,
    ),
    ("a_restore_whose_leader_is_killed_finds_its_job", restore),
    (
        "a_restore_whose_leader_is_killed_before_the_job_is_there_starts_one_or_none",
        submission,
    ),
    (
        "a_disposal_whose_leader_is_killed_claims_only_what_is_gone",
        dispose,
    ),
];

/// How many slots the one TaskManager has.
const SLOTS: usize = 4;

fn script() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/zookeeper")
}

/// Whether ZooKeeper is installed.
pub fn is_possible() -> bool {
    let mut command = Command::new(script());
    command.arg("there").stdout(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Two JobManagers, started by the first trial, for one trial at a time.
#[derive(Default)]
pub struct Pair {
    cluster: OnceLock<Option<(Cluster, Keeper)>>,
    turn: Mutex<()>,
}

/// The two, for one trial alone.
struct Alone<'a> {
    cluster: &'a Cluster,
    _turn: MutexGuard<'a, ()>,
}

fn start() -> (Cluster, Keeper) {
    let dir =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("zookeeper-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    let path = dir.display().to_string();
    let keeper = Keeper::of(&script(), &dir);
    let mut command = Command::new(script());
    command
        .args(["start", "--dir", &path])
        .stderr(Stdio::inherit());
    let out = command.output().unwrap();
    assert!(out.status.success(), "ZooKeeper does not start");
    let quorum = String::from_utf8(out.stdout).unwrap().trim().to_owned();
    let mut options = vec!["--jobmanagers".to_owned(), "2".to_owned()];
    options.extend(["--slots".to_owned(), SLOTS.to_string()]);
    let settings = [
        "high-availability.type=zookeeper".to_owned(),
        format!("high-availability.zookeeper.quorum={quorum}"),
        format!("high-availability.storageDir=file://{path}/ha"),
        // so that a new leader is there soon
        "high-availability.zookeeper.client.session-timeout=2000".to_owned(),
    ];
    for setting in settings {
        options.extend(["--conf".to_owned(), setting]);
    }
    let cluster = Cluster::start(Version::NEWEST, "ha", &options, &[]);
    (cluster.with_job(), keeper)
}

impl Pair {
    fn alone(&self) -> Alone<'_> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let cluster = self
            .cluster
            .get_or_init(|| std::panic::catch_unwind(start).ok());
        let cluster = &cluster
            .as_ref()
            .expect("the cluster does not start, see above")
            .0;
        for name in ["jm-1", "jm-2"] {
            // one that an earlier trial has killed
            if !cluster.dir.join("pid").join(name).exists() {
                cluster.process("restart", name);
            }
        }
        for url in cluster.urls() {
            until("both answer", || {
                let overview = cluster.get_at(&url, "/overview");
                (overview["slots-total"] == SLOTS).then_some(())
            });
        }
        let alone = Alone {
            cluster,
            _turn: turn,
        };
        // what a trial that failed has left
        alone.cancel_all();
        alone
    }
}

impl Alone<'_> {
    /// The JobManager that leads, by its name and its number.
    fn leader(&self) -> (&'static str, usize) {
        let leads = |name: &str| {
            let log = fs::read_to_string(self.cluster.dir.join("log").join(format!("{name}.log")));
            let log = log.unwrap_or_default();
            let granted = log.rfind("granted leadership");
            // a killed one has had no time to say that it leads no more
            self.cluster.dir.join("pid").join(name).exists()
                && granted > log.rfind("revoked leadership")
        };
        let names = ["jm-1", "jm-2"];
        until("one leads", || {
            let number = names.iter().position(|name| leads(name))?;
            Some((names[number], number))
        })
    }

    /// The tool, pointed at the JobManager that does not lead.
    fn tool<const N: usize>(&self, arguments: [&str; N]) -> Tool {
        let (_, leader) = self.leader();
        let url = &self.cluster.urls()[1 - leader];
        self.cluster.tool(arguments).args(["-m", url])
    }

    fn kill_leader(&self) {
        self.cluster.process("kill", self.leader().0);
    }

    /// A request to the JobManager that is left.
    fn get(&self, path: &str) -> Value {
        self.cluster
            .get_at(&self.cluster.urls()[self.leader().1], path)
    }

    /// Waits until all tasks of a job run again under the new leader.
    fn until_runs(&self, id: &str) {
        until("the job runs again", || {
            let jobs = self.get("/jobs/overview");
            let job = jobs["jobs"]
                .as_array()?
                .iter()
                .find(|job| job["jid"] == id)?
                .clone();
            let runs =
                job["state"] == "RUNNING" && job["tasks"]["running"] == job["tasks"]["total"];
            runs.then_some(())
        });
    }

    /// The jobs that have not ended.
    fn running(&self) -> Vec<String> {
        let jobs = until("the jobs are listed", || {
            self.get("/jobs/overview")["jobs"].as_array().cloned()
        });
        let ended = |job: &Value| {
            ["FINISHED", "CANCELED", "FAILED"].contains(&job["state"].as_str().unwrap())
        };
        let running = jobs.iter().filter(|job| !ended(job));
        running
            .map(|job| job["jid"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Ends what still runs, through the JobManager that leads.
    fn cancel_all(&self) {
        until("every job is cancelled", || {
            let running = self.running();
            for id in &running {
                self.tool_of_leader(["cancel", id]).run();
            }
            running.is_empty().then_some(())
        });
    }

    fn tool_of_leader<const N: usize>(&self, arguments: [&str; N]) -> Tool {
        let url = &self.cluster.urls()[self.leader().1];
        self.cluster.tool(arguments).args(["-m", url])
    }

    /// Kills the leader while `running` waits, and sees what it says then.
    fn end_under_new_leader(&self, running: Running) -> Said {
        self.kill_leader();
        running.end()
    }
}

fn slow_job<'a>(pair: &Alone<'a>, millis: &str) -> Job<'a> {
    pair.cluster.job(&["--slow-snapshot", millis])
}

fn trigger(pair: &Pair) {
    let pair = pair.alone();
    let job = slow_job(&pair, "20000");
    let dir = pair.cluster.fresh_dir();
    let mut running = pair
        .tool(["trigger", &job.id, dir.to_str().unwrap()])
        .start();
    running.until_it_says("trigger id", 1);
    let said = pair.end_under_new_leader(running);
    said.fails(4, "does not know trigger id");
    pair.until_runs(&job.id);
    assert_eq!(pair.running(), [job.id.as_str()]);
    pair.cancel_all();
}

fn finished(pair: &Pair) {
    let pair = pair.alone();
    let job = slow_job(&pair, "0");
    let dir = pair.cluster.fresh_dir();
    let said = pair
        .tool(["trigger", &job.id, dir.to_str().unwrap(), "--detached"])
        .run();
    let line = said.exits(0).printed();
    until("the savepoint is there", || {
        let mut entries = fs::read_dir(&dir).ok()?;
        let path = entries.next()?.ok()?.path();
        on_disk(path.to_str().unwrap()).then_some(())
    });
    pair.kill_leader();
    until("the new leader answers", || answers(&pair).then_some(()));
    let mut tool = Tool::line(line, &pair.cluster.dir);
    tool.env("SAVEPOINTCTL_JOBMANAGER", &pair.cluster.urls()[0]);
    let said = tool.run();
    said.fails(4, "does not know trigger id");
    pair.cancel_all();
}

fn stop(pair: &Pair) {
    let pair = pair.alone();
    let job = slow_job(&pair, "20000");
    let mut running = pair.tool(["stop", &job.id]).start();
    running.until_it_says("trigger id", 1);
    job.wait_for_pending_stop();
    let said = pair.end_under_new_leader(running);
    said.fails(4, "does not know trigger id");
    pair.until_runs(&job.id);
    assert_eq!(pair.running(), [job.id.as_str()]);
    pair.cancel_all();
}

/// A savepoint to start from.
fn savepoint(pair: &Alone<'_>) -> String {
    let job = pair.cluster.job(&[]);
    pair.tool_of_leader(["stop", &job.id]).run().location()
}

fn restore(pair: &Pair) {
    let pair = pair.alone();
    let location = savepoint(&pair);
    // no slot is free, so its tasks wait
    let all = SLOTS.to_string();
    let other = pair.cluster.job(&["--parallelism", &all]);
    let jar = pair.cluster.own_jar();
    let mut running = pair
        .tool(["restore", &location, "--jar", &jar, "-v"])
        .start();
    let id = until("the new job is there", || {
        let mut running = pair.running();
        running.retain(|id| *id != other.id);
        running.pop()
    });
    running.until_it_says("/jobs/overview", 2);
    pair.kill_leader();
    until("the new leader answers", || answers(&pair).then_some(()));
    pair.tool_of_leader(["cancel", &other.id]).run();
    let said = running.end();
    assert_eq!(said.exits(0).stdout.trim(), id);
    assert_eq!(pair.running(), [id]);
    pair.cancel_all();
}

fn answers(pair: &Alone<'_>) -> bool {
    pair.get("/jobs/overview")["jobs"].is_array()
}

fn submission(pair: &Pair) {
    let pair = pair.alone();
    let location = savepoint(&pair);
    let jar = pair.cluster.own_jar();
    let restore = [
        "restore",
        &location,
        "--jar",
        &jar,
        "-v",
        "--no-preflight",
        "--",
        "--slow-main",
        "3000",
    ];
    let url = pair.cluster.urls()[1 - pair.leader().1].clone();
    let mut tool = pair.cluster.tool(restore);
    tool.env("SAVEPOINTCTL_JOBMANAGER", &url);
    let mut running = tool.start();
    running.until_it_says("/run", 1);
    let said = pair.end_under_new_leader(running);
    let running = pair.running();
    assert!(running.len() <= 1, "{running:?} after {said}");
    if said.stdout.is_empty() {
        said.exits(1);
        assert_eq!(running, [""; 0], "{said}");
    } else {
        assert_eq!(said.exits(0).stdout.trim(), running[0]);
    }
    pair.cancel_all();
}

fn dispose(pair: &Pair) {
    let pair = pair.alone();
    let location = savepoint(&pair);
    let source = location.strip_prefix("file:").unwrap();
    // copies, which are savepoints of their own: their files are named relatively
    let dir = pair.cluster.fresh_dir();
    let copies: Vec<String> = (0..40)
        .map(|number| {
            let copy = dir.join(format!("savepoint-{number}"));
            fs::create_dir_all(&copy).unwrap();
            for entry in fs::read_dir(source).unwrap() {
                let entry = entry.unwrap();
                fs::copy(entry.path(), copy.join(entry.file_name())).unwrap();
            }
            copy.display().to_string()
        })
        .collect();
    // the order under way is answered after `web.timeout` only, 10 minutes: the tool is told not to wait for that
    let dispose = ["dispose", "--yes", "-v", "--timeout", "10s"];
    let mut running = pair.tool(dispose).args(&copies).start();
    running.until_it_says("/savepoint-disposal", 5);
    let said = pair.end_under_new_leader(running);
    let claimed: Vec<&str> = said.stdout.lines().collect();
    if claimed.len() == copies.len() {
        said.exits(0);
    } else {
        said.exits(8).says("snapshots were not disposed of");
    }
    for copy in &copies {
        if claimed.contains(&copy.as_str()) {
            assert!(!Path::new(copy).exists(), "{copy} is there: {said}");
        } else {
            said.says(copy);
        }
    }
    assert!(on_disk(&location), "what was not named is gone: {said}");
}
