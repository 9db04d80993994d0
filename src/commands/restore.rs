//! `restore SNAPSHOT`: runs a job from a snapshot.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::{ArgGroup, Args};
use futures_util::stream;

use super::context::{Context, Ongoing};
use super::start::Timeout;
use super::{snapshots, start};
use crate::cli::value;
use crate::domain::claim_mode::ClaimMode;
use crate::domain::diagnosis::{self, Kind};
use crate::domain::ids::{JobId, OperatorId};
use crate::domain::job::{Job, JobStatus};
use crate::domain::location::NormalLocation;
use crate::domain::reference::SnapshotRef;
use crate::domain::snapshot::Restored;
use crate::domain::throwable::Throwable;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::inventory::inspection::names;
use crate::inventory::resolution;
use crate::metadata;
use crate::output::view::RestoreView;
use crate::rest::client::NotTriggered;
use crate::rest::jars::RunRequest;
use crate::rest::{self, Client};

/// The pause between two looks at a job that is starting.
const LOOK: Duration = Duration::from_millis(100);
/// How long a job that has failed may not say why: its exceptions lag behind by `web.refresh-interval`, 3 s.
const STALE: Duration = Duration::from_secs(5);
/// How long a job that was accepted may be missing from the list.
const UNLISTED: Duration = Duration::from_secs(30);
/// What to do with a job that was restored from elsewhere.
const LOOK_FIRST: &str = "look at the job before you rely on it; `savepointctl cancel` ends it";
/// What is read of a jar at once.
const CHUNK: usize = 256 << 10;

/// Run a job from a savepoint or checkpoint, and print its job id when all its tasks run
///
/// Uploads the jar, runs it, waits until every task runs, and confirms from the checkpoint statistics that the job was
/// restored from this snapshot. The uploaded jar is deleted again. -D settings go to the job (1.17+), less those that
/// say how to reach the cluster.
#[derive(Args, Debug)]
#[command(group = ArgGroup::new("program").required(true).args(["jar", "jar_id"]))]
#[command(after_help = "Examples:\n  \
    savepointctl restore s3://bucket/sp/savepoint-2e8f82-ef82e8cf6570 --jar orders-2.jar -p 4\n  \
    savepointctl restore latest:orders --jar orders-2.jar -c com.example.Orders -- --input topic-a\n  \
    savepointctl restore latest --jar-id 0d1f_orders.jar --claim-mode claim")]
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

    /// The program's jar, which is uploaded
    #[arg(long, value_name = "FILE")]
    jar: Option<PathBuf>,

    /// A jar that was uploaded before, by its id in the cluster
    #[arg(long, value_name = "ID")]
    jar_id: Option<String>,

    /// The class with the main method, where the jar's manifest does not name it
    #[arg(short, long, value_name = "CLASS")]
    class: Option<String>,

    /// The job's parallelism
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=32768))]
    parallelism: Option<u32>,

    /// Leave state behind that fits no operator of the program
    #[arg(short = 'n', long)]
    allow_non_restored_state: bool,

    /// Who owns the snapshot's files from now on: no-claim, claim or legacy (1.15+)
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
    let location = snapshots::locate(cx, &jobs, &snapshot)?;
    request.savepoint_path = Some(location.clone());

    let (jar_id, uploaded) = match (jar, &args.jar_id) {
        (Some(jar), _) => (jar.upload(cx, &client).await?, true),
        (None, Some(id)) => (id.clone(), false),
        (None, None) => return Err(Failure::new(Exit::Usage, "give --jar FILE or --jar-id ID")),
    };
    let id = JobId::from_bytes(*start::random_id()?.as_bytes());
    request.job_id = id.to_string();
    let ongoing = Ongoing {
        what: format!("job {id} may be starting from {location}"),
        resume: running_command(cx, id, Some(&location)),
    };
    cx.begin_other(ongoing.clone());
    let timeout = args.timeout.map(Timeout::begin);
    let submission = submit(cx, &client, &jar_id, &request, id);
    let submitted = match timeout.and_then(|timeout| timeout.at) {
        None => submission.await,
        Some(at) => match tokio::time::timeout_at(at.into(), submission).await {
            Ok(submitted) => submitted,
            Err(_) => {
                let what = format!(
                    "timed out while job {id} was submitted: whether it starts is not known"
                );
                Err(Failure::new(Exit::TimedOut, what)
                    .hint(format!("resume with `{}`", ongoing.resume)))
            }
        },
    };
    // where nobody knows, the main method may still run and need it
    let is_unknown = matches!(&submitted, Err(failure) if failure.exit == Exit::TimedOut);
    if uploaded && !args.keep_jar && !is_unknown {
        if let Err(error) = client.delete_jar(&jar_id).await {
            cx.printer.warning(format!(
                "the uploaded jar {jar_id} was not deleted: {error}"
            ));
        }
    } else if uploaded {
        cx.printer
            .note(format!("the jar stays in the cluster as {jar_id}"));
    }
    cx.end_other(&ongoing);
    submitted?;
    cx.printer.note(format!("submitted job {id}"));
    if args.detached {
        cx.printer
            .note(format!("wait for its tasks with `{}`", ongoing.resume));
        cx.printer.show(&RestoreView::new(id, None, None, None))?;
        return Ok(Exit::Success);
    }
    until_running(cx, &client, id, Some(&location), timeout).await
}

