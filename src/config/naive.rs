//! `flink-conf.yaml`, which looks like YAML and is not: lines of `key: value`, as Flink up to 1.20 reads them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::config::file::{Entry, Parsed};

/// Reads the text of a file; what Flink would skip is skipped, with a warning that names file and line.
///
/// A line is cut at its first `#`, wherever that stands. Key and value part at the first `: `; quotes stay, nothing
/// nests, and a later line wins over an earlier one with the same key.
pub fn parse(text: &str, path: &Path) -> Parsed {
    let mut parsed = Parsed::default();
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    // Java's trim takes away every control character at the ends, and no other white space.
    let trim = |text: &'_ str| text.trim_matches(|c| c <= ' ').to_owned();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        let content = trim(line.split('#').next().unwrap_or_default());
        if content.is_empty() {
            continue;
        }
        let mut warn = |problem: &str| {
            let path = path.display();
            parsed.warnings.push(format!("{path}:{number}: {problem}"));
        };
        let Some((key, value)) = content.split_once(": ") else {
            warn("is skipped, as Flink does: it has no ': ' between a key and a value");
            continue;
        };
        let (key, value) = (trim(key), trim(value));
        if key.is_empty() || value.is_empty() {
            warn("is skipped, as Flink does: its key or value is empty");
            continue;
        }
        if let Some(earlier) = lines.insert(key.clone(), number) {
            warn(&format!("sets {key} again and wins over line {earlier}"));
        }
        parsed.entries.push(Entry {
            key,
            value,
            line: number,
        });
    }
    parsed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(line: &str) -> Option<(String, String)> {
        let parsed = parse(line, Path::new("f"));
        let entry = parsed.entries.into_iter().next();
        entry.map(|e| (e.key, e.value))
    }

    #[test]
    fn a_line_is_read_as_flink_reads_it() {
        for (line, key, value) in [
            ("a: b", "a", "b"),
            ("  a.b :   c d  ", "a.b", "c d"),
            ("a: b: c", "a", "b: c"),
            ("a: 'q'", "a", "'q'"),
            ("a: \"x\"", "a", "\"x\""),
            ("a: b # c", "a", "b"),
            ("a: b#c", "a", "b"),
            ("a: 'b # c'", "a", "'b"),
            ("a: [x, y]", "a", "[x, y]"),
            ("- dash: 5", "- dash", "5"),
            ("url: http://h:1/x", "url", "http://h:1/x"),
            ("a: b\r", "a", "b"),
        ] {
            assert_eq!(
                one(line),
                Some((key.to_owned(), value.to_owned())),
                "{line}"
            );
        }
    }

    #[test]
    fn what_flink_skips_is_skipped_and_named_with_its_line() {
        for line in ["a:b", "a:\tb", "a:", "a: ", ": b", "a: # c", "just words"] {
            let text = format!("x: 1\n\n{line}\n");
            let parsed = parse(&text, Path::new("conf/flink-conf.yaml"));
            assert_eq!(parsed.entries.len(), 1, "{line}");
            assert_eq!(parsed.warnings.len(), 1, "{line}");
            assert!(
                parsed.warnings[0].starts_with("conf/flink-conf.yaml:3: is skipped"),
                "{line}"
            );
        }
        for line in ["", "   ", "# a: b", "  # c"] {
            let parsed = parse(line, Path::new("f"));
            assert!(
                parsed.warnings.is_empty() && parsed.entries.is_empty(),
                "{line}"
            );
        }
    }

    #[test]
    fn a_later_duplicate_wins_and_both_lines_are_named() {
        let parsed = parse("a: 1\nb: 2\na: 3\n", Path::new("f"));
        assert_eq!(
            parsed.entries.last().map(|e| (e.value.as_str(), e.line)),
            Some(("3", 3))
        );
        assert_eq!(parsed.warnings, ["f:3: sets a again and wins over line 1"]);
    }
}
