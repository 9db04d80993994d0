//! What is known of a program's operators, from whichever side one looks at it.

mod plans;

use std::collections::BTreeSet;

use crate::domain::ids::OperatorId;
use crate::inventory::inspection::names::{self, Names};
use crate::metadata::Metadata;
use crate::metadata::model::Operator;

/// The operators of a program, as far as they are known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// Those whose ids are known.
    pub operators: Vec<ProgramOperator>,
    /// Those whose ids are not.
    pub unidentified: Vec<Unidentified>,
}

/// An operator of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramOperator {
    /// Under which its state is looked for.
    pub id: OperatorId,
    /// Its name, where it is known.
    pub name: Option<String>,
    /// Its uid, where it is known.
    pub uid: Option<String>,
    /// How many subtasks it would have, where that is known.
    pub parallelism: Option<u32>,
    /// Its max parallelism, where that is known.
    pub max_parallelism: Option<MaxParallelism>,
}

/// How a max parallelism is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaxParallelism {
    /// The program sets it: Flink restores no state with another one.
    Set(u32),
    /// The job has it; whether its program sets it, or took what the state had, is not known.
    Seen(u32),
}

/// An operator whose id cannot be told: it is chained to another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unidentified {
    /// Its name.
    pub name: String,
    /// What its id may be.
    pub ids: PossibleIds,
}

/// What an operator's id may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PossibleIds {
    /// Any.
    Any,
    /// Any, but that of no uid: it has none.
    Generated,
    /// One of these.
    OneOf(BTreeSet<OperatorId>),
}

impl PossibleIds {
    /// Whether a snapshot's operator may be this one.
    fn may_be(&self, operator: &Operator<'_>) -> bool {
        match self {
            PossibleIds::Any => true,
            PossibleIds::Generated => Names::default().uid(operator).is_none(),
            PossibleIds::OneOf(ids) => ids.contains(&operator.id),
        }
    }
}

impl Program {
    /// The program with these uids on its operators, and no others.
    pub fn of_uids(uids: impl IntoIterator<Item = String>) -> Self {
        let operator = |uid: String| ProgramOperator {
            id: OperatorId::from_uid(&uid),
            name: None,
            uid: Some(uid),
            parallelism: None,
            max_parallelism: None,
        };
        Self {
            operators: uids.into_iter().map(operator).collect(),
            unidentified: Vec::new(),
        }
    }

    /// The program of the job that has made this snapshot. `max_parallelism` is what the job sets for all its operators.
    pub fn of_snapshot(metadata: &Metadata<'_>, max_parallelism: Option<u32>) -> Self {
        let operator = |operator: &Operator<'_>| ProgramOperator {
            id: operator.id,
            name: names::name(operator),
            uid: Names::default().uid(operator),
            parallelism: Some(operator.parallelism),
            max_parallelism: match operator.max_parallelism {
                Some(max) if max_parallelism == Some(max) => Some(MaxParallelism::Set(max)),
                max => max.map(MaxParallelism::Seen),
            },
        };
        Self {
            operators: metadata.operators.iter().map(operator).collect(),
            unidentified: Vec::new(),
        }
    }

    /// The same, run with this max parallelism for every operator that sets none.
    #[must_use]
    pub fn with_max_parallelism(mut self, max: u32) -> Self {
        for operator in &mut self.operators {
            operator
                .max_parallelism
                .get_or_insert(MaxParallelism::Set(max));
        }
        self
    }

    /// Whether the operator of a snapshot, whose id no known operator has, may be an unidentified one.
    pub(super) fn may_have(&self, operator: &Operator<'_>) -> bool {
        self.unidentified.iter().any(|one| one.ids.may_be(operator))
    }
}
