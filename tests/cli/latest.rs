//! `latest`, `latest~N` and `latest:JOB` for commands that change something: only what is complete and still there counts.

use std::fs;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::answers::{self, NOW};
use super::restore::{JAR_ID, RUN, asked_for, job_id};
use super::run::{Outcome, at};
use super::server::{Answer, Flink};
use super::storage::Storage;

/// A cluster that remembers savepoints at these places, the latest first, and whose configuration names no directory.
fn remembering(places: &[String]) -> Flink {
    let flink = Flink::start("2.3.0");
    let job = flink.job("orders");
    let entries = places.iter().zip(0..).map(|(place, age)| {
        let id = u64::try_from(50 - age).unwrap();
        answers::complete(id, "SAVEPOINT", NOW - age, place)
    });
    flink.set_history(&job, entries.collect());
    flink.always("GET /jobmanager/config", Answer::ok(json!([])));
    flink
}

fn at_place(storage: &Storage, below: &str) -> String {
    format!("file:{}", storage.at(below))
}

/// Four savepoints of which the third and last are there; of the first the metadata is cut short.
fn damaged() -> (Storage, [String; 4]) {
    let storage = Storage::new();
    let places = ["sp/cut", "sp/gone", "sp/whole", "sp/old"].map(|at| at_place(&storage, at));
    for name in ["sp/cut", "sp/whole", "sp/old"] {
        storage.small(name);
    }
    let file = storage.at("sp/cut/_metadata");
    let whole = fs::read(&file).unwrap();
    fs::write(&file, &whole[..30]).unwrap();
    (storage, places)
}

/// What a restore from a reference submits.
fn restored_from(flink: &Flink, reference: &str) -> (String, Outcome) {
    flink.on(RUN, [Answer::by(flink.submitter(asked_for))]);
    let line = format!("restore {reference} --jar-id {JAR_ID} --no-preflight");
    let outcome = at(flink, &line).run();
    assert_eq!(
        outcome.stdout,
        format!("{}\n", job_id(flink)),
        "{outcome:?}"
    );
    let path = flink.requests_of(RUN)[0].body["savepointPath"].clone();
    (path.as_str().unwrap().to_owned(), outcome)
}

fn said(outcome: &Outcome, what: &[&str]) {
    for what in what {
        assert!(outcome.stderr.contains(what), "{what}: {outcome:?}");
    }
}

const PASSED_OVER: [&str; 2] = [
    "sp/cut: its metadata is broken",
    "sp/gone: it is not there any more",
];

#[test]
fn a_restore_passes_over_what_is_gone_or_broken_and_says_so() {
    let (_storage, places) = damaged();
    for (reference, location) in [("latest:orders", &places[2]), ("latest~1", &places[3])] {
        let flink = remembering(&places);
        let (from, outcome) = restored_from(&flink, reference);
        assert_eq!(&from, location, "{outcome:?}");
        said(&outcome, &PASSED_OVER);
    }
}

#[test]
fn a_disposal_passes_over_what_is_gone_or_broken_and_says_so() {
    let (_storage, places) = damaged();
    // without force the broken neighbour would keep any: it may use the same files
    for how in ["", " --offline --force"] {
        for (reference, location) in [("latest", &places[2]), ("latest~1:orders", &places[3])] {
            let flink = remembering(&places);
            let line = format!("dispose{how} --dry-run {reference} -o name");
            let outcome = at(&flink, &line).run();
            outcome.is(0, &format!("{location}\n"), &PASSED_OVER);
        }
    }
}

#[test]
fn a_reference_beyond_what_is_there_changes_nothing_and_names_what_was_passed_over() {
    let (_storage, places) = damaged();
    for line in [
        format!("restore latest~2 --jar-id {JAR_ID}"),
        "dispose --yes latest~2".to_owned(),
        "dispose --yes --offline latest~2".to_owned(),
        "verify latest~2".to_owned(),
    ] {
        let flink = remembering(&places);
        let outcome = at(&flink, &line).run();
        outcome.fails(4, &["only 2 snapshots are known"]);
        said(&outcome, &PASSED_OVER);
        assert!(flink.requests().iter().all(|one| one.method == "GET"));
    }
}

