//! Where a snapshot lies, as users and servers write it, and when two such texts mean the same place.

/// A location in one spelling, for comparison only: what is sent to a server or shown stays as it was typed.
///
/// `/x`, `file:/x`, `file:///x`, `/x/` and `/x/_metadata` are one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NormalLocation(String);

impl NormalLocation {
    /// Brings a location into its one spelling.
    pub fn of(location: &str) -> Self {
        let (scheme, rest) = match location.split_once(':') {
            Some((scheme, rest)) if is_scheme(scheme) => (scheme.to_ascii_lowercase(), rest),
            _ => (String::new(), location),
        };
        let local = scheme.is_empty() || scheme == "file";
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) if !scheme.is_empty() => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            _ => ("", rest),
        };
        let mut steps: Vec<&str> = path
            .split('/')
            .filter(|step| !matches!(*step, "" | "."))
            .collect();
        if steps.last() == Some(&"_metadata") {
            steps.pop();
        }
        let root = if path.starts_with('/') || !authority.is_empty() {
            "/"
        } else {
            ""
        };
        let path = steps.join("/");
        Self(if local {
            format!("{root}{path}")
        } else {
            format!("{scheme}://{authority}{root}{path}")
        })
    }

    /// The one spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last step of the path.
    pub fn name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }

    /// The last step but one of the path.
    pub fn parent_name(&self) -> Option<&str> {
        self.0.rsplit('/').nth(1)
    }

    /// Whether the directory's name is that of a checkpoint: `chk-` and its number.
    pub fn is_checkpoint(&self) -> bool {
        self.name()
            .strip_prefix("chk-")
            .is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
    }
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

    fn normal(text: &str) -> String {
        NormalLocation::of(text).as_str().to_owned()
    }

    #[test]
    fn one_place_has_one_spelling() {
        for text in [
            "/a/b",
            "file:/a/b",
            "file:///a/b",
            "/a/b/",
            "/a//b/_metadata",
            "FILE:///a/./b/_metadata",
        ] {
            assert_eq!(normal(text), "/a/b", "{text}");
        }
        for text in [
            "s3://bucket/a",
            "s3://bucket/a/",
            "s3://bucket//a/_metadata",
        ] {
            assert_eq!(normal(text), "s3://bucket/a", "{text}");
        }
        assert_eq!(normal("hdfs:///a"), "hdfs:///a");
        assert_eq!(normal("relative/x"), "relative/x");
    }

    #[test]
    fn different_places_stay_different() {
        assert_ne!(normal("/a/b"), normal("a/b"));
        assert_ne!(normal("s3://a/b"), normal("s3://b/b"));
        assert_ne!(normal("s3://a/b"), normal("gs://a/b"));
        assert_ne!(normal("/a/../b"), normal("/b"));
    }

    #[test]
    fn a_checkpoint_is_told_by_its_directory() {
        let is = |text: &str| NormalLocation::of(text).is_checkpoint();
        assert!(is("s3://b/0123/chk-17/_metadata") && is("/x/chk-1"));
        assert!(
            !is("/x/savepoint-012345-abc") && !is("/x/chk-") && !is("/x/chk-1a") && !is("/chk-1/x")
        );
    }
}
