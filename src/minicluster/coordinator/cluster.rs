//! The cluster as its callers see it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::context::Context;
use super::disposal;
use super::durable;
use super::error::{CancelError, StartError, SubmitError};
use super::failures;
use super::location::{self, Location};
use super::master::{Event, Master, Start};
use super::operations::{
    OperationKey, OperationState, Operations, Outcome, SavepointRequest, StopRequest,
};
use super::record::JobRecord;
use super::retention::Holder;
use super::settings::{Backend, Restore, Settings};
use super::statistics::Statistics;
use super::submission::{Prepared, prepare};
use super::throwable::Throwable;
use super::view::{ExceptionView, JobStatus, JobView};
use crate::domain::ids::{JobId, TriggerId};
use crate::minicluster::dataflow::snapshot::io_failure;
use crate::minicluster::lock::lock;
use crate::minicluster::program::JobGraph;

/// A running cluster. Clones are the same cluster; when the last one is dropped without [`shutdown`](Self::shutdown), it
/// ends as if its process had been killed: [`abandon`](Self::abandon).
#[derive(Clone)]
pub struct Cluster {
    inner: Arc<Inner>,
}

struct Inner {
    context: Arc<Context>,
    jobs: Mutex<Jobs>,
}

#[derive(Default)]
struct Jobs {
    /// In the order of their submission.
    all: Vec<Arc<Job>>,
    is_closed: bool,
}

/// How many jobs that have ended are still told of.
const MOST_ENDED: usize = 100;

impl Jobs {
    /// Forgets the oldest of too many jobs that have ended.
    fn forget_oldest(&mut self) {
        let has_ended = |job: &Arc<Job>| job.record.lock().status().is_ended();
        let ended = self.all.iter().filter(|job| has_ended(job)).count();
        let mut more = ended.saturating_sub(MOST_ENDED);
        self.all.retain(|job| {
            let goes = more > 0 && has_ended(job);
            more -= usize::from(goes);
            !goes
        });
    }
}

struct Job {
    id: JobId,
    record: Arc<JobRecord>,
    /// To the job's master, as long as there is one.
    events: Mutex<Option<Sender<Event>>>,
    master: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.end_all(|| Event::Abandon);
    }
}

impl Cluster {
    /// Starts a cluster without jobs.
    ///
    /// # Errors
    /// The directory of a backend cannot be made.
    pub fn start(mut settings: Settings) -> Result<Self, StartError> {
        make_ready(&mut settings.checkpoints, "checkpoints")?;
        make_ready(&mut settings.savepoints, "savepoints")?;
        let inner = Inner {
            context: Arc::new(Context::new(settings)),
            jobs: Mutex::default(),
        };
        let inner = Arc::new(inner);
        Ok(Self { inner })
    }

    /// How the cluster is set up.
    pub fn settings(&self) -> &Settings {
        &self.inner.context.settings
    }

    /// Starts a job, perhaps from a snapshot. Returns once the job is initialised: its tasks may not run yet.
    ///
    /// # Errors
    /// The id was used before, or the snapshot does not fit; then the job is listed as failed, as in Flink.
    pub fn submit(
        &self,
        job: JobId,
        graph: JobGraph,
        restore: Option<Restore>,
    ) -> Result<(), SubmitError> {
        let context = &self.inner.context;
        let graph = Arc::new(graph);
        let (job, events) = self.register(job, &graph)?;
        let initialized = prepare(context, job.id, graph, restore.as_ref())
            .and_then(|prepared| self.start_master(&job, events, prepared));
        initialized.map_err(|cause| {
            let failure = failures::not_initialized(cause);
            lock(&job.events).take();
            let mut known = job.record.lock();
            known.failed(failure.clone(), None, context.now_ms());
            known.set_status(JobStatus::Failed, context.now_ms());
            SubmitError::Initialization(failure)
        })
    }

    fn register(
        &self,
        id: JobId,
        graph: &Arc<JobGraph>,
    ) -> Result<(Arc<Job>, Events), SubmitError> {
        let context = &self.inner.context;
        let mut jobs = lock(&self.inner.jobs);
        if jobs.is_closed {
            return Err(SubmitError::ShuttingDown);
        }
        if jobs.all.iter().any(|job| job.id == id) {
            return Err(SubmitError::Duplicate(id));
        }
        let record = JobRecord::new(id, graph, &context.settings, context.now_ms());
        let (sender, receiver) = channel();
        let job = Arc::new(Job {
            id,
            record: Arc::new(record),
            events: Mutex::new(Some(sender.clone())),
            master: Mutex::default(),
        });
        jobs.all.push(Arc::clone(&job));
        jobs.forget_oldest();
        Ok((job, (sender, receiver)))
    }

