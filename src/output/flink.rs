//! Flink's own lines on stdout.

use std::fmt;
use std::io::{self, Write};

use jiff::tz::TimeZone;

use super::printer::finish;
use super::{Printer, text};
use crate::domain::ids::JobId;
use crate::domain::job::{Job, JobStatus};
use crate::error::Failure;

impl Printer {
    /// Writes a line of Flink's, or several, at once: whoever reads may be waiting for it.
    ///
    /// # Errors
    /// A stdout that takes nothing more. One that was closed is no error.
    pub fn flink(&self, lines: impl fmt::Display) -> Result<(), Failure> {
        let lines = text::harmless_lines(&lines.to_string());
        let mut out = io::stdout().lock();
        let written = writeln!(out, "{lines}").and_then(|()| out.flush());
        // a result that took work must not be lost with the disk it was meant for
        finish(written)
            .map(drop)
            .map_err(|failure| failure.hint(format!("what was to be written: {lines}")))
    }
}

const RULE: &str = "--------------------------------------------------------------";
const RUNNING: &str = "------------------ Running/Restarting Jobs -------------------";
const SCHEDULED: &str = "----------------------- Scheduled Jobs -----------------------";
const ENDED: &str = "---------------------- Terminated Jobs -----------------------";

/// Which jobs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blocks {
    /// Those that have started and not ended.
    pub running: bool,
    /// Those that wait to start.
    pub scheduled: bool,
    /// Those that have ended.
    pub ended: bool,
}

/// The jobs as `flink list` shows them.
pub struct JobList {
    jobs: Vec<Job>,
    blocks: Blocks,
    zone: TimeZone,
}

impl JobList {
    /// The jobs of these blocks, with times of this machine's zone.
    pub fn new(jobs: Vec<Job>, blocks: Blocks) -> Self {
        Self::at(TimeZone::system(), jobs, blocks)
    }

    fn at(zone: TimeZone, mut jobs: Vec<Job>, blocks: Blocks) -> Self {
        // Flink's order: those that started together by the name of their state
        jobs.sort_by_cached_key(|job| (job.started, job.status.to_string()));
        Self { jobs, blocks, zone }
    }

    fn block(
        &self,
        title: &str,
        empty: Option<&str>,
        wanted: fn(&JobStatus) -> bool,
    ) -> Vec<String> {
        let own: Vec<&Job> = self.jobs.iter().filter(|job| wanted(&job.status)).collect();
        if own.is_empty() {
            return empty.map(str::to_owned).into_iter().collect();
        }
        let rows = own.iter().map(|job| {
            let started = job.started.to_zoned(self.zone.clone());
            let name = text::harmless(&job.name);
            let (id, status) = (job.id, &job.status);
            format!(
                "{} : {id} : {name} ({status})",
                started.strftime("%d.%m.%Y %H:%M:%S")
            )
        });
        let title = std::iter::once(title.to_owned());
        title.chain(rows).chain([RULE.to_owned()]).collect()
    }
}

fn is_scheduled(status: &JobStatus) -> bool {
    matches!(status, JobStatus::Other(name) if name == "CREATED" || name == "INITIALIZING")
}

fn is_running(status: &JobStatus) -> bool {
    !status.is_ended() && !is_scheduled(status)
}

impl fmt::Display for JobList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        if self.blocks.running {
            lines.extend(self.block(RUNNING, Some("No running jobs."), is_running));
        }
        if self.blocks.scheduled {
            lines.extend(self.block(SCHEDULED, Some("No scheduled jobs."), is_scheduled));
        }
        if self.blocks.ended {
            lines.extend(self.block(ENDED, None, JobStatus::is_ended));
        }
        f.write_str(&lines.join("\n"))
    }
}

/// What `flink run` says of a program that has ended.
pub struct ProgramEnd {
    id: JobId,
    net_runtime_ms: u64,
    accumulators: Vec<(String, String, String)>,
}

