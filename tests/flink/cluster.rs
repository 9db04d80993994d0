//! A real Flink cluster: started by `tests/servers/flink`, ended with its value or with this process.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::tool::{Said, Tool};

/// How long anything may take that is not expected to take long; short enough to end a run that hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(20);

/// A version of Flink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u32, u32, u32);

impl Version {
    /// The versions that every promise is tried on.
    pub const TESTED: [Self; 4] = [
        Self(2, 3, 0),
        Self(1, 20, 5),
        Self(1, 16, 3),
        Self(1, 14, 6),
    ];
    /// The newest one.
    pub const NEWEST: Self = Self::TESTED[0];
    /// The oldest one.
    pub const OLDEST: Self = Self::TESTED[3];

    /// Whether the client may choose the trigger id, and the format of a savepoint.
    pub fn takes_trigger_ids(self) -> bool {
        self >= Self(1, 15, 0)
    }

    /// Whether checkpoints can be asked for.
    pub fn triggers_checkpoints(self) -> bool {
        self >= Self(1, 17, 0)
    }

    /// Whether a restore says who owns the snapshot from then on.
    pub fn has_claim_modes(self) -> bool {
        self.takes_trigger_ids()
    }

    /// Whether settings can be sent with a job.
    pub fn takes_job_settings(self) -> bool {
        self >= Self(1, 17, 0)
    }

    /// Whether the history tells the format of a savepoint.
    pub fn tells_formats(self) -> bool {
        self >= Self(1, 17, 0)
    }

    /// Settings under which the last three checkpoints are kept, and no state is too small for a file of its own.
    pub fn keep_three(self) -> [String; 2] {
        if self >= Self(2, 0, 0) {
            [
                "execution.checkpointing.num-retained=3".to_owned(),
                "execution.checkpointing.data-inline-threshold=0".to_owned(),
            ]
        } else {
            [
                "state.checkpoints.num-retained=3".to_owned(),
                "state.storage.fs.memory-threshold=0".to_owned(),
            ]
        }
    }

    /// How a batch job is refused: an old Flink does not say that it is one, only that some tasks do not run.
    pub fn refuses_batch_with(self) -> &'static str {
        if self >= Self(1, 17, 0) {
            "batch jobs take no snapshots"
        } else {
            "not all tasks of the job are running"
        }
    }

    /// The key that names the default savepoint directory, in this version's words.
    pub fn savepoint_dir_key(self) -> &'static str {
        if self >= Self(1, 20, 0) {
            "execution.checkpointing.savepoint-dir"
        } else {
            "state.savepoints.dir"
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// Waits until `look` finds something.
///
/// # Panics
/// When that takes longer than [`PATIENCE`].
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            started.elapsed() < PATIENCE,
            "waited in vain for this: {what}"
        );
        thread::sleep(LOOK);
    }
}

/// At most two clusters run at once: the machine is small.
static RUNNING: (Mutex<u32>, Condvar) = (Mutex::new(0), Condvar::new());

struct Permit;

impl Permit {
    fn acquire() -> Self {
        let (running, changed) = &RUNNING;
        let running = running.lock().unwrap();
        *changed
            .wait_while(running, |running| *running >= 2)
            .unwrap() += 1;
        Self
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        *RUNNING.0.lock().unwrap() -= 1;
        RUNNING.1.notify_one();
    }
}

/// Ends a cluster when it is dropped, and also when this process ends in whatever way: a shell waits for the end of
/// its standard input, which nobody but us holds open.
pub struct Keeper(Child);

