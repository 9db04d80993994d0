//! `flink ARGS...`: what a real Flink does not do on demand, and every word that is not taken.

use std::ffi::OsStr;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::answers::{
    checkpoint_done, config, disposed, done, in_progress, no_job, overview, triggered, unknown,
};
use super::run::{Dir, Tool, tool};
use super::server::{Answer, Flink, Job};

/// What Flink's own command line is called where ours says that it does something.
const REAL: &str = "\"$FLINK_HOME/bin/flink\"";

/// `savepointctl flink` with these words, split at blanks; nothing names a cluster.
pub(super) fn flink(words: &str) -> Tool {
    tool(["flink"]).args(words.split(' ').filter(|word| !word.is_empty()))
}

/// The same with the action first and `-m` behind it.
pub(super) fn at(cluster: &Flink, words: &str) -> Tool {
    flink(words).args(["-m", &cluster.address().to_string()])
}

pub(super) fn started() -> (Flink, Job) {
    let cluster = Flink::start("2.3.0");
    let job = cluster.job("orders");
    (cluster, job)
}

/// An address that was free a moment ago.
pub(super) fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// The body of the one request that was made to this path.
pub(super) fn body(cluster: &Flink, line: &str) -> Value {
    let requests = cluster.requests_of(line);
    assert_eq!(requests.len(), 1, "{line}");
    requests[0].body.clone()
}

#[test]
fn a_program_called_flink_speaks_flinks_command_line() {
    let (cluster, job) = started();
    let folder = Dir::new();
    let link = folder.path().join("flink");
    symlink(env!("CARGO_BIN_EXE_savepointctl"), &link).unwrap();
    let by_link = Command::new(&link)
        .args(["list", "-rm", &cluster.address().to_string()])
        .env_clear()
        .env("TZ", "UTC")
        .output()
        .unwrap();
    let by_command = at(&cluster, "list -r").env("TZ", "UTC").run();
    assert_eq!(
        String::from_utf8(by_link.stdout).unwrap(),
        by_command.stdout
    );
    assert_eq!(by_link.status.code(), Some(0));
    let row = format!(" : {} : orders (RUNNING)\n", job.id);
    assert!(by_command.stdout.contains(&row), "{by_command:?}");
}

#[test]
fn what_stands_before_flink_is_this_tools_and_what_stands_behind_is_flinks() {
    let (cluster, _) = started();
    // -v behind the action is Flink's; -q before it is ours
    let listed = tool(["-q", "-m", &cluster.url(), "flink", "list", "-s"]).run();
    listed.is(0, "Waiting for response...\nNo scheduled jobs.\n", &[]);
    let address = cluster.address().to_string();
    tool(["-m", &address, "flink", "list", "-m", &address])
        .run()
        .fails(1, &["-m is given twice"]);
    tool(["-o", "json", "flink", "list"])
        .run()
        .fails(1, &["has Flink's form only"]);
}

#[test]
fn each_action_sends_what_its_options_ask_for() {
    let (cluster, job) = started();
    let (savepoints, stop, checkpoints) = (
        format!("POST /jobs/{}/savepoints", job.id),
        format!("POST /jobs/{}/stop", job.id),
        format!("POST /jobs/{}/checkpoints", job.id),
    );
    cluster.accept_triggers(&savepoints, 1);
    cluster.always_polls(
        &format!("/jobs/{}/savepoints", job.id),
        done("file:/sp/savepoint-1"),
    );
    let said = at(
        &cluster,
        &format!("savepoint {} s3://b/sp -type NATIVE", job.id),
    )
    .run();
    let lines = format!(
        "Triggering savepoint for job {}.\nWaiting for response...\nSavepoint completed. Path: file:/sp/savepoint-1\n\
         You can resume your program from this savepoint with the run command.\n",
        job.id
    );
    said.is(0, &lines, &[]);
    let sent = body(&cluster, &savepoints);
    assert_eq!(
        [
            &sent["target-directory"],
            &sent["formatType"],
            &sent["cancel-job"]
        ],
        [&json!("s3://b/sp"), &json!("NATIVE"), &json!(false)]
    );

    let other = cluster.job("cancelled");
    let savepoints = format!("POST /jobs/{}/savepoints", other.id);
    cluster.accept_triggers(&savepoints, 1);
    cluster.polls(
        &format!("/jobs/{}/savepoints", other.id),
        [done("file:/sp/savepoint-2")],
    );
    at(&cluster, &format!("cancel -s {}", other.id)).run();
    let sent = body(&cluster, &savepoints);
    assert_eq!(
        [
            &sent["cancel-job"],
            &sent["formatType"],
            &sent["target-directory"]
        ],
        [&json!(true), &json!("CANONICAL"), &Value::Null]
    );

    cluster.accept_triggers(&checkpoints, 1);
    cluster.polls(
        &format!("/jobs/{}/checkpoints", job.id),
        [checkpoint_done(7)],
    );
    let said = at(&cluster, &format!("checkpoint {} --fu", job.id)).run();
    assert!(
        said.stdout.contains("Checkpoint(FULL) 7 for job"),
        "{said:?}"
    );
    assert_eq!(body(&cluster, &checkpoints)["checkpointType"], "FULL");

    let third = cluster.job("stopped");
    let stop = stop.replace(&job.id, &third.id);
    cluster.always_polls(&format!("/jobs/{}/savepoints", third.id), unknown(&third));
    cluster.accept_triggers(&stop, 1);
    at(&cluster, &format!("stop -detached -dp s3://b {}", third.id)).run();
    let sent = body(&cluster, &stop);
    assert_eq!(
        [&sent["drain"], &sent["targetDirectory"]],
        [&json!(true), &json!("s3://b")]
    );
}

