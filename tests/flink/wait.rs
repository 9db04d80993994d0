//! `wait` for what is over, forgotten, or never was.

use crate::OnCluster;
use crate::shared::Shared;

pub const TRIALS: &[OnCluster] = &[
    ("wait_gives_a_finished_result_again", finished),
    ("wait_says_when_it_knows_neither_trigger_nor_job", unknown),
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
