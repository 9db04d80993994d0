//! Words that Flink users type and a plain parser would misread.

use std::ffi::OsString;

/// Flink's one-dash options of several letters, and ours for them.
const FLINK_OPTIONS: &[(&str, &str)] = &[
    ("-type", "--type"),
    ("-cm", "--claim-mode"),
    ("-detached", "--detached"),
];

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

/// Where the words begin that follow the command `name`: behind it, if it is the first word that is neither a flag nor
/// a flag's value.
pub fn after_command(tool: &clap::Command, name: &str, words: &[OsString]) -> Option<usize> {
    let mut at = 1;
    loop {
        let word = words.get(at)?.to_str()?;
        at += 1;
        if word == name {
            return Some(at);
        }
        let flag = word.strip_prefix('-').filter(|_| word != "--")?;
        at += usize::from(takes_next(tool, flag));
    }
}

/// Whether a flag, without its first dash, has the next word for a value.
fn takes_next(tool: &clap::Command, flag: &str) -> bool {
    let takes = |arg: &clap::Arg| arg.get_action().takes_values();
    if let Some(long) = flag.strip_prefix('-') {
        return tool
            .get_arguments()
            .any(|arg| arg.get_long() == Some(long) && takes(arg));
    }
    for (at, letter) in flag.char_indices() {
        let named = |arg: &&clap::Arg| arg.get_short() == Some(letter);
        if tool.get_arguments().find(named).is_some_and(takes) {
            // what follows in the same word would be the value
            return at + letter.len_utf8() == flag.len();
        }
    }
    false
}

/// A word that could be one of Flink's options with a value glued on, or one of ours: `-cmclaim` is `-cm claim` to a
/// reader, `-c mclaim` to a parser, and Flink's own reads it so. What to type instead is the second part.
pub fn ambiguous(words: &[OsString]) -> Option<(&str, String)> {
    let own = words.iter().map_while(|word| match word.to_str() {
        Some("--") => None,
        text => Some(text.unwrap_or_default()),
    });
    own.filter_map(|text| {
        let value = text.strip_prefix("-cm")?;
        let is_glued = !value.is_empty() && !value.starts_with('=');
        is_glued.then(|| (text, format!("-cm {value}, or -c m{value}")))
    })
    .next()
}

/// The interval that stands behind `--watch` as a word of its own, where it would be taken for a job.
pub fn apart_from_watch(words: &[OsString]) -> Option<&str> {
    let is_own = |pair: &&[OsString]| pair.iter().all(|word| word != "--");
    let mut pairs = words.windows(2).take_while(is_own);
    let pair = pairs.find(|pair| pair[0] == "--watch")?;
    let interval = pair[1].to_str()?;
    super::value::duration(interval).is_ok().then_some(interval)
}

/// Flags that add up, wherever they stand.
const REPEATED: &[&str] = &["-D", "--header"];

/// Puts the flags that may be repeated in front of the command, in the order typed. Typed on both sides of it, the
/// parser would keep only those behind it.
pub fn repeated_first(words: Vec<OsString>) -> Vec<OsString> {
    let mut words = words.into_iter();
    let mut front: Vec<OsString> = words.next().into_iter().collect();
    let mut rest = Vec::new();
    while let Some(word) = words.next() {
        let text = word.to_str().unwrap_or_default();
        if text == "--" {
            rest.push(word);
            break;
        }
        let joined = text.starts_with("-D") || text.starts_with("--header=");
        if REPEATED.contains(&text) {
            match words.next() {
                Some(value) if value != "--" => front.extend([word, value]),
                // its value is missing: in front, it would take the command for it
                end => {
                    rest.push(word);
                    rest.extend(end);
                    break;
                }
            }
        } else if joined {
            front.push(word);
        } else {
            rest.push(word);
        }
    }
    front.into_iter().chain(rest).chain(words).collect()
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

    #[test]
    fn a_glued_value_that_could_belong_to_either_option_is_found() {
        let found = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            ambiguous(&words).map(|(word, instead)| (word.to_owned(), instead))
        };
        assert_eq!(
            found("tool restore x -cmclaim"),
            Some(("-cmclaim".to_owned(), "-cm claim, or -c mclaim".to_owned()))
        );
        for clear in [
            "restore -cm claim",
            "restore -cm=claim",
            "restore -cMain",
            "r -- -cmx",
        ] {
            assert_eq!(found(clear), None, "{clear}");
        }
    }

    #[test]
    fn the_words_behind_a_command_are_found_behind_flags_and_their_values() {
        let tool = clap::Command::new("tool")
            .arg(clap::Arg::new("m").short('m').long("jobmanager"))
            .arg(
                clap::Arg::new("v")
                    .short('v')
                    .action(clap::ArgAction::Count),
            );
        let found = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            after_command(&tool, "flink", &words)
        };
        for (line, at) in [
            ("tool flink list", Some(2)),
            ("tool -v -m flink flink -v", Some(5)),
            ("tool -vm a:1 flink", Some(4)),
            ("tool -mflink --jobmanager=flink flink", Some(4)),
            ("tool jobs flink", None),
            ("tool -- flink", None),
            ("tool -m flink", None),
        ] {
            assert_eq!(found(line), at, "{line}");
        }
    }

    #[test]
    fn an_interval_behind_watch_is_no_job() {
        let found = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            apart_from_watch(&words).map(str::to_owned)
        };
        assert_eq!(found("tool list --watch 1s"), Some("1s".to_owned()));
        for line in [
            "tool list --watch=1s",
            "tool list 1s --watch",
            "tool list --watch orders",
            "tool flink -- --watch 1s",
        ] {
            assert_eq!(found(line), None, "{line}");
        }
    }

    #[test]
    fn a_repeated_flag_without_a_value_stays_where_it_is() {
        for typed in [
            "tool trigger x -D",
            "tool jobs --header",
            "tool r -D -- -D x",
        ] {
            let words: Vec<OsString> = typed.split(' ').map(OsString::from).collect();
            assert_eq!(repeated_first(words.clone()), words, "{typed}");
        }
    }

    #[test]
    fn repeated_flags_add_up_on_both_sides_of_the_command() {
        let typed = "tool -D a=1 jobs --header x:y -Db=2 --all -- -D c=3";
        let words = repeated_first(typed.split(' ').map(OsString::from).collect());
        let expected = "tool -D a=1 --header x:y -Db=2 jobs --all -- -D c=3";
        assert_eq!(
            words,
            expected.split(' ').map(OsString::from).collect::<Vec<_>>()
        );
    }
}
