//! `restore`, beside the way of life: who owns the snapshot, what is left behind, how the wait ends.

use std::path::Path;

use crate::OnCluster;
use crate::cluster::{Cluster, until};
use crate::shared::{SLOTS, Settings, Shared};
use crate::tally::Tally;
use crate::tool::{Said, Tool, on_disk};

pub const TRIALS: &[OnCluster] = &[
    (
        "a_claimed_savepoint_goes_when_the_job_needs_it_no_more",
        claim,
    ),
    (
        "a_savepoint_that_is_not_claimed_stays_and_force_is_safe_after_a_checkpoint",
        no_claim,
    ),
    ("legacy_is_a_claim_mode_of_every_flink", legacy),
    (
        "state_without_operator_is_refused_by_name_or_left_behind",
        renamed,
    ),
    ("settings_go_to_the_job_from_1_17_on", settings),
    ("a_jar_is_kept_only_when_asked", keep_jar),
    (
        "a_detached_restore_prints_how_to_wait_for_its_tasks",
        detached,
    ),
    ("a_restore_from_a_checkpoint_is_confirmed", from_checkpoint),
    (
        "too_few_slots_end_the_wait_only_and_ctrl_c_says_how_to_resume",
        too_few_slots,
    ),
];

/// Stops a job of its own and gives back its savepoint.
pub fn savepoint(cluster: &Cluster, arguments: &[&str]) -> String {
    let job = cluster.job(arguments);
    cluster.tool(["stop", &job.id]).run().location()
}

/// `restore` from the uploaded jar, with these words before the program's arguments.
pub fn restore(cluster: &Cluster, location: &str, words: &[&str], program: &[&str]) -> Said {
    let tool = cluster.tool(["restore", location, "--jar-id", &cluster.jar]);
    tool.args(words).args(["--"]).args(program).run()
}

fn resumed(cluster: &Cluster, line: &str) -> Said {
    let mut tool = Tool::line(line, &cluster.dir);
    tool.env("SAVEPOINTCTL_JOBMANAGER", &cluster.url);
    tool.run()
}

fn claim(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let said = restore(
        &cluster,
        &location,
        &["-cm", "claim", "-vv"],
        &["--interval", "100"],
    );
    if !cluster.version.has_claim_modes() {
        said.fails(7, "has no claim modes").says("1.15");
        return;
    }
    let sent = if cluster.version.takes_job_settings() {
        r#""claimMode":"CLAIM""#
    } else {
        r#""restoreMode":"CLAIM""#
    };
    let _job = cluster.started(said.says(sent));
    until("Flink deletes what it owns", || {
        (!on_disk(&location)).then_some(())
    });
    let said = cluster.tool(["restore", "x", "--jar-id", "y", "--claim-mode", "mine"]);
    said.run().exits(2).says("mine").claims_nothing();
}

fn no_claim(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let modes = cluster.version.has_claim_modes();
    if !modes {
        let said = restore(&cluster, &location, &["--claim-mode", "no-claim"], &[]);
        said.fails(7, "has no claim modes").says("1.15");
    }
    let words: &[&str] = if modes {
        &["--claim-mode", "no-claim"]
    } else {
        &[]
    };
    // where checkpoints can be asked for, none comes before its time
    let asks = cluster.version.triggers_checkpoints();
    let program: &[&str] = if asks { &[] } else { &["--interval", "300"] };
    let job = cluster.started(&restore(&cluster, &location, words, program));
    let said = cluster.tool(["dispose", "--yes", &location]).run();
    said.fails(7, "was restored from it")
        .says("--force")
        .says(&job.id);
    if asks {
        assert!(!said.stderr.contains("safe"), "{said}");
        cluster.tool(["checkpoint", &job.id]).run().location();
    }
    if !modes {
        // no claim mode, no promise: whatever the job has completed since, it may depend on the savepoint
        job.snapshot("a checkpoint of its own", |snapshot| {
            snapshot["status"] == "COMPLETED" && snapshot["is_savepoint"] == false
        });
        let said = cluster.tool(["dispose", "--yes", &location]).run();
        said.fails(7, "was restored from it");
        assert!(!said.stderr.contains("safe"), "{said}");
    } else {
        let said = until("the tool sees a checkpoint of its own", || {
            let said = cluster.tool(["dispose", "--yes", &location]).run();
            said.fails(7, "was restored from it");
            said.stderr
                .contains("checkpoint of its own since")
                .then_some(said)
        });
        said.says("NO_CLAIM").says("--force is safe then");
    }
    assert!(on_disk(&location));
    if modes {
        let said = cluster
            .tool(["dispose", "--yes", "--force", &location])
            .run();
        assert_eq!(said.exits(0).stdout.trim(), location);
        assert!(!on_disk(&location));
        // the next savepoint needs nothing of it
        cluster.tool(["trigger", &job.id]).run().location();
        assert_eq!(job.state(), "RUNNING");
    }
}

fn legacy(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let said = restore(&cluster, &location, &["--claim-mode", "legacy"], &[]);
    let job = cluster.started(&said);
    assert_eq!(job.state(), "RUNNING");
    assert!(on_disk(&location));
}

