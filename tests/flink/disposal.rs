//! What `dispose` refuses, because Flink itself would delete it for the asking.

use std::fs;
use std::path::{Path, PathBuf};

use crate::OnCluster;
use crate::cluster::{Cluster, Job, until};
use crate::restore::{restore, savepoint};
use crate::shared::Shared;
use crate::tool::on_disk;

pub const TRIALS: &[OnCluster] = &[
    (
        "retained_checkpoints_with_shared_files_are_kept_and_force_shows_why",
        shared_files,
    ),
    (
        "a_savepoint_is_known_in_every_spelling_of_its_location",
        spellings,
    ),
    (
        "latest_and_the_ones_before_it_can_be_disposed_of",
        references,
    ),
];

/// The directories of the checkpoints of a job that lie there, oldest first.
pub fn checkpoints(cluster: &Cluster, job: &Job<'_>) -> Vec<PathBuf> {
    let dir = cluster.dir.join("checkpoints").join(&job.id);
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let number = |path: &PathBuf| -> Option<u64> {
        let name = path.file_name()?.to_str()?;
        name.strip_prefix("chk-")?.parse().ok()
    };
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| number(path).is_some() && path.join("_metadata").exists())
        .collect();
    found.sort_by_key(number);
    found
}

/// The names of a job's shared files.
pub fn shared_of(cluster: &Cluster, job: &Job<'_>) -> Vec<String> {
    let dir = cluster.dir.join("checkpoints").join(&job.id).join("shared");
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// Whether a snapshot's metadata names a file.
fn names(snapshot: &Path, file: &str) -> bool {
    // one that Flink has deleted meanwhile names nothing
    let metadata = fs::read(snapshot.join("_metadata")).unwrap_or_default();
    metadata
        .windows(file.len())
        .any(|window| window == file.as_bytes())
}

fn shared_files(shared: &Shared) {
    let cluster = shared.plain();
    let words = ["--backend", "rocksdb", "--retain", "true"];
    let job = cluster.job(&[&words[..], &["--interval", "700"]].concat());
    // three are kept, and share files
    let (oldest, newest) = until("three checkpoints", || {
        let found = checkpoints(&cluster, &job);
        (found.len() >= 3).then(|| (found[0].clone(), found.last().unwrap().clone()))
    });
    for checkpoint in [&oldest, &newest] {
        let path = checkpoint.display().to_string();
        let said = cluster.tool(["dispose", "--yes", &path]).run();
        said.fails(7, "checkpoint of running job").says(&job.id);
    }
    let said = cluster
        .tool([
            "dispose",
            "--dry-run",
            newest.to_str().unwrap(),
            "-o",
            "json",
        ])
        .run();
    let plan = said.exits(7).json();
    assert_eq!(plan["snapshots"][0]["dispose"], false, "{said}");
    // not any two do: a compaction may lie between them
    let sharing = || {
        let kept = checkpoints(&cluster, &job);
        let files = shared_of(&cluster, &job);
        let mut pairs = kept.windows(2).rev().map(|pair| {
            let in_both = |file: &String| names(&pair[0], file) && names(&pair[1], file);
            let both: Vec<String> = files.iter().filter(|file| in_both(file)).cloned().collect();
            (pair[0].clone(), pair[1].clone(), both)
        });
        pairs.find(|(_, _, both)| !both.is_empty())
    };
    until("two checkpoints share a file", &sharing);
    job.cancel();
    let (oldest, newest, both) = sharing().expect("two of the last three share a file");
    let files = shared_of(&cluster, &job);
    let path = oldest.display().to_string();
    let said = cluster.tool(["dispose", "--yes", &path]).run();
    said.fails(7, "it is a checkpoint").says("--force");
    assert!(on_disk(&path));
    assert_eq!(shared_of(&cluster, &job).len(), files.len());
    // what the refusal is there for: the newest one loses files that it names
    cluster
        .tool(["dispose", "--yes", "--force", &path])
        .run()
        .exits(0);
    assert!(!on_disk(&path));
    let left = shared_of(&cluster, &job);
    assert!(both.iter().all(|file| !left.contains(file)), "{left:?}");
    assert!(on_disk(newest.to_str().unwrap()));
}

fn spellings(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let path = location.strip_prefix("file:").unwrap();
    let job = cluster.started(&restore(&cluster, path, &[], &[]));
    let spellings = [
        path.to_owned(),
        format!("file:{path}"),
        format!("file://{path}"),
        format!("{path}/"),
        format!("{path}/_metadata"),
        format!("file://{path}/_metadata"),
        path.replace("/savepoint-", "//savepoint-"),
    ];
    for spelling in &spellings {
        let said = cluster.tool(["dispose", "--yes", spelling]).run();
        said.fails(7, "was restored from it").says(spelling);
    }
    assert!(on_disk(&location));
    job.cancel();
    // named in several ways it is one snapshot, and goes once
    let said = cluster
        .tool([
            "dispose",
            "--yes",
            &spellings[5],
            &spellings[1],
            &spellings[3],
        ])
        .run();
    assert_eq!(said.exits(0).stdout.trim(), spellings[5]);
    assert!(!Path::new(path).exists(), "{said}");
}

fn references(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let first = cluster.tool(["trigger", &job.id]).run().location();
    let second = cluster.tool(["stop", &job.id]).run().location();
    let reference = format!("latest~1:{}", job.name);
    let said = cluster.tool(["dispose", "--yes", &reference]).run();
    assert_eq!(said.exits(0).stdout.trim(), first, "{said}");
    assert!(!on_disk(&first) && on_disk(&second));
    let said = cluster
        .tool(["dispose", "--yes", &format!("latest~2:{}", job.name)])
        .run();
    said.fails(4, "names no snapshot");
    let said = cluster
        .tool(["dispose", "--yes", "latest:no-such-job"])
        .run();
    said.fails(4, "no job 'no-such-job'");
    // by reference and by location, with time to wait
    let said = cluster
        .tool([
            "dispose",
            "--yes",
            &format!("latest:{}", job.id),
            &second,
            "--timeout",
            "50s",
        ])
        .run();
    assert_eq!(said.exits(0).stdout.trim(), second, "{said}");
    assert!(!on_disk(&second));
}
