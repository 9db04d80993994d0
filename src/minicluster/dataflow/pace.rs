//! How fast a source may go.

use std::time::{Duration, Instant};

/// The longest wait before looking again, and the shortest over which a slow rate is gathered.
const TICK: Duration = Duration::from_millis(10);

/// Counts records against a rate.
#[derive(Debug)]
pub(super) struct Pace {
    /// Records per second; without it, as fast as it goes.
    rate: Option<f64>,
    since: Instant,
    given: f64,
}

impl Pace {
    /// A pace that begins now. A rate that is no positive number is none.
    pub(super) fn new(rate: Option<f64>) -> Self {
        Self {
            rate: rate.filter(|rate| rate.is_finite() && *rate > 0.0),
            since: Instant::now(),
            given: 0.0,
        }
    }

    /// Whether there is a rate at all.
    pub(super) fn is_limited(&self) -> bool {
        self.rate.is_some()
    }

    /// How many records are due, `limit` at most.
    pub(super) fn due(&self, limit: usize) -> usize {
        let Some(rate) = self.rate else {
            return limit;
        };
        let due = self.since.elapsed().as_secs_f64() * rate - self.given;
        // a float that is too large for a number becomes the largest one
        (due.max(0.0) as usize).min(limit)
    }

    /// Takes note that so many were given.
    pub(super) fn gave(&mut self, records: usize) {
        self.given += records as f64;
    }

    /// How long to wait for the next record.
    pub(super) fn wait(&self) -> Duration {
        let Some(rate) = self.rate else {
            return Duration::ZERO;
        };
        let next = (self.given + 1.0) / rate - self.since.elapsed().as_secs_f64();
        Duration::try_from_secs_f64(next.max(0.0)).map_or(TICK, |wait| wait.min(TICK))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pace_gives_no_more_than_its_rate_allows() {
        let mut pace = Pace::new(Some(0.001));
        assert_eq!(pace.due(100), 0);
        assert!(pace.wait() > Duration::ZERO);
        pace.gave(1);
        assert_eq!(pace.wait(), TICK);
    }

    #[test]
    fn without_a_rate_everything_is_due() {
        for rate in [None, Some(0.0), Some(f64::NAN)] {
            let pace = Pace::new(rate);
            assert_eq!((pace.due(100), pace.wait()), (100, Duration::ZERO));
        }
    }
}
