//! `restore`: lost answers, what the cluster says that it restored, and which snapshot a reference means.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::answers::{self, DISK_FULL, NOW};
use super::restore::{
    DELETE, FROM, JAR_ID, RUN, UPLOAD, asked_for, job_id, restore, takes_a_jar, uploaded,
};
use super::run::{Outcome, at, shell};
use super::server::{Answer, Flink, Job, Request};

// --- lost answers -------------------------------------------------------------------------------------------------

/// Has its effect, and then this comes of it.
fn effective(
    submit: &Arc<impl Fn(&Request) -> Answer + Send + Sync + 'static>,
    comes: Answer,
) -> Answer {
    let submit = submit.clone();
    Answer::by(move |request| {
        submit(request);
        comes.clone()
    })
}

#[test]
fn a_lost_answer_to_the_run_is_asked_for_again_under_the_same_job_id_and_the_job_found_there_is_the_one()
 {
    for version in ["1.14.6", "1.20.5", "2.3.0"] {
        for lost in [
            Answer::Dropped,
            Answer::html(502),
            Answer::html(504),
            Answer::Raw(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"jobid".to_vec()),
        ] {
            let flink = Flink::start(version);
            takes_a_jar(&flink);
            let submit = Arc::new(flink.submitter(asked_for));
            let again = submit.clone();
            flink.on(
                RUN,
                [
                    effective(&submit, lost),
                    Answer::by(move |request| again(request)),
                ],
            );
            let outcome = restore(&flink, FROM).run();
            outcome.is(0, &format!("{}\n", job_id(&flink)), &[]);
            assert_eq!(flink.requests_of(RUN).len(), 2);
        }
    }
}

#[test]
fn a_submission_that_may_have_arrived_is_exit_3_and_the_resume_command_finds_the_job() {
    let flink = Flink::start("2.3.0");
    // the jar stays: the main method may need it yet
    flink.on(UPLOAD, [uploaded()]);
    let submit = Arc::new(flink.submitter(asked_for));
    flink.on(RUN, [effective(&submit, Answer::html(200))]);
    flink.on("GET /jobs/overview", [Answer::ok(answers::jobs(&[]))]);
    let outcome = restore(&flink, FROM).run();
    outcome.fails(3, &["whether it starts is not known", JAR_ID]);
    shell(&outcome.resume())
        .run()
        .is(0, &format!("{}\n", job_id(&flink)), &[]);
}

#[test]
fn a_failure_inside_the_server_does_not_say_that_no_job_runs() {
    let timeout = "java.util.concurrent.TimeoutException: Invocation of [RestfulGateway.submitJob] timed out.";
    for arrived in [true, false] {
        let flink = Flink::start("2.3.0");
        flink.on(UPLOAD, [uploaded()]);
        let submit = Arc::new(flink.submitter(asked_for));
        let refused = answers::refused(500, timeout);
        if arrived {
            flink.on(DELETE, [Answer::ok(json!({}))]);
            flink.on(RUN, [effective(&submit, refused)]);
        } else {
            flink.on(RUN, [refused]);
        }
        let outcome = restore(&flink, FROM).run();
        if arrived {
            outcome.is(0, &format!("{}\n", job_id(&flink)), &[]);
        } else {
            outcome.fails(3, &["whether it starts is not known", &job_id(&flink)]);
        }
    }
}

#[test]
fn a_submission_that_failed_behind_a_lost_answer_is_told_by_the_jobs_exceptions() {
    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    let failed = |request: &Request| {
        let (job, _) = asked_for(request);
        let status = "FAILED".to_owned();
        (Job { status, ..job }, answers::history(Vec::new()))
    };
    let submit = Arc::new(flink.submitter(failed));
    let again = submit.clone();
    let exceptions = answers::exceptions(DISK_FULL);
    flink.on(
        RUN,
        [
            effective(&submit, Answer::Dropped),
            Answer::by(move |request| again(request)),
        ],
    );
    flink.set_exceptions(exceptions);
    restore(&flink, FROM)
        .run()
        .fails(1, &[FROM, "No space left on device"]);
    job_id(&flink);
}

