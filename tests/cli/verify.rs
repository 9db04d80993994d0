//! `verify`

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::{Value, json};

use savepointctl::metadata::{self, Metadata, MetadataVersion};

use super::run::{Dir, Outcome, tool};
use super::snapshots::*;

/// A directory of snapshots and their files.
struct Storage(Dir);

impl Storage {
    fn new() -> Self {
        Self(Dir::new())
    }

    fn at(&self, below: &str) -> String {
        self.0.path().join(below).to_str().unwrap().to_owned()
    }

    fn file(&self, below: &str, size: usize) {
        self.0.file(below, &"x".repeat(size));
    }

    fn snapshot(&self, below: &str, metadata: &Metadata<'_>) {
        let file = format!("{below}/_metadata");
        self.0.file(&file, "");
        fs::write(self.at(&file), metadata::write(metadata).unwrap()).unwrap();
    }

    /// A savepoint with one file of ten bytes.
    fn small(&self, below: &str) {
        self.snapshot(below, &small());
        self.file(&format!("{below}/data-1"), 10);
    }

    /// A checkpoint `chk-7` with a file of its own and shared ones of three bytes.
    fn checkpoint(&self, shared: &[&str]) {
        let handles = shared.iter().map(|name| {
            let path = format!("file:{}", self.at(&format!("shared/{name}")));
            file(path, 3)
        });
        let handle = with_keyed(0, incremental(handles.collect()));
        let operators = vec![named("Map", "map-id", vec![handle])];
        self.snapshot("chk-7", &snapshot(MetadataVersion::V6, operators));
        self.file("chk-7/meta", 5);
        for name in shared {
            self.file(&format!("shared/{name}"), 3);
        }
    }

