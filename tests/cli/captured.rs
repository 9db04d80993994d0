//! What real Flinks have answered (tests/fixtures/rest) is read: each answer is served as it came.

use std::collections::HashMap;

use serde_json::Value;

use super::run::{Outcome, at, fixture};
use super::server::{Answer, Flink};

const ID: &str = "5f0d0f4c3b0e4a0d9b1f8a7c6d5e4f30";

/// The answers of one version by name.
struct Captured {
    version: &'static str,
    answers: HashMap<String, (u16, String)>,
}

impl Captured {
    fn of(version: &'static str) -> Self {
        let read = |name: &str| {
            std::fs::read_to_string(fixture(&format!("rest/{version}/{name}"))).unwrap()
        };
        let list = read("answers");
        let rows = list.lines().map(|row| {
            let mut cells = row.split('\t');
            let (name, status) = (
                cells.next().unwrap(),
                cells.next().unwrap().parse().unwrap(),
            );
            (name.to_owned(), (status, read(&format!("{name}.json"))))
        });
        Self {
            version,
            answers: rows.collect(),
        }
    }

    fn answer(&self, name: &str) -> Answer {
        let (status, text) = &self.answers[name];
        Answer::text(*status, text.clone())
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.answers[name].1).unwrap()
    }

    /// A server with the captured overview and jobs.
    fn flink(&self) -> Flink {
        let flink = Flink::start(self.version);
        flink.always("GET /overview", self.answer("overview"));
        flink.always("GET /jobs/overview", self.answer("jobs-overview"));
        flink
    }

    fn job(&self, name: &str) -> String {
        let jobs = self.json("jobs-overview");
        let found = jobs["jobs"]
            .as_array()
            .unwrap()
            .iter()
            .find(|job| job["name"] == name);
        found.unwrap()["jid"].as_str().unwrap().to_owned()
    }

    /// Triggers a savepoint of a job, whose trigger and poll answer this.
    fn triggered(&self, job: &str, poll: &str) -> Outcome {
        let (flink, id) = (self.flink(), self.job(job));
        let history = match job {
            "batch" => "history-batch",
            _ => "history",
        };
        flink.always(&format!("GET /jobs/{id}/checkpoints"), self.answer(history));
        flink.accept_triggers(&format!("POST /jobs/{id}/savepoints"), 1);
        let polls = [self.answer("savepoint-in-progress"), self.answer(poll)];
        flink.polls(&format!("/jobs/{id}/savepoints"), polls);
        at(&flink, &format!("trigger {job}")).run()
    }
}

fn versions() -> [Captured; 2] {
    ["1.14.6", "2.3.0"].map(Captured::of)
}

#[test]
fn the_version_is_read_from_a_real_overview() {
    for captured in versions() {
        assert_eq!(captured.json("overview")["flink-version"], captured.version);
        let flink = captured.flink();
        flink.always("GET /jobs/overview", captured.answer("no-jobs"));
        at(&flink, "jobs -o json")
            .run()
            .is(0, "{\"jobs\":[]}\n", &[]);
    }
}

#[test]
fn real_jobs_and_statistics_are_read() {
    for captured in versions() {
        let flink = captured.flink();
        let jobs = captured.json("jobs-overview");
        for job in jobs["jobs"].as_array().unwrap() {
            let history = match job["name"].as_str().unwrap() {
                "counter" => "history",
                "slow" => "history-in-progress",
                "batch" => "history-batch",
                _ => "unknown-job",
            };
            let path = format!("GET /jobs/{}/checkpoints", job["jid"].as_str().unwrap());
            flink.always(&path, captured.answer(history));
        }
        let outcome = at(&flink, "jobs --all -o json").run();
        let shown: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let shown = shown["jobs"].as_array().unwrap();
        assert_eq!(shown.len(), jobs["jobs"].as_array().unwrap().len());
        let named = |name: &str| shown.iter().find(|job| job["job_name"] == name).unwrap();
        let latest = &captured.json("history")["latest"];
        for (ours, theirs) in [
            ("last_savepoint", "savepoint"),
            ("last_checkpoint", "completed"),
        ] {
            let (ours, theirs) = (&named("counter")[ours], &latest[theirs]);
            assert_eq!(
                ours["location"], theirs["external_path"],
                "{}",
                captured.version
            );
            assert_eq!(ours["checkpoint_id"], theirs["id"]);
            assert_eq!(ours["state_size"], theirs["state_size"]);
        }
        assert_eq!(named("slow")["last_savepoint"], Value::Null);
    }
}

