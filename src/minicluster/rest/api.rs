//! What the handlers share: the cluster behind them, and what was uploaded.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::exchange::{Reply, Request};
use super::faults::Faults;
use super::jars::Jars;
use super::operations::Disposals;
use super::refusal::Refusal;
use super::routes;
use super::server::Handler;
use crate::domain::ids::JobId;
use crate::minicluster::coordinator::{Cluster, JobView};

/// How programs are made into jobs, where neither they nor their submission say otherwise.
#[derive(Debug, Clone)]
pub struct Programs {
    /// What relative paths in a program count from: an uploaded program has no place of its own.
    pub directory: PathBuf,
    /// How many subtasks an operator has.
    pub parallelism: u32,
    /// How many key groups it has, if that is not to be computed from its parallelism.
    pub max_parallelism: Option<u32>,
    /// Whether operators are chained.
    pub chaining: bool,
    /// Whether only the head of a chain has an id, as in the first design.
    pub strict_chains: bool,
    /// Reads a duration as Flink's configuration writes it.
    pub duration: fn(&str) -> Option<Duration>,
}

/// What answers the requests.
pub(super) struct Api {
    pub(super) cluster: Cluster,
    pub(super) address: SocketAddr,
    pub(super) faults: Arc<Faults>,
    pub(super) programs: Programs,
    /// Flink's keys in force, secrets masked.
    pub(super) configuration: Vec<(String, String)>,
    pub(super) jars: Jars,
    pub(super) disposals: Disposals,
}

impl Handler for Api {
    fn handle(&self, request: &Request) -> Reply {
        routes::answer(self, request)
    }
}

impl Api {
    /// The address for a client that did not say which one it used.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The time.
    pub(super) fn now(&self) -> i64 {
        self.cluster.settings().clock.now_ms()
    }

    /// Sixteen bytes for an id.
    pub(super) fn random(&self) -> [u8; 16] {
        self.cluster.settings().randomness.bytes()
    }

    /// A job that the cluster knows.
    pub(super) fn job(&self, id: JobId) -> Result<JobView, Refusal> {
        self.cluster.job(id).ok_or_else(|| unknown_job(id))
    }
}

/// 404 of a job that the cluster does not know.
pub(super) fn unknown_job(id: JobId) -> Refusal {
    let message = format!("Job {id} not found");
    Refusal::not_found(&message, &[(NO_JOB, &could_not_find(id))])
}

/// The class of what is thrown for a job that the cluster does not know.
pub(super) const NO_JOB: &str = "org.apache.flink.runtime.messages.FlinkJobNotFoundException";

/// Its message.
pub(super) fn could_not_find(id: JobId) -> String {
    format!("Could not find Flink job ({id})")
}
