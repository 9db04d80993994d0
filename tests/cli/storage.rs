//! Snapshots on this machine's disk, with their files.

use std::fs;
use std::time::SystemTime;

use savepointctl::metadata::{self, Metadata, MetadataVersion};

use super::run::{Dir, Outcome, tool};
use super::snapshots::*;

/// A directory of snapshots and their files.
pub struct Storage(Dir);

impl Storage {
    pub fn new() -> Self {
        Self(Dir::new())
    }

    pub fn at(&self, below: &str) -> String {
        self.0.path().join(below).to_str().unwrap().to_owned()
    }

    pub fn file(&self, below: &str, size: usize) {
        self.0.file(below, "x".repeat(size));
    }

    pub fn snapshot(&self, below: &str, metadata: &Metadata<'_>) {
        let file = format!("{below}/_metadata");
        self.0.file(&file, "");
        fs::write(self.at(&file), metadata::write(metadata).unwrap()).unwrap();
    }

    /// A savepoint with one file of ten bytes.
    pub fn small(&self, below: &str) {
        self.snapshot(below, &small());
        self.file(&format!("{below}/data-1"), 10);
    }

    /// A checkpoint `chk-7` with a file of its own and shared ones of three bytes.
    pub fn checkpoint(&self, shared: &[&str]) {
        let handles = shared.iter().map(|name| {
            let path = format!("file:{}", self.at(&format!("shared/{name}")));
            file(path, 3)
        });
        let handle = with_keyed(0, incremental(handles.collect()));
        let operators = vec![named("Map", "map-id", vec![handle])];
        self.snapshot("chk-7", &snapshot(MetadataVersion::V6, operators));
        self.file("chk-7/meta", 5);
        for name in shared {
            self.file(&format!("shared/{name}"), 3);
        }
    }

    /// Sets when the metadata was written, in seconds since 1970.
    pub fn written(&self, below: &str, second: u64) {
        let file = fs::File::options()
            .append(true)
            .open(self.at(&format!("{below}/_metadata")))
            .unwrap();
        let time = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(second);
        file.set_modified(time).unwrap();
    }

    /// Runs the tool in the directory; nothing names a cluster.
    pub fn run(&self, words: &[&str]) -> Outcome {
        tool(words).within(self.0.path()).run()
    }
}
