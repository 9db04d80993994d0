//! Signs of life on a terminal.

mod counting;

use std::future::Future;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Printer, text};

/// How long a thing may take before anything is drawn.
const PATIENCE: Duration = Duration::from_millis(250);
/// The pause between two looks at the details of what is waited for.
const DETAIL: Duration = Duration::from_secs(1);

impl Printer {
    /// Waits for `work`; once that takes a while, and on a terminal only, says what is waited for and for how long.
    pub async fn waiting<T>(&self, what: &str, work: impl Future<Output = T>) -> T {
        self.waiting_with(what, work, async || None).await
    }

    /// As [`Printer::waiting`], with what `detail` finds out every now and then. It is asked only where it is shown.
    pub async fn waiting_with<T>(
        &self,
        what: &str,
        work: impl Future<Output = T>,
        detail: impl AsyncFn() -> Option<String>,
    ) -> T {
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
            .with_message(text::harmless(what));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        let done = loop {
            let said = async {
                tokio::time::sleep(DETAIL).await;
                detail().await
            };
            tokio::select! {
                            done = &mut work => break done,
                            detail = said => if let Some(detail) = detail {
             bar.set_message(text::harmless(&format!("{what}: {detail}")));
            }
                        }
        };
        bar.finish_and_clear();
        done
    }
}

/// The progress of bytes on their way; draws nothing where nothing may be drawn, or before it has taken a while.
pub struct Transfer {
    bar: Option<ProgressBar>,
    started: Instant,
}

impl Printer {
    /// A transfer of `total` bytes, not begun.
    pub fn transfer(&self, what: &str, total: u64) -> Transfer {
        let bar = self.draws_bars().then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
            if let Ok(style) =
                ProgressStyle::with_template("{msg} {wide_bar} {bytes}/{total_bytes}")
            {
                bar.set_style(style);
            }
            bar.with_message(what.to_owned())
        });
        Transfer {
            bar,
            started: Instant::now(),
        }
    }
}

impl Transfer {
    /// So many bytes more.
    pub fn advance(&self, bytes: u64) {
        if let Some(bar) = &self.bar {
            if bar.is_hidden() && self.started.elapsed() > PATIENCE {
                bar.set_draw_target(ProgressDrawTarget::stderr());
            }
            bar.inc(bytes);
        }
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
