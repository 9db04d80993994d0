//! The whole life of a job and its savepoints, by the binary alone.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cluster::{Dir, Mini, Ran, command, until};

/// Counts for ever, with a uid for each operator that has state.
pub const COUNTER: &str = r#"
[job]
name = "counter"

[[operator]]
type = "sequence"
name = "numbers"
uid = "numbers"
rate = 1000

[[operator]]
type = "key-by"
key = "modulo"
value = 10

[[operator]]
type = "count"
uid = "count"

[[operator]]
type = "discard"
"#;

/// The same with a uid that no savepoint of [`COUNTER`] knows.
fn renamed() -> String {
    COUNTER.replace("uid = \"count\"", "uid = \"tally\"")
}

/// Every location of a list in JSON.
fn locations(ran: &Ran) -> Vec<String> {
    let listed = ran.json();
    let all = listed["snapshots"].as_array().unwrap();
    all.iter()
        .filter_map(|one| one["location"].as_str().map(str::to_owned))
        .collect()
}

fn completed_savepoints(mini: &Mini, job: &str) -> usize {
    let (_, statistics) = mini.ask("GET", &format!("/jobs/{job}/checkpoints"), None);
    let history = statistics["history"].as_array().unwrap().iter();
    history
        .filter(|one| one["is_savepoint"] == true && one["status"] == "COMPLETED")
        .count()
}

#[test]
fn a_savepoint_on_the_heap_lives_as_long_as_its_cluster() {
    // an address of its own: nobody else can have its port when it is gone
    let mut mini = Mini::start("--bind 127.0.0.58");
    let program = mini.file("counter.toml", COUNTER);
    mini.job(COUNTER);

    let triggered = mini.run("trigger counter");
    assert_eq!(triggered.line(), "jobmanager://savepoints/1");
    assert_eq!(
        locations(&mini.run("list -o json")),
        ["jobmanager://savepoints/1"]
    );
    let inspected = mini.run("inspect latest -o json").json();
    let uids: Vec<&Value> = inspected["operators"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["uid"])
        .collect();
    assert_eq!(uids, ["numbers", "count"]);
    assert_eq!(inspected["snapshot_type"], "savepoint");

    let stopped = mini.run("stop counter");
    assert_eq!(stopped.line(), "jobmanager://savepoints/2");
    let jobs = mini.run("jobs --all -o json").json();
    assert_eq!(jobs["jobs"][0]["job_status"], "FINISHED");

    let restored = mini
        .run(&format!("restore latest:counter --jar {program} -o json"))
        .json();
    assert_eq!(restored["location"], "jobmanager://savepoints/2");
    let kept = mini.run("dispose jobmanager://savepoints/2 --yes");
    kept.is(7, &["was restored from it"]);
    mini.run("dispose jobmanager://savepoints/1 --yes")
        .is(0, &[]);
    mini.run("inspect jobmanager://savepoints/1")
        .is(4, &["is not there", "has none any more"]);
    mini.run("cancel counter").is(0, &[]);
    mini.run("trigger counter").is(7, &[]);

    mini.signal("-TERM");
    assert_eq!(mini.end(), 0);
    let gone = mini.run("inspect jobmanager://savepoints/2");
    gone.is(5, &["Connection refused", "gone when that ends"]);
    let nowhere = Ran::of({
        let mut command = command(mini.dir.path());
        command.args(["inspect", "jobmanager://savepoints/2"]);
        command
    });
    nowhere.is(
        2,
        &["on the heap of a minicluster, and no cluster is named: name it with -m"],
    );
}

#[test]
fn a_savepoint_in_files_survives_a_kill_and_moves_to_another_cluster() {
    let mut first = Mini::start("--dir mc -D state.backend.savepoints=filesystem");
    first.job(COUNTER);
    let location = first.run("trigger counter").line().to_owned();
    assert!(
        location.starts_with("file:/") && location.contains("/mc/savepoints/savepoint-"),
        "{location}"
    );
    first.signal("-KILL");
    first.end();

    let inspected = first.run(&format!("inspect {location} -o json")).json();
    assert_eq!(inspected["operators"].as_array().unwrap().len(), 2);
    let program = first.file("counter.toml", COUNTER);
    let second = Mini::start("");
    second
        .run(&format!("restore {location} --jar {program}"))
        .is(0, &[]);
    let (_, jobs) = second.ask("GET", "/jobs", None);
    let job = jobs["jobs"][0]["id"].as_str().unwrap();
    let (_, statistics) = second.ask("GET", &format!("/jobs/{job}/checkpoints"), None);
    assert_eq!(
        statistics["latest"]["restored"]["external_path"],
        location.as_str()
    );
    assert_eq!(statistics["counts"]["restored"], 1);
}

