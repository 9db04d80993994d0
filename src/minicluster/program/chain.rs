//! Which operators run in one task.

use super::draft::Draft;
use crate::domain::key_group::default_max_parallelism;

/// The chain of each operator.
#[derive(Debug)]
pub(super) struct Chains {
    /// Per operator the head of its chain: itself, for a head.
    pub(super) heads: Vec<usize>,
    /// Per operator what the program says of its chain's max parallelism; valid at the heads.
    max_parallelism: Vec<Option<u32>>,
}

impl Chains {
    /// Chains operators where nothing is shuffled: over a forward edge that is the only one, at the same parallelism,
    /// and unless their max parallelism differs.
    pub(super) fn of(drafts: &[Draft], chaining: bool) -> Self {
        let mut chains = Self {
            heads: Vec::new(),
            max_parallelism: Vec::new(),
        };
        for (index, draft) in drafts.iter().enumerate() {
            let head = match draft.inputs.as_slice() {
                [(from, None)] if chaining && drafts[*from].parallelism == draft.parallelism => {
                    Some(chains.heads[*from])
                }
                _ => None,
            };
            chains.max_parallelism.push(draft.max_parallelism);
            let head = head.filter(|head| chains.admits(*head, draft.max_parallelism));
            if let Some(head) = head {
                let known = &mut chains.max_parallelism[head];
                *known = known.or(draft.max_parallelism);
            }
            chains.heads.push(head.unwrap_or(index));
        }
        chains
    }

    fn admits(&self, head: usize, max_parallelism: Option<u32>) -> bool {
        match (self.max_parallelism[head], max_parallelism) {
            (Some(of_chain), Some(own)) => of_chain == own,
            _ => true,
        }
    }

    /// Whether an operator runs in the task of the one that it reads.
    pub(super) fn is_chained(&self, index: usize) -> bool {
        self.heads[index] != index
    }

    /// Whether the program says how many key groups the chain of an operator has.
    pub(super) fn has_set_max_parallelism(&self, index: usize) -> bool {
        self.max_parallelism[self.heads[index]].is_some()
    }

    /// How many key groups an operator has, as its whole chain.
    pub(super) fn max_parallelism(&self, index: usize, parallelism: u32) -> u32 {
        self.max_parallelism[self.heads[index]]
            .unwrap_or_else(|| default_max_parallelism(parallelism))
    }
}
