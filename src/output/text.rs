//! Values as people read them, and texts of servers made harmless.

use super::style;
use crate::domain::secret::masked;

/// Whether a character acts on a terminal: control characters, and those that turn the direction of writing or break
/// lines.
pub(super) fn is_harmful(c: char) -> bool {
    c.is_control()
        || style::is_mark(c)
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Shows a text of a server's without the secrets of URIs, and without what would act on a terminal: that becomes
/// `\u{…}` escapes.
pub(super) fn harmless(text: &str) -> String {
    let text = masked(text);
    if !text.chars().any(is_harmful) {
        return text.into_owned();
    }
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            if is_harmful(c) {
                out.extend(c.escape_default());
            } else {
                out.push(c);
            }
            out
        })
}

/// Each text harmless, one a line.
pub(super) fn lines(texts: Vec<String>) -> String {
    let texts: Vec<String> = texts.iter().map(|text| harmless(text)).collect();
    texts.join("\n")
}

/// As [`harmless`], for texts of several lines that we composed: line ends, tabs and marks of colours stay.
pub(super) fn harmless_lines(text: &str) -> String {
    let kept = |c: char| matches!(c, '\n' | '\t') || style::is_mark(c);
    let text = masked(text);
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            if is_harmful(c) && !kept(c) {
                out.extend(c.escape_default());
            } else {
                out.push(c);
            }
            out
        })
}

/// How many columns of a terminal a text takes, roughly: East Asian letters take two.
pub(super) fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

fn columns(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

/// The text, harmless, in at most `limit` columns: what is too long ends in `…`.
pub(super) fn fit(text: &str, limit: usize) -> String {
    let text = harmless(text);
    if width(&text) <= limit {
        return text;
    }
    let mut left = limit.saturating_sub(1);
    let fits = |c: &char| {
        let enough = columns(*c) <= left;
        left = left.saturating_sub(columns(*c));
        enough
    };
    let mut cut: String = text.chars().take_while(fits).collect();
    cut.push('…');
    cut
}

/// Words one after another, two spaces apart, in lines of at most `limit` columns that start with `indent`.
pub(super) fn fold(words: &[String], indent: &str, limit: usize) -> String {
    let mut out = String::from(indent);
    let mut used = width(indent);
    for (i, word) in words.iter().enumerate() {
        let wide = width(word);
        if i > 0 && used + 2 + wide > limit {
            out.push('\n');
            out.push_str(indent);
            used = width(indent);
        } else if i > 0 {
            out.push_str("  ");
            used += 2;
        }
        out.push_str(word);
        used += wide;
    }
    out
}

/// A bar of `#` for a share of the largest, `columns` at most and at least one where there is something.
pub(super) fn bar(value: u64, largest: u64, columns: usize) -> String {
    if value == 0 || largest == 0 {
        return String::new();
    }
    let length = (value as f64 / largest as f64 * columns as f64).round() as usize;
    "#".repeat(length.clamp(1, columns))
}

/// A span in its two largest units, e.g. `3d 4h` or `850ms`.
pub(super) fn span(ms: u64) -> String {
    let seconds = ms / 1000;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) if seconds == 0 => format!("{ms}ms"),
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m {}s", seconds % 60),
        (0, _, _) => format!("{hours}h {minutes}m"),
        _ => format!("{days}d {hours}h"),
    }
}

/// A size in binary units, e.g. `512 B` or `1.5 MiB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    // what would be shown as 1024.0 belongs to the next unit
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_name_cannot_command_the_terminal() {
        assert_eq!(harmless("a\u{1b}[31mb\nc"), "a\\u{1b}[31mb\\nc");
        assert_eq!(harmless_lines("a\u{1b}[31mb\nc\td"), "a\\u{1b}[31mb\nc\td");
        assert_eq!(harmless("Zählung 键"), "Zählung 键");
    }

    #[test]
    fn a_long_text_is_cut_to_its_columns() {
        assert_eq!(fit("abcdef", 6), "abcdef");
        assert_eq!(fit("abcdefg", 6), "abcde…");
        assert_eq!(fit("键键键键", 6), "键键…");
        assert_eq!(fit("a\u{202e}b", 20), "a\\u{202e}b");
    }

    #[test]
    fn words_fold_at_the_limit() {
        let words = ["one", "two", "three"].map(str::to_owned);
        assert_eq!(fold(&words, "  ", 10), "  one  two\n  three");
    }

    #[test]
    fn a_bar_shows_something_for_the_smallest_and_fits_for_the_largest() {
        assert_eq!(bar(1, 1_000_000, 10), "#");
        assert_eq!(bar(u64::MAX, u64::MAX, 4), "####");
        assert_eq!(bar(0, 10, 10), "");
    }

    #[test]
    fn sizes_use_the_largest_binary_unit() {
        let sizes = [0, 1023, 1024, 1536, 1_048_575, 1_048_576, u64::MAX].map(size);
        assert_eq!(
            sizes,
            [
                "0 B", "1023 B", "1.0 KiB", "1.5 KiB", "1.0 MiB", "1.0 MiB", "16.0 EiB"
            ]
        );
    }

    #[test]
    fn spans_show_their_two_largest_units() {
        let spans = [0, 999, 59_999, 60_000, 3_599_000, 86_399_000, 90_000_000].map(span);
        assert_eq!(
            spans,
            [
                "0ms", "999ms", "59s", "1m 0s", "59m 59s", "23h 59m", "1d 1h"
            ]
        );
    }
}
