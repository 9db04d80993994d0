//! Structures of which real Flink (2.3.0) said what ids, names and plan they have: the same program was written in
//! Java, without uids, and its job graph printed.

use super::*;

const NUMBERS: &str = "type = 'sequence'; name = 's'; end = 100";
const MAP: &str = "type = 'map'; function = 'add'; value = 1; name = 'm'";
const KEY: &str = "type = 'key-by'; key = 'modulo'; value = 10";

/// Of each chain: its name, and its operators' ids, the head first.
fn chains(graph: &JobGraph) -> Vec<(String, Vec<String>)> {
    let ids = |vertex: &Vertex| {
        vertex
            .operators
            .iter()
            .map(|index| graph.operators[*index].id.to_string())
            .collect()
    };
    graph
        .vertices
        .iter()
        .map(|vertex| (graph.vertex_name(vertex), ids(vertex)))
        .collect()
}

#[track_caller]
fn assert_chains(operators: &[&str], parallelism: u32, expected: &[(&str, &[&str])]) -> JobGraph {
    let options = CompileOptions {
        parallelism,
        ..CompileOptions::default()
    };
    let graph = compiled(&program(operators), &options).unwrap();
    let expected: Vec<(String, Vec<String>)> = expected
        .iter()
        .map(|(name, ids)| {
            (
                (*name).to_owned(),
                ids.iter().map(|id| (*id).to_owned()).collect(),
            )
        })
        .collect();
    assert_eq!(chains(&graph), expected);
    graph
}

/// Per node of the plan: id, description, and its inputs with how they are shipped.
fn plan(graph: &JobGraph) -> Vec<(String, String, Vec<String>)> {
    let input = |input: &PlanInput| format!("{} {}", input.ship_strategy, input.id);
    let nodes = graph.plan().nodes.into_iter();
    nodes
        .map(|node| {
            (
                node.id.to_string(),
                node.description,
                node.inputs.iter().map(input).collect(),
            )
        })
        .collect()
}

fn node(id: &str, description: &str, inputs: &[&str]) -> (String, String, Vec<String>) {
    (
        id.to_owned(),
        description.to_owned(),
        inputs.iter().map(|input| (*input).to_owned()).collect(),
    )
}

#[test]
fn a_line_of_operators_is_two_chains_around_the_key_by() {
    let graph = assert_chains(
        &[
            NUMBERS,
            MAP,
            KEY,
            "type = 'sum'; name = 'count'",
            "type = 'discard'; name = 'out'",
        ],
        2,
        &[
            (
                "Source: s -> m",
                &[
                    "cbc357ccb763df2852fee8c4fc7d55f2",
                    "7df19f87deec5680128845fd9a6ca18d",
                ],
            ),
            (
                "count -> Sink: out",
                &[
                    "90bea66de1c231edf33913ecd54406c1",
                    "17fbfcaabad45985bbdf4da0490487e3",
                ],
            ),
        ],
    );
    assert_eq!(
        plan(&graph),
        [
            node(
                "90bea66de1c231edf33913ecd54406c1",
                "count<br/>+- Sink: out<br/>",
                &["HASH cbc357ccb763df2852fee8c4fc7d55f2"]
            ),
            node(
                "cbc357ccb763df2852fee8c4fc7d55f2",
                "Source: s<br/>+- m<br/>",
                &[]
            ),
        ]
    );
}

#[test]
fn a_sink_of_another_parallelism_is_a_chain_of_its_own() {
    let graph = assert_chains(
        &[
            NUMBERS,
            MAP,
            KEY,
            "type = 'sum'; name = 'count'",
            "type = 'discard'; name = 'out'; parallelism = 1",
        ],
        2,
        &[
            (
                "Source: s -> m",
                &[
                    "cbc357ccb763df2852fee8c4fc7d55f2",
                    "7df19f87deec5680128845fd9a6ca18d",
                ],
            ),
            ("count", &["9dd63673dd41ea021b896d5203f3ba7c"]),
            ("Sink: out", &["1a936cb48657826a536f331e9fb33b5e"]),
        ],
    );
    assert_eq!(
        plan(&graph)[0].2,
        ["REBALANCE 9dd63673dd41ea021b896d5203f3ba7c"]
    );
}

