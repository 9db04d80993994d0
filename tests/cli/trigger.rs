//! `trigger`

use std::time::Duration;

use serde_json::{Value, json};

use super::answers::{self, DISK_FULL, NOW, done, failed, in_progress, unknown};
use super::run::{at, shell};
use super::server::{Answer, Flink, Gate, Job};

pub(super) const AT: &str = "file:/sp/savepoint-a1fd72-0f6e2d3c4b5a";

/// A Flink with one running job.
pub(super) fn flink(version: &str) -> (Flink, Job) {
    let flink = Flink::start(version);
    let job = flink.job("orders");
    (flink, job)
}

pub(super) fn post(job: &Job) -> String {
    format!("POST /jobs/{}/savepoints", job.id)
}

pub(super) fn below(job: &Job) -> String {
    format!("/jobs/{}/savepoints", job.id)
}

/// A Flink that takes one savepoint, whose polls are these.
fn polled(version: &str, polls: impl IntoIterator<Item = Answer>) -> (Flink, Job) {
    let (flink, job) = flink(version);
    flink.accept_triggers(&post(&job), 1);
    flink.polls(&below(&job), polls);
    (flink, job)
}

pub(super) fn trigger_ids(flink: &Flink, job: &Job) -> Vec<Value> {
    flink
        .requests_of(&post(job))
        .iter()
        .map(|request| request.body["triggerId"].clone())
        .collect()
}

#[test]
fn trigger_prints_the_location_alone_on_stdout_and_the_trigger_id_on_stderr() {
    let (flink, job) = polled("2.3.0", [in_progress(), in_progress(), done(AT)]);
    let outcome = at(&flink, "trigger orders").run();
    let id = trigger_ids(&flink, &job)[0].as_str().unwrap().to_owned();
    let shown = outcome.shown(&[(&id, "<trigger id>"), (&job.id, "<job id>")]);
    assert_eq!(
        shown,
        format!(
            "exit 0\nout| {AT}\nerr| note: triggered a savepoint of job <job id> (orders), trigger id <trigger id>\n"
        )
    );
}

