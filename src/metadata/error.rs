//! What can be wrong with a metadata file, and with a model that is to become one.

use std::fmt;

use super::version::MetadataVersion;

/// Why bytes could not be read as metadata.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Neither Flink's magic number nor a Java serialisation stream stands at the start.
    #[error(
        "not a Flink metadata file: it starts with {start}, expected 49 60 67 2d (Flink 1.1 and later) or ac ed 00 05 (Flink 1.0)"
    )]
    NotMetadata {
        /// The first bytes, in hexadecimal, or "nothing" for an empty file.
        start: String,
    },
    /// A version number that no release up to 2.3 writes.
    #[error(
        "metadata version {found} at byte 0x4 is unknown: versions {} to {} can be read; a newer release of this tool may know it",
        MetadataVersion::V0,
        MetadataVersion::LATEST
    )]
    UnknownVersion {
        /// The number found.
        found: i32,
    },
    /// A file of Flink's high-availability store: a job manager's own record of a checkpoint, not a savepoint.
    #[error(
        "a completed-checkpoint record of Flink's high-availability store, not a snapshot{}",
        pointer.as_ref().map(|at| format!("; open the snapshot it points to: {at}")).unwrap_or_default()
    )]
    HighAvailabilityRecord {
        /// Where the real metadata lies, where the record says it.
        pointer: Option<String>,
    },
    /// A field is cut off, impossible or inconsistent.
    #[error(transparent)]
    Format(#[from] FormatError),
}

impl ReadError {
    /// Whether the bytes ended too early: the likeliest damage, as releases before 1.15 write the file in place.
    pub fn is_truncation(&self) -> bool {
        match self {
            ReadError::Format(err) => err.is_truncation(),
            ReadError::NotMetadata { .. }
            | ReadError::UnknownVersion { .. }
            | ReadError::HighAvailabilityRecord { .. } => false,
        }
    }
}

/// One wrong field: which, where in the file, whose, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormatError {
    /// Where the field starts, in bytes from the start of the file.
    pub offset: u64,
    /// The field's name.
    pub field: &'static str,
    /// The operator (or task) and subtask that were being read.
    pub place: Place,
    /// What is wrong.
    pub problem: Problem,
}

/// The entry in which a field stands; both are positions in the file, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// The operator entry; the task entry in versions 0 and 1.
    pub operator: Option<usize>,
    /// The subtask entry within it.
    pub subtask: Option<usize>,
}

/// What is wrong with a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The bytes end within the field.
    Truncated {
        /// Bytes that the field takes.
        needed: usize,
        /// Bytes that are there.
        left: usize,
    },
    /// A count of elements that the rest of the file cannot hold.
    BeyondEnd {
        /// The count.
        found: i32,
        /// Bytes that are left.
        left: usize,
    },
    /// A count that is negative or above its limit.
    Count {
        /// The count.
        found: i32,
        /// The largest that is accepted.
        limit: usize,
    },
    /// A value outside those that the format has.
    Value {
        /// The value.
        found: i64,
        /// What was expected instead, in words.
        expected: &'static str,
    },
    /// Text that is not modified UTF-8.
    Text,
    /// Structures within structures, more than any real file has.
    TooDeep {
        /// The deepest that is accepted.
        limit: usize,
    },
    /// Bytes of a delimited structure that its fields do not use, or the other way round.
    Length {
        /// Bytes that the structure claims.
        claimed: usize,
        /// Bytes that its fields take.
        used: usize,
    },
    /// Something in a Java-serialised part, in words.
    Java(&'static str),
}

impl FormatError {
    pub(crate) fn new(offset: u64, field: &'static str, problem: Problem) -> Self {
        FormatError {
            offset,
            field,
            place: Place::default(),
            problem,
        }
    }

    /// Whether the bytes ended too early.
    pub fn is_truncation(&self) -> bool {
        matches!(
            self.problem,
            Problem::Truncated { .. } | Problem::BeyondEnd { .. }
        )
    }

    pub(super) fn in_operator(mut self, operator: usize) -> Self {
        self.place.operator = Some(operator);
        self
    }

    pub(super) fn in_subtask(mut self, subtask: usize) -> Self {
        self.place.subtask = Some(subtask);
        self
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.field)?;
        match (self.place.operator, self.place.subtask) {
            (Some(operator), Some(subtask)) => {
                write!(f, " (operator entry {operator}, subtask entry {subtask})")?;
            }
            (Some(operator), None) => write!(f, " (operator entry {operator})")?,
            (None, _) => {}
        }
        write!(f, " at byte {:#x} ", self.offset)?;
        match &self.problem {
            Problem::Truncated { needed, left } => write!(
                f,
                "takes {needed} bytes, but the file ends after {left}: it may be cut short"
            ),
            Problem::BeyondEnd { found, left } => write!(
                f,
                "is {found}, more than the {left} bytes left can hold: the file may be cut short"
            ),
            Problem::Count { found, limit } => write!(f, "is {found}, expected 0 to {limit}"),
            Problem::Value { found, expected } => write!(f, "is {found}, expected {expected}"),
            Problem::Text => f.write_str("is not modified UTF-8"),
            Problem::TooDeep { limit } => write!(f, "is nested more than {limit} deep"),
            Problem::Length { claimed, used } => {
                write!(f, "is {claimed} bytes long, but its fields take {used}")
            }
            Problem::Java(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for FormatError {}

/// Why a model could not be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Versions 0 and 1 and the format of Flink 1.0 are read only.
    #[error(
        "metadata version {version} cannot be written: versions {} to {} can",
        MetadataVersion::V2,
        MetadataVersion::LATEST
    )]
    Version {
        /// The model's version, or "of Flink 1.0".
        version: String,
    },
    /// Something in the model has no form in its version.
    #[error("{what} cannot be written in metadata version {version}")]
    NotInVersion {
        /// What it is.
        what: &'static str,
        /// The model's version.
        version: MetadataVersion,
    },
    /// A text or list is longer than its length field can say.
    #[error("{field} of length {length} is too long for metadata: at most {limit} fit")]
    TooLong {
        /// What it is.
        field: &'static str,
        /// Its length, in bytes or elements.
        length: usize,
        /// The largest length.
        limit: usize,
    },
    /// Two parts of the model contradict each other.
    #[error("{what}, which metadata cannot say")]
    Contradiction {
        /// What contradicts.
        what: &'static str,
    },
}
