//! `list --dir`, and `latest` over storage.

use std::fs;

use serde_json::{Value, json};

use super::answers::{self, NOW};
use super::run::{Outcome, at, fixture, tool};
use super::server::{Answer, Flink};
use super::storage::Storage;

const JOB: &str = "fd72014d4c864993a2e5a9287b4a9c5d";

fn snapshots(outcome: &Outcome) -> Vec<Value> {
    let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
    document["snapshots"].as_array().unwrap().clone()
}

/// A savepoint, a later checkpoint and a copy with a name of its own.
fn three() -> Storage {
    let storage = Storage::new();
    let checkpoint = format!("cp/{JOB}/chk-7");
    for (second, below) in [
        (1_000, "sp/savepoint-fd7201-0123456789ab"),
        (2_000, checkpoint.as_str()),
        (3_000, "sp/before the deploy"),
    ] {
        storage.small(below);
        storage.written(below, second);
    }
    storage
}

#[test]
fn snapshots_in_storage_are_listed_newest_first_without_a_cluster() {
    let storage = three();
    let listed = storage.run(&["list", "--dir", "sp", "--dir", "cp", "-o", "name"]);
    let lines = [
        storage.at("sp/before the deploy"),
        storage.at(&format!("cp/{JOB}/chk-7")),
        storage.at("sp/savepoint-fd7201-0123456789ab"),
    ];
    listed.is(0, &format!("{}\n", lines.join("\n")), &[]);
    assert_eq!(listed.stderr, "");
}

#[test]
fn the_json_of_a_snapshot_in_storage_has_these_fields() {
    let storage = three();
    let listed = storage.run(&["list", "--dir", "sp", "--since", "1970-01-01", "-o", "json"]);
    let savepoint = snapshots(&listed)[1].clone();
    let size = fs::metadata(storage.at("sp/savepoint-fd7201-0123456789ab/_metadata"));
    assert_eq!(
        savepoint,
        json!({
            "location": storage.at("sp/savepoint-fd7201-0123456789ab"),
            "kind": "savepoint",
            "format": "native",
            "checkpoint_id": 42,
            "job_id": null,
            "job_id_prefix": "fd7201",
            "job_name": null,
            "job_status": null,
            "state_size": 10,
            "files": 1,
            "files_size": 10,
            "operators": 1,
            "metadata_version": 6,
            "metadata_size": size.unwrap().len(),
            "modified_at": "1970-01-01T00:16:40Z",
            "duration_ms": null,
            "triggered_at": null,
            "discarded": false,
            "exists": true,
            "complete": true,
            "problem": null,
        })
    );
}

