//! `trigger`.

use std::fs;
use std::path::Path;

use crate::OnCluster;
use crate::cluster::Cluster;
use crate::shared::{SLOTS, Settings, Shared};
use crate::tool::Tool;

pub const TRIALS: &[OnCluster] = &[
    (
        "trigger_prints_where_the_savepoint_lies",
        prints_the_location,
    ),
    (
        "trigger_puts_the_savepoint_where_it_is_told_to",
        target_directory,
    ),
    ("trigger_takes_both_formats_where_flink_has_them", formats),
    ("trigger_json_is_what_rest_says", json),
    ("a_detached_trigger_can_be_waited_for", detached),
    (
        "a_timeout_ends_the_wait_only_and_the_printed_command_resumes_it",
        timeout,
    ),
    ("a_key_gives_one_savepoint_however_often_it_is_used", key),
    (
        "a_key_gives_one_savepoint_to_two_at_once",
        key_twice_at_once,
    ),
    ("ctrl_c_says_how_to_resume", interrupted),
    ("all_takes_every_running_job_and_says_which_failed", all),
    ("wait_running_waits_for_tasks_that_start", wait_running),
    ("two_savepoints_at_once_without_a_key_are_two", two_at_once),
];

/// How many savepoints lie in a directory.
fn savepoints_in(dir: &Path) -> usize {
    fs::read_dir(dir).map_or(0, Iterator::count)
}

/// A job whose snapshots take so long that something can happen meanwhile.
fn slow(millis: &'static str) -> [&'static str; 2] {
    ["--slow-snapshot", millis]
}

fn prints_the_location(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let said = cluster.tool(["trigger", &job.name]).run();
    let location = said.says("trigger id ").location();
    let default = format!(
        "{}/savepoints/savepoint-{}-",
        cluster.dir.display(),
        &job.id[..6]
    );
    assert!(location.contains(&default), "{location}");
    assert_eq!(job.state(), "RUNNING");
}

fn target_directory(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let dir = cluster.fresh_dir().join("with spaces");
    let path = dir.display().to_string();
    let location = cluster.tool(["trigger", &job.id, &path]).run().location();
    assert!(location.contains(&path), "{location}");
    let uri = format!("file://{path}");
    cluster.tool(["trigger", &job.id, &uri]).run().location();
    assert_eq!(savepoints_in(&dir), 2);
}

fn formats(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let canonical = cluster
        .tool(["trigger", &job.id, "-type", "canonical"])
        .run()
        .location();
    let native = cluster.tool(["trigger", &job.id, "--type", "native"]).run();
    if !cluster.version.takes_trigger_ids() {
        native.fails(7, "native ones exist since 1.15");
        return;
    }
    for (location, format) in [(canonical, "CANONICAL"), (native.location(), "NATIVE")] {
        let snapshot = job.snapshot("the savepoint", |s| s["external_path"] == location.as_str());
        if cluster.version.tells_formats() {
            assert_eq!(snapshot["savepointFormat"], format);
        }
    }
}

fn json(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let said = cluster.tool(["trigger", &job.id, "-o", "json"]).run();
    let told = said.exits(0).json();
    let location = told["location"].as_str().unwrap();
    assert!(crate::tool::on_disk(location), "{said}");
    let rest = job.snapshot("the savepoint", |s| s["external_path"] == location);
    assert_eq!(told["checkpoint_id"], rest["id"]);
    assert_eq!(told["state_size"], rest["state_size"]);
    assert_eq!(told["duration_ms"], rest["end_to_end_duration"]);
    assert!(told["state_size"].as_u64() > Some(0), "{said}");
    assert_eq!(
        (&told["job_id"], &told["operation"]),
        (&job.id.as_str().into(), &"trigger".into())
    );
    assert_eq!(told["job_name"], job.name.as_str());
    said.says(told["trigger_id"].as_str().unwrap());
}

fn detached(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&slow("1000"));
    let said = cluster.tool(["trigger", &job.id, "--detached"]).run();
    let id = said.exits(0).stdout.trim().to_owned();
    assert_eq!(id.len(), 32, "{said}");
    let location = cluster.tool(["wait", &job.id, &id]).run().location();
    // the printed line does the same, once more
    assert_eq!(resumed(&cluster, &said.resume()).run().location(), location);
}

/// The printed line in a shell with the same environment.
fn resumed(cluster: &Cluster, line: &str) -> Tool {
    let mut tool = Tool::line(line, &cluster.dir);
    tool.env("SAVEPOINTCTL_JOBMANAGER", &cluster.url);
    tool
}

