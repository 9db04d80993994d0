//! What Flink refuses or fails at, and how the tool says so.

use std::fs;

use crate::OnCluster;
use crate::shared::Shared;

pub const TRIALS: &[OnCluster] = &[
    (
        "an_unknown_or_ended_job_has_a_code_of_its_own",
        unknown_or_ended,
    ),
    (
        "a_directory_that_cannot_be_made_is_named",
        target_cannot_be_made,
    ),
    ("a_scheme_without_plugin_is_named", scheme_without_plugin),
    ("an_empty_directory_is_refused_by_name", empty_directory),
    ("a_batch_job_takes_no_snapshots", batch),
    (
        "a_snapshot_that_fails_is_told_in_the_words_of_its_cause",
        snapshot_fails,
    ),
];

fn unknown_or_ended(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    job.cancel();
    let unknown = "e".repeat(32);
    for verb in ["trigger", "stop", "checkpoint"] {
        cluster
            .tool([verb, &job.id])
            .run()
            .fails(7, "has ended: CANCELED");
        let said = cluster.tool([verb, &unknown]).run();
        said.fails(4, &unknown).says("jobs --all");
    }
}

fn target_cannot_be_made(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let file = cluster.fresh_dir();
    fs::write(&file, "in the way").unwrap();
    let path = file.to_str().unwrap();
    let said = cluster.tool(["trigger", &job.id, path]).run();
    said.fails(1, "Failed to create savepoint directory")
        .says(path);
    assert_eq!(job.state(), "RUNNING");
    // a stop that cannot begin leaves the job alone, and the next one works
    let said = cluster.tool(["stop", &job.id, "-p", path]).run();
    said.fails(1, "Failed to create savepoint directory")
        .says(path);
    cluster
        .tool(["trigger", &job.id, "--wait-running", "30s"])
        .run()
        .location();
    cluster.tool(["stop", &job.id]).run().location();
}

fn scheme_without_plugin(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let said = cluster
        .tool(["trigger", &job.id, "s3://bucket/savepoints"])
        .run();
    said.fails(
        1,
        "Could not find a file system implementation for scheme 's3'",
    )
    .says("plugin");
    assert_eq!(job.state(), "RUNNING");
}

fn empty_directory(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let said = cluster.tool(["trigger", &job.id, ""]).run();
    said.fails(1, "the savepoint directory is an empty text");
}

fn batch(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.submit(None, &["--batch", "true", "--count", "100000"]);
    job.wait_until("some task runs", |job| {
        job["tasks"]["running"].as_u64() > Some(0)
    });
    for verb in ["trigger", "stop"] {
        cluster
            .tool([verb, &job.id])
            .run()
            .fails(7, cluster.version.refuses_batch_with());
    }
    assert_eq!(job.state(), "RUNNING");
}

fn snapshot_fails(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&["--fail-snapshot", "pace"]);
    let said = cluster.tool(["trigger", &job.id]).run();
    said.fails(1, "the snapshot fails, as asked");
    // -v shows what stands behind it
    job.wait_for_restart();
    let said = cluster.tool(["trigger", &job.id, "-v"]).run();
    said.exits(1).says("\tat ").claims_nothing();
    // a task behind the source: Flink tells only that the job restarts
    let job = cluster.job(&["--fail-snapshot", "tally"]);
    let said = cluster.tool(["trigger", &job.id]).run();
    said.fails(1, "restarting");
}
