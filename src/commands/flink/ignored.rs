//! What Flink's command line passes over without a word. Nothing of it is passed over silently here.

use super::super::context::Context;
use crate::cli::commons_cli::{Line, Values};
use crate::output::Printer;

/// Says which words of the line are too many.
pub fn say_words(cx: &Context, words: &[String]) {
    if !words.is_empty() {
        cx.printer
            .warning(format!("ignored, as Flink does: {}", words.join(" ")));
    }
}

/// Says which options have no effect because another one of the line counts.
pub fn say_repeated(printer: Printer, line: &Line) {
    for what in repeated(line) {
        printer.warning(what);
    }
}

/// Of an option that takes one value the first one counts, of a key's definitions the last.
fn repeated(line: &Line) -> Vec<String> {
    let mut said = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for given in &line.options {
        let option = given.option;
        if seen.contains(&option.short) || !matches!(option.values, Values::One | Values::Optional)
        {
            continue;
        }
        seen.push(option.short);
        let mut values = line.values(option.short);
        let first = values.next().map(without_user).unwrap_or_default();
        let others: Vec<String> = values
            .map(|value| format!("-{} {}", option.short, without_user(value)))
            .collect();
        if !others.is_empty() {
            said.push(format!(
                "ignored, as Flink does: {}; the first one counts, -{} {first}",
                others.join(" "),
                option.short
            ));
        }
    }
    let pairs: Vec<(&str, &str)> = line.pairs("D").collect();
    for (number, (key, value)) in pairs.iter().enumerate() {
        // a value may be a password
        if let Some((_, last)) = pairs[number + 1..].iter().rfind(|(other, _)| other == key)
            && last != value
        {
            said.push(format!(
                "ignored, as Flink does: an earlier -D {key}; the last one counts"
            ));
        }
    }
    if let (Some(_), Some(executor)) = (line.value("t"), line.value("e")) {
        said.push(format!(
            "ignored, as Flink does: -e {executor}; -t goes before it"
        ));
    }
    said
}

/// A value without the user and password that an address may begin with.
fn without_user(value: &str) -> &str {
    value.rsplit_once('@').map_or(value, |(_, after)| after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::commons_cli;
    use crate::cli::flink_options::Action;

    fn said(action: Action, words: &str) -> String {
        let line = commons_cli::parse(&action.options(), words.split(' '), action.has_program());
        repeated(&line.unwrap()).join("\n")
    }

    #[test]
    fn of_several_values_all_but_the_one_that_counts_are_named() {
        let two = said(Action::Savepoint, "-d A --dispose B -d=C");
        assert!(
            two.contains("-d B -d C; the first one counts, -d A"),
            "{two}"
        );
        let without = said(Action::Stop, "-p x -d -p y -d");
        assert!(without.contains("-p y; the first"), "{without}");
        let defined = said(Action::List, "-Da=hunter2 -D b=1 -D a=2 -Db=1");
        assert!(
            defined.contains("-D a;") && !defined.contains("-D b"),
            "{defined}"
        );
        let address = said(Action::List, "-m a:1 -m http://u:hunter2@b:2");
        assert!(
            address.contains("-m b:2") && !address.contains("hunter2"),
            "{address}"
        );
    }

    #[test]
    fn what_adds_up_is_not_named() {
        for words in ["-Da=1 -Db=2", "-a x y -a z", "-d -d x.jar -p 1 -p 2", "-n"] {
            assert_eq!(said(Action::Run, words), "", "{words}");
        }
    }
}
