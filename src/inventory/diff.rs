//! What differs between two snapshots, from their metadata alone.

mod pairs;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::inspection::files::References;
use super::inspection::{self, StateKind};
use crate::domain::location::NormalLocation;
use crate::metadata::location::{Resolved, resolve};
use crate::metadata::model::Operator;
use crate::metadata::sizes::Storage;
use crate::metadata::{Format, Metadata};

/// A snapshot, and the directory from which its relative paths count.
#[derive(Debug, Clone, Copy)]
pub struct Side<'m> {
    /// What was read.
    pub metadata: &'m Metadata<'m>,
    /// A path or URI.
    pub directory: &'m str,
}

/// Two snapshots, compared.
#[derive(Debug)]
pub struct Comparison<'m> {
    /// The formats of both where they differ.
    pub formats: Option<(Format, Format)>,
    /// Those of the second snapshot in its order, then those that only the first one has.
    pub operators: Vec<Compared<'m>>,
    /// The files that both refer to.
    pub shared: SharedByBoth,
}

/// Files that two snapshots refer to, each counted once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SharedByBoth {
    /// How many.
    pub files: usize,
    /// Bytes that the second snapshot refers to in them, less those whose size is not recorded.
    pub size: u64,
}

/// What became of an operator from one snapshot to the other.
#[derive(Debug)]
pub enum Compared<'m> {
    /// Only the second one has it.
    Added(&'m Operator<'m>),
    /// Only the first one has it.
    Removed(&'m Operator<'m>),
    /// Both have it.
    Kept(Pair<'m>),
    /// The second one has it under another operator id, by all that can be seen.
    Renamed(Pair<'m>),
}

/// An operator in both snapshots.
#[derive(Debug)]
pub struct Pair<'m> {
    /// In the first one.
    pub before: &'m Operator<'m>,
    /// In the second one.
    pub after: &'m Operator<'m>,
    /// What differs besides the size, in the order of [`Aspect`].
    pub differs: Vec<Aspect>,
}

/// Something that is part of an operator's shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Aspect {
    /// How many subtasks.
    Parallelism,
    /// How many key groups, where both snapshots record it.
    MaxParallelism,
    /// The names and distribution modes of operator state, and the kinds of state.
    States,
    /// Whether the operator had ended for good.
    FullyFinished,
}

impl Aspect {
    /// The field of that name.
    pub fn field(self) -> &'static str {
        match self {
            Aspect::Parallelism => "parallelism",
            Aspect::MaxParallelism => "max_parallelism",
            Aspect::States => "states",
            Aspect::FullyFinished => "fully_finished",
        }
    }
}

impl Comparison<'_> {
    /// Whether nothing differs but sizes, which always do.
    pub fn is_same_shape(&self) -> bool {
        let is_same =
            |one: &Compared<'_>| matches!(one, Compared::Kept(pair) if pair.differs.is_empty());
        self.formats.is_none() && self.operators.iter().all(is_same)
    }
}

/// Compares two snapshots.
pub fn compare<'m>(before: Side<'m>, after: Side<'m>) -> Comparison<'m> {
    let (old, new) = (before.metadata, after.metadata);
    let formats = (old.format != new.format).then_some((old.format, new.format));
    Comparison {
        formats,
        operators: pairs::operators(&old.operators, &new.operators),
        shared: shared(before, after),
    }
}

impl<'m> Pair<'m> {
    fn new(before: &'m Operator<'m>, after: &'m Operator<'m>) -> Self {
        let mut differs = Vec::new();
        let mut note = |is_other: bool, aspect| differs.extend(is_other.then_some(aspect));
        note(before.parallelism != after.parallelism, Aspect::Parallelism);
        let max = before.max_parallelism.zip(after.max_parallelism);
        note(max.is_some_and(|(a, b)| a != b), Aspect::MaxParallelism);
        let finished = before.fully_finished != after.fully_finished;
        // what has ended keeps no state, whatever it had
        note(
            !finished && Shape::of(before) != Shape::of(after),
            Aspect::States,
        );
        note(finished, Aspect::FullyFinished);
        Self {
            before,
            after,
            differs,
        }
    }
}

/// The state that an operator has, whatever its size.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Shape {
    /// The names of its operator states, with the distribution modes as Flink spells them.
    pub states: BTreeMap<String, &'static str>,
    /// The kinds of its state, less in-flight data, which comes and goes.
    pub kinds: BTreeSet<StateKind>,
}

impl Shape {
    /// The shape of an operator's state.
    pub fn of(operator: &Operator<'_>) -> Self {
        let states = operator
            .subtasks
            .iter()
            .filter_map(|subtask| subtask.state.as_deref())
            .flat_map(|state| state.managed_operator.iter().flatten())
            .flat_map(|handle| &handle.states);
        let kinds = inspection::kinds(operator).into_iter().map(|one| one.kind);
        let is_lasting = |kind: &StateKind| !matches!(kind, StateKind::Input | StateKind::Output);
        Self {
            states: states
                .map(|state| (state.name.to_string(), state.mode.name()))
                .collect(),
            kinds: kinds.filter(is_lasting).collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.states.is_empty() && self.kinds.is_empty()
    }
}

/// The files that both snapshots refer to, wherever each spells them.
fn shared(before: Side<'_>, after: Side<'_>) -> SharedByBoth {
    let old: HashMap<NormalLocation, u64> = files(before);
    let new = files(after);
    let both = new.iter().filter(|(place, _)| old.contains_key(place));
    both.fold(SharedByBoth::default(), |sum, (_, size)| SharedByBoth {
        files: sum.files + 1,
        size: sum.size.saturating_add(*size),
    })
}

/// Every file that a snapshot refers to, with the bytes of it where they are recorded.
fn files(side: Side<'_>) -> HashMap<NormalLocation, u64> {
    let mut files = HashMap::new();
    for file in References::of(side.metadata).files() {
        let storage = if file.is_relative {
            Storage::Relative(file.path)
        } else {
            Storage::File(file.path)
        };
        if let Resolved::At(location) = resolve(&storage, side.directory) {
            files.insert(NormalLocation::of(&location), file.size.unwrap_or(0));
        }
    }
    files
}
