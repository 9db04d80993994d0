//! What is found wrong with small snapshots.

use super::*;
use crate::domain::ids::OperatorId;
use crate::inventory::inspection::files::tests::{
    file, incremental, keyed_subtask, operator, operator_subtask, relative, segment, snapshot,
};
use crate::metadata::handle::{ChangelogPart, ChangelogStream, KeyedHandle, Scope, StreamHandle};
use crate::metadata::model::Subtask;

const OWN: &str = "/sp/savepoint-1";

fn needs_of(subtasks: Vec<Subtask<'static>>) -> Needs {
    Needs::of(&snapshot(vec![operator(subtasks)]), OWN)
}

fn streams(streams: Vec<StreamHandle<'static>>) -> Needs {
    let subtasks = streams.into_iter().zip(0..);
    needs_of(
        subtasks
            .map(|(stream, index)| operator_subtask(index, stream))
            .collect(),
    )
}

/// What is needed, as location and least and most bytes.
fn shown(needs: &Needs) -> Vec<(String, u64, u64)> {
    let file = |at| {
        let size = needs.file(at).unwrap().size;
        (needs.location(at).unwrap(), size.at_least, size.at_most)
    };
    (0..needs.len()).map(file).collect()
}

/// The kinds of findings where each file has this size, `None` for a missing one.
fn kinds(needs: &Needs, sizes: &[Option<u64>]) -> Vec<&'static str> {
    let fate = |size: &Option<u64>| size.map_or(Fate::Missing, Fate::There);
    let seen = Seen {
        fates: sizes.iter().map(fate).collect(),
        ..Seen::default()
    };
    let findings = compare(needs, &seen).findings;
    findings.iter().map(|one| one.kind.label()).collect()
}

#[test]
fn a_file_that_several_handles_name_is_needed_once_however_it_is_spelled() {
    let needs = streams(vec![
        relative("b", 5),
        file("file:/sp/savepoint-1/b", 5),
        file("/sp/savepoint-1/a", 3),
        relative("b", 5),
    ]);
    assert_eq!(
        shown(&needs),
        [
            ("/sp/savepoint-1/a".to_owned(), 3, 3),
            ("/sp/savepoint-1/b".to_owned(), 5, 5),
        ]
    );
    assert_eq!((needs.bytes(), needs.directories.len()), (8, 1));
    assert_eq!(needs.find(&needs.directories[0], "b"), Some(1));
    assert_eq!(needs.find(&needs.directories[0], "c"), None);
}

#[test]
fn a_whole_file_has_exactly_its_size() {
    let needs = streams(vec![relative("a", 5)]);
    assert_eq!(kinds(&needs, &[Some(5)]), [""; 0]);
    assert_eq!(kinds(&needs, &[Some(4)]), ["short"]);
    assert_eq!(kinds(&needs, &[Some(6)]), ["long"]);
    assert_eq!(kinds(&needs, &[None]), ["missing"]);
}

#[test]
fn a_file_of_segments_reaches_to_the_end_of_the_last_one() {
    let path = "file:/cp/taskowned/x";
    let needs = streams(vec![
        segment(path, 10, 7, Scope::Exclusive),
        segment(path, 0, 10, Scope::Exclusive),
    ]);
    assert_eq!(
        shown(&needs),
        [("file:/cp/taskowned/x".to_owned(), 17, u64::MAX)]
    );
    assert_eq!(kinds(&needs, &[Some(1000)]), [""; 0]);
    assert_eq!(kinds(&needs, &[Some(16)]), ["short"]);
}

#[test]
fn a_file_of_unknown_size_has_only_to_be_there_and_is_counted() {
    let needs = streams(vec![relative("a", -1), relative("b", 0)]);
    assert_eq!(needs.unknown_sizes(), 1);
    assert_eq!(kinds(&needs, &[Some(99), Some(0)]), [""; 0]);
    assert_eq!(kinds(&needs, &[None, Some(1)]), ["missing", "long"]);
}

#[test]
fn two_handles_that_disagree_on_a_whole_file_cannot_both_be_right() {
    let needs = streams(vec![relative("a", 5), relative("a", 6)]);
    assert_eq!(kinds(&needs, &[Some(5)]), ["short"]);
    assert_eq!(kinds(&needs, &[Some(6)]), ["long"]);
}

