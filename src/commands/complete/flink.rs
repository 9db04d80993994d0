//! What a word of Flink's own command line may become: behind `savepointctl flink`, or where a link is called `flink`.
//!
//! The line is read by the grammar and the tables that the command reads it by.

use std::ffi::{OsStr, OsString};

use clap::{Arg, Command, CommandFactory};
use clap_complete::PathCompleter;
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use super::super::flink::{self, help, meaning};
use super::super::{Cli, is_called_flink};
use super::candidates::{self, Question, Wanted};
use super::line::Line as Own;
use crate::cli::commons_cli::{self, Line};
use crate::cli::flink_options::Action;
use crate::cli::words;
use crate::domain::ids::JobId;
use crate::domain::reference::SnapshotRef;

/// Stands for the word that is being typed: the parser tells what it would be.
const HERE: &str = "here";

/// What may stand where a word is being typed.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// What to do.
    Action,
    /// An option of an action.
    Option(Action),
    /// The id of a running job.
    Job,
    /// That, or where its savepoint goes.
    JobOrPath,
    /// A snapshot.
    Snapshot,
    /// A file or directory.
    Path,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Nothing that is known.
    Unknown,
}

/// Where Flink's words begin in a line, if the last one is among them.
pub(super) fn begins(words: &[OsString]) -> Option<usize> {
    let at = match is_called_flink(words) {
        true => Some(1),
        false => words::after_command(&Cli::command(), "flink", words),
    };
    at.filter(|at| *at < words.len())
}

/// A command that takes any word, and offers what the last one of these may become.
pub(super) fn command(words: &[OsString], at: usize) -> Command {
    let (own, flinks) = words.split_at(at);
    let (own, flinks) = (own.to_vec(), flinks.to_vec());
    let offered = move |typed: &OsStr| offered(&own, &flinks, typed).unwrap_or_default();
    let any = Arg::new("words")
        .num_args(0..)
        .trailing_var_arg(true)
        .allow_hyphen_values(true)
        .add(ArgValueCompleter::new(offered));
    Command::new("savepointctl")
        .disable_help_flag(true)
        .arg(any)
}

/// What `typed` may become; `own` are the words up to `flink`, the last of `flinks` is the typed one.
fn offered(
    own: &[OsString],
    flinks: &[OsString],
    typed: &OsStr,
) -> Option<Vec<CompletionCandidate>> {
    let (_, before) = flinks.split_last()?;
    let before: Vec<&str> = before
        .iter()
        .map(|word| word.to_str())
        .collect::<Option<_>>()?;
    let text = typed.to_str()?;
    let paths = || candidates::paths(PathCompleter::any, text);
    let (next, line) = next(&before, text);
    Some(match next {
        Next::Action => actions(text),
        Next::Option(action) => options(action, text),
        Next::Job => jobs(own, &line, text),
        Next::JobOrPath => jobs(own, &line, text).into_iter().chain(paths()).collect(),
        Next::Snapshot => {
            let mut known = asked(Wanted::Snapshot, own, &line, text);
            known.retain(|one| {
                is(one, |word| {
                    matches!(word.parse(), Ok(SnapshotRef::Location(_)))
                })
            });
            known.into_iter().chain(paths()).collect()
        }
        Next::Path => paths(),
        Next::OneOf(words) => {
            let fitting = words.iter().filter(|word| word.starts_with(text));
            fitting.map(CompletionCandidate::new).collect()
        }
        Next::Unknown => Vec::new(),
    })
}

/// What may stand behind the words `before`, and what they say.
fn next(before: &[&str], typed: &str) -> (Next, Line) {
    let Some((word, rest)) = before.split_first() else {
        return (Next::Action, Line::default());
    };
    let read = Action::of(word).and_then(|action| {
        let words = rest.iter().chain([&HERE]);
        let line = commons_cli::parse(&action.options(), words, action.has_program());
        Some((action, line.ok()?))
    });
    let Some((action, mut line)) = read else {
        return (Next::Unknown, Line::default());
    };
    let is_word = line.words.pop_if(|word| word == HERE).is_some();
    let is_of_program = action.has_program() && !line.words.is_empty();
    let next = if typed.starts_with('-') && !is_of_program && !rest.contains(&"--") {
        Next::Option(action)
    } else if is_word {
        word_of(action, &line)
    } else {
        let last = line.options.last().map(|given| given.option.short);
        value_of(action, last.unwrap_or_default())
    };
    (next, line)
}

/// What the next plain word of an action is.
fn word_of(action: Action, line: &Line) -> Next {
    match (action, line.words.len()) {
        (Action::Savepoint, _) if line.has("d") => Next::Unknown,
        (Action::Savepoint | Action::Stop | Action::Cancel | Action::Checkpoint, 0) => Next::Job,
        (Action::Savepoint, 1) | (Action::Run | Action::Info, _) => Next::Path,
        _ => Next::Unknown,
    }
}

/// What the value of an option is.
fn value_of(action: Action, short: &str) -> Next {
    match (action, short) {
        (_, "type") => Next::OneOf(&["canonical", "native"]),
        (_, "cm" | "rm") => Next::OneOf(&["no_claim", "claim", "legacy"]),
        (_, "t" | "e") => Next::OneOf(&["remote"]),
        (_, "j") => Next::Path,
        (Action::Savepoint, "d") | (Action::Run, "s") => Next::Snapshot,
        (Action::Stop, "p") | (Action::Cancel, "s") => Next::JobOrPath,
        _ => Next::Unknown,
    }
}

fn actions(typed: &str) -> Vec<CompletionCandidate> {
    let asks = ["-h", "--help", "-v", "--version"];
    let asks = asks.into_iter().filter(|_| typed.starts_with('-'));
    let asks = asks.map(|word| (word.to_owned(), ""));
    let words = Action::ALL.map(|action| (action.word().to_owned(), help::about(action).1));
    fitting(words.into_iter().chain(asks), typed)
}

