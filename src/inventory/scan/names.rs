//! What names in storage tell, as Flink chooses them.

use crate::domain::ids::JobId;

/// The name of the metadata file in a snapshot's directory.
pub const METADATA: &str = "_metadata";
/// The name of a metadata file that Flink is still writing starts so.
pub const IN_PROGRESS: &str = "._metadata.inprogress";

/// What an entry of a directory may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lead {
    /// A snapshot's directory.
    Snapshot,
    /// A metadata file of its own, as Flink 1.0 to 1.2 names savepoints, and 1.3 and 1.4 retained checkpoints.
    Flat {
        /// Whether it is named exactly so; else only its first bytes can tell.
        exact: bool,
    },
    /// The directory of a job's checkpoints.
    Job,
    /// A directory that may hold any of these.
    Folder,
    /// Nothing of ours.
    Nothing,
}

impl Lead {
    /// What a directory's name leads to.
    pub fn of_directory(name: &str) -> Self {
        if name.starts_with("savepoint-") || checkpoint_id(name).is_some() {
            Lead::Snapshot
        } else if name.parse::<JobId>().is_ok() {
            Lead::Job
        } else if matches!(name, "shared" | "taskowned" | "dstl") || name.starts_with('.') {
            Lead::Nothing
        } else {
            Lead::Folder
        }
    }

    /// What a file's name leads to.
    pub fn of_file(name: &str) -> Self {
        let rest = name.strip_prefix("savepoint-");
        match rest.or_else(|| name.strip_prefix("checkpoint_metadata-")) {
            Some(rest) => Lead::Flat {
                exact: rest.len() == 12 && rest.bytes().all(|b| b.is_ascii_hexdigit()),
            },
            None => Lead::Nothing,
        }
    }
}

/// What a snapshot's name, and that of the directory above, tell of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ByName {
    /// Whether it is a savepoint.
    pub is_savepoint: Option<bool>,
    /// The number of a `chk-N`.
    pub checkpoint_id: Option<u64>,
    /// The job, whose id is the name of the directory above a `chk-N`.
    pub job_id: Option<JobId>,
    /// The first six digits of the job's id, which is all that a savepoint's name holds.
    pub job_id_prefix: Option<String>,
}

impl ByName {
    /// What the last two steps of a path tell.
    pub fn of(parent: &str, name: &str) -> Self {
        if let Some(id) = checkpoint_id(name) {
            return Self {
                is_savepoint: Some(false),
                checkpoint_id: Some(id),
                job_id: parent.parse().ok(),
                job_id_prefix: None,
            };
        }
        if name.starts_with("checkpoint_metadata-") {
            return Self {
                is_savepoint: Some(false),
                ..Self::default()
            };
        }
        let Some(rest) = name.strip_prefix("savepoint-") else {
            return Self::default();
        };
        let prefix = rest.split_once('-').map(|(prefix, _)| prefix);
        let is_prefix =
            |text: &&str| text.len() == 6 && text.bytes().all(|b| b.is_ascii_hexdigit());
        Self {
            is_savepoint: Some(true),
            job_id_prefix: prefix.filter(is_prefix).map(str::to_ascii_lowercase),
            ..Self::default()
        }
    }
}

/// The number of a checkpoint's directory.
fn checkpoint_id(name: &str) -> Option<u64> {
    let digits = name.strip_prefix("chk-")?;
    let is_number = digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const JOB: &str = "fd72014d4c864993a2e5a9287b4a9c5d";

    #[test]
    fn names_lead_where_flink_puts_things() {
        for name in ["savepoint-fd7201-0123456789ab", "savepoint-x", "chk-17"] {
            assert_eq!(Lead::of_directory(name), Lead::Snapshot, "{name}");
        }
        assert_eq!(Lead::of_directory(JOB), Lead::Job);
        for name in ["shared", "taskowned", "dstl", ".trash"] {
            assert_eq!(Lead::of_directory(name), Lead::Nothing, "{name}");
        }
        for name in ["orders", "chk-", "chk-1a", "chk--1", "チーム", "a b%20+"] {
            assert_eq!(Lead::of_directory(name), Lead::Folder, "{name}");
        }
        let flat = |exact| Lead::Flat { exact };
        assert_eq!(Lead::of_file("savepoint-0123456789ab"), flat(true));
        assert_eq!(
            Lead::of_file("checkpoint_metadata-0123456789ab"),
            flat(true)
        );
        assert_eq!(Lead::of_file("savepoint-notes.txt"), flat(false));
        assert_eq!(Lead::of_file("_metadata"), Lead::Nothing);
        assert_eq!(Lead::of_file("chk-17"), Lead::Nothing);
    }

    #[test]
    fn a_checkpoint_lies_below_its_job_and_a_savepoint_holds_six_digits_of_it() {
        let checkpoint = ByName::of(JOB, "chk-17");
        assert_eq!(checkpoint.job_id, JOB.parse().ok());
        assert_eq!(checkpoint.checkpoint_id, Some(17));
        assert_eq!(checkpoint.is_savepoint, Some(false));
        assert_eq!(ByName::of("cp", "chk-17").job_id, None);
        let prefix = |name: &str| ByName::of("sp", name).job_id_prefix;
        assert_eq!(
            prefix("savepoint-fd7201-0123456789ab").as_deref(),
            Some("fd7201")
        );
        for name in ["savepoint-0123456789ab", "savepoint-orders-1", "chk-1", "x"] {
            assert_eq!(prefix(name), None, "{name}");
        }
        assert_eq!(ByName::of("sp", "orders").is_savepoint, None);
    }
}
