//! Which snapshot a `latest` reference means.

use super::{Known, Order, sort};
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobSelector};

/// Why a `latest` reference has no answer.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoLatest {
    /// No job is meant.
    #[error("no job '{0}' is known")]
    NoJob(String),
    /// Several jobs of different names are meant.
    #[error("'{0}' is the beginning of several job ids")]
    Ambiguous(String),
    /// Too few snapshots are known.
    #[error("only {usable} snapshots are known that are complete and still there")]
    TooFew {
        /// How many there are.
        usable: usize,
        /// Where the others lie that cannot be used, and why.
        skipped: Vec<(String, String)>,
    },
}

/// What a `latest` reference means.
#[derive(Debug, Clone)]
pub struct Latest<'a> {
    /// The snapshot.
    pub chosen: Known<'a>,
    /// Later ones that cannot be used, and why.
    pub skipped: Vec<(&'a str, String)>,
}

/// The `back`-th usable snapshot before the latest, of all jobs, or of those with one name: a job that was restored and
/// the one before it are one to a user.
///
/// # Errors
/// No such job, or too few snapshots of it.
pub fn latest<'a>(
    known: &[Known<'a>],
    jobs: &[Job],
    back: usize,
    selector: Option<&JobSelector>,
) -> Result<Latest<'a>, NoLatest> {
    let candidates = candidates(known, jobs, selector)?;
    let is_undated = |one: &Known<'_>| one.time().is_none();
    let undated = candidates.iter().filter(|one| is_undated(one));
    // one without a time may have just begun
    let mut skipped: Vec<_> = undated
        .filter_map(|one| Some((one.location, one.problem()?)))
        .collect();
    let mut usable = 0;
    for one in candidates {
        match one.problem() {
            Some(_) if is_undated(&one) => {}
            Some(why) => skipped.push((one.location, why)),
            None if usable == back => {
                return Ok(Latest {
                    chosen: one,
                    skipped,
                });
            }
            None => usable += 1,
        }
    }
    let skipped = skipped.into_iter();
    let skipped = skipped.map(|(at, why)| (at.to_owned(), why)).collect();
    Err(NoLatest::TooFew { usable, skipped })
}

/// The first snapshot that a reference counts as usable though nobody has looked whether it is there, less those that
/// cannot be looked at. Once there is none, [`latest`] can be believed.
pub fn unseen<'a>(
    known: &[Known<'a>],
    jobs: &[Job],
    back: usize,
    selector: Option<&JobSelector>,
    cannot_be_seen: impl Fn(&str) -> bool,
) -> Option<Known<'a>> {
    let candidates = candidates(known, jobs, selector).ok()?;
    let usable = candidates.into_iter().filter(|one| one.problem().is_none());
    usable
        .take(back.saturating_add(1))
        .find(|one| one.exists.is_none() && !cannot_be_seen(one.location))
}

/// The snapshots that a reference may mean, the latest first.
fn candidates<'a>(
    known: &[Known<'a>],
    jobs: &[Job],
    selector: Option<&JobSelector>,
) -> Result<Vec<Known<'a>>, NoLatest> {
    let mut candidates = match selector {
        Some(selector) => of_one_job(known, jobs, selector)?,
        None => known.to_vec(),
    };
    sort(&mut candidates, Order::Time);
    Ok(candidates)
}

fn of_one_job<'a>(
    known: &[Known<'a>],
    jobs: &[Job],
    selector: &JobSelector,
) -> Result<Vec<Known<'a>>, NoLatest> {
    let wanted = selector.matches(jobs);
    let of = |ids: &[JobId], typed: &JobSelector| -> Vec<Known<'a>> {
        let is_of = |one: &&Known<'a>| one.is_of(ids, typed);
        known.iter().filter(is_of).copied().collect()
    };
    if let Some(first) = wanted.first() {
        if wanted.iter().any(|job| job.name != first.name) {
            return Err(NoLatest::Ambiguous(selector.to_string()));
        }
        let ids: Vec<JobId> = wanted.iter().map(|job| job.id).collect();
        return Ok(of(&ids, &JobSelector::new("")));
    }
    // jobs that the cluster has forgotten, or of which only storage tells
    let found = of(&[], selector);
    let Some(first) = found.first() else {
        return Err(NoLatest::NoJob(selector.to_string()));
    };
    let same = |one: &Known<'_>| {
        let ids = one.job_id().zip(first.job_id());
        one.job_id_prefix() == first.job_id_prefix() && ids.is_none_or(|(a, b)| a == b)
    };
    if !found.iter().all(same) {
        return Err(NoLatest::Ambiguous(selector.to_string()));
    }
    Ok(found)
}
