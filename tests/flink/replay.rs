//! The same requests to a real Flink and to the minicluster: status, content type and shape of every answer are the
//! same, and so is the reason of every refusal and failure.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use crate::OnItsOwn;
use crate::cluster::{Cluster, Version, until};
use crate::minicluster::{Answer, Mini, send, upload};

pub const TRIALS: &[OnItsOwn] = &[(
    "the_minicluster_answers_every_request_as_flink_does",
    replay,
)];

/// A job with two tasks, the second of parallelism 2, as that of the test job.
const PROGRAM: &str = r#"
[job]
name = "counter"
[[operator]]
type = "sequence"
name = "source"
uid = "source"
rate = 100
parallelism = 1
[[operator]]
type = "key-by"
key = "modulo"
value = 10
[[operator]]
type = "count"
name = "count"
uid = "count"
[[operator]]
type = "discard"
"#;

/// A job that neither knows.
const UNKNOWN: &str = "00000000000000000000000000000001";

/// What differs on purpose: the request, and why.
const ALLOWED: &[(&str, &str)] = &[
    (
        "POST /jobs ",
        "serialised job graphs are Java's; the minicluster takes programs",
    ),
    (
        "upload job.txt",
        "the refusal names what the minicluster does take",
    ),
    (
        "GET /taskmanagers",
        "the one process has no JVM whose memory could be told",
    ),
];

