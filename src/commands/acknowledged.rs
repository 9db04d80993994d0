//! What the cluster reports of a snapshot that is being taken.

use super::context::{Context, Pending};
use crate::domain::operation::Verb;
use crate::domain::snapshot::{Snapshot, SnapshotKind, SnapshotStatus};
use crate::rest::Client;

/// How many subtasks have acknowledged the snapshot, and how much they wrote, e.g. `3 of 4 subtasks, 1.5 MiB`. The
/// cluster's statistics lag up to 3 s behind. `None` while there are none, and on any failure: this is by the way.
pub async fn so_far(cx: &Context, client: &Client, pending: &Pending) -> Option<String> {
    let history = client.history(pending.job).await.ok()??;
    let is_ours = |one: &&Snapshot| {
        let kind = match pending.verb {
            Verb::Trigger => one.kind == SnapshotKind::Savepoint,
            Verb::Stop => one.kind == SnapshotKind::SyncSavepoint,
            Verb::Checkpoint => one.kind == SnapshotKind::Checkpoint,
        };
        kind && one.status == SnapshotStatus::InProgress
    };
    let newest = history.entries.iter().find(is_ours)?;
    let (acknowledged, all) = newest.acknowledged?;
    let written = newest.state_size.unwrap_or(0);
    Some(format!(
        "{acknowledged} of {all} subtasks, {}",
        cx.printer.size(written)
    ))
}
