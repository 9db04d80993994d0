//! Words that Flink users type and a plain parser would misread.

use std::ffi::OsString;

/// Turns Flink's one-dash long options into two-dash ones: `-type native` would else be `-t ype native`. Words after
/// `--` are left alone.
pub fn flink_style(words: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut plain = true;
    let translate = |word: OsString| {
        plain = plain && word != "--";
        match word.to_str() {
            Some(text) if plain && (text == "-type" || text.starts_with("-type=")) => {
                OsString::from(format!("-{text}"))
            }
            _ => word,
        }
    };
    words.into_iter().map(translate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_one_dash_type_is_understood_before_a_double_dash() {
        let words = ["stop", "-type", "native", "-type=native", "--", "-type"].map(OsString::from);
        assert_eq!(
            flink_style(words),
            ["stop", "--type", "native", "--type=native", "--", "-type"]
        );
    }
}
