//! The versions of the metadata format.

use std::fmt;

/// The version number in a metadata file's header; ordered, so that `version >= V5` has operator names and uids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetadataVersion {
    /// Flink 1.1.
    V0,
    /// Flink 1.2.
    V1,
    /// Flink 1.3 to 1.10.
    V2,
    /// Flink 1.11 to 1.15.
    V3,
    /// Flink 1.16 to 1.20.
    V4,
    /// Flink 2.0.
    V5,
    /// Flink 2.1 to 2.3.
    V6,
}

impl MetadataVersion {
    /// The newest version that is read and written.
    pub const LATEST: MetadataVersion = MetadataVersion::V6;

    const ALL: [MetadataVersion; 7] = [
        MetadataVersion::V0,
        MetadataVersion::V1,
        MetadataVersion::V2,
        MetadataVersion::V3,
        MetadataVersion::V4,
        MetadataVersion::V5,
        MetadataVersion::V6,
    ];

    /// The version with this number, or `None` where the number is unknown.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|v| v.number() == number)
    }

    /// The number in the header.
    pub fn number(self) -> i32 {
        match self {
            MetadataVersion::V0 => 0,
            MetadataVersion::V1 => 1,
            MetadataVersion::V2 => 2,
            MetadataVersion::V3 => 3,
            MetadataVersion::V4 => 4,
            MetadataVersion::V5 => 5,
            MetadataVersion::V6 => 6,
        }
    }

    /// The releases that write this version, as in "1.16 to 1.20".
    pub fn written_by(self) -> &'static str {
        match self {
            MetadataVersion::V0 => "1.1",
            MetadataVersion::V1 => "1.2",
            MetadataVersion::V2 => "1.3 to 1.10",
            MetadataVersion::V3 => "1.11 to 1.15",
            MetadataVersion::V4 => "1.16 to 1.20",
            MetadataVersion::V5 => "2.0",
            MetadataVersion::V6 => "2.1 to 2.3",
        }
    }

    /// The oldest release that reads this version.
    ///
    /// Some handles need a newer one: see [`super::Metadata::oldest_reader`].
    pub fn oldest_reader(self) -> Release {
        match self {
            MetadataVersion::V0 => Release(1, 1),
            MetadataVersion::V1 => Release(1, 2),
            MetadataVersion::V2 => Release(1, 3),
            MetadataVersion::V3 => Release(1, 11),
            MetadataVersion::V4 => Release(1, 16),
            MetadataVersion::V5 => Release(2, 0),
            MetadataVersion::V6 => Release(2, 1),
        }
    }

    /// The newest release that reads this version, or `None` where the newest known still does.
    pub fn newest_reader(self) -> Option<Release> {
        match self {
            MetadataVersion::V0 => Some(Release(1, 3)),
            MetadataVersion::V1 => Some(Release(1, 10)),
            _ => None,
        }
    }
}

impl fmt::Display for MetadataVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

/// A minor release of Flink: major and minor number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release(pub u8, pub u8);

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}
