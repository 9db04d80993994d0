//! `--watch`: a result shown again and again.

use std::time::Duration;

use clap::Args;

use super::context::Context;
use crate::cli::value;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::printer::{Reader, View};

/// Whether to show a result again and again.
#[derive(Args, Debug, Clone, Copy)]
pub struct WatchArgs {
    /// Show it again every 2s, or --watch=INTERVAL, until interrupted; with -o json a document a line
    #[arg(
        long,
        value_name = "INTERVAL",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "2s",
        value_parser = value::timeout
    )]
    watch: Option<Duration>,
}

impl WatchArgs {
    /// Shows what `look` finds, once or until interrupted. Once something was shown, a failure is told and the next
    /// look waited for: a cluster that restarts is what one watches for.
    ///
    /// # Errors
    /// Those of the first look, and a stdout that takes nothing.
    pub async fn show<V: View>(
        &self,
        cx: &Context,
        look: impl AsyncFn() -> Result<(V, Exit), Failure>,
    ) -> Result<Exit, Failure> {
        let Some(interval) = self.watch else {
            let (view, exit) = look().await?;
            cx.printer.show(&view)?;
            return Ok(exit);
        };
        let mut found = Ok(look().await?);
        loop {
            match &found {
                Ok((view, exit)) => {
                    if cx.printer.show_anew(view)? == Reader::Gone {
                        return Ok(*exit);
                    }
                }
                Err(failure) => cx.printer.failure(failure),
            }
            tokio::time::sleep(interval).await;
            found = look().await;
        }
    }
}
