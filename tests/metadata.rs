//! `inspect --output json` on snapshots that real Flink made, against what Flink's own loader reads in them: see
//! `tests/fixtures/metadata/README.md`. Needs no Java.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/metadata")
}

/// What Flink reads in each fixture, with the fixture's metadata file.
fn expected() -> Vec<(PathBuf, Value)> {
    let text = fs::read_to_string(fixtures().join("expected.jsonl")).unwrap();
    let document = |line: &str| {
        let document: Value = serde_json::from_str(line).unwrap();
        let path = document["metadata_path"].as_str().unwrap();
        (fixtures().join(path), document)
    };
    text.lines().map(document).collect()
}

fn inspect(location: &Path) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_savepointctl"))
        .args(["inspect", "--output", "json"])
        .arg(location)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{}: {}: {errors}",
        location.display(),
        output.status
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Where an element of a list belongs, where the order of that list carries no meaning: operators, subtasks, states
/// and parts. Handles have none of these fields, and keep their order.
fn place(element: &Value) -> Vec<String> {
    let fields = ["id", "index", "name", "storage", "path", "start", "size"];
    fields
        .iter()
        .filter_map(|field| match element.get(field)? {
            Value::Null => None,
            Value::Number(number) => Some(format!("{:>20}", number.to_string())),
            other => Some(other.to_string()),
        })
        .collect()
}

/// Says where `got` is not what is `wanted`. It may have more fields.
fn differences(at: &str, wanted: &Value, got: &Value, found: &mut Vec<String>) {
    match (wanted, got) {
        (Value::Object(fields), Value::Object(_)) => {
            for (name, value) in fields.iter().filter(|(name, _)| *name != "metadata_path") {
                let other = got.get(name).unwrap_or(&Value::Null);
                differences(&format!("{at}.{name}"), value, other, found);
            }
        }
        (Value::Array(wanted), Value::Array(got)) => {
            if wanted.len() != got.len() {
                found.push(format!("{at}: wanted {wanted:?}, got {got:?}"));
                return;
            }
            let sorted = |list: &Vec<Value>| {
                let mut list = list.clone();
                list.sort_by_cached_key(place);
                list
            };
            for (i, (wanted, got)) in sorted(wanted).iter().zip(sorted(got)).enumerate() {
                differences(&format!("{at}[{i}]"), wanted, &got, found);
            }
        }
        _ if wanted == got => {}
        _ => found.push(format!("{at}: wanted {wanted}, got {got}")),
    }
}

#[test]
fn inspect_reads_in_every_fixture_what_flink_reads() {
    let mut found = Vec::new();
    for (metadata, wanted) in expected() {
        let name = metadata.strip_prefix(fixtures()).unwrap();
        let got = inspect(metadata.parent().unwrap());
        differences(&name.display().to_string(), &wanted, &got, &mut found);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn inspect_takes_the_metadata_file_for_its_folder() {
    let (metadata, _) = expected().remove(0);
    let of_folder = inspect(metadata.parent().unwrap());
    let mut of_file = inspect(&metadata);
    of_file["metadata_path"] = of_folder["metadata_path"].clone();
    assert_eq!(of_file, of_folder);
}

#[test]
fn every_fixture_has_a_line_of_what_flink_reads() {
    let folder = |path: PathBuf| {
        let below = path.strip_prefix(fixtures()).unwrap().to_owned();
        PathBuf::from(below.iter().next().unwrap())
    };
    let mut expected: Vec<PathBuf> = expected()
        .into_iter()
        .map(|(path, _)| folder(path))
        .collect();
    let entries = fs::read_dir(fixtures()).unwrap();
    let mut present: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(folder)
        .collect();
    expected.sort();
    present.sort();
    assert_eq!(expected, present);
}
