//! A complete snapshot, and its metadata as Flink 2.3 writes it.

use std::path::{Path, PathBuf};

use super::failures;
use super::location;
use super::settings::{Randomness, Retention};
use super::statistics::CheckpointKind;
use super::throwable::Throwable;
use crate::domain::ids::OperatorId;
use crate::metadata::handle::{
    IdentifiedKeyGroups, KeyGroups, KeyedHandle as KeyedModel, NamedState, Offsets, OperatorHandle,
    StreamHandle,
};
use crate::metadata::location::{Resolved, resolve};
use crate::metadata::model::{Operator, Subtask, SubtaskState as StateModel};
use crate::metadata::properties::{
    CheckpointProperties, Discard, PostCheckpointAction, Properties, SavepointFormat, SnapshotType,
};
use crate::metadata::{self, Format, Metadata, MetadataVersion, Text};
use crate::minicluster::dataflow::snapshot::{
    KeyedHandle, ListsHandle, Place, Stored, SubtaskState, uuid,
};

/// What a job can start from: the state of all its stateful operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub(super) checkpoint: u64,
    pub(super) is_savepoint: bool,
    /// In the graph's order.
    pub(super) operators: Vec<OperatorState>,
}

/// The state of one operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OperatorState {
    pub(super) id: OperatorId,
    pub(super) name: String,
    pub(super) uid: Option<String>,
    pub(super) parallelism: u32,
    pub(super) max_parallelism: u32,
    /// By index, ascending. Those without state may be missing.
    pub(super) subtasks: Vec<(u32, SubtaskState)>,
}

impl Snapshot {
    /// The files that hold state, each once.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let states = self.operators.iter().flat_map(|it| &it.subtasks);
        let stored = states.flat_map(|(_, state)| state.stored());
        let mut files: Vec<PathBuf> = stored
            .filter_map(|it| it.file().map(Path::to_owned))
            .collect();
        files.sort();
        files.dedup();
        files
    }

    /// The bytes of `_metadata`. Files in `directory`, where it will lie, are named relative to it, all others absolutely.
    ///
    /// # Errors
    /// Something is too long for the format.
    pub(super) fn write(
        &self,
        properties: CheckpointProperties,
        directory: Option<&Path>,
        randomness: &dyn Randomness,
    ) -> Result<Vec<u8>, Throwable> {
        let writer = Writer {
            directory,
            randomness,
        };
        let operators = self.operators.iter().map(|it| writer.operator(it));
        let metadata = Metadata {
            format: Format::Versioned(MetadataVersion::V6),
            checkpoint_id: i64::try_from(self.checkpoint).unwrap_or(i64::MAX),
            flink10: None,
            master_states: Vec::new(),
            operators: operators.collect(),
            properties: Some(Properties::from(properties)),
            trailing: Vec::new().into(),
        };
        metadata::write(&metadata)
            .map_err(|error| Throwable::new("java.io.IOException", error.to_string()))
    }

    /// Reads `_metadata` that lies in `directory`, or nowhere.
    ///
    /// # Errors
    /// It is no metadata, or of state that only a Flink can restore.
    pub(super) fn read(bytes: &[u8], directory: Option<&Path>) -> Result<Self, Throwable> {
        let metadata = parse(bytes)?;
        let reader = Reader { directory };
        let known = metadata.properties.as_ref();
        let known = known.and_then(|properties| properties.content.known());
        let is_savepoint =
            known.is_some_and(|known| matches!(known.snapshot, SnapshotType::Savepoint { .. }));
        let operators = metadata.operators.iter().map(|it| reader.operator(it));
        Ok(Self {
            checkpoint: u64::try_from(metadata.checkpoint_id).unwrap_or(0),
            is_savepoint,
            operators: operators.collect::<Result<_, _>>()?,
        })
    }
}

/// The metadata in these bytes, or Flink's words for what is wrong with them.
pub(super) fn parse(bytes: &[u8]) -> Result<Metadata<'_>, Throwable> {
    if bytes.len() < metadata::MAGIC.len() {
        return Err(failures::cut_metadata());
    }
    if !metadata::may_be_metadata(bytes) {
        return Err(failures::not_metadata());
    }
    match metadata::read(bytes) {
        Ok(metadata) => Ok(metadata),
        Err(error) if error.is_truncation() => Err(failures::cut_metadata()),
        Err(error) => Err(Throwable::new("java.io.IOException", error.to_string())),
    }
}

