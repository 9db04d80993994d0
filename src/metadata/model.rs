//! What a metadata file says, in the file's order.

use std::borrow::Cow;

use super::handle::{ChannelHandle, KeyedHandle, OperatorHandle, StreamHandle};
use super::java_state::JavaState;
use super::properties::Properties;
use super::text::Text;
use super::version::MetadataVersion;
use crate::domain::ids::{JobId, OperatorId};

/// A snapshot's metadata. Texts and inline state are borrowed from the file's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata<'a> {
    /// Which format it is in.
    pub format: Format,
    /// The checkpoint, or the savepoint: they draw from one counter.
    pub checkpoint_id: i64,
    /// What only Flink 1.0 records.
    pub flink10: Option<Flink10>,
    /// States of hooks in the job manager; from version 2.
    pub master_states: Vec<MasterState<'a>>,
    /// The operators. Versions 0 and 1 and Flink 1.0 have an entry for each task, under the id of its first operator.
    pub operators: Vec<Operator<'a>>,
    /// How the snapshot was made; from version 4.
    pub properties: Option<Properties<'a>>,
    /// Bytes behind the end of the format. Flink writes none; they are kept.
    pub trailing: Cow<'a, [u8]>,
}

/// The format of a metadata file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Flink 1.0: no header, one Java-serialised object.
    Flink10,
    /// Flink 1.1 and later: a header with a version.
    Versioned(MetadataVersion),
}

impl Format {
    /// The version, or `None` for Flink 1.0.
    pub fn version(self) -> Option<MetadataVersion> {
        match self {
            Format::Flink10 => None,
            Format::Versioned(version) => Some(version),
        }
    }
}

/// What only a savepoint of Flink 1.0 records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flink10 {
    /// The job.
    pub job_id: Option<JobId>,
    /// When it was triggered, in milliseconds since 1970 UTC.
    pub triggered_ms: i64,
    /// How long it took, in milliseconds.
    pub duration_ms: i64,
}

/// The state of a hook in the job manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterState<'a> {
    /// The hook.
    pub name: Text<'a>,
    /// Version of the hook's serializer.
    pub version: i32,
    /// Only the hook knows its form.
    pub payload: Cow<'a, [u8]>,
}

/// An operator; a task in versions 0 and 1 and Flink 1.0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operator<'a> {
    /// The operator id; a task's is that of its first operator.
    pub id: OperatorId,
    /// The operator's name; from version 5.
    pub name: Option<Text<'a>>,
    /// The operator's uid where the program sets one; from version 5.
    pub uid: Option<Text<'a>>,
    /// How many subtasks it has. Flink 1.0 does not record it: then one more than the highest index.
    pub parallelism: u32,
    /// How many key groups it has; not recorded in version 0 and by Flink 1.0.
    pub max_parallelism: Option<u32>,
    /// Operators in the task with version 1; 1 with version 2; not recorded by others.
    pub chain_length: Option<i32>,
    /// State of the operator's coordinator; from version 3. Inline where there is one.
    pub coordinator: Option<StreamHandle<'a>>,
    /// Whether all subtasks had ended for good; from Flink 1.14. Then there are neither subtasks nor a coordinator.
    pub fully_finished: bool,
    /// The subtasks that are listed: those without state may be missing.
    pub subtasks: Vec<Subtask<'a>>,
}

/// What a snapshot holds of one subtask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subtask<'a> {
    /// Which subtask, from 0.
    pub index: u32,
    /// Whether it had ended for good; from Flink 1.14. Then it has no state.
    pub finished: bool,
    /// Its state, or `None` where it is listed without any.
    pub state: Option<Box<SubtaskState<'a>>>,
}

/// The state of one subtask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubtaskState<'a> {
    /// Milliseconds that the snapshot took with version 0 and Flink 1.0; -1 and unused with versions 1 and 2.
    pub duration: i64,
    /// Java-serialised state of version 0 and Flink 1.0.
    pub java: Option<Box<JavaState<'a>>>,
    /// State of the `Checkpointed` interface: with version 1 one for each position in the chain, its end first;
    /// with version 2 at most one.
    pub legacy: Vec<Option<Box<StreamHandle<'a>>>>,
    /// Operator state under Flink's care: with version 1 one for each position in the chain, its end first; from
    /// version 2 at most one.
    pub managed_operator: Vec<Option<Box<OperatorHandle<'a>>>>,
    /// Operator state as a stream; as many as `managed_operator`.
    pub raw_operator: Vec<Option<Box<OperatorHandle<'a>>>>,
    /// Keyed state under Flink's care.
    pub managed_keyed: Option<KeyedHandle<'a>>,
    /// Keyed state as a stream.
    pub raw_keyed: Option<KeyedHandle<'a>>,
    /// In-flight data of inputs.
    pub input_channel: Vec<ChannelHandle<'a>>,
    /// In-flight data of outputs.
    pub result_subpartition: Vec<ChannelHandle<'a>>,
}

impl Default for SubtaskState<'_> {
    fn default() -> Self {
        SubtaskState {
            duration: -1,
            java: None,
            legacy: Vec::new(),
            managed_operator: Vec::new(),
            raw_operator: Vec::new(),
            managed_keyed: None,
            raw_keyed: None,
            input_channel: Vec::new(),
            result_subpartition: Vec::new(),
        }
    }
}

impl SubtaskState<'_> {
    /// Whether there is nothing at all, so that [`Subtask::state`] is better `None`.
    pub fn is_nothing(&self) -> bool {
        *self == SubtaskState::default()
    }
}
