//! From a snapshot to what each task begins with.

use std::collections::HashMap;
use std::path::PathBuf;

use super::snapshot::{OperatorState, Snapshot};
use super::throwable::Throwable;
use crate::domain::ids::OperatorId;
use crate::domain::key_group::KeyGroupRange;
use crate::minicluster::dataflow::TaskId;
use crate::minicluster::dataflow::chain::suffix;
use crate::minicluster::dataflow::keyed::state_name;
use crate::minicluster::dataflow::plan::TaskState;
use crate::minicluster::dataflow::sink;
use crate::minicluster::dataflow::snapshot::{KeyedHandle, List, ListsHandle, io_failure};
use crate::minicluster::dataflow::source::{SPLITS, first_splits};
use crate::minicluster::program::{JobGraph, Kind, Vertex};
use crate::state::Element;
use crate::state::read::OperatorReader;

/// What all tasks of a job begin with.
#[derive(Debug, Clone, Default)]
pub(super) struct Beginning {
    tasks: HashMap<TaskId, TaskState>,
    sinks: Vec<Sink>,
}

/// A file sink, and what its files are to be.
#[derive(Debug, Clone)]
struct Sink {
    path: PathBuf,
    parallelism: u32,
    lists: Vec<List>,
}

impl Beginning {
    /// What a job begins with, from a snapshot or from nothing.
    ///
    /// # Errors
    /// State cannot be read, or the files of a sink.
    pub(super) fn of(graph: &JobGraph, snapshot: Option<&Snapshot>) -> Result<Self, Throwable> {
        let mut beginning = Beginning::default();
        for (vertex, it) in graph.vertices.iter().enumerate() {
            let suffixes = suffixes(graph, it);
            for (at, suffix) in it.operators.iter().zip(suffixes) {
                let operator = &graph.operators[*at];
                let state = snapshot.and_then(|snapshot| state_of(snapshot, operator.id));
                match &operator.kind {
                    Kind::File { path } => {
                        let lists = match state {
                            Some(state) => sink_lists(state, &suffix)?,
                            None => Vec::new(),
                        };
                        let lists = match lists.is_empty() {
                            true => sink::first_lists(path).map_err(|error| io_failure(&error))?,
                            false => lists,
                        };
                        beginning.sinks.push(Sink {
                            path: path.clone(),
                            parallelism: it.parallelism,
                            lists,
                        });
                    }
                    Kind::Aggregate(_) => {
                        beginning.deal_key_groups(
                            vertex,
                            it.parallelism,
                            it.max_parallelism,
                            state,
                        );
                    }
                    kind => {
                        if let Some(first) = first_splits(kind, it.parallelism) {
                            beginning.deal_splits(vertex, it.parallelism, first, state)?;
                        }
                    }
                }
            }
        }
        Ok(beginning)
    }

    /// What a task begins with.
    pub(super) fn task(&self, id: TaskId) -> TaskState {
        self.tasks.get(&id).cloned().unwrap_or_default()
    }

    /// Brings the files of all sinks to what they were.
    pub(super) fn restore_files(&self) -> Result<(), Throwable> {
        for it in &self.sinks {
            sink::restore(&it.path, it.parallelism, &it.lists)
                .map_err(|error| io_failure(&error))?;
        }
        Ok(())
    }

    /// Sees whether [`restore_files`](Self::restore_files) could do it, and changes nothing.
    pub(super) fn check_files(&self) -> Result<(), Throwable> {
        for it in &self.sinks {
            sink::check(&it.path, it.parallelism, &it.lists).map_err(|error| io_failure(&error))?;
        }
        Ok(())
    }

    fn deal_key_groups(
        &mut self,
        vertex: usize,
        parallelism: u32,
        max_parallelism: u32,
        state: Option<&OperatorState>,
    ) {
        let Some(state) = state else {
            return;
        };
        let handles = state
            .subtasks
            .iter()
            .flat_map(|(_, subtask)| &subtask.keyed);
        let handles: Vec<&KeyedHandle> = handles.collect();
        for subtask in 0..parallelism {
            let range = KeyGroupRange::of_subtask(subtask, parallelism, max_parallelism);
            let wanted = |handle: &&&KeyedHandle| {
                range.is_some_and(|range| range.intersection(&handle.range).count > 0)
            };
            let keyed = handles
                .iter()
                .filter(wanted)
                .map(|it| (*it).clone())
                .collect();
            self.tasks
                .entry(TaskId { vertex, subtask })
                .or_default()
                .keyed = keyed;
        }
    }

    fn deal_splits(
        &mut self,
        vertex: usize,
        parallelism: u32,
        first: Vec<String>,
        state: Option<&OperatorState>,
    ) -> Result<(), Throwable> {
        let parts = match state {
            None => deal(first, parallelism),
            Some(state) => {
                let mut parts: Vec<Vec<String>> = Vec::new();
                let mut is_source = false;
                for (index, subtask) in &state.subtasks {
                    let lists = subtask.lists.as_ref().map(read_lists).transpose()?;
                    let lists = lists.unwrap_or_default();
                    is_source |= lists.iter().any(|(name, _)| name == SPLITS);
                    let lists = lists.into_iter();
                    let splits = lists.filter(|(name, _)| name == SPLITS);
                    parts.resize(parts.len().max(*index as usize), Vec::new());
                    parts.push(splits.flat_map(|(_, elements)| elements).collect());
                }
                match state.parallelism == parallelism {
                    // what is under this id is something else's, which the user has allowed
                    _ if !is_source => deal(first, parallelism),
                    true => parts,
                    false => deal(parts.concat(), parallelism),
                }
            }
        };
        for (subtask, splits) in (0..parallelism).zip(parts) {
            self.tasks
                .entry(TaskId { vertex, subtask })
                .or_default()
                .splits = splits;
        }
        Ok(())
    }
}

