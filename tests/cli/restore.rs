//! `restore`

use std::time::Duration;

use serde_json::{Value, json};

use super::answers::{self, DISK_FULL};
use super::run::{Dir, Tool, at, shell};
use super::server::{Answer, Flink, Gate, Job, Request};

pub(super) const FROM: &str = "file:/sp/savepoint-a1fd72-0f6e2d3c4b5a";
pub(super) const JAR_ID: &str = "0d1f_orders.jar";
pub(super) const RUN: &str = "POST /jars/0d1f_orders.jar/run";
pub(super) const UPLOAD: &str = "POST /jars/upload";
pub(super) const DELETE: &str = "DELETE /jars/0d1f_orders.jar";
const SOON: Duration = Duration::from_secs(4);
const JOBS: &str = "GET /jobs/overview";
/// What every jar begins with, and a byte that is no text.
const JAR: &str = "PK\u{3}\u{4}\r\n--not a boundary\r\n\u{e9}";

/// The job that a request asks for, all of whose tasks run, restored from where it says.
pub(super) fn asked_for(request: &Request) -> (Job, Value) {
    let job = Job {
        id: request.body["jobId"].as_str().unwrap().to_owned(),
        name: "orders".to_owned(),
        status: "RUNNING".to_owned(),
        tasks: (4, 4, 0),
    };
    let from = request.body["savepointPath"].as_str().unwrap();
    (job, answers::restored(from))
}

pub(super) fn uploaded() -> Answer {
    Answer::ok(
        json!({"filename": format!("/tmp/flink-web-4/flink-web-upload/{JAR_ID}"), "status": "success"}),
    )
}

/// Takes an upload, and deletes the jar again.
pub(super) fn takes_a_jar(flink: &Flink) {
    flink.on(UPLOAD, [uploaded()]);
    flink.on(DELETE, [Answer::ok(json!({}))]);
}

/// A Flink that takes one jar and runs it as asked.
fn flink(version: &str) -> Flink {
    let flink = Flink::start(version);
    takes_a_jar(&flink);
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    flink
}

/// `restore` of a jar of its own with these words.
pub(super) fn restore(flink: &Flink, words: &str) -> Tool {
    let tool = at(flink, "restore --jar orders.jar");
    let jar = tool.file("orders.jar", JAR);
    assert!(jar.ends_with("orders.jar"));
    tool.args(words.split_whitespace())
}

/// The one job id that was ever asked for.
#[track_caller]
pub(super) fn job_id(flink: &Flink) -> String {
    let ids: Vec<Value> = flink
        .requests_of(RUN)
        .iter()
        .map(|request| request.body["jobId"].clone())
        .collect();
    assert!(
        !ids.is_empty() && ids.iter().all(|id| *id == ids[0]),
        "{ids:?}"
    );
    let id = ids[0].as_str().unwrap().to_owned();
    assert!(
        id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()),
        "{id}"
    );
    id
}

fn no_jar_was_touched(flink: &Flink) {
    let all = flink.requests();
    let touched = all
        .iter()
        .find(|request| request.path.starts_with("/jars") || request.method != "GET");
    assert!(touched.is_none(), "{touched:?}");
}

// --- what is sent -------------------------------------------------------------------------------------------------

#[test]
fn restore_prints_the_job_id_alone_on_stdout() {
    let flink = flink("2.3.0");
    let outcome = restore(&flink, FROM).run();
    outcome.is(0, &format!("{}\n", job_id(&flink)), &[]);
    assert!(!outcome.stderr.contains("error: "), "{outcome:?}");
}

#[test]
fn restore_as_json_says_from_what_the_cluster_restored() {
    let flink = flink("2.3.0");
    let outcome = restore(&flink, &format!("{FROM} -o json")).run();
    let shown: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(shown["job_id"], job_id(&flink));
    assert_eq!(shown["job_name"], "orders");
    assert_eq!(shown["job_status"], "RUNNING");
    assert_eq!(
        (&shown["location"], &shown["checkpoint_id"]),
        (&json!(FROM), &json!(7))
    );
}

