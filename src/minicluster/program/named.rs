//! What the functions are called in a program, and how their `value` is read.

use super::error::Complaint;
use super::function::{KeySelector, MapFunction, Predicate};
use super::section::Section;

type Read<T> = fn(&mut Section<'_>) -> Result<T, Complaint>;

/// `function` of a map.
pub(super) const FUNCTIONS: &[(&str, Read<MapFunction>)] = &[
    ("tokenise", |_| Ok(MapFunction::Tokenise)),
    ("lower-case", |_| Ok(MapFunction::LowerCase)),
    ("upper-case", |_| Ok(MapFunction::UpperCase)),
    ("trim", |_| Ok(MapFunction::Trim)),
    ("length", |_| Ok(MapFunction::Length)),
    ("to-long", |_| Ok(MapFunction::ToLong)),
    ("to-string", |_| Ok(MapFunction::ToString)),
    ("add", |section| number(section).map(MapFunction::Add)),
    ("multiply", |section| {
        number(section).map(MapFunction::Multiply)
    }),
    ("modulo", |section| {
        divisor(section).map(MapFunction::Modulo)
    }),
    ("entry-key", |_| Ok(MapFunction::EntryKey)),
    ("entry-value", |_| Ok(MapFunction::EntryValue)),
];

/// `keep` of a filter.
pub(super) const PREDICATES: &[(&str, Read<Predicate>)] = &[
    ("even", |_| Ok(Predicate::Even)),
    ("odd", |_| Ok(Predicate::Odd)),
    ("multiple-of", |section| {
        divisor(section).map(Predicate::MultipleOf)
    }),
    ("greater-than", |section| {
        number(section).map(Predicate::GreaterThan)
    }),
    ("less-than", |section| {
        number(section).map(Predicate::LessThan)
    }),
    ("non-empty", |_| Ok(Predicate::NonEmpty)),
    ("contains", |section| text(section).map(Predicate::Contains)),
    ("starts-with", |section| {
        text(section).map(Predicate::StartsWith)
    }),
    ("longer-than", |section| {
        number(section).map(Predicate::LongerThan)
    }),
];

/// `key` of a key-by.
pub(super) const KEYS: &[(&str, Read<KeySelector>)] = &[
    ("itself", |_| Ok(KeySelector::Itself)),
    ("modulo", |section| {
        divisor(section).map(KeySelector::Modulo)
    }),
    ("length", |_| Ok(KeySelector::Length)),
    ("entry-key", |_| Ok(KeySelector::EntryKey)),
];

fn number(section: &mut Section<'_>) -> Result<i64, Complaint> {
    let value = section.integer("value")?;
    value.map_or_else(
        || Err(section.missing("value", "a whole number")),
        |value| Ok(value.value),
    )
}

fn divisor(section: &mut Section<'_>) -> Result<i64, Complaint> {
    let value = section.positive("value")?;
    value.map_or_else(
        || Err(section.missing("value", "a whole number above 0")),
        |value| Ok(value.value),
    )
}

fn text(section: &mut Section<'_>) -> Result<String, Complaint> {
    let value = section.text("value")?;
    value.map_or_else(
        || Err(section.missing("value", "a text")),
        |value| Ok(value.value),
    )
}
