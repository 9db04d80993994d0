//! Hadoop's file system as a [`Store`], whichever protocol it speaks.

use std::future::Future;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;

use super::{Answer, Dated, Entry, Listed, Location, MAX_ENTRIES, StorageError, Store};

/// What each of its protocols can do.
pub(super) trait Protocol: Send + Sync {
    /// The name of the cluster in `hdfs:`, where it is known.
    fn name(&self) -> Option<&str>;

    /// What is at a location.
    fn status(&self, at: &Location) -> impl Future<Output = Result<Entry, StorageError>> + Send;

    /// What is in a directory, unless it is more than `limit` entries.
    fn entries(
        &self,
        directory: &Location,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Listed>, StorageError>> + Send;

    /// The bytes of a file, which had `size` of them a moment ago, from `range.start` to `range.end` or to its end.
    /// [`StorageError::TooLarge`] if the file has more than `limit`.
    fn bytes(
        &self,
        file: &Location,
        size: u64,
        range: Range<u64>,
        limit: u64,
    ) -> impl Future<Output = Result<Vec<u8>, StorageError>> + Send;

    /// Deletes a file or an empty directory; whether it was there.
    fn delete(&self, at: &Location) -> impl Future<Output = Result<bool, StorageError>> + Send;
}

/// One cluster.
pub(super) struct Hadoop<P>(pub(super) P);

impl<P: Protocol> Hadoop<P> {
    async fn entries(
        &self,
        directory: &Location,
        limit: usize,
    ) -> Result<Vec<Listed>, StorageError> {
        match self.0.status(directory).await? {
            Entry::Directory => self.0.entries(directory, limit).await,
            Entry::File { .. } | Entry::Other(_) => Err(StorageError::NotADirectory {
                location: directory.to_string(),
            }),
        }
    }

    async fn dated(
        &self,
        file: &Location,
        range: Range<u64>,
        limit: u64,
    ) -> Result<Dated, StorageError> {
        let not_a_file = |what| StorageError::NotAFile {
            location: file.to_string(),
            what,
        };
        match self.0.status(file).await? {
            Entry::File { size, modified } => {
                let bytes = self.0.bytes(file, size, range, limit).await?;
                Ok(Dated { bytes, modified })
            }
            Entry::Directory => Err(not_a_file("a directory")),
            Entry::Other(what) => Err(not_a_file(what)),
        }
    }

    async fn delete(&self, at: &Location, is_directory: bool) -> Result<(), StorageError> {
        let location = at.to_string();
        match (self.0.status(at).await?, is_directory) {
            (Entry::Directory, false) => {
                let what = "a directory";
                return Err(StorageError::NotAFile { location, what });
            }
            (Entry::File { .. } | Entry::Other(_), true) => {
                return Err(StorageError::NotADirectory { location });
            }
            _ => {}
        }
        match self.0.delete(at).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(StorageError::missing(at)),
            Err(StorageError::Denied { why, .. } | StorageError::Broken { why, .. })
                if is_directory && says_not_empty(&why) =>
            {
                Err(StorageError::NotEmpty { location })
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether a refusal to delete a directory says that something lies in it.
fn says_not_empty(why: &str) -> bool {
    ["IsNotEmpty", "not empty", "non empty"]
        .iter()
        .any(|words| why.contains(words))
}

/// When something was written, given in milliseconds since 1970.
pub(super) fn time(milliseconds: u64) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))
}

/// A file above the limit.
pub(super) fn too_large(file: &Location, size: u64, limit: u64) -> StorageError {
    StorageError::TooLarge {
        location: file.to_string(),
        size,
        limit,
    }
}

/// A directory above the limit.
pub(super) fn too_many(directory: &Location, limit: usize) -> StorageError {
    StorageError::TooMany {
        location: directory.to_string(),
        limit,
    }
}

impl<P: Protocol> Store for Hadoop<P> {
    fn look<'a>(&'a self, at: &'a Location) -> Answer<'a, Entry> {
        self.0.status(at).boxed()
    }

    fn list<'a>(&'a self, directory: &'a Location) -> Answer<'a, Vec<Listed>> {
        self.entries(directory, MAX_ENTRIES).boxed()
    }

    fn list_up_to<'a>(&'a self, directory: &'a Location, limit: usize) -> Answer<'a, Vec<Listed>> {
        self.entries(directory, limit).boxed()
    }

    fn read<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Vec<u8>> {
        async move { Ok(self.dated(file, 0..u64::MAX, limit).await?.bytes) }.boxed()
    }

    fn read_dated<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Dated> {
        self.dated(file, 0..u64::MAX, limit).boxed()
    }

    fn read_range<'a>(&'a self, file: &'a Location, range: Range<u64>) -> Answer<'a, Vec<u8>> {
        async move { Ok(self.dated(file, range, u64::MAX).await?.bytes) }.boxed()
    }

    fn renamed(&self, at: &Location) -> Location {
        match self.0.name() {
            Some(name) => at.in_storage("hdfs", name),
            None => at.clone(),
        }
    }

    fn delete_file<'a>(&'a self, file: &'a Location) -> Answer<'a, ()> {
        self.delete(file, false).boxed()
    }

    fn delete_directory<'a>(&'a self, directory: &'a Location) -> Answer<'a, ()> {
        self.delete(directory, true).boxed()
    }
}
