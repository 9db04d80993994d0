//! `wait`

use std::time::Duration;

use serde_json::json;

use super::answers::{self, DISK_FULL, NOW, checkpoint_done, done, failed, in_progress, unknown};
use super::run::{at, shell};
use super::server::{Answer, Flink, Job};

const AT: &str = "file:/sp/savepoint-a1fd72-0f6e2d3c4b5a";
const ID: &str = "5f0d0f4c3b0e4a0d9b1f8a7c6d5e4f30";

fn flink() -> (Flink, Job) {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    (flink, job)
}

fn poll(job: &Job) -> String {
    format!("GET /jobs/{}/savepoints/{ID}", job.id)
}

fn since(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap().to_string()
}

#[test]
fn wait_prints_the_location_of_a_savepoint_begun_elsewhere() {
    let (flink, job) = flink();
    flink.on(&poll(&job), [in_progress(), done(AT)]);
    at(&flink, &format!("wait orders {ID} --verb trigger"))
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn wait_finds_out_by_itself_what_runs_under_an_id() {
    let (flink, job) = flink();
    flink.on(&poll(&job), [in_progress(), done(AT)]);
    at(&flink, &format!("wait orders {ID}"))
        .run()
        .is(0, &format!("{AT}\n"), &[]);
    flink.always(&poll(&job), unknown(&job));
    let checkpoint = format!("GET /jobs/{}/checkpoints/{ID}", job.id);
    flink.on(&checkpoint, [in_progress(), checkpoint_done(31)]);
    flink.set_history(
        &job,
        vec![answers::complete(31, "CHECKPOINT", NOW, "file:/cp/chk-31")],
    );
    at(&flink, &format!("wait orders {ID}"))
        .run()
        .is(0, "file:/cp/chk-31\n", &[]);
}

#[test]
fn wait_recognises_a_stop_of_this_tool_by_its_id_and_asks_whether_the_job_has_finished() {
    let (flink, job) = flink();
    flink.polls(
        &format!("/jobs/{}/savepoints", job.id),
        vec![unknown(&job); 5],
    );
    let posted = format!("POST /jobs/{}/stop", job.id);
    flink.accept_triggers(&posted, 1);
    at(&flink, "stop orders --detached").run();
    let id = flink.requests_of(&posted)[0]
        .trigger_id()
        .unwrap()
        .to_owned();
    flink.always_polls(&format!("/jobs/{}/savepoints", job.id), done(AT));
    flink.set_status(&job, "FAILED");
    at(&flink, &format!("wait orders {id}")).run().is(
        8,
        &format!("{AT}\n"),
        &["is FAILED instead of FINISHED"],
    );
}

#[test]
fn wait_of_a_failed_savepoint_is_exit_1() {
    let (flink, job) = flink();
    flink.on(&poll(&job), [failed(DISK_FULL)]);
    at(&flink, &format!("wait orders {ID} --verb trigger"))
        .run()
        .fails(1, &["No space left on device"]);
}

#[test]
fn wait_for_an_ended_job_and_for_one_that_is_off_the_list_still_gives_the_result() {
    let (flink, job) = flink();
    flink.set_status(&job, "FINISHED");
    flink.always(&poll(&job), done(AT));
    at(&flink, &format!("wait orders {ID} --verb stop"))
        .run()
        .is(0, &format!("{AT}\n"), &[]);
    flink.forget(&job);
    at(&flink, &format!("wait {} {ID} --verb trigger", job.id))
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn an_unknown_trigger_id_without_a_start_time_is_exit_4_and_says_how_to_look_further() {
    let (flink, job) = flink();
    flink.always(&poll(&job), unknown(&job));
    at(&flink, &format!("wait orders {ID} --verb trigger"))
        .run()
        .fails(4, &["does not know trigger id", "--since"]);
}

#[test]
fn an_unknown_trigger_id_with_a_start_time_is_looked_for_in_the_history() {
    let (flink, job) = flink();
    flink.always(&poll(&job), unknown(&job));
    flink.set_history(&job, vec![answers::complete(8, "SAVEPOINT", NOW, AT)]);
    let line = |ms| format!("wait orders {ID} --verb trigger --since {}", since(ms));
    at(&flink, &line(NOW))
        .run()
        .is(0, &format!("{AT}\n"), &["no longer knows"]);
    at(&flink, &line(NOW + 1))
        .run()
        .fails(4, &["look into the savepoint directory"]);
}

#[test]
fn a_lost_result_whose_job_is_gone_too_is_looked_for_until_the_cluster_may_have_recovered() {
    let (flink, job) = flink();
    flink.always(&poll(&job), unknown(&job));
    flink.forget(&job);
    let line = format!(
        "wait {} {ID} --verb trigger --since {} --reconnect-timeout 300ms",
        job.id,
        since(NOW)
    );
    at(&flink, &line)
        .run()
        .fails(4, &[])
        .took_less_than(Duration::from_secs(20));
}

#[test]
fn an_outage_while_the_history_is_searched_is_exit_3_with_the_command_that_resumes() {
    let (flink, job) = flink();
    flink.always(&poll(&job), unknown(&job));
    let history = format!("GET /jobs/{}/checkpoints", job.id);
    flink.always(&history, Answer::html(200));
    let line = format!(
        "wait orders {ID} --verb trigger --since {} --reconnect-timeout 300ms",
        since(NOW)
    );
    let outcome = at(&flink, &line).run();
    outcome.fails(3, &[]);
    flink.always(
        &history,
        Answer::ok(answers::history(vec![answers::complete(
            8,
            "SAVEPOINT",
            NOW,
            AT,
        )])),
    );
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn a_short_outage_while_the_history_is_searched_is_ridden_out() {
    let (flink, job) = flink();
    flink.always(&poll(&job), unknown(&job));
    flink.set_history(&job, vec![answers::complete(8, "SAVEPOINT", NOW, AT)]);
    let faults = [
        Answer::Dropped,
        Answer::html(502),
        Answer::html(200),
        Answer::leader_election(),
    ];
    flink.on(&format!("GET /jobs/{}/checkpoints", job.id), faults);
    at(
        &flink,
        &format!("wait orders {ID} --verb trigger --since {}", since(NOW)),
    )
    .run()
    .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn an_unexpected_failure_of_the_server_while_pending_says_nothing_about_the_savepoint() {
    let (flink, job) = flink();
    let text = "<Exception on server side:\njava.util.concurrent.TimeoutException: Invocation of [RemoteRpcInvocation(RestfulGateway.getTriggeredSavepointStatus(AsynchronousJobOperationKey))] timed out.\n\tat a.B.c(B.java:1)\n\nEnd of exception on server side>";
    let error = Answer::json(500, json!({"errors": ["Internal server error.", text]}));
    flink.on(&poll(&job), [in_progress(), error, in_progress(), done(AT)]);
    at(&flink, &format!("wait orders {ID} --verb trigger"))
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn wait_times_out_with_exit_3_and_the_same_command_again() {
    let (flink, job) = flink();
    flink.always(&poll(&job), in_progress());
    let line = format!("wait {} {ID} --verb trigger --since {}", job.id, since(NOW));
    let outcome = at(&flink, &line).args(["--timeout", "100ms"]).run();
    outcome.fails(3, &["is still running"]);
    assert_eq!(
        outcome.resume(),
        format!("savepointctl -m {} {line}", flink.url())
    );
}

#[test]
fn a_timeout_during_an_outage_does_not_claim_that_the_savepoint_runs() {
    let (flink, job) = flink();
    flink.always(&poll(&job), Answer::Dropped);
    let outcome = at(
        &flink,
        &format!("wait orders {ID} --verb trigger --timeout 300ms"),
    )
    .run();
    outcome.fails(3, &["resume with `"]);
    assert!(!outcome.stderr.contains("is still running"), "{outcome:?}");
}

// --- disposals ------------------------------------------------------------------------------------------------------

fn disposal() -> String {
    format!("GET /savepoint-disposal/{ID}")
}

fn disposed() -> Answer {
    Answer::ok(json!({"status": {"id": "COMPLETED"}, "operation": {}}))
}

#[test]
fn wait_dispose_waits_for_a_disposal_and_prints_nothing_on_stdout() {
    let (flink, _) = flink();
    flink.on(&disposal(), [in_progress(), Answer::Dropped, disposed()]);
    at(&flink, &format!("wait --dispose {ID}"))
        .run()
        .is(0, "", &["is done"]);
    flink.on(&disposal(), [disposed()]);
    let outcome = at(&flink, &format!("wait --dispose {ID} -o json")).run();
    let json: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(json, json!({"trigger_id": ID, "disposed": true}));
}

#[test]
fn a_failed_disposal_is_exit_1_with_its_root_cause_and_exit_4_where_nothing_was_there() {
    let (flink, _) = flink();
    let text =
        "java.io.FileNotFoundException: Cannot find meta data file '_metadata' in directory '/x'.";
    flink.on(&disposal(), [failed(answers::DISK_FULL), failed(text)]);
    at(&flink, &format!("wait --dispose {ID}"))
        .run()
        .fails(1, &["No space left on device"]);
    at(&flink, &format!("wait --dispose {ID}"))
        .run()
        .fails(4, &["there is no _metadata in the directory"]);
}

#[test]
fn an_unknown_disposal_is_exit_4() {
    let (flink, _) = flink();
    flink.on(&disposal(), [answers::unknown_before_1_15()]);
    at(&flink, &format!("wait --dispose {ID}"))
        .run()
        .fails(4, &["rest.async.store-duration"]);
}

#[test]
fn a_disposal_that_times_out_is_exit_3_with_a_resume_command_that_runs_as_printed() {
    let (flink, _) = flink();
    flink.always(&disposal(), in_progress());
    let outcome = at(&flink, &format!("wait --dispose {ID} --timeout 100ms")).run();
    outcome.fails(3, &["is still running"]);
    flink.always(&disposal(), disposed());
    shell(&outcome.resume()).run().is(0, "", &["is done"]);
}

#[test]
fn ctrl_c_while_a_disposal_is_pending_says_that_it_goes_on() {
    let (flink, _) = flink();
    flink.always(&disposal(), in_progress());
    let running = at(&flink, &format!("wait --dispose {ID}")).start();
    flink.until(&disposal(), 1);
    running.signal("-INT");
    running.end().fails(
        130,
        &["goes on in the cluster", &format!("--dispose {ID}`")],
    );
}

#[test]
fn a_disposal_out_of_reach_is_exit_3() {
    let (flink, _) = flink();
    flink.always(&disposal(), Answer::Dropped);
    at(
        &flink,
        &format!("wait --dispose {ID} --reconnect-timeout 300ms"),
    )
    .run()
    .fails(3, &["lost contact"]);
}
