//! The directories in storage that are looked through for snapshots.

use super::context::Context;
use crate::cli::dirs::DirArgs;
use crate::domain::progress::Progress;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::inventory::scan::{self, Scan};
use crate::rest::Client;
use crate::storage::{Location, StorageError};

/// The keys of Flink's configuration that name directories of snapshots, those that mean the same in one row, the
/// newest first.
const KEYS: [&[&str]; 2] = [
    &[
        "execution.checkpointing.savepoint-dir",
        "state.savepoints.dir",
        "state.backend.savepoints.fs.dir",
        "savepoints.state.backend.fs.dir",
    ],
    &[
        "execution.checkpointing.dir",
        "state.checkpoints.dir",
        "state.backend.fs.checkpointdir",
    ],
];
/// The key that names the file system of paths without a scheme.
const DEFAULT_SCHEME: &str = "fs.default-scheme";

/// The names that a note gives.
const UNSPELLED: usize = 5;

/// What was found in storage.
#[derive(Debug, Default)]
pub struct Looked {
    /// The snapshots.
    pub scan: Scan,
    /// Where they were looked for.
    pub roots: Vec<Location>,
    /// Whether one of the directories that flags name could not be looked into.
    pub failed: bool,
}

/// The directories that flags name.
///
/// # Errors
/// One that is no location (5).
pub fn given(args: &DirArgs) -> Result<Vec<Location>, Failure> {
    args.dirs.iter().map(|dir| location(dir)).collect()
}

/// The directory that a flag names.
///
/// # Errors
/// It is no location (5), or empty (2).
pub fn location(dir: &str) -> Result<Location, Failure> {
    if dir.is_empty() {
        return Err(Failure::new(Exit::Usage, "a flag names no directory"));
    }
    let at = Location::of(dir).doing(|| format!("cannot look into {dir}"))?;
    Ok(at.absolute())
}

/// Finds the snapshots below the directories that flags name, else below those of the configuration: the cluster's if
/// there is one, else the local one. Of the latter ones, what cannot be looked into is only noted.
///
/// # Errors
/// Flags name directories, and none of them can be looked into.
pub async fn look(
    cx: &Context,
    args: &DirArgs,
    client: Option<&Client>,
) -> Result<Looked, Failure> {
    let are_given = !args.dirs.is_empty();
    let roots = if are_given {
        given(args)?
    } else {
        configured(cx, client).await?
    };
    if roots.is_empty() {
        return Ok(Looked::default());
    }
    let shown: Vec<String> = roots.iter().map(ToString::to_string).collect();
    let looking = format!("looking for snapshots below {}", shown.join(", "));
    let finding = scan::candidates(cx.storage(), &roots);
    let found = cx.printer.waiting(&looking, finding).await;
    let reading = format!("reading {} snapshots", found.places.len());
    let read = async |progress: &dyn Progress| scan::read(cx.storage(), found, progress).await;
    let mut scan = cx.printer.counting(&reading, read).await;
    tell_unspelled(cx, &scan.unspelled);
    let failures = std::mem::take(&mut scan.failures);
    let failed = if are_given {
        told(cx, failures, scan.snapshots.is_empty())?
    } else {
        note(cx, &failures);
        false
    };
    Ok(Looked {
        scan,
        roots,
        failed,
    })
}

/// Says on stderr which directories could not be looked into; tells whether there are any.
///
/// # Errors
/// Nothing at all could be looked into: the first failure.
pub fn told(
    cx: &Context,
    failures: Vec<(Location, StorageError)>,
    found_nothing: bool,
) -> Result<bool, Failure> {
    let mut failures: Vec<Failure> = failures
        .into_iter()
        .map(|(at, error)| Failure::from(error).doing(format!("cannot look into {at}")))
        .collect();
    if found_nothing && failures.len() == 1 {
        return Err(failures.swap_remove(0));
    }
    for failure in &failures {
        cx.printer.failure(failure);
    }
    if found_nothing && let Some(first) = failures.first() {
        let what = format!(
            "none of {} directories could be looked into",
            failures.len()
        );
        return Err(Failure::new(first.exit, what));
    }
    Ok(!failures.is_empty())
}

