//! A source of ascending numbers. A split is every n-th of them.

use super::source::numbers;
use crate::minicluster::coordinator::Throwable;
use crate::minicluster::program::Value;

/// The splits of one subtask.
#[derive(Debug)]
pub(super) struct Sequence {
    /// The last number.
    end: i128,
    splits: Vec<Split>,
}

#[derive(Debug, Clone, Copy)]
struct Split {
    /// The number to give next; wider than the numbers, so that there is one behind the last.
    next: i128,
    /// From one number to the next; above 0.
    step: i128,
}

impl Sequence {
    pub(super) fn first_splits(from: i64, count: u32) -> Vec<String> {
        let next = |index: u32| i128::from(from) + i128::from(index);
        (0..count)
            .map(|index| format!("next={} step={count}", next(index)))
            .collect()
    }

    pub(super) fn open(end: Option<i64>, splits: &[String]) -> Result<Self, Throwable> {
        let splits = splits.iter().map(|split| {
            let [next, step] = numbers(split, ["next", "step"])?;
            let step = step.max(1);
            Ok(Split { next, step })
        });
        Ok(Self {
            end: end.unwrap_or(i64::MAX).into(),
            splits: splits.collect::<Result<_, Throwable>>()?,
        })
    }

    /// Adds up to `limit` numbers, the smallest of all splits first; true if there are none left.
    pub(super) fn read(&mut self, limit: usize, records: &mut Vec<Value>) -> bool {
        for _ in 0..limit {
            let Some(split) = self.splits.iter_mut().min_by_key(|split| split.next) else {
                return true;
            };
            let Some(number) = i64::try_from(split.next)
                .ok()
                .filter(|_| split.next <= self.end)
            else {
                return true;
            };
            records.push(Value::Long(number));
            split.next += split.step;
        }
        false
    }

    pub(super) fn splits(&self) -> Vec<String> {
        let text = |split: &Split| format!("next={} step={}", split.next, split.step);
        self.splits.iter().map(text).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(sequence: &mut Sequence, limit: usize) -> (Vec<i64>, bool) {
        let mut records = Vec::new();
        let is_exhausted = sequence.read(limit, &mut records);
        let numbers = records.iter().map(|record| match record {
            Value::Long(number) => *number,
            other => panic!("{other}"),
        });
        (numbers.collect(), is_exhausted)
    }

    #[test]
    fn one_subtask_gives_the_numbers_in_their_order() {
        let splits = Sequence::first_splits(3, 4);
        let mut sequence = Sequence::open(Some(9), &splits).unwrap();
        assert_eq!(read(&mut sequence, 100), ((3..=9).collect(), true));
    }

    #[test]
    fn splits_that_are_dealt_out_anew_lose_nothing_and_repeat_nothing() {
        let mut whole = Sequence::open(Some(100), &Sequence::first_splits(0, 16)).unwrap();
        let (mut seen, _) = read(&mut whole, 37);
        let splits = whole.splits();
        let (some, others) = splits.split_at(5);
        for part in [some, others] {
            let mut part = Sequence::open(Some(100), part).unwrap();
            seen.extend(read(&mut part, 1000).0);
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..=100).collect::<Vec<_>>());
    }

    #[test]
    fn the_largest_number_is_the_last() {
        let splits = Sequence::first_splits(i64::MAX - 1, 2);
        let mut sequence = Sequence::open(None, &splits).unwrap();
        assert_eq!(read(&mut sequence, 9), (vec![i64::MAX - 1, i64::MAX], true));
        let mut again = Sequence::open(None, &sequence.splits()).unwrap();
        assert_eq!(read(&mut again, 9), (vec![], true));
    }

    #[test]
    fn a_subtask_without_splits_has_nothing_to_give() {
        let mut sequence = Sequence::open(None, &[]).unwrap();
        assert_eq!(read(&mut sequence, 9), (vec![], true));
    }
}
