//! The `_metadata` file of a savepoint or checkpoint: bytes in, model out, and back.
//!
//! [`read()`] takes every file that Flink 1.0 to 2.3 writes; [`write()`] gives versions 2 to 6 back, byte for byte where
//! nothing was changed. Synchronous, without I/O, and made for hostile input: no panics, no allocation on an unread
//! promise, bounded recursion, time and memory linear in the bytes (at worst, for lists of nothing, some dozens of
//! bytes for each).
//!
//! For fuzzing: `read`, then `write` where the version allows, must give the bytes back; [`java::Stream::walk`] is the
//! grammar of the Java-serialised parts alone.
//!
//! The model borrows texts and inline state from the bytes, so these must live as long as it does.

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

pub(crate) mod cursor;
pub mod error;
mod flink10;
pub mod handle;
pub mod java;
pub mod java_state;
pub mod limits;
pub mod location;
pub mod model;
pub mod properties;
mod read;
mod requirements;
pub mod sizes;
#[cfg(test)]
mod tests;
mod text;
pub mod version;
mod write;

pub use error::{FormatError, ReadError, WriteError};
pub use model::{Format, Metadata};
pub use read::read;
pub use text::Text;
pub use version::MetadataVersion;
pub use write::write;

/// The first four bytes of a metadata file of Flink 1.1 and later.
pub const MAGIC: [u8; 4] = [0x49, 0x60, 0x67, 0x2d];

/// Whether a file that starts so is worth giving to [`read()`]: all others it refuses without a further look.
pub fn may_be_metadata(start: &[u8]) -> bool {
    start.starts_with(&MAGIC) || start.starts_with(&java::MAGIC)
}
