//! Ends a run in which a trial hangs, and names it: whoever waits for the run would else learn nothing.

use std::collections::BTreeMap;
use std::process;
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;

/// How long a trial may take: each of its waits ends after a minute, it has some of them, and may await its turn.
const LIMIT: Duration = Duration::from_secs(1200);
/// The pause between two looks.
const LOOK: Duration = Duration::from_secs(5);

/// The trials under way, with their beginnings.
static UNDER_WAY: Mutex<BTreeMap<String, Instant>> = Mutex::new(BTreeMap::new());

/// Takes the name of a trial away when it ends, however it ends.
struct Ended(String);

impl Drop for Ended {
    fn drop(&mut self) {
        let mut under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.remove(&self.0);
    }
}

/// A trial that is watched.
pub fn trial(name: String, body: impl FnOnce() + Send + 'static) -> Trial {
    let watched = name.clone();
    Trial::test(name, move || {
        let mut under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
        under_way.insert(watched.clone(), Instant::now());
        drop(under_way);
        let _ended = Ended(watched);
        body();
        Ok(())
    })
}

/// Watches from now on.
#[allow(clippy::exit, reason = "a thread that hangs cannot be ended alone")]
pub fn start() {
    thread::spawn(|| {
        loop {
            thread::sleep(LOOK);
            let under_way = UNDER_WAY.lock().unwrap_or_else(PoisonError::into_inner);
            if under_way.values().any(|begun| begun.elapsed() > LIMIT) {
                for (name, begun) in under_way.iter() {
                    eprintln!("under way for {} s: {name}", begun.elapsed().as_secs());
                }
                eprintln!("a trial hangs: the run ends here");
                // the clusters end with this process
                process::exit(101);
            }
        }
    });
}
