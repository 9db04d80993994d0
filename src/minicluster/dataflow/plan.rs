//! From a job graph to running tasks: channels are laid, threads started.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use super::chain::{Chain, Function, Reader, Step, open_file};
use super::channel::Gate;
use super::keyed::Aggregate;
use super::output::{Output, Target};
use super::snapshot::{KeyedHandle, Place, Stored, io_failure};
use super::source::Source;
use super::task::{Counters, End, Progress, ReportedEvent, Task, TaskContext};
use crate::domain::key_group::KeyGroupRange;
use crate::minicluster::coordinator::Throwable;
use crate::minicluster::program::{JobGraph, Kind, Operator, Ship, Type};
use crate::state::read::KeyedReader;
use crate::state::read_at::OnDisk;
use crate::state::{Element, ReadAt};

/// A task of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::minicluster) struct TaskId {
    /// The vertex's position in the graph.
    pub(in crate::minicluster) vertex: usize,
    /// The subtask, from 0.
    pub(in crate::minicluster) subtask: u32,
}

/// What a task begins with.
#[derive(Debug, Clone, Default)]
pub(in crate::minicluster) struct TaskState {
    /// Of a source its splits.
    pub(in crate::minicluster) splits: Vec<String>,
    /// Of a keyed operator what a snapshot holds; it may have more key groups than the task.
    pub(in crate::minicluster) keyed: Vec<KeyedHandle>,
}

/// Tasks that were started together.
pub(in crate::minicluster) struct Execution {
    tasks: Vec<Deployed>,
}

struct Deployed {
    id: TaskId,
    is_source: bool,
    gate: Arc<Gate>,
    counters: Arc<Counters>,
    thread: JoinHandle<()>,
}

/// The vertex's name, as Flink gives it.
pub(in crate::minicluster) fn vertex_name(graph: &JobGraph, vertex: usize) -> String {
    graph.vertex_name(&graph.vertices[vertex])
}

/// A task's name, as Flink gives it: `Map (1/2)`.
pub(in crate::minicluster) fn task_name(graph: &JobGraph, task: TaskId) -> String {
    let parallelism = graph.vertices[task.vertex].parallelism;
    let name = vertex_name(graph, task.vertex);
    format!("{name} ({}/{parallelism})", task.subtask + 1)
}

/// All tasks of a graph: vertex by vertex, subtask by subtask.
pub(in crate::minicluster) fn tasks(graph: &JobGraph) -> Vec<TaskId> {
    let vertices = graph.vertices.iter().enumerate();
    vertices
        .flat_map(|(vertex, it)| (0..it.parallelism).map(move |subtask| TaskId { vertex, subtask }))
        .collect()
}

impl Execution {
    /// Starts all tasks; `state` says what each begins with.
    ///
    /// # Errors
    /// The machine has no more threads; those that were started have been ended.
    pub(in crate::minicluster) fn start(
        graph: &Arc<JobGraph>,
        context: &Arc<TaskContext>,
        mut state: impl FnMut(TaskId) -> TaskState,
    ) -> Result<Self, Throwable> {
        let layout = Layout::of(graph);
        let mut execution = Execution { tasks: Vec::new() };
        for (id, gate) in layout.ids.iter().zip(&layout.gates) {
            let counters = Arc::new(Counters::default());
            let plan = Plan {
                id: *id,
                graph: Arc::clone(graph),
                gate: Arc::clone(gate),
                outputs: layout.outputs(graph, *id),
                context: Arc::clone(context),
                counters: Arc::clone(&counters),
                state: state(*id),
            };
            let thread = thread::Builder::new().name(task_name(graph, *id));
            match thread.spawn(move || plan.execute()) {
                Ok(thread) => execution.tasks.push(Deployed {
                    id: *id,
                    is_source: gate.channels() == 0,
                    gate: Arc::clone(gate),
                    counters,
                    thread,
                }),
                Err(error) => {
                    // also the gates of tasks that were not started, to which others may be sending
                    layout.gates.iter().for_each(|gate| gate.close());
                    execution.end();
                    return Err(io_failure(&error));
                }
            }
        }
        Ok(execution)
    }

    /// Gives all tasks a command.
    pub(in crate::minicluster) fn command_all(&self, command: super::Command) {
        self.tasks
            .iter()
            .for_each(|task| task.gate.command(command));
    }

    /// Gives the sources a command.
    pub(in crate::minicluster) fn command_sources(&self, command: super::Command) {
        let sources = self.tasks.iter().filter(|task| task.is_source);
        sources.for_each(|task| task.gate.command(command));
    }

    /// Cancels all tasks. They end soon.
    pub(in crate::minicluster) fn cancel(&self) {
        self.tasks.iter().for_each(|task| task.gate.close());
    }

    /// Cancels all tasks that have not ended, and waits until none is left.
    pub(in crate::minicluster) fn end(mut self) {
        self.cancel();
        for task in std::mem::take(&mut self.tasks) {
            // a panic was caught and reported by the task itself
            let _ = task.thread.join();
        }
    }

