//! From what a user types to the metadata file, and every way in which there is none.

use std::fs::File;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::{fs, io};

use serde_json::Value;

use super::bench::Bench;
use super::snapshots::*;
use savepointctl::metadata::{self, MetadataVersion};

fn json(bench: &Bench, location: &str) -> Value {
    serde_json::from_str(&bench.shown(&[location, "-o", "json"])).unwrap()
}

#[test]
fn a_directory_its_metadata_file_and_a_file_uri_are_the_same_snapshot() {
    let bench = Bench::new("spellings");
    bench.snapshot("sp/_metadata", &small());
    let path = bench.typed("sp");
    for location in [
        "sp".to_owned(),
        "sp/".to_owned(),
        "./sp/_metadata".to_owned(),
        path.clone(),
        format!("{path}/_metadata"),
        format!("file:{path}"),
        format!("file://{path}/_metadata"),
        format!("file://localhost{path}/"),
    ] {
        let found = json(&bench, &location);
        assert_eq!(found["checkpoint_id"], 42, "{location}");
        let metadata_path = found["metadata_path"].as_str().unwrap();
        let metadata_path = metadata_path.strip_prefix("file:").unwrap_or(metadata_path);
        assert_eq!(metadata_path, format!("{path}/_metadata"), "{location}");
    }
}

#[test]
fn a_relative_handle_lies_in_the_directory_where_the_metadata_is_found_now() {
    let bench = Bench::new("relative");
    bench.snapshot("sp/_metadata", &small());
    let part = |found: &Value| {
        found["operators"][0]["subtasks"][0]["managed_operator"][0]["parts"][0].clone()
    };
    let found = part(&json(&bench, "sp"));
    assert_eq!(found["location"], bench.typed("sp/data-1"));
    let found = part(&json(&bench, &format!("file:{}", bench.typed("sp"))));
    assert_eq!(
        found["location"],
        format!("file:{}", bench.typed("sp/data-1"))
    );
}

#[test]
fn percent_signs_and_spaces_of_a_file_uri_are_themselves() {
    let bench = Bench::new("percent");
    bench.snapshot("a%20b c/_metadata", &small());
    let typed = bench.typed("a%20b c");
    assert_eq!(bench.inspect(&[&format!("file:{typed}")]).code, 0);
    let decoded = bench.typed("a b c");
    assert_eq!(bench.inspect(&[&format!("file:{decoded}")]).code, 4);
}

#[test]
fn a_flat_file_is_read_whatever_its_name() {
    let bench = Bench::new("flat");
    let flat = snapshot(MetadataVersion::V2, vec![nameless("a", vec![])]);
    bench.snapshot("savepoint-0123456789ab", &flat);
    let found = json(&bench, "savepoint-0123456789ab");
    assert_eq!(found["metadata_version"], 2);
}

#[test]
fn a_directory_above_checkpoints_is_answered_with_the_newest_first() {
    let bench = Bench::new("candidates");
    let job = "fd72014d4c864993a2e5a9287b4a9c5d";
    for number in [2, 10, 9] {
        bench.snapshot(&format!("cp/{job}/chk-{number}/_metadata"), &small());
    }
    bench.write(&format!("cp/{job}/chk-11/data"), "unfinished");
    fs::create_dir_all(bench.path(&format!("cp/{job}/shared"))).unwrap();
    for location in ["cp".to_owned(), format!("cp/{job}")] {
        let ran = bench.inspect(&[&location]);
        assert_eq!((ran.code, ran.stdout.as_str()), (4, ""), "{location}");
        let hints: Vec<&str> = ran
            .stderr
            .lines()
            .filter(|l| l.starts_with("hint: "))
            .collect();
        let wanted = [10, 9, 2].map(|number| {
            let path = bench.typed(&format!("cp/{job}/chk-{number}"));
            format!("hint: did you mean {path}")
        });
        assert_eq!(hints, wanted, "{location}");
    }
}

#[test]
fn a_directory_of_many_savepoints_names_some_and_counts_the_rest() {
    let bench = Bench::new("savepoints");
    for number in 0..13 {
        bench.snapshot(
            &format!("sp/savepoint-0123ab-{number:012}/_metadata"),
            &small(),
        );
    }
    bench.snapshot("sp/savepoint-flatfile0000", &small());
    let ran = bench.inspect(&["sp"]);
    assert_eq!(ran.code, 4);
    assert_eq!(
        ran.stderr.matches("did you mean").count(),
        10,
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("and 4 more"), "{}", ran.stderr);
}

#[test]
fn what_is_not_there_or_incomplete_is_not_found() {
    let bench = Bench::new("missing");
    fs::create_dir_all(bench.path("empty")).unwrap();
    bench.write("chk-3/._metadata.inprogress.0b5e", "");
    bench.write("file", "x");
    for (location, said) in [
        ("nowhere", "does not exist"),
        ("file:", "does not exist"),
        ("file/below", "does not exist"),
        ("empty", "there is no _metadata in"),
        ("chk-3", "still writing it"),
    ] {
        let ran = bench.inspect(&[location]);
        assert_eq!(ran.code, 4, "{location}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{location}: {}", ran.stderr);
        assert!(ran.stdout.is_empty());
    }
    assert_eq!(bench.inspect(&[""]).code, 2);
}

#[test]
fn other_storage_is_named_and_out_of_reach() {
    let bench = Bench::new("schemes");
    for (location, said) in [
        ("ftp://host/sp", "no storage is known for ftp:"),
        ("jobmanager://savepoints/1", "heap of a JobManager"),
        ("file://data/sp", "the host 'data'"),
    ] {
        let ran = bench.inspect(&[location]);
        assert_eq!(ran.code, 5, "{location}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{location}: {}", ran.stderr);
    }
}

