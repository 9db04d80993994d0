//! The tasks of a job: what they are called, and starting and ending them together.

use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::channel::Gate;
use super::layout::Layout;
use super::opening::Plan;
use super::snapshot::{KeyedHandle, io_failure};
use super::task::{Command, Counters, TaskContext};
use crate::minicluster::coordinator::Throwable;
use crate::minicluster::program::{JobGraph, Ship};

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

/// A record goes through a chain by calls, each operator's within that of the one before.
fn stack_size(graph: &JobGraph, task: TaskId) -> usize {
    const LEAST: usize = 2 << 20;
    const PER_OPERATOR: usize = 16 << 10;
    LEAST + graph.vertices[task.vertex].operators.len() * PER_OPERATOR
}

/// All tasks of a graph: vertex by vertex, subtask by subtask.
pub(in crate::minicluster) fn tasks(graph: &JobGraph) -> Vec<TaskId> {
    let vertices = graph.vertices.iter().enumerate();
    vertices
        .flat_map(|(vertex, it)| (0..it.parallelism).map(move |subtask| TaskId { vertex, subtask }))
        .collect()
}

/// How long cancelled tasks are waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// The most tasks of a job: each is a thread.
const MOST_TASKS: u64 = 10_000;
/// The most channels between the tasks of a job: each has memory of its own.
const MOST_CHANNELS: u64 = 1_000_000;

/// Sees whether a job is of a size that one process can run.
///
/// # Errors
/// It has too many tasks, or channels between them.
pub(in crate::minicluster) fn check_size(graph: &JobGraph) -> Result<(), Throwable> {
    let vertices = graph.vertices.iter();
    let tasks: u64 = vertices.map(|it| u64::from(it.parallelism)).sum();
    let heads = graph.vertices.iter().map(|it| (it, it.operators[0]));
    let channels: u64 = heads
        .flat_map(|(vertex, head)| {
            let inputs = graph.operators[head].inputs.iter();
            inputs.map(|input| match input.ship {
                Ship::Forward => u64::from(vertex.parallelism),
                Ship::Rebalance | Ship::Hash(_) => {
                    u64::from(vertex.parallelism)
                        * u64::from(graph.operators[input.from].parallelism)
                }
            })
        })
        .sum();
    if tasks <= MOST_TASKS && channels <= MOST_CHANNELS {
        return Ok(());
    }
    let message = format!(
        "the job has {tasks} tasks with {channels} channels between them, and the minicluster runs up to {MOST_TASKS} tasks and {MOST_CHANNELS} channels: lower the parallelism"
    );
    Err(Throwable::new(
        "java.lang.IllegalArgumentException",
        message,
    ))
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
            let thread = thread::Builder::new()
                .name(task_name(graph, *id))
                .stack_size(stack_size(graph, *id));
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
    pub(in crate::minicluster) fn command_all(&self, command: Command) {
        self.tasks
            .iter()
            .for_each(|task| task.gate.command(command));
    }

    /// Gives the sources a command.
    pub(in crate::minicluster) fn command_sources(&self, command: Command) {
        let sources = self.tasks.iter().filter(|task| task.is_source);
        sources.for_each(|task| task.gate.command(command));
    }

    /// Cancels all tasks. They end soon.
    pub(in crate::minicluster) fn cancel(&self) {
        self.tasks.iter().for_each(|task| task.gate.close());
    }

    /// Cancels all tasks that have not ended, and waits until none is left; not for ever, as one may wait for something
    /// outside of this process.
    pub(in crate::minicluster) fn end(mut self) {
        self.cancel();
        let deadline = Instant::now() + PATIENCE;
        for task in std::mem::take(&mut self.tasks) {
            while !task.thread.is_finished() && Instant::now() < deadline {
                thread::sleep(Duration::from_millis(1));
            }
            if task.thread.is_finished() {
                // a panic was caught and reported by the task itself
                let _ = task.thread.join();
            }
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
