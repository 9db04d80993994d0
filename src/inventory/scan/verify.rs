//! Checks snapshots in storage: reads their metadata, looks at their files, and says what is wrong.

use futures_util::stream::{self, StreamExt};

use super::files::Looker;
use super::names::METADATA;
use super::{Candidate, Content, Fetched, fetch};
use crate::inventory::check::{self, Kind, Needs, Remark, Report};
use crate::inventory::resolution::SnapshotFile;
use crate::metadata::{self, Metadata};
use crate::storage::Storage;

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

/// Checks one snapshot whose metadata was read.
pub async fn one(looker: &Looker<'_>, file: &SnapshotFile, metadata: &Metadata<'_>) -> Checked {
    let has_directory = file.metadata_path.ends_with("/_metadata");
    let needs = Needs::of(metadata, &file.directory);
    let mut report = check::of_metadata(metadata, &file.metadata_path);
    report.add(look(looker, &needs, has_directory).await);
    Checked {
        location: if has_directory {
            file.directory.clone()
        } else {
            file.metadata_path.clone()
        },
        metadata_path: file.metadata_path.clone(),
        report,
    }
}

async fn look(looker: &Looker<'_>, needs: &Needs, has_directory: bool) -> Report {
    let seen = looker.see(needs, has_directory).await;
    check::compare(needs, &seen)
}

/// Checks all candidates, by their locations. What cannot be decoded is a finding here.
pub async fn all(storage: &Storage, candidates: &[Candidate]) -> Vec<Checked> {
    let looker = &Looker::new(storage);
    let checks = candidates.iter().map(|candidate| async move {
        let fetched = fetch(storage, candidate).await?;
        Some(checked(looker, fetched).await)
    });
    let mut checked: Vec<Checked> = stream::iter(checks)
        .buffer_unordered(CHECK_CONCURRENCY)
        .filter_map(std::future::ready)
        .collect()
        .await;
    checked.sort_by(|a, b| a.location.cmp(&b.location));
    checked
}

async fn checked(looker: &Looker<'_>, fetched: Fetched) -> Checked {
    let location = fetched.location.to_string();
    let has_directory = fetched.has_directory();
    let metadata_path = if has_directory {
        fetched.location.join(METADATA).to_string()
    } else {
        location.clone()
    };
    let report = match fetched.content {
        Content::Metadata(bytes) => {
            // neither the bytes nor the model are needed while the files are looked at
            let understood = metadata::read(&bytes).map(|metadata| {
                let needs = Needs::of(&metadata, &fetched.directory.to_string());
                (needs, check::of_metadata(&metadata, &metadata_path))
            });
            drop(bytes);
            match understood {
                Ok((needs, mut report)) => {
                    report.add(look(looker, &needs, has_directory).await);
                    report
                }
                Err(error) => {
                    let broken = Remark::new(Kind::Undecodable, &metadata_path);
                    found(broken.with(error.to_string()))
                }
            }
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
