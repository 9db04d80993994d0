//! Disposing of snapshots.

use super::context::Context;
use super::failures;
use super::load::{self, Found};
use super::location::Location;
use super::snapshot::{parse, referenced};
use super::throwable::Throwable;
use crate::minicluster::dataflow::snapshot::io_failure;

/// Deletes a savepoint or checkpoint: its metadata, the files that this names, and its directory if that is then empty.
pub(super) fn dispose(context: &Context, location: &str) -> Result<(), Throwable> {
    // Flink reports an empty one as it is, and wraps all else
    let parsed = Location::parse(location);
    if location.is_empty() {
        parsed?;
        return Ok(());
    }
    let disposed = load::find(location, &context.heap).and_then(|found| delete(context, &found));
    disposed.map_err(|cause| failures::not_disposed(location, cause))
}

fn delete(context: &Context, found: &Found) -> Result<(), Throwable> {
    let metadata = parse(&found.bytes)?;
    let nowhere = std::path::Path::new("/");
    let mut files = referenced(&metadata, found.directory().unwrap_or(nowhere));
    files.extend(found.file.clone());
    if let Ok(Location::Heap(number)) = Location::parse(&found.location) {
        context.heap.remove(number);
    }
    context
        .holders
        .dispose(&found.location, files)
        .map_err(|error| io_failure(&error))?;
    let own = found
        .file
        .as_ref()
        .filter(|file| file.ends_with("_metadata"));
    if let Some(directory) = own.and_then(|file| file.parent()) {
        context.holders.remove_if_empty(directory);
    }
    Ok(())
}
