//! TLS: whom the tool trusts, as whom it speaks, and what it says when the two sides do not agree.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::run::{Dir, Tool, fixture, tool};
use super::server::Flink;

fn certificates(name: &str) -> Vec<CertificateDer<'static>> {
    let path = fixture(&format!("tls/{name}"));
    CertificateDer::pem_file_iter(path)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// A server with the test certificate (localhost, 127.0.0.1); `authenticated` asks for one of the client's.
fn config(authenticated: bool) -> ServerConfig {
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if authenticated {
        let mut roots = RootCertStore::empty();
        roots.add(certificates("ca.pem").remove(0)).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        builder.with_client_cert_verifier(verifier.build().unwrap())
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::from_pem_file(fixture("tls/server-key.pem")).unwrap();
    builder
        .with_single_cert(certificates("server.pem"), key)
        .unwrap()
}

fn flink(authenticated: bool) -> Flink {
    Flink::start_tls("2.3.0", config(authenticated))
}

/// `jobs` at the server, with these flags; `tls/NAME` stands for a fixture.
fn jobs(url: &str, flags: &str) -> Tool {
    let flags = flags.split_whitespace().map(|word| {
        if word.starts_with("tls/") {
            fixture(word)
        } else {
            word.to_owned()
        }
    });
    tool(["-m", url, "jobs", "-o", "json"]).args(flags)
}

const NONE: &str = "{\"jobs\":[]}\n";

#[test]
fn a_private_authority_is_trusted_when_it_is_named() {
    let flink = flink(false);
    let outcome = jobs(&flink.url(), "--cacert tls/ca.pem").run();
    outcome.is(0, NONE, &[]);
    assert!(!outcome.stderr.contains("warning"), "{outcome:?}");
    let port = flink.address().port();
    jobs(&format!("https://localhost:{port}"), "--cacert tls/ca.pem")
        .run()
        .is(0, NONE, &[]);
}

#[test]
fn an_unknown_issuer_is_exit_5_in_under_3_s_and_says_how_to_trust_it() {
    let flink = flink(false);
    let outcome = jobs(&flink.url(), "--cacert tls/client.pem").run();
    outcome.fails(
        5,
        &[
            "signed by nobody that is trusted here",
            "--cacert",
            "security.ssl.rest.truststore",
        ],
    );
    outcome.took_less_than(Duration::from_secs(3));
    assert!(flink.requests().is_empty());
}

#[test]
fn a_certificate_for_another_name_is_exit_5_with_the_flag_that_names_it() {
    let flink = flink(false);
    let outcome = jobs(
        &flink.url(),
        "--cacert tls/ca.pem --tls-server-name other.example",
    )
    .run();
    outcome.fails(
        5,
        &[
            "not for this host name",
            "localhost",
            "--tls-server-name NAME",
        ],
    );
    assert!(flink.requests().is_empty());
}

#[test]
fn tls_server_name_is_what_the_certificate_is_compared_with() {
    let flink = flink(false);
    jobs(
        &flink.url(),
        "--cacert tls/ca.pem --tls-server-name localhost",
    )
    .run()
    .is(0, NONE, &[]);
}

#[test]
fn a_client_certificate_is_shown_when_the_server_asks() {
    let flink = flink(true);
    for flags in [
        "--cert tls/client.pem --key tls/client-key.pem",
        "--cert tls/client.pem --key tls/client-key-sec1.pem",
        "--cert tls/client-all.pem",
    ] {
        jobs(&flink.url(), &format!("--cacert tls/ca.pem {flags}"))
            .run()
            .is(0, NONE, &[]);
    }
}

#[test]
fn a_client_certificate_that_is_missing_is_exit_5_with_the_flags_that_give_one() {
    let flink = flink(true);
    let outcome = jobs(&flink.url(), "--cacert tls/ca.pem").run();
    outcome.fails(
        5,
        &[
            "wants a client certificate",
            "--cert FILE.pem",
            "security.ssl.rest.keystore",
        ],
    );
    outcome.took_less_than(Duration::from_secs(3));
}

#[test]
fn a_client_certificate_that_the_server_does_not_trust_is_exit_5() {
    let flink = flink(true);
    // signed by the same authority, but for servers only
    let outcome = jobs(
        &flink.url(),
        "--cacert tls/ca.pem --cert tls/server.pem --key tls/server-key.pem",
    )
    .run();
    outcome.fails(5, &["TLS with"]);
}

#[test]
fn flinks_own_keys_name_stores_in_pkcs12() {
    let flink = flink(true);
    let dir = Dir::new();
    let text = format!(
        "rest.address: 127.0.0.1\nrest.port: {}\nsecurity.ssl.rest.enabled: true\nsecurity.ssl.rest.authentication-enabled: true\n\
         security.ssl.rest.truststore: {}\nsecurity.ssl.rest.truststore-password: changeit\n\
         security.ssl.rest.keystore: {}\nsecurity.ssl.rest.keystore-password: changeit\n",
        flink.address().port(),
        fixture("tls/truststore.p12"),
        fixture("tls/keystore.p12")
    );
    dir.file("config.yaml", &text);
    let run =
        tool(["jobs", "-o", "json", "-vv"]).env("FLINK_CONF_DIR", dir.path().to_str().unwrap());
    run.run().is(0, NONE, &[]).is_silent_about("changeit");
}

#[test]
fn a_jks_truststore_is_exit_2_with_the_command_that_converts_it() {
    let dir = Dir::new();
    let store = fixture("tls/truststore.jks");
    dir.file("config.yaml", format!(
        "rest.address: 127.0.0.1\nsecurity.ssl.rest.enabled: true\nsecurity.ssl.rest.truststore: {store}\nsecurity.ssl.rest.truststore-password: changeit\n"
    ));
    let run = tool(["jobs"]).env("FLINK_CONF_DIR", dir.path().to_str().unwrap());
    run.run()
        .fails(2, &["keytool -importkeystore", &store])
        .is_silent_about("changeit");
}

#[test]
fn https_to_a_plain_http_port_is_exit_5_and_says_so() {
    // a server of HTTP cannot read a TLS greeting: it answers 400, or hangs up
    let answering = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", answering.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in answering.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0u8; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
            );
        }
    });
    let outcome = jobs(&url, "--cacert tls/ca.pem").run();
    outcome.fails(5, &["does not speak TLS", "http://HOST:PORT"]);
    outcome.took_less_than(Duration::from_secs(3));
}

