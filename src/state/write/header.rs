//! The headers of both files, from parts that they share.

use super::{ListState, ValueState, WriteError};
use crate::metadata::Text;
use crate::metadata::handle::DistributionMode;
use crate::state::element::ElementType;

/// The version of both headers that Flink 2.3 writes.
const VERSION: i32 = 6;
/// The form of serializer snapshots since Flink 1.7.
const SNAPSHOT_FORMAT: i32 = 2;
/// The version of snapshots that hold nothing but their class.
const SIMPLE_SNAPSHOT: i32 = 3;
const VOID_NAMESPACE: &str =
    "org.apache.flink.runtime.state.VoidNamespaceSerializer$VoidNamespaceSerializerSnapshot";

/// Backend state types.
const KEY_VALUE: i32 = 0;
const OPERATOR: i32 = 1;

/// The header of a keyed file: not compressed.
pub(super) fn keyed(key: ElementType, states: &[ValueState]) -> Result<Vec<u8>, WriteError> {
    let mut header = Header::start();
    header.snapshot(key.snapshot_class());
    header.count("the list of keyed states", states.len())?;
    for state in states {
        header.text("the name of a state", &state.name)?;
        header.int(KEY_VALUE);
        header.option("KEYED_STATE_TYPE", "VALUE")?;
        header.int(2);
        header.serializer("VALUE_SERIALIZER", state.value.snapshot_class())?;
        header.serializer("NAMESPACE_SERIALIZER", VOID_NAMESPACE)?;
    }
    Ok(header.0)
}

/// The header of an operator file: not compressed, without broadcast states.
pub(super) fn operator(states: &[ListState]) -> Result<Vec<u8>, WriteError> {
    let mut header = Header::start();
    header.count("the list of operator states", states.len())?;
    for state in states {
        if state.mode == DistributionMode::Broadcast {
            return Err(WriteError::Order("a list state cannot be BROADCAST"));
        }
        header.text("the name of a state", &state.name)?;
        header.int(OPERATOR);
        header.option("OPERATOR_STATE_DISTRIBUTION_MODE", state.mode.name())?;
        header.int(1);
        header.serializer("VALUE_SERIALIZER", state.element.snapshot_class())?;
    }
    header.count("the list of broadcast states", 0)?;
    Ok(header.0)
}

struct Header(Vec<u8>);

impl Header {
    /// The version, and that nothing is compressed.
    fn start() -> Self {
        let mut header = Header(Vec::new());
        header.int(VERSION);
        header.0.push(0);
        header
    }

    fn int(&mut self, value: i32) {
        self.0.extend_from_slice(&value.to_be_bytes());
    }

    fn count(&mut self, what: &'static str, count: usize) -> Result<(), WriteError> {
        let limit = i16::MAX;
        let count = i16::try_from(count).map_err(|_| WriteError::TooMany {
            what,
            length: count,
            limit: limit.unsigned_abs().into(),
        })?;
        self.0.extend_from_slice(&count.to_be_bytes());
        Ok(())
    }

    fn text(&mut self, what: &'static str, text: &str) -> Result<(), WriteError> {
        let text = Text::from(text);
        let length = text.as_bytes().len();
        let short = u16::try_from(length).map_err(|_| WriteError::TooMany {
            what,
            length,
            limit: u16::MAX.into(),
        })?;
        self.0.extend_from_slice(&short.to_be_bytes());
        self.0.extend_from_slice(text.as_bytes());
        Ok(())
    }

    /// The only option of a state.
    fn option(&mut self, key: &str, value: &str) -> Result<(), WriteError> {
        self.int(1);
        self.text("an option", key)?;
        self.text("an option", value)
    }

    fn serializer(&mut self, key: &str, class: &str) -> Result<(), WriteError> {
        self.text("a serializer", key)?;
        self.snapshot(class);
        Ok(())
    }

    /// A snapshot that is its class alone.
    fn snapshot(&mut self, class: &str) {
        self.int(SNAPSHOT_FORMAT);
        let [.., high, low] = class.len().to_be_bytes();
        self.0.extend_from_slice(&[high, low]);
        self.0.extend_from_slice(class.as_bytes());
        self.int(SIMPLE_SNAPSHOT);
    }
}
