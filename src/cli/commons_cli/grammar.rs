//! From words to options, values and the rest.

use super::{Given, Line, OptionSpec, ParseError, Values};

/// Reads a line. With `stop_at_first_word`, everything from the first word on that is neither option nor value belongs
/// to the rest, options too.
///
/// # Errors
/// A word that begins with a dash and is no option, a beginning that several options share, a value that is missing.
pub fn parse(
    options: &[OptionSpec],
    words: impl IntoIterator<Item = impl AsRef<str>>,
    stop_at_first_word: bool,
) -> Result<Line, ParseError> {
    let mut parser = Parser {
        options: Options(options),
        stop_at_first_word,
        only_words: false,
        is_open: false,
        line: Line::default(),
    };
    for word in words {
        parser.word(word.as_ref())?;
    }
    parser.close()?;
    Ok(parser.line)
}

struct Parser<'o> {
    options: Options<'o>,
    stop_at_first_word: bool,
    /// Whether nothing that follows is an option.
    only_words: bool,
    /// Whether the last option may get the next word for a value.
    is_open: bool,
    line: Line,
}

impl Parser<'_> {
    fn word(&mut self, word: &str) -> Result<(), ParseError> {
        if self.only_words {
            self.line.words.push(word.to_owned());
        } else if word == "--" {
            self.only_words = true;
        } else if self.takes_more() && self.options.is_value(word) {
            self.add(unquoted(word));
        } else if let Some(name) = word.strip_prefix("--") {
            self.long(word, name)?;
        } else if word.len() > 1 && word.starts_with('-') {
            self.one_dash(word)?;
        } else {
            self.plain(word)?;
        }
        self.is_open = self.takes_more();
        Ok(())
    }

    /// Whether the last option is open to a value.
    fn takes_more(&self) -> bool {
        self.is_open && self.line.options.last().is_some_and(Given::takes_more)
    }

    fn add(&mut self, value: &str) {
        if let Some(last) = self.line.options.last_mut() {
            last.add(value);
        }
    }

    /// Checks that the last option has what it needs.
    fn close(&self) -> Result<(), ParseError> {
        match self.line.options.last() {
            Some(last) if self.is_open && last.lacks_value() => {
                Err(ParseError::MissingValue(last.option.shown()))
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, option: OptionSpec) -> Result<(), ParseError> {
        self.close()?;
        let values = Vec::new();
        self.line.options.push(Given { option, values });
        self.is_open = option.values != Values::None;
        Ok(())
    }

    /// An option with the value that stands in the same word; it takes no other.
    fn open_with(&mut self, option: OptionSpec, value: &str) -> Result<(), ParseError> {
        self.open(option)?;
        self.add(value);
        self.is_open = false;
        Ok(())
    }

    /// A word that is no option.
    fn plain(&mut self, word: &str) -> Result<(), ParseError> {
        if word.len() > 1 && word.starts_with('-') && !self.stop_at_first_word {
            return Err(ParseError::Unrecognized(word.to_owned()));
        }
        self.line.words.push(word.to_owned());
        self.only_words |= self.stop_at_first_word;
        Ok(())
    }

    /// A word that spells a long option or the beginning of one, perhaps with a value behind `=`.
    fn long(&mut self, word: &str, name: &str) -> Result<(), ParseError> {
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
        let found = self.options.beginning(name);
        match (found.as_slice(), value) {
            ([], _) => self.plain(word),
            ([option], None) => self.open(*option),
            ([option], Some(_)) if option.values == Values::None => self.plain(word),
            ([option], Some(value)) => self.open_with(*option, value),
            (several, _) => Err(ParseError::Ambiguous {
                word: word.to_owned(),
                candidates: several.iter().filter_map(|option| option.long).collect(),
            }),
        }
    }

    /// A word with one dash: a short option, a long one, several short ones, or an option with a value glued on.
    fn one_dash(&mut self, word: &str) -> Result<(), ParseError> {
        let text = &word[1..];
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let one_letter = name.chars().count() == 1;
        match value {
            None => match self.options.short(name) {
                Some(option) => self.open(option),
                None if one_letter => self.plain(word),
                None if !self.options.beginning(name).is_empty() => self.long(word, name),
                None => self.glued(word, name),
            },
            Some(value) if one_letter => match self.options.named(name) {
                Some(option) if option.values != Values::None => self.open_with(option, value),
                _ => self.plain(word),
            },
            Some(value) => match self.options.pair(name) {
                Some((option, key)) => {
                    self.open_with(option, key)?;
                    self.add(value);
                    Ok(())
                }
                None => self.long(word, text),
            },
        }
    }

    /// `-parallelism4`, `-Dkey`, `-rsa`, `-np4`: `name` is `word` without its dash.
    fn glued(&mut self, word: &str, name: &str) -> Result<(), ParseError> {
        if let Some((option, value)) = self.options.long_prefix(name)
            && option.values != Values::None
        {
            return self.open_with(option, value);
        }
        if let Some((option, key)) = self.options.pair(name) {
            return self.open_with(option, key);
        }
        for (at, letter) in name.char_indices() {
            let after = &name[at + letter.len_utf8()..];
            let Some(option) = self.options.named(&name[at..at + letter.len_utf8()]) else {
                let rest = if self.stop_at_first_word && at > 0 {
                    &name[at..]
                } else {
                    word
                };
                return self.plain(rest);
            };
            self.open(option)?;
            if option.values != Values::None && !after.is_empty() {
                self.add(after);
                break;
            }
        }
        Ok(())
    }
}

/// The options of a command, by the names that a word may spell.
#[derive(Clone, Copy)]
struct Options<'o>(&'o [OptionSpec]);

