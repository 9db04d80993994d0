//! The command tree, and what it takes to run one of its commands.

mod acknowledged;
mod cancel;
mod checkpoint;
pub mod complete;
mod completions;
mod config;
mod context;
mod demo;
mod diff;
mod dispose;
mod flink;
mod follow;
mod forgotten;
mod heap;
pub mod help;
mod inspect;
mod jar;
mod jobs;
mod latest;
mod launch;
mod list;
mod man;
mod minicluster;
mod offline;
mod outcome;
mod preflight;
mod program;
mod restore;
mod roots;
mod running;
mod select;
mod snapshots;
mod start;
mod stop;
mod suggestion;
mod trigger;
mod uid;
mod verify;
mod wait;
mod watch;

use std::ffi::OsString;
use std::future::Future;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use crate::cli::connect::ConnectArgs;
use crate::cli::global::GlobalArgs;
use crate::cli::storage::StorageArgs;
use crate::cli::words;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Printer;
use context::Context;

pub use complete::scripts as completion_scripts;
pub use man::pages;

/// Command-line client and savepoint manager for Apache Flink
///
/// Triggers savepoints and checkpoints, stops, cancels and restores jobs, lists and disposes of snapshots, and waits for
/// what it has triggered, over a cluster's REST API (Flink 1.13 to 2.3). Reads what a snapshot contains from its
/// metadata file, without a cluster.
#[derive(Parser)]
#[command(
    name = "savepointctl",
    version,
    propagate_version = true,
    max_term_width = 100,
    before_help = help::EXAMPLES,
    help_template = help::OF_THE_TOOL,
    after_long_help = help::codes_and_environment()
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    command: Command,
    /// How to reach the cluster.
    #[command(flatten)]
    connect: ConnectArgs,
    /// As whom to speak to storages.
    #[command(flatten)]
    storage: StorageArgs,
    /// How to say what came of it.
    #[command(flatten)]
    global: GlobalArgs,
}

#[derive(Subcommand)]
enum Command {
    Trigger(trigger::TriggerArgs),
    Stop(stop::StopArgs),
    Checkpoint(checkpoint::CheckpointArgs),
    Wait(wait::WaitArgs),
    Cancel(cancel::CancelArgs),
    Restore(restore::RestoreArgs),
    Dispose(dispose::DisposeArgs),
    List(list::ListArgs),
    Inspect(inspect::InspectArgs),
    Verify(verify::VerifyArgs),
    Diff(diff::DiffArgs),
    Preflight(preflight::PreflightArgs),
    Jobs(jobs::JobsArgs),
    Uid(uid::UidArgs),
    Config(config::ConfigArgs),
    Minicluster(minicluster::MiniclusterArgs),
    Demo(demo::DemoArgs),
    Flink(flink::FlinkArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Cli {
    /// The printer that the flags ask for.
    pub fn printer(&self) -> Printer {
        self.global.printer()
    }
}

/// The words of a command line as the command tree takes them: Flink's habits of typing translated, and what follows
/// `flink` left as it is. A program called `flink` is `savepointctl flink`.
///
/// # Errors
/// A glued value that could belong to either of two options.
pub fn typed(words: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, clap::Error> {
    let mut words: Vec<OsString> = words.into_iter().collect();
    if is_called_flink(&words) {
        words.splice(..1, ["savepointctl", "flink"].map(OsString::from));
    }
    let flinks = words::after_command(&Cli::command(), "flink", &words)
        .map(|at| words.split_off(at))
        .map(|flinks| [vec![OsString::from("--")], flinks].concat());
    let refused = |what: String| {
        let mut command = help::colored(Cli::command(), &words);
        Err(command.error(ErrorKind::InvalidValue, what))
    };
    if let Some((word, instead)) = words::ambiguous(&words) {
        return refused(format!("'{word}' could be two things: type {instead}\n"));
    }
    if let Some(interval) = words::apart_from_watch(&words) {
        return refused(format!(
            "the interval follows an equal sign: --watch={interval} (a job of that name stands before --watch)\n"
        ));
    }
    let own = words::repeated_first(words::flink_style(words));
    Ok([own, flinks.unwrap_or_default()].concat())
}

/// Whether the program was called by the name `flink`.
fn is_called_flink(words: &[OsString]) -> bool {
    let name = words.first().map(Path::new).and_then(Path::file_name);
    name.is_some_and(|name| name == "flink")
}

/// Runs the command.
///
/// # Errors
/// Whatever the command fails with, its exit code chosen.
pub fn run(cli: Cli, printer: Printer) -> Result<Exit, Failure> {
    let cx = Context::new(printer, cli.connect, cli.storage)?;
    match cli.command {
        Command::Trigger(args) => block_on(&cx, trigger::run(&args, &cx)),
        Command::Stop(args) => block_on(&cx, stop::run(&args, &cx)),
        Command::Checkpoint(args) => block_on(&cx, checkpoint::run(&args, &cx)),
        Command::Wait(args) => block_on(&cx, wait::run(&args, &cx)),
        Command::Cancel(args) => block_on(&cx, cancel::run(&args, &cx)),
        Command::Restore(args) => block_on(&cx, restore::run(&args, &cx)),
        Command::Dispose(args) => block_on(&cx, dispose::run(&args, &cx)),
        Command::List(args) => block_on(&cx, list::run(&args, &cx)),
        Command::Inspect(args) => block_on(&cx, inspect::run(&args, &cx)),
        Command::Verify(args) => block_on(&cx, verify::run(&args, &cx)),
        Command::Diff(args) => block_on(&cx, diff::run(&args, &cx)),
        Command::Preflight(args) => block_on(&cx, preflight::run(&args, &cx)),
        Command::Jobs(args) => block_on(&cx, jobs::run(&args, &cx)),
        Command::Uid(args) => uid::run(&args, &cx),
        Command::Config(args) => config::run(&args, &cx),
        Command::Minicluster(args) => minicluster::run(&args, &cx),
        Command::Demo(args) => block_on(&cx, demo::run(&args, &cx)),
        Command::Flink(args) => flink::run(&args, cx),
        Command::Completions(args) => completions::run(&args, &cx),
        Command::Man(args) => man::run(&args, &cx),
    }
}

/// Runs a command's body until it is done or the user interrupts it.
fn block_on<T>(cx: &Context, body: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime =
        runtime.map_err(|err| Failure::new(Exit::Failed, format!("cannot start: {err}")))?;
    runtime.block_on(async {
        tokio::select! {
            result = body => result,
            () = interrupted() => {
                cx.clear_up().await;
                Err(cx.interrupted())
            }
        }
    })
}

/// Comes back when the process is asked to end, by Ctrl-C or by a supervisor.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (
        signal(SignalKind::interrupt()),
        signal(SignalKind::terminate()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
