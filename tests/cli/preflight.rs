//! `preflight`, and what `restore` does of it

use std::time::Duration;

use savepointctl::domain::ids::OperatorId;
use savepointctl::metadata::Metadata;
use savepointctl::metadata::MetadataVersion::{self, V4, V6};
use serde_json::{Value, json};

use super::answers::{self, NOW};
use super::restore::{DELETE, JAR_ID, RUN, UPLOAD, asked_for, restore, takes_a_jar, uploaded};
use super::run::{Dir, Outcome, at, tool};
use super::server::{Answer, Flink, Gate, Request};
use super::snapshots::{named, nameless, relative, snapshot, with_stream};

const PLAN: &str = "POST /jars/0d1f_orders.jar/plan";

/// A savepoint with state of these uids, 10 bytes each, which only newer versions record.
fn savepoint(version: MetadataVersion, uids: &[&str]) -> Metadata<'static> {
    let operator = |uid: &&str| {
        let subtasks = vec![with_stream(0, relative("data-1", 10))];
        if version >= MetadataVersion::V5 {
            named(uid, uid, subtasks)
        } else {
            nameless(uid, subtasks)
        }
    };
    snapshot(version, uids.iter().map(operator).collect())
}

fn id(uid: &str) -> String {
    OperatorId::from_uid(uid).to_string()
}

/// A vertex: its id, its operators, what it reads.
type Vertex<'a> = (String, &'a str, Option<&'a str>);

/// A plan in Flink's words.
fn plan(vertices: &[Vertex<'_>]) -> Answer {
    let nodes = vertices.iter().map(|(id, operators, input)| {
        let mut node = json!({"id": id, "parallelism": 2, "operator": "", "operator_strategy": "",
            "description": operators, "optimizer_properties": {}});
        if let Some(input) = input {
            node["inputs"] = json!([{"num": 0, "id": input, "ship_strategy": "HASH", "exchange": "pipelined_bounded"}]);
        }
        node
    });
    let nodes: Vec<Value> = nodes.collect();
    Answer::ok(json!({"plan": {"jid": "0", "name": "orders", "type": "STREAMING", "nodes": nodes}}))
}

/// A source and a map that are chained, with the uids `a` and `b`, as they are and without chaining.
fn plans() -> [Answer; 2] {
    let a = id("a");
    [
        plan(&[(a.clone(), "Source: one<br/>+- two<br/>", None)]),
        plan(&[
            (id("b"), "two<br/>", Some(&a)),
            (a.clone(), "Source: one<br/>", None),
        ]),
    ]
}

/// The same where `b` has no uid.
fn plans_without_uid() -> [Answer; 2] {
    let a = OperatorId::from_uid("a");
    let without = OperatorId::generated(1, 0, &[a]).to_string();
    let a = a.to_string();
    [
        plan(&[(a.clone(), "Source: one<br/>+- two<br/>", None)]),
        plan(&[
            (without, "two<br/>", Some(&a)),
            (a.clone(), "Source: one<br/>", None),
        ]),
    ]
}

fn of_jar_id(flink: &Flink, location: &str, words: &[&str]) -> Outcome {
    let line = format!("preflight {location} --jar-id {JAR_ID}");
    at(flink, &line).args(words).run()
}

fn shown(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("{outcome:?}"))
}

/// `preflight` of a jar of its own.
fn of_jar(flink: &Flink, location: &str) -> super::run::Tool {
    let tool = at(flink, &format!("preflight {location} --jar orders.jar"));
    tool.file("orders.jar", "PK\u{3}\u{4}...");
    tool
}

fn ids(list: &Value) -> Vec<&str> {
    let list = list.as_array().unwrap().iter();
    list.map(|one| one["id"].as_str().unwrap()).collect()
}