impl Options<'_> {
    fn short(self, name: &str) -> Option<OptionSpec> {
        self.0.iter().copied().find(|option| option.short == name)
    }

    fn long(self, name: &str) -> Option<OptionSpec> {
        let is_it = |option: &OptionSpec| option.long == Some(name);
        self.0.iter().copied().find(is_it)
    }

    fn named(self, name: &str) -> Option<OptionSpec> {
        self.short(name).or_else(|| self.long(name))
    }

    /// The long option with this name, or all that begin so.
    fn beginning(self, name: &str) -> Vec<OptionSpec> {
        if let Some(exact) = self.long(name) {
            return vec![exact];
        }
        let begins = |option: &OptionSpec| option.long.is_some_and(|long| long.starts_with(name));
        self.0.iter().copied().filter(begins).collect()
    }

    /// The longest long option that a word begins with, and what follows: at least two letters.
    fn long_prefix(self, name: &str) -> Option<(OptionSpec, &str)> {
        let ends = name.char_indices().map(|(at, _)| at).skip(2);
        let mut ends: Vec<usize> = ends.collect();
        ends.pop();
        let found = |at: &usize| Some((self.long(&name[..*at])?, &name[*at..]));
        ends.iter().rev().find_map(found)
    }

    /// An option of pairs with its key glued on.
    fn pair(self, name: &str) -> Option<(OptionSpec, &str)> {
        let first = name.chars().next()?.len_utf8();
        let option = self.named(&name[..first])?;
        let of_many = matches!(option.values, Values::Pair | Values::Many);
        of_many.then_some((option, &name[first..]))
    }

    /// Whether a word can be the value of an option that waits for one.
    fn is_value(self, word: &str) -> bool {
        !self.is_option(word) || is_negative_number(word)
    }

    fn is_option(self, word: &str) -> bool {
        let Some(one_dash) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
            return false;
        };
        let stripped = one_dash.strip_prefix('-');
        let before_equals = |text: &str| text.split('=').next().unwrap_or_default().to_owned();
        if !self
            .beginning(&before_equals(stripped.unwrap_or(one_dash)))
            .is_empty()
        {
            return true;
        }
        if stripped.is_none() && self.long_prefix(one_dash).is_some() {
            return true;
        }
        let name = before_equals(one_dash);
        let first: String = name.chars().take(1).collect();
        // a short name counts even behind two or three dashes
        let bare = name.strip_prefix("--").or_else(|| name.strip_prefix('-'));
        self.short(bare.unwrap_or(&name)).is_some() || self.short(&first).is_some()
    }
}

/// Whether Java takes a word that begins with a dash for a number.
fn is_negative_number(word: &str) -> bool {
    let Some(digits) = word.trim().strip_prefix('-') else {
        return false;
    };
    let digits = digits.strip_suffix(['d', 'D', 'f', 'F']).unwrap_or(digits);
    let is_plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    matches!(digits, "Infinity" | "NaN")
        || (digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
            && digits.chars().all(is_plain)
            && digits.parse::<f64>().is_ok())
}

/// A value of its own word without the quotes around it.
fn unquoted(word: &str) -> &str {
    let inner = word
        .strip_prefix('"')
        .and_then(|word| word.strip_suffix('"'));
    inner.filter(|inner| !inner.contains('"')).unwrap_or(word)
}
