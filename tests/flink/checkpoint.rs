//! `checkpoint`.

use crate::OnCluster;
use crate::shared::Shared;

pub const TRIALS: &[OnCluster] = &[("checkpoint_prints_where_it_lies_from_1_17_on", checkpoint)];

fn checkpoint(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let said = cluster.tool(["checkpoint", &job.id]).run();
    if !cluster.version.triggers_checkpoints() {
        said.fails(7, "since 1.17");
        return;
    }
    let location = said.location();
    assert!(
        location.contains(&format!("/checkpoints/{}/chk-", job.id)),
        "{location}"
    );
    let said = cluster.tool(["checkpoint", &job.id, "-o", "json"]).run();
    let told = said.exits(0).json();
    assert!(
        crate::tool::on_disk(told["location"].as_str().unwrap()),
        "{said}"
    );
    let rest = job.snapshot("the checkpoint", |s| s["id"] == told["checkpoint_id"]);
    assert_eq!(told["location"], rest["external_path"]);
    assert_eq!(told["state_size"], rest["state_size"]);
    // wait finds out by itself that it is a checkpoint; only the newest one is kept
    let id = told["trigger_id"].as_str().unwrap();
    let waited = cluster.tool(["wait", &job.id, id]).run();
    assert_eq!(waited.location(), told["location"].as_str().unwrap());
}
