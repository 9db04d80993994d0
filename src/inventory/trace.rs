//! The result of an operation, found in what the cluster remembers of the job.

use jiff::Timestamp;

use crate::domain::operation::Verb;
use crate::domain::snapshot::{History, Snapshot, SnapshotKind, SnapshotStatus};

/// What the history says of an operation that the cluster does not know any more.
#[derive(Debug, PartialEq)]
pub enum Trace {
    /// Exactly one is complete: that must be it.
    One(Snapshot),
    /// Several may be it.
    Several(Vec<Snapshot>),
    /// One is under way.
    InProgress,
    /// It has failed: nothing is complete, and the only one begun since has failed.
    Failed(String),
    /// Nothing was begun since.
    None,
}

/// Looks for the result of an operation begun at `since` or later. What Flink has deleted since is nobody's result.
pub fn trace(history: &History, verb: Verb, since: Timestamp) -> Trace {
    let kind = match verb {
        Verb::Trigger => SnapshotKind::Savepoint,
        Verb::Stop => SnapshotKind::SyncSavepoint,
        Verb::Checkpoint => SnapshotKind::Checkpoint,
    };
    let candidates: Vec<&Snapshot> = history
        .all()
        .into_iter()
        .filter(|s| s.kind == kind && s.triggered >= since && !s.is_discarded())
        .collect();
    if candidates
        .iter()
        .any(|s| s.status == SnapshotStatus::InProgress)
    {
        return Trace::InProgress;
    }
    let complete: Vec<Snapshot> = candidates
        .iter()
        .filter(|s| s.is_completed())
        .map(|s| (*s).clone())
        .collect();
    match (complete.as_slice(), candidates.as_slice()) {
        ([one], _) => Trace::One(one.clone()),
        (
            [],
            [
                Snapshot {
                    status: SnapshotStatus::Failed(why),
                    ..
                },
            ],
        ) => Trace::Failed(why.clone()),
        ([], _) => Trace::None,
        (several, _) => Trace::Several(several.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(id: u64, kind: SnapshotKind, status: SnapshotStatus) -> Snapshot {
        Snapshot {
            id,
            kind,
            format: None,
            status,
            triggered: Timestamp::from_millisecond(i64::try_from(id).unwrap() * 1000).unwrap(),
            duration_ms: None,
            state_size: None,
            acknowledged: None,
        }
    }

    fn complete(id: u64) -> Snapshot {
        let status = SnapshotStatus::Completed {
            location: Some(format!("/sp/{id}")),
            discarded: false,
        };
        snapshot(id, SnapshotKind::Savepoint, status)
    }

    fn traced(entries: Vec<Snapshot>, since_ms: i64) -> Trace {
        let history = History {
            entries,
            ..History::default()
        };
        trace(
            &history,
            Verb::Trigger,
            Timestamp::from_millisecond(since_ms).unwrap(),
        )
    }

    #[test]
    fn one_savepoint_since_the_start_is_the_answer() {
        assert_eq!(
            traced(vec![complete(5), complete(3)], 4000),
            Trace::One(complete(5))
        );
    }

    #[test]
    fn of_several_none_is_chosen() {
        assert_eq!(
            traced(vec![complete(5), complete(4)], 4000),
            Trace::Several(vec![complete(5), complete(4)])
        );
    }

    #[test]
    fn the_savepoint_of_a_stop_is_not_the_result_of_a_trigger() {
        let stop = Snapshot {
            kind: SnapshotKind::SyncSavepoint,
            ..complete(5)
        };
        assert_eq!(traced(vec![stop], 4000), Trace::None);
    }

    #[test]
    fn while_one_is_in_progress_nothing_is_decided() {
        let running = snapshot(6, SnapshotKind::Savepoint, SnapshotStatus::InProgress);
        assert_eq!(traced(vec![running, complete(5)], 4000), Trace::InProgress);
    }

    #[test]
    fn a_failure_counts_only_when_it_is_the_only_one_begun() {
        let failed = |id| {
            snapshot(
                id,
                SnapshotKind::Savepoint,
                SnapshotStatus::Failed("why".to_owned()),
            )
        };
        assert_eq!(
            traced(vec![failed(6)], 4000),
            Trace::Failed("why".to_owned())
        );
        assert_eq!(traced(vec![failed(6), failed(5)], 4000), Trace::None);
        assert_eq!(
            traced(vec![failed(6), complete(5)], 4000),
            Trace::One(complete(5))
        );
    }
}
