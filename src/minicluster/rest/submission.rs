//! What a run or plan request says of the job to be, and why it is not run.

use std::collections::BTreeMap;
use std::time::Duration;

use super::api::Api;
use super::body::Fields;
use super::exchange::Request;
use super::jars::{Upload, defaults, source};
use super::refusal::{Refusal, stack_trace};
use crate::domain::claim_mode::ClaimMode;
use crate::domain::ids::JobId;
use crate::domain::key_group::MAX_KEY_GROUPS;
use crate::minicluster::coordinator::{Restore, SubmitError, Throwable};
use crate::minicluster::program::{self, CompileOptions, JobGraph};

/// Where Flink's own default stands for a parallelism.
const DEFAULT_PARALLELISM: i32 = -1;
/// Keys that the minicluster knows, but for all jobs alike.
const OF_CLUSTERS: &[&str] = &[
    "execution.checkpointing.dir",
    "execution.checkpointing.externalized-checkpoint-retention",
    "execution.checkpointing.savepoint-dir",
    "execution.checkpointing.storage",
    "restart-strategy.fixed-delay.delay",
    "state.backend.savepoints",
    "state.backend.savepoints.fs.dir",
    "state.checkpoint-storage",
    "state.checkpoints.dir",
    "state.savepoints.dir",
];
const MODES: &[&str] = &["LEGACY", "CLAIM", "NO_CLAIM"];

/// What a request says of a job.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) job_id: Option<JobId>,
    pub(super) restore: Option<Restore>,
    entry_class: Option<String>,
    arguments: Vec<String>,
    parallelism: Option<i32>,
    configuration: BTreeMap<String, String>,
}

impl Submission {
    /// Reads body and query; the body wins.
    pub(super) fn read(request: &Request, class: &'static str) -> Result<Self, Refusal> {
        let fields = Fields::of(request, class)?;
        let query = |name: &str| request.query(name).map(str::to_owned);
        let mode = "org.apache.flink.core.execution.RecoveryClaimMode";
        let claim_mode = match fields.one_of("claimMode", mode, MODES)? {
            Some(mode) => Some(mode),
            None => fields.one_of("restoreMode", mode, MODES)?,
        };
        let path = fields
            .text("savepointPath")?
            .or_else(|| query("savepointPath"));
        let allow = match fields.boolean("allowNonRestoredState")? {
            Some(allow) => allow,
            None => {
                query("allowNonRestoredState").is_some_and(|text| text.eq_ignore_ascii_case("true"))
            }
        };
        let restore = path
            .filter(|path| !path.is_empty())
            .map(|location| Restore {
                location,
                allow_non_restored_state: allow,
                claim_mode: claim_mode
                    .and_then(|mode| mode.parse().ok())
                    .unwrap_or(ClaimMode::NoClaim),
            });
        let parallelism = match (fields.integer("parallelism")?, request.query("parallelism")) {
            (Some(number), _) => Some(number),
            (None, Some(text)) => {
                let number = text.parse().ok();
                Some(number.ok_or_else(|| Refusal::parameter("query", "parallelism", text))?)
            }
            (None, None) => None,
        };
        let mut arguments = fields.texts("programArgsList")?;
        if arguments.is_empty()
            && let Some(list) = request.query("programArg")
        {
            arguments = list.split(',').map(str::to_owned).collect();
        }
        Ok(Self {
            job_id: fields.job_id()?,
            restore,
            entry_class: fields.text("entryClass")?.or_else(|| query("entry-class")),
            arguments,
            parallelism: parallelism.filter(|number| *number != DEFAULT_PARALLELISM),
            configuration: fields.settings("flinkConfiguration")?,
        })
    }

