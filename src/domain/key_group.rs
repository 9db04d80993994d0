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

    /// The range of one subtask. `None` where Flink would refuse: no subtask of that index, more subtasks than key groups,
    /// or more key groups than [`MAX_KEY_GROUPS`].
    ///
    /// Source: apache/flink `KeyGroupRangeAssignment.computeKeyGroupRangeForOperatorIndex`.
    pub fn of_subtask(index: u32, parallelism: u32, max_parallelism: u32) -> Option<Self> {
        if index >= parallelism || parallelism > max_parallelism || max_parallelism > MAX_KEY_GROUPS
        {
            return None;
        }
        let start = (index * max_parallelism).div_ceil(parallelism);
        let last = ((index + 1) * max_parallelism - 1) / parallelism;
        Some(KeyGroupRange {
            start,
            count: last - start + 1,
        })
    }

    /// The key groups, ascending.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = u32> + use<> {
        let range = *self;
        (0..range.count).map(move |i| range.start.saturating_add(i))
    }

    /// The key groups that both ranges have.
    pub fn intersection(&self, other: &KeyGroupRange) -> KeyGroupRange {
        let end = |range: &KeyGroupRange| range.start.saturating_add(range.count);
        let start = self.start.max(other.start);
        let count = end(self).min(end(other)).saturating_sub(start);
        KeyGroupRange { start, count }
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

/// The key group of a key with this hash code, of `max_parallelism` (1 or more) key groups.
///
/// Source: apache/flink `KeyGroupRangeAssignment.assignToKeyGroup`.
pub fn of_hash(hash: i32, max_parallelism: u32) -> u32 {
    spread(hash) % max_parallelism.max(1)
}

/// The subtask that has a key group.
///
/// Source: apache/flink `KeyGroupRangeAssignment.computeOperatorIndexForKeyGroup`.
pub fn subtask_of(key_group: u32, parallelism: u32, max_parallelism: u32) -> u32 {
    let product = u64::from(key_group) * u64::from(parallelism);
    u32::try_from(product / u64::from(max_parallelism.max(1))).unwrap_or(u32::MAX)
}

/// The max parallelism that Flink gives an operator for which the program sets none.
///
/// Source: apache/flink `KeyGroupRangeAssignment.computeDefaultMaxParallelism`.
pub fn default_max_parallelism(parallelism: u32) -> u32 {
    let half_more = parallelism.saturating_add(parallelism / 2);
    half_more
        .min(MAX_KEY_GROUPS)
        .next_power_of_two()
        .clamp(128, MAX_KEY_GROUPS)
}

/// Java's hash code of a `Long`.
pub fn hash_of_long(value: i64) -> i32 {
    let bits = value.cast_unsigned();
    low_half(bits ^ (bits >> 32)).cast_signed()
}

fn low_half(bits: u64) -> u32 {
    let [_, _, _, _, a, b, c, d] = bits.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Java's hash code of a `String`: over its UTF-16 units.
pub fn hash_of_string(text: &str) -> i32 {
    let units = text.encode_utf16();
    units.fold(0i32, |hash, unit| {
        hash.wrapping_mul(31).wrapping_add(unit.into())
    })
}

/// One round of murmur3 over four bytes, made non-negative.
///
/// Source: apache/flink `MathUtils.murmurHash`.
fn spread(hash: i32) -> u32 {
    let code = hash.cast_unsigned().wrapping_mul(0xcc9e_2d51);
    let code = code.rotate_left(15).wrapping_mul(0x1b87_3593);
    let code = code
        .rotate_left(13)
        .wrapping_mul(5)
        .wrapping_add(0xe654_6b64);
    let code = code ^ 4;
    let code = (code ^ (code >> 16)).wrapping_mul(0x85eb_ca6b);
    let code = (code ^ (code >> 13)).wrapping_mul(0xc2b2_ae35);
    let code = code ^ (code >> 16);
    match code.cast_signed() {
        i32::MIN => 0,
        signed => signed.unsigned_abs(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_codes_are_javas() {
        assert_eq!(hash_of_long(817), 817);
        assert_eq!(hash_of_long(-1), 0);
        assert_eq!(hash_of_long(i64::MIN), i32::MIN);
        assert_eq!(hash_of_string(""), 0);
        assert_eq!(hash_of_string("hello"), 99_162_322);
        // the hash of the surrogates D83D DE00
        assert_eq!(hash_of_string("\u{1f600}"), 0xd83d * 31 + 0xde00);
    }

    #[test]
    fn keys_fall_into_the_key_groups_in_which_flink_has_them() {
        // from savepoints of Flink 2.3: keys 817 and 570 in key group 0 of 128, "k18" in key group 1
        assert_eq!(of_hash(hash_of_long(817), 128), 0);
        assert_eq!(of_hash(hash_of_long(570), 128), 0);
        assert_eq!(of_hash(hash_of_string("k18"), 128), 1);
    }

    #[test]
    fn the_spread_is_flinks_murmur_hash() {
        let spread_of = |hashes: [i32; 4]| hashes.map(spread);
        assert_eq!(
            spread_of([0, 1, -1, 42]),
            [593_689_054, 68_075_478, 1_982_413_648, 1_134_849_565]
        );
        assert_eq!(
            spread_of([i32::MAX, i32::MIN, 65_536, 0xdead_beef_u32.cast_signed()]),
            [1_653_689_534, 1_718_298_732, 82_754_377, 1_047_277_220]
        );
        assert_eq!(of_hash(hash_of_string("été"), 32_768), 23_685);
        assert_eq!(of_hash(hash_of_string("键"), 720), 563);
        assert_eq!(of_hash(hash_of_long(10_000_000_000), 720), 29);
    }

    #[test]
    fn the_ranges_of_all_subtasks_cover_each_key_group_once() {
        for (parallelism, max_parallelism) in [(1, 1), (3, 128), (128, 128), (7, 10), (5, 32_768)] {
            let mut next = 0;
            for index in 0..parallelism {
                let range = KeyGroupRange::of_subtask(index, parallelism, max_parallelism).unwrap();
                assert_eq!(range.start, next);
                for group in range.iter() {
                    assert_eq!(subtask_of(group, parallelism, max_parallelism), index);
                }
                next += range.count;
            }
            assert_eq!(next, max_parallelism);
        }
        assert_eq!(KeyGroupRange::of_subtask(0, 129, 128), None);
        assert_eq!(KeyGroupRange::of_subtask(1, 1, 128), None);
    }

    #[test]
    fn the_default_max_parallelism_is_half_more_rounded_up_to_a_power_of_two_from_128_on() {
        let defaults = [1, 85, 86, 170, 171, 32_768].map(default_max_parallelism);
        assert_eq!(defaults, [128, 128, 256, 256, 256, 32_768]);
    }

    #[test]
    fn ranges_meet_in_what_both_have() {
        let range = |start, count| KeyGroupRange { start, count };
        assert_eq!(range(0, 64).intersection(&range(32, 64)), range(32, 32));
        assert_eq!(range(0, 4).intersection(&range(64, 4)).count, 0);
    }

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