#[test]
fn what_is_incomplete_or_broken_is_shown_and_says_why() {
    let storage = three();
    storage.file("sp/savepoint-fd7201-000000000001/data", 1);
    storage.file("sp/savepoint-fd7201-000000000002/_metadata", 40);
    let listed = storage.run(&["list", "--dir", "sp", "--sort", "location", "-o", "json"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    let found: Vec<_> = snapshots(&listed)
        .iter()
        .map(|one| (one["complete"].clone(), one["problem"].clone()))
        .collect();
    assert_eq!(found[1].0, json!(false));
    assert!(found[1].1.as_str().unwrap().contains("no _metadata"));
    assert_eq!(found[2].0, json!(false));
    assert!(found[2].1.as_str().unwrap().contains("broken"));
    let shown = storage.run(&["list", "--dir", "sp"]).stdout;
    assert!(
        shown.contains("incomplete") && shown.contains("broken"),
        "{shown}"
    );
}

#[test]
fn snapshots_of_every_version_are_listed() {
    let listed = tool(["list", "--dir"])
        .arg(&fixture("metadata"))
        .args(["--limit", "0", "-o", "json"])
        .run();
    assert_eq!((listed.code, snapshots(&listed).len()), (0, 0));
    let with_flat = fixture("metadata/1.10.3-rocksdb-incremental");
    let listed = tool(["list", "-o", "json", "--dir", &with_flat]).run();
    let found = snapshots(&listed);
    assert_eq!(found.len(), 1, "{listed:?}");
    assert_eq!(found[0]["kind"], "checkpoint");
    assert_eq!(found[0]["job_id"], "f1c218e53538b95d10a6121a7a129c7c");
    assert_eq!(found[0]["metadata_version"], 2);
}

#[test]
fn a_list_is_sorted_cut_and_begun_as_asked() {
    let storage = three();
    let names = |words: &[&str]| {
        let words = [&["list", "--dir", "sp", "--dir", "cp", "-o", "name"], words].concat();
        storage.run(&words).stdout.lines().count()
    };
    assert_eq!(names(&["--limit", "2"]), 2);
    assert_eq!(names(&["--since", "1970-01-01T00:30:00Z"]), 2);
    assert_eq!(names(&["--since", "1h"]), 0);
    assert_eq!(names(&["fd72"]), 2);
    storage.run(&["list", "orders", "--dir", "sp"]).fails(
        4,
        &[
            "nothing in storage is of a job 'orders'",
            "by their ids only",
        ],
    );
}

#[test]
fn the_rest_is_listed_where_a_directory_cannot_be_looked_into() {
    let storage = three();
    let listed = storage.run(&["list", "--dir", "nowhere", "--dir", "cp", "-o", "name"]);
    assert_eq!(listed.code, 8, "{listed:?}");
    assert_eq!(listed.stdout.lines().count(), 1);
    assert!(listed.stderr.contains("nowhere"), "{listed:?}");
    storage
        .run(&["list", "--dir", "nowhere"])
        .fails(4, &["cannot look into", "nowhere"]);
}

#[test]
fn an_empty_directory_has_no_snapshots_and_that_is_said() {
    let storage = Storage::new();
    storage.file("sp/x", 1);
    storage.run(&["list", "--dir", "sp", "-o", "json"]).is(
        0,
        "{\"snapshots\":[]}\n",
        &["no snapshots were found below"],
    );
}

#[test]
fn without_directories_those_of_the_configuration_are_looked_into() {
    let storage = three();
    let dir = format!("state.savepoints.dir=file://{}", storage.at("sp"));
    let listed = storage.run(&["list", "-o", "name", "-D", &dir]);
    assert_eq!(listed.stdout.lines().count(), 2, "{listed:?}");
    storage
        .run(&["list"])
        .fails(2, &["no cluster is named", "--dir LOCATION"]);
}

/// A cluster that remembers the savepoint and another one, and whose configuration names the directory.
fn remembering(storage: &Storage) -> (Flink, String) {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let same = format!("file:{}", storage.at("sp/savepoint-fd7201-0123456789ab/"));
    let gone = format!("file:{}", storage.at("sp/savepoint-fd7201-ffffffffffff"));
    flink.set_history(
        &job,
        vec![
            answers::complete(43, "SAVEPOINT", NOW + 1, &gone),
            answers::complete(42, "SAVEPOINT", NOW, &same),
        ],
    );
    let dir = format!("file://{}", storage.at("sp"));
    let settings = json!([{"key": "execution.checkpointing.savepoint-dir", "value": dir}]);
    flink.always("GET /jobmanager/config", Answer::ok(settings));
    (flink, job.id)
}

#[test]
fn what_the_cluster_remembers_and_what_lies_in_storage_is_one_list() {
    let storage = three();
    let (flink, job) = remembering(&storage);
    let listed = at(&flink, "list -o json").run();
    assert_eq!(listed.code, 0, "{listed:?}");
    let found = snapshots(&listed);
    let told: Vec<_> = found
        .iter()
        .map(|one| {
            (
                one["exists"].clone(),
                one["job_name"].clone(),
                one["files"].clone(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (json!(false), json!("orders"), json!(null)),
            (json!(true), json!("orders"), json!(1)),
            (json!(true), json!(null), json!(1)),
        ]
    );
    assert_eq!(found[1]["job_id"], job);
    let plain = at(&flink, "list --no-storage -o json").run();
    assert_eq!(snapshots(&plain).len(), 2);
    assert_eq!(snapshots(&plain)[0]["exists"], json!(null));
}

#[test]
fn a_cluster_that_cannot_be_reached_is_noted_where_directories_are_given() {
    let storage = three();
    let sp = storage.at("sp");
    let words = [
        "-m",
        "127.0.0.1:1",
        "--connect-timeout",
        "100ms",
        "list",
        "-o",
        "name",
    ];
    let listed = tool(words).args(["--dir", &sp]).run();
    assert_eq!(
        (listed.code, listed.stdout.lines().count()),
        (0, 2),
        "{listed:?}"
    );
    assert!(
        listed.stderr.contains("warning: only storage counts"),
        "{listed:?}"
    );
    let silent = tool(words).args(["--dir", &sp, "--no-cluster"]).run();
    assert_eq!((silent.code, silent.stderr.as_str()), (0, ""));
    tool(words).run().fails(5, &["127.0.0.1:1"]);
}

#[test]
fn directories_of_the_local_configuration_count_where_the_cluster_cannot_be_reached() {
    let storage = three();
    let sp = format!("state.savepoints.dir=file://{}", storage.at("sp"));
    let away = "-m 127.0.0.1:1 --connect-timeout 100ms";
    for (command, lines) in [("list -o name", 2), ("inspect latest -o name", 1)] {
        let words = format!("{away} {command}");
        let ran = tool(words.split(' ')).args(["-D", &sp]).run();
        assert_eq!(
            (ran.code, ran.stdout.lines().count()),
            (0, lines),
            "{ran:?}"
        );
        let said = "warning: only storage counts";
        assert!(ran.stderr.contains(said), "{ran:?}");
    }
}

#[test]
fn the_latest_in_storage_is_found_for_every_command_that_takes_a_snapshot() {
    let storage = three();
    let copy = storage.at("sp/before the deploy");
    for (words, location) in [
        ("inspect latest --dir sp -o name", copy.as_str()),
        ("verify latest --dir sp", &copy),
        (
            "inspect latest~1 --dir sp",
            "sp/savepoint-fd7201-0123456789ab",
        ),
        ("inspect latest:fd72 --dir sp --dir cp", "chk-7"),
        ("diff latest~1 latest --dir sp", &copy),
    ] {
        let words: Vec<&str> = words.split(' ').collect();
        let ran = storage.run(&words);
        assert_eq!(ran.code, 0, "{words:?}: {ran:?}");
        let note = ran
            .stderr
            .lines()
            .find(|line| line.contains(" is savepoint 42"));
        let note = note.unwrap_or_else(|| panic!("{words:?}: {ran:?}"));
        assert!(ran.stderr.contains(location), "{words:?}: {note}");
    }
    storage
        .run(&["verify", "latest~2", "--dir", "sp"])
        .fails(4, &["only 2 snapshots are known"]);
    storage
        .run(&["verify", "latest:orders", "--dir", "sp"])
        .fails(4, &["no job 'orders' is known", "by their ids only"]);
    storage
        .run(&["verify", "latest"])
        .fails(2, &["no cluster is named"]);
    storage
        .run(&["verify", "latest", "--dir", "sp", "--dir", "nowhere"])
        .is(5, "", &["nowhere", "cannot be told"]);
}

#[test]
fn the_latest_passes_over_what_is_broken_incomplete_or_gone_and_says_so() {
    let storage = three();
    storage.file("sp/savepoint-fd7201-000000000001/data", 1);
    storage.file("sp/savepoint-fd7201-000000000002/_metadata", 40);
    let copy = storage.at("sp/before the deploy");
    let ran = storage.run(&["verify", "latest", "--dir", "sp", "-o", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains(&copy));
    for skipped in [
        "000000000001: there is no _metadata",
        "000000000002: its metadata is broken",
    ] {
        let said = format!(
            "latest passes over {}/savepoint-fd7201-{skipped}",
            storage.at("sp")
        );
        assert!(ran.stderr.contains(&said), "{ran:?}");
    }
    let (flink, _) = remembering(&storage);
    let ran = at(&flink, "inspect latest:orders -o json").run();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stderr
            .contains("ffffffffffff: it is not there any more"),
        "{ran:?}"
    );
    assert!(
        ran.stderr.contains("latest:orders is savepoint 42"),
        "{ran:?}"
    );
}

#[test]
fn a_latest_that_nothing_answers_says_what_was_passed_over() {
    let storage = Storage::new();
    storage.file("sp/savepoint-fd7201-000000000001/data", 1);
    fs::create_dir_all(storage.at("sp/savepoint-fd7201-000000000003")).unwrap();
    let failed = storage.run(&["verify", "latest", "--dir", "sp"]);
    failed.fails(4, &["only 0 snapshots"]);
    for begun in ["000000000001", "000000000003"] {
        let said = format!("{begun}: there is no _metadata");
        assert!(failed.stderr.contains(&said), "{failed:?}");
    }
    storage.small("sp/savepoint-fd7201-000000000000");
    let found = storage.run(&["verify", "latest", "--dir", "sp"]);
    assert_eq!(found.code, 0, "{found:?}");
    // one without a time may be later, the other is older
    let said = "000000000003: there is no _metadata";
    assert!(found.stderr.contains(said), "{found:?}");
    assert_eq!(found.stderr.matches("passes over").count(), 1, "{found:?}");
}

#[test]
fn the_latest_of_a_clusters_memory_is_looked_at_before_it_is_taken() {
    let storage = three();
    let (flink, _) = remembering(&storage);
    // now nobody names a directory
    flink.always("GET /jobmanager/config", Answer::ok(json!([])));
    let ran = at(&flink, "inspect latest:orders -o name").run();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.stderr
            .contains("ffffffffffff: it is not there any more"),
        "{ran:?}"
    );
    let job = flink.job("away");
    let away = answers::complete(50, "SAVEPOINT", NOW + 9, "abc://nowhere/savepoint-1");
    flink.set_history(&job, vec![away]);
    let ran = at(&flink, "inspect latest:away").run();
    ran.fails(5, &["was not looked at"]);
}
