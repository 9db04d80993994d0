//! `jobs`

use serde_json::{Value, json};

use super::answers::{self, NOW, not_found};
use super::run::at;
use super::server::{Answer, Flink};

#[test]
fn jobs_lists_running_jobs_and_with_all_ended_ones() {
    let flink = Flink::start("2.3.0");
    let (orders, ended) = (flink.job("orders"), flink.job("old"));
    flink.set_status(&ended, "FINISHED");
    at(&flink, "jobs -o name")
        .run()
        .is(0, &format!("{}\n", orders.id), &[]);
    let all = at(&flink, "jobs --all -o name").run();
    assert_eq!((all.code, all.stdout.lines().count()), (0, 2), "{all:?}");
}

#[test]
fn the_table_shows_state_tasks_snapshots_and_where_a_job_was_restored_from() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    flink.set_tasks(&job, (4, 1, 0));
    let mut history = answers::history(vec![
        answers::complete(9, "CHECKPOINT", NOW - 10, "file:/cp/chk-9"),
        answers::complete(8, "SAVEPOINT", NOW - 20, "file:/sp/8"),
    ]);
    history["latest"]["restored"] = json!({"id": 7, "restore_timestamp": NOW - 1000, "is_savepoint": true, "external_path": "file:/sp/7"});
    flink.on(
        &format!("GET /jobs/{}/checkpoints", job.id),
        [Answer::ok(history)],
    );
    let shown = at(&flink, "jobs").run().shown(&[(&job.id, "<id>")]);
    let mut rows = shown.lines().map(|line| {
        line.split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
    });
    assert_eq!(rows.next().unwrap(), ["exit 0"]);
    let heading = rows.next().unwrap();
    assert!(
        heading[0].ends_with("JOB ID") && heading.last() == Some(&"RESTORED FROM"),
        "{shown}"
    );
    let row = rows.next().unwrap();
    assert_eq!(row[1..3], ["orders", "RUNNING 1/4"], "{shown}");
    assert_eq!(
        row[5..],
        ["file:/sp/8", "file:/cp/chk-9", "file:/sp/7"],
        "{shown}"
    );
}

#[test]
fn the_json_of_jobs_has_these_fields() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    flink.set_history(
        &job,
        vec![answers::complete(8, "SAVEPOINT", NOW, "file:/sp/8")],
    );
    let json: Value = serde_json::from_str(&at(&flink, "jobs -o json").run().stdout).unwrap();
    let at = jiff::Timestamp::from_millisecond(NOW).unwrap().to_string();
    let started = jiff::Timestamp::from_millisecond(answers::STARTED)
        .unwrap()
        .to_string();
    let savepoint = json!({"checkpoint_id": 8, "location": "file:/sp/8", "state_size": 187_260, "triggered_at": at});
    assert_eq!(
        json,
        json!({"jobs": [{"job_id": job.id, "job_name": "orders", "job_status": "RUNNING", "started_at": started,
            "ended_at": null, "duration_ms": answers::DURATION, "tasks": {"total": 4, "running": 4, "finished": 0},
            "last_savepoint": savepoint, "last_checkpoint": null, "restored_from": null}]})
    );
}

#[test]
fn no_jobs_is_an_empty_list_that_says_so_on_stderr() {
    let flink = Flink::start("2.3.0");
    at(&flink, "jobs -o name")
        .run()
        .is(0, "", &["no running jobs at http://127.0.0.1:"]);
    at(&flink, "jobs -o json")
        .run()
        .is(0, "{\"jobs\":[]}\n", &[]);
}

#[test]
fn a_batch_job_without_statistics_is_listed_all_the_same() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("batch");
    flink.on(
        &format!("GET /jobs/{}/checkpoints", job.id),
        [not_found("Checkpointing has not been enabled.")],
    );
    at(&flink, "jobs -o name")
        .run()
        .is(0, &format!("{}\n", job.id), &[]);
}

#[test]
fn statistics_that_one_job_refuses_do_not_hide_the_jobs() {
    let flink = Flink::start("2.3.0");
    let (one, two) = (flink.job("one"), flink.job("two"));
    let text = "<Exception on server side:\njava.util.concurrent.TimeoutException: timed out\n\tat a.B.c(B.java:1)\nEnd of exception on server side>";
    let refusal = Answer::json(500, json!({"errors": ["Internal server error.", text]}));
    flink.always(&format!("GET /jobs/{}/checkpoints", one.id), refusal);
    let outcome = at(&flink, "jobs -o name").run();
    assert!(
        outcome.code == 0 && outcome.stdout.contains(&one.id) && outcome.stdout.contains(&two.id),
        "{outcome:?}"
    );
}

#[test]
fn a_state_that_a_newer_flink_invents_is_shown_as_it_is() {
    let flink = Flink::start("9.1.0");
    let job = flink.job("orders");
    flink.set_status(&job, "DREAMING");
    let outcome = at(&flink, "jobs").run();
    assert!(
        outcome.code == 0 && outcome.stdout.contains("DREAMING"),
        "{outcome:?}"
    );
    assert!(outcome.stderr.contains("newer than 2.3"), "{outcome:?}");
}
