//! How many bytes of metadata are in memory at a time.

#[cfg(test)]
mod tests;

use std::ops::Deref;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::resolution::MAX_METADATA;
use crate::storage::{Location, Storage, StorageError};

/// Bytes of metadata files that a scan holds at a time, over all that it reads at once. A file that is larger by itself
/// is held alone.
pub const MAX_HELD: u32 = 128 << 20;
/// Files whose size is not known yet, and that share [`MAX_HELD`]: as many as a scan reads at once, so that none of them
/// waits for another. One that turns out to be larger than its share is asked for again once there is room.
const SHARES: u32 = 16;

/// The bytes of metadata that may be in memory at a time.
#[derive(Debug, Clone)]
pub struct Budget {
    total: u32,
    free: Arc<Semaphore>,
}

/// The bytes of a metadata file, which count until they are dropped.
#[derive(Debug)]
pub struct Held {
    bytes: Vec<u8>,
    _share: Option<OwnedSemaphorePermit>,
}

impl Default for Budget {
    fn default() -> Self {
        Self::of(MAX_HELD)
    }
}

impl Budget {
    fn of(total: u32) -> Self {
        Self {
            total,
            free: Arc::new(Semaphore::new(total as usize)),
        }
    }

    /// Reads a metadata file once there is room for it; tells when it was last written, too.
    ///
    /// # Errors
    /// As of any read; it is larger than [`MAX_METADATA`].
    pub async fn read(
        &self,
        storage: &Storage,
        file: &Location,
    ) -> Result<(Held, Option<SystemTime>), StorageError> {
        let mut share = self.total / SHARES;
        loop {
            let taken = Arc::clone(&self.free).acquire_many_owned(share).await;
            // nobody closes it
            let mut taken = taken.ok();
            let limit = match share == self.total {
                true => MAX_METADATA,
                false => share.into(),
            };
            match storage.read_dated(file, limit).await {
                Ok(dated) => {
                    let left = (share as usize).saturating_sub(dated.bytes.len());
                    drop(taken.as_mut().and_then(|taken| taken.split(left)));
                    let held = Held {
                        bytes: dated.bytes,
                        _share: taken,
                    };
                    return Ok((held, dated.modified));
                }
                // one that grows meanwhile is not asked for often
                Err(StorageError::TooLarge { size, .. }) if share < self.total => {
                    let size = u32::try_from(size).unwrap_or(u32::MAX);
                    share = size.max(share.saturating_mul(2)).min(self.total);
                }
                Err(error) => return Err(error),
            }
        }
    }
}

impl From<Vec<u8>> for Held {
    /// Bytes that count nowhere.
    fn from(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            _share: None,
        }
    }
}

impl Deref for Held {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}
