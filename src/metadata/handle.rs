//! State handles: pointers to state bytes. Named as Flink's classes, less `StateHandle`.

use std::borrow::Cow;

use super::text::Text;
use crate::domain::key_group::KeyGroupRange;

/// A pointer to one stream of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamHandle<'a> {
    /// Type 1: the bytes themselves.
    ByteStream {
        /// An identifier that often looks like a path and is none.
        name: Text<'a>,
        /// The state.
        data: Cow<'a, [u8]>,
    },
    /// Type 2: a file.
    File {
        /// A URI without percent-encoding.
        path: Text<'a>,
        /// Bytes; -1 for unknown.
        size: i64,
    },
    /// Type 6: a file in the directory in which the metadata is found.
    RelativeFile {
        /// Relative to that directory; in practice a bare name.
        path: Text<'a>,
        /// Bytes; -1 for unknown.
        size: i64,
    },
    /// Type 3 in the place of a stream. Flink's own backends do not produce it.
    KeyGroups(Box<KeyGroups<'a>>),
    /// Type 15: a part of a file.
    SegmentFile(Box<Segment<'a>>),
    /// Type 16: no data.
    EmptySegmentFile,
}

/// A part of a file that holds several states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<'a> {
    /// The first byte of this state within the file. Offsets in the enclosing handle count from here.
    pub start: i64,
    /// Bytes; `start + size` does not overflow.
    pub size: i64,
    /// Whether the file may be shared between checkpoints.
    pub scope: Scope,
    /// The file, a URI without percent-encoding.
    pub path: Text<'a>,
    /// The logical file's id, a UUID.
    pub logical_id: Text<'a>,
}

/// Who may use a merged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One checkpoint.
    Exclusive,
    /// Several checkpoints.
    Shared,
}

/// Byte positions in the stream of the enclosing handle, kept as they stand in the file.
///
/// Among key groups, -1 says that raw state has nothing for a group, and 0 that managed state has nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offsets<'a>(Cow<'a, [u8]>);

impl<'a> Offsets<'a> {
    /// The offsets in these bytes, eight to each; bytes that are left over are no offset.
    pub(super) fn from_bytes(bytes: &'a [u8]) -> Self {
        Offsets(Cow::Borrowed(bytes))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len() / 8
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The offsets, in the file's order; neither sorted nor distinct.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = i64> + '_ {
        let (offsets, _) = self.0.as_chunks::<8>();
        offsets.iter().map(|bytes| i64::from_be_bytes(*bytes))
    }
}

impl FromIterator<i64> for Offsets<'static> {
    fn from_iter<I: IntoIterator<Item = i64>>(offsets: I) -> Self {
        let bytes: Vec<u8> = offsets.into_iter().flat_map(i64::to_be_bytes).collect();
        Offsets(Cow::Owned(bytes))
    }
}

/// State of one subtask that is not keyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorHandle<'a> {
    /// The named states in the stream, in the file's order.
    pub states: Vec<NamedState<'a>>,
    /// The directories and the mark of type 17; type 4 has none.
    pub merging: Option<Box<FileMerging<'a>>>,
    /// The stream; a segment or an empty one with `merging`.
    pub delegate: Option<StreamHandle<'a>>,
}

/// What file merging adds to operator state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMerging<'a> {
    /// A URI.
    pub task_owned_directory: Text<'a>,
    /// A URI.
    pub shared_directory: Text<'a>,
    /// A placeholder that only keeps the two directories alive: no state.
    pub empty: bool,
}

/// A list, union or broadcast state within an operator state handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedState<'a> {
    /// `_default_` for the unnamed one.
    pub name: Text<'a>,
    /// How it is dealt out when the parallelism changes.
    pub mode: DistributionMode,
    /// Where each element, or partition, starts.
    pub offsets: Offsets<'a>,
}

/// How operator state is dealt out over the subtasks of a restored job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistributionMode {
    /// Each element goes to one subtask.
    SplitDistribute,
    /// Every subtask receives all elements. Called "broadcast" up to Flink 1.4.
    Union,
    /// Every subtask holds the same.
    Broadcast,
}

impl DistributionMode {
    /// The name, as Flink spells it.
    pub fn name(self) -> &'static str {
        match self {
            DistributionMode::SplitDistribute => "SPLIT_DISTRIBUTE",
            DistributionMode::Union => "UNION",
            DistributionMode::Broadcast => "BROADCAST",
        }
    }
}

