//! How far a thing that is counted has got.

/// Told of progress by rooms that know no terminal.
pub trait Progress {
    /// So many are expected in all; said again, as many of what comes next, and none of those are done.
    fn expect(&self, total: u64);
    /// So many more are done.
    fn advance(&self, count: u64);
}

/// Remembers what it was told, for tests.
#[cfg(test)]
#[derive(Debug, Default)]
pub struct Remembered(std::cell::RefCell<Vec<(u64, u64)>>);

#[cfg(test)]
impl Remembered {
    /// Each number that was expected, and how many of them were done.
    pub fn told(&self) -> Vec<(u64, u64)> {
        self.0.borrow().clone()
    }
}

#[cfg(test)]
impl Progress for Remembered {
    fn expect(&self, total: u64) {
        self.0.borrow_mut().push((total, 0));
    }
    fn advance(&self, count: u64) {
        if let Some((_, done)) = self.0.borrow_mut().last_mut() {
            *done += count;
        }
    }
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn expect(&self, _: u64) {}
    fn advance(&self, _: u64) {}
}
