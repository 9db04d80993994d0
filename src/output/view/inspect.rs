//! The JSON of `inspect`. Lists are made while they are written, so that a large snapshot costs no second copy.

#[cfg(test)]
mod tests;

use serde::{Serialize, Serializer};

use crate::metadata::Metadata;
use crate::metadata::handle::{
    ChannelHandle, KeyedHandle, NamedState, OperatorHandle, StreamHandle,
};
use crate::metadata::java_state::{JavaOperatorState, JavaRole};
use crate::metadata::location::{Resolved, resolve};
use crate::metadata::model::{Operator, Subtask, SubtaskState};
use crate::metadata::properties::{PropertiesContent, SavepointFormat, SnapshotType};
use crate::metadata::sizes::{Part, Storage};

/// Where a snapshot was found.
#[derive(Debug, Clone, Copy)]
pub struct Found<'m> {
    /// The metadata file.
    pub metadata_path: &'m str,
    /// Its size in bytes.
    pub metadata_size: u64,
    /// The directory in which it lies; relative handles count from there.
    pub directory: &'m str,
}

/// What `inspect --output json` prints of one snapshot.
#[derive(Debug, Clone, Copy)]
pub struct Inspection<'m> {
    /// What was read.
    pub metadata: &'m Metadata<'m>,
    /// Where.
    pub found: Found<'m>,
}

impl Serialize for Inspection<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Document::from(*self).serialize(serializer)
    }
}

#[derive(Serialize)]
struct Document<'m> {
    metadata_path: &'m str,
    metadata_size: u64,
    metadata_version: Option<i32>,
    checkpoint_id: i64,
    snapshot_type: Option<&'static str>,
    format: Option<&'static str>,
    state_size: i64,
    trailing_bytes: usize,
    /// Why the properties at the end could not be read, where that is so.
    properties_problem: Option<String>,
    job_id: Option<String>,
    #[serde(serialize_with = "list")]
    master_states: List<'m, crate::metadata::model::MasterState<'m>, MasterState>,
    #[serde(serialize_with = "list")]
    operators: List<'m, Operator<'m>, OperatorView<'m>>,
}

/// Elements and how each is shown, in the directory of the snapshot.
struct List<'m, T, V> {
    items: &'m [T],
    directory: &'m str,
    view: fn(&'m T, &'m str) -> V,
}

fn list<'m, T, V: Serialize, S: Serializer>(
    list: &List<'m, T, V>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let views = list
        .items
        .iter()
        .map(|item| (list.view)(item, list.directory));
    serializer.collect_seq(views)
}

impl<'m> From<Inspection<'m>> for Document<'m> {
    fn from(inspection: Inspection<'m>) -> Self {
        let Inspection { metadata, found } = inspection;
        let content = metadata.properties.as_ref().map(|p| &p.content);
        Document {
            metadata_path: found.metadata_path,
            metadata_size: found.metadata_size,
            metadata_version: metadata.format.version().map(|version| version.number()),
            checkpoint_id: metadata.checkpoint_id,
            snapshot_type: snapshot_type(metadata),
            format: format_name(metadata),
            state_size: metadata.state_size(),
            trailing_bytes: metadata.trailing.len(),
            properties_problem: content.and_then(|content| match content {
                PropertiesContent::Unreadable(problem) => Some(problem.to_string()),
                PropertiesContent::Null | PropertiesContent::Known(_) => None,
            }),
            job_id: metadata
                .flink10
                .and_then(|flink10| flink10.job_id)
                .map(|id| id.to_string()),
            master_states: List {
                items: &metadata.master_states,
                directory: found.directory,
                view: |state, _| MasterState {
                    name: state.name.to_string(),
                    version: state.version,
                    size: state.payload.len(),
                },
            },
            operators: List {
                items: &metadata.operators,
                directory: found.directory,
                view: OperatorView::new,
            },
        }
    }
}

fn recorded(metadata: &Metadata<'_>) -> Option<SnapshotType> {
    let properties = metadata.properties.as_ref()?;
    properties.content.known().map(|known| known.snapshot)
}

