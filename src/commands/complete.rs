//! What a shell offers when Tab is pressed: asked of the binary itself, so that jobs and snapshots are among it.
//!
//! The scripts call `SAVEPOINTCTL_COMPLETE=SHELL savepointctl -- WORDS…`. Whatever goes wrong is silent: a line that is
//! being typed must not be torn by a message.

mod candidates;
mod flink;
mod scripts;

use std::ffi::OsString;
use std::io::{self, Write};

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::help;
use candidates::Wanted;

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
    let mut script = Vec::new();
    // writing to memory cannot fail
    let _ = shell.completer().write_registration(
        ASKED_BY,
        "savepointctl",
        "savepointctl",
        "savepointctl",
        &mut script,
    );
    let text = String::from_utf8_lossy(&script);
    format!("{}\n", text.trim()).into_bytes()
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
    let here = std::env::current_dir().ok();
    let mut answer = Vec::new();
    let written =
        shell
            .completer()
            .write_complete(&mut command, words, here.as_deref(), &mut answer);
    if written.is_ok() {
        let _ = io::stdout().lock().write_all(&answer);
    }
    true
}

/// The command tree, its jobs, snapshots and jars asked of the cluster that the words name.
fn completable(words: &[OsString]) -> Command {
    let mut command = help::command();
    command.build();
    with_candidates(command, words)
}

fn with_candidates(command: Command, words: &[OsString]) -> Command {
    command
        .mut_args(|arg| match wanted(&arg) {
            None => arg,
            Some(wanted) => {
                let words = words.to_vec();
                let ask = move |typed: &std::ffi::OsStr| -> Vec<CompletionCandidate> {
                    candidates::of(wanted, &words, typed)
                };
                arg.add(ArgValueCompleter::new(ask))
            }
        })
        .mut_subcommands(|command| with_candidates(command, words))
}

/// What an argument's value names.
fn wanted(arg: &Arg) -> Option<Wanted> {
    let name = arg.get_value_names()?.first()?.as_str();
    match name {
        "JOB" => Some(Wanted::Job),
        "SNAPSHOT" | "A" | "B" => Some(Wanted::Snapshot),
        "JAR_ID" => Some(Wanted::JarId),
        _ => None,
    }
}
