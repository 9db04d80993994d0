//! A moment in the past, as users type it.

use std::str::FromStr;
use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::value;

/// A moment in the past: absolute, or so long ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// At this time.
    At(Timestamp),
    /// When clocks showed this.
    Civil(DateTime),
    /// So long before now.
    Ago(Duration),
}

impl Since {
    /// The moment, seen from `now`, on clocks of `zone`; the earliest one that there is where it lies before that.
    pub fn before(self, now: Timestamp, zone: TimeZone) -> Timestamp {
        match self {
            Self::At(time) => time,
            Self::Civil(time) => time
                .to_zoned(zone)
                .map_or(Timestamp::MIN, |time| time.timestamp()),
            Self::Ago(duration) => SignedDuration::try_from(duration)
                .ok()
                .and_then(|duration| now.checked_sub(duration).ok())
                .unwrap_or(Timestamp::MIN),
        }
    }
}

impl FromStr for Since {
    type Err = String;

    /// `2026-11-23T08:00:00Z`, `2026-11-23 08:00`, `2026-11-23` (midnight), or a duration.
    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(time) = text.parse::<Timestamp>() {
            return Ok(Self::At(time));
        }
        if text.contains(['T', 't', ' ', ':'])
            && let Ok(time) = text.parse::<DateTime>()
        {
            return Ok(Self::Civil(time));
        }
        // a date's reader takes no notice of a time behind it
        if text.len() == "2026-11-23".len()
            && let Ok(date) = text.parse::<Date>()
        {
            return Ok(Self::Civil(date.into()));
        }
        value::duration(text).map(Self::Ago).map_err(|_| {
            format!("'{text}' is no time such as 2026-11-23T08:00:00Z or '2026-11-23 08:00', no date and no duration such as 7d")
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz;

    use super::*;

    fn before(text: &str, zone: &TimeZone) -> String {
        let now: Timestamp = "2026-11-23T08:00:00Z".parse().unwrap();
        let since: Since = text.parse().unwrap();
        since.before(now, zone.clone()).to_string()
    }

    #[test]
    fn a_moment_is_a_time_a_date_or_so_long_ago() {
        let utc = &TimeZone::UTC;
        assert_eq!(
            before("2026-11-22T10:00:00+02:00", utc),
            "2026-11-22T08:00:00Z"
        );
        assert_eq!(before("2026-11-22", utc), "2026-11-22T00:00:00Z");
        assert_eq!(before("1d12h", utc), "2026-11-21T20:00:00Z");
        assert!("yesterday".parse::<Since>().is_err());
        assert!("2026-11-22 25:00".parse::<Since>().is_err());
        let ago = Since::Ago(Duration::MAX);
        assert_eq!(
            ago.before(Timestamp::UNIX_EPOCH, utc.clone()),
            Timestamp::MIN
        );
    }

    #[test]
    fn a_time_without_a_zone_is_of_the_zone_that_tables_show() {
        let zone = &TimeZone::fixed(tz::offset(-5));
        assert_eq!(before("2026-11-22", zone), "2026-11-22T05:00:00Z");
        for (typed, read) in [
            ("2026-11-22 03:43", "2026-11-22T08:43:00Z"),
            ("2026-11-22T03:43:12", "2026-11-22T08:43:12Z"),
            ("2026-11-22 03:43:12-05:00", "2026-11-22T08:43:12Z"),
            ("2026-11-22 03:43:12Z", "2026-11-22T03:43:12Z"),
        ] {
            assert_eq!(before(typed, zone), read, "{typed}");
        }
    }
}
