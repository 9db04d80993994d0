//! The pure functions that a program may name.

use super::value::Value;

/// A record that a function cannot take. The job fails with it, as a Java job would.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{class}: {message}")]
pub struct FunctionError {
    /// The Java class of such a failure.
    pub class: &'static str,
    /// What was wrong.
    pub message: String,
}

impl FunctionError {
    fn mismatch(value: &Value, wanted: &str) -> Self {
        Self {
            class: "java.lang.ClassCastException",
            message: format!("'{value}' is no {wanted}"),
        }
    }
}

fn long(value: &Value) -> Result<i64, FunctionError> {
    match value {
        Value::Long(number) => Ok(*number),
        other => Err(FunctionError::mismatch(other, "Long")),
    }
}

fn string(value: &Value) -> Result<&str, FunctionError> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(FunctionError::mismatch(other, "String")),
    }
}

fn entry(value: Value) -> Result<(Value, i64), FunctionError> {
    match value {
        Value::Entry(key, number) => Ok((*key, number)),
        other => Err(FunctionError::mismatch(&other, "entry")),
    }
}

/// What `map` does with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MapFunction {
    /// A String becomes its words, a record each: runs of letters and digits.
    Tokenise,
    /// A String in lower case.
    LowerCase,
    /// A String in upper case.
    UpperCase,
    /// A String without white space at its ends.
    Trim,
    /// The number of characters of a String.
    Length,
    /// The Long that a String writes out; fails on any other.
    ToLong,
    /// A Long written out.
    ToString,
    /// A Long, plus this; wraps around.
    Add(i64),
    /// A Long, times this; wraps around.
    Multiply(i64),
    /// The remainder of a Long, from 0 up to this; this is above 0.
    Modulo(i64),
    /// The key of an entry.
    EntryKey,
    /// The number of an entry.
    EntryValue,
}

impl MapFunction {
    /// Adds what becomes of a record to `out`.
    ///
    /// # Errors
    /// The record is not of the type that the compiler saw to, or a String is no number.
    pub fn apply(&self, value: Value, out: &mut Vec<Value>) -> Result<(), FunctionError> {
        out.push(match self {
            Self::Tokenise => {
                let words = string(&value)?.split(|c: char| !c.is_alphanumeric());
                let words = words.filter(|word| !word.is_empty());
                out.extend(words.map(|word| Value::String(word.to_owned())));
                return Ok(());
            }
            Self::LowerCase => Value::String(string(&value)?.to_lowercase()),
            Self::UpperCase => Value::String(string(&value)?.to_uppercase()),
            Self::Trim => Value::String(string(&value)?.trim().to_owned()),
            Self::Length => Value::Long(characters(string(&value)?)),
            Self::ToLong => Value::Long(parse_long(string(&value)?)?),
            Self::ToString => Value::String(long(&value)?.to_string()),
            Self::Add(addend) => Value::Long(long(&value)?.wrapping_add(*addend)),
            Self::Multiply(factor) => Value::Long(long(&value)?.wrapping_mul(*factor)),
            Self::Modulo(divisor) => Value::Long(modulo(long(&value)?, *divisor)),
            Self::EntryKey => entry(value)?.0,
            Self::EntryValue => Value::Long(entry(value)?.1),
        });
        Ok(())
    }
}

fn characters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn parse_long(text: &str) -> Result<i64, FunctionError> {
    text.parse().map_err(|_| FunctionError {
        class: "java.lang.NumberFormatException",
        message: format!("For input string: \"{text}\""),
    })
}

/// `floorMod`: never negative, unlike Java's `%`, so that a key has no twin below zero.
fn modulo(number: i64, divisor: i64) -> i64 {
    number.checked_rem_euclid(divisor).unwrap_or(0)
}

/// Which records `filter` keeps. Of an entry the number is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Predicate {
    /// A number divisible by 2.
    Even,
    /// A number not divisible by 2.
    Odd,
    /// A number divisible by this, which is above 0.
    MultipleOf(i64),
    /// A number above this.
    GreaterThan(i64),
    /// A number below this.
    LessThan(i64),
    /// A String with something in it.
    NonEmpty,
    /// A String that has this in it.
    Contains(String),
    /// A String that begins with this.
    StartsWith(String),
    /// A String of more characters than this.
    LongerThan(i64),
}

impl Predicate {
    /// Whether a record is kept.
    ///
    /// # Errors
    /// The record is not of the type that the compiler saw to.
    pub fn keeps(&self, value: &Value) -> Result<bool, FunctionError> {
        Ok(match self {
            Self::Even => modulo(number(value)?, 2) == 0,
            Self::Odd => modulo(number(value)?, 2) == 1,
            Self::MultipleOf(divisor) => modulo(number(value)?, *divisor) == 0,
            Self::GreaterThan(bound) => number(value)? > *bound,
            Self::LessThan(bound) => number(value)? < *bound,
            Self::NonEmpty => !string(value)?.is_empty(),
            Self::Contains(part) => string(value)?.contains(part.as_str()),
            Self::StartsWith(start) => string(value)?.starts_with(start.as_str()),
            Self::LongerThan(bound) => characters(string(value)?) > *bound,
        })
    }
}

fn number(value: &Value) -> Result<i64, FunctionError> {
    match value {
        Value::Long(number) | Value::Entry(_, number) => Ok(*number),
        Value::String(_) => Err(FunctionError::mismatch(value, "number")),
    }
}

/// What `key-by` takes for a record's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeySelector {
    /// The record, a Long or a String.
    Itself,
    /// The remainder of a Long, from 0 up to this; this is above 0.
    Modulo(i64),
    /// The number of characters of a String.
    Length,
    /// The key of an entry.
    EntryKey,
}

impl KeySelector {
    /// The key of a record: a [`Value::Long`] or a [`Value::String`].
    ///
    /// # Errors
    /// The record is not of the type that the compiler saw to.
    pub fn key(&self, value: &Value) -> Result<Value, FunctionError> {
        match (self, value) {
            (Self::Itself, Value::Long(_) | Value::String(_)) => Ok(value.clone()),
            (Self::EntryKey, Value::Entry(key, _)) => Ok(key.as_ref().clone()),
            (Self::Modulo(divisor), value) => Ok(Value::Long(modulo(long(value)?, *divisor))),
            (Self::Length, value) => Ok(Value::Long(characters(string(value)?))),
            (Self::Itself, other) => Err(FunctionError::mismatch(other, "Long or String")),
            (Self::EntryKey, other) => Err(FunctionError::mismatch(other, "entry")),
        }
    }
}

/// What a keyed operator computes. `sum`, `min` and `max` are over the numbers, or over the numbers of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aggregation {
    /// How many records there were.
    Count,
    /// The sum; wraps around.
    Sum,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

impl Aggregation {
    /// The key's new number, after its first record (`state` is `None`) or a further one.
    ///
    /// # Errors
    /// The record is not of the type that the compiler saw to.
    pub fn update(self, state: Option<i64>, value: &Value) -> Result<i64, FunctionError> {
        if self == Self::Count {
            return Ok(state.unwrap_or(0).wrapping_add(1));
        }
        let number = number(value)?;
        let Some(state) = state else {
            return Ok(number);
        };
        Ok(match self {
            Self::Count | Self::Sum => state.wrapping_add(number),
            Self::Min => state.min(number),
            Self::Max => state.max(number),
        })
    }
}
