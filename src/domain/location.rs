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
            Some((scheme, rest)) if is_scheme(scheme) => (canonical(scheme), rest),
            _ => (String::new(), location),
        };
        let local = scheme.is_empty() || scheme == "file";
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) if !scheme.is_empty() => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            _ => ("", rest),
        };
        let rooted = path.starts_with('/') || !authority.is_empty();
        let mut steps: Vec<&str> = Vec::new();
        for step in path.split('/') {
            match step {
                "" | "." => {}
                // as Flink's Path does it, without looking at links
                ".." if rooted || steps.last().is_some_and(|last| *last != "..") => {
                    steps.pop();
                }
                step => steps.push(step),
            }
        }
        if steps.last() == Some(&"_metadata") {
            steps.pop();
        }
        let root = if rooted { "/" } else { "" };
        let path = steps.join("/");
        Self(if local {
            format!("{root}{path}")
        } else {
            format!("{scheme}://{authority}{root}{path}")
        })
    }

    /// Whether both may be one place: they are spelled alike, or one names no file system and so lies on the cluster's
    /// default one.
    pub fn may_be(&self, other: &Self) -> bool {
        let path = |location: &Self| match location.0.split_once("://") {
            Some((_, rest)) => rest.find('/').map(|at| rest[at..].to_owned()),
            None => Some(location.0.clone()),
        };
        let bare = |location: &Self| !location.0.contains("://");
        self == other || (bare(self) != bare(other) && path(self) == path(other))
    }

    /// Whether it lies below `directory`.
    pub fn is_below(&self, directory: &Self) -> bool {
        self.0
            .strip_prefix(&directory.0)
            .is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether it may be `directory` or lie below it. In doubt it does: the same path on a file system that has several
    /// names, or whose name is left out, counts as the same.
    pub fn may_be_within(&self, directory: &Self) -> bool {
        let (store, path) = self.store_and_path();
        let (other, above) = directory.store_and_path();
        let may_be_one = store == other || store.is_empty() || other.is_empty();
        let rest = path.strip_prefix(above);
        let is_within = rest
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || above.ends_with('/'));
        may_be_one && is_within
    }

    /// The storage, and the path in it. A cluster of HDFS has several names.
    fn store_and_path(&self) -> (&str, &str) {
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return ("", &self.0);
        };
        let path = self.path();
        if matches!(scheme, "hdfs" | "webhdfs" | "swebhdfs" | "viewfs") {
            return ("hdfs", path);
        }
        // of one account there are two names, for either protocol
        let store = match scheme {
            "abfs" | "abfss" | "wasb" | "wasbs" => {
                rest.split(['/', '.']).next().unwrap_or_default()
            }
            _ => &self.0[..self.0.len() - path.len()],
        };
        (store, path)
    }

    /// The one spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path alone, without scheme and authority.
    pub fn path(&self) -> &str {
        match self.0.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
            None => &self.0,
        }
    }

    /// The directory above; a root is above itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        let root = self.0.len() - self.path().len();
        let (root, path) = self.0.split_at(root);
        Self(match path.rsplit_once('/') {
            Some(("", _)) => format!("{root}/"),
            Some((parent, _)) => format!("{root}{parent}"),
            None => self.0.clone(),
        })
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

/// A scheme in lower case; those that name the same store under several names, under one.
fn canonical(scheme: &str) -> String {
    match scheme.to_ascii_lowercase().as_str() {
        "s3a" | "s3n" | "s3p" => "s3".to_owned(),
        scheme => scheme.to_owned(),
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
        assert_ne!(normal("../b"), normal("b"));
    }

    #[test]
    fn a_place_has_a_path_and_a_parent() {
        let of = |text: &str| NormalLocation::of(text);
        assert_eq!(of("s3a://b/x/y").path(), "/x/y");
        assert_eq!(of("file:/x/y").path(), "/x/y");
        for (text, parent) in [
            ("s3://b/x/y", "s3://b/x"),
            ("/x/y/_metadata", "/x"),
            ("/x", "/"),
            ("s3://b/x", "s3://b/"),
        ] {
            assert_eq!(of(text).parent(), of(parent), "{text}");
        }
    }

    #[test]
    fn steps_back_are_taken_as_flink_takes_them() {
        assert_eq!(normal("/cp/id/chk-3/../chk-4"), "/cp/id/chk-4");
        assert_eq!(normal("s3a://b/x/../../y"), "s3://b/y");
        assert_eq!(normal("../../x/../y"), "../../y");
    }

    #[test]
    fn a_path_without_scheme_may_lie_on_the_default_file_system() {
        let may_be = |a: &str, b: &str| NormalLocation::of(a).may_be(&NormalLocation::of(b));
        assert!(
            may_be("/sp/x", "hdfs://nn:8020/sp/x") && may_be("hdfs://nn/sp/x", "/sp/x/_metadata")
        );
        assert!(may_be("s3://b/x", "s3a://b/x"));
        assert!(!may_be("hdfs://a/sp/x", "hdfs://b/sp/x") && !may_be("/sp/y", "hdfs://nn/sp/x"));
    }

    #[test]
    fn what_lies_below_a_directory_begins_with_it() {
        let below = |a: &str, b: &str| NormalLocation::of(a).is_below(&NormalLocation::of(b));
        assert!(below("file:/sp/x/f", "/sp/x/"));
        assert!(!below("/sp/xy/f", "/sp/x") && !below("/sp/x", "/sp/x"));
    }

    #[test]
    fn a_checkpoint_is_told_by_its_directory() {
        let is = |text: &str| NormalLocation::of(text).is_checkpoint();
        assert!(is("s3://b/0123/chk-17/_metadata") && is("/x/chk-1"));
        assert!(
            !is("/x/savepoint-012345-abc") && !is("/x/chk-") && !is("/x/chk-1a") && !is("/chk-1/x")
        );
    }

    fn within(place: &str, directory: &str) -> bool {
        NormalLocation::of(place).may_be_within(&NormalLocation::of(directory))
    }

    #[test]
    fn a_place_is_within_itself_and_what_is_above_it() {
        assert!(within("/sp/a", "/sp/a") && within("/sp/a/b/c", "/sp/a"));
        assert!(!within("/sp/ab", "/sp/a") && !within("/sp", "/sp/a"));
        assert!(within("s3a://b/sp/a/x", "s3://b/sp/a"));
        assert!(!within("s3://other/sp/a/x", "s3://b/sp/a"));
    }

    #[test]
    fn in_doubt_two_names_of_a_file_system_are_one() {
        assert!(within("/sp/a/x", "hdfs://ns/sp/a"));
        assert!(within("hdfs://nn1:8020/sp/a/x", "hdfs://ns/sp/a"));
        assert!(within("hdfs://ns/sp/a/x", "webhdfs://nn1:9870/sp/a"));
        assert!(within(
            "wasbs://c@account.blob.core.windows.net/sp/a/x",
            "abfss://c@account.dfs.core.windows.net/sp/a"
        ));
        assert!(!within("s3://b/sp/a/x", "hdfs://ns/sp/a"));
    }
}
