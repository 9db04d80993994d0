//! `/jars`, `/jars/upload`, `/jars/:id/run`, `/jars/:id/plan`, `/jobs/:id/exceptions`.

use serde::Deserialize;

use crate::domain::ids::ParseIdError;
use crate::domain::plan::{Plan, PlanVertex};

/// The answer to an upload.
#[derive(Deserialize)]
pub(in crate::rest) struct Uploaded {
    /// A path on the server; its last element is the jar's id.
    pub(in crate::rest) filename: String,
}

/// `GET /jars`.
#[derive(Deserialize)]
pub(in crate::rest) struct Jars {
    pub(in crate::rest) files: Vec<JarFile>,
}

/// A jar in the cluster.
#[derive(Deserialize)]
pub(in crate::rest) struct JarFile {
    pub(in crate::rest) id: String,
    pub(in crate::rest) name: String,
}

/// The answer to a run.
#[derive(Deserialize)]
pub(in crate::rest) struct Run {
    pub(in crate::rest) jobid: String,
}

/// The answer to a plan, as it stands.
#[derive(Deserialize)]
pub(in crate::rest) struct RawPlan {
    pub(in crate::rest) plan: serde_json::Value,
}

/// The answer to a plan.
#[derive(Deserialize)]
pub(in crate::rest) struct Planned {
    plan: PlannedJob,
}

#[derive(Deserialize)]
struct PlannedJob {
    nodes: Vec<PlannedNode>,
}

#[derive(Deserialize)]
struct PlannedNode {
    id: String,
    parallelism: u32,
    /// For a page: each operator of the chain in a line of its own, as in `count<br/>+- tally<br/>`.
    #[serde(default)]
    description: String,
    #[serde(default)]
    inputs: Vec<PlannedInput>,
}

#[derive(Deserialize)]
struct PlannedInput {
    num: i64,
    id: String,
}

impl Planned {
    /// # Errors
    /// An id that is none.
    pub(in crate::rest) fn into_plan(self) -> Result<Plan, ParseIdError> {
        let vertices = self.plan.nodes.into_iter().map(PlannedNode::into_vertex);
        Ok(Plan {
            vertices: vertices.collect::<Result<_, _>>()?,
        })
    }
}

impl PlannedNode {
    fn into_vertex(mut self) -> Result<PlanVertex, ParseIdError> {
        self.inputs.sort_by_key(|input| input.num);
        let inputs = self.inputs.iter().map(|input| input.id.parse());
        Ok(PlanVertex {
            id: self.id.parse()?,
            operators: operators(&self.description),
            parallelism: self.parallelism,
            inputs: inputs.collect::<Result<_, _>>()?,
        })
    }
}

/// The names in a description: a tree with an operator a line, or with `pipeline.vertex-description-mode: CASCADING` one
/// line with arrows, of which only the first name can be told from the others.
fn operators(description: &str) -> Vec<String> {
    let lines = description
        .split("<br/>")
        .filter(|line| !line.trim().is_empty());
    let of_tree: Vec<String> = lines
        .map(|line| plain(line.trim_start_matches([' ', ':', '+', '-'])))
        .collect();
    match of_tree.as_slice() {
        [] => vec![String::new()],
        [one] => {
            let of_line = one.split(" -> ").map(|name| name.trim().to_owned());
            of_line.collect()
        }
        _ => of_tree,
    }
}

/// A text of a page as plain text.
fn plain(html: &str) -> String {
    const ENTITIES: &[(&str, &str)] = &[
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&#92;", "\\"),
        // last, or an escaped entity would be taken for one
        ("&amp;", "&"),
    ];
    let text = ENTITIES
        .iter()
        .fold(html.to_owned(), |text, (entity, c)| text.replace(entity, c));
    text.trim().to_owned()
}

/// `GET /jobs/:id/exceptions`: `exceptionHistory` since 1.13; up to 1.20 `root-exception` besides.
#[derive(Deserialize)]
pub(in crate::rest) struct Exceptions {
    #[serde(default, rename = "exceptionHistory")]
    history: Option<ExceptionHistory>,
    #[serde(default, rename = "root-exception")]
    root: Option<String>,
}

#[derive(Deserialize)]
struct ExceptionHistory {
    #[serde(default)]
    entries: Vec<ExceptionEntry>,
}

#[derive(Deserialize)]
struct ExceptionEntry {
    #[serde(default)]
    stacktrace: String,
}

impl Exceptions {
    /// The newest stack trace.
    pub(in crate::rest) fn newest(self) -> Option<String> {
        let newest = self
            .history
            .and_then(|history| history.entries.into_iter().next());
        newest
            .map(|entry| entry.stacktrace)
            .or(self.root)
            .filter(|text| !text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_of_real_flink_names_its_vertices_chains_and_inputs() {
        let answer = r#"{"plan":{"jid":"d6b28f2308529c68ad8ab90c26d31795","name":"counter","type":"STREAMING","nodes":[
            {"id":"b71731f1c0df9c3076c4a455334d0ad6","operator":"","parallelism":2,"operator_strategy":"",
             "description":"count<br/>+- tally<br/>","inputs":[{"id":"e5a72f353fc1e6bbf3bd96a41384998c","num":0,
             "exchange":"pipelined_bounded","ship_strategy":"HASH"}],"optimizer_properties":{}},
            {"id":"e5a72f353fc1e6bbf3bd96a41384998c","operator":"","parallelism":1,"operator_strategy":"",
             "description":"Source: source<br/>+- pace<br/>","optimizer_properties":{}}]}}"#;
        let plan = serde_json::from_str::<Planned>(answer)
            .unwrap()
            .into_plan()
            .unwrap();
        let [count, source] = &plan.vertices[..] else {
            panic!("{plan:?}")
        };
        assert_eq!(count.operators, ["count", "tally"]);
        assert_eq!(
            (count.parallelism, &count.inputs[..]),
            (2, &[source.id][..])
        );
        assert_eq!(source.operators, ["Source: source", "pace"]);
        assert!(source.inputs.is_empty());
    }

    #[test]
    fn a_chain_is_read_from_a_tree_or_a_line_without_the_marks_of_a_page() {
        let tree = "a &lt;b&gt;<br/>:- c &amp;lt;<br/>:  +- d<br/>+- e<br/>";
        assert_eq!(operators(tree), ["a <b>", "c &lt;", "d", "e"]);
        assert_eq!(operators("a -&gt; b"), ["a", "b"]);
        assert_eq!(operators(""), [""]);
    }
}
