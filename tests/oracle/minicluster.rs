//! Snapshots of the minicluster before Flink's own classes: the loader reads the metadata as `inspect` does, and the state
//! backends restore the counts that the job has written out.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use savepointctl::domain::ids::{JobId, TriggerId};
use savepointctl::minicluster::coordinator::{
    Backend, CheckpointStatus, Cluster, OperationState, Outcome, Retention, SavepointRequest,
    Settings, StopRequest,
};
use savepointctl::minicluster::program::{CompileOptions, Kind, ProgramSource, compile};
use serde_json::Value;

use super::compare::{differences, inspect};
use super::oracle;

const PROGRAM: &str = r#"
[[operator]]
type = "sequence"
rate = 20_000
uid = "numbers"

[[operator]]
type = "map"
function = "modulo"
value = 1000

[[operator]]
type = "map"
function = "to-string"

[[operator]]
type = "key-by"

[[operator]]
type = "count"
uid = "count"

[[operator]]
type = "file"
path = "counts"
"#;

/// Snapshots of all kinds: with state in files beside the metadata and elsewhere, and within it.
pub fn restored() -> Result<(), Failed> {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle-minicluster");
    let _ = fs::remove_dir_all(&directory);
    let mut files = Vec::new();
    let mut counts = BTreeMap::new();
    let backends = [
        Backend::Jobmanager,
        Backend::Filesystem(directory.join("checkpoints")),
    ];
    for (number, checkpoints) in (0..).zip(backends) {
        let output = directory.join(format!("output-{number}"));
        fs::create_dir_all(&output).unwrap();
        files.extend(snapshots(number, &directory, &output, checkpoints));
        counts = counted(&output);
    }
    let mut found = Vec::new();
    for (file, wanted) in files.iter().zip(oracle("2.3.0", &files)) {
        differences(
            &file.display().to_string(),
            &wanted,
            &inspect(file),
            &mut found,
        );
    }
    super::verdict(found)?;
    restores(files.last().unwrap(), &directory, &counts);
    Ok(())
}

/// A checkpoint (if it is a file), a savepoint, and the savepoint of a stop.
fn snapshots(number: u8, directory: &Path, output: &Path, checkpoints: Backend) -> Vec<PathBuf> {
    let cluster = Cluster::start(Settings {
        checkpoints,
        savepoints: Backend::Filesystem(directory.join("savepoints")),
        retention: Retention::RetainOnCancellation,
        ..Settings::default()
    })
    .unwrap();
    let source = ProgramSource {
        file: "program.toml",
        directory: output,
        content: PROGRAM.as_bytes(),
    };
    let options = CompileOptions {
        parallelism: 2,
        ..CompileOptions::default()
    };
    let graph = || compile(source, &options).unwrap();
    let id = |last: u8| [0xfe, number, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last];
    let (job, kept) = (JobId::from_bytes(id(1)), JobId::from_bytes(id(2)));
    cluster.submit(job, graph(), None).unwrap();
    let wait = |trigger: TriggerId| ended(|| cluster.savepoint_operation(job, trigger));
    let mut locations = Vec::new();
    wait_until(|| {
        let vertices = cluster.job(job).unwrap().vertices;
        let tasks = vertices.iter().flat_map(|it| &it.tasks);
        tasks.map(|it| it.records_in).sum::<u64>() > 5_000
    });
    let (savepoint, stop) = (TriggerId::from_bytes(id(3)), TriggerId::from_bytes(id(4)));
    cluster.trigger_savepoint(job, savepoint, SavepointRequest::default());
    locations.push(wait(savepoint));
    cluster.stop_with_savepoint(job, stop, StopRequest::default());
    let stopped = wait(stop);

    // its checkpoint is kept when it is cancelled; its output goes elsewhere
    let mut other = graph();
    for operator in &mut other.operators {
        if let Kind::File { path } = &mut operator.kind {
            path.set_file_name("others");
        }
    }
    cluster.submit(kept, other, None).unwrap();
    let trigger = TriggerId::from_bytes(id(5));
    wait_until(|| {
        let vertices = cluster.job(kept).unwrap().vertices;
        let mut tasks = vertices.iter().flat_map(|it| &it.tasks);
        tasks.all(|task| task.state.as_flink() == "RUNNING")
    });
    cluster.trigger_checkpoint(kept, trigger);
    ended(|| cluster.checkpoint_operation(kept, trigger));
    let latest = cluster.statistics(kept).unwrap().latest_completed.unwrap();
    if let CheckpointStatus::Completed { external_path, .. } = latest.status
        && external_path.starts_with("file:")
    {
        locations.push(external_path);
    }
    cluster.shutdown();
    locations.push(stopped);
    let file = |location: &String| {
        let directory = location.strip_prefix("file:").unwrap();
        Path::new(directory).join("_metadata")
    };
    locations.iter().map(file).collect()
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "it does not come"
        );
        thread::sleep(Duration::from_millis(2));
    }
}

/// The location that an operation ended with; empty if it has none.
fn ended(operation: impl Fn() -> Option<OperationState>) -> String {
    let mut found = None;
    wait_until(|| match operation().unwrap() {
        OperationState::InProgress => false,
        OperationState::Completed(outcome) => {
            found = Some(outcome);
            true
        }
    });
    match found.unwrap() {
        Outcome::Location(location) => location,
        Outcome::Checkpoint(_) => String::new(),
        other => panic!("{other:?}"),
    }
}

/// The last count of each key that the job has written: `(key,count)`.
fn counted(output: &Path) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for name in ["counts", "counts.part-1"] {
        for line in fs::read_to_string(output.join(name)).unwrap().lines() {
            let entry = line.trim_matches(['(', ')']).split_once(',').unwrap();
            let count: i64 = entry.1.parse().unwrap();
            let known = counts.entry(entry.0.to_owned()).or_insert(0);
            *known = count.max(*known);
        }
    }
    counts
}

/// Has Flink's backends restore a savepoint, and compares what they found.
fn restores(file: &Path, directory: &Path, counts: &BTreeMap<String, i64>) {
    let output = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/run"))
        .arg("--restore")
        .args([file, directory])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "Flink cannot restore: {errors}");
    let mut restored = BTreeMap::new();
    let mut lists = BTreeMap::<String, usize>::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        for entry in line["keyed"]["count"].as_array().into_iter().flatten() {
            let count = entry[1].as_str().unwrap().parse().unwrap();
            restored.insert(entry[0].as_str().unwrap().to_owned(), count);
        }
        for (name, elements) in line["lists"].as_object().into_iter().flatten() {
            *lists.entry(name.clone()).or_default() += elements.as_array().unwrap().len();
        }
    }
    assert_eq!(&restored, counts);
    assert_eq!((lists["splits"], lists["committed"]), (16, 2), "{lists:?}");
}
