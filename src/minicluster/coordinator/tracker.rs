//! Keeps a job's checkpoint statistics.

use super::statistics::{
    CheckpointStatus, CheckpointView, RestoredView, Statistics, SubtaskCheckpointView,
};

/// The statistics of one job, as they come about.
#[derive(Debug)]
pub(super) struct Tracker {
    statistics: Statistics,
    /// How many snapshots are listed.
    length: usize,
}

impl Tracker {
    pub(super) fn new(length: usize) -> Self {
        let statistics = Statistics::default();
        Self { statistics, length }
    }

    pub(super) fn statistics(&self) -> Statistics {
        self.statistics.clone()
    }

    /// A snapshot was refused before it began.
    pub(super) fn refused(&mut self) {
        self.statistics.counts.total += 1;
        self.statistics.counts.failed += 1;
    }

    pub(super) fn began(&mut self, view: CheckpointView) {
        self.statistics.counts.total += 1;
        self.statistics.counts.in_progress += 1;
        self.statistics.history.insert(0, view);
        // those in progress stay listed however many there are
        let is_over = |view: &CheckpointView| view.status != CheckpointStatus::InProgress;
        while self.statistics.history.len() > self.length {
            match self.statistics.history.iter().rposition(is_over) {
                Some(oldest) => self.statistics.history.remove(oldest),
                None => break,
            };
        }
    }

    /// A subtask of the vertex at this position acknowledged.
    pub(super) fn acknowledged(
        &mut self,
        checkpoint: u64,
        vertex: usize,
        subtask: u32,
        part: SubtaskCheckpointView,
    ) {
        let Some(view) = self.view(checkpoint) else {
            return;
        };
        view.num_acknowledged += 1;
        view.latest_ack_ms = Some(part.ack_ms);
        view.state_size += part.state_size;
        let task = view.tasks.get_mut(vertex);
        if let Some(slot) = task.and_then(|task| task.subtasks.get_mut(subtask as usize)) {
            *slot = Some(part);
        }
    }

    pub(super) fn completed(&mut self, checkpoint: u64, external_path: String) {
        let status = CheckpointStatus::Completed {
            external_path,
            discarded: false,
        };
        let Some(view) = self.end(checkpoint, status) else {
            return;
        };
        self.statistics.counts.completed += 1;
        match view.kind.is_savepoint() {
            true => self.statistics.latest_savepoint = Some(view),
            false => self.statistics.latest_completed = Some(view),
        }
    }

    pub(super) fn failed(&mut self, checkpoint: u64, failure_ms: i64, message: String) {
        let status = CheckpointStatus::Failed {
            failure_ms,
            message,
        };
        if let Some(view) = self.end(checkpoint, status) {
            self.statistics.counts.failed += 1;
            self.statistics.latest_failed = Some(view);
        }
    }

    /// A complete checkpoint was deleted.
    pub(super) fn discarded(&mut self, checkpoint: u64) {
        let latest = self.statistics.latest_completed.as_mut();
        for view in self.statistics.history.iter_mut().chain(latest) {
            if view.id == checkpoint
                && let CheckpointStatus::Completed { discarded, .. } = &mut view.status
            {
                *discarded = true;
            }
        }
    }

    pub(super) fn restored(&mut self, restored: RestoredView) {
        self.statistics.counts.restored += 1;
        self.statistics.latest_restored = Some(restored);
    }

    fn end(&mut self, checkpoint: u64, status: CheckpointStatus) -> Option<CheckpointView> {
        let view = self.view(checkpoint)?;
        view.status = status;
        let view = view.clone();
        self.statistics.counts.in_progress -= 1;
        Some(view)
    }

    fn view(&mut self, checkpoint: u64) -> Option<&mut CheckpointView> {
        let mut history = self.statistics.history.iter_mut();
        history.find(|view| view.id == checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::super::statistics::CheckpointKind;
    use super::*;

    fn view(id: u64, kind: CheckpointKind) -> CheckpointView {
        CheckpointView {
            id,
            kind,
            format: None,
            status: CheckpointStatus::InProgress,
            trigger_ms: 0,
            latest_ack_ms: None,
            state_size: 0,
            num_subtasks: 1,
            num_acknowledged: 0,
            tasks: Vec::new(),
        }
    }

    fn ids(tracker: &Tracker) -> Vec<u64> {
        let history = tracker.statistics().history;
        history.iter().map(|view| view.id).collect()
    }

    #[test]
    fn the_oldest_ones_that_are_over_leave_the_history_first() {
        let mut tracker = Tracker::new(2);
        for id in 1..=3 {
            tracker.began(view(id, CheckpointKind::Checkpoint));
            if id != 1 {
                tracker.completed(id, String::new());
            }
        }
        assert_eq!(ids(&tracker), [3, 1]);
        let counts = tracker.statistics().counts;
        assert_eq!(
            (counts.total, counts.completed, counts.in_progress),
            (3, 2, 1)
        );
    }

    #[test]
    fn a_checkpoint_that_is_deleted_is_said_to_be() {
        let mut tracker = Tracker::new(10);
        tracker.began(view(1, CheckpointKind::Checkpoint));
        tracker.completed(1, "file:/c/chk-1".to_owned());
        tracker.discarded(1);
        let latest = tracker.statistics().latest_completed.unwrap();
        assert!(matches!(
            latest.status,
            CheckpointStatus::Completed {
                discarded: true,
                ..
            }
        ));
    }

    #[test]
    fn what_was_refused_counts_as_failed_and_is_not_listed() {
        let mut tracker = Tracker::new(10);
        tracker.refused();
        assert_eq!(ids(&tracker), [0u64; 0]);
        assert_eq!(tracker.statistics().counts.failed, 1);
    }
}
