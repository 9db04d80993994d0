//! The whole life of a savepoint: trigger, list, stop, restore, dispose.

use serde_json::Value;

use crate::OnCluster;
use crate::cluster::{Cluster, until};
use crate::shared::Shared;
use crate::tally::Tally;
use crate::tool::on_disk;

pub const TRIALS: &[OnCluster] = &[
    ("a_savepoint_lives_its_whole_life_on_the_heap", on_heap),
    ("a_savepoint_lives_its_whole_life_on_rocksdb", on_rocksdb),
    (
        "list_shows_what_the_cluster_remembers_and_says_that_more_is_forgotten",
        cut,
    ),
];

fn on_heap(shared: &Shared) {
    life(&shared.plain(), &[]);
}

fn on_rocksdb(shared: &Shared) {
    life(&shared.plain(), &["--backend", "rocksdb"]);
}

/// The snapshots of a job as `list -o json` shows them.
fn listed(cluster: &Cluster, job: &str) -> Vec<Value> {
    let said = cluster.tool(["list", job, "-o", "json"]).run();
    let told = said.exits(0).json();
    told["snapshots"].as_array().unwrap().clone()
}

fn life(cluster: &Cluster, arguments: &[&str]) {
    let (first, second, third) = (
        Tally::new(cluster),
        Tally::new(cluster),
        Tally::new(cluster),
    );
    let mut words = vec!["--out", first.dir(), "--report", "1"];
    words.extend_from_slice(arguments);
    let job = cluster.job(&words);
    let name = job.name.clone();

    let triggered = cluster.tool(["trigger", &name]).run().location();
    let shown = until(
        "list shows the savepoint as the cluster remembers it",
        || {
            let mut shown = listed(cluster, &job.id);
            shown.retain(|one| one["location"] == triggered.as_str() && !one["job_id"].is_null());
            shown.pop()
        },
    );
    assert_eq!(shown["kind"], "savepoint");
    assert_eq!(shown["discarded"], false);
    assert_eq!(shown["exists"], true);
    assert_eq!(shown["job_id"], job.id.as_str());
    assert_eq!(shown["job_name"], name.as_str());
    assert!(shown["state_size"].as_u64() > Some(0), "{shown}");
    assert!(shown["triggered_at"].as_str().unwrap().ends_with('Z'));
    // from 1.15 on the metadata records it, whatever the statistics tell
    let format = if cluster.version.takes_trigger_ids() {
        "canonical".into()
    } else {
        Value::Null
    };
    assert_eq!(shown["format"], format);

    // stopped and gone on at the same parallelism: right after the stop, latest is its savepoint
    let stopped = cluster.tool(["stop", &name, "-o", "json"]).run();
    let stopped = stopped.exits(0).json();
    let savepoint = stopped["location"].as_str().unwrap();
    let jar = cluster.own_jar();
    let latest = format!("latest:{name}");
    let restore = ["restore", &latest, "--jar", &jar, "-o", "json", "--"];
    let job = [
        "--name",
        &name,
        "--out",
        second.dir(),
        "--report",
        "1",
        "--restart",
        "none",
    ];
    let said = cluster.tool(restore).args(job).args(arguments).run();
    let told = said.exits(0).json();
    assert_eq!(told["location"], savepoint, "{said}");
    assert_eq!(told["checkpoint_id"], stopped["checkpoint_id"], "{said}");
    assert_eq!(told["job_name"], name.as_str());
    assert_eq!(told["job_status"], "RUNNING");
    let job = cluster.job_of_id(told["job_id"].as_str().unwrap());
    second.goes_on_from(
        first.in_snapshot(stopped["checkpoint_id"].as_u64().unwrap()),
        1,
    );
    assert_eq!(cluster.uploads_of(&jar), [""; 0], "{said}");

    // and at another one, by location
    let stopped = cluster.tool(["stop", &job.id, "-o", "json"]).run();
    let stopped = stopped.exits(0).json();
    let again = stopped["location"].as_str().unwrap();
    let restore = ["restore", again, "--jar-id", &cluster.jar, "-p", "2", "--"];
    let words = ["--out", third.dir(), "--report", "1", "--restart", "none"];
    let said = cluster.tool(restore).args(words).args(arguments).run();
    let last = cluster.started(&said);
    assert_eq!(
        last.overview()["tasks"]["total"],
        last.overview()["tasks"]["running"]
    );
    third.goes_on_from(
        second.in_snapshot(stopped["checkpoint_id"].as_u64().unwrap()),
        2,
    );

    // the two that nobody runs from may go, the third may not, and a fourth is not there
    let said = cluster
        .tool(["dispose", savepoint, &triggered, "--dry-run"])
        .run();
    said.exits(0);
    let said = cluster.tool(["dispose", savepoint]).run();
    said.fails(2, "--yes");
    assert!(on_disk(savepoint) && on_disk(&triggered));
    let missing = format!("{triggered}-never");
    let words = ["dispose", "--yes", &triggered, again, &missing, savepoint];
    let said = cluster.tool(words).run();
    said.exits(8)
        .says("was restored from it")
        .says("Cannot find checkpoint or savepoint")
        .says("2 of 4 snapshots");
    assert_eq!(
        said.stdout.lines().collect::<Vec<_>>(),
        [&*triggered, savepoint],
        "{said}"
    );
    for gone in [savepoint, &triggered] {
        let path = gone.strip_prefix("file:").unwrap();
        assert!(!std::path::Path::new(path).exists(), "{said}");
    }
    assert!(on_disk(again));
    assert_eq!(last.state(), "RUNNING");
    // the job runs no more: now it may
    last.cancel();
    let said = cluster.tool(["dispose", "-y", again, "-o", "json"]).run();
    let told = said.exits(0).json();
    assert_eq!(
        (&told["location"], &told["disposed"]),
        (&again.into(), &true.into())
    );
    assert!(!on_disk(again));
    cluster
        .tool(["dispose", "-y", again])
        .run()
        .fails(4, "Cannot find checkpoint or savepoint");
    // the cluster does not know of it
    let shown = listed(cluster, &name);
    let ghost = shown.iter().find(|one| one["location"] == again);
    assert!(
        ghost.is_none_or(|one| one["discarded"] == false),
        "{shown:?}"
    );
}

