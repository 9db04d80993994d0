//! What is asked of both clusters, in this order.

use serde_json::{Value, json};

/// What is done on both sides.
pub enum Step {
    /// A request: method, path and JSON body, with `{job}`, `{jar}`, `{unknown}`, `{savepoint}` and
    /// `{request}` in it.
    Ask(&'static str, &'static str, Option<Value>),
    /// A request with a body that is no JSON value.
    Raw(&'static str, &'static str, &'static str),
    /// An upload of a file of this name.
    Upload(&'static str),
    /// A poll until the operation is over.
    Finish(&'static str),
    /// No request: waits until the job is in this state and as many of its tasks run.
    State(&'static str, u64),
    /// No request: waits for this many completed checkpoints.
    Checkpoints(u64),
    /// No request: the next steps are about this job.
    Job(&'static str),
}

use Step::{Ask, Checkpoints, Finish, Job, Raw, State, Upload};

fn get(path: &'static str) -> Step {
    Ask("GET", path, None)
}

fn post(path: &'static str, body: Value) -> Step {
    Ask("POST", path, Some(body))
}

/// A trigger id, told apart by one digit.
fn id(digit: char) -> String {
    digit.to_string().repeat(32)
}

/// All of it.
pub fn all() -> Vec<Step> {
    [
        nobody(),
        bad_bodies(),
        jars(),
        a_life(),
        a_job_that_never_starts(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Paths and jobs that nobody knows.
fn nobody() -> Vec<Step> {
    let mut steps: Vec<Step> = [
        "/nope",
        "/v2/jobs",
        "/jobs/",
        "//jobs",
        "/v1/jobs",
        "/jobs",
        "/jobs/overview",
        "/overview",
        "/config",
        "/taskmanagers",
        "/jobs/xyz",
        "/jobs/xyz/status",
        "/jobs/x%20y/plan",
        "/jobs/{unknown}",
        "/jobs/{unknown}/status",
        "/jobs/{unknown}/plan",
        "/jobs/{unknown}/config",
        "/jobs/{unknown}/exceptions",
        "/jobs/{unknown}/exceptions?maxExceptions=x",
        "/jobs/{unknown}/execution-result",
        "/jobs/{unknown}/accumulators",
        "/jobs/{unknown}/checkpoints",
        "/jobs/{unknown}/checkpoints/config",
        "/jobs/{unknown}/checkpoints/details/1",
        "/jobs/{unknown}/checkpoints/details/abc",
        "/jobs/{unknown}/checkpoints/zz",
        "/jobs/{unknown}/savepoints/zz",
        "/jobs/{unknown}/stop",
        "/jobs/{unknown}/yarn-cancel",
        "/jobs/{unknown}/savepoints/99999999999999999999999999999999",
        "/jobs/{unknown}/checkpoints/99999999999999999999999999999999",
        "/savepoint-disposal/99999999999999999999999999999999",
        "/savepoint-disposal/zz",
        "/jars",
        "/jars/nope",
        "/jars/nope/plan",
        "/jars/upload",
    ]
    .map(get)
    .into();
    for (method, path) in [
        ("DELETE", "/jobs"),
        ("OPTIONS", "/jobs"),
        ("PUT", "/jobs/{unknown}"),
        ("POST", "/jobs/{unknown}"),
        ("POST", "/nope"),
        ("PATCH", "/jobs/xyz"),
        ("PATCH", "/jobs/{unknown}"),
        ("PATCH", "/jobs/{unknown}?mode=cancel"),
        ("PATCH", "/jobs/{unknown}?mode=stop"),
        ("PATCH", "/jobs/{unknown}?mode=foo"),
        ("DELETE", "/jars/nope"),
    ] {
        steps.push(Ask(method, path, None));
    }
    steps
}

fn bad_bodies() -> Vec<Step> {
    let mut steps = vec![Raw("POST", "/jobs ", "{}")];
    for body in ["{", "[]", "null", "\"x\"", "7"] {
        steps.push(Raw("POST", "/jobs/{unknown}/savepoints", body));
    }
    for body in [
        json!({ "triggerId": "zz" }),
        json!({ "triggerId": "aa" }),
        json!({ "formatType": "canonical" }),
        json!({ "cancel-job": "maybe" }),
    ] {
        steps.push(post("/jobs/{unknown}/savepoints", body));
    }
    for body in [
        json!({ "drain": "x" }),
        json!({ "triggerId": "zz" }),
        json!({ "formatType": "x" }),
        json!([]),
    ] {
        steps.push(post("/jobs/{unknown}/stop", body));
    }
    for body in [
        json!({ "checkpointType": "X" }),
        json!({ "checkpointType": "INCREMENTAL" }),
        json!({ "triggerId": "zz" }),
    ] {
        steps.push(post("/jobs/{unknown}/checkpoints", body));
    }
    steps.push(post("/jobs/xyz/savepoints", json!({})));
    // accepted, and then a failure: of a job that nobody knows, in whatever words it was asked for
    for (digit, body) in [
        ('1', json!({})),
        (
            '2',
            json!({ "cancel-job": "true", "target-directory": 5, "unknown-field": [] }),
        ),
        ('3', json!({ "target-directory": "" })),
    ] {
        let mut body = body;
        body["triggerId"] = id(digit).into();
        steps.push(post("/jobs/{unknown}/savepoints", body));
    }
    steps.extend([
        Finish("/jobs/{unknown}/savepoints/11111111111111111111111111111111"),
        Finish("/jobs/{unknown}/savepoints/22222222222222222222222222222222"),
        Finish("/jobs/{unknown}/savepoints/33333333333333333333333333333333"),
        post("/jobs/{unknown}/stop", json!({ "triggerId": id('4') })),
        Finish("/jobs/{unknown}/savepoints/44444444444444444444444444444444"),
        post(
            "/jobs/{unknown}/checkpoints",
            json!({ "triggerId": id('5') }),
        ),
        Finish("/jobs/{unknown}/checkpoints/55555555555555555555555555555555"),
        post("/savepoint-disposal", json!({})),
        post("/savepoint-disposal", json!({ "savepoint-path": null })),
    ]);
    for path in ["", "/nope/x", "relative/x", "/"] {
        steps.push(post(
            "/savepoint-disposal",
            json!({ "savepoint-path": path }),
        ));
        steps.push(Finish("/savepoint-disposal/{request}"));
    }
    steps
}

fn jars() -> Vec<Step> {
    let mut steps = vec![
        Raw("POST", "/jars/upload", "{}"),
        Upload("job.txt"),
        Upload(""),
        Upload("{name}"),
        get("/jars"),
        get("/jars/{jar}/plan"),
        get("/jars/{jar}/plan?parallelism=3"),
        get("/jars/{jar}/plan?parallelism=x"),
        post("/jars/{jar}/plan", json!({ "parallelism": 2 })),
        post("/jars/nope/run", json!({})),
        Ask("POST", "/jars/{jar}/run?parallelism=x", None),
    ];
    for body in [
        json!({ "parallelism": "x" }),
        json!({ "parallelism": 0 }),
        json!({ "jobId": "zz" }),
        json!({ "claimMode": "claim" }),
        json!({ "flinkConfiguration": [] }),
        json!({ "allowNonRestoredState": "x" }),
        json!({ "programArgsList": "x" }),
        json!({ "entryClass": "Nope" }),
        json!({ "savepointPath": "/nope/x" }),
        json!({ "savepointPath": "/tmp" }),
    ] {
        steps.push(post("/jars/{jar}/run", body));
    }
    steps
}

fn a_life() -> Vec<Step> {
    // none comes by itself: which there are must not hang on how long the steps take
    let configuration = json!({ "execution.checkpointing.interval": "1 h" });
    let run = json!({ "jobId": id('a'), "parallelism": 2, "flinkConfiguration": configuration });
    let again = json!({ "jobId": id('a') });
    let restored = json!({
        "jobId": id('b'), "savepointPath": "{savepoint}", "parallelism": 2, "claimMode": "NO_CLAIM",
        "allowNonRestoredState": true,
    });
    vec![
        post("/jars/{jar}/run", run),
        Job("a"),
        State("RUNNING", 3),
        post("/jobs/{job}/checkpoints", json!({ "triggerId": id('8') })),
        Finish("/jobs/{job}/checkpoints/88888888888888888888888888888888"),
        post("/jobs/{job}/checkpoints", json!({ "triggerId": id('9') })),
        Finish("/jobs/{job}/checkpoints/99999999999999999999999999999999"),
        Checkpoints(2),
        get("/jobs"),
        get("/jobs/{job}"),
        get("/jobs/{job}/status"),
        get("/jobs/{job}/plan"),
        get("/jobs/{job}/config"),
        get("/jobs/{job}/exceptions"),
        get("/jobs/{job}/accumulators"),
        get("/jobs/{job}/execution-result"),
        get("/jobs/{job}/checkpoints/config"),
        get("/jobs/{job}/checkpoints/details/2"),
        get("/jobs/{job}/checkpoints/details/99999"),
        post("/jars/{jar}/run", again),
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('1'), "formatType": "NATIVE" }),
        ),
        Finish("/jobs/{job}/savepoints/11111111111111111111111111111111"),
        // the same id again is the same savepoint, whatever else is asked for
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('1'), "target-directory": "/nope" }),
        ),
        Finish("/jobs/{job}/savepoints/11111111111111111111111111111111"),
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('2'), "target-directory": "" }),
        ),
        Finish("/jobs/{job}/savepoints/22222222222222222222222222222222"),
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('3'), "target-directory": "/proc/nope" }),
        ),
        Finish("/jobs/{job}/savepoints/33333333333333333333333333333333"),
        post(
            "/jobs/{job}/savepoints",
            json!({ "triggerId": id('4'), "target-directory": "s3://b/x" }),
        ),
        Finish("/jobs/{job}/savepoints/44444444444444444444444444444444"),
        post("/jobs/{job}/checkpoints", json!({ "triggerId": id('5') })),
        Finish("/jobs/{job}/checkpoints/55555555555555555555555555555555"),
        // ids of savepoints and of checkpoints are apart
        get("/jobs/{job}/savepoints/55555555555555555555555555555555"),
        get("/jobs/{job}/checkpoints"),
        post("/jobs/{job}/stop", json!({ "triggerId": id('6') })),
        Finish("/jobs/{job}/savepoints/66666666666666666666666666666666"),
        State("FINISHED", 0),
        get("/jobs/{job}"),
        get("/jobs/{job}/execution-result"),
        get("/jobs/{job}/checkpoints"),
        Ask("PATCH", "/jobs/{job}", None),
        post("/jobs/{job}/savepoints", json!({ "triggerId": id('7') })),
        Finish("/jobs/{job}/savepoints/77777777777777777777777777777777"),
        post("/jars/{jar}/run", restored),
        Job("b"),
        State("RUNNING", 3),
        get("/jobs/{job}/checkpoints"),
        get("/jobs/{job}/checkpoints/config"),
        get("/jobs/{job}/yarn-cancel"),
        State("CANCELED", 0),
        get("/jobs/{job}/yarn-cancel"),
        get("/jobs/{job}/execution-result"),
        get("/jobs/{job}"),
        get("/jobs/overview"),
        get("/overview"),
        post(
            "/savepoint-disposal",
            json!({ "savepoint-path": "{savepoint}" }),
        ),
        Finish("/savepoint-disposal/{request}"),
        post(
            "/savepoint-disposal",
            json!({ "savepoint-path": "{savepoint}" }),
        ),
        Finish("/savepoint-disposal/{request}"),
    ]
}

fn a_job_that_never_starts() -> Vec<Step> {
    let run = json!({ "jobId": id('e'), "savepointPath": "/nope/x" });
    let mut steps = vec![post("/jars/{jar}/run", run), Job("e"), State("FAILED", 0)];
    steps.extend(
        [
            "/jobs/{job}",
            "/jobs/{job}/status",
            "/jobs/{job}/plan",
            "/jobs/{job}/config",
            "/jobs/{job}/exceptions",
            "/jobs/{job}/execution-result",
            "/jobs/{job}/checkpoints",
            "/jobs/{job}/checkpoints/config",
            "/jobs/{job}/checkpoints/details/1",
        ]
        .map(get),
    );
    steps.extend([
        Ask("PATCH", "/jobs/{job}", None),
        Ask("DELETE", "/jars/{jar}", None),
        Ask("DELETE", "/jars/{jar}", None),
    ]);
    steps
}
