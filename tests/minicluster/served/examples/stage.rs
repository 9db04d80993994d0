//! What the examples assume: a home, a cluster with the job `orders`, its snapshots and its next program.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

use serde_json::json;

use super::super::cluster::{Dir, Mini, until};
use super::super::life::COUNTER;
use super::pages::Example;
use super::{End, proxy};

/// The id of the job `orders`.
const JOB: &str = "2e8f82d94cde8d5f4b6b1a8bcd87e5a3";
/// The id of the operation that `wait` waits for.
const TRIGGER: &str = "5f0d0f4c3b0e4a0d9b1f8a7c6d5e4f30";
/// What passes for a jar at first sight.
const JAR: &[u8] = b"PK\x03\x04";

/// A home where an example can be typed. The cluster goes first: it writes into the home.
pub struct Stage {
    cluster: Option<Mini>,
    home: PathBuf,
    variables: Vec<(&'static str, String)>,
    _dir: Option<Dir>,
}

impl Stage {
    /// Prepares what an example assumes.
    pub fn set(example: &Example) -> Self {
        let dir = Dir::new();
        let home = dir.path().to_owned();
        furnish(&home);
        match example.page.as_str() {
            "minicluster" => {
                // where it listens if nothing is said may be taken here
                fs::create_dir(home.join("conf")).unwrap();
                fs::write(home.join("conf/config.yaml"), "rest.port: 0\n").unwrap();
                Self::without_cluster(home, dir)
            }
            "completions" | "demo" | "man" | "uid" => Self::without_cluster(home, dir),
            _ => {
                let mini = Mini::start_in(dir, "--dir mc -D state.backend.savepoints=filesystem");
                let mut stage = Self {
                    variables: vec![
                        ("SAVEPOINTCTL_JOBMANAGER", mini.url.clone()),
                        ("http_proxy", proxy::to(mini.authority())),
                        ("CI_PIPELINE_ID", "4711".to_owned()),
                    ],
                    cluster: Some(mini),
                    home,
                    _dir: None,
                };
                stage.populate();
                stage.prepare(example);
                stage
            }
        }
    }

    fn without_cluster(home: PathBuf, dir: Dir) -> Self {
        Self {
            cluster: None,
            home,
            variables: Vec::new(),
            _dir: Some(dir),
        }
    }

    fn mini(&self) -> &Mini {
        self.cluster.as_ref().unwrap()
    }

    /// Runs the jobs, and takes the snapshots that have names in the examples.
    fn populate(&mut self) {
        let mini = self.mini();
        let jar = mini.upload("orders-2.toml", &program("orders"));
        let body = json!({ "jobId": JOB });
        let (status, answer) = mini.ask("POST", &format!("/jars/{jar}/run"), Some(&body));
        assert_eq!(status, 200, "{answer}");
        mini.job(&program("orders-canary"));
        mini.until_running(JOB);
        mini.run("checkpoint orders-canary").is(0, &[]);
        for (name, copy) in [("ef82e8cf6570", "before"), ("0f6e2d3c4b5a", "after")] {
            let taken = mini.run("trigger orders").line().to_owned();
            for place in [
                format!("savepoints/savepoint-2e8f82-{name}"),
                copy.to_owned(),
            ] {
                self.copy(&taken, &place);
            }
        }
        let checkpoint = mini.run("checkpoint orders").line().to_owned();
        self.copy(&checkpoint, &format!("checkpoints/{JOB}/chk-17"));
        self.variables.push(("JAR_ID", jar));
    }

    /// What examples of some pages assume besides.
    fn prepare(&mut self, example: &Example) {
        let mini = self.mini();
        let operation = json!({ "triggerId": TRIGGER });
        let (path, body) = match (example.page.as_str(), &example.line) {
            ("restore", _) => {
                mini.run("stop orders").is(0, &[]);
                return;
            }
            ("wait", line) if line.contains("--dispose") => {
                let taken = mini.run("trigger orders").line().to_owned();
                let body = json!({ "savepoint-path": taken });
                ("/savepoint-disposal".to_owned(), body)
            }
            ("wait", line) if line.contains("--verb stop") => {
                (format!("/jobs/{JOB}/stop"), operation)
            }
            ("wait", _) => (format!("/jobs/{JOB}/savepoints"), operation),
            _ => return,
        };
        let (status, answer) = mini.ask("POST", &path, Some(&body));
        assert!([200, 202].contains(&status), "{answer}");
        let id = answer["request-id"].as_str().unwrap().to_owned();
        self.variables.push(("TRIGGER_ID", id));
    }