#[test]
fn every_failure_is_exit_1_with_the_lines_that_flink_had_printed_by_then() {
    let (cluster, job) = started();
    let unknown = "0".repeat(32);
    let waiting = "Waiting for response...\n";
    let cases = [
        (
            format!("savepoint {unknown}"),
            format!("Triggering savepoint for job {unknown}.\n{waiting}"),
            "knows no job",
        ),
        (
            format!("stop {unknown}"),
            format!(
                "Suspending job \"{unknown}\" with a CANONICAL savepoint.\n\
                 Triggering stop-with-savepoint for job {unknown}.\n{waiting}"
            ),
            "knows no job",
        ),
        (
            "savepoint orders".into(),
            String::new(),
            "'orders' is not a job id",
        ),
        ("savepoint".into(), String::new(), "name the job"),
        (
            "savepoint -type both x".into(),
            String::new(),
            "canonical or native",
        ),
        ("stop -p".into(), String::new(), "name the job"),
        ("cancel".into(), String::new(), "name the job"),
        ("list --x".into(), String::new(), "no option '--x'"),
        (
            "run --c x".into(),
            String::new(),
            "--class or --classpath or --claimMode",
        ),
        ("run".into(), String::new(), "name the program's jar"),
        (
            "run none.jar".into(),
            String::new(),
            "cannot read the jar none.jar",
        ),
        ("run -p 0 x.jar".into(), String::new(), "a positive number"),
        ("run -s x -cm mine x.jar".into(), String::new(), "a"),
        ("bogus".into(), String::new(), "'bogus' is no action"),
        ("".into(), String::new(), "'-m' is no action"),
    ];
    for (words, stdout, said) in cases {
        let outcome = at(&cluster, &words).run();
        outcome.is(1, &stdout, &["error: ", said]);
    }
    let refused = format!("PATCH /jobs/{}?mode=cancel", job.id);
    cluster.on(&refused, [no_job(&job.id)]);
    at(&cluster, &format!("cancel {}", job.id)).run().is(
        1,
        &format!("Cancelling job {}.\n", job.id),
        &["error: cannot cancel job"],
    );
}

#[test]
fn a_cluster_that_cannot_be_named_or_read_is_exit_31_as_flinks_own() {
    flink("list").run().fails(31, &["no cluster is named"]);
    flink("list")
        .env("FLINK_CONF_DIR", "/nowhere")
        .run()
        .fails(31, &["FLINK_CONF_DIR names /nowhere"]);
    let broken = Dir::new();
    broken.file("config.yaml", "rest: [");
    flink("list")
        .env("FLINK_CONF_DIR", broken.path().to_str().unwrap())
        .run()
        .fails(31, &["config.yaml:"]);
    let empty = Dir::new();
    empty.file("config.yaml", "parallelism.default: 2");
    flink("list")
        .env("FLINK_CONF_DIR", empty.path().to_str().unwrap())
        .run()
        .fails(1, &["no cluster is named"]);
    // an option that every action has and that misses its value
    flink("list -m").run().fails(31, &["needs a value"]);
    flink("list -r -m").run().fails(1, &["needs a value"]);
}

#[test]
fn an_unreachable_cluster_is_exit_1() {
    let port = free_address().port();
    flink(&format!("list -m localhost:{port}")).run().is(
        1,
        "Waiting for response...\n",
        &["error: cannot list the jobs", "cannot connect"],
    );
}

