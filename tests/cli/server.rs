//! A pretend Flink on loopback with a script for each test.
//!
//! What a test does not script and a healthy cluster always answers (`/overview`, `/config`, `/jobs/overview`,
//! the jobs' status and statistics) is answered from a small model. Any other request fails the test, as does a scripted answer that
//! nobody asked for, and a handler that panics. Every request is recorded with its body.

use std::collections::{HashMap, VecDeque};
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use super::answers;

/// How long a condition may take before the test is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long statistics are stale at most, unless a test says otherwise.
pub const REFRESH_MS: u64 = 100;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Below `/v1`, with the query.
    pub path: String,
    /// Before `/v1`.
    pub prefix: String,
    /// The authority of a request in absolute form, as proxies get it.
    pub authority: Option<String>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// `Null` without a body, and of a body that is no JSON by its type.
    pub body: Value,
    /// The body as it came.
    pub raw: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// The trigger id that the body carries.
    pub fn trigger_id(&self) -> Option<&str> {
        self.body.get("triggerId").and_then(Value::as_str)
    }
}

/// What the server does with a request.
#[derive(Clone)]
pub enum Answer {
    /// A whole answer.
    Json(u16, String),
    /// A whole answer of another kind: status, header lines, body.
    Page(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// These bytes, then the end of the connection.
    Raw(Vec<u8>),
    /// Whatever comes of the request, the connection ends before the first byte of an answer.
    Dropped,
    /// The answer's status and headers, then the end of the connection.
    DroppedAfterHeaders(Box<Answer>),
    /// Half of the answer's body, then the end of the connection.
    DroppedInBody(Box<Answer>),
    /// Half of the body under its own length, so that only the JSON tells that it is cut.
    Cut(Box<Answer>),
    /// The answer, once the gate is open.
    After(Gate, Box<Answer>),
    /// Whatever this makes of the request.
    By(Arc<dyn Fn(&Request) -> Answer + Send + Sync>),
}

impl Answer {
    pub fn ok(body: Value) -> Self {
        Self::Json(200, body.to_string())
    }

    pub fn json(status: u16, body: Value) -> Self {
        Self::Json(status, body.to_string())
    }

    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self::Json(status, body.into())
    }

    pub fn html(status: u16) -> Self {
        let page = "<!DOCTYPE html><html><title>Gateway</title><p>please log in</html>";
        Self::Page(
            status,
            vec![("content-type", "text/html".to_owned())],
            page.into(),
        )
    }

    pub fn redirect(location: &str) -> Self {
        Self::Page(302, vec![("location", location.to_owned())], Vec::new())
    }

    pub fn leader_election() -> Self {
        let text =
            "Service temporarily unavailable due to an ongoing leader election. Please refresh.";
        Self::json(503, json!({"errors": [text]}))
    }

    pub fn by(make: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::By(Arc::new(make))
    }
}

/// Closed until it is opened, for good.
#[derive(Clone, Default)]
pub struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let open = self.0.0.lock().unwrap();
        let _ = self
            .0
            .1
            .wait_timeout_while(open, PATIENCE, |open| !*open)
            .unwrap();
    }
}

/// A job of the model.
#[derive(Clone)]
pub struct Job {
    pub id: String,
    pub name: String,
    pub status: String,
    /// Total, running, finished.
    pub tasks: (u64, u64, u64),
}

#[derive(Default)]
struct State {
    version: String,
    prefix: String,
    jobs: Vec<Job>,
    histories: HashMap<String, Value>,
    exceptions: Option<Answer>,
    all: Option<Answer>,
    scripts: HashMap<String, VecDeque<Answer>>,
    always: HashMap<String, Answer>,
    dropped_accepts: usize,
    dropped_lines: usize,
    close_each: bool,
    requests: Vec<Request>,
    wrong: Vec<String>,
    ended: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

/// The running server. Dropping it ends it and checks that all went as scripted.
pub struct Flink {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared>,
}

trait Stream: Read + Write + Send {}
impl<T: Read + Write + Send> Stream for T {}

impl Flink {
    pub fn start(version: &str) -> Self {
        Self::serve(version, "127.0.0.1:0", None)
    }

