//! `uid STRING...`: operator ids from uids.

use clap::Args;

use super::context::Context;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::view::UidsView;

/// Print the operator id that Flink computes from each uid, one a line
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  savepointctl uid source-id\n  savepointctl uid source-id counter-id -o json"
)]
pub struct UidArgs {
    /// A uid, exactly as the program sets it
    #[arg(value_name = "STRING", required = true)]
    uids: Vec<String>,
}

/// Runs the command.
pub fn run(args: &UidArgs, cx: &Context) -> Result<Exit, Failure> {
    cx.printer.show(&UidsView::new(&args.uids))?;
    Ok(Exit::Success)
}
