//! `demo`: the whole life of a savepoint, on a cluster that is started for it.

mod files;
mod stage;
mod story;
mod tally;

use clap::Args;

use super::context::Context;
use crate::error::Failure;
use crate::exit::Exit;
use stage::Stage;

/// Show the whole life of a savepoint, on a minicluster of its own: nothing needs to be installed
///
/// Starts a minicluster in a temporary directory, runs a program on it that counts words, takes a savepoint, looks at it,
/// stops the job, changes the program, restores it, and shows that no word was lost or counted twice. Each command is shown
/// as you would type it, and then what came back. In the end everything is removed.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  savepointctl demo\n  savepointctl demo --keep")]
pub struct DemoArgs {
    /// Leave the cluster running in the end, and its directory in place, to go on by hand
    #[arg(long)]
    keep: bool,
}

/// Runs the command. Whoever drops it midway, as Ctrl-C does, has the cluster ended and the directory removed.
pub async fn run(args: &DemoArgs, cx: &Context) -> Result<Exit, Failure> {
    if cfg!(not(feature = "minicluster")) {
        return Err(super::minicluster::left_out());
    }
    let mut stage = Stage::new(cx.printer)?;
    stage.start_cluster().await?;
    story::tell(&stage).await?;
    if args.keep {
        stage.leave()?;
    } else {
        stage.strike()?;
    }
    Ok(Exit::Success)
}
