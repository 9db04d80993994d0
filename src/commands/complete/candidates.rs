//! The jobs, snapshots and jars that a word may become, asked of the cluster in the time that a Tab may take.

use std::cell::RefCell;
use std::ffi::OsStr;
use std::time::Duration;

use clap_complete::PathCompleter;
use clap_complete::engine::{CompletionCandidate, ValueCompleter};

use super::super::context::Context;
use super::super::{help, roots, snapshots};
use super::line::Line;
use crate::domain::job::{Job, JobSelector};
use crate::domain::reference::SnapshotRef;
use crate::error::Failure;
use crate::inventory::{catalogue, scan};
use crate::rest::Client;
use crate::storage::Location;

/// How long the cluster may take. With what the shell and the process need it stays under 100 ms.
const PATIENCE: Duration = Duration::from_millis(80);

/// What `latest` stands for.
const NEWEST: &str = "the newest snapshot";

/// What a word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A job.
    Job,
    /// A snapshot.
    Snapshot,
    /// A jar in the cluster.
    JarId,
    /// A directory.
    Directory,
    /// One of our commands.
    Command,
    /// One of these.
    OneOf(&'static [&'static str]),
}

/// What is asked of the cluster and the storages.
#[derive(Clone, Copy)]
pub(super) struct Question<'q> {
    /// What the word names.
    pub(super) wanted: Wanted,
    /// Whether only running jobs are meant.
    pub(super) is_of_running_jobs: bool,
    /// Where snapshots are looked for; if empty, where the configuration says.
    pub(super) dirs: &'q [Location],
    /// The word as far as it is typed.
    pub(super) typed: &'q str,
}

/// What `typed`, the word behind a line, may become. Empty on any failure.
pub(super) fn of(wanted: Wanted, line: &Line, typed: &OsStr) -> Vec<CompletionCandidate> {
    let Some(text) = typed.to_str() else {
        return Vec::new();
    };
    let ask = |wanted| {
        let question = Question {
            wanted,
            is_of_running_jobs: line.is_of_running_jobs(),
            dirs: &line.dirs,
            typed: text,
        };
        asked(question, line.context())
    };
    match wanted {
        Wanted::Job if line.begins_with_directory() => paths(PathCompleter::dir, text),
        Wanted::Directory => paths(PathCompleter::dir, text),
        Wanted::Snapshot => {
            let known = ask(wanted).into_iter();
            known.chain(paths(PathCompleter::any, text)).collect()
        }
        Wanted::Job | Wanted::JarId => ask(wanted),
        Wanted::Command => commands(text),
        Wanted::OneOf(words) => {
            let fitting = words.iter().filter(|word| word.starts_with(text));
            fitting.map(CompletionCandidate::new).collect()
        }
    }
}

/// The paths that begin so, as paths or as `file:` URIs. That one of them is the directory itself helps nobody.
pub(super) fn paths(kind: impl Fn() -> PathCompleter, typed: &str) -> Vec<CompletionCandidate> {
    let scheme = ["file://", "file:"]
        .into_iter()
        .find(|scheme| typed.starts_with(&format!("{scheme}/")))
        .unwrap_or_default();
    let mut found = kind().complete(OsStr::new(&typed[scheme.len()..]));
    found.retain(|one| one.get_value() != ".");
    let found = found.into_iter();
    found.map(|one| one.add_prefix(scheme)).collect()
}

fn commands(typed: &str) -> Vec<CompletionCandidate> {
    let tree = help::command();
    let shown = tree.get_subcommands().filter(|one| !one.is_hide_set());
    let fitting = shown.filter(|one| one.get_name().starts_with(typed));
    fitting
        .map(|one| CompletionCandidate::new(one.get_name()).help(one.get_about().cloned()))
        .collect()
}

/// What the cluster and the directories know, as far as they answer in time; nothing of what is not named.
pub(super) fn asked(question: Question<'_>, cx: Option<Context>) -> Vec<CompletionCandidate> {
    let found = RefCell::new(Vec::new());
    if let Some(cx) = cx {
        // whatever fails, what was found before that is offered
        let _ = ask(question, &cx, &found);
    }
    found.into_inner()
}

fn ask(
    question: Question<'_>,
    cx: &Context,
    found: &RefCell<Vec<CompletionCandidate>>,
) -> Option<()> {
    let Question {
        wanted,
        dirs,
        typed,
        ..
    } = question;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    let add = |offered: Vec<CompletionCandidate>| {
        for one in offered {
            let is_known = |known: &CompletionCandidate| known.get_value() == one.get_value();
            let is_new = !found.borrow().iter().any(is_known);
            if is_new {
                found.borrow_mut().push(one);
            }
        }
    };
    let asking = async {
        if wanted == Wanted::Snapshot {
            add(stored(cx, dirs, typed).await);
        }
        let client = cx.client().await;
        if let Ok(client) = &client {
            let known = match wanted {
                Wanted::Job => jobs(client, typed, question.is_of_running_jobs).await,
                Wanted::Snapshot => located(client, typed).await,
                Wanted::JarId => jars(client, typed).await,
                _ => Ok(Vec::new()),
            };
            add(known.unwrap_or_default());
        }
        if wanted == Wanted::Snapshot && dirs.is_empty() {
            let configured = roots::configured(cx, client.as_ref().ok()).await;
            add(stored(cx, &configured.unwrap_or_default(), typed).await);
        }
    };
    let answer = runtime.block_on(async { tokio::time::timeout(PATIENCE, asking).await });
    // a name that is still being looked up must not keep the shell waiting
    runtime.shutdown_background();
    answer.ok()
}

