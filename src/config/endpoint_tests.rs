use super::*;

fn config(pairs: &[(&str, &str)]) -> FlinkConfig {
    let mut config = FlinkConfig::default();
    for (line, (key, value)) in pairs.iter().enumerate() {
        let path = "conf/config.yaml".into();
        let source = Source::File {
            path,
            line: line + 1,
        };
        config.set((*key).to_owned(), (*value).to_owned(), source);
    }
    config
}

fn typed(text: &str) -> Result<(Endpoint, Option<UserInfo>), ConfigError> {
    parse(
        &Secret::new(text.to_owned()),
        Source::Flag("-m"),
        &FlinkConfig::default(),
    )
}

#[test]
fn every_form_of_an_address_is_read() {
    for (text, shown) in [
        ("localhost:8081", "http://localhost:8081"),
        ("jm.example.com:80", "http://jm.example.com:80"),
        ("[::1]:8081", "http://[::1]:8081"),
        ("jm:8081/prefix", "http://jm:8081/prefix"),
        (" jm:8081 ", "http://jm:8081"),
        ("http://jm", "http://jm:80"),
        ("https://jm", "https://jm:443"),
        ("HTTPS://jm:8443/", "https://jm:8443"),
        ("https://proxy/some/prefix", "https://proxy:443/some/prefix"),
        (
            "https://proxy/some/prefix///",
            "https://proxy:443/some/prefix",
        ),
        ("http://[::1]/x", "http://[::1]:80/x"),
    ] {
        let (endpoint, user) = typed(text).unwrap_or_else(|err| panic!("{text}: {err}"));
        assert_eq!(endpoint.to_string(), shown, "{text}");
        assert!(user.is_none() && endpoint.path().ends_with('/'), "{text}");
    }
}

#[test]
fn paths_join_below_the_prefix() {
    let (endpoint, _) = typed("https://proxy/some/prefix").unwrap();
    let url = endpoint.url().join("v1/jobs").unwrap();
    assert_eq!(url.as_str(), "https://proxy/some/prefix/v1/jobs");
}

#[test]
fn what_is_no_address_is_refused_with_a_sentence() {
    for (text, part) in [
        ("", "has no host"),
        (
            "nohost",
            "has no port: say HOST:PORT, for example nohost:8081",
        ),
        ("host:", "for example host:8081"),
        ("host:abc", "no port from 1"),
        ("host:99999", "no port from 1"),
        ("host:0", "port 0"),
        ("::1", "say [::1]:8081"),
        ("[::1]", "has no port"),
        (":8081", "not an address"),
        ("a b:8081", "not an address"),
        ("ftp://host:1", "must start with http://"),
        ("http://", "not an address"),
        ("http://h:1/x?token=hunter2", "without ? or #"),
        ("http://h:1/#hunter2", "without ? or #"),
        ("http://user:1/hunter2@h:1", "%40"),
        ("http://user:hunter2@h:port", "not an address"),
        ("user:hunter2@host", "for example host:8081"),
    ] {
        let err = typed(text).unwrap_err().to_string();
        assert!(err.contains(part), "{text}: {err}");
        assert!(err.contains("(flag -m)"), "{text}: {err}");
        assert!(!err.contains("hunter2"), "{text}: {err}");
    }
}

#[test]
fn a_password_in_the_address_is_taken_off_it() {
    for text in [
        "http://us%40er:hun%2Fter2@jm:1/p",
        "us%40er:hun%2Fter2@jm:1/p",
    ] {
        let (endpoint, user) = typed(text).unwrap();
        assert_eq!(endpoint.to_string(), "http://jm:1/p");
        let user = user.unwrap();
        assert_eq!(
            (user.user.as_str(), user.password.expose().as_str()),
            ("us@er", "hun/ter2")
        );
        let shown = format!("{endpoint:?} {user:?} {}", endpoint.url());
        assert!(!shown.contains("ter2"), "{shown}");
    }
}

#[test]
fn loopback_is_known_by_name_and_address() {
    for (text, loopback) in [
        ("localhost:1", true),
        ("LOCALHOST:1", true),
        ("a.localhost:1", true),
        ("127.1.2.3:1", true),
        ("[::1]:1", true),
        ("[::ffff:127.0.0.1]:1", true),
        ("localhost.example.com:1", false),
        ("10.0.0.1:1", false),
    ] {
        assert_eq!(typed(text).unwrap().0.is_loopback(), loopback, "{text}");
    }
}

