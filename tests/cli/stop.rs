//! `stop`

use serde_json::{Value, json};

use super::answers::{self, DISK_FULL, NOW, done, failed, in_progress, unknown};
use super::run::{at, shell};
use super::server::{Answer, Flink, Gate, Job};

const AT: &str = "file:/sp/savepoint-a1fd72-0f6e2d3c4b5a";

fn flink(version: &str) -> (Flink, Job) {
    let flink = Flink::start(version);
    let job = flink.job("orders");
    (flink, job)
}

fn post(job: &Job) -> String {
    format!("POST /jobs/{}/stop", job.id)
}

fn below(job: &Job) -> String {
    format!("/jobs/{}/savepoints", job.id)
}

/// Polls of the attempts, in their order; those left out are unknown.
fn attempts(flink: &Flink, job: &Job, known: Vec<Answer>) {
    let unknown = std::iter::repeat_n(unknown(job), 5 - known.len());
    flink.polls(&below(job), known.into_iter().chain(unknown));
}

/// Stops the job with these words, while the job gets into `status` before the poll is answered.
fn stopped(
    version: &str,
    words: &str,
    status: &'static str,
    answer: impl Fn(&Job) -> Answer,
) -> (Flink, Job, super::run::Outcome) {
    let (flink, job) = flink(version);
    if answers::at_least(version, 1, 15) {
        attempts(&flink, &job, vec![]);
    }
    flink.accept_triggers(&post(&job), 1);
    let gate = Gate::default();
    let poll = Answer::After(gate.clone(), Box::new(answer(&job)));
    flink.polls(&below(&job), [poll]);
    let running = at(&flink, words).start();
    flink.until(&post(&job), 1);
    flink.set_status(&job, status);
    gate.open();
    let outcome = running.end();
    (flink, job, outcome)
}

#[test]
fn stop_is_done_with_a_location_and_a_finished_job() {
    for version in ["1.15.4", "1.20.5", "2.3.0"] {
        let (_flink, _, outcome) = stopped(version, "stop orders", "FINISHED", |_| done(AT));
        outcome.is(0, &format!("{AT}\n"), &["trigger id "]);
    }
}

#[test]
fn stop_sends_its_options_in_the_spelling_of_its_own_path() {
    let words = "stop orders --drain -p s3://b/sp --type canonical";
    let (flink, job, outcome) = stopped("2.3.0", words, "FINISHED", |_| done(AT));
    outcome.is(0, &format!("{AT}\n"), &[]);
    let body = flink.requests_of(&post(&job))[0].body.clone();
    assert_eq!(
        body,
        json!({"drain": true, "targetDirectory": "s3://b/sp", "formatType": "CANONICAL", "triggerId": body["triggerId"]})
    );
}

#[test]
fn below_1_15_stop_sends_no_trigger_id_and_says_that_stops_cannot_be_joined() {
    let (flink, job, outcome) = stopped("1.14.6", "stop orders", "FINISHED", |_| done(AT));
    outcome.is(
        0,
        &format!("{AT}\n"),
        &["Flink 1.14.6 takes no trigger ids"],
    );
    assert_eq!(
        flink.requests_of(&post(&job))[0].body,
        json!({"drain": false})
    );
}

#[test]
fn a_savepoint_that_was_made_though_the_job_failed_is_printed_with_exit_8() {
    let (_flink, job, outcome) = stopped("2.3.0", "stop orders", "FAILED", |job| {
        answers::stop_failed_late(job, AT)
    });
    outcome.is(
        8,
        &format!("{AT}\n"),
        &[
            &job.id,
            "the savepoint is complete, but the job failed while it stopped",
        ],
    );
}

#[test]
fn a_location_whose_job_is_not_finished_is_printed_with_exit_8() {
    let (_flink, _, outcome) = stopped("2.3.0", "stop orders", "FAILED", |_| done(AT));
    outcome.is(8, &format!("{AT}\n"), &["is FAILED instead of FINISHED"]);
}

#[test]
fn a_location_whose_job_goes_on_running_is_printed_with_exit_8() {
    let (_flink, _, outcome) = stopped("2.3.0", "stop orders -o json", "RUNNING", |_| done(AT));
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        (outcome.code, &json["location"], &json["job_status"]),
        (8, &json!(AT), &json!("RUNNING"))
    );
}