#[test]
fn what_a_stop_interrupted_goes_on_where_it_was() {
    let mini = Mini::start("--dir mc");
    let program = r#"
[job]
name = "writer"
[[operator]]
type = "sequence"
end = 600
rate = 300
uid = "numbers"
[[operator]]
type = "file"
path = "out.txt"
uid = "out"
"#;
    let file = mini.file("writer.toml", program);
    let begun = mini.job(program);
    let savepoint = mini.run("stop writer --detached");
    let id = savepoint.line().to_owned();
    mini.run(&format!("wait writer {id}")).is(0, &[]);
    mini.until_state(&begun, "FINISHED");
    let restored = mini.run(&format!("restore latest --jar {file}"));
    mini.until_state(restored.line(), "FINISHED");
    let written = fs::read_to_string(mini.dir.path().join("out.txt")).unwrap();
    let mut numbers: Vec<u32> = written.lines().map(|line| line.parse().unwrap()).collect();
    let first = numbers[0];
    numbers.sort_unstable();
    assert_eq!(numbers, (first..=600).collect::<Vec<_>>());
    assert!(first <= 1, "{first}");
}

#[test]
fn a_target_directory_means_files_for_this_one() {
    let mini = Mini::start("");
    mini.job(COUNTER);
    let location = mini.run("trigger counter sp").line().to_owned();
    assert!(location.contains("/sp/savepoint-"), "{location}");
    assert!(mini.dir.path().join("sp").is_dir());
    assert_eq!(
        mini.run("trigger counter").line(),
        "jobmanager://savepoints/1"
    );
    mini.run(&format!("dispose {location} --yes")).is(0, &[]);
    assert_eq!(fs::read_dir(mini.dir.path().join("sp")).unwrap().count(), 0);
}

#[test]
fn a_checkpoint_on_request_is_told_with_its_location() {
    let mini = Mini::start("--dir mc");
    mini.job(COUNTER);
    let location = mini.run("checkpoint counter").line().to_owned();
    assert!(
        location.contains("/mc/checkpoints/") && location.ends_with("/chk-1"),
        "{location}"
    );
    mini.run(&format!("inspect {location}")).is(0, &[]);
}

#[test]
fn a_repeated_trigger_with_the_same_key_is_one_savepoint() {
    let mini = Mini::start("");
    let job = mini.job(COUNTER);
    let first = mini
        .run("trigger counter --idempotency-key deploy-7")
        .line()
        .to_owned();
    let second = mini
        .run("trigger counter --idempotency-key deploy-7")
        .line()
        .to_owned();
    assert_eq!(first, second);
    assert_eq!(completed_savepoints(&mini, &job), 1);
    let other = mini
        .run("trigger counter --idempotency-key deploy-8")
        .line()
        .to_owned();
    assert_ne!(first, other);
}

#[test]
fn a_slow_savepoint_is_waited_for_in_two_commands() {
    let mini = Mini::start("--fault savepoint:delay=1s");
    let job = mini.job(COUNTER);
    let late = mini.run("trigger counter --timeout 100ms");
    late.is(3, &["resume with `"]);
    let (_, statistics) = mini.ask("GET", &format!("/jobs/{job}/checkpoints"), None);
    assert_eq!(statistics["counts"]["in_progress"], 1, "{statistics}");
    let resume = late
        .stderr
        .split("resume with `savepointctl ")
        .nth(1)
        .unwrap();
    // the line names the cluster itself
    let words = resume.split('`').next().unwrap().split(' ');
    let mut line = command(mini.dir.path());
    line.args(words);
    let resumed = Ran::of(line);
    assert_eq!(resumed.line(), "jobmanager://savepoints/1");
    let detached = mini.run("trigger counter --detached");
    let id = detached.line().to_owned();
    assert_eq!(
        mini.run(&format!("wait counter {id}")).line(),
        "jobmanager://savepoints/2"
    );
}