/// One of the two clusters, with what its answers have given so far.
struct Side {
    name: &'static str,
    url: String,
    /// Hidden in its messages.
    directories: Vec<String>,
    program: (&'static str, Vec<u8>),
    jar: String,
    job: String,
    savepoint: String,
    /// The id of the operation that was triggered last.
    request: String,
}

/// What is done on both sides.
enum Step {
    /// A request: method, path and JSON body, with `{job}`, `{jar}`, `{unknown}`, `{savepoint}` and
    /// `{request}` in it.
    Ask(&'static str, &'static str, Option<Value>),
    /// A request with a body that is no JSON value.
    Raw(&'static str, &'static str, &'static str),
    /// An upload of a file of this name.
    Upload(&'static str),
    /// A poll until the operation is over.
    Finish(&'static str),
    /// No request: waits until the job is in this state and as many of its tasks run.
    State(&'static str, u64),
    /// No request: waits for this many completed checkpoints.
    Checkpoints(u64),
    /// No request: the next steps are about this job.
    Job(&'static str),
}

use Step::{Ask, Checkpoints, Finish, Job, Raw, State, Upload};

fn get(path: &'static str) -> Step {
    Ask("GET", path, None)
}

fn post(path: &'static str, body: Value) -> Step {
    Ask("POST", path, Some(body))
}

/// A trigger id, told apart by one digit.
fn id(digit: char) -> String {
    digit.to_string().repeat(32)
}

fn replay() {
    let conf = ["web.refresh-interval=20", "restart-strategy.type=none"];
    let options: Vec<String> = conf
        .iter()
        .flat_map(|setting| ["--conf".to_owned(), (*setting).to_owned()])
        .collect();
    let cluster = Cluster::start(Version::NEWEST, "replay", &options, &[]);
    let jar: PathBuf = Cluster::test_job(Version::NEWEST);
    let mini = Mini::start("--dir mc -D state.backend.savepoints=filesystem");
    let side = |name, url: &str, directory: String, program| Side {
        name,
        url: url.to_owned(),
        directories: vec![directory],
        program,
        jar: String::new(),
        job: UNKNOWN.to_owned(),
        savepoint: String::new(),
        request: String::new(),
    };
    let directory = cluster.dir.display().to_string();
    let mut flink = side(
        "Flink",
        &cluster.url,
        directory,
        ("job.jar", fs::read(jar).unwrap()),
    );
    flink.directories.insert(
        0,
        format!("{}/tmp/jm-1/flink-web-upload", cluster.dir.display()),
    );
    let directory = mini.dir.path().display().to_string();
    let program = ("job.toml", PROGRAM.as_bytes().to_vec());
    let mut ours = side("the minicluster", &mini.url, directory, program);
    ours.directories
        .insert(0, "/minicluster/flink-web-upload".to_owned());

    let mut differences = Vec::new();
    let mut allowed = BTreeSet::new();
    let steps = [
        nobody(),
        bad_bodies(),
        jars(),
        a_life(),
        a_job_that_never_starts(),
    ];
    for step in steps.into_iter().flatten() {
        let (Some((label, theirs)), Some((_, mine))) = (flink.take(&step), ours.take(&step)) else {
            continue;
        };
        if theirs == mine {
            continue;
        }
        match ALLOWED
            .iter()
            .find(|(request, _)| label.starts_with(request))
        {
            Some((request, _)) => {
                allowed.insert(*request);
            }
            None => differences.push(format!(
                "{label}\n  Flink:           {theirs}\n  the minicluster: {mine}"
            )),
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let stale: Vec<_> = ALLOWED
        .iter()
        .filter(|(request, _)| !allowed.contains(request))
        .collect();
    assert!(stale.is_empty(), "no difference any more: {stale:?}");
}

/// Paths and jobs that nobody knows.
fn nobody() -> Vec<Step> {
    let mut steps: Vec<Step> = [
        "/nope",
        "/v2/jobs",
        "/jobs/",
        "//jobs",
        "/v1/jobs",
        "/jobs",
        "/jobs/overview",
        "/overview",
        "/config",
        "/taskmanagers",
        "/jobs/xyz",
        "/jobs/xyz/status",
        "/jobs/x%20y/plan",
        "/jobs/{unknown}",
        "/jobs/{unknown}/status",
        "/jobs/{unknown}/plan",
        "/jobs/{unknown}/config",
        "/jobs/{unknown}/exceptions",
        "/jobs/{unknown}/exceptions?maxExceptions=x",
        "/jobs/{unknown}/execution-result",
        "/jobs/{unknown}/accumulators",
        "/jobs/{unknown}/checkpoints",
        "/jobs/{unknown}/checkpoints/config",
        "/jobs/{unknown}/checkpoints/details/1",
        "/jobs/{unknown}/checkpoints/details/abc",
        "/jobs/{unknown}/checkpoints/zz",
        "/jobs/{unknown}/savepoints/zz",
        "/jobs/{unknown}/stop",
        "/jobs/{unknown}/yarn-cancel",
        "/jobs/{unknown}/savepoints/99999999999999999999999999999999",
        "/jobs/{unknown}/checkpoints/99999999999999999999999999999999",
        "/savepoint-disposal/99999999999999999999999999999999",
        "/savepoint-disposal/zz",
        "/jars",
        "/jars/nope",
        "/jars/nope/plan",
        "/jars/upload",
    ]
    .map(get)
    .into();
    for (method, path) in [
        ("DELETE", "/jobs"),
        ("OPTIONS", "/jobs"),
        ("PUT", "/jobs/{unknown}"),
        ("POST", "/jobs/{unknown}"),
        ("POST", "/nope"),
        ("PATCH", "/jobs/xyz"),
        ("PATCH", "/jobs/{unknown}"),
        ("PATCH", "/jobs/{unknown}?mode=cancel"),
        ("PATCH", "/jobs/{unknown}?mode=stop"),
        ("PATCH", "/jobs/{unknown}?mode=foo"),
        ("DELETE", "/jars/nope"),
    ] {
        steps.push(Ask(method, path, None));
    }
    steps
}

fn bad_bodies() -> Vec<Step> {
    let mut steps = vec![Raw("POST", "/jobs ", "{}")];
    for body in ["{", "[]", "null", "\"x\"", "7"] {
        steps.push(Raw("POST", "/jobs/{unknown}/savepoints", body));
    }
    for body in [
        json!({ "triggerId": "zz" }),
        json!({ "triggerId": "aa" }),
        json!({ "formatType": "canonical" }),
        json!({ "cancel-job": "maybe" }),
    ] {
        steps.push(post("/jobs/{unknown}/savepoints", body));
    }
    for body in [
        json!({ "drain": "x" }),
        json!({ "triggerId": "zz" }),
        json!({ "formatType": "x" }),
        json!([]),
    ] {
        steps.push(post("/jobs/{unknown}/stop", body));
    }
    for body in [
        json!({ "checkpointType": "X" }),
        json!({ "checkpointType": "INCREMENTAL" }),
        json!({ "triggerId": "zz" }),
    ] {
        steps.push(post("/jobs/{unknown}/checkpoints", body));
    }
    steps.push(post("/jobs/xyz/savepoints", json!({})));
    // accepted, and then a failure: of a job that nobody knows, in whatever words it was asked for
    for (digit, body) in [
        ('1', json!({})),
        (
            '2',
            json!({ "cancel-job": "true", "target-directory": 5, "unknown-field": [] }),
        ),
        ('3', json!({ "target-directory": "" })),
    ] {
        let mut body = body;
        body["triggerId"] = id(digit).into();
        steps.push(post("/jobs/{unknown}/savepoints", body));
    }
    steps.extend([
        Finish("/jobs/{unknown}/savepoints/11111111111111111111111111111111"),
        Finish("/jobs/{unknown}/savepoints/22222222222222222222222222222222"),
        Finish("/jobs/{unknown}/savepoints/33333333333333333333333333333333"),
        post("/jobs/{unknown}/stop", json!({ "triggerId": id('4') })),
        Finish("/jobs/{unknown}/savepoints/44444444444444444444444444444444"),
        post(
            "/jobs/{unknown}/checkpoints",
            json!({ "triggerId": id('5') }),
        ),
        Finish("/jobs/{unknown}/checkpoints/55555555555555555555555555555555"),
        post("/savepoint-disposal", json!({})),
        post("/savepoint-disposal", json!({ "savepoint-path": null })),
    ]);
    for path in ["", "/nope/x", "relative/x", "/"] {
        steps.push(post(
            "/savepoint-disposal",
            json!({ "savepoint-path": path }),
        ));
        steps.push(Finish("/savepoint-disposal/{request}"));
    }
    steps
}

fn jars() -> Vec<Step> {
    let mut steps = vec![
        Raw("POST", "/jars/upload", "{}"),
        Upload("job.txt"),
        Upload(""),
        Upload("{name}"),
        get("/jars"),
        get("/jars/{jar}/plan"),
        get("/jars/{jar}/plan?parallelism=3"),
        get("/jars/{jar}/plan?parallelism=x"),
        post("/jars/{jar}/plan", json!({ "parallelism": 2 })),
        post("/jars/nope/run", json!({})),
        Ask("POST", "/jars/{jar}/run?parallelism=x", None),
    ];
    for body in [
        json!({ "parallelism": "x" }),
        json!({ "parallelism": 0 }),
        json!({ "jobId": "zz" }),
        json!({ "claimMode": "claim" }),
        json!({ "flinkConfiguration": [] }),
        json!({ "allowNonRestoredState": "x" }),
        json!({ "programArgsList": "x" }),
        json!({ "entryClass": "Nope" }),
        json!({ "savepointPath": "/nope/x" }),
        json!({ "savepointPath": "/tmp" }),
    ] {
        steps.push(post("/jars/{jar}/run", body));
    }
    steps
}

fn a_life() -> Vec<Step> {
    let configuration = json!({ "execution.checkpointing.interval": "400 ms" });
    let run = json!({ "jobId": id('a'), "parallelism": 2, "flinkConfiguration": configuration });
    let again = json!({ "jobId": id('a') });
    let restored = json!({
        "jobId": id('b'), "savepointPath": "{savepoint}", "parallelism": 2, "claimMode": "NO_CLAIM",
        "allowNonRestoredState": true,
    });
    vec![
        post("/jars/{jar}/run", run),
        Job("a"),
        State("RUNNING", 3),
        Checkpoints(3),
        get("/jobs"),
        get("/jobs/{job}"),
        get("/jobs/{job}/status"),
        get("/jobs/{job}/plan"),
        get("/jobs/{job}/config"),
        get("/jobs/{job}/exceptions"),
        get("/jobs/{job}/accumulators"),
        get("/jobs/{job}/execution-result"),
        get("/jobs/{job}/checkpoints/config"),
        get("/jobs/{job}/checkpoints/details/2"),
        get("/jobs/{job}/checkpoints/details/99999"),
        post("/jars/{jar}/run", again),
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('1'), "formatType": "NATIVE" }),
        ),
        Finish("/jobs/{job}/savepoints/11111111111111111111111111111111"),
        // the same id again is the same savepoint, whatever else is asked for
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('1'), "target-directory": "/nope" }),
        ),
        Finish("/jobs/{job}/savepoints/11111111111111111111111111111111"),
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('2'), "target-directory": "" }),
        ),
        Finish("/jobs/{job}/savepoints/22222222222222222222222222222222"),
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('3'), "target-directory": "/proc/nope" }),
        ),
        Finish("/jobs/{job}/savepoints/33333333333333333333333333333333"),
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('4'), "target-directory": "s3://b/x" }),
        ),
        Finish("/jobs/{job}/savepoints/44444444444444444444444444444444"),
        post("/jobs/{job}/checkpoints", json!({ "triggerId": id('5') })),
        Finish("/jobs/{job}/checkpoints/55555555555555555555555555555555"),
        // ids of savepoints and of checkpoints are apart
        get("/jobs/{job}/savepoints/55555555555555555555555555555555"),
        get("/jobs/{job}/checkpoints"),
        post("/jobs/{job}/stop", json!({ "triggerId": id('6') })),
        Finish("/jobs/{job}/savepoints/66666666666666666666666666666666"),
        State("FINISHED", 0),
        get("/jobs/{job}"),
        get("/jobs/{job}/execution-result"),
        get("/jobs/{job}/checkpoints"),
        Ask("PATCH", "/jobs/{job}", None),
        post("/jobs/{job}/savepoints", json!({ "triggerId": id('7') })),
        Finish("/jobs/{job}/savepoints/77777777777777777777777777777777"),
        post("/jars/{jar}/run", restored),
        Job("b"),
        State("RUNNING", 3),
        get("/jobs/{job}/checkpoints"),
        get("/jobs/{job}/checkpoints/config"),
        get("/jobs/{job}/yarn-cancel"),
        State("CANCELED", 0),
        get("/jobs/{job}/yarn-cancel"),
        get("/jobs/{job}/execution-result"),
        get("/jobs/{job}"),
        get("/jobs/overview"),
        get("/overview"),
        post(
            "/savepoint-disposal",
            json!({ "savepoint-path": "{savepoint}" }),
        ),
        Finish("/savepoint-disposal/{request}"),
        post(
            "/savepoint-disposal",
            json!({ "savepoint-path": "{savepoint}" }),
        ),
        Finish("/savepoint-disposal/{request}"),
    ]
}

