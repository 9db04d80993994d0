//! `dispose --offline` and `verify` on real storages: what goes, what stays, and in which order.

use std::fs;
use std::path::{Path, PathBuf};

use savepointctl::inventory::offline::apply::{Deleted, delete};
use savepointctl::inventory::offline::gather::{Around, gather};
use savepointctl::inventory::offline::plan;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::places::{Place, block_on};
use crate::relay::Relay;
use crate::servers::{BUCKET, Servers};
use crate::tool::{Said, Tool};
use crate::witness::Witness;

/// What is tried, and its name.
type Named = (&'static str, fn(&Servers));

/// The trials that need no Flink.
pub const TRIALS: [Named; 2] = [
    ("on_s3_the_metadata_goes_first", metadata_first_on_s3),
    (
        "on_hdfs_nothing_goes_where_the_metadata_stays",
        metadata_first_on_hdfs,
    ),
];

/// Where Flink has written snapshots, and the checkpoints of a job that goes on from files of one of them.
struct Written {
    plain: String,
    beside: String,
    native: String,
    checkpoints: Vec<String>,
}

/// What a trial on a storage that Flink writes to has at hand.
pub struct Scene<'a> {
    pub cluster: &'a Cluster,
    /// The tool with some words, as it reaches cluster and storage.
    pub tool: &'a dyn Fn(&[&str]) -> Tool,
    pub witness: &'a Witness,
    /// Beginnings of locations that mean the same as Flink's.
    pub names: &'a [String],
}

impl Scene<'_> {
    fn run(&self, words: &[&str]) -> Said {
        (self.tool)(words).run()
    }

    fn dispose(&self, words: &[&str]) -> Said {
        self.run(&[&["dispose", "--offline", "--yes"], words].concat())
    }

    /// A location as Flink calls it, and by its other names.
    fn names_of(&self, location: &str) -> Vec<String> {
        let (_, rest) = location.split_once("://").unwrap();
        let path = &rest[rest.find('/').unwrap()..];
        let others = self.names.iter().map(|name| format!("{name}{path}"));
        others.chain([location.to_owned()]).collect()
    }
}

/// Snapshots that Flink has written, of which some use files of another, are disposed of with no cluster's help.
pub fn life(scene: &Scene<'_>) {
    let written = written(scene);
    let Written { plain, beside, .. } = &written;
    let all = [plain, beside, &written.native].map(String::clone);
    let all = [&all[..], &written.checkpoints].concat();
    let seen = || -> Vec<_> { all.iter().map(|at| scene.witness.files(at)).collect() };
    let before = seen();
    assert!(before.iter().all(|files| files.len() > 1), "{before:?}");
    for name in scene.names_of(&written.native) {
        for force in [&[][..], &["--force"]] {
            let said = scene.dispose(&[&[name.as_str()], force].concat());
            said.fails(7, "uses files of it")
                .says(&written.checkpoints[0]);
        }
    }
    let said = scene.run(&["dispose", "--offline", plain]);
    said.fails(2, "--yes");
    let words = ["dispose", "--offline", "--dry-run", plain, "-o", "json"];
    planned(&scene.run(&words), &before[0]);
    assert_eq!(seen(), before);

    with_something_unknown(scene, plain);
    assert_eq!(seen()[1..], before[1..], "what lies beside it stays");
    // those that use the other's files go first, however they are named
    let words: Vec<&str> = all[2..].iter().map(String::as_str).collect();
    let said = scene.dispose(&words);
    let gone: Vec<&str> = said.exits(0).stdout.lines().collect();
    let last = gone.last().copied();
    assert_eq!((gone.len(), last), (words.len(), words.first().copied()));
    assert!(words.iter().all(|gone| scene.witness.is_gone(gone)));
    assert_eq!(seen()[1], before[1]);
    with_something_lost(scene, &scene.names_of(beside)[0]);
}

/// Has Flink write them. What the job needs while it runs is kept, by each of its names.
fn written(scene: &Scene<'_>) -> Written {
    let located = |words: &[&str]| scene.run(words).exits(0).stdout.trim().to_owned();
    let program = ["--backend", "rocksdb", "--retain", "true"];
    let program = [&program[..], &["--interval", "600000"]].concat();
    let job = scene.cluster.job(&program);
    let plain = located(&["trigger", &job.id]);
    let beside = located(&["trigger", &job.id]);
    let native = located(&["stop", "--type", "native", &job.id]);
    let words = ["restore", &native, "--jar-id", &scene.cluster.jar];
    let tool = (scene.tool)(&words).args(["--claim-mode", "claim"]);
    let job = scene.cluster.started(&tool.program(&program).run());
    job.wait_until("all tasks run", |overview| {
        let tasks = &overview["tasks"];
        tasks["total"].as_u64() > Some(0) && tasks["running"] == tasks["total"]
    });
    let checkpoint = located(&["checkpoint", &job.id]);
    for name in scene.names_of(&native) {
        scene.dispose(&[&name]).fails(7, "was restored from it");
        let said = scene.run(&["dispose", "--yes", &name]);
        said.fails(7, "running job").says(&job.id);
    }
    for name in scene.names_of(&checkpoint) {
        scene
            .dispose(&[&name])
            .fails(7, "checkpoint of running job");
    }
    job.cancel();
    Written {
        plain,
        beside,
        native,
        checkpoints: retained(scene.witness, &checkpoint),
    }
}