    pub fn start_tls(version: &str, config: ServerConfig) -> Self {
        Self::serve(version, "127.0.0.1:0", Some(Arc::new(config)))
    }

    /// A server at an address that was free a moment ago.
    pub fn start_at(version: &str, address: SocketAddr) -> Self {
        Self::serve(version, &address.to_string(), None)
    }

    fn serve(version: &str, address: &str, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared::default());
        shared.state.lock().unwrap().version = version.to_owned();
        let flink = Self {
            address,
            scheme: if tls.is_some() { "https" } else { "http" },
            shared: shared.clone(),
        };
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.state.lock().unwrap().ended {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (shared, tls) = (shared.clone(), tls.clone());
                std::thread::spawn(move || shared.connection(stream, tls));
            }
        });
        flink
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state.lock().unwrap()
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Adds a running job.
    pub fn job(&self, name: &str) -> Job {
        let mut state = self.state();
        let number = state.jobs.len() + 1;
        let job = Job {
            id: format!(
                "{:02x}fd72014d4c864993a2e5a9287b4{number:03x}",
                0xa0 + number
            ),
            name: name.to_owned(),
            status: "RUNNING".to_owned(),
            tasks: (4, 4, 0),
        };
        state.jobs.push(job.clone());
        job
    }

    /// Puts a job into another state, and gives back the job as it is now.
    pub fn set_status(&self, job: &Job, status: &str) {
        let mut state = self.state();
        let found = state.jobs.iter_mut().find(|other| other.id == job.id);
        found.unwrap().status = status.to_owned();
    }

    pub fn set_tasks(&self, job: &Job, tasks: (u64, u64, u64)) {
        let mut state = self.state();
        let found = state.jobs.iter_mut().find(|other| other.id == job.id);
        found.unwrap().tasks = tasks;
    }

    /// Takes a job off every list.
    pub fn forget(&self, job: &Job) {
        self.state().jobs.retain(|other| other.id != job.id);
    }

    /// What `/jobs/:id/checkpoints` answers from now on: entries, newest first.
    pub fn set_history(&self, job: &Job, entries: Vec<Value>) {
        self.set_statistics(&job.id, answers::history(entries));
    }

    /// Answers every request by this, once nothing else is scripted for it.
    pub fn set_all(&self, answer: Answer) {
        self.state().all = Some(answer);
    }

    /// What `/jobs/:id/exceptions` answers of every job.
    pub fn set_exceptions(&self, exceptions: Answer) {
        self.state().exceptions = Some(exceptions);
    }

    pub fn set_statistics(&self, job: &str, statistics: Value) {
        self.state().histories.insert(job.to_owned(), statistics);
    }

    /// Answers this request, in this order, once each; every answer must be asked for.
    pub fn on(&self, line: &str, answers: impl IntoIterator<Item = Answer>) {
        let mut state = self.state();
        state
            .scripts
            .entry(line.to_owned())
            .or_default()
            .extend(answers);
    }

    /// Answers this request, once nothing is scripted (any more), as often as it comes.
    pub fn always(&self, line: &str, answer: Answer) {
        self.state().always.insert(line.to_owned(), answer);
    }

    /// Takes a savepoint, stop or checkpoint as Flink does: the answer names the body's trigger id.
    pub fn accept_triggers(&self, line: &str, times: usize) {
        self.on(line, vec![Answer::by(answers::triggered); times]);
    }

    /// Takes a submission as Flink does, when it is called: a job under the body's id, once. The job is as `make` says.
    pub fn submitter(
        &self,
        make: impl Fn(&Request) -> (Job, Value) + Send + Sync + 'static,
    ) -> impl Fn(&Request) -> Answer + Send + Sync + 'static {
        let shared = self.shared.clone();
        move |request| {
            let (job, history) = make(request);
            let mut state = shared.state.lock().unwrap();
            if state.jobs.iter().any(|other| other.id == job.id) {
                return answers::submitted_before(&state.version);
            }
            let answer = Answer::ok(json!({ "jobid": job.id }));
            state.histories.insert(job.id.clone(), history);
            state.jobs.push(job);
            answer
        }
    }

    /// Answers polls of whatever trigger id below this path (`/jobs/:id/savepoints`).
    pub fn polls(&self, below: &str, answers: impl IntoIterator<Item = Answer>) {
        self.on(&format!("GET {below}/*"), answers);
    }

    pub fn always_polls(&self, below: &str, answer: Answer) {
        self.always(&format!("GET {below}/*"), answer);
    }

    /// Serves below this path, as behind a proxy.
    pub fn set_prefix(&self, prefix: &str) {
        self.state().prefix = prefix.to_owned();
    }

    /// Drops the next connections as soon as they are made, and lets every later one carry one request only.
    pub fn drop_accepts(&self, count: usize) {
        let mut state = self.state();
        state.dropped_accepts += count;
        state.close_each = true;
    }

    /// Drops the next connections after the request line has been read.
    pub fn drop_after_request_line(&self, count: usize) {
        let mut state = self.state();
        state.dropped_lines += count;
        state.close_each = true;
    }

    pub fn close_each(&self) {
        self.state().close_each = true;
    }

    pub fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// The requests of this kind, `*` standing for the last part of the path.
    pub fn requests_of(&self, line: &str) -> Vec<Request> {
        let fits = |request: &Request| request.line() == line || wildcard(&request.line()) == line;
        self.requests().into_iter().filter(fits).collect()
    }

    /// Waits until a job is listed.
    pub fn until_job(&self, id: &str) {
        let started = std::time::Instant::now();
        while !self.state().jobs.iter().any(|job| job.id == id) {
            assert!(started.elapsed() < PATIENCE, "job {id} never came");
            std::thread::yield_now();
        }
    }

    /// Waits until this many requests of a kind have come.
    pub fn until(&self, line: &str, count: usize) {
        let fits = |request: &&Request| request.line() == line || wildcard(&request.line()) == line;
        let state = self.state();
        let too_few = |state: &mut State| state.requests.iter().filter(fits).count() < count;
        let waited = self
            .shared
            .changed
            .wait_timeout_while(state, PATIENCE, too_few);
        let (state, result) = waited.unwrap();
        assert!(
            !result.timed_out(),
            "{count} times {line} never came: {:?}",
            lines(&state)
        );
    }

    /// Every scripted answer that nobody asked for, and everything that went wrong.
    fn complaints(&self) -> Vec<String> {
        let state = self.state();
        let mut found = state.wrong.clone();
        for (line, left) in &state.scripts {
            if !left.is_empty() {
                found.push(format!(
                    "{} answers to {line} were never asked for",
                    left.len()
                ));
            }
        }
        found
    }
}