#[test]
fn the_trigger_id_is_said_before_the_wait_ends() {
    let gate = Gate::default();
    let (flink, _) = polled("2.3.0", [Answer::After(gate.clone(), Box::new(done(AT)))]);
    let mut running = at(&flink, "trigger orders").start();
    running.until_said("trigger id ");
    gate.open();
    running.end().is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn trigger_sends_directory_format_and_a_trigger_id_of_its_own_to_1_15_and_later() {
    for version in ["1.15.4", "1.20.5", "2.3.0"] {
        let (flink, job) = polled(version, [done(AT)]);
        at(&flink, "trigger orders s3://b/sp --type native")
            .run()
            .is(0, &format!("{AT}\n"), &[]);
        let body = flink.requests_of(&post(&job))[0].body.clone();
        let id = body["triggerId"].as_str().unwrap();
        assert_eq!(id.len(), 32, "{body}");
        assert_eq!(
            body,
            json!({"cancel-job": false, "target-directory": "s3://b/sp", "formatType": "NATIVE", "triggerId": id})
        );
    }
}

#[test]
fn trigger_sends_neither_trigger_id_nor_format_to_1_14_and_takes_the_servers_id() {
    let (flink, job) = polled("1.14.6", [done(AT)]);
    at(&flink, "trigger orders --type canonical").run().is(
        0,
        &format!("{AT}\n"),
        &["5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e"],
    );
    assert_eq!(
        flink.requests_of(&post(&job))[0].body,
        json!({"cancel-job": false})
    );
}

#[test]
fn a_native_savepoint_is_refused_before_1_15_and_nothing_is_begun() {
    let (flink, job) = flink("1.14.6");
    at(&flink, "trigger orders --type native")
        .run()
        .fails(7, &["1.14.6", "1.15"]);
    assert!(flink.requests_of(&post(&job)).is_empty());
}

#[test]
fn completed_with_a_failure_cause_is_exit_1_with_the_root_cause_in_one_sentence() {
    let (flink, job) = polled("2.3.0", [in_progress(), failed(DISK_FULL)]);
    let outcome = at(&flink, "trigger orders").run();
    outcome.fails(
        1,
        &[&format!(
            "error: a savepoint of job {} (orders) failed: No space left on device",
            job.id
        )],
    );
    assert!(!outcome.stderr.contains("\tat "), "{outcome:?}");
}

#[test]
fn the_servers_stack_is_shown_with_v_only() {
    let (flink, _) = polled("2.3.0", [failed(DISK_FULL)]);
    at(&flink, "-v trigger orders").run().fails(
        1,
        &["Caused by: java.io.IOException: No space left on device"],
    );
}

#[test]
fn known_failures_come_with_what_to_do_and_the_exit_code_of_their_kind() {
    let checkpoint = "org.apache.flink.runtime.checkpoint.CheckpointException";
    let cases = [
        (7, format!("{checkpoint}: Checkpoint triggering task Source (1/20) of job 1 is not being executed at the moment. Aborting checkpoint. Failure reason: Not all required tasks are currently running."), "--wait-running"),
        (7, format!("{checkpoint}: Blocking output edge exists in running tasks."), "batch job"),
        (1, "org.apache.flink.core.fs.UnsupportedFileSystemSchemeException: Could not find a file system implementation for scheme 's3'.".to_owned(), "plugin"),
        (1, format!("{checkpoint}: Checkpoint expired before completing."), "execution.checkpointing.timeout"),
        (1, format!("{checkpoint}: Checkpoint Coordinator is suspending."), "savepointctl jobs --all"),
        (1, "java.io.IOException: Failed to create savepoint directory at /x".to_owned(), "JobManager creates it"),
    ];
    for (code, text, hint) in cases {
        let (flink, _) = polled("2.3.0", [failed(&text)]);
        at(&flink, "trigger orders").run().fails(code, &[hint]);
    }
}

#[test]
fn a_cluster_without_a_default_directory_is_told_at_once_and_nothing_was_changed() {
    for key in [
        "execution.checkpointing.savepoint-dir",
        "state.savepoints.dir",
    ] {
        let (flink, job) = flink("2.3.0");
        let text = format!(
            "org.apache.flink.runtime.rest.handler.RestHandlerException: Config key [{key}] is not set. Property [target-directory] must be provided.\n\tat a.B.c(B.java:1)"
        );
        flink.on(&post(&job), [Answer::json(400, json!({"errors": [text]}))]);
        at(&flink, "trigger orders")
            .run()
            .fails(7, &["no default savepoint directory", "give a directory"]);
    }
}

#[test]
fn completed_with_neither_location_nor_cause_is_not_taken_for_success() {
    for operation in [
        json!({}),
        Value::Null,
        json!({"location": ""}),
        json!({"location": null}),
    ] {
        let (flink, job) = flink("2.3.0");
        flink.accept_triggers(&post(&job), 1);
        flink.always_polls(
            &below(&job),
            Answer::ok(json!({"status": {"id": "COMPLETED"}, "operation": operation})),
        );
        let outcome = at(&flink, "trigger orders").run();
        assert!(
            outcome.code != 0 && outcome.stdout.is_empty(),
            "{operation}: {outcome:?}"
        );
        assert!(
            outcome
                .stderr
                .contains("neither a result nor a failure cause"),
            "{outcome:?}"
        );
    }
}

#[test]
fn a_post_whose_connection_is_dropped_is_repeated_with_the_same_trigger_id_from_1_15_on() {
    for version in ["1.15.4", "2.3.0"] {
        let (flink, job) = flink(version);
        let answer = Answer::json(202, json!({"request-id": "00"}));
        let faults = [
            Answer::Dropped,
            Answer::DroppedAfterHeaders(Box::new(answer.clone())),
            Answer::DroppedInBody(Box::new(answer.clone())),
            Answer::Cut(Box::new(answer)),
            Answer::html(502),
            Answer::html(503),
            Answer::html(504),
            Answer::by(answers::triggered),
        ];
        flink.on(&post(&job), faults);
        flink.polls(&below(&job), [done(AT)]);
        at(&flink, "trigger orders")
            .run()
            .is(0, &format!("{AT}\n"), &[]);
        let ids = trigger_ids(&flink, &job);
        assert!(
            ids.len() == 8 && ids.iter().all(|id| *id == ids[0] && id.is_string()),
            "{ids:?}"
        );
    }
}

#[test]
fn a_post_whose_connection_is_dropped_is_never_repeated_before_1_15() {
    let answer = Answer::json(202, json!({"request-id": "00"}));
    let faults = [
        Answer::Dropped,
        Answer::DroppedAfterHeaders(Box::new(answer.clone())),
        Answer::DroppedInBody(Box::new(answer.clone())),
        Answer::Cut(Box::new(answer)),
        Answer::html(502),
    ];
    for fault in faults {
        let (flink, job) = flink("1.14.6");
        flink.on(&post(&job), [fault]);
        at(&flink, "trigger orders")
            .run()
            .fails(5, &["whether it runs is not known", "savepointctl jobs"]);
        assert_eq!(flink.requests_of(&post(&job)).len(), 1);
    }
}

#[test]
fn a_post_that_meets_a_leader_election_was_not_taken_and_is_repeated_on_every_version() {
    let (flink, job) = flink("1.14.6");
    flink.on(
        &post(&job),
        [
            Answer::leader_election(),
            Answer::leader_election(),
            Answer::by(answers::triggered),
        ],
    );
    flink.polls(&below(&job), [done(AT)]);
    at(&flink, "trigger orders")
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn a_post_of_unknown_fate_ends_with_exit_3_and_the_command_that_finds_out() {
    let (flink, job) = flink("2.3.0");
    flink.always(&post(&job), Answer::html(200));
    let outcome = at(&flink, "trigger orders --reconnect-timeout 1s").run();
    outcome.fails(3, &["whether it runs is not known"]);
    flink.polls(&below(&job), [done(AT)]);
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn a_post_that_is_refused_with_401_has_begun_nothing() {
    let (flink, job) = flink("2.3.0");
    flink.on(&post(&job), [Answer::html(401)]);
    at(&flink, "trigger orders").run().fails(
        5,
        &["401", "nothing was begun", "SAVEPOINTCTL_BEARER_TOKEN"],
    );
}

#[test]
fn a_post_that_fails_inside_the_server_may_have_begun_a_savepoint_which_is_then_followed() {
    let (flink, job) = flink("2.3.0");
    let text = "<Exception on server side:\njava.util.concurrent.TimeoutException: Invocation of [RemoteRpcInvocation(RestfulGateway.triggerSavepoint)] timed out.\n\tat a.B.c(B.java:1)\n\nEnd of exception on server side>";
    flink.on(
        &post(&job),
        [Answer::json(
            500,
            json!({"errors": ["Internal server error.", text]}),
        )],
    );
    flink.polls(&below(&job), [in_progress(), in_progress(), done(AT)]);
    at(&flink, "trigger orders")
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn a_post_that_fails_inside_the_server_and_has_begun_nothing_is_exit_1() {
    let (flink, job) = flink("2.3.0");
    let error = json!({"errors": ["Internal server error.", "<Exception on server side:\njava.lang.X: why\nEnd of exception on server side>"]});
    flink.on(&post(&job), [Answer::json(500, error)]);
    flink.polls(&below(&job), [unknown(&job)]);
    at(&flink, "trigger orders").run().fails(1, &["why"]);
}

#[test]
fn a_redirected_post_is_not_followed() {
    let (flink, job) = flink("2.3.0");
    flink.on(
        &post(&job),
        [Answer::redirect("http://login.example/sso?state=abc123")],
    );
    let outcome = at(&flink, "trigger orders").run();
    outcome
        .fails(5, &["redirects to http://login.example/sso"])
        .is_silent_about("abc123");
}

// --- waiting ------------------------------------------------------------------------------------------------------

#[test]
fn a_timeout_is_exit_3_with_a_resume_command_that_runs_as_printed() {
    let (flink, job) = flink("2.3.0");
    flink.accept_triggers(&post(&job), 1);
    flink.always_polls(&below(&job), in_progress());
    let outcome = at(&flink, "trigger orders --timeout 200ms").run();
    let id = trigger_ids(&flink, &job)[0].as_str().unwrap().to_owned();
    outcome.fails(3, &["timed out after 200ms", "is still running", &id]);
    let resume = outcome.resume();
    let since = jiff::Timestamp::from_millisecond(NOW).unwrap();
    assert_eq!(
        resume,
        format!(
            "savepointctl -m {} wait {} {id} --verb trigger --since {since}",
            flink.url(),
            job.id
        )
    );
    flink.always_polls(&below(&job), done(AT));
    shell(&resume).run().is(0, &format!("{AT}\n"), &[]);
    assert_eq!(trigger_ids(&flink, &job).len(), 1);
}

#[test]
fn the_resume_command_runs_as_printed_when_definitions_name_the_cluster() {
    let (flink, job) = flink("2.3.0");
    flink.accept_triggers(&post(&job), 1);
    flink.always_polls(&below(&job), in_progress());
    let port = format!("-Drest.port={}", flink.address().port());
    let outcome = super::run::tool([
        "-Drest.address=127.0.0.1",
        &port,
        "trigger",
        "orders",
        "--timeout",
        "100ms",
    ])
    .run();
    outcome.fails(3, &[]);
    flink.always_polls(&below(&job), done(AT));
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn ctrl_c_says_what_goes_on_and_how_to_resume_and_is_exit_130() {
    for signal in ["-INT", "-TERM"] {
        let (flink, job) = flink("2.3.0");
        flink.accept_triggers(&post(&job), 1);
        flink.always_polls(&below(&job), in_progress());
        let running = at(&flink, "trigger orders").start();
        flink.until(&format!("GET {}/*", below(&job)), 2);
        running.signal(signal);
        let outcome = running.end();
        outcome.fails(130, &["goes on in the cluster"]);
        flink.always_polls(&below(&job), done(AT));
        shell(&outcome.resume())
            .run()
            .is(0, &format!("{AT}\n"), &[]);
    }
}

#[test]
fn ctrl_c_while_the_post_is_on_its_way_tells_the_trigger_id_too() {
    let (flink, job) = flink("2.3.0");
    let gate = Gate::default();
    flink.on(
        &post(&job),
        [Answer::After(gate.clone(), Box::new(Answer::Dropped))],
    );
    let running = at(&flink, "trigger orders").start();
    flink.until(&post(&job), 1);
    running.signal("-INT");
    let outcome = running.end();
    outcome.fails(130, &[trigger_ids(&flink, &job)[0].as_str().unwrap()]);
    outcome.resume();
    gate.open();
}

#[test]
fn ctrl_c_before_anything_began_says_only_that() {
    let (flink, _) = flink("2.3.0");
    let gate = Gate::default();
    flink.on(
        "GET /overview",
        [Answer::After(gate.clone(), Box::new(Answer::Dropped))],
    );
    let running = at(&flink, "trigger orders").start();
    flink.until("GET /overview", 1);
    running.signal("-INT");
    let outcome = running.end();
    outcome.fails(130, &["error: interrupted\n"]);
    assert!(!outcome.stderr.contains("resume"), "{outcome:?}");
    gate.open();
}

#[test]
fn an_outage_while_pending_is_ridden_out() {
    let cut = Box::new(done(AT));
    let polls = [
        in_progress(),
        Answer::Dropped,
        Answer::DroppedAfterHeaders(cut.clone()),
        Answer::DroppedInBody(cut.clone()),
        Answer::Cut(cut),
        Answer::html(200),
        Answer::html(502),
        Answer::html(503),
        Answer::html(504),
        Answer::leader_election(),
        Answer::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{\"status\"".to_vec()),
        in_progress(),
        done(AT),
    ];
    let (flink, _) = polled("2.3.0", polls);
    at(&flink, "trigger orders")
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn an_outage_that_lasts_ends_in_exit_3_with_the_command_that_resumes() {
    let (flink, job) = flink("2.3.0");
    flink.accept_triggers(&post(&job), 1);
    flink.always_polls(&below(&job), Answer::Dropped);
    let outcome = at(&flink, "trigger orders --reconnect-timeout 500ms").run();
    outcome
        .fails(3, &["what became of it is not known"])
        .took_less_than(Duration::from_secs(5));
    flink.always_polls(&below(&job), done(AT));
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn a_silent_server_while_pending_counts_as_an_outage() {
    let (flink, job) = flink("2.3.0");
    let gate = Gate::default();
    flink.accept_triggers(&post(&job), 1);
    flink.polls(
        &below(&job),
        [
            Answer::After(gate.clone(), Box::new(in_progress())),
            done(AT),
        ],
    );
    at(&flink, "trigger orders --request-timeout 300ms")
        .run()
        .is(0, &format!("{AT}\n"), &[]);
    gate.open();
}

#[test]
fn a_jobmanager_that_is_gone_while_pending_is_exit_3_and_claims_nothing() {
    let (flink, job) = flink("2.3.0");
    flink.accept_triggers(&post(&job), 1);
    flink.always_polls(&below(&job), in_progress());
    flink.close_each();
    let mut running = at(&flink, "trigger orders --reconnect-timeout 500ms").start();
    running.until_said("trigger id");
    flink.until(&format!("GET {}/*", below(&job)), 1);
    drop(flink);
    running.end().fails(3, &["lost contact", "resume with `"]);
}

#[test]
fn other_credentials_wanted_while_pending_are_exit_5_at_once_with_the_command_that_resumes() {
    for status in [401, 403] {
        let (flink, job) = polled("2.3.0", [in_progress(), Answer::html(status)]);
        let outcome = at(&flink, "trigger orders").run();
        outcome.fails(
            5,
            &[
                &format!("status {status}"),
                "cannot tell what became of a savepoint",
            ],
        );
        flink.polls(&below(&job), [done(AT)]);
        shell(&outcome.resume())
            .run()
            .is(0, &format!("{AT}\n"), &[]);
    }
}

// --- several jobs, detached, waiting for tasks ----------------------------------------------------------------------

#[test]
fn all_takes_every_running_job_one_location_a_line() {
    let (flink, orders) = flink("2.3.0");
    let (users, ended) = (flink.job("users"), flink.job("ended"));
    flink.set_status(&ended, "FINISHED");
    for (job, location) in [(&orders, "file:/sp/1"), (&users, "file:/sp/2")] {
        flink.accept_triggers(&post(job), 1);
        flink.polls(&below(job), [done(location)]);
    }
    let outcome = at(&flink, "trigger --all s3://b/sp").run();
    let mut lines: Vec<&str> = outcome.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        (outcome.code, lines),
        (0, vec!["file:/sp/1", "file:/sp/2"]),
        "{outcome:?}"
    );
    assert_eq!(
        flink.requests_of(&post(&orders))[0].body["target-directory"],
        "s3://b/sp"
    );
}

#[test]
fn all_with_some_failing_is_exit_8_and_the_others_are_printed() {
    let (flink, orders) = flink("2.3.0");
    let users = flink.job("users");
    for (job, answer) in [(&orders, done(AT)), (&users, failed(DISK_FULL))] {
        flink.accept_triggers(&post(job), 1);
        flink.polls(&below(job), [answer]);
    }
    at(&flink, "trigger --all").run().is(
        8,
        &format!("{AT}\n"),
        &["(users) failed: No space left", "1 of 2 jobs"],
    );
}

#[test]
fn all_in_json_is_one_document_a_line() {
    let (flink, orders) = flink("2.3.0");
    let users = flink.job("users");
    for (job, location) in [(&orders, "file:/sp/1"), (&users, "file:/sp/2")] {
        flink.accept_triggers(&post(job), 1);
        flink.polls(&below(job), [done(location)]);
        flink.set_history(job, vec![answers::complete(1, "SAVEPOINT", NOW, location)]);
    }
    let outcome = at(&flink, "trigger --all -o json").run();
    assert_eq!(
        (outcome.code, outcome.stdout.lines().count()),
        (0, 2),
        "{outcome:?}"
    );
    for line in outcome.stdout.lines() {
        let json: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&json["state_size"], &json["checkpoint_id"]),
            (&json!(187_260), &json!(1))
        );
    }
}

#[test]
fn all_without_any_running_job_is_a_success_that_says_so() {
    let flink = Flink::start("2.3.0");
    at(&flink, "trigger --all")
        .run()
        .is(0, "", &["no job is running"]);
}

#[test]
fn detached_prints_the_trigger_id_and_how_to_wait_for_it() {
    let (flink, job) = flink("2.3.0");
    flink.accept_triggers(&post(&job), 1);
    let outcome = at(&flink, "trigger orders --detached").run();
    let id = trigger_ids(&flink, &job)[0].as_str().unwrap().to_owned();
    outcome.is(
        0,
        &format!("{id}\n"),
        &["wait for it with `savepointctl -m "],
    );
    flink.polls(&below(&job), [done(AT)]);
    let wait = outcome
        .stderr
        .split("wait for it with `")
        .nth(1)
        .unwrap()
        .split('`')
        .next()
        .unwrap()
        .to_owned();
    shell(&wait).run().is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn wait_running_triggers_only_when_all_tasks_run() {
    let (flink, job) = polled("2.3.0", [done(AT)]);
    flink.set_tasks(&job, (4, 3, 0));
    let running = at(&flink, "trigger orders --wait-running 1m").start();
    flink.until("GET /jobs/overview", 3);
    assert!(flink.requests_of(&post(&job)).is_empty());
    flink.set_tasks(&job, (4, 3, 1));
    running.end().is(0, &format!("{AT}\n"), &[]);
}

#[test]
fn wait_running_gives_up_with_exit_7_and_nothing_begun() {
    let (flink, job) = flink("2.3.0");
    flink.set_tasks(&job, (4, 3, 0));
    at(&flink, "trigger orders --wait-running 100ms")
        .run()
        .fails(7, &["3 of 4 tasks"]);
}

#[test]
fn json_adds_size_duration_and_checkpoint_id() {
    let (flink, job) = polled("2.3.0", [done(AT)]);
    flink.set_history(&job, vec![answers::complete(5, "SAVEPOINT", NOW + 1, AT)]);
    let outcome = at(&flink, "trigger orders -o json").run();
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let since = jiff::Timestamp::from_millisecond(NOW + 1)
        .unwrap()
        .to_string();
    assert_eq!(
        json,
        json!({"location": AT, "job_id": job.id, "job_name": "orders", "trigger_id": trigger_ids(&flink, &job)[0],
            "operation": "trigger", "checkpoint_id": 5, "format": "canonical", "state_size": 187_260,
            "duration_ms": 116, "triggered_at": since, "job_status": null})
    );
}

#[test]
fn statistics_that_cannot_be_read_do_not_spoil_the_json_of_a_savepoint() {
    let (flink, job) = polled("2.3.0", [done(AT)]);
    flink.on(
        &format!("GET /jobs/{}/checkpoints", job.id),
        [Answer::html(200)],
    );
    let outcome = at(&flink, "trigger orders -o json").run();
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        (outcome.code, &json["location"], &json["state_size"]),
        (0, &json!(AT), &Value::Null)
    );
}

// --- which job ------------------------------------------------------------------------------------------------------

#[test]
fn a_job_is_meant_by_id_by_the_beginning_of_one_or_by_name() {
    let (flink, job) = flink("2.3.0");
    for typed in [
        job.id.clone(),
        job.id.to_uppercase(),
        job.id[..2].to_owned(),
        "orders".to_owned(),
    ] {
        flink.accept_triggers(&post(&job), 1);
        flink.polls(&below(&job), [done(AT)]);
        at(&flink, "trigger")
            .arg(&typed)
            .run()
            .is(0, &format!("{AT}\n"), &[]);
    }
}

#[test]
fn a_job_that_several_match_is_exit_2_and_they_are_listed() {
    let (flink, one) = flink("2.3.0");
    let two = flink.job("orders");
    at(&flink, "trigger orders")
        .run()
        .fails(2, &["'orders' means 2 jobs", &one.id, &two.id]);
}

#[test]
fn an_unknown_job_is_exit_4_and_an_ended_one_is_exit_7() {
    let (flink, job) = flink("2.3.0");
    at(&flink, "trigger nothing")
        .run()
        .fails(4, &["no job 'nothing'", "savepointctl jobs --all"]);
    flink.set_status(&job, "FINISHED");
    at(&flink, "trigger orders")
        .run()
        .fails(7, &["has ended: FINISHED"]);
    at(&flink, "trigger")
        .arg(&"0".repeat(32))
        .run()
        .fails(4, &[]);
}

#[test]
fn a_job_that_ended_since_it_was_listed_is_exit_7_and_one_that_is_gone_exit_4() {
    for (gone, code) in [(false, 7), (true, 4)] {
        let (flink, job) = flink("2.3.0");
        flink.accept_triggers(&post(&job), 1);
        let text = format!(
            "org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job ({})",
            job.id
        );
        let gate = Gate::default();
        flink.polls(
            &below(&job),
            [Answer::After(gate.clone(), Box::new(failed(&text)))],
        );
        let running = at(&flink, "trigger orders").start();
        flink.until(&format!("GET {}/*", below(&job)), 1);
        if gone {
            flink.forget(&job);
        } else {
            flink.set_status(&job, "CANCELED");
        }
        gate.open();
        running.end().fails(code, &[]);
    }
}
