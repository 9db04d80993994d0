//! `trigger` whose result the cluster has forgotten, and `trigger --idempotency-key`.

use std::time::Duration;

use serde_json::{Value, json};

use super::answers::{self, DISK_FULL, NOW, done, failed, in_progress, unknown};
use super::run::{Outcome, at, shell};
use super::server::{Answer, Flink, Job};
use super::trigger::{AT, below, flink, post, trigger_ids};

// --- results that the cluster has forgotten -----------------------------------------------------------------------

/// A trigger whose result has expired, in a job with this history.
fn expired(version: &str, entries: Vec<Value>) -> (Flink, Job, Outcome) {
    let (flink, job) = flink(version);
    flink.accept_triggers(&post(&job), 1);
    flink.set_history(&job, entries);
    let unknown = if version == "1.14.6" {
        answers::unknown_before_1_15()
    } else {
        unknown(&job)
    };
    flink.always_polls(&below(&job), unknown);
    let outcome = at(&flink, "trigger orders").run();
    (flink, job, outcome)
}

#[test]
fn of_an_expired_result_the_one_savepoint_since_the_start_is_the_answer() {
    for version in ["1.14.6", "1.15.4", "2.3.0"] {
        let (_flink, _, outcome) = expired(
            version,
            vec![
                answers::complete(9, "CHECKPOINT", NOW + 900, "file:/cp/chk-9"),
                answers::complete(8, "SAVEPOINT", NOW + 20, AT),
                answers::complete(7, "SAVEPOINT", NOW - 20, "file:/sp/earlier"),
            ],
        );
        outcome.is(
            0,
            &format!("{AT}\n"),
            &["no longer knows trigger id", "number 8"],
        );
    }
}

#[test]
fn of_an_expired_result_several_savepoints_are_listed_and_none_is_chosen() {
    let (_flink, _, outcome) = expired(
        "2.3.0",
        vec![
            answers::complete(8, "SAVEPOINT", NOW + 20, AT),
            answers::complete(7, "SAVEPOINT", NOW + 10, "file:/sp/other"),
        ],
    );
    outcome.fails(4, &[AT, "file:/sp/other"]);
}

#[test]
fn of_an_expired_result_without_any_savepoint_nothing_is_claimed() {
    let entries = vec![
        answers::complete(8, "CHECKPOINT", NOW + 20, "file:/cp/chk-8"),
        answers::complete(7, "SAVEPOINT", NOW - 1, "file:/sp/earlier"),
    ];
    let (_flink, _, outcome) = expired("2.3.0", entries);
    outcome.fails(
        4,
        &[
            "does not know trigger id",
            "look into the savepoint directory",
        ],
    );
    assert!(!outcome.stderr.contains("failed"), "{outcome:?}");
}

#[test]
fn of_an_expired_result_a_savepoint_in_progress_is_waited_for() {
    let (flink, job) = flink("2.3.0");
    flink.accept_triggers(&post(&job), 1);
    flink.always_polls(&below(&job), unknown(&job));
    let history = format!("GET /jobs/{}/checkpoints", job.id);
    let under_way = answers::history(vec![answers::unfinished(8, "SAVEPOINT", NOW + 20)]);
    let complete = answers::history(vec![answers::complete(8, "SAVEPOINT", NOW + 20, AT)]);
    flink.on(&history, [Answer::ok(under_way), Answer::ok(complete)]);
    at(&flink, "trigger orders")
        .run()
        .is(0, &format!("{AT}\n"), &["no longer knows"]);
}

#[test]
fn of_an_expired_result_a_savepoint_in_progress_is_waited_for_no_longer_than_the_timeout() {
    let (flink, job) = flink("2.3.0");
    flink.accept_triggers(&post(&job), 1);
    flink.always_polls(&below(&job), unknown(&job));
    flink.set_history(&job, vec![answers::unfinished(8, "SAVEPOINT", NOW + 20)]);
    let outcome = at(&flink, "trigger orders --timeout 500ms").run();
    outcome
        .fails(3, &["is still running"])
        .took_less_than(Duration::from_secs(5));
    flink.set_history(&job, vec![answers::complete(8, "SAVEPOINT", NOW + 20, AT)]);
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{AT}\n"), &["no longer knows"]);
}