impl ProgramEnd {
    /// The job, how long it ran, and what it has accumulated: (name, class, value).
    pub fn new(
        id: JobId,
        net_runtime_ms: u64,
        accumulators: Vec<(String, String, String)>,
    ) -> Self {
        Self {
            id,
            net_runtime_ms,
            accumulators,
        }
    }
}

/// The class of the values that an accumulator of Flink's gives.
fn value_class(accumulator: &str) -> &str {
    match accumulator {
        "IntCounter" | "IntMaximum" | "IntMinimum" => "java.lang.Integer",
        "LongCounter" | "LongMaximum" | "LongMinimum" => "java.lang.Long",
        "DoubleCounter" | "DoubleMaximum" | "DoubleMinimum" | "AverageAccumulator" => {
            "java.lang.Double"
        }
        other => other,
    }
}

impl fmt::Display for ProgramEnd {
    /// Ends in an empty line, as Flink's own text does.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, ms) = (self.id, self.net_runtime_ms);
        writeln!(f, "Program execution finished")?;
        writeln!(f, "Job with JobID {id} has finished.")?;
        writeln!(f, "Job Runtime: {ms} ms")?;
        if !self.accumulators.is_empty() {
            writeln!(f, "Accumulator Results: ")?;
            for (name, class, value) in &self.accumulators {
                let [name, value] = [name, value].map(|part| text::harmless(part));
                writeln!(f, "- {name} ({}): {value}", value_class(class))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}

/// A program's plan, as the server gives it.
pub struct Plan(pub serde_json::Value);

const PLAN: &str = "----------------------- Execution Plan -----------------------";

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // alternate form: indented
        let json = format!("{:#}", self.0);
        write!(f, "{PLAN}\n{json}\n{RULE}\n\nNo description provided.")
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::job::TaskCounts;

    fn job(number: u8, seconds: i64, status: &str) -> Job {
        Job {
            id: format!("{number:032x}").parse().unwrap(),
            name: format!("job {number}"),
            status: JobStatus::parse(status),
            started: Timestamp::from_second(seconds).unwrap(),
            ended: None,
            duration_ms: 0,
            tasks: TaskCounts::default(),
        }
    }

    fn listed(jobs: Vec<Job>, running: bool, scheduled: bool, ended: bool) -> String {
        let blocks = Blocks {
            running,
            scheduled,
            ended,
        };
        JobList::at(TimeZone::UTC, jobs, blocks).to_string()
    }

    #[test]
    fn jobs_stand_in_the_order_of_their_starts_and_then_of_their_states() {
        let jobs = vec![
            job(3, 90, "RUNNING"),
            job(2, 90, "RESTARTING"),
            job(1, 0, "RUNNING"),
        ];
        let expected = "\
------------------ Running/Restarting Jobs -------------------
01.01.1970 00:00:00 : 00000000000000000000000000000001 : job 1 (RUNNING)
01.01.1970 00:01:30 : 00000000000000000000000000000002 : job 2 (RESTARTING)
01.01.1970 00:01:30 : 00000000000000000000000000000003 : job 3 (RUNNING)
--------------------------------------------------------------";
        assert_eq!(listed(jobs, true, false, false), expected);
    }

    #[test]
    fn each_block_says_that_it_is_empty_but_that_of_ended_jobs() {
        assert_eq!(
            listed(Vec::new(), true, true, true),
            "No running jobs.\nNo scheduled jobs."
        );
        assert_eq!(listed(Vec::new(), false, true, false), "No scheduled jobs.");
    }

    #[test]
    fn a_job_that_waits_to_start_is_scheduled_and_one_that_ended_is_terminated() {
        let jobs = || {
            let states = ["CREATED", "INITIALIZING", "SUSPENDED", "FAILED"];
            let numbered = states.iter().zip(1..);
            numbered
                .map(|(state, n)| job(n, i64::from(n), state))
                .collect()
        };
        let count = |text: String| text.lines().filter(|line| line.contains(" : job ")).count();
        assert_eq!(count(listed(jobs(), true, false, false)), 1);
        assert_eq!(count(listed(jobs(), false, true, false)), 2);
        assert_eq!(count(listed(jobs(), false, false, true)), 1);
    }
}