/// The snapshots below these directories, by their names alone.
async fn stored(cx: &Context, roots: &[Location], typed: &str) -> Vec<CompletionCandidate> {
    if roots.is_empty() {
        return Vec::new();
    }
    let below = scan::candidates(cx.storage(), roots).await;
    let mut offered: Vec<(String, String)> = Vec::new();
    if !below.places.is_empty() {
        offered.push(("latest".to_owned(), NEWEST.to_owned()));
    }
    let locations = below.places.iter().map(|place| place.at.to_string());
    offered.extend(locations.map(|location| (location, "in storage".to_owned())));
    offered.retain(|(value, _)| value.starts_with(typed) && is_reference(value));
    candidates(offered)
}

/// Ids, and names where they can be quoted.
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
        .filter(|job| is_quotable(&job.name) && !job.name.starts_with('-'))
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
    let histories = snapshots::histories(client, jobs).await?;
    let remembered = catalogue::remembered(&histories);
    let kept: Vec<_> = remembered.iter().filter(|one| !one.discarded).collect();
    let mut offered = Vec::new();
    if !kept.is_empty() {
        offered.push(("latest".to_owned(), NEWEST.to_owned()));
    }
    for one in &kept {
        let name = &one.job.name;
        let reference = format!("latest:{name}");
        let is_new = !offered.iter().any(|(known, _)| *known == reference);
        if is_new && is_meant(&reference, name) {
            offered.push((reference, format!("{NEWEST} of {name}")));
        }
    }
    offered.extend(kept.iter().map(|one| {
        let kind = if one.snapshot.kind.is_savepoint() {
            "savepoint"
        } else {
            "checkpoint"
        };
        let what = format!("{kind} {} of {}", one.snapshot.id, one.job.name);
        (one.location.to_owned(), what)
    }));
    offered.retain(|(value, _)| value.starts_with(typed) && is_reference(value));
    Ok(candidates(offered))
}

/// Whether a reference means the newest snapshot of this job: a name may end like `~1`.
fn is_meant(reference: &str, name: &str) -> bool {
    let meant = SnapshotRef::Latest {
        back: 0,
        job: Some(JobSelector::new(name)),
    };
    reference.parse() == Ok(meant)
}

/// The jars in the cluster.
async fn jars(client: &Client, typed: &str) -> Result<Vec<CompletionCandidate>, Failure> {
    let mut offered = client.jars().await?;
    offered.retain(|(id, _)| id.starts_with(typed) && !id.starts_with('-') && is_quotable(id));
    Ok(candidates(offered))
}

fn candidates(offered: Vec<(String, String)>) -> Vec<CompletionCandidate> {
    let candidate = |(value, help): (String, String)| {
        let help: String = help.chars().filter(|c| !c.is_control()).collect();
        CompletionCandidate::new(value).help(Some(help.into()))
    };
    offered.into_iter().map(candidate).collect()
}

/// Whether a word means itself in every shell.
pub(super) fn is_plain(word: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@+,".contains(c);
    !word.is_empty() && !word.starts_with('-') && word.chars().all(plain)
}

/// Whether a word can be put on a line, in quotes, and be recognised there: what a server calls a job must not run, nor
/// end the line, nor show as something else.
pub(super) fn is_quotable(word: &str) -> bool {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    !word.is_empty() && word.trim() == word && !word.contains(unseen)
}

fn is_reference(word: &str) -> bool {
    is_quotable(word) && !word.starts_with('-') && word.parse::<SnapshotRef>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_a_shell_would_take_apart_is_not_plain() {
        for word in ["my job", "$(rm -rf x)", "a;b", "a'b", "-f", "", "`x`"] {
            assert!(!is_plain(word), "{word:?}");
        }
        assert!(is_plain("orders") && is_plain("s3://b/sp/savepoint-1") && is_plain("键"));
    }

    #[test]
    fn what_ends_the_line_or_cannot_be_seen_is_not_offered() {
        for word in [
            "",
            " a",
            "a ",
            "a\nb",
            "a\tb",
            "a\u{1b}[2Jb",
            "a\u{202e}b",
            "a\u{200b}",
        ] {
            assert!(!is_quotable(word), "{word:?}");
        }
        for word in ["second job", "it's", "$(x)", "a\"b", "naïve 键"] {
            assert!(is_quotable(word), "{word:?}");
        }
    }

    #[test]
    fn a_job_that_is_called_like_an_older_snapshot_has_no_reference() {
        assert!(is_meant("latest:second job", "second job"));
        assert!(!is_meant("latest:orders~1", "orders~1"));
    }

    #[test]
    fn directories_are_offered_as_paths_and_as_uris() {
        let name = format!("savepointctl-candidates-{}", std::process::id());
        let home = std::env::temp_dir().join(name);
        std::fs::create_dir_all(home.join("save points")).unwrap();
        std::fs::write(home.join("save.txt"), "").unwrap();
        let at = home.to_str().unwrap();
        for scheme in ["", "file:", "file://"] {
            let found = paths(PathCompleter::dir, &format!("{scheme}{at}/sa"));
            let values: Vec<_> = found.iter().map(CompletionCandidate::get_value).collect();
            assert_eq!(values, [OsStr::new(&format!("{scheme}{at}/save points/"))]);
        }
        std::fs::remove_dir_all(home).unwrap();
    }
}
