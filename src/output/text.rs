//! Values as people read them, and texts of servers made harmless.

use jiff::Timestamp;

/// Shows a text of a server's without what would act on a terminal: control characters become `\u{…}` escapes.
pub(super) fn harmless(text: &str) -> String {
    if !text.chars().any(char::is_control) {
        return text.to_owned();
    }
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            if c.is_control() {
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

/// JSON as it is, but for the control characters that JSON itself leaves alone, as escapes of JSON.
pub(super) fn harmless_json(json: &str) -> String {
    json.chars()
        .fold(String::with_capacity(json.len()), |mut out, c| {
            if c.is_control() {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            } else {
                out.push(c);
            }
            out
        })
}

/// As [`harmless`], for texts of several lines: line ends and tabs stay.
pub(super) fn harmless_lines(text: &str) -> String {
    let kept = |c: char| matches!(c, '\n' | '\t');
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            if c.is_control() && !kept(c) {
                out.extend(c.escape_default());
            } else {
                out.push(c);
            }
            out
        })
}

/// A time to the second, in UTC.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
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
    fn json_stays_json_when_it_is_made_harmless() {
        assert_eq!(
            harmless_json("{\"a\":\"x\u{9b}\u{7f}y\"}"),
            r#"{"a":"x\u009b\u007fy"}"#
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
