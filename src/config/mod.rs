//! Finds the settings: flags over the environment over Flink's own configuration, and remembers where each came from.
//!
//! [`resolve`](resolve::resolve) is the way in. It reads files, and nothing else of the world: the environment is
//! given to it as a value.

pub mod credentials;
pub mod endpoint;
pub mod env;
pub mod error;
pub mod file;
pub mod keystore;
pub mod minicluster;
mod naive;
pub mod resolve;
pub mod source;
pub mod storage;
pub mod tls;
mod yaml;

pub use credentials::{Credentials, Header, Proxies};
pub use endpoint::{Endpoint, high_availability};
pub use env::Environment;
pub use error::ConfigError;
pub use file::{FlinkConfig, FlinkValue};
pub use resolve::{Resolved, Timeouts, definitions, flink, resolve};
pub use source::{Setting, Source};
pub use storage::StorageSettings;
pub use tls::{Identity, TlsSettings};
