//! Starts the minicluster, tells where it is, and ends it when asked.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::oneshot;

use super::super::context::Context;
use super::super::interrupted;
use super::MiniclusterArgs;
use super::printed::Printed;
use super::ready::ReadyFile;
use crate::cli::value;
use crate::config::FlinkConfig;
use crate::config::minicluster::{CheckpointRetention, MiniclusterConfig, SnapshotBackend};
use crate::error::Failure;
use crate::exit::Exit;
use crate::minicluster::coordinator::{
    Backend, Cluster, RestartStrategy, Retention, Settings, StartError,
};
use crate::minicluster::rest::faults::{self, Fault, Faults};
use crate::minicluster::rest::{Options, Programs, Server};
use crate::output::Printer;
use crate::output::view::MiniclusterView;

/// Flink's own default of `rest.port`.
const PORT: u16 = 8081;

/// Runs the command.
pub(super) fn run(args: &MiniclusterArgs, cx: &Context) -> Result<Exit, Failure> {
    if let Some(file) = &args.ready_file {
        ReadyFile::forget_earlier(file)?;
    }
    let rules = rules(&args.faults)?;
    let (flink, warnings) = cx.flink()?;
    let directory = args.dir.as_deref().map(absolute).transpose()?;
    let config = MiniclusterConfig::of(&flink, cx.environment(), directory.as_ref())?;
    for warning in warnings.iter().chain(&config.warnings) {
        cx.printer.warning(warning);
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|err| Failure::new(Exit::Failed, format!("cannot start: {err}")))?;
    let printed = printed(cx.printer);
    let ended = runtime.block_on(async {
        let port = args.port.or(config.port).unwrap_or(PORT);
        let server = bind(SocketAddr::new(args.bind, port)).await?;
        if !args.bind.is_loopback() {
            cx.printer.warning(format!(
                "listening at {}: whoever reaches it can run programs, read files and delete savepoints here",
                server.address()
            ));
        }
        let faults = Arc::new(Faults::new(rules.clone()));
        let settings = settings(args, &config, &rules, Arc::clone(&faults), &printed);
        let cluster = Cluster::start(settings).map_err(not_started)?;
        let options = Options {
            cluster: cluster.clone(),
            programs: programs(args, &config, cx),
            configuration: shown(&flink, &config, server.address()),
            faults,
        };
        serve(args, &config, cx, server, options).await
    });
    // whatever still runs, perhaps for ever, ends with the process
    runtime.shutdown_background();
    if ended.is_ok() {
        match printed.finish() {
            0 => {}
            lost => dropped(cx.printer, lost),
        }
    }
    ended
}

/// What takes the lines of `print` sinks.
fn printed(printer: Printer) -> Printed {
    Printed::new(
        // a closed stdout is no reason to end a job
        move |lines| {
            let _ = printer.raw(lines.as_bytes());
        },
        move |lost| dropped(printer, lost),
    )
}

fn dropped(printer: Printer, lost: u64) {
    printer.warning(format!(
        "{lost} lines of print sinks were dropped, because nobody read stdout for a while"
    ));
}

/// Answers requests until a signal comes; a second one ends it at once.
async fn serve(
    args: &MiniclusterArgs,
    config: &MiniclusterConfig,
    cx: &Context,
    server: Server,
    options: Options,
) -> Result<Exit, Failure> {
    let url = format!("http://{}", server.address());
    let cluster = options.cluster.clone();
    let ready = args.ready_file.as_deref();
    let ready = ready.map(|file| ReadyFile::write(file, &url)).transpose()?;
    let place = |backend: &SnapshotBackend| match backend {
        SnapshotBackend::Jobmanager => None,
        SnapshotBackend::Filesystem(path) => Some(path.display().to_string()),
    };
    let (checkpoints, savepoints) = (place(&config.checkpoints), place(&config.savepoints));
    cx.printer.note(format!(
        "the minicluster runs until Ctrl-C; its jobs: `savepointctl -m {url} jobs`"
    ));
    cx.printer
        .show(&MiniclusterView::new(url, checkpoints, savepoints))?;
    if let Some(ready) = &ready {
        ready.publish()?;
    }
    let ending = cluster.clone();
    let (ask, asked) = oneshot::channel();
    let serving = async {
        let end = async {
            let _ = asked.await;
        };
        server.serve(options, end).await;
        cx.printer
            .note("ending: jobs are cancelled, and what lies on the heap is gone");
        let _ = tokio::task::spawn_blocking(move || ending.shutdown()).await;
    };
    let twice = async {
        interrupted().await;
        let _ = ask.send(());
        interrupted().await;
    };
    let ended = tokio::select! {
        () = serving => Ok(Exit::Success),
        () = twice => Err(Failure::new(Exit::Interrupted, "interrupted while the minicluster was ending")),
    };
    if ended.is_err() {
        // its last owner would wait for its jobs
        std::mem::forget(cluster);
    }
    ended
}

