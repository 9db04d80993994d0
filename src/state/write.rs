//! Writing state files as Flink 2.3 does.

mod header;
mod keyed;
mod operator;
mod sink;

use std::io;

use super::element::ElementType;
use crate::metadata::handle::{DistributionMode, NamedState, Offsets};

pub use keyed::KeyedWriter;
pub use operator::OperatorWriter;

/// A keyed state that is declared in a file's header: a `ValueState`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValueState {
    /// Its name.
    pub name: String,
    /// The type of its values.
    pub value: ElementType,
}

/// An operator state that is declared in a file's header: a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListState {
    /// Its name.
    pub name: String,
    /// `SplitDistribute` or `Union`.
    pub mode: DistributionMode,
    /// The type of its elements.
    pub element: ElementType,
}

/// What a keyed file came to, once it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedFile {
    /// Where each key group of the range starts, ascending.
    pub offsets: Offsets<'static>,
    /// Bytes written.
    pub size: u64,
}

/// What an operator file came to, once it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorFile {
    /// The states in the order of their declaration, with the offset of each element.
    pub states: Vec<NamedState<'static>>,
    /// Bytes written.
    pub size: u64,
}

/// Why a state file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The bytes were not taken.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The format cannot say it.
    #[error("{what} has {length}, more than the {limit} that a state file can say")]
    TooMany {
        /// What it is.
        what: &'static str,
        /// How many, or how long.
        length: usize,
        /// The most.
        limit: usize,
    },
    /// An element is not of the type that its state was declared with.
    #[error("an element of state {state:?} is a {found:?}, declared as {declared:?}")]
    Type {
        /// The state's name.
        state: String,
        /// The element's type.
        found: ElementType,
        /// The declared type.
        declared: ElementType,
    },
    /// The calls were not those that the declaration asks for.
    #[error("{0}")]
    Order(&'static str),
}
