//! A directory of one test, and the binary in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use savepointctl::metadata::{self, Metadata};

/// A directory that a test has for itself.
pub struct Bench(PathBuf);

/// What came of a run.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Bench {
    /// An empty directory with the test's name.
    pub fn new(test: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("inspect")
            .join(test);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, below: &str) -> PathBuf {
        self.0.join(below)
    }

    /// A path as a user types it.
    pub fn typed(&self, below: &str) -> String {
        self.path(below).to_str().unwrap().to_owned()
    }

    /// Writes a file, with the directories above it.
    pub fn write(&self, below: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(below);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Writes a snapshot's metadata file.
    pub fn snapshot(&self, below: &str, metadata: &Metadata<'_>) {
        self.write(below, metadata::write(metadata).unwrap());
    }

    /// Runs `savepointctl inspect` with these words, in the directory.
    pub fn inspect(&self, words: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_savepointctl"));
        // a cluster that is asked would fail the test: nothing listens there
        command.env("SAVEPOINTCTL_JOBMANAGER", "http://127.0.0.1:1");
        command.arg("inspect").args(words).current_dir(&self.0);
        command.output().unwrap().into()
    }

    /// As [`Bench::inspect`], for what must succeed: its stdout.
    pub fn shown(&self, words: &[&str]) -> String {
        let ran = self.inspect(words);
        assert_eq!(ran.code, 0, "{words:?}: {}", ran.stderr);
        ran.stdout
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
