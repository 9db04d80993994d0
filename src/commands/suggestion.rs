//! What a word that is none of ours was probably meant to be: habits from Flink and from other tools.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Commands of other tools, and ours for them.
const COMMANDS: &[(&[&str], &str)] = &[
    (
        &["savepoint", "snapshot", "create", "take"],
        "`trigger` takes a savepoint; `flink savepoint` is Flink's own syntax",
    ),
    (
        &["run", "start", "resume", "submit", "deploy"],
        "`restore` runs a job from a snapshot; `flink run` runs one without",
    ),
    (
        &["rm", "delete", "discard", "remove", "drop"],
        "`dispose` deletes a snapshot",
    ),
    (&["ps", "status", "job", "top"], "`jobs` lists the jobs"),
    (
        &["ls", "savepoints", "snapshots", "history"],
        "`list` lists the snapshots",
    ),
    (
        &["kill", "abort"],
        "`cancel` ends a job without a savepoint",
    ),
    (
        &["show", "cat", "describe", "dump", "metadata"],
        "`inspect` shows what a snapshot contains",
    ),
    (
        &["check", "fsck", "validate", "test"],
        "`verify` checks a snapshot's files, `preflight` whether it fits a job",
    ),
    (&["compare", "cmp"], "`diff` compares two snapshots"),
    (&["hash", "operator-id"], "`uid` computes operator ids"),
    (
        &["info", "plan"],
        "`flink info` shows a jar's plan, `preflight` whether a snapshot fits it",
    ),
    (
        &["poll", "follow", "watch"],
        "`wait` waits for an operation; `jobs --watch` shows the jobs again and again",
    ),
    (
        &["cluster", "local", "start-cluster", "dev"],
        "`minicluster` starts the embedded runtime",
    ),
    (
        &["example", "tutorial", "try", "tour"],
        "`demo` shows the whole life of a savepoint",
    ),
];

/// Flags of other tools and of Flink's commands. An empty command stands for all of ours.
const FLAGS: &[(&str, &[&str], &str)] = &[
    (
        "trigger",
        &["-d", "--dispose"],
        "`savepointctl dispose SNAPSHOT` deletes a savepoint; --detached does not wait for one",
    ),
    ("checkpoint", &["-d"], "--detached does not wait"),
    (
        "trigger",
        &["-j", "--jarfile"],
        "a trigger needs no jar, and neither does `savepointctl dispose`",
    ),
    (
        "dispose",
        &["-j", "--jarfile"],
        "no jar is needed: leave it out",
    ),
    (
        "trigger",
        &[
            "-s",
            "-p",
            "--targetDirectory",
            "--target-directory",
            "--savepointPath",
            "--savepoint-dir",
        ],
        "give the directory behind the job: `savepointctl trigger JOB TARGET_DIR`",
    ),
    (
        "cancel",
        &["-s", "--withSavepoint", "-p"],
        "`savepointctl stop JOB` takes a savepoint and ends the job",
    ),
    (
        "stop",
        &["-s", "--targetDirectory", "--target-directory"],
        "-p DIR says where the savepoint goes",
    ),
    (
        "list",
        &["-r", "-s", "--running", "--scheduled"],
        "`savepointctl jobs` lists jobs, running ones unless --all; `list` lists snapshots",
    ),
    (
        "restore",
        &["-t", "-j", "--jarfile"],
        "--jar FILE names the program",
    ),
    (
        "dispose",
        &["-y", "-f", "-q"],
        "--yes disposes without a question",
    ),
    ("", &["--json"], "-o json gives JSON"),
    (
        "",
        &["--url", "--host", "--endpoint", "--address", "-a"],
        "-m HOST:PORT names the cluster",
    ),
    ("", &["--debug", "--trace"], "-v and -vv show the requests"),
    ("", &["--silent"], "--quiet says only warnings and errors"),
    ("", &["-y", "--force"], "only `dispose` asks, and has --yes"),
    (
        "",
        &["-yid", "--yarnapplicationId", "-t", "--target"],
        "-m URL names the cluster: on YARN its proxy's URL, on Kubernetes a forwarded port (see `savepointctl man`)",
    ),
];

/// Adds to a refused command line what was probably meant. `words` are the line's.
pub(super) fn add(error: &mut clap::Error, words: &[OsString]) {
    let meant = match error.kind() {
        ErrorKind::InvalidSubcommand => typed(error, ContextKind::InvalidSubcommand)
            .and_then(|word| command(&word))
            .map(|meant| (ContextKind::SuggestedSubcommand, meant)),
        ErrorKind::UnknownArgument => typed(error, ContextKind::InvalidArg)
            .and_then(|word| flag(&word, words))
            .map(|meant| (ContextKind::SuggestedArg, meant)),
        _ => None,
    };
    if let Some((guess, meant)) = meant {
        // better than what merely looks alike
        error.remove(guess);
        error.remove(ContextKind::TrailingArg);
        let meant = ContextValue::StyledStrs(vec![meant.into()]);
        error.insert(ContextKind::Suggested, meant);
    }
}

fn typed(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(word) => Some(word.clone()),
        _ => None,
    }
}

fn command(word: &str) -> Option<&'static str> {
    let (_, meant) = COMMANDS.iter().find(|(words, _)| words.contains(&word))?;
    Some(meant)
}

fn flag(word: &str, words: &[OsString]) -> Option<&'static str> {
    let word = word.split([' ', '=']).next().unwrap_or(word);
    let is_typed = |command: &str| words.iter().any(|typed| typed == command);
    let fits = |(command, flags, _): &&(&str, &[&str], &str)| {
        flags.contains(&word) && (command.is_empty() || is_typed(command))
    };
    FLAGS.iter().find(fits).map(|(_, _, meant)| *meant)
}
