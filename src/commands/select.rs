//! From what a user typed for a JOB to the one job that is meant.

use crate::domain::job::{Job, JobSelector};
use crate::error::Failure;
use crate::exit::Exit;
use crate::rest::Client;

/// The running job that is meant.
///
/// # Errors
/// Several match (2), the job has ended (7), or nothing matches (4).
pub async fn running(client: &Client, selector: &JobSelector) -> Result<Job, Failure> {
    let jobs = client.jobs().await?;
    pick_running(&jobs, selector).map_err(|failure| at(client, failure))
}

/// The job that is meant, running or ended; of ended ones with one name the newest.
///
/// # Errors
/// Several match (2) or nothing does (4).
pub async fn any(client: &Client, selector: &JobSelector) -> Result<Job, Failure> {
    let jobs = client.jobs().await?;
    pick_any(&jobs, selector).map_err(|failure| at(client, failure))
}

fn at(client: &Client, failure: Failure) -> Failure {
    if failure.exit == Exit::NotFound {
        failure.hint(format!(
            "`savepointctl jobs --all` lists the jobs of {}",
            client.endpoint()
        ))
    } else {
        failure
    }
}

fn pick_running(jobs: &[Job], selector: &JobSelector) -> Result<Job, Failure> {
    let matches = selector.matches(jobs);
    let running: Vec<&Job> = matches
        .iter()
        .copied()
        .filter(|job| !job.status.is_ended())
        .collect();
    match (running.as_slice(), matches.first()) {
        ([job], _) => Ok((*job).clone()),
        ([], Some(ended)) => Err(has_ended(ended)),
        ([], None) => Err(unknown(selector)),
        (several, _) => Err(ambiguous(selector, several)),
    }
}

fn pick_any(jobs: &[Job], selector: &JobSelector) -> Result<Job, Failure> {
    let matches = selector.matches(jobs);
    let running: Vec<&Job> = matches
        .iter()
        .copied()
        .filter(|job| !job.status.is_ended())
        .collect();
    match (running.as_slice(), matches.first()) {
        ([job], _) => Ok((*job).clone()),
        // jobs come newest first
        ([], Some(newest)) if matches.iter().all(|job| job.name == newest.name) => {
            Ok((*newest).clone())
        }
        ([], Some(_)) => Err(ambiguous(selector, &matches)),
        ([], None) => Err(unknown(selector)),
        (several, _) => Err(ambiguous(selector, several)),
    }
}

/// The failure of a command that needs a running job.
pub fn has_ended(job: &Job) -> Failure {
    let when = job
        .ended
        .map(|at| format!(" at {at:.0}"))
        .unwrap_or_default();
    Failure::new(
        Exit::Refused,
        format!(
            "job {} ({}) has ended: {}{when}",
            job.id, job.name, job.status
        ),
    )
}

fn unknown(selector: &JobSelector) -> Failure {
    Failure::new(
        Exit::NotFound,
        format!("no job '{selector}': no job has this id or name, or an id that begins so"),
    )
}

fn ambiguous(selector: &JobSelector, jobs: &[&Job]) -> Failure {
    let what = format!("'{selector}' means {} jobs", jobs.len());
    let each = jobs
        .iter()
        .map(|job| format!("{}  {}  {}", job.id, job.status, job.name));
    Failure {
        hints: each.collect(),
        ..Failure::new(Exit::Usage, what)
    }
    .hint("give the id, or more of it")
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::job::{JobStatus, TaskCounts};

    fn job(number: u8, name: &str, status: JobStatus) -> Job {
        Job {
            id: format!("{number:02x}000000000000000000000000000000")
                .parse()
                .unwrap(),
            name: name.to_owned(),
            ended: status.is_ended().then_some(Timestamp::UNIX_EPOCH),
            status,
            started: Timestamp::UNIX_EPOCH,
            duration_ms: 0,
            tasks: TaskCounts::default(),
        }
    }

    fn outcome(result: Result<Job, Failure>) -> Result<String, u8> {
        result
            .map(|job| job.id.to_string()[..2].to_owned())
            .map_err(|failure| failure.exit.code())
    }

    fn jobs() -> Vec<Job> {
        vec![
            job(0xa1, "orders", JobStatus::Running),
            job(0xa2, "orders", JobStatus::Finished),
            job(0xb1, "twice", JobStatus::Running),
            job(0xb2, "twice", JobStatus::Other("RESTARTING".to_owned())),
            job(0xc1, "old", JobStatus::Canceled),
            job(0xc2, "old", JobStatus::Failed),
        ]
    }

    #[test]
    fn an_ended_namesake_does_not_hide_the_running_job() {
        assert_eq!(
            outcome(pick_running(&jobs(), &JobSelector::new("orders"))),
            Ok("a1".to_owned())
        );
        assert_eq!(
            outcome(pick_any(&jobs(), &JobSelector::new("orders"))),
            Ok("a1".to_owned())
        );
    }

    #[test]
    fn ended_unknown_and_ambiguous_jobs_have_codes_of_their_own() {
        let code =
            |typed: &str| outcome(pick_running(&jobs(), &JobSelector::new(typed))).unwrap_err();
        assert_eq!(
            (code("a2"), code("old"), code("nothing"), code("twice")),
            (7, 7, 4, 2)
        );
    }

    #[test]
    fn of_ended_namesakes_the_newest_is_meant() {
        let any = |typed: &str| outcome(pick_any(&jobs(), &JobSelector::new(typed)));
        assert_eq!(any("old"), Ok("c1".to_owned()));
        assert_eq!((any("twice"), any("nothing")), (Err(2), Err(4)));
    }
}
