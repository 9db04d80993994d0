//! Words that are not known, and the known ones that were perhaps meant.

/// `: did you mean 'count'?`, or all that there is if nothing is near.
pub(super) fn suggestion(word: &str, known: &[&str]) -> String {
    match nearest(word, known) {
        Some(meant) => format!(": did you mean '{meant}'?"),
        None => format!(": there are {}", listed(known)),
    }
}

/// `a, b and c`.
pub(super) fn listed(words: &[&str]) -> String {
    match words {
        [] => "none".to_owned(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// The known word that a slip of the finger makes into `word`.
fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let slips = |candidate: &str| edits(&normal(word), &normal(candidate));
    let (distance, meant) = known.iter().map(|word| (slips(word), *word)).min()?;
    (distance <= 1 + meant.chars().count() / 4).then_some(meant)
}

/// Without what is mistaken for something else rather than mistyped: case, `_` for `-`.
fn normal(word: &str) -> Vec<char> {
    let word = word.to_lowercase();
    word.chars().filter(|c| !matches!(c, '-' | '_')).collect()
}

/// How many letters have to be put in, taken out or replaced to make `a` into `b` (Levenshtein).
fn edits(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let known = ["count", "sum", "min", "max", "key-by"];
        for (word, meant) in [
            ("cuont", Some("count")),
            ("Count", Some("count")),
            ("key_by", Some("key-by")),
            ("keyby", Some("key-by")),
            ("som", Some("sum")),
            ("reduce", None),
        ] {
            assert_eq!(nearest(word, &known), meant, "{word}");
        }
        assert_eq!(suggestion("reduce", &["a", "b"]), ": there are a and b");
    }
}
