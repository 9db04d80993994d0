//! Signs of life on a terminal.

use std::future::Future;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::Printer;

/// How long a thing may take before anything is drawn.
const PATIENCE: Duration = Duration::from_millis(250);

impl Printer {
    /// Waits for `work`; once that takes a while, and on a terminal only, says what is waited for and for how long.
    pub async fn waiting<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        if !self.draws_bars() {
            return work.await;
        }
        tokio::select! {
            done = &mut work => return done,
            () = tokio::time::sleep(PATIENCE) => {}
        }
        let bar = ProgressBar::new_spinner()
            .with_elapsed(PATIENCE)
            .with_message(what.to_owned());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        let done = work.await;
        bar.finish_and_clear();
        done
    }
}
