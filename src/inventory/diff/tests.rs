use super::*;
use crate::domain::ids::OperatorId;
use crate::inventory::inspection::files::tests::{
    file, incremental, keyed_subtask, operator, operator_subtask, relative, snapshot,
};
use crate::metadata::handle::{DistributionMode, NamedState, Offsets, StreamHandle};
use crate::metadata::{MetadataVersion, Text};

fn with_states(uid: &str, states: &'static [&'static str]) -> Operator<'static> {
    let mut subtask = operator_subtask(0, relative("a", 5));
    let handle = subtask.state.as_mut().unwrap().managed_operator[0].as_mut();
    handle.unwrap().states = states
        .iter()
        .map(|name| NamedState {
            name: Text::from(*name),
            mode: DistributionMode::Union,
            offsets: Offsets::from_iter([0]),
        })
        .collect();
    Operator {
        id: OperatorId::from_uid(uid),
        ..operator(vec![subtask])
    }
}

fn keyed(uid: &str) -> Operator<'static> {
    Operator {
        id: OperatorId::from_uid(uid),
        ..operator(vec![keyed_subtask(0, incremental(vec![], vec![]))])
    }
}

fn named(name: &'static str, operator: Operator<'static>) -> Operator<'static> {
    Operator {
        name: Some(Text::from(name)),
        ..operator
    }
}

/// Each operator as "what before -> after", with what differs.
fn compared(old: Vec<Operator<'static>>, new: Vec<Operator<'static>>) -> Vec<String> {
    let (old, new) = (snapshot(old), snapshot(new));
    let uids = ["a", "b", "c", "d"];
    let uid = |op: &Operator<'_>| {
        let is_it = |uid: &&&str| OperatorId::from_uid(uid) == op.id;
        uids.iter().find(is_it).unwrap().to_string()
    };
    let pair = |what: &str, pair: &Pair<'_>| {
        let (before, after) = (uid(pair.before), uid(pair.after));
        format!("{what} {before} {after} {:?}", pair.differs)
    };
    let comparison = compare(side(&old), side(&new));
    let operators = comparison.operators.iter();
    operators
        .map(|one| match one {
            Compared::Added(op) => format!("added {}", uid(op)),
            Compared::Removed(op) => format!("removed {}", uid(op)),
            Compared::Kept(one) => pair("kept", one),
            Compared::Renamed(one) => pair("renamed", one),
        })
        .collect()
}

fn side<'m>(metadata: &'m Metadata<'m>) -> Side<'m> {
    Side {
        metadata,
        directory: "/sp/savepoint-1",
    }
}

#[test]
fn operators_are_told_apart_by_their_ids() {
    let found = compared(
        vec![with_states("a", &["x"]), keyed("b")],
        vec![keyed("b"), with_states("c", &["y"])],
    );
    assert_eq!(found, ["kept b b []", "added c", "removed a"]);
}

#[test]
fn the_same_states_under_another_id_look_renamed() {
    let found = compared(
        vec![with_states("a", &["x"]), keyed("b")],
        vec![keyed("c"), with_states("d", &["x"])],
    );
    assert_eq!(found, ["renamed b c []", "renamed a d []"]);
}

#[test]
fn where_several_look_the_same_only_their_names_tell_which_was_renamed() {
    let found = compared(vec![keyed("a"), keyed("b")], vec![keyed("c"), keyed("d")]);
    assert_eq!(found, ["added c", "added d", "removed a", "removed b"]);
    let found = compared(
        vec![named("one", keyed("a")), named("two", keyed("b"))],
        vec![named("two", keyed("c")), named("one", keyed("d"))],
    );
    assert_eq!(found, ["renamed b c []", "renamed a d []"]);
    let found = compared(
        vec![named("one", keyed("a")), named("two", keyed("b"))],
        vec![named("other", keyed("c")), named("one", keyed("d"))],
    );
    assert_eq!(found, ["renamed b c []", "renamed a d []"]);
}

#[test]
fn operators_without_state_are_never_called_renamed() {
    let empty = |uid| Operator {
        id: OperatorId::from_uid(uid),
        ..operator(vec![])
    };
    assert_eq!(
        compared(vec![empty("a")], vec![empty("b")]),
        ["added b", "removed a"]
    );
}

#[test]
fn every_part_of_the_shape_is_told() {
    let before = with_states("a", &["x", "y"]);
    let wider = Operator {
        parallelism: 8,
        ..before.clone()
    };
    let other_max = Operator {
        max_parallelism: Some(256),
        ..before.clone()
    };
    let unrecorded = Operator {
        max_parallelism: None,
        ..before.clone()
    };
    let finished = Operator {
        fully_finished: true,
        subtasks: Vec::new(),
        ..before.clone()
    };
    for (after, differs) in [
        (before.clone(), "[]"),
        (wider, "[Parallelism]"),
        (other_max, "[MaxParallelism]"),
        (unrecorded, "[]"),
        (with_states("a", &["x", "z"]), "[States]"),
        (keyed("a"), "[States]"),
        (finished, "[FullyFinished]"),
    ] {
        let found = compared(vec![before.clone()], vec![after]);
        assert_eq!(found, [format!("kept a a {differs}")]);
    }
}

#[test]
fn sizes_alone_leave_the_shape_as_it_is_and_the_version_does_not() {
    let of = |size| {
        snapshot(vec![operator(vec![operator_subtask(
            0,
            relative("a", size),
        )])])
    };
    let (old, mut new) = (of(5), of(7));
    assert!(compare(side(&old), side(&new)).is_same_shape());
    new.format = Format::Versioned(MetadataVersion::V6);
    assert!(!compare(side(&old), side(&new)).is_same_shape());
}

#[test]
fn a_file_counts_as_shared_however_it_is_spelled() {
    let of = |stream: StreamHandle<'static>| {
        snapshot(vec![operator(vec![
            operator_subtask(0, stream),
            operator_subtask(1, file("file:/cp/shared/b", 3)),
        ])])
    };
    let old = of(relative("a", 5));
    let new = of(file("file:///sp/savepoint-1/a", 5));
    let shared = compare(side(&old), side(&new)).shared;
    assert_eq!(shared, SharedByBoth { files: 2, size: 8 });
    let elsewhere = Side {
        metadata: &old,
        directory: "/sp/savepoint-2",
    };
    assert_eq!(
        compare(elsewhere, side(&new)).shared,
        SharedByBoth { files: 1, size: 3 }
    );
}
