//! A manual page of a command.

use clap::{Arg, ArgAction, Command};

use super::roff::{Roff, WIDTH, bold, escaped, italic};
use super::{flink, help, sections};
use crate::exit::Exit;

/// The day of the pages' text. Not that of the build: the same sources give the same pages.
const DATE: &str = "2026-11-23";
/// The heading of flags that have none.
const OPTIONS: &str = "Options";

/// The tool's own page.
pub(super) fn of_tool(tool: &Command) -> Vec<u8> {
    let mut roff = begin("savepointctl", tool);
    roff.section("Synopsis");
    let synopsis = format!(
        "{} [{}] {} [{}]",
        bold("savepointctl"),
        italic("options"),
        italic("command"),
        italic("arguments")
    );
    roff.raw(&synopsis);
    describe(&mut roff, tool);
    examples(&mut roff, sections::SETTING, &help::examples(tool));
    roff.section("Commands");
    for command in tool.get_subcommands().filter(|one| !one.is_hide_set()) {
        let about = command.get_about().map(ToString::to_string);
        let term = bold(&format!("savepointctl-{}", command.get_name()));
        roff.item(&format!("{term}(1)"), &[about.unwrap_or_default()]);
    }
    options(&mut roff, tool);
    exit_status(&mut roff, Exit::TABLE.iter().map(|(exit, _)| *exit));
    listed(&mut roff, "Environment", sections::ENVIRONMENT);
    listed(&mut roff, "Files", sections::FILES);
    for recipe in sections::RECIPES {
        roff.section(recipe.title);
        blocks(&mut roff, recipe.text);
        if let Some(script) = recipe.script {
            roff.raw(".PP");
            roff.example(&script.lines().collect::<Vec<_>>());
        }
    }
    roff.finish()
}

