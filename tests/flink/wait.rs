//! `wait` for what is over, forgotten, or never was.

use crate::OnCluster;
use crate::cluster::until;
use crate::shared::{Settings, Shared};
use crate::tool::Tool;

pub const TRIALS: &[OnCluster] = &[
    ("wait_gives_a_finished_result_again", finished),
    ("wait_says_when_it_knows_neither_trigger_nor_job", unknown),
    ("an_expired_result_is_found_through_the_history", expired),
];

fn finished(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let told = cluster
        .tool(["trigger", &job.id, "-o", "json"])
        .run()
        .json();
    let id = told["trigger_id"].as_str().unwrap();
    let again = cluster.tool(["wait", &job.id, id]).run();
    assert_eq!(again.location(), told["location"].as_str().unwrap());
    let told = cluster.tool(["stop", &job.id, "-o", "json"]).run().json();
    let id = told["trigger_id"].as_str().unwrap();
    let again = cluster.tool(["wait", &job.id, id, "--verb", "stop"]).run();
    assert_eq!(again.location(), told["location"].as_str().unwrap());
}

fn unknown(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let never = "c".repeat(32);
    let said = cluster.tool(["wait", &job.id, &never]).run();
    said.fails(4, "does not know trigger id").says("--since");
    let now = jiff::Timestamp::now().to_string();
    let said = cluster
        .tool(["wait", &job.id, &never, "--since", &now])
        .run();
    said.fails(4, "does not know trigger id")
        .says("nor does the history");
    cluster
        .tool(["wait", &never, &never])
        .run()
        .fails(4, "does not know trigger id");
    cluster
        .tool(["wait", "no-such-job", &never])
        .run()
        .fails(4, "no job 'no-such-job'");
    let said = cluster.tool(["wait", "--dispose", &never]).run();
    said.fails(4, "does not know disposal");
}

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
