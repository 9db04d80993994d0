//! Wrong arguments: one clear sentence and exit 2, and no request is made.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::run::{at, tool};
use super::server::Flink;

#[test]
fn wrong_arguments_are_exit_2_name_the_argument_and_ask_nothing_of_the_cluster() {
    let id = "5f0d0f4c3b0e4a0d9b1f8a7c6d5e4f30";
    let cases: Vec<(String, &str)> = vec![
        ("".into(), "Usage:"),
        ("nonsense".into(), "nonsense"),
        ("trigger".into(), "JOB"),
        ("trigger a b c".into(), "'c'"),
        ("trigger a --type both".into(), "canonical or native"),
        ("trigger a --timeout 30".into(), "say 30s for seconds"),
        ("trigger a --timeout soon".into(), "a duration such as"),
        ("trigger a --timeout -1s".into(), "-1"),
        ("trigger a --wait-running 3x".into(), "unknown unit 'x'"),
        (
            "trigger --all --idempotency-key k".into(),
            "--idempotency-key",
        ),
        ("trigger --all a b".into(), "--all takes every running job"),
        ("trigger a --nonsense".into(), "--nonsense"),
        ("stop".into(), "JOB"),
        ("stop a b".into(), "'b'"),
        ("stop a --type x".into(), "canonical or native"),
        ("checkpoint".into(), "JOB"),
        ("checkpoint a --type native".into(), "--type"),
        ("cancel".into(), "JOB"),
        ("cancel a --timeout 1".into(), "say 1s"),
        ("wait".into(), "JOB"),
        ("wait a".into(), "TRIGGER_ID"),
        ("wait a xyz".into(), "is not a trigger id"),
        (
            format!("wait a {id} --verb dispose"),
            "none of trigger, stop, checkpoint",
        ),
        (format!("wait a {id} --since yesterday"), "--since"),
        (format!("wait a {id} --dispose {id}"), "--dispose"),
        ("wait --dispose xyz".into(), "is not a trigger id"),
        ("jobs a".into(), "'a'"),
        ("jobs -o yaml".into(), "table, json, name"),
        ("jobs --request-timeout 0s".into(), "longer than zero"),
        ("jobs --connect-timeout 0".into(), "longer than zero"),
        ("jobs --reconnect-timeout 5".into(), "say 5s"),
        ("completions".into(), "SHELL"),
        ("completions cobol".into(), "cobol"),
    ];
    let flink = Flink::start("2.3.0");
    for (words, said) in cases {
        let outcome = at(&flink, &words).run();
        assert_eq!(outcome.code, 2, "{words}: {outcome:?}");
        assert!(outcome.stderr.contains(said), "{words}: {outcome:?}");
        assert_eq!(outcome.stdout, "", "{words}");
        assert!(
            flink.requests().is_empty(),
            "{words}: {:?}",
            flink.requests()
        );
    }
}

#[test]
fn wrong_addresses_are_exit_2_and_say_what_would_be_right() {
    let cases = [
        ("localhost", "localhost:8081"),
        ("localhost:", "has no port"),
        ("localhost:99999", "1 to 65535"),
        ("localhost:0", "port 0"),
        (":8081", "empty host"),
        ("::1", "[::1]:8081"),
        ("ftp://localhost:1", "http:// or https://"),
        ("http://localhost:1/?a=s3cret", "without ? or #"),
        ("http://", "is not an address"),
        ("", "has no host"),
        ("my host:1", "is not an address"),
    ];
    for (address, said) in cases {
        let outcome = tool(["-m", address, "jobs"]).run();
        outcome
            .fails(2, &[said, "flag -m"])
            .is_silent_about("s3cret");
    }
    tool(["jobs"])
        .env("SAVEPOINTCTL_JOBMANAGER", "localhost")
        .run()
        .fails(2, &["environment SAVEPOINTCTL_JOBMANAGER"]);
}

#[test]
fn an_address_with_a_password_that_is_wrong_never_repeats_the_password() {
    for address in [
        "http://ann:s3cret@localhost:0",
        "ftp://ann:s3cret@h:1",
        "ann:s3cret@h",
        "http://ann:s3cret/x@h:1",
    ] {
        tool(["-m", address, "jobs"])
            .run()
            .fails(2, &[])
            .is_silent_about("s3cret");
    }
}