#[test]
fn a_failed_stop_is_exit_1_and_nothing_is_claimed() {
    let (_flink, _, outcome) = stopped("2.3.0", "stop orders", "RUNNING", |_| failed(DISK_FULL));
    outcome.fails(
        1,
        &["a stop with savepoint of job", "No space left on device"],
    );
    let text = "org.apache.flink.util.FlinkException: Inconsistent execution state after stopping with savepoint. At least one execution is still in one of the following states: FAILED. A global fail-over is triggered to recover the job 1.";
    let (_flink, _, outcome) = stopped("1.14.6", "stop orders", "RUNNING", |_| failed(text));
    outcome.fails(1, &["look into the savepoint directory"]);
}

#[test]
fn two_stops_from_two_shells_join_and_both_succeed() {
    let (flink, job) = flink("2.3.0");
    let gate = Gate::default();
    attempts(&flink, &job, vec![]);
    flink.accept_triggers(&post(&job), 1);
    flink.polls(
        &below(&job),
        [Answer::After(gate.clone(), Box::new(done(AT)))],
    );
    let first = at(&flink, "stop orders").start();
    flink.until(&post(&job), 1);
    flink.until(&format!("GET {}/*", below(&job)), 6);
    attempts(&flink, &job, vec![in_progress()]);
    let same = Answer::After(gate.clone(), Box::new(done(AT)));
    flink.polls(&below(&job), [same]);
    flink.set_history(
        &job,
        vec![answers::unfinished(3, "SYNC_SAVEPOINT", NOW + 5)],
    );
    let second = at(&flink, "stop orders --drain").start();
    flink.until(&format!("GET {}/*", below(&job)), 12);
    flink.set_status(&job, "FINISHED");
    gate.open();
    first.end().is(0, &format!("{AT}\n"), &[]);
    second.end().is(
        0,
        &format!("{AT}\n"),
        &["joined", "the ones given here do not apply"],
    );
    assert_eq!(flink.requests_of(&post(&job)).len(), 1);
}

#[test]
fn a_pending_stop_of_somebody_elses_is_refused_with_exit_7() {
    for version in ["1.14.6", "2.3.0"] {
        let (flink, job) = flink(version);
        flink.always_polls(&below(&job), unknown(&job));
        flink.set_history(
            &job,
            vec![answers::unfinished(3, "SYNC_SAVEPOINT", NOW - 5)],
        );
        at(&flink, "stop orders")
            .run()
            .fails(7, &["is being stopped by somebody else"]);
        assert!(flink.requests_of(&post(&job)).is_empty());
    }
}

#[test]
fn after_a_failed_stop_the_next_attempt_has_another_id_and_an_expired_one_is_never_used_again() {
    let (flink, job) = flink("2.3.0");
    let asked = format!("GET {}/*", below(&job));
    // attempts 0 and 1 have expired, 2 has failed
    attempts(
        &flink,
        &job,
        vec![unknown(&job), unknown(&job), failed(DISK_FULL)],
    );
    flink.on(&post(&job), [Answer::by(answers::triggered)]);
    flink.polls(&below(&job), [failed(DISK_FULL)]);
    at(&flink, "stop orders").run().fails(1, &[]);
    let fourth = flink.requests_of(&asked)[3]
        .path
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(
        flink.requests_of(&post(&job))[0].trigger_id(),
        Some(fourth.as_str())
    );
}

#[test]
fn five_failed_stops_are_refused() {
    let (flink, job) = flink("2.3.0");
    attempts(&flink, &job, vec![failed(DISK_FULL); 5]);
    at(&flink, "stop orders").run().fails(7, &["5 stops"]);
}

#[test]
fn the_ids_of_a_stop_and_of_a_key_of_triggers_never_meet() {
    let (flink, job) = flink("2.3.0");
    let asked = format!("GET {}/*", below(&job));
    attempts(&flink, &job, vec![failed(DISK_FULL); 5]);
    at(&flink, "stop orders").run().fails(7, &[]);
    attempts(&flink, &job, vec![failed(DISK_FULL); 5]);
    at(&flink, "trigger orders --idempotency-key").arg("").run();
    attempts(&flink, &job, vec![failed(DISK_FULL); 5]);
    let _ = at(&flink, "trigger orders --idempotency-key k").run();
    let ids: Vec<String> = flink
        .requests_of(&asked)
        .into_iter()
        .map(|request| request.path)
        .collect();
    let mut once = ids.clone();
    once.sort();
    once.dedup();
    assert_eq!((ids.len(), once.len()), (15, 15));
}