/// The checkpoints of a job that are still there, of which one is known.
fn retained(witness: &Witness, one: &str) -> Vec<String> {
    let (directory, _) = one.rsplit_once('/').unwrap();
    let files = witness.files(directory);
    let metadata = files
        .keys()
        .filter_map(|name| name.strip_suffix("/_metadata"));
    metadata.map(|name| format!("{directory}/{name}")).collect()
}

/// What would go is what is there, and nothing else.
fn planned(said: &Said, files: &std::collections::BTreeMap<String, u64>) {
    let plan = said.exits(0).json();
    let one = &plan["snapshots"][0];
    assert_eq!(one["dispose"], true, "{said}");
    assert_eq!(one["files"], files.len(), "{said}");
    assert_eq!(one["files_size"], files.values().sum::<u64>(), "{said}");
    assert_eq!(one["unknown_files"], Value::Array(Vec::new()), "{said}");
    assert!(!plan["roots"].as_array().unwrap().is_empty(), "{said}");
}

fn with_something_unknown(scene: &Scene<'_>, location: &str) {
    let witness = scene.witness;
    witness.put(&format!("{location}/notes on it.txt"), b"keep me");
    let before = witness.files(location);
    scene
        .dispose(&[location])
        .fails(7, "notes on it.txt")
        .says("--force");
    assert_eq!(witness.files(location), before);
    let said = scene.dispose(&[location, "--force"]);
    assert_eq!(said.exits(0).stdout.trim(), location);
    assert!(witness.is_gone(location), "{:?}", witness.files(location));
    for force in [&[][..], &["--force"]] {
        let said = scene.dispose(&[&[location], force].concat());
        said.fails(4, "does not exist").says(location);
    }
}

fn with_something_lost(scene: &Scene<'_>, location: &str) {
    let witness = scene.witness;
    scene.run(&["verify", location]).exits(0);
    let files = witness.files(location);
    let lost = files.keys().find(|name| *name != "_metadata").unwrap();
    let lost = format!("{location}/{lost}");
    witness.delete(&lost);
    let report = scene
        .run(&["verify", location, "-o", "json"])
        .exits(6)
        .json();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report}");
    assert_eq!(findings[0]["kind"], "missing", "{report}");
    assert_eq!(findings[0]["location"], lost, "{report}");
    // what is left of it can go
    scene.dispose(&[location]).exits(0);
    assert!(witness.is_gone(location));
}

/// The files of a savepoint that Flink has made, by their names.
pub fn savepoint() -> Vec<(String, Vec<u8>)> {
    let made = "tests/fixtures/metadata/2.3.0-heap-savepoint/savepoint-19756d-01cb0eb14e21";
    let made = Path::new(env!("CARGO_MANIFEST_DIR")).join(made);
    let paths = fs::read_dir(made).unwrap().map(|one| one.unwrap().path());
    let named = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read(path).unwrap())
    };
    paths.map(named).collect()
}

/// On every kind of storage a savepoint goes whole, and the one beside it stays.
pub fn on_every_storage(place: &Place) {
    let files = savepoint();
    block_on(async {
        for directory in ["savepoint-1", "savepoint-2"] {
            for (name, bytes) in &files {
                place.put([format!("{directory}/{name}")], bytes).await;
            }
        }
        let storage = &place.storage;
        let planned = async |force| {
            let location = [place.at("savepoint-1").to_string()];
            let gathered = gather(storage, &location, &Around::default()).await;
            gathered.map(|gathered| plan(&gathered, &[], force).remove(0))
        };
        let item = planned(false).await.unwrap();
        assert!(item.goes, "{:?}", item.reason());
        let mut going: Vec<&str> = item.files().map(|file| file.name.as_str()).collect();
        assert_eq!(going.remove(0), "_metadata");
        assert_eq!(going.len(), files.len() - 1);
        place.put(["savepoint-1/notes".to_owned()], b"x").await;
        let kept = planned(false).await.unwrap();
        assert!(!kept.goes && kept.yields(), "{:?}", kept.reason());
        let item = planned(true).await.unwrap();
        let deleted = delete(storage, &item).await;
        let is_gone = matches!(deleted, Deleted::Gone { directory_stays } if !directory_stays);
        assert!(is_gone, "{deleted:?}");
        let (_, error) = planned(true).await.unwrap_err();
        assert!(error.to_string().contains("does not exist"), "{error}");
        let left = storage.list(&place.at("")).await.unwrap();
        let left: Vec<_> = left.into_iter().map(|one| one.name).collect();
        assert_eq!(left, ["savepoint-2"]);
        let left = storage.list(&place.at("savepoint-2")).await.unwrap();
        assert_eq!(left.len(), files.len());
    });
}

