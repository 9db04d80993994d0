//! Who owns the files that a job is restored from.

use std::fmt;
use std::str::FromStr;

/// Flink's claim mode (up to 1.19: restore mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimMode {
    /// The user keeps the snapshot; the job's first checkpoint is a full one. Flink's default since 1.15.
    NoClaim,
    /// The job takes the snapshot over and deletes it when it is not needed any more.
    Claim,
    /// As before 1.15: nobody owns the files, and the job may depend on them for ever.
    Legacy,
}

impl ClaimMode {
    /// As Flink's REST API spells it.
    pub fn as_flink(self) -> &'static str {
        match self {
            Self::NoClaim => "NO_CLAIM",
            Self::Claim => "CLAIM",
            Self::Legacy => "LEGACY",
        }
    }
}

impl FromStr for ClaimMode {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().replace('_', "-").as_str() {
            "no-claim" => Ok(Self::NoClaim),
            "claim" => Ok(Self::Claim),
            "legacy" => Ok(Self::Legacy),
            _ => Err(format!(
                "'{text}' is not a claim mode: no-claim, claim or legacy"
            )),
        }
    }
}

impl fmt::Display for ClaimMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoClaim => "no-claim",
            Self::Claim => "claim",
            Self::Legacy => "legacy",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_read_in_flinks_spelling_and_in_ours() {
        for text in ["no-claim", "NO_CLAIM", "no_claim"] {
            assert_eq!(text.parse(), Ok(ClaimMode::NoClaim));
        }
        assert_eq!("Claim".parse(), Ok(ClaimMode::Claim));
        assert!("mine".parse::<ClaimMode>().is_err());
    }
}
