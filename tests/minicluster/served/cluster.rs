//! A minicluster for a test, the tool that talks to it, and plain requests.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take; short enough to end a run that hangs.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// The pause between two looks at a condition.
const LOOK: Duration = Duration::from_millis(10);

/// Waits until `look` finds something.
#[track_caller]
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

/// The tool in an empty environment, within `dir`.
pub fn command(dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_savepointctl"));
    command
        .env_clear()
        .env("HOME", dir)
        .current_dir(dir)
        .stdin(Stdio::null());
    command
}

/// A directory of a test's own, removed at the end.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("minicluster-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A process that serves; ended with its value.
pub struct Mini {
    child: Child,
    pub url: String,
    pub dir: Dir,
}

impl Mini {
    /// Starts one on a free port; `words` are split at blanks, and what stands between single quotes is one word.
    pub fn start(words: &str) -> Self {
        Self::start_in(Dir::new(), words)
    }

    /// Starts one in a directory that may hold files.
    pub fn start_in(dir: Dir, words: &str) -> Self {
        let log = fs::File::create(dir.path().join("stderr")).unwrap();
        let mut command = command(dir.path());
        command
            .args(["minicluster", "--port", "0", "--ready-file", "url"])
            .args(split(words))
            .stdout(fs::File::create(dir.path().join("stdout")).unwrap())
            .stderr(log);
        Self::of(command, dir)
    }

    /// Runs this command in `dir`, whose ready file is `url` and whose stderr goes to `stderr`.
    pub fn of(mut command: Command, dir: Dir) -> Self {
        let mut child = command.spawn().unwrap();
        let url = until("the ready file", || {
            if let Some(status) = child.try_wait().unwrap() {
                panic!(
                    "it ended with {status}: {}",
                    fs::read_to_string(dir.path().join("stderr")).unwrap()
                );
            }
            fs::read_to_string(dir.path().join("url")).ok()
        });
        let url = url.trim().to_owned();
        Self { child, url, dir }
    }

    /// What it has said on stderr so far.
    pub fn said(&self) -> String {
        fs::read_to_string(self.dir.path().join("stderr")).unwrap()
    }

    /// What it has printed so far.
    pub fn printed(&self) -> String {
        fs::read_to_string(self.dir.path().join("stdout")).unwrap()
    }

    /// Writes a file where it runs, and gives back its path.
    pub fn file(&self, name: &str, text: &str) -> String {
        let path = self.dir.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// Runs the tool on it.
    pub fn run(&self, words: &str) -> Ran {
        let mut command = command(self.dir.path());
        command.args(["-m", &self.url]).args(split(words));
        Ran::of(command)
    }

    /// Where it listens.
    pub fn authority(&self) -> &str {
        authority(&self.url)
    }

    /// Sends a request and gives back status and body; `Null` for a body that is no JSON.
    pub fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let answer = self.try_ask(method, path, body).expect("an answer");
        (answer.status, answer.json())
    }

    /// As [`Mini::ask`]; `None` where the connection ends without an answer.
    pub fn try_ask(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        let body = body.map(Value::to_string).unwrap_or_default();
        send(&self.url, method, path, "application/json", body.as_bytes())
    }

    /// A connection to it.
    pub fn connection(&self) -> TcpStream {
        connect(self.authority())
    }

    /// Sends bytes and reads the answer, if one comes.
    pub fn raw(&self, bytes: &[u8]) -> Option<Answer> {
        raw(self.authority(), bytes)
    }

    /// Uploads a program and gives back its id.
    #[track_caller]
    pub fn upload(&self, name: &str, program: &str) -> String {
        let answer = upload(&self.url, name, program.as_bytes());
        assert_eq!(answer.status, 200, "{}", answer.json());
        let file = answer.json()["filename"].as_str().unwrap().to_owned();
        file.rsplit('/').next().unwrap().to_owned()
    }