#[test]
fn a_cluster_that_is_starting_is_waited_for_if_flinks_retries_are_set() {
    let address = free_address();
    let words = format!("list -m {address} -D rest.retry.delay=10s -D rest.retry.max-attempts=6");
    let running = flink(&words).start();
    let cluster = Flink::start_at("2.3.0", address);
    running.end().is(
        0,
        "Waiting for response...\nNo running jobs.\nNo scheduled jobs.\n",
        &[],
    );
    assert!(!cluster.requests().is_empty());
    flink(&format!("list -m {address} -D rest.retry.delay=soon"))
        .run()
        .fails(1, &["rest.retry.delay (flag -D)"]);
}

#[test]
fn what_is_not_covered_names_flinks_own_command_and_asks_nothing() {
    let (cluster, _) = started();
    for words in [
        "list -yid application_1_1",
        "list -m yarn-cluster",
        "list -t yarn-session",
        "list -e kubernetes-session",
        "list -t local",
        "list -D execution.target=yarn-session",
        "savepoint -t kubernetes-application fd72014d4c864993a2e5a9287b4a9c5d",
        "run -t yarn-application x.jar",
        "run -py x.py",
        "run --pyModule x",
        "run -C file:/x x.jar",
        "run -sae x.jar",
        "run -yd x.jar",
        "run-application -t yarn-application x.jar",
    ] {
        let outcome = flink(words)
            .env("SAVEPOINTCTL_JOBMANAGER", &cluster.url())
            .run();
        assert_eq!(outcome.code, 1, "{words}: {outcome:?}");
        assert!(outcome.stderr.contains(REAL), "{words}: {outcome:?}");
        assert!(
            outcome.stderr.contains("not covered"),
            "{words}: {outcome:?}"
        );
    }
    flink("list -t bogus")
        .env("SAVEPOINTCTL_JOBMANAGER", &cluster.url())
        .run()
        .fails(1, &["no target 'bogus'"]);
    assert!(cluster.requests().is_empty(), "{:?}", cluster.requests());
}

#[test]
fn nothing_is_silently_ignored() {
    let (cluster, job) = started();
    let id = &job.id;
    let trigger = format!("POST /jobs/{id}/savepoints");
    cluster.always(&trigger, Answer::by(triggered));
    cluster.always_polls(
        &format!("/jobs/{id}/savepoints"),
        done("file:/sp/savepoint-1"),
    );
    cluster.always(
        &format!("PATCH /jobs/{id}?mode=cancel"),
        Answer::json(202, json!({})),
    );
    cluster.always(
        "POST /savepoint-disposal",
        Answer::json(200, json!({"request-id": "a".repeat(32)})),
    );
    cluster.always_polls("/savepoint-disposal", disposed());
    for (words, said) in [
        (
            "list more words".to_owned(),
            "ignored, as Flink does: more words",
        ),
        (
            format!("savepoint {id} d e f"),
            "ignored, as Flink does: e f",
        ),
        (format!("savepoint {id} -j x.jar"), "-j x.jar is ignored"),
        ("savepoint -d x y".to_owned(), "ignored, as Flink does: y"),
        (
            "savepoint -d x -detached".to_owned(),
            "-detached is ignored",
        ),
        (format!("cancel {id} more"), "ignored, as Flink does: more"),
        (format!("cancel {id} -type native"), "-type is ignored"),
        ("list -z ns".to_owned(), "-z has no effect"),
    ] {
        let outcome = at(&cluster, &words).run();
        assert_eq!(outcome.code, 0, "{words}: {outcome:?}");
        let warned = outcome
            .stderr
            .lines()
            .any(|line| line.starts_with("warning: ") && line.contains(said));
        assert!(warned, "{words}: {outcome:?}");
    }
}

#[test]
fn options_of_a_restore_without_a_snapshot_are_named() {
    let folder = Dir::new();
    let jar = folder.file("x.jar", "PK\u{3}\u{4}");
    let outcome = flink(&format!("run -n -cm claim {jar}")).run();
    assert_eq!(outcome.code, 31, "{outcome:?}");
    for said in ["-n is ignored without -s", "-cm is ignored without -s"] {
        assert!(outcome.stderr.contains(said), "{outcome:?}");
    }
}

/// A directory with Flink's configuration for this cluster, and what else is to stand in it.
fn configured(cluster: &Flink, more: &str) -> Dir {
    let conf = Dir::new();
    let (host, port) = (cluster.address().ip(), cluster.address().port());
    conf.file(
        "config.yaml",
        format!("rest.address: {host}\nrest.port: {port}\n{more}\n"),
    );
    conf
}