#[test]
fn two_sources_in_one_key_by_feed_one_chain() {
    let graph = assert_chains(
        &[
            "type = 'sequence'; name = 'one'",
            "type = 'sequence'; name = 'two'",
            "type = 'map'; function = 'add'; value = 1; name = 'm1'; input = 'one'",
            "type = 'key-by'; input = ['m1', 'two']",
            "type = 'sum'; name = 'c'",
            "type = 'discard'; name = 'out'",
        ],
        1,
        &[
            (
                "Source: one -> m1",
                &[
                    "cbc357ccb763df2852fee8c4fc7d55f2",
                    "2be4fe38b4ce63aa5bffc06b65e24e03",
                ],
            ),
            ("Source: two", &["feca28aff5a3958840bee985ee7de4d3"]),
            (
                "c -> Sink: out",
                &[
                    "685fa031c53f27eb72e36aade80e27bb",
                    "d8cc4f3c3c9208e7806fe085260758ac",
                ],
            ),
        ],
    );
    assert_eq!(
        plan(&graph),
        [
            node(
                "685fa031c53f27eb72e36aade80e27bb",
                "c<br/>+- Sink: out<br/>",
                &[
                    "HASH cbc357ccb763df2852fee8c4fc7d55f2",
                    "HASH feca28aff5a3958840bee985ee7de4d3"
                ],
            ),
            node(
                "cbc357ccb763df2852fee8c4fc7d55f2",
                "Source: one<br/>+- m1<br/>",
                &[]
            ),
            node("feca28aff5a3958840bee985ee7de4d3", "Source: two<br/>", &[]),
        ]
    );
}

#[test]
fn a_chain_forks_and_its_name_and_tree_show_that() {
    let graph = assert_chains(
        &[
            NUMBERS,
            MAP,
            "type = 'discard'; name = 'a'",
            "type = 'map'; function = 'add'; value = 1; name = 'n'; input = 'm'",
            "type = 'discard'; name = 'b'",
            "type = 'key-by'; input = 'm'",
            "type = 'sum'; name = 'r'",
            "type = 'discard'; name = 'c'",
        ],
        1,
        &[
            (
                "Source: s -> m -> (Sink: a, n -> Sink: b)",
                &[
                    "cbc357ccb763df2852fee8c4fc7d55f2",
                    "8b66bce9f80f19736cb554745e27f15e",
                    "6b41151dfba2a5f165b47cdbc7b8eaaf",
                    "fe33aa173cad303efd93131735727815",
                    "657e41be011c7c7292dbaf59a54abfa8",
                ],
            ),
            (
                "r -> Sink: c",
                &[
                    "40bfd0f82d541c246a284abc9317e243",
                    "3835ab2c4f8bdc9e6f25592427559a09",
                ],
            ),
        ],
    );
    let tree = "Source: s<br/>+- m<br/>   :- Sink: a<br/>   +- n<br/>      +- Sink: b<br/>";
    assert_eq!(plan(&graph)[1].1, tree);
}

#[test]
fn a_uid_in_the_middle_stops_what_is_before_it_from_changing_ids_behind() {
    assert_chains(
        &[
            NUMBERS,
            "type = 'map'; function = 'add'; value = 1; name = 'm'; uid = 'middle'",
            "type = 'map'; function = 'add'; value = 1; name = 'n'",
            "type = 'discard'; name = 'b'",
        ],
        1,
        &[(
            "Source: s -> m -> n -> Sink: b",
            &[
                "cbc357ccb763df2852fee8c4fc7d55f2",
                "f73175f9ea73916693e7da1cbd5638cb",
                "1a7e4c13d55df60b72568c0df27e9f87",
                "9d3b16d48e4b9e633ab0d2416e3e1ea5",
            ],
        )],
    );
}

