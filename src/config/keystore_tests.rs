use std::path::PathBuf;

use super::*;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/tls")
        .join(name)
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

fn der(name: &str) -> Vec<u8> {
    pem(&bytes(name)).unwrap().certificates.remove(0)
}

fn with<T>(name: &str, password: Option<&str>, read: impl Fn(&Store<'_>) -> T) -> T {
    let store = Store {
        path: Path::new(name),
        bytes: &bytes(name),
        password: Password::Of("the.password", password),
    };
    read(&store)
}

#[test]
fn the_trusted_certificates_are_found_in_every_kind_of_store() {
    let ca = der("ca.pem");
    for name in ["ca.pem", "truststore.p12", "truststore-openssl.p12"] {
        let roots = with(name, Some("changeit"), |store| store.roots()).unwrap();
        assert_eq!(roots, [ca.as_slice()], "{name}");
    }
    // A key's own certificate is trusted too, as Java does.
    let roots = with("server.p12", Some("changeit"), |store| store.roots()).unwrap();
    assert_eq!(roots, [der("server.pem")]);
}

#[test]
fn the_identity_is_found_in_every_kind_of_store() {
    let plain = pem(&bytes("client-key.pem")).unwrap().key.unwrap();
    for name in [
        "client-all.pem",
        "keystore.p12",
        "keystore-legacy.p12",
        "keystore-java.p12",
    ] {
        let found = with(name, Some("changeit"), |store| store.identity()).unwrap();
        assert_eq!(found.chain, [der("client.pem"), der("ca.pem")], "{name}");
        // The stores may wrap the same key with other attributes; its last bytes are the public point.
        assert!(
            found
                .key
                .expose()
                .ends_with(&plain.expose()[plain.expose().len() - 64..]),
            "{name}"
        );
    }
}

#[test]
fn a_key_store_that_cannot_be_used_is_answered_with_one_sentence() {
    type Case<'a> = (&'a str, Option<&'a str>, &'a str);
    let cases: [Case<'_>; 7] = [
        (
            "keystore.p12",
            Some("hunter2"),
            "cannot be opened with the password in the.password",
        ),
        (
            "keystore-java.p12",
            Some(""),
            "cannot be opened with the password in the.password",
        ),
        ("keystore.p12", None, "needs a password: set the.password"),
        ("truststore.p12", Some("changeit"), "holds no private key"),
        ("ca.pem", None, "holds no private key"),
        ("client-key.pem", None, "holds no certificate"),
        ("client-key-encrypted.pem", None, "openssl pkey"),
    ];
    for (name, password, part) in cases {
        let problem = with(name, password, |store| store.identity()).unwrap_err();
        assert!(problem.contains(part), "{name}: {problem}");
        assert!(
            !problem.contains("hunter2") && !problem.contains('\n'),
            "{name}: {problem}"
        );
    }
}

#[test]
fn a_jks_store_is_answered_with_the_command_that_converts_it() {
    let problem = with("truststore.jks", Some("changeit"), |store| store.roots()).unwrap_err();
    let command = "`keytool -importkeystore -srckeystore truststore.jks -destkeystore truststore.jks.p12 \
                   -deststoretype PKCS12`";
    assert!(problem.contains(command), "{problem}");
    assert_eq!(
        quoted(Path::new("/a b/it's"), ".p12"),
        r"'/a b/it'\''s.p12'"
    );
}

#[test]
fn keys_are_read_in_every_plain_form_and_refused_encrypted() {
    for name in ["client-key.pem", "client-key-sec1.pem", "client-all.pem"] {
        let key = with(name, None, |store| store.pem_key()).unwrap();
        assert!(
            rustls_pki_types::PrivateKeyDer::try_from(key.expose().as_slice()).is_ok(),
            "{name}"
        );
    }
    for name in ["client-key-encrypted.pem", "client-key-old-encrypted.pem"] {
        let problem = with(name, None, |store| store.pem_key()).unwrap_err();
        assert_eq!(problem, ENCRYPTED, "{name}");
    }
}

#[test]
fn broken_stores_give_a_sentence_and_no_panic() {
    for name in [
        "keystore.p12",
        "keystore-legacy.p12",
        "truststore.p12",
        "client-all.pem",
    ] {
        let whole = bytes(name);
        for end in (0..whole.len()).step_by(97) {
            let store = Store {
                path: Path::new(name),
                bytes: &whole[..end],
                password: Password::Of("the.password", Some("changeit")),
            };
            // A PEM file cut between two sections is whole; a store in DER never is.
            let (roots, identity) = (store.roots(), store.identity());
            assert!(identity.is_err(), "{name} cut at {end}");
            assert!(
                roots.is_err() || name.ends_with(".pem"),
                "{name} cut at {end}"
            );
        }
    }
}