#[test]
fn words_that_are_no_text_are_a_wrong_usage_and_no_crash() {
    let bytes = OsStr::from_bytes(b"or\xffders");
    for words in [
        &["trigger"][..],
        &["stop"],
        &["uid"],
        &["jobs", "-m"],
        &["jobs", "--header"],
    ] {
        let outcome = tool(words.iter()).raw_arg(bytes).run();
        assert_eq!(outcome.code, 2, "{words:?}: {outcome:?}");
        assert!(!outcome.stderr.contains("panicked"), "{outcome:?}");
    }
}

#[test]
fn wrong_definitions_are_exit_2_and_never_repeat_a_value() {
    for (definition, said) in [
        ("=x", "names no key"),
        ("rest.port=s3cret", "rest.port (flag -D) must be a port"),
        ("security.ssl.rest.enabled=s3cret", "must be true or false"),
        ("rest.address=http://s3cret", "is no host name"),
        ("rest.address=0.0.0.0", "listen"),
    ] {
        let words = ["-Drest.address=localhost", "-D", definition, "jobs"];
        tool(words)
            .run()
            .fails(2, &[said])
            .is_silent_about("s3cret");
    }
}

#[test]
fn help_and_version_are_results_on_stdout() {
    let version = tool(["--version"]).run();
    version.is(
        0,
        &format!("savepointctl {}\n", env!("CARGO_PKG_VERSION")),
        &[],
    );
    for words in [&["--help"][..], &["trigger", "--help"], &["help", "stop"]] {
        let help = tool(words.iter()).run();
        assert!(
            help.code == 0 && help.stdout.contains("Usage:") && help.stderr.is_empty(),
            "{help:?}"
        );
    }
}

#[test]
fn help_never_shows_what_the_environment_holds() {
    let run = tool(["trigger", "--help"])
        .env("SAVEPOINTCTL_BEARER_TOKEN", "s3cret")
        .env("SAVEPOINTCTL_JOBMANAGER", "http://a:s3cret@h:1");
    run.run().is_silent_about("s3cret");
}

#[test]
fn the_help_of_trigger_says_how_long_an_idempotency_key_holds() {
    let help = tool(["trigger", "--help"]).run().stdout;
    assert!(
        help.contains("rest.async.store-duration") && help.contains("JobManager restarts"),
        "{help}"
    );
}

#[test]
fn every_exit_code_is_in_the_help() {
    let help = tool(["--help"]).run().stdout;
    for code in [0, 1, 2, 3, 4, 5, 6, 7, 8, 130] {
        assert!(
            help.lines()
                .any(|line| line.trim_start().starts_with(&format!("{code}  "))),
            "{code}: {help}"
        );
    }
}

#[test]
fn flinks_one_dash_type_is_understood_on_trigger_and_stop() {
    tool(["-m", "localhost:0", "trigger", "a", "-type", "native"])
        .run()
        .fails(2, &["port 0"]);
    tool(["-m", "localhost:0", "stop", "a", "-type=canonical"])
        .run()
        .fails(2, &["port 0"]);
}

