//! The sample programs in `examples/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use super::*;
use crate::domain::ids::OperatorId;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

fn example(file: &str) -> JobGraph {
    let directory = directory();
    let content = fs::read(directory.join(file)).unwrap();
    let source = ProgramSource {
        file,
        directory: &directory,
        content: &content,
    };
    compile(source, &CompileOptions::default()).unwrap()
}

/// The ids of the operators that have state: the source and the count.
fn stateful(graph: &JobGraph) -> BTreeSet<OperatorId> {
    let has_state =
        |kind: &Kind| kind.is_source() || matches!(kind, Kind::Aggregate(_) | Kind::File { .. });
    let operators = graph.operators.iter();
    operators
        .filter(|operator| has_state(&operator.kind))
        .map(|operator| operator.id)
        .collect()
}

#[test]
fn every_example_compiles_and_the_readme_tells_of_it() {
    let readme = fs::read_to_string(directory().join("README.md")).unwrap();
    let mut programs = 0;
    for entry in fs::read_dir(directory()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if name.ends_with(".toml") {
            example(&name);
            assert!(readme.contains(&format!("`{name}`")), "{name}");
            programs += 1;
        }
    }
    assert_eq!(programs, 6);
}

#[test]
fn the_counter_loses_its_state_by_the_change_and_with_uids_it_does_not() {
    let [before, after] =
        ["counter.toml", "counter-changed.toml"].map(|file| stateful(&example(file)));
    assert!(before.is_disjoint(&after), "{before:?} {after:?}");
    let [before, after] =
        ["counter-uids.toml", "counter-uids-changed.toml"].map(|file| stateful(&example(file)));
    assert_eq!(before, after);
    assert_eq!(before.len(), 2);
}

#[test]
fn all_state_of_the_word_count_is_found_by_uid() {
    let graph = example("word-count.toml");
    let ids: BTreeSet<OperatorId> = ["text", "count", "counts"].map(OperatorId::from_uid).into();
    assert_eq!(stateful(&graph), ids);
}

#[test]
fn the_readme_names_everything_that_a_program_may_say() {
    let readme = fs::read_to_string(directory().join("README.md")).unwrap();
    let words = step::TYPES.iter().map(|(name, _)| *name);
    let words = words.chain(named::FUNCTIONS.iter().map(|(name, _)| *name));
    let words = words.chain(named::PREDICATES.iter().map(|(name, _)| *name));
    let words = words.chain(named::KEYS.iter().map(|(name, _)| *name));
    let words = words.chain(file::JOB.iter().copied());
    let missing: Vec<&str> = words
        .filter(|word| !readme.contains(&format!("`{word}`")))
        .collect();
    assert_eq!(missing, [""; 0]);
}
