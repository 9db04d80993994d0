//! A REST endpoint with TLS, and one that wants a client certificate.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::cluster::{Cluster, Version};
use crate::tool::Tool;

/// A trial that starts its cluster by itself.
type OnItsOwn = (&'static str, fn());

pub const TRIALS: &[OnItsOwn] = &[
    (
        "a_client_certificate_is_shown_where_flink_wants_one",
        client_certificate,
    ),
    (
        "the_default_suite_of_old_flink_is_named_with_its_remedy",
        old_suite,
    ),
];

fn fixture(name: &str) -> String {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    dir.join(name).display().to_string()
}

fn options(settings: &[(&str, &str)]) -> Vec<String> {
    let words = settings.iter().map(|(key, value)| format!("{key}={value}"));
    words
        .flat_map(|setting| ["--conf".to_owned(), setting])
        .collect()
}

fn client_certificate() {
    let (keystore, truststore) = (fixture("server.p12"), fixture("truststore.p12"));
    let (cert, key) = (fixture("client.pem"), fixture("client-key.pem"));
    let cacert = fixture("ca.pem");
    let settings = [
        ("security.ssl.rest.enabled", "true"),
        ("security.ssl.rest.authentication-enabled", "true"),
        ("security.ssl.rest.keystore", &keystore),
        ("security.ssl.rest.keystore-password", "changeit"),
        ("security.ssl.rest.key-password", "changeit"),
        ("security.ssl.rest.truststore", &truststore),
        ("security.ssl.rest.truststore-password", "changeit"),
    ];
    let curl = ["--cert", &cert, "--key", &key];
    let cluster =
        Cluster::start(Version::NEWEST, "mutual-tls", &options(&settings), &curl).with_job();
    let job = cluster.job(&[]);

    let pem = ["--cacert", &cacert, "--cert", &cert, "--key", &key];
    cluster
        .tool(["jobs", "-o", "name"])
        .args(pem)
        .run()
        .exits(0);
    cluster
        .tool(["trigger", &job.id])
        .args(pem)
        .run()
        .location();
    let said = cluster
        .tool(["trigger", &job.id, "--detached"])
        .args(["-m", &cluster.url])
        .args(pem);
    // the printed command carries the same files
    let said = said.run();
    let line = said
        .stderr
        .lines()
        .find_map(|line| line.split_once("with `"));
    let line = line
        .unwrap_or_else(|| panic!("{said}"))
        .1
        .trim_end_matches('`');
    Tool::line(line, &cluster.dir).run().location();

    let said = cluster.tool(["jobs", "--cacert", &cacert]).run();
    said.fails(5, "wants a client certificate").says("--cert");
    let said = cluster.tool(["jobs", "--cert", &cert, "--key", &key]).run();
    said.fails(5, "signed by nobody that is trusted")
        .says("--cacert");
    let plain = cluster.url.replace("https:", "http:");
    let said = cluster.tool(["jobs", "-m", &plain]).run();
    said.exits(5).says("https://").claims_nothing();

    let mut tool = Tool::new(&cluster.dir).args(["trigger", &job.id]);
    tool.env("FLINK_CONF_DIR", flink_conf(&cluster));
    tool.run().location();
}

/// A configuration directory for clients, with Flink's own keys.
fn flink_conf(cluster: &Cluster) -> PathBuf {
    let conf = cluster.fresh_dir();
    fs::create_dir(&conf).unwrap();
    let port = cluster.url.rsplit(':').next().unwrap();
    let text = format!(
        "rest:\n  address: 127.0.0.1\n  port: {port}\nsecurity.ssl.rest:\n  enabled: true\n  \
         authentication-enabled: true\n  keystore: {}\n  keystore-password: changeit\n  \
         key-password: changeit\n  truststore: {}\n  truststore-password: changeit\n",
        fixture("keystore-java.p12"),
        fixture("truststore.p12"),
    );
    fs::write(conf.join("config.yaml"), text).unwrap();
    conf
}

/// A key store with an RSA key, without which the old suite could not be spoken by anybody.
fn rsa_store() -> &'static str {
    static STORE: OnceLock<String> = OnceLock::new();
    STORE.get_or_init(|| {
        let file = format!("rsa-{}.p12", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
        let _ = fs::remove_file(&path);
        let path = path.display().to_string();
        let words = "-genkeypair -alias server -keyalg RSA -keysize 2048 -dname CN=localhost -storetype PKCS12 \
                     -ext san=ip:127.0.0.1 -storepass changeit -keystore";
        let made = Command::new("keytool").args(words.split_whitespace()).arg(&path).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        path
    })
}

fn old_suite() {
    let store = rsa_store();
    let settings = [
        ("security.ssl.rest.enabled", "true"),
        ("security.ssl.rest.keystore", store),
        ("security.ssl.rest.keystore-password", "changeit"),
        ("security.ssl.rest.key-password", "changeit"),
        ("security.ssl.rest.truststore", store),
        ("security.ssl.rest.truststore-password", "changeit"),
    ];
    // curl shares that suite, so the cluster is known to work
    let cluster = Cluster::start(Version::OLDEST, "old-suite", &options(&settings), &[]);
    for trust in [None, Some("--insecure")] {
        let said = cluster.tool(["jobs"]).args(trust).run();
        said.fails(5, "shares no cipher suite")
            .says("security.ssl.algorithms");
    }
    fs::remove_file(store).unwrap();
}
