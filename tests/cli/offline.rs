//! `dispose --offline`

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use savepointctl::metadata::Metadata;
use savepointctl::metadata::MetadataVersion::V6;
use serde_json::{Value, json};

use super::answers::{self, NOW};
use super::run::{Dir, Outcome, Tool, shell, tool};
use super::server::{Answer, Flink};
use super::snapshots::{file, named, relative, snapshot, with_stream};

/// A directory with snapshots, each with a file of its own.
struct Bench(Dir);

fn using(files: &[&str]) -> Metadata<'static> {
    let streams = files.iter().map(|path| match path.starts_with('/') {
        true => file(format!("file:{path}"), 5),
        false => relative(path, 5),
    });
    let subtasks = (0..)
        .zip(streams)
        .map(|(index, stream)| with_stream(index, stream));
    snapshot(
        V6,
        vec![named("Source: gen", "source-id", subtasks.collect())],
    )
}

impl Bench {
    fn new() -> Self {
        Self(Dir::new())
    }

    fn path(&self, below: &str) -> String {
        self.0.path().join(below).to_str().unwrap().to_owned()
    }

    /// A snapshot with a file of its own, and these that lie elsewhere; gives back its directory.
    fn snapshot(&self, below: &str, elsewhere: &[&str]) -> String {
        self.0.file(&format!("{below}/data-1"), "state");
        self.0
            .snapshot(below, &using(&[&["data-1"], elsewhere].concat()))
    }

    fn has(&self, below: &str) -> bool {
        Path::new(&self.path(below)).symlink_metadata().is_ok()
    }
}

fn offline<'a>(words: impl IntoIterator<Item = &'a str>) -> Tool {
    tool(["dispose", "--offline"]).args(words)
}

fn dispose(words: &[&str]) -> Outcome {
    offline(["--yes"]).args(words).run()
}

fn plan(words: &[&str]) -> Value {
    let outcome = offline(["--dry-run", "-o", "json"]).args(words).run();
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{outcome:?}"))
}

#[test]
fn a_snapshot_that_nobody_uses_goes_with_its_directory_and_its_location_is_printed() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &["/nowhere/x"]);
    bench.snapshot("sp/savepoint-2", &[]);
    let outcome = dispose(&[&location]);
    let below = format!("below {}", bench.path("sp"));
    outcome.is(
        0,
        &format!("{location}\n"),
        &[&below, "no cluster is named"],
    );
    assert!(!bench.has("sp/savepoint-1") && bench.has("sp/savepoint-2/data-1"));
    let location = bench.path("sp/savepoint-2");
    let uri = format!("file://{location}/_metadata");
    let outcome = offline(["-y", &uri, "-o", "json"]).run();
    let shown: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(
        shown,
        json!({"location": uri, "disposed": true, "trigger_id": null})
    );
    assert!(!bench.has("sp/savepoint-2"));
}

#[test]
fn a_dry_run_shows_all_that_would_go_and_why_and_deletes_nothing() {
    let bench = Bench::new();
    let first = bench.snapshot("sp/savepoint-1", &["/nowhere/x"]);
    let own = format!("{first}/data-1");
    let user = bench.snapshot("sp/chk-2", &[&own]);
    let third = bench.snapshot("sp/savepoint-3", &["/nowhere/x"]);
    bench.0.file("sp/savepoint-3/notes", "x");
    let size = |location: &str| fs::metadata(format!("{location}/_metadata")).unwrap().len() + 5;
    let shown = plan(&[&first, &third, "--force"]);
    let expected = json!({"roots": [bench.path("sp")], "snapshots": [
        {"location": third, "complete": true, "dispose": true, "forced": true,
            "reason": "it holds 1 file that its metadata does not name: notes", "files": 3,
            "files_size": size(&third) + 1, "unknown_files": ["notes"], "files_elsewhere": 1},
        {"location": first, "complete": true, "dispose": false, "forced": false,
            "reason": format!("{user} uses files of it"), "files": 2, "files_size": size(&first),
            "unknown_files": [], "files_elsewhere": 1},
    ]});
    assert_eq!(shown, expected);
    let table = offline(["--dry-run", &first, &third]).run();
    assert_eq!(table.code, 7, "{table:?}");
    let names = offline(["--dry-run", "--force", "-o", "name", &first, &third]).run();
    names.is(0, &format!("{third}\n"), &[]);
    assert!(bench.has("sp/savepoint-3/notes") && bench.has("sp/savepoint-1/data-1"));
}

