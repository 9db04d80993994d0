//! The values that flow between operators, and their types.

use std::fmt;

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Java's `long`.
    Long(i64),
    /// Java's `String`.
    String(String),
    /// A key, [`Long`](Self::Long) or [`String`](Self::String), and what was computed for it: what a keyed aggregation gives.
    Entry(Box<Value>, i64),
}

impl fmt::Display for Value {
    /// As Flink prints it: an entry is a `Tuple2`, `(word,3)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Long(number) => write!(f, "{number}"),
            Self::String(text) => f.write_str(text),
            Self::Entry(key, number) => write!(f, "({key},{number})"),
        }
    }
}

/// The type of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// A number.
    Long,
    /// A text.
    String,
    /// A key of this type, and a number.
    Entry(KeyType),
}

/// The type of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyType {
    /// A number.
    Long,
    /// A text.
    String,
}

impl From<KeyType> for Type {
    fn from(key: KeyType) -> Self {
        match key {
            KeyType::Long => Self::Long,
            KeyType::String => Self::String,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Long => f.write_str("Long"),
            Self::String => f.write_str("String"),
            Self::Entry(key) => write!(f, "({}, Long)", Self::from(*key)),
        }
    }
}
