//! Making a job ready: above all, from a snapshot.

use std::path::PathBuf;
use std::sync::Arc;

use super::context::Context;
use super::fit::{Rules, fit};
use super::load::{self, Found};
use super::location::Location;
use super::master::Latest;
use super::restore::Beginning;
use super::retention::Holder;
use super::settings::Restore;
use super::snapshot::Snapshot;
use super::throwable::Throwable;
use crate::domain::claim_mode::ClaimMode;
use crate::domain::ids::JobId;
use crate::minicluster::dataflow::plan::check_size;
use crate::minicluster::program::JobGraph;

/// A job that is ready to be started.
pub(super) struct Prepared {
    pub(super) graph: Arc<JobGraph>,
    pub(super) beginning: Beginning,
    pub(super) restored: Option<Latest>,
}

/// Makes a job ready.
///
/// # Errors
/// There is no such snapshot, or it does not fit the program, or a file of a sink cannot be looked at.
pub(super) fn prepare(
    context: &Context,
    job: JobId,
    mut graph: Arc<JobGraph>,
    restore: Option<&Restore>,
) -> Result<Prepared, Throwable> {
    check_size(&graph)?;
    let Some(restore) = restore else {
        let beginning = Beginning::of(&graph, None)?;
        beginning.check_files()?;
        return Ok(Prepared {
            graph,
            beginning,
            restored: None,
        });
    };
    // nothing may go while it is looked at
    let holder = Holder::Restore(job);
    let prepared = prepare_from(context, job, &mut graph, restore, &holder);
    // what was disposed of meanwhile, and what could not be deleted then, is not this job's
    let _ = context.holders.release(&holder);
    prepared.map(|(beginning, latest)| Prepared {
        graph,
        beginning,
        restored: Some(latest),
    })
}

fn prepare_from(
    context: &Context,
    job: JobId,
    graph: &mut Arc<JobGraph>,
    restore: &Restore,
    holder: &Holder,
) -> Result<(Beginning, Latest), Throwable> {
    let found = load::find(&restore.location, &context.heap)?;
    let snapshot = Snapshot::read(&found.bytes, found.directory())?;
    let metadata = found.file.iter().cloned();
    let files: Vec<PathBuf> = snapshot.files().into_iter().chain(metadata).collect();
    context.holders.hold(holder, &files);
    // it may have gone before it was held
    load::find(&restore.location, &context.heap)?;
    let rules = Rules {
        allow_non_restored_state: restore.allow_non_restored_state,
        strict_parallelism: context.settings.strict_parallelism,
    };
    fit(Arc::make_mut(graph), &snapshot, &found.location, rules)?;
    let beginning = Beginning::of(graph, Some(&snapshot))?;
    beginning.check_files()?;
    let is_claimed = restore.claim_mode == ClaimMode::Claim;
    let latest = take_over(context, job, found, snapshot, is_claimed);
    Ok((beginning, latest))
}

/// The job needs the snapshot's files from now on, and if it claims them they go when it needs them no more.
fn take_over(
    context: &Context,
    job: JobId,
    found: Found,
    snapshot: Snapshot,
    is_claimed: bool,
) -> Latest {
    let holder = Holder::Job {
        job,
        checkpoint: snapshot.checkpoint,
        restored: true,
    };
    let files = snapshot.files();
    if is_claimed {
        let before = Holder::Location(found.location.clone());
        context.holders.hand_over(&before, &holder);
        let metadata: Vec<PathBuf> = found.file.into_iter().collect();
        context.holders.own(&holder, &[files, metadata].concat());
        if let Ok(Location::Heap(number)) = Location::parse(&found.location) {
            context.heap.remove(number);
        }
    } else {
        context.holders.hold(&holder, &files);
    }
    Latest {
        snapshot: Arc::new(snapshot),
        holder,
        location: Some(found.location),
        is_own_checkpoint: is_claimed,
    }
}
