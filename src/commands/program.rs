//! What is known of the program that is to go on from a snapshot.

#[cfg(feature = "minicluster")]
mod file;

use std::collections::BTreeMap;
use std::path::Path;

use super::context::Context;
use super::{inspect, select, snapshots};
use crate::domain::ids::JobId;
use crate::domain::job::JobSelector;
use crate::domain::snapshot::History;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::inventory::inspection::Names;
use crate::inventory::preflight::Program;
use crate::inventory::resolution;
use crate::metadata;
use crate::rest::Client;
use crate::rest::jars::PlanRequest;

#[cfg(feature = "minicluster")]
pub use file::of_file;

/// The setting that stands for the max parallelism of every operator that sets none.
const MAX_PARALLELISM: &str = "pipeline.max-parallelism";

/// The `-D` settings that go to a job.
///
/// # Errors
/// There are some, and the cluster takes none (7).
pub fn settings(cx: &Context, client: &Client) -> Result<BTreeMap<String, String>, Failure> {
    let version = client.version();
    let settings: BTreeMap<String, String> = cx.job_settings()?.into_iter().collect();
    if settings.is_empty() || version.at_least(1, 17) {
        return Ok(settings);
    }
    let keys: Vec<&str> = settings.keys().map(String::as_str).collect();
    let what = format!(
        "Flink {version} takes no settings with a job: {}",
        keys.join(", ")
    );
    Err(Failure::new(Exit::Refused, what)
        .hint("-D for a job is there from 1.17 on; set them in the program"))
}

/// The refusal of a cluster that takes no jars.
pub fn no_jars(client: &Client) -> Failure {
    let what = format!(
        "{} runs no jars that are sent to it: an application cluster, or web.submit.enable is off",
        client.endpoint()
    );
    Failure::new(Exit::Refused, what)
}

/// The program of a jar, by the plans that the cluster makes of it. Its main method runs for each.
///
/// # Errors
/// The cluster makes no plan.
pub async fn of_jar(
    cx: &Context,
    client: &Client,
    jar: &str,
    request: &PlanRequest,
) -> Result<Program, Failure> {
    let plans = async {
        let chained = client.plan_jar(jar, request).await?;
        // before that the settings which switch chaining off cannot be sent
        let apart = if client.version().at_least(1, 17) {
            let request = request.clone().without_chaining();
            Some(client.plan_jar(jar, &request).await?)
        } else {
            None
        };
        Ok::<_, Failure>(Program::of_plans(&chained, apart.as_ref()))
    };
    let plans = cx
        .printer
        .waiting("asking the cluster for the program's plan", plans);
    let program = plans
        .await
        .doing(|| format!("the cluster makes no plan of {jar}"))?;
    let max = request.flink_configuration.get(MAX_PARALLELISM);
    Ok(match max.and_then(|max| max.trim().parse().ok()) {
        Some(max) => program.with_max_parallelism(max),
        None => program,
    })
}

/// The program of a job, by the newest snapshot of it: a checkpoint names every operator, even those without state.
///
/// # Errors
/// There is no such job (4), it has no snapshot yet (7), or that cannot be read from here.
pub async fn of_job(
    cx: &Context,
    client: &Client,
    selector: &JobSelector,
) -> Result<Program, Failure> {
    let job = select::any(client, selector).await?;
    let named = format!("job {} ({})", job.id, job.name);
    let mut newest = newest_snapshot(client, job.id).await?;
    if newest.is_none() {
        // one that was completed a moment ago may not be told yet
        snapshots::wait_for_fresh(cx, client).await;
        newest = newest_snapshot(client, job.id).await?;
    }
    let Some(location) = newest else {
        let what = format!("{named} has completed no checkpoint that could name its operators");
        return Err(Failure::new(Exit::Refused, what).hint(format!(
            "take one with `savepointctl checkpoint {}` (1.17+), or `trigger`",
            job.id
        )));
    };
    let cannot = || format!("the operators of {named} are not known: cannot read {location}");
    let file = resolution::open(cx.storage(), &location).await;
    let file = file.doing(cannot)?;
    let metadata = metadata::read(&file.bytes).doing(cannot)?;
    let max = client.max_parallelism(job.id).await?;
    Ok(Program::of_snapshot(&metadata, max))
}

/// Where the newest snapshot of a job lies that is still there.
async fn newest_snapshot(client: &Client, job: JobId) -> Result<Option<String>, Failure> {
    let history = client.history(job).await?;
    let mut complete = history
        .iter()
        .flat_map(History::all)
        .filter(|snapshot| snapshot.is_completed() && !snapshot.is_discarded());
    Ok(complete.find_map(|snapshot| snapshot.location().map(str::to_owned)))
}

/// The program whose operators have these uids, one a line of a file.
///
/// # Errors
/// A file that cannot be read (2).
pub async fn of_uids(cx: &Context, path: &Path) -> Result<Program, Failure> {
    let uids = inspect::read_uids(cx, path).await?;
    Ok(Program::of_uids(Names::parse(&uids)))
}

/// Says which feature is missing.
///
/// # Errors
/// Always (2).
#[cfg(not(feature = "minicluster"))]
pub async fn of_file(_: &Context, path: &Path, _: Option<u32>) -> Result<Program, Failure> {
    let what = format!(
        "cannot read the program {}: this build of savepointctl has no feature 'minicluster'",
        path.display()
    );
    Err(Failure::new(Exit::Usage, what))
}
