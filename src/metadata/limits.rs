//! The most of everything that is accepted, and the fewest bytes that one of it takes.
//!
//! A count in a file is a promise. It is refused above its limit, and where the bytes left could not hold that many
//! of the smallest; whatever passes is still reserved in steps ([`PREALLOCATED`]), never at once.

/// Elements reserved ahead of reading them, whatever the count says.
pub const PREALLOCATED: usize = 64;

/// Master states; real files have one at most.
pub const MASTER_STATES: usize = 65_536;
/// Operators, or tasks in versions 0 and 1.
pub const OPERATORS: usize = 1 << 20;
/// Subtask entries of one operator: Flink's upper bound of parallelism.
pub const SUBTASKS: usize = 32_768;
/// Operators chained in a task of version 1.
pub const CHAIN: usize = 65_536;
/// Named states in one operator state handle.
pub const NAMED_STATES: usize = 1 << 20;
/// Offsets in one list; the bytes left are the real bound.
pub const OFFSETS: usize = 1 << 28;
/// Files in one map of an incremental handle.
pub const FILES: usize = 1 << 24;
/// Handles in one list of a changelog handle.
pub const CHANGELOG_HANDLES: usize = 1 << 20;
/// Changes, or parts, in one changelog increment.
pub const CHANGES: usize = 1 << 24;
/// Channel state handles of one side of a subtask.
pub const CHANNELS: usize = 1 << 24;
/// Bytes of one block; the bytes left are the real bound.
pub const BLOCK: usize = i32::MAX as usize;
/// State handles within state handles. Real files have three.
pub const HANDLE_DEPTH: usize = 8;
/// Contents within contents of a Java serialisation stream.
pub const JAVA_DEPTH: usize = 64;
/// Contents of one Java serialisation stream.
pub const JAVA_CONTENTS: usize = 1 << 20;
/// Fields of one object of a Java serialisation stream, those of its superclasses included.
pub const JAVA_FIELDS: usize = 256;

/// The fewest bytes of a structure, from which follows how many the bytes left can hold.
pub mod smallest {
    /// A master state.
    pub const MASTER_STATE: usize = 18;
    /// A task of version 0.
    pub const TASK_V0: usize = 28;
    /// A task of version 1.
    pub const TASK_V1: usize = 32;
    /// An operator of version 2.
    pub const OPERATOR_V2: usize = 32;
    /// An operator of versions 3 and 4.
    pub const OPERATOR_V3: usize = 29;
    /// An operator of versions 5 and later.
    pub const OPERATOR_V5: usize = 33;
    /// A subtask's object of version 0.
    pub const SUBTASK_V0: usize = 24;
    /// A subtask of version 1.
    pub const SUBTASK_V1: usize = 26;
    /// A subtask of version 2.
    pub const SUBTASK_V2: usize = 22;
    /// A subtask of versions 3 and later: a finished one.
    pub const SUBTASK_V3: usize = 4;
    /// A named operator state.
    pub const NAMED_STATE: usize = 7;
    /// An offset.
    pub const OFFSET: usize = 8;
    /// A file of an incremental handle.
    pub const FILE: usize = 3;
    /// A change of an inline changelog increment.
    pub const CHANGE: usize = 8;
    /// A part of a changelog increment in files.
    pub const CHANGELOG_PART: usize = 9;
    /// A channel state handle of versions 3 to 5, in Flink 1.11's layout.
    pub const CHANNEL_V3: usize = 21;
    /// A channel state handle of version 6: a merged one.
    pub const CHANNEL_V6: usize = 18;
    /// A channel within a merged handle.
    pub const MERGED_CHANNEL: usize = 20;
    /// A handle, where a null one is allowed.
    pub const HANDLE: usize = 1;
    /// A byte.
    pub const BYTE: usize = 1;
}
