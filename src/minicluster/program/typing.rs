//! Which records an operator takes and gives.

use super::function::{Aggregation, KeySelector, MapFunction, Predicate};
use super::value::{KeyType, Type};

/// A type that is not taken, and what would be.
pub(super) type Typed<T> = Result<T, &'static str>;

const LONG: &str = "Long";
const STRING: &str = "String";
const ENTRY: &str = "(key, Long)";
const NUMBER: &str = "Long or (key, Long)";

/// What a map gives.
pub(super) fn mapped(function: &MapFunction, input: Type) -> Typed<Type> {
    use MapFunction as F;
    match (function, input) {
        (F::Tokenise | F::LowerCase | F::UpperCase | F::Trim, Type::String) => Ok(Type::String),
        (F::Length | F::ToLong, Type::String) => Ok(Type::Long),
        (F::ToString, Type::Long) => Ok(Type::String),
        (F::Add(_) | F::Multiply(_) | F::Modulo(_), Type::Long) => Ok(Type::Long),
        (F::EntryKey, Type::Entry(key)) => Ok(key.into()),
        (F::EntryValue, Type::Entry(_)) => Ok(Type::Long),
        (F::EntryKey | F::EntryValue, _) => Err(ENTRY),
        (F::ToString | F::Add(_) | F::Multiply(_) | F::Modulo(_), _) => Err(LONG),
        _ => Err(STRING),
    }
}

/// Whether a filter takes such records.
pub(super) fn filtered(predicate: &Predicate, input: Type) -> Typed<()> {
    use Predicate as P;
    let of_text = matches!(
        predicate,
        P::NonEmpty | P::Contains(_) | P::StartsWith(_) | P::LongerThan(_)
    );
    match (of_text, input) {
        (true, Type::String) | (false, Type::Long | Type::Entry(_)) => Ok(()),
        (true, _) => Err(STRING),
        (false, _) => Err(NUMBER),
    }
}

/// The key that is taken where the program does not say.
pub(super) fn default_key(input: Type) -> KeySelector {
    match input {
        Type::Entry(_) => KeySelector::EntryKey,
        Type::Long | Type::String => KeySelector::Itself,
    }
}

/// The type of the keys.
pub(super) fn key(selector: &KeySelector, input: Type) -> Typed<KeyType> {
    use KeySelector as K;
    match (selector, input) {
        (K::Itself, Type::Long) | (K::Modulo(_), Type::Long) | (K::Length, Type::String) => {
            Ok(KeyType::Long)
        }
        (K::Itself, Type::String) => Ok(KeyType::String),
        (K::EntryKey, Type::Entry(key)) => Ok(key),
        (K::Itself, _) => Err("Long or String"),
        (K::EntryKey, _) => Err(ENTRY),
        (K::Modulo(_), _) => Err(LONG),
        (K::Length, _) => Err(STRING),
    }
}

/// Whether an aggregation takes such records.
pub(super) fn aggregated(aggregation: Aggregation, input: Type) -> Typed<()> {
    match (aggregation, input) {
        (Aggregation::Count, _) | (_, Type::Long | Type::Entry(_)) => Ok(()),
        (_, Type::String) => Err(NUMBER),
    }
}
