//! What Flink's failure texts mean, and what a user can do about them.
//!
//! The texts were seen on Flink 1.14 to 2.3. What is not recognised is told in its root cause's own words.

use super::throwable::Throwable;

/// What kind of failure it is, where that makes a difference to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The operation failed.
    Failed,
    /// The job is unknown, or has ended.
    NoSuchJob,
    /// Nothing was begun: the job is not in a state for it.
    NotReady,
    /// There is no snapshot at the location.
    NoSnapshot,
    /// The savepoint is complete at this location, but the job failed while it stopped.
    SavepointMade(String),
}

/// A failure in one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// What kind it is.
    pub kind: Kind,
    /// What happened.
    pub sentence: String,
    /// What to do next.
    pub hint: Option<&'static str>,
}

/// A text that Flink is known to use, and what it means.
struct Known {
    /// Stands in the message of one exception of the chain.
    text: &'static str,
    /// Stands in front of the root cause; empty for the message itself.
    meaning: &'static str,
    hint: &'static str,
    kind: Kind,
}

/// What Flink says of a job whose JobMaster is being made, for a moment after its submission.
const INITIALIZING: &str = "not available while the JobManager is initializing";

const KNOWN: &[Known] = &[
    Known {
        text: INITIALIZING,
        meaning: "the job is being initialised, and none of its tasks is running",
        hint: "`trigger --wait-running 2m` waits for them",
        kind: Kind::NotReady,
    },
    Known {
        text: "Not all required tasks are currently running",
        meaning: "not all tasks of the job are running",
        hint: "`savepointctl jobs` shows how many run; `trigger --wait-running 2m` waits for them",
        kind: Kind::NotReady,
    },
    Known {
        text: "is not being executed at the moment",
        meaning: "not all tasks of the job are running",
        hint: "`savepointctl jobs` shows how many run; `trigger --wait-running 2m` waits for them",
        kind: Kind::NotReady,
    },
    Known {
        text: "Checkpoint was declined (tasks not ready)",
        meaning: "not all tasks of the job are ready",
        hint: "try again when they are: `trigger --wait-running 2m` waits for them",
        kind: Kind::NotReady,
    },
    Known {
        text: "Failed to create savepoint directory",
        meaning: "",
        hint: "the JobManager creates it: check that the path is a directory it may write to",
        kind: Kind::Failed,
    },
    Known {
        text: "Could not find a file system implementation for scheme",
        meaning: "",
        hint: "the cluster lacks the file system's plugin: put it into plugins/ of every process, or use another scheme",
        kind: Kind::Failed,
    },
    Known {
        text: "Can not create a Path from an empty string",
        meaning: "the savepoint directory is an empty text",
        hint: "give a TARGET_DIR, or leave it out for the cluster's default",
        kind: Kind::Failed,
    },
    Known {
        text: "is not set. Property [target",
        meaning: "the cluster has no default savepoint directory",
        hint: "give a directory, or set execution.checkpointing.savepoint-dir (before 1.20: state.savepoints.dir) in the cluster's configuration",
        kind: Kind::NotReady,
    },
    Known {
        text: "Blocking output edge exists in running tasks",
        meaning: "this is a batch job, and batch jobs take no snapshots",
        hint: "let it run to its end, or end it with `savepointctl cancel`",
        kind: Kind::NotReady,
    },
    Known {
        text: "Checkpoint expired before completing",
        meaning: "it took longer than the job's checkpoint time-out",
        hint: "raise execution.checkpointing.timeout, or look for back-pressure and slow storage",
        kind: Kind::Failed,
    },
    Known {
        text: "Checkpoint Coordinator is suspending",
        meaning: "it was overtaken: the job is stopping or restarting",
        hint: "see what became of the job with `savepointctl jobs --all` before you try again",
        kind: Kind::Failed,
    },
    Known {
        text: "at most one stop-with-savepoint checkpoint at a time is allowed",
        meaning: "another stop of this job is under way",
        hint: "wait until it is over: `savepointctl jobs --all` shows the job",
        kind: Kind::NotReady,
    },
    Known {
        text: "FailoverRegion is restarting",
        meaning: "a task of the job failed, and the job is restarting",
        hint: "see why with `savepointctl jobs` and Flink's log before you try again: the snapshot may be the reason",
        kind: Kind::Failed,
    },
    Known {
        text: "CheckpointCoordinator shutdown",
        meaning: "the job ended before it was complete",
        hint: "see what became of the job with `savepointctl jobs --all`",
        kind: Kind::Failed,
    },
    Known {
        text: "Inconsistent execution state after stopping with savepoint",
        meaning: "a task failed while the job stopped, and the job restarts",
        hint: "the savepoint may be complete, but Flink does not say where: look into the savepoint directory",
        kind: Kind::Failed,
    },
    Known {
        text: "Cannot find checkpoint or savepoint file/directory 'jobmanager:",
        meaning: "",
        hint: "savepoints on a heap are gone when their cluster ends or disposes of them: `savepointctl list` shows those that there are",
        kind: Kind::NoSnapshot,
    },
    Known {
        text: "Cannot access file system for checkpoint/savepoint path 'jobmanager:",
        meaning: "",
        hint: "savepoints on a heap are known to their own cluster alone, as long as it runs",
        kind: Kind::NoSnapshot,
    },
    Known {
        text: "Cannot find checkpoint or savepoint file/directory",
        meaning: "",
        hint: "the cluster does not see it: check the path, and that every JobManager can read it",
        kind: Kind::NoSnapshot,
    },
    Known {
        text: "Cannot find meta data file '_metadata' in directory",
        meaning: "there is no _metadata in the directory",
        hint: "name the snapshot's own directory (savepoint-… or chk-N); without _metadata it is incomplete",
        kind: Kind::NoSnapshot,
    },
    Known {
        text: "Cannot access file system for checkpoint/savepoint path",
        meaning: "",
        hint: "the cluster lacks the file system's plugin: put it into plugins/ of every process",
        kind: Kind::Failed,
    },
    Known {
        text: "Unexpected magic number",
        meaning: "the file is not the metadata of a savepoint or checkpoint",
        hint: "name the snapshot's directory or its _metadata file",
        kind: Kind::Failed,
    },
    Known {
        text: "empty checkpoint pointer",
        meaning: "the location is an empty text",
        hint: "name the snapshot's directory",
        kind: Kind::Failed,
    },
    Known {
        text: "because the operator is not available in the new program",
        meaning: "",
        hint: "give the operator the uid that it had, or leave its state behind with --allow-non-restored-state",
        kind: Kind::Failed,
    },
    Known {
        text: "Max parallelism mismatch between checkpoint/savepoint state and new program",
        meaning: "",
        hint: "max parallelism is fixed for the life of the state: set the program's to the snapshot's",
        kind: Kind::Failed,
    },
    Known {
        text: "is higher than the max parallelism",
        meaning: "",
        hint: "lower the parallelism with -p; the snapshot's max parallelism is the limit",
        kind: Kind::Failed,
    },
    Known {
        text: "No jobs included in application",
        meaning: "the main method starts no job",
        hint: "is -c the right class?",
        kind: Kind::Failed,
    },
    Known {
        text: "was not found in the jar file",
        meaning: "",
        hint: "give the class with its package: -c some.package.Main",
        kind: Kind::Failed,
    },
    Known {
        text: "NoResourceAvailableException",
        meaning: "",
        hint: "there are not enough slots: lower the parallelism with -p, or add TaskManagers",
        kind: Kind::Failed,
    },
];

