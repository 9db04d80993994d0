//! A program's operators from its plan, and from its plan without chaining.
//!
//! A plan names vertices alone, by their first operators' ids. Without chaining every operator is a vertex, but those
//! without a uid have other ids then, because the ids depend on what can be chained. So each id of the second plan is
//! compared with the one that Flink would generate at that place: if it is another one, the operator has a uid.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{PossibleIds, Program, ProgramOperator, Unidentified};
use crate::domain::ids::OperatorId;
use crate::domain::plan::{Plan, PlanVertex};

/// The most ids that one operator may have.
const MAX_POSSIBLE: usize = 1024;

impl Program {
    /// The program with this plan, and with this one `apart`, that is without chaining, where the cluster makes one.
    pub fn of_plans(chained: &Plan, apart: Option<&Plan>) -> Self {
        let mut program = Self {
            operators: chained.vertices.iter().map(head).collect(),
            unidentified: Vec::new(),
        };
        // a program that insists on chaining gets its own plan a second time
        match apart.filter(|apart| !apart.vertices.iter().any(|one| one.operators.len() > 1)) {
            Some(apart) => Apart::of(chained, apart).tell(&mut program),
            None => {
                for vertex in &chained.vertices {
                    program.unidentified.extend(chained_to(vertex));
                }
            }
        }
        program
    }
}

fn head(vertex: &PlanVertex) -> ProgramOperator {
    ProgramOperator {
        id: vertex.id,
        name: vertex
            .operators
            .first()
            .filter(|name| !name.is_empty())
            .cloned(),
        uid: None,
        parallelism: Some(vertex.parallelism),
        max_parallelism: None,
    }
}

/// The operators behind the first one of a vertex, of which nothing but the name is known.
fn chained_to(vertex: &PlanVertex) -> impl Iterator<Item = Unidentified> {
    let names = vertex.operators.iter().skip(1);
    names.map(|name| Unidentified {
        name: name.clone(),
        ids: PossibleIds::Any,
    })
}

/// The plan without chaining, and what is made out of it.
struct Apart<'p> {
    vertices: HashMap<OperatorId, &'p PlanVertex>,
    /// How many operators read the output of each.
    outputs: HashMap<OperatorId, usize>,
    /// The ids of the program's vertices as it will run.
    heads: HashSet<OperatorId>,
    /// What the id of an operator may be with chaining, by its id without; `None` for anything.
    resolved: HashMap<OperatorId, Option<BTreeSet<OperatorId>>>,
}

impl<'p> Apart<'p> {
    fn of(chained: &Plan, apart: &'p Plan) -> Self {
        let mut outputs = HashMap::new();
        for input in apart.vertices.iter().flat_map(|vertex| &vertex.inputs) {
            *outputs.entry(*input).or_insert(0) += 1;
        }
        Self {
            vertices: apart.vertices.iter().map(|one| (one.id, one)).collect(),
            outputs,
            heads: chained.vertices.iter().map(|vertex| vertex.id).collect(),
            resolved: HashMap::new(),
        }
    }

    /// Adds what the plan without chaining knows better.
    fn tell(mut self, program: &mut Program) {
        for vertex in self.in_order() {
            let place = self.place(vertex);
            let ids = match place {
                Some(before) => self.ids(vertex, before),
                None => Some(BTreeSet::from([vertex.id])),
            };
            let is_head = ids.iter().flatten().any(|id| self.heads.contains(id));
            if !is_head && place.is_none() {
                program.operators.push(head(vertex));
            } else if !is_head {
                program.unidentified.push(Unidentified {
                    name: vertex.operators.first().cloned().unwrap_or_default(),
                    ids: ids
                        .clone()
                        .map_or(PossibleIds::Generated, PossibleIds::OneOf),
                });
            }
            self.resolved.insert(vertex.id, ids);
        }
    }

    /// The vertices, each behind those that it reads, as far as there are no circles.
    fn in_order(&self) -> Vec<&'p PlanVertex> {
        let mut ordered: Vec<&PlanVertex> = Vec::new();
        let mut seen: HashSet<OperatorId> = HashSet::new();
        let mut left: Vec<&PlanVertex> = self.vertices.values().copied().collect();
        left.sort_by_key(|vertex| vertex.id);
        while !left.is_empty() {
            let is_next = |vertex: &&PlanVertex| vertex.inputs.iter().all(|id| seen.contains(id));
            let (next, others): (Vec<&PlanVertex>, Vec<&PlanVertex>) =
                left.iter().copied().partition(is_next);
            // in a circle nobody is first: then all are taken as they come
            let (next, others) = if next.is_empty() {
                (others, next)
            } else {
                (next, others)
            };
            seen.extend(next.iter().map(|vertex| vertex.id));
            ordered.extend(next);
            left = others;
        }
        ordered
    }

    /// How many operators had their ids before this one, if its id is the one that Flink generates at its place.
    fn place(&self, vertex: &PlanVertex) -> Option<u32> {
        let count = u32::try_from(self.vertices.len()).unwrap_or(u32::MAX);
        (0..count).find(|before| OperatorId::generated(*before, 0, &vertex.inputs) == vertex.id)
    }

    fn outputs_of(&self, vertex: &PlanVertex) -> usize {
        self.outputs.get(&vertex.id).copied().unwrap_or(0)
    }

    /// What the id of an operator without a uid may be with chaining; `None` for anything.
    fn ids(&self, vertex: &PlanVertex, before: u32) -> Option<BTreeSet<OperatorId>> {
        let mut inputs: Vec<Vec<OperatorId>> = vec![Vec::new()];
        for input in &vertex.inputs {
            let possible = self.resolved.get(input)?.as_ref()?;
            if inputs.len().saturating_mul(possible.len()) > MAX_POSSIBLE {
                return None;
            }
            let with = |inputs: &Vec<OperatorId>, id: &OperatorId| {
                let mut inputs = inputs.clone();
                inputs.push(*id);
                inputs
            };
            inputs = inputs
                .iter()
                .flat_map(|some| possible.iter().map(move |id| with(some, id)))
                .collect();
        }
        let chainable = 0..=self.outputs_of(vertex);
        if inputs.len().saturating_mul(chainable.clone().count()) > MAX_POSSIBLE {
            return None;
        }
        let ids: BTreeSet<OperatorId> = inputs
            .iter()
            .flat_map(|inputs| {
                chainable
                    .clone()
                    .map(move |chainable| OperatorId::generated(before, chainable, inputs))
            })
            .collect();
        // one that is the first of its vertex has the id that the plan says
        let known = ids.iter().find(|id| self.heads.contains(id)).copied();
        Some(known.map_or(ids, |known| BTreeSet::from([known])))
    }
}