/// What the metadata says that the snapshot is.
pub(super) fn snapshot_type(metadata: &Metadata<'_>) -> Option<&'static str> {
    recorded(metadata).map(|snapshot| match snapshot {
        SnapshotType::Checkpoint { .. } => "checkpoint",
        SnapshotType::Savepoint { .. } => "savepoint",
    })
}

/// The format of a savepoint.
pub(super) fn format_name(metadata: &Metadata<'_>) -> Option<&'static str> {
    match recorded(metadata)? {
        SnapshotType::Checkpoint { .. } => None,
        SnapshotType::Savepoint { format, .. } => Some(match format {
            SavepointFormat::Canonical => "canonical",
            SavepointFormat::Native => "native",
        }),
    }
}

#[derive(Serialize)]
struct MasterState {
    name: String,
    version: i32,
    size: usize,
}

#[derive(Serialize)]
struct OperatorView<'m> {
    id: String,
    name: Option<String>,
    uid: Option<String>,
    parallelism: u32,
    max_parallelism: Option<u32>,
    fully_finished: bool,
    coordinator_state_size: Option<i64>,
    state_size: i64,
    #[serde(serialize_with = "list")]
    subtasks: List<'m, Subtask<'m>, SubtaskView>,
}

impl<'m> OperatorView<'m> {
    fn new(operator: &'m Operator<'m>, directory: &'m str) -> Self {
        OperatorView {
            id: operator.id.to_string(),
            name: operator.name.as_ref().map(ToString::to_string),
            uid: operator.uid.as_ref().map(ToString::to_string),
            parallelism: operator.parallelism,
            max_parallelism: operator.max_parallelism,
            fully_finished: operator.fully_finished,
            coordinator_state_size: operator.coordinator.as_ref().map(StreamHandle::state_size),
            state_size: operator.state_size(),
            subtasks: List {
                items: &operator.subtasks,
                directory,
                view: SubtaskView::new,
            },
        }
    }
}

#[derive(Serialize, Default)]
struct SubtaskView {
    index: u32,
    finished: bool,
    state_size: i64,
    managed_operator: Vec<HandleView>,
    raw_operator: Vec<HandleView>,
    managed_keyed: Vec<HandleView>,
    raw_keyed: Vec<HandleView>,
    input_channel: Vec<HandleView>,
    result_subpartition: Vec<HandleView>,
    /// State that Flink from 1.11 on does not read: of the `Checkpointed` interface, and all of versions 0 and 1.0.
    legacy: Vec<HandleView>,
}

impl SubtaskView {
    fn new<'m>(subtask: &'m Subtask<'m>, directory: &'m str) -> Self {
        let view = SubtaskView {
            index: subtask.index,
            finished: subtask.finished,
            state_size: subtask.state_size(),
            ..SubtaskView::default()
        };
        match &subtask.state {
            None => view,
            Some(state) => view.with(state, directory),
        }
    }

    fn with(self, state: &SubtaskState<'_>, directory: &str) -> Self {
        let operator = |handles: &[Option<Box<OperatorHandle<'_>>>]| -> Vec<HandleView> {
            let is_chain = handles.len() > 1;
            let handles = handles.iter().enumerate();
            let handles = handles.filter_map(|(i, handle)| Some((i, handle.as_deref()?)));
            handles
                .filter(|(_, handle)| !handle.is_placeholder())
                .map(|(position, handle)| HandleView {
                    chain: is_chain.then(|| ChainView::of_operator(position)),
                    ..HandleView::operator(handle, directory)
                })
                .collect()
        };
        let keyed = |handle: &Option<KeyedHandle<'_>>| -> Vec<HandleView> {
            let handles = handle.iter();
            handles
                .map(|handle| HandleView::keyed(handle, directory))
                .collect()
        };
        let is_chain = state.legacy.len() > 1;
        let legacy = state.legacy.iter().enumerate();
        let legacy = legacy.filter_map(|(i, handle)| Some((i, handle.as_deref()?)));
        let legacy = legacy.map(|(position, handle)| HandleView {
            chain: is_chain.then(|| ChainView::of_function(position)),
            ..HandleView::stream(handle, directory)
        });
        let java = state.java.iter().flat_map(|java| &java.states);
        let java = java.map(|state| HandleView::java(state, directory));
        SubtaskView {
            managed_operator: operator(&state.managed_operator),
            raw_operator: operator(&state.raw_operator),
            managed_keyed: keyed(&state.managed_keyed),
            raw_keyed: keyed(&state.raw_keyed),
            input_channel: channels(&state.input_channel, directory, true),
            result_subpartition: channels(&state.result_subpartition, directory, false),
            legacy: legacy.chain(java).collect(),
            ..self
        }
    }
}

fn channels(handles: &[ChannelHandle<'_>], directory: &str, is_input: bool) -> Vec<HandleView> {
    let view = |handle: &ChannelHandle<'_>| {
        let name = match (handle, is_input) {
            (ChannelHandle::Channel(_), true) => "InputChannel",
            (ChannelHandle::Channel(_), false) => "ResultSubpartition",
            (ChannelHandle::Merged(_), true) => "MergedInputChannel",
            (ChannelHandle::Merged(_), false) => "MergedResultSubpartition",
        };
        let mut view = HandleView::of(name, handle.state_size());
        handle.parts(&mut |part| view.parts.push(PartView::new(&part, directory)));
        view
    };
    handles.iter().map(view).collect()
}

