//! `preflight` and `diff`: what they foretell is what Flink then does.

use serde_json::Value;

use crate::OnCluster;
use crate::cluster::Cluster;
use crate::restore::{restore, savepoint};
use crate::shared::Shared;
use crate::tool::Said;

pub const TRIALS: &[OnCluster] = &[
    ("a_program_with_uids_fits_its_own_savepoint", fits),
    (
        "restore_stops_at_state_that_is_left_over_and_leaves_nothing",
        left_over,
    ),
    (
        "a_chained_operator_without_a_uid_is_unknown_and_restored_all_the_same",
        unknown,
    ),
    ("operators_that_begin_a_chain_need_no_uid", heads),
    ("parallelism_above_the_max_is_foretold", parallelism),
    ("a_running_job_tells_its_operators", of_job),
    ("two_savepoints_differ_by_what_was_changed", differences),
];

/// `preflight` with the uploaded jar, with these words before the program's arguments.
fn preflight(cluster: &Cluster, location: &str, words: &[&str], program: &[&str]) -> Said {
    let tool = cluster.tool([
        "preflight",
        location,
        "--jar-id",
        &cluster.jar,
        "-o",
        "json",
    ]);
    tool.args(words).program(program).run()
}

fn count(report: &Value, list: &str) -> usize {
    report[list].as_array().unwrap().len()
}

/// How many are matched, left over, unknown.
fn counts(said: &Said) -> (usize, usize, usize) {
    let report = said.json();
    let [matched, left_over, unknown] =
        ["matched", "left_over", "unknown"].map(|list| count(&report, list));
    (matched, left_over, unknown)
}

fn fits(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let said = preflight(&cluster, &location, &[], &[]);
    let restored = restore(&cluster, &location, &[], &[]);
    let _job = cluster.started(&restored);
    if cluster.version.takes_job_settings() {
        assert_eq!(counts(said.exits(0)), (4, 0, 0), "{said}");
        assert!(!restored.stderr.contains("warning"), "{restored}");
    } else {
        // pace has no state, so only tally may be missed
        assert_eq!(counts(said.exits(6)), (2, 0, 1), "{said}");
        restored.says("is not known");
    }
}

fn left_over(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let jar = cluster.own_jar();
    let name = cluster.fresh_dir().display().to_string();
    let program = ["--topology", "renamed", "--name", &name];
    let said = preflight(&cluster, &location, &[], &program);
    let restore = || {
        let tool = cluster.tool(["restore", &location, "--jar", &jar]);
        tool.program(&program).run()
    };
    let knows_all = cluster.version.takes_job_settings();
    if knows_all {
        assert_eq!(counts(said.exits(6)), (0, 3, 0), "{said}");
        let lost = said.json()["left_over_state_size"].as_i64().unwrap();
        assert!(lost > 0, "{said}");
        let said = restore();
        said.fails(7, "fits no operator of the program")
            .says(&format!("({lost} bytes)"));
    } else {
        // any of them may be tally, which is chained
        assert_eq!(counts(said.exits(6)), (0, 0, 3), "{said}");
        restore()
            .fails(1, "is not available in the new program")
            .says("is not known");
    }
    assert_eq!(cluster.uploads_of(&jar), [""; 0]);
    let jobs = cluster.get("/jobs/overview");
    let mut started = jobs["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|job| job["name"] == *name);
    // where Flink itself refuses, a failed job stays behind
    assert!(
        started.all(|job| !knows_all && job["state"] == "FAILED"),
        "{jobs}"
    );
}

fn unknown(shared: &Shared) {
    let cluster = shared.plain();
    let program = ["--without-uid", "tally"];
    let location = savepoint(&cluster, &program);
    let said = preflight(&cluster, &location, &[], &program);
    let matched = if cluster.version.takes_job_settings() {
        3
    } else {
        2
    };
    assert_eq!(counts(said.exits(6)), (matched, 0, 1), "{said}");
    assert!(
        said.json()["unidentified"]
            .as_array()
            .unwrap()
            .contains(&Value::from("tally")),
        "{said}"
    );
    let restored = restore(&cluster, &location, &[], &program);
    let _job = cluster.started(restored.says("is not known"));
}

fn heads(shared: &Shared) {
    let cluster = shared.plain();
    let program = ["--topology", "nouid"];
    let location = savepoint(&cluster, &program);
    let said = preflight(&cluster, &location, &[], &program);
    assert_eq!(counts(said.exits(6)), (2, 0, 1), "{said}");
    // what has uids in the next program is known not to have this state, from 1.17 on
    let said = preflight(&cluster, &location, &[], &[]);
    let expected = if cluster.version.takes_job_settings() {
        (0, 3, 0)
    } else {
        (0, 0, 3)
    };
    assert_eq!(counts(said.exits(6)), expected, "{said}");
}

fn parallelism(shared: &Shared) {
    let cluster = shared.plain();
    let program = ["--max-parallelism", "2"];
    let location = savepoint(&cluster, &program);
    let said = preflight(&cluster, &location, &["-p", "3"], &program);
    let conflicts = said.exits(6).json()["conflicts"].clone();
    let conflict = &conflicts[0];
    assert_eq!(conflict["kind"], "parallelism", "{said}");
    assert_eq!(
        (&conflict["found"], &conflict["snapshot_max_parallelism"]),
        (&3.into(), &2.into())
    );
    let restored = restore(&cluster, &location, &["-p", "3"], &program);
    restored
        .fails(1, "is higher than the max parallelism (2)")
        .says("parallelism 3");
}

fn of_job(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let same = cluster.job(&["--parallelism", "2"]);
    cluster.tool(["trigger", &same.id]).run().location();
    let against = |job: &str| {
        let tool = cluster.tool(["preflight", &location, "--job", job, "-o", "json"]);
        tool.run()
    };
    let said = against(&same.id);
    assert_eq!(counts(said.exits(0)), (4, 0, 0), "{said}");
    let other = cluster.job(&["--topology", "renamed", "--max-parallelism", "64"]);
    against(&other.id).fails(7, "has completed no checkpoint");
    cluster.tool(["trigger", &other.id]).run().location();
    let said = against(&other.id);
    assert_eq!(counts(said.exits(6)), (0, 3, 0), "{said}");
    let narrow = cluster.job(&["--max-parallelism", "64"]);
    cluster.tool(["trigger", &narrow.id]).run().location();
    let said = against(&narrow.id);
    assert_eq!(said.json()["conflicts"][0]["found"], 64, "{said}");
}

fn differences(shared: &Shared) {
    let cluster = shared.plain();
    let job = cluster.job(&[]);
    let first = cluster.tool(["trigger", &job.id]).run().location();
    let second = cluster.tool(["stop", &job.id]).run().location();
    let said = cluster.tool(["diff", &first, &second, "-o", "json"]).run();
    assert_eq!(said.exits(0).json()["same_shape"], true, "{said}");
    let wider = savepoint(&cluster, &["--parallelism", "2"]);
    let renamed = savepoint(&cluster, &["--topology", "renamed"]);
    let said = cluster.tool(["diff", &first, &wider]).run();
    assert!(said.exits(6).stdout.contains("1 -> 2"), "{said}");
    let said = cluster.tool(["diff", &first, &renamed, "-o", "json"]).run();
    let report = said.exits(6).json();
    let operators = report["operators"].as_array().unwrap().iter();
    let renamed = operators.filter(|one| one["change"] == "renamed");
    // all that have state
    assert_eq!(renamed.count(), 3, "{said}");
}
