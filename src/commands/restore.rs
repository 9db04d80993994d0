//! `restore SNAPSHOT`: runs a job from a snapshot.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args};

use super::context::Context;
use super::jar::Jar;
use super::launch::{self, LaunchedJar, launch};
use super::running::{running_command, until_running};
use super::start::Timeout;
use super::{latest, preflight, program, snapshots};
use crate::cli::dirs::DirArgs;
use crate::cli::value;
use crate::domain::claim_mode::ClaimMode;
use crate::domain::reference::SnapshotRef;
use crate::error::Failure;
use crate::exit::Exit;
use crate::inventory::resolution::SnapshotFile;
use crate::output::view::RestoreView;
use crate::rest::Client;
use crate::rest::jars::RunRequest;

/// Run a job from a savepoint or checkpoint, and print its job id when all its tasks run
///
/// Uploads the jar, asks for its plan and stops (exit code 7) if state would be left over, runs it, waits until every
/// task runs, and confirms from the checkpoint statistics that the job was restored from this snapshot. The uploaded jar
/// is deleted again. -D settings go to the job (1.17+), less those that say how to reach the cluster.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("program").required(true).args(["jar", "jar_id"]))]
#[command(after_help = "Examples:\n  \
    savepointctl restore latest:orders --jar orders-2.toml -p 4\n  \
    savepointctl restore latest:orders --jar orders-2.jar -c com.example.Orders -- --input topic-a\n  \
    savepointctl restore latest --jar-id \"$JAR_ID\" --claim-mode claim")]
pub struct RestoreArgs {
    /// A location (directory or _metadata file), or latest, latest~N, latest:JOB
    #[arg(value_name = "SNAPSHOT", required_unless_present = "from_savepoint")]
    snapshot: Option<SnapshotRef>,

    /// The same, as Flink's `run` spells it
    #[arg(
        short = 's',
        long,
        value_name = "SNAPSHOT",
        conflicts_with = "snapshot",
        hide_short_help = true
    )]
    from_savepoint: Option<SnapshotRef>,

    /// The program's jar, which is uploaded; for a minicluster, a program in a .toml file
    #[arg(long, value_name = "FILE")]
    jar: Option<PathBuf>,

    /// A jar that was uploaded before, by its id in the cluster
    #[arg(long, value_name = "JAR_ID")]
    jar_id: Option<String>,

    /// The class with the main method, where the jar's manifest does not name it
    #[arg(short, long, value_name = "CLASS", value_parser = value::class)]
    class: Option<String>,

    /// The job's parallelism
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=32768))]
    parallelism: Option<u32>,

    /// Leave state behind that fits no operator of the program
    #[arg(short = 'n', long)]
    allow_non_restored_state: bool,

    /// Do not ask first whether all of the state fits the program (see preflight)
    #[arg(long)]
    no_preflight: bool,

    /// Who owns the snapshot's files from now on: no-claim, claim or legacy (1.15+); -cm, as Flink spells it, is the same
    #[arg(long, value_name = "MODE")]
    claim_mode: Option<ClaimMode>,

    /// Leave the uploaded jar in the cluster
    #[arg(long, conflicts_with = "jar_id")]
    keep_jar: bool,

    /// Print the job id as soon as the cluster has accepted the job
    #[arg(short, long)]
    detached: bool,

    /// Stop waiting after this time; the job goes on starting (exit code 3)
    #[arg(long, value_name = "DURATION", value_parser = value::duration)]
    timeout: Option<Duration>,

    #[command(flatten)]
    dirs: DirArgs,

    /// The program's own arguments
    #[arg(last = true, value_name = "ARGS")]
    program_args: Vec<String>,
}

