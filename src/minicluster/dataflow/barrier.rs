//! Barriers, and waiting for them on all inputs.

use std::time::Instant;

use crate::minicluster::coordinator::CheckpointKind;

/// Divides the records of a snapshot from those after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::minicluster) struct Barrier {
    /// The checkpoint id.
    pub(in crate::minicluster) checkpoint: u64,
    pub(in crate::minicluster) kind: CheckpointKind,
    /// When the coordinator triggered it, in milliseconds since 1970 UTC.
    pub(in crate::minicluster) trigger_ms: i64,
}

/// A task's wait for one barrier on all its channels. Every channel carries the same barriers in the same order.
#[derive(Debug, Default)]
pub(super) struct Alignment {
    under_way: Option<UnderWay>,
}

#[derive(Debug)]
struct UnderWay {
    barrier: Barrier,
    arrived: usize,
    since: Instant,
}

/// What a barrier on one channel means.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// The channel waits for the others.
    Wait,
    /// It was the last one: the snapshot is due. So long the first one waited, in milliseconds.
    Aligned { waited_ms: i64 },
    /// Another barrier was due: a defect.
    Unexpected { due: u64 },
}

impl Alignment {
    /// Takes note of a barrier on a channel that had none yet.
    pub(super) fn arrive(&mut self, barrier: Barrier, channels: usize) -> Arrival {
        let under_way = self.under_way.get_or_insert_with(|| UnderWay {
            barrier,
            arrived: 0,
            since: Instant::now(),
        });
        if under_way.barrier.checkpoint != barrier.checkpoint {
            let due = under_way.barrier.checkpoint;
            return Arrival::Unexpected { due };
        }
        under_way.arrived += 1;
        if under_way.arrived < channels {
            return Arrival::Wait;
        }
        let waited = under_way.since.elapsed().as_millis();
        self.under_way = None;
        let waited_ms = i64::try_from(waited).unwrap_or(i64::MAX);
        Arrival::Aligned { waited_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn barrier(checkpoint: u64) -> Barrier {
        Barrier {
            checkpoint,
            kind: CheckpointKind::Checkpoint,
            trigger_ms: 0,
        }
    }

    #[test]
    fn a_barrier_is_aligned_when_it_came_on_every_channel() {
        let mut alignment = Alignment::default();
        assert_eq!(alignment.arrive(barrier(1), 2), Arrival::Wait);
        assert!(matches!(
            alignment.arrive(barrier(1), 2),
            Arrival::Aligned { .. }
        ));
        assert!(matches!(
            alignment.arrive(barrier(2), 1),
            Arrival::Aligned { .. }
        ));
    }

    #[test]
    fn a_barrier_out_of_turn_is_noticed() {
        let mut alignment = Alignment::default();
        alignment.arrive(barrier(1), 2);
        let found = alignment.arrive(barrier(2), 2);
        assert_eq!(found, Arrival::Unexpected { due: 1 });
    }
}
