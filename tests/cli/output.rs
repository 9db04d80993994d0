//! Where output goes: streams, formats, quiet and verbose, closed pipes, full disks, hostile texts.

use std::fs::OpenOptions;
use std::process::Stdio;

use serde_json::{Value, json};

use super::answers::{self, NOW, done, failed};
use super::run::{at, shell, tool};
use super::server::{Answer, Flink, Job};

const AT: &str = "file:/sp/savepoint-a1fd72-0f6e2d3c4b5a";

fn one_savepoint(name: &str, poll: Answer) -> (Flink, Job) {
    let flink = Flink::start("2.3.0");
    let job = flink.job(name);
    flink.accept_triggers(&format!("POST /jobs/{}/savepoints", job.id), 1);
    flink.polls(&format!("/jobs/{}/savepoints", job.id), [poll]);
    (flink, job)
}

#[test]
fn every_format_of_trigger_prints_the_location_and_json_is_one_line() {
    for format in ["table", "name"] {
        let (flink, _) = one_savepoint("orders", done(AT));
        at(&flink, &format!("trigger orders -o {format}"))
            .run()
            .is(0, &format!("{AT}\n"), &[]);
    }
    let (flink, job) = one_savepoint("orders", done(AT));
    flink.set_history(&job, vec![answers::complete(5, "SAVEPOINT", NOW, AT)]);
    let outcome = at(&flink, "--output json trigger orders").run();
    assert_eq!(outcome.stdout.lines().count(), 1);
    assert!(serde_json::from_str::<Value>(&outcome.stdout).is_ok());
}

#[test]
fn quiet_leaves_the_result_and_errors() {
    let (flink, _) = one_savepoint("orders", done(AT));
    let outcome = at(&flink, "-q trigger orders").run();
    outcome.is(0, &format!("{AT}\n"), &[]);
    assert_eq!(outcome.stderr, "");
    let (flink, _) = one_savepoint("orders", failed(answers::DISK_FULL));
    at(&flink, "-q trigger orders")
        .run()
        .fails(1, &["No space left"]);
}

#[test]
fn v_shows_each_request_with_status_and_time_and_vv_the_bodies() {
    let (flink, job) = one_savepoint("orders", done(AT));
    let stderr = at(&flink, "-v trigger orders").run().stderr;
    for line in [
        "GET URL/v1/overview 200 (",
        "GET URL/v1/jobs/overview 200 (",
        "POST URL/v1/jobs/ID/savepoints 202 (",
    ] {
        let line = line.replace("URL", &flink.url()).replace("ID", &job.id);
        let found = stderr.lines().find(|shown| shown.contains(&line));
        assert!(
            found.is_some_and(|shown| shown.ends_with(" ms)")),
            "{line}: {stderr}"
        );
    }
    assert!(!stderr.contains("cancel-job"), "{stderr}");
    let (flink, _) = one_savepoint("orders", done(AT));
    let stderr = at(&flink, "-vv trigger orders").run().stderr;
    assert!(stderr.contains("\"cancel-job\":false"), "{stderr}");
}

#[test]
fn a_closed_pipe_ends_the_program_quietly() {
    let flink = Flink::start("2.3.0");
    for number in 0..40 {
        flink.job(&format!("job {number}"));
    }
    for format in ["table", "json", "name"] {
        let line = format!("savepointctl -m {} jobs -o {format} | true", flink.url());
        let outcome = shell(&line).run();
        assert_eq!(
            (outcome.code, outcome.stderr.as_str()),
            (0, ""),
            "{outcome:?}"
        );
    }
    let outcome = shell("savepointctl --help | true; savepointctl man --help | true; savepointctl completions bash | true").run();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, ""),
        "{outcome:?}"
    );
}

#[test]
fn a_full_disk_under_stdout_is_exit_1_with_a_sentence_and_the_location_is_not_lost() {
    let (flink, _) = one_savepoint("orders", done(AT));
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let outcome = at(&flink, "trigger orders").run_into(Stdio::from(full));
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(
        outcome.stderr.contains("cannot write the result to stdout"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains(AT), "{outcome:?}");
}

#[test]
fn a_full_disk_is_exit_1_for_every_command_that_prints() {
    for words in [&["uid", "a"][..], &["config"], &["completions", "bash"]] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let outcome = tool(words.iter()).run_into(Stdio::from(full));
        assert_eq!(outcome.code, 1, "{words:?}: {outcome:?}");
        assert!(outcome.stderr.contains("cannot write"), "{outcome:?}");
    }
}

#[test]
fn a_stdout_that_is_closed_from_the_start_is_no_crash() {
    let outcome = shell("savepointctl uid a >&-; echo $? >&2").run();
    assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
}

#[test]
fn a_job_name_with_terminal_escapes_is_harmless_everywhere() {
    let name = "or\u{1b}[2J\u{1b}]0;owned\u{7}ders\u{9b}31m\r\u{8}";
    let harmless = |text: &str| {
        let bad = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(bad, None, "{text:?}");
    };
    let (flink, job) = one_savepoint(name, failed("java.lang.X: why\u{1b}[31m not"));
    for words in [
        "jobs",
        "jobs -o json",
        "jobs -o name",
        &format!("trigger {}", job.id),
        "trigger nothing",
    ] {
        let outcome = at(&flink, words).run();
        harmless(&outcome.stdout);
        harmless(&outcome.stderr);
    }
    // JSON carries the name as it is, escaped
    let json: Value = serde_json::from_str(&at(&flink, "jobs -o json").run().stdout).unwrap();
    assert_eq!(json["jobs"][0]["job_name"], json!(name));
    flink.job(name);
    let outcome = at(&flink, "trigger").arg(name).run();
    assert_eq!(outcome.code, 2);
    harmless(&outcome.stderr);
}

#[test]
fn a_job_name_with_line_ends_cannot_pretend_to_be_a_line_of_ours() {
    let name = "orders\nhint: resume with `rm -rf ~`";
    let (flink, job) = one_savepoint(name, failed(answers::DISK_FULL));
    let outcome = at(&flink, &format!("trigger {}", job.id)).run();
    assert!(
        !outcome
            .stderr
            .lines()
            .any(|line| line.starts_with("hint: resume")),
        "{outcome:?}"
    );
}

#[test]
fn a_location_with_control_characters_stays_one_harmless_line() {
    let (flink, _) = one_savepoint("orders", done("file:/sp/a\u{1b}[31m\nfile:/sp/b"));
    let outcome = at(&flink, "trigger orders").run();
    assert_eq!(outcome.code, 0);
    assert_eq!(outcome.stdout.lines().count(), 1, "{outcome:?}");
    assert!(!outcome.stdout.contains('\u{1b}'), "{outcome:?}");
}

#[test]
fn the_servers_stack_with_v_carries_no_escapes_to_the_terminal() {
    let (flink, _) = one_savepoint("orders", failed("java.lang.X: why\u{1b}[31m not"));
    let outcome = at(&flink, "-v trigger orders").run();
    assert!(
        outcome.code == 1 && !outcome.stderr.contains('\u{1b}'),
        "{outcome:?}"
    );
}