impl Drop for Flink {
    fn drop(&mut self) {
        self.state().ended = true;
        let _ = TcpStream::connect(self.address);
        if !std::thread::panicking() {
            let complaints = self.complaints();
            let seen = lines(&self.state());
            assert!(
                complaints.is_empty(),
                "{complaints:#?}\nrequests: {seen:#?}"
            );
        }
    }
}

fn lines(state: &State) -> Vec<String> {
    state.requests.iter().map(Request::line).collect()
}

/// The request line with `*` for the last part of its path.
fn wildcard(line: &str) -> String {
    line.rsplit_once('/')
        .map_or(String::new(), |(before, _)| format!("{before}/*"))
}

impl Shared {
    fn connection(&self, tcp: TcpStream, tls: Option<Arc<ServerConfig>>) {
        {
            let mut state = self.state.lock().unwrap();
            if state.dropped_accepts > 0 {
                state.dropped_accepts -= 1;
                return;
            }
        }
        let _ = tcp.set_nodelay(true);
        let mut tcp = tcp;
        let dropped_line = {
            let mut state = self.state.lock().unwrap();
            let dropped = state.dropped_lines > 0;
            state.dropped_lines -= usize::from(dropped);
            dropped
        };
        if dropped_line {
            let mut byte = [0u8; 1];
            while tcp.read(&mut byte).is_ok_and(|n| n > 0) && byte[0] != b'\n' {}
            return;
        }
        let mut stream: Box<dyn Stream> = match tls {
            None => Box::new(tcp),
            Some(config) => match ServerConnection::new(config) {
                Ok(connection) => Box::new(StreamOwned::new(connection, tcp)),
                Err(_) => return,
            },
        };
        let served = catch_unwind(AssertUnwindSafe(|| {
            while self.exchange(&mut *stream).unwrap_or(false) {}
        }));
        if let Err(panic) = served {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
            let mut state = self
                .state
                .lock()
                .unwrap_or_else(|poisoned| poisoned.into_inner());
            state.wrong.push(format!("a handler panicked: {text:?}"));
        }
    }

