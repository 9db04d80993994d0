//! What is known of a job: written by its master, read by everybody.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use super::settings::Settings;
use super::throwable::Throwable;
use super::tracker::Tracker;
use super::view::{ExceptionView, JobStatus, JobView, TaskState, TaskView, VertexView};
use crate::domain::ids::JobId;
use crate::minicluster::dataflow::TaskId;
use crate::minicluster::dataflow::plan::vertex_name;
use crate::minicluster::dataflow::task::Counters;
use crate::minicluster::lock::lock;
use crate::minicluster::program::JobGraph;

/// What is known of a job.
pub(super) struct JobRecord(Mutex<Known>);

/// The same, while nobody else changes it.
pub(super) struct Known {
    view: JobView,
    pub(super) tracker: Tracker,
    exceptions: VecDeque<ExceptionView>,
    exceptions_kept: usize,
    counters: Vec<(TaskId, Arc<Counters>)>,
}

impl JobRecord {
    /// A job that is being initialised.
    pub(super) fn new(id: JobId, graph: &Arc<JobGraph>, settings: &Settings, now_ms: i64) -> Self {
        let view = JobView {
            id,
            name: graph.name.clone(),
            status: JobStatus::Initializing,
            start_ms: now_ms,
            end_ms: None,
            last_modification_ms: now_ms,
            timestamps: vec![(JobStatus::Initializing, now_ms)],
            vertices: Vec::new(),
            graph: Arc::clone(graph),
            checkpoint_interval: graph.checkpoint_interval.or(settings.checkpoint_interval),
            checkpoint_timeout: checkpoint_timeout(graph, settings),
        };
        Self(Mutex::new(Known {
            view,
            tracker: Tracker::new(settings.history),
            exceptions: VecDeque::new(),
            exceptions_kept: settings.exception_history,
            counters: Vec::new(),
        }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Known> {
        lock(&self.0)
    }

    pub(super) fn view(&self) -> JobView {
        let known = self.lock();
        let mut view = known.view.clone();
        for (id, counters) in &known.counters {
            let tasks = view.vertices.get_mut(id.vertex).map(|it| &mut it.tasks);
            if let Some(task) = tasks.and_then(|it| it.get_mut(id.subtask as usize)) {
                task.records_in = counters.taken.load(Ordering::Relaxed);
                task.records_out = counters.given.load(Ordering::Relaxed);
            }
        }
        view
    }
}

/// After which time a snapshot of the job has failed.
pub(super) fn checkpoint_timeout(graph: &JobGraph, settings: &Settings) -> Duration {
    graph
        .checkpoint_timeout
        .unwrap_or(settings.checkpoint_timeout)
}

impl Known {
    pub(super) fn status(&self) -> JobStatus {
        self.view.status
    }

    pub(super) fn exceptions(&self) -> Vec<ExceptionView> {
        self.exceptions.iter().cloned().collect()
    }

    /// The job has this state from now on.
    pub(super) fn set_status(&mut self, status: JobStatus, now_ms: i64) {
        let view = &mut self.view;
        view.status = status;
        view.last_modification_ms = now_ms;
        match view.timestamps.iter_mut().find(|(of, _)| *of == status) {
            Some((_, at)) => *at = now_ms,
            None => view.timestamps.push((status, now_ms)),
        }
        if status.is_ended() {
            view.end_ms = Some(now_ms);
        }
    }

    /// The job runs this graph, of which nothing is deployed.
    pub(super) fn set_graph(&mut self, graph: &Arc<JobGraph>) {
        let task = TaskView {
            state: TaskState::Created,
            attempt: 0,
            start_ms: None,
            end_ms: None,
            records_in: 0,
            records_out: 0,
        };
        let vertices = graph.vertices.iter().enumerate();
        let vertices = vertices.map(|(position, vertex)| VertexView {
            id: graph.operators[vertex.operators[0]].id,
            name: vertex_name(graph, position),
            max_parallelism: vertex.max_parallelism,
            tasks: vec![task; vertex.parallelism as usize],
        });
        self.view.vertices = vertices.collect();
        self.view.graph = Arc::clone(graph);
    }

    /// All tasks are being started anew.
    pub(super) fn deployed(
        &mut self,
        attempt: u32,
        counters: Vec<(TaskId, Arc<Counters>)>,
        now_ms: i64,
    ) {
        self.counters = counters;
        for task in self.view.vertices.iter_mut().flat_map(|it| &mut it.tasks) {
            *task = TaskView {
                state: TaskState::Initializing,
                attempt,
                start_ms: Some(now_ms),
                end_ms: None,
                records_in: 0,
                records_out: 0,
            };
        }
        self.view.last_modification_ms = now_ms;
    }

    /// A task has this state from now on.
    pub(super) fn set_task(&mut self, id: TaskId, state: TaskState, now_ms: i64) {
        let tasks = self
            .view
            .vertices
            .get_mut(id.vertex)
            .map(|it| &mut it.tasks);
        if let Some(task) = tasks.and_then(|it| it.get_mut(id.subtask as usize)) {
            change(task, state, now_ms);
            self.view.last_modification_ms = now_ms;
        }
    }

    /// All tasks that have not ended have this state from now on.
    pub(super) fn set_others(&mut self, state: TaskState, now_ms: i64) {
        let tasks = self.view.vertices.iter_mut().flat_map(|it| &mut it.tasks);
        for task in tasks.filter(|task| !is_ended(task.state)) {
            change(task, state, now_ms);
        }
        self.view.last_modification_ms = now_ms;
    }

    /// Whether all tasks are in this state.
    pub(super) fn all_tasks(&self, state: TaskState) -> bool {
        let mut tasks = self.view.vertices.iter().flat_map(|it| &it.tasks);
        tasks.all(|task| task.state == state)
    }

    /// A task that is not at work.
    pub(super) fn idle_task(&self) -> Option<TaskId> {
        let vertices = self.view.vertices.iter().enumerate();
        let mut tasks = vertices.flat_map(|(vertex, it)| {
            let of = move |subtask| TaskId { vertex, subtask };
            (0..).map(of).zip(&it.tasks)
        });
        let (id, _) = tasks.find(|(_, task)| task.state != TaskState::Running)?;
        Some(id)
    }

    /// A failure, of a task or of the job.
    pub(super) fn failed(&mut self, exception: Throwable, task_name: Option<String>, now_ms: i64) {
        self.exceptions.push_front(ExceptionView {
            timestamp_ms: now_ms,
            exception,
            task_name,
        });
        self.exceptions.truncate(self.exceptions_kept);
    }
}

fn is_ended(state: TaskState) -> bool {
    use TaskState::{Canceled, Failed, Finished};
    matches!(state, Canceled | Failed | Finished)
}

fn change(task: &mut TaskView, state: TaskState, now_ms: i64) {
    task.state = state;
    if is_ended(state) {
        task.end_ms = Some(now_ms);
    }
}
