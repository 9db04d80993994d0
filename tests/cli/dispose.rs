//! `dispose`

use std::time::Duration;

use serde_json::{Value, json};

use super::answers::{self, DISK_FULL, NOW, disposed, failed, in_progress, nothing_there};
use super::run::{Outcome, at, shell};
use super::server::{Answer, Flink, Job};

pub(super) const SAVEPOINT: &str = "s3://bucket/sp/savepoint-a1fd72-0f6e2d3c4b5a";
pub(super) const POST: &str = "POST /savepoint-disposal";
const POLL: &str = "GET /savepoint-disposal/*";
const OTHER: &str = "s3://bucket/sp/savepoint-b2fd72-1f6e2d3c4b5b";
const ENDED: &str = "0f9e8d7c6b5a49382716f5e4d3c2b1a0";

/// Takes this many disposals, whose first poll finds them done.
pub(super) fn accepts(flink: &Flink, times: usize) {
    flink.on(POST, vec![Answer::by(accepted); times]);
    flink.on(POLL, vec![disposed(); times]);
}

fn accepted(_: &super::server::Request) -> Answer {
    Answer::ok(json!({"request-id": "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e"}))
}

/// The paths of all disposals that were ever asked for.
pub(super) fn posted(flink: &Flink) -> Vec<String> {
    let posts = flink.requests_of(POST);
    let others = flink
        .requests()
        .iter()
        .filter(|request| request.method != "GET")
        .count();
    assert_eq!(posts.len(), others);
    posts
        .iter()
        .map(|request| {
            assert_eq!(request.body.as_object().unwrap().len(), 1);
            request.body["savepoint-path"].as_str().unwrap().to_owned()
        })
        .collect()
}

fn polled(polls: impl IntoIterator<Item = Answer>) -> (Flink, Outcome) {
    let flink = Flink::start("2.3.0");
    flink.on(POST, [Answer::by(accepted)]);
    flink.on(POLL, polls);
    let outcome = at(&flink, &format!("dispose --yes {SAVEPOINT}")).run();
    (flink, outcome)
}

#[test]
fn dispose_waits_until_the_snapshot_is_gone_and_prints_its_location() {
    for version in ["1.13.6", "2.3.0"] {
        for location in [SAVEPOINT, "/x/y/_metadata", "relative/it's here"] {
            let flink = Flink::start(version);
            flink.on(POLL, [in_progress(), Answer::Dropped, in_progress()]);
            accepts(&flink, 1);
            let outcome = at(&flink, "dispose --yes").arg(location).run();
            outcome.is(0, &format!("{location}\n"), &[]);
            assert_eq!(posted(&flink), [location]);
        }
    }
}

#[test]
fn dispose_as_json_names_location_and_trigger_id() {
    let flink = Flink::start("2.3.0");
    accepts(&flink, 1);
    let outcome = at(&flink, &format!("dispose -y {SAVEPOINT} -o json")).run();
    let shown: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        shown,
        json!({"location": SAVEPOINT, "disposed": true, "trigger_id": "5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e"})
    );
}

// --- what is refused ----------------------------------------------------------------------------------------------

/// A running job that took a checkpoint and a savepoint and was restored from another one.
fn running(own_checkpoint: i64) -> (Flink, Job) {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let mut statistics = answers::history(vec![
        answers::complete(9, "CHECKPOINT", own_checkpoint, "s3://bucket/odd/place"),
        answers::complete(8, "SAVEPOINT", NOW - 20, SAVEPOINT),
    ]);
    statistics["latest"]["restored"] = json!({"id": 7, "restore_timestamp": NOW - 100, "is_savepoint": true,
        "external_path": OTHER});
    flink.set_statistics(&job.id, statistics);
    (flink, job)
}

