//! Text in the language of manual pages, as `man(7)` describes it.

/// The longest line of the source: longer ones are hard to compare, and `mandoc -Tlint` asks for shorter ones.
pub(super) const WIDTH: usize = 78;

/// A page that is being written.
pub(super) struct Roff {
    out: String,
}

impl Roff {
    /// A page of section 1. The date is that of the text, as `YYYY-MM-DD`.
    pub(super) fn page(name: &str, date: &str, source: &str) -> Self {
        let name = escaped(&name.to_uppercase());
        Self {
            out: format!(".TH {name} 1 {date} \"{source}\" \"savepointctl manual\"\n"),
        }
    }

    /// Begins a section.
    pub(super) fn section(&mut self, title: &str) {
        self.line(&format!(".SH {}", escaped(&title.to_uppercase())));
    }

    /// Begins a part of a section.
    pub(super) fn subsection(&mut self, title: &str) {
        self.line(&format!(".SS {}", escaped(title)));
    }

    /// A paragraph; `first` of its section or not. Words in backticks are bold.
    pub(super) fn paragraph(&mut self, text: &str, is_first: bool) {
        if !is_first {
            self.line(".PP");
        }
        self.filled(text);
    }

    /// A line that is roff already.
    pub(super) fn raw(&mut self, line: &str) {
        self.line(line);
    }

    /// A term and what it means: one paragraph or several.
    pub(super) fn item(&mut self, term: &str, paragraphs: &[String]) {
        self.line(".TP");
        self.line(&guarded(term));
        for (number, text) in paragraphs.iter().enumerate() {
            if number > 0 {
                self.line(".IP");
            }
            self.filled(text);
        }
    }

    /// Lines to be typed, shown as they are.
    pub(super) fn example(&mut self, lines: &[&str]) {
        self.unfilled(".EX", lines, ".EE");
    }

    /// Lines to be read, shown as they are.
    pub(super) fn table(&mut self, lines: &[&str]) {
        self.unfilled(".nf", lines, ".fi");
    }

    fn unfilled(&mut self, begin: &str, lines: &[&str], end: &str) {
        self.line(begin);
        for line in lines {
            self.line(&guarded(&escaped(line)));
        }
        self.line(end);
    }

    /// The page.
    pub(super) fn finish(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    fn filled(&mut self, text: &str) {
        self.wrapped(&marked_up(text));
    }

    /// Text that is roff already, in lines of at most [`WIDTH`].
    pub(super) fn wrapped(&mut self, text: &str) {
        let mut line = String::new();
        for word in text.split_whitespace() {
            if !line.is_empty() && line.len() + 1 + word.len() > WIDTH {
                self.line(&guarded(&line));
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        if !line.is_empty() {
            self.line(&guarded(&line));
        }
    }

    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }
}

/// A text whose characters all mean themselves.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\e"),
            '-' => out.push_str("\\-"),
            '\'' => out.push_str("\\(aq"),
            '`' => out.push_str("\\(ga"),
            '^' => out.push_str("\\(ha"),
            '~' => out.push_str("\\(ti"),
            '…' => out.push_str("..."),
            c => out.push(c),
        }
    }
    out
}

/// In bold.
pub(super) fn bold(text: &str) -> String {
    format!("\\fB{}\\fP", escaped(text))
}

/// In italics.
pub(super) fn italic(text: &str) -> String {
    format!("\\fI{}\\fP", escaped(text))
}

/// What stands in backticks becomes bold.
fn marked_up(text: &str) -> String {
    let mut out = String::new();
    for (number, part) in text.split('`').enumerate() {
        if number % 2 == 1 {
            out.push_str(&bold(part));
        } else {
            out.push_str(&escaped(part));
        }
    }
    out
}

/// A line that is no request, whatever it begins with.
fn guarded(line: &str) -> String {
    if line.starts_with(['.', '\'']) {
        format!("\\&{line}")
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_becomes_a_request() {
        let mut roff = Roff::page("x", "2026-01-01", "x 1");
        roff.paragraph(".SH not `-a` section\\", true);
        let page = String::from_utf8(roff.finish()).unwrap();
        assert!(
            page.ends_with("\\&.SH not \\fB\\-a\\fP section\\e\n"),
            "{page}"
        );
    }

    #[test]
    fn no_line_of_text_is_longer_than_the_width() {
        let mut roff = Roff::page("x", "2026-01-01", "x 1");
        roff.paragraph(&"word ".repeat(100), true);
        let page = String::from_utf8(roff.finish()).unwrap();
        assert!(page.lines().all(|line| line.len() <= WIDTH), "{page}");
    }
}
