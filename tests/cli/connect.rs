//! Reaching a cluster, and everything that keeps one from it.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use serde_json::json;

use super::run::{Dir, at, tool};
use super::server::{Answer, Flink, Gate};

/// An address of loopback where nobody listens.
fn deaf() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

fn first_contact(answer: Answer) -> Flink {
    let flink = Flink::start("2.3.0");
    flink.always("GET /overview", answer);
    flink
}

#[test]
fn without_an_endpoint_it_is_exit_2_and_the_ways_to_name_one_are_listed() {
    tool(["jobs"]).run().fails(
        2,
        &[
            "-m HOST:PORT",
            "SAVEPOINTCTL_JOBMANAGER",
            "rest.address",
            "FLINK_CONF_DIR",
        ],
    );
}

#[test]
fn a_refused_first_contact_is_exit_5_in_under_3_s() {
    let address = deaf().to_string();
    let outcome = tool(["-m", &address, "jobs"]).run();
    outcome.fails(
        5,
        &[
            &format!("cannot connect to http://{address}"),
            "8081",
            "--connect-timeout",
        ],
    );
    outcome.took_less_than(Duration::from_secs(3));
}

#[test]
fn a_silent_first_contact_is_exit_5_in_under_3_s() {
    // connections wait in the queue, and nobody takes them
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let outcome = tool(["-m", &address, "jobs"]).run();
    outcome
        .fails(5, &["no answer from", "--connect-timeout"])
        .took_less_than(Duration::from_secs(3));
}

#[test]
fn a_first_contact_that_always_drops_is_exit_5_in_under_3_s() {
    let cut = Answer::Json(200, json!({"flink-version": "2.3.0"}).to_string());
    for fault in [
        Answer::Dropped,
        Answer::DroppedAfterHeaders(Box::new(cut.clone())),
        Answer::Cut(Box::new(cut)),
    ] {
        let flink = first_contact(fault);
        let outcome = at(&flink, "jobs").run();
        outcome
            .fails(5, &["the connection to"])
            .took_less_than(Duration::from_secs(3));
    }
}

#[test]
fn a_host_that_does_not_exist_is_exit_5_and_named() {
    tool([
        "-m",
        "nohost.invalid:8081",
        "jobs",
        "--connect-timeout",
        "500ms",
    ])
    .run()
    .fails(5, &["http://nohost.invalid:8081"]);
}

#[test]
fn connect_timeout_waits_for_a_cluster_that_starts() {
    let address = deaf();
    let mut running = tool([
        "-m",
        &address.to_string(),
        "jobs",
        "--connect-timeout",
        "1m",
        "-o",
        "json",
    ])
    .start();
    running.until_said("trying again for up to 60s");
    let flink = Flink::start_at("2.3.0", address);
    running.end().is(0, "{\"jobs\":[]}\n", &[]);
    drop(flink);
}

#[test]
fn connections_dropped_at_every_step_are_made_again() {
    let flink = Flink::start("2.3.0");
    flink.drop_accepts(2);
    flink.drop_after_request_line(2);
    at(&flink, "jobs -o json")
        .run()
        .is(0, "{\"jobs\":[]}\n", &[]);
}

#[test]
fn faults_of_a_moment_are_ridden_out_on_every_idempotent_request() {
    for line in ["GET /overview", "GET /jobs/overview"] {
        let flink = Flink::start("2.3.0");
        let whole = Box::new(Answer::ok(json!({"flink-version": "2.3.0", "jobs": []})));
        flink.on(
            line,
            [
                Answer::Dropped,
                Answer::DroppedAfterHeaders(whole.clone()),
                Answer::DroppedInBody(whole.clone()),
                Answer::Cut(whole),
                Answer::html(502),
                Answer::html(503),
                Answer::html(504),
            ],
        );
        at(&flink, "jobs -o json --connect-timeout 20s")
            .run()
            .is(0, "{\"jobs\":[]}\n", &[]);
    }
}