#[test]
fn a_real_savepoint_is_believed() {
    for captured in versions() {
        let location = captured.json("savepoint-completed")["operation"]["location"].clone();
        captured.triggered("slow", "savepoint-completed").is(
            0,
            &format!("{}\n", location.as_str().unwrap()),
            &[],
        );
    }
}

#[test]
fn real_failures_are_told_by_their_root_cause() {
    for captured in versions() {
        // 1.14 looks at the tasks that wait for others before it looks at their edges, and shows statistics all the same
        let batch = match captured.version {
            "1.14.6" => "not all tasks of the job are running",
            _ => "(batch) is a batch job, and batch jobs take no snapshots",
        };
        let cases = [
            (
                "counter",
                "savepoint-no-directory",
                1,
                "Failed to create savepoint directory at /flink/file/below",
            ),
            (
                "counter",
                "savepoint-task-failed",
                1,
                "the snapshot fails, as asked",
            ),
            ("batch", "savepoint-batch", 7, batch),
        ];
        for (job, name, code, said) in cases {
            let outcome = captured.triggered(job, name);
            outcome.fails(code, &[said]);
            assert!(!outcome.stderr.contains("\tat "), "{outcome:?}");
        }
    }
}

#[test]
fn a_real_savepoint_of_a_job_that_has_ended_meanwhile_is_refused() {
    for captured in versions() {
        let (flink, id) = (captured.flink(), captured.job("counter"));
        flink.accept_triggers(&format!("POST /jobs/{id}/savepoints"), 1);
        flink.polls(
            &format!("/jobs/{id}/savepoints"),
            [captured.answer("savepoint-ended-job")],
        );
        let jobs = captured.json("jobs-overview").to_string();
        let ended = jobs
            .replace("RUNNING", "FINISHED")
            .replace("\"end-time\":-1", "\"end-time\":1795394708923");
        flink.on(
            "GET /jobs/overview",
            [captured.answer("jobs-overview"), Answer::text(200, ended)],
        );
        at(&flink, "trigger counter")
            .run()
            .fails(7, &["has ended: FINISHED"]);
    }
}

#[test]
fn an_unknown_trigger_id_is_recognised_in_the_words_of_each_version() {
    for captured in versions() {
        let (flink, id) = (captured.flink(), captured.job("slow"));
        flink.always_polls(
            &format!("/jobs/{id}/savepoints"),
            captured.answer("unknown-trigger-id"),
        );
        at(&flink, &format!("wait slow {ID} --verb trigger"))
            .run()
            .fails(4, &["does not know trigger id"]);
    }
}

#[test]
fn a_savepoint_in_progress_is_recognised_in_real_statistics() {
    for captured in versions() {
        let (flink, id) = (captured.flink(), captured.job("slow"));
        flink.always_polls(
            &format!("/jobs/{id}/savepoints"),
            captured.answer("unknown-trigger-id"),
        );
        flink.always(
            &format!("GET /jobs/{id}/checkpoints"),
            captured.answer("history-in-progress"),
        );
        let line =
            format!("wait slow {ID} --verb trigger --since 1970-01-01T00:00:00Z --timeout 300ms");
        at(&flink, &line).run().fails(3, &["is still running"]);
    }
}

