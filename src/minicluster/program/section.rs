//! A table of the program's file, read key by key.

use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Complaint;
use super::spelling;
use crate::domain::duration::flink_duration;

/// Something, and where it stands: a byte offset.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Located<T> {
    pub(super) value: T,
    pub(super) at: usize,
}

/// A table, whose keys are taken one by one.
pub(super) struct Section<'t> {
    /// What the table is called in messages: `[job]`, `'count'`.
    pub(super) what: String,
    /// Where it begins.
    pub(super) at: usize,
    entries: Vec<Entry<'t>>,
}

struct Entry<'t> {
    key: &'t str,
    at: usize,
    value: &'t Spanned<DeValue<'t>>,
    taken: bool,
}

type Taken<T> = Result<Option<Located<T>>, Complaint>;

impl<'t> Section<'t> {
    pub(super) fn new(what: impl Into<String>, at: usize, table: &'t DeTable<'t>) -> Self {
        let mut entries: Vec<Entry<'t>> = table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref(),
                at: key.span().start,
                value,
                taken: false,
            })
            .collect();
        entries.sort_by_key(|entry| entry.at);
        Self {
            what: what.into(),
            at,
            entries,
        }
    }

    /// Refuses keys that are not among `known`.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), Complaint> {
        let stranger = self
            .entries
            .iter()
            .find(|entry| !known.contains(&entry.key));
        stranger.map_or(Ok(()), |entry| {
            let suggestion = spelling::suggestion(entry.key, known);
            let message = format!(
                "{} has the unknown key '{}'{suggestion}",
                self.what, entry.key
            );
            Err(Complaint::new(entry.at, message))
        })
    }

    /// Refuses keys that are known, and that nobody took: they do not go with the others.
    pub(super) fn finish(&self) -> Result<(), Complaint> {
        let spare = self.entries.iter().find(|entry| !entry.taken);
        spare.map_or(Ok(()), |entry| {
            let message = format!("{} takes no '{}'", self.what, entry.key);
            Err(Complaint::new(entry.at, message))
        })
    }

    /// Where a key stands, if it does.
    pub(super) fn position(&self, key: &str) -> Option<usize> {
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(entry.at)
    }

    fn take(&mut self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        let entry = self.entries.iter_mut().find(|entry| entry.key == key)?;
        entry.taken = true;
        Some(entry.value)
    }

    fn wrong<T>(
        &self,
        key: &str,
        value: &Spanned<DeValue<'_>>,
        wanted: &str,
    ) -> Result<T, Complaint> {
        let message = format!(
            "'{key}' of {} must be {wanted}, not {}",
            self.what,
            shown(value.get_ref())
        );
        Err(Complaint::new(value.span().start, message))
    }

    /// A complaint that a key which has to be there is not.
    pub(super) fn missing(&self, key: &str, wanted: &str) -> Complaint {
        Complaint::new(self.at, format!("{} needs '{key}', {wanted}", self.what))
    }

    /// A text with something in it.
    pub(super) fn text(&mut self, key: &str) -> Taken<String> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        match value.get_ref() {
            DeValue::String(text) if !text.is_empty() => Ok(Some(located(text.to_string(), value))),
            DeValue::String(_) => Err(Complaint::new(
                value.span().start,
                format!("'{key}' of {} is empty", self.what),
            )),
            _ => self.wrong(key, value, "a text"),
        }
    }

    /// A text, or a list of texts.
    pub(super) fn texts(&mut self, key: &str) -> Result<Option<Vec<Located<String>>>, Complaint> {
        const WANTED: &str = "a text or a list of texts";
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let items = match value.get_ref() {
            DeValue::Array(items) => items.iter().collect(),
            _ => vec![value],
        };
        if items.is_empty() {
            return self.wrong(key, value, WANTED);
        }
        let texts = items.into_iter().map(|item| match item.get_ref() {
            DeValue::String(text) => Ok(located(text.to_string(), item)),
            _ => self.wrong(key, item, WANTED),
        });
        texts.collect::<Result<_, _>>().map(Some)
    }

    /// A whole number.
    pub(super) fn integer(&mut self, key: &str) -> Taken<i64> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        match whole(value.get_ref()) {
            Some(number) => Ok(Some(located(number, value))),
            None => self.wrong(key, value, "a whole number"),
        }
    }

    /// A whole number of this range.
    pub(super) fn within(&mut self, key: &str, least: u32, most: u32) -> Taken<u32> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let number = whole(value.get_ref()).and_then(|number| u32::try_from(number).ok());
        match number.filter(|number| (least..=most).contains(number)) {
            Some(number) => Ok(Some(located(number, value))),
            None => self.wrong(
                key,
                value,
                &format!("a whole number from {least} to {most}"),
            ),
        }
    }

    /// A whole number above 0.
    pub(super) fn positive(&mut self, key: &str) -> Taken<i64> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        match whole(value.get_ref()).filter(|number| *number > 0) {
            Some(number) => Ok(Some(located(number, value))),
            None => self.wrong(key, value, "a whole number above 0"),
        }
    }

    /// How many a second.
    pub(super) fn rate(&mut self, key: &str) -> Taken<f64> {
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let number: Option<f64> = match value.get_ref() {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().parse().ok(),
            _ => None,
        };
        match number.filter(|number| number.is_finite() && *number > 0.0) {
            Some(number) => Ok(Some(located(number, value))),
            None => self.wrong(key, value, "a number of records per second above 0"),
        }
    }

    /// A duration as Flink writes it, longer than zero.
    pub(super) fn duration(&mut self, key: &str) -> Taken<Duration> {
        const WANTED: &str = "a duration such as \"1s\", \"500ms\" or \"10min\"";
        let Some(value) = self.take(key) else {
            return Ok(None);
        };
        let DeValue::String(text) = value.get_ref() else {
            return self.wrong(key, value, WANTED);
        };
        match flink_duration(text) {
            Ok(duration) if !duration.is_zero() => Ok(Some(located(duration, value))),
            _ => self.wrong(key, value, WANTED),
        }
    }

    /// What a word stands for, which has to be there and be one of these.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &str,
        what: &str,
        choices: &[(&str, T)],
    ) -> Result<(T, String), Complaint> {
        let known: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let Some(word) = self.text(key)? else {
            let wanted = format!("one of {}", spelling::listed(&known));
            return Err(self.missing(key, &wanted));
        };
        let chosen = choices.iter().find(|(name, _)| *name == word.value);
        let Some((_, chosen)) = chosen else {
            let suggestion = spelling::suggestion(&word.value, &known);
            let message = format!("unknown {what} '{}'{suggestion}", word.value);
            return Err(Complaint::new(word.at, message));
        };
        Ok((*chosen, word.value))
    }
}

fn located<T>(value: T, from: &Spanned<DeValue<'_>>) -> Located<T> {
    Located {
        value,
        at: from.span().start,
    }
}

fn whole(value: &DeValue<'_>) -> Option<i64> {
    match value {
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
        _ => None,
    }
}

/// A value as a message repeats it.
fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("\"{text}\""),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(items) if items.is_empty() => "an empty list".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}
