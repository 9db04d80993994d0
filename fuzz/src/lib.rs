//! The rooms that read hostile bytes, taken from the product's sources as they are: without the rest of the product
//! they build in seconds, with every instrumentation.

#![allow(missing_docs, dead_code, unused_imports)]

#[path = "../../src/domain/mod.rs"]
pub mod domain;
#[path = "../../src/metadata/mod.rs"]
pub mod metadata;
#[path = "../../src/state/mod.rs"]
pub mod state;
