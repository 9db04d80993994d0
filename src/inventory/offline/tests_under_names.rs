use std::sync::Arc;

use jiff::Timestamp;

use super::claims::claims;
use super::gather::{Around, gather};
use super::tests::wait;
use super::*;
use crate::domain::job::{Job, JobStatus, TaskCounts};
use crate::domain::snapshot::{History, Restored};
use crate::inventory::catalogue::JobHistory;
use crate::inventory::inspection::files::tests::{operator, operator_subtask, snapshot};
use crate::metadata::handle::StreamHandle;
use crate::metadata::{self, Text};
use crate::storage::{Memory, Storage};

const BY_SERVICE: &str = "hdfs://service/sp/savepoint-1";
const BY_NODE: &str = "hdfs://node1:8020/sp/savepoint-1";
const BY_WEB: &str = "webhdfs://node1:9870/sp/savepoint-1";

/// A file system under three names, with a savepoint in it.
struct Bench {
    memory: Arc<Memory>,
    storage: Storage,
}

impl Bench {
    fn new() -> Self {
        let memory = Arc::new(Memory::new());
        let storage = Storage::new()
            .with("hdfs", "service", memory.clone())
            .with("hdfs", "node1:8020", memory.clone())
            .with("webhdfs", "node1:9870", memory.clone());
        let bench = Self { memory, storage };
        bench.snapshot("/sp/savepoint-1", "a");
        bench.memory.put("/sp/savepoint-1/a", *b"state");
        bench
    }

    /// A snapshot that refers to one file.
    fn snapshot(&self, directory: &str, file: &str) {
        let path = Text::from(file.to_owned());
        let stream = match file.contains(':') {
            true => StreamHandle::File { path, size: 5 },
            false => StreamHandle::RelativeFile { path, size: 5 },
        };
        let one = operator(vec![operator_subtask(0, stream)]);
        let bytes = metadata::write(&snapshot(vec![one])).unwrap();
        self.memory.put(&format!("{directory}/_metadata"), bytes);
    }

    fn gathered(&self, location: &str, root: &str) -> Gathered {
        let around = Around {
            roots: vec![Location::of(root).unwrap()],
            in_use: Vec::new(),
        };
        wait(gather(&self.storage, &[location.to_owned()], &around)).unwrap()
    }

    /// Why it stays, if it does.
    fn reason(&self, location: &str, root: &str, force: bool) -> Option<String> {
        let item = plan(&self.gathered(location, root), &[], force).remove(0);
        (!item.goes).then(|| item.reason().unwrap())
    }
}

fn restored_from(location: &str) -> JobHistory {
    let at = Timestamp::from_millisecond(0).unwrap();
    let job = Job {
        id: "fd72014d4c864993a2e5a9287b4a9c5d".parse().unwrap(),
        name: "orders".to_owned(),
        status: JobStatus::Running,
        started: at,
        ended: None,
        duration_ms: 0,
        tasks: TaskCounts::default(),
    };
    let restored = Restored {
        id: 1,
        is_savepoint: true,
        location: Some(location.to_owned()),
        restored: at,
    };
    let history = History {
        restored: Some(restored),
        ..History::default()
    };
    JobHistory {
        job,
        history: Some(history),
    }
}

#[test]
fn what_a_job_was_restored_from_is_known_by_every_name_of_its_file_system() {
    for is_known in [false, true] {
        let bench = Bench::new();
        if is_known {
            bench.memory.call("hdfs", "service");
        }
        for typed in [BY_SERVICE, BY_NODE, BY_WEB] {
            for named in [BY_SERVICE, BY_NODE, "hdfs:///sp/savepoint-1"] {
                let gathered = bench.gathered(typed, "hdfs://service/sp");
                let claim = |job| wait(claims(&bench.storage, &gathered, &[job])).remove(0);
                assert!(claim(restored_from(named)).is_some(), "{typed} {named}");
                let other = restored_from("hdfs://service/sp/savepoint-11");
                assert_eq!(claim(other), None, "{typed}");
            }
        }
    }
}

#[test]
fn a_file_that_another_snapshot_refers_to_by_another_name_stays() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-2", &format!("{BY_NODE}/a"));
    bench.memory.call("hdfs", "service");
    for typed in [BY_SERVICE, BY_WEB] {
        let reason = bench.reason(typed, "hdfs://service/sp", true).unwrap();
        let said = "hdfs://service/sp/savepoint-2 uses files of it";
        assert!(reason.contains(said), "{reason}");
    }
}

#[test]
fn a_snapshot_that_is_found_by_another_name_is_no_other_one_where_settings_tell() {
    let bench = Bench::new();
    for typed in [BY_NODE, BY_WEB] {
        // it may be a copy on another cluster, which counts on the files here
        let reason = bench.reason(typed, "hdfs://service/sp", true).unwrap();
        assert!(
            reason.contains("may be this one by another name"),
            "{reason}"
        );
        assert!(reason.contains(BY_SERVICE), "{reason}");
    }
    bench.memory.call("hdfs", "service");
    assert_eq!(bench.reason(BY_NODE, "hdfs://service/sp", false), None);
    assert_eq!(
        bench.reason(BY_NODE, "webhdfs://node1:9870/sp", false),
        None
    );
}
