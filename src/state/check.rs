//! Whether files are what their handles say, as far as that can be told without the classes of the program.
//!
//! Each function looks at one file, or one segment of one, and ends at the first thing that is wrong with it. All but
//! the canonical layout and changelogs, which are walked through, are looked at in a few places only.

mod backend;
mod frames;
mod keyed;
mod operator;
mod task;

use super::error::StateError;
use super::header::{Header, StateInfo, Unread};
use super::layout::Layout;

pub use backend::{backend_file, backend_metadata};
pub use frames::{changelog, channel};
pub use keyed::{Managed, key_groups, raw_key_groups};
pub use operator::{operator, raw_operator};
pub use task::{Check, NoFile, Task, tasks};

type Result<T> = std::result::Result<T, StateError>;

/// What was seen of a file that is sound as far as it was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The states that the header names.
    pub states: Vec<String>,
    /// The layout of key groups.
    pub layout: Option<Layout>,
    /// Key groups with data.
    pub key_groups: usize,
    /// Entries counted in the canonical layout, changes in a changelog, buffers of channels, elements of lists.
    pub entries: u64,
    /// What could not be looked into, and why.
    pub unread: Vec<String>,
}

impl Report {
    /// What a header tells.
    fn of(header: &Header<'_>) -> Self {
        let mut report = Report::default();
        let name = |state: &StateInfo<'_>| state.name.to_str().into_owned();
        report.states.extend(header.states.iter().map(name));
        report.states.extend(header.broadcast.iter().map(name));
        match &header.unread {
            None => {}
            Some(Unread::OldVersion(version)) => report.unread.push(format!(
                "a header of version {version}, from before Flink 1.7"
            )),
            Some(Unread::Serializer(unknown)) => report.unread.push(format!(
                "the header behind byte {:#x}: unknown serializer {}, version {}",
                unknown.offset, unknown.class, unknown.version
            )),
        }
        let opaque = header.opaque.iter();
        report
            .unread
            .extend(opaque.map(|class| format!("values of an unknown serializer: {class}")));
        report
    }
}