fn renamed(shared: &Shared) {
    let cluster = shared.plain();
    let (first, second) = (Tally::new(&cluster), Tally::new(&cluster));
    let location = savepoint(&cluster, &["--out", first.dir(), "--report", "1"]);
    let program = [
        "--topology",
        "renamed",
        "--out",
        second.dir(),
        "--report",
        "1",
    ];
    let said = restore(&cluster, &location, &["--no-preflight"], &program);
    said.fails(1, "is not available in the new program")
        .says("--allow-non-restored-state")
        .says("uid");
    let ids = ["source", "count", "tally"].map(|uid| {
        let said = Tool::new(&cluster.dir).args(["uid", uid]).run();
        let words: Vec<String> = said
            .exits(0)
            .stdout
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        words.into_iter().find(|word| word.len() == 32).unwrap()
    });
    assert!(ids.iter().any(|id| said.stderr.contains(id)), "{said}");
    let job = cluster.started(&restore(&cluster, &location, &["-n"], &program));
    assert_eq!(job.state(), "RUNNING");
    let start = until("the job begins", || second.starts().first().copied());
    assert_eq!(start.unwrap_or_default(), 0);
}

fn settings(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let words = ["-D", "execution.checkpointing.interval=70 s"];
    let said = restore(&cluster, &location, &words, &[]);
    if !cluster.version.takes_job_settings() {
        said.fails(7, "takes no settings with a job")
            .says("execution.checkpointing.interval")
            .says("1.17");
        return;
    }
    let job = cluster.started(&said);
    let config = cluster.get(&format!("/jobs/{}/checkpoints/config", job.id));
    assert_eq!(config["interval"], 70_000);
}

fn keep_jar(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let jar = cluster.own_jar();
    let restore = |words: &[&str]| {
        let tool = cluster.tool(["restore", &location, "--jar", &jar]);
        tool.args(words).run()
    };
    let job = cluster.started(&restore(&["-c", "Counter"]));
    assert_eq!(cluster.uploads_of(&jar), [""; 0]);
    job.cancel();
    let said = restore(&["--keep-jar"]);
    let job = cluster.started(&said);
    let kept = cluster.uploads_of(&jar);
    assert_eq!(kept.len(), 1);
    said.says(&kept[0]);
    job.cancel();
    // by the id that was printed
    let said = cluster
        .tool(["restore", &location, "--jar-id", &kept[0]])
        .run();
    let _job = cluster.started(&said);
    assert_eq!(cluster.uploads_of(&jar), kept);
}

fn detached(shared: &Shared) {
    let cluster = shared.plain();
    let location = savepoint(&cluster, &[]);
    let said = restore(&cluster, &location, &["--detached"], &[]);
    let job = cluster.started(&said);
    let line = said.printed();
    assert!(
        line.contains(&format!("wait {} --running --from {location}", job.id)),
        "{said}"
    );
    let waited = resumed(&cluster, line);
    assert_eq!(waited.exits(0).stdout.trim(), job.id);
    // the snapshot is compared, not taken for granted
    let line = line.replace(&location, &format!("{location}-other"));
    let waited = resumed(&cluster, &line);
    assert_eq!(waited.exits(8).stdout.trim(), job.id);
    waited.says("instead of").says(&location);
    job.cancel();
    let line = format!("savepointctl wait {} --running", job.id);
    resumed(&cluster, &line)
        .exits(1)
        .claims_nothing()
        .says("CANCELED");
}

fn from_checkpoint(shared: &Shared) {
    let cluster = shared.plain();
    let (first, second) = (Tally::new(&cluster), Tally::new(&cluster));
    let words = [
        "--interval",
        "300",
        "--retain",
        "true",
        "--backend",
        "rocksdb",
    ];
    let job = cluster.job(&[&words[..], &["--out", first.dir(), "--report", "1"]].concat());
    job.snapshot("a checkpoint", |s| s["status"] == "COMPLETED");
    job.cancel();
    let latest = format!("latest:{}", job.id);
    let program = ["--out", second.dir(), "--report", "1", "--restart", "none"];
    let words = ["--", "--backend", "rocksdb"];
    let tool = cluster.tool(["restore", &latest, "--jar-id", &cluster.jar, "-o", "json"]);
    let said = tool.args(words).args(program).run();
    let told = said.exits(0).says("is checkpoint").json();
    let _job = cluster.job_of_id(told["job_id"].as_str().unwrap());
    let location = told["location"].as_str().unwrap();
    assert!(location.contains(&format!("{}/chk-", job.id)), "{said}");
    assert!(Path::new(location.strip_prefix("file:").unwrap()).exists());
    second.goes_on_from(
        first.in_snapshot(told["checkpoint_id"].as_u64().unwrap()),
        1,
    );
}

fn too_few_slots(shared: &Shared) {
    let cluster = shared.alone(Settings::Plain);
    let location = savepoint(&cluster, &[]);
    let all = SLOTS.to_string();
    let first = cluster.job(&["--parallelism", &all]);
    let said = restore(&cluster, &location, &["--timeout", "1s"], &[]);
    said.fails(3, "not all tasks of job");
    let first_line = said.printed().to_owned();
    let mut running = cluster
        .tool(["restore", &location, "--jar-id", &cluster.jar, "-v"])
        .start();
    running.until_it_says("/jobs/overview", 4);
    running.interrupt();
    let said = running.end();
    said.exits(130).says("goes on starting").claims_nothing();
    let second_line = said.printed().to_owned();
    first.cancel();
    // both go on, and each line finds its own
    let mut ids = Vec::new();
    for line in [first_line, second_line] {
        let id = line.split(' ').skip_while(|word| *word != "wait").nth(1);
        let id = id.unwrap().to_owned();
        assert_eq!(resumed(&cluster, &line).exits(0).stdout.trim(), id);
        ids.push(id);
    }
    let _jobs: Vec<_> = ids.iter().map(|id| cluster.job_of_id(id)).collect();
    let mut running = cluster.running();
    running.sort();
    ids.sort();
    assert_eq!(running, ids);
}