fn a_job_that_never_starts() -> Vec<Step> {
    let run = json!({ "jobId": id('e'), "savepointPath": "/nope/x" });
    let mut steps = vec![post("/jars/{jar}/run", run), Job("e"), State("FAILED", 0)];
    steps.extend(
        [
            "/jobs/{job}",
            "/jobs/{job}/status",
            "/jobs/{job}/plan",
            "/jobs/{job}/config",
            "/jobs/{job}/exceptions",
            "/jobs/{job}/execution-result",
            "/jobs/{job}/checkpoints",
            "/jobs/{job}/checkpoints/config",
            "/jobs/{job}/checkpoints/details/1",
        ]
        .map(get),
    );
    steps.extend([
        Ask("PATCH", "/jobs/{job}", None),
        Ask("DELETE", "/jars/{jar}", None),
        Ask("DELETE", "/jars/{jar}", None),
    ]);
    steps
}

impl Side {
    /// Takes a step; gives back what it was and what came of it, fit for comparison.
    fn take(&mut self, step: &Step) -> Option<(String, String)> {
        match step {
            Ask(method, path, body) => {
                let body = body
                    .as_ref()
                    .map(|body| self.filled(&body.to_string()))
                    .unwrap_or_default();
                let answer = self.send(method, path, &body);
                if let Some(id) = answer.json()["request-id"].as_str() {
                    self.request = id.to_owned();
                }
                Some((format!("{method} {path} {body}"), self.told(&answer)))
            }
            Raw(method, path, body) => {
                let answer = self.send(method, path.trim_end(), body);
                Some((format!("{method} {path} {body}"), self.told(&answer)))
            }
            Upload(name) => {
                let answer = upload(
                    &self.url,
                    &name.replace("{name}", self.program.0),
                    &self.program.1,
                );
                if let Some(file) = answer.json()["filename"].as_str() {
                    self.jar = file.rsplit('/').next().unwrap().to_owned();
                }
                Some((format!("upload {name}"), self.told(&answer)))
            }
            Finish(path) => {
                let answer = until(&format!("{}: {path} is over", self.name), || {
                    let answer = self.send("GET", path, "");
                    (answer.json()["status"]["id"] != "IN_PROGRESS").then_some(answer)
                });
                if let Some(location) = answer.json()["operation"]["location"].as_str() {
                    self.savepoint = location.to_owned();
                }
                Some((format!("GET {path}"), self.told(&answer)))
            }
            State(state, running) => {
                until(
                    &format!("{}: job {} is {state}", self.name, self.job),
                    || {
                        let overview = self.send("GET", "/jobs/overview", "").json();
                        let jobs = overview["jobs"].as_array()?.clone();
                        let own = jobs
                            .into_iter()
                            .find(|job| job["jid"] == self.job.as_str())?;
                        (own["state"] == *state && own["tasks"]["running"] == *running)
                            .then_some(())
                    },
                );
                // the views of a job are older than the overview
                until("the details are as new", || {
                    let details = self.send("GET", "/jobs/{job}", "").json();
                    (details["state"] == *state).then_some(())
                });
                None
            }
            Checkpoints(count) => {
                until("checkpoints complete", || {
                    let statistics = self.send("GET", "/jobs/{job}/checkpoints", "").json();
                    (statistics["counts"]["completed"].as_u64()? >= *count).then_some(())
                });
                None
            }
            Job(digit) => {
                self.job = digit.repeat(32);
                None
            }
        }
    }

