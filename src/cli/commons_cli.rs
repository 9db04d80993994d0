//! Words as Flink's command line reads them: the grammar of Commons CLI 1.5's `DefaultParser`, which Flink 1.15 to 2.3
//! uses. Pure; knows no option by name.
//!
//! Its ways, which scripts have come to rely on: a long option may be abbreviated and takes one dash or two; a value
//! follows, or stands behind `=`, or is glued on; short options may be run together; an option that misses its value
//! takes the next word only if that is no option itself; and the first of several values of one option counts.

mod grammar;

pub use grammar::parse;

/// How many values an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// It is a switch.
    None,
    /// One, which must be there.
    One,
    /// One, which may be left out.
    Optional,
    /// A key and a value with `=` between them, or as two words: `-Dkey=value`, `-D key=value`.
    Pair,
    /// All the words that follow, up to the next option.
    Many,
}

impl Values {
    fn at_most(self) -> usize {
        match self {
            Self::None => 0,
            Self::One | Self::Optional => 1,
            Self::Pair => 2,
            Self::Many => usize::MAX,
        }
    }
}

/// An option that a command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OptionSpec {
    /// Its short name, which may have several letters: `m`, `type`.
    pub short: &'static str,
    /// Its long name.
    pub long: Option<&'static str>,
    /// Its values.
    pub values: Values,
}

impl OptionSpec {
    /// How it is named to a user: `-m (--jobmanager)`.
    pub fn shown(&self) -> String {
        match self.long {
            Some(long) if long != self.short => format!("-{} (--{long})", self.short),
            _ => format!("-{}", self.short),
        }
    }
}

/// A line that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A word that begins as an option does and is none.
    #[error("there is no option '{0}' here")]
    Unrecognized(String),
    /// The beginning of several long options.
    #[error("'{word}' may mean {}", .candidates.iter().map(|name| format!("--{name}")).collect::<Vec<_>>().join(" or "))]
    Ambiguous {
        /// The word as typed.
        word: String,
        /// The long options that begin so.
        candidates: Vec<&'static str>,
    },
    /// An option without the value it needs.
    #[error("{0} needs a value")]
    MissingValue(String),
}

/// An option as it was given, with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Which one.
    pub option: OptionSpec,
    /// Its values in the order given.
    pub values: Vec<String>,
}

impl Given {
    fn takes_more(&self) -> bool {
        self.values.len() < self.option.values.at_most()
    }

    fn lacks_value(&self) -> bool {
        match self.option.values {
            Values::None | Values::Optional => false,
            Values::One | Values::Pair => self.takes_more(),
            Values::Many => self.values.is_empty(),
        }
    }

    /// Adds a value; one of a pair is cut at its `=`.
    fn add(&mut self, value: &str) {
        match value.split_once('=') {
            Some((key, value)) if self.option.values == Values::Pair && self.values.is_empty() => {
                self.values.extend([key.to_owned(), value.to_owned()]);
            }
            _ => self.values.push(value.to_owned()),
        }
    }
}

/// A line that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    /// The options in the order given.
    pub options: Vec<Given>,
    /// The words that are neither options nor values of one.
    pub words: Vec<String>,
}

impl Line {
    /// Whether the option with this short name was given.
    pub fn has(&self, short: &str) -> bool {
        self.options.iter().any(|given| given.option.short == short)
    }

    /// Every value of the option with this short name.
    pub fn values<'a>(&'a self, short: &'a str) -> impl Iterator<Item = &'a str> {
        let given = self
            .options
            .iter()
            .filter(move |given| given.option.short == short);
        given.flat_map(|given| given.values.iter().map(String::as_str))
    }

    /// The value of the option with this short name: the first one that was given.
    pub fn value<'a>(&'a self, short: &'a str) -> Option<&'a str> {
        self.values(short).next()
    }

    /// The pairs of the option with this short name; a key alone means `true`.
    pub fn pairs<'a>(
        &'a self,
        short: &'a str,
    ) -> impl DoubleEndedIterator<Item = (&'a str, &'a str)> {
        let given = self
            .options
            .iter()
            .filter(move |given| given.option.short == short);
        given.filter_map(|given| {
            let (key, rest) = given.values.split_first()?;
            Some((key.as_str(), rest.first().map_or("true", String::as_str)))
        })
    }
}
