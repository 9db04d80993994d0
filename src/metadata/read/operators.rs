//! Versions 2 to 6: master states, and an entry for each operator.

use std::borrow::Cow;

use super::{Reader, Result, check_distinct};
use crate::domain::ids::OperatorId;
use crate::metadata::cursor::{Cursor, list};
use crate::metadata::error::{FormatError, Problem};
use crate::metadata::handle::StreamHandle;
use crate::metadata::limits::{self, smallest};
use crate::metadata::model::{MasterState, Metadata, Operator, Subtask, SubtaskState};
use crate::metadata::properties;
use crate::metadata::version::MetadataVersion;

/// What stands in front of each master state.
pub const MASTER_STATE_MAGIC: i32 = 0xc96b_1696_u32.cast_signed();

impl<'a> Reader<'a> {
    pub(super) fn operators_body(&mut self) -> Result<Metadata<'a>> {
        let checkpoint_id = self.checkpoint_id()?;
        let count = self.c.count(
            "master states",
            limits::MASTER_STATES,
            smallest::MASTER_STATE,
        )?;
        let master_states = list(count, |_| self.master_state())?;
        let least = match self.version {
            version if version >= MetadataVersion::V5 => smallest::OPERATOR_V5,
            version if version >= MetadataVersion::V3 => smallest::OPERATOR_V3,
            _ => smallest::OPERATOR_V2,
        };
        let count = self.c.count("operators", limits::OPERATORS, least)?;
        let operators = list(count, |i| self.operator().map_err(|err| err.in_operator(i)))?;
        let mut metadata = Metadata {
            master_states,
            operators,
            ..self.metadata(checkpoint_id)
        };
        if self.version >= MetadataVersion::V4 {
            let (properties, trailing) = properties::read(&self.c);
            metadata.properties = Some(properties);
            metadata.trailing = Cow::Borrowed(trailing);
        }
        Ok(metadata)
    }

    fn master_state(&mut self) -> Result<MasterState<'a>> {
        let at = self.c.offset();
        let magic = self.c.i32("master state magic number")?;
        if magic != MASTER_STATE_MAGIC {
            let problem = Problem::Value {
                found: magic.into(),
                expected: "-915728746 (c96b1696)",
            };
            return Err(FormatError::new(at, "master state magic number", problem));
        }
        let field = "master state length";
        let at = self.c.offset();
        let claimed = self.c.count(field, limits::BLOCK, smallest::BYTE)?;
        let start = self.c.offset();
        let mut c = Cursor::at(self.c.bytes("master state", claimed)?, start);
        let mut fields = || {
            Ok(MasterState {
                version: c.i32("master state version")?,
                name: c.text("master state name")?,
                payload: {
                    let n = c.count("master state payload", limits::BLOCK, smallest::BYTE)?;
                    Cow::Borrowed(c.bytes("master state payload", n)?)
                },
            })
        };
        let state: Result<MasterState<'a>> = fields();
        let left = c.rest().len();
        match state {
            Ok(state) if left == 0 => Ok(state),
            Err(err) if !err.is_truncation() => Err(err),
            ended => {
                let used = match ended {
                    Ok(_) => claimed - left,
                    Err(_) => claimed.saturating_add(1),
                };
                Err(FormatError::new(
                    at,
                    field,
                    Problem::Length { claimed, used },
                ))
            }
        }
    }

    fn operator(&mut self) -> Result<Operator<'a>> {
        let (mut name, mut uid) = (None, None);
        if self.version >= MetadataVersion::V5 {
            name = Some(self.c.text("operator name")?).filter(|text| !text.is_empty());
            uid = Some(self.c.text("operator uid")?).filter(|text| !text.is_empty());
        }
        let id = OperatorId::from_bytes(self.c.take("operator id")?);
        let parallelism = self.parallelism("parallelism", 1)?;
        let max_parallelism = self.parallelism("max parallelism", parallelism)?;
        let mut operator = Operator {
            id,
            name,
            uid,
            parallelism,
            max_parallelism: Some(max_parallelism),
            chain_length: None,
            coordinator: None,
            fully_finished: false,
            subtasks: Vec::new(),
        };
        if self.version == MetadataVersion::V2 {
            operator.chain_length = Some(self.c.i32("chain length")?);
            let count = self
                .c
                .count("subtasks", limits::SUBTASKS, smallest::SUBTASK_V2)?;
            operator.subtasks = self.subtasks(count, |reader| reader.subtask_v2(parallelism))?;
            return Ok(operator);
        }
        operator.coordinator = self.coordinator()?;
        let at = self.c.offset();
        match self.c.i32("subtasks")? {
            -1 if operator.coordinator.is_none() => operator.fully_finished = true,
            -1 => {
                let problem = Problem::Value {
                    found: -1,
                    expected: "0 or more, as the operator has coordinator state",
                };
                return Err(FormatError::new(at, "subtasks", problem));
            }
            found => {
                let least = smallest::SUBTASK_V3;
                let count = self
                    .c
                    .check_count(at, "subtasks", found, limits::SUBTASKS, least)?;
                operator.subtasks = self.subtasks(count, |reader| reader.subtask(parallelism))?;
            }
        }
        Ok(operator)
    }

    pub(super) fn subtasks(
        &mut self,
        count: usize,
        mut read: impl FnMut(&mut Self) -> Result<Subtask<'a>>,
    ) -> Result<Vec<Subtask<'a>>> {
        let subtasks = list(count, |i| read(self).map_err(|err| err.in_subtask(i)))?;
        check_distinct(self.c.offset(), &subtasks)?;
        Ok(subtasks)
    }

    fn coordinator(&mut self) -> Result<Option<StreamHandle<'a>>> {
        let at = self.c.offset();
        let found = self.c.clone().u8("coordinator state")?;
        if found > 1 {
            let problem = Problem::Value {
                found: found.into(),
                expected: "handle type 0 or 1",
            };
            return Err(FormatError::new(at, "coordinator state", problem));
        }
        self.stream("coordinator state")
    }

    fn subtask_v2(&mut self, parallelism: u32) -> Result<Subtask<'a>> {
        let at = self.c.offset();
        let found = self.c.i32("subtask index")?;
        let index = self.subtask_index(at, found, parallelism)?;
        let mut state = SubtaskState {
            duration: self.c.i64("duration")?,
            ..SubtaskState::default()
        };
        if self.c.flag("legacy state flag")? {
            let legacy = self.stream("legacy state")?;
            state.legacy.push(legacy.map(Box::new));
        }
        self.operator_and_keyed(&mut state)?;
        Ok(ordinary(index, state))
    }

    fn subtask(&mut self, parallelism: u32) -> Result<Subtask<'a>> {
        let at = self.c.offset();
        let found = self.c.i32("subtask index")?;
        if found < 0 {
            return Ok(Subtask {
                index: self.subtask_index(at, !found, parallelism)?,
                finished: true,
                state: None,
            });
        }
        let index = self.subtask_index(at, found, parallelism)?;
        let mut state = SubtaskState::default();
        self.operator_and_keyed(&mut state)?;
        state.input_channel = self.channels(super::channels::Side::Input)?;
        state.result_subpartition = self.channels(super::channels::Side::Output)?;
        Ok(ordinary(index, state))
    }

    fn operator_and_keyed(&mut self, state: &mut SubtaskState<'a>) -> Result<()> {
        if self.c.flag("managed operator state flag")? {
            let handle = self.operator_handle("managed operator state")?;
            state.managed_operator = vec![handle.map(Box::new)];
        }
        if self.c.flag("raw operator state flag")? {
            let handle = self.operator_handle("raw operator state")?;
            state.raw_operator = vec![handle.map(Box::new)];
        }
        state.managed_keyed = self.keyed("managed keyed state")?;
        state.raw_keyed = self.keyed("raw keyed state")?;
        Ok(())
    }
}

/// The entry of a subtask that has not ended.
pub(super) fn ordinary(index: u32, state: SubtaskState<'_>) -> Subtask<'_> {
    Subtask {
        index,
        finished: false,
        state: (!state.is_nothing()).then(|| Box::new(state)),
    }
}
