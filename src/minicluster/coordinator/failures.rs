//! Flink's failures, in Flink's words: clients look for these texts.

use std::path::Path;

use super::throwable::Throwable;
use crate::domain::ids::JobId;

const CHECKPOINT: &str = "org.apache.flink.runtime.checkpoint.CheckpointException";
const ILLEGAL_STATE: &str = "java.lang.IllegalStateException";

/// What a checkpoint or savepoint failed of.
pub(super) fn checkpoint(message: impl Into<String>) -> Throwable {
    Throwable::new(CHECKPOINT, message)
}

pub(super) fn expired() -> Throwable {
    checkpoint("Checkpoint expired before completing.")
}

pub(super) fn suspending() -> Throwable {
    checkpoint("Checkpoint Coordinator is suspending.")
}

pub(super) fn shutdown() -> Throwable {
    checkpoint("CheckpointCoordinator shutdown.")
}

pub(super) fn declined(cause: Throwable) -> Throwable {
    checkpoint("Asynchronous task checkpoint failed.").caused_by(cause)
}

pub(super) fn not_finalized(checkpoint_id: u64, cause: Throwable) -> Throwable {
    checkpoint(format!(
        "Could not finalize the pending checkpoint {checkpoint_id}. Failure reason: Failure to finalize checkpoint."
    ))
    .caused_by(cause)
}

/// The directory of a snapshot cannot be made.
pub(super) fn no_directory(directory: &Path, cause: Throwable) -> Throwable {
    let message = format!(
        "Failed to create savepoint directory at {}",
        directory.display()
    );
    checkpoint("An Exception occurred while triggering the checkpoint. IO-problem detected.")
        .caused_by(Throwable::new("java.io.IOException", message).caused_by(cause))
}

pub(super) fn bad_target(cause: Throwable) -> Throwable {
    if cause.class == "java.lang.IllegalArgumentException" {
        return checkpoint("Trigger checkpoint failure.").caused_by(cause);
    }
    checkpoint("An Exception occurred while triggering the checkpoint. IO-problem detected.")
        .caused_by(cause)
}

/// A task does not run (yet, or any more).
pub(super) fn tasks_not_running(task: &str, job: JobId) -> Throwable {
    checkpoint(format!(
        "Checkpoint triggering task {task} of job {job} is not being executed at the moment. Aborting checkpoint. Failure reason: Not all required tasks are currently running."
    ))
}

pub(super) fn stop_under_way() -> Throwable {
    checkpoint(
        "A stop of this job is under way: at most one stop-with-savepoint checkpoint at a time is allowed.",
    )
}

pub(super) fn job_not_found(job: JobId) -> Throwable {
    Throwable::new(
        "org.apache.flink.runtime.messages.FlinkJobNotFoundException",
        format!("Could not find Flink job ({job})"),
    )
}

/// The savepoint of a stop is complete, but the job failed before it had ended.
pub(super) fn stopping_failed(location: &str, job: JobId, cause: Throwable) -> Throwable {
    Throwable::new(
        "org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException",
        format!(
            "A savepoint has been created at: {location}, but the corresponding job {job} failed during stopping. The savepoint is consistent, but might have uncommitted transactions. If you want to commit the transaction please restart a job from this savepoint."
        ),
    )
    .caused_by(cause)
}

/// As operations report failures since Flink 1.15.
pub(super) fn completion(cause: Throwable) -> Throwable {
    Throwable::new("java.util.concurrent.CompletionException", cause.headline()).caused_by(cause)
}

pub(super) fn not_disposed(location: &str, cause: Throwable) -> Throwable {
    Throwable::new(
        "org.apache.flink.util.FlinkException",
        format!("Could not dispose savepoint {location}."),
    )
    .caused_by(cause)
}

/// A job could not be made ready.
pub(super) fn not_initialized(cause: Throwable) -> Throwable {
    Throwable::new(
        "org.apache.flink.runtime.client.JobInitializationException",
        "Could not start the JobMaster.",
    )
    .caused_by(cause)
}

