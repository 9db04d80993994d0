//! The jobs, snapshots and jars that a word may become, asked of the cluster in the time that a Tab may take.

use std::cell::RefCell;
use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches};
use clap_complete::PathCompleter;
use clap_complete::engine::{CompletionCandidate, ValueCompleter};

use super::super::context::Context;
use super::super::{Cli, roots, snapshots};
use crate::cli::connect::ConnectArgs;
use crate::cli::storage::StorageArgs;
use crate::cli::words;
use crate::domain::job::Job;
use crate::domain::reference::SnapshotRef;
use crate::error::Failure;
use crate::inventory::{catalogue, scan};
use crate::output::Printer;
use crate::rest::Client;

/// How long the cluster may take. With what the shell and the process need it stays under 100 ms.
const PATIENCE: Duration = Duration::from_millis(80);
/// The commands whose JOB is a running one.
const OF_RUNNING_JOBS: &[&str] = &["trigger", "stop", "checkpoint", "cancel"];

/// What a word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A job.
    Job,
    /// A snapshot.
    Snapshot,
    /// A jar in the cluster.
    JarId,
}

/// What `typed`, the last of the `words` of a line, may become. Empty on any failure.
pub(super) fn of(wanted: Wanted, words: &[OsString], typed: &OsStr) -> Vec<CompletionCandidate> {
    let mut found = match (wanted, typed.to_str()) {
        (_, None) => Vec::new(),
        (wanted, Some(typed)) => {
            let is_running_only = words
                .iter()
                .any(|word| OF_RUNNING_JOBS.iter().any(|command| word == command));
            asked(wanted, context(words), is_running_only, typed)
        }
    };
    if wanted == Wanted::Snapshot {
        found.extend(PathCompleter::any().complete(typed));
    }
    found
}

/// The settings that a line's words, of which the last is being typed, ask for. It prints nothing.
pub(super) fn context(words: &[OsString]) -> Option<Context> {
    let storage = StorageArgs::default();
    Context::new(Printer::silent(), connection(words)?, storage).ok()
}

/// What the cluster and the configured directories know, as far as they answer in time; nothing of what is not named.
pub(super) fn asked(
    wanted: Wanted,
    cx: Option<Context>,
    is_running_only: bool,
    typed: &str,
) -> Vec<CompletionCandidate> {
    let found = RefCell::new(Vec::new());
    if let Some(cx) = cx {
        // whatever fails, what was found before that is offered
        let _ = ask(wanted, &cx, is_running_only, typed, &found);
    }
    found.into_inner()
}

fn ask(
    wanted: Wanted,
    cx: &Context,
    is_running_only: bool,
    typed: &str,
    found: &RefCell<Vec<CompletionCandidate>>,
) -> Option<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let asking = async {
        let client = cx.client().await;
        if let Ok(client) = &client {
            let known = match wanted {
                Wanted::Job => jobs(client, typed, is_running_only).await,
                Wanted::Snapshot => located(client, typed).await,
                Wanted::JarId => jars(client, typed).await,
            };
            found.borrow_mut().extend(known.unwrap_or_default());
        }
        if wanted == Wanted::Snapshot {
            let stored = stored(cx, client.as_ref().ok(), typed).await;
            let is_new = |one: &CompletionCandidate| {
                found
                    .borrow()
                    .iter()
                    .all(|known| known.get_value() != one.get_value())
            };
            let stored: Vec<_> = stored.into_iter().filter(is_new).collect();
            found.borrow_mut().extend(stored);
        }
    };
    let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, asking).await });
    // a name that is still being looked up must not keep the shell waiting
    runtime.shutdown_background();
    answer.ok()
}

/// The snapshots below the configured directories, by their names alone.
async fn stored(cx: &Context, client: Option<&Client>, typed: &str) -> Vec<CompletionCandidate> {
    let roots = roots::configured(cx, client).await.unwrap_or_default();
    let below = scan::candidates(cx.storage(), &roots).await;
    let mut offered: Vec<(String, String)> = Vec::new();
    for place in &below.places {
        let location = place.at.to_string();
        if location.starts_with(typed) && is_reference_or_plain(&location) {
            offered.push((location, "in storage".to_owned()));
        }
    }
    candidates(offered)
}