#[test]
fn what_another_snapshot_uses_is_kept_wherever_that_lies_and_force_changes_nothing() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let own = format!("{location}/data-1");
    bench.snapshot("cp/0123456789abcdef0123456789abcdef/chk-3", &[&own]);
    let root = bench.path("cp");
    let refused = |words: &[&str]| {
        dispose(&[&[location.as_str()], words].concat())
            .fails(7, &["is kept", "chk-3 uses files of it"]);
    };
    refused(&["--root", &root]);
    refused(&["--root", &root, "--force"]);
    refused(&["--dir", &root]);
    // the directories of the configuration are looked through by themselves
    let conf = Dir::new();
    conf.file(
        "config.yaml",
        format!("execution.checkpointing.dir: file://{root}\n"),
    );
    let configured =
        || offline(["--yes", &location]).env("FLINK_CONF_DIR", conf.path().to_str().unwrap());
    configured().run().fails(7, &["chk-3 uses files of it"]);
    assert!(bench.has("sp/savepoint-1/data-1"));
    fs::remove_dir_all(bench.path("cp")).unwrap();
    assert_eq!(configured().run().code, 0);
}

#[test]
fn unknown_files_are_named_and_go_only_by_force() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    bench.0.file("sp/savepoint-1/notes", "x");
    dispose(&[&location]).fails(7, &["does not name: notes", "--force"]);
    assert!(bench.has("sp/savepoint-1/_metadata"));
    dispose(&[&location, "--force"]).is(0, &format!("{location}\n"), &[]);
    assert!(!bench.has("sp/savepoint-1"));
}

#[test]
fn links_are_never_followed() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &["/nowhere/x"]);
    bench.0.file("precious/file", "x");
    symlink(bench.path("sp/savepoint-1"), bench.path("sp/link")).unwrap();
    let link = bench.path("sp/link");
    for force in [&[][..], &["--force"]] {
        let outcome = dispose(&[&[link.as_str()], force].concat());
        outcome.fails(7, &["symbolic link to", &location]);
    }
    // a directory by a link is never looked into
    symlink(bench.path("precious"), bench.path("sp/savepoint-1/below")).unwrap();
    dispose(&[&location, "--force"]).fails(7, &["the directory below"]);
    fs::remove_file(bench.path("sp/savepoint-1/below")).unwrap();
    // of a file by a link only the link goes
    symlink(
        bench.path("precious/file"),
        bench.path("sp/savepoint-1/more"),
    )
    .unwrap();
    assert_eq!(dispose(&[&location, "--force"]).code, 0);
    assert!(!bench.has("sp/savepoint-1") && bench.has("precious/file"));
}

#[test]
fn a_file_is_known_by_where_it_lies_however_its_path_is_spelled() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    symlink(bench.path("sp"), bench.path("alias")).unwrap();
    let alias = bench.path("alias/savepoint-1/data-1");
    bench.snapshot("sp/savepoint-2", &[&alias]);
    dispose(&[&location]).fails(7, &["savepoint-2 uses files of it"]);
    // and a snapshot that is found by two ways does not use itself
    let of_both = bench.path("sp/savepoint-2");
    let root = bench.path("alias");
    dispose(&[&of_both, "--root", &root]).is(0, &format!("{of_both}\n"), &[]);
    assert!(bench.has("sp/savepoint-1/data-1"));
}

#[test]
fn a_neighbour_that_cannot_be_decoded_is_a_reason_to_keep_unless_forced() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    bench.0.file(
        "sp/savepoint-2/_metadata",
        b"\x49\x60\x67\x2d\0\0\0\x06\0\0",
    );
    dispose(&[&location]).fails(7, &["is not known", "savepoint-2", "--force"]);
    assert_eq!(dispose(&[&location, "--force"]).code, 0);
}

#[test]
fn what_is_left_of_a_deletion_goes_by_force() {
    let bench = Bench::new();
    bench.0.file("sp/savepoint-1/data-1", "state");
    let location = bench.path("sp/savepoint-1");
    dispose(&[&location]).fails(7, &["no _metadata", "1 file would go: data-1", "--force"]);
    assert_eq!(dispose(&[&location, "--force"]).code, 0);
    assert!(!bench.has("sp/savepoint-1"));
}

#[test]
fn without_a_terminal_and_yes_nothing_is_deleted() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    offline([location.as_str()])
        .run()
        .fails(2, &["--yes", "--dry-run"]);
    assert!(bench.has("sp/savepoint-1/data-1"));
}

