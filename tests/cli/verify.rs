//! `verify`

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use savepointctl::metadata::MetadataVersion;

use super::run::Outcome;
use super::snapshots::*;
use super::storage::Storage;

fn verify(storage: &Storage, words: &[&str]) -> Outcome {
    storage.run(&[&["verify"], words].concat())
}

fn json(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn a_whole_snapshot_has_no_findings_however_it_is_named() {
    let storage = Storage::new();
    storage.small("savepoint-1");
    for named in ["savepoint-1", "savepoint-1/_metadata", "./savepoint-1/"] {
        let outcome = verify(&storage, &[named, "-o", "json"]);
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
    let outcome = verify(&storage, &["chk-7", "-o", "json"]);
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
    let shown = verify(&storage, &["chk-7"]);
    assert!(shown.stdout.contains("missing"), "{shown:?}");
    assert!(shown.stdout.contains("Map [0]"), "{shown:?}");
}

#[test]
fn what_lies_outside_or_is_left_over_is_a_note_and_strict_makes_findings_of_it() {
    let storage = Storage::new();
    storage.checkpoint(&["a", "b"]);
    storage.file("chk-7/left-over", 1);
    let outcome = verify(&storage, &["chk-7", "-o", "json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let notes = json(&outcome)["notes"].clone();
    assert_eq!(
        (&notes[0]["kind"], &notes[0]["files"]),
        (&json!("outside"), &json!(2))
    );
    assert_eq!(notes[1]["kind"], "unreferenced");
    assert_eq!(notes[1]["location"], storage.at("chk-7/left-over"));
    let strict = verify(&storage, &["chk-7", "--strict", "-o", "json"]);
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
    let outcome = verify(&storage, &["savepoint-1", "-o", "json"]);
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
    let outcome = verify(&storage, &["chk-7", "-o", "json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for name in names {
        storage.small(&format!("{name}/savepoint-{name}"));
    }
    let outcome = verify(&storage, &["--dir", ".", "-o", "json"]);
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
    verify(&storage, &["savepoint-2"]).fails(1, &["cannot decode", "savepoint-2/_metadata"]);
    let outcome = verify(&storage, &["--dir", ".", "-o", "json"]);
    assert_eq!(outcome.code, 6, "{outcome:?}");
    let snapshots = json(&outcome)["snapshots"].clone();
    assert_eq!(snapshots[0]["findings"], json!([]));
    assert_eq!(snapshots[1]["findings"][0]["kind"], "undecodable");
    verify(&storage, &["--dir", ".", "-o", "name"]).is(
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
    let outcome = verify(&storage, &["--dir", "."]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{outcome:?}");
    assert!(lines[1].starts_with("ok ") && lines[1].ends_with("/savepoint-1"));
    assert!(lines[3].starts_with("incomplete ") && lines[3].ends_with("/team/savepoint-3"));
    let strict = verify(&storage, &["--dir", ".", "--strict"]);
    assert_eq!(strict.code, 6, "{strict:?}");
}

#[test]
fn what_is_not_there_is_not_found_and_what_is_no_directory_is_said() {
    let storage = Storage::new();
    verify(&storage, &["savepoint-1"]).fails(4, &["savepoint-1"]);
    verify(&storage, &["--dir", "nowhere"]).fails(4, &["cannot look into", "nowhere"]);
    verify(&storage, &[]).is(2, "", &["SNAPSHOT"]);
}

#[test]
fn the_rest_is_checked_where_one_directory_cannot_be_looked_into() {
    let storage = Storage::new();
    storage.small("sp/savepoint-1");
    let outcome = verify(&storage, &["--dir", "sp", "--dir", "nowhere", "-o", "json"]);
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
    let outcome = verify(&storage, &["chk-7", "-o", "json"]);
    assert_eq!(outcome.code, 5, "{outcome:?}");
    assert_eq!(json(&outcome)["findings"][0]["kind"], "unreadable");
    fs::remove_file(storage.at("chk-7/meta")).unwrap();
    assert_eq!(verify(&storage, &["chk-7"]).code, 6);
}

#[test]
fn metadata_that_ends_too_early_for_flink_is_a_finding() {
    let storage = Storage::new();
    storage.small("savepoint-1");
    let file = storage.at("savepoint-1/_metadata");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..whole.len() - 1]).unwrap();
    let outcome = verify(&storage, &["savepoint-1", "-o", "json"]);
    assert_eq!(outcome.code, 6, "{outcome:?}");
    let finding = json(&outcome)["findings"][0].clone();
    assert_eq!(
        (&finding["kind"], &finding["location"]),
        (&json!("undecodable"), &json!(file))
    );
}

/// A savepoint of Flink 2.3, copied: its files are relative.
fn savepoint_of_flink(storage: &Storage) -> String {
    let fixture = "tests/fixtures/metadata/2.3.0-heap-savepoint/savepoint-19756d-01cb0eb14e21";
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join(fixture);
    fs::create_dir(storage.at("savepoint-1")).unwrap();
    for entry in fs::read_dir(fixture).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        fs::copy(entry.path(), storage.at(&format!("savepoint-1/{name}"))).unwrap();
    }
    "savepoint-1".to_owned()
}

#[test]
fn what_is_in_the_files_is_looked_at_with_read_alone() {
    let storage = Storage::new();
    let named = savepoint_of_flink(&storage);
    let sound = verify(&storage, &[&named, "--read", "-o", "json"]);
    assert_eq!(sound.code, 0, "{sound:?}");
    let document = json(&sound);
    assert_eq!(document["opened"], document["files"]);
    assert_eq!(document["findings"], json!([]));

    let keyed = fs::read_dir(storage.at(&named))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let keyed = keyed.filter(|path| path.file_name().unwrap() != "_metadata");
    let keyed: Vec<_> = keyed.collect();
    let mut bytes = fs::read(&keyed[0]).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 0xff; // of the mark at the end of the last key group
    fs::write(&keyed[0], bytes).unwrap();
    assert_eq!(verify(&storage, &[&named]).code, 0);
    for word in [["--read"], ["--read-subset=100%"]] {
        let damaged = verify(
            &storage,
            &[&[named.as_str(), "-o", "json"], &word[..]].concat(),
        );
        assert_eq!(damaged.code, 6, "{damaged:?}");
        let finding = &json(&damaged)["findings"][0];
        assert_eq!(finding["kind"], "undecodable");
        assert_eq!(finding["location"], keyed[0].to_str().unwrap());
        assert_eq!(finding["operator_name"], "keyed");
    }
    let below = verify(&storage, &["--dir", ".", "--read", "-o", "name"]);
    assert_eq!(below.code, 6, "{below:?}");
    verify(&storage, &[&named, "--read-subset", "5"]).is(2, "", &["5%"]);
}

#[test]
fn a_share_that_has_none_of_the_files_says_so_and_a_needless_dir_is_told() {
    let storage = Storage::new();
    storage.small("savepoint-1");
    let words = ["savepoint-1", "--read-subset", "0.0001%", "--dir", "."];
    let checked = verify(&storage, &words);
    assert_eq!(checked.code, 0, "{checked:?}");
    for said in ["note: 0 of 1 files opened", "--dir is where latest"] {
        assert!(checked.stderr.contains(said), "{checked:?}");
    }
}

#[test]
fn uids_come_out_of_pipes_too() {
    let storage = Storage::new();
    storage.small("savepoint-1");
    let at = storage.at("savepoint-1");
    for command in ["inspect", "preflight"] {
        let line = format!("echo some-uid | savepointctl {command} {at} --uids /dev/stdin");
        let ran = super::run::shell(&line).run();
        assert!(matches!(ran.code, 0 | 6), "{ran:?}");
        assert!(!ran.stderr.contains("cannot read"), "{ran:?}");
    }
    let endless = format!("savepointctl inspect {at} --uids /dev/zero");
    super::run::shell(&endless).run().fails(2, &["more than"]);
}