#[test]
fn the_plan_is_asked_for_twice_with_the_settings_of_the_job_and_chaining_off_the_second_time() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V4, &["a", "b"]));
    for version in ["1.17.2", "1.20.5", "2.3.0"] {
        let flink = Flink::start(version);
        flink.on(PLAN, plans());
        let words = "-c com.example.Orders -p 3 -D pipeline.name=x -D rest.port=1 -- --topic a,b";
        let words: Vec<&str> = words.split_whitespace().collect();
        let outcome = of_jar_id(&flink, &location, &words);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        assert!(outcome.stdout.contains("it fits"), "{outcome:?}");
        let body = |settings: Value| {
            json!({"entryClass": "com.example.Orders", "parallelism": 3, "programArgsList": ["--topic", "a,b"],
                "flinkConfiguration": settings})
        };
        let bodies: Vec<Value> = flink
            .requests_of(PLAN)
            .iter()
            .map(|r| r.body.clone())
            .collect();
        let apart = json!({"pipeline.name": "x", "pipeline.operator-chaining.enabled": "false",
            "pipeline.operator-chaining": "false"});
        assert_eq!(bodies, [body(json!({"pipeline.name": "x"})), body(apart)]);
    }
}

#[test]
fn state_that_no_operator_has_is_exit_6_and_the_json_says_all_of_it() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a", "gone"]));
    let flink = Flink::start("2.3.0");
    flink.always(PLAN, Answer::by(planned));
    let outcome = of_jar_id(&flink, &location, &["-o", "json"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (6, ""));
    let (a, b, gone) = (id("a"), id("b"), id("gone"));
    let operator = |id: &str, name: &str, parallelism: Value| {
        json!({"id": id, "name": name, "uid": name, "state_size": 10, "parallelism": 2, "max_parallelism": 128,
            "new_parallelism": parallelism})
    };
    let expected = json!({
        "location": location, "fits": false, "left_over_state_size": 10, "unknown_state_size": 0,
        "matched": [operator(&a, "a", json!(2))],
        "left_over": [operator(&gone, "gone", Value::Null)],
        "unknown": [], "new": [{"id": b, "name": "two", "uid": null, "parallelism": 2}],
        "unidentified": [], "conflicts": [], "gone_without_state": 0,
    });
    assert_eq!(shown(&outcome), expected);
    of_jar_id(&flink, &location, &["-o", "name"]).is(6, &format!("{gone}\n"), &[]);
    let table = of_jar_id(&flink, &location, &[]);
    for said in [
        "LEFT OVER",
        "10 B would be lost",
        "it does not fit",
        "new",
        "matched",
    ] {
        assert!(table.stdout.contains(said), "{said}: {table:?}");
    }
}

/// The plan that the request asks for, of [`plans`].
fn planned(request: &Request) -> Answer {
    let [chained, apart] = plans();
    match request.body["flinkConfiguration"]["pipeline.operator-chaining"] {
        Value::Null => chained,
        _ => apart,
    }
}

#[test]
fn a_chained_operator_without_a_uid_is_unknown_and_never_matched() {
    let dir = Dir::new();
    let mut two = savepoint(V4, &["a", "b"]);
    let without = OperatorId::generated(1, 0, &[OperatorId::from_uid("a")]);
    two.operators[1].id = without;
    let location = dir.snapshot("sp", &two);
    let flink = Flink::start("1.20.5");
    flink.on(PLAN, plans_without_uid());
    let outcome = of_jar_id(&flink, &location, &["-o", "json"]);
    assert_eq!(outcome.code, 6);
    let found = shown(&outcome);
    assert_eq!(ids(&found["unknown"]), [without.to_string()]);
    assert_eq!(
        (ids(&found["left_over"]), &found["unidentified"]),
        (vec![], &json!(["two"]))
    );
    // state that cannot be its own is left over all the same
    let location = dir.snapshot("other", &savepoint(V4, &["a", "gone"]));
    flink.on(PLAN, plans_without_uid());
    let found = shown(&of_jar_id(&flink, &location, &["-o", "json"]));
    assert_eq!(ids(&found["left_over"]), [id("gone")]);
}

