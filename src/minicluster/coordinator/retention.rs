//! Which files are still needed, and by whom. A file that is the cluster's own is deleted when nobody needs it any more.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::durable;
use crate::domain::ids::JobId;
use crate::minicluster::lock::lock;

/// Who needs a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    /// A job, to start again from this checkpoint id. `restored` where it began so: then the id is another job's.
    Job {
        job: JobId,
        checkpoint: u64,
        restored: bool,
    },
    /// A job that is being made ready, to look at a snapshot.
    Restore(JobId),
    /// The savepoint, or the retained checkpoint, at this location.
    Location(String),
}

#[derive(Debug, Default)]
struct Entry {
    holders: Vec<Holder>,
    /// Whether it may be deleted at all: what others have made stays, until they say otherwise.
    is_own: bool,
}

/// All files that anybody needs.
#[derive(Debug, Default)]
pub(super) struct FileHolders(Mutex<HashMap<PathBuf, Entry>>);

impl FileHolders {
    /// The holder needs these files, and the cluster owns them.
    pub(super) fn own(&self, holder: &Holder, files: &[PathBuf]) {
        self.add(holder, files, true);
    }

    /// The holder needs these files, whoever owns them.
    pub(super) fn hold(&self, holder: &Holder, files: &[PathBuf]) {
        self.add(holder, files, false);
    }

    fn add(&self, holder: &Holder, files: &[PathBuf], is_own: bool) {
        let mut held = lock(&self.0);
        for file in files {
            let entry = held.entry(file.clone()).or_default();
            entry.is_own |= is_own;
            if !entry.holders.contains(holder) {
                entry.holders.push(holder.clone());
            }
        }
    }

    /// The holder needs nothing any more: what is the cluster's own and nobody else's need is deleted.
    pub(super) fn release(&self, holder: &Holder) -> io::Result<()> {
        let mut held = lock(&self.0);
        let mut gone = Vec::new();
        held.retain(|file, entry| {
            let before = entry.holders.len();
            entry.holders.retain(|other| other != holder);
            let is_free = entry.holders.is_empty() && before > 0;
            if is_free && entry.is_own {
                gone.push(file.clone());
            }
            !is_free
        });
        delete(gone)
    }

    /// What one needed, another one needs instead.
    pub(super) fn hand_over(&self, from: &Holder, to: &Holder) {
        for entry in lock(&self.0).values_mut() {
            if entry.holders.contains(from) {
                entry
                    .holders
                    .retain(|holder| holder != from && holder != to);
                entry.holders.push(to.clone());
            }
        }
    }

    /// Deletes these files of a location, whoever made them, but for those that others need: these go with their last
    /// holder.
    pub(super) fn dispose(&self, location: &str, files: Vec<PathBuf>) -> io::Result<()> {
        let mut held = lock(&self.0);
        let mut gone = Vec::new();
        for file in files {
            let Some(entry) = held.get_mut(&file) else {
                gone.push(file);
                continue;
            };
            entry.is_own = true;
            let other = |holder: &Holder| !matches!(holder, Holder::Location(of) if of == location);
            entry.holders.retain(other);
            if entry.holders.is_empty() {
                held.remove(&file);
                gone.push(file);
            }
        }
        delete(gone)
    }

    /// Makes a directory that there is not yet, while nothing is deleted. What lies in one that there is, is somebody's.
    pub(super) fn make_directory(&self, directory: &Path) -> io::Result<()> {
        let _held = lock(&self.0);
        durable::make_new_directory(directory)
    }

    /// Deletes the directory of a checkpoint that has come to nothing, with all in it: one that was made for it.
    pub(super) fn remove_failed(&self, directory: &Path) {
        let _held = lock(&self.0);
        // tried again with the next part that arrives late, and when the job ends
        let _ = fs::remove_dir_all(directory);
    }

    /// Deletes a directory if nothing is in it.
    pub(super) fn remove_if_empty(&self, directory: &Path) {
        let _held = lock(&self.0);
        let _ = fs::remove_dir(directory);
    }
}

/// The largest number of a checkpoint that lies in the directory of a job; 0 if there is none.
pub(super) fn largest_checkpoint(job: &Path) -> u64 {
    let entries = fs::read_dir(job).into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| {
        let name = entry.file_name();
        name.to_str()?.strip_prefix("chk-")?.parse::<u64>().ok()
    });
    numbers.max().unwrap_or(0)
}

/// Deletes files, the metadata first, so that no half snapshot looks whole; then directories that are empty.
fn delete(mut files: Vec<PathBuf>) -> io::Result<()> {
    files.sort_by_key(|file| !file.ends_with("_metadata"));
    let mut result = Ok(());
    for file in &files {
        match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let message = format!("cannot delete {}: {error}", file.display());
                result = Err(io::Error::new(error.kind(), message));
            }
            _ => {}
        }
    }
    for directory in files.iter().filter_map(|file| file.parent()) {
        // fails, and should, while anything is in it
        if is_snapshot(directory) && fs::remove_dir(directory).is_ok() {
            remove_job_directory(directory);
        }
    }
    result
}

/// Whether a directory is named as Flink names those of one snapshot.
fn is_snapshot(directory: &Path) -> bool {
    let name = directory.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with("chk-") || name.starts_with("savepoint-"))
}

/// Deletes what is above a checkpoint, if that is the directory of a job, and empty.
fn remove_job_directory(checkpoint: &Path) {
    let is_checkpoint = |name: &str| name.starts_with("chk-");
    let name = checkpoint.file_name().and_then(|name| name.to_str());
    let Some(above) = checkpoint
        .parent()
        .filter(|_| name.is_some_and(is_checkpoint))
    else {
        return;
    };
    let job = above.file_name().and_then(|name| name.to_str());
    if job.is_some_and(|job| job.parse::<JobId>().is_ok()) {
        let _ = fs::remove_dir(above);
    }
}
