//! Flink's REST API in front of a cluster.
//!
//! Its JSON comes from structs of its own, not those of the client: a misreading that both shared would go unseen.

mod body;
mod exchange;
pub mod faults;
mod multipart;
mod refusal;
mod server;
