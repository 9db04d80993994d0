//! Which storage a location names.

use std::path::PathBuf;

use super::StorageError;

/// A location, by its storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A path of this machine.
    Local(PathBuf),
    /// Somewhere else.
    Remote {
        /// The URI's scheme, in lower case.
        scheme: String,
    },
}

impl Location {
    /// Reads a path or URI as Flink does: what follows `file:` is a path whose percent signs are percent signs.
    ///
    /// # Errors
    /// A `file:` URI with a host in it.
    pub fn of(location: &str) -> Result<Self, StorageError> {
        let Some((scheme, rest)) = split_scheme(location) else {
            return Ok(Self::Local(PathBuf::from(location)));
        };
        if scheme != "file" {
            return Ok(Self::Remote { scheme });
        }
        let Some(after) = rest.strip_prefix("//") else {
            return Ok(Self::Local(PathBuf::from(rest)));
        };
        let (host, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        if !matches!(host, "" | "localhost") {
            return Err(StorageError::Host {
                location: location.to_owned(),
                host: host.to_owned(),
            });
        }
        Ok(Self::Local(PathBuf::from(path)))
    }

    /// The path of a location on this machine.
    ///
    /// # Errors
    /// A location elsewhere.
    pub fn local(location: &str) -> Result<PathBuf, StorageError> {
        match Self::of(location)? {
            Self::Local(path) => Ok(path),
            Self::Remote { scheme } => Err(StorageError::Scheme {
                location: location.to_owned(),
                scheme,
            }),
        }
    }
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

    fn local(location: &str) -> String {
        Location::local(location).unwrap().display().to_string()
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
            let found = Location::of(location).unwrap();
            assert!(matches!(found, Location::Remote { .. }), "{location}");
        }
        assert_eq!(local("save:point"), "save:point");
        assert_eq!(local("./s3://x"), "./s3://x");
    }
}
