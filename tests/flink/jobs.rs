//! `jobs`, `cancel`, and what JOB may be.

use serde_json::Value;

use crate::OnCluster;
use crate::cluster::{Cluster, until};
use crate::shared::Shared;

pub const TRIALS: &[OnCluster] = &[
    (
        "jobs_shows_a_running_job_with_its_last_snapshots",
        jobs_shows_a_running_job,
    ),
    ("jobs_shows_ended_jobs_only_with_all", jobs_shows_ended_jobs),
    (
        "jobs_shows_what_a_job_was_restored_from",
        jobs_shows_restored_from,
    ),
    (
        "a_job_is_found_by_the_beginning_of_its_id_and_by_its_name",
        found_by_prefix_and_name,
    ),
    (
        "a_name_that_two_jobs_have_is_refused_with_both_listed",
        two_of_a_name,
    ),
    ("cancel_ends_a_job_once", cancel_ends_a_job),
];

/// What `jobs -o json` says of one job.
fn listed(cluster: &Cluster, id: &str, all: bool) -> Option<Value> {
    let tool = cluster.tool(["jobs", "-o", "json"]);
    let said = tool.args(all.then_some("--all")).run();
    let jobs = said.exits(0).json();
    let jobs = jobs["jobs"].as_array().unwrap().clone();
    jobs.into_iter().find(|job| job["job_id"] == id)
}

fn jobs_shows_a_running_job(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&["--interval", "500"]);
    let savepoint = cluster.tool(["trigger", &job.id]).run().location();
    let shown = until("jobs shows the savepoint and a checkpoint", || {
        let shown = listed(&cluster, &job.id, false).unwrap();
        let both = !shown["last_savepoint"].is_null() && !shown["last_checkpoint"].is_null();
        both.then_some(shown)
    });
    assert_eq!(shown["job_name"], job.name.as_str());
    assert_eq!(shown["job_status"], "RUNNING");
    assert_eq!(shown["ended_at"], Value::Null);
    assert_eq!(shown["restored_from"], Value::Null);
    assert_eq!(shown["last_savepoint"]["location"], savepoint.as_str());
    let checkpoint = shown["last_checkpoint"]["location"].as_str().unwrap();
    assert!(
        checkpoint.contains(&format!("/checkpoints/{}/chk-", job.id)),
        "{checkpoint}"
    );
    let overview = job.overview();
    assert_eq!(shown["tasks"]["total"], overview["tasks"]["total"]);
    assert_eq!(shown["tasks"]["running"], overview["tasks"]["running"]);
    let started = shown["started_at"]
        .as_str()
        .unwrap()
        .parse::<jiff::Timestamp>()
        .unwrap();
    assert_eq!(
        Some(started.as_millisecond()),
        overview["start-time"].as_i64()
    );

    let table = cluster.tool(["jobs"]).run();
    let mut lines = table.exits(0).stdout.lines();
    let heading = lines.next().unwrap();
    for column in [
        "JOB ID",
        "NAME",
        "STATUS",
        "LAST SAVEPOINT",
        "LAST CHECKPOINT",
    ] {
        assert!(heading.contains(column), "{table}");
    }
    let row = lines.find(|line| line.starts_with(&job.id)).unwrap();
    for cell in [&*job.name, "RUNNING", &*savepoint] {
        assert!(row.contains(cell), "{table}");
    }
    let names = cluster.tool(["jobs", "-o", "name"]).run();
    assert!(
        names.exits(0).stdout.lines().any(|line| line == job.id),
        "{names}"
    );
}

fn jobs_shows_ended_jobs(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    cluster.tool(["cancel", &job.id]).run().exits(0);
    assert!(listed(&cluster, &job.id, false).is_none());
    let shown = listed(&cluster, &job.id, true).unwrap();
    assert_eq!(shown["job_status"], "CANCELED");
    assert!(shown["ended_at"].is_string(), "{shown}");
}

fn jobs_shows_restored_from(shared: &Shared) {
    let cluster = shared.plain();
    let first = cluster.job(&[]);
    let savepoint = cluster.tool(["stop", &first.id]).run().location();
    let second = cluster.job_from(&savepoint, &[]);
    let shown = until("jobs shows what the job was restored from", || {
        let shown = listed(&cluster, &second.id, false)?;
        (!shown["restored_from"].is_null()).then_some(shown)
    });
    assert_eq!(shown["restored_from"]["location"], savepoint.as_str());
    assert_eq!(shown["restored_from"]["is_savepoint"], true);
}

fn found_by_prefix_and_name(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    cluster.tool(["trigger", &job.id[..20]]).run().location();
    cluster
        .tool(["trigger", &job.id.to_uppercase()])
        .run()
        .location();
    cluster.tool(["cancel", &job.name]).run().exits(0);
    assert_eq!(job.state(), "CANCELED");
}

fn two_of_a_name(shared: &Shared) {
    let cluster = shared.plain();
    let first = cluster.job(&[]);
    let second = cluster.job(&["--name", &first.name]);
    let said = cluster.tool(["trigger", &first.name]).run();
    said.fails(2, "means 2 jobs")
        .says(&first.id)
        .says(&second.id);
    // an ended namesake is not in the way
    first.cancel();
    cluster.tool(["trigger", &first.name]).run().location();
}

fn cancel_ends_a_job(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let said = cluster.tool(["cancel", &job.id]).run();
    assert_eq!(said.exits(0).stdout.trim(), job.id);
    assert_eq!(job.state(), "CANCELED");
    cluster
        .tool(["cancel", &job.id])
        .run()
        .fails(7, "has ended: CANCELED");
    cluster
        .tool(["cancel", &"a".repeat(32)])
        .run()
        .fails(4, "no job");
}