    /// Copies a snapshot to a place below the home.
    fn copy(&self, location: &str, place: &str) {
        let place = self.home.join(place);
        fs::create_dir_all(&place).unwrap();
        for entry in fs::read_dir(location.trim_start_matches("file:")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), place.join(entry.file_name())).unwrap();
        }
    }

    /// Types a line into a shell, and tells what was wrong with what came of it.
    pub fn play(&self, line: &str, end: End) -> Result<(), String> {
        let mut typed = self.typed(line, end);
        let child = &mut typed.0;
        // kept open until the end: an end of the input would be an answer
        let mut keys = child.stdin.take();
        let status = match (end, &mut keys) {
            (End::Interrupted(_), _) => self.interrupted(line, child),
            (End::Asked, Some(keys)) => {
                until("the question", || {
                    self.read("out").contains("[y/N]").then_some(())
                });
                keys.write_all(b"y\r").unwrap();
                ended(line, child)
            }
            _ => ended(line, child),
        };
        self.tidy(line);
        let (expected, words) = match end {
            End::Success | End::Asked => (0, ""),
            End::Interrupted(code) => (code, ""),
            End::Lacking(code, words) => (code, words),
        };
        let said = self.read("err");
        // the status of a pipe is that of its last command
        let is_silent_about_errors = expected != 0 || !said.contains("error: ");
        if status.code() == Some(expected) && said.contains(words) && is_silent_about_errors {
            return Ok(());
        }
        Err(format!(
            "expected exit {expected} {words:?}, got {status}\n{}{said}",
            self.read("out")
        ))
    }

    fn typed(&self, line: &str, end: End) -> Typed {
        let binaries = Path::new(env!("CARGO_BIN_EXE_savepointctl")).parent();
        let path = format!("{}:/usr/bin:/bin", binaries.unwrap().display());
        let mut command = match end {
            End::Asked => {
                let mut script = Command::new("script");
                script.args(["-qec", line, "/dev/null"]);
                script
            }
            _ => {
                let mut shell = Command::new("sh");
                // Ctrl-C reaches the whole group, and is meant for the line, not for the shell
                shell.args(["-c", &format!("trap : INT\n{line}")]);
                shell
            }
        };
        command
            .env_clear()
            .env("PATH", path)
            .env("HOME", &self.home)
            .env("TMPDIR", &self.home)
            .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
            .env("AWS_ACCESS_KEY_ID", "key")
            .env("AWS_SECRET_ACCESS_KEY", "secret")
            .envs(self.variables.iter().cloned())
            .current_dir(&self.home)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(fs::File::create(self.home.join("out")).unwrap())
            .stderr(fs::File::create(self.home.join("err")).unwrap());
        Typed(command.spawn().unwrap())
    }

    /// Presses Ctrl-C when the first line is there.
    fn interrupted(&self, line: &str, child: &mut Child) -> ExitStatus {
        until(&format!("output of {line}"), || {
            self.read("out").contains('\n').then_some(())
        });
        signal("-INT", &format!("-{}", child.id()));
        ended(line, child)
    }

    /// Ends what goes on after an example, as it says itself.
    fn tidy(&self, line: &str) {
        if line.ends_with(" --keep") {
            let told = self.read("out");
            let kill = told.lines().find_map(|line| line.strip_prefix("$ kill "));
            signal("-TERM", kill.expect("how to end it"));
        }
    }

    fn read(&self, name: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.home.join(name)).unwrap()).into_owned()
    }
}

/// A line in a shell, which leaves nothing running in its group.
struct Typed(Child);

impl Drop for Typed {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            let group = format!("-{}", self.0.id());
            let mut kill = Command::new("kill");
            let _ = kill.args(["-KILL", "--", &group]).output();
            let _ = self.0.wait();
        }
    }
}

/// [`COUNTER`] with another name.
fn program(name: &str) -> String {
    COUNTER.replace("name = \"counter\"", &format!("name = \"{name}\""))
}

/// Directories and files of the examples.
fn furnish(home: &Path) {
    for directory in [
        "savepoints",
        ".local/share/bash-completion/completions",
        ".zfunc",
        ".config/fish/completions",
        ".config/elvish/lib",
    ] {
        fs::create_dir_all(home.join(directory)).unwrap();
    }
    fs::write(home.join("orders-2.toml"), program("orders")).unwrap();
    fs::write(home.join("orders-2.jar"), JAR).unwrap();
    fs::write(home.join("uids.txt"), "numbers\ncount\n").unwrap();
}

fn ended(line: &str, child: &mut Child) -> ExitStatus {
    until(&format!("the end of {line}"), || child.try_wait().unwrap())
}

fn signal(name: &str, process: &str) {
    let status = Command::new("kill").args([name, "--", process]).status();
    assert!(status.unwrap().success());
}