#[test]
fn below_1_17_there_is_one_plan_and_every_chained_operator_is_unknown() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V4, &["a", "b"]));
    let flink = Flink::start("1.16.3");
    let [chained, _] = plans();
    flink.on(PLAN, [chained]);
    let outcome = of_jar_id(&flink, &location, &["-o", "json"]);
    assert_eq!(outcome.code, 6);
    assert_eq!(ids(&shown(&outcome)["unknown"]), [id("b")]);
    assert_eq!(flink.requests_of(PLAN)[0].body, json!({}));
    of_jar_id(&flink, &location, &["-D", "pipeline.name=x"]).fails(7, &["1.16.3", "pipeline.name"]);
}

#[test]
fn numbers_that_do_not_fit_are_findings() {
    let dir = Dir::new();
    let mut small = savepoint(V6, &["a", "b"]);
    small
        .operators
        .iter_mut()
        .for_each(|op| (op.parallelism, op.max_parallelism) = (1, Some(1)));
    let location = dir.snapshot("sp", &small);
    let flink = Flink::start("2.3.0");
    flink.on(PLAN, plans());
    let outcome = of_jar_id(&flink, &location, &[]);
    let said = "a: parallelism 2 is above the snapshot's max parallelism, 1";
    assert!(
        outcome.code == 6 && outcome.stdout.contains(said),
        "{outcome:?}"
    );
}

#[test]
fn an_uploaded_jar_is_deleted_again_whatever_comes_of_it() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a", "b"]));
    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    flink.on(PLAN, plans());
    assert_eq!(of_jar(&flink, &location).run().code, 0);
    assert_eq!(flink.requests_of(DELETE).len(), 1);

    takes_a_jar(&flink);
    let broken = "java.lang.IllegalStateException: main fails, as asked";
    flink.on(PLAN, [answers::refused(400, broken)]);
    let outcome = of_jar(&flink, &location).run();
    outcome.fails(1, &["makes no plan", "main fails, as asked"]);
    assert!(!outcome.stderr.contains("\tat "), "{outcome:?}");
    assert_eq!(flink.requests_of(DELETE).len(), 2);
}

#[test]
fn an_interruption_takes_the_uploaded_jar_away() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a", "b"]));
    let gate = Gate::default();
    let flink = Flink::start("2.3.0");
    for of_restore in [false, true] {
        takes_a_jar(&flink);
        let [chained, _] = plans();
        flink.on(PLAN, [Answer::After(gate.clone(), Box::new(chained))]);
        let running = if of_restore {
            restore(&flink, &location).start()
        } else {
            of_jar(&flink, &location).start()
        };
        let count = 1 + usize::from(of_restore);
        flink.until(PLAN, count);
        running.signal("-INT");
        running.end().fails(130, &["interrupted"]);
        assert_eq!(flink.requests_of(DELETE).len(), count);
    }
    gate.open();
}

#[test]
fn a_job_is_known_by_its_newest_snapshot() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a", "gone"]));
    let newest = dir.snapshot("cp/chk-2", &savepoint(V6, &["a", "b"]));
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let shape = format!("GET /jobs/{}", job.id);
    flink.always(
        &shape,
        Answer::ok(json!({"jid": job.id, "maxParallelism": -1})),
    );
    let preflight = || at(&flink, &format!("preflight {location} --job orders")).run();
    preflight().fails(
        7,
        &["has completed no checkpoint", "savepointctl checkpoint"],
    );

    let entries = vec![
        answers::complete(2, "CHECKPOINT", NOW, &newest),
        answers::complete(1, "CHECKPOINT", NOW - 5000, "/nowhere"),
    ];
    flink.set_history(&job, entries);
    let outcome = preflight();
    assert!(
        outcome.code == 6 && outcome.stdout.contains("LEFT OVER"),
        "{outcome:?}"
    );

    let unreadable = vec![answers::complete(3, "CHECKPOINT", NOW, "/nowhere/chk-3")];
    flink.set_history(&job, unreadable);
    preflight().fails(4, &["operators of job", "not known", "/nowhere/chk-3"]);
    at(&flink, &format!("preflight {location} --job other"))
        .run()
        .fails(4, &["no job 'other'"]);
}

