//! Keyed state: one number per key, in a hash map for each key group of the subtask.

use std::collections::HashMap;
use std::io::Write;

use crate::domain::key_group::KeyGroupRange;
use crate::minicluster::coordinator::Throwable;
use crate::minicluster::program::{Aggregation, FunctionError, KeySelector, KeyType, Value};
use crate::state::write::{KeyedFile, KeyedWriter, ValueState, WriteError};
use crate::state::{Element, ElementType};

/// A key as state files hold it.
pub(super) fn element(key: &Value) -> Result<Element<'_>, Throwable> {
    match key {
        Value::Long(number) => Ok(Element::Long(*number)),
        Value::String(text) => Ok(Element::String(text)),
        Value::Entry(..) => Err(Throwable::new(
            "java.lang.ClassCastException",
            format!("'{key}' is no key: a key is a Long or a String"),
        )),
    }
}

/// The name under which an aggregation keeps its numbers.
pub(in crate::minicluster) fn state_name(aggregation: Aggregation) -> &'static str {
    match aggregation {
        Aggregation::Count => "count",
        Aggregation::Sum => "sum",
        Aggregation::Min => "min",
        Aggregation::Max => "max",
    }
}

/// A keyed aggregation of one subtask.
#[derive(Debug)]
pub(super) struct Aggregate {
    aggregation: Aggregation,
    selector: KeySelector,
    range: KeyGroupRange,
    max_parallelism: u32,
    groups: Groups,
}

/// The numbers by key, for each key group of the range.
#[derive(Debug)]
enum Groups {
    Long(Vec<HashMap<i64, i64>>),
    String(Vec<HashMap<Box<str>, i64>>),
}

impl Aggregate {
    /// An aggregation that has seen nothing yet.
    pub(super) fn new(
        aggregation: Aggregation,
        selector: KeySelector,
        key: KeyType,
        range: KeyGroupRange,
        max_parallelism: u32,
    ) -> Self {
        let groups = match key {
            KeyType::Long => Groups::Long(range.iter().map(|_| HashMap::new()).collect()),
            KeyType::String => Groups::String(range.iter().map(|_| HashMap::new()).collect()),
        };
        Self {
            aggregation,
            selector,
            range,
            max_parallelism,
            groups,
        }
    }

    /// The key groups.
    pub(super) fn range(&self) -> KeyGroupRange {
        self.range
    }

    /// The type of the keys, as state files name it.
    pub(super) fn key_type(&self) -> ElementType {
        match self.groups {
            Groups::Long(_) => ElementType::Long,
            Groups::String(_) => ElementType::String,
        }
    }

    /// Under what name the numbers are kept.
    pub(super) fn state_name(&self) -> &'static str {
        state_name(self.aggregation)
    }

    /// Takes a record, and gives its key with the new number.
    pub(super) fn update(&mut self, value: &Value) -> Result<Value, Throwable> {
        let failed = |error: FunctionError| Throwable::new(error.class, error.message);
        let key = self.selector.key(value).map_err(failed)?;
        let group = self.group_of(&element(&key)?)?;
        let aggregation = self.aggregation;
        let number = match (&mut self.groups, &key) {
            (Groups::Long(groups), Value::Long(key)) => {
                let slot = groups[group].get(key).copied();
                let number = aggregation.update(slot, value).map_err(failed)?;
                groups[group].insert(*key, number);
                number
            }
            (Groups::String(groups), Value::String(key)) => {
                let group = &mut groups[group];
                match group.get_mut(key.as_str()) {
                    Some(slot) => {
                        *slot = aggregation.update(Some(*slot), value).map_err(failed)?;
                        *slot
                    }
                    None => {
                        let number = aggregation.update(None, value).map_err(failed)?;
                        group.insert(key.as_str().into(), number);
                        number
                    }
                }
            }
            (_, key) => return Err(wrong_type(key)),
        };
        Ok(Value::Entry(Box::new(key), number))
    }

    /// Puts in what a snapshot holds.
    pub(super) fn restore(&mut self, key: Element<'_>, number: i64) -> Result<(), Throwable> {
        let group = self.group_of(&key)?;
        match (&mut self.groups, key) {
            (Groups::Long(groups), Element::Long(key)) => groups[group].insert(key, number),
            (Groups::String(groups), Element::String(key)) => {
                groups[group].insert(key.into(), number)
            }
            (_, key) => return Err(wrong_type(&key)),
        };
        Ok(())
    }

    /// The position of a key's group within the range.
    fn group_of(&self, key: &Element<'_>) -> Result<usize, Throwable> {
        let group = key.key_group(self.max_parallelism);
        if !self.range.contains(group) {
            return Err(Throwable::new(
                "java.lang.IllegalArgumentException",
                format!(
                    "Key group {group} is not in KeyGroupRange {}. A key of another subtask came here.",
                    self.range
                ),
            ));
        }
        Ok((group - self.range.start) as usize)
    }

    /// Writes all numbers in Flink's heap-native layout.
    pub(super) fn write<W: Write>(&self, out: W) -> Result<(W, KeyedFile), WriteError> {
        let state = ValueState {
            name: self.state_name().to_owned(),
            value: ElementType::Long,
        };
        let mut writer = KeyedWriter::new(out, self.key_type(), vec![state], self.range)?;
        match &self.groups {
            Groups::Long(groups) => {
                for group in groups {
                    let entry =
                        |(key, number): (&i64, &i64)| (Element::Long(*key), Element::Long(*number));
                    writer.entries(group.iter().map(entry))?;
                }
            }
            Groups::String(groups) => {
                for group in groups {
                    let entries = group.iter();
                    let entries =
                        entries.map(|(key, number)| (Element::String(key), Element::Long(*number)));
                    writer.entries(entries)?;
                }
            }
        }
        writer.finish()
    }
}

fn wrong_type(key: &impl std::fmt::Debug) -> Throwable {
    Throwable::new(
        "org.apache.flink.util.StateMigrationException",
        format!(
            "The new key serializer must be compatible with the previous one: {key:?} is not of the operator's key type."
        ),
    )
}
