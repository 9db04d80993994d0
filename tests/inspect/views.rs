//! What is shown, and in which form.

use std::io::Read;
use std::process::{Command, Stdio};

use super::bench::Bench;
use super::snapshots::*;
use savepointctl::domain::ids::OperatorId;
use savepointctl::metadata::MetadataVersion;
use savepointctl::metadata::model::Operator;

/// Two operators: keyed state of two subtasks that share a file, and operator state within the metadata.
fn two_operators(bench: &Bench) {
    let shared = |index| {
        let sst = file("s3://b/cp/shared/000024".to_owned(), 3000);
        with_keyed(index, incremental(vec![sst]))
    };
    let sink = named(
        "Sink: out",
        "sink-id",
        vec![with_stream(0, inline(b"12345"))],
    );
    let counter = named("Counter", "counter-id", vec![shared(0), shared(1)]);
    bench.snapshot(
        "sp/_metadata",
        &snapshot(MetadataVersion::V6, vec![counter, sink]),
    );
}

#[test]
fn the_summary_says_what_it_is_and_who_can_read_it() {
    let bench = Bench::new("summary");
    two_operators(&bench);
    let shown = bench.shown(&["sp"]);
    for line in [
        "  kind           savepoint, native format",
        "  checkpoint id  42",
        "  readable by    Flink 2.1 and later",
        "  state size     5.9 KiB",
        "  files          2 (1 exclusive, 1 shared), 2.9 KiB",
        "  inline         5 B in 1 stream within the metadata",
        "2 operators",
        "Counter",
        "  id e464826d320d0351136b0d372c600a5e  uid counter-id",
        "  parallelism 2 / 128  state 5.9 KiB  subtasks with state 2",
        "  keyed 5.9 KiB (IncrementalRemoteKeyed)",
        "  operator 5 B",
    ] {
        assert!(
            shown.lines().any(|l| l == line),
            "{line:?} not in:\n{shown}"
        );
    }
}

#[test]
fn a_version_that_records_no_kind_is_told_by_its_name_or_not_at_all() {
    let bench = Bench::new("kinds");
    let old = snapshot(MetadataVersion::V3, vec![]);
    bench.snapshot("chk-7/_metadata", &old);
    bench.snapshot("savepoint-012345-0123456789ab/_metadata", &old);
    bench.snapshot("x/_metadata", &old);
    assert!(
        bench
            .shown(&["chk-7"])
            .contains("checkpoint, by its directory's name")
    );
    let savepoint = bench.shown(&["savepoint-012345-0123456789ab"]);
    assert!(savepoint.contains("savepoint, by its directory's name"));
    assert!(bench.shown(&["x"]).contains("not recorded"));
}

#[test]
fn names_are_the_operator_ids() {
    let bench = Bench::new("names");
    two_operators(&bench);
    let wanted = ["counter-id", "sink-id"].map(|uid| format!("{}\n", OperatorId::from_uid(uid)));
    assert_eq!(bench.shown(&["sp", "-o", "name"]), wanted.concat());
}

#[test]
fn subtasks_are_drawn_with_their_skew() {
    let bench = Bench::new("subtasks");
    let subtasks =
        [(0, 300), (1, 100)].map(|(index, size)| with_stream(index, relative("f", size)));
    let mut operator = named("Map", "map-id", subtasks.into());
    operator.parallelism = 4;
    bench.snapshot(
        "sp/_metadata",
        &snapshot(MetadataVersion::V6, vec![operator]),
    );
    let shown = bench.shown(&["sp", "--subtasks"]);
    assert!(
        shown.contains("  skew 3.00 (largest subtask to mean)\n"),
        "{shown}"
    );
    let bar = |length| "#".repeat(length);
    assert!(
        shown.contains(&format!("        0       300 B  {}\n", bar(40))),
        "{shown}"
    );
    assert!(
        shown.contains(&format!("        1       100 B  {}\n", bar(13))),
        "{shown}"
    );
}

#[test]
fn each_file_is_listed_once_with_its_users() {
    let bench = Bench::new("files");
    two_operators(&bench);
    let shown = bench.shown(&["sp", "--files"]);
    let shared = "s3://b/cp/shared/\n        SIZE  USES  SHARING     FILE\n     2.9 KiB     2  shared      000024\n              of Counter [0] and 1 more\n";
    assert!(shown.contains(shared), "{shown}");
    let own = format!("{}/\n", bench.typed("sp"));
    assert!(shown.contains(&own), "{shown}");
    assert_eq!(shown.matches("000024").count(), 1, "{shown}");
}