impl Keeper {
    /// Ends what `script` has started in `dir`, by `script stop --dir DIR`, and removes the directory.
    pub fn of(script: &Path, dir: &Path) -> Self {
        use std::os::unix::process::CommandExt as _;
        let words = r#"cat; [ ! -e "$2/state" ] || "$1" stop --dir "$2"; [ -n "$SAVEPOINTCTL_TEST_KEEP" ] || rm -rf "$2""#;
        let mut command = Command::new("sh");
        command.args(["-c", words, "sh"]).arg(script).arg(dir);
        // a group of its own: a Ctrl-C that ends us must not end it
        command.stdin(Stdio::piped()).process_group(0);
        Self(command.spawn().unwrap())
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

fn script_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/flink")
}

/// A running cluster.
pub struct Cluster {
    pub version: Version,
    /// Its REST endpoint.
    pub url: String,
    /// Its files, and a place for those of the trials.
    pub dir: PathBuf,
    /// The uploaded test job.
    pub jar: String,
    /// The same on this machine.
    jar_file: PathBuf,
    /// Words for each curl call.
    curl_flags: Vec<String>,
    _keeper: Keeper,
    _permit: Permit,
}

impl Cluster {
    /// Starts a cluster. `name` tells it from the others of this run.
    ///
    /// # Panics
    /// When it does not start.
    pub fn start(version: Version, name: &str, options: &[String], curl_flags: &[&str]) -> Self {
        let permit = Permit::acquire();
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("flink-{}-{name}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let keeper = Keeper::of(&script_path(), &dir);
        let mut cluster = Self {
            version,
            url: String::new(),
            dir,
            jar: String::new(),
            jar_file: PathBuf::new(),
            curl_flags: curl_flags.iter().map(|&word| word.to_owned()).collect(),
            _keeper: keeper,
            _permit: permit,
        };
        let mut start = vec!["start".to_owned(), version.to_string()];
        start.extend(["--dir".to_owned(), cluster.dir.display().to_string()]);
        start.extend_from_slice(options);
        cluster.url = cluster.script(&start);
        cluster
    }

    /// The test job compiled for a version.
    ///
    /// # Panics
    /// When it does not compile.
    pub fn test_job(version: Version) -> PathBuf {
        let mut command = Command::new(script_path());
        command.args(["job", &version.to_string()]);
        let out = command.stderr(Stdio::inherit()).output().unwrap();
        assert!(out.status.success(), "the test job does not compile");
        PathBuf::from(String::from_utf8(out.stdout).unwrap().trim())
    }

    /// Uploads the test job, so that each trial only needs to run it.
    #[must_use]
    pub fn with_job(mut self) -> Self {
        self.jar_file = Self::test_job(self.version);
        let jar = self.jar_file.display();
        let form = format!("jarfile=@{jar};type=application/x-java-archive");
        let reply = self.curl("/jars/upload", &["-F", &form]);
        let name = reply["filename"].as_str().unwrap();
        self.jar = name.rsplit('/').next().unwrap().to_owned();
        self
    }

    /// Runs `tests/servers/flink` and gives back what it prints.
    fn script(&self, arguments: &[String]) -> String {
        let mut command = Command::new(script_path());
        command.args(arguments);
        command.env("FLINK_CURL_FLAGS", self.curl_flags.join(" "));
        let out = command.stderr(Stdio::inherit()).output().unwrap();
        assert!(
            out.status.success(),
            "tests/servers/flink {arguments:?} failed"
        );
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    /// `tests/servers/flink VERB` for one process: kill, restart, pause, resume.
    pub fn process(&self, verb: &str, name: &str) {
        let dir = self.dir.display().to_string();
        let words = [verb, "--dir", &dir, name];
        self.script(&words.map(str::to_owned));
    }

    fn curl(&self, path: &str, words: &[&str]) -> Value {
        self.curl_at(&self.url, path, words)
    }

    fn curl_at(&self, url: &str, path: &str, words: &[&str]) -> Value {
        let mut command = Command::new("curl");
        command.args(["-sS", "--noproxy", "*", "-k", "-m", "60"]);
        command.args(&self.curl_flags).args(words);
        let out = command.arg(format!("{url}{path}")).output().unwrap();
        serde_json::from_slice(&out.stdout).unwrap_or(Value::Null)
    }

    /// What REST says.
    pub fn get(&self, path: &str) -> Value {
        self.curl(path, &[])
    }

    /// What another of its REST endpoints says.
    pub fn get_at(&self, url: &str, path: &str) -> Value {
        self.curl_at(url, path, &[])
    }

    /// Sends a request with a JSON body.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let kind = "Content-Type: application/json";
        self.curl(path, &["-H", kind, "-d", &body])
    }

    /// The tool, pointed at this cluster.
    pub fn tool<const N: usize>(&self, arguments: [&str; N]) -> Tool {
        let mut tool = Tool::new(&self.dir);
        tool.env("SAVEPOINTCTL_JOBMANAGER", &self.url);
        tool.args(arguments)
    }

    /// Its REST endpoints, one for each JobManager: jm-1, jm-2, ...
    pub fn urls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.dir.join("urls")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The test job in a file that no other trial uploads: its path.
    pub fn own_jar(&self) -> String {
        let path = self.dir.join(format!("trial-{}.jar", number()));
        fs::copy(&self.jar_file, &path).unwrap();
        path.display().to_string()
    }

    /// The ids of the jars in the cluster that were uploaded from this file.
    pub fn uploads_of(&self, jar: &str) -> Vec<String> {
        let name = Path::new(jar).file_name().unwrap().to_str().unwrap();
        let listed = self.get("/jars");
        let files = listed["files"].as_array().unwrap();
        let own = files.iter().filter(|file| file["name"] == name);
        own.map(|file| file["id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// A job that the tool has started, to be cancelled with its value.
    pub fn started(&self, said: &Said) -> Job<'_> {
        let id = said.exits(0).stdout.trim().to_owned();
        assert_eq!(id.len(), 32, "no job id: {said}");
        self.job_of_id(&id)
    }

    /// A job with this id.
    pub fn job_of_id(&self, id: &str) -> Job<'_> {
        let mut job = Job {
            cluster: self,
            id: id.to_owned(),
            name: String::new(),
        };
        job.name = job.overview()["name"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        job
    }

    /// A directory that no other trial uses and that does not exist.
    pub fn fresh_dir(&self) -> PathBuf {
        self.dir.join(format!("trial-{}", number()))
    }

    /// Runs the test job under a name of its own and waits until all its tasks run.
    pub fn job(&self, arguments: &[&str]) -> Job<'_> {
        let job = self.submit(None, arguments);
        job.wait_until("all tasks run", |overview| {
            let tasks = &overview["tasks"];
            tasks["total"].as_u64() > Some(0) && tasks["running"] == tasks["total"]
        });
        job
    }

    /// As [`Self::job`], from a savepoint.
    pub fn job_from(&self, savepoint: &str, arguments: &[&str]) -> Job<'_> {
        let job = self.submit(Some(savepoint), arguments);
        job.wait_until("RUNNING", |overview| overview["state"] == "RUNNING");
        job
    }

    /// Runs the test job and does not wait.
    pub fn submit(&self, savepoint: Option<&str>, arguments: &[&str]) -> Job<'_> {
        let name = format!("job-{}", number());
        let mut words = vec!["--name", &name];
        words.extend_from_slice(arguments);
        let mut body = json!({ "programArgsList": words });
        if let Some(savepoint) = savepoint {
            body["savepointPath"] = savepoint.into();
        }
        let reply = self.post(&format!("/jars/{}/run", self.jar), &body);
        let id = reply["jobid"].as_str();
        let id = id.unwrap_or_else(|| panic!("the job does not run: {reply}"));
        let given = arguments.iter().position(|word| *word == "--name");
        Job {
            cluster: self,
            id: id.to_owned(),
            name: given.map_or(name.clone(), |at| arguments[at + 1].to_owned()),
        }
    }

