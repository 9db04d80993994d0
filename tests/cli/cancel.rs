//! `cancel`

use serde_json::json;

use super::answers::{no_job, not_found, refused};
use super::run::at;
use super::server::{Answer, Flink, Gate, Job};

fn flink() -> (Flink, Job, String) {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let patch = format!("PATCH /jobs/{}?mode=cancel", job.id);
    (flink, job, patch)
}

/// Answers that the cancellation was taken.
fn taken() -> Answer {
    Answer::json(202, json!({}))
}

#[test]
fn cancel_waits_until_the_job_has_ended_and_prints_its_id() {
    let (flink, job, patch) = flink();
    flink.on(&patch, [taken()]);
    let status = format!("GET /jobs/{}/status", job.id);
    let states =
        ["RUNNING", "CANCELLING", "CANCELED"].map(|state| Answer::ok(json!({"status": state})));
    flink.on(&status, states);
    at(&flink, "cancel orders")
        .run()
        .is(0, &format!("{}\n", job.id), &[]);
}

#[test]
fn a_cancellation_is_repeated_when_its_connection_breaks() {
    let (flink, job, patch) = flink();
    let gate = Gate::default();
    let second = Answer::After(gate.clone(), Box::new(not_found("Job could not be found.")));
    flink.on(&patch, [Answer::Dropped, second]);
    let running = at(&flink, "cancel orders").start();
    flink.until(&patch, 2);
    flink.set_status(&job, "CANCELED");
    gate.open();
    running.end().is(0, &format!("{}\n", job.id), &[]);
}

#[test]
fn a_job_that_finished_before_it_was_cancelled_is_exit_7() {
    let (flink, job, patch) = flink();
    let gate = Gate::default();
    let text = "org.apache.flink.runtime.rest.handler.RestHandlerException: Job cancellation failed because the job has already reached another terminal state (FINISHED).";
    let refusal = Answer::json(409, json!({"errors": [text]}));
    flink.on(&patch, [Answer::After(gate.clone(), Box::new(refusal))]);
    let running = at(&flink, "cancel orders").start();
    flink.until(&patch, 1);
    flink.set_status(&job, "FINISHED");
    gate.open();
    let outcome = running.end();
    assert_eq!(outcome.code, 7, "{outcome:?}");
    assert!(
        outcome.stderr.contains("has ended as FINISHED"),
        "{outcome:?}"
    );
}

#[test]
fn cancel_gives_up_waiting_with_exit_3() {
    let (flink, job, patch) = flink();
    flink.on(&patch, [taken()]);
    flink.set_status(&job, "CANCELLING");
    at(&flink, "cancel orders --timeout 200ms")
        .run()
        .fails(3, &["is still being cancelled"]);
}

#[test]
fn a_refused_cancellation_is_exit_1_and_names_the_job() {
    let (flink, _, patch) = flink();
    let text =
        "org.apache.flink.runtime.rest.handler.RestHandlerException: Job cancellation failed: no";
    flink.on(&patch, [Answer::json(500, json!({"errors": [text]}))]);
    at(&flink, "cancel orders")
        .run()
        .fails(1, &["cannot cancel job", "Job cancellation failed: no"]);
}

#[test]
fn a_job_that_is_gone_after_it_was_cancelled_is_exit_4() {
    let (flink, job, patch) = flink();
    flink.on(&patch, [taken()]);
    flink.on(&format!("GET /jobs/{}/status", job.id), [no_job(&job.id)]);
    at(&flink, "cancel orders")
        .run()
        .fails(4, &["does not know job"]);
}

/// As 2.3 answers where earlier versions say 404.
#[test]
fn a_job_that_is_gone_is_exit_4_whatever_the_status_of_the_answer() {
    let (flink, job, patch) = flink();
    flink.on(&patch, [taken()]);
    let cause =
        "org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job";
    let status = format!("GET /jobs/{}/status", job.id);
    flink.on(&status, [refused(500, &format!("{cause} ({})", job.id))]);
    at(&flink, "cancel orders")
        .run()
        .fails(4, &["does not know job"]);
}

#[test]
fn cancel_means_running_jobs_only() {
    let (flink, job, _) = flink();
    at(&flink, "cancel nothing").run().fails(4, &[]);
    flink.set_status(&job, "FINISHED");
    at(&flink, "cancel orders").run().fails(7, &[]);
    let (one, two) = (flink.job("twice"), flink.job("twice"));
    at(&flink, "cancel twice")
        .run()
        .fails(2, &[&one.id, &two.id]);
}
