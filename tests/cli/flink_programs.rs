//! `flink run`: programs and snapshots as scripts name them, with empty texts and odd names among them.

use serde_json::{Value, json};

use super::answers::{config, overview};
use super::flink::{body, flink};
use super::run::{Dir, tool};
use super::server::{Answer, Flink};

/// What every jar begins with.
const JAR: &str = "PK\u{3}\u{4}";
const RUN: &str = "POST /jars/1_x.jar/run";
const FROM: &str = "file:/sp/savepoint-1";

/// A Flink that takes one jar and answers so when it is to run it.
fn answering(run: Answer) -> Flink {
    let cluster = Flink::start("2.3.0");
    cluster.on(
        "POST /jars/upload",
        [Answer::ok(json!({"filename": "/tmp/1_x.jar"}))],
    );
    cluster.on(RUN, [run]);
    cluster.on("DELETE /jars/1_x.jar", [Answer::ok(json!({}))]);
    cluster
}

/// A Flink that runs one jar.
fn running() -> Flink {
    answering(Answer::by(|request| {
        Answer::ok(json!({"jobid": request.body["jobId"]}))
    }))
}

/// What Flink prints once the job that was asked for is there.
fn submitted(cluster: &Flink) -> String {
    let sent = body(cluster, RUN);
    let id = sent["jobId"].as_str().unwrap();
    format!("Job has been submitted with JobID {id}\n")
}

#[test]
fn an_empty_snapshot_or_class_starts_nothing() {
    let cluster = Flink::start("2.3.0");
    let folder = Dir::new();
    let jar = folder.file("x.jar", JAR);
    for words in [
        &["run", "-d", "-s", ""][..],
        &["run", "-d", "-s", " "],
        &["run", "-d", "-s="],
        &["run", "-d", "--fromSavepoint="],
    ] {
        let outcome = flink("").args(words.iter().copied()).arg(&jar);
        let outcome = outcome.args(["-m", &cluster.address().to_string()]).run();
        outcome.fails(1, &["empty state"]);
    }
    for words in [&["run", "-c", ""][..], &["info", "-c="]] {
        let outcome = flink("").args(words.iter().copied()).arg(&jar).run();
        outcome.fails(1, &["-c names no class"]);
    }
    assert!(cluster.requests().is_empty(), "{:?}", cluster.requests());
}

#[test]
fn on_our_own_commands_an_empty_snapshot_or_class_is_wrong_usage() {
    let cluster = Flink::start("2.3.0");
    let folder = Dir::new();
    let jar = folder.file("x.jar", JAR);
    for (words, said) in [
        (&["restore", "", "--jar", &jar][..], "a SNAPSHOT is"),
        (&["restore", " ", "--jar", &jar], "a SNAPSHOT is"),
        (&["restore", "-s", "", "--jar", &jar], "a SNAPSHOT is"),
        (
            &["restore", FROM, "--jar", &jar, "-c", ""],
            "names no class",
        ),
        (
            &["preflight", FROM, "--jar", &jar, "-c", ""],
            "names no class",
        ),
    ] {
        let outcome = tool(["-m", &cluster.url()]).args(words.iter().copied());
        outcome.run().is(2, "", &[said]);
    }
    assert!(cluster.requests().is_empty(), "{:?}", cluster.requests());
}

#[test]
fn a_program_that_starts_no_job_is_done_for_flink_and_a_failure_for_a_restore() {
    let refusal = "org.apache.flink.runtime.rest.handler.RestHandlerException: No jobs included in application.\n\tat x\n";
    let none = || Answer::json(400, json!({"errors": [refusal]}));
    let folder = Dir::new();
    let jar = folder.file("x.jar", JAR);
    for words in ["run -d", "run"] {
        let cluster = answering(none());
        let outcome = flink(&format!("{words} -m {} {jar}", cluster.address())).run();
        outcome.is(0, "", &["warning: ", "started no job"]);
        assert_eq!(cluster.requests_of("DELETE /jars/1_x.jar").len(), 1);
    }
    let cluster = answering(none());
    let words = ["restore", FROM, "--no-preflight", "--jar", &jar];
    let outcome = tool(["-m", &cluster.url()]).args(words).run();
    outcome.fails(1, &["starts no job"]);
}

