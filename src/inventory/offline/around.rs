//! Which other snapshots use files of those that are to go.

use std::collections::BTreeSet;

use futures_util::stream::{self, StreamExt};

use super::gather::{References, Wanted, file_at, is_understood};
use super::places::Places;
use super::walk::{self, MAX_WALKED};
use super::{Doubt, Gathered, Holder};
use crate::inventory::budget::Budget;
use crate::inventory::check::Needs;
use crate::inventory::resolution::{self, ResolutionError};
use crate::inventory::scan::names::METADATA;
use crate::metadata;
use crate::storage::{Entry, Location, Storage};

/// How many snapshots' metadata is read at once.
const READ_CONCURRENCY: usize = 16;

/// Finds out what other snapshots below the roots use.
pub(super) async fn look_around(
    storage: &Storage,
    places: &Places<'_>,
    wanted: &[Wanted],
    roots: &[Location],
    gathered: &mut Gathered,
) {
    let walked = walk::walk(storage, roots, MAX_WALKED).await;
    gathered.doubts.extend(walked.doubts);
    let budget = &Budget::default();
    let reads = walked.metadata.iter();
    let reads = reads.map(|one| user(storage, places, wanted, one, budget));
    let mut reads = stream::iter(reads).buffer_unordered(READ_CONCURRENCY);
    while let Some(user) = reads.next().await {
        gathered.take(user);
    }
    gathered.holders.sort_by(|a, b| a.location.cmp(&b.location));
    gathered.doubts.sort_by(|a, b| a.location.cmp(&b.location));
}

impl Gathered {
    fn take(&mut self, user: Option<Result<Holder, Doubt>>) {
        match user {
            Some(Ok(holder)) if !holder.uses.is_empty() => self.holders.push(holder),
            Some(Err(doubt)) => self.doubts.push(doubt),
            _ => {}
        }
    }
}

/// What one other snapshot uses; `None` where there is none after all, or it is one of those that are to go.
async fn user(
    storage: &Storage,
    places: &Places<'_>,
    wanted: &[Wanted],
    found: &walk::Metadata,
    budget: &Budget,
) -> Option<Result<Holder, Doubt>> {
    let snapshot = found.snapshot();
    let mut location = snapshot.to_string();
    let place = if found.has_directory() {
        places.real(&location).await
    } else {
        file_at(places, &snapshot).await
    };
    if wanted.iter().any(|one| one.place == place) {
        return None;
    }
    let may_be = |one: &Wanted| place.may_be_within(&one.place) && one.place.may_be_within(&place);
    if wanted.iter().any(may_be) {
        location.push_str(", which may be this one by another name (then name it so, or let HADOOP_CONF_DIR tell),");
    }
    match found.read(storage, budget).await {
        Ok(bytes) => Some(holder(places, wanted, location, &found.file, &bytes?).await),
        Err(error) => Some(Err(Doubt {
            location,
            reason: error.to_string(),
        })),
    }
}

/// Finds out what the snapshots use that running jobs count on.
pub(super) async fn in_use(
    storage: &Storage,
    places: &Places<'_>,
    wanted: &[Wanted],
    locations: &[String],
    gathered: &mut Gathered,
) {
    for location in locations {
        match counted_on(storage, places, wanted, location).await {
            Ok(found) => gathered.take(found),
            // since the cluster spoke of it newer ones may have taken its place
            Err(unseen) => match newer(storage, location).await.as_slice() {
                [] => gathered.doubts.push(unseen),
                newer => {
                    for location in newer {
                        match counted_on(storage, places, wanted, location).await {
                            Ok(found) => gathered.take(found),
                            Err(unseen) => gathered.doubts.push(unseen),
                        }
                    }
                }
            },
        }
    }
}

/// What a snapshot that a running job counts on uses; `None` where it is itself to go.
///
/// # Errors
/// It cannot be seen from here, so what it uses is not known.
async fn counted_on(
    storage: &Storage,
    places: &Places<'_>,
    wanted: &[Wanted],
    location: &str,
) -> Result<Option<Result<Holder, Doubt>>, Doubt> {
    let file = match resolution::open(storage, location).await {
        Ok(file) => file,
        Err(error) => {
            let why = match &error {
                ResolutionError::Storage(error) if !error.is_missing() => format!(": {error}"),
                _ => String::new(),
            };
            return Err(Doubt {
                location: location.to_owned(),
                reason: format!("a running job counts on it, and it cannot be seen from here{why}"),
            });
        }
    };
    let place = places.real(&file.directory).await;
    if wanted.iter().any(|one| one.place == place) {
        return Ok(None);
    }
    let location = location.to_owned();
    let Ok(metadata) = Location::of(&file.metadata_path) else {
        return Ok(None);
    };
    Ok(Some(
        holder(places, wanted, location, &metadata, &file.bytes).await,
    ))
}

/// The complete checkpoints beside one, with higher numbers.
async fn newer(storage: &Storage, location: &str) -> Vec<String> {
    let number = |name: &str| name.strip_prefix("chk-")?.parse::<u64>().ok();
    let Ok(at) = Location::of(location) else {
        return Vec::new();
    };
    let directory = if at.name() == METADATA {
        at.parent()
    } else {
        at
    };
    let Some(own) = number(directory.name()) else {
        return Vec::new();
    };
    let beside = storage.list(&directory.parent()).await.unwrap_or_default();
    let mut found = Vec::new();
    for one in beside.iter().filter(|one| number(&one.name) > Some(own)) {
        let at = directory.parent().join(&one.name);
        let metadata = storage.look(&at.join(METADATA)).await;
        if matches!(metadata, Ok(Entry::File { .. })) {
            found.push(at.to_string());
        }
    }
    found
}

/// What the snapshot with this metadata uses.
async fn holder(
    places: &Places<'_>,
    wanted: &[Wanted],
    location: String,
    file: &Location,
    bytes: &[u8],
) -> Result<Holder, Doubt> {
    let directory = file.parent().to_string();
    let reason = match metadata::read(bytes) {
        Ok(metadata) if is_understood(&metadata) => {
            let needs = Needs::of(&metadata, &directory);
            let references = References::of(&needs, &metadata, &directory);
            let mut uses: BTreeSet<usize> = references.within(places, wanted).await;
            uses.extend(places.linked_into(&file.to_string(), wanted).await);
            let uses = uses.into_iter().collect();
            return Ok(Holder { location, uses });
        }
        Ok(_) => "some of its state was not understood".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Doubt { location, reason })
}