    fn verify(&self, words: &[&str]) -> Outcome {
        tool(["verify"]).args(words).within(self.0.path()).run()
    }
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn a_whole_snapshot_has_no_findings_however_it_is_named() {
    let storage = Storage::new();
    storage.small("savepoint-1");
    for named in ["savepoint-1", "savepoint-1/_metadata", "./savepoint-1/"] {
        let outcome = storage.verify(&[named, "-o", "json"]);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let at = storage.at("savepoint-1");
        assert_eq!(
            json(&outcome),
            json!({
                "location": at,
                "metadata_path": format!("{at}/_metadata"),
                "files": 1,
                "bytes": 10,
                "unknown_size": 0,
                "opened": 0,
                "findings": [],
                "notes": [],
            })
        );
    }
}

#[test]
fn a_missing_a_short_and_a_long_file_are_findings() {
    let storage = Storage::new();
    storage.checkpoint(&["a", "b", "c", "d"]);
    fs::remove_file(storage.at("shared/a")).unwrap();
    storage.file("shared/b", 2);
    storage.file("shared/c", 4);
    let outcome = storage.verify(&["chk-7", "-o", "json"]);
    assert_eq!(outcome.code, 6, "{outcome:?}");
    let document = json(&outcome);
    let finding = |at: usize| {
        let one = &document["findings"][at];
        [&one["kind"], &one["expected_size"], &one["found_size"]].map(Clone::clone)
    };
    assert_eq!(finding(0), [json!("missing"), json!(3), json!(null)]);
    assert_eq!(finding(1), [json!("short"), json!(3), json!(2)]);
    assert_eq!(finding(2), [json!("long"), json!(3), json!(4)]);
    let first = &document["findings"][0];
    assert_eq!(
        first["location"],
        format!("file:{}", storage.at("shared/a"))
    );
    assert_eq!(
        (&first["operator_name"], &first["subtask"]),
        (&json!("Map"), &json!(0))
    );
    let shown = storage.verify(&["chk-7"]);
    assert!(shown.stdout.contains("missing"), "{shown:?}");
    assert!(shown.stdout.contains("Map [0]"), "{shown:?}");
}

#[test]
fn what_lies_outside_or_is_left_over_is_a_note_and_strict_makes_findings_of_it() {
    let storage = Storage::new();
    storage.checkpoint(&["a", "b"]);
    storage.file("chk-7/left-over", 1);
    let outcome = storage.verify(&["chk-7", "-o", "json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let notes = json(&outcome)["notes"].clone();
    assert_eq!(
        (&notes[0]["kind"], &notes[0]["files"]),
        (&json!("outside"), &json!(2))
    );
    assert_eq!(notes[1]["kind"], "unreferenced");
    assert_eq!(notes[1]["location"], storage.at("chk-7/left-over"));
    let strict = storage.verify(&["chk-7", "--strict", "-o", "json"]);
    assert_eq!(strict.code, 6, "{strict:?}");
    assert_eq!(json(&strict)["findings"], notes);
}

#[test]
fn a_path_that_steps_back_is_a_finding_and_is_not_followed() {
    let storage = Storage::new();
    storage.file("outside", 10);
    let stream = with_stream(0, relative("../outside", 10));
    let operators = vec![named("a", "a", vec![stream])];
    storage.snapshot("savepoint-1", &snapshot(MetadataVersion::V6, operators));
    let outcome = storage.verify(&["savepoint-1", "-o", "json"]);
    assert_eq!(outcome.code, 6, "{outcome:?}");
    let finding = json(&outcome)["findings"][0].clone();
    assert_eq!(
        (&finding["kind"], &finding["path"], &finding["location"]),
        (&json!("unsafe-path"), &json!("../outside"), &json!(null))
    );
}

#[test]
fn names_are_taken_as_they_are() {
    let storage = Storage::new();
    let names = ["a b", "50%41", "a+b", "é键"];
    storage.checkpoint(&names);
    let outcome = storage.verify(&["chk-7", "-o", "json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for name in names {
        storage.small(&format!("{name}/savepoint-{name}"));
    }
    let outcome = storage.verify(&["--dir", ".", "-o", "json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(json(&outcome)["snapshots"].as_array().unwrap().len(), 5);
}

#[test]
fn broken_metadata_of_the_named_snapshot_is_a_failure_and_below_a_directory_a_finding() {
    let storage = Storage::new();
    storage.small("savepoint-1");
    storage.small("savepoint-2");
    let file = storage.at("savepoint-2/_metadata");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..30]).unwrap();
    storage
        .verify(&["savepoint-2"])
        .fails(1, &["cannot decode", "savepoint-2/_metadata"]);
    let outcome = storage.verify(&["--dir", ".", "-o", "json"]);
    assert_eq!(outcome.code, 6, "{outcome:?}");
    let snapshots = json(&outcome)["snapshots"].clone();
    assert_eq!(snapshots[0]["findings"], json!([]));
    assert_eq!(snapshots[1]["findings"][0]["kind"], "undecodable");
    storage.verify(&["--dir", ".", "-o", "name"]).is(
        6,
        &format!("{}\n", storage.at("savepoint-2")),
        &[],
    );
}

#[test]
fn below_a_directory_each_snapshot_has_a_line_and_an_incomplete_one_a_note() {
    let storage = Storage::new();
    storage.small("savepoint-1");
    storage.small("team/savepoint-2");
    storage.file("team/savepoint-3/data", 1);
    let outcome = storage.verify(&["--dir", "."]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{outcome:?}");
    assert!(lines[1].starts_with("ok ") && lines[1].ends_with("/savepoint-1"));
    assert!(lines[3].starts_with("incomplete ") && lines[3].ends_with("/team/savepoint-3"));
    let strict = storage.verify(&["--dir", ".", "--strict"]);
    assert_eq!(strict.code, 6, "{strict:?}");
}

#[test]
fn what_is_not_there_is_not_found_and_what_is_no_directory_is_said() {
    let storage = Storage::new();
    storage.verify(&["savepoint-1"]).fails(4, &["savepoint-1"]);
    storage
        .verify(&["--dir", "nowhere"])
        .fails(4, &["cannot look into", "nowhere"]);
    storage.verify(&[]).is(2, "", &["SNAPSHOT"]);
}

#[test]
fn the_rest_is_checked_where_one_directory_cannot_be_looked_into() {
    let storage = Storage::new();
    storage.small("sp/savepoint-1");
    let outcome = storage.verify(&["--dir", "sp", "--dir", "nowhere", "-o", "json"]);
    assert_eq!(outcome.code, 8, "{outcome:?}");
    assert!(outcome.stderr.contains("nowhere"), "{outcome:?}");
    assert_eq!(json(&outcome)["snapshots"].as_array().unwrap().len(), 1);
}

#[test]
fn what_cannot_be_looked_at_is_not_called_missing() {
    let storage = Storage::new();
    storage.checkpoint(&["a"]);
    fs::remove_file(storage.at("shared/a")).unwrap();
    symlink("a", storage.at("shared/a")).unwrap();
    let outcome = storage.verify(&["chk-7", "-o", "json"]);
    assert_eq!(outcome.code, 5, "{outcome:?}");
    assert_eq!(json(&outcome)["findings"][0]["kind"], "unreadable");
    fs::remove_file(storage.at("chk-7/meta")).unwrap();
    assert_eq!(storage.verify(&["chk-7"]).code, 6);
}

#[test]
fn metadata_that_ends_too_early_for_flink_is_a_finding() {
    let storage = Storage::new();
    storage.small("savepoint-1");
    let file = storage.at("savepoint-1/_metadata");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    let outcome = storage.verify(&["savepoint-1", "-o", "json"]);
    assert_eq!(outcome.code, 6, "{outcome:?}");
    let finding = json(&outcome)["findings"][0].clone();
    assert_eq!(
        (&finding["kind"], &finding["location"]),
        (&json!("undecodable"), &json!(file))
    );
}
