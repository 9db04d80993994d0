//! Where a part lies, as text: nothing here looks at a disk.

use super::sizes::Storage;

/// Where the bytes of a part lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    /// In the metadata itself.
    Inline,
    /// At this location: a URI without percent-encoding, or a local path.
    At(String),
    /// Nowhere that may be opened: the relative path is absolute after all, or leaves the snapshot's directory.
    Escapes,
}

/// The location of a part of a snapshot whose metadata was found in `directory`, a path or URI.
///
/// Relative paths are resolved against that directory, wherever it was when they were written; all others stay as
/// they are.
pub fn resolve(storage: &Storage<'_>, directory: &str) -> Resolved {
    match storage {
        Storage::Inline => Resolved::Inline,
        Storage::File(path) | Storage::Segment { path, .. } => {
            Resolved::At(path.to_str().into_owned())
        }
        Storage::Relative(path) => {
            let path = path.to_str();
            if !stays_inside(&path) {
                return Resolved::Escapes;
            }
            let directory = match directory {
                "" => ".",
                other => other,
            };
            let slash = if directory.ends_with('/') { "" } else { "/" };
            Resolved::At(format!("{directory}{slash}{path}"))
        }
    }
}

/// Whether a path, joined to a directory, names something within it on every system that may open it.
pub fn stays_inside(path: &str) -> bool {
    let has_scheme = path
        .split_once(':')
        .is_some_and(|(before, _)| !before.contains('/'));
    !path.is_empty()
        && !has_scheme
        && !path.contains('\0')
        && path
            .split(['/', '\\'])
            .all(|segment| !segment.is_empty() && segment != "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::Text;

    fn relative(path: &str, directory: &str) -> Resolved {
        resolve(&Storage::Relative(&Text::from(path)), directory)
    }

    fn at(location: &str) -> Resolved {
        Resolved::At(location.to_owned())
    }

    #[test]
    fn a_relative_path_lies_in_the_snapshots_directory() {
        assert_eq!(relative("0a-1b", "s3://b/sp"), at("s3://b/sp/0a-1b"));
        assert_eq!(relative("d/0a", "/sp/"), at("/sp/d/0a"));
        assert_eq!(relative("0a", "/"), at("/0a"));
        assert_eq!(relative("0a", ""), at("./0a"));
    }

    #[test]
    fn an_absolute_path_stays_even_with_percent_signs() {
        let path = Text::from("file:/data/a%20b c");
        let storage = Storage::File(&path);
        assert_eq!(resolve(&storage, "/sp"), at("file:/data/a%20b c"));
    }

    #[test]
    fn a_relative_path_that_leaves_the_directory_is_not_resolved() {
        for path in [
            "..",
            "../x",
            "a/../../x",
            "/etc/passwd",
            "a//b",
            "s3://b/x",
            "c:x",
            "..\\x",
            "",
            "a\0",
        ] {
            assert_eq!(relative(path, "/sp"), Resolved::Escapes, "{path:?}");
        }
    }
}
