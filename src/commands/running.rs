//! Waits until a restored job runs, and confirms what it was restored from.

use std::time::{Duration, Instant};

use super::context::{Context, Ongoing};
use super::start::Timeout;
use super::{outcome, snapshots};
use crate::domain::diagnosis;
use crate::domain::ids::{JobId, OperatorId};
use crate::domain::job::{Job, JobStatus};
use crate::domain::location::NormalLocation;
use crate::domain::snapshot::Restored;
use crate::domain::throwable::Throwable;
use crate::error::Failure;
use crate::exit::Exit;
use crate::inventory::inspection::names;
use crate::inventory::resolution;
use crate::metadata;
use crate::output::view::RestoreView;
use crate::rest::{self, Client};

/// The pause between two looks at a job that is starting.
const LOOK: Duration = Duration::from_millis(100);
/// How long a job that has failed may not say why: its exceptions lag behind by `web.refresh-interval`, 3 s.
const STALE: Duration = Duration::from_secs(5);
/// How long a job that was accepted may be missing from the list.
const UNLISTED: Duration = Duration::from_secs(30);
/// What to do with a job that was restored from elsewhere.
const LOOK_FIRST: &str = "look at the job before you rely on it; `savepointctl cancel` ends it";

/// Why a job does not run from a snapshot.
pub async fn explain(cx: &Context, location: &str, cause: &Throwable) -> Failure {
    let mut failure = outcome::explain_snapshot(&format!("no job runs from {location}"), cause);
    if let Some(operator) = names::unmapped(cause.text()) {
        // who it is comes before what to do
        failure
            .hints
            .insert(0, unmapped(cx, location, operator).await);
    }
    failure
}

/// What the snapshot says of an operator that the program does not have. The cluster may see a snapshot that cannot be
/// read from here, so that is no failure.
async fn unmapped(cx: &Context, location: &str, operator: OperatorId) -> String {
    let Ok(file) = resolution::open(cx.storage(), location).await else {
        return format!(
            "the snapshot cannot be read from this machine, so that operator {operator} has no name here"
        );
    };
    match metadata::read(&file.bytes) {
        Ok(metadata) => match names::described(&metadata, operator) {
            Some(described) => format!("in the snapshot, operator {operator} is {described}"),
            None => format!(
                "the snapshot records neither name nor uid of operator {operator}: `savepointctl uid` tells whether it \
                 is that of one of your uids"
            ),
        },
        Err(err) => format!("the snapshot's metadata cannot be decoded from here: {err}"),
    }
}

/// The command that waits for a job of which only the id is known.
pub fn running_command(cx: &Context, id: JobId, from: Option<&str>) -> String {
    let mut words = vec![id.to_string(), "--running".to_owned()];
    if let Some(from) = from {
        words.extend(["--from".to_owned(), from.to_owned()]);
    }
    cx.wait_command(words)
}

/// Waits until all tasks of a job run, and confirms that it was restored from `from`.
pub async fn until_running(
    cx: &Context,
    client: &Client,
    id: JobId,
    from: Option<&str>,
    timeout: Option<Timeout>,
) -> Result<Exit, Failure> {
    let ongoing = Ongoing {
        what: format!("job {id} goes on starting"),
        resume: running_command(cx, id, from),
        how: Ongoing::RESUME,
    };
    cx.begin_other(ongoing.clone());
    let said = format!("waiting for the tasks of job {id}");
    let view = |job: &Job, restored: Option<&Restored>| {
        RestoreView::new(id, Some(&job.name), Some(job.status.to_string()), restored)
    };
    let running = async {
        let job = tasks_run(cx, client, id, from, &ongoing).await?;
        let restored = match from {
            Some(from) => match confirm(cx, client, &job, from).await {
                Err(failure) if failure.exit == Exit::Partial => {
                    // it runs all the same
                    cx.printer.show(&view(&job, None))?;
                    return Err(failure);
                }
                confirmed => Some(confirmed?),
            },
            // details only: that it runs is what counts
            None => client
                .history(id)
                .await
                .unwrap_or_default()
                .and_then(|history| history.restored),
        };
        Ok::<_, Failure>((job, restored))
    };
    let running = cx.printer.waiting(&said, running);
    let (job, restored) = match timeout.and_then(|timeout| timeout.at) {
        None => running.await?,
        Some(at) => match tokio::time::timeout_at(at.into(), running).await {
            Ok(running) => running?,
            Err(_) => return Err(overdue(client, id, &ongoing).await),
        },
    };
    cx.end_other(&ongoing);
    cx.printer.show(&view(&job, restored.as_ref()))?;
    Ok(Exit::Success)
}

