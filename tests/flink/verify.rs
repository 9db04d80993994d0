//! What Flink wrote is found on disk without it, and every file of it is there until one is taken away.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::OnCluster;
use crate::cluster::until;
use crate::shared::Shared;
use crate::tool::Tool;

pub const TRIALS: &[OnCluster] = &[(
    "savepoints_and_incremental_checkpoints_are_listed_and_verified_from_disk",
    on_disk,
)];

/// The newest complete checkpoint in a job's directory.
fn newest(directory: &PathBuf) -> Option<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let complete = entries
        .map(|entry| entry.path())
        .filter(|path| path.join("_metadata").exists());
    complete.max_by_key(|path| {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix("chk-")?.parse::<u64>().ok()
    })
}

fn on_disk(shared: &Shared) {
    let cluster = shared.plain();
    let words = ["--backend", "rocksdb", "--retain", "true"];
    let job = cluster.job(&[&words[..], &["--interval", "700"]].concat());
    let checkpoints = cluster.dir.join("checkpoints").join(&job.id);
    until("two checkpoints", || {
        newest(&checkpoints).filter(|path| !path.ends_with("chk-1"))
    });
    let savepoint = cluster.tool(["trigger", &job.id]).run().location();
    let savepoint = savepoint.strip_prefix("file:").unwrap().to_owned();
    let found_by_both = |said: &Value| {
        let all = said["snapshots"].as_array().unwrap().clone();
        let same = |one: &Value| {
            let location = one["location"].as_str().unwrap();
            location.ends_with(&savepoint)
        };
        all.into_iter().find(same).unwrap()
    };
    let both = until("the cluster's statistics know the savepoint", || {
        let both = cluster.tool(["list", &job.id, "-o", "json"]).run();
        let both = found_by_both(&both.exits(0).json());
        (!both["job_name"].is_null()).then_some(both)
    });
    assert_eq!(
        (&both["exists"], &both["complete"]),
        (&true.into(), &true.into())
    );
    assert_eq!(both["job_name"], job.name.as_str(), "{both}");
    job.cancel();

    // without any cluster from here on
    let tool = |words: &[&str]| Tool::new(&cluster.dir).args(words).run();
    let retained = newest(&checkpoints).expect("a retained checkpoint");
    let chk = retained.to_str().unwrap();
    let listed = tool(&["list", "--dir", checkpoints.to_str().unwrap(), "-o", "json"]);
    let listed = listed.exits(0).json();
    let found = &listed["snapshots"][0];
    assert_eq!(found["location"], chk, "{listed}");
    assert_eq!(
        (&found["job_id"], &found["kind"], &found["complete"]),
        (&job.id.as_str().into(), &"checkpoint".into(), &true.into())
    );
    for snapshot in [chk, &savepoint] {
        for words in [&["verify", snapshot][..], &["verify", snapshot, "--read"]] {
            let said = tool(&[words, &["-o", "json"]].concat());
            let report = said.exits(0).json();
            assert_eq!(report["findings"], Value::Array(Vec::new()), "{said}");
        }
    }
    let report = tool(&["verify", chk, "-o", "json"]).json();
    assert_eq!(report["notes"][0]["kind"], "outside", "{report}");
    tool(&["verify", chk, "--strict"]).exits(6);

    let lost = fs::read_dir(checkpoints.join("shared"))
        .unwrap()
        .flatten()
        .map(|entry| entry.path())
        .find(|path| names(&retained, path))
        .expect("the checkpoint names a shared file");
    fs::remove_file(&lost).unwrap();
    let said = tool(&["verify", chk, "-o", "json"]);
    let report = said.exits(6).json();
    let finding = &report["findings"][0];
    assert_eq!(finding["kind"], "missing", "{said}");
    let location = finding["location"].as_str().unwrap();
    assert!(location.ends_with(lost.to_str().unwrap()), "{said}");
    let below = checkpoints.to_str().unwrap();
    tool(&["verify", "--dir", below]).exits(6);
}

/// Whether a checkpoint's metadata names a file.
fn names(checkpoint: &std::path::Path, file: &std::path::Path) -> bool {
    let metadata = fs::read(checkpoint.join("_metadata")).unwrap();
    let name = file.file_name().unwrap().as_encoded_bytes();
    metadata.windows(name.len()).any(|window| window == name)
}
