//! The version of a running Flink, and what it can be asked.

use std::fmt;

/// A Flink version as a cluster reports it, e.g. `2.3.0`, `1.20-SNAPSHOT` or `1.16.2-amzn-0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlinkVersion {
    text: String,
    major: u32,
    minor: u32,
}

impl FlinkVersion {
    /// The oldest and the newest version this tool is tested with, as (major, minor).
    pub const KNOWN: ((u32, u32), (u32, u32)) = ((1, 13), (2, 3));

    /// Reads the text of the cluster. One that does not begin with two numbers is taken for a version newer than all
    /// that are known, so that it is tried.
    pub fn parse(text: &str) -> Self {
        let mut numbers = text.split(|c: char| !c.is_ascii_digit()).map(str::parse);
        let (major, minor) = match (numbers.next(), numbers.next()) {
            (Some(Ok(major)), Some(Ok(minor))) => (major, minor),
            _ => (u32::MAX, 0),
        };
        Self {
            text: text.to_owned(),
            major,
            minor,
        }
    }

    /// Whether this is `major.minor` or newer.
    pub fn at_least(&self, major: u32, minor: u32) -> bool {
        (self.major, self.minor) >= (major, minor)
    }

    /// Whether it is newer than the newest one known.
    pub fn is_newer_than_known(&self) -> bool {
        (self.major, self.minor) > Self::KNOWN.1
    }

    /// Whether it is older than the oldest one known.
    pub fn is_older_than_known(&self) -> bool {
        (self.major, self.minor) < Self::KNOWN.0
    }

    /// Whether a trigger may carry an id chosen by the client, and a savepoint a format (1.15).
    pub fn takes_trigger_ids(&self) -> bool {
        self.at_least(1, 15)
    }

    /// Whether a checkpoint can be triggered (1.17).
    pub fn triggers_checkpoints(&self) -> bool {
        self.at_least(1, 17)
    }

    /// Whether `/jobs/:id/status` is there (1.16).
    pub fn has_job_status(&self) -> bool {
        self.at_least(1, 16)
    }
}

impl fmt::Display for FlinkVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_vendors_and_snapshots_are_understood() {
        for text in ["1.16.2-amzn-0", "1.16-SNAPSHOT", "1.16"] {
            let version = FlinkVersion::parse(text);
            assert!(
                version.has_job_status() && !version.triggers_checkpoints(),
                "{text}"
            );
            assert_eq!(version.to_string(), text);
        }
    }

    #[test]
    fn an_unknown_version_counts_as_newer_and_is_tried() {
        assert!(FlinkVersion::parse("next").is_newer_than_known());
        assert!(FlinkVersion::parse("2.4.0").is_newer_than_known());
        assert!(!FlinkVersion::parse("2.3.7").is_newer_than_known());
        assert!(FlinkVersion::parse("1.12.5").is_older_than_known());
    }
}
