//! Which setting is in force, and configuration that is broken.

use serde_json::Value;

use super::run::{Dir, Outcome, Tool, tool};
use super::server::Flink;

fn json(outcome: &Outcome) -> Vec<(String, String, String)> {
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let text = |setting: &Value, name: &str| setting[name].as_str().unwrap().to_owned();
    let settings = json["settings"].as_array().unwrap().iter();
    settings
        .map(|s| (text(s, "name"), text(s, "value"), text(s, "source")))
        .collect()
}

/// The value and source of one setting.
fn setting(outcome: &Outcome, name: &str) -> (String, String) {
    let found = json(outcome).into_iter().find(|(n, _, _)| n == name);
    let (_, value, source) = found.unwrap_or_else(|| panic!("no {name}: {outcome:?}"));
    (value, source)
}

fn config() -> Tool {
    tool(["config", "-o", "json"])
}

#[test]
fn the_endpoint_is_that_of_the_flag_then_the_environment_then_definitions_then_the_file() {
    let dir = Dir::new();
    let conf = dir.file("conf/config.yaml", "rest:\n  address: file\n  port: 4\n");
    let in_dir = || config().within(dir.path());
    let endpoint = |outcome: &Outcome| setting(outcome, "jobmanager");
    let file = endpoint(&in_dir().run());
    assert_eq!(
        file,
        ("http://file:4".to_owned(), "conf/config.yaml:2".to_owned())
    );
    let defined = endpoint(&in_dir().args(["-D", "rest.address=defined"]).run());
    assert_eq!(
        defined,
        ("http://defined:4".to_owned(), "flag -D".to_owned())
    );
    let variable = || {
        in_dir()
            .args(["-D", "rest.address=defined"])
            .env("SAVEPOINTCTL_JOBMANAGER", "variable:2")
    };
    let found = endpoint(&variable().run());
    assert_eq!(
        found,
        (
            "http://variable:2".to_owned(),
            "environment SAVEPOINTCTL_JOBMANAGER".to_owned()
        )
    );
    let flag = endpoint(&variable().args(["-m", "flag:1"]).run());
    assert_eq!(flag, ("http://flag:1".to_owned(), "flag -m".to_owned()));
    drop(conf);
}

#[test]
fn flinks_configuration_is_found_by_conf_dir_then_home_then_here() {
    let dir = Dir::new();
    dir.file("conf/config.yaml", "rest.address: here\n");
    dir.file("home/conf/config.yaml", "rest.address: home\n");
    dir.file("named/config.yaml", "rest.address: named\n");
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let endpoint = |tool: Tool| setting(&tool.within(dir.path()).run(), "jobmanager").0;
    assert_eq!(endpoint(config()), "http://here:8081");
    assert_eq!(
        endpoint(config().env("FLINK_HOME", &path("home"))),
        "http://home:8081"
    );
    let both = config()
        .env("FLINK_HOME", &path("home"))
        .env("FLINK_CONF_DIR", &path("named"));
    assert_eq!(endpoint(both), "http://named:8081");
}

#[test]
fn a_cluster_named_by_a_file_alone_is_reached() {
    let flink = Flink::start("2.3.0");
    let port = flink.address().port();
    for (name, text) in [
        (
            "config.yaml",
            format!("rest:\n  address: 127.0.0.1\n  port: {port}\n"),
        ),
        (
            "config.yaml",
            format!("rest.address: 127.0.0.1\nrest.port: {port}\n"),
        ),
        (
            "flink-conf.yaml",
            format!("jobmanager.rpc.address: 127.0.0.1 # here\nrest.port: {port}\n"),
        ),
    ] {
        let dir = Dir::new();
        dir.file(name, &text);
        let run = tool(["jobs", "-o", "json"]).env("FLINK_CONF_DIR", dir.path().to_str().unwrap());
        run.run().is(0, "{\"jobs\":[]}\n", &[]);
    }
}

#[test]
fn a_broken_configuration_file_is_exit_2_with_file_and_line() {
    let cases = [
        ("rest:\n  address: a\nrest:\n  port: 1\n", ":3:"),
        ("a: 1\nrest.address: [a\n", "config.yaml:"),
        ("- a\n- b\n", ":1:"),
        ("rest.address: a\nb:\n", ":2:"),
        ("rest:\n\taddress: a\n", ":2:"),
        ("a: 1\n1: one\n", ":2:"),
    ];
    for (text, line) in cases {
        let dir = Dir::new();
        dir.file("config.yaml", text);
        let path = dir.path().to_str().unwrap().to_owned();
        for words in [["jobs"], ["config"]] {
            let outcome = tool(words).env("FLINK_CONF_DIR", &path).run();
            outcome.fails(2, &[&format!("{path}/config.yaml"), line]);
        }
    }
}

