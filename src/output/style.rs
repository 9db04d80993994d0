//! How values look to people: which zone times are in, which units sizes have, and colours.

use std::io::IsTerminal;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::text;

/// Where a painted part begins; the role follows. Private characters, which [`text::harmless`] lets nobody else write.
const BEGIN: char = '\u{f8e0}';
/// Where it ends.
const END: char = '\u{f8ef}';

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colors {
    /// On a terminal that knows colours, unless `NO_COLOR` is set to anything.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl Colors {
    /// Whether what goes to this stream is coloured.
    pub(super) fn are_on(self, stream: &impl IsTerminal) -> bool {
        let is_set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let takes_colors = || is_set("TERM").is_some_and(|term| term != "dumb");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => stream.is_terminal() && takes_colors() && is_set("NO_COLOR").is_none(),
        }
    }
}

/// What a part of the output is, and so how it is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The heading of a table.
    Heading,
    /// Something is wrong.
    Bad,
    /// Something to look at.
    Warning,
    /// By the way.
    Note,
    /// Of less interest than the rest.
    Faint,
}

impl Role {
    const ALL: [Self; 5] = [
        Self::Heading,
        Self::Bad,
        Self::Warning,
        Self::Note,
        Self::Faint,
    ];

    /// The parameters of the terminal's "select graphic rendition".
    fn rendition(self) -> &'static str {
        match self {
            Self::Heading => "1",
            Self::Bad => "1;31",
            Self::Warning => "33",
            Self::Note => "36",
            Self::Faint => "2",
        }
    }

    fn mark(self) -> char {
        // a handful of roles behind the first mark
        char::from_u32(u32::from(BEGIN) + 1 + self as u32).unwrap_or(END)
    }
}

/// Whether a character is one of the marks.
pub(super) fn is_mark(c: char) -> bool {
    (BEGIN..=END).contains(&c)
}

/// Marks a text, which is painted where it is written.
pub(super) fn painted(role: Role, text: &str) -> String {
    format!("{}{text}{END}", role.mark())
}

/// Turns marks into colours, or drops them.
pub(super) fn rendered(text: &str, in_color: bool) -> String {
    if !text.contains(is_mark) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match Role::ALL.into_iter().find(|role| role.mark() == c) {
            Some(role) if in_color => {
                out.push_str("\u{1b}[");
                out.push_str(role.rendition());
                out.push('m');
            }
            None if c == END && in_color => out.push_str("\u{1b}[0m"),
            None if !is_mark(c) => out.push(c),
            _ => {}
        }
    }
    out
}

/// How values are shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Times in UTC instead of the machine's zone.
    pub utc: bool,
    /// Sizes in bytes instead of binary units.
    pub bytes: bool,
    /// Whether what is painted is to be seen; decided where it is written.
    pub in_color: bool,
}

impl Style {
    /// The zone of the times that are shown.
    pub fn zone(self) -> TimeZone {
        if self.utc {
            TimeZone::UTC
        } else {
            TimeZone::system()
        }
    }

    /// A time to the second, with its distance from UTC.
    pub(super) fn time(self, at: Timestamp) -> String {
        let at = at.to_zoned(self.zone());
        if at.offset().is_zero() {
            at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
        } else {
            at.strftime("%Y-%m-%d %H:%M:%S%:z").to_string()
        }
    }

    /// A size in binary units, e.g. `1.5 MiB`, or as a bare number of bytes.
    pub(super) fn size(self, bytes: u64) -> String {
        if self.bytes {
            bytes.to_string()
        } else {
            text::size(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_painted_text_has_colours_or_nothing_at_all() {
        let text = painted(Role::Bad, "FAILED");
        assert_eq!(rendered(&text, true), "\u{1b}[1;31mFAILED\u{1b}[0m");
        assert_eq!(rendered(&text, false), "FAILED");
        assert_eq!(rendered("é键", true), "é键");
    }

    #[test]
    fn nobody_else_can_paint() {
        let forged = painted(Role::Bad, "job");
        assert!(!text::harmless(&forged).contains(is_mark));
    }

    #[test]
    fn sizes_and_times_follow_the_flags() {
        let at = Timestamp::UNIX_EPOCH;
        let style = Style {
            utc: true,
            bytes: true,
            in_color: false,
        };
        assert_eq!(style.time(at), "1970-01-01 00:00:00Z");
        assert_eq!(style.size(1536), "1536");
        assert_eq!(Style::default().size(1536), "1.5 KiB");
    }
}
