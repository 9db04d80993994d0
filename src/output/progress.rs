//! Signs of life on a terminal.

mod counting;

use std::future::Future;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Printer, text};

/// How long a thing may take before anything is drawn.
const PATIENCE: Duration = Duration::from_millis(250);
/// The pause between two looks at the details of what is waited for.
const DETAIL: Duration = Duration::from_secs(1);

/// Whatever is waited for at the same time, each in a line of its own: there is one terminal.
static LINES: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Writes to the terminal while no line of progress is in the way.
pub(super) fn aside<T>(write: impl FnOnce() -> T) -> T {
    LINES.suspend(write)
}

/// A line of progress, gone with its value.
struct Line(ProgressBar);

impl Line {
    fn draw(what: &str) -> Self {
        let bar = ProgressBar::new_spinner()
            .with_elapsed(PATIENCE)
            .with_message(text::harmless(what));
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
            bar.set_style(style);
        }
        let bar = LINES.add(bar);
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(bar)
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
        LINES.remove(&self.0);
    }
}

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
        let line = Line::draw(what);
        loop {
            let said = async {
                tokio::time::sleep(DETAIL).await;
                detail().await
            };
            let detail = tokio::select! {
                done = &mut work => return done,
                detail = said => detail,
            };
            if let Some(detail) = detail {
                line.0
                    .set_message(text::harmless(&format!("{what}: {detail}")));
            }
        }
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