#[derive(Serialize)]
struct HandleView {
    /// Flink's class, less `StateHandle`.
    #[serde(rename = "type")]
    type_name: String,
    state_size: i64,
    key_groups: Option<KeyGroupsView>,
    states: Vec<StateView>,
    parts: Vec<PartView>,
    /// Where state lies that is a directory, or what file merging keeps alive.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    directories: Vec<String>,
    /// Where an entry is of a task: which operator of its chain, counted from the chain's end, and which state of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    chain: Option<ChainView>,
}

/// The empty range is 0 to -1, as Flink has it.
#[derive(Serialize)]
struct KeyGroupsView {
    start: u32,
    end: i64,
}

#[derive(Serialize)]
struct StateView {
    name: String,
    mode: &'static str,
    partitions: usize,
}

#[derive(Serialize)]
struct ChainView {
    position: usize,
    role: &'static str,
    name: Option<String>,
}

impl ChainView {
    fn of_operator(position: usize) -> Self {
        ChainView {
            position,
            role: "operator",
            name: None,
        }
    }

    fn of_function(position: usize) -> Self {
        ChainView {
            position,
            role: "function",
            name: None,
        }
    }
}

#[derive(Serialize)]
struct PartView {
    storage: &'static str,
    path: Option<String>,
    /// Null for inline bytes, and where a relative path would leave the snapshot's directory.
    location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<i64>,
    size: i64,
}

impl HandleView {
    fn of(type_name: &str, state_size: i64) -> Self {
        HandleView {
            type_name: type_name.to_owned(),
            state_size,
            key_groups: None,
            states: Vec::new(),
            parts: Vec::new(),
            directories: Vec::new(),
            chain: None,
        }
    }

    fn stream(handle: &StreamHandle<'_>, directory: &str) -> Self {
        let mut view = HandleView::of(handle.type_name(), handle.state_size());
        view.parts
            .extend(handle.part().map(|part| PartView::new(&part, directory)));
        view
    }

    fn operator(handle: &OperatorHandle<'_>, directory: &str) -> Self {
        let mut view = HandleView::of(handle.type_name(), handle.state_size());
        view.states = handle.states.iter().map(StateView::from).collect();
        handle.parts(&mut |part| view.parts.push(PartView::new(&part, directory)));
        if let Some(merging) = &handle.merging {
            let directories = [&merging.task_owned_directory, &merging.shared_directory];
            view.directories = directories.map(ToString::to_string).into();
        }
        view
    }

    fn keyed(handle: &KeyedHandle<'_>, directory: &str) -> Self {
        let range = handle.range();
        let mut view = HandleView::of(handle.type_name(), handle.state_size());
        view.key_groups = Some(match range.last() {
            Some(last) => KeyGroupsView {
                start: range.start,
                end: last.into(),
            },
            None => KeyGroupsView { start: 0, end: -1 },
        });
        handle.parts(&mut |part| view.parts.push(PartView::new(&part, directory)));
        view
    }

    fn java(state: &JavaOperatorState<'_>, directory: &str) -> Self {
        let mut view = HandleView::of(&state.class.to_str(), state.known_size());
        state.parts(&mut |part| view.parts.push(PartView::new(&part, directory)));
        view.directories = state.directories().map(ToString::to_string).collect();
        let (role, name) = match &state.role {
            JavaRole::Function => ("function", None),
            JavaRole::Operator => ("operator", None),
            JavaRole::KeyValue(name) => ("keyed", Some(name.to_string())),
        };
        view.chain = Some(ChainView {
            position: state.position,
            role,
            name,
        });
        view
    }
}

impl From<&NamedState<'_>> for StateView {
    fn from(state: &NamedState<'_>) -> Self {
        StateView {
            name: state.name.to_string(),
            mode: state.mode.name(),
            partitions: state.offsets.len(),
        }
    }
}

impl PartView {
    fn new(part: &Part<'_>, directory: &str) -> Self {
        let (storage, start) = match part.storage {
            Storage::Inline => ("inline", None),
            Storage::Relative(_) => ("relative", None),
            Storage::File(_) => ("file", None),
            Storage::Segment { start, .. } => ("segment", Some(start)),
        };
        PartView {
            storage,
            path: part.storage.path().map(ToString::to_string),
            location: match resolve(&part.storage, directory) {
                Resolved::At(location) => Some(location),
                Resolved::Inline | Resolved::Escapes => None,
            },
            start,
            size: part.size,
        }
    }
}