#[test]
fn a_failing_savepoint_is_told_with_its_reason_and_the_job_goes_on() {
    let mini = Mini::start("--fault 'savepoint:fail=disk full@1' --fault stop:fail=no@1");
    let job = mini.job(COUNTER);
    mini.run("trigger counter").is(1, &["disk full"]);
    mini.until_running(&job);
    mini.run("trigger counter").is(0, &[]);
    mini.run("stop counter").is(1, &[]);
    mini.until_running(&job);
    assert_eq!(mini.run("stop counter").line(), "jobmanager://savepoints/2");
}

#[test]
fn a_failing_disposal_leaves_the_savepoint() {
    let mini = Mini::start("--fault 'disposal:fail=not today@1' --fault disposal:delay=300ms@2");
    mini.job(COUNTER);
    mini.run("trigger counter").is(0, &[]);
    mini.run("dispose jobmanager://savepoints/1 --yes")
        .is(1, &["not today"]);
    mini.run("inspect jobmanager://savepoints/1").is(0, &[]);
    mini.run("dispose jobmanager://savepoints/1 --yes")
        .is(0, &[]);
    mini.run("dispose jobmanager://savepoints/1 --yes")
        .is(4, &["are gone when their cluster ends"]);
}

#[test]
fn the_result_of_a_disposal_that_a_fault_failed_expires_too() {
    let mini = Mini::start("--fault disposal:fail=no --fault results:expire=200ms");
    let body = serde_json::json!({ "savepoint-path": "jobmanager://savepoints/1" });
    let (_, triggered) = mini.ask("POST", "/savepoint-disposal", Some(&body));
    let id = triggered["request-id"].as_str().unwrap();
    let path = format!("/savepoint-disposal/{id}");
    until("the result expires", || {
        (mini.ask("GET", &path, None).0 == 404).then_some(())
    });
}

#[test]
fn a_result_that_has_expired_is_looked_for_in_the_history() {
    let mini = Mini::start("--fault results:expire=200ms");
    let job = mini.job(COUNTER);
    let id = mini.run("trigger counter --detached").line().to_owned();
    let path = format!("/jobs/{job}/savepoints/{id}");
    until("the result expires", || {
        (mini.ask("GET", &path, None).0 == 404).then_some(())
    });
    mini.run(&format!("wait {job} {id}"))
        .is(4, &["does not know trigger id", "--since TIME"]);
    let since = mini.run(&format!("wait {job} {id} --since 2020-01-01T00:00:00Z"));
    assert_eq!(since.line(), "jobmanager://savepoints/1");
}

#[test]
fn an_answer_that_is_lost_is_asked_for_again_and_nothing_happens_twice() {
    let mini = Mini::start(
        "--fault 'POST /jobs/*/savepoints:drop-answer@1' --fault 'POST /jars/*/run:drop-answer@2'",
    );
    let job = mini.job(COUNTER);
    assert_eq!(
        mini.run("trigger counter").line(),
        "jobmanager://savepoints/1"
    );
    assert_eq!(completed_savepoints(&mini, &job), 1);
    mini.run("cancel counter").is(0, &[]);
    let program = mini.file("counter.toml", COUNTER);
    let restored = mini.run(&format!(
        "restore jobmanager://savepoints/1 --jar {program}"
    ));
    mini.until_state(restored.line(), "RUNNING");
    let (_, jobs) = mini.ask("GET", "/jobs", None);
    assert_eq!(jobs["jobs"].as_array().unwrap().len(), 2, "{jobs}");
}

