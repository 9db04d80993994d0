//! What a user typed for a SNAPSHOT: a location, or a reference such as `latest~1:orders`.

use std::fmt;
use std::str::FromStr;

use super::job::JobSelector;

/// A SNAPSHOT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotRef {
    /// A location, unchanged.
    Location(String),
    /// The `back`-th snapshot before the latest one, of one job or of all.
    Latest {
        /// 0 for the latest itself.
        back: usize,
        /// The job; `None` for all.
        job: Option<JobSelector>,
    },
}

impl FromStr for SnapshotRef {
    type Err = String;

    /// `latest`, `latest~N`, `latest:JOB`, `latest~N:JOB` and `latest:JOB~N` are references; everything else is a
    /// location.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("a SNAPSHOT is a location, or latest, latest~1, latest:JOB".to_owned());
        }
        let Some(rest) = text.strip_prefix("latest") else {
            return Ok(Self::Location(text.to_owned()));
        };
        let (before, job) = match rest.split_once(':') {
            None => (rest, None),
            Some((before, job)) => (before, Some(job)),
        };
        let (job, after) = match job.map(|job| job.rsplit_once('~')) {
            Some(Some((name, count))) if is_number(count) && before.is_empty() => {
                (Some(name), Some(count))
            }
            _ => (job, None),
        };
        let count = match (before.strip_prefix('~'), after) {
            (Some(count), _) if is_number(count) => Some(count),
            (None, Some(count)) => Some(count),
            (None, None) if before.is_empty() => None,
            _ => return Ok(Self::Location(text.to_owned())),
        };
        let wrong = || format!("'{text}' goes back further than can be counted");
        let back = count.map_or(Ok(0), str::parse).map_err(|_| wrong())?;
        if job == Some("") {
            return Err(format!("'{text}' names no job after the colon"));
        }
        Ok(Self::Latest {
            back,
            job: job.map(JobSelector::new),
        })
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

impl fmt::Display for SnapshotRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Location(location) => f.write_str(location),
            Self::Latest { back, job } => {
                f.write_str("latest")?;
                if *back > 0 {
                    write!(f, "~{back}")?;
                }
                job.as_ref().map_or(Ok(()), |job| write!(f, ":{job}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<(usize, Option<String>)> {
        match text.parse().unwrap() {
            SnapshotRef::Location(_) => None,
            SnapshotRef::Latest { back, job } => Some((back, job.map(|job| job.to_string()))),
        }
    }

    #[test]
    fn references_are_read_in_both_orders() {
        assert_eq!(read("latest"), Some((0, None)));
        assert_eq!(read("latest~2"), Some((2, None)));
        assert_eq!(read("latest:a~b"), Some((0, Some("a~b".to_owned()))));
        assert_eq!(
            read("latest~1:my job"),
            Some((1, Some("my job".to_owned())))
        );
        assert_eq!(
            read("latest:my job~1"),
            Some((1, Some("my job".to_owned())))
        );
    }

    #[test]
    fn everything_else_is_a_location() {
        for text in [
            "./latest",
            "latest/",
            "latest-1",
            "latest~x",
            "s3://b/latest",
            "/x",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert!("latest:".parse::<SnapshotRef>().is_err());
        for empty in ["", " "] {
            assert!(empty.parse::<SnapshotRef>().is_err());
        }
    }
}