#[test]
fn key_groups_are_drawn_where_the_handles_have_offsets() {
    let bench = Bench::new("key-groups");
    let with_offsets = named(
        "Counter",
        "counter-id",
        vec![
            with_keyed(0, key_groups(0, &[10, 60, 0], "f1", 85)),
            with_keyed(1, key_groups(64, &[5], "f2", 55)),
        ],
    );
    let without = named(
        "Other",
        "other-id",
        vec![with_keyed(1, incremental(vec![]))],
    );
    let stateless = named("Stateless", "none-id", vec![]);
    let operators = vec![with_offsets, without, stateless];
    bench.snapshot("sp/_metadata", &snapshot(MetadataVersion::V6, operators));
    let shown = bench.shown(&["sp", "--key-groups", "counter-id"]);
    for (group, size, bar) in [(0, 50, 50), (1, 25, 25), (64, 50, 50)] {
        let line = format!(
            "  {group:>11}  {:>10}  {}\n",
            format!("{size} B"),
            "#".repeat(bar)
        );
        assert!(shown.contains(&line), "{line:?} not in:\n{shown}");
    }
    let shown = bench.shown(&["sp", "--key-groups", "Other"]);
    assert!(
        shown.contains("only by range") && shown.contains("64-127"),
        "{shown}"
    );
    let shown = bench.shown(&["sp", "--key-groups", "Stateless"]);
    assert!(shown.contains("no keyed state"), "{shown}");
    let ran = bench.inspect(&["sp", "--key-groups", "nobody"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
}

#[test]
fn given_uids_name_operators_whose_uid_is_not_recorded() {
    let bench = Bench::new("uids");
    let operators = ["a", "b", "c"].map(|uid| nameless(uid, vec![]));
    bench.snapshot(
        "sp/_metadata",
        &snapshot(MetadataVersion::V4, operators.into()),
    );
    bench.write("uids.txt", "# of the program\na\n\nunused\n");
    let ran = bench.inspect(&["sp", "--uids", "uids.txt", "--uid", "b"]);
    assert_eq!(ran.code, 0);
    assert!(
        ran.stdout.contains("uid a\n") && ran.stdout.contains("uid b\n"),
        "{}",
        ran.stdout
    );
    assert!(!ran.stdout.contains("uid c"), "{}", ran.stdout);
    assert!(
        ran.stderr.contains("'unused' names no operator"),
        "{}",
        ran.stderr
    );
    assert_eq!(bench.inspect(&["sp", "--uids", "missing"]).code, 2);
    bench.write("latin1", b"\xe9");
    assert_eq!(bench.inspect(&["sp", "--uids", "latin1"]).code, 2);
}

/// More of everything than is shown, with names and paths longer than a line.
fn crowded() -> Vec<Operator<'static>> {
    let name = "a very long name of an operator, as the planner of Flink SQL makes them by the dozen: Calc(select=[a])";
    let operator = |number: u32| {
        let subtask = |index: u32| {
            let keyed = key_groups(
                index,
                &[1],
                &format!("{number}-{index}-{}", "f".repeat(90)),
                900,
            );
            with_keyed(index, keyed)
        };
        named(
            name,
            &format!("{name} {number}"),
            (0..40).map(subtask).collect(),
        )
    };
    (0..30).map(operator).collect()
}

#[test]
fn long_lists_are_cut_and_say_so_and_all_shows_all() {
    let bench = Bench::new("long");
    bench.snapshot("sp/_metadata", &snapshot(MetadataVersion::V6, crowded()));
    let uid = crowded()[0].uid.clone().unwrap().to_string();
    let flags = ["sp", "--subtasks", "--files", "--key-groups", &uid];
    let cut = bench.shown(&flags);
    for said in [
        "… 10 more operators: --all shows all",
        "… 24 subtasks with less: --all shows all",
        "… 1180 more files, none larger: --all shows all",
        "… several groups a line: --all shows each",
    ] {
        assert!(cut.contains(said), "{said:?} not in:\n{cut}");
    }
    let whole = bench.shown(&[&flags[..], &["--all"]].concat());
    assert!(!whole.contains('…'));
    assert!(whole.matches("parallelism 40").count() == 30 && whole.contains(&uid));
}

#[test]
fn every_line_fits_eighty_columns_save_paths() {
    let bench = Bench::new("columns");
    bench.snapshot("sp/_metadata", &snapshot(MetadataVersion::V6, crowded()));
    let uid = crowded()[0].uid.clone().unwrap().to_string();
    let shown = bench.shown(&["sp", "--subtasks", "--files", "--key-groups", &uid]);
    for line in shown.lines().filter(|line| !line.starts_with('/')) {
        assert!(
            line.chars().count() <= 80,
            "{} columns: {line}",
            line.chars().count()
        );
    }
    assert!(!shown.contains('\u{1b}'), "no colour in a pipe");
}

#[test]
fn hostile_names_cannot_command_the_terminal() {
    let bench = Bench::new("hostile");
    let name = "x\u{1b}[31m\u{9b}2J\u{202e}\r\n\u{7}";
    let stream = with_stream(0, relative("f\u{1b}]0;x\u{7}", 3));
    let operator = named(name, name, vec![stream]);
    bench.snapshot(
        "sp/_metadata",
        &snapshot(MetadataVersion::V6, vec![operator]),
    );
    for flags in [
        &["sp", "--files"][..],
        &["sp", "--files", "--all"],
        &["sp", "-o", "json"],
    ] {
        let shown = bench.shown(flags);
        let harmful = |c: &char| c.is_control() && *c != '\n' || *c == '\u{202e}';
        assert_eq!(shown.chars().find(harmful), None, "{flags:?}");
    }
    let json: serde_json::Value =
        serde_json::from_str(&bench.shown(&["sp", "-o", "json"])).unwrap();
    assert_eq!(json["operators"][0]["name"], name);
}

#[test]
fn a_reader_that_has_seen_enough_ends_it_quietly() {
    let bench = Bench::new("pipe");
    bench.snapshot("sp/_metadata", &snapshot(MetadataVersion::V6, crowded()));
    let mut child = Command::new(env!("CARGO_BIN_EXE_savepointctl"))
        .args(["inspect", "-o", "json"])
        .arg(bench.path("sp"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut start = [0; 16];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut start).unwrap();
    drop(stdout);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert!(ended.stderr.is_empty());
}