fn rules(texts: &[String]) -> Result<Vec<Fault>, Failure> {
    let rule = |text: &String| {
        text.parse().map_err(|err| {
            Failure::new(Exit::Usage, format!("--fault: {err}"))
                .hint("`savepointctl minicluster --help` describes faults")
        })
    };
    texts.iter().map(rule).collect()
}

fn absolute(directory: &Path) -> Result<PathBuf, Failure> {
    std::path::absolute(directory).map_err(|err| {
        Failure::new(
            Exit::Usage,
            format!("cannot use --dir {}: {err}", directory.display()),
        )
    })
}

async fn bind(address: SocketAddr) -> Result<Server, Failure> {
    Server::bind(address).await.map_err(|err| {
        let failure = Failure::new(Exit::Failed, format!("cannot listen at {address}: {err}"));
        match err.kind() {
            io::ErrorKind::AddrInUse => failure.hint("choose another --port; 0 takes a free one"),
            _ => failure,
        }
    })
}

fn not_started(error: StartError) -> Failure {
    Failure {
        exit: Exit::Unreachable,
        source: error.into(),
        hints: Vec::new(),
        stack: None,
    }
}

fn settings(
    args: &MiniclusterArgs,
    config: &MiniclusterConfig,
    rules: &[Fault],
    faults: Arc<Faults>,
    printed: &Printed,
) -> Settings {
    let default = Settings::default();
    let backend = |backend: &SnapshotBackend| match backend {
        SnapshotBackend::Jobmanager => Backend::Jobmanager,
        SnapshotBackend::Filesystem(path) => Backend::Filesystem(path.clone()),
    };
    Settings {
        checkpoints: backend(&config.checkpoints),
        savepoints: backend(&config.savepoints),
        checkpoint_interval: config.checkpoint_interval,
        checkpoint_timeout: config
            .checkpoint_timeout
            .unwrap_or(default.checkpoint_timeout),
        retention: match config.retention {
            None => default.retention,
            Some(CheckpointRetention::Never) => Retention::NoExternalizedCheckpoints,
            Some(CheckpointRetention::OnFailure) => Retention::DeleteOnCancellation,
            Some(CheckpointRetention::OnCancellation) => Retention::RetainOnCancellation,
        },
        restart: RestartStrategy {
            attempts: config.restart_attempts.unwrap_or(default.restart.attempts),
            delay: config.restart_delay.unwrap_or(default.restart.delay),
        },
        strict_parallelism: args.strict_parallelism,
        async_store: faults::expiry(rules)
            .or(config.async_store)
            .unwrap_or(default.async_store),
        history: config.history.unwrap_or(default.history),
        faults,
        print: {
            let printed = printed.clone();
            Arc::new(move |line| printed.line(line))
        },
        ..default
    }
}

fn programs(args: &MiniclusterArgs, config: &MiniclusterConfig, cx: &Context) -> Programs {
    Programs {
        directory: cx.environment().directory().to_owned(),
        parallelism: config.parallelism.unwrap_or(1),
        max_parallelism: config.max_parallelism,
        chaining: config.chaining.unwrap_or(true),
        strict_chains: args.strict_chains,
        duration: |text| value::flink_duration(text).ok(),
    }
}

/// The configuration in force, as a cluster tells it: what was given, and under today's keys what it came to.
fn shown(
    flink: &FlinkConfig,
    config: &MiniclusterConfig,
    address: SocketAddr,
) -> Vec<(String, String)> {
    let given = flink.shown().map(|(key, value, _)| (key.to_owned(), value));
    let mut settings: std::collections::BTreeMap<String, String> = given.collect();
    let mut set = |key: &str, value: String| settings.insert(key.to_owned(), value);
    set("rest.address", address.ip().to_string());
    set("rest.port", address.port().to_string());
    // statistics are computed when they are asked for
    set(
        "rest.cache.checkpoint-statistics.timeout",
        "0 ms".to_owned(),
    );
    let uri = |path: &Path| format!("file://{}", path.display());
    if let SnapshotBackend::Filesystem(path) = &config.checkpoints {
        set("execution.checkpointing.dir", uri(path));
    }
    if let SnapshotBackend::Filesystem(path) = &config.savepoints {
        set("execution.checkpointing.savepoint-dir", uri(path));
    }
    settings.into_iter().collect()
}
