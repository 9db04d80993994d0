//! Flink's own command line and ours, with the same words on the same cluster: the same stdout, the same exit code.
//!
//! Each call of Flink's takes a JVM's start: 20 pairs a version, of all actions, successes and failures.
//!
//! What differs on purpose is listed where it is known (`commands/flink/help.rs`). Here that is one thing: wrong usage
//! is told on stderr, so that its lines are taken off Flink's stdout before it is compared.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::OnCluster;
use crate::cluster::{Cluster, Job, Version};
use crate::shared::{Settings, Shared};
use crate::tool::Tool;

pub const TRIALS: &[OnCluster] = &[
    ("the_drop_in_lists_as_flink_does", lists),
    ("the_drop_in_takes_snapshots_as_flink_does", snapshots),
    ("the_drop_in_ends_jobs_as_flink_does", ends),
    ("the_drop_in_runs_programs_as_flink_does", programs),
];

/// The versions whose command line is compared.
const COMPARED: [&str; 2] = ["2.3.0", "1.20.5"];

/// What a command line came to.
#[derive(Debug, PartialEq, Eq)]
struct Came {
    stdout: String,
    code: Option<i32>,
}

/// A side of the comparison, with a directory of its own under the same name.
struct Side<'a> {
    cluster: &'a Cluster,
    is_ours: bool,
    dir: PathBuf,
}

impl Side<'_> {
    /// Runs the words and gives back what they came to, as it stands.
    fn run(&self, words: &[&str]) -> Came {
        if self.is_ours {
            return self.run_ours(words);
        }
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/flink");
        let mut command = Command::new(script);
        command.args(["cli", &self.cluster.version.to_string(), "--dir"]);
        command.arg(&self.cluster.dir).args(words);
        let out = command.current_dir(&self.dir).output().unwrap();
        let stdout = String::from_utf8(out.stdout).unwrap();
        Came {
            stdout: without_usage(&stdout),
            code: out.status.code(),
        }
    }

    /// By the name `flink`, as a script would call it.
    fn run_ours(&self, words: &[&str]) -> Came {
        let link = self.dir.join("flink");
        if !link.exists() {
            symlink(env!("CARGO_BIN_EXE_savepointctl"), &link).unwrap();
        }
        let mut tool = Tool::of(Command::new(link), &self.dir);
        tool.env("FLINK_CONF_DIR", self.cluster.dir.join("conf/jm-1"));
        let said = tool.args(words).run();
        if said.code() != Some(0) {
            said.says("error: ");
            assert!(!said.stderr.contains("\tat "), "a Java stack: {said}");
        }
        Came {
            code: said.code(),
            stdout: said.stdout,
        }
    }

    fn dir(&self) -> String {
        self.dir.display().to_string()
    }

    /// Runs a line, with `{}` for a job's id and `DIR` for the side's directory, and hides what differs between two runs
    /// of anything.
    fn line(&self, line: &str, id: &str) -> Came {
        let word = |word: &str| word.replace("{}", id).replace("DIR", &self.dir());
        let words: Vec<String> = line.split(' ').map(word).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let Came { stdout, code } = self.run(&words);
        let stdout = stdout.replace(&self.dir(), "DIR");
        let lines = stdout.lines().map(masked_line);
        let stdout = lines.map(|line| line + "\n").collect();
        Came { stdout, code }
    }

    /// A savepoint of this side's, made by it.
    fn savepoint(&self, job: &Job<'_>) -> String {
        let came = self.run(&["savepoint", &job.id, &self.dir()]);
        let path = came
            .stdout
            .lines()
            .find_map(|line| line.split_once("Path: "));
        path.unwrap_or_else(|| panic!("no savepoint: {came:?}"))
            .1
            .to_owned()
    }
}

/// A line with `ID` for ids, `N` for numbers that belong to the run alone, `SAVEPOINT` for a savepoint's directory.
fn masked_line(line: &str) -> String {
    let mut out = String::new();
    for word in line.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        let end = word
            .trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .len();
        let (text, rest) = word.split_at(end);
        let is_id = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        out.push_str(match text {
            _ if is_id => "ID",
            _ if is_number => "N",
            _ if text.starts_with("savepoint-") && text.len() == 29 => "SAVEPOINT",
            text => text,
        });
        out.push_str(rest);
    }
    out
}

