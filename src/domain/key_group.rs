//! Key groups: the units in which keyed state is split over subtasks.

use std::fmt;

/// The most key groups an operator can have: Flink's upper bound of max parallelism.
pub const MAX_KEY_GROUPS: u32 = 32_768;

/// A run of key groups. Files store the first one and a count; Flink shows the range with an inclusive end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyGroupRange {
    /// The first key group.
    pub start: u32,
    /// How many there are; 0 is the empty range.
    pub count: u32,
}

impl KeyGroupRange {
    /// The last key group, or `None` for the empty range.
    pub fn last(&self) -> Option<u32> {
        let more = self.count.checked_sub(1)?;
        self.start.checked_add(more)
    }

    /// Whether the key group lies in this range.
    pub fn contains(&self, key_group: u32) -> bool {
        key_group >= self.start && key_group - self.start < self.count
    }
}

impl fmt::Display for KeyGroupRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last() {
            None => f.write_str("none"),
            Some(last) => write!(f, "{}-{last}", self.start),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_shown_with_its_last_key_group() {
        let range = KeyGroupRange {
            start: 64,
            count: 64,
        };
        assert_eq!(range.to_string(), "64-127");
        assert!(range.contains(64) && range.contains(127));
        assert!(!range.contains(63) && !range.contains(128));
    }

    #[test]
    fn the_empty_range_has_no_last_key_group() {
        let range = KeyGroupRange { start: 0, count: 0 };
        assert_eq!(range.last(), None);
        assert_eq!(range.to_string(), "none");
        assert!(!range.contains(0));
    }
}