#[test]
fn what_a_job_sets_is_a_conflict_and_what_it_merely_has_is_none() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a"]));
    let mut other = savepoint(V6, &["a"]);
    other.operators[0].max_parallelism = Some(256);
    let newest = dir.snapshot("cp/chk-2", &other);
    for (set, code, said) in [
        (-1, 0, "only if the program sets it"),
        (256, 6, "sets max parallelism 256"),
    ] {
        let flink = Flink::start("2.3.0");
        let job = flink.job("orders");
        flink.set_history(&job, vec![answers::complete(2, "CHECKPOINT", NOW, &newest)]);
        let shape = Answer::ok(json!({"jid": job.id, "maxParallelism": set}));
        flink.on(&format!("GET /jobs/{}", job.id), [shape]);
        let outcome = at(&flink, &format!("preflight {location} --job orders")).run();
        assert!(
            outcome.code == code && outcome.stdout.contains(said),
            "{outcome:?}"
        );
    }
}

#[test]
fn uids_are_hashed_without_a_cluster() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V4, &["a", "b"]));
    let uids = |text: &str| {
        let uids = dir.file("uids.txt", text);
        tool(["preflight", &location, "--uids", &uids]).run()
    };
    assert_eq!(uids("# all\na\nb\n").code, 0);
    let outcome = uids("a\nc\n");
    assert!(
        outcome.code == 6 && outcome.stdout.contains(&id("b")),
        "{outcome:?}"
    );
    tool(["preflight", &location, "--uids", "/nowhere/uids"])
        .run()
        .fails(2, &["cannot read uids"]);
}

#[cfg(feature = "minicluster")]
#[test]
fn a_program_of_the_minicluster_is_compiled_here() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["numbers", "gone"]));
    let program = dir.file(
        "program.toml",
        "[[operator]]\nname = \"numbers\"\nuid = \"numbers\"\ntype = \"sequence\"\n[[operator]]\ntype = \"discard\"\n",
    );
    let outcome = tool(["preflight", &location, "--program", &program]).run();
    assert_eq!(outcome.code, 6, "{outcome:?}");
    assert!(outcome.stdout.contains("matched"), "{outcome:?}");
    let broken = dir.file("broken.toml", "[[operator]]\ntype = \"no such type\"\n");
    tool(["preflight", &location, "--program", &broken])
        .run()
        .fails(2, &["broken.toml:"]);
}

#[test]
fn what_cannot_be_checked_has_an_exit_code_of_its_own() {
    let dir = Dir::new();
    let uids = dir.file("uids.txt", "a\n");
    let broken = dir.file("broken/_metadata", b"\x49\x60\x67\x2d\0\0\0\x06\0\0");
    let of = |location: &str| tool(["preflight", location, "--uids", &uids]).run();
    of("/nowhere/sp").fails(4, &["cannot check", "/nowhere/sp"]);
    of(&broken).fails(1, &["cannot decode"]);
    assert_eq!(tool(["preflight", "/sp"]).run().code, 2);
    assert_eq!(
        tool(["preflight", "/sp", "--uids", &uids, "--job", "x"])
            .run()
            .code,
        2
    );
    let location = dir.snapshot("sp", &savepoint(V6, &["a"]));
    tool([
        "-m",
        "http://127.0.0.1:1",
        "--connect-timeout",
        "1ms",
        "preflight",
        &location,
        "--job",
        "x",
    ])
    .run()
    .fails(5, &["127.0.0.1:1"]);
    let flink = Flink::start("2.3.0");
    let off = json!({"refresh-interval": 100, "flink-version": "2.3.0", "features": {"web-submit": false}});
    flink.on("GET /config", [Answer::ok(off)]);
    of_jar_id(&flink, &location, &[]).fails(7, &["runs no jars", "--uids"]);
}

// --- restore ------------------------------------------------------------------------------------------------------

