//! The snapshots that a cluster remembers and those that lie in storage, each once.

mod latest;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::HashMap;

use jiff::Timestamp;

use super::catalogue::Remembered;
use super::inspection::Kind;
use super::scan::{Contents, Found, Scan, State};
use crate::domain::ids::JobId;
use crate::domain::job::JobSelector;
use crate::domain::location::NormalLocation;
use crate::domain::snapshot::FormatType;
use crate::metadata::properties::SavepointFormat;

pub use latest::{Latest, NoLatest, latest, unseen};

/// A snapshot that is known from a cluster's memory, from storage, or from both.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Where it lies, as the cluster names it, else as it was found.
    pub location: &'a str,
    /// What the cluster remembers of it.
    pub remembered: Option<Remembered<'a>>,
    /// What lies in storage.
    pub found: Option<&'a Found>,
    /// Whether it is there; `None` where nobody has looked.
    pub exists: Option<bool>,
}

/// An order of snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// The latest first.
    #[default]
    Time,
    /// The largest state first.
    Size,
    /// By job, of each the latest first.
    Job,
    /// By location.
    Location,
}

impl<'a> Known<'a> {
    /// What its metadata tells, where it was read.
    pub fn contents(&self) -> Option<&'a Contents> {
        match &self.found?.state {
            State::Complete(contents) => Some(contents),
            _ => None,
        }
    }

    /// When it was triggered, else when its metadata was written.
    pub fn time(&self) -> Option<Timestamp> {
        let triggered = self.remembered.map(|one| one.snapshot.triggered);
        triggered.or_else(|| self.found?.modified)
    }

    /// The checkpoint id.
    pub fn checkpoint_id(&self) -> Option<u64> {
        let remembered = self.remembered.map(|one| one.snapshot.id);
        let recorded = || u64::try_from(self.contents()?.checkpoint_id).ok();
        let named = || self.found?.by_name.checkpoint_id;
        remembered.or_else(recorded).or_else(named)
    }

    /// The job.
    pub fn job_id(&self) -> Option<JobId> {
        let remembered = self.remembered.map(|one| one.job.id);
        let recorded = || self.contents()?.job_id;
        let named = || self.found?.by_name.job_id;
        remembered.or_else(recorded).or_else(named)
    }

    /// The first digits of the job's id.
    pub fn job_id_prefix(&self) -> Option<String> {
        let whole = self.job_id().map(|id| id.to_string()[..6].to_owned());
        whole.or_else(|| self.found?.by_name.job_id_prefix.clone())
    }

    /// Whether it is a savepoint; `None` where nothing tells.
    pub fn is_savepoint(&self) -> Option<bool> {
        let remembered = self.remembered.map(|one| one.snapshot.kind.is_savepoint());
        let recorded = || match self.contents()?.kind {
            Kind::Recorded { is_savepoint, .. } | Kind::ByName { is_savepoint } => {
                Some(is_savepoint)
            }
            Kind::Unknown => None,
        };
        let named = || self.found?.by_name.is_savepoint;
        remembered.or_else(recorded).or_else(named)
    }

    /// How it is written.
    pub fn format(&self) -> Option<FormatType> {
        let remembered = self.remembered.and_then(|one| one.snapshot.format);
        remembered.or_else(|| match self.contents()?.kind {
            Kind::Recorded { format, .. } => format.map(|format| match format {
                SavepointFormat::Canonical => FormatType::Canonical,
                SavepointFormat::Native => FormatType::Native,
            }),
            Kind::ByName { .. } | Kind::Unknown => None,
        })
    }

    /// Bytes, as Flink counts them.
    pub fn state_size(&self) -> Option<u64> {
        let remembered = || self.remembered?.snapshot.state_size;
        let recorded = self.contents().map(|contents| contents.state_size);
        let recorded = recorded.and_then(|size| u64::try_from(size).ok());
        recorded.or_else(remembered)
    }

    /// Whether the cluster itself has deleted it.
    pub fn is_discarded(&self) -> bool {
        self.remembered.is_some_and(|one| one.discarded)
    }

    /// Whether it is complete; `None` where its metadata cannot be read from here.
    pub fn is_complete(&self) -> Option<bool> {
        match self.found.map(|found| &found.state) {
            None | Some(State::Complete(_)) => Some(true),
            Some(State::Incomplete { .. } | State::Broken(_)) => Some(false),
            Some(State::Unreadable(_)) => None,
        }
    }

    /// Why it cannot be used as it is, if so.
    pub fn problem(&self) -> Option<String> {
        if self.is_discarded() {
            return Some("the cluster has deleted it".to_owned());
        }
        if self.exists == Some(false) {
            return Some("it is not there any more".to_owned());
        }
        match &self.found?.state {
            State::Complete(_) => None,
            State::Incomplete { in_progress: true } => {
                Some("its _metadata is still being written, or was never finished".to_owned())
            }
            State::Incomplete { in_progress: false } => {
                Some("there is no _metadata in it".to_owned())
            }
            State::Broken(why) => Some(format!("its metadata is broken: {why}")),
            State::Unreadable(why) => Some(why.clone()),
        }
    }

    /// Whether it is of one of these jobs, or of one that a user may have typed the id of.
    pub fn is_of(&self, jobs: &[JobId], typed: &JobSelector) -> bool {
        match (self.job_id(), self.job_id_prefix()) {
            (Some(id), _) => jobs.contains(&id) || typed.may_mean(&id.to_string()),
            (None, Some(prefix)) => {
                let begins = |id: &JobId| id.to_string().starts_with(&prefix);
                jobs.iter().any(begins) || typed.may_mean(&prefix)
            }
            (None, None) => false,
        }
    }
}

