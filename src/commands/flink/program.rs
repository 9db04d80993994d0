//! `flink run` and `flink info`: programs, through the JobManager.

use std::path::Path;

use super::super::context::{Context, Ongoing};
use super::super::jar::Jar;
use super::super::launch::{self, LaunchedJar, launch};
use super::super::program;
use super::end::{self, until_ended};
use super::endpoint::Setup;
use super::{block_on, help, usage};
use crate::cli::commons_cli::Line;
use crate::cli::flink_options::Action;
use crate::domain::claim_mode::ClaimMode;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::output::flink::Plan;
use crate::rest::Client;
use crate::rest::jars::RunRequest;

/// A program as the line names it.
struct Program {
    jar: Jar,
    arguments: Vec<String>,
    class: Option<String>,
    parallelism: Option<u32>,
}

impl Program {
    /// Reads it from the line, and opens its jar.
    ///
    /// # Errors
    /// What only Flink itself runs; no jar, or none that can be read.
    fn of(action: Action, line: &Line) -> Result<Self, Failure> {
        refuse_uncovered(line)?;
        // with -a the words behind it are all there is, the jar among them unless -j names it: so does Flink
        let mut arguments: Vec<String> = if line.has("a") {
            if let Some(word) = line.words.first() {
                let what = format!("'{word}' stands beside -a, and Flink would leave it out");
                return Err(usage(action, what));
            }
            line.values("a").map(str::to_owned).collect()
        } else {
            line.words.clone()
        };
        let jar = match line.value("j") {
            Some(jar) => jar.to_owned(),
            None if arguments.is_empty() => return Err(usage(action, "name the program's jar")),
            None => arguments.remove(0),
        };
        // -1 is Flink's word for the default one
        let parallelism = line.value("p").filter(|typed| *typed != "-1").map(|typed| {
            let number = typed.parse::<u32>().ok();
            let number = number.filter(|number| (1..=i32::MAX as u32).contains(number));
            let wrong = || format!("-p '{typed}' is no parallelism: a positive number");
            number.ok_or_else(|| usage(action, wrong()))
        });
        let class = line.value("c").map(str::to_owned);
        if class.as_ref().is_some_and(|class| class.trim().is_empty()) {
            // the JobManager would take it for none, and run whatever the manifest names
            return Err(usage(action, "-c names no class"));
        }
        Ok(Self {
            parallelism: parallelism.transpose()?,
            class,
            jar: Jar::open(Path::new(&jar))?,
            arguments,
        })
    }

    fn request(&self) -> RunRequest {
        RunRequest {
            entry_class: self.class.clone(),
            program_args_list: self.arguments.clone(),
            parallelism: self.parallelism,
            ..RunRequest::default()
        }
    }
}

/// Options that need Java or Python here, or that REST has no words for.
fn refuse_uncovered(line: &Line) -> Result<(), Failure> {
    let python = line
        .options
        .iter()
        .find(|given| given.option.short.starts_with("py"));
    if let Some(given) = python {
        let what = format!("a Python program ({})", given.option.shown());
        return Err(help::uncovered(&what));
    }
    if line.has("C") {
        return Err(help::uncovered("-C, a class path beside the jar,"));
    }
    if line.has("sae") && !line.has("d") {
        return Err(help::uncovered("-sae, a job that ends with its client,"));
    }
    Ok(())
}

/// The snapshot to run from.
struct Restore<'a> {
    path: &'a str,
    claim_mode: Option<ClaimMode>,
}

