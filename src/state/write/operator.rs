//! Operator state: lists, of which each element can be found alone.

use std::io::Write;

use super::keyed::expect;
use super::sink::Sink;
use super::{ListState, OperatorFile, WriteError, header};
use crate::metadata::Text;
use crate::metadata::handle::{NamedState, Offsets};
use crate::state::element::Element;

/// Writes the operator state of one subtask.
pub struct OperatorWriter<W> {
    sink: Sink<W>,
    lists: Vec<(ListState, Vec<i64>)>,
}

impl<W: Write> OperatorWriter<W> {
    /// Writes the header.
    pub fn new(out: W, lists: Vec<ListState>) -> Result<Self, WriteError> {
        let header = header::operator(&lists)?;
        let mut sink = Sink::new(out);
        sink.append(|bytes| bytes.extend_from_slice(&header))?;
        let lists = lists.into_iter().map(|list| (list, Vec::new())).collect();
        Ok(OperatorWriter { sink, lists })
    }

    /// Adds an element to the list that was declared at this position, from 0.
    pub fn element(&mut self, list: usize, element: Element<'_>) -> Result<(), WriteError> {
        let Some((list, offsets)) = self.lists.get_mut(list) else {
            return Err(WriteError::Order("there is no such list"));
        };
        expect(&list.name, element, list.element)?;
        offsets.push(self.sink.position().cast_signed());
        self.sink.append(|bytes| element.append_to(bytes))?;
        Ok(())
    }

    /// Ends the file. Gives the writer back.
    pub fn finish(self) -> Result<(W, OperatorFile), WriteError> {
        let (out, size) = self.sink.finish()?;
        let states = self.lists.into_iter().map(|(list, offsets)| NamedState {
            name: Text::from(list.name),
            mode: list.mode,
            offsets: offsets.into_iter().collect::<Offsets<'static>>(),
        });
        let states = states.collect();
        Ok((out, OperatorFile { states, size }))
    }
}
