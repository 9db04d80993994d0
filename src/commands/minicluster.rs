//! `minicluster`: the embedded runtime.

#[cfg(feature = "minicluster")]
mod printed;
#[cfg(feature = "minicluster")]
mod ready;
#[cfg(feature = "minicluster")]
mod serve;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::Args;

use super::context::Context;
use crate::error::Failure;
use crate::exit::Exit;

/// Run the embedded runtime: Flink's REST API, jobs, checkpoints and savepoints on this machine
///
/// One process, nothing installed: for trying out, for teaching what savepoints do, for rehearsing deploy scripts and
/// for fast tests. It runs programs in TOML files, which are submitted where Flink takes a jar, and answers the same
/// commands as a Flink cluster. Prints its URL when it is ready, and runs until Ctrl-C or SIGTERM. By default savepoints
/// are kept on its heap and are gone when it ends; -D and Flink's configuration say otherwise.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES, after_long_help = format!("{EXAMPLES}\n\n{KEYS}\n\nFaults:\n{FAULTS}"))]
pub struct MiniclusterArgs {
    /// The port of the REST API; 0 takes a free one [default: rest.port, or 8081]
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,

    /// The address to listen at; anybody who reaches it can run programs here
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    bind: IpAddr,

    /// Keep files here: checkpoints, and savepoints where they are files and have no directory of their own
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,

    /// Write the URL into this file once requests are answered; it is removed at the end
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,

    /// As in the first savepoint design: in a chain only the first operator has an id
    #[arg(long)]
    strict_chains: bool,

    /// As in the first savepoint design: refuse to restore with another parallelism
    #[arg(long)]
    strict_parallelism: bool,

    /// Something that goes wrong, for rehearsals and tests (repeatable; see --help)
    #[arg(long = "fault", value_name = "TARGET:ACTION[@WHICH]")]
    faults: Vec<String>,
}

const EXAMPLES: &str = "Examples:\n  \
    savepointctl minicluster\n  \
    savepointctl minicluster --dir ./mc -D state.backend.savepoints=filesystem\n  \
    savepointctl minicluster --port 0 --ready-file url.txt --fault 'savepoint:delay=5s'\n  \
    savepointctl minicluster --fault '/jobs/overview:503@1-5' --fault results:expire=2s";

/// What decides where savepoints go.
pub(super) const KEYS: &str = "\
Where savepoints go, from the most particular key on:
  state.backend.savepoints                jobmanager (the default) or filesystem; in Flink 1.0 savepoints.state.backend
  execution.checkpointing.savepoint-dir   a directory, which means filesystem; before 1.20 state.savepoints.dir
  state.backend                           jobmanager or filesystem, for checkpoints too
Their directory, where they are files:
  state.backend.savepoints.fs.dir, execution.checkpointing.savepoint-dir, state.savepoints.dir,
  savepoints.state.backend.fs.dir, execution.checkpointing.dir, state.checkpoints.dir,
  state.backend.fs.checkpointdir, DIR/savepoints of --dir
All savepoints are in the native format, whatever a client asks for.";

/// How faults are written.
pub(super) const FAULTS: &str = "\
  TARGET:ACTION[@WHICH], and may be given several times.
  TARGET  savepoint, stop, disposal: these operations; checkpoint: also the periodic ones
          http: every request; /jobs/*/savepoints or 'POST /jobs/*/stop': those to a path
          results: what is kept of finished operations
  ACTION  of operations:  delay=5s        its subtasks take that much longer, a disposal begins later
                          fail=MESSAGE    it fails with this message
          of requests:    drop            the connection ends, nothing is done
                          drop-answer     it is done, but the connection ends without an answer
                          503             as during a leader election
                          delay=5s        it is taken up that much later
          of results:     expire=2s       they are forgotten after this time
  WHICH   @3, @1-5 or @2-: only the third, the first five, all from the second on";

/// Runs the command.
#[cfg(feature = "minicluster")]
pub fn run(args: &MiniclusterArgs, cx: &Context) -> Result<Exit, Failure> {
    if cx.is_told_a_cluster() {
        let what = "`minicluster` starts a cluster, and -m names one that is there";
        return Err(Failure::new(Exit::Usage, what).hint("--port and --bind say where it listens"));
    }
    serve::run(args, cx)
}

/// Says which feature is missing.
#[cfg(not(feature = "minicluster"))]
pub fn run(args: &MiniclusterArgs, _cx: &Context) -> Result<Exit, Failure> {
    let MiniclusterArgs {
        port: _,
        bind: _,
        dir: _,
        ready_file: _,
        strict_chains: _,
        strict_parallelism: _,
        faults: _,
    } = args;
    Err(left_out())
}

/// What a build says that has no minicluster.
pub fn left_out() -> Failure {
    let what = "this build of savepointctl has no minicluster: it was built without the feature 'minicluster'";
    Failure::new(Exit::Usage, what)
        .hint("build it with that feature, or use a released binary, which has all of them")
}