/// The request less job id and snapshot. What the cluster's version cannot do is refused before anything is sent.
fn request(args: &RestoreArgs, cx: &Context, client: &Client) -> Result<RunRequest, Failure> {
    let version = client.version();
    let mut request = RunRequest {
        entry_class: args.class.clone(),
        program_args_list: args.program_args.clone(),
        parallelism: args.parallelism,
        allow_non_restored_state: args.allow_non_restored_state.then_some(true),
        ..RunRequest::default()
    };
    match args.claim_mode {
        Some(mode) if version.takes_trigger_ids() => {
            request.set_claim_mode(mode, version.at_least(1, 20))
        }
        Some(ClaimMode::NoClaim | ClaimMode::Claim) => {
            let what = format!("Flink {version} has no claim modes; they are there from 1.15 on");
            return Err(Failure::new(Exit::Refused, what)
                .hint("leave --claim-mode out: it restores as legacy does"));
        }
        Some(ClaimMode::Legacy) | None => {}
    }
    let settings: BTreeMap<String, String> = cx.job_settings()?.into_iter().collect();
    if !settings.is_empty() && !version.at_least(1, 17) {
        let keys: Vec<&str> = settings.keys().map(String::as_str).collect();
        let what = format!(
            "Flink {version} takes no settings with a job: {}",
            keys.join(", ")
        );
        return Err(Failure::new(Exit::Refused, what)
            .hint("-D for a job is there from 1.17 on; set them in the program"));
    }
    request.flink_configuration = settings;
    Ok(request)
}

fn no_jars(client: &Client) -> Failure {
    let what = format!(
        "{} runs no jars that are sent to it: an application cluster, or web.submit.enable is off",
        client.endpoint()
    );
    Failure::new(Exit::Refused, what)
        .hint("an application starts from a snapshot by execution.state-recovery.path (before 2.0: execution.savepoint.path)")
        .hint("with the Kubernetes operator, set spec.job.initialSavepointPath of the FlinkDeployment")
}

/// A jar on this machine.
struct Jar {
    file: File,
    length: u64,
    name: String,
}

impl Jar {
    /// Opens it, and looks whether it can be one.
    fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let cannot = |what: String| Failure::new(Exit::Usage, what);
        let mut file = File::open(path)
            .map_err(|err| cannot(format!("cannot read the jar {shown}: {err}")))?;
        let metadata = file
            .metadata()
            .map_err(|err| cannot(format!("cannot read the jar {shown}: {err}")))?;
        if !metadata.is_file() {
            return Err(cannot(format!("{shown} is not a file, so it is no jar")));
        }
        if !name.ends_with(".jar") {
            return Err(cannot(format!(
                "{shown} is no jar by its name, and the cluster takes none that does not end in .jar"
            )));
        }
        let mut magic = [0u8; 4];
        // every zip file with an entry begins so
        if file.read_exact(&mut magic).is_err() || magic != *b"PK\x03\x04" {
            return Err(cannot(format!(
                "{shown} is not a jar: it does not begin as a zip file does"
            )));
        }
        let file = File::open(path)
            .map_err(|err| cannot(format!("cannot read the jar {shown}: {err}")))?;
        Ok(Self {
            file,
            length: metadata.len(),
            name,
        })
    }

    async fn upload(self, cx: &Context, client: &Client) -> Result<String, Failure> {
        let Self { file, length, name } = self;
        let transfer = cx.printer.transfer(&format!("uploading {name}"), length);
        let content = stream::unfold((file, transfer), |(mut file, transfer)| async move {
            let mut chunk = vec![0u8; CHUNK];
            let read = match file.read(&mut chunk) {
                Ok(0) => return None,
                read => read,
            };
            let chunk = read.map(|count| {
                transfer.advance(count as u64);
                chunk.truncate(count);
                chunk
            });
            Some((chunk, (file, transfer)))
        });
        let uploaded = client
            .upload_jar(&name, length, reqwest::Body::wrap_stream(content))
            .await;
        uploaded.doing(|| format!("cannot upload {name}; nothing was run"))
    }
}