#[test]
fn what_is_there_is_counted_once_for_several_references() {
    let (_storage, places) = damaged();
    let flink = remembering(&places);
    let outcome = at(&flink, "dispose --dry-run latest latest~1 latest -o name").run();
    let both = format!("{}\n{}\n", places[2], places[3]);
    outcome.is(0, &both, &PASSED_OVER);
}

#[test]
fn a_place_that_cannot_be_seen_from_here_stays_a_candidate_and_that_is_said() {
    let storage = Storage::new();
    storage.small("sp/old");
    for (place, why) in [
        (
            "abc://bucket/sp/savepoint-1".to_owned(),
            "no storage is known for abc:",
        ),
        (
            "sp/savepoint-1".to_owned(),
            "it counts from the cluster's directory",
        ),
        // as behind a forwarded port
        (
            at_place(&storage, "elsewhere/savepoint-1"),
            "elsewhere is not on this machine",
        ),
    ] {
        let places = [place.clone(), at_place(&storage, "sp/old")];
        let note = format!("{place} was not looked at: ");
        let flink = remembering(&places);
        let (from, outcome) = restored_from(&flink, "latest");
        assert_eq!(from, place);
        said(&outcome, &[&note, why]);

        let flink = remembering(&places);
        let outcome = at(&flink, "dispose --dry-run latest~1 latest -o name").run();
        let both = format!("{}\n{place}\n", places[1]);
        outcome.is(0, &both, &[&note]);
        assert_eq!(outcome.stderr.matches(&note).count(), 1, "{outcome:?}");
    }
}

/// A storage that drops every connection, and how many there were.
fn silent() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
            drop(stream);
        }
    });
    (format!("webhdfs://{address}/sp"), asked)
}

#[test]
fn a_storage_that_does_not_answer_is_not_asked_again_for_each_snapshot() {
    let asked_for = |reference: &str, noted: usize| {
        let (storage, asked) = silent();
        let places = ["1", "2", "3"].map(|name| format!("{storage}/{name}"));
        let flink = remembering(&places);
        let (from, outcome) = restored_from(&flink, reference);
        assert_eq!(from, places[noted - 1]);
        let notes = outcome.stderr.matches("was not looked at").count();
        assert_eq!(notes, noted, "{outcome:?}");
        asked.load(Ordering::SeqCst)
    };
    let once = asked_for("latest", 1);
    assert!(once > 0);
    assert_eq!(asked_for("latest~2", 3), once);
}

#[test]
fn a_checkpoint_is_gone_even_if_its_jobs_directory_went_with_it() {
    let storage = Storage::new();
    storage.small("sp/old");
    let gone = at_place(&storage, "fd72014d4c864993a2e5a9287b4a9c5d/chk-7");
    let flink = remembering(&[gone, at_place(&storage, "sp/old")]);
    let (from, outcome) = restored_from(&flink, "latest");
    assert_eq!(from, at_place(&storage, "sp/old"));
    said(&outcome, &["chk-7: it is not there any more"]);
}

#[test]
fn a_metadata_file_by_itself_and_one_without_its_directory_are_there() {
    let storage = Storage::new();
    storage.small("sp/whole");
    fs::copy(storage.at("sp/whole/_metadata"), storage.at("savepoint-1")).unwrap();
    for below in ["savepoint-1", "sp/whole/_metadata", "sp/whole/"] {
        let place = at_place(&storage, below);
        let flink = remembering(std::slice::from_ref(&place));
        let (from, outcome) = restored_from(&flink, "latest");
        assert_eq!(from, place);
        assert!(!outcome.stderr.contains("looked at"), "{outcome:?}");
    }
}
