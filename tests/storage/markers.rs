//! Objects that stand for directories, as Hadoop's connectors write them, are no files and go with their directories.

use serde_json::Value;

use crate::offline::{offline, savepoint};
use crate::places::AZURITE_KEY;
use crate::servers::{BUCKET, Servers};
use crate::tool::Tool;
use crate::witness::Witness;

/// What is tried, and its name.
type Named = (&'static str, fn(&Servers));

/// The trials.
pub const TRIALS: [Named; 2] = [
    (
        "on_azure_a_marker_is_no_file_and_goes_with_its_directory",
        on_azure,
    ),
    (
        "on_gcs_a_marker_is_no_file_and_goes_with_its_directory",
        on_gcs,
    ),
];

/// Hadoop's connector puts an empty object `DIRECTORY/` in place of each directory.
fn on_gcs(servers: &Servers) {
    let host = servers.gcs().said.trim_start_matches("http://");
    let base = format!("gs://{BUCKET}");
    marked(
        &servers.witness_of_gcs(),
        &base,
        ("STORAGE_EMULATOR_HOST", host),
        "/",
    );
}

/// Azure's drivers put an empty object `DIRECTORY` there that says of itself what it is.
fn on_azure(servers: &Servers) {
    let endpoint = &servers.azure().said;
    let connection =
        format!("AccountName=devstoreaccount1;AccountKey={AZURITE_KEY};BlobEndpoint={endpoint}");
    let base = format!("abfss://{BUCKET}@devstoreaccount1.dfs.core.windows.net");
    let variable = ("AZURE_STORAGE_CONNECTION_STRING", connection.as_str());
    marked(&servers.witness_of_azure(), &base, variable, "");
}

fn marked(witness: &Witness, base: &str, (name, value): (&str, &str), end: &str) {
    let top = format!("{base}/top");
    let above = format!("{top}/marked of%20it");
    let location = format!("{above}/savepoint-1");
    let run = |tool: Tool| {
        let mut tool = tool;
        tool.env(name, value);
        tool.run()
    };
    let tool = |words: &[&str]| Tool::new(&std::env::temp_dir()).args(words);
    let files = savepoint();
    for (name, bytes) in &files {
        witness.put(&format!("{location}/{name}"), bytes);
    }
    for directory in [&above, &location, &format!("{above}/savepoint-2")] {
        witness.put_marker(directory);
    }
    assert_eq!(witness.files(&top).len(), files.len() + 3);
    let said = run(tool(&[
        "list",
        "--no-cluster",
        "--dir",
        &above,
        "-o",
        "json",
    ]));
    let listed = said.exits(0).json();
    let snapshots = listed["snapshots"].as_array().unwrap();
    let complete = |one: &&Value| one["complete"] == true;
    assert_eq!(snapshots.len(), 2, "{said}");
    assert_eq!(snapshots.iter().filter(complete).count(), 1, "{said}");
    let said = run(tool(&["verify", "--strict", &location, "-o", "json"]));
    assert_eq!(said.exits(0).json()["files"], files.len() - 1, "{said}");
    let said = run(offline(&location).args(["--dry-run", "-o", "json"]));
    let plan = said.exits(0).json();
    let one = &plan["snapshots"][0];
    assert_eq!(one["files"], files.len(), "{said}");
    assert_eq!(one["unknown_files"], Value::Array(Vec::new()), "{said}");
    run(offline(&location)).exits(0);
    let left = || -> Vec<String> { witness.files(&top).into_keys().collect() };
    let above_alone = format!("marked of%20it{end}");
    let bare = format!("marked of%20it/savepoint-2{end}");
    assert_eq!(
        left(),
        [above_alone.clone(), bare],
        "the markers of the others"
    );
    run(offline(&location)).fails(4, "does not exist");
    // nothing but a marker: what is left of a deletion, or a directory that was made too early
    let bare = format!("{above}/savepoint-2");
    run(offline(&bare)).fails(7, "nothing lies in it");
    run(offline(&bare).args(["--force"])).exits(0);
    assert_eq!(left(), [above_alone]);
}
