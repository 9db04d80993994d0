//! `man`: the manual pages, made of the command tree and of what it does not say.

mod flink;
mod page;
mod roff;
mod sections;

use clap::Args;

use super::context::Context;
use super::{help, suggestion};
use crate::error::Failure;
use crate::exit::Exit;

/// Print the manual page of the tool, or of one of its commands
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  savepointctl man | man -l -\n  savepointctl man trigger > savepointctl-trigger.1"
)]
pub struct ManArgs {
    /// The command whose page to print; the tool's own if left out
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
}

/// Runs the command.
pub fn run(args: &ManArgs, cx: &Context) -> Result<Exit, Failure> {
    let wanted = match &args.command {
        None => "savepointctl.1".to_owned(),
        Some(command) => format!("savepointctl-{command}.1"),
    };
    match pages().into_iter().find(|(name, _)| *name == wanted) {
        Some((_, page)) => cx.printer.raw(&page).map(|()| Exit::Success),
        None => {
            let word = args.command.as_deref().unwrap_or_default();
            let failure = Failure::new(Exit::Usage, format!("no command '{word}'"));
            let meant = suggestion::command(&help::command(), word);
            let failure = meant.into_iter().fold(failure, Failure::hint);
            Err(failure.hint("`savepointctl --help` lists the commands"))
        }
    }
}

/// Every page as (file name, roff), the tool's own first.
pub fn pages() -> Vec<(String, Vec<u8>)> {
    let mut tool = help::command().disable_help_subcommand(true);
    tool.build();
    let mut pages = vec![("savepointctl.1".to_owned(), page::of_tool(&tool))];
    for command in tool.get_subcommands().filter(|one| !one.is_hide_set()) {
        let name = format!("savepointctl-{}.1", command.get_name());
        pages.push((name, page::of_command(command)));
    }
    pages
}
