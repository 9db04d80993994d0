//! What a person wants to know of a snapshot, computed from its metadata alone.

pub mod files;
pub mod key_groups;
pub mod names;
pub(in crate::inventory) mod walk;

use crate::domain::location::NormalLocation;
use crate::metadata::Metadata;
use crate::metadata::handle::{ChannelHandle, KeyedHandle, StreamHandle};
use crate::metadata::model::{Operator, Subtask, SubtaskState};
use crate::metadata::properties::{
    PropertiesContent, SavepointFormat, SnapshotType as RecordedType,
};
use crate::metadata::version::Release;

pub use names::Names;
pub use walk::TellingPaths;

/// What a snapshot is, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The metadata records it.
    Recorded {
        /// Whether it is a savepoint; else a checkpoint.
        is_savepoint: bool,
        /// How a savepoint's state is written.
        format: Option<SavepointFormat>,
    },
    /// Versions 3 and earlier record nothing, but the directory is named as Flink names one.
    ByName {
        /// Whether it is a savepoint; else a checkpoint.
        is_savepoint: bool,
    },
    /// Nothing says it.
    Unknown,
}

/// The first things to know of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// What it is.
    pub kind: Kind,
    /// The oldest release that reads all of it.
    pub oldest_reader: Release,
    /// The newest release that reads it; `None` where the newest known still does.
    pub newest_reader: Option<Release>,
    /// Bytes, as Flink counts them.
    pub state_size: i64,
}

impl Summary {
    /// The summary of a snapshot that was found in `directory`.
    pub fn new(metadata: &Metadata<'_>, directory: &str) -> Self {
        Self {
            kind: kind(metadata, directory),
            oldest_reader: metadata.oldest_reader(),
            newest_reader: metadata.newest_reader(),
            state_size: metadata.state_size(),
        }
    }
}

/// What a snapshot that was found in `directory` is.
pub fn kind(metadata: &Metadata<'_>, directory: &str) -> Kind {
    let properties = metadata.properties.as_ref();
    match properties
        .and_then(|p| p.content.known())
        .map(|p| p.snapshot)
    {
        Some(RecordedType::Checkpoint { .. }) => Kind::Recorded {
            is_savepoint: false,
            format: None,
        },
        Some(RecordedType::Savepoint { format, .. }) => Kind::Recorded {
            is_savepoint: true,
            format: Some(format),
        },
        None => {
            let place = NormalLocation::of(directory);
            if place.is_checkpoint() {
                Kind::ByName {
                    is_savepoint: false,
                }
            } else if place.name().starts_with("savepoint-") {
                Kind::ByName { is_savepoint: true }
            } else {
                Kind::Unknown
            }
        }
    }
}

/// A kind of state that an operator has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StateKind {
    /// Keyed, under Flink's care.
    Keyed,
    /// Keyed, as a stream.
    RawKeyed,
    /// Operator state, under Flink's care.
    Operator,
    /// Operator state, as a stream.
    RawOperator,
    /// In-flight data of inputs.
    Input,
    /// In-flight data of outputs.
    Output,
    /// The coordinator's.
    Coordinator,
    /// Of the `Checkpointed` interface, and all of versions 0 and Flink 1.0.
    Legacy,
}

impl StateKind {
    /// What people call it.
    pub fn label(self) -> &'static str {
        match self {
            StateKind::Keyed => "keyed",
            StateKind::RawKeyed => "raw keyed",
            StateKind::Operator => "operator",
            StateKind::RawOperator => "raw operator",
            StateKind::Input => "in-flight input",
            StateKind::Output => "in-flight output",
            StateKind::Coordinator => "coordinator",
            StateKind::Legacy => "legacy",
        }
    }
}

/// All state of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindSize {
    /// The kind.
    pub kind: StateKind,
    /// Bytes, as Flink counts them.
    pub size: i64,
    /// How many handles.
    pub handles: usize,
    /// Flink's class of keyed handles, less `StateHandle`, where all have the same.
    pub type_name: Option<&'static str>,
}

