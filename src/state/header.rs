//! The headers of keyed and operator state files: which states there are, and their serializers.

use super::error::StateError;
use super::read_at::ReadAt;
use super::snapshot::{Snapshot, Snapshots, Stop, UnknownSerializer};
use crate::metadata::Text;
use crate::metadata::cursor::Cursor;
use crate::metadata::error::{FormatError, Problem};

/// The longest header that is read. Those of wide SQL jobs come to some hundred kilobytes.
const LONGEST: u64 = 32 * 1024 * 1024;
/// Bytes of a file that are read in the hope that they hold the header.
const FIRST: u64 = 64 * 1024;
/// Options or serializers of one state; there are three at most.
const ENTRIES: usize = 16;

/// The states of a file, as far as its header could be read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header<'a> {
    /// The version.
    pub version: i32,
    /// Whether the data is compressed.
    pub compressed: bool,
    /// The serializer of keys; none in an operator's file.
    pub key: Option<Snapshot<'a>>,
    /// The states, in the file's order: keyed ones, or an operator's lists.
    pub states: Vec<StateInfo<'a>>,
    /// An operator's broadcast states.
    pub broadcast: Vec<StateInfo<'a>>,
    /// Where the data starts, in bytes; `None` where the header could not be read to its end.
    pub end: Option<u64>,
    /// What ended the reading early.
    pub unread: Option<Unread>,
    /// Classes that are not known, but stand in frames, so that they do not hinder.
    pub opaque: Vec<String>,
}

/// Why a header could not be read to its end, although nothing is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unread {
    /// A serializer that is not known.
    Serializer(UnknownSerializer),
    /// A version from before Flink 1.7.
    OldVersion(i32),
}

/// A state as a header tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateInfo<'a> {
    /// The state's name.
    pub name: Text<'a>,
    /// The kind of state.
    pub kind: StateKind,
    /// Options, as `KEYED_STATE_TYPE`.
    pub options: Vec<(Text<'a>, Text<'a>)>,
    /// Serializers, as `VALUE_SERIALIZER`.
    pub serializers: Vec<(Text<'a>, Snapshot<'a>)>,
}

impl<'a> StateInfo<'a> {
    /// An option's value.
    pub fn option(&self, key: &str) -> Option<&Text<'a>> {
        let found = self.options.iter().find(|(name, _)| *name == key);
        found.map(|(_, value)| value)
    }

    /// The serializer of this name.
    pub fn serializer(&self, key: &str) -> Option<&Snapshot<'a>> {
        let found = self.serializers.iter().find(|(name, _)| *name == key);
        found.map(|(_, snapshot)| snapshot)
    }
}

/// Flink's `BackendStateType`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StateKind {
    /// Keyed state.
    KeyValue,
    /// A list or union state.
    Operator,
    /// A broadcast state.
    Broadcast,
    /// Timers.
    PriorityQueue,
    /// Keyed state of the asynchronous API.
    KeyValueV2,
}

type Result<T> = std::result::Result<T, StateError>;

/// The start of a file, as much of it as its header needs.
pub(super) struct HeaderBytes(Vec<u8>);

impl HeaderBytes {
    /// Reads a first piece of the file.
    pub(super) fn first(file: &dyn ReadAt) -> Result<Self> {
        let mut bytes = HeaderBytes(Vec::new());
        bytes.extend(file, FIRST)?;
        Ok(bytes)
    }

    fn extend(&mut self, file: &dyn ReadAt, to: u64) -> Result<()> {
        let to = usize::try_from(to.min(file.size())).unwrap_or(usize::MAX);
        let mut have = self.0.len();
        self.0.resize(to, 0);
        while have < to {
            let offset = have as u64;
            let into = self.0.get_mut(have..).unwrap_or_default();
            match file.read_at(offset, into) {
                Ok(0) => break,
                Ok(read) => have += read,
                Err(source) => return Err(StateError::Io { offset, source }),
            }
        }
        self.0.truncate(have);
        Ok(())
    }

    /// Has `read` read the header, with more of the file as long as the bytes end too early.
    pub(super) fn read_with<T>(
        &mut self,
        file: &dyn ReadAt,
        read: impl Fn(&[u8]) -> Result<T>,
    ) -> Result<T> {
        loop {
            let outcome = read(&self.0);
            let have = self.0.len() as u64;
            let cut = matches!(&outcome, Err(StateError::Format(error)) if error.is_truncation());
            if !cut || have >= file.size().min(LONGEST) {
                return outcome;
            }
            self.extend(file, have.saturating_mul(4).min(LONGEST))?;
        }
    }
}

