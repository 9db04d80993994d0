//! Where the demo plays: a directory, a minicluster, and a place to run commands in.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use std::{env, io, thread};

use rustix::process::{Pid, Signal, kill_process};

use super::files::FILES;
use crate::commands::context::quoted;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Printer;

/// What this tool is called in the commands that are shown.
const NAME: &str = "savepointctl";
/// What names the endpoint to a command.
const ENDPOINT: &str = "SAVEPOINTCTL_JOBMANAGER";
/// What the cluster says goes here.
const LOG: &str = "cluster.log";
/// The cluster writes its URL here once it listens.
const READY: &str = "ready";
/// How long anything may take that takes a second or two.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a cluster may take to end when it is asked to.
const FAREWELL: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// The demo's own directory and cluster. Both are gone when it is dropped.
pub struct Stage {
    printer: Printer,
    directory: PathBuf,
    cluster: Option<Child>,
    endpoint: String,
}

impl Stage {
    /// A directory with the programs in it.
    pub fn new(printer: Printer) -> Result<Self, Failure> {
        let mut random = [0; 4];
        getrandom::fill(&mut random).map_err(|error| failed(format!("no randomness: {error}")))?;
        let name = format!("{NAME}-demo-{:08x}", u32::from_be_bytes(random));
        let directory = env::temp_dir().join(name);
        let made = DirBuilder::new().mode(0o700).create(&directory);
        made.map_err(|error| cannot("make the directory", &directory, &error))?;
        // from here on, dropping removes it
        let stage = Self {
            printer,
            directory,
            cluster: None,
            endpoint: String::new(),
        };
        for (name, content) in FILES {
            let path = stage.directory.join(name);
            fs::write(&path, content).map_err(|error| cannot("write", &path, &error))?;
        }
        Ok(stage)
    }

    /// Starts the cluster, and comes back once it can be reached.
    pub async fn start_cluster(&mut self) -> Result<(), Failure> {
        let words = [
            "minicluster",
            "--port",
            "0",
            "--ready-file",
            READY,
            "--dir",
            ".",
            "-D",
            "state.backend.savepoints=filesystem",
        ];
        self.say(&format!(
            "A cluster of one process, on a free port; all that it does stays below {}",
            self.directory.display()
        ))?;
        self.line(&format!(
            "$ cd {}",
            quoted(&self.directory.display().to_string())
        ))?;
        self.line(&format!("$ {} &", typed(&words)))?;
        let mut command = self.command(&words)?;
        let log = File::create(self.path(LOG)).and_then(|log| Ok((log.try_clone()?, log)));
        let (out, err) = log.map_err(|error| cannot("write", &self.path(LOG), &error))?;
        // a Ctrl-C is for the demo, which then ends the cluster itself
        let command = command.stdout(out).stderr(err).process_group(0);
        let child = command
            .spawn()
            .map_err(|error| failed(format!("cannot start the cluster: {error}")))?;
        self.cluster = Some(child);
        self.endpoint = self.ready().await?;
        self.line(&format!("$ export {ENDPOINT}={}", self.endpoint))
    }

    /// Where the cluster listens, once it does.
    async fn ready(&mut self) -> Result<String, Failure> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let ready = self.read(READY);
            if ready.ends_with('\n') {
                return Ok(ready.trim().to_owned());
            }
            let ended = self
                .cluster
                .as_mut()
                .and_then(|child| child.try_wait().ok().flatten());
            if ended.is_some() {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        let log = self.read(LOG);
        Err(failed(format!("the cluster did not start: {}", log.trim())))
    }