#[test]
fn a_jar_is_one_by_its_content_whatever_its_name() {
    let folder = Dir::new();
    for (name, sent) in [
        ("app", "filename=\"app.jar\""),
        ("app.JAR", "filename=\"app.JAR.jar\""),
        ("x.jar", "filename=\"x.jar\""),
    ] {
        let cluster = running();
        let jar = folder.file(name, JAR);
        let outcome = flink(&format!("run -d -m {} {jar}", cluster.address())).run();
        outcome.is(0, &submitted(&cluster), &[]);
        let upload = &cluster.requests_of("POST /jars/upload")[0];
        let head = String::from_utf8_lossy(&upload.raw);
        assert!(head.contains(sent), "{head}");
    }
    let text = folder.file("text", "no jar");
    flink(&format!("run -d {text}"))
        .run()
        .fails(1, &["is not a jar"]);
}

#[test]
fn minus_one_is_the_default_parallelism_and_legacy_is_warned_of_on_stdout() {
    const LEGACY: &str = "Warning: The LEGACY restore mode is deprecated, please use CLAIM or NO_CLAIM mode instead.\n";
    const OPTION: &str =
        "The option 'restoreMode' is deprecated. Please use 'claimMode' instead.\n";
    let folder = Dir::new();
    let jar = folder.file("x.jar", JAR);
    for (words, lines, mode) in [
        ("-p -1".to_owned(), String::new(), None),
        (
            format!("-s {FROM} -cm legacy"),
            LEGACY.to_owned(),
            Some("LEGACY"),
        ),
        (
            format!("-s {FROM} -rm Legacy"),
            format!("{OPTION}{LEGACY}"),
            Some("LEGACY"),
        ),
        (format!("-s {FROM} -cm claim"), String::new(), Some("CLAIM")),
    ] {
        let cluster = running();
        let outcome = flink(&format!("run -d {words} -m {} {jar}", cluster.address())).run();
        outcome.is(0, &(lines + &submitted(&cluster)), &[]);
        let sent = body(&cluster, RUN);
        assert_eq!(sent["parallelism"], Value::Null, "{words}");
        assert_eq!(sent["claimMode"].as_str(), mode, "{words}");
    }
    flink(&format!("run -p -2 {jar}"))
        .run()
        .fails(1, &["a positive number"]);
}

#[test]
fn an_interrupted_attached_run_says_how_to_see_what_becomes_of_its_job() {
    let cluster = running();
    let folder = Dir::new();
    let jar = folder.file("x.jar", JAR);
    cluster.set_all(Answer::by(|request| match request.path.as_str() {
        "/overview" => Answer::ok(overview("2.3.0", 0)),
        "/config" => Answer::ok(config("2.3.0", 100)),
        path => {
            assert!(path.ends_with("/execution-result"), "{path}");
            Answer::ok(json!({"status": {"id": "IN_PROGRESS"}}))
        }
    }));
    let mut attached = flink(&format!("run -v -m {} {jar}", cluster.address())).start();
    attached.until_said("/execution-result");
    attached.signal("-INT");
    let outcome = attached.end();
    assert_eq!(outcome.code, 130, "{outcome:?}");
    let id = body(&cluster, RUN)["jobId"].as_str().unwrap().to_owned();
    for said in [
        format!("job {id} goes on"),
        "jobs --all`".to_owned(),
        cluster.address().to_string(),
    ] {
        assert!(outcome.stderr.contains(&said), "{said}: {outcome:?}");
    }
    assert!(!outcome.stderr.contains("--running"), "{outcome:?}");
}
