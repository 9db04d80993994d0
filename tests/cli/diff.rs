//! `diff`

use savepointctl::metadata::MetadataVersion::V6;
use serde_json::{Value, json};

use super::answers;
use super::run::{Dir, Outcome, at, tool};
use super::server::Flink;
use super::snapshots::{file, named, relative, snapshot, with_stream};

fn of_size(size: i64) -> savepointctl::metadata::Metadata<'static> {
    let shared = file("file:/sp/shared/x".to_owned(), 40);
    let subtasks = vec![
        with_stream(0, relative("data-1", size)),
        with_stream(1, shared),
    ];
    snapshot(V6, vec![named("Source: gen", "source-id", subtasks)])
}

fn diff(words: &[&str]) -> Outcome {
    tool(["diff"]).args(words).run()
}

#[test]
fn sizes_alone_are_shown_and_are_the_same_shape() {
    let dir = Dir::new();
    let (a, b) = (
        dir.snapshot("a", &of_size(100)),
        dir.snapshot("b", &of_size(400)),
    );
    let outcome = diff(&[&a, &b]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    for said in [
        "140 B -> 440 B",
        "+214 %",
        "the same shape",
        "they share 1 file (40 B)",
    ] {
        assert!(outcome.stdout.contains(said), "{said}: {outcome:?}");
    }
    diff(&[&a, &b, "-o", "name"]).is(0, "", &[]);
}

#[test]
fn a_difference_is_exit_6_and_the_json_says_all_of_it() {
    let dir = Dir::new();
    let mut new = of_size(100);
    let other = named("Sink", "sink-id", vec![]);
    new.operators[0].parallelism = 4;
    new.operators.push(other);
    let (a, b) = (dir.snapshot("a", &of_size(100)), dir.snapshot("b", &new));
    let outcome = diff(&[&a, &b, "-o", "json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (6, ""));
    let shown: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let side = |location: &str| {
        json!({"location": location, "metadata_version": 6, "checkpoint_id": 42, "snapshot_type": "savepoint",
            "format": "native", "state_size": 140, "files": 2, "files_size": 140})
    };
    let operator = |parallelism: u32| {
        json!({"parallelism": parallelism, "max_parallelism": 128, "fully_finished": false, "state_size": 140,
            "kinds": ["operator"], "states": []})
    };
    let expected = json!({
        "same_shape": false, "before": side(&a), "after": side(&b), "state_size_growth": 0,
        "shared_files": 1, "shared_files_size": 40,
        "operators": [
            {"change": "changed", "id": "bd9c186e89cc37a76d776844dfa8ccba", "previous_id": null,
                "name": "Source: gen", "uid": "source-id", "differences": ["parallelism"],
                "state_size_growth": 0, "before": operator(2), "after": operator(4)},
            {"change": "added", "id": "b2bc5a6680a755404d35a7edb8fc77f4", "previous_id": null,
                "name": "Sink", "uid": "sink-id", "differences": [], "state_size_growth": 0, "before": null,
                "after": {"parallelism": 2, "max_parallelism": 128, "fully_finished": false, "state_size": 0,
                    "kinds": [], "states": []}},
        ],
    });
    assert_eq!(shown, expected);
    let names = "bd9c186e89cc37a76d776844dfa8ccba\nb2bc5a6680a755404d35a7edb8fc77f4\n";
    diff(&[&a, &b, "-o", "name"]).is(6, names, &[]);
    let table = diff(&[&b, &a]).stdout;
    for said in ["removed", "Sink", "4 -> 2", "1 removed, 1 changed"] {
        assert!(table.contains(said), "{said}: {table}");
    }
}

#[test]
fn an_operator_with_another_uid_looks_renamed() {
    let dir = Dir::new();
    let mut new = of_size(100);
    let renamed = named("Source: gen", "other-id", new.operators[0].subtasks.clone());
    new.operators = vec![renamed];
    let (a, b) = (dir.snapshot("a", &of_size(100)), dir.snapshot("b", &new));
    let outcome = diff(&[&a, &b]);
    assert_eq!(outcome.code, 6);
    let said = "looks renamed: bd9c186e89cc37a76d776844dfa8ccba is ";
    assert!(outcome.stdout.contains(said), "{outcome:?}");
}

#[test]
fn references_are_resolved_over_one_look_at_the_cluster() {
    let dir = Dir::new();
    let (a, b) = (
        dir.snapshot("a", &of_size(100)),
        dir.snapshot("b", &of_size(400)),
    );
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let snapshots = vec![
        answers::complete(2, "SAVEPOINT", 1_795_343_588_012, &b),
        answers::complete(1, "SAVEPOINT", 1_795_343_578_012, &a),
    ];
    flink.set_history(&job, snapshots);
    let outcome = at(&flink, "diff latest~1:orders latest -o json").run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let shown: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(shown["before"]["location"], json!(a));
    assert_eq!(shown["after"]["location"], json!(b));
    assert_eq!(flink.requests_of("GET /jobs/overview").len(), 1);
}

#[test]
fn what_is_missing_broken_or_mistyped_has_an_exit_code_of_its_own() {
    let dir = Dir::new();
    let a = dir.snapshot("a", &of_size(100));
    let broken = dir.file("broken/_metadata", b"\x49\x60\x67\x2d\0\0\0\x06\0\0");
    let missing = format!("{}/missing", dir.path().display());
    diff(&[&a, &missing]).fails(4, &["cannot compare", "missing"]);
    diff(&[&broken, &a]).fails(1, &["cannot decode", "broken/_metadata"]);
    assert_eq!(diff(&[&a]).code, 2);
    diff(&[&a, "latest"]).fails(2, &["no cluster is named"]);
}