    /// Runs a program, waits until all its tasks run, and gives back the job's id.
    #[track_caller]
    pub fn job(&self, program: &str) -> String {
        let id = self.upload("program.toml", program);
        let (status, answer) = self.ask("POST", &format!("/jars/{id}/run"), None);
        assert_eq!(status, 200, "{answer}");
        let job = answer["jobid"].as_str().unwrap().to_owned();
        self.until_running(&job);
        job
    }

    /// Waits until all tasks of a job run.
    pub fn until_running(&self, job: &str) {
        until("all tasks run", || {
            let (_, overview) = self.ask("GET", "/jobs/overview", None);
            let jobs = overview["jobs"].as_array()?.clone();
            let tasks = &jobs.iter().find(|one| one["jid"] == job)?["tasks"];
            (tasks["running"] == tasks["total"]).then_some(())
        });
    }

    /// Waits until a job is in a state.
    pub fn until_state(&self, job: &str, state: &str) {
        until(&format!("job {job} is {state}"), || {
            let (_, status) = self.ask("GET", &format!("/jobs/{job}/status"), None);
            (status["status"] == state).then_some(())
        });
    }

    /// Sends it a signal.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill")
            .args([name, &self.child.id().to_string()])
            .status();
        assert!(status.unwrap().success());
    }

    /// Waits for its end.
    pub fn end(&mut self) -> i32 {
        let status = until("the end of the minicluster", || {
            self.child.try_wait().unwrap()
        });
        status.code().unwrap_or(-1)
    }
}

impl Drop for Mini {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Host and port of a URL.
pub fn authority(url: &str) -> &str {
    url.trim_start_matches("http://")
}

fn connect(authority: &str) -> TcpStream {
    let stream = TcpStream::connect(authority).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn raw(authority: &str, bytes: &[u8]) -> Option<Answer> {
    let mut stream = connect(authority);
    // a server that has answered already may not read all
    let _ = stream.write_all(bytes);
    Answer::read(&mut BufReader::new(stream))
}

/// Sends a request to any server; `None` where the connection ends without an answer.
pub fn send(url: &str, method: &str, path: &str, kind: &str, body: &[u8]) -> Option<Answer> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        authority(url),
        body.len()
    );
    raw(authority(url), &[head.as_bytes(), body].concat())
}

/// Sends one file in a form, as browsers and clients do.
pub fn upload(url: &str, name: &str, content: &[u8]) -> Answer {
    let head = format!(
        "--XX\r\nContent-Disposition: form-data; name=\"jarfile\"; filename=\"{name}\"\r\nContent-Type: \
         application/octet-stream\r\n\r\n"
    );
    let body = [head.as_bytes(), content, b"\r\n--XX--\r\n"].concat();
    let kind = "multipart/form-data; boundary=XX";
    send(url, "POST", "/v1/jars/upload", kind, &body).expect("an answer")
}

/// Words at blanks; what stands between single quotes is one.
fn split(words: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (i, part) in words.split('\'').enumerate() {
        if i % 2 == 1 {
            found.push(part.to_owned());
        } else {
            found.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    found
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// Reads one; `None` if the connection ends before it is whole.
    pub fn read(stream: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let status = line.split(' ').nth(1)?.parse().ok()?;
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.map_or(0, |(_, value)| value.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).ok()?;
        Some(Self {
            status,
            headers,
            body,
        })
    }

    /// The body; `Null` if it is no JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// All that came of a run of the tool.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The exit code, and what stderr must hold.
    #[track_caller]
    pub fn is(&self, code: i32, said: &[&str]) -> &Self {
        let holds = said.iter().all(|text| self.stderr.contains(text));
        assert!(
            self.code == code && holds,
            "expected exit {code} and {said:#?}, got {self:#?}"
        );
        self
    }

    /// The one line on stdout of a success.
    #[track_caller]
    pub fn line(&self) -> &str {
        assert_eq!(self.code, 0, "{self:#?}");
        let mut lines = self.stdout.lines();
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("no result: {self:#?}"));
        assert_eq!(lines.next(), None, "{self:#?}");
        line
    }

    /// The JSON on stdout of a success.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:#?}");
        serde_json::from_str(&self.stdout).unwrap_or_else(|err| panic!("{err}: {self:#?}"))
    }
}
