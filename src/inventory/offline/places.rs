//! When two locations are one place, as far as storage and text can tell.

use std::collections::HashMap;

use super::gather::Wanted;
use crate::domain::location::NormalLocation;
use crate::storage::{Location, Storage};

/// Finds out where directories really lie, each once.
pub(super) struct Places<'s> {
    storage: &'s Storage,
    real: tokio::sync::Mutex<HashMap<String, NormalLocation>>,
}

impl<'s> Places<'s> {
    pub(super) fn new(storage: &'s Storage) -> Self {
        Self {
            storage,
            real: tokio::sync::Mutex::default(),
        }
    }

    /// Whether nothing lies at a location.
    pub(super) async fn is_missing(&self, location: &str) -> bool {
        let looked = async { self.storage.look(&Location::of(location)?).await };
        looked.await.is_err_and(|error| error.is_missing())
    }

    /// Which of the places hold what a file on this machine leads to, if that is a link, by their positions.
    pub(super) async fn linked_into(&self, file: &str, wanted: &[Wanted]) -> Vec<usize> {
        let Ok(at) = Location::of(file) else {
            return Vec::new();
        };
        if at.local().is_none() {
            return Vec::new();
        }
        let leads_to = match self.storage.real(&at).await {
            Ok(real) => directory_at(&real.to_string()),
            Err(_) => return Vec::new(),
        };
        let hits = wanted.iter().enumerate();
        hits.filter(|(_, wanted)| leads_to.may_be_within(&wanted.place))
            .map(|(at, _)| at)
            .collect()
    }

    /// Where a directory lies, links resolved and by the one name of its file system, if settings tell that it has
    /// several. What is not there lies where its text says.
    pub(super) async fn real(&self, directory: &str) -> NormalLocation {
        if let Some(known) = self.real.lock().await.get(directory) {
            return known.clone();
        }
        let found = match Location::of(directory) {
            Ok(at) if at.local().is_some() => self.storage.real(&at).await.ok(),
            Ok(at) if has_aliases(&at) => self.storage.renamed(&at).ok(),
            _ => None,
        };
        let shown = found.map_or_else(|| directory.to_owned(), |at| at.to_string());
        let place = directory_at(&shown);
        let mut real = self.real.lock().await;
        real.insert(directory.to_owned(), place.clone());
        place
    }
}

/// Whether its file system may have several names. All others are spared being opened.
fn has_aliases(at: &Location) -> bool {
    matches!(at.scheme(), "hdfs" | "webhdfs" | "swebhdfs")
}

/// The place of a directory, which may be called `_metadata` like any other.
fn directory_at(location: &str) -> NormalLocation {
    // a last step by that name would be taken for a file of the directory above
    if location.trim_end_matches('/').ends_with("/_metadata") {
        return NormalLocation::of(&format!("{location}/_metadata"));
    }
    NormalLocation::of(location)
}
