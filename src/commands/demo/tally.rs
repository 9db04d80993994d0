//! The counts that the demo's programs write, held against the text.

use std::collections::BTreeMap;

/// How often each word occurs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<String, u64>);

impl Tally {
    /// Counts the words of a text, without any cluster.
    pub fn of_text(text: &str) -> Self {
        let mut tally = BTreeMap::new();
        let words = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty());
        for word in words {
            *tally.entry(word.to_lowercase()).or_default() += 1;
        }
        Self(tally)
    }

    /// Reads what a word count wrote, `(word,3)` a line. The lines of each word must go 1, 2, 3, …
    ///
    /// # Errors
    /// A sentence: a line is no count, or a word was left out or counted twice.
    pub fn of_counts(lines: &str) -> Result<Self, String> {
        let mut tally = BTreeMap::new();
        for line in lines.lines() {
            let (word, count) =
                count(line).ok_or_else(|| format!("'{line}' is no count of a word"))?;
            let last = tally.entry(word.to_owned()).or_insert(0);
            if count != *last + 1 {
                return Err(format!(
                    "'{word}' was counted {last} times, and then {count}"
                ));
            }
            *last = count;
        }
        Ok(Self(tally))
    }

    /// How many words were counted.
    pub fn total(&self) -> u64 {
        self.0.values().sum()
    }

    /// How often this word occurs.
    pub fn of(&self, word: &str) -> u64 {
        self.0.get(word).copied().unwrap_or(0)
    }

    /// The words that occur most often, the first in the alphabet first where that is equal.
    pub fn most_frequent(&self, count: usize) -> Vec<&str> {
        let mut words: Vec<(&String, &u64)> = self.0.iter().collect();
        words.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        words
            .into_iter()
            .take(count)
            .map(|(word, _)| word.as_str())
            .collect()
    }

    /// How many different words there are.
    pub fn words(&self) -> usize {
        self.0.len()
    }
}

fn count(line: &str) -> Option<(&str, u64)> {
    let (word, count) = line
        .strip_prefix('(')?
        .strip_suffix(')')?
        .rsplit_once(',')?;
    Some((word, count.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_go_on_step_by_step_are_those_of_the_text() {
        let counts = Tally::of_counts("(to,1)\n(be,1)\n(or,1)\n(not,1)\n(to,2)\n(be,2)\n").unwrap();
        assert_eq!(counts, Tally::of_text("To be, or not to be"));
        assert_eq!(
            (
                counts.total(),
                counts.words(),
                counts.of("to"),
                counts.of("two")
            ),
            (6, 4, 2, 0)
        );
        assert_eq!(counts.most_frequent(3), ["be", "to", "not"]);
    }

    #[test]
    fn a_word_that_was_left_out_or_counted_twice_is_told() {
        for (counts, expected) in [
            ("(a,1)\n(a,3)", "'a' was counted 1 times, and then 3"),
            ("(a,1)\n(a,1)", "'a' was counted 1 times, and then 1"),
            ("(a,2)", "'a' was counted 0 times, and then 2"),
            ("(a,1)\n(a", "'(a' is no count of a word"),
        ] {
            assert_eq!(Tally::of_counts(counts), Err(expected.to_owned()));
        }
    }
}
