//! Savepoints of Flink 1.0: no header, one Java-serialised `CompletedCheckpoint`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::cursor::Cursor;
use super::error::{FormatError, Problem, ReadError};
use super::java::{Id, Stream, Value};
use super::java_state;
use super::limits;
use super::model::{Flink10, Format, Metadata, Operator, Subtask, SubtaskState};
use crate::domain::ids::{JobId, OperatorId};

const CLASS: &str = "org.apache.flink.runtime.checkpoint.CompletedCheckpoint";

/// Reads a file that starts as a Java serialisation stream.
///
/// Job managers of every release keep records of the same class in their high-availability store: these are
/// told apart by their fields, and refused with the pointer to the real metadata where they have one.
pub(super) fn read(bytes: &[u8]) -> Result<Metadata<'_>, ReadError> {
    let first = Stream::first_class(bytes);
    let is_checkpoint = first.as_ref().is_some_and(|(name, _)| *name == CLASS);
    let has = |field: &str| {
        let fields = first.as_ref().map(|(_, fields)| fields.as_slice());
        fields.is_some_and(|fields| fields.iter().any(|name| name == field))
    };
    if is_checkpoint && (has("taskStates") || has("operatorStates")) {
        return Err(ReadError::HighAvailabilityRecord {
            pointer: pointer(bytes),
        });
    }
    let mut cursor = Cursor::at(bytes, 0);
    let stream = Stream::read(&mut cursor)?;
    if !is_checkpoint {
        return Err(problem("is no savepoint of Flink 1.0: its class is another").into());
    }
    let root = stream.root();
    Ok(Metadata {
        format: Format::Flink10,
        checkpoint_id: number(&stream, root, "checkpointID")?,
        flink10: Some(Flink10 {
            job_id: stream
                .field(root, "job")
                .and_then(|id| id_of(&stream, id))
                .map(JobId::from_bytes),
            triggered_ms: number(&stream, root, "timestamp")?,
            duration_ms: number(&stream, root, "duration")?,
        }),
        master_states: Vec::new(),
        operators: tasks(&stream, bytes)?,
        properties: None,
        trailing: Cow::Borrowed(cursor.rest()),
    })
}

fn problem(what: &'static str) -> FormatError {
    FormatError::new(0, "Java object", Problem::Java(what))
}

fn pointer(bytes: &[u8]) -> Option<String> {
    let stream = Stream::read(&mut Cursor::at(bytes, 0)).ok()?;
    let text = stream.text(stream.field(stream.root(), "externalPointer")?)?;
    Some(text.to_str().into_owned())
}

fn number(stream: &Stream<'_>, object: Id, field: &str) -> Result<i64, FormatError> {
    stream
        .primitive(object, field)
        .ok_or_else(|| problem("lacks a number that every savepoint of Flink 1.0 has"))
}

/// The bytes of an `AbstractID`, in the order in which Flink shows them.
fn id_of(stream: &Stream<'_>, object: Id) -> Option<[u8; 16]> {
    let half = |field| Some(u128::from(stream.primitive(object, field)?.cast_unsigned()));
    Some(((half("lowerPart")? << 64) | half("upperPart")?).to_be_bytes())
}

/// The tasks, in the order in which they first appear, from one entry for each subtask.
fn tasks<'a>(stream: &Stream<'a>, file: &[u8]) -> Result<Vec<Operator<'a>>, FormatError> {
    let states = stream
        .field(stream.root(), "states")
        .ok_or_else(|| problem("lacks its list of states"))?;
    let mut tasks: Vec<Operator<'a>> = Vec::new();
    let mut positions = HashMap::new();
    let mut seen = HashSet::new();
    for state in stream.annotations(states) {
        if matches!(stream.value(state), Some(Value::Block(_))) {
            continue;
        }
        if !seen.insert(state) {
            return Err(problem("names the state of one subtask twice"));
        }
        let id = stream
            .field(state, "operatorId")
            .and_then(|id| id_of(stream, id))
            .map(OperatorId::from_bytes)
            .ok_or_else(|| problem("has a state without the id of its task"))?;
        let subtask = subtask(stream, state, file, &mut seen)?;
        let position = *positions.entry(id).or_insert(tasks.len());
        if position == tasks.len() {
            tasks.push(task(id));
        }
        if let Some(task) = tasks.get_mut(position) {
            task.parallelism = task.parallelism.max(subtask.index.saturating_add(1));
            task.subtasks.push(subtask);
        }
    }
    Ok(tasks)
}

fn task(id: OperatorId) -> Operator<'static> {
    Operator {
        id,
        name: None,
        uid: None,
        parallelism: 1,
        max_parallelism: None,
        chain_length: None,
        coordinator: None,
        fully_finished: false,
        subtasks: Vec::new(),
    }
}

fn subtask<'a>(
    stream: &Stream<'a>,
    state: Id,
    file: &[u8],
    seen: &mut HashSet<Id>,
) -> Result<Subtask<'a>, FormatError> {
    let found = number(stream, state, "subtask")?;
    let index = u32::try_from(found).ok();
    let index = index.filter(|index| usize::try_from(*index).is_ok_and(|i| i < limits::SUBTASKS));
    let Some(index) = index else {
        return Err(problem("has a subtask index that no job has"));
    };
    let mut entry = SubtaskState {
        duration: number(stream, state, "duration")?,
        ..SubtaskState::default()
    };
    let array = stream
        .field(state, "state")
        .and_then(|value| stream.field(value, "serializedData"));
    if let Some(array) = array {
        if !seen.insert(array) {
            return Err(problem("gives two subtasks one state"));
        }
        if let Some(Value::Primitives(blob)) = stream.value(array) {
            let size = number(stream, state, "stateSize")?;
            entry.java = Some(Box::new(java_state::read(blob, offset(file, blob), size)));
        }
    }
    Ok(Subtask {
        index,
        finished: false,
        state: Some(Box::new(entry)),
    })
}

/// Where bytes of a file start in it.
fn offset(file: &[u8], part: &[u8]) -> u64 {
    (part.as_ptr().addr().saturating_sub(file.as_ptr().addr())) as u64
}
