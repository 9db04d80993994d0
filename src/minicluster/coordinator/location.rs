//! Where snapshots lie, in the spellings of users: paths, `file:` URIs and `jobmanager://savepoints/N`.

use std::path::{Component, Path, PathBuf};

use super::failures;
use super::throwable::Throwable;

const HEAP: &str = "jobmanager://savepoints/";

/// Where a snapshot lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Location {
    /// On the heap, under this number.
    Heap(u64),
    /// On the local disk: a directory or a file, absolute.
    Disk(PathBuf),
}

impl Location {
    /// Reads a location.
    pub(super) fn parse(text: &str) -> Result<Self, Throwable> {
        if text.is_empty() {
            let class = "java.lang.IllegalArgumentException";
            return Err(Throwable::new(class, "empty checkpoint pointer"));
        }
        if text.starts_with("jobmanager:") {
            let number = text.strip_prefix(HEAP).and_then(|text| text.parse().ok());
            return number.map(Location::Heap).ok_or_else(|| no_such_heap(text));
        }
        let path = local_path(text).map_err(|cause| failures::no_access(text, cause))?;
        Ok(Location::Disk(path))
    }
}

/// There is no such savepoint on the heap (any more).
pub(super) fn no_such_heap(location: &str) -> Throwable {
    let more = " It lay on the heap of a cluster that has shut down since, or it was disposed of.";
    failures::no_snapshot(location, "jobmanager", more)
}

/// The location of the savepoint with this number.
pub(super) fn of_heap(number: u64) -> String {
    format!("{HEAP}{number}")
}

/// The location of a path, as Flink spells it.
pub(super) fn of_path(path: &Path) -> String {
    format!("file:{}", path.display())
}

/// The directory that a user names for savepoints.
pub(super) fn target(text: &str) -> Result<PathBuf, Throwable> {
    if text.is_empty() {
        let class = "java.lang.IllegalArgumentException";
        let message = "Can not create a Path from an empty string";
        return Err(Throwable::new(class, message));
    }
    local_path(text)
}

/// The one spelling of a path, without links: that by which files are held. What is not there is spelled as it is.
pub(super) fn spelled(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The one spelling of a file, which itself may be gone, or a link.
pub(super) fn spelled_file(path: &Path) -> PathBuf {
    match (path.parent(), path.file_name()) {
        (Some(directory), Some(name)) => spelled(directory).join(name),
        _ => path.to_owned(),
    }
}

/// The absolute path that a path or `file:` URI means.
pub(super) fn local_path(text: &str) -> Result<PathBuf, Throwable> {
    let path = match text.split_once(':') {
        Some(("file", rest)) => {
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            rest.strip_prefix("localhost/")
                .map_or_else(|| rest.to_owned(), |rest| format!("/{rest}"))
        }
        Some((scheme, _)) if is_scheme(scheme) => return Err(failures::no_file_system(scheme)),
        _ => text.to_owned(),
    };
    let path = std::path::absolute(&path).map_err(|error| {
        let message = format!("'{text}' is no path: {error}");
        Throwable::new("java.io.IOException", message)
    })?;
    Ok(without_detours(&path))
}

/// The same path without `..`, as Flink's `Path` has it: links are not looked at.
fn without_detours(path: &Path) -> PathBuf {
    let mut direct = PathBuf::new();
    for step in path.components() {
        match step {
            Component::ParentDir => drop(direct.pop()),
            step => direct.push(step),
        }
    }
    direct
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_and_all_its_uris_are_one_place() {
        for text in [
            "/sp/x",
            "file:/sp/x",
            "file:///sp/x",
            "file://localhost/sp/x",
            "/sp/x/",
            "/sp/../sp/./x",
        ] {
            let found = Location::parse(text).unwrap();
            assert_eq!(found, Location::Disk(PathBuf::from("/sp/x")), "{text}");
        }
        assert_eq!(of_path(Path::new("/sp/x")), "file:/sp/x");
    }

    #[test]
    fn a_savepoint_on_the_heap_is_known_by_its_number() {
        assert_eq!(Location::parse(&of_heap(7)), Ok(Location::Heap(7)));
        let failure = Location::parse("jobmanager://savepoints/x").unwrap_err();
        assert_eq!(failure.class, "java.io.FileNotFoundException");
    }

    #[test]
    fn other_file_systems_are_refused_as_flink_refuses_them() {
        let failure = Location::parse("s3://b/x").unwrap_err();
        assert!(failure.to_string().contains("for scheme 's3'"), "{failure}");
        assert!(target("").unwrap_err().message.contains("empty string"));
    }
}
