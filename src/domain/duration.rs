//! Durations, as users type them and as Flink writes them.

use std::time::Duration;

/// A text that is not the value it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Nothing was given.
    #[error("is empty, expected {0}")]
    Empty(&'static str),
    /// A number whose unit could be seconds or, as in Flink's configuration, milliseconds.
    #[error("has no unit: say {number}s for seconds or {number}ms for milliseconds")]
    NoUnit {
        /// The number as typed.
        number: String,
    },
    /// A unit that does not exist.
    #[error("has the unknown unit '{unit}', expected {expected}")]
    Unit {
        /// The unit as typed.
        unit: String,
        /// What would be understood.
        expected: &'static str,
    },
    /// Not a number with a unit at all.
    #[error("is not {expected}")]
    Malformed {
        /// What would be understood.
        expected: &'static str,
    },
    /// More than the program can count.
    #[error("is too large")]
    TooLarge,
    /// A time-out of nothing, with which every request would fail.
    #[error("must be longer than zero")]
    Zero,
}

const DURATION: &str = "a duration such as 30s, 500ms, 5min, 1h30m or PT5M";
const DURATION_UNITS: &str = "d, h, m or min, s, ms, us or ns";

/// A duration as typed on the command line: `30m`, `30 min`, `1h30m`, `500ms`, `2.5s`, `PT5M`.
///
/// A bare number is refused, because it would be seconds to some and, as in Flink's files, milliseconds to others.
/// Only `0` needs no unit.
pub fn duration(text: &str) -> Result<Duration, ValueError> {
    parse_duration(text, None)
}

/// Like [`duration`], and longer than zero: for a time-out.
pub fn timeout(text: &str) -> Result<Duration, ValueError> {
    let found = duration(text)?;
    if found.is_zero() {
        return Err(ValueError::Zero);
    }
    Ok(found)
}

/// A duration as a value of Flink's configuration: as [`duration`], and a bare number is milliseconds.
pub fn flink_duration(text: &str) -> Result<Duration, ValueError> {
    parse_duration(text, Some(NANOS_PER_MILLI))
}

const NANOS_PER_MILLI: u128 = 1_000_000;
const NANOS_PER_SECOND: u128 = 1_000_000_000;

fn nanos_of_unit(unit: &str) -> Option<u128> {
    Some(match unit {
        "ns" | "nano" | "nanos" | "nanosecond" | "nanoseconds" => 1,
        "us" | "µs" | "μs" | "micro" | "micros" | "microsecond" | "microseconds" => 1_000,
        "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => NANOS_PER_MILLI,
        "s" | "sec" | "secs" | "second" | "seconds" => NANOS_PER_SECOND,
        "m" | "min" | "mins" | "minute" | "minutes" => 60 * NANOS_PER_SECOND,
        "h" | "hour" | "hours" => 3_600 * NANOS_PER_SECOND,
        "d" | "day" | "days" => 86_400 * NANOS_PER_SECOND,
        _ => return None,
    })
}

/// `bare` is the unit, in nanoseconds, of a number that has none; without it such a number is refused.
fn parse_duration(text: &str, bare: Option<u128>) -> Result<Duration, ValueError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ValueError::Empty(DURATION));
    }
    let lower = text.to_lowercase();
    if let Some(iso) = lower.strip_prefix('p') {
        return parse_iso_duration(iso);
    }
    let mut rest = lower.as_str();
    let mut total: u128 = 0;
    let mut first = true;
    while !rest.is_empty() {
        let (number, after) =
            split_number(rest).ok_or(ValueError::Malformed { expected: DURATION })?;
        let after = after.trim_start();
        let end = after
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let nanos = match (unit, bare) {
            ("", Some(nanos)) if first && after.is_empty() => nanos,
            ("", None) if first && after.is_empty() && number.is_zero() => 1,
            ("", None) if first && after.is_empty() => {
                return Err(ValueError::NoUnit {
                    number: number.text.to_owned(),
                });
            }
            ("", _) => return Err(ValueError::Malformed { expected: DURATION }),
            (unit, _) => nanos_of_unit(unit).ok_or_else(|| ValueError::Unit {
                unit: unit.to_owned(),
                expected: DURATION_UNITS,
            })?,
        };
        total = add(total, &number, nanos)?;
        rest = after.trim_start();
        first = false;
    }
    from_nanos(total)
}