#[test]
fn a_leader_election_is_waited_for_longer_than_a_refused_connection() {
    let flink = Flink::start("2.3.0");
    flink.on("GET /overview", vec![Answer::leader_election(); 8]);
    let outcome = at(&flink, "jobs -o json").run();
    outcome.is(
        0,
        "{\"jobs\":[]}\n",
        &["electing a leader", "for up to 30s"],
    );
    assert!(outcome.took > Duration::from_millis(2500), "{outcome:?}");
}

#[test]
fn a_503_of_flinks_own_that_is_no_election_is_a_refusal() {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let text = "org.apache.flink.runtime.rest.handler.RestHandlerException: Rescaling is temporarily disabled. See FLINK-12312.";
    flink.on(
        &format!("PATCH /jobs/{}?mode=cancel", job.id),
        [Answer::json(503, json!({"errors": [text]}))],
    );
    at(&flink, "cancel orders")
        .run()
        .fails(1, &["Rescaling is temporarily disabled"]);
}

#[test]
fn a_request_has_a_total_time_out() {
    let flink = Flink::start("2.3.0");
    let gate = Gate::default();
    let slow = Answer::After(gate.clone(), Box::new(Answer::ok(json!({"jobs": []}))));
    flink.on("GET /jobs/overview", [slow]);
    at(&flink, "jobs -o json --request-timeout 300ms")
        .run()
        .is(0, "{\"jobs\":[]}\n", &[]);
    gate.open();
}

#[test]
fn a_request_timeout_may_be_as_short_as_one_likes() {
    let flink = Flink::start("2.3.0");
    for limit in ["99ms", "1us"] {
        let ran = at(
            &flink,
            &format!("jobs --request-timeout {limit} --connect-timeout 300ms"),
        )
        .run();
        // whether an answer comes within that is chance
        assert!(matches!(ran.code, 0 | 5), "{ran:?}");
    }
}

#[test]
fn credentials_that_are_wanted_are_exit_5_with_the_ways_to_give_them() {
    for status in [401, 403, 407] {
        let flink = first_contact(Answer::html(status));
        let outcome = at(&flink, "jobs").run();
        outcome.fails(
            5,
            &[&format!("status {status}"), "SAVEPOINTCTL_BEARER_TOKEN"],
        );
        assert_eq!(flink.requests().len(), 1);
    }
}

#[test]
fn a_redirect_is_not_followed_and_its_query_not_shown() {
    let elsewhere = Flink::start("2.3.0");
    let flink = first_contact(Answer::redirect(&format!(
        "{}/login?state=abc123",
        elsewhere.url()
    )));
    let outcome = at(&flink, "jobs").run();
    outcome
        .fails(5, &["redirects to", &elsewhere.url()])
        .is_silent_about("abc123");
    assert!(elsewhere.requests().is_empty());
}

#[test]
fn a_redirect_to_https_says_to_name_the_endpoint_so() {
    let flink = first_contact(Answer::redirect("https://127.0.0.1:8081/v1/overview"));
    at(&flink, "jobs").run().fails(5, &["https://HOST:PORT"]);
}

