//! Snapshots and jars that no job can run from: each told in one sentence, with a code of its own.

use std::fs;
use std::path::{Path, PathBuf};

use crate::OnCluster;
use crate::cluster::Cluster;
use crate::restore::savepoint;
use crate::shared::Shared;
use crate::tool::Said;

pub const TRIALS: &[OnCluster] = &[
    ("a_snapshot_that_is_none_is_told_apart", snapshots),
    (
        "a_program_that_does_not_fit_its_snapshot_is_told_why",
        programs,
    ),
    ("a_jar_that_runs_no_job_is_told_why_and_does_not_stay", jars),
];

/// No job of ours runs, and no jar has stayed.
fn leaves_nothing(cluster: &Cluster, jar: &str, name: &str) {
    assert_eq!(cluster.uploads_of(jar), [""; 0], "a jar has stayed");
    let overview = cluster.get("/jobs/overview");
    let jobs = overview["jobs"].as_array().unwrap();
    let own = jobs.iter().filter(|job| job["name"] == name);
    for job in own {
        assert_eq!(job["state"], "FAILED", "{job}");
    }
}

/// A directory with this `_metadata`.
fn snapshot_of(cluster: &Cluster, bytes: &[u8]) -> PathBuf {
    let dir = cluster.fresh_dir();
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("_metadata"), bytes).unwrap();
    dir
}

fn snapshots(shared: &Shared) {
    let cluster = shared.plain();
    let genuine = savepoint(&cluster, &[]);
    let genuine = Path::new(genuine.strip_prefix("file:").unwrap()).join("_metadata");
    let genuine = fs::read(genuine).unwrap();
    let missing = cluster.fresh_dir();
    let without = cluster.fresh_dir();
    fs::create_dir_all(&without).unwrap();
    let something = snapshot_of(
        &cluster,
        b"this is something else, and longer than a few bytes",
    );
    let cut = snapshot_of(&cluster, &genuine[..genuine.len() / 2]);
    let empty = snapshot_of(&cluster, b"");
    let file = something.join("_metadata");
    let path = |path: &Path| path.display().to_string();
    let cases = [
        (path(&missing), 4, "Cannot find checkpoint or savepoint"),
        (path(&without), 4, "no _metadata in the directory"),
        (path(&something), 1, "not the metadata of a savepoint"),
        (path(&file), 1, "not the metadata of a savepoint"),
        (path(&cut), 1, "cut short"),
        (path(&empty), 1, "cut short"),
        ("s3://bucket/savepoint-1".to_owned(), 1, "'s3"),
        (String::new(), 2, "a SNAPSHOT is a location"),
    ];
    let jar = cluster.own_jar();
    let name = path(&cluster.fresh_dir());
    let mut odd = Vec::new();
    for (location, code, words) in &cases {
        let restore = ["restore", location, "--jar", &jar, "--", "--name", &name];
        let dispose = ["dispose", "--yes", location];
        let (restored, disposed) = (cluster.tool(restore).run(), cluster.tool(dispose).run());
        for said in [restored, disposed] {
            let shown = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                said.fails(*code, words).says(location);
            }));
            if shown.is_err() {
                odd.push(said.to_string());
            }
        }
    }
    leaves_nothing(&cluster, &jar, &name);
    assert!(something.join("_metadata").exists() && cut.join("_metadata").exists());
    assert!(odd.is_empty(), "{}", odd.join("\n"));
}

fn programs(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &["--max-parallelism", "2"]);
    let jar = cluster.own_jar();
    let name = cluster.fresh_dir().display().to_string();
    let restore = |words: &[&str], program: &[&str]| -> Said {
        let tool = cluster.tool(["restore", &location, "--jar", &jar]);
        let program = [&["--name", &name][..], program].concat();
        tool.args(words).program(&program).run()
    };
    restore(&["--no-preflight"], &["--topology", "renamed"])
        .fails(1, "is not available in the new program")
        .says("uid");
    restore(&[], &["--max-parallelism", "64"])
        .fails(1, "Max parallelism mismatch")
        .says("64")
        .says("fixed for the life of the state");
    restore(&["-p", "3"], &["--max-parallelism", "2"])
        .fails(1, "is higher than the max parallelism (2)")
        .says("-p");
    restore(&["-c", "no.such.Main"], &[])
        .fails(1, "'no.such.Main' was not found in the jar file")
        .says("-c");
    restore(&[], &["--fail-main", "true"]).fails(1, "main fails, as asked");
    restore(&[], &["--no-job", "true"])
        .fails(1, "starts no job")
        .says("-c");
    // the program's own complaint about its arguments
    restore(&[], &["--name"]).fails(1, "arguments are pairs");
    leaves_nothing(&cluster, &jar, &name);
}

fn jars(shared: &Shared) {
    let cluster = shared.plain();
    let dir = cluster.fresh_dir();
    fs::create_dir_all(dir.join("folder.jar")).unwrap();
    let write = |name: &str, bytes: &[u8]| {
        fs::write(dir.join(name), bytes).unwrap();
        dir.join(name).display().to_string()
    };
    let text = write("text.jar", b"no jar at all");
    let archive = write("job.zip", b"PK\x03\x04");
    let broken = write(
        "broken.jar",
        b"PK\x03\x04 and then nothing that makes sense",
    );
    let path = |name: &str| dir.join(name).display().to_string();
    let location = savepoint(&cluster, &[]);
    let restore = |jar: &str| cluster.tool(["restore", &location, "--jar", jar]).run();
    let missing = path("missing.jar");
    restore(&missing).fails(2, "No such file").says(&missing);
    restore(&path("folder.jar")).fails(2, "is not a file");
    restore(&text).fails(2, "is not a jar").says(&text);
    // what it is called does not count, neither here nor there
    let renamed = path("job");
    fs::copy(cluster.own_jar(), &renamed).unwrap();
    cluster.started(&restore(&renamed));
    restore(&archive).exits(1).claims_nothing();
    assert_eq!(cluster.uploads_of(&path("job.zip.jar")), [""; 0]);
    restore(&broken).exits(1).says("error: ").claims_nothing();
    assert_eq!(cluster.uploads_of(&broken), [""; 0]);
    let said = cluster
        .tool(["restore", &location, "--jar-id", "nope.jar"])
        .run();
    said.fails(1, "nope.jar").says("does not exist");
    let said = cluster.tool(["restore", &location]).run();
    said.exits(2).says("--jar").claims_nothing();
}
