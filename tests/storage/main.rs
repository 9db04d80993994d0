//! Storages on real servers: SeaweedFS as S3, Hadoop's HDFS by its own protocol and over HTTP, alone and as a nameservice
//! of two NameNodes, Azurite and fake-gcs-server. The same promises are tried on each, and on this machine's disk and in
//! memory; then Flink itself writes savepoints to S3 and HDFS, and the tool finds its way there.
//!
//! Servers are started by the scripts in `tests/servers`, each at most once and only when a trial needs it. That takes
//! minutes, so it happens only with SAVEPOINTCTL_TEST_STORAGE=1, which `tests/run` sets; otherwise the trials count as
//! ignored, and so they do where a program that they need is missing. With CI=true a missing program is a failure.

#![allow(clippy::print_stdout, clippy::print_stderr, clippy::unwrap_used)]

#[allow(dead_code, reason = "shared with the trials on real Flink")]
#[path = "../flink/cluster.rs"]
mod cluster;
mod conformance;
mod denied;
mod flink;
mod markers;
mod offline;
mod places;
mod relay;
mod servers;
#[allow(dead_code, reason = "shared with the trials on real Flink")]
#[path = "../flink/tool.rs"]
mod tool;
#[path = "../flink/watchdog.rs"]
mod watchdog;
mod witness;

use std::env;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};

use servers::Servers;

/// Trials mostly wait, so more of them run at once than there are cores.
const THREADS: usize = 4;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(THREADS);
    let wanted = env::var("SAVEPOINTCTL_TEST_STORAGE").is_ok_and(|value| value == "1");
    let missing = if wanted { missing() } else { Vec::new() };
    let why_not = match (wanted, missing.is_empty()) {
        (false, _) => {
            Some("run them with tests/run, or with SAVEPOINTCTL_TEST_STORAGE=1".to_owned())
        }
        (true, false) => Some(format!(
            "missing: {}; tests/run gets it",
            missing.join(", ")
        )),
        (true, true) => None,
    };
    // the HTTP client of object_store, with which files are put there
    let _ = rustls::crypto::ring::default_provider().install_default();
    let trials = trials(why_not.is_some());
    if let (Some(why), false) = (why_not, arguments.list) {
        println!("{} storage tests skipped: {why}", trials.len());
        arguments.quiet = true;
        if wanted && env::var("CI").is_ok_and(|value| value == "true") {
            eprintln!("nothing may be missing with CI=true");
            return ExitCode::FAILURE;
        }
    }
    watchdog::start();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The programs that the servers need and that do not work here.
fn missing() -> Vec<&'static str> {
    let works = |words: &[&str]| {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let programs: [&[&str]; 6] = [
        &["java", "-version"],
        &["javac", "-version"],
        &["python3", "--version"],
        &["curl", "--version"],
        &["openssl", "version"],
        &["node", "--version"],
    ];
    let missing = programs.iter().filter(|words| !works(words));
    let mut missing: Vec<&str> = missing.map(|words| words[0]).collect();
    let hdfs = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/servers/hdfs");
    if !works(&[hdfs, "there"]) {
        missing.push("the Debian packages of tests/servers/hdfs");
    }
    missing
}

fn trials(ignored: bool) -> Vec<Trial> {
    let servers = Arc::new(Servers::default());
    let mut trials = Vec::new();
    let mut add = |name: String, body: Box<dyn FnOnce(&Servers) + Send>| {
        let servers = Arc::clone(&servers);
        let trial = watchdog::trial(name, move || body(&servers));
        trials.push(trial.with_ignored_flag(ignored));
    };
    // the slow ones first
    for (name, body) in flink::TRIALS {
        add(format!("flink::{name}"), Box::new(body));
    }
    for kind in places::KINDS {
        let name = "a_savepoint_goes_whole_and_the_one_beside_it_stays";
        let trial = move |servers: &Servers| offline::on_every_storage(&servers.place(kind, name));
        add(format!("{kind:?}::{name}").to_lowercase(), Box::new(trial));
        for (name, body) in conformance::TRIALS {
            let trial = move |servers: &Servers| body(&servers.place(kind, name));
            add(format!("{kind:?}::{name}").to_lowercase(), Box::new(trial));
        }
    }
    for (name, body) in denied::TRIALS {
        add(format!("denied::{name}"), Box::new(body));
    }
    for (name, body) in markers::TRIALS {
        add(format!("markers::{name}"), Box::new(body));
    }
    for (name, body) in offline::TRIALS {
        add(format!("offline::{name}"), Box::new(body));
    }
    trials
}
