//! The real binary: run it, interrupt it, read what it says.

use std::ffi::OsStr;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use serde_json::Value;

use crate::cluster::until;

const BINARY: &str = env!("CARGO_BIN_EXE_savepointctl");

/// A command line that is about to run.
pub struct Tool(Command);

impl Tool {
    /// The tool without arguments, in an environment that names no cluster.
    pub fn new(dir: &Path) -> Self {
        Self::of(Command::new(BINARY), dir)
    }

    /// Without what an operator's environment may hold.
    pub fn of(mut command: Command, dir: &Path) -> Self {
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let of_interest = ["SAVEPOINTCTL_", "FLINK_"];
            if of_interest.iter().any(|start| text.starts_with(start))
                || text.to_lowercase().ends_with("_proxy")
            {
                command.env_remove(&name);
            }
        }
        command.current_dir(dir);
        command.stdin(Stdio::null());
        Self(command)
    }

    /// A line as the tool printed it, for a shell that finds the tool on its PATH.
    pub fn line(line: &str, dir: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", line]);
        let mut tool = Self::of(shell, dir);
        let folder = Path::new(BINARY).parent().unwrap().display().to_string();
        let path = std::env::var("PATH").unwrap_or_default();
        tool.env("PATH", format!("{folder}:{path}"));
        tool
    }

    /// Sets an environment variable.
    pub fn env(&mut self, name: &str, value: impl AsRef<OsStr>) -> &mut Self {
        self.0.env(name, value);
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.0.args(arguments);
        self
    }

    /// Adds arguments for the program that is restored.
    #[must_use]
    pub fn program(self, program: &[&str]) -> Self {
        self.args(["--"]).args(program)
    }

    /// Starts it.
    pub fn start(mut self) -> Running {
        self.0.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.0.spawn().unwrap();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        Running {
            child,
            out: Stream::of(out),
            err: Stream::of(err),
            command: format!("{:?}", self.0.get_args().collect::<Vec<_>>()),
        }
    }

    /// Runs it to its end.
    pub fn run(self) -> Said {
        self.start().end()
    }
}

/// What comes out of a process, as far as it has come.
struct Stream {
    text: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Stream {
    fn of(mut pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(n @ 1..) = pipe.read(&mut buffer) {
                sink.lock().unwrap().extend_from_slice(&buffer[..n]);
            }
        });
        Self { text, reader }
    }

    fn so_far(&self) -> String {
        String::from_utf8_lossy(&self.text.lock().unwrap()).into_owned()
    }
}

/// The tool while it runs.
pub struct Running {
    child: Child,
    out: Stream,
    err: Stream,
    command: String,
}

impl Running {
    /// Waits until stderr holds `words` so many times.
    pub fn until_it_says(&mut self, words: &str, times: usize) {
        until(&format!("{} says '{words}'", self.command), || {
            let said = self.err.so_far();
            if said.matches(words).count() >= times {
                return Some(());
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{} ended early: {said}", self.command);
            None
        });
    }

    /// Sends the signal of Ctrl-C.
    pub fn interrupt(&self) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().unwrap();
        assert!(sent.success());
    }

    /// Waits for its end.
    pub fn end(mut self) -> Said {
        let status = until(&format!("the end of {}", self.command), || {
            self.child.try_wait().unwrap()
        });
        let _ = self.out.reader.join();
        let _ = self.err.reader.join();
        let text = |text: &Mutex<Vec<u8>>| String::from_utf8(text.lock().unwrap().clone()).unwrap();
        Said {
            command: std::mem::take(&mut self.command),
            code: status.code(),
            stdout: text(&self.out.text),
            stderr: text(&self.err.text),
        }
    }
}

/// How the tool ended, and what it said.
#[derive(Debug)]
pub struct Said {
    command: String,
    code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// The exit code.
    pub fn code(&self) -> Option<i32> {
        self.code
    }

    /// The exit code is this one.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    /// Stderr holds these words.
    #[track_caller]
    pub fn says(&self, words: &str) -> &Self {
        assert!(self.stderr.contains(words), "no '{words}' in: {self}");
        self
    }

    /// Nothing is claimed: stdout is empty.
    #[track_caller]
    pub fn claims_nothing(&self) -> &Self {
        assert_eq!(self.stdout, "", "{self}");
        self
    }

    /// It refused or failed in one sentence, with no Java stack, and claims nothing.
    #[track_caller]
    pub fn fails(&self, code: i32, words: &str) -> &Self {
        assert!(!self.stderr.contains("\tat "), "a Java stack: {self}");
        self.exits(code)
            .says("error: ")
            .says(words)
            .claims_nothing()
    }

    /// The one line on stdout, where a snapshot lies; it really lies there.
    #[track_caller]
    pub fn location(&self) -> String {
        self.exits(0);
        let locations = self.locations();
        assert_eq!(locations.len(), 1, "{self}");
        locations[0].clone()
    }

    /// The lines on stdout, each of them the place of a snapshot.
    #[track_caller]
    pub fn locations(&self) -> Vec<String> {
        let lines: Vec<String> = self.stdout.lines().map(str::to_owned).collect();
        for line in &lines {
            assert!(on_disk(line), "nothing lies at {line}: {self}");
        }
        lines
    }

    /// Stdout as one JSON document.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|err| panic!("{err}: {self}"))
    }

    /// The command that it gives, as it stands there.
    #[track_caller]
    pub fn printed(&self) -> &str {
        let mut lines = self.stderr.lines();
        let line = lines.find_map(|line| line.split_once("with `"));
        let line = line.unwrap_or_else(|| panic!("no command: {self}"));
        line.1.trim_end_matches('`')
    }

    /// The command that it gives to resume the wait.
    #[track_caller]
    pub fn resume(&self) -> String {
        let lines = self.stderr.lines();
        let mut found = lines.filter_map(|line| line.split_once("with `savepointctl wait "));
        let line = found.next().map(|(_, rest)| rest.trim_end_matches('`'));
        format!(
            "savepointctl wait {}",
            line.unwrap_or_else(|| panic!("no command that resumes: {self}"))
        )
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            command,
            code,
            stdout,
            stderr,
        } = self;
        write!(
            f,
            "{command} ended with {code:?}\n--- stdout\n{stdout}--- stderr\n{stderr}---"
        )
    }
}

/// Whether a snapshot lies at this location.
pub fn on_disk(location: &str) -> bool {
    let path = location.strip_prefix("file:").unwrap_or(location);
    let path = path.strip_prefix("//").unwrap_or(path);
    Path::new(path).join("_metadata").is_file()
}
