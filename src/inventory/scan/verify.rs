//! Checks snapshots in storage: reads their metadata, looks at their files, and says what is wrong.

#[cfg(test)]
mod tests;

use futures_util::stream::{self, StreamExt};

use super::files::Looker;
use super::names::METADATA;
use super::{Candidate, Content, Fetched, fetch};
use crate::domain::progress::{Progress, Silent};
use crate::inventory::budget::{Budget, Held};
use crate::inventory::check::{self, Kind, Needs, Remark, Report};
use crate::inventory::reading::{self, Opening, Share};
use crate::inventory::resolution::SnapshotFile;
use crate::metadata::{self, ReadError};
use crate::storage::{Location, Storage};

/// How many snapshots are checked at once.
const CHECK_CONCURRENCY: usize = 8;

/// A snapshot that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Its directory, or its metadata file where that has none of its own.
    pub location: String,
    /// Its metadata file.
    pub metadata_path: String,
    /// What came of it.
    pub report: Report,
}

/// Checks one snapshot whose metadata file was read, and opens a share of its files where that is asked for; `progress`
/// counts the files, and then those that are opened.
///
/// # Errors
/// Its metadata cannot be decoded.
pub async fn one(
    looker: &Looker<'_>,
    file: SnapshotFile,
    reads: Option<Share>,
    progress: &dyn Progress,
) -> Result<Checked, ReadError> {
    let has_directory = file.metadata_path.ends_with("/_metadata");
    let at = At {
        directory: &file.directory,
        metadata_path: &file.metadata_path,
        has_directory,
    };
    let report = decoded(looker, file.bytes.into(), &at, reads, progress).await?;
    Ok(Checked {
        location: if has_directory {
            file.directory
        } else {
            file.metadata_path.clone()
        },
        metadata_path: file.metadata_path,
        report,
    })
}

/// Where a snapshot is.
struct At<'a> {
    directory: &'a str,
    metadata_path: &'a str,
    /// Whether the directory is its own.
    has_directory: bool,
}

/// What is found of a snapshot whose metadata file has these bytes.
async fn decoded(
    looker: &Looker<'_>,
    bytes: Held,
    at: &At<'_>,
    reads: Option<Share>,
    progress: &dyn Progress,
) -> Result<Report, ReadError> {
    let (needs, mut report) = {
        let metadata = metadata::read(&bytes)?;
        let needs = Needs::of(&metadata, at.directory);
        (needs, check::of_metadata(&metadata, at.metadata_path))
    };
    // without them to open, the bytes are not needed while the files are looked at
    let to_open = reads.map(|share| (share, bytes));
    let seen = looker.see(&needs, at.has_directory, progress).await;
    report.add(check::compare(&needs, &seen));
    if let Some((share, bytes)) = to_open {
        let opening = Opening {
            metadata_path: at.metadata_path.to_owned(),
            bytes,
            needs,
            seen,
        };
        report.add(reading::read(looker.storage(), opening, share, progress).await);
    }
    Ok(report)
}

/// Checks all candidates, by their locations; `progress` counts them. What cannot be decoded is a finding here; what is deleted meanwhile is none.
pub async fn all(
    storage: &Storage,
    candidates: &[Candidate],
    reads: Option<Share>,
    progress: &dyn Progress,
) -> Vec<Checked> {
    let (looker, budget) = (&Looker::new(storage), &Budget::default());
    progress.expect(candidates.len() as u64);
    let checks = candidates.iter().map(|candidate| async move {
        let fetched = fetch(storage, candidate, budget).await;
        let checked = match fetched {
            Some(fetched) => Some(checked(looker, fetched, reads).await),
            None => None,
        };
        progress.advance(1);
        let checked = checked?;
        // Flink deletes a checkpoint's metadata with its files
        let is_missing = |one: &Remark| one.kind == Kind::Missing;
        let misses = checked.report.findings.iter().any(is_missing);
        (!misses || is_still_there(storage, &checked.metadata_path).await).then_some(checked)
    });
    let mut checked: Vec<Checked> = stream::iter(checks)
        .buffer_unordered(CHECK_CONCURRENCY)
        .filter_map(std::future::ready)
        .collect()
        .await;
    checked.sort_by(|a, b| a.location.cmp(&b.location));
    checked
}

/// Whether a metadata file that was read has not been deleted since.
async fn is_still_there(storage: &Storage, metadata_path: &str) -> bool {
    let looked = match Location::of(metadata_path) {
        Ok(at) => storage.look(&at).await,
        Err(error) => Err(error),
    };
    !looked.is_err_and(|error| error.is_missing())
}

async fn checked(looker: &Looker<'_>, fetched: Fetched, reads: Option<Share>) -> Checked {
    let location = fetched.location.to_string();
    let has_directory = fetched.has_directory();
    let metadata_path = if has_directory {
        fetched.location.join(METADATA).to_string()
    } else {
        location.clone()
    };
    let report = match fetched.content {
        Content::Metadata(bytes) => {
            let at = At {
                directory: &fetched.directory.to_string(),
                metadata_path: &metadata_path,
                has_directory,
            };
            let report = decoded(looker, bytes, &at, reads, &Silent).await;
            report.unwrap_or_else(|error| {
                let broken = Remark::new(Kind::Undecodable, &metadata_path);
                found(broken.with(error.to_string()))
            })
        }
        Content::Unreadable(reason) => {
            found(Remark::new(Kind::Unreadable, &metadata_path).with(reason))
        }
        Content::Incomplete { in_progress } => Report {
            notes: vec![incomplete(&location, in_progress)],
            ..Report::default()
        },
    };
    Checked {
        location,
        metadata_path,
        report,
    }
}

fn found(remark: Remark) -> Report {
    Report {
        findings: vec![remark],
        ..Report::default()
    }
}

fn incomplete(location: &str, in_progress: bool) -> Remark {
    let detail = if in_progress {
        "there is no _metadata, but Flink is writing it, or died while it did"
    } else {
        "there is no _metadata: it is under way, has failed, or is being deleted"
    };
    Remark::new(Kind::Incomplete, location).with(detail)
}