    /// The counters of each task.
    pub(in crate::minicluster) fn counters(&self) -> Vec<(TaskId, Arc<Counters>)> {
        let counters = |task: &Deployed| (task.id, Arc::clone(&task.counters));
        self.tasks.iter().map(counters).collect()
    }
}

impl Drop for Execution {
    /// No task goes on without anybody to tell.
    fn drop(&mut self) {
        self.cancel();
    }
}

/// Which channel of which task is whose.
struct Layout {
    ids: Vec<TaskId>,
    /// In the order of `ids`.
    gates: Vec<Arc<Gate>>,
    /// Of each vertex the position of its first task in `ids`.
    first: Vec<usize>,
    /// Of each operator its vertex and its position in it.
    places: Vec<(usize, usize)>,
}

impl Layout {
    fn of(graph: &JobGraph) -> Self {
        let mut places = vec![(0, 0); graph.operators.len()];
        for (vertex, it) in graph.vertices.iter().enumerate() {
            for (position, operator) in it.operators.iter().enumerate() {
                places[*operator] = (vertex, position);
            }
        }
        let mut layout = Layout {
            ids: tasks(graph),
            gates: Vec::new(),
            first: Vec::new(),
            places,
        };
        let mut first = 0;
        for vertex in &graph.vertices {
            layout.first.push(first);
            first += vertex.parallelism as usize;
            let head = &graph.operators[vertex.operators[0]];
            let channels = head.inputs.iter();
            let channels = channels.map(|input| layout.channels(graph, input.from, &input.ship));
            let channels = channels.sum();
            for _ in 0..vertex.parallelism {
                layout.gates.push(Arc::new(Gate::new(channels)));
            }
        }
        layout
    }

    /// How many channels a reader has for one input.
    fn channels(&self, graph: &JobGraph, from: usize, ship: &Ship) -> usize {
        match ship {
            Ship::Forward => 1,
            Ship::Rebalance | Ship::Hash(_) => graph.operators[from].parallelism as usize,
        }
    }

    /// A task's outputs: for each operator of its chain who reads it.
    fn outputs(&self, graph: &JobGraph, task: TaskId) -> Outputs {
        let chain = &graph.vertices[task.vertex].operators;
        let mut outputs = Outputs {
            readers: vec![Vec::new(); chain.len()],
            outputs: Vec::new(),
        };
        for (reader, operator) in graph.operators.iter().enumerate() {
            let (vertex, position) = self.places[reader];
            let mut channel = 0;
            for input in &operator.inputs {
                let (from_vertex, from_position) = self.places[input.from];
                let channels = self.channels(graph, input.from, &input.ship);
                if from_vertex == task.vertex && vertex == task.vertex && position > 0 {
                    outputs.readers[from_position].push(Reader::Chained(position));
                } else if from_vertex == task.vertex {
                    let to = self.output(graph, task, vertex, (channel, channels), &input.ship);
                    outputs.readers[from_position].push(Reader::Output(outputs.outputs.len()));
                    outputs.outputs.push(to);
                }
                channel += channels;
            }
        }
        outputs
    }

    /// The output to a vertex, whose channels for this input are `(first, count)`.
    fn output(
        &self,
        graph: &JobGraph,
        task: TaskId,
        to: usize,
        (first, count): (usize, usize),
        ship: &Ship,
    ) -> Output {
        let reader = &graph.vertices[to];
        let own = task.subtask as usize;
        let channel = if count == 1 { first } else { first + own };
        let all = (0..reader.parallelism as usize).map(|subtask| Target {
            gate: Arc::clone(&self.gates[self.first[to] + subtask]),
            channel,
        });
        let targets = match ship {
            Ship::Forward => all.skip(own).take(1).collect(),
            Ship::Rebalance | Ship::Hash(_) => all.collect(),
        };
        Output::new(ship.clone(), reader.max_parallelism, targets, own)
    }
}

/// Who reads each operator of a chain.
struct Outputs {
    readers: Vec<Vec<Reader>>,
    outputs: Vec<Output>,
}

/// Everything that a task is made of, on its way to its thread.
struct Plan {
    id: TaskId,
    graph: Arc<JobGraph>,
    gate: Arc<Gate>,
    outputs: Outputs,
    context: Arc<TaskContext>,
    counters: Arc<Counters>,
    state: TaskState,
}

impl Plan {
    /// Runs the task to its end and reports it, whatever happens in it.
    fn execute(self) {
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
        (context.report)(super::Report {
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
    let failed = |error: crate::state::StateError| {
        let message = match handle.stored.file() {
            Some(path) => format!("{}: {error}", path.display()),
            None => error.to_string(),
        };
        Throwable::new("java.io.IOException", message)
    };
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

fn open(stored: &Stored) -> Result<Box<dyn ReadAt + '_>, Throwable> {
    match &stored.place {
        Place::Heap(bytes) => Ok(Box::new(&**bytes)),
        Place::File(path) => {
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
