//! Words that Flink users type and a plain parser would misread.

use std::ffi::OsString;

/// Flink's one-dash options of several letters, and ours for them.
const FLINK_OPTIONS: &[(&str, &str)] = &[("-type", "--type"), ("-cm", "--claim-mode")];

/// Turns Flink's one-dash long options into two-dash ones: `-cm claim` would else be `-c m claim`. Words after `--` are
/// left alone.
pub fn flink_style(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut plain = true;
    let translate = |word: OsString| {
        plain = plain && word != "--";
        let text = word.to_str().filter(|_| plain).unwrap_or_default();
        let (option, value) = text
            .split_once('=')
            .map_or((text, None), |(option, value)| (option, Some(value)));
        match (
            FLINK_OPTIONS.iter().find(|(flinks, _)| *flinks == option),
            value,
        ) {
            (Some((_, ours)), Some(value)) => OsString::from(format!("{ours}={value}")),
            (Some((_, ours)), None) => OsString::from(ours),
            (None, _) => word,
        }
    };
    words.into_iter().map(translate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_dash_type_is_understood_before_a_double_dash() {
        let words = ["stop", "-type", "native", "-cm=claim", "--", "-type"].map(OsString::from);
        assert_eq!(
            flink_style(words),
            [
                "stop",
                "--type",
                "native",
                "--claim-mode=claim",
                "--",
                "-type"
            ]
        );
    }
}
