//! `flink ARGS...`: what of a line counts, what is said of the rest, and what hints tell to type.

use super::flink::{at, flink, free_address, started};
use super::run::{Dir, tool};
use super::server::{Answer, Flink};
use serde_json::json;

#[test]
fn of_several_values_of_one_option_those_that_do_not_count_are_named() {
    let (cluster, _) = started();
    cluster.always(
        "POST /savepoint-disposal",
        Answer::json(200, json!({"request-id": "a".repeat(32)})),
    );
    cluster.always_polls("/savepoint-disposal", super::answers::disposed());
    let disposed = at(&cluster, "savepoint -d /sp/A -d /sp/B").run();
    let said = ["warning: ", "-d /sp/B; the first one counts, -d /sp/A"];
    assert!(disposed.code == 0, "{disposed:?}");
    for said in said {
        assert!(disposed.stderr.contains(said), "{disposed:?}");
    }
    let sent = super::flink::body(&cluster, "POST /savepoint-disposal");
    assert_eq!(sent["savepoint-path"], "/sp/A");
    for (words, said) in [
        ("stop -p /a -p /b x", "-p /b; the first one counts, -p /a"),
        ("cancel -s /a -s /b x", "-s /b; the first"),
        (
            "savepoint -type native -type canonical x",
            "-type canonical; the first",
        ),
        ("run -p 1 -p 2 /nowhere.jar", "-p 2; the first"),
        (
            "list -m localhost:1 -m localhost:2",
            "-m localhost:2; the first",
        ),
        ("list -Drest.port=1 -Drest.port=2", "-D rest.port; the last"),
        ("list -t remote -e remote", "-e remote; -t goes before it"),
    ] {
        let outcome = flink(words).run();
        let named = outcome
            .stderr
            .lines()
            .any(|line| line.starts_with("warning: ignored, as Flink does") && line.contains(said));
        assert!(named, "{words}: {outcome:?}");
    }
}

#[test]
fn an_address_before_flink_counts_as_one_behind_it() {
    let (right, job) = started();
    let wrong = Flink::start("2.3.0");
    let other = wrong.address().to_string();
    let (host, port) = (right.address().ip(), right.address().port());
    let conf = Dir::new();
    conf.file(
        "config.yaml",
        format!("rest.address: {host}\nrest.port: {port}\n"),
    );
    let words = format!("list -Drest.address={host} -Drest.port={port}");
    for (words, said) in [(words.as_str(), ""), ("list -t remote", "-m is left out")] {
        let outcome = tool(["-m", &other, "flink"])
            .args(words.split(' '))
            .env("FLINK_CONF_DIR", conf.path().to_str().unwrap())
            .run();
        assert!(
            outcome.code == 0 && outcome.stdout.contains(&job.id),
            "{outcome:?}"
        );
        assert!(outcome.stderr.contains(said), "{outcome:?}");
    }
    assert!(wrong.requests().is_empty());
    let plain = tool(["-m", &right.address().to_string(), "flink", "list"]).run();
    assert!(plain.stdout.contains(&job.id), "{plain:?}");
    tool(["-m", "yarn-cluster", "flink", "list"])
        .run()
        .fails(1, &["not covered"]);
}

#[test]
fn flags_before_flink_that_cannot_have_effect_are_refused() {
    let (cluster, _) = started();
    for flag in ["--utc", "--bytes", "-ojson", "-oname"] {
        let outcome = tool(["-m", &cluster.url(), flag, "flink", "list"]).run();
        outcome.fails(1, &["has no effect", "Flink's form only"]);
    }
    assert!(cluster.requests().is_empty());
    let colored = tool(["-m", &cluster.url(), "--color", "always", "flink", "list"]).run();
    assert!(
        colored.code == 0 && !colored.stdout.contains('\u{1b}'),
        "{colored:?}"
    );
    assert!(
        colored.stderr.contains("not what `flink` prints"),
        "{colored:?}"
    );
}

#[test]
fn hints_name_what_is_taken_behind_flink() {
    let unreachable = flink(&format!("list -m {}", free_address())).run();
    let line = unreachable
        .stderr
        .split('`')
        .find(|part| part.starts_with("-D rest.retry"))
        .unwrap_or_else(|| panic!("{unreachable:?}"));
    assert!(!unreachable.stderr.contains("--connect-timeout"));
    // it is taken as it is printed
    let (cluster, _) = started();
    let outcome = at(&cluster, &format!("list {line}")).run();
    assert!(
        outcome.code == 0 && outcome.stderr.is_empty(),
        "{outcome:?}"
    );
    flink("list").run().fails(
        31,
        &[
            "-m HOST:PORT",
            "SAVEPOINTCTL_JOBMANAGER",
            "FLINK_CONF_DIR",
            "`savepointctl demo`",
        ],
    );
}
