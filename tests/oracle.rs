//! What our writers wrote, before Flink's own classes: operators renamed in every fixture, and read back by both; and
//! state files that Flink's backends restore.
//!
//! The loader needs Java and real Flinks, so that this runs only with SAVEPOINTCTL_TEST_FLINK=1, which `tests/run`
//! sets; otherwise the trials count as ignored.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a test may fail")]

#[path = "metadata/compare.rs"]
mod compare;
#[cfg(feature = "minicluster")]
#[path = "oracle/minicluster.rs"]
mod minicluster;
#[path = "oracle/state.rs"]
mod state;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use compare::{differences, expected, fixtures, inspect};
use libtest_mimic::{Arguments, Failed, Trial};
use savepointctl::domain::ids::OperatorId;
use savepointctl::metadata::{self, Text};
use serde_json::Value;

/// Fixtures whose layout only the Flink that wrote it reads (see `tests/oracle/run`).
const READ_BY: &[(&str, &str)] = &[
    ("1.11.4-unaligned", "1.11.4"),
    ("1.14.6-changelog-by-hand", "1.14.6"),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let wanted = env::var("SAVEPOINTCTL_TEST_FLINK").is_ok_and(|value| value == "1");
    let trials = vec![
        Trial::test("flink_reads_what_was_renamed_as_inspect_does", renamed)
            .with_ignored_flag(!wanted),
        Trial::test("flink_reads_the_fixtures_as_is_checked_in", unchanged)
            .with_ignored_flag(!wanted),
        Trial::test(
            "flink_restores_the_state_that_we_write_and_we_read_it_back",
            state::restored,
        )
        .with_ignored_flag(!wanted),
        #[cfg(feature = "minicluster")]
        Trial::test(
            "flink_restores_what_the_minicluster_wrote",
            minicluster::restored,
        )
        .with_ignored_flag(!wanted),
    ];
    if !wanted && !arguments.list {
        println!(
            "{} tests with Flink's own loader skipped: run them with tests/run",
            trials.len()
        );
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The Flink that reads a fixture, by its path.
fn reader(path: &Path) -> &'static str {
    let name = path
        .strip_prefix(fixtures())
        .unwrap()
        .iter()
        .next()
        .unwrap()
        .to_str()
        .unwrap();
    READ_BY
        .iter()
        .find(|(fixture, _)| *fixture == name)
        .map_or("2.3.0", |(_, version)| version)
}

/// What Flink's loader reads in each file, in their order.
fn oracle(version: &str, files: &[PathBuf]) -> Vec<Value> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/run");
    let output = Command::new(script)
        .args(["--flink", version])
        .args(files)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "Flink {version} refuses a file: {text}{errors}"
    );
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn versions() -> Vec<&'static str> {
    let mut versions: Vec<&str> = READ_BY.iter().map(|(_, version)| *version).collect();
    versions.push("2.3.0");
    versions
}

fn unchanged() -> Result<(), Failed> {
    let mut found = Vec::new();
    for version in versions() {
        let (files, wanted): (Vec<_>, Vec<_>) = expected()
            .into_iter()
            .filter(|(path, _)| reader(path) == version)
            .unzip();
        for (path, (wanted, got)) in files.iter().zip(wanted.iter().zip(oracle(version, &files))) {
            differences(&path.display().to_string(), wanted, &got, &mut found);
        }
    }
    verdict(found)
}

/// Writes each fixture with other operator ids, names and a higher checkpoint id, and has both sides read it.
fn renamed() -> Result<(), Failed> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("renamed");
    let _ = fs::remove_dir_all(&directory);
    let mut found = Vec::new();
    for version in versions() {
        let mut files = Vec::new();
        for (path, _) in expected()
            .into_iter()
            .filter(|(path, _)| reader(path) == version)
        {
            let bytes = fs::read(&path).unwrap();
            let file = directory.join(path.strip_prefix(fixtures()).unwrap());
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, rename(&bytes)).unwrap();
            files.push(file);
        }
        for (file, wanted) in files.iter().zip(oracle(version, &files)) {
            let got = inspect(file);
            assert_eq!(got["operators"][0]["id"].as_str().map(str::len), Some(32));
            differences(&file.display().to_string(), &wanted, &got, &mut found);
        }
    }
    verdict(found)
}

fn rename(bytes: &[u8]) -> Vec<u8> {
    let mut metadata = metadata::read(bytes).unwrap();
    metadata.checkpoint_id += 1000;
    for operator in &mut metadata.operators {
        operator.id = OperatorId::from_uid(&operator.id.to_string());
        if operator.name.is_some() {
            operator.name = Some(Text::from("renamed \u{1F600} \u{0} operator"));
        }
    }
    metadata::write(&metadata).unwrap()
}

fn verdict(found: Vec<String>) -> Result<(), Failed> {
    if found.is_empty() {
        Ok(())
    } else {
        Err(found.join("\n").into())
    }
}