/// Runs the command.
pub async fn run(args: &RestoreArgs, cx: &Context) -> Result<Exit, Failure> {
    let snapshot = args.snapshot.as_ref().or(args.from_savepoint.as_ref());
    let snapshot = snapshot
        .cloned()
        .ok_or_else(|| Failure::new(Exit::Usage, "give a SNAPSHOT"))?;
    let jar = args.jar.as_deref().map(Jar::open).transpose()?;
    let client = cx.client().await?;
    let mut request = request(args, cx, &client)?;
    if !client.runs_jars().await? {
        return Err(no_jars(&client));
    }
    let jobs = match &snapshot {
        SnapshotRef::Location(_) => Vec::new(),
        SnapshotRef::Latest { .. } => snapshots::fresh_histories(cx, &client).await?,
    };
    let looked = snapshots::in_storage(cx, Some(&client), &args.dirs, [&snapshot]).await?;
    let mut located = latest::located(cx, &jobs, looked, &[&snapshot]).await?;
    let location = located.swap_remove(0);
    request.savepoint_path = Some(location.clone());
    let checked = match args.no_preflight {
        true => None,
        false => preflight::read_ahead(cx, &location).await,
    };

    let (jar_id, uploaded) = match (jar, &args.jar_id) {
        (Some(jar), _) => (jar.upload(cx, &client).await?, true),
        (None, Some(id)) => (id.clone(), false),
        (None, None) => return Err(Failure::new(Exit::Usage, "give --jar FILE or --jar-id ID")),
    };
    let timeout = args.timeout.map(Timeout::begin);
    if let Some(file) = checked {
        let fits = check_first(args, cx, &client, &jar_id, &request, &file, timeout).await;
        match (&fits, uploaded, args.keep_jar) {
            (Err(_), true, false) => cx.delete_jar(&client, &jar_id).await,
            (Err(_), true, true) => {
                let what = format!("the jar stays in the cluster as {jar_id}");
                cx.printer.note(what);
            }
            _ => {}
        }
        fits?;
    }
    let jar = LaunchedJar {
        id: &jar_id,
        uploaded,
        keep: args.keep_jar,
    };
    let id = launch(cx, &client, jar, request, timeout).await?;
    let id = id.ok_or_else(|| {
        let what = format!("no job runs from {location}: the main method starts no job");
        Failure::new(Exit::Failed, what).hint("is -c the right class?")
    })?;
    cx.printer.note(format!("submitted job {id}"));
    if args.detached {
        let resume = running_command(cx, id, Some(&location));
        cx.printer
            .note(format!("wait for its tasks with `{resume}`"));
        cx.printer.show(&RestoreView::new(id, None, None, None))?;
        return Ok(Exit::Success);
    }
    until_running(cx, &client, id, Some(&location), timeout).await
}

/// Stops before anything is changed, where state would be left over.
async fn check_first(
    args: &RestoreArgs,
    cx: &Context,
    client: &Client,
    jar: &str,
    request: &RunRequest,
    file: &SnapshotFile,
    timeout: Option<Timeout>,
) -> Result<(), Failure> {
    if args.jar.is_some() && !args.keep_jar {
        cx.begin_upload(jar);
    }
    let leaves_behind = args.allow_non_restored_state;
    let plan = request.program();
    let checking = preflight::before_restore(cx, client, jar, &plan, file, leaves_behind);
    let checked = match timeout.and_then(|timeout| timeout.at) {
        None => checking.await,
        Some(at) => match tokio::time::timeout_at(at.into(), checking).await {
            Ok(checked) => checked,
            Err(_) => {
                let what =
                    "timed out while the cluster made a plan of the program: no job was started";
                Err(Failure::new(Exit::TimedOut, what).hint(
                    "allow more time with --timeout, or leave the check out with --no-preflight",
                ))
            }
        },
    };
    cx.end_upload();
    checked
}

/// The request less job id and snapshot. What the cluster's version cannot do is refused before anything is sent.
fn request(args: &RestoreArgs, cx: &Context, client: &Client) -> Result<RunRequest, Failure> {
    let mut request = RunRequest {
        entry_class: args.class.clone(),
        program_args_list: args.program_args.clone(),
        parallelism: args.parallelism,
        allow_non_restored_state: args.allow_non_restored_state.then_some(true),
        ..RunRequest::default()
    };
    launch::set_claim_mode(&mut request, client, args.claim_mode)?;
    request.flink_configuration = program::settings(cx, client)?;
    Ok(request)
}

fn no_jars(client: &Client) -> Failure {
    program::no_jars(client)
        .hint("an application starts from a snapshot by execution.state-recovery.path (before 2.0: execution.savepoint.path)")
        .hint("with the Kubernetes operator, set spec.job.initialSavepointPath of the FlinkDeployment")
}
