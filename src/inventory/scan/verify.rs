//! Checks snapshots in storage: reads their metadata, looks at their files, and says what is wrong.

use futures_util::stream::{self, StreamExt};

use super::files::Looker;
use super::names::METADATA;
use super::reading::{self, Opened};
use super::{Candidate, Content, Fetched, fetch};
use crate::inventory::check::{self, Kind, Needs, Remark, Report, Share};
use crate::inventory::resolution::SnapshotFile;
use crate::metadata::{self, ReadError};
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

/// Checks snapshots to a depth.
pub struct Verifier<'s> {
    storage: &'s Storage,
    looker: Looker<'s>,
    /// Of which files the contents are checked, too.
    opens: Option<Share>,
}

impl<'s> Verifier<'s> {
    /// One that looks at files, and opens this share of them.
    pub fn new(storage: &'s Storage, opens: Option<Share>) -> Self {
        let looker = Looker::new(storage);
        Self {
            storage,
            looker,
            opens,
        }
    }

    /// Checks one snapshot whose metadata was read.
    ///
    /// # Errors
    /// The metadata cannot be decoded.
    pub async fn one(&self, file: SnapshotFile) -> Result<Checked, ReadError> {
        let has_directory = file.metadata_path.ends_with("/_metadata");
        let report = self
            .metadata(
                &file.metadata_path,
                &file.directory,
                has_directory,
                file.bytes,
            )
            .await?;
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

    /// Checks all candidates, by their locations. What cannot be decoded is a finding here.
    pub async fn all(&self, candidates: &[Candidate]) -> Vec<Checked> {
        let checks = candidates.iter().map(|candidate| async move {
            let fetched = fetch(self.storage, candidate).await?;
            Some(self.fetched(fetched).await)
        });
        let mut checked: Vec<Checked> = stream::iter(checks)
            .buffer_unordered(CHECK_CONCURRENCY)
            .filter_map(std::future::ready)
            .collect()
            .await;
        checked.sort_by(|a, b| a.location.cmp(&b.location));
        checked
    }

    async fn fetched(&self, fetched: Fetched) -> Checked {
        let location = fetched.location.to_string();
        let has_directory = fetched.has_directory();
        let metadata_path = if has_directory {
            fetched.location.join(METADATA).to_string()
        } else {
            location.clone()
        };
        let report = match fetched.content {
            Content::Metadata(bytes) => {
                let directory = fetched.directory.to_string();
                self.metadata(&metadata_path, &directory, has_directory, bytes)
                    .await
                    .unwrap_or_else(|error| {
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

    async fn metadata(
        &self,
        metadata_path: &str,
        directory: &str,
        has_directory: bool,
        bytes: Vec<u8>,
    ) -> Result<Report, ReadError> {
        let (needs, mut report) = {
            let metadata = metadata::read(&bytes)?;
            let needs = Needs::of(&metadata, directory);
            (needs, check::of_metadata(&metadata, metadata_path))
        };
        // while files are looked at, neither bytes nor model are needed, unless the files are opened, too
        let bytes = self.opens.map(|share| (share, bytes));
        let seen = self.looker.see(&needs, has_directory).await;
        report.add(check::compare(&needs, &seen));
        if let Some((share, bytes)) = bytes {
            let opened = Opened {
                metadata_path: metadata_path.to_owned(),
                bytes,
                needs,
                seen,
            };
            report.add(reading::read(self.storage, opened, share).await);
        }
        Ok(report)
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