#[test]
fn state_that_no_operator_takes_is_refused_unless_it_may_be_left() {
    let mini = Mini::start("");
    mini.job(COUNTER);
    mini.run("stop counter").is(0, &[]);
    let program = mini.file("renamed.toml", &renamed());
    let refused = mini.run(&format!("restore latest --jar {program}"));
    refused.is(7, &["'count'"]);
    mini.run(&format!("restore latest --jar {program} -n"))
        .is(0, &[]);
    // the cluster itself refuses as Flink does
    let id = mini.upload("renamed.toml", &renamed());
    let body = json!({ "savepointPath": "jobmanager://savepoints/1" });
    let (status, answer) = mini.ask("POST", &format!("/jars/{id}/run"), Some(&body));
    let text = answer["errors"][0].as_str().unwrap();
    assert_eq!(status, 400);
    assert!(
        text.contains("Cannot map checkpoint/savepoint state for operator"),
        "{text}"
    );
    let (_, overview) = mini.ask("GET", "/jobs/overview", None);
    let failed = overview["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|job| job["state"] == "FAILED")
        .unwrap();
    assert_eq!(failed["tasks"]["total"], 0);
}

#[test]
fn a_snapshot_that_is_not_there_is_not_found() {
    let mini = Mini::start("");
    let program = mini.file("counter.toml", COUNTER);
    for location in ["/no/such/savepoint", "jobmanager://savepoints/9"] {
        mini.run(&format!("restore {location} --jar {program}"))
            .is(4, &[location]);
    }
}

#[test]
fn strict_parallelism_refuses_what_is_otherwise_spread_anew() {
    for (words, code) in [("", 0), ("--strict-parallelism", 1)] {
        let mini = Mini::start(words);
        mini.job(COUNTER);
        mini.run("stop counter").is(0, &[]);
        let program = mini.file("counter.toml", COUNTER);
        let ran = mini.run(&format!("restore latest --jar {program} -p 2"));
        assert_eq!(ran.code, code, "{words}: {ran:#?}");
    }
}

#[test]
fn strict_chains_refuse_a_uid_within_a_chain_and_say_why() {
    let program = "[[operator]]\ntype = \"sequence\"\n[[operator]]\ntype = \"filter\"\nkeep = \"even\"\nuid = \"mid\"\n\
                   [[operator]]\ntype = \"discard\"\n";
    for (words, status) in [("", 200), ("--strict-chains", 400)] {
        let mini = Mini::start(words);
        let id = mini.upload("chain.toml", program);
        let (answered, answer) = mini.ask("POST", &format!("/jars/{id}/run"), None);
        assert_eq!(answered, status, "{answer}");
        if status == 400 {
            assert!(
                answer["errors"][0].as_str().unwrap().contains("mid"),
                "{answer}"
            );
        }
    }
}

#[test]
fn a_jar_is_not_sent_to_a_minicluster() {
    let mini = Mini::start("");
    let jar = mini.dir.path().join("job.jar");
    fs::write(&jar, b"PK\x03\x04 and so on").unwrap();
    let ran = mini.run(&format!("restore /x --jar {}", jar.display()));
    ran.is(
        7,
        &[
            "job.jar is a jar",
            "is a minicluster, which runs programs in TOML files",
        ],
    );
}

#[test]
fn a_program_with_a_fault_is_told_with_its_place() {
    let mini = Mini::start("");
    mini.job(COUNTER);
    mini.run("stop counter").is(0, &[]);
    let program = mini.file("bad.toml", &COUNTER.replace("modulo", "magic"));
    mini.run(&format!("restore latest --jar {program}"))
        .is(1, &["bad.toml:13:7: "]);
}

#[test]
fn lines_of_a_print_sink_follow_the_url_on_stdout() {
    let mini = Mini::start("");
    let program =
        "[[operator]]\ntype = \"sequence\"\nfrom = 1\nend = 3\n[[operator]]\ntype = \"print\"\n";
    mini.upload("p.toml", program);
    let id = mini.upload("p.toml", program);
    let (_, answer) = mini.ask("POST", &format!("/jars/{id}/run"), None);
    let job = answer["jobid"].as_str().unwrap();
    mini.until_state(job, "FINISHED");
    assert_eq!(mini.printed(), format!("{}\n1\n2\n3\n", mini.url));
    let (_, result) = mini.ask("GET", &format!("/jobs/{job}/execution-result"), None);
    assert_eq!(
        result["job-execution-result"]["application-status"],
        "SUCCEEDED"
    );
}

#[test]
fn the_end_does_not_wait_for_a_slow_savepoint() {
    let mut mini = Mini::start("--fault savepoint:delay=1min");
    mini.job(COUNTER);
    mini.run("trigger counter --detached").is(0, &[]);
    let begun = Instant::now();
    mini.signal("-INT");
    assert_eq!(mini.end(), 0, "{}", mini.said());
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
}

#[test]
fn relative_files_of_a_program_count_from_where_the_cluster_runs() {
    let dir = Dir::new();
    fs::write(dir.path().join("in.txt"), "a\nb\n").unwrap();
    let mini = Mini::start_in(dir, "");
    let program =
        "[[operator]]\ntype = \"lines\"\npath = \"in.txt\"\n[[operator]]\ntype = \"print\"\n";
    let id = mini.upload("p.toml", program);
    let (_, answer) = mini.ask("POST", &format!("/jars/{id}/run"), None);
    mini.until_state(answer["jobid"].as_str().unwrap(), "FINISHED");
    assert!(mini.printed().ends_with("\na\nb\n"), "{}", mini.printed());
}
