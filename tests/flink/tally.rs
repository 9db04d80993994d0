//! The protocol of the test job: what it has counted, in which snapshot, and from where it went on.

use std::fs;
use std::path::PathBuf;

use crate::cluster::{Cluster, until};

/// A directory where a job keeps its protocol.
pub struct Tally {
    dir: PathBuf,
}

impl Tally {
    /// A directory for one job.
    pub fn new(cluster: &Cluster) -> Self {
        Self {
            dir: cluster.fresh_dir(),
        }
    }

    /// What the job's argument `--out` must be.
    pub fn dir(&self) -> &str {
        self.dir.to_str().unwrap()
    }

    /// The events so far, as words.
    fn events(&self) -> Vec<Vec<String>> {
        let text = fs::read_to_string(self.dir.join("tally.log")).unwrap_or_default();
        // the last line may be half written
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let words = |line: &str| line.split(' ').map(str::to_owned).collect();
        whole.lines().map(words).collect()
    }

    /// How many records all subtasks had counted in the snapshot of this checkpoint id.
    pub fn in_snapshot(&self, id: u64) -> u64 {
        let id = id.to_string();
        let events = self.events();
        let own = events
            .iter()
            .filter(|words| words[0] == "snapshot" && words[1] == id);
        let totals: Vec<u64> = own.map(|words| words[2].parse().unwrap()).collect();
        assert!(!totals.is_empty(), "no snapshot {id} in {events:?}");
        totals.iter().sum()
    }

    /// With how many records each subtask began; `None` for one that began without state.
    pub fn starts(&self) -> Vec<Option<u64>> {
        let start = |words: &Vec<String>| match words[0].as_str() {
            "restored" => Some(Some(words[1].parse().unwrap())),
            "fresh" => Some(None),
            _ => None,
        };
        self.events().iter().filter_map(start).collect()
    }

    /// Waits until every subtask has begun and some have counted on, and checks that they began with `total` together,
    /// once. The job fails by itself if a count is off, so it must run without a restart strategy.
    pub fn goes_on_from(&self, total: u64, subtasks: usize) {
        let counted = until("the job counts on", || {
            let events = self.events();
            let last = events.iter().rev().find(|words| words[0] == "at")?;
            Some(last[1].parse::<u64>().unwrap())
        });
        let starts = self.starts();
        assert_eq!(starts.len(), subtasks, "{starts:?}");
        let sum: u64 = starts.iter().map(|start| start.unwrap()).sum();
        assert_eq!(sum, total, "{starts:?}");
        if subtasks == 1 {
            assert!(counted > total, "{counted} after {total}");
        }
    }
}
