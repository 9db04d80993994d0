//! A snapshot at a place that others tell of, such as a cluster's memory.

#[cfg(test)]
mod tests;

use super::Found;
use super::candidates::Candidate;
use super::fetch::attempt;
use crate::inventory::budget::Budget;
use crate::storage::{Entry, Location, Storage, StorageError};

/// What lies at a location, which is a snapshot's directory or a metadata file by itself; `None` where nothing does.
///
/// # Errors
/// Storage that cannot be read: whether something is there is not known then.
pub async fn at(storage: &Storage, at: &Location) -> Result<Option<Found>, StorageError> {
    let budget = &Budget::default();
    // first as a directory: in the usual case that costs one request
    match attempt(storage, &Candidate::directory(at.clone()), budget).await {
        Ok(Some(fetched)) => return Ok(Some(fetched.into())),
        Ok(None) => {}
        Err(error) if is_absent(&error) => {}
        Err(error) => return Err(error),
    }
    let file = match storage.look(at).await {
        Ok(Entry::File { size, .. }) => Candidate::file(at.clone(), size),
        Ok(Entry::Directory | Entry::Other(_)) => return Ok(None),
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let fetched = attempt(storage, &file, budget).await?;
    Ok(fetched.map(Found::from))
}

/// Whether nothing is there: no such place, no directory, or no savepoint on a heap.
fn is_absent(error: &StorageError) -> bool {
    error.is_missing()
        || matches!(
            error,
            StorageError::NotADirectory { .. } | StorageError::NotOnHeap { .. }
        )
}