/// All files that a snapshot in `directory` refers to.
pub(super) fn referenced(metadata: &Metadata<'_>, directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let base = directory.to_string_lossy();
    metadata.parts(&mut |part| {
        if let Resolved::At(at) = resolve(&part.storage, &base)
            && let Ok(path) = location::local_path(&at)
        {
            files.push(location::spelled_file(&path));
        }
    });
    files.sort();
    files.dedup();
    files
}

/// How Flink would describe a snapshot of this kind.
pub(super) fn properties(
    kind: CheckpointKind,
    drain: bool,
    retention: Retention,
) -> CheckpointProperties {
    let discard = match (kind, retention) {
        (CheckpointKind::Checkpoint, Retention::NoExternalizedCheckpoints) => {
            [true, true, true, true, true]
        }
        (CheckpointKind::Checkpoint, Retention::DeleteOnCancellation) => {
            [true, false, true, true, true]
        }
        (CheckpointKind::Checkpoint, Retention::RetainOnCancellation) => {
            [false, false, true, true, false]
        }
        _ => [false; 5],
    };
    let [cancelled, failed, finished, subsumed, suspended] = discard;
    let action = match (kind, drain) {
        (CheckpointKind::SyncSavepoint, true) => PostCheckpointAction::Terminate,
        (CheckpointKind::SyncSavepoint, false) => PostCheckpointAction::Suspend,
        _ => PostCheckpointAction::None,
    };
    CheckpointProperties {
        snapshot: match kind.is_savepoint() {
            true => SnapshotType::Savepoint {
                // what the files are, whatever was asked for
                format: SavepointFormat::Native,
                action,
            },
            false => SnapshotType::Checkpoint { full: false },
        },
        forced: kind.is_savepoint(),
        discard: Discard {
            cancelled,
            failed,
            finished,
            subsumed,
            suspended,
        },
        unclaimed: false,
    }
}

/// From our model to that of the file.
struct Writer<'a> {
    directory: Option<&'a Path>,
    randomness: &'a dyn Randomness,
}

impl Writer<'_> {
    fn operator<'s>(&self, state: &'s OperatorState) -> Operator<'s> {
        let subtasks = state.subtasks.iter().map(|(index, subtask)| Subtask {
            index: *index,
            finished: false,
            state: Some(Box::new(self.subtask(subtask))),
        });
        Operator {
            id: state.id,
            name: Some(Text::from(state.name.as_str())),
            uid: Some(Text::from(state.uid.as_deref().unwrap_or_default())),
            parallelism: state.parallelism,
            max_parallelism: Some(state.max_parallelism),
            chain_length: None,
            coordinator: None,
            fully_finished: false,
            subtasks: subtasks.collect(),
        }
    }

    fn subtask<'s>(&self, state: &'s SubtaskState) -> StateModel<'s> {
        let lists = state.lists.iter().map(|lists| {
            Some(Box::new(OperatorHandle {
                states: lists.states.clone(),
                merging: None,
                delegate: Some(self.stream(&lists.stored)),
            }))
        });
        StateModel {
            managed_operator: lists.collect(),
            managed_keyed: state.keyed.first().map(|keyed| self.keyed(keyed)),
            ..StateModel::default()
        }
    }

    fn keyed<'s>(&self, handle: &'s KeyedHandle) -> KeyedModel<'s> {
        KeyedModel::KeyGroups(Box::new(IdentifiedKeyGroups {
            groups: KeyGroups {
                range: handle.range,
                offsets: handle.offsets.clone(),
                delegate: Some(self.stream(&handle.stored)),
            },
            handle_id: Some(Text::from(uuid(self.randomness))),
        }))
    }

    fn stream<'s>(&self, stored: &'s Stored) -> StreamHandle<'s> {
        let size = i64::try_from(stored.size).unwrap_or(i64::MAX);
        match &stored.place {
            Place::Heap(bytes) => StreamHandle::ByteStream {
                name: Text::from(uuid(self.randomness)),
                data: bytes.as_ref().into(),
            },
            Place::File(path) => {
                let beside = self.directory.and_then(|it| path.strip_prefix(it).ok());
                match beside.and_then(Path::to_str) {
                    Some(name) => StreamHandle::RelativeFile {
                        path: Text::from(name),
                        size,
                    },
                    None => StreamHandle::File {
                        path: Text::from(location::of_path(path)),
                        size,
                    },
                }
            }
        }
    }
}

