//! `list`

use serde_json::{Value, json};

use super::answers::{self, NOW};
use super::run::at;
use super::server::{Answer, Flink, Job};

/// A running and an ended job with snapshots of every kind.
fn remembering() -> (Flink, Job, Job) {
    let flink = Flink::start("2.3.0");
    let (orders, old) = (flink.job("orders"), flink.job("old"));
    flink.set_status(&old, "FINISHED");
    let mut discarded = answers::complete(5, "CHECKPOINT", NOW + 30, "file:/cp/5");
    discarded["discarded"] = json!(true);
    flink.set_history(
        &orders,
        vec![
            answers::broken(7, "SAVEPOINT", NOW + 50, "disk full"),
            answers::unfinished(6, "SAVEPOINT", NOW + 40),
            discarded,
            answers::complete(4, "CHECKPOINT", NOW + 10, "file:/cp/4"),
            answers::complete(3, "SAVEPOINT", NOW, "file:/sp/3"),
        ],
    );
    let stop = answers::complete(2, "SYNC_SAVEPOINT", NOW + 20, "file:/sp/old-2");
    flink.set_history(&old, vec![stop]);
    (flink, orders, old)
}

#[test]
fn list_names_what_is_complete_and_there_over_all_jobs_newest_first() {
    let (flink, _, _) = remembering();
    at(&flink, "list -o name")
        .run()
        .is(0, "file:/sp/old-2\nfile:/cp/4\nfile:/sp/3\n", &[]);
    at(&flink, "list -o name --all").run().is(
        0,
        "file:/cp/5\nfile:/sp/old-2\nfile:/cp/4\nfile:/sp/3\n",
        &[],
    );
}

#[test]
fn list_of_one_job_names_its_snapshots_only_whether_it_runs_or_has_ended() {
    let (flink, orders, _) = remembering();
    for job in ["orders", &orders.id, &orders.id[..6]] {
        at(&flink, &format!("list {job} -o name"))
            .run()
            .is(0, "file:/cp/4\nfile:/sp/3\n", &[]);
    }
    at(&flink, "list old -o name")
        .run()
        .is(0, "file:/sp/old-2\n", &[]);
}

#[test]
fn a_name_means_the_running_job_and_its_ended_namesakes() {
    let flink = Flink::start("2.3.0");
    let (first, second) = (flink.job("orders"), flink.job("orders"));
    flink.set_status(&first, "CANCELED");
    let (old, new) = (
        answers::complete(1, "SAVEPOINT", NOW, "file:/sp/1"),
        answers::complete(1, "SAVEPOINT", NOW + 1, "file:/sp/2"),
    );
    flink.set_history(&first, vec![old]);
    flink.set_history(&second, vec![new]);
    at(&flink, "list orders -o name")
        .run()
        .is(0, "file:/sp/2\nfile:/sp/1\n", &[]);
}

#[test]
fn the_table_has_time_kind_format_size_job_and_location() {
    let (flink, _, _) = remembering();
    let outcome = at(&flink, "list --all").run();
    let rows: Vec<Vec<&str>> = outcome
        .stdout
        .lines()
        .map(|line| {
            line.split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .collect()
        })
        .collect();
    assert_eq!(
        rows[0],
        [
            "TIME", "KIND", "FORMAT", "SIZE", "FILES", "JOB", "STATUS", "LOCATION"
        ]
    );
    assert_eq!(rows.len(), 5, "{outcome:?}");
    assert_eq!(
        (rows[1][1], rows[1][2], &rows[1][4..]),
        (
            "checkpoint",
            "-",
            &["-", "orders", "discarded", "file:/cp/5"][..]
        )
    );
    assert_eq!(
        (rows[2][1], rows[2][2], &rows[2][4..]),
        (
            "savepoint",
            "canonical",
            &["-", "old", "ok", "file:/sp/old-2"][..]
        )
    );
}

#[test]
fn the_json_of_list_has_these_fields() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    flink.set_history(
        &job,
        vec![answers::complete(8, "SAVEPOINT", NOW, "file:/sp/8")],
    );
    let json: Value = serde_json::from_str(&at(&flink, "list -o json").run().stdout).unwrap();
    let at = jiff::Timestamp::from_millisecond(NOW).unwrap().to_string();
    assert_eq!(
        json,
        json!({"snapshots": [{"location": "file:/sp/8", "kind": "savepoint", "format": "canonical", "checkpoint_id": 8,
            "job_id": job.id, "job_name": "orders", "job_status": "RUNNING", "state_size": 187_260, "duration_ms": 116,
            "triggered_at": at, "discarded": false, "exists": null, "complete": true, "problem": null,
            "job_id_prefix": job.id[..6], "operators": null, "files": null, "files_size": null, "modified_at": null,
            "metadata_size": null, "metadata_version": null}]})
    );
}

