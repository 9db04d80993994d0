//! `preflight SNAPSHOT`: would it restore into that job?

use std::path::PathBuf;

use clap::{ArgGroup, Args};

use super::context::Context;
use super::jar::Jar;
use super::{latest, program};
use crate::cli::dirs::DirArgs;
use crate::cli::value;
use crate::domain::job::JobSelector;
use crate::domain::reference::SnapshotRef;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::inventory::inspection::names::{self, Names};
use crate::inventory::preflight::{self, Program};
use crate::inventory::resolution::{self, SnapshotFile};
use crate::metadata;
use crate::metadata::model::Operator;
use crate::output::view::PreflightView;
use crate::rest::Client;
use crate::rest::jars::PlanRequest;

/// Tell whether a savepoint or checkpoint would restore into a job, before it is tried
///
/// Compares the operator ids of the snapshot with those of the next job, and says which state would be left over, what
/// starts empty, and where parallelism and max parallelism do not fit. Of a jar the cluster is asked for the plan, twice
/// from Flink 1.17 on; its main method runs each time, and no job is started. An operator without a uid that is chained
/// to another one has an id that no plan tells: state that may be its own is called unknown. Exit code 6 says that state
/// would, or may, be left over, or that numbers do not fit.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("against").required(true).args(["jar", "jar_id", "job", "program", "uids"]))]
#[command(after_help = "Examples:\n  \
    savepointctl preflight latest:orders --jar orders-2.toml -p 4\n  \
    savepointctl preflight ~/savepoints/savepoint-2e8f82-ef82e8cf6570 --job orders-canary\n  \
    savepointctl preflight latest:orders --uids uids.txt -o json")]
pub struct PreflightArgs {
    /// A location (directory or metadata file), or latest, latest~N, latest:JOB
    #[arg(value_name = "SNAPSHOT")]
    snapshot: SnapshotRef,

    #[command(flatten)]
    dirs: DirArgs,

    /// The next program's jar, which is uploaded and deleted again
    #[arg(long, value_name = "FILE")]
    jar: Option<PathBuf>,

    /// A jar that was uploaded before, by its id in the cluster
    #[arg(long, value_name = "JAR_ID")]
    jar_id: Option<String>,

    /// A job whose newest checkpoint names its operators
    #[arg(long, value_name = "JOB")]
    job: Option<String>,

    /// A program of the minicluster
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,

    /// A file with the uids of all operators, one a line; lines that start with # are comments
    #[arg(long, value_name = "FILE")]
    uids: Option<PathBuf>,

    /// The class with the main method, where the jar's manifest does not name it
    #[arg(short, long, value_name = "CLASS", value_parser = value::class, conflicts_with_all = ["job", "program", "uids"])]
    class: Option<String>,

    /// The job's parallelism
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=32768))]
    #[arg(conflicts_with_all = ["job", "uids"])]
    parallelism: Option<u32>,

    /// The program's own arguments
    #[arg(last = true, value_name = "ARGS", conflicts_with_all = ["job", "program", "uids"])]
    program_args: Vec<String>,
}

/// Runs the command.
pub async fn run(args: &PreflightArgs, cx: &Context) -> Result<Exit, Failure> {
    let jar = args.jar.as_deref().map(Jar::open).transpose()?;
    let location = latest::resolve(cx, &args.snapshot, &args.dirs).await?;
    let said = format!("reading {location}");
    let opening = resolution::open(cx.storage(), &location);
    let file = cx.printer.waiting(&said, opening).await;
    let file = file.doing(|| format!("cannot check {location}"))?;
    let metadata =
        metadata::read(&file.bytes).doing(|| format!("cannot decode {}", file.metadata_path))?;
    let program = next(args, cx, jar).await?;
    let report = preflight::check(&metadata, &program);
    cx.printer.show(&PreflightView::new(&location, &report))?;
    Ok(if report.fits() {
        Exit::Success
    } else {
        Exit::Findings
    })
}

