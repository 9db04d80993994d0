//! `checkpoint`

use serde_json::{Value, json};

use super::answers::{self, NOW, checkpoint_done, checkpoint_failed, in_progress};
use super::run::{at, shell};
use super::server::{Answer, Flink, Job};

const AT: &str = "file:/cp/a1/chk-31";

/// A Flink that takes one checkpoint, whose polls are these.
fn polled(version: &str, polls: impl IntoIterator<Item = Answer>) -> (Flink, Job) {
    let flink = Flink::start(version);
    let job = flink.job("orders");
    let path = format!("/jobs/{}/checkpoints", job.id);
    flink.accept_triggers(&format!("POST {path}"), 1);
    flink.polls(&path, polls);
    (flink, job)
}

#[test]
fn checkpoint_prints_the_location_that_the_history_gives() {
    let (flink, job) = polled("2.3.0", [in_progress(), checkpoint_done(31)]);
    flink.set_history(
        &job,
        vec![
            answers::complete(32, "CHECKPOINT", NOW + 9, "file:/cp/a1/chk-32"),
            answers::complete(31, "CHECKPOINT", NOW + 5, AT),
        ],
    );
    at(&flink, "checkpoint orders")
        .run()
        .is(0, &format!("{AT}\n"), &["trigger id "]);
    let posted = flink.requests_of(&format!("POST /jobs/{}/checkpoints", job.id));
    assert_eq!(
        posted[0].body,
        json!({"triggerId": posted[0].trigger_id().unwrap()})
    );
}

#[test]
fn a_history_that_lags_behind_is_asked_again() {
    let (flink, job) = polled("2.3.0", [checkpoint_done(31)]);
    let complete = answers::history(vec![answers::complete(31, "CHECKPOINT", NOW, AT)]);
    let under_way = answers::history(vec![answers::unfinished(31, "CHECKPOINT", NOW)]);
    let answers = [answers::history(vec![]), under_way, complete].map(Answer::ok);
    flink.on(&format!("GET /jobs/{}/checkpoints", job.id), answers);
    at(&flink, "checkpoint orders")
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn checkpoint_in_json_says_which_and_how_large() {
    let (flink, job) = polled("1.17.2", [checkpoint_done(31)]);
    flink.set_history(&job, vec![answers::complete(31, "CHECKPOINT", NOW, AT)]);
    let outcome = at(&flink, "checkpoint orders -o json").run();
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        (&json["checkpoint_id"], &json["operation"]),
        (&json!(31), &json!("checkpoint"))
    );
    assert_eq!(json["location"], AT);
}

#[test]
fn before_1_17_checkpoint_is_refused_with_exit_7_and_nothing_is_begun() {
    for version in ["1.14.6", "1.16.3"] {
        let flink = Flink::start(version);
        flink.job("orders");
        at(&flink, "checkpoint orders")
            .run()
            .fails(7, &[version, "1.17", "savepointctl trigger"]);
    }
}

#[test]
fn a_complete_checkpoint_whose_location_cannot_be_read_is_exit_8_and_named() {
    let (flink, job) = polled("2.3.0", [checkpoint_done(31)]);
    flink.always(
        &format!("GET /jobs/{}/checkpoints", job.id),
        Answer::html(200),
    );
    at(&flink, "checkpoint orders")
        .run()
        .fails(8, &["checkpoint 31 of job", "is complete, but"]);
}

#[test]
fn a_checkpoint_in_memory_is_complete_but_has_no_location_which_is_exit_8() {
    let (flink, job) = polled("2.3.0", [checkpoint_done(31)]);
    let entry = answers::complete(
        31,
        "CHECKPOINT",
        NOW,
        "<checkpoint-not-externally-addressable>",
    );
    flink.set_history(&job, vec![entry]);
    at(&flink, "checkpoint orders")
        .run()
        .fails(8, &["has no location", "execution.checkpointing.dir"]);
}

#[test]
fn the_failure_cause_of_a_checkpoint_is_believed_in_its_other_spelling() {
    let (flink, _) = polled("2.3.0", [checkpoint_failed(answers::DISK_FULL)]);
    at(&flink, "checkpoint orders")
        .run()
        .fails(1, &["a checkpoint of job", "No space left on device"]);
}

#[test]
fn a_checkpoint_that_times_out_is_resumed_as_printed() {
    let (flink, job) = polled("2.3.0", []);
    let path = format!("/jobs/{}/checkpoints", job.id);
    flink.always_polls(&path, in_progress());
    let outcome = at(&flink, "checkpoint orders --timeout 100ms").run();
    outcome.fails(3, &["--verb checkpoint"]);
    flink.always_polls(&path, checkpoint_done(31));
    flink.set_history(&job, vec![answers::complete(31, "CHECKPOINT", NOW, AT)]);
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn a_detached_checkpoint_prints_its_trigger_id() {
    let (flink, job) = polled("2.3.0", []);
    let outcome = at(&flink, "checkpoint orders --detached").run();
    let posted = flink.requests_of(&format!("POST /jobs/{}/checkpoints", job.id));
    outcome.is(
        0,
        &format!("{}\n", posted[0].trigger_id().unwrap()),
        &["--verb checkpoint"],
    );
}