/// The kinds of state that an operator has, in the order of [`StateKind`].
pub fn kinds(operator: &Operator<'_>) -> Vec<KindSize> {
    let mut kinds = Kinds(Vec::new());
    if let Some(coordinator) = &operator.coordinator {
        kinds.add(StateKind::Coordinator, coordinator.state_size(), None);
    }
    let states = operator.subtasks.iter().filter_map(|s| s.state.as_deref());
    states.for_each(|state| kinds.state(state));
    kinds.0.sort_unstable_by_key(|one| one.kind);
    kinds.0
}

struct Kinds(Vec<KindSize>);

impl Kinds {
    fn add(&mut self, kind: StateKind, size: i64, type_name: Option<&'static str>) {
        match self.0.iter_mut().find(|one| one.kind == kind) {
            Some(one) => {
                one.size = one.size.wrapping_add(size);
                one.handles += 1;
                if one.type_name != type_name {
                    one.type_name = None;
                }
            }
            None => self.0.push(KindSize {
                kind,
                size,
                handles: 1,
                type_name,
            }),
        }
    }

    fn state(&mut self, state: &SubtaskState<'_>) {
        let keyed = |handle: &KeyedHandle<'_>| (handle.state_size(), Some(handle.type_name()));
        for (kind, handle) in [
            (StateKind::Keyed, &state.managed_keyed),
            (StateKind::RawKeyed, &state.raw_keyed),
        ] {
            if let Some((size, type_name)) = handle.as_ref().map(keyed) {
                self.add(kind, size, type_name);
            }
        }
        for (kind, handles) in [
            (StateKind::Operator, &state.managed_operator),
            (StateKind::RawOperator, &state.raw_operator),
        ] {
            for handle in handles.iter().flatten().filter(|h| !h.is_placeholder()) {
                self.add(kind, handle.state_size(), None);
            }
        }
        for (kind, handles) in [
            (StateKind::Input, &state.input_channel),
            (StateKind::Output, &state.result_subpartition),
        ] {
            for handle in handles {
                self.add(kind, ChannelHandle::state_size(handle), None);
            }
        }
        for handle in state.legacy.iter().flatten() {
            self.add(StateKind::Legacy, StreamHandle::state_size(handle), None);
        }
        if let Some(java) = &state.java {
            self.add(StateKind::Legacy, java.state_size, None);
        }
    }
}

/// How evenly an operator's state lies on its subtasks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Bytes of the largest subtask.
    pub largest: u64,
    /// The largest to the mean of all subtasks, those without state included; `None` where there is no state.
    pub skew: Option<f64>,
}

/// How evenly the state lies. Unknown sizes count as nothing.
pub fn spread(operator: &Operator<'_>) -> Spread {
    let sizes = || operator.subtasks.iter().map(known_size);
    let largest = sizes().max().unwrap_or(0);
    let total: f64 = sizes().map(|size| size as f64).sum();
    let mean = total / f64::from(operator.parallelism.max(1));
    Spread {
        largest,
        skew: (total > 0.0).then(|| largest as f64 / mean),
    }
}

/// Bytes of a subtask's state; 0 where they are not known.
pub fn known_size(subtask: &Subtask<'_>) -> u64 {
    u64::try_from(subtask.state_size()).unwrap_or(0)
}

/// What should be said of a snapshot besides what it is.
pub fn remarks(metadata: &Metadata<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if !metadata.trailing.is_empty() {
        remarks.push(format!(
            "{} bytes follow the end of the metadata, which Flink does not write and does not read",
            metadata.trailing.len()
        ));
    }
    if let Some(properties) = &metadata.properties
        && let PropertiesContent::Unreadable(problem) = &properties.content
    {
        remarks.push(format!(
            "what kind of snapshot this is cannot be read, and Flink would refuse it: {problem}"
        ));
    }
    let unread = metadata.operators.iter().flat_map(|op| &op.subtasks);
    let mut unread = unread.filter_map(|subtask| subtask.state.as_ref()?.java.as_ref());
    if let Some(problem) = unread.find_map(|java| java.problem.as_ref()) {
        remarks.push(format!(
            "some Java-serialised state was not understood: {problem}"
        ));
    }
    remarks
}
