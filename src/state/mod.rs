//! What lies behind the handles of a snapshot: the files of keyed and operator state, written as Flink 2.3 writes them,
//! and read.
//!
//! [`write`] makes heap-native keyed files and operator files. Synchronous, without I/O of its own: bytes go to any
//! [`std::io::Write`]. Made for hostile input as `metadata` is.

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

pub mod element;
pub mod write;

pub use element::{Element, ElementType};
