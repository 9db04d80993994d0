//! As much of a result as a terminal shows at once.

use std::io;

use super::text;

/// The size of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Screen {
    rows: usize,
    columns: usize,
}

impl Screen {
    /// That of stdout, if it is a terminal that knows its size.
    pub(super) fn of_stdout() -> Option<Self> {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
        (size.ws_row > 0 && size.ws_col > 0).then_some(Self {
            rows: size.ws_row.into(),
            columns: size.ws_col.into(),
        })
    }

    /// The first lines, so many that the first one stays in sight; in place of the others their number.
    pub(super) fn cut(self, lines: &str) -> String {
        // the cursor waits below
        let mut free = self.rows.saturating_sub(1).max(1);
        let all: Vec<&str> = lines.split_inclusive('\n').collect();
        let heights: Vec<usize> = all.iter().map(|line| self.height(line)).collect();
        if heights.iter().sum::<usize>() <= free {
            return lines.to_owned();
        }
        free -= 1;
        let mut shown = 0;
        for height in heights {
            if height > free {
                break;
            }
            free -= height;
            shown += 1;
        }
        let mut kept = all[..shown].concat();
        kept.push_str(&format!("… {} more lines\n", all.len() - shown));
        kept
    }

    /// How many rows a line takes.
    fn height(self, line: &str) -> usize {
        let line = without_colors(line.trim_end_matches('\n'));
        text::width(&line).div_ceil(self.columns).max(1)
    }
}

/// The text between the sequences that colour it.
fn without_colors(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or("", |(_, text)| text));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_shown_and_of_more_the_beginning_and_how_much_more() {
        let screen = Screen {
            rows: 5,
            columns: 10,
        };
        assert_eq!(screen.cut("a\nb\nc\nd\n"), "a\nb\nc\nd\n");
        assert_eq!(screen.cut("a\nb\nc\nd\ne\n"), "a\nb\nc\n… 2 more lines\n");
        assert_eq!(
            screen.cut("head\n0123456789ab\nc\nd\n"),
            "head\n0123456789ab\n… 2 more lines\n"
        );
        let colored = "\u{1b}[32m0123456789\u{1b}[0m\nb\nc\nd\n";
        assert_eq!(screen.cut(colored), colored);
        let tiny = Screen {
            rows: 1,
            columns: 1,
        };
        assert_eq!(tiny.cut("a\nb\n"), "… 2 more lines\n");
    }
}