/// Whether the job is so new that the cluster cannot say anything about it yet.
pub fn is_initializing(failure: &Throwable) -> bool {
    failure.find(INITIALIZING).is_some()
}

/// Reads a failure of an operation.
pub fn diagnose(failure: &Throwable) -> Diagnosis {
    if let Some(location) = savepoint_made(failure) {
        return Diagnosis {
            kind: Kind::SavepointMade(location),
            sentence: "the savepoint is complete, but the job failed while it stopped".to_owned(),
            hint: Some(
                "the savepoint is consistent; transactions may be uncommitted until a job is restored from it",
            ),
        };
    }
    let root = failure.root();
    if failure
        .chain()
        .iter()
        .any(|exception| exception.simple_class() == "FlinkJobNotFoundException")
    {
        return Diagnosis {
            kind: Kind::NoSuchJob,
            sentence: root.to_string(),
            hint: None,
        };
    }
    if is_cut_metadata(failure) {
        return Diagnosis {
            kind: Kind::Failed,
            sentence: "its metadata is cut short".to_owned(),
            hint: Some(
                "the _metadata file is incomplete: compare its size with where it was copied from",
            ),
        };
    }
    let known = KNOWN
        .iter()
        .find_map(|known| failure.find(known.text).map(|exception| (known, exception)));
    let Some((known, exception)) = known else {
        return Diagnosis {
            kind: Kind::Failed,
            sentence: with_class(failure),
            hint: None,
        };
    };
    let kind = known.kind.clone();
    let sentence = match known.meaning {
        "" if exception == root => exception.to_string(),
        "" => format!(
            "{}: {}",
            exception.to_string().trim_end_matches('.'),
            with_class(failure)
        ),
        meaning => meaning.to_owned(),
    };
    Diagnosis {
        kind,
        sentence,
        hint: Some(known.hint),
    }
}

/// Whether the metadata of a snapshot ended too early: Flink says so without a word.
fn is_cut_metadata(failure: &Throwable) -> bool {
    let root = failure.root();
    root.simple_class() == "EOFException"
        && root.message.is_empty()
        && failure
            .text()
            .contains("Checkpoints.loadCheckpointMetadata(")
}