#[test]
fn restore_stops_before_anything_is_changed_where_state_would_be_left_over() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a", "gone"]));
    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    flink.on(PLAN, plans());
    let outcome = restore(&flink, &location).run();
    outcome.fails(
        7,
        &[
            "'gone' with uid 'gone'",
            "10 bytes",
            "no job was started",
            "-n",
        ],
    );
    assert_eq!(flink.requests_of(UPLOAD).len(), 1);
    assert_eq!(flink.requests_of(DELETE).len(), 1);
    assert!(flink.requests_of(RUN).is_empty());
}

#[test]
fn keep_jar_leaves_the_jar_after_a_refusal_too_and_says_its_id() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a", "gone"]));
    let flink = Flink::start("2.3.0");
    flink.on(UPLOAD, [uploaded()]);
    flink.on(PLAN, plans());
    let outcome = restore(&flink, &format!("{location} --keep-jar")).run();
    outcome.fails(
        7,
        &["no job was started", "the jar stays in the cluster as"],
    );
    assert_eq!(flink.requests_of(UPLOAD).len(), 1);
    assert!(flink.requests_of(DELETE).is_empty());
}

#[test]
fn restore_uploads_once_plans_and_runs() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a", "b"]));
    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    flink.on(PLAN, plans());
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    let outcome = restore(&flink, &location).run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(!outcome.stderr.contains("warning"), "{outcome:?}");
    assert_eq!(flink.requests_of(UPLOAD).len(), 1);
}

#[test]
fn restore_leaves_state_behind_where_it_is_told_to_and_checks_nothing_where_it_is_not_to() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a", "gone"]));
    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    flink.on(PLAN, plans());
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    let outcome = restore(&flink, &format!("{location} -n")).run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stderr.contains("is left behind"), "{outcome:?}");

    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    let outcome = restore(&flink, &format!("{location} --no-preflight")).run();
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(flink.requests_of(PLAN).is_empty());
}

#[test]
fn restore_goes_on_with_a_warning_where_nothing_can_be_told() {
    let dir = Dir::new();
    let known = dir.snapshot("sp", &savepoint(V4, &["a", "b"]));
    let broken = dir.file("broken/_metadata", b"\x49\x60\x67\x2d\0\0\0\x06\0\0");
    let [chained, _] = plans();
    let no_plan = answers::refused(500, "java.lang.IllegalStateException: no plan today");
    let cases = [
        (known.as_str(), vec![chained], "is not known"),
        (&known, vec![no_plan], "no plan today"),
        (&broken, vec![], "cannot decode"),
        ("/nowhere/sp", vec![], "/nowhere/sp"),
        ("nowhere://b/sp", vec![], "nowhere"),
    ];
    for (location, plans, said) in cases {
        let flink = Flink::start("1.16.3");
        takes_a_jar(&flink);
        flink.on(PLAN, plans);
        flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
        let outcome = restore(&flink, location).run();
        assert_eq!(outcome.code, 0, "{outcome:?}");
        let warnings = outcome
            .stderr
            .lines()
            .filter(|line| line.starts_with("warning: "));
        let warnings: Vec<&str> = warnings.collect();
        assert!(
            warnings.len() == 1 && warnings[0].contains(said),
            "{said}: {outcome:?}"
        );
    }
}

#[test]
fn restore_gives_up_after_its_timeout_even_while_it_checks() {
    let dir = Dir::new();
    let location = dir.snapshot("sp", &savepoint(V6, &["a", "b"]));
    let gate = Gate::default();
    let flink = Flink::start("2.3.0");
    flink.on(UPLOAD, [uploaded()]);
    flink.on(DELETE, [Answer::ok(json!({}))]);
    let [chained, _] = plans();
    flink.on(PLAN, [Answer::After(gate.clone(), Box::new(chained))]);
    let outcome = restore(&flink, &format!("{location} --timeout 300ms")).run();
    outcome
        .fails(3, &["timed out", "no job was started", "--no-preflight"])
        .took_less_than(Duration::from_secs(5));
    gate.open();
}
