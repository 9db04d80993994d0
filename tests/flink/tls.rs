//! A REST endpoint with TLS, and one that wants a client certificate.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::OnItsOwn;
use crate::cluster::{Cluster, Version};
use crate::tool::Tool;

pub const TRIALS: &[OnItsOwn] = &[
    (
        "a_client_certificate_is_shown_where_flink_wants_one",
        client_certificate,
    ),
    ("an_old_flink_speaks_tls_as_it_comes", old_flink),
    (
        "a_server_with_the_old_suite_only_is_told_by_the_key_that_names_suites",
        old_suite,
    ),
];

fn fixture(name: &str) -> String {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
    dir.join(name).display().to_string()
}

fn client_certificate() {
    let scratch = Scratch::new("mutual-tls");
    let options = server(&rsa_store(&scratch.0), true);
    let (cert, key) = (fixture("client.pem"), fixture("client-key.pem"));
    let cacert = fixture("ca.pem");
    let curl = ["--cert", &cert, "--key", &key];
    let cluster = Cluster::start(Version::NEWEST, "mutual-tls", &options, &curl).with_job();
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

/// A key store for servers, with an RSA key that the fixtures' authority has signed: Flink's REST endpoint found no
/// suite in common with anybody when its key was one on an elliptic curve.
fn rsa_store(dir: &Path) -> String {
    fs::create_dir_all(dir).unwrap();
    let script = r#"
        openssl req -newkey rsa:2048 -noenc -subj /CN=server -keyout key.pem -out request.pem
        printf 'extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1\n' >extensions
        openssl x509 -req -in request.pem -CA "$1/ca.pem" -CAkey "$1/ca-key.pem" -days 2 -extfile extensions -out cert.pem
        openssl pkcs12 -export -name server -in cert.pem -inkey key.pem -certfile "$1/ca.pem" \
            -passout pass:changeit -out store.p12"#;
    let mut shell = Command::new("sh");
    shell.args(["-ec", script, "sh", &fixture("")]);
    let made = shell.current_dir(dir).output().unwrap();
    assert!(made.status.success(), "{made:?}");
    dir.join("store.p12").display().to_string()
}

/// The settings of a REST endpoint with TLS.
fn server(store: &str, authentication: bool) -> Vec<String> {
    let settings = [
        ("enabled", "true"),
        (
            "authentication-enabled",
            if authentication { "true" } else { "false" },
        ),
        ("keystore", store),
        ("keystore-password", "changeit"),
        ("key-password", "changeit"),
        ("truststore", &fixture("truststore.p12")),
        ("truststore-password", "changeit"),
    ];
    let words = settings.map(|(key, value)| format!("security.ssl.rest.{key}={value}"));
    words
        .into_iter()
        .flat_map(|setting| ["--conf".to_owned(), setting])
        .collect()
}

fn old_flink() {
    let scratch = Scratch::new("old-tls");
    let options = server(&rsa_store(&scratch.0), false);
    let cluster = Cluster::start(Version::OLDEST, "old-tls", &options, &[]).with_job();
    let job = cluster.job(&[]);
    let said = cluster
        .tool(["trigger", &job.id, "--cacert", &fixture("ca.pem")])
        .run();
    said.location();
}

fn old_suite() {
    let scratch = Scratch::new("old-suite");
    let mut options = server(&rsa_store(&scratch.0), false);
    // the REST endpoint does not keep to security.ssl.algorithms, but it does keep to what its JVM allows
    let security = scratch.0.join("java.security");
    fs::write(
        &security,
        "jdk.tls.disabledAlgorithms=TLSv1.1, ECDHE, DHE\n",
    )
    .unwrap();
    options.push("--java-opt".to_owned());
    options.push(format!("-Djava.security.properties={}", security.display()));
    // curl still shares that suite, so the cluster is known to work
    let cluster = Cluster::start(Version::OLDEST, "old-suite", &options, &[]);
    for trust in [None, Some("--insecure")] {
        let said = cluster.tool(["jobs"]).args(trust).run();
        said.fails(5, "shares no cipher suite")
            .says("security.ssl.algorithms");
    }
}

/// A directory that ends with its value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let name = format!("{name}-{}", std::process::id());
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