#[test]
fn what_a_running_job_may_need_is_refused_with_its_reason_and_nothing_is_disposed_of() {
    let (flink, job) = running(NOW - 200);
    let own = format!("s3://bucket/cp/{}/chk-3", job.id);
    let of_ended = format!("s3://bucket/cp/{ENDED}/chk-3");
    let cases = [
        ("s3://bucket/odd/place", "is a checkpoint of running job"),
        (
            "s3://bucket/odd//place/_metadata",
            "is a checkpoint of running job",
        ),
        (&own, "is a checkpoint of running job"),
        (
            &of_ended,
            "whether other snapshots use its files is not known",
        ),
        (OTHER, "was restored from it"),
    ];
    for (location, reason) in cases {
        let outcome = at(&flink, &format!("dispose --yes {location}")).run();
        outcome.fails(7, &[location, "is kept", reason, "--force"]);
    }
    assert!(posted(&flink).is_empty());
    accepts(&flink, 1);
    at(&flink, &format!("dispose --yes {SAVEPOINT}"))
        .run()
        .is(0, &format!("{SAVEPOINT}\n"), &[]);
}

#[test]
fn force_disposes_of_what_would_be_refused_and_still_asks() {
    let (flink, job) = running(NOW - 200);
    let own = format!("s3://bucket/cp/{}/chk-3", job.id);
    at(&flink, &format!("dispose --force {own}"))
        .run()
        .fails(2, &["--yes"]);
    assert!(posted(&flink).is_empty());
    accepts(&flink, 1);
    at(&flink, &format!("dispose --force --yes {own}"))
        .run()
        .is(0, &format!("{own}\n"), &[]);
    assert_eq!(posted(&flink), [own]);
}

#[test]
fn force_is_called_safe_only_after_a_checkpoint_of_the_jobs_own() {
    for (own, safe) in [(NOW - 200, false), (NOW - 50, true)] {
        let (flink, _) = running(own);
        let outcome = at(&flink, &format!("dispose --yes {OTHER}")).run();
        outcome.fails(7, &["was restored from it"]);
        assert_eq!(
            outcome.stderr.contains("--force is safe"),
            safe,
            "{outcome:?}"
        );
    }
}

#[test]
fn a_job_whose_statistics_cannot_be_read_may_need_anything() {
    let (flink, job) = running(NOW);
    let broken = answers::refused(500, DISK_FULL);
    flink.always(&format!("GET /jobs/{}/checkpoints", job.id), broken);
    let outcome = at(&flink, &format!("dispose --yes {OTHER}")).run();
    assert_ne!(outcome.code, 0, "{outcome:?}");
    assert!(posted(&flink).is_empty());
}

#[test]
fn dry_run_shows_the_plan_and_disposes_of_nothing() {
    let (flink, job) = running(NOW - 200);
    let own = format!("s3://bucket/cp/{}/chk-3", job.id);
    let words = format!("dispose --dry-run {SAVEPOINT} {own}");
    let table = at(&flink, &words).run();
    let rows: Vec<&str> = table.stdout.lines().collect();
    assert_eq!((table.code, rows.len()), (0, 3), "{table:?}");
    assert!(
        rows[1].starts_with("dispose") && rows[1].contains(SAVEPOINT),
        "{table:?}"
    );
    assert!(
        rows[2].starts_with("keep") && rows[2].contains(&own) && rows[2].contains("running job"),
        "{table:?}"
    );
    at(&flink, &format!("{words} -o name"))
        .run()
        .is(0, &format!("{SAVEPOINT}\n"), &[]);
    let shown: Value =
        serde_json::from_str(&at(&flink, &format!("{words} -o json --force")).run().stdout)
            .unwrap();
    let items = shown["snapshots"].as_array().unwrap();
    assert_eq!(
        (
            &items[0]["dispose"],
            &items[0]["forced"],
            &items[0]["reason"]
        ),
        (&json!(true), &json!(false), &Value::Null)
    );
    assert_eq!(
        (&items[1]["dispose"], &items[1]["forced"]),
        (&json!(true), &json!(true))
    );
    let refused = at(&flink, &format!("dispose --dry-run {own}")).run();
    assert_eq!(refused.code, 7, "{refused:?}");
    assert!(posted(&flink).is_empty());
}

#[test]
fn without_a_terminal_and_yes_nothing_is_disposed_of() {
    let flink = Flink::start("2.3.0");
    at(&flink, &format!("dispose {SAVEPOINT}"))
        .run()
        .fails(2, &["--yes", "--dry-run"]);
    assert!(posted(&flink).is_empty());
}

