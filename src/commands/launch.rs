//! Has the cluster run a jar, once, however often the network makes us ask.

use super::context::{Context, Ongoing};
use super::running::{explain, running_command};
use super::start::Timeout;
use super::{outcome, start};
use crate::domain::claim_mode::ClaimMode;
use crate::domain::diagnosis;
use crate::domain::ids::JobId;
use crate::domain::throwable::Throwable;
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::client::NotTriggered;
use crate::rest::jars::RunRequest;
use crate::rest::{self, Client};

/// Of a path that is empty, as where a script's variable is not set.
pub const NO_SNAPSHOT: &str =
    "the snapshot to run from is an empty text: the job would start with empty state";

/// A jar that lies in the cluster.
#[derive(Debug, Clone, Copy)]
pub struct LaunchedJar<'a> {
    /// Its id there.
    pub id: &'a str,
    /// Whether it was uploaded for this.
    pub uploaded: bool,
    /// Whether it stays all the same.
    pub keep: bool,
}

/// Who owns the snapshot, under the name that the version knows.
///
/// # Errors
/// A mode that the version does not know, and that it does not follow either (7).
pub fn set_claim_mode(
    request: &mut RunRequest,
    client: &Client,
    mode: Option<ClaimMode>,
) -> Result<(), Failure> {
    let version = client.version();
    match mode {
        Some(mode) if version.takes_trigger_ids() => {
            request.set_claim_mode(mode, version.at_least(1, 20));
            Ok(())
        }
        Some(ClaimMode::NoClaim | ClaimMode::Claim) => {
            let what = format!("Flink {version} has no claim modes; they are there from 1.15 on");
            Err(Failure::new(Exit::Refused, what)
                .hint("leave --claim-mode out: it restores as legacy does"))
        }
        Some(ClaimMode::Legacy) | None => Ok(()),
    }
}

/// What REST answers where a main method has come to its end without a job.
const NO_JOB: &str = "No jobs included in application";

/// Has the cluster run a jar, and gives back the job's id, or nothing where its main method starts no job. A jar that was
/// uploaded for it goes again.
///
/// # Errors
/// Whatever keeps the program from running; a submission of which nobody knows what became of it (3).
pub async fn launch(
    cx: &Context,
    client: &Client,
    jar: LaunchedJar<'_>,
    mut request: RunRequest,
    timeout: Option<Timeout>,
) -> Result<Option<JobId>, Failure> {
    let id = JobId::from_bytes(*start::random_id()?.as_bytes());
    request.job_id = id.to_string();
    let location = request.savepoint_path.as_deref();
    if location.is_some_and(|location| location.trim().is_empty()) {
        // the JobManager would take it for none
        if jar.uploaded && !jar.keep {
            cx.delete_jar(client, jar.id).await;
        }
        return Err(Failure::new(Exit::Usage, NO_SNAPSHOT));
    }
    let from = location.map(|location| format!(" from {location}"));
    let ongoing = Ongoing {
        what: format!("job {id} may be starting{}", from.unwrap_or_default()),
        resume: running_command(cx, id, location),
        how: Ongoing::RESUME,
    };
    cx.begin_other(ongoing.clone());
    let submission = submit(cx, client, jar.id, &request, id);
    let submitted = match timeout.and_then(|timeout| timeout.at) {
        None => submission.await,
        Some(at) => match tokio::time::timeout_at(at.into(), submission).await {
            Ok(submitted) => submitted,
            Err(_) => {
                let what = format!(
                    "timed out while job {id} was submitted: whether it starts is not known"
                );
                Err(Failure::new(Exit::TimedOut, what)
                    .hint(format!("resume with `{}`", ongoing.resume)))
            }
        },
    };
    // where nobody knows, the main method may still run and need it
    let is_unknown = matches!(&submitted, Err(failure) if failure.exit == Exit::TimedOut);
    if jar.uploaded && !jar.keep && !is_unknown {
        cx.delete_jar(client, jar.id).await;
    } else if jar.uploaded {
        cx.printer
            .note(format!("the jar stays in the cluster as {}", jar.id));
    }
    cx.end_other(&ongoing);
    submitted.map(|started| started.then_some(id))
}

/// Has the cluster run the jar, and tells whether that started a job. A repetition of a request whose answer was lost
/// finds the job there.
async fn submit(
    cx: &Context,
    client: &Client,
    jar: &str,
    request: &RunRequest,
    id: JobId,
) -> Result<bool, Failure> {
    let NotTriggered { error, may_run } = match client.run_jar(jar, request).await {
        Ok(_) => return Ok(true),
        Err(not_triggered) => not_triggered,
    };
    let location = request.savepoint_path.as_deref();
    let fate = fate(client, id, &error, may_run).await;
    match error.refusal() {
        Some((_, cause)) if cause.text().contains("has already been submitted") => Ok(true),
        _ if fate == Fate::Runs => Ok(true),
        _ if fate == Fate::Unknown => Err(unknown_fate(cx, error, id, location)),
        Some((_, cause)) if cause.text().contains(NO_JOB) => Ok(false),
        Some((_, cause)) => {
            // a job that could not start may say more than the answer does
            let own = match diagnosis::diagnose(cause) {
                found if found.hint.is_none() && cause.chain().len() < 2 => {
                    client.last_exception(id).await.unwrap_or_default()
                }
                _ => None,
            };
            let cause = own.as_ref().unwrap_or(cause);
            Err(match location {
                Some(location) => explain(cx, location, cause).await,
                None => outcome::explain_snapshot(&format!("{jar} does not run"), cause),
            })
        }
        None => {
            let from = location.map(|location| format!(" from {location}"));
            let doing = format!("cannot run {jar}{}", from.unwrap_or_default());
            Err(Failure::from(error).doing(doing))
        }
    }
}

/// What became of a submission that was not answered as it should be.
#[derive(PartialEq, Eq)]
enum Fate {
    Runs,
    Refused,
    Unknown,
}

/// A try whose answer was lost, or a failure inside the server such as a time-out between its parts, does not say that
/// nothing was begun.
async fn fate(client: &Client, id: JobId, error: &rest::Error, may_run: bool) -> Fate {
    let refusal = error.refusal();
    let times_out = |cause: &Throwable| {
        let mut chain = cause.chain().iter();
        chain.any(|exception| exception.simple_class() == "TimeoutException")
    };
    let in_doubt = may_run || refusal.is_some_and(|(_, cause)| times_out(cause));
    if !in_doubt && refusal.is_none_or(|(status, _)| status < 500) {
        return Fate::Refused;
    }
    let Ok(jobs) = client.jobs().await else {
        return Fate::Unknown;
    };
    match jobs.iter().find(|job| job.id == id) {
        Some(job) if job.status.is_ended() && refusal.is_some() => Fate::Refused,
        Some(_) => Fate::Runs,
        None if in_doubt => Fate::Unknown,
        None => Fate::Refused,
    }
}

fn unknown_fate(cx: &Context, error: rest::Error, id: JobId, location: Option<&str>) -> Failure {
    let failure = Failure {
        exit: Exit::TimedOut,
        ..Failure::from(error)
    };
    let what = format!("no word of job {id}, which was submitted: whether it starts is not known");
    let resume = running_command(cx, id, location);
    failure.doing(what).hint(format!("resume with `{resume}`"))
}
