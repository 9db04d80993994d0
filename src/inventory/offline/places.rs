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
        hits.filter(|(_, wanted)| may_be_within(&leads_to, &wanted.place))
            .map(|(at, _)| at)
            .collect()
    }

    /// Where a directory lies, links resolved. What is not there lies where its text says.
    pub(super) async fn real(&self, directory: &str) -> NormalLocation {
        if let Some(known) = self.real.lock().await.get(directory) {
            return known.clone();
        }
        let found = match Location::of(directory) {
            Ok(at) if at.local().is_some() => self.storage.real(&at).await.ok(),
            _ => None,
        };
        let shown = found.map_or_else(|| directory.to_owned(), |at| at.to_string());
        let place = directory_at(&shown);
        let mut real = self.real.lock().await;
        real.insert(directory.to_owned(), place.clone());
        place
    }
}

/// The place of a directory, which may be called `_metadata` like any other.
fn directory_at(location: &str) -> NormalLocation {
    // a last step by that name would be taken for a file of the directory above
    if location.trim_end_matches('/').ends_with("/_metadata") {
        return NormalLocation::of(&format!("{location}/_metadata"));
    }
    NormalLocation::of(location)
}

/// Whether `place` may be `directory` or lie below it. In doubt it does: the same path on a file system that has several
/// names, or whose name is left out, counts as the same.
pub(super) fn may_be_within(place: &NormalLocation, directory: &NormalLocation) -> bool {
    let (store, path) = parts(place);
    let (other, above) = parts(directory);
    let may_be_one = store == other || store.is_empty() || other.is_empty();
    let rest = path.strip_prefix(above);
    let is_within =
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || above.ends_with('/'));
    may_be_one && is_within
}

/// The storage of a place, and the path in it. A cluster of HDFS has several names.
fn parts(place: &NormalLocation) -> (&str, &str) {
    let Some((scheme, rest)) = place.as_str().split_once("://") else {
        return ("", place.as_str());
    };
    let path = rest.find('/').map_or("", |at| &rest[at..]);
    if matches!(scheme, "hdfs" | "webhdfs" | "swebhdfs" | "viewfs") {
        return ("hdfs", path);
    }
    // of one account there are two names, for either protocol
    let store = match scheme {
        "abfs" | "abfss" | "wasb" | "wasbs" => rest.split(['/', '.']).next().unwrap_or_default(),
        _ => &place.as_str()[..place.as_str().len() - path.len()],
    };
    (store, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn within(place: &str, directory: &str) -> bool {
        may_be_within(&NormalLocation::of(place), &NormalLocation::of(directory))
    }

    #[test]
    fn a_place_is_within_itself_and_what_is_above_it() {
        assert!(within("/sp/a", "/sp/a") && within("/sp/a/b/c", "/sp/a"));
        assert!(!within("/sp/ab", "/sp/a") && !within("/sp", "/sp/a"));
        assert!(within("s3a://b/sp/a/x", "s3://b/sp/a"));
        assert!(!within("s3://other/sp/a/x", "s3://b/sp/a"));
    }

    #[test]
    fn in_doubt_two_names_of_a_file_system_are_one() {
        assert!(within("/sp/a/x", "hdfs://ns/sp/a"));
        assert!(within("hdfs://nn1:8020/sp/a/x", "hdfs://ns/sp/a"));
        assert!(within("hdfs://ns/sp/a/x", "webhdfs://nn1:9870/sp/a"));
        assert!(within(
            "wasbs://c@account.blob.core.windows.net/sp/a/x",
            "abfss://c@account.dfs.core.windows.net/sp/a"
        ));
        assert!(!within("s3://b/sp/a/x", "hdfs://ns/sp/a"));
    }
}
