//! `restore`.

use serde::Serialize;

use super::super::printer::View;
use super::super::style::Style;
use crate::domain::ids::JobId;
use crate::domain::snapshot::Restored;

/// A job that runs from a snapshot.
#[derive(Serialize)]
pub struct RestoreView {
    job_id: String,
    job_name: Option<String>,
    job_status: Option<String>,
    location: Option<String>,
    checkpoint_id: Option<u64>,
    restored_at: Option<String>,
}

impl RestoreView {
    /// The job with its name and state, and what the cluster says it was restored from.
    pub fn new(
        job: JobId,
        name: Option<&str>,
        status: Option<String>,
        restored: Option<&Restored>,
    ) -> Self {
        Self {
            job_id: job.to_string(),
            job_name: name.map(str::to_owned),
            job_status: status,
            location: restored.and_then(|restored| restored.location.clone()),
            checkpoint_id: restored.map(|restored| restored.id),
            restored_at: restored.map(|restored| restored.restored.to_string()),
        }
    }
}

impl View for RestoreView {
    fn table(&self, _: Style) -> String {
        self.job_id.clone()
    }

    fn names(&self) -> Vec<String> {
        vec![self.job_id.clone()]
    }
}
