//! The part of `flink`'s page that the command tree does not know: Flink's own actions and options.

use super::super::flink::{help, meaning};
use super::roff::{Roff, bold, italic};
use crate::cli::commons_cli::OptionSpec;
use crate::cli::flink_options::{Action, GENERAL};

/// `savepointctl [options] flink action [options of the action] [arguments]`, and how it is typed by the other name.
pub(super) fn synopsis(roff: &mut Roff) {
    let rest = format!(
        "{} [{}] [{}]",
        italic("action"),
        italic("options of the action"),
        italic("arguments")
    );
    let own = format!("[{}]", italic("options"));
    roff.raw(&format!(
        "{} {own} {} {rest}",
        bold("savepointctl"),
        bold("flink")
    ));
    roff.raw(".br");
    roff.raw(&format!("{} {rest}", bold("flink")));
}

/// What stands before the word, each action, and what every action takes.
pub(super) fn options(roff: &mut Roff) {
    roff.section("Options before flink");
    roff.paragraph(help::BEFORE, true);
    roff.paragraph("`savepointctl`(1) describes them.", false);
    roff.section("Actions");
    for action in Action::ALL {
        let (words, what) = help::about(action);
        roff.subsection(&format!("{} {words}", action.word()));
        roff.paragraph(&sentence(what), true);
        let options = action.options();
        items(roff, action, |option| !is_general(option), &options);
        let missing: Vec<String> = options
            .iter()
            .filter(|option| !is_general(**option) && !meaning::is_covered(action, **option))
            .map(|option| match option.short {
                // beside -d it asks for nothing
                "sae" => "`-sae` without `-d`".to_owned(),
                short => format!("`-{short}`"),
            })
            .collect();
        if !missing.is_empty() {
            roff.paragraph(
                &format!("Not covered, and refused: {}.", missing.join(", ")),
                false,
            );
        }
    }
    roff.section("Options of every action");
    items(roff, Action::List, is_general, &Action::List.options());
    roff.paragraph("Not covered, and refused: `-yid`.", false);
    roff.paragraph(help::SPELLING, false);
}

/// Whether every action takes it.
fn is_general(option: OptionSpec) -> bool {
    GENERAL.contains(&option) || matches!(option.short, "h" | "v")
}

/// The covered options among those that are wanted.
fn items(
    roff: &mut Roff,
    action: Action,
    is_wanted: impl Fn(OptionSpec) -> bool,
    options: &[OptionSpec],
) {
    let covered =
        |option: &&OptionSpec| is_wanted(**option) && meaning::is_covered(action, **option);
    for option in options.iter().filter(covered) {
        let (names, value) = meaning::spelled(*option);
        let names: Vec<String> = names.split(',').map(bold).collect();
        let term = format!("{} {}", names.join(", "), italic(&value));
        let term = if value.is_empty() {
            names.join(", ")
        } else {
            term
        };
        roff.item(&term, &[sentence(meaning::of(action, *option))]);
    }
}

/// With a capital letter and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let first: String = first.into_iter().collect();
    format!("{first}{}.", letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::super::roff::escaped;
    use super::*;

    #[test]
    fn the_page_tells_of_every_option_of_every_action() {
        let mut roff = Roff::page("x", "2026-01-01", "x 1");
        options(&mut roff);
        let page = String::from_utf8(roff.finish()).unwrap();
        let general = page.split(".SH OPTIONS OF EVERY ACTION").nth(1).unwrap();
        for action in Action::ALL {
            let own = page
                .split(&format!(".SS {} ", action.word()))
                .nth(1)
                .unwrap();
            let own = own.split(".SS ").next().unwrap();
            for option in action.options() {
                let part = if is_general(option) { general } else { own };
                let named = format!("\\fB{}\\fP", escaped(&format!("-{}", option.short)));
                assert!(part.contains(&named), "{action:?} {}", option.shown());
            }
        }
    }
}
