//! The server below the API: limits, time, faults.

use std::io::{BufReader, Read, Write};
use std::time::{Duration, Instant};

use serde_json::json;

use super::cluster::{Answer, Mini, upload};

const JOB: &str = "00000000000000000000000000000001";

#[test]
fn one_connection_serves_many_requests() {
    let mini = Mini::start("");
    let mut stream = mini.connection();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    for path in ["/v1/overview", "/jobs", "/nope", "/jobs/overview"] {
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
        let answer = Answer::read(&mut answers).unwrap();
        assert_eq!(answer.status, if path == "/nope" { 404 } else { 200 });
        assert_eq!(
            answer.header("content-type"),
            Some("application/json; charset=UTF-8")
        );
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
}

#[test]
fn a_page_of_another_site_can_do_nothing_here() {
    let mini = Mini::start("");
    for (host, origin) in [
        ("localhost", "http://evil.example"),
        ("evil.example", "http://evil.example"),
    ] {
        let request = format!(
            "POST /savepoint-disposal HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Type: \
             text/plain\r\nContent-Length: 29\r\n\r\n{{\"savepoint-path\": \"/precious\"}}"
        );
        let answer = mini.raw(request.as_bytes()).unwrap();
        assert_eq!(answer.status, 403);
        let said = answer.json()["errors"][0].to_string();
        assert!(said.contains("The request is refused: "), "{said}");
    }
}

#[test]
fn a_body_that_is_too_large_is_refused_without_being_read() {
    let mini = Mini::start("");
    let head = format!(
        "POST /jobs/{JOB}/savepoints HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n"
    );
    let answer = mini.raw(head.as_bytes()).unwrap();
    assert_eq!((answer.status, answer.body.len()), (413, 0));
    // one that does not say how long it is
    let mut bytes = format!(
        "POST /jobs/{JOB}/stop HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    .into_bytes();
    for _ in 0..20 {
        bytes.extend_from_slice(b"100000\r\n");
        bytes.resize(bytes.len() + 0x10_0000, b' ');
        bytes.extend_from_slice(b"\r\n");
    }
    if let Some(answer) = mini.raw(&bytes) {
        assert_eq!(answer.status, 413);
    }
    mini.run("jobs --all").is(0, &[]);
}

#[test]
fn garbage_is_answered_and_hurts_nobody() {
    let mini = Mini::start("");
    for bytes in [
        &b"GARBAGE\r\n\r\n"[..],
        b"GET /jobs HTTP/9.9\r\n\r\n",
        b"GET \xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /jobs HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"",
    ] {
        let mut stream = mini.connection();
        stream.write_all(bytes).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 400"),
            "{}",
            String::from_utf8_lossy(&answer)
        );
    }
    mini.run("jobs --all").is(0, &[]);
}

#[test]
fn a_client_that_says_nothing_holds_up_nobody_and_not_the_end() {
    let mut mini = Mini::start("");
    let silent: Vec<_> = (0..50).map(|_| mini.connection()).collect();
    let mut half = mini.connection();
    half.write_all(b"POST /jobs HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf")
        .unwrap();
    mini.run("jobs --all").is(0, &[]);
    let begun = Instant::now();
    mini.signal("-TERM");
    assert_eq!(mini.end(), 0);
    assert!(
        begun.elapsed() < Duration::from_secs(10),
        "{:?}",
        begun.elapsed()
    );
    drop((silent, half));
}

#[test]
fn a_dropped_request_is_not_carried_out_and_a_dropped_answer_is() {
    let mini = Mini::start(
        "--fault '/jobs/*/savepoints:drop@1' --fault 'POST /jobs/*/savepoints:drop-answer@2'",
    );
    let trigger = |id: &str| {
        let path = format!("/jobs/{JOB}/savepoints");
        mini.try_ask("POST", &path, Some(&json!({ "triggerId": id })))
            .map(|answer| answer.status)
    };
    let is_known = |id: &str| {
        mini.ask("GET", &format!("/jobs/{JOB}/savepoints/{id}"), None)
            .0
            == 200
    };
    let [first, second, third] = ["1", "2", "3"].map(|digit| digit.repeat(32));
    assert_eq!(
        (trigger(&first), trigger(&second), trigger(&third)),
        (None, None, Some(202))
    );
    assert_eq!(
        (is_known(&first), is_known(&second), is_known(&third)),
        (false, true, true)
    );
}

#[test]
fn a_leader_election_is_told_as_flink_tells_it() {
    let mini = Mini::start("--fault /jobs/overview:503@1-2");
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let (status, body) = mini.ask("GET", "/v1/jobs/overview", None);
        if status == 503 {
            let text = "Service temporarily unavailable due to an ongoing leader election. Please refresh.";
            assert_eq!(body, json!({ "errors": [text] }));
        }
        statuses.push(status);
    }
    assert_eq!(statuses, [503, 503, 200]);
}

