//! Sources: what they read is cut into splits once and for all, and the splits are dealt out over the subtasks. Their
//! positions are list state, so that another parallelism deals out the same splits.

use super::lines::Lines;
use super::pace::Pace;
use super::sequence::Sequence;
use crate::minicluster::coordinator::Throwable;
use crate::minicluster::program::{Kind, Value};

/// The name of the list state that holds the splits.
pub(in crate::minicluster) const SPLITS: &str = "splits";

/// The fewest splits of a source. More subtasks than splits would have nothing to do after a restore.
const FEWEST_SPLITS: u32 = 16;

/// One subtask of a source.
#[derive(Debug)]
pub(super) struct Source {
    reader: Reader,
    pace: Pace,
    /// Barriers go out, records do not: the job is being stopped.
    pub(super) is_paused: bool,
    /// There are no more records.
    pub(super) is_exhausted: bool,
}

#[derive(Debug)]
enum Reader {
    Sequence(Sequence),
    Lines(Box<Lines>),
}

/// The splits of a source that has read nothing yet, in the words of its state; `None` for what is no source.
pub(in crate::minicluster) fn first_splits(kind: &Kind, parallelism: u32) -> Option<Vec<String>> {
    let count = parallelism.max(FEWEST_SPLITS);
    match kind {
        Kind::Sequence { from, .. } => Some(Sequence::first_splits(*from, count)),
        Kind::Lines { .. } => Some(Lines::first_splits(count)),
        _ => None,
    }
}

impl Source {
    /// The source with these splits, as one of `parallelism` subtasks; `None` for what is no source.
    pub(super) fn open(
        kind: &Kind,
        splits: &[String],
        parallelism: u32,
    ) -> Result<Option<Self>, Throwable> {
        let (reader, rate) = match kind {
            Kind::Sequence { end, rate, .. } => {
                (Reader::Sequence(Sequence::open(*end, splits)?), *rate)
            }
            Kind::Lines { path, rate } => {
                (Reader::Lines(Box::new(Lines::open(path, splits)?)), *rate)
            }
            _ => return Ok(None),
        };
        Ok(Some(Self {
            reader,
            pace: Pace::new(rate.map(|rate| rate / f64::from(parallelism.max(1)))),
            is_paused: false,
            is_exhausted: false,
        }))
    }

    /// Whether there may be a record to give, now or later.
    pub(super) fn is_active(&self) -> bool {
        !self.is_paused && !self.is_exhausted
    }

    /// How fast it may go.
    pub(super) fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Adds the records that are due, `limit` at most.
    pub(super) fn read(&mut self, limit: usize, records: &mut Vec<Value>) -> Result<(), Throwable> {
        let due = self.pace.due(limit);
        if due == 0 {
            return Ok(());
        }
        let before = records.len();
        self.is_exhausted = match &mut self.reader {
            Reader::Sequence(sequence) => sequence.read(due, records),
            Reader::Lines(lines) => lines.read(due, records)?,
        };
        self.pace.gave(records.len() - before);
        Ok(())
    }

    /// The splits as they are now, in the words of the state.
    pub(super) fn splits(&self) -> Vec<String> {
        match &self.reader {
            Reader::Sequence(sequence) => sequence.splits(),
            Reader::Lines(lines) => lines.splits(),
        }
    }
}

/// The numbers of a split, from words like `next=17 step=16`, in the order of `names`.
pub(super) fn numbers<const N: usize>(
    split: &str,
    names: [&str; N],
) -> Result<[i128; N], Throwable> {
    let mut found = [0; N];
    let mut words = split.split(' ');
    for (name, slot) in names.iter().zip(&mut found) {
        let word = words.next().and_then(|word| word.strip_prefix(name));
        let number = word.and_then(|word| word.strip_prefix('=')?.parse().ok());
        let unreadable = || {
            Throwable::new(
                "java.io.IOException",
                format!("A split of the source's state is '{split}', expected {names:?}"),
            )
        };
        *slot = number.ok_or_else(unreadable)?;
    }
    Ok(found)
}
