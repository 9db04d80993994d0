//! How far a thing that is counted has got.

/// Told of progress by rooms that know no terminal.
pub trait Progress {
    /// So many are expected in all.
    fn expect(&self, total: u64);
    /// So many more are done.
    fn advance(&self, count: u64);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn expect(&self, _: u64) {}
    fn advance(&self, _: u64) {}
}
