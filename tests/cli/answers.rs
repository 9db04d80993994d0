//! The JSON of the pretend Flink, shaped like what tests/fixtures/rest holds of real ones.

use serde_json::{Value, json};

use super::server::{Answer, Job, Request};

/// When every job of the model started, in ms since the epoch.
pub const STARTED: i64 = 1_795_343_576_966;
/// For how long they have run when they are listed.
pub const DURATION: i64 = 253_144;
/// What the server's clock shows all the time.
pub const NOW: i64 = STARTED + DURATION;

pub fn at_least(version: &str, major: u32, minor: u32) -> bool {
    let mut numbers = version.split('.').map(|n| n.parse::<u32>().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap()) >= (major, minor)
}

pub fn overview(version: &str, jobs: usize) -> Value {
    json!({"taskmanagers": 1, "slots-total": 8, "slots-available": 6, "jobs-running": jobs, "jobs-finished": 0,
        "jobs-cancelled": 0, "jobs-failed": 0, "flink-version": version, "flink-commit": "c0f8d1a"})
}

/// `/config`, with how often the cluster renews what it shows.
pub fn config(version: &str, refresh_ms: u64) -> Value {
    json!({"refresh-interval": refresh_ms, "timezone-name": "Coordinated Universal Time", "timezone-offset": 0,
        "flink-version": version, "flink-revision": "c0f8d1a @ 2026-06-14T16:29:03+02:00",
        "features": {"web-submit": true, "web-cancel": true, "web-rescale": false, "web-history": false}})
}

pub fn jobs(jobs: &[Job]) -> Value {
    let each = jobs.iter().map(|job| {
        let ended = ["FINISHED", "CANCELED", "FAILED"].contains(&job.status.as_str());
        let (total, running, finished) = job.tasks;
        json!({"jid": job.id, "name": job.name, "start-time": STARTED,
            "end-time": if ended { NOW } else { -1 }, "duration": DURATION, "state": job.status,
            "last-modification": STARTED + 1104,
            "tasks": {"total": total, "created": 0, "scheduled": total - running - finished, "deploying": 0,
                "running": running, "finished": finished, "canceling": 0, "canceled": 0, "failed": 0,
                "reconciling": 0, "initializing": 0},
            "jobType": "STREAMING", "schedulerType": "Default", "pending-operators": 0})
    });
    json!({"jobs": each.collect::<Vec<_>>()})
}

/// A 404 of Flink's own.
pub fn not_found(message: &str) -> Answer {
    let text = format!(
        "org.apache.flink.runtime.rest.handler.RestHandlerException: {message}\n\tat org.a.B.c(B.java:1)"
    );
    Answer::json(404, json!({"errors": [text]}))
}

pub fn no_job(id: &str) -> Answer {
    let text = format!(
        "org.apache.flink.runtime.rest.NotFoundException: Job {id} not found\n\tat org.a.B.c(B.java:1)\nCaused by: \
         org.apache.flink.runtime.messages.FlinkJobNotFoundException: Could not find Flink job ({id})\n\t... 3 more"
    );
    Answer::json(404, json!({"errors": [text]}))
}

/// The refusal of a job id that was used before.
pub fn submitted_before(version: &str) -> Answer {
    let kind = if at_least(version, 2, 3) {
        "Application"
    } else {
        "Job"
    };
    refused(
        400,
        &format!(
            "org.apache.flink.runtime.client.Duplicate{kind}SubmissionException: {kind} has already been submitted."
        ),
    )
}

/// A failure of a handler with this root cause, `class: message`.
pub fn refused(status: u16, cause: &str) -> Answer {
    let text = format!(
        "org.apache.flink.runtime.rest.handler.RestHandlerException: Could not execute application.\n\tat \
         org.a.B.c(B.java:1)\nCaused by: java.util.concurrent.CompletionException: \
         org.apache.flink.client.program.ProgramInvocationException: The main method caused an error: Failed to execute \
         job 'orders'.\n\t... 3 more\nCaused by: {cause}\n\t... 5 more\n"
    );
    Answer::json(status, json!({"errors": ["Internal server error.", text]}))
}

/// What `/jobs/:id/exceptions` says of a job that failed for this, `class: message`.
pub fn exceptions(cause: &str) -> Answer {
    let text = format!(
        "org.apache.flink.runtime.JobException: Recovery is suppressed\n\tat a.B.c(B.java:1)\nCaused by: {cause}\n\t... 2 more\n"
    );
    Answer::ok(
        json!({"exceptionHistory": {"entries": [{"exceptionName": "x", "stacktrace": text, "timestamp": NOW}],
        "truncated": false}}),
    )
}

pub fn no_exceptions() -> Answer {
    Answer::ok(json!({"exceptionHistory": {"entries": [], "truncated": false}}))
}

/// Statistics of a job that was restored from this location.
pub fn restored(location: &str) -> Value {
    let mut statistics = history(Vec::new());
    statistics["latest"]["restored"] = json!({"id": 7, "restore_timestamp": STARTED + 5, "is_savepoint": true,
        "external_path": location});
    statistics
}

/// A trigger id that is not known, in the words of 1.15 and later.
pub fn unknown(job: &Job) -> Answer {
    not_found(&format!(
        "There is no savepoint operation with triggerId=0 for job {}.",
        job.id
    ))
}

