//! The job's plan, and the names of its vertices, as Flink shows them.

use super::graph::{JobGraph, Ship, Vertex};
use crate::domain::ids::OperatorId;

/// What `GET /jars/:id/plan` and `/jobs/:id/plan` tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// A node per vertex, in Flink's order: from the sources, each behind those that it feeds.
    pub nodes: Vec<PlanNode>,
}

/// A vertex of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanNode {
    /// Its head's operator id.
    pub id: OperatorId,
    /// How many subtasks there are.
    pub parallelism: u32,
    /// The chain as a tree, in the HTML that Flink's console shows.
    pub description: String,
    /// What it reads from other vertices.
    pub inputs: Vec<PlanInput>,
}

/// An edge of the plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanInput {
    /// The vertex that is read.
    pub id: OperatorId,
    /// `FORWARD`, `REBALANCE` or `HASH`.
    pub ship_strategy: &'static str,
}

impl JobGraph {
    /// The job vertex id: the operator id of the chain's head.
    pub fn vertex_id(&self, vertex: &Vertex) -> OperatorId {
        self.operators[vertex.operators[0]].id
    }

    /// The chain in one line: `Source: numbers -> square -> (Sink: a, Sink: b)`.
    pub fn vertex_name(&self, vertex: &Vertex) -> String {
        Layout::of(self).name(vertex.operators[0])
    }

    /// The plan.
    pub fn plan(&self) -> Plan {
        let layout = Layout::of(self);
        let mut walk = Walk {
            layout: &layout,
            seen: vec![false; self.vertices.len()],
            order: Vec::new(),
        };
        for (index, vertex) in self.vertices.iter().enumerate() {
            if self.operators[vertex.operators[0]].inputs.is_empty() {
                walk.visit(index);
            }
        }
        let order = walk.order;
        Plan {
            nodes: order
                .iter()
                .map(|vertex| layout.node(*vertex, &order))
                .collect(),
        }
    }
}

/// An edge that leaves a chain.
struct Leaving {
    from: usize,
    to: usize,
    ship: &'static str,
}

/// Who reads whom, within the chains and between them.
struct Layout<'g> {
    graph: &'g JobGraph,
    /// Per operator its vertex.
    vertex_of: Vec<usize>,
    /// Per operator the readers in its own chain.
    chained: Vec<Vec<usize>>,
    /// Per operator its edges to other vertices.
    leaving: Vec<Vec<Leaving>>,
}

impl<'g> Layout<'g> {
    fn of(graph: &'g JobGraph) -> Self {
        let count = graph.operators.len();
        let mut vertex_of = vec![0; count];
        for (index, vertex) in graph.vertices.iter().enumerate() {
            for operator in &vertex.operators {
                vertex_of[*operator] = index;
            }
        }
        let mut chained = vec![Vec::new(); count];
        let mut leaving: Vec<Vec<Leaving>> = (0..count).map(|_| Vec::new()).collect();
        for (to, operator) in graph.operators.iter().enumerate() {
            for input in &operator.inputs {
                if vertex_of[to] == vertex_of[input.from] {
                    chained[input.from].push(to);
                } else {
                    let ship = strategy(&input.ship);
                    leaving[input.from].push(Leaving {
                        from: input.from,
                        to,
                        ship,
                    });
                }
            }
        }
        Self {
            graph,
            vertex_of,
            chained,
            leaving,
        }
    }

    fn name(&self, operator: usize) -> String {
        let own = &self.graph.operators[operator].name;
        let behind: Vec<String> = self.chained[operator]
            .iter()
            .map(|next| self.name(*next))
            .collect();
        match behind.as_slice() {
            [] => own.clone(),
            [only] => format!("{own} -> {only}"),
            several => format!("{own} -> ({})", several.join(", ")),
        }
    }

    /// The edges that leave a chain, seen from one of its operators, in the order in which Flink finds them.
    fn edges(&self, operator: usize) -> Vec<&Leaving> {
        let behind = self.chained[operator]
            .iter()
            .flat_map(|next| self.edges(*next));
        behind.chain(&self.leaving[operator]).collect()
    }

    fn head(&self, vertex: usize) -> usize {
        self.graph.vertices[vertex].operators[0]
    }

    /// A node of the plan; `order` is that in which Flink makes the vertices, and so their inputs.
    fn node(&self, vertex: usize, order: &[usize]) -> PlanNode {
        let edges = order.iter().flat_map(|other| self.edges(self.head(*other)));
        let inputs = edges
            .filter(|edge| self.vertex_of[edge.to] == vertex)
            .map(|edge| PlanInput {
                id: self.graph.operators[self.head(self.vertex_of[edge.from])].id,
                ship_strategy: edge.ship,
            });
        let mut description = format!("{}<br/>", self.escaped(self.head(vertex)));
        self.describe(self.head(vertex), "", &mut description);
        PlanNode {
            id: self.graph.operators[self.head(vertex)].id,
            parallelism: self.graph.vertices[vertex].parallelism,
            description,
            inputs: inputs.collect(),
        }
    }

    /// What is chained behind an operator, as a tree.
    fn describe(&self, operator: usize, margin: &str, out: &mut String) {
        let behind = &self.chained[operator];
        for (index, next) in behind.iter().enumerate() {
            let (branch, below) = match index + 1 == behind.len() {
                true => ("+- ", "   "),
                false => (":- ", ":  "),
            };
            out.push_str(&format!("{margin}{branch}{}<br/>", self.escaped(*next)));
            self.describe(*next, &format!("{margin}{below}"), out);
        }
    }

    fn escaped(&self, operator: usize) -> String {
        let mut escaped = String::new();
        for c in self.graph.operators[operator].name.chars() {
            match c {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\\' => escaped.push_str("&#92;"),
                other => escaped.push(other),
            }
        }
        escaped
    }
}

/// Depth first: what a vertex feeds comes before it.
struct Walk<'l, 'g> {
    layout: &'l Layout<'g>,
    seen: Vec<bool>,
    order: Vec<usize>,
}

impl Walk<'_, '_> {
    fn visit(&mut self, vertex: usize) {
        if std::mem::replace(&mut self.seen[vertex], true) {
            return;
        }
        for edge in self.layout.edges(self.layout.head(vertex)) {
            self.visit(self.layout.vertex_of[edge.to]);
        }
        self.order.push(vertex);
    }
}

fn strategy(ship: &Ship) -> &'static str {
    match ship {
        Ship::Forward => "FORWARD",
        Ship::Rebalance => "REBALANCE",
        Ship::Hash(_) => "HASH",
    }
}