/// The page of a command.
pub(super) fn of_command(command: &Command) -> Vec<u8> {
    let name = command.get_name();
    let told = sections::of(name);
    let mut roff = begin(&format!("savepointctl-{name}"), command);
    roff.section("Synopsis");
    match name {
        "flink" => flink::synopsis(&mut roff),
        _ => roff.raw(&synopsis(command)),
    }
    describe(&mut roff, command);
    examples(&mut roff, "", &help::examples(command));
    match name {
        "flink" => flink::options(&mut roff),
        _ => options(&mut roff, command),
    }
    for (title, text) in told.further {
        roff.section(title);
        let lines: Vec<String> = text.lines().flat_map(narrow).collect();
        roff.table(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
    exit_status(&mut roff, told.exits.iter().copied());
    if !told.differences.is_empty() {
        roff.section("Differences kept on purpose");
        for (number, (what, why)) in told.differences.iter().enumerate() {
            roff.paragraph(&format!("`{what}`: {why}"), number == 0);
        }
    }
    roff.section("Interruption");
    roff.paragraph(told.interruption, true);
    roff.section("Environment and files");
    roff.paragraph(told.reads, true);
    roff.section("See also");
    roff.raw(&format!("{}(1)", bold("savepointctl")));
    roff.finish()
}

fn begin(name: &str, command: &Command) -> Roff {
    let source = concat!("savepointctl ", env!("CARGO_PKG_VERSION"));
    let mut roff = Roff::page(name, DATE, source);
    roff.section("Name");
    let about = command.get_about().map(ToString::to_string);
    let about = about.unwrap_or_default();
    roff.wrapped(&format!("{} \\- {}", escaped(name), escaped(&about)));
    roff
}

/// `savepointctl NAME [options] ARGUMENTS`: the flags are listed below.
fn synopsis(command: &Command) -> String {
    let mut words = vec![
        bold(&format!("savepointctl {}", command.get_name())),
        format!("[{}]", italic("options")),
    ];
    words.extend(required(command));
    for arg in command.get_positionals() {
        let name = italic(&value_names(arg));
        let several = match arg.get_num_args().is_some_and(|n| n.max_values() > 1)
            || matches!(arg.get_action(), ArgAction::Append)
        {
            true => " ...",
            false => "",
        };
        words.push(if arg.is_last_set() {
            format!("[{} {name}{several}]", bold("--"))
        } else if arg.is_required_set() {
            format!("{name}{several}")
        } else {
            format!("[{name}{several}]")
        });
    }
    words.join(" ")
}

/// The flags of which one must be given.
fn required(command: &Command) -> Vec<String> {
    let groups = command.get_groups().filter(|group| group.is_required_set());
    let alternatives = groups.map(|group| {
        let of_group = |arg: &&Arg| group.get_args().any(|id| id == arg.get_id());
        let flags = command.get_arguments().filter(of_group);
        let flag = |arg: &Arg| {
            let long = arg.get_long().unwrap_or_default();
            format!(
                "{} {}",
                bold(&format!("--{long}")),
                italic(&value_names(arg))
            )
        };
        flags.map(flag).collect::<Vec<_>>().join(" | ")
    });
    alternatives.map(|flags| format!("({flags})")).collect()
}

/// A line of a table in lines that fit a page: what goes on stands below the last column.
fn narrow(line: &str) -> Vec<String> {
    let column = line.rfind("  ").map_or(0, |at| at + 2);
    let (head, text) = line.split_at(column);
    let mut lines = vec![head.to_owned()];
    let mut is_begun = false;
    for word in text.split(' ') {
        let last = lines.last().map_or("", String::as_str);
        let width = escaped(last).len() + 1 + escaped(word).len();
        if is_begun && width > WIDTH {
            lines.push(" ".repeat(column) + word);
        } else if let Some(last) = lines.last_mut() {
            let gap = if is_begun { " " } else { "" };
            *last = format!("{last}{gap}{word}");
        }
        is_begun = true;
    }
    lines
}

fn describe(roff: &mut Roff, command: &Command) {
    roff.section("Description");
    let about = command.get_long_about().or_else(|| command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let (first, rest) = about.split_once("\n\n").unwrap_or((&about, ""));
    roff.paragraph(&format!("{first}."), true);
    for paragraph in rest.split("\n\n").filter(|text| !text.is_empty()) {
        roff.paragraph(paragraph, false);
    }
}

/// The arguments under the headings that help shows them under, in its order.
fn options(roff: &mut Roff, command: &Command) {
    let shown = || command.get_arguments().filter(|arg| !arg.is_hide_set());
    let mut headings: Vec<&str> = vec![OPTIONS];
    for arg in shown() {
        let heading = arg.get_help_heading().unwrap_or(OPTIONS);
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        let of_heading = shown()
            .filter(|arg| arg.get_help_heading().unwrap_or(OPTIONS) == heading)
            .collect::<Vec<_>>();
        if of_heading.is_empty() {
            continue;
        }
        roff.section(heading);
        for arg in of_heading {
            roff.item(&term(arg), &meaning(arg));
        }
    }
}

/// `-p, --path DIR`.
fn term(arg: &Arg) -> String {
    let flags = [
        arg.get_short().map(|short| bold(&format!("-{short}"))),
        arg.get_long().map(|long| bold(&format!("--{long}"))),
    ];
    let flags: Vec<String> = flags.into_iter().flatten().collect();
    let takes_value = arg.get_action().takes_values();
    match (flags.is_empty(), takes_value) {
        (true, _) => italic(&value_names(arg)),
        (false, false) => flags.join(", "),
        (false, true) => {
            let values = italic(&value_names(arg));
            if arg.is_require_equals_set() {
                format!("{}[={values}]", flags.join(", "))
            } else {
                format!("{} {values}", flags.join(", "))
            }
        }
    }
}

fn value_names(arg: &Arg) -> String {
    let names = arg.get_value_names().unwrap_or_default();
    let names: Vec<&str> = names.iter().map(|name| name.as_str()).collect();
    if names.is_empty() {
        arg.get_id().as_str().to_uppercase()
    } else {
        names.join(" ")
    }
}

fn meaning(arg: &Arg) -> Vec<String> {
    let help = arg.get_long_help().or_else(|| arg.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let mut paragraphs: Vec<String> = help.split("\n\n").map(str::to_owned).collect();
    let is_switch = !arg.get_action().takes_values();
    let values = arg.get_possible_values();
    if !is_switch && !values.is_empty() && !arg.is_hide_possible_values_set() {
        let value = |one: &clap::builder::PossibleValue| match one.get_help() {
            Some(help) => format!("`{}` ({help})", one.get_name()),
            None => format!("`{}`", one.get_name()),
        };
        let values: Vec<String> = values.iter().map(value).collect();
        paragraphs.push(format!("One of {}.", values.join(", ")));
    }
    paragraphs
}

fn exit_status(roff: &mut Roff, exits: impl Iterator<Item = Exit>) {
    roff.section("Exit status");
    for exit in exits {
        roff.item(
            &bold(&exit.code().to_string()),
            &[meaning_of(exit).to_owned()],
        );
    }
}

fn meaning_of(exit: Exit) -> &'static str {
    match Exit::TABLE.iter().find(|(known, _)| *known == exit) {
        Some((_, meaning)) => meaning,
        None => "fatal for Flink's command line: no configuration where it needs one",
    }
}

fn listed(roff: &mut Roff, title: &str, entries: &[(&str, &str)]) {
    roff.section(title);
    for (term, meaning) in entries {
        roff.item(&bold(term), &[(*meaning).to_owned()]);
    }
}

fn examples(roff: &mut Roff, setting: &str, lines: &[String]) {
    roff.section("Examples");
    if !setting.is_empty() {
        roff.paragraph(setting, true);
        roff.raw(".PP");
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    roff.example(&lines);
}

/// Paragraphs; those whose lines are indented are shown as they are.
fn blocks(roff: &mut Roff, text: &str) {
    for (number, block) in text.split("\n\n").enumerate() {
        if block.starts_with("    ") {
            let lines: Vec<&str> = block
                .lines()
                .map(|line| line.strip_prefix("    ").unwrap_or(line))
                .collect();
            if number > 0 {
                roff.raw(".PP");
            }
            roff.example(&lines);
        } else {
            roff.paragraph(block, number == 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_a_page_goes_on_below_its_column() {
        let line = format!("  drop-answer     {}", "done, ".repeat(20));
        let lines = narrow(line.trim_end());
        assert!(lines.len() > 1);
        for (number, line) in lines.iter().enumerate() {
            assert!(escaped(line).len() <= WIDTH, "{line}");
            assert_eq!(line.find("done"), Some(18), "{number}: {line}");
        }
        assert_eq!(lines[0].find("drop"), Some(2));
        assert_eq!(narrow("short"), ["short"]);
    }

    #[test]
    fn a_synopsis_shows_what_must_be_given_and_what_follows_two_dashes() {
        let tool = help::command();
        let restore = tool.find_subcommand("restore").cloned();
        let restore = synopsis(&restore.unwrap());
        assert!(
            restore.contains("\\fB\\-\\-jar\\fP \\fIFILE\\fP | "),
            "{restore}"
        );
        assert!(
            restore.ends_with("[\\fB\\-\\-\\fP \\fIARGS\\fP ...]"),
            "{restore}"
        );
    }
}
