use super::*;
use crate::config::resolve::{Resolved, resolve};
use crate::domain::secret::Secret;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls")
        .join(name)
}

/// Settings for an https endpoint, with these of Flink's keys; paths that start with `@` are fixtures.
fn resolved(
    keys: &[(&str, &str)],
    change: impl FnOnce(&mut ConnectArgs),
) -> Result<Resolved, ConfigError> {
    let mut args = ConnectArgs {
        jobmanager: Some(Secret::new("https://jm:1".to_owned())),
        ..ConnectArgs::default()
    };
    for (key, value) in keys {
        let value = match value.strip_prefix('@') {
            Some(name) => fixture(name).display().to_string(),
            None => (*value).to_owned(),
        };
        args.definitions.push(Secret::new(format!("{key}={value}")));
    }
    change(&mut args);
    resolve(&args, &Environment::new("/nonexistent"))
}

const STORES: [(&str, &str); 4] = [
    ("security.ssl.rest.truststore", "@truststore.p12"),
    ("security.ssl.rest.truststore-password", "changeit"),
    ("security.ssl.keystore", "@keystore.p12"),
    ("security.ssl.keystore-password", "changeit"),
];

#[test]
fn flinks_stores_are_read_and_the_keystore_only_with_authentication() {
    let tls = resolved(&STORES, |_| {}).unwrap().tls;
    assert_eq!(tls.roots.unwrap().len(), 1);
    assert!(tls.identity.is_none());
    let mut keys = STORES.to_vec();
    keys.push(("security.ssl.rest.authentication-enabled", "true"));
    let tls = resolved(&keys, |_| {}).unwrap().tls;
    assert_eq!(tls.identity.unwrap().chain.len(), 2);
}

#[test]
fn a_file_named_by_a_key_that_cannot_be_used_is_named_with_its_setting() {
    for (keys, text) in [
        (
            [("security.ssl.truststore", "/nowhere.p12"), ("x", "y")],
            "cannot read /nowhere.p12, named by security.ssl.truststore, flag -D",
        ),
        (
            [
                ("security.ssl.truststore", "@truststore.p12"),
                ("security.ssl.rest.truststore-password", "hunter2"),
            ],
            "(security.ssl.truststore, flag -D) cannot be opened with the password in \
             security.ssl.rest.truststore-password",
        ),
        (
            [
                ("security.ssl.rest.truststore", "@truststore.jks"),
                ("x", "y"),
            ],
            "is a JKS store, which only Java reads: convert it with `keytool -importkeystore",
        ),
        (
            [("security.ssl.rest.cert.fingerprint", "12:34"), ("x", "y")],
            "security.ssl.rest.cert.fingerprint (flag -D) must be a SHA-1",
        ),
    ] {
        let err = resolved(&keys, |_| {}).unwrap_err().to_string();
        assert!(err.contains(text), "{err}");
        assert!(!err.contains("hunter2"), "{err}");
    }
}

#[test]
fn nothing_is_opened_when_the_endpoint_speaks_no_tls() {
    let found = resolved(
        &[("security.ssl.rest.truststore", "/nowhere.p12")],
        |args| {
            args.jobmanager = Some(Secret::new("http://jm:1".to_owned()));
            args.cacert = Some("/nowhere.pem".into());
            args.insecure = true;
        },
    )
    .unwrap();
    assert_eq!(found.tls, TlsSettings::default());
    assert_eq!(
        found.warnings,
        ["no effect without https: --cacert, --insecure"]
    );
}

#[test]
fn flags_win_over_flinks_keys() {
    let mut keys = STORES.to_vec();
    keys.push((
        "security.ssl.rest.cert.fingerprint",
        "00112233445566778899aabbccddeeff00112233",
    ));
    let tls = resolved(&keys, |_| {}).unwrap().tls;
    assert_eq!(tls.fingerprint_sha1.unwrap()[..3], [0, 0x11, 0x22]);
    let found = resolved(&keys, |args| {
        args.cacert = Some(fixture("server.pem"));
        args.cert = Some(fixture("client.pem"));
        args.key = Some(fixture("client-key.pem"));
        args.tls_server_name = Some("jm.internal".to_owned());
    })
    .unwrap();
    let own = resolved(&keys, |_| {}).unwrap().tls.roots;
    assert_ne!(found.tls.roots, own);
    assert!(found.tls.fingerprint_sha1.is_none());
    assert_eq!(found.tls.identity.as_ref().unwrap().chain.len(), 1);
    assert_eq!(found.tls.server_name.as_deref(), Some("jm.internal"));
    let sources: Vec<_> = found
        .settings
        .iter()
        .map(|s| s.source.to_string())
        .collect();
    for flag in [
        "flag --cacert",
        "flag --cert",
        "flag --key",
        "flag --tls-server-name",
    ] {
        assert!(sources.iter().any(|s| s == flag), "{flag}: {sources:?}");
    }
}

#[test]
fn insecure_is_said_loudly_and_needs_no_truststore() {
    let found = resolved(
        &[("security.ssl.rest.truststore", "/nowhere.p12")],
        |args| args.insecure = true,
    );
    let found = found.unwrap();
    assert!(found.tls.insecure && found.tls.roots.is_none());
    assert!(
        found.warnings[0].contains("certificate is not checked"),
        "{:?}",
        found.warnings
    );
}

#[test]
fn certificate_flags_that_do_not_fit_are_refused_with_a_sentence() {
    type Change<'a> = (&'a str, fn(&mut ConnectArgs));
    let cases: [Change<'_>; 8] = [
        ("the key (flag --key) needs the certificate", |a| {
            a.key = Some("x".into())
        }),
        (
            "(flag --cert) holds no private key: name the file that does with --key",
            |a| {
                a.cert = Some(fixture("client.pem"));
            },
        ),
        (
            "client-key-encrypted.pem (flag --key) holds an encrypted private key",
            |a| {
                a.cert = Some(fixture("client.pem"));
                a.key = Some(fixture("client-key-encrypted.pem"));
            },
        ),
        ("(flag --cert) is binary, and PEM is needed", |a| {
            a.cert = Some(fixture("keystore.p12"))
        }),
        ("(flag --cacert) is a JKS store, and PEM is needed", |a| {
            a.cacert = Some(fixture("truststore.jks"))
        }),
        ("(flag --cacert) holds no certificate", |a| {
            a.cacert = Some(fixture("client-key.pem"))
        }),
        ("cannot read /nowhere.pem, named by flag --cacert", |a| {
            a.cacert = Some("/nowhere.pem".into())
        }),
        ("is neither a host name", |a| {
            a.tls_server_name = Some("a b".to_owned())
        }),
    ];
    for (text, change) in cases {
        let err = resolved(&[], change).unwrap_err().to_string();
        assert!(err.contains(text), "{text}: {err}");
    }
}

#[test]
fn a_key_beside_its_certificate_is_found() {
    let tls = resolved(&[], |args| args.cert = Some(fixture("client-all.pem")))
        .unwrap()
        .tls;
    assert_eq!(tls.identity.unwrap().chain.len(), 2);
}

#[test]
fn fingerprints_are_read_with_and_without_colons() {
    let colons = "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD";
    let found = sha1(colons).unwrap();
    assert_eq!(sha1(&colons.replace(':', "")), Some(found));
    assert_eq!((found[0], found[19]), (0xaa, 0xdd));
    for text in [
        "",
        "AA",
        &colons[3..],
        &format!("{colons}:AA"),
        &colons.replace('A', "x"),
    ] {
        assert_eq!(sha1(text), None, "{text}");
    }
}
