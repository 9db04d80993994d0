//! Which handler answers which path.

use super::api::Api;
use super::exchange::{Reply, Request};
use super::refusal::Refusal;
use super::{checkpoints, jars, job_details, job_results, jobs, operations, overview};
use crate::domain::ids::{JobId, TriggerId};

/// Answers a request with these parameters in its path.
type Handle = fn(&Api, &Request, &Parameters<'_>) -> Result<Reply, Refusal>;

/// Method, path, handler. A step that begins with a colon is a parameter, called as Flink calls it.
const ROUTES: &[(&str, &str, Handle)] = &[
    ("GET", "/overview", overview::overview),
    ("GET", "/config", overview::config),
    ("GET", "/jobmanager/config", overview::configuration),
    ("GET", "/taskmanagers", overview::taskmanagers),
    ("GET", "/jobs", jobs::ids),
    ("GET", "/jobs/overview", jobs::overview),
    ("GET", "/jobs/:jobid", job_details::details),
    ("PATCH", "/jobs/:jobid", jobs::cancel),
    ("GET", "/jobs/:jobid/yarn-cancel", jobs::cancel),
    ("GET", "/jobs/:jobid/status", jobs::status),
    ("GET", "/jobs/:jobid/plan", job_details::plan),
    ("GET", "/jobs/:jobid/config", job_details::config),
    ("GET", "/jobs/:jobid/exceptions", job_results::exceptions),
    (
        "GET",
        "/jobs/:jobid/execution-result",
        job_results::execution,
    ),
    (
        "GET",
        "/jobs/:jobid/accumulators",
        job_results::accumulators,
    ),
    ("GET", "/jobs/:jobid/checkpoints", checkpoints::statistics),
    (
        "GET",
        "/jobs/:jobid/checkpoints/config",
        checkpoints::config,
    ),
    (
        "GET",
        "/jobs/:jobid/checkpoints/details/:checkpointid",
        checkpoints::details,
    ),
    ("POST", "/jobs/:jobid/checkpoints", operations::checkpoint),
    (
        "GET",
        "/jobs/:jobid/checkpoints/:triggerid",
        operations::checkpoint_status,
    ),
    ("POST", "/jobs/:jobid/savepoints", operations::savepoint),
    (
        "GET",
        "/jobs/:jobid/savepoints/:triggerid",
        operations::savepoint_status,
    ),
    ("POST", "/jobs/:jobid/stop", operations::stop),
    ("POST", "/savepoint-disposal", operations::dispose),
    (
        "GET",
        "/savepoint-disposal/:triggerid",
        operations::disposal_status,
    ),
    ("POST", "/jars/upload", jars::upload),
    ("GET", "/jars", jars::list),
    ("DELETE", "/jars/:jarid", jars::delete),
    ("POST", "/jars/:jarid/run", jars::run),
    ("GET", "/jars/:jarid/plan", jars::plan),
    ("POST", "/jars/:jarid/plan", jars::plan),
    // the minicluster's own, which no Flink has
    (
        "GET",
        "/minicluster/savepoints/:number",
        operations::heap_savepoint,
    ),
];

/// Answers a request, in whatever way.
pub(super) fn answer(api: &Api, request: &Request) -> Reply {
    let matching = ROUTES.iter().find_map(|(method, path, handle)| {
        let parameters =
            matches(path, &request.steps).filter(|_| *method == request.method.as_str());
        Some((parameters?, handle))
    });
    let answered = match matching {
        Some((parameters, handle)) => handle(api, request, &parameters),
        // what Flink has no handler for, it takes for a file of its web interface, if it is asked for one
        None if request.method == "GET" => Err(Refusal::plain(
            404,
            format!("Unable to load requested file {}.", request.path),
        )),
        None => Err(Refusal::plain(404, format!("Not found: {}", request.path))),
    };
    answered.unwrap_or_else(Reply::from)
}

/// The parameters of a path, if it fits.
fn matches<'r>(path: &'static str, steps: &'r [String]) -> Option<Parameters<'r>> {
    let mut wanted = path.split('/').skip(1);
    let mut values = Vec::new();
    for step in steps {
        let wanted = wanted.next()?;
        match wanted.strip_prefix(':') {
            Some(name) => values.push((name, step.as_str())),
            None if wanted == step => {}
            None => return None,
        }
    }
    wanted.next().is_none().then_some(Parameters { values })
}

/// The parameters of a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parameters<'r> {
    values: Vec<(&'static str, &'r str)>,
}

impl Parameters<'_> {
    /// A parameter's text; empty if the path has none of this name.
    pub(super) fn text(&self, name: &str) -> &str {
        let found = self.values.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    }

    fn parsed<T: std::str::FromStr>(&self, name: &str) -> Result<T, Refusal> {
        let text = self.text(name);
        text.parse()
            .map_err(|_| Refusal::parameter("path", name, text))
    }

    /// The job.
    pub(super) fn job(&self) -> Result<JobId, Refusal> {
        self.parsed("jobid")
    }

    /// The operation.
    pub(super) fn trigger(&self) -> Result<TriggerId, Refusal> {
        self.parsed("triggerid")
    }

    /// The checkpoint.
    pub(super) fn checkpoint(&self) -> Result<i64, Refusal> {
        self.parsed("checkpointid")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(path: &str) -> Vec<String> {
        path.split('/').skip(1).map(str::to_owned).collect()
    }

    #[test]
    fn a_path_fits_step_by_step_and_gives_its_parameters() {
        let steps = steps("/jobs/xyz/savepoints/7");
        let found = matches("/jobs/:jobid/savepoints/:triggerid", &steps).unwrap();
        assert_eq!((found.text("jobid"), found.text("triggerid")), ("xyz", "7"));
        for path in [
            "/jobs/:jobid",
            "/jobs/:jobid/savepoints",
            "/jobs/:jobid/checkpoints/:triggerid",
        ] {
            assert_eq!(matches(path, &steps), None, "{path}");
        }
    }

    #[test]
    fn a_fixed_step_comes_before_a_parameter_of_the_same_place() {
        let first = |path: &str| {
            let steps = steps(path);
            let mut routes = ROUTES.iter();
            routes
                .find(|(method, path, _)| *method == "GET" && matches(path, &steps).is_some())
                .unwrap()
                .1
        };
        assert_eq!(first("/jobs/overview"), "/jobs/overview");
        assert_eq!(
            first("/jobs/x/checkpoints/config"),
            "/jobs/:jobid/checkpoints/config"
        );
    }
}
