//! Speaks to a Flink cluster's REST API, and gives back words of the domain.
//!
//! The oddities of the server's JSON end in `wire`; requests are repeated in `transport` and waiting for operations in
//! [`poll`].

pub mod client;
pub mod error;
pub mod jars;
pub mod poll;
pub mod tls;
mod transport;
mod wire;

pub use client::Client;
pub use error::Error;
pub use transport::{Exchange, Observer, Options, Timing};