#[test]
fn flinks_rules_say_which_cluster_is_meant() {
    let (right, job) = started();
    let wrong = Flink::start("2.3.0");
    let other = wrong.address();
    let port = right.address().port();
    let cases = [
        // -D over -m over the file
        ("", format!("list -m {other} -Drest.port={port}"), ""),
        ("rest.port: 1", format!("list -D rest.port={port}"), ""),
        // a target, wherever it is named, over -m; but not one of -D
        (
            "",
            format!("list -t remote -m {other}"),
            "-m is left out, as Flink does: a target",
        ),
        (
            "",
            format!("list -e remote -m {other}"),
            "-m is left out, as Flink does: a target",
        ),
        (
            "execution.target: remote",
            format!("list -m {other}"),
            "-m is left out, as Flink does: a target",
        ),
        (
            "rest.port: 1",
            format!("list -D execution.target=remote -m {}", right.address()),
            "",
        ),
        // high availability over all
        (
            "high-availability.type: zookeeper",
            format!("list -m {other}"),
            "-m is left out, as Flink does: high",
        ),
        (
            "",
            format!("list -m {other} -D high-availability=ZOOKEEPER"),
            "-m is left out, as Flink does: high",
        ),
        (
            "high-availability: NONE\nrest.port: 1",
            format!("list -m {}", right.address()),
            "",
        ),
    ];
    for (more, words, said) in cases {
        // of two equal keys the file would be broken
        let conf = match more.contains("rest.port") {
            false => configured(&right, more),
            true => {
                let conf = Dir::new();
                conf.file(
                    "config.yaml",
                    format!("rest.address: {}\n{more}\n", right.address().ip()),
                );
                conf
            }
        };
        let outcome = flink(&words)
            .env("FLINK_CONF_DIR", conf.path().to_str().unwrap())
            .env("SAVEPOINTCTL_JOBMANAGER", "localhost:1")
            .run();
        let listed = outcome.stdout.contains(&job.id);
        assert!(outcome.code == 0 && listed, "{more} / {words}: {outcome:?}");
        assert!(
            outcome.stderr.contains(said),
            "{more} / {words}: {outcome:?}"
        );
        assert!(
            !said.is_empty() || outcome.stderr.is_empty(),
            "{more} / {words}: {outcome:?}"
        );
    }
    assert!(wrong.requests().is_empty());
}

#[test]
fn the_leader_is_not_looked_up_and_a_cluster_without_an_address_is_refused() {
    let conf = Dir::new();
    conf.file(
        "config.yaml",
        "high-availability.type: zookeeper\njobmanager.rpc.address: jm",
    );
    let conf = conf.path().to_str().unwrap();
    let words = "list -m localhost:1";
    let outcome = flink(words).env("FLINK_CONF_DIR", conf).run();
    outcome.fails(
        1,
        &[
            "looking the leader up is not covered",
            "-D high-availability.type=NONE",
        ],
    );
    assert!(outcome.stderr.contains(REAL), "{outcome:?}");
}

#[test]
fn our_own_variable_names_the_cluster_where_flink_knows_none() {
    let (cluster, job) = started();
    let outcome = flink("list")
        .env("SAVEPOINTCTL_JOBMANAGER", &cluster.url())
        .run();
    assert!(
        outcome.code == 0 && outcome.stdout.contains(&job.id),
        "{outcome:?}"
    );
}

#[test]
fn a_savepoint_is_waited_for_as_long_as_it_takes_unless_client_timeout_is_set() {
    let (cluster, job) = started();
    cluster.always(
        &format!("POST /jobs/{}/savepoints", job.id),
        Answer::by(triggered),
    );
    cluster.always_polls(&format!("/jobs/{}/savepoints", job.id), in_progress());
    let words = format!("savepoint {} -Dclient.timeout=300ms", job.id);
    let outcome = at(&cluster, &words).run();
    assert_eq!(outcome.code, 1, "{outcome:?}");
    assert!(outcome.stderr.contains("still running"), "{outcome:?}");
    // the command that resumes names this cluster
    assert!(
        outcome.resume().contains(&cluster.address().to_string()),
        "{outcome:?}"
    );
    at(
        &cluster,
        &format!("savepoint {} -Dclient.timeout=soon", job.id),
    )
    .run()
    .fails(1, &["client.timeout (flag -D)"]);
    let mut running = at(&cluster, &format!("savepoint {}", job.id)).start();
    running.until_said("trigger id");
    running.signal("-INT");
    let outcome = running.end();
    assert_eq!(outcome.code, 130, "{outcome:?}");
    assert!(outcome.resume().contains(&job.id), "{outcome:?}");
}