#[test]
fn nothing_to_list_is_an_empty_list_that_says_so() {
    let flink = Flink::start("2.3.0");
    at(&flink, "list -o json")
        .run()
        .is(0, "{\"snapshots\":[]}\n", &["remembers no snapshots"]);
    at(&flink, "list -o name")
        .run()
        .is(0, "", &["remembers no snapshots"]);
}

#[test]
fn a_history_that_was_cut_is_said_on_stderr() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let entry = answers::complete(8, "SAVEPOINT", NOW, "file:/sp/8");
    let mut history = answers::history(vec![entry]);
    flink.set_statistics(&job.id, history.clone());
    let whole = at(&flink, "list -o name").run();
    assert_eq!(whole.stderr, "", "{whole:?}");
    history["counts"]["completed"] = json!(12);
    flink.set_statistics(&job.id, history);
    at(&flink, "list -o name")
        .run()
        .is(0, "file:/sp/8\n", &["web.checkpoints.history"]);
}

#[test]
fn an_unknown_job_is_exit_4_and_an_ambiguous_one_exit_2() {
    let flink = Flink::start("2.3.0");
    let (first, second) = (flink.job("twice"), flink.job("other"));
    at(&flink, "list nothing").run().fails(4, &["'nothing'"]);
    assert_ne!(first.id, second.id);
    // every id of the model ends alike, and begins with a letter of its own: the second digit tells them apart
    at(&flink, "list a")
        .run()
        .fails(2, &[&first.id, &second.id]);
}

#[test]
fn a_job_whose_statistics_are_refused_is_said_and_the_others_are_listed() {
    let (flink, orders, _) = remembering();
    let path = format!("GET /jobs/{}/checkpoints", orders.id);
    flink.always(&path, answers::refused(500, answers::DISK_FULL));
    at(&flink, "list -o name").run().is(
        0,
        "file:/sp/old-2\n",
        &[&orders.id, "shows no checkpoint statistics"],
    );
}

#[test]
fn batch_jobs_have_no_statistics_and_are_passed_over_silently() {
    let (flink, orders, _) = remembering();
    let path = format!("GET /jobs/{}/checkpoints", orders.id);
    flink.always(
        &path,
        answers::not_found("Checkpointing has not been enabled."),
    );
    let outcome = at(&flink, "list -o name").run();
    outcome.is(0, "file:/sp/old-2\n", &[]);
    assert_eq!(outcome.stderr, "");
}

#[test]
fn hostile_names_and_locations_act_on_no_terminal_and_begin_no_line() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("a\u{1b}[2J\nerror: gone\u{7}");
    let location = "file:/sp/\u{1b}]0;x\u{7}\nfile:/sp/other";
    flink.set_history(&job, vec![answers::complete(8, "SAVEPOINT", NOW, location)]);
    for form in ["table", "name", "json"] {
        let outcome = at(&flink, &format!("list -o {form}")).run();
        let shown = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(
            !shown.contains(|c: char| c.is_control() && c != '\n'),
            "{shown:?}"
        );
        let lines = if form == "table" { 2 } else { 1 };
        assert_eq!(outcome.stdout.lines().count(), lines, "{shown:?}");
    }
    let json = at(&flink, "list -o json").run().stdout;
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["snapshots"][0]["location"], location);
    assert_eq!(json["snapshots"][0]["job_name"], job.name);
}

#[test]
fn a_snapshot_in_memory_has_no_location_and_is_not_listed() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let memory = "<checkpoint-not-externally-addressable>";
    flink.set_history(&job, vec![answers::complete(8, "CHECKPOINT", NOW, memory)]);
    at(&flink, "list -o name").run().is(0, "", &[]);
}

#[test]
fn an_outage_is_exit_5_and_no_half_of_a_list_is_shown() {
    let (flink, orders, _) = remembering();
    let path = format!("GET /jobs/{}/checkpoints", orders.id);
    flink.always(&path, Answer::html(200));
    at(&flink, "list -o name").run().fails(5, &[]);
}