#[test]
fn flinks_keys_say_whether_a_bare_address_speaks_tls() {
    let address = Secret::new("jm:1".to_owned());
    let mut config = config(&[
        ("security.ssl.rest.enabled", "true"),
        ("rest.path", "/of/file"),
    ]);
    let (endpoint, _) = parse(&address, Source::Flag("-m"), &config).unwrap();
    assert_eq!(endpoint.to_string(), "https://jm:1");
    config.set(
        "rest.path".to_owned(),
        "/typed".to_owned(),
        Source::Definition,
    );
    let (endpoint, _) = parse(&address, Source::Flag("-m"), &config).unwrap();
    assert_eq!(endpoint.to_string(), "https://jm:1/typed");
}

#[test]
fn the_endpoint_follows_flinks_keys() {
    for (pairs, shown) in [
        (&[("rest.address", "jm")][..], "http://jm:8081"),
        (
            &[("jobmanager.rpc.address", "rpc"), ("rest.address", "jm")],
            "http://jm:8081",
        ),
        (
            &[("jobmanager.rpc.address", "rpc"), ("rest.port", "9")],
            "http://rpc:9",
        ),
        (&[("rest.address", "jm"), ("web.port", "7")], "http://jm:7"),
        (
            &[
                ("rest.address", "jm"),
                ("web.port", "7"),
                ("rest.port", "8"),
            ],
            "http://jm:8",
        ),
        (&[("rest.address", "::1")], "http://[::1]:8081"),
        (
            &[
                ("rest.address", "jm"),
                ("security.ssl.rest.enabled", "TRUE"),
            ],
            "https://jm:8081",
        ),
        (
            &[("rest.address", "jm"), ("security.ssl.enabled", "true")],
            "https://jm:8081",
        ),
        (
            &[
                ("rest.address", "jm"),
                ("security.ssl.enabled", "true"),
                ("security.ssl.rest.enabled", "false"),
            ],
            "http://jm:8081",
        ),
        (
            &[
                ("rest.address", "jm"),
                ("rest.path", "/a"),
                ("rest.url-prefix", "/b/"),
            ],
            "http://jm:8081/a/b",
        ),
        (
            &[
                ("rest.address", "jm"),
                ("rest.url-prefix", "/b/"),
                ("high-availability", "zookeeper"),
            ],
            "http://jm:8081",
        ),
        (
            &[
                ("jobmanager.rpc.address", "rpc"),
                ("high-availability.type", "NONE"),
            ],
            "http://rpc:8081",
        ),
    ] {
        let endpoint = from_flink(&config(pairs)).unwrap().unwrap();
        assert_eq!(endpoint.to_string(), shown, "{pairs:?}");
    }
    assert!(
        from_flink(&config(&[("rest.port", "1")]))
            .unwrap()
            .is_none()
    );
}

#[test]
fn a_wrong_value_is_named_with_its_key_and_line() {
    for (pairs, text) in [
        (
            &[("rest.address", "jm"), ("rest.port", "x")][..],
            "rest.port (conf/config.yaml:2) must be a port",
        ),
        (
            &[("rest.address", "jm"), ("rest.port", "0")],
            "rest.port (conf/config.yaml:2)",
        ),
        (
            &[("rest.address", "http://jm")],
            "rest.address (conf/config.yaml:1) is no host",
        ),
        (
            &[("rest.address", "jm:1")],
            "rest.address (conf/config.yaml:1) is no host",
        ),
        (&[("rest.address", "0.0.0.0")], "to listen on"),
        (
            &[("rest.address", "jm"), ("rest.path", "abc")],
            "rest.path (conf/config.yaml:2) must start",
        ),
        (
            &[("rest.address", "jm"), ("security.ssl.rest.enabled", "yes")],
            "must be true or false",
        ),
    ] {
        let err = from_flink(&config(pairs)).unwrap_err().to_string();
        assert!(err.contains(text), "{err}");
    }
}

#[test]
fn high_availability_without_rest_address_is_refused() {
    for key in HA_KEYS {
        let config = config(&[("jobmanager.rpc.address", "rpc"), (key, "zookeeper")]);
        let err = from_flink(&config).unwrap_err();
        assert!(matches!(err, ConfigError::HighAvailability { .. }));
        let text = err.to_string();
        assert!(
            text.contains("conf/config.yaml:2") && text.contains("-m HOST:PORT"),
            "{text}"
        );
    }
}