/// What the names of lists end with, of each operator of a vertex.
fn suffixes(graph: &JobGraph, vertex: &Vertex) -> Vec<String> {
    let head = vertex.operators[0];
    let mut sinks = 0;
    let suffixes = vertex.operators.iter().map(|at| {
        let operator = &graph.operators[*at];
        let is_under_head = *at != head && operator.id == graph.operators[head].id;
        match operator.kind {
            Kind::File { .. } if is_under_head => {
                sinks += 1;
                suffix(sinks)
            }
            _ => String::new(),
        }
    });
    suffixes.collect()
}

pub(super) fn state_of(snapshot: &Snapshot, id: OperatorId) -> Option<&OperatorState> {
    let mut operators = snapshot.operators.iter();
    operators.find(|it| it.id == id && !it.subtasks.is_empty())
}

/// Deals elements out over subtasks as Flink does: runs of equal length, the first ones an element longer.
fn deal(elements: Vec<String>, parallelism: u32) -> Vec<Vec<String>> {
    let parallelism = (parallelism as usize).max(1);
    let (each, more) = (elements.len() / parallelism, elements.len() % parallelism);
    let mut rest = elements.into_iter();
    (0..parallelism)
        .map(|subtask| {
            rest.by_ref()
                .take(each + usize::from(subtask < more))
                .collect()
        })
        .collect()
}

/// The names of the states that the program has under an operator id.
pub(super) fn names(graph: &JobGraph, id: OperatorId) -> Vec<String> {
    let mut names = Vec::new();
    for vertex in &graph.vertices {
        for (at, suffix) in vertex.operators.iter().zip(suffixes(graph, vertex)) {
            let operator = &graph.operators[*at];
            if operator.id != id {
                continue;
            }
            match &operator.kind {
                Kind::File { .. } => {
                    names
                        .extend([sink::COMMITTED, sink::PENDING].map(|it| format!("{it}{suffix}")));
                }
                Kind::Aggregate(aggregation) => names.push(keyed(state_name(*aggregation))),
                kind if kind.is_source() => names.push(SPLITS.to_owned()),
                _ => {}
            }
        }
    }
    names
}

/// How keyed state is called, other than a list of the same name.
pub(super) fn keyed(name: &str) -> String {
    format!("keyed {name}")
}

/// The lists of a sink over all its subtasks, by their names without the suffix.
fn sink_lists(state: &OperatorState, suffix: &str) -> Result<Vec<List>, Throwable> {
    let mut found = Vec::new();
    for (_, subtask) in &state.subtasks {
        let lists = subtask.lists.as_ref().map(read_lists).transpose()?;
        for (name, elements) in lists.unwrap_or_default() {
            if let Some(name) = name.strip_suffix(suffix)
                && [sink::COMMITTED, sink::PENDING].contains(&name)
            {
                found.push((name.to_owned(), elements));
            }
        }
    }
    Ok(found)
}

/// All lists of strings in a stream.
fn read_lists(handle: &ListsHandle) -> Result<Vec<List>, Throwable> {
    let bytes = handle.stored.read().map_err(|error| io_failure(&error))?;
    let bytes = &*bytes;
    let failed = |error: crate::state::StateError| {
        let place = handle
            .stored
            .file()
            .map(|path| format!("{}: ", path.display()));
        let message = format!("{}{error}", place.unwrap_or_default());
        Throwable::new("java.io.IOException", message)
    };
    let reader = OperatorReader::open(&bytes).map_err(failed)?;
    let mut found = Vec::new();
    for (position, list) in reader.lists().iter().enumerate() {
        let named = |state: &&_| {
            let state: &&crate::metadata::handle::NamedState<'_> = state;
            state.name.to_str() == list.name.as_str()
        };
        let Some(state) = handle.states.iter().find(named) else {
            continue;
        };
        let mut elements = Vec::new();
        let mut keep = |element: Element<'_>| match element {
            Element::String(text) => elements.push(text.to_owned()),
            Element::Long(number) => elements.push(number.to_string()),
        };
        reader
            .elements(position, &state.offsets, &mut keep)
            .map_err(failed)?;
        found.push((list.name.clone(), elements));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_dealt_out_in_runs_as_flink_does() {
        let elements = || (0..5).map(|i| i.to_string()).collect::<Vec<_>>();
        assert_eq!(deal(elements(), 2), [vec!["0", "1", "2"], vec!["3", "4"]]);
        assert_eq!(deal(elements(), 8).concat(), elements());
        assert_eq!(deal(Vec::new(), 3), vec![Vec::<String>::new(); 3]);
    }
}