/// The same in the words up to 1.14.
pub fn unknown_before_1_15() -> Answer {
    let key = "org.apache.flink.runtime.rest.handler.async.AsynchronousJobOperationKey@1f4";
    let text = format!(
        "org.apache.flink.runtime.rest.NotFoundException: Operation not found under key: {key}\n\tat org.a.B.c(B.java:1)"
    );
    Answer::json(404, json!({"errors": [text]}))
}

/// The answer to a trigger: its own id, or one of the server's.
pub fn triggered(request: &Request) -> Answer {
    let id = request
        .trigger_id()
        .unwrap_or("5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e");
    Answer::json(202, json!({"request-id": id}))
}

pub fn in_progress() -> Answer {
    Answer::ok(json!({"status": {"id": "IN_PROGRESS"}, "operation": null}))
}

pub fn done(location: &str) -> Answer {
    Answer::ok(json!({"status": {"id": "COMPLETED"}, "operation": {"location": location}}))
}

pub fn disposed() -> Answer {
    Answer::ok(json!({"status": {"id": "COMPLETED"}, "operation": {}}))
}

/// A disposal's failure where nothing is at the location.
pub fn nothing_there(location: &str) -> Answer {
    failed(&format!(
        "java.io.FileNotFoundException: Cannot find checkpoint or savepoint file/directory '{location}' on file system \
         'file'."
    ))
}

pub fn checkpoint_done(id: u64) -> Answer {
    Answer::ok(json!({"status": {"id": "COMPLETED"}, "operation": {"checkpointId": id}}))
}

fn cause(text: &str) -> Value {
    let stack = format!(
        "java.util.concurrent.CompletionException: {text}\n\tat java.base/a.B.c(B.java:1)\nCaused by: {text}\n\t... 2 more\n"
    );
    json!({"class": "java.util.concurrent.CompletionException", "stack-trace": stack, "serialized-throwable": "rO0ABXNy"})
}

/// COMPLETED with a failure cause, `class: message` of the root.
pub fn failed(text: &str) -> Answer {
    Answer::ok(json!({"status": {"id": "COMPLETED"}, "operation": {"failure-cause": cause(text)}}))
}

/// The same of a checkpoint, whose key is spelled otherwise.
pub fn checkpoint_failed(text: &str) -> Answer {
    Answer::ok(json!({"status": {"id": "COMPLETED"}, "operation": {"failureCause": cause(text)}}))
}

/// A failure for which there is no sentence of our own.
pub const DISK_FULL: &str = "java.io.IOException: No space left on device";

pub fn stop_failed_late(job: &Job, location: &str) -> Answer {
    let class =
        "org.apache.flink.runtime.scheduler.stopwithsavepoint.StopWithSavepointStoppingException";
    failed(&format!(
        "{class}: A savepoint has been created at: {location}, but the corresponding job {} failed during stopping. \
         The savepoint is consistent, but might have uncommitted transactions. If you want to commit the transaction \
         please restart a job from this savepoint.",
        job.id
    ))
}

fn entry(id: u64, kind: &str, triggered: i64, status: &str) -> Value {
    let savepoint = kind != "CHECKPOINT";
    let format = if savepoint {
        json!("CANONICAL")
    } else {
        Value::Null
    };
    json!({"className": status.to_lowercase(), "id": id, "status": status, "is_savepoint": savepoint,
        "savepointFormat": format, "trigger_timestamp": triggered, "latest_ack_timestamp": triggered + 116,
        "checkpointed_size": 187_260, "state_size": 187_260, "end_to_end_duration": 116, "alignment_buffered": 0,
        "processed_data": 1785, "persisted_data": 0, "num_subtasks": 4, "num_acknowledged_subtasks": 4,
        "checkpoint_type": kind, "tasks": {}})
}

pub fn complete(id: u64, kind: &str, triggered: i64, location: &str) -> Value {
    let mut entry = entry(id, kind, triggered, "COMPLETED");
    entry["external_path"] = json!(location);
    entry["discarded"] = json!(false);
    entry
}

pub fn unfinished(id: u64, kind: &str, triggered: i64) -> Value {
    entry(id, kind, triggered, "IN_PROGRESS")
}

pub fn broken(id: u64, kind: &str, triggered: i64, why: &str) -> Value {
    let mut entry = entry(id, kind, triggered, "FAILED");
    entry["failure_timestamp"] = json!(triggered + 200);
    entry["failure_message"] = json!(why);
    entry
}

/// The statistics with these entries, newest first.
pub fn history(entries: Vec<Value>) -> Value {
    let latest = |savepoint: bool| {
        let fits =
            |entry: &&Value| entry["status"] == "COMPLETED" && entry["is_savepoint"] == savepoint;
        entries.iter().find(fits).cloned()
    };
    let nan = json!({"min": 0, "max": 0, "avg": 0, "p50": "NaN", "p90": "NaN", "p95": "NaN", "p99": "NaN", "p999": "NaN"});
    json!({"counts": {"restored": 0, "total": entries.len(), "in_progress": 0, "completed": 0, "failed": 0},
        "summary": {"checkpointed_size": nan, "state_size": nan, "end_to_end_duration": nan},
        "latest": {"completed": latest(false), "savepoint": latest(true), "failed": null, "restored": null},
        "history": entries})
}
