//! What the binary answers a shell that asks at a Tab; tests/completion presses it.

use std::time::{Duration, Instant};

use super::answers;
use super::run::tool;
use super::server::Flink;

/// How long an answer may be empty: a busy machine may keep the cluster from answering in time for the first one.
const PATIENCE: Duration = Duration::from_secs(20);

/// The words that a line's last one may become.
fn offered(line: &str) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let words = ["--"].into_iter().chain(line.split(' '));
        let outcome = tool(words).env("SAVEPOINTCTL_COMPLETE", "bash").run();
        outcome.is(0, &outcome.stdout, &[]);
        let found: Vec<String> = outcome.stdout.lines().map(str::to_owned).collect();
        if !found.is_empty() || begun.elapsed() > PATIENCE {
            return found;
        }
    }
}

#[test]
fn a_reference_comes_once_for_each_name_of_which_there_is_a_snapshot() {
    let flink = Flink::start("2.3.0");
    for (number, name) in [(1, "orders"), (2, "orders"), (3, "second job")] {
        let job = flink.job(name);
        let location = format!("s3://bucket/sp/savepoint-{number}");
        flink.set_history(
            &job,
            vec![answers::complete(number, "SAVEPOINT", 1, &location)],
        );
    }
    flink.job("without");
    let mut found = offered(&format!("savepointctl -m {} inspect latest", flink.url()));
    found.sort();
    assert_eq!(found, ["latest", "latest:orders", "latest:second job"]);
}

#[test]
fn of_a_line_that_names_no_cluster_only_words_are_offered() {
    let found = offered("savepointctl trigger orders --type ");
    assert_eq!(found, ["canonical", "native"]);
}