/// What the line says of a snapshot. Without one Flink takes no notice of the options that belong to it.
fn restore<'a>(line: &'a Line, setup: &Setup) -> Result<Option<Restore<'a>>, Failure> {
    let Some(path) = line.value("s") else {
        for option in ["n", "cm", "rm"].iter().filter(|option| line.has(option)) {
            setup
                .printer()
                .warning(format!("-{option} is ignored without -s, as Flink does"));
        }
        return Ok(None);
    };
    if path.trim().is_empty() {
        return Err(usage(Action::Run, launch::NO_SNAPSHOT));
    }
    let mode = |typed: &str| {
        typed
            .parse::<ClaimMode>()
            .map_err(|err| usage(Action::Run, err))
    };
    let claim_mode = match (line.value("cm"), line.value("rm")) {
        (Some(typed), other) => {
            if other.is_some() {
                setup
                    .printer()
                    .warning("-rm is ignored beside -cm, as Flink does");
            }
            Some(mode(typed)?)
        }
        (None, Some(typed)) => {
            let claim_mode = mode(typed)?;
            setup
                .printer()
                .flink("The option 'restoreMode' is deprecated. Please use 'claimMode' instead.")?;
            Some(claim_mode)
        }
        (None, None) => None,
    };
    if claim_mode == Some(ClaimMode::Legacy) {
        setup.printer().flink(
            "Warning: The LEGACY restore mode is deprecated, please use CLAIM or NO_CLAIM mode instead.",
        )?;
    }
    Ok(Some(Restore { path, claim_mode }))
}

/// Runs `run`.
pub fn run(line: &Line, setup: Setup) -> Result<Exit, Failure> {
    let program = Program::of(Action::Run, line)?;
    let restore = restore(line, &setup)?;
    let mut request = program.request();
    request.savepoint_path = restore.as_ref().map(|restore| restore.path.to_owned());
    request.allow_non_restored_state = (restore.is_some() && line.has("n")).then_some(true);
    let claim_mode = restore.and_then(|restore| restore.claim_mode);
    let detached = line.has("d");
    if line.has("sae") {
        setup
            .printer()
            .warning("-sae is ignored beside -d: the job outlives its client either way");
    }
    let cx = setup.context(line)?;
    block_on(&cx, async {
        let client = cx.client().await?;
        launch::set_claim_mode(&mut request, &client, claim_mode)?;
        request.flink_configuration = program::settings(&cx, &client)?;
        let jar = upload(&cx, &client, program.jar).await?;
        let launched = LaunchedJar {
            id: &jar,
            uploaded: true,
            keep: false,
        };
        let Some(id) = launch(&cx, &client, launched, request, None).await? else {
            cx.printer.warning(
                "the program's main method has started no job; what it printed is in the JobManager's output",
            );
            return Ok(Exit::Success);
        };
        cx.printer
            .flink(format!("Job has been submitted with JobID {id}"))?;
        if detached {
            return Ok(Exit::Success);
        }
        let ongoing = Ongoing {
            what: format!("job {id} goes on"),
            resume: cx.command("jobs", ["--all".to_owned()]),
            how: "see how it is with",
        };
        cx.begin_other(ongoing.clone());
        let ended = until_ended(&cx, &client, id).await?;
        cx.end_other(&ongoing);
        end::show(&cx, &client, id, ended).await
    })
}

/// Uploads the program's jar, where the cluster runs jars.
async fn upload(cx: &Context, client: &Client, jar: Jar) -> Result<String, Failure> {
    jar.must_suit(client)?;
    if !client.runs_jars().await? {
        return Err(program::no_jars(client));
    }
    jar.upload(cx, client).await
}

/// Runs `info`.
pub fn info(line: &Line, setup: Setup) -> Result<Exit, Failure> {
    let program = Program::of(Action::Info, line)?;
    let mut request = program.request().program();
    for option in ["d", "sae"].iter().filter(|option| line.has(option)) {
        setup
            .printer()
            .warning(format!("-{option} is ignored: info runs nothing"));
    }
    let cx = setup.context(line)?;
    block_on(&cx, async {
        let client = cx.client().await?;
        request.flink_configuration = program::settings(&cx, &client)?;
        let jar = upload(&cx, &client, program.jar).await?;
        cx.begin_upload(&jar);
        let plan = client.plan_json(&jar, &request).await;
        cx.end_upload();
        cx.delete_jar(&client, &jar).await;
        let plan = plan.doing(|| "the program has no plan".to_owned())?;
        show_plan(&cx, Plan(plan))
    })
}

fn show_plan(cx: &Context, plan: Plan) -> Result<Exit, Failure> {
    cx.printer.flink(plan)?;
    Ok(Exit::Success)
}