#[test]
fn a_real_stop_that_failed_late_gives_its_location_where_flink_tells_it() {
    for captured in versions() {
        let (flink, id) = (captured.flink(), captured.job("ending"));
        flink.always_polls(
            &format!("/jobs/{id}/savepoints"),
            captured.answer("stop-failed-late"),
        );
        let status = serde_json::json!({"status": "FAILED"});
        let ids = serde_json::json!({"jobs": [{"id": id, "status": "FAILED"}]});
        flink.always(&format!("GET /jobs/{id}/status"), Answer::ok(status));
        flink.always("GET /jobs", Answer::ok(ids));
        let outcome = at(&flink, &format!("wait ending {ID} --verb stop")).run();
        if captured.version == "1.14.6" {
            outcome.fails(1, &["look into the savepoint directory"]);
        } else {
            assert!(
                outcome.code == 8
                    && outcome
                        .stdout
                        .starts_with("file:/flink/savepoints/savepoint-"),
                "{outcome:?}"
            );
        }
    }
}

#[test]
fn a_real_stop_and_real_states_of_a_job_are_read() {
    for captured in versions() {
        let (flink, id) = (captured.flink(), captured.job("counter"));
        flink.always_polls(
            &format!("/jobs/{id}/savepoints"),
            captured.answer("stop-completed"),
        );
        let status = if captured.version == "1.14.6" {
            ("GET /jobs".to_owned(), "jobs")
        } else {
            (format!("GET /jobs/{id}/status"), "job-status")
        };
        flink.on(&status.0, [captured.answer(status.1)]);
        let location = captured.json("stop-completed")["operation"]["location"].clone();
        let outcome = at(&flink, &format!("wait counter {ID} --verb stop")).run();
        outcome.is(0, &format!("{}\n", location.as_str().unwrap()), &[]);
    }
}

#[test]
fn a_real_checkpoint_is_found_by_its_id() {
    let captured = Captured::of("2.3.0");
    let (flink, id) = (captured.flink(), captured.job("counter"));
    flink.accept_triggers(&format!("POST /jobs/{id}/checkpoints"), 1);
    flink.polls(
        &format!("/jobs/{id}/checkpoints"),
        [captured.answer("checkpoint-completed")],
    );
    flink.always(
        &format!("GET /jobs/{id}/checkpoints"),
        captured.answer("history"),
    );
    let number = &captured.json("checkpoint-completed")["operation"]["checkpointId"];
    // when the statistics were captured, Flink had deleted it for a newer one
    let said =
        format!("checkpoint {number} of job {id} (counter) was complete, but Flink has deleted it");
    at(&flink, "checkpoint counter").run().fails(8, &[&said]);
}

#[test]
fn real_disposals_are_read() {
    for captured in versions() {
        let flink = captured.flink();
        flink.on(
            &format!("GET /savepoint-disposal/{ID}"),
            [
                captured.answer("disposal-completed"),
                captured.answer("disposal-failed"),
            ],
        );
        at(&flink, &format!("wait --dispose {ID}"))
            .run()
            .is(0, "", &["is done"]);
        at(&flink, &format!("wait --dispose {ID}"))
            .run()
            .fails(4, &["/flink/nothing"]);
    }
}

#[test]
fn real_refusals_of_a_cancellation_mean_that_the_job_has_ended() {
    for captured in versions() {
        let (flink, id) = (captured.flink(), captured.job("slow"));
        flink.on(
            &format!("PATCH /jobs/{id}?mode=cancel"),
            [captured.answer("cancel-ended"), captured.answer("cancel")],
        );
        let finished = serde_json::json!({"status": "FINISHED"});
        let canceled = serde_json::json!({"status": "CANCELED"});
        let list =
            |status: &str| Answer::ok(serde_json::json!({"jobs": [{"id": id, "status": status}]}));
        if captured.version == "1.14.6" {
            flink.on("GET /jobs", [list("FINISHED"), list("CANCELED")]);
        } else {
            flink.on(
                &format!("GET /jobs/{id}/status"),
                [Answer::ok(finished), Answer::ok(canceled)],
            );
        }
        assert_eq!(at(&flink, "cancel slow").run().code, 7);
        at(&flink, "cancel slow")
            .run()
            .is(0, &format!("{id}\n"), &[]);
    }
}