// --- several ------------------------------------------------------------------------------------------------------

#[test]
fn several_snapshots_go_in_their_order_and_one_in_two_spellings_goes_once() {
    let flink = Flink::start("2.3.0");
    accepts(&flink, 3);
    let line = format!("dispose --yes {SAVEPOINT} /x/y {OTHER} {SAVEPOINT}/_metadata file:///x/y/");
    at(&flink, &line)
        .run()
        .is(0, &format!("{SAVEPOINT}\n/x/y\n{OTHER}\n"), &[]);
    assert_eq!(posted(&flink), [SAVEPOINT, "/x/y", OTHER]);
}

#[test]
fn of_several_snapshots_each_gets_its_line_and_exit_8_says_that_only_some_went() {
    let (flink, job) = running(NOW);
    let own = format!("s3://bucket/cp/{}/chk-3", job.id);
    flink.on(POST, vec![Answer::by(accepted); 3]);
    flink.on(
        POLL,
        [disposed(), nothing_there("/sp/missing"), failed(DISK_FULL)],
    );
    let line = format!("dispose --yes {SAVEPOINT} {own} /sp/missing /sp/full");
    let outcome = at(&flink, &line).run();
    let said = [
        "/sp/missing was not disposed of",
        "/sp/full was not disposed of",
        "is kept",
        "3 of 4 snapshots were not disposed of",
    ];
    outcome.is(8, &format!("{SAVEPOINT}\n"), &said);
    assert_eq!(posted(&flink), [SAVEPOINT, "/sp/missing", "/sp/full"]);
}

#[test]
fn of_several_snapshots_that_all_stay_for_one_reason_the_exit_code_is_that_reasons() {
    let (flink, job) = running(NOW);
    let line = format!("dispose --yes s3://b/{0}/chk-1 s3://b/{0}/chk-2", job.id);
    assert_eq!(at(&flink, &line).run().code, 7);
    flink.on(POST, vec![Answer::by(accepted); 2]);
    flink.on(POLL, [nothing_there("/a"), nothing_there("/b")]);
    assert_eq!(at(&flink, "dispose --yes /a /b").run().code, 4);
    assert_eq!(posted(&flink), ["/a", "/b"]);
}

#[test]
fn a_reference_that_names_nothing_disposes_of_nothing_else_either() {
    let (flink, _) = running(NOW);
    at(&flink, &format!("dispose --yes {SAVEPOINT} latest:nothing"))
        .run()
        .fails(4, &["no job 'nothing'"]);
    assert!(posted(&flink).is_empty());
}

#[test]
fn a_reference_is_disposed_of_by_its_location() {
    let (flink, job) = running(NOW);
    flink.set_history(
        &job,
        vec![answers::complete(8, "SAVEPOINT", NOW, SAVEPOINT)],
    );
    accepts(&flink, 1);
    let outcome = at(&flink, &format!("dispose --yes latest:orders {SAVEPOINT}")).run();
    outcome.is(
        0,
        &format!("{SAVEPOINT}\n"),
        &["latest:orders is savepoint 8"],
    );
    assert_eq!(posted(&flink), [SAVEPOINT]);
}

// --- faults -------------------------------------------------------------------------------------------------------

#[test]
fn a_disposal_whose_answer_is_lost_is_repeated_and_nothing_found_then_means_gone() {
    for lost in [Answer::Dropped, Answer::html(504), Answer::html(200)] {
        let flink = Flink::start("2.3.0");
        flink.on(POST, [lost, Answer::by(accepted)]);
        flink.on(POLL, [nothing_there(SAVEPOINT)]);
        let outcome = at(&flink, &format!("dispose --yes {SAVEPOINT}")).run();
        outcome.is(0, &format!("{SAVEPOINT}\n"), &["was lost", "gone"]);
        assert_eq!(posted(&flink), [SAVEPOINT, SAVEPOINT]);
    }
}