#[test]
fn each_version_is_sent_what_it_knows() {
    let cases = [
        ("1.15.4", Some("restoreMode"), false),
        ("1.16.3", Some("restoreMode"), false),
        ("1.17.2", Some("restoreMode"), true),
        ("1.19.3", Some("restoreMode"), true),
        ("1.20.5", Some("claimMode"), true),
        ("2.3.0", Some("claimMode"), true),
        ("1.14.6", None, false),
    ];
    for (version, mode, configuration) in cases {
        let flink = flink(version);
        let mut words = format!("{FROM} -c com.example.Orders -p 3 -n");
        let mut expected = json!({"entryClass": "com.example.Orders", "parallelism": 3, "allowNonRestoredState": true,
            "savepointPath": FROM, "programArgsList": ["--topic", "a,b", "-n"]});
        if let Some(mode) = mode {
            words += " --claim-mode no-claim";
            expected[mode] = json!("NO_CLAIM");
        }
        if configuration {
            words += " -D parallelism.default=2 -D rest.client.max-content-length=5 -D pipeline.name=a=b";
            expected["flinkConfiguration"] =
                json!({"parallelism.default": "2", "pipeline.name": "a=b"});
        }
        let outcome = restore(&flink, &format!("{words} -- --topic a,b -n")).run();
        let id = job_id(&flink);
        outcome.is(0, &format!("{id}\n"), &[]);
        expected["jobId"] = json!(id);
        assert_eq!(flink.requests_of(RUN)[0].body, expected, "{version}");
    }
}

#[test]
fn without_options_only_job_id_and_snapshot_are_sent() {
    for version in ["1.13.6", "1.14.6", "2.3.0"] {
        let flink = flink(version);
        let outcome = restore(&flink, FROM).run();
        let id = job_id(&flink);
        outcome.is(0, &format!("{id}\n"), &[]);
        let body = json!({"jobId": id, "savepointPath": FROM});
        assert_eq!(flink.requests_of(RUN)[0].body, body, "{version}");
    }
}

