//! Lines of `print` sinks on their way to stdout, which may be a pipe that nobody reads: no task waits for ever.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Lines that may wait to be written.
const CAPACITY: usize = 4096;
/// How long a task waits for room before its line is dropped, and the end for what still waits.
const PATIENCE: Duration = Duration::from_secs(1);

/// What tasks give their lines to. One thread writes them, and nobody waits for its end: it may be stuck.
#[derive(Clone)]
pub(super) struct Printed {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    lines: Mutex<Lines>,
    changed: Condvar,
}

#[derive(Default)]
struct Lines {
    waiting: VecDeque<String>,
    /// How many are being written.
    writing: usize,
    /// Whether a task has waited in vain since something was written last: then no other does.
    is_stuck: bool,
    dropped: u64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Lines> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits as long as `condition` holds, but not beyond the patience.
    fn wait(&self, condition: impl Fn(&Lines) -> bool) -> MutexGuard<'_, Lines> {
        let until = Instant::now() + PATIENCE;
        let mut lines = self.lock();
        while condition(&lines) {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(lines, left);
            lines = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        lines
    }
}

impl Printed {
    /// Writes with `write`, several lines at a time, and gives `dropped` the number of those that were dropped before.
    pub(super) fn new(
        mut write: impl FnMut(&str) + Send + 'static,
        dropped: impl Fn(u64) + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Shared::default());
        let printed = Self {
            shared: Arc::clone(&shared),
        };
        thread::spawn(move || {
            loop {
                let (text, lost) = next(&shared);
                write(&text);
                if lost > 0 {
                    dropped(lost);
                }
                let mut lines = shared.lock();
                (lines.writing, lines.is_stuck) = (0, false);
                shared.changed.notify_all();
            }
        });
        printed
    }

    /// Takes a line; drops it where there is no room even after a while.
    pub(super) fn line(&self, line: &str) {
        let mut lines = self
            .shared
            .wait(|lines| lines.waiting.len() >= CAPACITY && !lines.is_stuck);
        if lines.waiting.len() >= CAPACITY {
            (lines.is_stuck, lines.dropped) = (true, lines.dropped + 1);
        } else {
            lines.waiting.push_back(line.to_owned());
        }
        self.shared.changed.notify_all();
    }

    /// Waits a while until all is written; how many lines never will be.
    pub(super) fn finish(&self) -> u64 {
        let is_busy = |lines: &Lines| lines.writing > 0 || !lines.waiting.is_empty();
        let lines = self.shared.wait(is_busy);
        lines.dropped + (lines.writing + lines.waiting.len()) as u64
    }
}

/// All that waits, and how many lines were dropped since the last time.
fn next(shared: &Shared) -> (String, u64) {
    let mut lines = shared.lock();
    while lines.waiting.is_empty() {
        let waited = shared.changed.wait(lines);
        lines = waited.unwrap_or_else(PoisonError::into_inner);
    }
    lines.writing = lines.waiting.len();
    let mut text = String::new();
    for line in lines.waiting.drain(..) {
        text.push_str(&line);
        text.push('\n');
    }
    // there is room again
    shared.changed.notify_all();
    (text, std::mem::take(&mut lines.dropped))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn lines_come_out_in_order_and_none_is_lost_where_somebody_reads() {
        let (sender, written) = mpsc::channel();
        let printed = Printed::new(move |text| sender.send(text.to_owned()).unwrap(), |_| {});
        let wanted: String = (0..3 * CAPACITY).map(|i| format!("{i}\n")).collect();
        for line in wanted.lines() {
            printed.line(line);
        }
        assert_eq!(printed.finish(), 0);
        assert!(written.try_iter().collect::<String>() == wanted);
    }

    #[test]
    fn a_writer_that_is_stuck_holds_up_neither_tasks_nor_the_end_and_is_counted() {
        let (release, held) = mpsc::channel::<()>();
        let (sender, told) = mpsc::channel();
        let write = move |_: &str| {
            let _ = held.recv();
        };
        let printed = Printed::new(write, move |count| sender.send(count).unwrap());
        let begun = Instant::now();
        for i in 0..4 * CAPACITY {
            printed.line(&i.to_string());
        }
        let lost = printed.finish();
        assert!(lost >= 3 * CAPACITY as u64, "{lost}");
        assert!(begun.elapsed() < Duration::from_secs(30));
        drop(release);
        // what waits is written after all, and what was dropped is told
        let told = told.recv_timeout(Duration::from_secs(30)).unwrap();
        assert!(told >= CAPACITY as u64, "{told}");
    }
}
