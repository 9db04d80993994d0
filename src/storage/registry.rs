//! Finds the store that a location names.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use super::open::open;
use super::{Dated, Entry, Listed, Local, Location, StorageError, Store};
use crate::domain::access::{Access, Patience};

/// A scheme and an authority.
type Place = (String, String);
/// Finds what it takes to open the storage of a location.
type Find = Box<dyn Fn(&Location) -> Result<(Access, Patience), StorageError> + Send + Sync>;

/// Every storage that a location may name, each opened when it is first needed.
pub struct Storage {
    local: Arc<dyn Store>,
    find: Option<Find>,
    opened: Mutex<HashMap<Place, Arc<dyn Store>>>,
}

impl Default for Storage {
    fn default() -> Self {
        Self::new()
    }
}

impl Storage {
    /// This machine's disk alone.
    pub fn new() -> Self {
        Self {
            local: Arc::new(Local),
            find: None,
            opened: Mutex::default(),
        }
    }

    /// The same, and all that `find` knows to reach; it is asked once for each scheme and authority, and only when it
    /// is needed.
    pub fn reaching(
        find: impl Fn(&Location) -> Result<(Access, Patience), StorageError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            find: Some(Box::new(find)),
            ..Self::new()
        }
    }

    /// The same with a store that answers for all locations of a scheme and authority.
    #[must_use]
    pub fn with(self, scheme: &str, authority: &str, store: Arc<dyn Store>) -> Self {
        let place = (scheme.to_owned(), authority.to_owned());
        self.opened().insert(place, store);
        self
    }

    /// The store of a location.
    ///
    /// # Errors
    /// No storage for its scheme, or settings that cannot be used.
    pub fn store_for(&self, at: &Location) -> Result<Arc<dyn Store>, StorageError> {
        if at.local().is_some() {
            return Ok(Arc::clone(&self.local));
        }
        let place = (at.scheme().to_owned(), at.authority().to_owned());
        let mut opened = self.opened();
        if let Some(store) = opened.get(&place) {
            return Ok(Arc::clone(store));
        }
        let Some(find) = &self.find else {
            return Err(StorageError::unknown(at));
        };
        let (access, patience) = find(at)?;
        let store = open(at, &access, patience)?;
        opened.insert(place, Arc::clone(&store));
        Ok(store)
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, HashMap<Place, Arc<dyn Store>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is at a location; see [`Store::look`], as for the others.
    ///
    /// # Errors
    /// Nothing there, or no way to it.
    pub async fn look(&self, at: &Location) -> Result<Entry, StorageError> {
        self.store_for(at)?.look(at).await
    }

    /// What is directly in a directory.
    ///
    /// # Errors
    /// Nothing there, no directory, more than are listed, or no way to it.
    pub async fn list(&self, directory: &Location) -> Result<Vec<Listed>, StorageError> {
        self.store_for(directory)?.list(directory).await
    }

    /// What is directly in a directory, if that is not more than `limit`.
    ///
    /// # Errors
    /// As [`Storage::list`].
    pub async fn list_up_to(
        &self,
        directory: &Location,
        limit: usize,
    ) -> Result<Vec<Listed>, StorageError> {
        self.store_for(directory)?
            .list_up_to(directory, limit)
            .await
    }

    /// A whole file, and when it was last written.
    ///
    /// # Errors
    /// As [`Storage::read`].
    pub async fn read_dated(&self, file: &Location, limit: u64) -> Result<Dated, StorageError> {
        self.store_for(file)?.read_dated(file, limit).await
    }

    /// A whole file.
    ///
    /// # Errors
    /// Nothing there, not a file, larger than `limit`, larger than the memory, or no way to it.
    pub async fn read(&self, file: &Location, limit: u64) -> Result<Vec<u8>, StorageError> {
        self.store_for(file)?.read(file, limit).await
    }

    /// A part of a file, shorter where the file ends.
    ///
    /// # Errors
    /// Nothing there, not a file, larger than the memory, or no way to it.
    pub async fn read_range(
        &self,
        file: &Location,
        range: Range<u64>,
    ) -> Result<Vec<u8>, StorageError> {
        self.store_for(file)?.read_range(file, range).await
    }

    /// Where a location really lies, links resolved.
    ///
    /// # Errors
    /// Nothing there, or no way to it.
    pub async fn real(&self, at: &Location) -> Result<Location, StorageError> {
        self.store_for(at)?.real(at).await
    }

    /// The same place by the one name of its storage. Asks nobody.
    ///
    /// # Errors
    /// No way to it.
    pub fn renamed(&self, at: &Location) -> Result<Location, StorageError> {
        Ok(self.store_for(at)?.renamed(at))
    }

    /// Deletes a file.
    ///
    /// # Errors
    /// Nothing there, not a file, or no way to it.
    pub async fn delete_file(&self, file: &Location) -> Result<(), StorageError> {
        self.store_for(file)?.delete_file(file).await
    }

    /// Deletes an empty directory.
    ///
    /// # Errors
    /// Nothing there, not empty, or no way to it.
    pub async fn delete_directory(&self, directory: &Location) -> Result<(), StorageError> {
        self.store_for(directory)?.delete_directory(directory).await
    }
}