/// Flink's stdout without the lines that tell of wrong usage, which ours tells on stderr.
fn without_usage(stdout: &str) -> String {
    const USAGE: &str = "\nUse the help option (-h or --help) to get help on the command.\n";
    match stdout.strip_suffix(USAGE) {
        Some(before) => {
            let mut lines: Vec<&str> = before.lines().collect();
            lines.pop();
            lines.iter().map(|line| format!("{line}\n")).collect()
        }
        None => stdout.to_owned(),
    }
}

/// Compares what `run` comes to on both sides.
#[track_caller]
fn same(cluster: &Cluster, expected: i32, run: impl Fn(&Side<'_>) -> Came) {
    let [flinks, ours] = [false, true].map(|is_ours| {
        let dir = cluster.fresh_dir();
        fs::create_dir_all(&dir).unwrap();
        let side = Side {
            cluster,
            is_ours,
            dir,
        };
        run(&side)
    });
    assert_eq!(flinks, ours, "Flink's left, ours right");
    assert_eq!(ours.code, Some(expected), "{ours:?}");
}

const NO_JOB: &str = "00000000000000000000000000000001";

/// Whether Flink's own command line of this version is compared with ours.
pub fn compares(version: Version) -> bool {
    COMPARED.contains(&version.to_string().as_str())
}

fn lists(shared: &Shared) {
    let cluster = shared.alone(Settings::Plain);
    let same = |line: &str, code| same(&cluster, code, |side| side.line(line, ""));
    same("list", 0);
    let _first = cluster.job(&["--name", "a first: one"]);
    let _second = cluster.job(&["--name", "second"]);
    // the same cluster in the same state: nothing is hidden, not even the times
    let [flinks, ours] = [false, true].map(|is_ours| {
        let dir = cluster.fresh_dir();
        fs::create_dir_all(&dir).unwrap();
        let cluster = &cluster;
        Side {
            cluster,
            is_ours,
            dir,
        }
        .run(&["list", "--al"])
    });
    assert_eq!(flinks, ours);
    assert!(
        ours.stdout.contains(" : a first: one (RUNNING)\n"),
        "{ours:?}"
    );
    // -D counts more than -m, and a target more than both
    let port = cluster.url.rsplit(':').next().unwrap();
    same(&format!("list -rs -m localhost:1 -Drest.port={port}"), 0);
    same("list -m localhost:1 -t remote more words", 0);
    same("list -D", 31);
}

fn snapshots(shared: &Shared) {
    let cluster = shared.alone(Settings::Plain);
    let job = cluster.job(&[]);
    let same_on_job = |line: &str, code| same(&cluster, code, |side| side.line(line, &job.id));
    same_on_job("savepoint {} DIR more than needed -type native", 0);
    same_on_job("savepoint -detached {}", 0);
    same(&cluster, 0, |side| {
        let location = side.savepoint(&job);
        // of two the first one counts
        side.line(&format!("savepoint --disp {location} -d DIR/none"), "")
    });
    same_on_job("checkpoint {} -full", 0);
    same(&cluster, 1, |side| side.line("savepoint {} DIR", NO_JOB));
}

fn ends(shared: &Shared) {
    let cluster = shared.alone(Settings::Plain);
    for line in [
        "stop {} --drain -p DIR",
        "stop -p {}",
        "cancel {} -s",
        "cancel {}",
    ] {
        same(&cluster, 0, |side| {
            let job = cluster.job(&[]);
            side.line(line, &job.id)
        });
    }
    same(&cluster, 1, |side| side.line("cancel {}", NO_JOB));
    same(&cluster, 1, |side| side.line("cancel -s", ""));
}

fn programs(shared: &Shared) {
    let cluster = shared.alone(Settings::Plain);
    let jar = cluster.own_jar();
    for (line, code) in [
        ("run -d -p -1 DIR/program --name detached", 0),
        ("run -p 1 JAR --name attached --count 30", 0),
        ("run -rm legacy -d -s DIR/none JAR", 1),
        // an empty text, as of a variable that is not set
        ("run -d -s  JAR", 1),
    ] {
        let line = line.replace("JAR", &jar);
        same(&cluster, code, |side| {
            fs::copy(&jar, side.dir.join("program")).unwrap();
            side.line(&line, "")
        });
    }
    for id in cluster.running() {
        cluster.job_of_id(&id).cancel();
    }
}
