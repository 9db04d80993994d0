//! The same requests to a real Flink and to the minicluster: status, content type and shape of every answer are the
//! same, and so is the reason of every refusal and failure.

mod steps;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::OnItsOwn;
use crate::cluster::{Cluster, Version, until};
use crate::minicluster::{Answer, Mini, send, upload};
use steps::Step::{self, Ask, Checkpoints, Finish, Job, Raw, State, Upload};

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
        "GET /jobs/{job}/savepoints/33333333",
        "the system's own reason comes behind the directory that could not be made",
    ),
    (
        "GET /jobs/{job}/savepoints/44444444",
        "other file systems are plugins for Flink; the minicluster has none",
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
    for step in steps::all() {
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
            // the minicluster's savepoints are native, whatever is asked for
            Value::String(_) if key == "savepointFormat" => Value::from("text"),
            Value::String(text) if matches!(key, "class" | "className") || is_word(text) => {
                Value::from(text.clone())
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
        let mut causes = lines
            .iter()
            .filter_map(|line| line.strip_prefix("Caused by: "));
        let root = match causes.next_back() {
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

/// As `COMPLETED`.
fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

fn is_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