#[test]
fn a_dropped_stop_is_repeated_with_the_same_id_from_1_15_on_and_never_before() {
    let (flink_new, job) = flink("2.3.0");
    attempts(&flink_new, &job, vec![]);
    flink_new.on(
        &post(&job),
        [
            Answer::Dropped,
            Answer::html(502),
            Answer::by(answers::triggered),
        ],
    );
    flink_new.polls(&below(&job), [failed(DISK_FULL)]);
    at(&flink_new, "stop orders").run().fails(1, &[]);
    let posts = flink_new.requests_of(&post(&job));
    assert_eq!(posts.len(), 3);
    assert!(
        posts
            .iter()
            .all(|request| request.body == posts[0].body && request.trigger_id().is_some())
    );

    let (flink_old, job) = flink("1.14.6");
    flink_old.on(&post(&job), [Answer::Dropped]);
    at(&flink_old, "stop orders")
        .run()
        .fails(5, &["whether it runs is not known"]);
    assert_eq!(flink_old.requests_of(&post(&job)).len(), 1);
}

#[test]
fn a_stop_that_times_out_is_exit_3_and_its_resume_command_stops_to_the_end() {
    let (flink, job) = flink("2.3.0");
    attempts(&flink, &job, vec![]);
    flink.accept_triggers(&post(&job), 1);
    flink.always_polls(&below(&job), in_progress());
    let outcome = at(&flink, "stop orders --timeout 200ms").run();
    outcome.fails(3, &["--verb stop"]);
    flink.always_polls(&below(&job), done(AT));
    flink.set_status(&job, "FAILED");
    shell(&outcome.resume())
        .run()
        .is(8, &format!("{AT}\n"), &["is FAILED instead of FINISHED"]);
    flink.set_status(&job, "FINISHED");
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn a_forgotten_stop_is_found_in_the_history_among_stops_only() {
    let (flink, job) = flink("2.3.0");
    flink.always_polls(&below(&job), unknown(&job));
    flink.accept_triggers(&post(&job), 1);
    let running = at(&flink, "stop orders").start();
    flink.until(&post(&job), 1);
    flink.set_status(&job, "FINISHED");
    flink.set_history(
        &job,
        vec![
            answers::complete(9, "SAVEPOINT", NOW + 30, "file:/sp/a-savepoint"),
            answers::complete(8, "SYNC_SAVEPOINT", NOW + 20, AT),
        ],
    );
    running
        .end()
        .is(0, &format!("{AT}\n"), &["no longer knows"]);
}

#[test]
fn a_stop_whose_job_cannot_be_asked_for_any_more_is_exit_8_with_its_location() {
    let (flink, job) = flink("2.3.0");
    attempts(&flink, &job, vec![]);
    flink.accept_triggers(&post(&job), 1);
    flink.polls(&below(&job), [done(AT)]);
    flink.always(&format!("GET /jobs/{}/status", job.id), Answer::html(200));
    at(&flink, "stop orders")
        .run()
        .is(8, &format!("{AT}\n"), &["has finished is not known"]);
}

#[test]
fn a_detached_stop_prints_its_trigger_id() {
    let (flink, job) = flink("2.3.0");
    attempts(&flink, &job, vec![]);
    flink.accept_triggers(&post(&job), 1);
    let outcome = at(&flink, "stop orders --detached").run();
    let posts = flink.requests_of(&post(&job));
    outcome.is(
        0,
        &format!("{}\n", posts[0].trigger_id().unwrap()),
        &["--verb stop"],
    );
}

#[test]
fn stopping_an_unknown_job_is_exit_4_and_an_ended_one_exit_7() {
    let (flink, job) = flink("2.3.0");
    at(&flink, "stop nothing").run().fails(4, &[]);
    flink.set_status(&job, "CANCELED");
    at(&flink, "stop orders").run().fails(7, &["CANCELED"]);
}