#[test]
fn malformed_and_repeated_entries_of_the_old_file_are_named_with_file_and_line() {
    let dir = Dir::new();
    dir.file(
        "flink-conf.yaml",
        "rest.address: one\nnonsense\nrest.address: two\n",
    );
    let outcome = config()
        .env("FLINK_CONF_DIR", dir.path().to_str().unwrap())
        .run();
    assert_eq!(setting(&outcome, "jobmanager").0, "http://two:8081");
    outcome.is(
        0,
        &outcome.stdout,
        &["flink-conf.yaml:2", "flink-conf.yaml:3"],
    );
}

#[test]
fn a_configuration_directory_that_is_not_there_is_exit_2() {
    tool(["jobs"])
        .env("FLINK_CONF_DIR", "/nonexistent")
        .run()
        .fails(2, &["FLINK_CONF_DIR", "/nonexistent"]);
    let dir = Dir::new();
    let path = dir.path().to_str().unwrap().to_owned();
    tool(["jobs"])
        .env("FLINK_CONF_DIR", &path)
        .run()
        .fails(2, &["neither config.yaml nor flink-conf.yaml"]);
}

#[test]
fn high_availability_without_an_address_is_exit_2_and_says_that_lookup_is_not_there_yet() {
    let dir = Dir::new();
    dir.file(
        "config.yaml",
        "high-availability.type: zookeeper\njobmanager.rpc.address: a\n",
    );
    let path = dir.path().to_str().unwrap().to_owned();
    tool(["jobs"]).env("FLINK_CONF_DIR", &path).run().fails(
        2,
        &["looking up the leader is not there yet", "-m HOST:PORT"],
    );
    let flink = Flink::start("2.3.0");
    tool(["jobs", "-m", &flink.url(), "-o", "json"])
        .env("FLINK_CONF_DIR", &path)
        .run()
        .is(0, "{\"jobs\":[]}\n", &[]);
}

#[test]
fn a_wrong_value_in_a_file_is_exit_2_with_its_line() {
    let dir = Dir::new();
    dir.file("config.yaml", "rest.address: a\nrest.port: many\n");
    let path = dir.path().to_str().unwrap().to_owned();
    tool(["jobs"])
        .env("FLINK_CONF_DIR", &path)
        .run()
        .fails(2, &["rest.port", "config.yaml:2", "1 to 65535"]);
}

#[test]
fn config_shows_every_setting_with_its_source_and_masks_secrets() {
    let dir = Dir::new();
    let text = "rest.address: a\nsecurity.ssl.rest.keystore-password: s3cret\ns3.secret-key: s3cret\nother: http://u:s3cret@h/\n";
    dir.file("config.yaml", text);
    let run = |words: &[&str]| {
        tool(["config"])
            .args(words.iter())
            .args([
                "--header",
                "X-Key: s3cret",
                "-D",
                "my.token=s3cret",
                "--request-timeout",
                "5s",
            ])
            .env("SAVEPOINTCTL_BASIC_AUTH", "ann:s3cret")
            .env("FLINK_CONF_DIR", dir.path().to_str().unwrap())
            .run()
    };
    for words in [&[][..], &["-o", "json"], &["-o", "name"], &["-vv"]] {
        let outcome = run(words);
        assert_eq!(outcome.code, 0, "{outcome:?}");
        outcome.is_silent_about("s3cret");
    }
    let outcome = run(&["-o", "json"]);
    assert_eq!(
        setting(&outcome, "request-timeout"),
        ("5s".to_owned(), "flag --request-timeout".to_owned())
    );
    assert_eq!(setting(&outcome, "reconnect-timeout").1, "default");
    assert_eq!(setting(&outcome, "credentials").0, "basic, ann:******");
    assert_eq!(
        setting(&outcome, "header X-Key"),
        ("******".to_owned(), "flag --header".to_owned())
    );
}

#[test]
fn config_needs_no_cluster_and_asks_none() {
    let flink = Flink::start("2.3.0");
    tool(["config", "-m", &flink.url()]).run().is(
        0,
        &tool(["config", "-m", &flink.url()]).run().stdout,
        &[],
    );
    assert!(flink.requests().is_empty());
    assert_eq!(
        setting(&config().run(), "jobmanager"),
        ("none".to_owned(), "default".to_owned())
    );
}