#[test]
fn habits_from_elsewhere_are_answered_with_the_word_that_is_meant() {
    for (line, tip) in [
        ("triger x", "a similar subcommand exists: 'trigger'"),
        ("savepoint x", "`trigger` takes a savepoint"),
        ("run a.jar", "`restore` runs a job from a snapshot"),
        ("rm x", "`dispose` deletes a snapshot"),
        ("status", "`jobs` lists the jobs"),
        (
            "trigger x -d",
            "`savepointctl dispose SNAPSHOT` deletes a savepoint",
        ),
        ("trigger x -s /sp", "give the directory behind the job"),
        ("dispose x -j a.jar", "no jar is needed"),
        ("cancel x -s", "`savepointctl stop JOB` takes a savepoint"),
        ("list -r", "`savepointctl jobs` lists jobs"),
        ("jobs --json", "-o json gives JSON"),
        ("jobs --url=x", "-m HOST:PORT names the cluster"),
        ("savpoint x", "`trigger` takes a savepoint"),
        ("savepiont x", "`trigger` takes a savepoint"),
        ("svepoint x", "`trigger` takes a savepoint"),
        ("jobz", "a similar subcommand exists: 'jobs'"),
        ("version", "--version tells the version"),
        ("help triger", "a similar subcommand exists: 'trigger'"),
        (
            "trigger x -t canonical",
            "perhaps --type or --timeout is meant",
        ),
        ("trigger x -typ native", "perhaps --type is meant"),
        ("wait -t 5s", "perhaps --timeout is meant"),
        ("list -t time", "--sort ORDER says in which order"),
        ("jobs -t yarn-session", "-m URL names the cluster"),
        ("jobs -yid application_1", "-m URL names the cluster"),
        ("trigger -a", "perhaps --all is meant"),
        ("inspect -a x", "perhaps --all is meant"),
        ("uid -a x", "-m HOST:PORT names the cluster"),
        ("list -d /sp", "perhaps --dir is meant"),
        ("list -w", "perhaps --watch is meant"),
        ("dispose -n x", "--dry-run only shows"),
        ("preflight x -j x.jar", "--jar FILE names the program"),
        ("restore x -rm claim", "-cm MODE, or --claim-mode"),
        ("trigger x -cm claim", "--claim-mode is a flag of `restore`"),
        (
            "restore x --jar a.jar --input y",
            "to pass '--input' as a value, use '-- --input'",
        ),
    ] {
        let outcome = tool(line.split(' ')).run();
        assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""), "{line}");
        assert!(
            outcome.stderr.contains(&format!("tip: {tip}")),
            "{line}: {}",
            outcome.stderr
        );
    }
}

#[test]
fn a_flag_that_nobody_has_is_not_told_to_become_a_job() {
    for line in ["cancel -d x", "trigger x -z", "list --nonsense"] {
        let outcome = tool(line.split(' ')).run();
        assert_eq!(outcome.code, 2, "{line}");
        assert!(!outcome.stderr.contains("use '--"), "{}", outcome.stderr);
    }
}

#[test]
fn a_page_that_is_not_there_is_answered_with_the_one_that_is_meant() {
    tool(["man", "triger"])
        .run()
        .fails(2, &["no command 'triger'", "exists: 'trigger'"]);
    tool(["man", "savepoint"])
        .run()
        .fails(2, &["`trigger` takes a savepoint"]);
}

#[test]
fn an_interval_that_would_be_a_job_is_told_to_be_written_with_an_equal_sign() {
    for command in ["list", "jobs"] {
        tool([command, "--watch", "1s"])
            .run()
            .fails(2, &["--watch=1s"]);
    }
}

#[test]
fn a_repeated_flag_at_the_end_of_the_line_misses_its_value() {
    for line in ["trigger x -D", "jobs -D", "jobs --header"] {
        let flag = line.rsplit(' ').next().unwrap();
        tool(line.split(' '))
            .run()
            .fails(2, &["a value is required for", flag]);
    }
}

#[test]
fn a_minicluster_is_not_told_which_cluster_to_speak_to() {
    tool(["minicluster", "-m", "localhost:9", "--port", "0"])
        .run()
        .fails(2, &["starts a cluster", "--port and --bind"]);
}

#[test]
fn color_is_heeded_before_the_line_is_understood() {
    for (line, is_coloured) in [
        ("--color always jobz", true),
        ("jobs -h --color=always", true),
        ("jobs -h --color always --color never", false),
        ("jobz --color never", false),
        ("list --watch 1s --color always", true),
    ] {
        let outcome = tool(line.split(' ')).run();
        let said = outcome.stdout.clone() + &outcome.stderr;
        assert_eq!(said.contains('\u{1b}'), is_coloured, "{line}: {said}");
    }
}

#[test]
fn help_shows_examples_before_flags() {
    for words in [
        &["stop", "-h"][..],
        &["stop", "--help"],
        &["-h"],
        &["--help"],
    ] {
        let help = tool(words.iter()).run().stdout;
        let (examples, options) = (help.find("Examples:"), help.find("Options:"));
        assert!(examples.is_some() && examples < options, "{help}");
    }
}
