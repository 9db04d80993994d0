//! The files that a program names: whether they can be read or written, and whether two operators write one.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::error::Complaint;
use super::graph::Kind;
use super::step::{Body, Step};
use crate::domain::key_group::MAX_KEY_GROUPS;

/// Whether a file can be read; else why not.
pub(super) fn readable(path: &Path) -> Result<(), String> {
    let unread =
        |error: io::Error| format!("{} cannot be read: {}", path.display(), reason(&error));
    // looked at before it is opened: to open a pipe waits until somebody writes to it
    regular(path, &fs::metadata(path).map_err(unread)?)?;
    File::open(path).map(drop).map_err(unread)
}

/// Whether a file can be appended to, or made; else why not.
pub(super) fn writable(path: &Path) -> Result<(), String> {
    if let Ok(found) = fs::metadata(path) {
        return regular(path, &found);
    }
    match path.parent() {
        Some(parent) if !parent.is_dir() => Err(format!(
            "{} cannot be written: there is no directory {}",
            path.display(),
            parent.display()
        )),
        _ => Ok(()),
    }
}

fn regular(path: &Path, found: &fs::Metadata) -> Result<(), String> {
    let shown = path.display();
    if found.is_dir() {
        Err(format!("{shown} is a directory, not a file"))
    } else if !found.is_file() {
        Err(format!(
            "{shown} is a pipe or device, not a file: what was read or written could not be taken up again"
        ))
    } else {
        Ok(())
    }
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Refuses two sinks that would append to one file: neither could say what of it is its own.
///
/// # Errors
/// They name one file, however spelled, or one names a file that further subtasks of the other write.
pub(super) fn refuse_shared(steps: &[Step]) -> Result<(), Complaint> {
    let mut before: Vec<(&Step, PathBuf)> = Vec::new();
    for step in steps {
        let Body::Operator(Kind::File { path }) = &step.body else {
            continue;
        };
        let path = true_path(path);
        let shared = |(_, other): &&(&Step, PathBuf)| {
            *other == path || is_part(other, &path) || is_part(&path, other)
        };
        if let Some((other, _)) = before.iter().find(shared) {
            let message = format!(
                "'{}' and '{}' write to the same file {}: each sink needs its own, and PATH.part-1, PATH.part-2 and \
                 so on belong to the sink of PATH too",
                other.name,
                step.name,
                path.display()
            );
            return Err(Complaint::new(step.path_at.unwrap_or(step.at), message));
        }
        before.push((step, path));
    }
    Ok(())
}

/// The path without links and detours, as far as it exists.
fn true_path(path: &Path) -> PathBuf {
    if let Ok(found) = path.canonicalize() {
        return found;
    }
    let parent = path.parent().and_then(|parent| parent.canonicalize().ok());
    match (parent, path.file_name()) {
        (Some(parent), Some(name)) => parent.join(name),
        _ => path.to_owned(),
    }
}

/// Whether a path is that of a further subtask's file of the sink of `of`.
fn is_part(path: &Path, of: &Path) -> bool {
    let (Some(path), Some(of)) = (path.to_str(), of.to_str()) else {
        return false;
    };
    let number = path
        .strip_prefix(of)
        .and_then(|rest| rest.strip_prefix(".part-"));
    number.is_some_and(|digits| {
        digits
            .parse::<u32>()
            .is_ok_and(|number| (1..MAX_KEY_GROUPS).contains(&number))
    })
}