    fn start_master(
        &self,
        job: &Arc<Job>,
        events: Events,
        prepared: Prepared,
    ) -> Result<(), Throwable> {
        let context = Arc::clone(&self.inner.context);
        let mut known = job.record.lock();
        known.set_graph(&prepared.graph);
        known.set_status(JobStatus::Created, context.now_ms());
        drop(known);
        let master = Master::new(Start {
            id: job.id,
            graph: prepared.graph,
            context,
            record: Arc::clone(&job.record),
            events,
            beginning: prepared.beginning,
            restored: prepared.restored,
        });
        let thread = thread::Builder::new().name(format!("job {}", job.id));
        let owner = Arc::clone(job);
        let now_ms = self.inner.context.now_ms();
        let context = Arc::clone(&self.inner.context);
        let thread = thread.spawn(move || owner.run(master, &context.operations, now_ms));
        *lock(&job.master) = Some(thread.map_err(|error| io_failure(&error))?);
        if lock(&self.inner.jobs).is_closed {
            // the end of all has told the job, but may have come before there was a thread to wait for
            if let Some(master) = lock(&job.master).take() {
                let _ = master.join();
            }
        }
        Ok(())
    }

    /// All jobs, the newest first.
    pub fn jobs(&self) -> Vec<JobView> {
        let jobs = lock(&self.inner.jobs).all.clone();
        jobs.iter().rev().map(|job| job.record.view()).collect()
    }

    /// One job.
    pub fn job(&self, job: JobId) -> Option<JobView> {
        Some(self.find(job)?.record.view())
    }

    /// A job's snapshots.
    pub fn statistics(&self, job: JobId) -> Option<Statistics> {
        Some(self.find(job)?.record.lock().tracker.statistics())
    }

    /// A job's failures, newest first.
    pub fn exceptions(&self, job: JobId) -> Option<Vec<ExceptionView>> {
        Some(self.find(job)?.record.lock().exceptions())
    }

    fn find(&self, id: JobId) -> Option<Arc<Job>> {
        let jobs = lock(&self.inner.jobs);
        jobs.all.iter().find(|job| job.id == id).cloned()
    }

    /// Triggers a savepoint. As in Flink this is always accepted; what is wrong shows in the operation. The same id again
    /// for the same job, while it is known, changes nothing.
    pub fn trigger_savepoint(&self, job: JobId, trigger: TriggerId, request: SavepointRequest) {
        let key = OperationKey::Savepoint(job, trigger);
        self.begin(job, key, Event::Savepoint(trigger, request));
    }

    /// Stops a job with a savepoint; else as [`trigger_savepoint`](Self::trigger_savepoint), with which it shares its ids.
    pub fn stop_with_savepoint(&self, job: JobId, trigger: TriggerId, request: StopRequest) {
        let key = OperationKey::Savepoint(job, trigger);
        self.begin(job, key, Event::Stop(trigger, request));
    }

    /// Triggers a checkpoint; else as [`trigger_savepoint`](Self::trigger_savepoint). The ids are others than those of
    /// savepoints.
    pub fn trigger_checkpoint(&self, job: JobId, trigger: TriggerId) {
        let key = OperationKey::Checkpoint(job, trigger);
        self.begin(job, key, Event::Checkpoint(trigger));
    }

    fn begin(&self, id: JobId, key: OperationKey, event: Event) {
        let operations = &self.inner.context.operations;
        if !operations.begin(key) {
            return;
        }
        if !self.find(id).is_some_and(|job| job.send(event)) {
            let failure = failures::completion(failures::job_not_found(id));
            operations.end(key, Outcome::Failed(failure));
        }
    }

    /// A savepoint or stop; `None` if it is unknown or expired.
    pub fn savepoint_operation(&self, job: JobId, trigger: TriggerId) -> Option<OperationState> {
        let key = OperationKey::Savepoint(job, trigger);
        self.inner.context.operations.state(key)
    }

    /// A checkpoint on request; `None` if it is unknown or expired.
    pub fn checkpoint_operation(&self, job: JobId, trigger: TriggerId) -> Option<OperationState> {
        let key = OperationKey::Checkpoint(job, trigger);
        self.inner.context.operations.state(key)
    }

