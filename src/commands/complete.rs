//! What a shell offers when Tab is pressed: asked of the binary itself, so that jobs and snapshots are among it.
//!
//! The scripts call `SAVEPOINTCTL_COMPLETE=SHELL savepointctl -- WORDS…`. Whatever goes wrong is silent: a line that is
//! being typed must not be torn by a message.

mod answer;
mod candidates;
mod flink;
mod line;
mod scripts;

use std::ffi::OsString;
use std::io::{self, Write};
use std::sync::Arc;

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::help;
use crate::cli::words;
use candidates::Wanted;
use line::Line;

pub use scripts::Shell;

/// The environment variable that names the shell that asks.
const ASKED_BY: &str = "SAVEPOINTCTL_COMPLETE";

/// Every shell's script as (file name as the shell looks for it, text).
pub fn scripts() -> Vec<(String, Vec<u8>)> {
    let script = |shell: &Shell| (shell.file_name().to_owned(), script(*shell));
    Shell::ALL.iter().map(script).collect()
}

/// The script that makes a shell ask.
pub(super) fn script(shell: Shell) -> Vec<u8> {
    format!("{}\n", shell.script(ASKED_BY).trim()).into_bytes()
}

/// Answers a shell, if this call is a shell's question.
pub fn answered(args: impl Iterator<Item = OsString>) -> bool {
    let asked = std::env::var(ASKED_BY).ok();
    let Some(shell) = asked.and_then(|name| Shell::named(&name)) else {
        return false;
    };
    let words: Vec<OsString> = args.skip_while(|word| word != "--").skip(1).collect();
    if words.is_empty() {
        return false;
    }
    let mut command = match flink::begins(&words) {
        Some(at) => flink::command(&words, at),
        None => completable(&words),
    };
    let answer = answer::written(shell, &offered(&mut command, words));
    let _ = io::stdout().lock().write_all(answer.as_bytes());
    true
}

/// What the last of the words may become. Flags only where one was begun: there are many, and a word is meant.
fn offered(command: &mut Command, mut words: Vec<OsString>) -> Vec<CompletionCandidate> {
    let Some(typed) = words.pop() else {
        return Vec::new();
    };
    let is_flag = |word: &std::ffi::OsStr| word.as_encoded_bytes().starts_with(b"-");
    let begins_flag = is_flag(&typed);
    let mut line = words::flink_style(words);
    let at = line.len();
    line.push(typed);
    let here = std::env::current_dir().ok();
    let found = clap_complete::engine::complete(command, line, at, here.as_deref());
    let mut found = found.unwrap_or_default();
    found.retain(|one| begins_flag || !is_flag(one.get_value()));
    found
}

/// The command tree, its jobs, snapshots and jars asked of the cluster that the words name.
fn completable(words: &[OsString]) -> Command {
    let mut command = help::command();
    command.build();
    let before = words.split_last().map_or(&[][..], |(_, before)| before);
    with_candidates(command, &Arc::new(Line::of(before)))
}

fn with_candidates(command: Command, line: &Arc<Line>) -> Command {
    command
        .mut_args(|arg| match wanted(&arg) {
            None => arg,
            Some(wanted) => {
                let line = Arc::clone(line);
                let ask = move |typed: &std::ffi::OsStr| candidates::of(wanted, &line, typed);
                arg.add(ArgValueCompleter::new(ask))
            }
        })
        .mut_subcommands(|command| with_candidates(command, line))
}

/// What an argument's value names.
fn wanted(arg: &Arg) -> Option<Wanted> {
    if !arg.get_possible_values().is_empty() {
        // the command tree knows them
        return None;
    }
    let name = arg.get_value_names()?.first()?.as_str();
    match (name, arg.get_id().as_str()) {
        ("JOB", _) => Some(Wanted::Job),
        ("SNAPSHOT" | "A" | "B", _) | ("LOCATION", "from") => Some(Wanted::Snapshot),
        ("JAR_ID", _) => Some(Wanted::JarId),
        ("LOCATION" | "TARGET_DIR" | "DIR", _) => Some(Wanted::Directory),
        ("FORMAT", _) => Some(Wanted::OneOf(&["canonical", "native"])),
        ("MODE", _) => Some(Wanted::OneOf(&["no-claim", "claim", "legacy"])),
        ("VERB", _) => Some(Wanted::OneOf(&["trigger", "stop", "checkpoint"])),
        ("COMMAND", _) => Some(Wanted::Command),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::claim_mode::ClaimMode;
    use crate::domain::operation::Verb;
    use crate::domain::snapshot::FormatType;

    fn offered_for(line: &str) -> Vec<String> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let found = offered(&mut completable(&words), words);
        let value = |one: &CompletionCandidate| one.get_value().to_str().unwrap().to_owned();
        found.iter().map(value).collect()
    }

    #[test]
    fn the_values_of_flags_are_offered() {
        for (line, expected) in [
            (
                "savepointctl trigger x --type ",
                &["canonical", "native"][..],
            ),
            ("savepointctl trigger x -type n", &["native"]),
            ("savepointctl stop x --type=n", &["--type=native"]),
            ("savepointctl restore x --claim-mode c", &["claim"]),
            (
                "savepointctl restore x -cm ",
                &["no-claim", "claim", "legacy"],
            ),
            ("savepointctl wait x y --verb s", &["stop"]),
            ("savepointctl jobs -o j", &["json"]),
            ("savepointctl man t", &["trigger"]),
            ("savepointctl help tr", &["trigger"]),
        ] {
            assert_eq!(offered_for(line), expected, "{line}");
        }
    }

    #[test]
    fn values_that_are_offered_are_taken() {
        for (value_name, id) in [("FORMAT", "format"), ("MODE", "mode"), ("VERB", "verb")] {
            let Some(Wanted::OneOf(words)) = wanted(&Arg::new(id).value_name(value_name)) else {
                panic!("{value_name}");
            };
            for word in words {
                let is_taken = match value_name {
                    "FORMAT" => word.parse::<FormatType>().is_ok(),
                    "MODE" => word.parse::<ClaimMode>().is_ok(),
                    _ => word.parse::<Verb>().is_ok(),
                };
                assert!(is_taken, "{word}");
            }
        }
    }

    #[test]
    fn flags_are_offered_where_one_was_begun() {
        assert_eq!(offered_for("savepointctl jobs "), [""; 0]);
        assert_eq!(offered_for("savepointctl uid "), [""; 0]);
        assert_eq!(
            offered_for("savepointctl trigger --wait"),
            ["--wait-running"]
        );
        let short = offered_for("savepointctl stop x -");
        assert!(short.contains(&"-p".to_owned()), "{short:?}");
    }
}