async fn tasks_run(
    cx: &Context,
    client: &Client,
    id: JobId,
    from: Option<&str>,
    ongoing: &Ongoing,
) -> Result<Job, Failure> {
    let resume = || format!("resume with `{}`", ongoing.resume);
    let started = Instant::now();
    let mut last_answer = started;
    loop {
        match client.jobs().await {
            Ok(jobs) => {
                last_answer = Instant::now();
                match jobs.into_iter().find(|job| job.id == id) {
                    Some(job) if job.tasks.all_run() && job.status == JobStatus::Running => {
                        return Ok(job);
                    }
                    Some(job) if job.status == JobStatus::Finished => return Ok(job),
                    Some(job) if job.status.is_ended() => {
                        return Err(did_not_start(cx, client, &job, from).await);
                    }
                    None if started.elapsed() > UNLISTED => {
                        return Err(Failure::new(
                            Exit::NotFound,
                            format!("{} does not know job {id}", client.endpoint()),
                        ));
                    }
                    Some(_) | None => {}
                }
            }
            Err(error) if !error.is_no_answer() => return Err(Failure::from(error).hint(resume())),
            Err(error) if last_answer.elapsed() >= client.timing().reconnect => {
                return Err(lost_contact(error, id).hint(resume()));
            }
            Err(_) => {}
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// The failure of a user's time-out, with the last failure of the job if the cluster tells it at once.
async fn overdue(client: &Client, id: JobId, ongoing: &Ongoing) -> Failure {
    let what = format!("timed out: not all tasks of job {id} were seen to run yet");
    let failure = Failure::new(Exit::TimedOut, what);
    let why = tokio::time::timeout(Duration::from_secs(1), client.last_exception(id)).await;
    let failure = match why {
        Ok(Ok(Some(cause))) => {
            let sentence = diagnosis::diagnose(&cause).sentence;
            failure.hint(format!("its last failure: {sentence}"))
        }
        Ok(Ok(None) | Err(_)) | Err(_) => failure,
    };
    failure.hint(format!("resume with `{}`", ongoing.resume))
}

fn lost_contact(error: rest::Error, id: JobId) -> Failure {
    let failure = Failure {
        exit: Exit::TimedOut,
        ..Failure::from(error)
    };
    failure.doing(format!("lost contact while job {id} was starting"))
}

async fn did_not_start(cx: &Context, client: &Client, job: &Job, from: Option<&str>) -> Failure {
    let what = from.unwrap_or("its snapshot");
    let started = Instant::now();
    loop {
        if let Ok(Some(cause)) = client.last_exception(job.id).await {
            return explain(cx, what, &cause).await;
        }
        if started.elapsed() > STALE {
            return Failure::new(
                Exit::Failed,
                format!(
                    "job {} ({}) has ended as {} while it started",
                    job.id, job.name, job.status
                ),
            );
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// What the statistics say that the job was restored from, which must be `from`.
async fn confirm(
    cx: &Context,
    client: &Client,
    job: &Job,
    from: &str,
) -> Result<Restored, Failure> {
    let wanted = NormalLocation::of(from);
    let mut staleness = snapshots::Staleness::default();
    let started = Instant::now();
    let mut last_answer = started;
    loop {
        let asked = started.elapsed();
        let history = match client.history(job.id).await {
            Err(error)
                if error.is_no_answer() && last_answer.elapsed() < client.timing().reconnect =>
            {
                tokio::time::sleep(LOOK).await;
                continue;
            }
            Err(error) => {
                let what = format!(
                    "all tasks of job {} run, but what it was restored from cannot be confirmed",
                    job.id
                );
                let failure = Failure {
                    exit: Exit::TimedOut,
                    ..Failure::from(error)
                };
                let resume = running_command(cx, job.id, Some(from));
                return Err(failure.doing(what).hint(format!("resume with `{resume}`")));
            }
            Ok(history) => history,
        };
        last_answer = Instant::now();
        let restored = history.and_then(|history| history.restored);
        let place = restored
            .as_ref()
            .and_then(|restored| restored.location.as_deref())
            .map(NormalLocation::of);
        let is_confirmed =
            |place: &NormalLocation| place.may_be(&wanted) || ends_alike(place, &wanted);
        let is_late =
            !place.as_ref().is_some_and(is_confirmed) && staleness.is_over(client, asked).await;
        match (restored, place) {
            (Some(restored), Some(place)) if is_confirmed(&place) => {
                return Ok(restored);
            }
            (Some(restored), Some(place)) if place.parent_name() == Some(&job.id.to_string()) => {
                cx.printer.note(format!(
                    "the job has failed once since, and was restored from its own checkpoint {}",
                    place.as_str()
                ));
                return Ok(restored);
            }
            (Some(_), Some(place)) if is_late => {
                let what = format!(
                    "job {} runs, but was restored from {} instead of {from}",
                    job.id,
                    place.as_str()
                );
                return Err(Failure::new(Exit::Partial, what).hint(LOOK_FIRST));
            }
            _ if is_late => {
                let what = format!(
                    "job {} runs, but the cluster does not say that it was restored from {from}",
                    job.id
                );
                return Err(Failure::new(Exit::Partial, what).hint(LOOK_FIRST));
            }
            _ => {}
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Whether a relative location names the end of an absolute one: the server resolves it against its own directory.
fn ends_alike(place: &NormalLocation, wanted: &NormalLocation) -> bool {
    let relative = !wanted.as_str().starts_with('/') && !wanted.as_str().contains("://");
    relative && place.as_str().ends_with(&format!("/{}", wanted.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_location_is_confirmed_by_its_end() {
        let alike = |place: &str, wanted: &str| {
            ends_alike(&NormalLocation::of(place), &NormalLocation::of(wanted))
        };
        assert!(alike("/flink/sp/savepoint-1", "sp/savepoint-1"));
        assert!(!alike("/flink/xsp/savepoint-1", "sp/savepoint-1"));
        assert!(!alike("/flink/sp/savepoint-1", "/sp/savepoint-1"));
    }
}