/// Keyed state of one subtask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyedHandle<'a> {
    /// Types 3 and 12.
    KeyGroups(Box<IdentifiedKeyGroups<'a>>),
    /// Type 7: the stream is in the layout that all backends share.
    KeyGroupsSavepoint(Box<KeyGroups<'a>>),
    /// Types 5 and 11.
    IncrementalRemoteKeyed(Box<Incremental<'a>>),
    /// Types 8 and 14.
    Changelog(Box<Changelog<'a>>),
    /// Type 9.
    InMemoryChangelog(Box<InMemoryChangelog<'a>>),
    /// Types 10 and 13.
    ChangelogStream(Box<ChangelogStream<'a>>),
}

/// All key groups of a range in one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyGroups<'a> {
    /// The key groups.
    pub range: KeyGroupRange,
    /// Where each key group starts in `delegate`: `offsets.len() == range.count`, ascending by key group.
    pub offsets: Offsets<'a>,
    /// The stream.
    pub delegate: Option<StreamHandle<'a>>,
}

/// Key groups of a checkpoint or native savepoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentifiedKeyGroups<'a> {
    /// The key groups.
    pub groups: KeyGroups<'a>,
    /// A UUID with type 12; type 3 has none.
    pub handle_id: Option<Text<'a>>,
}

/// Keyed state as a set of files, of which later checkpoints reuse some.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incremental<'a> {
    /// The checkpoint in which the handle was made, which may be an earlier one.
    pub checkpoint_id: i64,
    /// The backend instance: a UUID, or any text in files of 1.3.0.
    pub backend_id: Text<'a>,
    /// The key groups.
    pub range: KeyGroupRange,
    /// A small file with serializers and table layout.
    pub meta: Option<StreamHandle<'a>>,
    /// Files that several checkpoints may use.
    pub shared: Vec<LocalFile<'a>>,
    /// Files of this checkpoint alone.
    pub private: Vec<LocalFile<'a>>,
    /// What type 11 adds to type 5.
    pub identity: Option<IncrementalIdentity<'a>>,
}

/// What an incremental handle of Flink 1.15 and later says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncrementalIdentity<'a> {
    /// Bytes newly uploaded by its checkpoint; -1 for unknown.
    pub persisted_size: i64,
    /// A UUID.
    pub handle_id: Text<'a>,
}

/// A file of the backend and where its bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile<'a> {
    /// The file's name in the backend's directory, as `000024.sst`.
    pub name: Text<'a>,
    /// Its bytes.
    pub handle: Option<StreamHandle<'a>>,
}

/// The last materialisation of a changelog backend, and what changed since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changelog<'a> {
    /// The key groups.
    pub range: KeyGroupRange,
    /// Handles of the materialisation; `None` is tolerated and means nothing.
    pub materialized: Vec<Option<KeyedHandle<'a>>>,
    /// The increments since, oldest first.
    pub non_materialized: Vec<Option<KeyedHandle<'a>>>,
    /// What all but Flink 1.14 record.
    pub identity: Option<ChangelogIdentity<'a>>,
}

/// What a changelog handle of Flink 1.15 and later says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangelogIdentity<'a> {
    /// Bytes newly persisted by the checkpoint.
    pub persisted_size: i64,
    /// The materialisation's number.
    pub materialization_id: i64,
    /// The checkpoint, with type 14; type 8 has none.
    pub checkpoint_id: Option<i64>,
    /// A UUID.
    pub handle_id: Text<'a>,
}

/// Changes within the metadata itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InMemoryChangelog<'a> {
    /// The key groups.
    pub range: KeyGroupRange,
    /// The first sequence number.
    pub from: i64,
    /// The end of the sequence numbers.
    pub to: i64,
    /// The changes, in order.
    pub changes: Vec<Change<'a>>,
    /// A UUID; Flink 1.14 writes none.
    pub handle_id: Option<Text<'a>>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'a> {
    /// -1 for a change of metadata.
    pub key_group: i32,
    /// The change in the backend's own form.
    pub data: Cow<'a, [u8]>,
}

/// Changes in files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangelogStream<'a> {
    /// The key groups.
    pub range: KeyGroupRange,
    /// Where the changes are, in order.
    pub parts: Vec<ChangelogPart<'a>>,
    /// Bytes.
    pub size: i64,
    /// What all but Flink 1.14 record.
    pub identity: Option<ChangelogStreamIdentity<'a>>,
}

/// A stretch of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangelogPart<'a> {
    /// Where it starts in the stream.
    pub offset: i64,
    /// The stream.
    pub handle: Option<StreamHandle<'a>>,
}

/// What an increment of Flink 1.15 and later says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangelogStreamIdentity<'a> {
    /// Bytes newly persisted.
    pub incremental_size: i64,
    /// A UUID.
    pub handle_id: Text<'a>,
    /// As `filesystem`, with type 13; type 10 implies that one.
    pub storage: Option<Text<'a>>,
}

/// In-flight data of an unaligned checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelHandle<'a> {
    /// One channel: versions 3 to 5, and types 1 and 2 of version 6.
    Channel(Box<Channel<'a>>),
    /// Several channels in one stream: types 3 and 4 of version 6.
    Merged(Box<MergedChannels<'a>>),
}

/// In-flight data of one channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel<'a> {
    /// The index of the subtask that wrote it; Flink 1.11 does not record it.
    pub subtask: Option<i32>,
    /// Which channel.
    pub channel: ChannelInfo,
    /// Where its buffers start in the stream.
    pub offsets: Offsets<'a>,
    /// Bytes of this channel's share of the stream.
    pub size: i64,
    /// The stream, usually that of several channels.
    pub delegate: Option<StreamHandle<'a>>,
}

/// Which channel of a subtask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelInfo {
    /// The gate of an input; the result partition of an output.
    pub gate_or_partition: i32,
    /// The channel of an input; the subpartition of an output.
    pub channel_or_subpartition: i32,
}

/// In-flight data of several channels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedChannels<'a> {
    /// The index of the subtask that wrote it.
    pub subtask: i32,
    /// Bytes of all channels' shares.
    pub size: i64,
    /// The one stream.
    pub delegate: Option<StreamHandle<'a>>,
    /// The channels, in the form of the file. See [`MergedChannels::channels`].
    pub(super) blob: Cow<'a, [u8]>,
}

/// One channel of a merged handle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedChannel<'a> {
    /// Which channel.
    pub channel: ChannelInfo,
    /// Bytes of its share.
    pub size: i64,
    /// Where its buffers start in the stream.
    pub offsets: Offsets<'a>,
}