/// Has the cluster run the jar. A repetition of a request whose answer was lost finds the job there.
async fn submit(
    cx: &Context,
    client: &Client,
    jar: &str,
    request: &RunRequest,
    id: JobId,
) -> Result<(), Failure> {
    let NotTriggered { error, may_run } = match client.run_jar(jar, request).await {
        Ok(_) => return Ok(()),
        Err(not_triggered) => not_triggered,
    };
    let location = request.savepoint_path.as_deref().unwrap_or_default();
    let fate = fate(client, id, &error, may_run).await;
    match error.refusal() {
        Some((_, cause)) if cause.text().contains("has already been submitted") => Ok(()),
        _ if fate == Fate::Runs => Ok(()),
        _ if fate == Fate::Unknown => Err(unknown_fate(cx, error, id, location)),
        Some((_, cause)) => {
            // a job that could not start may say more than the answer does
            let own = match diagnosis::diagnose(cause) {
                found if found.hint.is_none() && cause.chain().len() < 2 => {
                    client.last_exception(id).await.unwrap_or_default()
                }
                _ => None,
            };
            Err(explain(location, own.as_ref().unwrap_or(cause)))
        }
        None => Err(Failure::from(error).doing(format!("cannot run {jar} from {location}"))),
    }
}

/// What became of a submission that was not answered as it should be.
#[derive(PartialEq, Eq)]
enum Fate {
    Runs,
    Refused,
    Unknown,
}

/// A try whose answer was lost, or a failure inside the server such as a time-out between its parts, does not say that
/// nothing was begun.
async fn fate(client: &Client, id: JobId, error: &rest::Error, may_run: bool) -> Fate {
    let refusal = error.refusal();
    let times_out = |cause: &Throwable| {
        let mut chain = cause.chain().iter();
        chain.any(|exception| exception.simple_class() == "TimeoutException")
    };
    let in_doubt = may_run || refusal.is_some_and(|(_, cause)| times_out(cause));
    if !in_doubt && refusal.is_none_or(|(status, _)| status < 500) {
        return Fate::Refused;
    }
    let Ok(jobs) = client.jobs().await else {
        return Fate::Unknown;
    };
    match jobs.iter().find(|job| job.id == id) {
        Some(job) if job.status.is_ended() && refusal.is_some() => Fate::Refused,
        Some(_) => Fate::Runs,
        None if in_doubt => Fate::Unknown,
        None => Fate::Refused,
    }
}

fn unknown_fate(cx: &Context, error: rest::Error, id: JobId, location: &str) -> Failure {
    let failure = Failure {
        exit: Exit::TimedOut,
        ..Failure::from(error)
    };
    let what = format!("no word of job {id}, which was submitted: whether it starts is not known");
    let resume = running_command(cx, id, Some(location));
    failure.doing(what).hint(format!("resume with `{resume}`"))
}

/// Why a job does not run from a snapshot.
fn explain(location: &str, cause: &Throwable) -> Failure {
    let found = diagnosis::diagnose(cause);
    let exit = if found.kind == Kind::NoSnapshot {
        Exit::NotFound
    } else {
        Exit::Failed
    };
    let failure = Failure::new(
        exit,
        format!("no job runs from {location}: {}", found.sentence),
    )
    .stack(cause.text());
    let failure = match names::unmapped(cause.text()) {
        Some(operator) => failure.hint(unmapped(location, operator)),
        None => failure,
    };
    failure.hint(found.hint.unwrap_or("-v shows the server's whole text"))
}

/// What the snapshot says of an operator that the program does not have. The cluster may see a snapshot that cannot be
/// read from here, so that is no failure.
fn unmapped(location: &str, operator: OperatorId) -> String {
    let Ok(file) = resolution::open(location) else {
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

fn running_command(cx: &Context, id: JobId, from: Option<&str>) -> String {
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
    };
    cx.begin_other(ongoing.clone());
    let said = format!("waiting for the tasks of job {id}");
    let view = |job: &Job, restored: Option<&Restored>| {
        RestoreView::new(id, Some(&job.name), Some(job.status.to_string()), restored)
    };
    let running = async {
        let job = tasks_run(client, id, from, &ongoing).await?;
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
                        return Err(did_not_start(client, &job, from).await);
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

async fn did_not_start(client: &Client, job: &Job, from: Option<&str>) -> Failure {
    let what = from.unwrap_or("its snapshot");
    let started = Instant::now();
    loop {
        if let Ok(Some(cause)) = client.last_exception(job.id).await {
            return explain(what, &cause);
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
        assert!(alike("/work/sp/savepoint-1", "sp/savepoint-1"));
        assert!(!alike("/work/xsp/savepoint-1", "sp/savepoint-1"));
        assert!(!alike("/work/sp/savepoint-1", "/sp/savepoint-1"));
    }
}
