//! What programs become.

use std::time::Duration;

use super::*;

#[test]
fn a_program_says_everything_about_its_job() {
    let graph = graph(
        r#"
        [job]
        name = "numbers by last digit"
        parallelism = 2
        max_parallelism = 16
        checkpoint_interval = "1s"
        checkpoint_timeout = "10 min"
        restart_attempts = 3

        [[operator]]
        type = "sequence"
        from = 5
        end = 1_000
        rate = 100
        name = "numbers"
        uid = "numbers"
        parallelism = 1

        [[operator]]
        type = "key-by"
        key = "modulo"
        value = 10

        [[operator]]
        type = "count"

        [[operator]]
        type = "file"
        path = "out.txt"
        parallelism = 1
        "#,
    );
    assert_eq!(graph.name, "numbers by last digit");
    assert_eq!(graph.checkpoint_interval, Some(Duration::from_secs(1)));
    assert_eq!(graph.checkpoint_timeout, Some(Duration::from_secs(600)));
    assert_eq!(graph.restart_attempts, Some(3));
    let [numbers, count, file] = graph.operators.as_slice() else {
        panic!("{:?}", graph.operators);
    };
    let kind = Kind::Sequence {
        from: 5,
        end: Some(1000),
        rate: Some(100.0),
    };
    assert_eq!(numbers.kind, kind);
    assert_eq!(numbers.uid.as_deref(), Some("numbers"));
    assert_eq!((numbers.parallelism, numbers.max_parallelism), (1, 16));
    assert_eq!(numbers.output, Some(Type::Long));
    assert_eq!(
        count.inputs,
        [Input {
            from: 0,
            ship: Ship::Hash(KeySelector::Modulo(10))
        }]
    );
    assert_eq!(count.output, Some(Type::Entry(KeyType::Long)));
    assert_eq!(
        file.inputs,
        [Input {
            from: 1,
            ship: Ship::Rebalance
        }]
    );
    assert_eq!(file.output, None);
    let Kind::File { path } = &file.kind else {
        panic!("{file:?}")
    };
    assert_eq!(*path, Path::new(env!("CARGO_MANIFEST_DIR")).join("out.txt"));
}

#[test]
fn what_a_program_does_not_say_is_as_flink_has_it() {
    let graph = graph(&program(&[
        "type = 'lines'; path = 'Cargo.toml'",
        "type = 'print'",
    ]));
    assert_eq!(graph.name, "counter");
    assert_eq!(graph.checkpoint_interval, None);
    assert_eq!(
        (
            graph.operators[0].parallelism,
            graph.operators[0].max_parallelism
        ),
        (1, 128)
    );
    assert_eq!(
        graph.vertex_name(&graph.vertices[0]),
        "Source: lines -> Sink: print"
    );
}

#[test]
fn the_program_s_own_parallelism_counts_more_than_the_submission_s() {
    let program = program(&["type = 'sequence'; parallelism = 1", "type = 'discard'"]);
    let options = CompileOptions {
        parallelism: 3,
        ..CompileOptions::default()
    };
    let parallelism = |text: &str| {
        let graph = compiled(text, &options).unwrap();
        graph
            .operators
            .iter()
            .map(|operator| operator.parallelism)
            .collect::<Vec<_>>()
    };
    assert_eq!(parallelism(&program), [1, 3]);
    assert_eq!(
        parallelism(&format!("[job]\nparallelism = 2\n{program}")),
        [1, 2]
    );
}

#[test]
fn a_key_by_takes_what_is_there_to_be_a_key() {
    let graph = graph(&program(&[
        "type = 'lines'; path = 'Cargo.toml'",
        "type = 'key-by'",
        "type = 'count'",
        "type = 'key-by'",
        "type = 'max'",
        "type = 'print'",
    ]));
    let ships: Vec<&Ship> = graph.operators[1..3]
        .iter()
        .map(|operator| &operator.inputs[0].ship)
        .collect();
    assert_eq!(
        ships,
        [
            &Ship::Hash(KeySelector::Itself),
            &Ship::Hash(KeySelector::EntryKey)
        ]
    );
    assert_eq!(
        graph.operators[2].output,
        Some(Type::Entry(KeyType::String))
    );
}

