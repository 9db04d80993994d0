//! How it starts, says where it is, and ends.

use std::fs;
use std::net::TcpListener;
use std::process::Stdio;

use super::cluster::{Dir, Mini, Ran, command, until};

fn refused(words: &[&str]) -> Ran {
    let dir = Dir::new();
    let mut command = command(dir.path());
    command.arg("minicluster").args(words);
    Ran::of(command)
}

#[test]
fn it_prints_its_url_and_answers_at_once() {
    let mini = Mini::start("");
    assert_eq!(mini.printed(), format!("{}\n", mini.url));
    assert!(mini.url.starts_with("http://127.0.0.1:"));
    let ran = mini.run("jobs --all");
    ran.is(0, &[]);
    let config = mini.ask("GET", "/config", None).1;
    assert_eq!(config["flink-version"], "2.3.0");
    let revision = config["flink-revision"].as_str().unwrap();
    assert!(
        revision.starts_with("savepointctl minicluster"),
        "{revision}"
    );
}

#[test]
fn its_url_is_a_json_field_too() {
    let mini = Mini::start("-o json --dir mc");
    let printed: serde_json::Value = serde_json::from_str(&mini.printed()).unwrap();
    assert_eq!(printed["url"], mini.url.as_str());
    let checkpoints = printed["checkpoint_directory"].as_str().unwrap();
    assert!(checkpoints.ends_with("mc/checkpoints"), "{checkpoints}");
    assert!(printed["savepoint_directory"].is_null());
}

#[test]
fn either_signal_ends_it_well_and_takes_its_ready_file_away() {
    for signal in ["-INT", "-TERM"] {
        // an address of its own: nobody else can have its port when it is gone
        let mut mini = Mini::start("--bind 127.0.0.59");
        mini.signal(signal);
        assert_eq!(mini.end(), 0, "{}", mini.said());
        assert!(!mini.dir.path().join("url").exists());
        assert_eq!(
            fs::read_dir(mini.dir.path()).unwrap().count(),
            2,
            "only our two logs"
        );
        mini.run("jobs").is(5, &["Connection refused"]);
    }
}

#[test]
fn a_taken_port_is_told_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    refused(&["--port", &port]).is(1, &["cannot listen at 127.0.0.1:", "0 takes a free one"]);
}

#[test]
fn what_cannot_be_used_is_a_usage_error_that_names_it() {
    for (words, said) in [
        (
            &["--fault", "savepoint:explode"][..],
            "'explode' is no fault of savepoint",
        ),
        (&["--fault", "http"], "'http' is no fault"),
        (&["--bind", "localhost"], "--bind"),
        (&["--port", "70000"], "--port"),
        (
            &["-D", "state.backend.savepoints=rocksdb"],
            "state.backend.savepoints (flag -D) must be jobmanager or filesystem",
        ),
        (
            &["-D", "state.backend.savepoints=filesystem"],
            "no directory is named for savepoints: set state.backend.savepoints.fs.dir",
        ),
        (
            &["--port", "0", "--ready-file", "no/such/file"],
            "cannot write the ready file no/such/file",
        ),
        (
            &["--port", "0", "--ready-file", "."],
            "cannot write the ready file .: is a directory",
        ),
    ] {
        let ran = refused(words);
        ran.is(2, &[said]);
        assert!(ran.stdout.is_empty(), "{ran:?}");
    }
}

#[test]
fn a_bad_value_in_flinks_configuration_is_named_with_its_line() {
    let dir = Dir::new();
    fs::create_dir(dir.path().join("conf")).unwrap();
    fs::write(
        dir.path().join("conf/config.yaml"),
        "rest.port: 0\nstate.savepoints.dir: s3://b/sp\n",
    )
    .unwrap();
    let mut command = command(dir.path());
    command.arg("minicluster");
    Ran::of(command).is(
        2,
        &["state.savepoints.dir (conf/config.yaml:2) must be a directory of this machine"],
    );
}

#[test]
fn an_address_that_others_reach_is_warned_about() {
    let mini = Mini::start("--bind 0.0.0.0");
    assert!(
        mini.said().contains("warning: listening at 0.0.0.0:"),
        "{}",
        mini.said()
    );
    let loopback = Mini::start("");
    assert!(!loopback.said().contains("warning"), "{}", loopback.said());
}

#[test]
fn the_configuration_in_force_is_told_with_secrets_masked() {
    let mini = Mini::start(
        "--dir mc -D state.backend.savepoints=filesystem -D s3.secret-key=hunter2 -D a.b=c",
    );
    let (_, told) = mini.ask("GET", "/jobmanager/config", None);
    let value = |key: &str| {
        let entries = told.as_array().unwrap().iter();
        let found = entries
            .filter(|entry| entry["key"] == key)
            .map(|entry| entry["value"].as_str().unwrap());
        found.collect::<Vec<_>>().join("|")
    };
    assert_eq!(value("a.b"), "c");
    assert_eq!(value("s3.secret-key"), "******");
    let savepoints = value("execution.checkpointing.savepoint-dir");
    assert!(
        savepoints.starts_with("file:///") && savepoints.ends_with("/mc/savepoints"),
        "{savepoints}"
    );
    assert!(!told.to_string().contains("hunter2"));
}

#[test]
fn a_stdout_that_nobody_reads_holds_up_neither_a_cancel_nor_the_end() {
    let dir = Dir::new();
    let mut command = command(dir.path());
    command
        .args(["minicluster", "--port", "0", "--ready-file", "url"])
        .stdout(Stdio::piped())
        .stderr(fs::File::create(dir.path().join("stderr")).unwrap());
    let mut mini = Mini::of(command, dir);
    let job = mini.job("[[operator]]\ntype = \"sequence\"\n[[operator]]\ntype = \"print\"\n");
    until("it has printed more than a pipe holds", || {
        let (_, details) = mini.ask("GET", &format!("/jobs/{job}"), None);
        (details["duration"].as_i64()? >= 1500).then_some(())
    });
    mini.run(&format!("cancel {job}")).is(0, &[]);
    mini.until_state(&job, "CANCELED");
    mini.signal("-TERM");
    assert_eq!(mini.end(), 0);
    assert!(
        mini.said().contains("of print sinks were dropped"),
        "{}",
        mini.said()
    );
}

#[test]
fn the_ready_file_of_an_earlier_run_is_gone_even_if_the_start_fails() {
    let dir = Dir::new();
    fs::write(dir.path().join("url"), "http://127.0.0.1:1\n").unwrap();
    let mut command = command(dir.path());
    command.args(["minicluster", "--ready-file", "url", "--fault", "nonsense"]);
    Ran::of(command).is(2, &["'nonsense' is no fault"]);
    assert!(!dir.path().join("url").exists());
}