#[test]
fn a_changelog_file_may_be_one_byte_longer_than_its_handle_says() {
    let part = ChangelogPart {
        offset: 0,
        handle: Some(file("file:/dstl/x", 100)),
    };
    let handle = KeyedHandle::ChangelogStream(Box::new(ChangelogStream {
        range: crate::domain::key_group::KeyGroupRange { start: 0, count: 8 },
        parts: vec![part],
        size: 100,
        identity: None,
    }));
    let needs = needs_of(vec![keyed_subtask(0, handle)]);
    assert_eq!(kinds(&needs, &[Some(100)]), [""; 0]);
    assert_eq!(kinds(&needs, &[Some(101)]), [""; 0]);
    assert_eq!(kinds(&needs, &[Some(102)]), ["long"]);
    assert_eq!(kinds(&needs, &[Some(99)]), ["short"]);
}

#[test]
fn a_path_that_steps_back_is_a_finding_and_is_not_followed() {
    let needs = streams(vec![
        relative("../other/a", 5),
        file("file:/sp/savepoint-1/../../etc/passwd", 5),
        relative("/etc/passwd", 5),
    ]);
    assert!(needs.is_empty());
    assert_eq!(kinds(&needs, &[]), ["unsafe-path"; 3]);
}

#[test]
fn what_lies_outside_and_what_nobody_names_is_noted_and_strict_makes_findings_of_it() {
    let handle = incremental(
        vec![
            file("s3://b/cp/shared/x", 10),
            file("s3://b/cp/shared/y", 20),
        ],
        vec![],
    );
    let needs = needs_of(vec![keyed_subtask(0, handle)]);
    let seen = Seen {
        fates: vec![Fate::There(5), Fate::There(10), Fate::There(20)],
        beside: vec![Beside {
            name: "left-over".to_owned(),
            size: Some(3),
        }],
        own_was_listed: true,
        ..Seen::default()
    };
    let mut report = compare(&needs, &seen);
    assert_eq!((report.files, report.bytes), (3, 35));
    assert!(report.findings.is_empty(), "{report:?}");
    let shown: Vec<_> = report
        .notes
        .iter()
        .map(|note| (note.kind.label(), note.location.as_str(), note.files))
        .collect();
    assert_eq!(
        shown,
        [
            ("outside", "s3://b/cp/shared", 2),
            ("unreferenced", "/sp/savepoint-1/left-over", 1)
        ]
    );
    report.make_strict();
    assert_eq!((report.findings.len(), report.notes.len()), (2, 0));
}

#[test]
fn a_missing_file_that_lies_beside_the_metadata_tells_of_a_move() {
    let needs = streams(vec![file("file:/old/savepoint-1/a", 5)]);
    let seen = Seen {
        fates: vec![Fate::Missing],
        beside: vec![Beside {
            name: "a".to_owned(),
            size: Some(5),
        }],
        ..Seen::default()
    };
    let findings = compare(&needs, &seen).findings;
    let detail = findings[0].detail.as_deref().unwrap();
    assert!(detail.contains("was moved"), "{detail}");
}

#[test]
fn a_finding_names_the_operator_and_subtask_that_need_the_file() {
    let needs = streams(vec![relative("b", 5), relative("a", 5)]);
    let seen = Seen {
        fates: vec![Fate::Missing, Fate::There(5)],
        ..Seen::default()
    };
    let findings = compare(&needs, &seen).findings;
    let needed_by = findings[0].needed_by.as_ref().unwrap();
    assert_eq!(needed_by.operator.id, OperatorId::from_uid("a"));
    assert_eq!(needed_by.subtask, Some(1));
    assert_eq!(findings[0].location, "/sp/savepoint-1/a");
}

#[test]
fn a_path_without_a_scheme_lies_on_the_snapshots_file_system() {
    let metadata = snapshot(vec![operator(vec![operator_subtask(
        0,
        file("/cp/shared/a b%20+é", 5),
    )])]);
    let needs = Needs::of(&metadata, "hdfs://nn:8020/sp/savepoint-1");
    assert_eq!(
        needs.location(0).as_deref(),
        Some("hdfs://nn:8020/cp/shared/a b%20+é")
    );
}
