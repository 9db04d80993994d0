//! `list`.

use jiff::Timestamp;
use serde::Serialize;

use super::super::printer::View;
use super::super::style::{Role, Style};
use super::super::table;
use crate::inventory::known::Known;

/// Snapshots, in the order given.
#[derive(Serialize)]
pub struct SnapshotsView {
    snapshots: Vec<SnapshotView>,
}

#[derive(Serialize)]
struct SnapshotView {
    location: String,
    /// `null` where nothing tells, as for the rest.
    kind: Option<&'static str>,
    format: Option<String>,
    checkpoint_id: Option<u64>,
    job_id: Option<String>,
    /// The first six digits of the job's id, which is all that a savepoint's name holds.
    job_id_prefix: Option<String>,
    /// What only the cluster knows of the job.
    job_name: Option<String>,
    job_status: Option<String>,
    state_size: Option<u64>,
    /// What only storage tells.
    files: Option<usize>,
    files_size: Option<u64>,
    operators: Option<usize>,
    metadata_version: Option<i32>,
    metadata_size: Option<u64>,
    modified_at: Option<String>,
    /// What only the cluster remembers of the snapshot.
    duration_ms: Option<u64>,
    triggered_at: Option<String>,
    discarded: bool,
    /// `null` as long as nobody has looked into storage.
    exists: Option<bool>,
    /// `null` where the metadata could not be read from here.
    complete: Option<bool>,
    /// Why it cannot be used as it is.
    problem: Option<String>,
    #[serde(skip)]
    time: Option<Timestamp>,
    #[serde(skip)]
    status: Status,
}

/// What people are shown of whether a snapshot can be used.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Status {
    Ok,
    Discarded,
    Gone,
    Incomplete,
    Broken,
    Unreadable,
}

impl Status {
    fn of(one: &Known<'_>) -> Self {
        use crate::inventory::scan::State;
        match one.found.map(|found| &found.state) {
            _ if one.is_discarded() => Status::Discarded,
            _ if one.exists == Some(false) => Status::Gone,
            None | Some(State::Complete(_)) => Status::Ok,
            Some(State::Incomplete { .. }) => Status::Incomplete,
            Some(State::Broken(_)) => Status::Broken,
            Some(State::Unreadable(_)) => Status::Unreadable,
        }
    }

    fn label(self) -> &'static str {
        match self {
            Status::Ok => "ok",
            Status::Discarded => "discarded",
            Status::Gone => "gone",
            Status::Incomplete => "incomplete",
            Status::Broken => "broken",
            Status::Unreadable => "unreadable",
        }
    }

    fn role(self) -> Option<Role> {
        match self {
            Status::Ok => None,
            Status::Discarded | Status::Gone => Some(Role::Faint),
            Status::Incomplete | Status::Unreadable => Some(Role::Warning),
            Status::Broken => Some(Role::Bad),
        }
    }
}

impl SnapshotsView {
    /// What is known, in the order given.
    pub fn new(snapshots: &[Known<'_>]) -> Self {
        Self {
            snapshots: snapshots.iter().map(SnapshotView::from).collect(),
        }
    }
}

impl From<&Known<'_>> for SnapshotView {
    fn from(one: &Known<'_>) -> Self {
        let contents = one.contents();
        let (job, snapshot) = match one.remembered {
            Some(remembered) => (Some(remembered.job), Some(remembered.snapshot)),
            None => (None, None),
        };
        let modified = one.found.and_then(|found| found.modified);
        Self {
            location: one.location.to_owned(),
            kind: one.is_savepoint().map(|is_savepoint| {
                if is_savepoint {
                    "savepoint"
                } else {
                    "checkpoint"
                }
            }),
            format: one.format().map(|format| format.to_string()),
            checkpoint_id: one.checkpoint_id(),
            job_id: one.job_id().map(|id| id.to_string()),
            job_id_prefix: one.job_id_prefix(),
            job_name: job.map(|job| job.name.clone()),
            job_status: job.map(|job| job.status.to_string()),
            state_size: one.state_size(),
            files: contents.map(|contents| contents.files),
            files_size: contents.map(|contents| contents.files_size),
            operators: contents.map(|contents| contents.operators),
            metadata_version: contents.and_then(|contents| contents.metadata_version),
            metadata_size: contents.map(|contents| contents.metadata_size),
            modified_at: modified.map(|time| time.to_string()),
            duration_ms: snapshot.and_then(|snapshot| snapshot.duration_ms),
            triggered_at: snapshot.map(|snapshot| snapshot.triggered.to_string()),
            discarded: one.is_discarded(),
            exists: one.exists,
            complete: one.is_complete(),
            problem: one.problem(),
            time: one.time(),
            status: Status::of(one),
        }
    }
}

impl SnapshotView {
    fn row(&self, style: Style) -> Vec<String> {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let size = |size: Option<u64>| or_dash(size.map(|size| style.size(size)));
        let prefix = self
            .job_id_prefix
            .as_ref()
            .map(|prefix| format!("{prefix}…"));
        vec![
            or_dash(self.time.map(|time| style.time(time))),
            or_dash(self.kind.map(str::to_owned)),
            or_dash(self.format.clone()),
            size(self.state_size),
            size(self.files_size),
            or_dash(self.job_name.clone().or(prefix)),
            self.status.label().to_owned(),
            self.location.clone(),
        ]
    }
}

impl View for SnapshotsView {
    fn table(&self, style: Style) -> String {
        let rows = self
            .snapshots
            .iter()
            .map(|one| (one.status.role(), one.row(style)));
        table::painted(
            &[
                "TIME", "KIND", "FORMAT", "SIZE", "FILES", "JOB", "STATUS", "LOCATION",
            ],
            rows,
        )
    }

    fn names(&self) -> Vec<String> {
        self.snapshots
            .iter()
            .map(|one| one.location.clone())
            .collect()
    }
}
