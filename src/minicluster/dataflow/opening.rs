//! Making a task on its own thread: its operators are opened, with their state.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::chain::{Chain, Function, Step, open_file};
use super::channel::Gate;
use super::keyed::Aggregate;
use super::layout::Outputs;
use super::plan::{TaskId, TaskState, task_name, vertex_name};
use super::regular;
use super::snapshot::{KeyedHandle, Place, Stored, io_failure};
use super::source::Source;
use super::task::{Counters, End, Progress, Report, ReportedEvent, Task, TaskContext};
use crate::domain::key_group::KeyGroupRange;
use crate::minicluster::coordinator::Throwable;
use crate::minicluster::program::{JobGraph, Kind, Operator, Ship, Type};
use crate::state::read::KeyedReader;
use crate::state::read_at::OnDisk;
use crate::state::{Element, ReadAt};

/// Everything that a task is made of, on its way to its thread.
pub(super) struct Plan {
    pub(super) id: TaskId,
    pub(super) graph: Arc<JobGraph>,
    pub(super) gate: Arc<Gate>,
    pub(super) outputs: Outputs,
    pub(super) context: Arc<TaskContext>,
    pub(super) counters: Arc<Counters>,
    pub(super) state: TaskState,
}

impl Plan {
    /// Runs the task to its end and reports it, whatever happens in it.
    pub(super) fn execute(self) {
        let (context, id) = (Arc::clone(&self.context), self.id);
        let ended = catch_unwind(AssertUnwindSafe(|| self.open()?.run()));
        let event = match ended {
            Ok(Ok(End::Finished)) => ReportedEvent::Finished,
            Ok(Ok(End::Canceled)) => ReportedEvent::Canceled,
            Ok(Err(failure)) => ReportedEvent::Failed(failure),
            Err(panic) => ReportedEvent::Failed(Throwable::new(
                "java.lang.RuntimeException",
                format!("the task panicked: {}", panic_message(&*panic)),
            )),
        };
        (context.report)(Report {
            attempt: context.attempt,
            task: id,
            event,
        });
    }

    /// Makes the task, with its state.
    fn open(self) -> Result<Task, Throwable> {
        let vertex = &self.graph.vertices[self.id.vertex];
        let head = &self.graph.operators[vertex.operators[0]];
        let source = Source::open(&head.kind, &self.state.splits, vertex.parallelism)?;
        let mut steps = Vec::new();
        for (at, readers) in vertex.operators.iter().zip(self.outputs.readers.clone()) {
            let operator = &self.graph.operators[*at];
            steps.push(Step {
                operator: operator.id,
                function: self.function(operator)?,
                readers,
            });
        }
        Ok(Task {
            id: self.id,
            vertex: vertex_name(&self.graph, self.id.vertex),
            name: task_name(&self.graph, self.id),
            gate: self.gate,
            chain: Chain {
                steps,
                outputs: self.outputs.outputs,
                sent: 0,
            },
            source,
            context: self.context,
            counters: self.counters,
            progress: Progress::default(),
        })
    }

    fn function(&self, operator: &Operator) -> Result<Function, Throwable> {
        let subtask = self.id.subtask;
        Ok(match &operator.kind {
            Kind::Sequence { .. } | Kind::Lines { .. } => Function::Source,
            Kind::Map(function) => Function::Map(function.clone(), Vec::new()),
            Kind::Filter(predicate) => Function::Filter(predicate.clone()),
            Kind::Aggregate(_) => Function::Aggregate(Box::new(self.aggregate(operator)?)),
            Kind::Discard => Function::Discard,
            Kind::Print => {
                let prefix = match operator.parallelism {
                    1 => String::new(),
                    _ => format!("{}> ", subtask + 1),
                };
                Function::Print(prefix, Arc::clone(&self.context.print))
            }
            Kind::File { path } => open_file(path, subtask, operator.parallelism)?,
        })
    }

    fn aggregate(&self, operator: &Operator) -> Result<Aggregate, Throwable> {
        let defect = |what: &str| {
            let message = format!("operator {} {what}", operator.name);
            Throwable::new("java.lang.IllegalStateException", message)
        };
        let Kind::Aggregate(aggregation) = operator.kind else {
            return Err(defect("is no aggregation"));
        };
        let Some(Ship::Hash(selector)) = operator.inputs.first().map(|input| &input.ship) else {
            return Err(defect("has no key"));
        };
        let Some(Type::Entry(key)) = operator.output else {
            return Err(defect("gives no entries"));
        };
        let most = operator.max_parallelism;
        let range = KeyGroupRange::of_subtask(self.id.subtask, operator.parallelism, most)
            .ok_or_else(|| defect("has more subtasks than key groups"))?;
        let mut aggregate = Aggregate::new(aggregation, selector.clone(), key, range, most);
        for handle in &self.state.keyed {
            restore(&mut aggregate, handle, most)?;
        }
        Ok(aggregate)
    }
}

/// Takes over the key groups that the subtask has from a handle.
fn restore(
    aggregate: &mut Aggregate,
    handle: &KeyedHandle,
    max_parallelism: u32,
) -> Result<(), Throwable> {
    let groups = handle.range.intersection(&aggregate.range());
    let bytes = open(&handle.stored)?;
    let failed = |error| unreadable(handle, &error);
    let reader = KeyedReader::open(&*bytes, handle.range, &handle.offsets, max_parallelism);
    let reader = reader.map_err(failed)?;
    let mut states = reader.states().iter();
    let Some(position) = states.position(|state| state.name == aggregate.state_name()) else {
        return Ok(());
    };
    let mut put = Ok(());
    for group in groups.iter() {
        let mut visit = |state: usize, key: Element<'_>, value: Element<'_>| {
            if state == position
                && put.is_ok()
                && let Element::Long(number) = value
            {
                put = aggregate.restore(key, number);
            }
        };
        reader.key_group(group, &mut visit).map_err(failed)?;
    }
    put
}

/// The names of the keyed states in a handle.
pub(in crate::minicluster) fn state_names(
    handle: &KeyedHandle,
    max_parallelism: u32,
) -> Result<Vec<String>, Throwable> {
    let bytes = open(&handle.stored)?;
    let reader = KeyedReader::open(&*bytes, handle.range, &handle.offsets, max_parallelism);
    let reader = reader.map_err(|error| unreadable(handle, &error))?;
    Ok(reader.states().iter().map(|it| it.name.clone()).collect())
}

fn unreadable(handle: &KeyedHandle, error: &crate::state::StateError) -> Throwable {
    let message = match handle.stored.file() {
        Some(path) => format!("{}: {error}", path.display()),
        None => error.to_string(),
    };
    Throwable::new("java.io.IOException", message)
}

fn open(stored: &Stored) -> Result<Box<dyn ReadAt + '_>, Throwable> {
    match &stored.place {
        Place::Heap(bytes) => Ok(Box::new(&**bytes)),
        Place::File(path) => {
            regular::check(path).map_err(|error| io_failure(&error))?;
            let file = std::fs::File::open(path).and_then(OnDisk::new);
            let named = |error: std::io::Error| {
                let message = format!("{}: {error}", path.display());
                io_failure(&std::io::Error::new(error.kind(), message))
            };
            Ok(Box::new(file.map_err(named)?))
        }
    }
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a message")
}
