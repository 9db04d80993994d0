//! `dispose --offline`: what it deletes is nobody's, and what it keeps is somebody's.

use std::fs;
use std::path::Path;

use crate::OnCluster;
use crate::cluster::{Cluster, until};
use crate::disposal::{checkpoints, shared_of};
use crate::restore::{restore, savepoint};
use crate::shared::Shared;
use crate::tool::{Said, on_disk};

pub const TRIALS: &[OnCluster] = &[
    (
        "offline_keeps_what_a_running_job_was_restored_from_and_deletes_it_afterwards",
        restored_from,
    ),
    (
        "offline_deletes_a_checkpoint_and_leaves_the_files_that_others_share",
        shared_files,
    ),
    (
        "offline_keeps_files_that_another_snapshot_refers_to",
        referred_to,
    ),
];

fn dispose(cluster: &Cluster, words: &[&str]) -> Said {
    let tool = cluster.tool(["dispose", "--offline", "--yes"]);
    tool.args(words).run()
}

fn restored_from(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let job = cluster.started(&restore(&cluster, &location, &[], &[]));
    dispose(&cluster, &[&location])
        .fails(7, "was restored from it")
        .says(&job.id);
    assert!(on_disk(&location));
    job.cancel();
    let said = dispose(&cluster, &[&location]);
    assert_eq!(said.exits(0).stdout.trim(), location);
    said.says(&cluster.dir.join("checkpoints").display().to_string());
    assert!(!Path::new(location.strip_prefix("file:").unwrap()).exists());
}

fn shared_files(shared: &Shared) {
    let cluster = shared.plain();
    let program = ["--backend", "rocksdb", "--retain", "true"];
    let job = cluster.job(&[&program[..], &["--interval", "700"]].concat());
    let (oldest, newest) = until("three checkpoints", || {
        let found = checkpoints(&cluster, &job);
        (found.len() >= 3).then(|| (found[0].clone(), found.last().unwrap().clone()))
    });
    let path = newest.display().to_string();
    dispose(&cluster, &[&path]).fails(7, "checkpoint of running job");
    job.cancel();
    let kept = checkpoints(&cluster, &job);
    let (oldest, newest) = (
        kept.first().unwrap_or(&oldest),
        kept.last().unwrap_or(&newest),
    );
    let files = shared_of(&cluster, &job);
    let path = oldest.display().to_string();
    let said = dispose(&cluster, &[&path]);
    assert_eq!(said.exits(0).stdout.trim(), path);
    assert!(!oldest.exists());
    assert_eq!(shared_of(&cluster, &job), files);
    // nothing that the newest one needs has gone
    let newest = newest.display().to_string();
    let said = restore(&cluster, &newest, &[], &program);
    let job = cluster.started(&said);
    assert_eq!(job.state(), "RUNNING");
}

fn referred_to(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &["--keys", "20000", "--delay", "0"]);
    let own = Path::new(location.strip_prefix("file:").unwrap());
    let names = |path: &Path| {
        let entries = fs::read_dir(path).unwrap().flatten();
        entries.map(|entry| entry.file_name()).collect::<Vec<_>>()
    };
    let count = names(own).len();
    assert!(count > 1, "state in files of its own");
    // a copy of the metadata alone: its files are where they were
    let dir = cluster.fresh_dir();
    let copy = dir.join("savepoint-copy");
    fs::create_dir_all(&copy).unwrap();
    fs::copy(own.join("_metadata"), copy.join("_metadata")).unwrap();
    let root = dir.display().to_string();
    for force in [&[][..], &["--force"]] {
        let said = dispose(
            &cluster,
            &[&[location.as_str(), "--root", &root], force].concat(),
        );
        said.fails(7, "uses files of it").says("savepoint-copy");
    }
    assert_eq!(names(own).len(), count);
    // without the copy nothing speaks against it
    let copied = copy.display().to_string();
    let said = dispose(&cluster, &[&copied]);
    assert_eq!(said.exits(0).stdout.trim(), copied);
    assert_eq!(names(own).len(), count);
    dispose(&cluster, &[&location, "--root", &root]).exits(0);
    assert!(!own.exists());
}
