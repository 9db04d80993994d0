//! `config`: every setting in force.

use clap::Args;

use super::context::Context;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::view::SettingsView;

/// Show every setting in force, and where it came from; secrets are masked
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  savepointctl config\n  savepointctl config -o json")]
pub struct ConfigArgs {}

/// Runs the command.
pub fn run(_args: &ConfigArgs, cx: &Context) -> Result<Exit, Failure> {
    let settings = cx.settings()?.settings;
    let rows = settings
        .into_iter()
        .chain(cx.storage_settings()?.shown())
        .map(|setting| (setting.name, setting.value, setting.source.to_string()));
    cx.printer.show(&SettingsView::new(rows))?;
    Ok(Exit::Success)
}
