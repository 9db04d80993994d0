//! A moment in the past, as users type it.

use std::str::FromStr;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::value;

/// A moment in the past: absolute, or so long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// At this time.
    At(Timestamp),
    /// So long before now.
    Ago(Duration),
}

impl Since {
    /// The moment, seen from `now`; the earliest one that there is where it lies before that.
    pub fn before(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::Ago(duration) => SignedDuration::try_from(duration)
                .ok()
                .and_then(|duration| now.checked_sub(duration).ok())
                .unwrap_or(Timestamp::MIN),
        }
    }
}

impl FromStr for Since {
    type Err = String;

    /// `2026-11-23T08:00:00Z`, `2026-11-23` (midnight UTC), or a duration.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Self::At(time));
        }
        if let Ok(date) = text.parse::<Date>()
            && let Ok(start) = date.to_zoned(TimeZone::UTC)
        {
            return Ok(Self::At(start.timestamp()));
        }
        value::duration(text).map(Self::Ago).map_err(|_| {
            format!("'{text}' is no time such as 2026-11-23T08:00:00Z, no date and no duration such as 7d")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_a_time_a_date_or_so_long_ago() {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let before = |text: &str| text.parse::<Since>().unwrap().before(now).to_string();
        assert_eq!(before("2026-11-22T10:00:00+02:00"), "2026-11-22T08:00:00Z");
        assert_eq!(before("2026-11-22"), "2026-11-22T00:00:00Z");
        assert_eq!(before("1d12h"), "2026-11-21T20:00:00Z");
        assert!("yesterday".parse::<Since>().is_err());
        assert_eq!(Since::Ago(Duration::MAX).before(now), Timestamp::MIN);
    }
}