/// Reads the header of a keyed file: `KeyedBackendSerializationProxy`.
pub fn keyed(bytes: &[u8]) -> Result<Header<'_>> {
    let mut header = Header::default();
    let mut cursor = Cursor::at(bytes, 0);
    header.version = version(&mut cursor, "keyed state header version", 6)?;
    if header.version < 6 {
        header.unread = Some(Unread::OldVersion(header.version));
        return Ok(header);
    }
    header.compressed = flag(&mut cursor, "compression")?;
    header.finish(cursor, |header, cursor| {
        let key = Snapshots::new(cursor, &mut header.opaque).proxied()?;
        header.key = Some(key);
        states(
            cursor,
            "keyed states",
            &mut header.states,
            &mut header.opaque,
        )
    })
}

/// Reads the header of an operator's file: `OperatorBackendSerializationProxy`.
pub fn operator(bytes: &[u8]) -> Result<Header<'_>> {
    let mut header = Header::default();
    let mut cursor = Cursor::at(bytes, 0);
    header.version = version(&mut cursor, "operator state header version", 6)?;
    if header.version < 5 {
        header.unread = Some(Unread::OldVersion(header.version));
        return Ok(header);
    }
    if header.version >= 6 {
        header.compressed = flag(&mut cursor, "compression")?;
    }
    header.finish(cursor, |header, cursor| {
        states(
            cursor,
            "operator states",
            &mut header.states,
            &mut header.opaque,
        )?;
        states(
            cursor,
            "broadcast states",
            &mut header.broadcast,
            &mut header.opaque,
        )
    })
}

impl<'a> Header<'a> {
    /// Has `read` read the rest, and notes where it ends, or at what.
    fn finish(
        mut self,
        mut cursor: Cursor<'a>,
        read: impl FnOnce(&mut Self, &mut Cursor<'a>) -> std::result::Result<(), Stop>,
    ) -> Result<Self> {
        match read(&mut self, &mut cursor) {
            Ok(()) => self.end = Some(cursor.offset()),
            Err(Stop::Unknown(unknown)) => self.unread = Some(Unread::Serializer(unknown)),
            Err(Stop::Error(error)) => return Err(error),
        }
        Ok(self)
    }
}

fn version(cursor: &mut Cursor<'_>, field: &'static str, newest: i32) -> Result<i32> {
    let found = cursor.i32(field)?;
    if (1..=newest).contains(&found) {
        return Ok(found);
    }
    let expected = "1 to 6";
    let found = found.into();
    Err(FormatError::new(0, field, Problem::Value { found, expected }).into())
}

fn flag(cursor: &mut Cursor<'_>, field: &'static str) -> Result<bool> {
    let at = cursor.offset();
    match cursor.u8(field)? {
        0 => Ok(false),
        1 => Ok(true),
        found => {
            let (found, expected) = (found.into(), "0 or 1");
            Err(FormatError::new(at, field, Problem::Value { found, expected }).into())
        }
    }
}

/// A list of states; those before an unknown serializer are kept.
fn states<'a>(
    cursor: &mut Cursor<'a>,
    field: &'static str,
    into: &mut Vec<StateInfo<'a>>,
    opaque: &mut Vec<String>,
) -> std::result::Result<(), Stop> {
    let at = cursor.offset();
    let found = i16::from_be_bytes(cursor.take(field)?);
    // a name, a type and two counts
    let count = cursor.check_count(at, field, found.into(), i16::MAX.unsigned_abs().into(), 14)?;
    for _ in 0..count {
        into.push(state(cursor, opaque)?);
    }
    Ok(())
}

fn state<'a>(
    cursor: &mut Cursor<'a>,
    opaque: &mut Vec<String>,
) -> std::result::Result<StateInfo<'a>, Stop> {
    let name = cursor.text("state name")?;
    let at = cursor.offset();
    let kind = match cursor.i32("state type")? {
        0 => StateKind::KeyValue,
        1 => StateKind::Operator,
        2 => StateKind::Broadcast,
        3 => StateKind::PriorityQueue,
        4 => StateKind::KeyValueV2,
        found => {
            let (found, expected) = (found.into(), "0 to 4");
            let problem = Problem::Value { found, expected };
            return Err(FormatError::new(at, "state type", problem).into());
        }
    };
    let mut options = Vec::new();
    for _ in 0..cursor.count("state options", ENTRIES, 4)? {
        options.push((cursor.text("option name")?, cursor.text("option value")?));
    }
    let mut serializers = Vec::new();
    for _ in 0..cursor.count("state serializers", ENTRIES, 12)? {
        let name = cursor.text("serializer name")?;
        let snapshot = Snapshots::new(cursor, opaque).proxied()?;
        serializers.push((name, snapshot));
    }
    Ok(StateInfo {
        name,
        kind,
        options,
        serializers,
    })
}
