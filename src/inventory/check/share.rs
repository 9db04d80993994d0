//! Which files are opened where not all are.

use std::str::FromStr;

/// A share of all files, in hundredths of a percent. Which files belong to it depends on their names alone: the same
/// ones each time, and more of them where the share is larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share(u32);

impl Share {
    /// All files.
    pub const ALL: Self = Self(10_000);

    /// Whether the file of this name is among them.
    pub fn has(self, name: &str) -> bool {
        hash(name) % u64::from(Self::ALL.0) < u64::from(self.0)
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = text.strip_suffix('%').unwrap_or(text).trim();
        let percent: Option<f64> = number.parse().ok();
        match percent {
            Some(percent) if percent > 0.0 && percent <= 100.0 => {
                let hundredths = (percent * 100.0).round() as u32;
                Ok(Self(hundredths.max(1)))
            }
            _ => Err(format!(
                "'{text}' is no share: give a percentage above 0% and up to 100%, such as 5%"
            )),
        }
    }
}

/// FNV-1a, and its bits once more mixed: names that differ in one digit differ in all of it.
fn hash(name: &str) -> u64 {
    let fnv = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (fnv ^ (fnv >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(text: &str) -> Share {
        text.parse().unwrap()
    }

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(share("100%"), Share::ALL);
        assert_eq!(share("5 %"), Share(500));
        assert_eq!(share("0.5"), Share(50));
        for text in ["0%", "101%", "-1%", "", "half", "NaN", "1e9%"] {
            assert!(text.parse::<Share>().is_err(), "{text}");
        }
    }

    #[test]
    fn about_so_many_files_are_chosen_always_the_same_and_more_by_a_larger_share() {
        let names: Vec<String> = (0..10_000).map(|n| format!("file-{n:06}")).collect();
        let chosen = |text: &str| -> Vec<&String> {
            names.iter().filter(|name| share(text).has(name)).collect()
        };
        let (five, ten) = (chosen("5%"), chosen("10%"));
        assert!((400..600).contains(&five.len()), "{}", five.len());
        assert!((850..1150).contains(&ten.len()), "{}", ten.len());
        assert!(five.iter().all(|name| ten.contains(name)));
        assert_eq!(chosen("100%").len(), names.len());
        assert_eq!(five, chosen("5%"));
    }
}