    fn filled(&self, text: &str) -> String {
        text.replace("{job}", &self.job)
            .replace("{jar}", &self.jar)
            .replace("{unknown}", UNKNOWN)
            .replace("{savepoint}", &self.savepoint)
            .replace("{request}", &self.request)
    }

    fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        let path = self.filled(path);
        send(
            &self.url,
            method,
            &path,
            "application/json",
            body.as_bytes(),
        )
        .expect("an answer")
    }

    /// Status, content type and shape of an answer; of texts that tell a reason, the reason.
    fn told(&self, answer: &Answer) -> String {
        let kind = answer.header("content-type").unwrap_or_default();
        format!(
            "{} {kind} {}",
            answer.status,
            self.shape("", &answer.json())
        )
    }

    /// The same value with its kind in place of every value, and lists as the sets of their elements' shapes.
    fn shape(&self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(fields) => {
                let field = |(key, value): (&String, &Value)| {
                    let name = if is_id(key) { "ID" } else { key };
                    (name.to_owned(), self.shape(key, value))
                };
                Value::Object(fields.iter().map(field).collect::<Map<_, _>>())
            }
            Value::Array(elements) => {
                let shapes: BTreeSet<String> = elements
                    .iter()
                    .map(|element| self.shape(key, element).to_string())
                    .collect();
                Value::from(shapes.into_iter().collect::<Vec<_>>())
            }
            Value::String(text) if matches!(key, "errors" | "stack-trace" | "stacktrace") => {
                Value::from(self.reason(text))
            }
            // words that are the same everywhere
            Value::String(text)
                if matches!(key, "id" | "class" | "state" | "status" | "className")
                    && !is_id(text) =>
            {
                Value::from(self.masked(text))
            }
            Value::String(_) => Value::from("text"),
            Value::Number(number) if number.is_f64() => Value::from("float"),
            Value::Number(_) => Value::from("int"),
            Value::Bool(_) => Value::from("bool"),
            Value::Null => Value::Null,
        }
    }

    /// What a stack trace says first, and its root cause; what lies between wraps the one in the other.
    fn reason(&self, text: &str) -> String {
        let is_frame = |line: &str| {
            line.trim_start().starts_with("at ") || line.trim_start().starts_with("... ")
        };
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.is_empty() && !is_frame(line))
            .collect();
        let first = lines.first().copied().unwrap_or_default();
        let causes = lines
            .iter()
            .filter_map(|line| line.strip_prefix("Caused by: "));
        let root = match causes.last() {
            // the words of a JSON reader are its own
            Some(root) if root.contains(".jackson.") => "its JSON reader's",
            Some(root) => root,
            None => "",
        };
        let server = lines
            .get(1)
            .filter(|_| first.starts_with('<'))
            .copied()
            .unwrap_or_default();
        self.masked(&format!("{first}{server} | {root}"))
    }

    fn masked(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if !self.jar.is_empty() {
            text = text.replace(&self.jar, "JAR");
        }
        if !self.savepoint.is_empty() {
            text = text.replace(&self.savepoint, "SAVEPOINT");
        }
        for directory in &self.directories {
            text = text.replace(directory, "DIR");
        }
        text
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