/// The options of an action: long names, with one dash too where one was typed and a letter behind it.
fn options(action: Action, typed: &str) -> Vec<CompletionCandidate> {
    let is_abbreviated = typed.len() > 1 && !typed.starts_with("--");
    let mut offered = Vec::new();
    for option in action.options() {
        if !meaning::is_covered(action, option) {
            continue;
        }
        let names = match option.long {
            Some(long) if is_abbreviated => vec![format!("-{}", option.short), format!("-{long}")],
            Some(long) => vec![format!("--{long}")],
            None => vec![format!("-{}", option.short)],
        };
        for name in names {
            if !offered.iter().any(|(known, _)| *known == name) {
                offered.push((name, meaning::of(action, option)));
            }
        }
    }
    fitting(offered, typed)
}

fn fitting<'h>(
    offered: impl IntoIterator<Item = (String, &'h str)>,
    typed: &str,
) -> Vec<CompletionCandidate> {
    let offered = offered
        .into_iter()
        .filter(|(word, _)| word.starts_with(typed));
    let candidate = |(word, help): (String, &str)| {
        let help = Some(help.to_owned()).filter(|help| !help.is_empty());
        CompletionCandidate::new(word).help(help.map(Into::into))
    };
    offered.map(candidate).collect()
}

/// The ids of running jobs.
fn jobs(own: &[OsString], line: &Line, typed: &str) -> Vec<CompletionCandidate> {
    let mut found = asked(Wanted::Job, own, line, typed);
    found.retain(|one| is(one, |word| word.parse::<JobId>().is_ok()));
    found
}

/// Whether the word that is offered is of a kind: Flink takes neither names nor references.
fn is(offered: &CompletionCandidate, kind: impl Fn(&str) -> bool) -> bool {
    offered.get_value().to_str().is_some_and(kind)
}

fn asked(wanted: Wanted, own: &[OsString], line: &Line, typed: &str) -> Vec<CompletionCandidate> {
    let cx = Own::of(own).context();
    let cx = cx.and_then(|cx| flink::cluster_of(line, cx));
    let question = Question {
        wanted,
        is_of_running_jobs: true,
        dirs: &[],
        typed,
    };
    candidates::asked(question, cx)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next_of(line: &str) -> Next {
        let words: Vec<&str> = line.split(' ').collect();
        let (typed, before) = words.split_last().unwrap();
        next(before, typed).0
    }

    fn values(candidates: Vec<CompletionCandidate>) -> Vec<String> {
        let value = |one: &CompletionCandidate| one.get_value().to_str().unwrap().to_owned();
        candidates.iter().map(value).collect()
    }

    #[test]
    fn what_may_follow_is_what_the_parser_would_take_the_word_for() {
        for (line, expected) in [
            ("", Next::Action),
            ("sto", Next::Action),
            ("stop ", Next::Job),
            ("stop -p ", Next::JobOrPath),
            ("stop -p /sp ", Next::Job),
            ("stop --savepointPath=/sp ", Next::Job),
            (
                "stop --drain --type ",
                Next::OneOf(&["canonical", "native"]),
            ),
            ("stop 0123 ", Next::Unknown),
            ("cancel -s ", Next::JobOrPath),
            ("savepoint -m ", Next::Unknown),
            ("savepoint -m jm:8081 ", Next::Job),
            ("savepoint -m jm:8081 0123 ", Next::Path),
            ("savepoint -dispose ", Next::Snapshot),
            ("savepoint -d s3://b/sp ", Next::Unknown),
            ("checkpoint -D a=b -", Next::Option(Action::Checkpoint)),
            ("checkpoint -D ", Next::Unknown),
            ("list ", Next::Unknown),
            ("run -d -s ", Next::Snapshot),
            ("run -d ", Next::Path),
            ("run -cm ", Next::OneOf(&["no_claim", "claim", "legacy"])),
            ("run orders.jar --inp", Next::Path),
            ("stop -- -x", Next::Job),
            ("stop --bogus ", Next::Unknown),
            ("bogus ", Next::Unknown),
        ] {
            assert_eq!(next_of(line), expected, "{line}");
        }
    }

    #[test]
    fn options_are_offered_in_the_spelling_that_was_begun() {
        assert_eq!(values(options(Action::Stop, "--dr")), ["--drain"]);
        assert_eq!(values(options(Action::Stop, "-dr")), ["-drain"]);
        assert_eq!(values(options(Action::Stop, "-de")), ["-detached"]);
        assert_eq!(values(options(Action::Run, "-clas")), ["-class"]);
        let all = values(options(Action::Run, "-"));
        assert!(all.contains(&"--fromSavepoint".to_owned()), "{all:?}");
        assert!(all.contains(&"-D".to_owned()), "{all:?}");
    }

    #[test]
    fn what_only_flink_does_is_not_offered() {
        let all = values(options(Action::Run, "-"));
        assert!(!all.iter().any(|one| one.contains("py")), "{all:?}");
        assert!(!all.contains(&"--classpath".to_owned()), "{all:?}");
    }

    #[test]
    fn a_line_is_flinks_once_its_word_is_left_behind() {
        for (line, at) in [
            ("savepointctl flink", None),
            ("savepointctl flink ", Some(2)),
            ("savepointctl -m a:1 flink st", Some(4)),
            ("savepointctl trigger flink ", None),
            ("flink ", Some(1)),
            ("/opt/bin/flink stop ", Some(1)),
            ("flink", None),
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            assert_eq!(begins(&words), at, "{line}");
        }
    }
}