    /// One request and its answer; `false` when the connection has to end.
    fn exchange(&self, stream: &mut dyn Stream) -> io::Result<bool> {
        let Some(request) = read_request(stream)? else {
            return Ok(false);
        };
        let (answer, close) = self.answer(&request);
        write_answer(stream, &request, answer, close)
    }

    fn answer(&self, request: &Request) -> (Answer, bool) {
        let mut state = self.state.lock().unwrap();
        state.requests.push(request.clone());
        self.changed.notify_all();
        let close = state.close_each;
        let (line, loose) = (request.line(), wildcard(&request.line()));
        for key in [&line, &loose] {
            if let Some(answer) = state.scripts.get_mut(key).and_then(VecDeque::pop_front) {
                return (answer, close);
            }
        }
        for key in [&line, &loose] {
            if let Some(answer) = state.always.get(key) {
                return (answer.clone(), close);
            }
        }
        if let Some(answer) = &state.all {
            return (answer.clone(), close);
        }
        let known = if request.prefix == state.prefix {
            modelled(&state, &line)
        } else {
            None
        };
        let answer = known.unwrap_or_else(|| {
            state.wrong.push(format!(
                "nobody expected {line} (prefix {:?})",
                request.prefix
            ));
            Answer::json(
                404,
                json!({"errors": [format!("Unable to load requested file {}.", request.path)]}),
            )
        });
        (answer, close)
    }
}

/// What a healthy cluster answers without a script.
fn modelled(state: &State, line: &str) -> Option<Answer> {
    let path = line.strip_prefix("GET ")?;
    match path {
        "/overview" => {
            return Some(Answer::ok(answers::overview(
                &state.version,
                state.jobs.len(),
            )));
        }
        "/jobs/overview" => return Some(Answer::ok(answers::jobs(&state.jobs))),
        "/config" => return Some(Answer::ok(answers::config(&state.version, REFRESH_MS))),
        "/jobmanager/config" => return Some(Answer::ok(json!([]))),
        "/jobs" => {
            let each = state
                .jobs
                .iter()
                .map(|job| json!({"id": job.id, "status": job.status}));
            return Some(Answer::ok(json!({"jobs": each.collect::<Vec<_>>()})));
        }
        _ => {}
    }
    let (id, what) = path.strip_prefix("/jobs/")?.split_once('/')?;
    let job = state.jobs.iter().find(|job| job.id == id);
    match (what, job) {
        ("exceptions", Some(_)) => state.exceptions.clone(),
        ("status" | "checkpoints" | "exceptions", None) => Some(answers::no_job(id)),
        ("status", Some(job)) if answers::at_least(&state.version, 1, 16) => {
            Some(Answer::ok(json!({"status": job.status})))
        }
        ("checkpoints", Some(_)) => {
            let history = state.histories.get(id).cloned();
            Some(Answer::ok(
                history.unwrap_or_else(|| answers::history(Vec::new())),
            ))
        }
        _ => None,
    }
}