// --- what was restored --------------------------------------------------------------------------------------------

/// Restores from `from`, while the statistics of the new job say this.
fn confirmed(from: &str, statistics: impl Fn(&str) -> Value + Send + Sync + 'static) -> Outcome {
    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    let run = flink.submitter(move |request| {
        let (job, _) = asked_for(request);
        let statistics = statistics(&job.id);
        (job, statistics)
    });
    flink.on(RUN, [Answer::by(run)]);
    let outcome = restore(&flink, from).run();
    let id = job_id(&flink);
    assert!(outcome.stdout.is_empty() || outcome.stdout == format!("{id}\n"));
    outcome
}

#[test]
fn one_location_in_another_spelling_is_the_snapshot_that_was_asked_for() {
    for from in [
        "/sp/savepoint-1",
        "file:/sp/savepoint-1/",
        "file:///sp/savepoint-1/_metadata",
        "sp/savepoint-1",
    ] {
        let outcome = confirmed(from, |_| answers::restored("file:/sp/savepoint-1"));
        assert_eq!(outcome.code, 0, "{outcome:?}");
        assert!(!outcome.stderr.contains("restored from"), "{outcome:?}");
    }
}

/// Exit 8: the job's id is on stdout, and why it is not what was asked for on stderr.
#[track_caller]
fn runs_all_the_same(outcome: &Outcome, said: &[&str]) {
    assert_eq!(outcome.code, 8, "{outcome:?}");
    assert_eq!(outcome.stdout.trim_end().len(), 32, "{outcome:?}");
    for word in said {
        assert!(
            outcome.stderr.contains(word),
            "'{word}' is not said: {outcome:?}"
        );
    }
}

#[test]
fn a_job_that_was_restored_from_another_snapshot_is_exit_8_with_its_id() {
    for other in ["file:/sp/savepoint-2", "file:/other/sp/savepoint-1"] {
        let outcome = confirmed("/sp/savepoint-1", move |_| answers::restored(other));
        let place = other.trim_start_matches("file:");
        runs_all_the_same(&outcome, &[place, "/sp/savepoint-1", "savepointctl cancel"]);
    }
}

#[test]
fn a_job_that_began_with_nothing_is_exit_8() {
    let outcome = confirmed(FROM, |_| answers::history(Vec::new()));
    runs_all_the_same(&outcome, &["does not say that it was restored", FROM]);
}

#[test]
fn a_job_that_has_failed_since_and_was_restored_from_its_own_checkpoint_is_confirmed_with_a_note() {
    let outcome = confirmed(FROM, |id| {
        answers::restored(&format!("file:/cp/{id}/chk-3"))
    });
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.stderr.contains("its own checkpoint"), "{outcome:?}");
}

#[test]
fn statistics_that_do_not_show_the_restore_yet_are_read_again() {
    let flink = Flink::start("2.3.0");
    takes_a_jar(&flink);
    let run = flink.submitter(|request| (asked_for(request).0, answers::history(Vec::new())));
    flink.on(RUN, [Answer::by(run)]);
    // the default interval: three seconds and a half
    flink.always("GET /config", Answer::ok(answers::config("2.3.0", 3000)));
    let running = restore(&flink, FROM).start();
    flink.until(RUN, 1);
    let id = job_id(&flink);
    flink.until(&format!("GET /jobs/{id}/checkpoints"), 3);
    flink.set_statistics(&id, answers::restored(FROM));
    running.end().is(0, &format!("{id}\n"), &[]);
}

// --- references ---------------------------------------------------------------------------------------------------