/// The program that is to go on.
async fn next(args: &PreflightArgs, cx: &Context, jar: Option<Jar>) -> Result<Program, Failure> {
    if let Some(path) = &args.uids {
        return program::of_uids(cx, path).await;
    }
    if let Some(path) = &args.program {
        return program::of_file(cx, path, args.parallelism).await;
    }
    let client = cx.client().await?;
    if let Some(job) = &args.job {
        return program::of_job(cx, &client, &JobSelector::new(job.as_str())).await;
    }
    let request = PlanRequest {
        entry_class: args.class.clone(),
        program_args_list: args.program_args.clone(),
        parallelism: args.parallelism,
        flink_configuration: program::settings(cx, &client)?,
    };
    if !client.runs_jars().await? {
        return Err(program::no_jars(&client).hint("--job or --uids tell operators, too"));
    }
    match (jar, &args.jar_id) {
        (Some(jar), _) => of_upload(cx, &client, jar, &request).await,
        (None, Some(id)) => program::of_jar(cx, &client, id, &request).await,
        (None, None) => Err(Failure::new(Exit::Usage, "give --jar FILE or --jar-id ID")),
    }
}

async fn of_upload(
    cx: &Context,
    client: &Client,
    jar: Jar,
    request: &PlanRequest,
) -> Result<Program, Failure> {
    let id = jar.upload(cx, client).await?;
    cx.begin_upload(&id);
    let program = program::of_jar(cx, client, &id, request).await;
    cx.end_upload();
    cx.delete_jar(client, &id).await;
    program
}

/// The snapshot that a job is to be restored from, if it can be read from here; else says that nothing is checked.
pub async fn read_ahead(cx: &Context, location: &str) -> Option<SnapshotFile> {
    let said = format!("reading {location}");
    let opening = resolution::open(cx.storage(), location);
    let file = cx.printer.waiting(&said, opening).await;
    file.map_err(|err| not_checked(cx, &err.to_string())).ok()
}

fn not_checked(cx: &Context, why: &str) {
    cx.printer.warning(format!(
        "whether all state fits the program was not checked: {why}"
    ));
}

/// Looks whether all state of a snapshot fits the program that is to be restored from it.
///
/// # Errors
/// State would be left over, and is not to be left behind (7). What cannot be told is only said.
pub async fn before_restore(
    cx: &Context,
    client: &Client,
    jar: &str,
    request: &PlanRequest,
    file: &SnapshotFile,
    leaves_behind: bool,
) -> Result<(), Failure> {
    let metadata = match metadata::read(&file.bytes) {
        Ok(metadata) => metadata,
        Err(err) => {
            not_checked(cx, &format!("cannot decode {}: {err}", file.metadata_path));
            return Ok(());
        }
    };
    let program = match program::of_jar(cx, client, jar, request).await {
        Ok(program) => program,
        // if it is the program's fault, the run will say it better
        Err(failure) => {
            not_checked(cx, &format!("{:#}", failure.source));
            return Ok(());
        }
    };
    let report = preflight::check(&metadata, &program);
    if !report.unknown.is_empty() {
        cx.printer.warning(format!(
            "whether the state of {} is restored is not known: the program has operators without a known id",
            described(&report.unknown)
        ));
    }
    for conflict in report.conflicts.iter().filter(|one| one.is_certain()) {
        cx.printer.warning(format!(
            "operator {} has {} in the program, and max parallelism {} in the snapshot",
            conflict.operator.snapshot.id,
            conflict.words(),
            conflict.allowed
        ));
    }
    if report.left_over.is_empty() {
        return Ok(());
    }
    let left_over = format!(
        "the state of {} ({} bytes)",
        described(&report.left_over),
        report.left_over_size()
    );
    if leaves_behind {
        cx.printer.note(format!("{left_over} is left behind"));
        return Ok(());
    }
    let what = format!("{left_over} fits no operator of the program: no job was started");
    Err(Failure::new(Exit::Refused, what)
        .hint("give the program's operators the uids that they had; `savepointctl preflight` shows which fit")
        .hint("-n (--allow-non-restored-state) leaves it behind"))
}

/// The operators that are named in one sentence.
const NAMED: usize = 3;

fn described(operators: &[&Operator<'_>]) -> String {
    let one =
        |operator: &&Operator<'_>| match (names::name(operator), Names::default().uid(operator)) {
            (Some(name), Some(uid)) => format!("'{name}' with uid '{uid}'"),
            (Some(name), None) => format!("'{name}' without a uid ({})", operator.id),
            (None, _) => format!("operator {}", operator.id),
        };
    let named: Vec<String> = operators.iter().take(NAMED).map(one).collect();
    match operators.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}