    /// Shows a command as one types it, runs it, shows what came back, and gives back its standard output.
    pub async fn run(&self, words: &[&str]) -> Result<String, Failure> {
        self.line(&format!("$ {}", typed(words)))?;
        let mut command = tokio::process::Command::from(self.command(words)?);
        let output = command.kill_on_drop(true).output().await;
        let output =
            output.map_err(|error| failed(format!("cannot run {}: {error}", words.join(" "))))?;
        self.printer.raw(&output.stderr)?;
        self.printer.raw(&output.stdout)?;
        if !output.status.success() {
            return Err(failed(format!(
                "`{}` should have worked: {}",
                typed(words),
                output.status
            )));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Runs a command unseen, again and again, until it prints nothing any more.
    pub async fn until_silent(&self, words: &[&str]) -> Result<(), Failure> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if self.output(words).await?.stdout.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE).await;
        }
        Err(failed(format!(
            "`{}` still printed something after {PATIENCE:?}",
            typed(words)
        )))
    }

    async fn output(&self, words: &[&str]) -> Result<Output, Failure> {
        let mut command = tokio::process::Command::from(self.command(words)?);
        let output = command.kill_on_drop(true).output().await;
        output.map_err(|error| failed(format!("cannot run `{}`: {error}", typed(words))))
    }

    /// This very program, in the demo's directory, with nothing of the user's own settings.
    fn command(&self, words: &[&str]) -> Result<Command, Failure> {
        let program = env::current_exe()
            .map_err(|error| failed(format!("cannot find the own program: {error}")))?;
        let mut command = Command::new(program);
        let settings = env::vars_os().map(|(name, _)| name).filter(|name| {
            let name = name.to_string_lossy();
            name.starts_with("SAVEPOINTCTL_") || name.starts_with("FLINK_")
        });
        for name in settings {
            command.env_remove(name);
        }
        if !self.endpoint.is_empty() {
            command.env(ENDPOINT, &self.endpoint);
        }
        command
            .args(words)
            .current_dir(&self.directory)
            .stdin(Stdio::null());
        Ok(command)
    }

    /// Waits until something holds.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) -> Result<(), Failure> {
        let begun = Instant::now();
        while !holds(self) {
            if begun.elapsed() > PATIENCE {
                return Err(failed(format!("{what} did not happen within {PATIENCE:?}")));
            }
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }

    /// What a file in the directory holds; nothing, if it is not there.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// A path in the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Says what comes next.
    pub fn say(&self, what: &str) -> Result<(), Failure> {
        self.line(&format!("\n# {what}"))
    }

    /// A line of the story.
    pub fn line(&self, line: &str) -> Result<(), Failure> {
        self.printer.raw(format!("{line}\n").as_bytes())
    }

    /// Ends the cluster and removes the directory.
    pub fn strike(mut self) -> Result<(), Failure> {
        self.say("The cluster ends, and the directory is removed with all that is in it")?;
        self.end_cluster();
        fs::remove_dir_all(&self.directory)
            .map_err(|error| cannot("remove", &self.directory, &error))
    }

    /// Leaves everything as it is, and says how to go on.
    pub fn leave(mut self) -> Result<(), Failure> {
        let directory = std::mem::take(&mut self.directory);
        let pid = self.cluster.take().map_or(0, |child| child.id());
        self.say("The cluster goes on; talk to it like this")?;
        let quoted = quoted(&directory.display().to_string());
        for line in [
            format!("$ cd {quoted}"),
            format!("$ export {ENDPOINT}={}", self.endpoint),
            format!("$ {NAME} flink run -d counter.toml"),
            format!("$ {NAME} jobs"),
        ] {
            self.line(&line)?;
        }
        self.say("README.md there says what the programs teach. The end of it all")?;
        self.line(&format!("$ kill {pid}"))?;
        self.line(&format!("$ rm -rf {quoted}"))
    }

    fn end_cluster(&mut self) {
        let Some(mut child) = self.cluster.take() else {
            return;
        };
        let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        let asked = pid.is_some_and(|pid| kill_process(pid, Signal::TERM).is_ok());
        let begun = Instant::now();
        while asked && begun.elapsed() < FAREWELL {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            thread::sleep(PAUSE);
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.end_cluster();
        // empty once it was left or struck
        if !self.directory.as_os_str().is_empty() {
            let _ = fs::remove_dir_all(&self.directory);
        }
    }
}

fn typed(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    format!("{NAME} {}", words.join(" "))
}

fn failed(what: String) -> Failure {
    Failure::new(Exit::Failed, what)
}

fn cannot(act: &str, path: &Path, error: &io::Error) -> Failure {
    failed(format!("cannot {act} {}: {error}", path.display()))
}