fn timeout(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&slow("2500"));
    let dir = cluster.fresh_dir();
    // with -m, which the printed line must hold then, because nothing else names the cluster
    let mut words = vec!["trigger", &job.id, dir.to_str().unwrap()];
    words.extend(["--timeout", "500ms", "-m", &cluster.url]);
    let said = Tool::new(&cluster.dir).args(words).run();
    said.fails(3, "still running");
    let line = said
        .stderr
        .lines()
        .find_map(|line| line.split_once("resume with `"));
    let line = line
        .unwrap_or_else(|| panic!("{said}"))
        .1
        .trim_end_matches('`');
    let location = Tool::line(line, &cluster.dir).run().location();
    assert!(location.contains(dir.to_str().unwrap()), "{location}");
    assert_eq!(savepoints_in(&dir), 1);
}

fn key(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let dir = cluster.fresh_dir();
    let once = || {
        let words = [
            "trigger",
            &job.id,
            dir.to_str().unwrap(),
            "--idempotency-key",
            "deploy 7",
        ];
        cluster.tool(words).run()
    };
    let first = once();
    if !cluster.version.takes_trigger_ids() {
        first.fails(7, "takes no trigger ids").says("1.15");
        assert_eq!(savepoints_in(&dir), 0);
        return;
    }
    assert_eq!(first.location(), once().location());
    assert_eq!(savepoints_in(&dir), 1);
    let path = dir.to_str().unwrap();
    let other = cluster.tool(["trigger", &job.id, path, "--idempotency-key", "deploy 8"]);
    assert_ne!(other.run().location(), first.location());
}

fn key_twice_at_once(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&slow("1500"));
    let dir = cluster.fresh_dir();
    let words = [
        "trigger",
        &job.id,
        dir.to_str().unwrap(),
        "--idempotency-key",
        "k",
    ];
    let both = [(); 2].map(|()| cluster.tool(words).start());
    let [first, second] = both.map(crate::tool::Running::end);
    if !cluster.version.takes_trigger_ids() {
        first.fails(7, "takes no trigger ids");
        return;
    }
    assert_eq!(first.location(), second.location());
    assert_eq!(savepoints_in(&dir), 1);
}

fn interrupted(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&slow("2000"));
    let dir = cluster.fresh_dir();
    let mut running = cluster
        .tool(["trigger", &job.id, dir.to_str().unwrap()])
        .start();
    running.until_it_says("trigger id", 1);
    running.interrupt();
    let said = running.end();
    said.fails(130, "goes on in the cluster");
    resumed(&cluster, &said.resume()).run().location();
    assert_eq!(savepoints_in(&dir), 1);
}

fn all(shared: &Shared) {
    let cluster = shared.alone(Settings::Plain);
    let said = cluster.tool(["trigger", "--all"]).run();
    said.exits(0).says("no job is running").claims_nothing();
    let jobs = [(); 2].map(|()| cluster.job(&[]));
    let dir = cluster.fresh_dir();
    let words = ["trigger", "--all", dir.to_str().unwrap()];
    let mut locations = cluster.tool(words).run().exits(0).locations();
    locations.sort();
    locations.dedup();
    assert_eq!(locations.len(), jobs.len());
    for job in &jobs {
        let own = format!("/savepoint-{}-", &job.id[..6]);
        assert_eq!(
            locations.iter().filter(|at| at.contains(&own)).count(),
            1,
            "{locations:?}"
        );
    }
    let batch = cluster.submit(None, &["--batch", "true", "--count", "100000"]);
    batch.wait_until("some task runs", |job| {
        job["tasks"]["running"].as_u64() > Some(0)
    });
    let said = cluster.tool(words).run();
    said.exits(8).says("1 of 3 jobs");
    said.says(cluster.version.refuses_batch_with());
    assert_eq!(said.locations().len(), 2);
}

fn wait_running(shared: &Shared) {
    let cluster = shared.alone(Settings::Plain);
    let slots = SLOTS.to_string();
    let first = cluster.job(&["--parallelism", &slots]);
    let second = cluster.submit(None, &[]);
    second.wait_until("RUNNING", |job| job["state"] == "RUNNING");
    let said = cluster.tool(["trigger", &second.id]).run();
    said.fails(7, "not all tasks of the job are running")
        .says("--wait-running");
    let said = cluster
        .tool(["trigger", &second.id, "--wait-running", "300ms"])
        .run();
    said.fails(7, "tasks of job").says("slots");
    // it looks, and looks again; then slots come free
    let words = ["trigger", &second.id, "--wait-running", "50s", "-v"];
    let mut running = cluster.tool(words).start();
    running.until_it_says("/jobs/overview", 3);
    first.cancel();
    running.end().location();
}

fn two_at_once(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&slow("500"));
    let both = [(); 2].map(|()| cluster.tool(["trigger", &job.id]).start());
    let [first, second] = both.map(crate::tool::Running::end);
    assert_ne!(first.location(), second.location());
}
