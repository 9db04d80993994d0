//! Bytes at a location: what is there, reading it, deleting it. Knows nothing of savepoints.
//!
//! Every storage lies behind [`Store`]; [`Storage`] finds the one that a location names.

mod error;
mod fault;
mod hadoop;
#[cfg(feature = "hdfs")]
mod hdfs;
mod http;
mod local;
pub mod location;
pub mod memory;
#[cfg(any(feature = "s3", feature = "gcs", feature = "azure"))]
mod objects;
mod open;
mod registry;
mod webhdfs;

use std::ops::Range;
use std::time::SystemTime;

use futures_util::FutureExt;
use futures_util::future::{self, BoxFuture};

pub use error::StorageError;
pub use local::Local;
pub use location::Location;
pub use memory::Memory;
pub use registry::Storage;

/// What a store answers, once it does.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, StorageError>>;

/// The most entries of one directory that are listed: so many names are half a gigabyte.
pub const MAX_ENTRIES: usize = 4_000_000;

/// What is found at a location, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entry {
    /// A file.
    File {
        /// Bytes.
        size: u64,
        /// When it was last written, where the storage says so.
        modified: Option<SystemTime>,
    },
    /// A directory; in an object store, anything that objects lie below.
    Directory,
    /// Anything else, with its article.
    Other(&'static str),
}

/// One entry of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its name in the directory, without slashes. What is no UTF-8, or no name that could be sent, has replacement
    /// characters in it, so that it is seen to be there but cannot be opened.
    pub name: String,
    /// What it is.
    pub entry: Entry,
}

impl Listed {
    /// Whether its name is all there, so that it can be opened and deleted.
    pub fn is_spelled(&self) -> bool {
        !self.name.contains(char::REPLACEMENT_CHARACTER)
    }
}

/// A file that was read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// When it was last written, where the storage says so.
    pub modified: Option<SystemTime>,
}

/// One storage: a disk, a bucket, a file system. Its locations are of its own scheme and authority.
pub trait Store: Send + Sync {
    /// What is at a location. Opens nothing, so that no device or pipe can keep it waiting.
    fn look<'a>(&'a self, at: &'a Location) -> Answer<'a, Entry>;

    /// What is directly in a directory, in no order; [`StorageError::Missing`] where nothing is there. At most
    /// [`MAX_ENTRIES`].
    fn list<'a>(&'a self, directory: &'a Location) -> Answer<'a, Vec<Listed>>;

    /// A whole file, refused where it is larger than `limit` bytes.
    fn read<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Vec<u8>>;

    /// A whole file and when it was last written. A store whose answer to a read says both is asked only once.
    fn read_dated<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Dated> {
        Box::pin(async move {
            let modified = match self.look(file).await? {
                Entry::File { modified, .. } => modified,
                Entry::Directory | Entry::Other(_) => None,
            };
            let bytes = self.read(file, limit).await?;
            Ok(Dated { bytes, modified })
        })
    }

    /// As [`Store::list`], but [`StorageError::TooMany`] as soon as more than `limit` entries are seen, where a store can
    /// stop early.
    fn list_up_to<'a>(&'a self, directory: &'a Location, limit: usize) -> Answer<'a, Vec<Listed>> {
        let _ = limit;
        self.list(directory)
    }

    /// The bytes of a file from `range.start` up to `range.end`, fewer where the file ends before that.
    fn read_range<'a>(&'a self, file: &'a Location, range: Range<u64>) -> Answer<'a, Vec<u8>>;

    /// Where a location really lies, links on the way resolved; most storages have none.
    fn real<'a>(&'a self, at: &'a Location) -> Answer<'a, Location> {
        future::ready(Ok(at.clone())).boxed()
    }

    /// The same place by the one name of its storage, where settings tell that it has several.
    fn renamed(&self, at: &Location) -> Location {
        at.clone()
    }

    /// Deletes a file. In an object store one that is not there may count as deleted.
    fn delete_file<'a>(&'a self, file: &'a Location) -> Answer<'a, ()>;

    /// Deletes a directory that is empty, else [`StorageError::NotEmpty`]. In an object store there is nothing to do
    /// but to remove a marker in its place.
    fn delete_directory<'a>(&'a self, directory: &'a Location) -> Answer<'a, ()>;
}