#[test]
fn of_several_the_rest_goes_and_exit_8_says_so() {
    let bench = Bench::new();
    let good = bench.snapshot("sp/savepoint-1", &[]);
    let bad = bench.snapshot("sp/savepoint-2", &[]);
    bench.0.file("sp/savepoint-2/notes", "x");
    let outcome = dispose(&[&good, &bad]);
    outcome.is(
        8,
        &format!("{good}\n"),
        &["is kept", "1 of 2 snapshots were not disposed of"],
    );
}

#[test]
fn what_is_no_snapshot_or_no_directory_has_an_exit_code_of_its_own() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let notes = bench.0.file("sp/notes", "no metadata at all");
    dispose(&[&bench.path("sp")]).fails(4, &["did you mean"]);
    dispose(&["/nowhere/sp"]).fails(4, &["/nowhere/sp"]);
    dispose(&[&notes]).fails(1, &["cannot dispose of"]);
    dispose(&[&location, "--root", "/nowhere"]).fails(4, &["cannot look into /nowhere"]);
    dispose(&["nowhere://b/sp"]).fails(5, &["nowhere://b/sp"]);
    assert_eq!(tool(["dispose", "/sp", "--no-cluster"]).run().code, 2);
    assert_eq!(offline(["--timeout", "1s", "/sp"]).run().code, 2);
    assert!(bench.has("sp/savepoint-1/data-1") && bench.has("sp/notes"));
}

// --- with a cluster -----------------------------------------------------------------------------------------------

fn cluster() -> Flink {
    let flink = Flink::start("2.3.0");
    flink.always("GET /jobmanager/config", Answer::ok(json!([])));
    flink
}

fn with(flink: &Flink, words: &[&str]) -> Outcome {
    offline(["--yes", "-m", &flink.url()]).args(words).run()
}

#[test]
fn what_a_running_job_was_restored_from_stays_unless_forced() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let flink = cluster();
    let job = flink.job("orders");
    flink.set_statistics(&job.id, answers::restored(&format!("file:{location}")));
    with(&flink, &[&location]).fails(7, &["was restored from it", &job.id]);
    assert!(bench.has("sp/savepoint-1/data-1"));
    flink.set_status(&job, "CANCELED");
    with(&flink, &[&location]).is(0, &format!("{location}\n"), &[]);
    let location = bench.snapshot("sp/savepoint-1", &[]);
    flink.set_status(&job, "RUNNING");
    assert_eq!(with(&flink, &[&location, "--force"]).code, 0);
}

#[test]
fn what_a_running_job_claims_is_known_by_where_it_lies_however_either_spells_it() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    bench.snapshot("sp/d/savepoint-2", &[]);
    symlink(bench.path("sp"), bench.path("alias")).unwrap();
    let flink = cluster();
    let job = flink.job("orders");
    let refused = |claim: &str, dir: &str, typed: &str| {
        flink.set_statistics(&job.id, answers::restored(claim));
        // as after a cd
        let line = format!(
            "cd '{}' && savepointctl -m {} dispose --offline --yes {typed}",
            bench.path(dir),
            flink.url()
        );
        shell(&line).run().fails(7, &["was restored from it"]);
    };
    let uri = format!("file:{location}");
    let linked = bench.path("alias/savepoint-1");
    refused(&uri, "sp", "savepoint-1");
    refused(&uri, "sp", "./savepoint-1/_metadata");
    refused(&uri, "sp/savepoint-1", ".");
    refused(&uri, "sp/d", "../savepoint-1");
    refused(
        &uri,
        "sp/d/savepoint-2",
        "../../savepoint-1/../savepoint-1/.",
    );
    refused(&uri, "alias", "savepoint-1");
    refused(&uri, "sp", &linked);
    refused(&linked, "sp", &location);
    refused(&format!("{linked}/_metadata"), "sp", "savepoint-1");
    assert!(bench.has("sp/savepoint-1/data-1"));
    // what was restored from another one claims nothing of it
    flink.set_statistics(&job.id, answers::restored(&format!("{location}1")));
    let line = format!(
        "cd '{location}' && savepointctl -m {} dispose --offline --yes .",
        flink.url()
    );
    shell(&line).run().is(0, ".\n", &[]);
    assert!(!bench.has("sp/savepoint-1"));
}

#[test]
fn a_checkpoint_in_the_directory_of_a_running_job_is_its_own_from_inside_too() {
    let bench = Bench::new();
    let flink = cluster();
    let job = flink.job("orders");
    bench.snapshot(&format!("cp/{}/chk-3", job.id), &[]);
    let line = format!(
        "cd '{}' && savepointctl -m {} dispose --offline --yes chk-3",
        bench.path(&format!("cp/{}", job.id)),
        flink.url()
    );
    shell(&line).run().fails(7, &["checkpoint of running job"]);
    assert!(bench.has(&format!("cp/{}/chk-3/data-1", job.id)));
}

