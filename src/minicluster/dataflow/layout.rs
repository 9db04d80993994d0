//! Laying the channels of a job: which subtask sends to which, and through which channel of its gate.

use std::sync::Arc;

use super::chain::Reader;
use super::channel::Gate;
use super::output::{Output, Target};
use super::plan::{TaskId, tasks};
use crate::minicluster::program::{JobGraph, Ship};

/// Which channel of which task is whose.
pub(super) struct Layout {
    pub(super) ids: Vec<TaskId>,
    /// In the order of `ids`.
    pub(super) gates: Vec<Arc<Gate>>,
    /// Of each vertex the position of its first task in `ids`.
    first: Vec<usize>,
    /// Of each operator its vertex and its position in it.
    places: Vec<(usize, usize)>,
}

impl Layout {
    pub(super) fn of(graph: &JobGraph) -> Self {
        let mut places = vec![(0, 0); graph.operators.len()];
        for (vertex, it) in graph.vertices.iter().enumerate() {
            for (position, operator) in it.operators.iter().enumerate() {
                places[*operator] = (vertex, position);
            }
        }
        let mut layout = Layout {
            ids: tasks(graph),
            gates: Vec::new(),
            first: Vec::new(),
            places,
        };
        let mut first = 0;
        for vertex in &graph.vertices {
            layout.first.push(first);
            first += vertex.parallelism as usize;
            let head = &graph.operators[vertex.operators[0]];
            let channels = head.inputs.iter();
            let channels = channels.map(|input| layout.channels(graph, input.from, &input.ship));
            let channels = channels.sum();
            for _ in 0..vertex.parallelism {
                layout.gates.push(Arc::new(Gate::new(channels)));
            }
        }
        layout
    }

    /// How many channels a reader has for one input.
    fn channels(&self, graph: &JobGraph, from: usize, ship: &Ship) -> usize {
        match ship {
            Ship::Forward => 1,
            Ship::Rebalance | Ship::Hash(_) => graph.operators[from].parallelism as usize,
        }
    }

    /// A task's outputs: for each operator of its chain who reads it.
    pub(super) fn outputs(&self, graph: &JobGraph, task: TaskId) -> Outputs {
        let chain = &graph.vertices[task.vertex].operators;
        let mut outputs = Outputs {
            readers: vec![Vec::new(); chain.len()],
            outputs: Vec::new(),
        };
        for (reader, operator) in graph.operators.iter().enumerate() {
            let (vertex, position) = self.places[reader];
            let mut channel = 0;
            for input in &operator.inputs {
                let (from_vertex, from_position) = self.places[input.from];
                let channels = self.channels(graph, input.from, &input.ship);
                if from_vertex == task.vertex && vertex == task.vertex && position > 0 {
                    outputs.readers[from_position].push(Reader::Chained(position));
                } else if from_vertex == task.vertex {
                    let to = self.output(graph, task, vertex, (channel, channels), &input.ship);
                    outputs.readers[from_position].push(Reader::Output(outputs.outputs.len()));
                    outputs.outputs.push(to);
                }
                channel += channels;
            }
        }
        outputs
    }

    /// The output to a vertex, whose channels for this input are `(first, count)`.
    fn output(
        &self,
        graph: &JobGraph,
        task: TaskId,
        to: usize,
        (first, count): (usize, usize),
        ship: &Ship,
    ) -> Output {
        let reader = &graph.vertices[to];
        let own = task.subtask as usize;
        let channel = if count == 1 { first } else { first + own };
        let all = (0..reader.parallelism as usize).map(|subtask| Target {
            gate: Arc::clone(&self.gates[self.first[to] + subtask]),
            channel,
        });
        let targets = match ship {
            Ship::Forward => all.skip(own).take(1).collect(),
            Ship::Rebalance | Ship::Hash(_) => all.collect(),
        };
        Output::new(ship.clone(), reader.max_parallelism, targets, own)
    }
}

/// Who reads each operator of a chain.
pub(super) struct Outputs {
    pub(super) readers: Vec<Vec<Reader>>,
    pub(super) outputs: Vec<Output>,
}