/// The root cause, with its class where the message alone could be anything.
fn with_class(failure: &Throwable) -> String {
    let root = failure.root();
    match (root.message.is_empty(), root.simple_class()) {
        (true, _)
        | (_, "" | "CheckpointException" | "FlinkException" | "RuntimeException" | "Exception") => {
            root.to_string()
        }
        (false, class) => format!("{root} ({class})"),
    }
}

/// Where the savepoint lies that a failed stop has made: it stands in the text only.
fn savepoint_made(failure: &Throwable) -> Option<String> {
    const BEFORE: &str = "A savepoint has been created at: ";
    let exception = failure.find(BEFORE)?;
    let (_, rest) = exception.message.split_once(BEFORE)?;
    let (location, _) = rest.split_once(", but the corresponding job ")?;
    Some(location.to_owned()).filter(|location| !location.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diagnosed(text: &str) -> Diagnosis {
        diagnose(&Throwable::parse(text))
    }

    #[test]
    fn the_location_is_found_in_the_text_of_a_stop_that_failed_late() {
        let found = diagnosed(
            "java.util.concurrent.CompletionException: org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException: A savepoint has been created at: file:/sp/savepoint-1, x-2, but the corresponding job 0123 failed during stopping. The savepoint is consistent.\n\tat a.B\nCaused by: org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException: A savepoint has been created at: file:/sp/savepoint-1, x-2, but the corresponding job 0123 failed during stopping. The savepoint is consistent.",
        );
        assert_eq!(
            found.kind,
            Kind::SavepointMade("file:/sp/savepoint-1, x-2".to_owned())
        );
    }

    #[test]
    fn a_job_that_is_not_there_is_told_apart_from_a_failure() {
        let found = diagnosed(
            "org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job (0123)\n\tat x",
        );
        assert_eq!(found.kind, Kind::NoSuchJob);
    }

    #[test]
    fn tasks_that_do_not_run_are_a_reason_to_wait() {
        let found = diagnosed(
            "org.apache.flink.runtime.checkpoint.CheckpointException: Checkpoint triggering task Source (1/20) of job 01 is not being executed at the moment. Aborting checkpoint. Failure reason: Not all required tasks are currently running.",
        );
        assert_eq!((found.kind, found.hint.is_some()), (Kind::NotReady, true));
    }

    #[test]
    fn a_job_that_is_being_initialised_is_a_reason_to_wait() {
        let text = "Internal server error.\n<Exception on server side:\norg.apache.flink.runtime.dispatcher.UnavailableDispatcherOperationException: Unable to get JobMasterGateway for initializing job. The requested operation is not available while the JobManager is initializing.\n\tat x\nEnd of exception on server side>";
        assert!(is_initializing(&Throwable::parse(text)));
        assert_eq!(diagnosed(text).kind, Kind::NotReady);
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named_with_the_reason() {
        let found = diagnosed(
            "a.b.CheckpointException: IO-problem detected.\n\tat x\nCaused by: java.io.IOException: Failed to create savepoint directory at /f\n\tat x\nCaused by: java.nio.file.FileAlreadyExistsException: /f\n\tat x",
        );
        assert_eq!(
            found.sentence,
            "Failed to create savepoint directory at /f: /f (FileAlreadyExistsException)"
        );
    }

    #[test]
    fn a_savepoint_that_was_on_a_heap_is_not_looked_for_in_files() {
        let lost = |location: &str, file_system: &str| {
            diagnosed(&format!(
                "java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory '{location}' on file system '{file_system}'.\n\tat x"
            ))
        };
        let heap = lost("jobmanager://savepoints/1", "jobmanager");
        assert_eq!(heap.kind, Kind::NoSnapshot);
        assert!(
            heap.hint
                .is_some_and(|hint| hint.contains("on a heap are gone"))
        );
        let file = lost("/sp/savepoint-1", "file");
        assert!(
            file.hint
                .is_some_and(|hint| hint.contains("check the path"))
        );
    }

    #[test]
    fn metadata_that_is_cut_short_is_told_from_other_ends() {
        let text = "org.apache.flink.util.FlinkException: Could not dispose savepoint /x.\n\tat a.B.c(B.java:1)\nCaused by: java.io.EOFException\n\tat java.io.DataInputStream.readFully(DataInputStream.java:210)\n\tat org.apache.flink.runtime.checkpoint.Checkpoints.loadCheckpointMetadata(Checkpoints.java:98)";
        assert_eq!(diagnosed(text).sentence, "its metadata is cut short");
        let other = text.replace("Checkpoints.loadCheckpointMetadata", "Other.read");
        assert_eq!(diagnosed(&other).sentence, "EOFException");
    }

    #[test]
    fn an_unknown_failure_is_told_in_the_words_of_its_root_cause() {
        let found = diagnosed(
            "a.b.CheckpointException: Task has failed.\n\tat x\nCaused by: java.io.IOException: disk full",
        );
        assert_eq!(found.sentence, "disk full (IOException)");
        assert_eq!(found.kind, Kind::Failed);
    }
}
