//! `flink list`.

use super::endpoint::Setup;
use super::{block_on, ignored};
use crate::cli::commons_cli::Line;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::output::flink::{Blocks, JobList};

/// Runs the action.
pub fn list(line: &Line, setup: Setup) -> Result<Exit, Failure> {
    let (all, running, scheduled) = (line.has("a"), line.has("r"), line.has("s"));
    let nothing_said = !all && !running && !scheduled;
    let blocks = Blocks {
        running: running || all || nothing_said,
        scheduled: scheduled || all || nothing_said,
        ended: all,
    };
    let cx = setup.context(line)?;
    ignored::say_words(&cx, &line.words);
    cx.printer.flink("Waiting for response...")?;
    block_on(&cx, async {
        let client = cx
            .client()
            .await
            .doing(|| "cannot list the jobs".to_owned())?;
        let jobs = client.jobs().await?;
        cx.printer.flink(JobList::new(jobs, blocks))?;
        Ok(Exit::Success)
    })
}
