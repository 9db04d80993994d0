//! The tool against real Apache Flink: the real binary, real clusters on loopback, one trial for each promise.
//!
//! Clusters are started by `tests/servers/flink`, each at most once, shared by its trials, and always ended. Because
//! that takes minutes, and downloads Flink once, it happens only with SAVEPOINTCTL_TEST_FLINK=1, which `tests/run` sets;
//! otherwise the trials count as ignored, and so they do where a program that they need is missing. With CI=true a
//! missing program is a failure.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

mod application;
mod bad_input;
mod checkpoint;
mod cluster;
mod disposal;
mod dropin;
mod failures;
mod forgetful;
mod high_availability;
mod jobs;
mod life;
#[cfg(feature = "minicluster")]
#[allow(dead_code, reason = "the tests of the minicluster use the rest")]
#[path = "../minicluster/served/cluster.rs"]
mod minicluster;
mod offline;
mod outage;
mod preflight;
mod recipe;
#[cfg(feature = "minicluster")]
mod replay;
mod restore;
mod shared;
mod stop;
mod tally;
mod tls;
mod tool;
mod trigger;
mod verify;
mod wait;
mod watchdog;
mod words;

use std::env;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use cluster::Version;
use high_availability::Pair;
use shared::Shared;

/// A trial on the cluster of one version: its name, and what it does.
type OnCluster = (&'static str, fn(&Shared));

/// A trial that starts its cluster by itself.
type OnItsOwn = (&'static str, fn());

/// Trials mostly wait, so more of them run at once than there are cores.
const THREADS: usize = 4;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    let wanted = env::var("SAVEPOINTCTL_TEST_FLINK").is_ok_and(|value| value == "1");
    let missing = if wanted { missing() } else { Vec::new() };
    let why_not = match (wanted, missing.is_empty()) {
        (false, _) => Some("run them with tests/run, or with SAVEPOINTCTL_TEST_FLINK=1".to_owned()),
        (true, false) => Some(format!(
            "missing: {}; tests/run gets it",
            missing.join(", ")
        )),
        (true, true) => None,
    };
    let no_zookeeper = wanted && !high_availability::is_possible();
    let trials = trials(why_not.is_some(), no_zookeeper);
    let ha = high_availability::TRIALS.len();
    let skipped = match why_not {
        Some(why) => Some((trials.len(), why)),
        None if no_zookeeper => Some((ha, "missing: zookeeper; tests/run gets it".to_owned())),
        None => None,
    };
    if let (Some((count, why)), false) = (skipped, arguments.list) {
        println!("{count} real-Flink tests skipped: {why}");
        arguments.quiet |= count == trials.len();
        if wanted && env::var("CI").is_ok_and(|value| value == "true") {
            eprintln!("nothing may be missing with CI=true");
            return ExitCode::FAILURE;
        }
    }
    watchdog::start();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The programs that the clusters need and that do not work here.
fn missing() -> Vec<&'static str> {
    let works = |program: &str, argument: &str| {
        let mut command = Command::new(program);
        command
            .arg(argument)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let programs = [
        ("java", "-version"),
        ("javac", "-version"),
        ("openssl", "version"),
        ("python3", "--version"),
        ("curl", "--version"),
    ];
    let missing = programs
        .iter()
        .filter(|(program, argument)| !works(program, argument));
    missing.map(|(program, _)| *program).collect()
}

/// Every trial, those of one cluster in a row: a cluster is ended with the last of its trials.
fn trials(ignored: bool, no_zookeeper: bool) -> Vec<Trial> {
    let rooms = [
        jobs::TRIALS,
        trigger::TRIALS,
        stop::TRIALS,
        checkpoint::TRIALS,
        wait::TRIALS,
        failures::TRIALS,
        life::TRIALS,
        recipe::TRIALS,
        restore::TRIALS,
        preflight::TRIALS,
        bad_input::TRIALS,
        disposal::TRIALS,
        verify::TRIALS,
        offline::TRIALS,
        outage::TRIALS,
        // last, because other settings cost a restart
        forgetful::TRIALS,
    ];
    let mut trials = Vec::new();
    for version in Version::TESTED {
        let shared = Arc::new(Shared::new(version));
        let compared = if dropin::compares(version) {
            dropin::TRIALS
        } else {
            &[]
        };
        for (name, body) in rooms.iter().copied().flatten().chain(compared) {
            let shared = Arc::clone(&shared);
            let trial = watchdog::trial(format!("{version}::{name}"), move || body(&shared));
            trials.push(trial.with_ignored_flag(ignored));
        }
    }
    #[cfg(feature = "minicluster")]
    let replay = replay::TRIALS;
    #[cfg(not(feature = "minicluster"))]
    let replay = &[];
    let own = [tls::TRIALS, application::TRIALS, words::TRIALS, replay];
    for (name, body) in own.into_iter().flatten() {
        let trial = watchdog::trial(format!("own::{name}"), *body);
        trials.push(trial.with_ignored_flag(ignored));
    }
    let pair = Arc::new(Pair::default());
    for (name, body) in high_availability::TRIALS {
        let pair = Arc::clone(&pair);
        let trial = watchdog::trial(format!("ha::{name}"), move || body(&pair));
        trials.push(trial.with_ignored_flag(ignored || no_zookeeper));
    }
    trials
}
