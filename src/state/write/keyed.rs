//! Keyed state in the layout of Flink's HashMap backend.

use std::io::Write;

use super::sink::Sink;
use super::{KeyedFile, ValueState, WriteError, header};
use crate::domain::key_group::KeyGroupRange;
use crate::metadata::handle::Offsets;
use crate::state::element::{Element, ElementType};

/// Writes the keyed state of one subtask: key group by key group, and in each of them state by state.
///
/// ```
/// use savepointctl::domain::key_group::KeyGroupRange;
/// use savepointctl::state::{Element, ElementType};
/// use savepointctl::state::write::{KeyedWriter, ValueState};
///
/// # fn main() -> Result<(), savepointctl::state::write::WriteError> {
/// let count = ValueState { name: "count".into(), value: ElementType::Long };
/// let range = KeyGroupRange { start: 0, count: 2 };
/// let mut writer = KeyedWriter::new(Vec::new(), ElementType::String, vec![count], range)?;
/// writer.entries([(Element::String("k"), Element::Long(1))].into_iter())?; // key group 0
/// writer.entries(std::iter::empty())?; // key group 1
/// let (bytes, file) = writer.finish()?;
/// assert_eq!((bytes.len() as u64, file.offsets.len()), (file.size, 2));
/// # Ok(())
/// # }
/// ```
pub struct KeyedWriter<W> {
    sink: Sink<W>,
    key: ElementType,
    states: Vec<ValueState>,
    range: KeyGroupRange,
    offsets: Vec<i64>,
    /// The state that the next entries are of.
    next: usize,
}

impl<W: Write> KeyedWriter<W> {
    /// Writes the header: the type of the keys, and the states, of which there must be one at least.
    pub fn new(
        out: W,
        key: ElementType,
        states: Vec<ValueState>,
        range: KeyGroupRange,
    ) -> Result<Self, WriteError> {
        if states.is_empty() {
            return Err(WriteError::Order("a keyed file needs a state"));
        }
        let header = header::keyed(key, &states)?;
        let mut sink = Sink::new(out);
        sink.append(|bytes| bytes.extend_from_slice(&header))?;
        Ok(KeyedWriter {
            sink,
            key,
            states,
            range,
            offsets: Vec::new(),
            next: 0,
        })
    }

    /// Writes the entries of the next state of the current key group, or of the first state of the next one.
    ///
    /// There must be a call for each state of each key group of the range, in their orders; without entries too.
    pub fn entries<'e>(
        &mut self,
        entries: impl ExactSizeIterator<Item = (Element<'e>, Element<'e>)>,
    ) -> Result<(), WriteError> {
        if self.next == 0 {
            self.start_key_group()?;
        }
        self.start_state(entries.len())?;
        let (key_type, state) = (self.key, self.states.get(self.next));
        let Some(state) = state else {
            return Err(WriteError::Order("there is no such state"));
        };
        let promised = entries.len();
        let mut written = 0;
        for (key, value) in entries {
            expect(&state.name, key, key_type)?;
            expect(&state.name, value, state.value)?;
            self.sink.append(|bytes| {
                bytes.push(0); // the void namespace
                key.append_to(bytes);
                value.append_to(bytes);
            })?;
            written += 1;
        }
        if written != promised {
            return Err(WriteError::Order(
                "there were not as many entries as promised",
            ));
        }
        self.next = (self.next + 1) % self.states.len();
        Ok(())
    }

    fn start_key_group(&mut self) -> Result<(), WriteError> {
        let Some(group) = self.range.iter().nth(self.offsets.len()) else {
            return Err(WriteError::Order(
                "there are no more key groups in the range",
            ));
        };
        self.offsets.push(self.sink.position().cast_signed());
        self.sink
            .append(|bytes| bytes.extend_from_slice(&group.to_be_bytes()))?;
        Ok(())
    }

    fn start_state(&mut self, entries: usize) -> Result<(), WriteError> {
        let count = i32::try_from(entries).map_err(|_| WriteError::TooMany {
            what: "a key group",
            length: entries,
            limit: i32::MAX.unsigned_abs() as usize,
        })?;
        let [.., high, low] = self.next.to_be_bytes();
        self.sink.append(|bytes| {
            bytes.extend_from_slice(&[high, low]);
            bytes.extend_from_slice(&count.to_be_bytes());
        })?;
        Ok(())
    }

    /// Ends the file; every key group must have been written. Gives the writer back.
    pub fn finish(self) -> Result<(W, KeyedFile), WriteError> {
        if self.next != 0 || self.offsets.len() != self.range.iter().len() {
            return Err(WriteError::Order(
                "not all states of all key groups were written",
            ));
        }
        let (out, size) = self.sink.finish()?;
        let offsets: Offsets<'static> = self.offsets.into_iter().collect();
        Ok((out, KeyedFile { offsets, size }))
    }
}

pub(super) fn expect(
    state: &str,
    element: Element<'_>,
    declared: ElementType,
) -> Result<(), WriteError> {
    if element.element_type() == declared {
        return Ok(());
    }
    Err(WriteError::Type {
        state: state.to_owned(),
        found: element.element_type(),
        declared,
    })
}