/// Names on stderr what could not be looked into because of its name.
pub fn tell_unspelled(cx: &Context, unspelled: &[Location]) {
    let names: Vec<String> = unspelled.iter().map(ToString::to_string).collect();
    let (shown, more) = names.split_at(names.len().min(UNSPELLED));
    let count = match names.len() {
        0 => return,
        1 => "1 name cannot be spelled here, so it was".to_owned(),
        count => format!("{count} names cannot be spelled here, so they were"),
    };
    let more = match more.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let shown = shown.join(", ");
    cx.printer
        .note(format!("{count} not looked into: {shown}{more}"));
}

/// Notes what of the configuration's directories cannot be looked into from here. One of this machine that is not there
/// is none: the configuration may be made for another machine.
fn note(cx: &Context, failures: &[(Location, StorageError)]) {
    for (at, error) in failures {
        if at.local().is_none() || !error.is_missing() {
            cx.printer
                .note(format!("{at} was not looked into: {error}"));
        }
    }
}

/// The directories of the local configuration.
pub fn local(cx: &Context) -> Result<Vec<Location>, Failure> {
    let settings = cx.settings()?;
    Ok(directories(|key| {
        settings.flink.get(key).map(|value| value.value.clone())
    }))
}

/// The directories of the cluster's configuration, else of the local one.
pub async fn configured(cx: &Context, client: Option<&Client>) -> Result<Vec<Location>, Failure> {
    let Some(client) = client else {
        return local(cx);
    };
    // a cluster that does not show its configuration has none that could be used
    let theirs = client.configuration().await.unwrap_or_default();
    let value = |key: &str| {
        let found = theirs.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.clone())
    };
    let mut found = directories(value);
    if found.is_empty() {
        return local(cx);
    }
    let endpoint = cx.settings()?.endpoint;
    let is_here = endpoint.is_some_and(|endpoint| endpoint.is_loopback());
    found.retain(|at| is_here || at.local().is_none());
    Ok(found)
}

/// The directories that a configuration names; what is no location is passed over.
pub fn directories(value: impl Fn(&str) -> Option<String>) -> Vec<Location> {
    let default = value(DEFAULT_SCHEME).unwrap_or_default();
    let mut found: Vec<Location> = Vec::new();
    for keys in KEYS {
        let dir = keys.iter().find_map(|key| value(key));
        let Some(dir) = dir.filter(|dir| !dir.trim().is_empty()) else {
            continue;
        };
        let dir = dir.trim();
        let dir = if dir.starts_with('/') && !default.is_empty() {
            format!("{}{dir}", default.trim_end_matches('/'))
        } else {
            dir.to_owned()
        };
        if let Ok(at) = Location::of(&dir)
            && !found.contains(&at)
        {
            found.push(at.absolute());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(settings: &[(&str, &str)]) -> Vec<String> {
        let value = |key: &str| {
            let found = settings.iter().find(|(known, _)| *known == key);
            found.map(|(_, value)| (*value).to_owned())
        };
        let found = directories(value);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn directories_come_from_new_keys_before_old_ones_each_once() {
        assert_eq!(
            found(&[
                ("state.savepoints.dir", "s3://b/old"),
                ("execution.checkpointing.savepoint-dir", "s3://b/sp"),
                ("state.checkpoints.dir", "s3://b/cp"),
            ]),
            ["s3://b/sp", "s3://b/cp"]
        );
        assert_eq!(
            found(&[
                ("state.savepoints.dir", "s3://b/x"),
                ("state.checkpoints.dir", "s3://b/x"),
            ]),
            ["s3://b/x"]
        );
        assert_eq!(found(&[("state.savepoints.dir", " ")]), [""; 0]);
    }

    #[test]
    fn a_path_without_a_scheme_lies_on_the_default_file_system() {
        let default = ("fs.default-scheme", "hdfs://nn:8020/");
        let dir = ("state.savepoints.dir", "/sp");
        assert_eq!(found(&[default, dir]), ["hdfs://nn:8020/sp"]);
        assert_eq!(found(&[dir]), ["/sp"]);
    }
}
