//! Runs the real binary and looks at all that came of it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::server::Flink;
use savepointctl::metadata::{self, Metadata};

/// No run of a test may take longer.
const PATIENCE: Duration = Duration::from_secs(90);

/// An empty directory, removed at the end.
pub struct Dir(PathBuf);

impl Dir {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path =
            std::env::temp_dir().join(format!("savepointctl-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file, with the directories above it, and gives back its path.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Writes a snapshot's metadata file, and gives back the directory.
    pub fn snapshot(&self, directory: &str, metadata: &Metadata<'_>) -> String {
        let bytes = metadata::write(metadata).unwrap();
        let file = self.file(&format!("{directory}/_metadata"), bytes);
        file.strip_suffix("/_metadata").unwrap().to_owned()
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A command line to run, in an empty directory and environment.
pub struct Tool {
    command: Command,
    dir: Dir,
}

/// `savepointctl` with these words; nothing names a cluster.
pub fn tool<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Tool {
    Tool::of(Command::new(env!("CARGO_BIN_EXE_savepointctl"))).args(words)
}

/// `savepointctl -m URL` with these words, split at blanks.
pub fn at(flink: &Flink, words: &str) -> Tool {
    tool(["-m", &flink.url()]).args(words.split_whitespace())
}

/// A line as a user pastes it into a shell.
pub fn shell(line: &str) -> Tool {
    Tool::of(Command::new("sh")).args(["-c", line])
}

impl Tool {
    fn of(mut command: Command) -> Self {
        let dir = Dir::new();
        let bin = Path::new(env!("CARGO_BIN_EXE_savepointctl"))
            .parent()
            .unwrap();
        command
            .env_clear()
            .current_dir(dir.path())
            .stdin(Stdio::null());
        command
            .env("PATH", format!("{}:/usr/bin:/bin", bin.display()))
            .env("HOME", dir.path());
        Self { command, dir }
    }

    pub fn args<S: AsRef<str>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.command
            .args(words.into_iter().map(|word| word.as_ref().to_owned()));
        self
    }

    pub fn arg(self, word: &str) -> Self {
        self.args([word])
    }

    /// Writes a file into the directory where it runs.
    pub fn file(&self, name: &str, text: &str) -> String {
        self.dir.file(name, text)
    }

    pub fn raw_arg(mut self, word: &std::ffi::OsStr) -> Self {
        self.command.arg(word);
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    pub fn within(mut self, directory: &Path) -> Self {
        self.command.current_dir(directory);
        self
    }

    pub fn run(self) -> Outcome {
        self.start().end()
    }

    /// Runs with stdout on this file.
    pub fn run_into(mut self, stdout: Stdio) -> Outcome {
        self.command.stdout(stdout);
        self.start_with(false).end()
    }

    pub fn start(mut self) -> Running {
        self.command.stdout(Stdio::piped());
        self.start_with(true)
    }

    fn start_with(mut self, piped: bool) -> Running {
        let begun = Instant::now();
        let mut child = self.command.stderr(Stdio::piped()).spawn().unwrap();
        let (send, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.split(b'\n').map_while(Result::ok) {
                let _ = send.send(String::from_utf8_lossy(&line).into_owned());
            }
        });
        let (send, stdout) = channel();
        if piped {
            let mut pipe = child.stdout.take().unwrap();
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                let _ = pipe.read_to_end(&mut bytes);
                let _ = send.send(String::from_utf8_lossy(&bytes).into_owned());
            });
        }
        Running {
            child,
            begun,
            lines,
            seen: Vec::new(),
            stdout,
            _tool: self,
        }
    }
}

/// A process that has not ended, as far as one knows.
pub struct Running {
    child: Child,
    begun: Instant,
    lines: Receiver<String>,
    seen: Vec<String>,
    stdout: Receiver<String>,
    _tool: Tool,
}

impl Running {
    /// Waits for a line on stderr that holds `text`.
    pub fn until_said(&mut self, text: &str) {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.seen.push(line);
                    if self.seen.last().unwrap().contains(text) {
                        return;
                    }
                }
                Err(_) => panic!("'{text}' was never said: {:#?}", self.seen),
            }
        }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    pub fn end(mut self) -> Outcome {
        loop {
            let left = PATIENCE.saturating_sub(self.begun.elapsed());
            match self.lines.recv_timeout(left) {
                Ok(line) => self.seen.push(line),
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => break,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    let _ = self.child.kill();
                    panic!("still running after {PATIENCE:?}: {:#?}", self.seen);
                }
            }
        }
        let took = self.begun.elapsed();
        let stdout = self.stdout.recv().unwrap_or_default();
        let code = self.child.wait().unwrap().code().unwrap_or(-1);
        let stderr = self.seen.iter().map(|line| format!("{line}\n")).collect();
        Outcome {
            code,
            stdout,
            stderr,
            took,
        }
    }
}

/// All that came of a run.
#[derive(Debug)]
pub struct Outcome {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}

impl Outcome {
    /// Status, stdout, and what stderr must hold.
    #[track_caller]
    pub fn is(&self, code: i32, stdout: &str, said: &[&str]) -> &Self {
        let holds = said.iter().all(|text| self.stderr.contains(text));
        let right = self.code == code && self.stdout == stdout && holds;
        assert!(
            right,
            "expected exit {code}, stdout {stdout:?}, stderr with {said:#?}\ngot {self:#?}"
        );
        self
    }

    /// As [`Outcome::is`] with nothing on stdout, and one sentence that begins with `error: `.
    #[track_caller]
    pub fn fails(&self, code: i32, said: &[&str]) -> &Self {
        let errors = self
            .stderr
            .lines()
            .filter(|line| line.starts_with("error: "))
            .count();
        assert_eq!(errors, 1, "{self:#?}");
        assert!(!self.stderr.contains("panicked"), "{self:#?}");
        self.is(code, "", said)
    }

    #[track_caller]
    pub fn is_silent_about(&self, secret: &str) -> &Self {
        let shown = format!("{}{}", self.stdout, self.stderr);
        assert!(!shown.contains(secret), "'{secret}' is shown: {shown}");
        self
    }

    #[track_caller]
    pub fn took_less_than(&self, limit: Duration) -> &Self {
        assert!(self.took < limit, "took {:?}: {self:#?}", self.took);
        self
    }

    /// The command that stderr says to resume with.
    #[track_caller]
    pub fn resume(&self) -> String {
        let found = self
            .stderr
            .split("resume with `")
            .nth(1)
            .and_then(|rest| rest.split('`').next());
        found
            .unwrap_or_else(|| panic!("no command to resume with: {self:#?}"))
            .to_owned()
    }

    /// All three in one text, with names in place of what differs from run to run.
    pub fn shown(&self, names: &[(&str, &str)]) -> String {
        let mut text = format!("exit {}\n", self.code);
        for (stream, content) in [("out", &self.stdout), ("err", &self.stderr)] {
            for line in content.lines() {
                text += &format!("{stream}| {line}\n");
            }
        }
        for (from, to) in names {
            text = text.replace(from, to);
        }
        text
    }
}

/// A file of `tests/fixtures`.
pub fn fixture(name: &str) -> String {
    format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"))
}
