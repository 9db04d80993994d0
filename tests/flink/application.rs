//! An application cluster: one job, whose end is its own.

use crate::OnItsOwn;
use crate::cluster::{Cluster, Version, until};

pub const TRIALS: &[OnItsOwn] = &[(
    "an_application_cluster_triggers_and_stops_and_says_how_it_restores",
    application,
)];

fn application() {
    let jar = Cluster::test_job(Version::NEWEST);
    let mut options = Vec::new();
    let words = [
        ("--job-class", "Counter"),
        ("--classpath", jar.to_str().unwrap()),
        ("--job-arg", "--name"),
        ("--job-arg", "orders"),
        // a result that nobody has fetched keeps the cluster alive
        ("--conf", "rest.async.store-duration=20 s"),
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
}
