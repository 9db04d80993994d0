//! How results look: colours, zones, units, and results that are shown again and again.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::answers::{self, NOW};
use super::run::{Dir, at};
use super::server::{Answer, Flink};

fn cluster() -> Flink {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let savepoint = answers::complete(3, "SAVEPOINT", NOW, "s3://b/sp/1");
    flink.set_history(&job, vec![savepoint]);
    flink
}

#[test]
fn a_pipe_gets_no_colours_unless_they_are_asked_for() {
    let flink = cluster();
    let plain = at(&flink, "list").run();
    let colored = at(&flink, "list --color always").run();
    assert!(!plain.stdout.contains('\u{1b}'), "{plain:?}");
    assert!(
        colored.stdout.starts_with("\u{1b}[1mTIME"),
        "{:?}",
        colored.stdout
    );
    let strip = |text: &str| text.replace("\u{1b}[1m", "").replace("\u{1b}[0m", "");
    assert_eq!(strip(&colored.stdout), plain.stdout);
}

#[test]
fn times_are_in_the_machines_zone_or_in_utc() {
    let flink = cluster();
    let zone = |words: &str| at(&flink, words).env("TZ", "Asia/Tokyo").run().stdout;
    assert!(
        zone("list").contains("+09:00  savepoint"),
        "{}",
        zone("list")
    );
    assert!(
        zone("list --utc").contains("Z  savepoint"),
        "{}",
        zone("list --utc")
    );
    let json = zone("list -o json");
    assert!(json.contains("Z\"") && !json.contains("+09:00"), "{json}");
}

#[test]
fn sizes_are_in_binary_units_or_bytes() {
    let flink = cluster();
    assert!(at(&flink, "list").run().stdout.contains("182.9 KiB"));
    assert!(
        at(&flink, "list --bytes")
            .run()
            .stdout
            .contains("  187260  ")
    );
}

#[test]
fn a_watch_shows_a_document_a_line_until_nobody_reads() {
    let flink = cluster();
    let mut child = Command::new(env!("CARGO_BIN_EXE_savepointctl"))
        .args(["-m", &flink.url(), "jobs", "--watch=10ms", "-o", "json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for _ in 0..3 {
        let document: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(document["jobs"][0]["job_name"], "orders");
    }
    drop(lines);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_watch_that_cannot_begin_fails_as_usual() {
    let outcome = super::run::tool(["-m", "127.0.0.1:1", "jobs", "--watch"]).run();
    assert_eq!((outcome.code, outcome.stdout.as_str()), (5, ""));
}

#[test]
fn a_running_savepoint_shows_on_a_terminal_what_the_cluster_reports() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let mut taken = answers::unfinished(3, "SAVEPOINT", NOW);
    taken["num_acknowledged_subtasks"] = json!(3);
    flink.set_history(&job, vec![taken]);
    let below = format!("/jobs/{}/savepoints", job.id);
    flink.accept_triggers(&format!("POST {below}"), 1);
    let is_done = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_done);
    flink.always_polls(
        &below,
        Answer::by(move |_| {
            if seen.load(Ordering::Relaxed) {
                answers::done("s3://b/sp/1")
            } else {
                answers::in_progress()
            }
        }),
    );
    let dir = Dir::new();
    let line = format!(
        "{} -m {} trigger orders > out",
        env!("CARGO_BIN_EXE_savepointctl"),
        flink.url()
    );
    let mut child = Command::new("timeout")
        .args(["--foreground", "60", "script", "-qec", &line, "/dev/null"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", dir.path())
        .env("TERM", "xterm")
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut terminal = child.stdout.take().unwrap();
    let (mut shown, mut some) = (String::new(), [0; 256]);
    while !shown.contains("3 of 4 subtasks, 182.9 KiB") {
        let count = terminal.read(&mut some).unwrap();
        assert!(count > 0, "it ended without a report: {shown}");
        shown.push_str(&String::from_utf8_lossy(&some[..count]));
    }
    is_done.store(true, Ordering::Relaxed);
    std::io::copy(&mut terminal, &mut std::io::sink()).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let location = std::fs::read_to_string(dir.path().join("out")).unwrap();
    assert_eq!(location, "s3://b/sp/1\n");
}
