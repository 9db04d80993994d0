//! Which storage a location names, and what in it.

use std::fmt;
use std::path::Path;

use super::StorageError;

/// A location: a local path, or a URI as Flink writes it, in which percent signs and spaces are themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// In lower case; empty for a plain path.
    scheme: String,
    authority: String,
    /// On this machine as it was typed; elsewhere it begins with a slash and has no empty or dotted steps.
    path: String,
}

impl Location {
    /// Reads a path or URI as Flink does: nothing is decoded, and elsewhere than on this machine `..` takes a step back.
    ///
    /// # Errors
    /// A `file:` URI with a host in it.
    pub fn of(location: &str) -> Result<Self, StorageError> {
        let Some((scheme, rest)) = split_scheme(location) else {
            return Ok(Self {
                scheme: String::new(),
                authority: String::new(),
                path: location.to_owned(),
            });
        };
        let (authority, path) = match rest.strip_prefix("//") {
            Some(after) => after.split_at(after.find('/').unwrap_or(after.len())),
            None => ("", rest),
        };
        if scheme == "file" {
            if !matches!(authority, "" | "localhost") {
                return Err(StorageError::Host {
                    location: location.to_owned(),
                    host: authority.to_owned(),
                });
            }
            return Ok(Self {
                scheme,
                authority: String::new(),
                path: path.to_owned(),
            });
        }
        Ok(Self {
            scheme,
            authority: authority.to_owned(),
            path: normal(path),
        })
    }

    /// The scheme in lower case; empty for a plain path.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// What stands between `//` and the path: a bucket, a host, a container and its account.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The path; elsewhere than on this machine it begins with a slash, and ends with one only if it is the root.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The path on this machine, if it is one.
    pub fn local(&self) -> Option<&Path> {
        self.is_local().then(|| Path::new(&self.path))
    }

    fn is_local(&self) -> bool {
        matches!(self.scheme.as_str(), "" | "file")
    }

    /// The last step of the path; empty for a root.
    pub fn name(&self) -> &str {
        let path = self.path.trim_end_matches('/');
        &path[path.rfind('/').map_or(0, |at| at + 1)..]
    }

    /// What lies in this directory by that name, which may have several steps. Nothing in it is interpreted.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        let slash = if self.path.is_empty() || self.path.ends_with('/') {
            ""
        } else {
            "/"
        };
        Self {
            path: format!("{}{slash}{name}", self.path),
            ..self.clone()
        }
    }

    /// The same storage at another path.
    pub(super) fn with_path(&self, path: &str) -> Self {
        Self {
            path: path.to_owned(),
            ..self.clone()
        }
    }

    /// The same path in another storage.
    pub(super) fn in_storage(&self, scheme: &str, authority: &str) -> Self {
        Self {
            scheme: scheme.to_owned(),
            authority: authority.to_owned(),
            path: self.path.clone(),
        }
    }

    /// The directory it lies in; a root lies in itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        let path = self.path.trim_end_matches('/');
        let path = match path.rfind('/') {
            Some(0) => "/",
            Some(at) => &path[..at],
            None if self.path.starts_with('/') => "/",
            None => ".",
        };
        Self {
            path: path.to_owned(),
            ..self.clone()
        }
    }

    /// The same so that it can be opened from anywhere, without needless slashes.
    #[must_use]
    pub fn absolute(self) -> Self {
        let Some(path) = self.local() else {
            return self;
        };
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        // the components of a path have no slashes between or behind them
        let components: std::path::PathBuf = absolute.components().collect();
        match components.into_os_string().into_string() {
            Ok(path) => Self { path, ..self },
            // a current directory that is no UTF-8
            Err(_) => self,
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.scheme.as_str() {
            "" => f.write_str(&self.path),
            "file" => write!(f, "file:{}", self.path),
            scheme => write!(f, "{scheme}://{}{}", self.authority, self.path),
        }
    }
}

/// A path without empty steps, `.` and `..`, as Flink's `Path` makes it.
fn normal(path: &str) -> String {
    let mut steps: Vec<&str> = Vec::new();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    format!("/{}", steps.join("/"))
}

/// The scheme, in lower case, and what follows its colon. A colon that no slash follows belongs to a file's name,
/// save after `file`.
fn split_scheme(location: &str) -> Option<(String, &str)> {
    let (scheme, rest) = location.split_once(':')?;
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let scheme = scheme.to_ascii_lowercase();
    (is_scheme && (rest.starts_with('/') || scheme == "file")).then_some((scheme, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(location: &str) -> Location {
        Location::of(location).unwrap()
    }

    fn local(location: &str) -> String {
        at(location).local().unwrap().display().to_string()
    }

    #[test]
    fn a_file_uri_names_a_path_and_its_percent_signs_stay() {
        for location in ["/a/b%20c d", "file:/a/b%20c d", "file:///a/b%20c d"] {
            assert_eq!(local(location), "/a/b%20c d", "{location}");
        }
        assert_eq!(local("FILE://localhost/x"), "/x");
        assert_eq!(local("file:x/y"), "x/y");
    }

    #[test]
    fn a_host_in_a_file_uri_is_refused_by_name() {
        let err = Location::of("file://data/x").unwrap_err().to_string();
        assert!(err.contains("'data'"), "{err}");
    }

    #[test]
    fn other_schemes_lie_elsewhere_and_colons_in_names_do_not_make_a_scheme() {
        for location in ["s3://b/x", "hdfs:///x", "S3A://b", "hdfs:/x"] {
            assert!(at(location).local().is_none(), "{location}");
        }
        assert_eq!(local("save:point"), "save:point");
        assert_eq!(local("./s3://x"), "./s3://x");
    }

    #[test]
    fn a_uri_is_taken_apart_as_flink_takes_it_and_nothing_is_decoded() {
        let found = at("S3A://bucket//a b/./x/../c%2B+ü/");
        assert_eq!((found.scheme(), found.authority()), ("s3a", "bucket"));
        assert_eq!(found.path(), "/a b/c%2B+ü");
        assert_eq!(found.to_string(), "s3a://bucket/a b/c%2B+ü");
        assert_eq!(at("hdfs:/x").to_string(), "hdfs:///x");
        assert_eq!(at("s3://b").path(), "/");
    }

    #[test]
    fn parents_and_names_are_found_on_every_storage() {
        for (location, parent, name) in [
            ("s3://b/a/x", "s3://b/a", "x"),
            ("s3://b/x", "s3://b/", "x"),
            ("s3://b", "s3://b/", ""),
            ("/a/x", "/a", "x"),
            ("/x", "/", "x"),
            ("x", ".", "x"),
            ("file:/a/x/", "file:/a", "x"),
        ] {
            let found = at(location);
            assert_eq!(found.parent().to_string(), parent, "{location}");
            assert_eq!(found.name(), name, "{location}");
        }
        assert_eq!(at("s3://b/").join("x").to_string(), "s3://b/x");
        assert_eq!(at("s3://b/a").join("../x").to_string(), "s3://b/a/../x");
        assert_eq!(at("/a").join("x/y").to_string(), "/a/x/y");
    }
}
