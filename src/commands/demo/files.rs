//! The programs and the text of `examples/`, so that the binary alone suffices.

/// The program that the demo starts with.
pub const PROGRAM: &str = "word-count.toml";
/// The same, changed.
pub const CHANGED: &str = "word-count-changed.toml";
/// What the programs count the words of.
pub const TEXT: &str = include_str!("../../../examples/words.txt");
/// What the programs write: a line for each word, with its count so far.
pub const COUNTS: &str = "counts.txt";

/// All that lies in the demo's directory at first: names and contents.
pub const FILES: &[(&str, &str)] = &[
    (PROGRAM, include_str!("../../../examples/word-count.toml")),
    (
        CHANGED,
        include_str!("../../../examples/word-count-changed.toml"),
    ),
    ("words.txt", TEXT),
    (
        "counter.toml",
        include_str!("../../../examples/counter.toml"),
    ),
    (
        "counter-changed.toml",
        include_str!("../../../examples/counter-changed.toml"),
    ),
    (
        "counter-uids.toml",
        include_str!("../../../examples/counter-uids.toml"),
    ),
    (
        "counter-uids-changed.toml",
        include_str!("../../../examples/counter-uids-changed.toml"),
    ),
    ("README.md", include_str!("../../../examples/README.md")),
];

/// The lines of the changed program that the first has not, without its comment.
pub fn change() -> Vec<&'static str> {
    let [before, after] = [PROGRAM, CHANGED].map(|name| {
        let content = FILES
            .iter()
            .find(|(file, _)| *file == name)
            .map_or("", |(_, content)| content);
        content
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect::<Vec<_>>()
    });
    let mut rest = before.iter().peekable();
    let is_new = |line: &&str| rest.next_if(|old| *old == line).is_none();
    after.into_iter().filter(is_new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_change_is_what_was_added() {
        let change = change();
        assert_eq!(change[0], "parallelism = 2");
        assert!(change.contains(&"name = \"frequent words\""), "{change:?}");
        assert!(!change.contains(&"type = \"lines\""), "{change:?}");
    }
}