/// Two running jobs and an ended one, with snapshots.
fn remembering() -> Flink {
    let flink = Flink::start("2.3.0");
    let (orders, clicks, old) = (flink.job("orders"), flink.job("clicks"), flink.job("old"));
    flink.set_status(&old, "FINISHED");
    let mut discarded = answers::complete(5, "CHECKPOINT", NOW + 90, "file:/cp/discarded");
    discarded["discarded"] = json!(true);
    flink.set_history(
        &orders,
        vec![
            answers::broken(7, "SAVEPOINT", NOW + 95, "disk full"),
            answers::unfinished(6, "SAVEPOINT", NOW + 92),
            discarded,
            answers::complete(4, "SAVEPOINT", NOW + 40, "file:/sp/orders-4"),
            answers::complete(3, "CHECKPOINT", NOW + 10, "file:/cp/orders-3"),
        ],
    );
    flink.set_history(
        &clicks,
        vec![answers::complete(
            9,
            "SAVEPOINT",
            NOW + 50,
            "file:/sp/clicks-9",
        )],
    );
    flink.set_history(
        &old,
        vec![answers::complete(
            2,
            "SYNC_SAVEPOINT",
            NOW + 20,
            "file:/sp/old-2",
        )],
    );
    flink
}

#[test]
fn a_reference_means_the_latest_snapshot_that_is_there_of_one_job_or_of_all() {
    for (reference, location) in [
        ("latest", "file:/sp/clicks-9"),
        ("latest~1", "file:/sp/orders-4"),
        ("latest~2", "file:/sp/old-2"),
        ("latest~3", "file:/cp/orders-3"),
        ("latest:orders", "file:/sp/orders-4"),
        ("latest~1:orders", "file:/cp/orders-3"),
        ("latest:orders~1", "file:/cp/orders-3"),
        ("latest:old", "file:/sp/old-2"),
    ] {
        let flink = remembering();
        flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
        let outcome = at(&flink, &format!("restore {reference} --jar-id {JAR_ID}")).run();
        let id = job_id(&flink);
        outcome.is(0, &format!("{id}\n"), &[&format!(": {location}\n")]);
        assert_eq!(
            flink.requests_of(RUN)[0].body["savepointPath"],
            location,
            "{reference}"
        );
    }
}

#[test]
fn a_reference_to_nothing_is_exit_4_and_nothing_is_uploaded() {
    for (reference, said) in [
        ("latest:nothing", "no job 'nothing'"),
        ("latest~4", "only 4 snapshots"),
        ("latest~1:old", "only 1 snapshots"),
    ] {
        let flink = remembering();
        restore(&flink, reference).run().fails(4, &[said]);
        assert!(flink.requests().iter().all(|r| r.method == "GET"));
    }
}

#[test]
fn a_reference_is_resolved_in_statistics_that_are_fresh() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let checkpoints = format!("GET /jobs/{}/checkpoints", job.id);
    flink.set_history(
        &job,
        vec![answers::complete(1, "SAVEPOINT", NOW, "file:/sp/stale")],
    );
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    let line = format!("restore latest --jar-id {JAR_ID}");
    let mut running = at(&flink, &line).start();
    running.until_said("fresh");
    assert!(flink.requests_of(&checkpoints).is_empty());
    flink.set_history(
        &job,
        vec![answers::complete(2, "SAVEPOINT", NOW + 5, "file:/sp/fresh")],
    );
    let outcome = running.end();
    assert_eq!(
        flink.requests_of(RUN)[0].body["savepointPath"],
        "file:/sp/fresh"
    );
    assert!(outcome.took > Duration::from_millis(super::server::REFRESH_MS));
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

#[test]
fn statistics_that_are_cached_for_longer_than_they_are_refreshed_are_waited_for() {
    let flink = remembering();
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    let setting = json!([{"key": "rest.cache.checkpoint-statistics.timeout", "value": "1200 ms"}]);
    flink.always("GET /jobmanager/config", Answer::ok(setting));
    let outcome = at(&flink, &format!("restore latest --jar-id {JAR_ID}")).run();
    assert!(outcome.took > Duration::from_millis(1200), "{outcome:?}");
    assert_eq!(outcome.code, 0, "{outcome:?}");
}