#[test]
fn of_an_expired_result_the_only_savepoint_having_failed_is_a_failure() {
    let entries = vec![answers::broken(
        8,
        "SAVEPOINT",
        NOW + 20,
        "Asynchronous task checkpoint failed.",
    )];
    let (_flink, _, outcome) = expired("2.3.0", entries);
    outcome.fails(1, &["Asynchronous task checkpoint failed."]);
}

// --- keys ---------------------------------------------------------------------------------------------------------

/// Polls of a key's attempts, in their order; those left out are unknown.
fn attempts(flink: &Flink, job: &Job, known: Vec<Answer>) {
    let unknown = std::iter::repeat_n(unknown(job), 5 - known.len());
    flink.polls(&below(job), known.into_iter().chain(unknown));
}

#[test]
fn a_key_joins_the_savepoint_that_is_under_way() {
    let (flink, job) = flink("2.3.0");
    attempts(&flink, &job, vec![in_progress()]);
    flink.polls(&below(&job), [in_progress(), done(AT)]);
    at(&flink, "trigger orders --idempotency-key k")
        .run()
        .is(0, &format!("{AT}\n"), &["joined"]);
}

#[test]
fn a_key_gives_the_location_of_its_finished_savepoint_again() {
    let (flink, job) = flink("2.3.0");
    attempts(&flink, &job, vec![done(AT)]);
    at(&flink, "trigger orders --idempotency-key k").run().is(
        0,
        &format!("{AT}\n"),
        &["complete already"],
    );
}

#[test]
fn a_key_whose_savepoint_failed_begins_the_next_attempt_under_another_id() {
    let (flink, job) = flink("2.3.0");
    attempts(&flink, &job, vec![failed(DISK_FULL)]);
    flink.accept_triggers(&post(&job), 1);
    flink.polls(&below(&job), [done(AT)]);
    at(&flink, "trigger orders --idempotency-key k")
        .run()
        .is(0, &format!("{AT}\n"), &[]);
    let asked = flink.requests_of(&format!("GET {}/*", below(&job)));
    let id = |n: usize| asked[n].path.rsplit('/').next().unwrap().to_owned();
    assert_eq!(trigger_ids(&flink, &job), [json!(id(1))]);
    assert_ne!(id(0), id(1));
}

#[test]
fn the_same_key_gives_the_same_id_on_the_same_job_only_and_stops_never_share_it() {
    let (flink, job) = flink("2.3.0");
    let other = flink.job("others");
    for (name, job, times) in [("orders", &job, 2), ("others", &other, 1)] {
        for _ in 0..times {
            attempts(&flink, job, vec![]);
            flink.accept_triggers(&post(job), 1);
            flink.polls(&below(job), [done(AT)]);
            at(&flink, &format!("trigger {name} --idempotency-key k"))
                .run()
                .is(0, &format!("{AT}\n"), &[]);
        }
    }
    let (ours, theirs) = (trigger_ids(&flink, &job), trigger_ids(&flink, &other));
    assert_eq!(ours[0], ours[1]);
    assert_ne!(ours[0], theirs[0]);
}

#[test]
fn a_key_with_five_known_failures_is_refused() {
    let (flink, job) = flink("2.3.0");
    attempts(&flink, &job, vec![failed(DISK_FULL); 5]);
    at(&flink, "trigger orders --idempotency-key k")
        .run()
        .fails(7, &["5 attempts"]);
}

#[test]
fn a_key_cannot_be_kept_before_1_15_and_nothing_is_begun() {
    let (flink, _) = flink("1.14.6");
    at(&flink, "trigger orders --idempotency-key k")
        .run()
        .fails(7, &["1.15"]);
}