/// The connection flags that were typed so far.
fn connection(words: &[OsString]) -> Option<ConnectArgs> {
    let (_, before) = words.split_last()?;
    let line = words::repeated_first(words::flink_style(before.iter().cloned()));
    let matches = Cli::command()
        .ignore_errors(true)
        .try_get_matches_from(line)
        .ok()?;
    let mut innermost = &matches;
    while let Some((_, inner)) = innermost.subcommand() {
        innermost = inner;
    }
    ConnectArgs::from_arg_matches(innermost).ok()
}

/// Ids, and names where they are plain words.
async fn jobs(
    client: &Client,
    typed: &str,
    is_running_only: bool,
) -> Result<Vec<CompletionCandidate>, Failure> {
    let mut jobs = client.jobs().await?;
    jobs.retain(|job| !is_running_only || !job.status.is_ended());
    let described = |job: &Job| format!("{} {}", job.status, job.name);
    let names = jobs
        .iter()
        .filter(|job| is_plain(&job.name))
        .map(|job| (job.name.clone(), format!("{} {}", job.status, job.id)));
    let ids = jobs.iter().map(|job| (job.id.to_string(), described(job)));
    let mut seen = Vec::new();
    let mut offered: Vec<(String, String)> = names.chain(ids).collect();
    offered.retain(|(value, _)| {
        let is_new = value.starts_with(typed) && !seen.contains(value);
        seen.push(value.clone());
        is_new
    });
    Ok(candidates(offered))
}

/// `latest`, `latest:JOB`, and the locations that the cluster remembers.
async fn located(client: &Client, typed: &str) -> Result<Vec<CompletionCandidate>, Failure> {
    let jobs = client.jobs().await?;
    let names: Vec<String> = jobs.iter().map(|job| job.name.clone()).collect();
    let histories = snapshots::histories(client, jobs).await?;
    let remembered = catalogue::remembered(&histories);
    let mut offered = Vec::new();
    if !remembered.is_empty() {
        let newest = "the newest snapshot".to_owned();
        offered.push(("latest".to_owned(), newest));
        offered.extend(names.iter().filter(|name| is_plain(name)).map(|name| {
            let what = format!("the newest snapshot of {name}");
            (format!("latest:{name}"), what)
        }));
    }
    let kept = remembered.iter().filter(|one| !one.discarded);
    offered.extend(kept.map(|one| {
        let kind = if one.snapshot.kind.is_savepoint() {
            "savepoint"
        } else {
            "checkpoint"
        };
        let what = format!("{kind} {} of {}", one.snapshot.id, one.job.name);
        (one.location.to_owned(), what)
    }));
    offered.retain(|(value, _)| value.starts_with(typed) && is_reference_or_plain(value));
    Ok(candidates(offered))
}

/// The jars in the cluster.
async fn jars(client: &Client, typed: &str) -> Result<Vec<CompletionCandidate>, Failure> {
    let mut offered = client.jars().await?;
    offered.retain(|(id, _)| id.starts_with(typed) && is_plain(id));
    Ok(candidates(offered))
}

fn candidates(offered: Vec<(String, String)>) -> Vec<CompletionCandidate> {
    let candidate = |(value, help): (String, String)| {
        let help: String = help.chars().filter(|c| !c.is_control()).collect();
        CompletionCandidate::new(value).help(Some(help.into()))
    };
    offered.into_iter().map(candidate).collect()
}

/// Whether a word means itself in every shell: what a server calls a job must not run there.
fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@+,".contains(c);
    !word.is_empty() && !word.starts_with('-') && word.chars().all(plain)
}

fn is_reference_or_plain(word: &str) -> bool {
    is_plain(word) && word.parse::<SnapshotRef>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_a_shell_would_take_apart_is_not_offered() {
        for word in [
            "my job",
            "$(rm -rf x)",
            "a;b",
            "a'b",
            "-f",
            "",
            "a\nb",
            "`x`",
        ] {
            assert!(!is_plain(word), "{word:?}");
        }
        assert!(is_plain("orders") && is_plain("s3://b/sp/savepoint-1") && is_plain("键"));
    }

    #[test]
    fn the_flags_typed_so_far_name_the_cluster() {
        for line in [
            "savepointctl -m a:1 trigger o",
            "savepointctl trigger -m a:1 o",
            "savepointctl trigger --type native -m a:1 --bogus o",
        ] {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let connect = connection(&words).unwrap();
            assert_eq!(connect.jobmanager.unwrap().expose(), "a:1", "{line}");
        }
    }
}