#[test]
fn what_the_newest_checkpoint_of_a_running_job_uses_stays_even_by_force() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let own = format!("{location}/data-1");
    let checkpoint = bench.snapshot("far/chk-7", &[&own]);
    let flink = cluster();
    let job = flink.job("orders");
    flink.set_history(
        &job,
        vec![answers::complete(7, "CHECKPOINT", NOW, &checkpoint)],
    );
    with(&flink, &[&location, "--force"]).fails(7, &["chk-7 uses files of it"]);
    with(&flink, &[&checkpoint]).fails(7, &["checkpoint of running job"]);
}

#[test]
fn the_directories_of_the_cluster_are_looked_through() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let own = format!("{location}/data-1");
    bench.snapshot("cp/savepoint-2", &[&own]);
    let flink = Flink::start("2.3.0");
    let dir = json!([{"key": "state.savepoints.dir", "value": bench.path("cp")}]);
    flink.always("GET /jobmanager/config", Answer::ok(dir));
    with(&flink, &[&location]).fails(7, &["savepoint-2 uses files of it"]);
}

#[test]
fn a_directory_that_another_machines_cluster_names_counts_if_it_is_here_too() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let own = format!("{location}/data-1");
    bench.snapshot("shared/a/b/savepoint-2", &[&own]);
    let flink = Flink::start("2.3.0");
    let dirs = json!([
        {"key": "state.savepoints.dir", "value": bench.path("shared")},
        {"key": "state.checkpoints.dir", "value": "file:///nowhere/cp"},
    ]);
    flink.always("GET /jobmanager/config", Answer::ok(dirs));
    // leads here, but does not say so
    let url = flink.url().replace("127.0.0.1", "0.0.0.0");
    let outcome = offline(["--yes", "-m", &url, &location]).run();
    outcome.fails(7, &["savepoint-2 uses files of it"]);
    assert!(!outcome.stderr.contains("/nowhere/cp"), "{outcome:?}");
    assert!(bench.has("sp/savepoint-1/data-1"));
}

#[test]
fn a_cluster_that_does_not_show_its_directories_is_exit_5_unless_it_is_left_out() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let flink = Flink::start("2.3.0");
    flink.always("GET /jobmanager/config", answers::refused(403, "not shown"));
    with(&flink, &[&location]).fails(5, &["nothing was deleted", "--no-cluster"]);
    assert!(bench.has("sp/savepoint-1/data-1"));
}

#[test]
fn a_checkpoint_of_a_running_job_that_nobody_sees_from_here_is_a_doubt() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let flink = cluster();
    let job = flink.job("orders");
    for elsewhere in [
        "file:/nowhere/cp/chk-7",
        "file://other/cp/chk-7",
        "/nowhere/chk-7",
    ] {
        flink.set_history(
            &job,
            vec![answers::complete(7, "CHECKPOINT", NOW, elsewhere)],
        );
        with(&flink, &[&location]).fails(7, &["cannot be seen from here", "--force"]);
    }
    assert_eq!(with(&flink, &[&location, "--force"]).code, 0);
}

#[test]
fn a_user_deep_below_a_root_is_seen() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let own = format!("{location}/data-1");
    bench.snapshot("sp/team/.old/2024/shared/savepoint-2", &[&own]);
    dispose(&[&location, "--force"]).fails(7, &["savepoint-2 uses files of it"]);
    assert!(bench.has("sp/savepoint-1/data-1"));
}

#[test]
fn a_cluster_that_cannot_be_reached_is_exit_5_unless_it_is_left_out() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let nobody = ["-m", "http://127.0.0.1:1", "--connect-timeout", "1ms"];
    let outcome = offline(["--yes", &location]).args(nobody).run();
    outcome.fails(5, &["nothing was deleted", "--no-cluster"]);
    assert!(bench.has("sp/savepoint-1/data-1"));
    let outcome = offline(["--yes", "--no-cluster", &location])
        .args(nobody)
        .run();
    outcome.is(0, &format!("{location}\n"), &[]);
}

#[test]
fn a_latest_reference_is_resolved_over_the_cluster() {
    let bench = Bench::new();
    let location = bench.snapshot("sp/savepoint-1", &[]);
    let flink = cluster();
    let job = flink.job("orders");
    flink.set_history(
        &job,
        vec![answers::complete(7, "SAVEPOINT", NOW, &location)],
    );
    with(&flink, &["latest:orders"]).is(0, &format!("{location}\n"), &[]);
    assert!(!bench.has("sp/savepoint-1"));
}
