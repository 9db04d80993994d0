//! An application cluster: one job, whose end is its own.

use std::fs;
use std::path::Path;

use crate::OnItsOwn;
use crate::cluster::{Cluster, Version, until};
use crate::tally::Tally;

pub const TRIALS: &[OnItsOwn] = &[(
    "an_application_cluster_triggers_and_stops_and_says_how_it_restores",
    application,
)];

fn application() {
    let jar = Cluster::test_job(Version::NEWEST);
    let tally =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("flink-{}-tally", std::process::id()));
    let mut options = Vec::new();
    let words = [
        ("--job-class", "Counter"),
        ("--classpath", jar.to_str().unwrap()),
        ("--job-arg", "--name"),
        ("--job-arg", "orders"),
        ("--job-arg", "--out"),
        ("--job-arg", tally.to_str().unwrap()),
        ("--conf", "web.submit.enable=true"),
        // what is stopped goes: otherwise the cluster waits for somebody to fetch the result
        ("--conf", "rest.async.store-duration=2 s"),
    ];
    for (option, value) in words {
        options.extend([option.to_owned(), value.to_owned()]);
    }
    let cluster = Cluster::start(Version::NEWEST, "application", &options, &[]);
    let location = until("the application triggers", || {
        let said = cluster
            .tool(["trigger", "orders", "--wait-running", "50s"])
            .run();
        (!said.stdout.is_empty()).then(|| said.location())
    });
    let jar = jar.to_str().unwrap();
    let said = cluster.tool(["restore", &location, "--jar", jar]).run();
    said.fails(7, "application")
        .says("execution.state-recovery.path")
        .says("initialSavepointPath");
    assert_eq!(cluster.running().len(), 1);
    let said = cluster.tool(["stop", "orders", "-o", "json"]).run();
    let told = said.exits(0).json();
    assert!(
        crate::tool::on_disk(told["location"].as_str().unwrap()),
        "{said}"
    );
    let counted = Tally::at(&tally).in_snapshot(told["checkpoint_id"].as_u64().unwrap());
    assert!(counted > 0);
    // the cluster ends with its job
    until("the cluster ends", || {
        let reply = cluster.get("/overview");
        reply.is_null().then_some(())
    });
    let said = cluster
        .tool([
            "jobs",
            "--reconnect-timeout",
            "0s",
            "--connect-timeout",
            "2s",
        ])
        .run();
    said.fails(5, &cluster.url);
    let _ = fs::remove_dir_all(&tally);
}