#[test]
fn the_tool_rides_out_an_election_and_dropped_connections() {
    let mini = Mini::start("--fault http:503@2-3 --fault http:drop@5");
    mini.run("jobs --all").is(0, &[]);
    mini.run("jobs --all").is(0, &[]);
}

#[test]
fn a_delayed_answer_comes_late() {
    let mini = Mini::start("--fault /overview:delay=300ms@1");
    let begun = Instant::now();
    assert_eq!(mini.ask("GET", "/overview", None).0, 200);
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

const PROGRAM: &str =
    "[[operator]]\ntype = \"sequence\"\nname = \"numbers\"\n[[operator]]\ntype = \"discard\"\n";

#[test]
fn an_uploaded_program_is_listed_planned_and_deleted() {
    let mini = Mini::start("");
    let id = mini.upload("../../tiny.toml", PROGRAM);
    assert!(id.ends_with("_tiny.toml"), "{id}");
    let (_, list) = mini.ask("GET", "/jars", None);
    assert_eq!(list["files"][0]["id"], id.as_str());
    assert_eq!(
        list["files"][0]["entry"],
        json!([{ "name": "tiny", "description": null }])
    );
    let (status, plan) = mini.ask("GET", &format!("/jars/{id}/plan?parallelism=3"), None);
    assert_eq!(status, 200, "{plan}");
    let nodes = plan["plan"]["nodes"].as_array().unwrap();
    assert_eq!(
        (nodes.len(), &nodes[0]["parallelism"]),
        (1, &json!(3)),
        "{plan}"
    );
    assert!(
        nodes[0]["description"]
            .as_str()
            .unwrap()
            .starts_with("Source: numbers<br/>+- "),
        "{plan}"
    );
    let body = json!({ "flinkConfiguration": { "pipeline.operator-chaining.enabled": "false" } });
    let (_, unchained) = mini.ask("POST", &format!("/jars/{id}/plan"), Some(&body));
    assert_eq!(
        unchained["plan"]["nodes"].as_array().unwrap().len(),
        2,
        "{unchained}"
    );
    assert_eq!(
        mini.ask("DELETE", &format!("/jars/{id}"), None),
        (200, json!({}))
    );
    assert_eq!(mini.ask("DELETE", &format!("/jars/{id}"), None).0, 400);
    assert_eq!(mini.ask("GET", "/jars", None).1["files"], json!([]));
}

#[test]
fn the_settings_of_a_job_are_honoured_or_refused() {
    let mini = Mini::start("-D pipeline.max-parallelism=256");
    let id = mini.upload("tiny.toml", PROGRAM);
    let run = |settings: serde_json::Value| {
        let body = json!({ "flinkConfiguration": settings });
        let (status, answer) = mini.ask("POST", &format!("/jars/{id}/run"), Some(&body));
        let job = answer["jobid"].as_str().unwrap_or_default();
        let most =
            mini.ask("GET", &format!("/jobs/{job}"), None).1["vertices"][0]["maxParallelism"]
                .clone();
        (status, most, answer.to_string())
    };
    assert_eq!(run(json!({})).1, 256);
    let settings = json!({
        "pipeline.max-parallelism": "512",
        "restart-strategy.type": "none",
        "execution.checkpointing.interval": "0",
        "s3.endpoint": "of no concern here",
    });
    assert_eq!(run(settings).1, 512);
    for (settings, said) in [
        (
            json!({ "pipeline.max-parallelism": "32769" }),
            "at most 32768",
        ),
        (json!({ "parallelism.default": "32769" }), "at most 32768"),
        (
            json!({ "parallelism.default": "512" }),
            "above its max_parallelism 256",
        ),
        (
            json!({ "restart-strategy": "now-and-then" }),
            "Could not parse value 'now-and-then'",
        ),
        (
            json!({ "state.savepoints.dir": "/sp" }),
            "takes 'state.savepoints.dir' for all of its jobs",
        ),
    ] {
        let (status, _, answer) = run(settings);
        assert!(status == 400 && answer.contains(said), "{status} {answer}");
    }
}

#[test]
fn a_program_that_is_none_is_told_by_line_and_column() {
    let mini = Mini::start("");
    let id = mini.upload("bad.toml", "[[operator]]\ntype = \"teleport\"\n");
    let (status, refused) = mini.ask("POST", &format!("/jars/{id}/run"), Some(&json!({})));
    assert_eq!(status, 400);
    let text = refused["errors"][0].as_str().unwrap();
    assert!(
        text.contains("The main method caused an error: bad.toml:2:8: "),
        "{text}"
    );
}

#[test]
fn a_jar_is_not_taken_and_the_refusal_says_why() {
    let mini = Mini::start("");
    let answer = upload(&mini.url, "job.jar", b"PK");
    let (status, refused) = (answer.status, answer.json());
    assert_eq!(status, 400);
    assert!(
        refused["errors"][0]
            .as_str()
            .unwrap()
            .contains("runs no jars"),
        "{refused}"
    );
}
