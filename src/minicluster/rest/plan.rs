//! The plan of a job, as Flink draws it.

use serde::Serialize;

use crate::domain::ids::JobId;
use crate::minicluster::coordinator::JobView;
use crate::minicluster::program::{JobGraph, PlanInput, PlanNode};

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
            nodes: graph.plan().nodes.into_iter().map(Node::from).collect(),
        }
    }
}

impl From<PlanNode> for Node {
    fn from(node: PlanNode) -> Self {
        let edge = |(num, input): (usize, PlanInput)| Edge {
            id: input.id.to_string(),
            num,
            exchange: "pipelined_bounded",
            ship_strategy: input.ship_strategy,
        };
        Self {
            id: node.id.to_string(),
            operator: "",
            parallelism: node.parallelism,
            operator_strategy: "",
            description: node.description,
            optimizer_properties: Empty {},
            inputs: node.inputs.into_iter().enumerate().map(edge).collect(),
        }
    }
}
