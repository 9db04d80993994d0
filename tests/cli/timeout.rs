//! `--timeout` while the trigger itself is not answered.

use std::time::Duration;

use super::answers::{self, NOW, checkpoint_done, done, in_progress};
use super::run::{at, shell};
use super::server::{Answer, Flink, Gate, Job};

const AT: &str = "file:/sp/savepoint-a1fd72-0f6e2d3c4b5a";
const SOON: Duration = Duration::from_secs(5);

/// Each verb with its path below `/v1`, that of its polls, and the poll's last answer.
fn verbs(job: &Job) -> [(&'static str, String, String, Answer); 3] {
    let path = |last: &str| format!("/jobs/{}/{last}", job.id);
    [
        ("trigger", path("savepoints"), path("savepoints"), done(AT)),
        ("stop", path("stop"), path("savepoints"), done(AT)),
        (
            "checkpoint",
            path("checkpoints"),
            path("checkpoints"),
            checkpoint_done(8),
        ),
    ]
}

fn flink(version: &str) -> (Flink, Job) {
    let flink = Flink::start(version);
    let job = flink.job("orders");
    (flink, job)
}

#[test]
fn a_trigger_that_nobody_answers_is_given_up_after_the_timeout_and_its_result_is_found_by_the_resume_command()
 {
    for number in 0..3 {
        for silent in [false, true] {
            let (flink, job) = flink("2.3.0");
            let (verb, post, polls, result) = verbs(&job)[number].clone();
            let unknown = answers::unknown(&job);
            flink.always_polls(&polls, unknown);
            let gate = Gate::default();
            let never = Answer::After(gate.clone(), Box::new(Answer::Dropped));
            let answer = if silent { never } else { Answer::Dropped };
            flink.always(&format!("POST {post}"), answer);
            let outcome = at(&flink, &format!("{verb} orders --timeout 400ms")).run();
            gate.open();
            outcome
                .fails(
                    3,
                    &["timed out after 400ms", "whether it runs is not known"],
                )
                .took_less_than(SOON);
            let posted = flink.requests_of(&format!("POST {post}"));
            let ids: Vec<_> = posted.iter().map(|r| r.trigger_id().unwrap()).collect();
            assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
            assert!(outcome.resume().contains(ids[0]), "{outcome:?}");
            // it had begun after all
            flink.set_status(&job, "FINISHED");
            let entry = answers::complete(8, "CHECKPOINT", NOW, AT);
            flink.set_history(&job, vec![entry]);
            flink.always_polls(&polls, result);
            shell(&outcome.resume())
                .run()
                .is(0, &format!("{AT}\n"), &[]);
        }
    }
}

#[test]
fn the_timeout_counts_from_the_trigger_on_and_not_from_its_answer() {
    let (flink, job) = flink("2.3.0");
    let post = format!("POST /jobs/{}/savepoints", job.id);
    flink.on(&post, vec![Answer::Dropped; 4]);
    flink.accept_triggers(&post, 1);
    flink.always_polls(&format!("/jobs/{}/savepoints", job.id), in_progress());
    let outcome = at(&flink, "trigger orders --timeout 1s").run();
    outcome.fails(3, &["timed out after 1s", "is still running"]);
    assert!(outcome.took < Duration::from_millis(1900), "{outcome:?}");
}

#[test]
fn before_1_15_the_answer_with_the_only_id_is_waited_for_past_the_timeout() {
    let (flink, job) = flink("1.14.6");
    let post = format!("POST /jobs/{}/savepoints", job.id);
    let polls = format!("/jobs/{}/savepoints", job.id);
    let gate = Gate::default();
    let late = Answer::After(gate.clone(), Box::new(Answer::by(answers::triggered)));
    flink.on(&post, [late]);
    flink.always_polls(&polls, in_progress());
    let running = at(&flink, "trigger orders --timeout 1ms").start();
    flink.until(&post, 1);
    gate.open();
    let outcome = running.end();
    outcome.fails(3, &["is still running"]);
    flink.always_polls(&polls, done(AT));
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}
