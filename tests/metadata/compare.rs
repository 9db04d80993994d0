//! What Flink reads in the fixtures, what `inspect` prints of a snapshot, and how the two are compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The folder of the fixtures.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/metadata")
}

/// What Flink reads in each fixture, with the fixture's metadata file.
pub fn expected() -> Vec<(PathBuf, Value)> {
    let text = fs::read_to_string(fixtures().join("expected.jsonl")).unwrap();
    let document = |line: &str| {
        let document: Value = serde_json::from_str(line).unwrap();
        let path = document["metadata_path"].as_str().unwrap();
        (fixtures().join(path), document)
    };
    text.lines().map(document).collect()
}

/// What `inspect --output json` prints.
pub fn inspect(location: &Path) -> Value {
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
pub fn differences(at: &str, wanted: &Value, got: &Value, found: &mut Vec<String>) {
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