#[test]
fn a_failure_inside_the_server_does_not_say_that_nothing_was_deleted() {
    let flink = Flink::start("2.3.0");
    let timeout =
        "java.util.concurrent.TimeoutException: Invocation of [disposeSavepoint] timed out.";
    flink.on(POST, [answers::refused(500, timeout), Answer::by(accepted)]);
    flink.on(POLL, [nothing_there(SAVEPOINT)]);
    at(&flink, &format!("dispose --yes {SAVEPOINT}")).run().is(
        0,
        &format!("{SAVEPOINT}\n"),
        &["gone"],
    );
}

#[test]
fn a_disposal_that_is_never_answered_claims_nothing() {
    let flink = Flink::start("2.3.0");
    flink.always(POST, Answer::Dropped);
    at(&flink, &format!("dispose --yes {SAVEPOINT}"))
        .run()
        .fails(5, &["whether it is gone is not known"]);
    assert!(posted(&flink).iter().all(|path| path == SAVEPOINT));
}

#[test]
fn a_disposal_that_the_cluster_forgot_is_repeated_once() {
    let flink = Flink::start("2.3.0");
    flink.on(POST, vec![Answer::by(accepted); 2]);
    let unknown = answers::unknown_before_1_15;
    flink.on(POLL, [in_progress(), unknown(), nothing_there(SAVEPOINT)]);
    at(&flink, &format!("dispose --yes {SAVEPOINT}")).run().is(
        0,
        &format!("{SAVEPOINT}\n"),
        &["gone"],
    );
    flink.on(POST, vec![Answer::by(accepted); 2]);
    flink.on(POLL, [unknown(), unknown()]);
    at(&flink, &format!("dispose --yes {SAVEPOINT}"))
        .run()
        .fails(4, &["whether it is gone is not known"]);
    assert!(posted(&flink).iter().all(|path| path == SAVEPOINT));
}

#[test]
fn failures_are_told_in_one_sentence_with_the_exit_code_of_their_kind() {
    let io = "java.io.FileNotFoundException: Cannot find";
    let cases = [
        (
            4,
            format!(
                "{io} checkpoint or savepoint file/directory '{SAVEPOINT}' on file system 's3'."
            ),
            "check the path",
        ),
        (
            4,
            format!("{io} meta data file '_metadata' in directory '{SAVEPOINT}'. Please try x."),
            "incomplete",
        ),
        (
            1,
            "java.io.IOException: Unexpected magic number. This can have multiple reasons: (1) x"
                .to_owned(),
            "not the metadata",
        ),
        (1, "java.io.EOFException".to_owned(), "EOFException"),
        (
            1,
            "java.lang.IllegalArgumentException: empty checkpoint pointer".to_owned(),
            "empty text",
        ),
        (
            1,
            "java.nio.file.AccessDeniedException: /x".to_owned(),
            "/x (AccessDeniedException)",
        ),
    ];
    for (code, text, said) in cases {
        let (_flink, outcome) = polled([failed(&text)]);
        outcome.fails(code, &[SAVEPOINT, "was not disposed of", said]);
        assert!(!outcome.stderr.contains("\tat "), "{outcome:?}");
    }
}

#[test]
fn a_timeout_is_exit_3_with_a_resume_command_that_runs_as_printed() {
    let flink = Flink::start("2.3.0");
    flink.on(POST, [Answer::by(accepted)]);
    flink.always(POLL, in_progress());
    let line = format!("dispose --yes {SAVEPOINT} --timeout 200ms");
    let outcome = at(&flink, &line).run();
    outcome.fails(3, &["is still running", SAVEPOINT]);
    outcome.took_less_than(Duration::from_secs(5));
    flink.always(POLL, disposed());
    shell(&outcome.resume()).run().is(0, "", &["is done"]);
}

#[test]
fn ctrl_c_is_exit_130_with_a_resume_command_that_runs_as_printed() {
    let flink = Flink::start("2.3.0");
    flink.on(POST, [Answer::by(accepted)]);
    flink.always(POLL, in_progress());
    let running = at(&flink, &format!("dispose --yes {SAVEPOINT}")).start();
    flink.until(POLL, 1);
    running.signal("-INT");
    let outcome = running.end();
    outcome.fails(130, &[SAVEPOINT, "goes on in the cluster"]);
    flink.always(POLL, disposed());
    shell(&outcome.resume()).run().is(0, "", &["is done"]);
}
