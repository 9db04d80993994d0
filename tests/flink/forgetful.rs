//! A cluster that keeps results for a moment only, and has no default directory for savepoints.

use crate::OnCluster;
use crate::cluster::until;
use crate::shared::{Settings, Shared};
use crate::tool::Tool;

pub const TRIALS: &[OnCluster] = &[
    ("an_expired_result_is_found_through_the_history", expired),
    (
        "a_cluster_without_default_directory_is_told_so",
        no_default_directory,
    ),
];

fn expired(shared: &Shared) {
    let cluster = shared.alone(Settings::Forgetful);
    let job = cluster.job(&["--slow-snapshot", "500"]);
    let dir = cluster.fresh_dir();
    let said = cluster
        .tool(["trigger", &job.id, dir.to_str().unwrap(), "--detached"])
        .run();
    let id = said.exits(0).stdout.trim();
    if !cluster.version.takes_trigger_ids() {
        // results are kept for five minutes, whatever one sets: another id plays the one that is forgotten
        cluster.tool(["wait", &job.id, id]).run().location();
        let line = said.resume().replace(id, &"d".repeat(32));
        let mut tool = Tool::line(&line, &cluster.dir);
        tool.env("SAVEPOINTCTL_JOBMANAGER", &cluster.url);
        tool.run().says("no longer knows trigger id").location();
        return;
    }
    // asked once when it is complete: from then on the time runs
    let path = format!("/jobs/{}/savepoints/{id}", job.id);
    until("the cluster forgets the result", || {
        let reply = cluster.get(&path);
        reply.get("errors").is_some().then_some(())
    });
    let mut tool = Tool::line(&said.resume(), &cluster.dir);
    tool.env("SAVEPOINTCTL_JOBMANAGER", &cluster.url);
    let found = tool.run();
    let location = found.says("no longer knows trigger id").location();
    assert!(location.contains(dir.to_str().unwrap()), "{location}");
    // without the time of its start nothing is guessed
    let said = cluster.tool(["wait", &job.id, id]).run();
    said.fails(4, "does not know trigger id").says("--since");
}

fn no_default_directory(shared: &Shared) {
    let cluster = shared.alone(Settings::Forgetful);
    let job = cluster.job(&[]);
    let key = cluster.version.savepoint_dir_key();
    for verb in ["trigger", "stop"] {
        let said = cluster.tool([verb, &job.id]).run();
        said.fails(7, "no default savepoint directory").says(key);
    }
    let dir = cluster.fresh_dir();
    let said = cluster
        .tool(["stop", &job.id, "-p", dir.to_str().unwrap()])
        .run();
    said.location();
}
