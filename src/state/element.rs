//! The two kinds of keys and values that are written, and read back for a restore.

use super::error::StateError;
use super::input::Input;
use super::snapshot::Snapshot;
use crate::domain::key_group;

/// A type of keys, values and list elements, with the serializer that Flink has for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElementType {
    /// Java's `Long`.
    Long,
    /// Java's `String`.
    String,
}

impl ElementType {
    /// The type whose serializer has this snapshot.
    pub(super) fn of_snapshot(snapshot: &Snapshot<'_>) -> Option<Self> {
        let types = [ElementType::Long, ElementType::String];
        types
            .into_iter()
            .find(|known| snapshot.class == *known.snapshot_class())
    }

    /// Reads one; a string goes into `text`.
    pub(super) fn read<'t>(
        self,
        input: &mut Input<'_>,
        field: &'static str,
        text: &'t mut String,
    ) -> Result<Element<'t>, StateError> {
        match self {
            ElementType::Long => input.i64(field).map(Element::Long),
            ElementType::String => {
                input.text(field, text)?;
                Ok(Element::String(text))
            }
        }
    }

    /// The class of the serializer's snapshot.
    pub(super) fn snapshot_class(self) -> &'static str {
        match self {
            ElementType::Long => {
                "org.apache.flink.api.common.typeutils.base.LongSerializer$LongSerializerSnapshot"
            }
            ElementType::String => {
                "org.apache.flink.api.common.typeutils.base.StringSerializer$StringSerializerSnapshot"
            }
        }
    }
}

/// A key, a value or a list element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Element<'a> {
    /// A `Long`.
    Long(i64),
    /// A `String`; lone surrogates, which Java allows, it cannot hold.
    String(&'a str),
}

impl Element<'_> {
    /// Which of the types it has.
    pub fn element_type(&self) -> ElementType {
        match self {
            Element::Long(_) => ElementType::Long,
            Element::String(_) => ElementType::String,
        }
    }

    /// The key group of this key, of `max_parallelism` (1 or more) key groups.
    pub fn key_group(&self, max_parallelism: u32) -> u32 {
        let hash = match self {
            Element::Long(value) => key_group::hash_of_long(*value),
            Element::String(text) => key_group::hash_of_string(text),
        };
        key_group::of_hash(hash, max_parallelism)
    }

    /// Appends the bytes that Flink's serializer gives.
    pub(super) fn append_to(&self, bytes: &mut Vec<u8>) {
        match self {
            Element::Long(value) => bytes.extend_from_slice(&value.to_be_bytes()),
            Element::String(text) => append_text(text, bytes),
        }
    }
}

/// The number of UTF-16 units plus one, then each unit, all as variable-length numbers.
fn append_text(text: &str, bytes: &mut Vec<u8>) {
    if text.is_ascii() {
        append_varint(text.len() + 1, bytes);
        bytes.extend_from_slice(text.as_bytes());
        return;
    }
    append_varint(text.encode_utf16().count() + 1, bytes);
    for unit in text.encode_utf16() {
        append_varint(unit.into(), bytes);
    }
}

/// Seven bits a byte, the low ones first; the top bit says that more follow.
fn append_varint(number: usize, bytes: &mut Vec<u8>) {
    let mut rest = number;
    loop {
        let [low, ..] = rest.to_le_bytes();
        rest >>= 7;
        if rest == 0 {
            bytes.push(low & 0x7f);
            return;
        }
        bytes.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes_of(element: Element<'_>) -> Vec<u8> {
        let mut bytes = Vec::new();
        element.append_to(&mut bytes);
        bytes
    }

    #[test]
    fn strings_are_utf_16_units_behind_their_number_plus_one() {
        let mixed = [
            8, 0x73, 0x31, 0x38, 0xe9, 1, 0xa2, 0xde, 1, 0xbd, 0xb0, 3, 0x80, 0xbc, 3,
        ];
        assert_eq!(bytes_of(Element::String("s18é漢\u{1f600}")), mixed);
        assert_eq!(bytes_of(Element::String("")), [1]);
        let long = bytes_of(Element::String(&"x".repeat(127)));
        assert_eq!(long[..3], [0x80, 1, b'x']);
        assert_eq!(long.len(), 129);
    }

    #[test]
    fn longs_are_eight_bytes_big_endian() {
        assert_eq!(bytes_of(Element::Long(817)), [0, 0, 0, 0, 0, 0, 3, 0x31]);
        assert_eq!(bytes_of(Element::Long(-1)), [0xff; 8]);
    }
}
