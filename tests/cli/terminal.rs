//! The binary on a pseudo-terminal (`script` of util-linux), where questions are asked.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use super::dispose::{POST, SAVEPOINT, accepts, posted};
use super::run::Dir;
use super::server::Flink;

/// What came of a run on a terminal.
struct Shown {
    code: i32,
    /// What went to stdout, which is a file.
    stdout: String,
    /// What the terminal showed.
    terminal: String,
}

/// Runs with these words, and types these keys when asked.
fn typing(flink: &Flink, words: &str, keys: &str) -> Shown {
    let dir = Dir::new();
    let line = format!(
        "{} -m {} {words} > out",
        env!("CARGO_BIN_EXE_savepointctl"),
        flink.url()
    );
    let mut child = Command::new("timeout")
        .args(["--foreground", "30", "script", "-qec", &line, "/dev/null"])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", dir.path())
        .current_dir(dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut shown, mut byte) = (Vec::new(), [0u8]);
    let mut stdout = child.stdout.take().unwrap();
    while !shown.ends_with(b"[y/N] ") && stdout.read(&mut byte).unwrap() > 0 {
        shown.push(byte[0]);
    }
    // kept open: an end of the input would be an answer
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(keys.as_bytes()).unwrap();
    stdin.flush().unwrap();
    stdout.read_to_end(&mut shown).unwrap();
    Shown {
        code: child.wait().unwrap().code().unwrap(),
        stdout: std::fs::read_to_string(dir.path().join("out")).unwrap(),
        terminal: String::from_utf8_lossy(&shown).into_owned(),
    }
}

#[test]
fn yes_on_a_terminal_disposes_of_what_was_named_and_shown() {
    for keys in ["y\r", "yes\r"] {
        let flink = Flink::start("2.3.0");
        accepts(&flink, 1);
        let shown = typing(&flink, &format!("dispose {SAVEPOINT}"), keys);
        assert_eq!(
            (shown.code, shown.stdout),
            (0, format!("{SAVEPOINT}\n")),
            "{}",
            shown.terminal
        );
        assert!(shown.terminal.contains(SAVEPOINT), "{}", shown.terminal);
        assert!(
            shown.terminal.contains("cannot be undone"),
            "{}",
            shown.terminal
        );
        assert_eq!(posted(&flink), [SAVEPOINT]);
    }
}

#[test]
fn anything_else_on_a_terminal_is_a_no_with_exit_7_and_nothing_is_disposed_of() {
    for keys in ["n\r", "\r", "x\r", "yy\r", "\u{4}"] {
        let flink = Flink::start("2.3.0");
        let shown = typing(&flink, &format!("dispose {SAVEPOINT}"), keys);
        assert_eq!(
            (shown.code, shown.stdout.as_str()),
            (7, ""),
            "{keys:?}: {}",
            shown.terminal
        );
        assert!(
            shown.terminal.contains("nothing was disposed of"),
            "{}",
            shown.terminal
        );
        assert!(flink.requests_of(POST).is_empty());
    }
}

#[test]
fn ctrl_c_at_the_question_ends_it_at_once_and_nothing_is_disposed_of() {
    let flink = Flink::start("2.3.0");
    let shown = typing(&flink, &format!("dispose {SAVEPOINT}"), "\u{3}");
    assert_eq!(
        (shown.code, shown.stdout.as_str()),
        (130, ""),
        "{}",
        shown.terminal
    );
    assert!(flink.requests_of(POST).is_empty());
}

#[test]
fn what_is_refused_is_not_asked_for() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let shown = typing(&flink, &format!("dispose s3://b/cp/{}/chk-3", job.id), "");
    assert_eq!((shown.code, shown.stdout.as_str()), (7, ""));
    assert!(!shown.terminal.contains("[y/N]"), "{}", shown.terminal);
    assert!(flink.requests_of(POST).is_empty());
}