/// What is remembered and what was found, each snapshot once, in no order.
pub fn merged<'a>(remembered: &[Remembered<'a>], scan: &'a Scan) -> Vec<Known<'a>> {
    let mut by_path: HashMap<String, Vec<(NormalLocation, usize)>> = HashMap::new();
    for (at, found) in scan.snapshots.iter().enumerate() {
        let place = NormalLocation::of(&found.location);
        let path = place.path().to_owned();
        by_path.entry(path).or_default().push((place, at));
    }
    let mut taken = vec![false; scan.snapshots.len()];
    let mut known = Vec::new();
    for one in remembered {
        let place = NormalLocation::of(one.location);
        let same = by_path.get(place.path());
        let same = same.and_then(|same| same.iter().find(|(other, _)| other.may_be(&place)));
        let found = same.map(|(_, at)| {
            taken[*at] = true;
            &scan.snapshots[*at]
        });
        let was_looked_for = || scan.listed.contains(&place.parent()) || scan.gone.contains(&place);
        known.push(Known {
            location: one.location,
            remembered: Some(*one),
            found,
            exists: match found {
                Some(_) => Some(true),
                None => was_looked_for().then_some(false),
            },
        });
    }
    let left = scan.snapshots.iter().zip(taken).filter(|(_, taken)| !taken);
    known.extend(left.map(|(found, _)| Known {
        location: &found.location,
        remembered: None,
        found: Some(found),
        exists: Some(true),
    }));
    known
}

/// Brings snapshots into an order; those alike in it stay as the latest first, and then by location.
pub fn sort(known: &mut [Known<'_>], order: Order) {
    known.sort_by_cached_key(|one| {
        let latest = (Reverse(one.time()), Reverse(one.checkpoint_id()));
        (latest, one.location.to_owned())
    });
    match order {
        Order::Time => {}
        Order::Size => known.sort_by_key(|one| Reverse(one.state_size())),
        Order::Job => known.sort_by_cached_key(|one| {
            let name = one.remembered.map(|one| one.job.name.clone());
            // those whose job has no name here come behind the others
            (name.is_none(), name, one.job_id_prefix())
        }),
        Order::Location => known.sort_by_key(|one| one.location),
    }
}
