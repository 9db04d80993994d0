//! Versions 0 and 1: an entry for each task.

use super::operators::ordinary;
use super::{Reader, Result};
use crate::domain::ids::OperatorId;
use crate::metadata::cursor::list;
use crate::metadata::error::{FormatError, Problem};
use crate::metadata::java_state;
use crate::metadata::limits::{self, smallest};
use crate::metadata::model::{Metadata, Operator, Subtask, SubtaskState};

impl<'a> Reader<'a> {
    pub(super) fn tasks_v0(&mut self) -> Result<Metadata<'a>> {
        let checkpoint_id = self.checkpoint_id()?;
        let count = self
            .c
            .count("tasks", limits::OPERATORS, smallest::TASK_V0)?;
        let operators = list(count, |i| self.task_v0().map_err(|err| err.in_operator(i)))?;
        Ok(Metadata {
            operators,
            ..self.metadata(checkpoint_id)
        })
    }

    fn task_v0(&mut self) -> Result<Operator<'a>> {
        let id = OperatorId::from_bytes(self.c.take("task id")?);
        let parallelism = self.parallelism("parallelism", 1)?;
        let least = smallest::SUBTASK_V0;
        let count = self.c.count("subtasks", limits::SUBTASKS, least)?;
        let subtasks = self.subtasks(count, |reader| reader.subtask_v0(parallelism))?;
        let at = self.c.offset();
        let key_groups = self.c.i32("key groups")?;
        if key_groups != 0 {
            let problem = Problem::Value {
                found: key_groups.into(),
                expected: "0: version 0 has no form of these that can be read",
            };
            return Err(FormatError::new(at, "key groups", problem));
        }
        Ok(Operator {
            id,
            name: None,
            uid: None,
            parallelism,
            max_parallelism: None,
            chain_length: None,
            coordinator: None,
            fully_finished: false,
            subtasks,
        })
    }

    fn subtask_v0(&mut self, parallelism: u32) -> Result<Subtask<'a>> {
        let at = self.c.offset();
        let found = self.c.i32("subtask index")?;
        let index = self.subtask_index(at, found, parallelism)?;
        let at = self.c.offset();
        let blob = match self.c.i32("state length")? {
            -1 => None,
            found => {
                let least = smallest::BYTE;
                let length = self
                    .c
                    .check_count(at, "state length", found, limits::BLOCK, least)?;
                let start = self.c.offset();
                Some((start, self.c.bytes("state", length)?))
            }
        };
        let state_size = self.c.size("state size")?;
        let duration = self.c.i64("duration")?;
        let java = blob.map(|(start, blob)| Box::new(java_state::read(blob, start, state_size)));
        let state = SubtaskState {
            duration,
            java,
            ..SubtaskState::default()
        };
        Ok(ordinary(index, state))
    }

    pub(super) fn tasks_v1(&mut self) -> Result<Metadata<'a>> {
        let checkpoint_id = self.checkpoint_id()?;
        let count = self
            .c
            .count("tasks", limits::OPERATORS, smallest::TASK_V1)?;
        let operators = list(count, |i| self.task_v1().map_err(|err| err.in_operator(i)))?;
        Ok(Metadata {
            operators,
            ..self.metadata(checkpoint_id)
        })
    }

    fn task_v1(&mut self) -> Result<Operator<'a>> {
        let id = OperatorId::from_bytes(self.c.take("task id")?);
        let parallelism = self.parallelism("parallelism", 1)?;
        let max_parallelism = self.parallelism("max parallelism", parallelism)?;
        let chain_length = self.c.i32("chain length")?;
        let least = smallest::SUBTASK_V1;
        let count = self.c.count("subtasks", limits::SUBTASKS, least)?;
        let subtasks = self.subtasks(count, |reader| reader.subtask_v1(parallelism))?;
        Ok(Operator {
            id,
            name: None,
            uid: None,
            parallelism,
            max_parallelism: Some(max_parallelism),
            chain_length: Some(chain_length),
            coordinator: None,
            fully_finished: false,
            subtasks,
        })
    }

    fn subtask_v1(&mut self, parallelism: u32) -> Result<Subtask<'a>> {
        let at = self.c.offset();
        let found = self.c.i32("subtask index")?;
        let index = self.subtask_index(at, found, parallelism)?;
        let duration = self.c.i64("duration")?;
        let legacy = self.chain("legacy states", |reader| reader.stream("legacy state"))?;
        let managed_operator = self.chain("managed operator states", |reader| {
            reader.operator_handle("managed operator state")
        })?;
        let raw_operator = self.chain("raw operator states", |reader| {
            reader.operator_handle("raw operator state")
        })?;
        let state = SubtaskState {
            duration,
            legacy,
            managed_operator,
            raw_operator,
            managed_keyed: self.keyed("managed keyed state")?,
            raw_keyed: self.keyed("raw keyed state")?,
            ..SubtaskState::default()
        };
        Ok(ordinary(index, state))
    }

    /// A handle, or none, for each position of the chain.
    fn chain<T>(
        &mut self,
        field: &'static str,
        mut read: impl FnMut(&mut Self) -> Result<Option<T>>,
    ) -> Result<Vec<Option<Box<T>>>> {
        let count = self.c.count(field, limits::CHAIN, smallest::HANDLE)?;
        list(count, |_| Ok(read(self)?.map(Box::new)))
    }
}