#[test]
fn an_operator_may_read_one_further_down() {
    let graph = graph(&program(&[
        "type = 'discard'; input = 'numbers'",
        "type = 'sequence'; name = 'numbers'",
    ]));
    let names: Vec<&str> = graph
        .operators
        .iter()
        .map(|operator| operator.name.as_str())
        .collect();
    assert_eq!(names, ["Source: numbers", "Sink: discard"]);
}

#[test]
fn max_parallelism_that_differs_is_no_chain() {
    let graph = graph(&program(&[
        "type = 'sequence'; max_parallelism = 8",
        "type = 'discard'; max_parallelism = 4",
    ]));
    assert_eq!(graph.vertices.len(), 2);
    assert_eq!(graph.operators[1].inputs[0].ship, Ship::Forward);
}

const COUNTER: &[&str] = &[
    "type = 'sequence'",
    "type = 'key-by'",
    "type = 'count'",
    "type = 'discard'",
];
/// With one operator more in the middle.
const CHANGED: &[&str] = &[
    "type = 'sequence'",
    "type = 'filter'; keep = 'even'",
    "type = 'key-by'",
    "type = 'count'",
    "type = 'discard'",
];

fn id_of(graph: &JobGraph, name: &str) -> String {
    let operator = graph
        .operators
        .iter()
        .find(|operator| operator.name == name);
    operator.unwrap().id.to_string()
}

#[test]
fn an_unchanged_program_keeps_its_ids_whatever_else_it_is_called() {
    let before = graph(&program(COUNTER));
    let renamed = program(COUNTER).replace("type = 'count'", "type = 'count'\nname = 'other'");
    let after = graph(&format!("[job]\nname = 'b'\nparallelism = 4\n{renamed}"));
    let ids = |graph: &JobGraph| {
        graph
            .operators
            .iter()
            .map(|operator| operator.id)
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&before), ids(&after));
}

#[test]
fn a_changed_program_has_other_ids_behind_the_change() {
    let [before, after] = [COUNTER, CHANGED].map(|operators| graph(&program(operators)));
    assert_ne!(id_of(&before, "count"), id_of(&after, "count"));
}

#[test]
fn a_changed_program_keeps_the_ids_of_operators_with_uids() {
    let with_uid = |operators: &[&str]| {
        let text =
            program(operators).replace("type = 'count'", "type = 'count'\nuid = 'counter-id'");
        id_of(&graph(&text), "count")
    };
    assert_eq!(with_uid(COUNTER), "e464826d320d0351136b0d372c600a5e");
    assert_eq!(with_uid(COUNTER), with_uid(CHANGED));
}

#[test]
fn with_strict_chains_the_whole_chain_has_its_head_s_id() {
    let options = CompileOptions {
        strict_chains: true,
        ..CompileOptions::default()
    };
    let operators = [
        "type = 'sequence'; uid = 'source-id'",
        "type = 'map'; function = 'to-string'",
        "type = 'print'",
    ];
    let graph = compiled(&program(&operators), &options).unwrap();
    for operator in &graph.operators {
        assert_eq!(
            operator.id.to_string(),
            "bd9c186e89cc37a76d776844dfa8ccba",
            "{}",
            operator.name
        );
    }
}

#[test]
fn names_in_the_plan_are_safe_in_html() {
    let graph = graph(&program(&[
        "type = 'sequence'; name = '<b>&'",
        "type = 'discard'",
    ]));
    assert_eq!(
        graph.plan().nodes[0].description,
        "Source: &lt;b&gt;&amp;<br/>+- Sink: discard<br/>"
    );
}
