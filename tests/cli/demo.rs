//! The demo, as a reader of the README runs it.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::run::{Dir, shell, tool};

const PATIENCE: Duration = Duration::from_secs(60);

/// A text of the story that a user relies on, in this order.
const STORY: &[&str] = &[
    "$ savepointctl minicluster --port 0 --ready-file ready --dir . -D state.backend.savepoints=filesystem &",
    "$ export SAVEPOINTCTL_JOBMANAGER=http://127.0.0.1:",
    "$ savepointctl flink run -d word-count.toml",
    "$ savepointctl jobs",
    "word-count",
    "$ savepointctl trigger word-count",
    "/savepoints/savepoint-",
    "$ savepointctl list",
    "$ savepointctl inspect ",
    "$ savepointctl stop word-count",
    "counts.txt has ",
    "\n+ parallelism = 2\n",
    "$ savepointctl restore ",
    " --jar word-count-changed.toml",
    "$ savepointctl jobs --all",
    "FINISHED",
    "word       at the stop  at the end in the song",
    "all 279 counts went on where they were, one by one: no word was lost, none was counted twice",
    "$ savepointctl dispose ",
];

fn entries(directory: &Path) -> Vec<PathBuf> {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect()
}

fn is_up(endpoint: &str) -> bool {
    let address = endpoint.trim_start_matches("http://");
    TcpStream::connect(address).is_ok()
}

/// What follows a text in the story, up to the end of the line.
fn after<'s>(story: &'s str, text: &str) -> &'s str {
    let found = story.split(text).nth(1);
    found
        .unwrap_or_else(|| panic!("no '{text}' in\n{story}"))
        .lines()
        .next()
        .unwrap()
}

#[test]
fn the_demo_tells_the_life_of_a_savepoint_and_leaves_nothing_behind() {
    let temporary = Dir::new();
    let outcome = tool(["demo"])
        .env("TMPDIR", temporary.path().to_str().unwrap())
        .run();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (0, ""),
        "{outcome:#?}"
    );
    let mut rest = outcome.stdout.as_str();
    for text in STORY {
        let found = rest.find(text);
        let at = found.unwrap_or_else(|| {
            panic!(
                "'{text}' is not told, or not in its place, in\n{}",
                outcome.stdout
            )
        });
        rest = &rest[at + text.len()..];
    }
    let row = |word: &str| {
        let row = outcome
            .stdout
            .lines()
            .find(|line| line.split_whitespace().next() == Some(word));
        let numbers = row.unwrap().split_whitespace().skip(1);
        numbers
            .map(|number| number.parse().unwrap())
            .collect::<Vec<u64>>()
    };
    let [at_stop, at_end, in_song] = row("the")[..] else {
        panic!("{:?}", row("the"))
    };
    assert_eq!((at_end, in_song), (253, 253));
    assert!(
        at_stop > 0 && at_stop < at_end,
        "stopped at {at_stop}, which is not in the middle"
    );
    assert!(
        outcome
            .stdout
            .contains(&format!("{:>12}{:>12}\nall 279", 1700, 1700)),
        "{}",
        outcome.stdout
    );
    assert_eq!(entries(temporary.path()), [""; 0].map(PathBuf::from));
    assert!(!is_up(after(
        &outcome.stdout,
        "$ export SAVEPOINTCTL_JOBMANAGER="
    )));
}

#[test]
fn an_interrupted_demo_leaves_nothing_behind_either() {
    let temporary = Dir::new();
    let demo = tool(["demo"])
        .env("TMPDIR", temporary.path().to_str().unwrap())
        .start();
    let begun = Instant::now();
    let ready = loop {
        let ready = entries(temporary.path())
            .pop()
            .map(|directory| directory.join("ready"));
        if let Some(url) = ready.and_then(|ready| fs::read_to_string(ready).ok()) {
            break url;
        }
        assert!(begun.elapsed() < PATIENCE, "no cluster was started");
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(is_up(ready.trim()));
    demo.signal("-INT");
    let outcome = demo.end();
    assert_eq!(
        (outcome.code, outcome.stderr.as_str()),
        (130, "error: interrupted\n"),
        "{outcome:#?}"
    );
    assert_eq!(entries(temporary.path()), [""; 0].map(PathBuf::from));
    assert!(!is_up(ready.trim()));
}

#[test]
fn a_cluster_that_is_kept_can_be_talked_to_as_the_demo_says() {
    let temporary = Dir::new();
    let outcome = tool(["demo", "--keep"])
        .env("TMPDIR", temporary.path().to_str().unwrap())
        .run();
    assert_eq!(outcome.code, 0, "{outcome:#?}");
    let (_, farewell) = outcome.stdout.split_once("# The cluster goes on").unwrap();
    let typed: Vec<&str> = farewell
        .lines()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();
    let [talk @ .., kill, remove] = typed.as_slice() else {
        panic!("{farewell}")
    };
    let jobs = shell(&talk.join(" && ")).run();
    let killed = shell(kill).run();
    let ready = entries(temporary.path()).pop().unwrap().join("ready");
    let begun = Instant::now();
    while ready.exists() {
        assert!(begun.elapsed() < PATIENCE, "the cluster has not ended");
        std::thread::sleep(Duration::from_millis(10));
    }
    let removed = shell(remove).run();
    assert!(
        jobs.code == 0 && jobs.stdout.contains("counter"),
        "{jobs:#?}"
    );
    assert_eq!(
        (killed.code, removed.code),
        (0, 0),
        "{killed:#?} {removed:#?}"
    );
    assert_eq!(entries(temporary.path()), [""; 0].map(PathBuf::from));
}