pub(super) fn no_snapshot(location: &str, file_system: &str, more: &str) -> Throwable {
    Throwable::new(
        "java.io.FileNotFoundException",
        format!(
            "Cannot find checkpoint or savepoint file/directory '{location}' on file system '{file_system}'.{more}"
        ),
    )
}

pub(super) fn no_metadata(location: &str) -> Throwable {
    Throwable::new(
        "java.io.FileNotFoundException",
        format!(
            "Cannot find meta data file '_metadata' in directory '{location}'. Please try to load the checkpoint/savepoint directly from the metadata file instead of the directory."
        ),
    )
}

pub(super) fn not_metadata() -> Throwable {
    Throwable::new(
        "java.io.IOException",
        "Unexpected magic number. This can have multiple reasons: (1) You are trying to load a Flink 1.0 savepoint, which is not supported by this version of Flink. (2) The file you were pointing to is not a savepoint at all. (3) The savepoint file has been corrupted.",
    )
}

pub(super) fn cut_metadata() -> Throwable {
    Throwable {
        frame: Some(
            "org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(Checkpoints.java:98)",
        ),
        ..Throwable::new("java.io.EOFException", "")
    }
}

pub(super) fn no_file_system(scheme: &str) -> Throwable {
    Throwable::new(
        "org.apache.flink.core.fs.UnsupportedFileSystemSchemeException",
        format!(
            "Could not find a file system implementation for scheme '{scheme}'. The minicluster knows the local disk alone: give a path or a file: URI."
        ),
    )
}

pub(super) fn no_access(location: &str, cause: Throwable) -> Throwable {
    Throwable::new(
        "java.io.IOException",
        format!("Cannot access file system for checkpoint/savepoint path '{location}'."),
    )
    .caused_by(cause)
}

/// State that no operator takes; `operators` tells of all.
pub(super) fn left_over(location: &str, first: &str, operators: &str) -> Throwable {
    Throwable::new(
        ILLEGAL_STATE,
        format!(
            "Failed to rollback to checkpoint/savepoint {location}. Cannot map checkpoint/savepoint state for operator {first} to the new program, because the operator is not available in the new program. If you want to allow to skip this, you can set the --allowNonRestoredState option on the CLI. State is left over of: {operators}."
        ),
    )
}

/// State of an operator that is there, but has no such state.
pub(super) fn other_state(location: &str, id: &str, operators: &str, states: &str) -> Throwable {
    Throwable::new(
        ILLEGAL_STATE,
        format!(
            "Failed to rollback to checkpoint/savepoint {location}. Operator {id} ({operators}) has no such state in the new program: {states}. Give the operator the uid of the one whose state it is to have, or allow to skip this with --allowNonRestoredState."
        ),
    )
}

pub(super) fn max_parallelism_mismatch(operator: &str, was: u32, is: u32) -> Throwable {
    Throwable::new(
        ILLEGAL_STATE,
        format!(
            "Failed to rollback to checkpoint/savepoint Checkpoint Metadata. Max parallelism mismatch between checkpoint/savepoint state and new program. Cannot map operator {operator} with max parallelism {was} to new program with max parallelism {is}. This indicates that the program has been changed in a non-compatible way after the checkpoint/savepoint."
        ),
    )
}

pub(super) fn parallelism_above_max(vertex: &str, parallelism: u32, most: u32) -> Throwable {
    Throwable::new(
        "org.apache.flink.runtime.JobException",
        format!(
            "Vertex {vertex}'s parallelism ({parallelism}) is higher than the max parallelism ({most}). Please lower the parallelism or increase the max parallelism."
        ),
    )
}

/// With strict parallelism, as in the first design.
pub(super) fn parallelism_mismatch(location: &str, operator: &str, was: u32, is: u32) -> Throwable {
    Throwable::new(
        ILLEGAL_STATE,
        format!(
            "Failed to rollback to savepoint {location}. Parallelism mismatch between savepoint state and new program. Cannot map operator {operator} with parallelism {was} to new program with parallelism {is}."
        ),
    )
}
