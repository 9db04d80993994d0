//! The plan of a job, as Flink draws it: a node for each chain, sinks first.

use serde::Serialize;

use crate::domain::ids::JobId;
use crate::minicluster::coordinator::JobView;
use crate::minicluster::program::{Input, JobGraph, Ship, Vertex};

#[derive(Serialize)]
pub(super) struct Plan {
    jid: String,
    name: String,
    r#type: &'static str,
    nodes: Vec<Node>,
}

#[derive(Serialize)]
struct Node {
    id: String,
    operator: &'static str,
    parallelism: u32,
    operator_strategy: &'static str,
    description: String,
    optimizer_properties: Empty,
    /// Absent for sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<Edge>,
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Edge {
    id: String,
    num: usize,
    exchange: &'static str,
    ship_strategy: &'static str,
}

impl Plan {
    /// That of a job; empty for one that never started.
    pub(super) fn of(job: &JobView) -> Self {
        if job.vertices.is_empty() {
            return Self {
                jid: String::new(),
                name: String::new(),
                r#type: "",
                nodes: Vec::new(),
            };
        }
        Self::new(job.id, &job.graph)
    }

    /// That of a program as it would be run.
    pub(super) fn new(job: JobId, graph: &JobGraph) -> Self {
        Self {
            jid: job.to_string(),
            name: graph.name.clone(),
            r#type: "STREAMING",
            nodes: graph
                .vertices
                .iter()
                .rev()
                .map(|vertex| node(graph, vertex))
                .collect(),
        }
    }
}

fn node(graph: &JobGraph, vertex: &Vertex) -> Node {
    let is_within = |operator: &usize| vertex.operators.contains(operator);
    let operators = vertex
        .operators
        .iter()
        .filter_map(|index| graph.operators.get(*index));
    let inputs = operators.flat_map(|operator| &operator.inputs);
    let inputs = inputs.filter(|input| !is_within(&input.from));
    let edge = |(num, input): (usize, &Input)| Edge {
        id: id_of_chain(graph, input.from),
        num,
        exchange: "pipelined_bounded",
        ship_strategy: match input.ship {
            Ship::Forward => "FORWARD",
            Ship::Rebalance => "REBALANCE",
            Ship::Hash(_) => "HASH",
        },
    };
    Node {
        id: vertex
            .operators
            .first()
            .map_or_else(String::new, |head| id_of_chain(graph, *head)),
        operator: "",
        parallelism: vertex.parallelism,
        operator_strategy: "",
        description: description(graph, vertex),
        optimizer_properties: Empty {},
        inputs: inputs.enumerate().map(edge).collect(),
    }
}

/// The id of the chain that an operator is in: its head's.
fn id_of_chain(graph: &JobGraph, operator: usize) -> String {
    let chain = graph
        .vertices
        .iter()
        .find(|vertex| vertex.operators.contains(&operator));
    let head = chain.and_then(|vertex| vertex.operators.first());
    head.and_then(|head| graph.operators.get(*head))
        .map_or_else(String::new, |head| head.id.to_string())
}

/// The operators of a chain, each below the one it reads: the head, then a branch for each that follows it.
fn description(graph: &JobGraph, vertex: &Vertex) -> String {
    let mut text = String::new();
    let Some(head) = vertex.operators.first() else {
        return text;
    };
    // what is still to be told, the next last, each with the marks before its own
    let mut pending = vec![(*head, String::new(), String::new())];
    while let Some((index, mark, below)) = pending.pop() {
        let Some(operator) = graph.operators.get(index) else {
            continue;
        };
        text.push_str(&mark);
        text.push_str(&operator.name);
        text.push_str("<br/>");
        let reads = |reader: &&usize| {
            let reader = graph.operators.get(**reader);
            reader.is_some_and(|reader| reader.inputs.iter().any(|input| input.from == index))
        };
        let readers: Vec<usize> = vertex.operators.iter().filter(reads).copied().collect();
        for (number, reader) in readers.iter().enumerate().rev() {
            let is_last = number + 1 == readers.len();
            let mark = format!("{below}{}- ", if is_last { '+' } else { ':' });
            let below = format!("{below}{}  ", if is_last { ' ' } else { ':' });
            pending.push((*reader, mark, below));
        }
    }
    text
}
