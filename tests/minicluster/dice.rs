//! Reproducible randomness for schedules.

use std::env;

/// A random sequence that its seed decides (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `below`.
    pub fn below(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    /// One of these.
    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()]
    }
}

/// The seeds to try: a few fixed ones, or as many new ones as SAVEPOINTCTL_TEST_SCHEDULES says; that of
/// SAVEPOINTCTL_TEST_SEED alone, if it is set.
pub fn seeds(few: u64) -> Vec<u64> {
    let number = |name: &str| Some(env::var(name).ok()?.parse::<u64>().unwrap());
    if let Some(seed) = number("SAVEPOINTCTL_TEST_SEED") {
        return vec![seed];
    }
    match number("SAVEPOINTCTL_TEST_SCHEDULES") {
        None => (1..=few).collect(),
        Some(many) => {
            let since = std::time::UNIX_EPOCH.elapsed().unwrap();
            let first = u64::try_from(since.as_millis()).unwrap();
            (first..first + many).collect()
        }
    }
}

/// Says which seed is at work, and again if it fails.
pub struct Seed(u64);

impl Seed {
    pub fn new(seed: u64) -> Self {
        println!("seed {seed}");
        Self(seed)
    }
}

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("again with SAVEPOINTCTL_TEST_SEED={}", self.0);
        }
    }
}
