//! Which snapshot `latest`, `latest~N` and `latest:JOB` mean: the latest that are complete and still there, of those that
//! the cluster remembers and those that lie in storage.

use std::collections::{HashMap, HashSet};

use super::context::Context;
use super::roots::Looked;
use super::snapshots::{client_if_named, fresh_histories, in_storage, nowhere};
use crate::cli::dirs::DirArgs;
use crate::domain::job::Job;
use crate::domain::location::NormalLocation;
use crate::domain::reference::SnapshotRef;
use crate::error::Failure;
use crate::exit::Exit;
use crate::inventory::catalogue::{self, JobHistory};
use crate::inventory::known::{self, Known, Latest, NoLatest};
use crate::inventory::scan::{self, Found};
use crate::storage::{Entry, Location};

/// The location that a SNAPSHOT means, with what the cluster remembers now and what lies in storage where that is needed.
///
/// # Errors
/// Those of the cluster, and of [`located`].
pub async fn resolve(
    cx: &Context,
    snapshot: &SnapshotRef,
    dirs: &DirArgs,
) -> Result<String, Failure> {
    let mut locations = resolve_all(cx, &[snapshot], dirs).await?;
    Ok(locations.swap_remove(0))
}

/// As [`resolve`], for several: cluster and storage are asked once, and only for references.
///
/// # Errors
/// As [`resolve`].
pub async fn resolve_all(
    cx: &Context,
    snapshots: &[&SnapshotRef],
    dirs: &DirArgs,
) -> Result<Vec<String>, Failure> {
    let is_reference = |one: &&SnapshotRef| matches!(one, SnapshotRef::Latest { .. });
    let (mut jobs, mut looked) = (Vec::new(), Looked::default());
    if snapshots.iter().any(is_reference) {
        let client = client_if_named(cx, dirs).await?;
        looked = in_storage(cx, client.as_ref(), dirs, snapshots.iter().copied()).await?;
        jobs = match &client {
            Some(client) => fresh_histories(cx, client).await?,
            None if looked.roots.is_empty() => return Err(nowhere()),
            None => Vec::new(),
        };
    }
    if !dirs.dirs.is_empty() && !snapshots.iter().any(is_reference) {
        cx.printer
            .note("--dir is where latest is looked for: it does not count beside a location");
    }
    located(cx, &jobs, looked, snapshots).await
}

/// The location that a SNAPSHOT means, for each. What only the cluster's memory tells of is looked at first, where that
/// can be done from here; says on stderr what a reference was resolved to, what was passed over, and what nobody could
/// look at.
///
/// # Errors
/// A reference that nothing known answers (4).
pub async fn located(
    cx: &Context,
    jobs: &[JobHistory],
    mut looked: Looked,
    snapshots: &[&SnapshotRef],
) -> Result<Vec<String>, Failure> {
    let remembered = catalogue::remembered(jobs);
    let jobs: Vec<Job> = jobs.iter().map(|job| job.job.clone()).collect();
    let mut sight = Sight::of(cx);
    let mut locations = Vec::new();
    for snapshot in snapshots {
        let (back, job) = match snapshot {
            SnapshotRef::Location(location) => {
                locations.push(location.clone());
                continue;
            }
            SnapshotRef::Latest { back, job } => (*back, job.as_ref()),
        };
        loop {
            let known = known::merged(&remembered, &looked.scan);
            let cannot = |location: &str| sight.cannot_see(location);
            let Some(next) = known::unseen(&known, &jobs, back, job, cannot) else {
                locations.push(chosen(cx, &known, &jobs, snapshot)?);
                break;
            };
            let location = next.location.to_owned();
            match sight.look(&location).await {
                Ok(Some(found)) => looked.scan.snapshots.push(found),
                Ok(None) => {
                    looked.scan.gone.insert(NormalLocation::of(&location));
                }
                Err(why) => cx
                    .printer
                    .note(format!("{location} was not looked at: {why}")),
            }
        }
    }
    Ok(locations)
}

/// Looks at places of which the cluster's memory tells, as far as they can be seen from here.
struct Sight<'c> {
    cx: &'c Context,
    /// Whether the cluster's disks may be this machine's.
    shares_disks: bool,
    /// What cannot be seen.
    unseen: HashSet<NormalLocation>,
    /// The storages that do not answer, by scheme and authority, and why.
    silent: HashMap<(String, String), String>,
}

impl<'c> Sight<'c> {
    fn of(cx: &'c Context) -> Self {
        let endpoint = cx.settings().ok().and_then(|settings| settings.endpoint);
        Self {
            cx,
            shares_disks: endpoint.is_none_or(|endpoint| endpoint.is_loopback()),
            unseen: HashSet::new(),
            silent: HashMap::new(),
        }
    }

    fn cannot_see(&self, location: &str) -> bool {
        self.unseen.contains(&NormalLocation::of(location))
    }

    /// What is there, or why that cannot be told from here: such a place is not looked at again.
    async fn look(&mut self, location: &str) -> Result<Option<Found>, String> {
        let looked = self.try_look(location).await;
        if looked.is_err() {
            self.unseen.insert(NormalLocation::of(location));
        }
        looked
    }