#[test]
fn http_to_a_tls_port_is_exit_5_and_names_https() {
    let flink = flink(false);
    let url = flink.url().replace("https://", "http://");
    let outcome = jobs(&url, "").run();
    outcome
        .fails(5, &["https://"])
        .took_less_than(Duration::from_secs(3));
}

#[test]
fn insecure_takes_any_certificate_and_says_loudly_so_once() {
    let flink = flink(false);
    let outcome = jobs(&flink.url(), "--insecure").run();
    outcome.is(0, NONE, &["warning: --insecure", "credentials included"]);
    assert_eq!(
        outcome.stderr.matches("--insecure").count(),
        1,
        "{outcome:?}"
    );
}

#[test]
fn insecure_is_said_with_quiet_too() {
    let flink = flink(false);
    jobs(&flink.url(), "--insecure -q")
        .run()
        .is(0, NONE, &["--insecure"]);
}

#[test]
fn a_pinned_fingerprint_of_another_certificate_is_exit_5() {
    let flink = flink(false);
    let print = ["AB"; 20].join(":");
    let run =
        jobs(&flink.url(), "").args(["-D", &format!("security.ssl.rest.cert.fingerprint={print}")]);
    run.run().fails(
        5,
        &["another fingerprint", "security.ssl.rest.cert.fingerprint"],
    );
}

#[test]
fn a_server_without_a_suite_in_common_gets_a_sentence_about_flinks_default() {
    // what a server says that offers RSA/CBC suites only: fatal alert 40, handshake_failure
    let old = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", old.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in old.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0u8; 4096]);
            let _ = stream.write_all(&[21, 3, 3, 0, 2, 2, 40]);
        }
    });
    let outcome = jobs(&url, "--cacert tls/ca.pem").run();
    outcome.fails(
        5,
        &[
            "no cipher suite or protocol version",
            "security.ssl.algorithms",
            "1.19",
        ],
    );
}

#[test]
fn tls_files_that_are_missing_or_wrong_are_exit_2_and_named() {
    let dir = Dir::new();
    let empty = dir.file("empty.pem", "");
    let cases = [
        ("--cacert /nonexistent.pem".to_owned(), "/nonexistent.pem"),
        (format!("--cacert {empty}"), "empty.pem"),
        ("--cert tls/client.pem".to_owned(), "--key"),
        ("--key tls/client-key.pem".to_owned(), "--cert"),
        (
            "--cert tls/client.pem --key tls/client-key-encrypted.pem".to_owned(),
            "client-key-encrypted.pem",
        ),
        (
            "--cert tls/client.pem --key tls/server-key.pem".to_owned(),
            "client certificate",
        ),
        (
            "--tls-server-name not/a/name".to_owned(),
            "neither a host name nor an address",
        ),
    ];
    for (flags, said) in cases {
        jobs(
            "https://127.0.0.1:1",
            &format!("--cacert tls/ca.pem {flags}")
                .replace("--cacert tls/ca.pem --cacert", "--cacert"),
        )
        .run()
        .fails(2, &[said]);
    }
}

#[test]
fn the_resume_command_carries_the_tls_flags() {
    let flink = flink(true);
    let job = flink.job("orders");
    flink.accept_triggers(&format!("POST /jobs/{}/savepoints", job.id), 1);
    flink.always_polls(
        &format!("/jobs/{}/savepoints", job.id),
        super::answers::in_progress(),
    );
    let flags = [
        "--cacert",
        &fixture("tls/ca.pem"),
        "--cert",
        &fixture("tls/client-all.pem"),
        "--tls-server-name",
        "localhost",
    ];
    let outcome = tool([
        "-m",
        &flink.url(),
        "trigger",
        "orders",
        "--timeout",
        "100ms",
    ])
    .args(flags)
    .run();
    outcome.fails(3, &[]);
    flink.always_polls(
        &format!("/jobs/{}/savepoints", job.id),
        super::answers::done("file:/sp/1"),
    );
    super::run::shell(&outcome.resume())
        .run()
        .is(0, "file:/sp/1\n", &[]);
}

#[test]
fn tls_flags_without_https_have_no_effect_and_say_so() {
    let flink = Flink::start("2.3.0");
    jobs(&flink.url(), "--insecure")
        .run()
        .is(0, NONE, &["no effect without https: --insecure"]);
}
