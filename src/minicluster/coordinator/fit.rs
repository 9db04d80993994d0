//! Whether a snapshot fits a program.

use std::collections::{BTreeSet, HashSet};

use super::failures;
use super::restore::{keyed, names, state_of};
use super::snapshot::{OperatorState, Snapshot};
use super::throwable::Throwable;
use crate::domain::ids::OperatorId;
use crate::minicluster::dataflow::opening::state_names;
use crate::minicluster::dataflow::plan::vertex_name;
use crate::minicluster::program::JobGraph;

/// What a restore may do.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) allow_non_restored_state: bool,
    pub(super) strict_parallelism: bool,
}

/// Sees whether a snapshot fits a program. The program takes over the snapshot's max parallelism where it sets none itself.
///
/// # Errors
/// State is left over, or parallelism or max parallelism do not fit.
pub(super) fn fit(
    graph: &mut JobGraph,
    snapshot: &Snapshot,
    location: &str,
    rules: Rules,
) -> Result<(), Throwable> {
    if !rules.allow_non_restored_state {
        nothing_left_over(graph, snapshot, location)?;
        nothing_of_another_kind(graph, snapshot, location)?;
    }
    for vertex in 0..graph.vertices.len() {
        for at in graph.vertices[vertex].operators.clone() {
            if let Some(state) = state_of(snapshot, graph.operators[at].id) {
                fit_operator(graph, vertex, state, location, rules)?;
            }
        }
    }
    Ok(())
}

fn nothing_left_over(
    graph: &JobGraph,
    snapshot: &Snapshot,
    location: &str,
) -> Result<(), Throwable> {
    let known: HashSet<OperatorId> = graph.operators.iter().map(|it| it.id).collect();
    let mut left = snapshot.operators.iter();
    let left: Vec<&OperatorState> = left
        .by_ref()
        .filter(|it| !it.subtasks.is_empty() && !known.contains(&it.id))
        .collect();
    let Some(first) = left.first() else {
        return Ok(());
    };
    let describe = |it: &&OperatorState| match &it.uid {
        Some(uid) => format!("{} ('{}', uid '{uid}')", it.id, it.name),
        None => format!("{} ('{}', without uid)", it.id, it.name),
    };
    let all: Vec<String> = left.iter().map(describe).collect();
    Err(failures::left_over(
        location,
        &first.id.to_string(),
        &all.join(", "),
    ))
}

/// Each state belongs to one of the operators with its id, by its name and kind.
fn nothing_of_another_kind(
    graph: &JobGraph,
    snapshot: &Snapshot,
    location: &str,
) -> Result<(), Throwable> {
    for state in snapshot
        .operators
        .iter()
        .filter(|it| !it.subtasks.is_empty())
    {
        let wanted = names(graph, state.id);
        let found = found_names(state)?;
        let strange: Vec<&str> = found
            .iter()
            .filter(|name| !wanted.contains(name))
            .map(String::as_str)
            .collect();
        if !strange.is_empty() {
            let operators = graph.operators.iter().filter(|it| it.id == state.id);
            let operators: Vec<String> = operators.map(|it| format!("'{}'", it.name)).collect();
            return Err(failures::other_state(
                location,
                &state.id.to_string(),
                &operators.join(", "),
                &strange.join(", "),
            ));
        }
    }
    Ok(())
}

/// The names of all states of an operator, each once.
fn found_names(state: &OperatorState) -> Result<BTreeSet<String>, Throwable> {
    let mut names = BTreeSet::new();
    for (_, subtask) in &state.subtasks {
        let lists = subtask.lists.iter().flat_map(|it| &it.states);
        names.extend(lists.map(|it| it.name.to_str().into_owned()));
        for handle in &subtask.keyed {
            let found = state_names(handle, state.max_parallelism)?;
            names.extend(found.iter().map(|name| keyed(name)));
        }
    }
    Ok(names)
}

fn fit_operator(
    graph: &mut JobGraph,
    vertex: usize,
    state: &OperatorState,
    location: &str,
    rules: Rules,
) -> Result<(), Throwable> {
    let name = vertex_name(graph, vertex);
    let it = &mut graph.vertices[vertex];
    let id = state.id.to_string();
    if rules.strict_parallelism && state.parallelism != it.parallelism {
        return Err(failures::parallelism_mismatch(
            location,
            &id,
            state.parallelism,
            it.parallelism,
        ));
    }
    if it.parallelism > state.max_parallelism {
        return Err(failures::parallelism_above_max(
            &name,
            it.parallelism,
            state.max_parallelism,
        ));
    }
    if state.max_parallelism == it.max_parallelism {
        return Ok(());
    }
    if it.has_set_max_parallelism {
        return Err(failures::max_parallelism_mismatch(
            &id,
            state.max_parallelism,
            it.max_parallelism,
        ));
    }
    it.max_parallelism = state.max_parallelism;
    for at in it.operators.clone() {
        graph.operators[at].max_parallelism = state.max_parallelism;
    }
    Ok(())
}