#[test]
fn an_attached_run_ends_as_its_job_does() {
    for (end, code, stdout, said) in [
        (
            json!({"application-status": "SUCCEEDED", "net-runtime": 42}),
            0,
            "Program execution finished\nJob with JobID THIS has finished.\nJob Runtime: 42 ms\n\
             Accumulator Results: \n- rows (java.lang.Long): 7\n\n\n",
            "",
        ),
        (
            json!({"application-status": "CANCELED", "net-runtime": 1}),
            1,
            "",
            "was cancelled",
        ),
        (
            json!({"application-status": "FAILED", "net-runtime": 1,
                   "failure-cause": {"class": "a.B", "stack-trace": "a.B: no more disk\n\tat x"}}),
            1,
            "",
            "no more disk",
        ),
    ] {
        let cluster = Flink::start("2.3.0");
        let folder = Dir::new();
        let jar = folder.file("x.jar", "PK\u{3}\u{4}");
        cluster.on(
            "POST /jars/upload",
            [Answer::ok(json!({"filename": "/tmp/1_x.jar"}))],
        );
        cluster.on(
            "POST /jars/1_x.jar/run",
            [Answer::by(|request| {
                Answer::ok(json!({"jobid": request.body["jobId"]}))
            })],
        );
        cluster.on("DELETE /jars/1_x.jar", [Answer::ok(json!({}))]);
        let ended = json!({"status": {"id": "COMPLETED"}, "job-execution-result": end});
        let looks = AtomicUsize::new(0);
        cluster.set_all(Answer::by(move |request| {
            if request.path.ends_with("/accumulators") {
                let rows = json!({"name": "rows", "type": "LongCounter", "value": "7"});
                return Answer::ok(json!({"user-task-accumulators": [rows]}));
            }
            match request.path.as_str() {
                "/overview" => return Answer::ok(overview("2.3.0", 0)),
                "/config" => return Answer::ok(config("2.3.0", 100)),
                path => assert!(path.ends_with("/execution-result"), "{path}"),
            }
            match looks.fetch_add(1, Ordering::Relaxed) {
                0 => Answer::ok(json!({"status": {"id": "IN_PROGRESS"}})),
                _ => Answer::ok(ended.clone()),
            }
        }));
        let outcome = at(&cluster, "run -c Main -p 3")
            .args([jar.as_str(), "--input", "a"])
            .run();
        let sent = body(&cluster, "POST /jars/1_x.jar/run");
        let id = sent["jobId"].as_str().unwrap();
        assert_eq!(sent["programArgsList"], json!(["--input", "a"]));
        assert_eq!(
            [&sent["entryClass"], &sent["parallelism"]],
            [&json!("Main"), &json!(3)]
        );
        let lines = format!("Job has been submitted with JobID {id}\n{stdout}");
        outcome.is(code, &lines.replace("THIS", id), &[said]);
    }
}

#[test]
fn help_of_every_action_is_a_result_that_needs_no_cluster() {
    for words in [
        "-h",
        "--help",
        "list -h",
        "savepoint --help",
        "stop -h",
        "cancel -he",
        "checkpoint -h",
        "run -h",
        "info -h",
    ] {
        let help = flink(words).run();
        assert!(
            help.code == 0 && help.stderr.is_empty(),
            "{words}: {help:?}"
        );
        let action = words.split(' ').next().unwrap();
        assert!(
            help.stdout.contains("-h") && (words.starts_with('-') || help.stdout.contains(action))
        );
    }
    let version = flink("-v").run();
    assert!(
        version.code == 0 && version.stdout.starts_with("Version: "),
        "{version:?}"
    );
    let nothing = flink("").run();
    assert!(
        nothing.code == 1 && nothing.stdout.contains("Actions:"),
        "{nothing:?}"
    );
}

#[test]
fn words_that_are_no_text_are_exit_1_and_no_crash() {
    let outcome = flink("savepoint")
        .raw_arg(OsStr::from_bytes(b"or\xffders"))
        .run();
    outcome.fails(1, &["is not UTF-8 text"]);
}

#[test]
fn on_our_own_commands_a_glued_value_that_could_be_either_is_refused() {
    tool(["restore", "x", "--jar", "x.jar", "-cmclaim"])
        .run()
        .is(
            2,
            "",
            &["'-cmclaim' could be two things", "-cm claim", "-c mclaim"],
        );
}