#[test]
fn every_claim_mode_is_sent_in_flinks_words_and_legacy_is_what_1_14_does_anyway() {
    for (typed, sent) in [
        ("claim", "CLAIM"),
        ("no-claim", "NO_CLAIM"),
        ("legacy", "LEGACY"),
    ] {
        let flink = flink("2.3.0");
        let outcome = restore(&flink, &format!("{FROM} --claim-mode {typed}")).run();
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert_eq!(flink.requests_of(RUN)[0].body["claimMode"], sent);
    }
    let flink = flink("1.14.6");
    let outcome = restore(&flink, &format!("{FROM} --claim-mode legacy")).run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

#[test]
fn what_a_version_cannot_do_is_refused_before_anything_is_uploaded() {
    let cases = [
        ("1.14.6", "--claim-mode claim", "1.15"),
        ("1.14.6", "--claim-mode no-claim", "1.15"),
        ("1.16.3", "-D pipeline.name=x", "pipeline.name"),
    ];
    for (version, words, said) in cases {
        let flink = Flink::start(version);
        restore(&flink, &format!("{FROM} {words}"))
            .run()
            .fails(7, &[said, version]);
        no_jar_was_touched(&flink);
    }
}

#[test]
fn the_jar_is_uploaded_as_one_file_part_with_its_name_and_length() {
    let flink = flink("2.3.0");
    restore(&flink, FROM).run();
    let request = &flink.requests_of(UPLOAD)[0];
    let kind = request.header("content-type").unwrap();
    let boundary = kind
        .strip_prefix("multipart/form-data; boundary=")
        .unwrap_or_else(|| panic!("{kind}"));
    let length = request.header("content-length").unwrap();
    assert_eq!(length, request.raw.len().to_string());
    let text = String::from_utf8(request.raw.clone()).unwrap();
    let parts: Vec<&str> = text.split(&format!("--{boundary}")).collect();
    assert_eq!((parts.len(), parts[0], parts[2]), (3, "", "--\r\n"));
    let (head, content) = parts[1].split_once("\r\n\r\n").unwrap();
    let head = head.to_lowercase();
    assert!(
        head.contains("content-disposition: form-data;")
            && head.contains("filename=\"orders.jar\""),
        "{head}"
    );
    assert_eq!(content, format!("{JAR}\r\n"));
}

#[test]
fn a_jar_that_was_uploaded_before_is_run_and_never_deleted() {
    let flink = Flink::start("2.3.0");
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    let outcome = at(&flink, &format!("restore {FROM} --jar-id {JAR_ID}")).run();
    outcome.is(0, &format!("{}\n", job_id(&flink)), &[]);
    flink.on(RUN, [answers::refused(400, DISK_FULL)]);
    let id = flink.requests_of(RUN).len();
    let outcome = at(&flink, &format!("restore {FROM} --jar-id {JAR_ID}")).run();
    assert_eq!((outcome.code, id), (1, 1), "{outcome:?}");
    assert!(flink.requests().iter().all(|r| r.method != "DELETE"));
}

#[test]
fn a_jar_id_stays_in_its_place() {
    let flink = Flink::start("2.3.0");
    let line = "POST /jars/..%2Fjobs%2Fx/run";
    flink.on(line, [answers::refused(500, DISK_FULL)]);
    let outcome = at(&flink, &format!("restore {FROM} --jar-id ../jobs/x")).run();
    assert_eq!(outcome.code, 1, "{outcome:?}");
}

#[test]
fn keep_jar_leaves_the_jar_and_says_its_id() {
    let flink = Flink::start("2.3.0");
    flink.on(UPLOAD, [uploaded()]);
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    let outcome = restore(&flink, &format!("{FROM} --keep-jar")).run();
    outcome.is(0, &format!("{}\n", job_id(&flink)), &[JAR_ID]);
}

#[test]
fn the_uploaded_jar_is_deleted_after_a_failure_too() {
    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    flink.on(RUN, [answers::refused(400, DISK_FULL)]);
    let exceptions = answers::no_exceptions();
    flink.always("GET /jobs/*", exceptions);
    restore(&flink, FROM)
        .run()
        .fails(1, &[FROM, "No space left on device"]);
}

#[test]
fn a_jar_that_cannot_be_deleted_is_a_warning() {
    let flink = Flink::start("2.3.0");
    flink.on(UPLOAD, [uploaded()]);
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    flink.on(DELETE, [answers::refused(400, DISK_FULL)]);
    let outcome = restore(&flink, FROM).run();
    let said = ["warning: the uploaded jar 0d1f_orders.jar was not deleted"];
    outcome.is(0, &format!("{}\n", job_id(&flink)), &said);
}

// --- bad input ----------------------------------------------------------------------------------------------------

#[test]
fn what_cannot_be_a_jar_is_refused_before_any_request() {
    let flink = Flink::start("2.3.0");
    let dir = Dir::new();
    let cases = [
        (
            dir.path().join("none.jar").display().to_string(),
            "none.jar",
        ),
        (dir.path().display().to_string(), "is not a file"),
        (dir.file("text.jar", "class Main {}"), "zip"),
        (dir.file("empty.jar", ""), "zip"),
        (dir.file("short.jar", "PK"), "zip"),
        (dir.file("orders.txt", "[[operator]]"), "end in .toml"),
    ];
    for (path, said) in cases {
        at(&flink, &format!("restore {FROM} --jar"))
            .arg(&path)
            .run()
            .fails(2, &[&path, said]);
    }
    for words in ["", "--jar a.jar --jar-id b", "--keep-jar --jar-id b"] {
        let outcome = at(&flink, &format!("restore {FROM} {words}")).run();
        assert_eq!(outcome.code, 2, "{outcome:?}");
    }
    assert!(flink.requests().is_empty(), "{:?}", flink.requests());
}

#[test]
fn a_program_of_the_minicluster_is_not_sent_to_a_flink() {
    let flink = Flink::start("2.3.0");
    let dir = Dir::new();
    let program = dir.file("orders.toml", "[[operator]]\n");
    let words = format!("restore {FROM} --no-preflight --jar {program}");
    at(&flink, &words).run().fails(
        7,
        &[
            "orders.toml is a program for the minicluster",
            "is a Flink, which runs jars",
        ],
    );
}

#[test]
fn a_cluster_that_takes_no_jars_is_refused_with_the_settings_to_use_instead() {
    let flink = Flink::start("2.3.0");
    let mut config = answers::config("2.3.0", 3000);
    config["features"]["web-submit"] = json!(false);
    flink.always("GET /config", Answer::ok(config));
    restore(&flink, FROM).run().fails(
        7,
        &[
            "execution.state-recovery.path",
            "spec.job.initialSavepointPath",
        ],
    );
    no_jar_was_touched(&flink);
}

// --- why it does not run ------------------------------------------------------------------------------------------

#[test]
fn known_failures_are_told_in_one_sentence_with_what_to_do_and_the_exit_code_of_their_kind() {
    let io = "java.io.FileNotFoundException";
    let state = "java.lang.IllegalStateException: Failed to rollback to checkpoint/savepoint";
    let cases = [
        (4, 400, format!("{io}: Cannot find checkpoint or savepoint file/directory '/sp/x' on file system 'file'."), "check the path"),
        (4, 400, format!("{io}: Cannot find meta data file '_metadata' in directory '/sp/x'. Please try to load it."), "incomplete"),
        (1, 400, "java.io.IOException: Unexpected magic number. This can have multiple reasons: (1) x".to_owned(), "not the metadata"),
        (1, 400, "java.io.IOException: Cannot access file system for checkpoint/savepoint path 's3://b/x'.".to_owned(), "plugins/"),
        (1, 400, format!("{state} {FROM}. Cannot map checkpoint/savepoint state for operator cbc357ccb763df2852fee8c4fc7d55f2 to the new program, because the operator is not available in the new program. If you want to allow to skip this, you can set the --allowNonRestoredState option on the CLI."), "--allow-non-restored-state"),
        (1, 400, format!("{state} Checkpoint Metadata. Max parallelism mismatch between checkpoint/savepoint state and new program. Cannot map operator cbc357ccb763df2852fee8c4fc7d55f2 with max parallelism 128 to new program with max parallelism 64."), "max parallelism is fixed"),
        (1, 500, "org.apache.flink.client.program.ProgramInvocationException: The program's entry point class 'Nope' was not found in the jar file.".to_owned(), "-c some.package.Main"),
        (1, 400, "java.lang.RuntimeException: No jobs included in application.".to_owned(), "is -c the right class?"),
    ];
    for (code, status, cause, hint) in cases {
        let flink = Flink::start("2.3.0");
        takes_a_jar(&flink);
        flink.on(RUN, [answers::refused(status, &cause)]);
        let outcome = restore(&flink, FROM).run();
        outcome.fails(code, &[hint]);
        assert!(!outcome.stderr.contains("\tat "), "{outcome:?}");
        if cause.contains("cbc357") {
            assert!(
                outcome
                    .stderr
                    .contains("operator cbc357ccb763df2852fee8c4fc7d55f2"),
                "{outcome:?}"
            );
        }
    }
}

#[test]
fn a_job_that_fails_while_it_starts_is_told_by_the_root_cause_of_its_exceptions() {
    for status in ["FAILED", "CANCELED"] {
        let flink = Flink::start("2.3.0");
        takes_a_jar(&flink);
        let gate = Gate::default();
        let run = Answer::by(flink.submitter(move |request| {
            let (job, history) = asked_for(request);
            let status = status.to_owned();
            (Job { status, ..job }, history)
        }));
        flink.on(RUN, [Answer::After(gate.clone(), Box::new(run))]);
        let running = restore(&flink, FROM).start();
        flink.until(RUN, 1);
        let exceptions = format!("GET /jobs/{}/exceptions", job_id(&flink));
        // they lag behind
        flink.on(&exceptions, [answers::no_exceptions()]);
        flink.on(&exceptions, [answers::exceptions(DISK_FULL)]);
        gate.open();
        running.end().fails(1, &[FROM, "No space left on device"]);
    }
}

#[test]
fn a_lost_answer_to_the_upload_ends_it_and_nothing_is_run() {
    let flink = Flink::start("2.3.0");
    flink.on(UPLOAD, [Answer::Dropped]);
    restore(&flink, FROM).run().fails(5, &["nothing was run"]);
    assert_eq!(flink.requests_of(UPLOAD).len(), 1);
}

// --- waiting ------------------------------------------------------------------------------------------------------

/// A Flink whose restored job has these tasks (total, running, finished).
fn starting(tasks: (u64, u64, u64)) -> Flink {
    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    let run = flink.submitter(move |request| {
        let (job, history) = asked_for(request);
        (Job { tasks, ..job }, history)
    });
    flink.on(RUN, [Answer::by(run)]);
    flink
}

fn asked_for_as(id: &str) -> Job {
    Job {
        id: id.to_owned(),
        name: "orders".to_owned(),
        status: "RUNNING".to_owned(),
        tasks: (4, 4, 0),
    }
}

fn job(id: &str) -> Job {
    Job {
        id: id.to_owned(),
        name: String::new(),
        status: String::new(),
        tasks: (0, 0, 0),
    }
}

#[test]
fn a_job_that_runs_is_waited_for_until_all_its_tasks_run() {
    let flink = starting((4, 3, 0));
    let running = restore(&flink, FROM).start();
    flink.until(JOBS, 4);
    flink.set_tasks(&job(&job_id(&flink)), (4, 3, 1));
    running.end().is(0, &format!("{}\n", job_id(&flink)), &[]);
    // never before
    assert!(flink.requests_of(JOBS).len() > 4);
}

#[test]
fn detached_prints_the_job_id_at_once_with_the_command_that_waits_for_its_tasks() {
    let flink = starting((4, 0, 0));
    let outcome = restore(&flink, &format!("{FROM} --detached")).run();
    let id = job_id(&flink);
    outcome.is(0, &format!("{id}\n"), &[&format!("wait {id} --running")]);
    assert!(flink.requests_of(JOBS).is_empty());
}

#[test]
fn a_timeout_is_exit_3_with_a_resume_command_that_runs_as_printed() {
    let flink = starting((4, 0, 0));
    let running = restore(&flink, &format!("{FROM} --timeout 300ms")).start();
    flink.until(RUN, 1);
    let id = job_id(&flink);
    let exceptions =
        answers::exceptions("a.b.NoResourceAvailableException: Could not acquire slots");
    flink.always(&format!("GET /jobs/{id}/exceptions"), exceptions);
    let outcome = running.end();
    outcome.fails(3, &["not all tasks", "Could not acquire slots"]);
    outcome.took_less_than(SOON);
    flink.set_tasks(&job(&id), (4, 4, 0));
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{id}\n"), &[]);
}

#[test]
fn a_timeout_counts_through_outages_and_slow_main_methods_too() {
    let flink = starting((4, 4, 0));
    flink.always(JOBS, Answer::Dropped);
    flink.set_exceptions(answers::no_exceptions());
    let line = format!("{FROM} --timeout 500ms");
    let outcome = restore(&flink, &line).run();
    outcome
        .fails(3, &["were seen to run yet"])
        .took_less_than(SOON);
    flink.always(
        JOBS,
        Answer::by({
            let id = job_id(&flink);
            move |_| Answer::ok(answers::jobs(&[asked_for_as(&id)]))
        }),
    );
    let id = job_id(&flink);
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{id}\n"), &[]);

    let flink = Flink::start("2.3.0");
    flink.on(UPLOAD, [uploaded()]);
    let gate = Gate::default();
    let run = Answer::by(flink.submitter(asked_for));
    flink.on(RUN, [Answer::After(gate.clone(), Box::new(run))]);
    let outcome = restore(&flink, &line).run();
    outcome
        .fails(
            3,
            &["whether it starts is not known", "stays in the cluster"],
        )
        .took_less_than(SOON);
    gate.open();
    let id = job_id(&flink);
    flink.until_job(&id);
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{id}\n"), &[]);
}

#[test]
fn ctrl_c_while_the_tasks_start_says_that_the_job_goes_on_with_a_resume_command_that_runs() {
    let flink = starting((4, 0, 0));
    let running = restore(&flink, FROM).start();
    flink.until(JOBS, 2);
    running.signal("-INT");
    let outcome = running.end();
    outcome.fails(130, &["goes on starting in the cluster"]);
    assert_eq!(
        outcome.stderr.matches("resume with").count(),
        1,
        "{outcome:?}"
    );
    let id = job_id(&flink);
    flink.set_tasks(&job(&id), (4, 4, 0));
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{id}\n"), &[]);
}

#[test]
fn ctrl_c_while_the_job_is_submitted_says_under_which_id_it_may_start() {
    let flink = Flink::start("2.3.0");
    flink.on(UPLOAD, [uploaded()]);
    let gate = Gate::default();
    let run = Answer::by(flink.submitter(asked_for));
    flink.on(RUN, [Answer::After(gate.clone(), Box::new(run))]);
    let running = restore(&flink, FROM).start();
    flink.until(RUN, 1);
    running.signal("-INT");
    let outcome = running.end();
    let id = job_id(&flink);
    outcome.fails(130, &["may be starting", &id]);
    gate.open();
    flink.until_job(&id);
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{id}\n"), &[]);
}

#[test]
fn wait_running_knows_jobs_that_run_that_failed_and_that_are_not_there() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    flink.set_statistics(&job.id, answers::restored(FROM));
    let line = format!("{}\n", job.id);
    at(&flink, "wait orders --running").run().is(0, &line, &[]);
    at(&flink, &format!("wait {} --running --from {FROM}", job.id))
        .run()
        .is(0, &line, &[]);
    at(&flink, "wait nothing --running").run().fails(4, &[]);
    flink.set_status(&job, "FAILED");
    flink.always(
        &format!("GET /jobs/{}/exceptions", job.id),
        answers::exceptions(DISK_FULL),
    );
    at(&flink, "wait orders --running")
        .run()
        .fails(1, &["No space left on device"]);
}

#[test]
fn a_job_is_waited_for_through_a_short_outage_and_for_long_only_with_exit_3() {
    let flink = starting((4, 4, 0));
    flink.on(
        JOBS,
        vec![
            Answer::Dropped,
            Answer::html(502),
            Answer::leader_election(),
        ],
    );
    restore(&flink, FROM)
        .run()
        .is(0, &format!("{}\n", job_id(&flink)), &[]);
    let flink = starting((4, 4, 0));
    flink.always(JOBS, Answer::html(200));
    let outcome = restore(&flink, &format!("{FROM} --reconnect-timeout 300ms")).run();
    outcome.fails(3, &["lost contact", "resume with `"]);
    outcome.took_less_than(Duration::from_secs(10));
}
