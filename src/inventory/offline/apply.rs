//! Deletes what a plan says.

use futures_util::stream::{self, StreamExt};

use super::Item;
use crate::storage::{Storage, StorageError};

/// How many files are deleted at once.
const DELETE_CONCURRENCY: usize = 16;

/// What came of a deletion.
#[derive(Debug)]
pub enum Deleted {
    /// All that was to go is gone. The directory stays if something has come into it meanwhile.
    Gone {
        /// Whether the directory stays.
        directory_stays: bool,
    },
    /// The metadata could not be deleted, so nothing was.
    Nothing(StorageError),
    /// The metadata is gone, so it is no snapshot any more; but some files are left.
    Partly {
        /// How many.
        left: usize,
        /// Why the first one of them was not deleted.
        error: StorageError,
    },
}

/// Deletes a snapshot: its metadata first, so that what is left of an interrupted deletion is taken for no snapshot.
pub async fn delete(storage: &Storage, item: &Item) -> Deleted {
    let subject = &item.subject;
    let delete = async |name: &str| {
        // a disk answers at once: this lets an interruption through
        tokio::task::yield_now().await;
        let deleted = storage.delete_file(&subject.directory.join(name)).await;
        // gone is gone, whoever did it
        deleted.or_else(|error| {
            if error.is_missing() {
                Ok(())
            } else {
                Err(error)
            }
        })
    };
    if let Some(metadata) = &subject.metadata
        && let Err(error) = delete(&metadata.name).await
    {
        return Deleted::Nothing(error);
    }
    let files: Vec<&str> = item.files().map(|file| file.name.as_str()).collect();
    let files = files
        .get(usize::from(subject.metadata.is_some())..)
        .unwrap_or_default();
    let mut deletions = stream::iter(files)
        .map(|name| delete(name))
        .buffer_unordered(DELETE_CONCURRENCY);
    let (mut left, mut first) = (0, None);
    while let Some(deleted) = deletions.next().await {
        if let Err(error) = deleted {
            left += 1;
            first.get_or_insert(error);
        }
    }
    if let Some(error) = first {
        return Deleted::Partly { left, error };
    }
    if subject.form == super::Form::Flat {
        return Deleted::Gone {
            directory_stays: false,
        };
    }
    let below = subject
        .below
        .iter()
        .map(|name| subject.directory.join(name));
    for directory in below.chain([subject.directory.clone()]) {
        match storage.delete_directory(&directory).await {
            Ok(()) => {}
            Err(error) if error.is_missing() => {}
            Err(StorageError::NotEmpty { .. }) => {
                return Deleted::Gone {
                    directory_stays: true,
                };
            }
            Err(error) => return Deleted::Partly { left: 0, error },
        }
    }
    Deleted::Gone {
        directory_stays: false,
    }
}
