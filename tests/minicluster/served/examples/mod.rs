//! The examples of the manual pages and of `--help`, run in a shell as they are printed.
//!
//! They are taken from the pages themselves, so that a new one is run without being entered here. Each has a cluster and a
//! home of its own (`stage.rs`), prepared with what all examples assume: the job `orders`, its snapshots, its next program.

mod pages;
mod proxy;
mod stage;

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::cluster::Dir;
use pages::Example;
use stage::Stage;

/// How many examples run at a time: most of them wait, rather than compute.
const AT_ONCE: usize = 6;

/// How an example ends.
#[derive(Debug, Clone, Copy)]
pub enum End {
    /// By itself, with success.
    Success,
    /// With success, once the question on the terminal is answered.
    Asked,
    /// By Ctrl-C only, with this exit status.
    Interrupted(i32),
    /// With this exit status and words on stderr, because what it needs is not here.
    Lacking(i32, &'static str),
}

/// An example that this machine cannot run: as it is printed, why not, and how it ends here. It is run all the same, up to
/// where what it needs is missing.
type Lack = (&'static str, &'static str, End);

const LACKING: &[Lack] = &[
    (
        "savepointctl trigger orders s3://bucket/savepoints --type native --timeout 30m",
        "a minicluster writes to the local disk only",
        End::Lacking(
            1,
            "Could not find a file system implementation for scheme 's3'",
        ),
    ),
    (
        "savepointctl list --dir s3://bucket/savepoints --since 7d --sort size",
        "no S3 here; tests/storage lists there",
        End::Lacking(
            5,
            "s3://bucket/savepoints: cannot reach http://127.0.0.1:1/bucket",
        ),
    ),
    (
        "savepointctl restore latest:orders --jar orders-2.jar -c com.example.Orders -- --input topic-a",
        "a minicluster runs no jars; tests/flink restores into one",
        End::Lacking(7, "is a minicluster, which runs programs in TOML files"),
    ),
];

/// Sections with recipes that need more than a cluster, and why they are not run here.
const RECIPES: &[(&str, &str)] = &[
    (
        "DEPLOYING FROM A CI JOB",
        "it is examples/deploy.sh, which recipe.rs runs",
    ),
    ("ON KUBERNETES", "needs Kubernetes"),
    ("ON YARN", "needs YARN"),
];

/// What the text says of how an example ends: without a word, with success.
fn end(example: &Example) -> End {
    let lacking = LACKING.iter().find(|(line, _, _)| *line == example.line);
    match (lacking, example.page.as_str()) {
        (Some((_, _, end)), _) => *end,
        (None, "minicluster") => End::Interrupted(0),
        (None, "jobs") if example.line.ends_with(" --watch") => End::Interrupted(130),
        (None, "dispose") if is_asked(&example.line) => End::Asked,
        _ => End::Success,
    }
}

/// Whether a disposal asks before it deletes.
fn is_asked(line: &str) -> bool {
    !line.contains(" --yes ") && !line.ends_with(" --dry-run")
}

#[test]
fn every_example_does_what_it_promises_as_it_is_printed() {
    let examples = pages::examples();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(example) = examples.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tried =
                        catch_unwind(|| Stage::set(example).play(&example.line, end(example)));
                    let tried = tried.unwrap_or_else(|_| Err("see the panic above".to_owned()));
                    if let Err(failure) = tried {
                        let failure = format!("{}: $ {}\n{failure}", example.page, example.line);
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} of {} examples:\n{}",
        failures.len(),
        examples.len(),
        failures.join("\n")
    );
}

#[test]
fn no_example_is_excused_that_is_not_printed() {
    let printed: Vec<String> = pages::examples().into_iter().map(|one| one.line).collect();
    for (line, why, _) in LACKING {
        assert!(printed.iter().any(|one| one == line), "{line}: {why}");
    }
}

#[test]
fn each_recipe_is_run_or_excused() {
    let printed: BTreeSet<String> = pages::recipes().into_iter().map(|one| one.1).collect();
    let known: BTreeSet<String> = RECIPES.iter().map(|one| one.0.to_owned()).collect();
    assert_eq!(printed, known);
    let script = include_str!("../../../../examples/deploy.sh");
    assert_eq!(pages::of_section("savepointctl", RECIPES[0].0), script);
}

#[test]
fn help_shows_the_examples_of_the_page() {
    let dir = Dir::new();
    let examples = pages::examples();
    let names: BTreeSet<&str> = examples.iter().map(|one| one.page.as_str()).collect();
    assert!(names.len() > 20, "{names:?}");
    for page in names {
        let of_page = examples.iter().filter(|one| one.page == page);
        let of_page: Vec<&str> = of_page.map(|one| one.line.as_str()).collect();
        for flag in ["-h", "--help"] {
            assert_eq!(
                pages::in_help(page, flag, dir.path()),
                of_page,
                "{page} {flag}"
            );
        }
    }
}