fn cut(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&["--interval", "100"]);
    job.snapshot("a dozenth checkpoint", |s| s["id"].as_u64() >= Some(12));
    let savepoint = cluster.tool(["stop", &job.id]).run().location();
    let said = until("list shows the savepoint of the stop", || {
        let words = ["list", &job.id, "--no-storage", "-o", "name"];
        let said = cluster.tool(words).run();
        said.exits(0).stdout.starts_with(&savepoint).then_some(said)
    });
    // without externalised checkpoints nothing else is left
    assert_eq!(said.stdout.lines().count(), 1, "{said}");
    said.says("web.checkpoints.history").says("there were more");
    let all = cluster
        .tool(["list", &job.name, "--all", "-o", "json"])
        .run();
    let told = all.exits(0).json();
    let discarded = |one: &&Value| one["discarded"] == true && one["kind"] == "checkpoint";
    let snapshots = told["snapshots"].as_array().unwrap();
    assert!(snapshots.iter().filter(discarded).count() >= 5, "{all}");
    let table = cluster.tool(["list", &job.id]).run();
    let mut lines = table.exits(0).stdout.lines();
    let heading = lines.next().unwrap();
    for column in [
        "TIME", "KIND", "FORMAT", "SIZE", "JOB", "STATUS", "LOCATION",
    ] {
        assert!(heading.contains(column), "{table}");
    }
    let row = lines.next().unwrap();
    assert!(
        row.contains(&savepoint) && row.contains("savepoint"),
        "{table}"
    );
    cluster
        .tool(["list", "no-such-job"])
        .run()
        .fails(4, "no job");
}