#[test]
fn a_port_that_speaks_something_else_is_exit_5_and_told_so() {
    let others = [
        Answer::html(200),
        Answer::html(404),
        Answer::text(200, "{}"),
        Answer::text(200, "[1, 2]"),
        Answer::text(200, ""),
        Answer::text(404, "404 page not found"),
        Answer::text(418, ""),
        Answer::Raw(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        Answer::Raw(b"220 mail.example ESMTP\r\n".to_vec()),
        Answer::Raw(b"\x15\x03\x01\x00\x02\x02\x46".to_vec()),
    ];
    for other in others {
        let flink = first_contact(other);
        let outcome = at(&flink, "jobs").run();
        outcome.fails(
            5,
            &["does not answer like Flink's REST API", "-m must name"],
        );
        outcome.took_less_than(Duration::from_secs(3));
    }
}

#[test]
fn an_unavailable_proxy_is_exit_5_with_its_status() {
    let flink = first_contact(Answer::html(502));
    at(&flink, "jobs")
        .run()
        .fails(5, &["not available (status 502)"]);
}

#[test]
fn the_path_of_a_url_is_kept_before_v1() {
    let flink = Flink::start("2.3.0");
    flink.set_prefix("/some/prefix");
    for path in ["/some/prefix", "/some/prefix/"] {
        tool([
            "-m",
            &format!("{}{path}", flink.url()),
            "jobs",
            "-o",
            "json",
        ])
        .run()
        .is(0, "{\"jobs\":[]}\n", &[]);
    }
}

#[test]
fn an_unknown_newer_flink_gets_a_note_and_is_tried() {
    for version in ["2.9.1", "3.0.0"] {
        let flink = Flink::start(version);
        at(&flink, "jobs -o json")
            .run()
            .is(0, "{\"jobs\":[]}\n", &[version, "newer than 2.3"]);
    }
}

#[test]
fn the_version_is_asked_for_once() {
    let flink = Flink::start("2.3.0");
    flink.job("one");
    flink.job("two");
    at(&flink, "jobs").run();
    assert_eq!(flink.requests_of("GET /overview").len(), 1);
}

// --- headers and credentials ----------------------------------------------------------------------------------------

#[test]
fn headers_of_flag_and_environment_and_credentials_go_with_every_request() {
    let dir = Dir::new();
    let flink = Flink::start("2.3.0");
    flink.job("orders");
    let token = dir.file("token", "s3cret-token\n");
    at(&flink, "jobs -vv --header X-One:eins --bearer-token-file")
        .args([&token, "--header", "X-Two: zwei zwei"])
        .env("FLINK_REST_CLIENT_HEADERS", "X-Three:drei\nX-One:not-this")
        .run()
        .is_silent_about("s3cret-token")
        .is_silent_about("zwei zwei");
    assert_eq!(flink.requests().len(), 3);
    for request in flink.requests() {
        assert_eq!(request.header("x-one"), Some("eins"));
        assert_eq!(request.header("x-two"), Some("zwei zwei"));
        assert_eq!(request.header("x-three"), Some("drei"));
        assert_eq!(request.header("authorization"), Some("Bearer s3cret-token"));
    }
}

#[test]
fn basic_credentials_come_from_environment_file_or_address() {
    let dir = Dir::new();
    let file = dir.file("login", "ann:s3cret\n");
    let flink = Flink::start("2.3.0");
    let with_login = flink.url().replace("http://", "http://ann:s3cret@");
    at(&flink, "jobs -vv")
        .env("SAVEPOINTCTL_BASIC_AUTH", "ann:s3cret")
        .run()
        .is_silent_about("s3cret");
    at(&flink, "jobs -vv --basic-auth-file")
        .arg(&file)
        .run()
        .is_silent_about("s3cret");
    tool(["-m", &with_login, "jobs", "-vv"])
        .run()
        .is_silent_about("s3cret");
    let requests = flink.requests();
    assert_eq!(requests.len(), 6);
    for request in requests {
        // base64 of ann:s3cret
        assert_eq!(
            request.header("authorization"),
            Some("Basic YW5uOnMzY3JldA==")
        );
    }
}

#[test]
fn credentials_are_never_shown_whatever_fails() {
    let dir = Dir::new();
    let token = dir.file("token", "s3cret-token");
    let answers = [
        Answer::Dropped,
        Answer::html(401),
        Answer::html(200),
        Answer::redirect("http://x.example/"),
        Answer::json(500, json!({"errors": ["java.lang.X: why"]})),
    ];
    for answer in answers {
        let flink = first_contact(answer);
        let url = flink
            .url()
            .replace("http://", "http://ann:s3cret-password@");
        let token_run = at(
            &flink,
            "jobs -vv --connect-timeout 200ms --bearer-token-file",
        )
        .arg(&token);
        let header_run =
            at(&flink, "jobs -vv --connect-timeout 200ms --header").arg("Cookie: s3cret-cookie");
        let url_run = tool(["-m", &url, "jobs", "-vv", "--connect-timeout", "200ms"]);
        let env_run = at(&flink, "jobs -vv --connect-timeout 200ms")
            .env("SAVEPOINTCTL_BEARER_TOKEN", "s3cret-token");
        for run in [token_run, header_run, url_run, env_run] {
            let outcome = run.run();
            assert_ne!(outcome.code, 0, "{outcome:?}");
            outcome
                .is_silent_about("s3cret")
                .is_silent_about("czNjcmV0");
        }
    }
}

#[test]
fn bad_headers_and_credentials_are_exit_2_and_never_repeated() {
    let dir = Dir::new();
    let empty = dir.file("empty", "\n");
    let two_lines = dir.file("two", "s3cret one\ns3cret two\n");
    let cases: [&[&str]; 7] = [
        &["--header", "s3cret without colon"],
        &["--header", "X: s3cret\u{e9}"],
        &["--header", "Content-Length: 3"],
        &["--bearer-token-file", &empty],
        &["--bearer-token-file", &two_lines],
        &["--basic-auth-file", &two_lines],
        &["--bearer-token-file", "/nonexistent/token"],
    ];
    for words in cases {
        tool(["-m", "localhost:1", "jobs"])
            .args(words.iter())
            .run()
            .fails(2, &[])
            .is_silent_about("s3cret");
    }
    let both = tool(["-m", "localhost:1", "jobs"])
        .env("SAVEPOINTCTL_BEARER_TOKEN", "s3cret")
        .env("SAVEPOINTCTL_BASIC_AUTH", "a:s3cret");
    both.run()
        .fails(2, &["both given"])
        .is_silent_about("s3cret");
}

// --- proxies ----------------------------------------------------------------------------------------------------------

#[test]
fn a_proxy_of_the_environment_is_used_for_hosts_elsewhere() {
    let proxy = Flink::start("2.3.0");
    for name in ["HTTP_PROXY", "http_proxy"] {
        tool(["-m", "flink.example:8081", "jobs", "-o", "json"])
            .env(name, &proxy.url())
            .run()
            .is(0, "{\"jobs\":[]}\n", &[]);
    }
    for request in proxy.requests() {
        assert_eq!(request.authority.as_deref(), Some("flink.example:8081"));
    }
}

#[test]
fn a_proxy_is_never_used_for_loopback() {
    let proxy = Flink::start("2.3.0");
    let flink = Flink::start("2.3.0");
    let port = flink.address().port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
            let address = format!("{host}:{port}");
            tool(["-m", &address, "jobs", "-o", "json"])
                .env(name, &proxy.url())
                .run()
                .is(0, "{\"jobs\":[]}\n", &[]);
        }
    }
    assert!(proxy.requests().is_empty(), "{:?}", proxy.requests());
}

