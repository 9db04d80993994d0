//! What can be wrong with a state file.

use std::io;

use crate::metadata::FormatError;

/// Why a state file could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A field is cut off, impossible or inconsistent.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Bytes do not fit what was said of them, in the file or in the handle.
    #[error("{field} at byte {offset:#x} {what}")]
    Damaged {
        /// Where it is, in bytes from the start of the state; of compressed data, where these start.
        offset: u64,
        /// What it is.
        field: &'static str,
        /// What is wrong with it.
        what: String,
    },
    /// The file is sound as far as it was read, but not of the kind that was asked for.
    #[error("{0}")]
    Unsupported(String),
    /// The bytes could not be had.
    #[error("cannot read the state at byte {offset:#x}")]
    Io {
        /// Where reading failed, in bytes from the start of the state.
        offset: u64,
        /// Why.
        source: io::Error,
    },
}

impl StateError {
    pub(super) fn damaged(offset: u64, field: &'static str, what: impl Into<String>) -> Self {
        StateError::Damaged {
            offset,
            field,
            what: what.into(),
        }
    }

    /// Whether the bytes could not be had, which says nothing about the file.
    pub fn is_io(&self) -> bool {
        matches!(self, StateError::Io { .. })
    }
}