    /// Disposes of a savepoint or checkpoint; what came of it is in [`disposal`](Self::disposal). Files that a job needs to
    /// start again go when it needs them no more.
    pub fn dispose(&self, location: &str, trigger: TriggerId) {
        let context = &self.inner.context;
        let key = OperationKey::Disposal(trigger);
        if context.operations.begin(key) {
            let outcome = match disposal::dispose(context, location) {
                Ok(()) => Outcome::Disposed,
                Err(failure) => Outcome::Failed(failure),
            };
            context.operations.end(key, outcome);
        }
    }

    /// A disposal; `None` if it is unknown or expired.
    pub fn disposal(&self, trigger: TriggerId) -> Option<OperationState> {
        let key = OperationKey::Disposal(trigger);
        self.inner.context.operations.state(key)
    }

    /// Cancels a job. One that was cancelled before is no error.
    ///
    /// # Errors
    /// There is no such job, or it has ended otherwise.
    pub fn cancel(&self, job: JobId) -> Result<(), CancelError> {
        let job = self.find(job).ok_or(CancelError::NotFound)?;
        if job.send(Event::Cancel) {
            return Ok(());
        }
        let status = job.record.lock().status();
        match status {
            JobStatus::Finished | JobStatus::Failed => Err(CancelError::Ended(status)),
            _ => Ok(()),
        }
    }

    /// The metadata of a savepoint on the heap, by its location `jobmanager://savepoints/N`.
    pub fn savepoint_bytes(&self, location: &str) -> Option<Vec<u8>> {
        match Location::parse(location) {
            Ok(Location::Heap(number)) => self.inner.context.heap.bytes(number),
            _ => None,
        }
    }

    /// Ends everything: jobs are cancelled, threads joined, and what lies on the heap alone is gone.
    pub fn shutdown(&self) {
        self.inner.end_all(|| Event::Cancel);
        let context = &self.inner.context;
        for number in context.heap.forget_all() {
            let holder = Holder::Location(location::of_heap(number));
            // nobody is left to be told
            let _ = context.holders.release(&holder);
        }
    }

    /// Ends all threads and does nothing else, as if the process had been killed: for tests of what is left then.
    pub fn abandon(&self) {
        self.inner.end_all(|| Event::Abandon);
    }
}

impl Inner {
    /// Has all jobs end so, and waits for them. No more are taken.
    fn end_all(&self, event: impl Fn() -> Event) {
        let mut jobs = lock(&self.jobs);
        jobs.is_closed = true;
        let all = jobs.all.clone();
        drop(jobs);
        for job in &all {
            job.send(event());
        }
        for job in &all {
            let master = lock(&job.master).take();
            if let Some(master) = master {
                // a panic was caught and recorded on the thread itself
                let _ = master.join();
            }
        }
    }
}

type Events = (Sender<Event>, Receiver<Event>);

impl Job {
    /// Tells the master; false if the job has ended.
    fn send(&self, event: Event) -> bool {
        let events = lock(&self.events);
        events
            .as_ref()
            .is_some_and(|events| events.send(event).is_ok())
    }

    /// The master's thread.
    fn run(&self, master: Master, operations: &Operations, now_ms: i64) {
        let ended = catch_unwind(AssertUnwindSafe(|| master.run()));
        // from here on nobody sends anything
        lock(&self.events).take();
        match ended {
            Ok(master) => master.answer_rest(),
            Err(_) => {
                let class = "java.lang.IllegalStateException";
                let failure = Throwable::new(class, "the master of the job panicked: a defect");
                let mut known = self.record.lock();
                known.failed(failure.clone(), None, now_ms);
                known.set_status(JobStatus::Failed, now_ms);
                drop(known);
                operations.fail_all(self.id, &failures::completion(failure));
            }
        }
    }
}

/// Makes the directory of a backend, under an absolute path.
fn make_ready(backend: &mut Backend, what: &'static str) -> Result<(), StartError> {
    let Backend::Filesystem(path) = backend else {
        return Ok(());
    };
    let absolute = std::path::absolute(&path).and_then(|absolute| {
        durable::make_directory(&absolute)?;
        absolute.canonicalize()
    });
    match absolute {
        Ok(absolute) => {
            *path = absolute;
            Ok(())
        }
        Err(source) => {
            let path = PathBuf::clone(path);
            Err(StartError::Directory { what, path, source })
        }
    }
}