#[test]
fn a_file_that_may_not_be_read_is_out_of_reach() {
    let bench = Bench::new("forbidden");
    bench.snapshot("sp/_metadata", &small());
    let forbid =
        |mode| fs::set_permissions(bench.path("sp/_metadata"), fs::Permissions::from_mode(mode));
    forbid(0o000).unwrap();
    let is_root = File::open(bench.path("sp/_metadata")).is_ok();
    let ran = bench.inspect(&["sp"]);
    forbid(0o644).unwrap();
    if !is_root {
        assert_eq!(ran.code, 5, "{}", ran.stderr);
        assert!(ran.stderr.contains("Permission denied"), "{}", ran.stderr);
    }
    symlink("loop", bench.path("loop")).unwrap();
    assert_eq!(bench.inspect(&["loop"]).code, 5);
}

#[test]
fn pipes_devices_and_loops_keep_nobody_waiting() {
    let bench = Bench::new("special");
    let made = Command::new("mkfifo").arg(bench.path("pipe")).status();
    assert!(made.unwrap().success());
    fs::create_dir_all(bench.path("dir/_metadata")).unwrap();
    fs::create_dir_all(bench.path("piped")).unwrap();
    let made = Command::new("mkfifo")
        .arg(bench.path("piped/_metadata"))
        .status();
    assert!(made.unwrap().success());
    // a directory that contains itself
    symlink(".", bench.path("piped/fd72014d4c864993a2e5a9287b4a9c5d")).unwrap();
    for location in ["pipe", "/dev/zero", "dir", "piped"] {
        let ran = bench.inspect(&[location]);
        assert_eq!(ran.code, 4, "{location}: {}", ran.stderr);
    }
}

#[test]
fn a_broken_file_is_told_by_field_and_offset() {
    let bench = Bench::new("broken");
    let bytes = metadata::write(&small()).unwrap();
    bench.write("cut/_metadata", &bytes[..60]);
    bench.write("text/_metadata", "hello, world");
    bench.write("nothing/_metadata", "");
    let mut unknown = bytes.clone();
    unknown[7] = 99;
    bench.write("unknown/_metadata", unknown);
    for (location, said) in [
        ("cut", "at byte 0x"),
        ("text", "not a Flink metadata file"),
        ("nothing", "starts with nothing"),
        ("unknown", "version 99"),
    ] {
        let ran = bench.inspect(&[location]);
        assert_eq!(ran.code, 1, "{location}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{location}: {}", ran.stderr);
        assert!(
            ran.stderr.contains(&bench.typed(location)),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_unread() {
    let bench = Bench::new("large");
    bench.write("sp/_metadata", metadata::MAGIC);
    let file = File::options().write(true).open(bench.path("sp/_metadata"));
    // takes no room on the disk
    file.unwrap().set_len((4 << 30) + 1).unwrap();
    let ran = bench.inspect(&["sp"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("4294967297 bytes"), "{}", ran.stderr);
    // nor is a large file of another kind read
    bench.write("other/_metadata", "SST");
    let file = File::options()
        .write(true)
        .open(bench.path("other/_metadata"));
    file.unwrap().set_len(64 << 30).unwrap();
    assert_eq!(bench.inspect(&["other"]).code, 1);
}

#[test]
fn a_snapshot_that_was_moved_is_noticed() {
    let bench = Bench::new("moved");
    let old = bench.typed("old/data-1");
    let moved = snapshot(
        MetadataVersion::V2,
        vec![nameless(
            "a",
            vec![with_stream(0, file(format!("file:{old}"), 4))],
        )],
    );
    bench.snapshot("new/_metadata", &moved);
    bench.write("new/data-1", "data");
    let ran = bench.inspect(&["new"]);
    assert_eq!(ran.code, 0);
    let warning = format!(
        "the snapshot was moved: it names files in file:{}",
        bench.typed("old")
    );
    assert!(ran.stderr.contains(&warning), "{}", ran.stderr);
    // where the old place is still there, the snapshot was copied and stands
    bench.write("old/data-1", "data");
    assert_eq!(bench.inspect(&["new"]).stderr, "");
}

#[test]
fn oddities_are_said_on_stderr() -> io::Result<()> {
    let bench = Bench::new("odd");
    let escaping = with_stream(0, relative("../../etc/passwd", 4));
    let mut bytes = metadata::write(&snapshot(
        MetadataVersion::V3,
        vec![nameless("a", vec![escaping])],
    ))
    .unwrap();
    bytes.extend(b"rest");
    bench.write("sp/_metadata", bytes);
    let ran = bench.inspect(&["sp", "-o", "json"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stderr.contains("4 bytes follow the end"),
        "{}",
        ran.stderr
    );
    assert!(
        ran.stderr.contains("'../../etc/passwd' leaves"),
        "{}",
        ran.stderr
    );
    let found: Value = serde_json::from_str(&ran.stdout)?;
    let part = &found["operators"][0]["subtasks"][0]["managed_operator"][0]["parts"][0];
    assert_eq!(part["location"], Value::Null);
    Ok(())
}

#[test]
fn only_a_reference_asks_a_cluster() {
    let bench = Bench::new("latest");
    let ran = bench.inspect(&["latest", "--connect-timeout", "10ms"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert!(ran.stderr.contains("http://127.0.0.1:1"), "{}", ran.stderr);
    // a snapshot of that name is one as a path
    bench.snapshot("latest/_metadata", &small());
    assert_eq!(bench.inspect(&["./latest"]).code, 0);
}
