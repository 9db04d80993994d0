//! `flink ARGS...`: Flink's own command line, its options, its lines on stdout and its exit codes.

mod end;
mod endpoint;
pub(super) mod help;
mod ignored;
mod job;
mod jobs;
pub(super) mod meaning;
mod program;
mod savepoint;
mod stop;

use std::ffi::OsString;

use clap::Args;

use super::block_on;
use super::context::Context;
use crate::cli::commons_cli::{self, Line};
use crate::cli::flink_options::{Action, GENERAL};
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::{Colors, Format, Look, Printer, Style};
use endpoint::Setup;

/// Flink's own command line: its options, its lines on stdout, its exit codes
///
/// The same happens when this program is called by the name `flink`, through a link or as a copy. The actions list,
/// savepoint, stop, cancel, checkpoint, run and info are taken as Flink 1.20 and 2.3 take them, in every spelling;
/// stdout carries Flink's lines and the exit code is Flink's, while errors are told on stderr in this tool's words.
/// `savepointctl flink -h` tells more.
#[derive(Args, Debug)]
#[command(disable_help_flag = true, override_usage = help::USAGE, after_help = help::EXAMPLES, after_long_help = help::long())]
pub struct FlinkArgs {
    /// An action of Flink's with its options and arguments
    #[arg(
        value_name = "ARGS",
        trailing_var_arg = true,
        allow_hyphen_values = true
    )]
    words: Vec<OsString>,
}

/// Runs the command.
///
/// # Errors
/// As Flink: 1 for every failure; 31 where its configuration cannot be read; 130 if interrupted.
pub fn run(args: &FlinkArgs, cx: Context) -> Result<Exit, Failure> {
    let setup = Setup(cx.into_parts());
    act(&args.words, setup).map_err(as_flink)
}

/// The failure with the exit code that Flink would end with.
fn as_flink(failure: Failure) -> Failure {
    let exit = match failure.exit {
        exit @ (Exit::FlinkFatal | Exit::Interrupted) => exit,
        _ => Exit::Failed,
    };
    let hints = failure.hints.iter().map(|hint| help::hint(hint)).collect();
    Failure {
        exit,
        hints,
        ..failure
    }
}

fn act(words: &[OsString], mut setup: Setup) -> Result<Exit, Failure> {
    let printer = setup.0.printer;
    refuse_looks(printer)?;
    let words = texts(words)?;
    let Some((word, rest)) = words.split_first() else {
        printer.raw(help::tool().as_bytes())?;
        return Err(Failure::new(
            Exit::Usage,
            format!("say what to do: {}", help::actions()),
        ));
    };
    // Flink reads the options that all actions share once more, before anything else
    if let Err(err) = commons_cli::parse(GENERAL, rest, true) {
        return Err(Failure::new(Exit::FlinkFatal, format!("{word}: {err}"))
            .hint("`savepointctl flink -h` tells more"));
    }
    let action = match word.as_str() {
        "-h" | "--help" => return shown(printer, &help::tool()),
        "-v" | "--version" => return shown(printer, help::VERSION),
        word => Action::of(word).ok_or_else(|| help::no_action(word))?,
    };
    let line = commons_cli::parse(&action.options(), rest, action.has_program());
    let line = line.map_err(|err| usage(action, err.to_string()))?;
    if line.has("h") {
        return shown(printer, &help::of(action));
    }
    if line.has("v") {
        setup.0.printer = printer.verbose();
    }
    endpoint::refuse_uncovered(&line)?;
    ignored::say_repeated(setup.printer(), &line);
    match action {
        Action::List => jobs::list(&line, setup),
        Action::Savepoint => savepoint::run(&line, setup),
        Action::Checkpoint => savepoint::checkpoint(&line, setup),
        Action::Stop => stop::stop(&line, setup),
        Action::Cancel => stop::cancel(&line, setup),
        Action::Run => program::run(&line, setup),
        Action::Info => program::info(&line, setup),
    }
}

/// Flags before `flink` that ask for another form than Flink's.
fn refuse_looks(printer: Printer) -> Result<(), Failure> {
    let Look { style, colors } = printer.look();
    let (flag, hint) = match (printer.format(), style) {
        (Format::Json | Format::Name, _) => ("--output", "leave it out"),
        (_, Style { utc: true, .. }) => ("--utc", "set TZ=UTC for Flink's times in UTC"),
        (_, Style { bytes: true, .. }) => ("--bytes", "leave it out"),
        _ => {
            if colors == Colors::Always {
                printer.note("--color always colours errors and warnings, not what `flink` prints");
            }
            return Ok(());
        }
    };
    let what = format!("{flag} has no effect: what `flink` prints has Flink's form only");
    Err(Failure::new(Exit::Usage, what)
        .hint(format!("{hint}, or use the command of this tool's own")))
}

/// The way to the cluster that a line names; nothing where it would be refused.
pub(super) fn cluster_of(line: &Line, cx: Context) -> Option<Context> {
    endpoint::refuse_uncovered(line).ok()?;
    Setup(cx.into_parts()).context(line).ok()
}

fn shown(printer: Printer, text: &str) -> Result<Exit, Failure> {
    printer.raw(text.as_bytes())?;
    Ok(Exit::Success)
}

fn texts(words: &[OsString]) -> Result<Vec<String>, Failure> {
    let text = |word: &OsString| {
        let shown = format!("'{}' is not UTF-8 text", word.to_string_lossy());
        word.to_str()
            .map(str::to_owned)
            .ok_or_else(|| Failure::new(Exit::Usage, shown))
    };
    words.iter().map(text).collect()
}

/// A line of words that the action does not take.
fn usage(action: Action, what: impl Into<String>) -> Failure {
    Failure::new(Exit::Usage, format!("{}: {}", action.word(), what.into())).hint(format!(
        "`savepointctl flink {} -h` shows its options",
        action.word()
    ))
}

/// The words after the first `count`.
fn after(line: &Line, count: usize) -> &[String] {
    line.words.get(count..).unwrap_or_default()
}