/// Disposes of a snapshot, with no cluster to be asked.
pub fn offline(location: &str) -> Tool {
    let tool = Tool::new(&std::env::temp_dir());
    tool.args(["dispose", "--offline", "--no-cluster", "--yes", location])
}

fn metadata_first_on_s3(servers: &Servers) {
    let witness = servers.witness_of_s3();
    let location = format!("s3://{BUCKET}/first/a savepoint-1");
    let files = savepoint();
    for (name, bytes) in &files {
        witness.put(&format!("{location}/{name}"), bytes);
    }
    let relay = Relay::to(&servers.s3().said);
    let tool = |id: &str, secret: &str| {
        let mut tool = offline(&location);
        tool.env("AWS_ACCESS_KEY_ID", id);
        tool.env("AWS_SECRET_ACCESS_KEY", secret);
        tool.env("AWS_ENDPOINT_URL", relay.url());
        tool.run()
    };
    // who may only read loses nothing
    let said = tool("readaccess", "readsecret123");
    said.fails(5, "nothing was deleted")
        .says("permission denied");
    assert_eq!(witness.files(&location).len(), files.len());
    relay.forget();
    tool("testaccess", "testsecret123").exits(0);
    assert!(witness.is_gone(&location));
    let seen = relay.seen();
    let deletion = |event: &&String| event.starts_with("DELETE ");
    let first = seen.iter().position(|event| deletion(&event)).unwrap();
    assert!(seen[first].contains("/_metadata "), "{seen:?}");
    assert!(seen[first + 1].starts_with("HTTP/1.1 204"), "{seen:?}");
    // a marker of the directory, which that server keeps, comes last
    let (of_files, of_marker): (Vec<_>, Vec<_>) = seen
        .iter()
        .filter(deletion)
        .partition(|event| !event.ends_with("/ HTTP/1.1"));
    assert_eq!(of_files.len(), files.len(), "{seen:?}");
    assert!(of_marker.len() <= 1, "{seen:?}");
}

/// Where others own a file in a directory for everybody, only these may delete it.
fn metadata_first_on_hdfs(servers: &Servers) {
    let witness = servers.witness_of_hdfs();
    let Witness::Hdfs(client) = &witness else {
        unreachable!("of HDFS");
    };
    let authority = servers.hdfs().said.split(' ').next().unwrap();
    let location = format!("hdfs://{authority}/first/savepoint-1");
    let files = savepoint();
    let dispose = || {
        let mut tool = offline(&location);
        tool.env("HADOOP_USER_NAME", "somebody");
        tool.run()
    };
    for (name, bytes) in &files {
        witness.put(&format!("{location}/{name}"), bytes);
    }
    let own = |name: &str, owner: &'static str| {
        let path = format!("/first/savepoint-1/{name}");
        block_on(async move { client.set_owner(&path, Some(owner), None).await.unwrap() });
    };
    for directory in ["/first", "/first/savepoint-1"] {
        block_on(async { client.set_permission(directory, 0o1777).await.unwrap() });
    }
    for (name, _) in files.iter().filter(|(name, _)| name != "_metadata") {
        own(name, "somebody");
    }
    let said = dispose();
    said.fails(5, "nothing was deleted")
        .says("permission denied");
    assert_eq!(witness.files(&location).len(), files.len());

    own("_metadata", "somebody");
    let (kept, _) = files.iter().find(|(name, _)| name != "_metadata").unwrap();
    own(kept, "nobody");
    let said = dispose();
    said.exits(8).says("no snapshot any more").says("--offline");
    assert_eq!(witness.files(&location).keys().collect::<Vec<_>>(), [kept]);
    // as it says itself: the rest is no snapshot, and goes when it may
    own(kept, "somebody");
    block_on(async {
        client
            .set_owner("/first/savepoint-1", Some("somebody"), None)
            .await
            .unwrap()
    });
    dispose().fails(7, "what is left of a deletion").says(kept);
    offline(&location).args(["--force"]).run().exits(0);
    assert!(witness.is_gone(&location));
}
