//! The deploy script of README and manual, as it is printed.

use std::path::Path;
use std::process::Command;

use super::cluster::{Mini, Ran};
use super::life::COUNTER;

/// [`COUNTER`] as the job `orders`.
fn orders() -> String {
    COUNTER.replace("name = \"counter\"", "name = \"orders\"")
}

/// Replaces the running job, and tells what came of it.
fn deploy(mini: &Mini, new: &str, old: &str) -> Ran {
    let binaries = Path::new(env!("CARGO_BIN_EXE_savepointctl")).parent();
    let mut command = Command::new("sh");
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/examples/deploy.sh"))
        .args(["orders", new, old])
        .env_clear()
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", binaries.unwrap().display()),
        )
        .env("HOME", mini.dir.path())
        .env("SAVEPOINTCTL_JOBMANAGER", &mini.url)
        .current_dir(mini.dir.path());
    Ran::of(command)
}

/// The ids of the running jobs.
fn running(mini: &Mini) -> Vec<String> {
    let jobs = mini.run("jobs -o name").stdout;
    jobs.lines().map(str::to_owned).collect()
}

fn cluster() -> (Mini, String, String) {
    let mini = Mini::start("-D state.backend.savepoints=filesystem --dir files");
    let old = mini.file("old.toml", &orders());
    let job = mini.job(&orders());
    (mini, old, job)
}

#[test]
fn the_new_program_goes_on_from_where_the_old_one_was_stopped() {
    let (mini, old, job) = cluster();
    let new = mini.file(
        "new.toml",
        &orders().replace("type = \"discard\"", "type = \"print\""),
    );
    let ran = deploy(&mini, &new, &old);
    assert_eq!(ran.code, 0, "{ran:?}");
    let jobs = running(&mini);
    assert!(jobs.len() == 1 && jobs[0] != job, "{jobs:?}: {ran:?}");
    let (_, statistics) = mini.ask("GET", &format!("/jobs/{}/checkpoints", jobs[0]), None);
    assert_eq!(statistics["latest"]["restored"]["is_savepoint"], true);
}

#[test]
fn a_program_that_the_state_does_not_fit_changes_nothing() {
    let (mini, old, job) = cluster();
    let new = mini.file(
        "new.toml",
        &orders().replace("uid = \"count\"", "uid = \"tally\""),
    );
    let ran = deploy(&mini, &new, &old);
    assert_eq!(ran.code, 6, "{ran:?}");
    assert_eq!(running(&mini), [job]);
}

#[test]
fn a_program_that_does_not_come_up_is_rolled_back() {
    let (mini, old, job) = cluster();
    // nobody can write there, which shows only when it runs
    let sink = "type = \"file\"\npath = \"/proc/counts.txt\"";
    let new = mini.file("new.toml", &orders().replace("type = \"discard\"", sink));
    let ran = deploy(&mini, &new, &old);
    assert_eq!(ran.code, 1, "{ran:?}");
    let jobs = running(&mini);
    assert!(jobs.len() == 1 && jobs[0] != job, "{jobs:?}: {ran:?}");
    let (_, statistics) = mini.ask("GET", &format!("/jobs/{}/checkpoints", jobs[0]), None);
    assert_eq!(statistics["latest"]["restored"]["is_savepoint"], true);
}