    /// The program made into a job, as this request wants it.
    pub(super) fn graph(&self, api: &Api, upload: &Upload) -> Result<JobGraph, Refusal> {
        self.refuse_settings_of_clusters()?;
        let options = self.options(api)?;
        let mut graph = program::compile(source(api, upload), &options)
            .map_err(|error| main_method(&error.to_string(), None))?;
        if let Some(class) = self
            .entry_class
            .as_ref()
            .filter(|class| **class != graph.name)
        {
            return Err(no_entry_point(class));
        }
        if !self.arguments.is_empty() {
            return Err(main_method(
                "a program in a TOML file takes no arguments",
                None,
            ));
        }
        // what the program says itself comes first, as in Flink
        graph.checkpoint_interval = graph.checkpoint_interval.or(self.interval(api)?);
        let duration = |text: &str| (api.programs.duration)(text).filter(|found| !found.is_zero());
        let timeout = self.setting(&["execution.checkpointing.timeout"], duration)?;
        graph.checkpoint_timeout = graph.checkpoint_timeout.or(timeout);
        graph.restart_attempts = graph.restart_attempts.or(self.restart_attempts()?);
        Ok(graph)
    }

    /// How the program is to be compiled.
    fn options(&self, api: &Api) -> Result<CompileOptions, Refusal> {
        let mut options = defaults(api);
        let keys = [
            "pipeline.operator-chaining.enabled",
            "pipeline.operator-chaining",
        ];
        let chaining = self.setting(&keys, |text| text.to_ascii_lowercase().parse().ok())?;
        options.chaining = chaining.unwrap_or(options.chaining);
        if let Some(most) = self.setting(&["pipeline.max-parallelism"], |text| text.parse().ok())? {
            options.max_parallelism = match most {
                // Flink's default: it is computed
                DEFAULT_PARALLELISM => None,
                most => Some(key_groups(most)?),
            };
        }
        let by_key = self.setting(&["parallelism.default"], |text| text.parse().ok())?;
        if let Some(parallelism) = self.parallelism.or(by_key) {
            options.parallelism = at_least_one(parallelism)?;
        }
        Ok(options)
    }

    /// How often a checkpoint is taken, if the settings say it.
    fn interval(&self, api: &Api) -> Result<Option<Duration>, Refusal> {
        let key = "execution.checkpointing.interval";
        let interval = self.setting(&[key], api.programs.duration)?;
        match interval.filter(Duration::is_zero) {
            None => Ok(interval),
            // off, as it is
            Some(_) if api.cluster.settings().checkpoint_interval.is_none() => Ok(None),
            Some(_) => Err(of_cluster(key)),
        }
    }

    fn restart_attempts(&self) -> Result<Option<u32>, Refusal> {
        let keys = ["restart-strategy.type", "restart-strategy"];
        let is_fixed = |text: &str| match text.to_ascii_lowercase().as_str() {
            "none" | "off" | "disable" | "disabled" => Some(false),
            "fixed-delay" | "fixeddelay" => Some(true),
            _ => None,
        };
        let attempts = self.setting(&["restart-strategy.fixed-delay.attempts"], |text| {
            text.parse().ok()
        })?;
        match self.setting(&keys, is_fixed)? {
            Some(false) => Ok(Some(0)),
            Some(true) | None => Ok(attempts),
        }
    }

    /// Refuses what a job of a Flink could set and one of a minicluster cannot: to drop it silently would put
    /// snapshots elsewhere, or keep them no longer, than asked for.
    fn refuse_settings_of_clusters(&self) -> Result<(), Refusal> {
        let of_clusters = |key: &&String| OF_CLUSTERS.contains(&key.as_str());
        match self.configuration.keys().find(of_clusters) {
            Some(key) => Err(of_cluster(key)),
            None => Ok(()),
        }
    }

    /// The value of the first of these keys that is given.
    fn setting<T>(
        &self,
        keys: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        let found = keys
            .iter()
            .find_map(|key| Some((key, self.configuration.get(*key)?)));
        let Some((key, text)) = found else {
            return Ok(None);
        };
        match parse(text.trim()) {
            Some(value) => Ok(Some(value)),
            None => Err(main_method(
                &format!("Could not parse value '{text}' for key '{key}'."),
                Some("java.lang.IllegalArgumentException"),
            )),
        }
    }
}

