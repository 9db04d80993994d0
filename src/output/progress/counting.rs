//! The progress of things that are counted: a spinner until their number is known, and then a bar.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::PATIENCE;
use crate::domain::progress::Progress;
use crate::output::{Printer, text};

const UNTIL_KNOWN: &str = "{spinner} {msg} ({elapsed})";
const ONCE_KNOWN: &str = "{spinner} {msg} {wide_bar} {pos}/{len} ({elapsed})";
/// The pause between two frames, so that something moves while nothing is done.
const FRAME: Duration = Duration::from_millis(120);

impl Printer {
    /// Waits for `work`, which counts what it does; once that takes a while, and on a terminal only, shows how far it is.
    pub async fn counting<T>(&self, what: &str, work: impl AsyncFnOnce(&dyn Progress) -> T) -> T {
        let counting = Counting {
            bar: self.draws_bars().then(|| hidden(what)),
            started: Instant::now(),
            patience: PATIENCE,
            screen: ProgressDrawTarget::stderr,
        };
        let mut work = std::pin::pin!(work(&counting));
        if counting.bar.is_some() {
            tokio::select! {
                done = &mut work => return done,
                // what is done in one go, as on this machine's disk, is shown as it advances
                () = tokio::time::sleep(PATIENCE) => counting.show(),
            }
        }
        work.await
    }
}

fn hidden(what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    style(&bar, UNTIL_KNOWN);
    bar.with_message(text::harmless(what))
}

fn style(bar: &ProgressBar, template: &str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
}

/// Draws nothing where nothing may be drawn, or before it has taken a while.
struct Counting<S: Fn() -> ProgressDrawTarget> {
    bar: Option<ProgressBar>,
    started: Instant,
    patience: Duration,
    screen: S,
}

impl<S: Fn() -> ProgressDrawTarget> Counting<S> {
    fn show(&self) {
        if let Some(bar) = &self.bar
            && bar.is_hidden()
            && self.started.elapsed() >= self.patience
        {
            bar.set_draw_target((self.screen)());
            bar.tick();
            bar.enable_steady_tick(FRAME);
        }
    }
}

impl<S: Fn() -> ProgressDrawTarget> Progress for Counting<S> {
    fn expect(&self, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(0);
            bar.set_length(total);
            style(bar, ONCE_KNOWN);
        }
        self.show();
    }

    fn advance(&self, count: u64) {
        self.show();
        if let Some(bar) = &self.bar {
            bar.inc(count);
        }
    }
}

impl<S: Fn() -> ProgressDrawTarget> Drop for Counting<S> {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    use super::*;

    /// A terminal of one line, which shows what was written to it when it is flushed.
    #[derive(Debug, Clone, Default)]
    struct Screen(Arc<Mutex<Line>>);

    #[derive(Debug, Default)]
    struct Line {
        written: String,
        shown: String,
    }

    impl Screen {
        fn shows(&self) -> String {
            self.0.lock().unwrap().shown.clone()
        }

        /// Waits until a frame with these words is drawn.
        fn until(&self, words: &[&str]) {
            let started = Instant::now();
            while !words.iter().all(|word| self.shows().contains(word)) {
                let shown = self.shows();
                assert!(started.elapsed() < PATIENCE * 100, "{words:?}: {shown:?}");
                std::thread::yield_now();
            }
        }
    }

    impl TermLike for Screen {
        fn width(&self) -> u16 {
            60
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, text: &str) -> io::Result<()> {
            self.write_str(text)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().written.push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            self.0.lock().unwrap().written.clear();
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            let mut line = self.0.lock().unwrap();
            line.shown = line.written.clone();
            Ok(())
        }
    }

    fn counting(
        screen: &Screen,
        patience: Duration,
    ) -> Counting<impl Fn() -> ProgressDrawTarget + use<>> {
        let screen = screen.clone();
        Counting {
            bar: Some(hidden("checking the files of /sp/1")),
            started: Instant::now(),
            patience,
            screen: move || ProgressDrawTarget::term_like(Box::new(screen.clone())),
        }
    }

    #[test]
    fn a_spinner_becomes_a_bar_once_the_number_is_known_and_goes_without_a_trace() {
        let screen = Screen::default();
        let counting = counting(&screen, Duration::ZERO);
        let what = "checking the files of /sp/1";
        counting.show();
        assert!(screen.shows().contains(&format!(" {what} (")), "{screen:?}");
        counting.expect(40);
        counting.advance(10);
        screen.until(&[what, "█", "░", " 10/40 ("]);
        counting.advance(30);
        screen.until(&[what, "█", " 40/40 ("]);
        // what comes next is counted from its beginning
        counting.expect(8);
        counting.advance(1);
        screen.until(&[what, "░", " 1/8 ("]);
        drop(counting);
        assert_eq!(screen.shows(), "");
    }

    #[test]
    fn what_is_done_quickly_is_not_shown() {
        let screen = Screen::default();
        let counting = counting(&screen, Duration::from_secs(3600));
        counting.expect(2);
        counting.advance(2);
        counting.show();
        drop(counting);
        assert_eq!(screen.shows(), "");
    }
}
