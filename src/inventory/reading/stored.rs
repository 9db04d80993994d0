//! A stored file, read in pieces.

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::runtime::Handle;

use crate::state::ReadAt;
use crate::storage::{Location, Store};

/// Files up to this size come with one request.
const SMALL: u64 = 4 * 1024 * 1024;
/// The fewest bytes of a larger file that are worth a request.
const LEAST: u64 = 256 * 1024;

/// A file that is fetched in pieces, the last of which is kept.
pub(super) struct Stored {
    runtime: Handle,
    store: Arc<dyn Store>,
    at: Location,
    size: u64,
    given_up: Arc<AtomicBool>,
    piece: RefCell<(u64, Vec<u8>)>,
}

impl Stored {
    pub(super) fn new(
        runtime: Handle,
        store: Arc<dyn Store>,
        at: Location,
        size: u64,
        given_up: Arc<AtomicBool>,
    ) -> Self {
        Self {
            runtime,
            store,
            at,
            size,
            given_up,
            piece: RefCell::default(),
        }
    }

    /// What to fetch for so many bytes from `offset` on.
    fn range(&self, offset: u64, wanted: u64) -> Range<u64> {
        if self.size <= SMALL {
            return 0..self.size;
        }
        let end = offset.saturating_add(wanted.max(LEAST));
        offset..end.min(self.size)
    }

    fn fetch(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        if self.given_up.load(Ordering::Relaxed) {
            return Err(io::Error::other("reading was given up"));
        }
        let fetching = self.store.read_range(&self.at, range);
        self.runtime.block_on(fetching).map_err(io::Error::other)
    }
}

/// The bytes from `offset` on, where a piece has them.
fn within((start, bytes): &(u64, Vec<u8>), offset: u64) -> Option<&[u8]> {
    let from = usize::try_from(offset.checked_sub(*start)?).ok()?;
    bytes.get(from..).filter(|bytes| !bytes.is_empty())
}

impl ReadAt for Stored {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        if offset >= self.size || into.is_empty() {
            return Ok(0);
        }
        let mut piece = self.piece.borrow_mut();
        if within(&piece, offset).is_none() {
            let range = self.range(offset, into.len() as u64);
            *piece = (range.start, self.fetch(range)?);
        }
        let bytes = within(&piece, offset).unwrap_or_default();
        let length = bytes.len().min(into.len());
        into[..length].copy_from_slice(&bytes[..length]);
        Ok(length)
    }
}
