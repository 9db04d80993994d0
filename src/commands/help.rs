//! The command tree as it is parsed and shown: help begins with what a command is for and with examples.

use std::ffi::OsString;

use clap::{ColorChoice, Command, CommandFactory, FromArgMatches};

use super::{Cli, suggestion};
use crate::exit::Exit;

/// Where the parts of a command's help stand: examples before the flags, which are many.
const TEMPLATE: &str = "{about-with-newline}{after-help}\n\n{usage-heading} {usage}\n\n{all-args}";
/// The same for the tool itself, whose long help ends with what all commands heed.
pub(super) const OF_THE_TOOL: &str =
    "{about-with-newline}\n{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";
/// Above the examples of a command.
const HEADING: &str = "Examples:\n";
/// Those of the tool itself.
pub(super) const EXAMPLES: &str = "Examples:\n  \
    savepointctl demo\n  \
    savepointctl -m jobmanager:8081 jobs\n  \
    savepointctl -m jobmanager:8081 trigger orders ~/savepoints\n  \
    savepointctl -m jobmanager:8081 stop orders --drain";

/// The command tree.
pub fn command() -> Command {
    Cli::command().mut_subcommands(|command| command.help_template(TEMPLATE))
}

/// Parses a command line, whose first word is the program.
///
/// # Errors
/// A line that is none of ours; help and version, which are told in the same way.
pub fn parse(words: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut command = colored(command(), &words);
    let matches = command.try_get_matches_from_mut(&words);
    let matches = matches.map_err(|mut err| {
        suggestion::add(&mut err, &command, &words);
        err
    })?;
    Cli::from_arg_matches(&matches).map_err(|err| err.format(&mut command))
}

/// The command tree with the colours that the words ask for: help and errors are told before the words are understood.
pub(super) fn colored(command: Command, words: &[OsString]) -> Command {
    let own = words.iter().map(|word| word.to_str().unwrap_or_default());
    let own: Vec<&str> = own.take_while(|word| *word != "--").collect();
    let mut when = None;
    for (at, word) in own.iter().enumerate() {
        if *word == "--color" {
            when = own.get(at + 1).copied();
        } else if let Some(value) = word.strip_prefix("--color=") {
            when = Some(value);
        }
    }
    match when {
        Some("never") => command.color(ColorChoice::Never),
        Some("always") => command.color(ColorChoice::Always),
        _ => command,
    }
}

/// The examples of a command, a line each.
pub(super) fn examples(command: &Command) -> Vec<String> {
    let help = command
        .get_before_help()
        .or_else(|| command.get_after_help());
    let help = help.map(ToString::to_string);
    let help = help.unwrap_or_default();
    let Some((_, examples)) = help.split_once(HEADING) else {
        return Vec::new();
    };
    let lines = examples.lines().map(|line| line.trim().to_owned());
    lines.take_while(|line| !line.is_empty()).collect()
}

/// What follows the flags in the tool's own long help.
pub(super) fn codes_and_environment() -> String {
    let codes: Vec<String> = Exit::TABLE
        .iter()
        .map(|(exit, meaning)| format!("  {:>3}  {meaning}", exit.code()))
        .collect();
    format!(
        "Exit codes:\n{}\n\n\
         Environment:\n  \
         SAVEPOINTCTL_JOBMANAGER    the cluster, as for -m\n  \
         SAVEPOINTCTL_BEARER_TOKEN  a token for the Authorization header\n  \
         SAVEPOINTCTL_BASIC_AUTH    user:password for the Authorization header\n  \
         FLINK_REST_CLIENT_HEADERS  further headers, Name:value, one a line\n  \
         FLINK_CONF_DIR             where Flink's configuration lies\n  \
         FLINK_HOME                 a Flink distribution; its conf/ is read\n  \
         NO_COLOR                   no colours, whatever it is set to\n  \
         HTTP_PROXY, HTTPS_PROXY, NO_PROXY  honoured, but never for loopback",
        codes.join("\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_examples_that_call_it() {
        for command in command().get_subcommands() {
            let name = format!("savepointctl {}", command.get_name());
            let examples = examples(command);
            assert!(!examples.is_empty(), "{name}");
            assert!(examples.iter().all(|line| line.contains(&name)), "{name}");
        }
    }
}
