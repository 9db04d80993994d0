//! A file in storage, for those who read without waiting for anything but bytes.

use std::cell::RefCell;
use std::io;
use std::ops::Range;
use std::sync::mpsc::{SyncSender, sync_channel};

use tokio::sync::mpsc::UnboundedSender;

use crate::state::ReadAt;
use crate::storage::{Location, StorageError};

/// Bytes that are asked for at least, so that small reads of one place cost one request.
const AHEAD: u64 = 64 << 10;

/// A range of a file that somebody waits for.
pub struct Wanted {
    /// The file.
    pub file: Location,
    /// The range.
    pub range: Range<u64>,
    /// Where it is waited for.
    pub answer: SyncSender<Result<Vec<u8>, StorageError>>,
}

/// A file of which ranges are asked for one by one.
pub struct InStorage {
    file: Location,
    size: u64,
    send: UnboundedSender<Wanted>,
    /// What was read last, and where it starts.
    last: RefCell<(u64, Vec<u8>)>,
    /// Whether the file is missing, and what storage says.
    failure: RefCell<Option<(bool, String)>>,
}

impl InStorage {
    /// A file of this size.
    pub fn new(file: Location, size: u64, send: UnboundedSender<Wanted>) -> Self {
        Self {
            file,
            size,
            send,
            last: RefCell::default(),
            failure: RefCell::default(),
        }
    }

    /// Why it could not be read: whether it is missing, and what storage says.
    pub fn failure(&self) -> Option<(bool, String)> {
        self.failure.borrow().clone()
    }

    fn fetch(&self, range: Range<u64>) -> io::Result<Vec<u8>> {
        let gone = || io::Error::other("nobody reads any more");
        let (answer, wait) = sync_channel(1);
        let wanted = Wanted {
            file: self.file.clone(),
            range,
            answer,
        };
        self.send.send(wanted).map_err(|_| gone())?;
        match wait.recv().map_err(|_| gone())? {
            Ok(bytes) => Ok(bytes),
            Err(error) => {
                let failure = (error.is_missing(), error.to_string());
                *self.failure.borrow_mut() = Some(failure);
                Err(io::Error::other(error.to_string()))
            }
        }
    }
}

impl ReadAt for InStorage {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<usize> {
        if into.is_empty() || offset >= self.size {
            return Ok(0);
        }
        let mut last = self.last.borrow_mut();
        let from = offset.checked_sub(last.0);
        let is_there = from.is_some_and(|from| from < last.1.len() as u64);
        if !is_there {
            let end = offset.saturating_add((into.len() as u64).max(AHEAD));
            *last = (offset, self.fetch(offset..end.min(self.size))?);
        }
        let from = usize::try_from(offset - last.0).unwrap_or(usize::MAX);
        let bytes = last.1.get(from..).unwrap_or_default();
        let length = bytes.len().min(into.len());
        into[..length].copy_from_slice(&bytes[..length]);
        Ok(length)
    }
}