#[test]
fn a_source_of_another_parallelism_is_rebalanced() {
    let graph = assert_chains(
        &[
            "type = 'sequence'; name = 's'; parallelism = 1",
            MAP,
            "type = 'discard'; name = 'b'",
        ],
        2,
        &[
            ("Source: s", &["bc764cd8ddf7a0cff126f51c16239658"]),
            (
                "m -> Sink: b",
                &[
                    "20ba6b65f97481d5570070de90e4e791",
                    "c09dc291fad93d575e015871097bfc60",
                ],
            ),
        ],
    );
    assert_eq!(
        plan(&graph)[0].2,
        ["REBALANCE bc764cd8ddf7a0cff126f51c16239658"]
    );
}

#[test]
fn max_parallelism_of_one_operator_is_that_of_its_chain() {
    let graph = assert_chains(
        &[
            NUMBERS,
            "type = 'map'; function = 'add'; value = 1; name = 'm'; max_parallelism = 4",
            "type = 'discard'; name = 'b'",
        ],
        2,
        &[(
            "Source: s -> m -> Sink: b",
            &[
                "cbc357ccb763df2852fee8c4fc7d55f2",
                "570f707193e0fe32f4d86d067aba243b",
                "b728d985904d42b0fdd945a9e3253fca",
            ],
        )],
    );
    assert_eq!(graph.vertices[0].max_parallelism, 4);
    assert!(
        graph
            .operators
            .iter()
            .all(|operator| operator.max_parallelism == 4)
    );
}

#[test]
fn paths_that_meet_wait_for_the_last_of_them() {
    let graph = assert_chains(
        &[
            NUMBERS,
            "type = 'sequence'; name = 't'",
            MAP,
            "type = 'map'; function = 'add'; value = 1; name = 'n'; input = 's'",
            "type = 'discard'; name = 'o'; input = ['m', 'n']",
            "type = 'discard'; name = 'p'; input = 'n'",
        ],
        1,
        &[
            (
                "Source: s -> n -> Sink: p",
                &[
                    "cbc357ccb763df2852fee8c4fc7d55f2",
                    "268c6e26884db845b34fbed5b355f2be",
                    "bdc1858fb5fcf409dc07029b236d3503",
                ],
            ),
            (
                "Source: t -> m",
                &[
                    "6cdc5bb954874d922eaee11a8e7b5dd5",
                    "eb99017e0f9125fa6648bf56123bdcf7",
                ],
            ),
            ("Sink: o", &["01fe08b906e1cacbd71b17e37f6f7dde"]),
        ],
    );
    let ids: Vec<String> = plan(&graph).into_iter().map(|(id, ..)| id).collect();
    assert_eq!(
        ids,
        [
            "01fe08b906e1cacbd71b17e37f6f7dde",
            "cbc357ccb763df2852fee8c4fc7d55f2",
            "6cdc5bb954874d922eaee11a8e7b5dd5"
        ]
    );
    assert_eq!(
        plan(&graph)[0].2,
        [
            "FORWARD cbc357ccb763df2852fee8c4fc7d55f2",
            "FORWARD 6cdc5bb954874d922eaee11a8e7b5dd5"
        ]
    );
}

#[test]
fn without_chaining_every_operator_is_a_vertex_and_has_another_id() {
    let operators = [NUMBERS, MAP, KEY, "type = 'sum'", "type = 'discard'"];
    let options = CompileOptions {
        parallelism: 2,
        chaining: false,
        ..CompileOptions::default()
    };
    let graph = compiled(&program(&operators), &options).unwrap();
    let ids: Vec<String> = graph
        .operators
        .iter()
        .map(|operator| operator.id.to_string())
        .collect();
    assert_eq!(
        ids,
        [
            "bc764cd8ddf7a0cff126f51c16239658",
            "0a448493b4782967b150582570326227",
            "ea632d67b7d595e5b851708ae9ad79d6",
            "6d2677a0ecc3fd8df0b72ec675edf8f4",
        ]
    );
    assert_eq!(graph.vertices.len(), 4);
}