/// What follows the `P` of an ISO 8601 duration, in lower case: days and times, no calendar months or years.
fn parse_iso_duration(text: &str) -> Result<Duration, ValueError> {
    let malformed = || ValueError::Malformed { expected: DURATION };
    let (days, times) = match text.split_once('t') {
        Some((_, "")) => return Err(malformed()),
        Some((days, times)) => (days, times),
        None => (text, ""),
    };
    if days.is_empty() && times.is_empty() {
        return Err(malformed());
    }
    let mut total = 0;
    // Each unit at most once, and in this order.
    for (part, mut units) in [(days, &["d"][..]), (times, &["h", "m", "s"][..])] {
        let mut rest = part;
        while !rest.is_empty() {
            let (number, after) = split_number(rest).ok_or_else(malformed)?;
            let at = units
                .iter()
                .position(|unit| after.starts_with(unit))
                .ok_or_else(malformed)?;
            let nanos = nanos_of_unit(units[at]).ok_or_else(malformed)?;
            total = add(total, &number, nanos)?;
            units = &units[at + 1..];
            rest = &after[1..];
        }
    }
    from_nanos(total)
}

/// A decimal number: its digits before and after the point.
struct Number<'a> {
    text: &'a str,
    whole: &'a str,
    fraction: &'a str,
}

impl Number<'_> {
    fn is_zero(&self) -> bool {
        self.text.bytes().all(|b| matches!(b, b'0' | b'.'))
    }
}

fn split_number(text: &str) -> Option<(Number<'_>, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let (whole, fraction) = match number.split_once('.') {
        Some((_, fraction)) if fraction.is_empty() || fraction.contains('.') => return None,
        Some(parts) => parts,
        None => (number, ""),
    };
    if whole.is_empty() {
        return None;
    }
    Some((
        Number {
            text: number,
            whole,
            fraction,
        },
        rest,
    ))
}

/// `total` and `number` times `nanos`; what is finer than a nanosecond is dropped.
fn add(total: u128, number: &Number<'_>, nanos: u128) -> Result<u128, ValueError> {
    let whole: u64 = number.whole.parse().map_err(|_| ValueError::TooLarge)?;
    let mut sum = u128::from(whole) * nanos;
    let mut scale = nanos;
    for digit in number.fraction.bytes() {
        scale /= 10;
        sum += u128::from(digit - b'0') * scale;
    }
    total.checked_add(sum).ok_or(ValueError::TooLarge)
}

fn from_nanos(nanos: u128) -> Result<Duration, ValueError> {
    let seconds = u64::try_from(nanos / NANOS_PER_SECOND).map_err(|_| ValueError::TooLarge)?;
    // A time-out beyond this cannot be added to the clock; no operator waits 500 years.
    if seconds > 500 * 365 * 86_400 {
        return Err(ValueError::TooLarge);
    }
    let rest = u32::try_from(nanos % NANOS_PER_SECOND).map_err(|_| ValueError::TooLarge)?;
    Ok(Duration::new(seconds, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_users_and_flink_write_them() {
        for (text, millis) in [
            ("30m", 1_800_000),
            ("30 min", 1_800_000),
            ("1h30m", 5_400_000),
            ("1h 30 min", 5_400_000),
            ("500ms", 500),
            ("2.5s", 2_500),
            ("PT5M", 300_000),
            ("pt1h0.5s", 3_600_500),
            ("P1DT2H", 93_600_000),
            ("3 seconds", 3_000),
            ("1 day", 86_400_000),
            ("1500us", 1),
            ("0", 0),
            (" 10 S ", 10_000),
        ] {
            assert_eq!(duration(text).unwrap().as_millis(), millis, "{text}");
            assert_eq!(flink_duration(text).unwrap().as_millis(), millis, "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_milliseconds_to_flink_and_refused_on_a_flag() {
        assert_eq!(flink_duration("15000").unwrap(), Duration::from_secs(15));
        let err = duration("30").unwrap_err().to_string();
        assert_eq!(
            err,
            "has no unit: say 30s for seconds or 30ms for milliseconds"
        );
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            " ",
            "s",
            "-1s",
            "1x",
            "1h30",
            "30 5",
            "1..5s",
            ".5s",
            "1.s",
            "PT",
            "P",
            "P1M",
            "PT1S1M",
            "PT5",
            "1e3s",
            "99999999999999999999s",
            "99999999999999d",
        ] {
            assert!(duration(text).is_err(), "{text}");
            assert!(flink_duration(text).is_err(), "{text}");
        }
        assert_eq!(timeout("0s"), Err(ValueError::Zero));
    }
}
