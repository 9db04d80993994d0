//! What lies behind the handles of a snapshot: the files of keyed and operator state, written as Flink 2.3 writes them,
//! and read.
//!
//! [`mod@write`] makes heap-native keyed files and operator files, [`read`] gives their contents back, [`check`] tells
//! whether the files of any Flink since 1.7 are what their handles say. Synchronous; bytes go to any
//! [`std::io::Write`] and come from any [`ReadAt`]. Made for hostile input as `metadata` is: no panics, no allocation on
//! an unread promise, memory for a header and a buffer.

#![deny(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    clippy::string_slice
)]
#![cfg_attr(
    test,
    allow(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        clippy::expect_used,
        clippy::panic,
        clippy::unwrap_used,
        clippy::string_slice
    )
)]

pub mod check;
pub mod element;
mod error;
pub mod header;
mod input;
mod layout;
pub mod read;
pub mod read_at;
pub mod snapshot;
#[cfg(test)]
mod tests;
pub mod write;

pub use element::{Element, ElementType};
pub use error::StateError;
pub use layout::Layout;
pub use read_at::ReadAt;
