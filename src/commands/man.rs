//! `man`: the manual pages.

use clap::{Args, Command, CommandFactory};
use clap_mangen::Man;

use super::Cli;
use super::context::Context;
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
            let what = format!(
                "no command '{}'",
                args.command.as_deref().unwrap_or_default()
            );
            Err(Failure::new(Exit::Usage, what).hint("`savepointctl --help` lists the commands"))
        }
    }
}

/// Every page as (file name, roff), the tool's own first. No page carries a date.
pub fn pages() -> Vec<(String, Vec<u8>)> {
    let mut tool = Cli::command().disable_help_subcommand(true);
    tool.build();
    let mut pages = vec![("savepointctl.1".to_owned(), render(tool.clone()))];
    for command in tool
        .get_subcommands()
        .filter(|command| !command.is_hide_set())
    {
        let name = format!("savepointctl-{}", command.get_name());
        // clap keeps names for the whole run; a page's name is as good as static
        let command = command.clone().display_name(name.clone());
        pages.push((format!("{name}.1"), render(command)));
    }
    pages
}

fn render(command: Command) -> Vec<u8> {
    let mut page = Vec::new();
    let man = Man::new(command)
        .manual("savepointctl")
        .source(concat!("savepointctl ", env!("CARGO_PKG_VERSION")));
    // writing to memory cannot fail
    let _ = man.render(&mut page);
    page
}
