//! Bytes at a location: what is there, and reading it. Knows nothing of savepoints.
//!
//! For now only this machine's disk.

mod error;
pub mod local;
pub mod location;

pub use error::StorageError;
pub use location::Location;