fn of_cluster(key: &str) -> Refusal {
    let message = format!(
        "a minicluster takes '{key}' for all of its jobs, not with a job: give it to `savepointctl minicluster` with -D"
    );
    main_method(&message, Some("java.lang.IllegalArgumentException"))
}

fn key_groups(most: i32) -> Result<u32, Refusal> {
    let most = u32::try_from(most).ok();
    most.filter(|most| (1..=MAX_KEY_GROUPS).contains(most))
        .ok_or_else(|| {
            let message = format!(
                "The maximum parallelism must be greater than 0 and at most {MAX_KEY_GROUPS}."
            );
            main_method(&message, Some("java.lang.IllegalArgumentException"))
        })
}

fn at_least_one(parallelism: i32) -> Result<u32, Refusal> {
    let refused = |why: &'static str| main_method(why, Some("java.lang.IllegalArgumentException"));
    match u32::try_from(parallelism) {
        Ok(number @ 1..=MAX_KEY_GROUPS) => Ok(number),
        Ok(1..) => Err(refused("Parallelism must be at most 32768.")),
        _ => Err(refused(
            "Parallelism must be at least one, or ExecutionConfig.PARALLELISM_DEFAULT (use system default).",
        )),
    }
}

const COMPLETION: &str = "java.util.concurrent.CompletionException";
const RUNTIME: &str = "org.apache.flink.util.FlinkRuntimeException";
const INVOCATION: &str = "org.apache.flink.client.program.ProgramInvocationException";
const COULD_NOT: &str = "Could not execute application.";

/// 400 of a program that fails before there is a job; `class` is that of the exception it would have thrown in Flink.
fn main_method(message: &str, class: Option<&str>) -> Refusal {
    let invocation = format!("The main method caused an error: {message}");
    let mut causes = vec![(INVOCATION, invocation.as_str())];
    causes.extend(class.map(|class| (class, message)));
    could_not_execute(&causes)
}

fn could_not_execute(causes: &[(&str, &str)]) -> Refusal {
    let wrapped = format!("{RUNTIME}: {COULD_NOT}");
    let mut chain = vec![(COMPLETION, wrapped.as_str()), (RUNTIME, COULD_NOT)];
    chain.extend_from_slice(causes);
    Refusal::handler_because(400, COULD_NOT, &chain)
}

fn no_entry_point(class: &str) -> Refusal {
    let message =
        format!("The program's entry point class '{class}' was not found in the jar file.");
    let wrapped = format!("{INVOCATION}: {message}");
    Refusal::internal(&stack_trace(&[
        (COMPLETION, &wrapped),
        (INVOCATION, &message),
        ("java.lang.ClassNotFoundException", class),
    ]))
}

/// 400 of a job that the cluster does not take.
pub(super) fn refused(name: &str, error: SubmitError) -> Refusal {
    let failed = format!("Failed to execute job '{name}'.");
    let invocation = format!("The main method caused an error: {failed}");
    let mut causes = vec![
        Throwable::new(INVOCATION, invocation),
        Throwable::new("org.apache.flink.util.FlinkException", failed),
    ];
    match error {
        SubmitError::Duplicate(_) => causes.push(Throwable::new(
            "org.apache.flink.runtime.client.DuplicateApplicationSubmissionException",
            "Application has already been submitted.",
        )),
        SubmitError::Initialization(why) => {
            let started = Throwable::new(
                "org.apache.flink.runtime.client.JobInitializationException",
                "Could not start the JobMaster.",
            );
            causes.push(Throwable::new(
                "java.lang.RuntimeException",
                started.headline(),
            ));
            causes.push(started);
            causes.extend(why.chain().cloned());
        }
        SubmitError::ShuttingDown => causes.push(Throwable::new(
            "org.apache.flink.util.FlinkException",
            "The cluster is shutting down.",
        )),
    }
    let chain: Vec<(&str, &str)> = causes
        .iter()
        .map(|cause| (cause.class.as_str(), cause.message.as_str()))
        .collect();
    could_not_execute(&chain)
}