/// From the file's model to ours.
struct Reader<'a> {
    directory: Option<&'a Path>,
}

impl Reader<'_> {
    fn operator(&self, operator: &Operator<'_>) -> Result<OperatorState, Throwable> {
        let text = |text: &Option<Text<'_>>| text.as_ref().map(|it| it.to_str().into_owned());
        let mut subtasks = Vec::new();
        for subtask in &operator.subtasks {
            if let Some(state) = &subtask.state
                && !state.is_nothing()
            {
                subtasks.push((subtask.index, self.subtask(operator.id, state)?));
            }
        }
        subtasks.sort_by_key(|(index, _)| *index);
        Ok(OperatorState {
            id: operator.id,
            name: text(&operator.name).unwrap_or_default(),
            uid: text(&operator.uid).filter(|uid| !uid.is_empty()),
            parallelism: operator.parallelism,
            max_parallelism: operator.max_parallelism.unwrap_or(operator.parallelism),
            subtasks,
        })
    }

    fn subtask(&self, id: OperatorId, state: &StateModel<'_>) -> Result<SubtaskState, Throwable> {
        let strange = !state.raw_operator.iter().all(Option::is_none)
            || !state.legacy.iter().all(Option::is_none)
            || state.java.is_some()
            || state.raw_keyed.is_some()
            || !state.input_channel.is_empty()
            || !state.result_subpartition.is_empty();
        if strange {
            return Err(unsupported(id, "raw state or in-flight data"));
        }
        let lists = state.managed_operator.iter().flatten().next();
        let lists = lists.map(|handle| self.lists(id, handle)).transpose()?;
        let keyed = match &state.managed_keyed {
            None => Vec::new(),
            Some(KeyedModel::KeyGroups(handle)) => vec![self.keyed(id, &handle.groups)?],
            Some(KeyedModel::KeyGroupsSavepoint(groups)) => vec![self.keyed(id, groups)?],
            Some(_) => {
                return Err(unsupported(
                    id,
                    "keyed state of a backend other than HashMap",
                ));
            }
        };
        Ok(SubtaskState {
            operator: id,
            lists,
            keyed,
        })
    }

    fn lists(&self, id: OperatorId, handle: &OperatorHandle<'_>) -> Result<ListsHandle, Throwable> {
        let states = handle.states.iter().map(|state| NamedState {
            name: state.name.clone().into_owned(),
            mode: state.mode,
            offsets: state.offsets.iter().collect::<Offsets<'static>>(),
        });
        Ok(ListsHandle {
            states: states.collect(),
            stored: self.stored(id, handle.delegate.as_ref())?,
        })
    }

    fn keyed(&self, id: OperatorId, groups: &KeyGroups<'_>) -> Result<KeyedHandle, Throwable> {
        Ok(KeyedHandle {
            range: groups.range,
            offsets: groups.offsets.iter().collect(),
            stored: self.stored(id, groups.delegate.as_ref())?,
        })
    }

    fn stored(
        &self,
        id: OperatorId,
        stream: Option<&StreamHandle<'_>>,
    ) -> Result<Stored, Throwable> {
        let Some(stream) = stream else {
            return Err(unsupported(id, "a handle without a stream"));
        };
        let size = u64::try_from(stream.state_size()).unwrap_or(0);
        let directory = self.directory.map(|it| it.to_string_lossy().into_owned());
        let directory = directory.unwrap_or_default();
        let place = match stream {
            StreamHandle::ByteStream { data, .. } => Place::Heap(data.as_ref().into()),
            StreamHandle::File { .. } | StreamHandle::RelativeFile { .. } => {
                match stream.part().map(|part| resolve(&part.storage, &directory)) {
                    Some(Resolved::At(at)) => {
                        Place::File(location::spelled_file(&location::local_path(&at)?))
                    }
                    _ => return Err(unsupported(id, "a file outside its directory")),
                }
            }
            _ => return Err(unsupported(id, "merged files")),
        };
        Ok(Stored { place, size })
    }
}

fn unsupported(id: OperatorId, what: &str) -> Throwable {
    Throwable::new(
        "java.lang.UnsupportedOperationException",
        format!(
            "operator {id} has {what}, which the minicluster does not restore: only a Flink does"
        ),
    )
}