    async fn try_look(&mut self, location: &str) -> Result<Option<Found>, String> {
        let at = Location::of(location).map_err(|error| error.to_string())?;
        if at.local().is_some() && !self.shares_disks {
            return Err("it lies on a disk of the cluster's".to_owned());
        }
        if at.local().is_some_and(|path| path.is_relative()) {
            return Err("it counts from the cluster's directory".to_owned());
        }
        let place = (at.scheme().to_owned(), at.authority().to_owned());
        if let Some(why) = self.silent.get(&place) {
            return Err(why.clone());
        }
        let looking = scan::at(self.cx.storage(), &at);
        let said = format!("looking at {location}");
        match self.cx.printer.waiting(&said, looking).await {
            Ok(None) if !self.has_place_for(&at).await => {
                let directory = at.parent();
                Err(format!("{directory} is not on this machine"))
            }
            Ok(found) => Ok(found),
            Err(error) => {
                // one file may be forbidden where others are not
                if at.local().is_none() && !error.is_denied() {
                    self.silent.insert(place, error.to_string());
                }
                Err(error.to_string())
            }
        }
    }

    /// Whether a snapshot that is not there would be seen if it were: behind a forwarded port, or in a container, a
    /// cluster has disks of its own.
    async fn has_place_for(&self, at: &Location) -> bool {
        if at.local().is_none() {
            return true;
        }
        let parent = at.parent();
        // the directory of a job's checkpoints goes with the last of them
        let is_checkpoint = NormalLocation::of(&at.to_string()).is_checkpoint();
        let above = is_checkpoint.then(|| parent.parent());
        for directory in above.into_iter().chain([parent]) {
            let looked = self.cx.storage().look(&directory).await;
            if matches!(looked, Ok(Entry::Directory)) {
                return true;
            }
        }
        false
    }
}

/// How many snapshots that were passed over are named.
const SKIPPED: usize = 5;

/// Says what was passed over, and why.
fn tell_skipped<'s>(
    cx: &Context,
    known: &[Known<'_>],
    snapshot: &SnapshotRef,
    skipped: impl Iterator<Item = (&'s str, &'s str)>,
) {
    // what the cluster itself has deleted is nobody's latest
    let is_discarded = |at: &str| {
        let mut known = known.iter();
        known.any(|one| one.location == at && one.is_discarded())
    };
    let mut skipped = skipped.filter(|(at, _)| !is_discarded(at));
    for (location, why) in skipped.by_ref().take(SKIPPED) {
        cx.printer
            .note(format!("{snapshot} passes over {location}: {why}"));
    }
    let more = skipped.count();
    if more > 0 {
        cx.printer
            .note(format!("{snapshot} passes over {more} more"));
    }
}

/// The location that a reference means among these.
fn chosen(
    cx: &Context,
    known: &[Known<'_>],
    jobs: &[Job],
    snapshot: &SnapshotRef,
) -> Result<String, Failure> {
    let SnapshotRef::Latest { back, job } = snapshot else {
        return Ok(snapshot.to_string());
    };
    let error = match known::latest(known, jobs, *back, job.as_ref()) {
        Ok(Latest { chosen, skipped }) => {
            let skipped = skipped.iter().map(|(at, why)| (*at, why.as_str()));
            tell_skipped(cx, known, snapshot, skipped);
            cx.printer
                .note(format!("{snapshot} is {}", described(&chosen)));
            return Ok(chosen.location.to_owned());
        }
        Err(error) => error,
    };
    if let NoLatest::TooFew { skipped, .. } = &error {
        let skipped = skipped.iter().map(|(at, why)| (at.as_str(), why.as_str()));
        tell_skipped(cx, known, snapshot, skipped);
    }
    let failure = |exit| Failure::new(exit, format!("{snapshot} names no snapshot: {error}"));
    Err(match &error {
        NoLatest::NoJob(_) if jobs.is_empty() => failure(Exit::NotFound)
            .hint("storage knows jobs by their ids only: give the id or its beginning")
            .hint("or name the cluster with -m HOST:PORT"),
        NoLatest::NoJob(_) => {
            failure(Exit::NotFound).hint("`savepointctl jobs --all` lists the jobs")
        }
        NoLatest::Ambiguous(_) => failure(Exit::Usage).hint("give more of the id, or the name"),
        NoLatest::TooFew { .. } => failure(Exit::NotFound)
            .hint("name the snapshot by its location; `savepointctl list` shows what is known"),
    })
}

/// What a reference was resolved to, in words.
fn described(chosen: &Known<'_>) -> String {
    let kind = match chosen.is_savepoint() {
        Some(true) => "savepoint",
        Some(false) => "checkpoint",
        None => "snapshot",
    };
    let id = chosen.checkpoint_id().map(|id| format!(" {id}"));
    let job = match (chosen.remembered, chosen.job_id(), chosen.job_id_prefix()) {
        (Some(one), ..) => format!(" of job {} ({})", one.job.id, one.job.name),
        (None, Some(id), _) => format!(" of job {id}"),
        (None, None, Some(prefix)) => format!(" of job {prefix}…"),
        (None, None, None) => String::new(),
    };
    let id = id.unwrap_or_default();
    format!("{kind}{id}{job}: {}", chosen.location)
}