#[test]
fn no_proxy_is_honoured() {
    let proxy = Flink::start("2.3.0");
    let run = tool([
        "-m",
        "flink.invalid:8081",
        "jobs",
        "--connect-timeout",
        "300ms",
    ])
    .env("HTTP_PROXY", &proxy.url());
    run.env("NO_PROXY", ".invalid,other")
        .run()
        .fails(5, &["cannot connect to http://flink.invalid:8081"]);
    assert!(proxy.requests().is_empty());
}

#[test]
fn the_password_of_a_proxy_is_never_shown() {
    let proxy = Flink::start("2.3.0");
    proxy.always("GET /overview", Answer::html(407));
    let url = proxy.url().replace("http://", "http://ann:s3cret@");
    let run = |words: &[&str]| tool(words.iter()).env("HTTP_PROXY", &url).run();
    run(&["-m", "flink.example:8081", "jobs", "-vv"])
        .fails(5, &["407"])
        .is_silent_about("s3cret");
    run(&["-m", "flink.example:8081", "config"]).is_silent_about("s3cret");
    let deaf = format!("http://ann:s3cret@{}", deaf());
    let lost = tool([
        "-m",
        "flink.example:8081",
        "jobs",
        "-vv",
        "--connect-timeout",
        "300ms",
    ])
    .env("HTTP_PROXY", &deaf);
    lost.run().fails(5, &[]).is_silent_about("s3cret");
}