/// `None` at the end of the connection.
fn read_request(stream: &mut dyn Stream) -> io::Result<Option<Request>> {
    let mut head = Vec::new();
    let mut byte = [0u8; 1];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let mut rows = head.lines();
    let mut words = rows.next().unwrap().split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap());
    let headers: Vec<(String, String)> = rows
        .filter_map(|row| row.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let (authority, target) = match target.strip_prefix("http://") {
        Some(rest) => {
            let at = rest.find('/').unwrap_or(rest.len());
            (Some(rest[..at].to_owned()), &rest[at..])
        }
        None => (None, target),
    };
    let (prefix, path) = target.split_once("/v1/").unwrap_or(("", target));
    let path = format!("/{}", path.trim_start_matches('/'));
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, value)| value.parse().unwrap())];
    stream.read_exact(&mut body)?;
    let raw = body;
    let is_json = headers
        .iter()
        .any(|(name, value)| name == "content-type" && value.starts_with("application/json"));
    let chunked = headers.iter().any(|(name, _)| name == "transfer-encoding");
    assert!(!chunked && (is_json || raw.is_empty() || target.ends_with("/jars/upload")));
    let body = if is_json {
        serde_json::from_slice(&raw).unwrap()
    } else {
        Value::Null
    };
    Ok(Some(Request {
        method,
        path,
        prefix: prefix.to_owned(),
        authority,
        headers,
        body,
        raw,
    }))
}

/// `false` when the connection has to end.
fn write_answer(
    stream: &mut dyn Stream,
    request: &Request,
    answer: Answer,
    close: bool,
) -> io::Result<bool> {
    match answer {
        Answer::By(make) => {
            let made = make(request);
            write_answer(stream, request, made, close)
        }
        Answer::After(gate, then) => {
            gate.pass();
            write_answer(stream, request, *then, close)
        }
        Answer::Dropped => Ok(false),
        Answer::Raw(bytes) => {
            stream.write_all(&bytes)?;
            stream.flush()?;
            Ok(false)
        }
        Answer::DroppedAfterHeaders(whole) => {
            let (head, _) = bytes_of(request, *whole, close);
            write_answer(stream, request, Answer::Raw(head), close)
        }
        Answer::DroppedInBody(whole) => {
            let (mut head, body) = bytes_of(request, *whole, close);
            head.extend_from_slice(&body[..body.len() / 2]);
            write_answer(stream, request, Answer::Raw(head), close)
        }
        Answer::Cut(whole) => {
            let (_, body) = bytes_of(request, *whole, close);
            let half = String::from_utf8_lossy(&body[..body.len() / 2]).into_owned();
            write_answer(stream, request, Answer::Json(200, half), close)
        }
        whole => {
            let (mut bytes, body) = bytes_of(request, whole, close);
            bytes.extend_from_slice(&body);
            stream.write_all(&bytes)?;
            stream.flush()?;
            Ok(!close)
        }
    }
}

/// Head and body of a whole answer.
fn bytes_of(request: &Request, answer: Answer, close: bool) -> (Vec<u8>, Vec<u8>) {
    let (status, headers, body) = match answer {
        Answer::Json(status, body) => (
            status,
            vec![("content-type", "application/json; charset=UTF-8".to_owned())],
            body.into_bytes(),
        ),
        Answer::Page(status, headers, body) => (status, headers, body),
        Answer::By(make) => return bytes_of(request, make(request), close),
        _ => panic!("only whole answers can be cut"),
    };
    let mut head = format!("HTTP/1.1 {status} Whatever\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    let connection = if close { "close" } else { "keep-alive" };
    head += &format!(
        "access-control-allow-origin: *\r\nconnection: {connection}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    (head.into_bytes(), body)
}
