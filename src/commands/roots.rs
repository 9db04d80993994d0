//! The directories in storage that are looked through for snapshots.

use super::context::Context;
use crate::cli::dirs::DirArgs;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::storage::{Location, StorageError};

/// The directories that flags name.
///
/// # Errors
/// One that is no location (5).
pub fn given(args: &DirArgs) -> Result<Vec<Location>, Failure> {
    args.dirs.iter().map(|dir| location(dir)).collect()
}

fn location(dir: &str) -> Result<Location, Failure> {
    if dir.is_empty() {
        return Err(Failure::new(Exit::Usage, "--dir names no directory"));
    }
    let at = Location::of(dir).doing(|| format!("cannot look into {dir}"))?;
    Ok(at.absolute())
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
