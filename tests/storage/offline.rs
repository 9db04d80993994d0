//! `dispose --offline` and `verify` on real storages: what goes, what stays, and in which order.

use std::fs;
use std::path::{Path, PathBuf};

use savepointctl::inventory::offline::apply::{Deleted, delete};
use savepointctl::inventory::offline::gather::{Around, gather};
use savepointctl::inventory::offline::plan;
use serde_json::Value;

use crate::cluster::Cluster;
use crate::places::{AZURITE_KEY, Place, block_on};
use crate::relay::Relay;
use crate::servers::{BUCKET, Servers};
use crate::tool::{Said, Tool};
use crate::witness::Witness;

/// What is tried, and its name.
type Named = (&'static str, fn(&Servers));

/// The trials that need no Flink.
pub const TRIALS: [Named; 4] = [
    (
        "on_azure_a_marker_in_place_of_a_directory_is_no_file_and_goes_with_it",
        marker_on_azure,
    ),
    (
        "on_gcs_a_marker_in_place_of_a_directory_is_no_file_and_goes_with_it",
        marker_on_gcs,
    ),
    ("on_s3_the_metadata_goes_first", metadata_first_on_s3),
    (
        "on_hdfs_nothing_goes_where_the_metadata_stays",
        metadata_first_on_hdfs,
    ),
];

/// Snapshots that Flink has written, of which one uses files of another, are disposed of with no cluster's help.
/// `other_names` are beginnings of locations that mean the same as Flink's.
pub fn life(
    cluster: &Cluster,
    tool: &impl Fn(&[&str]) -> Tool,
    witness: &Witness,
    other_names: &[String],
) {
    let run = |words: &[&str]| tool(words).run();
    let program = ["--backend", "rocksdb", "--retain", "true"];
    let program = [&program[..], &["--interval", "600000"]].concat();
    let job = cluster.job(&program);
    let located = |said: Said| said.exits(0).stdout.trim().to_owned();
    let plain = located(run(&["trigger", &job.id]));
    let beside = located(run(&["trigger", &job.id]));
    let native = located(run(&["stop", "--type", "native", &job.id]));
    let words = ["restore", &native, "--jar-id", &cluster.jar];
    let said = tool(&words).args(["--claim-mode", "claim"]);
    let job = cluster.started(&said.program(&program).run());
    job.wait_until("all tasks run", |overview| {
        let tasks = &overview["tasks"];
        tasks["total"].as_u64() > Some(0) && tasks["running"] == tasks["total"]
    });
    // goes on from the files of the savepoint
    let checkpoint = located(run(&["checkpoint", &job.id]));
    let dispose = |words: &[&str]| run(&[&["dispose", "--offline", "--yes"], words].concat());
    let renamed = |location: &str, name: &String| {
        let (_, rest) = location.split_once("://").unwrap();
        format!("{name}{}", &rest[rest.find('/').unwrap()..])
    };
    let other_names = other_names.iter();
    for name in other_names.clone() {
        dispose(&[&renamed(&native, name)]).fails(7, "was restored from it");
        let online = run(&["dispose", "--yes", &renamed(&native, name)]);
        online.fails(7, "running job").says(&job.id);
        dispose(&[&renamed(&checkpoint, name)]).fails(7, "checkpoint of running job");
    }
    dispose(&[&native]).fails(7, "was restored from it");
    dispose(&[&checkpoint]).fails(7, "checkpoint of running job");
    job.cancel();
    let checkpoints = retained(witness, &checkpoint);
    let all = [
        &[plain.clone(), beside.clone(), native.clone()],
        &checkpoints[..],
    ]
    .concat();
    let seen = || -> Vec<_> { all.iter().map(|at| witness.files(at)).collect() };
    let before = seen();
    assert!(before.iter().all(|files| files.len() > 1), "{before:?}");
    for force in [&[][..], &["--force"]] {
        let said = dispose(&[&[native.as_str()], force].concat());
        said.fails(7, "uses files of it").says(&checkpoints[0]);
        for name in other_names.clone() {
            let said = dispose(&[&[renamed(&native, name).as_str()], force].concat());
            said.fails(7, "uses files of it").says(&checkpoints[0]);
        }
    }
    run(&["dispose", "--offline", &plain]).fails(2, "--yes");
    let words = ["dispose", "--offline", "--dry-run", &plain, "-o", "json"];
    planned(&run(&words), &before[0]);
    assert_eq!(seen(), before);

    with_something_unknown(&dispose, witness, &plain);
    assert_eq!(seen()[1..], before[1..], "what lies beside it stays");
    // those that use the other's files go first, however they are named
    let words: Vec<&str> = all[2..].iter().map(String::as_str).collect();
    let said = dispose(&words);
    let gone: Vec<&str> = said.exits(0).stdout.lines().collect();
    assert_eq!(
        (gone.len(), gone.last()),
        (words.len(), Some(&native.as_str()))
    );
    assert!(words.iter().all(|gone| witness.is_gone(gone)));
    assert_eq!(seen()[1], before[1]);
    let mut other_names = other_names;
    let beside = renamed(&beside, other_names.next().unwrap());
    with_something_lost(&run, &dispose, witness, &beside);
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

fn with_something_unknown(dispose: &impl Fn(&[&str]) -> Said, witness: &Witness, location: &str) {
    witness.put(&format!("{location}/notes on it.txt"), b"keep me");
    let before = witness.files(location);
    dispose(&[location])
        .fails(7, "notes on it.txt")
        .says("--force");
    assert_eq!(witness.files(location), before);
    let said = dispose(&[location, "--force"]);
    assert_eq!(said.exits(0).stdout.trim(), location);
    assert!(witness.is_gone(location), "{:?}", witness.files(location));
    for force in [&[][..], &["--force"]] {
        let said = dispose(&[&[location], force].concat());
        said.fails(4, "does not exist").says(location);
    }
}

fn with_something_lost(
    run: &impl Fn(&[&str]) -> Said,
    dispose: &impl Fn(&[&str]) -> Said,
    witness: &Witness,
    location: &str,
) {
    run(&["verify", location]).exits(0);
    let files = witness.files(location);
    let lost = files.keys().find(|name| *name != "_metadata").unwrap();
    let lost = format!("{location}/{lost}");
    witness.delete(&lost);
    let report = run(&["verify", location, "-o", "json"]).exits(6).json();
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{report}");
    assert_eq!(findings[0]["kind"], "missing", "{report}");
    assert_eq!(findings[0]["location"], lost, "{report}");
    // what is left of it can go
    dispose(&[location]).exits(0);
    assert!(witness.is_gone(location));
}

/// The files of a savepoint that Flink has made, by their names.
fn savepoint() -> Vec<(String, Vec<u8>)> {
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

fn offline(location: &str) -> Tool {
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

/// Hadoop's connector puts an empty object `DIRECTORY/` in place of each directory.
fn marker_on_gcs(servers: &Servers) {
    let host = servers.gcs().said.trim_start_matches("http://");
    let base = format!("gs://{BUCKET}");
    marked(
        &servers.witness_of_gcs(),
        &base,
        ("STORAGE_EMULATOR_HOST", host),
        "/",
    );
}

/// Azure's drivers put an empty object `DIRECTORY` there that says of itself what it is.
fn marker_on_azure(servers: &Servers) {
    let endpoint = &servers.azure().said;
    let connection =
        format!("AccountName=devstoreaccount1;AccountKey={AZURITE_KEY};BlobEndpoint={endpoint}");
    let base = format!("abfss://{BUCKET}@devstoreaccount1.dfs.core.windows.net");
    let variable = ("AZURE_STORAGE_CONNECTION_STRING", connection.as_str());
    marked(&servers.witness_of_azure(), &base, variable, "");
}

fn marked(witness: &Witness, base: &str, (name, value): (&str, &str), end: &str) {
    let top = format!("{base}/top");
    let above = format!("{top}/marked of%20it");
    let location = format!("{above}/savepoint-1");
    let run = |tool: Tool| {
        let mut tool = tool;
        tool.env(name, value);
        tool.run()
    };
    let tool = |words: &[&str]| Tool::new(&std::env::temp_dir()).args(words);
    let files = savepoint();
    for (name, bytes) in &files {
        witness.put(&format!("{location}/{name}"), bytes);
    }
    for directory in [&above, &location, &format!("{above}/savepoint-2")] {
        witness.put_marker(directory);
    }
    assert_eq!(witness.files(&top).len(), files.len() + 3);
    let said = run(tool(&[
        "list",
        "--no-cluster",
        "--dir",
        &above,
        "-o",
        "json",
    ]));
    let listed = said.exits(0).json();
    let snapshots = listed["snapshots"].as_array().unwrap();
    let complete = |one: &&Value| one["complete"] == true;
    assert_eq!(snapshots.len(), 2, "{said}");
    assert_eq!(snapshots.iter().filter(complete).count(), 1, "{said}");
    let said = run(tool(&["verify", "--strict", &location, "-o", "json"]));
    assert_eq!(said.exits(0).json()["files"], files.len() - 1, "{said}");
    let said = run(offline(&location).args(["--dry-run", "-o", "json"]));
    let plan = said.exits(0).json();
    let one = &plan["snapshots"][0];
    assert_eq!(one["files"], files.len(), "{said}");
    assert_eq!(one["unknown_files"], Value::Array(Vec::new()), "{said}");
    run(offline(&location)).exits(0);
    let left = || -> Vec<String> { witness.files(&top).into_keys().collect() };
    let above_alone = format!("marked of%20it{end}");
    let bare = format!("marked of%20it/savepoint-2{end}");
    assert_eq!(
        left(),
        [above_alone.clone(), bare],
        "the markers of the others"
    );
    run(offline(&location)).fails(4, "does not exist");
    // nothing but a marker: what is left of a deletion, or a directory that was made too early
    let bare = format!("{above}/savepoint-2");
    run(offline(&bare)).fails(7, "nothing lies in it");
    run(offline(&bare).args(["--force"])).exits(0);
    assert_eq!(left(), [above_alone]);
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