    /// Every job that has not ended.
    pub fn running(&self) -> Vec<String> {
        let overview = self.get("/jobs/overview");
        let jobs = overview["jobs"].as_array().cloned().unwrap_or_default();
        let ended = |job: &Value| {
            ["FINISHED", "CANCELED", "FAILED"].contains(&job["state"].as_str().unwrap())
        };
        let running = jobs.iter().filter(|job| !ended(job));
        running
            .map(|job| job["jid"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn number() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A job of a trial, cancelled with its value.
pub struct Job<'a> {
    cluster: &'a Cluster,
    pub id: String,
    pub name: String,
}

impl Job<'_> {
    /// What REST says of it, afresh.
    pub fn overview(&self) -> Value {
        let overview = self.cluster.get("/jobs/overview");
        let jobs = overview["jobs"].as_array().cloned().unwrap_or_default();
        let own = jobs.into_iter().find(|job| job["jid"] == self.id.as_str());
        own.unwrap_or_default()
    }

    /// Its state, afresh.
    pub fn state(&self) -> String {
        self.overview()["state"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    /// Waits for a condition on what REST says of it.
    pub fn wait_until(&self, what: &str, holds: impl Fn(&Value) -> bool) {
        until(&format!("{}: {what}", self.name), || {
            holds(&self.overview()).then_some(())
        });
    }

    /// Waits for a snapshot in its statistics, which lag behind.
    pub fn snapshot(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        until(&format!("{}: {what} in its history", self.name), || {
            let statistics = self.cluster.get(&format!("/jobs/{}/checkpoints", self.id));
            let history = statistics["history"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            history.into_iter().find(|snapshot| wanted(snapshot))
        })
    }

    /// Waits until a stop is seen to be under way.
    pub fn wait_for_pending_stop(&self) {
        self.snapshot("a stop under way", |snapshot| {
            snapshot["checkpoint_type"] == "SYNC_SAVEPOINT" && snapshot["status"] == "IN_PROGRESS"
        });
    }

    /// Waits until all its tasks run after a failure, which the overview alone would not tell from before it.
    pub fn wait_for_restart(&self) {
        until(&format!("{}: all tasks run again", self.name), || {
            let details = self.cluster.get(&format!("/jobs/{}", self.id));
            let restarted = details["timestamps"]["RESTARTING"].as_i64()? > 0;
            let runs = details["state"] == "RUNNING"
                && details["vertices"]
                    .as_array()?
                    .iter()
                    .all(|vertex| vertex["status"] == "RUNNING");
            (restarted && runs).then_some(())
        });
    }

    /// Ends it, and waits until it has ended.
    pub fn cancel(&self) {
        self.cluster
            .curl(&format!("/jobs/{}", self.id), &["-X", "PATCH"]);
        self.wait_until("CANCELED", |overview| overview["state"] == "CANCELED");
    }
}

impl Drop for Job<'_> {
    fn drop(&mut self) {
        self.cluster
            .curl(&format!("/jobs/{}", self.id), &["-X", "PATCH", "-m", "5"]);
    }
}
