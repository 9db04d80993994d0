//! `completions SHELL`: the shell's completion script.

use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;

use super::Cli;
use super::context::Context;
use crate::error::Failure;
use crate::exit::Exit;

/// Print the completion script for a shell
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl completions bash > ~/.local/share/bash-completion/completions/savepointctl\n  \
    savepointctl completions zsh > ~/.zfunc/_savepointctl")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Runs the command.
pub fn run(args: &CompletionsArgs, cx: &Context) -> Result<Exit, Failure> {
    cx.printer.raw(&script(args.shell))?;
    Ok(Exit::Success)
}

/// Every shell's script as (file name as the shell looks for it, text).
pub fn scripts() -> Vec<(String, Vec<u8>)> {
    let named = |shell: &Shell| {
        let name = match shell {
            Shell::Zsh => "_savepointctl".to_owned(),
            Shell::Bash => "savepointctl.bash".to_owned(),
            Shell::PowerShell => "_savepointctl.ps1".to_owned(),
            other => format!(
                "savepointctl.{}",
                other.to_string().replace("elvish", "elv")
            ),
        };
        (name, script(*shell))
    };
    Shell::value_variants().iter().map(named).collect()
}

fn script(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "savepointctl", &mut script);
    script
}
