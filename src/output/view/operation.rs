//! `trigger`, `stop`, `checkpoint`, `wait`, `cancel`.

use serde::Serialize;

use super::super::printer::View;
use super::super::style::Style;
use super::super::text;
use crate::domain::ids::{JobId, TriggerId};
use crate::domain::job::JobStatus;
use crate::domain::operation::Verb;
use crate::domain::snapshot::Snapshot;

/// A finished operation.
#[derive(Serialize)]
pub struct OperationView {
    location: Option<String>,
    job_id: String,
    job_name: Option<String>,
    trigger_id: Option<String>,
    operation: String,
    checkpoint_id: Option<u64>,
    format: Option<String>,
    state_size: Option<u64>,
    duration_ms: Option<u64>,
    triggered_at: Option<String>,
    job_status: Option<String>,
}

impl OperationView {
    /// What came of an operation on a job.
    pub fn new(verb: Verb, job: JobId, location: Option<&str>) -> Self {
        Self {
            location: location.map(str::to_owned),
            job_id: job.to_string(),
            job_name: None,
            trigger_id: None,
            operation: verb.to_string(),
            checkpoint_id: None,
            format: None,
            state_size: None,
            duration_ms: None,
            triggered_at: None,
            job_status: None,
        }
    }

    /// Adds the job's name.
    #[must_use]
    pub fn job_name(mut self, name: Option<&str>) -> Self {
        self.job_name = name.map(str::to_owned);
        self
    }

    /// Adds the trigger id.
    #[must_use]
    pub fn trigger_id(mut self, id: TriggerId) -> Self {
        self.trigger_id = Some(id.to_string());
        self
    }

    /// Adds the state that the job is in now.
    #[must_use]
    pub fn job_status(mut self, status: Option<&JobStatus>) -> Self {
        self.job_status = status.map(ToString::to_string);
        self
    }

    /// Adds what the checkpoint statistics say.
    #[must_use]
    pub fn snapshot(mut self, snapshot: Option<&Snapshot>) -> Self {
        if let Some(snapshot) = snapshot {
            self.checkpoint_id = Some(snapshot.id);
            self.format = snapshot.format.map(|format| format.to_string());
            self.state_size = snapshot.state_size;
            self.duration_ms = snapshot.duration_ms;
            self.triggered_at = Some(snapshot.triggered.to_string());
        }
        self
    }
}

impl View for OperationView {
    fn table(&self, _: Style) -> String {
        text::lines(self.names())
    }

    fn names(&self) -> Vec<String> {
        self.location.iter().cloned().collect()
    }
}

/// An operation that goes on without us.
#[derive(Serialize)]
pub struct TriggerIdView {
    trigger_id: String,
    job_id: String,
    operation: String,
    resume_command: String,
}

impl TriggerIdView {
    /// The operation with the command that waits for it.
    pub fn new(verb: Verb, job: JobId, id: TriggerId, resume_command: String) -> Self {
        Self {
            trigger_id: id.to_string(),
            job_id: job.to_string(),
            operation: verb.to_string(),
            resume_command,
        }
    }
}

impl View for TriggerIdView {
    fn table(&self, _: Style) -> String {
        self.trigger_id.clone()
    }

    fn names(&self) -> Vec<String> {
        vec![self.trigger_id.clone()]
    }
}

/// A job that was cancelled.
#[derive(Serialize)]
pub struct CancelView {
    job_id: String,
    job_name: String,
    job_status: String,
}

impl CancelView {
    /// The job and the state in which it ended.
    pub fn new(job: JobId, name: &str, status: &JobStatus) -> Self {
        Self {
            job_id: job.to_string(),
            job_name: name.to_owned(),
            job_status: status.to_string(),
        }
    }
}

impl View for CancelView {
    fn table(&self, _: Style) -> String {
        self.job_id.clone()
    }

    fn names(&self) -> Vec<String> {
        vec![self.job_id.clone()]
    }
}

/// A disposal that is done.
#[derive(Serialize)]
pub struct DisposalView {
    trigger_id: String,
    disposed: bool,
}

impl DisposalView {
    /// The disposal with this trigger id.
    pub fn new(id: TriggerId) -> Self {
        Self {
            trigger_id: id.to_string(),
            disposed: true,
        }
    }
}

impl View for DisposalView {
    fn table(&self, _: Style) -> String {
        String::new()
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }
}
