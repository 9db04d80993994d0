//! Flink's REST API in front of a cluster.
//!
//! Its JSON comes from structs of its own, not those of the client: a misreading that both shared would go unseen.

mod api;
mod body;
mod checkpoints;
mod exchange;
pub mod faults;
mod jars;
mod job_details;
mod job_results;
mod jobs;
mod multipart;
mod operations;
mod origin;
mod overview;
mod plan;
mod refusal;
mod routes;
mod server;
mod submission;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

pub use api::Programs;
pub use overview::REVISION;

use super::coordinator::Cluster;
use api::Api;
use faults::Faults;
use server::Listener;

/// What a server is made of, besides its address.
pub struct Options {
    /// The cluster behind it.
    pub cluster: Cluster,
    /// How programs are made into jobs.
    pub programs: Programs,
    /// Flink's keys in force, as (key, value), secrets masked: what `/jobmanager/config` tells.
    pub configuration: Vec<(String, String)>,
    /// What goes wrong on demand.
    pub faults: Arc<Faults>,
}

/// A REST server that listens.
pub struct Server {
    listener: Listener,
}

impl Server {
    /// Listens at this address; port 0 takes a free one. Requests wait until they are served.
    ///
    /// # Errors
    /// Those of the system: the port is taken, or the address is not this machine's.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let listener = Listener::bind(address).await?;
        Ok(Self { listener })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Answers requests until `end` comes, and then those under way.
    pub async fn serve(self, options: Options, end: impl Future<Output = ()>) {
        let Options {
            cluster,
            programs,
            configuration,
            faults,
        } = options;
        let api = Arc::new(Api {
            cluster,
            address: self.listener.address(),
            faults: Arc::clone(&faults),
            programs,
            configuration,
            jars: jars::Jars::default(),
            disposals: operations::Disposals::default(),
        });
        self.listener.serve(api, faults, end).await;
    }
}
