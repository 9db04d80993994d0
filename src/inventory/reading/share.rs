//! Which of the files are opened.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::str::FromStr;

/// A share of the files, chosen by lot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Of a million.
    part: u64,
    /// Another choice for each run, so that in time all files come up.
    seed: u64,
}

const WHOLE: u64 = 1_000_000;

impl Share {
    /// Every file.
    pub const ALL: Self = Self {
        part: WHOLE,
        seed: 0,
    };

    /// The same share, chosen by another lot.
    #[must_use]
    pub fn drawn(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Whether the file with this name is chosen.
    pub fn has(self, name: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        (self.seed, name).hash(&mut hasher);
        hasher.finish() % WHOLE < self.part
    }
}

/// Text that is no share.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no share of the files: it is written as 5% or 0.5%, up to 100%")]
pub struct ShareError(String);

impl FromStr for Share {
    type Err = ShareError;

    fn from_str(text: &str) -> Result<Self, ShareError> {
        let refused = || ShareError(text.to_owned());
        let number = text.strip_suffix('%').ok_or_else(refused)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(fraction) || fraction.len() > 4 {
            return Err(refused());
        }
        let whole: u64 = whole.parse().map_err(|_| refused())?;
        let fraction: u64 = format!("{fraction:0<4}").parse().map_err(|_| refused())?;
        let part = whole.checked_mul(WHOLE / 100).map(|part| part + fraction);
        match part {
            Some(part @ 1..=WHOLE) => Ok(Self { part, seed: 0 }),
            _ => Err(refused()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_a_percentage_above_none_and_up_to_all() {
        let part = |text: &str| text.parse::<Share>().map(|share| share.part);
        assert_eq!(part("5%"), Ok(50_000));
        assert_eq!(part("0.5%"), Ok(5_000));
        assert_eq!(part("100%"), Ok(WHOLE));
        assert_eq!("100%".parse(), Ok(Share::ALL));
        for text in [
            "5", "%", "0%", "100.1%", "-1%", "1e1%", ".5%", "1.00001%", "٥%", "",
        ] {
            assert!(part(text).is_err(), "{text}");
        }
        assert!(part("99999999999999999999%").is_err());
    }

    #[test]
    fn a_share_has_about_so_many_files_and_others_each_time() {
        let share: Share = "10%".parse().unwrap();
        let names: Vec<String> = (0..10_000).map(|i| format!("{i:06}.sst")).collect();
        let chosen = |seed| {
            let share = share.drawn(seed);
            names
                .iter()
                .filter(move |name| share.has(name))
                .collect::<Vec<_>>()
        };
        assert!((800..1200).contains(&chosen(1).len()));
        assert_ne!(chosen(1), chosen(2));
        assert_eq!(chosen(3), chosen(3));
        assert!(names.iter().all(|name| Share::ALL.has(name)));
    }
}
