//! `completions SHELL`: the shell's completion script.

use clap::Args;

use super::complete::{self, Shell};
use super::context::Context;
use crate::error::Failure;
use crate::exit::Exit;

/// Print the completion script for a shell
///
/// The script asks the binary itself at each Tab: besides flags it offers the jobs, snapshots and jars of the cluster
/// that flags, environment or Flink's configuration name. A cluster that does not answer within 80 ms adds nothing, and
/// without a cluster's name none is asked.
///
/// The directories of the examples must be there. In zsh, `~/.zfunc` must be in `fpath` before `compinit` runs; in elvish,
/// `use savepointctl` belongs into rc.elv. bash and fish look for the completion of a link called `flink` under that name:
/// link the file, too.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl completions bash > ~/.local/share/bash-completion/completions/savepointctl\n  \
    savepointctl completions zsh > ~/.zfunc/_savepointctl\n  \
    savepointctl completions fish > ~/.config/fish/completions/savepointctl.fish\n  \
    savepointctl completions elvish > ~/.config/elvish/lib/savepointctl.elv")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub fn run(args: &CompletionsArgs, cx: &Context) -> Result<Exit, Failure> {
    cx.printer.raw(&complete::script(args.shell))?;
    Ok(Exit::Success)
}
