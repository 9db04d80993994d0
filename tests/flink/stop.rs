//! `stop`.

use serde_json::json;

use crate::OnCluster;
use crate::shared::Shared;
use crate::tool::Running;

pub const TRIALS: &[OnCluster] = &[
    (
        "stop_ends_the_job_and_prints_where_its_savepoint_lies",
        ends_the_job,
    ),
    ("stop_can_drain_into_a_directory_of_its_own", drains),
    ("two_stops_at_once_are_one", two_at_once),
    ("a_stop_of_somebody_else_is_refused_and_left_alone", foreign),
    (
        "a_stop_that_fails_late_still_gives_its_savepoint",
        fails_late,
    ),
    ("a_detached_stop_can_be_waited_for", detached),
    (
        "a_savepoint_that_a_stop_overtakes_fails_and_the_stop_succeeds",
        overtakes,
    ),
];

fn ends_the_job(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&["--interval", "500"]);
    let said = cluster.tool(["stop", &job.name, "-o", "json"]).run();
    // no waiting here: it has ended when the tool has
    assert_eq!(job.state(), "FINISHED");
    let told = said.exits(0).json();
    assert_eq!(told["job_status"], "FINISHED");
    assert_eq!(told["operation"], "stop");
    assert!(
        crate::tool::on_disk(told["location"].as_str().unwrap()),
        "{said}"
    );
    cluster
        .tool(["stop", &job.id])
        .run()
        .fails(7, "has ended: FINISHED");
    cluster
        .tool(["stop", &"b".repeat(32)])
        .run()
        .fails(4, "no job");
}

fn drains(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let dir = cluster.fresh_dir();
    let words = [
        "stop",
        &job.id,
        "--drain",
        "-p",
        dir.to_str().unwrap(),
        "-vv",
    ];
    let said = cluster.tool(words).run();
    let location = said.says(r#""drain":true"#).location();
    assert!(location.contains(dir.to_str().unwrap()), "{location}");
    assert_eq!(job.state(), "FINISHED");
}

fn two_at_once(shared: &Shared) {
    let cluster = shared.plain();
    if !cluster.version.takes_trigger_ids() {
        let job = cluster.job(&["--slow-snapshot", "9000"]);
        let first = cluster.tool(["stop", &job.id]).start();
        job.wait_for_pending_stop();
        let second = cluster.tool(["stop", &job.id]).run();
        second
            .fails(7, "is being stopped")
            .says("takes no trigger ids");
        first.end().says("takes no trigger ids").location();
        assert_eq!(job.state(), "FINISHED");
        return;
    }
    let job = cluster.job(&["--slow-snapshot", "1500"]);
    let both = [(); 2].map(|()| cluster.tool(["stop", &job.id]).start());
    let [first, second] = both.map(Running::end);
    assert_eq!(first.location(), second.location());
    assert_eq!(job.state(), "FINISHED");
    // and one that comes later, with options of its own
    let job = cluster.job(&["--slow-snapshot", "2000"]);
    let mut first = cluster.tool(["stop", &job.id]).start();
    first.until_it_says("trigger id", 1);
    let second = cluster.tool(["stop", &job.id, "--drain"]).run();
    second.says("joined the stop").says("do not apply");
    assert_eq!(first.end().location(), second.location());
    assert_eq!(job.state(), "FINISHED");
}

fn foreign(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&["--slow-snapshot", "12000"]);
    let path = format!("/jobs/{}/stop", job.id);
    let reply = cluster.post(&path, &json!({ "drain": false }));
    let trigger = reply["request-id"].as_str().unwrap();
    job.wait_for_pending_stop();
    let said = cluster.tool(["stop", &job.id]).run();
    said.fails(7, "is being stopped by somebody else");
    let location = cluster
        .tool(["wait", &job.id, trigger, "--verb", "stop"])
        .run()
        .location();
    assert!(location.contains(&job.id[..6]), "{location}");
    assert_eq!(job.state(), "FINISHED");
}

fn fails_late(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&["--fail-finish", "true", "--restart", "none"]);
    let said = cluster.tool(["stop", &job.id]).run();
    if cluster.version.takes_trigger_ids() {
        said.exits(8).says("the job failed while it stopped");
        assert_eq!(said.locations().len(), 1, "{said}");
    } else {
        // Flink says that it failed, and no more
        said.fails(1, "a task failed while the job stopped");
        said.says("look into the savepoint directory");
    }
}

fn detached(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&["--slow-snapshot", "1000"]);
    let said = cluster
        .tool(["stop", &job.id, "--detached", "-o", "json"])
        .run();
    let id = said.exits(0).json()["trigger_id"]
        .as_str()
        .unwrap()
        .to_owned();
    cluster
        .tool(["wait", &job.id, &id, "--verb", "stop"])
        .run()
        .location();
    assert_eq!(job.state(), "FINISHED");
}

fn overtakes(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&["--slow-snapshot", "2000"]);
    let mut savepoint = cluster.tool(["trigger", &job.id]).start();
    savepoint.until_it_says("trigger id", 1);
    cluster.tool(["stop", &job.id]).run().location();
    savepoint.end().fails(1, "overtaken");
    assert_eq!(job.state(), "FINISHED");
}
