//! Metadata on snapshots that real Flink made: `inspect --output json` against what Flink's own loader reads in them
//! (see `tests/fixtures/metadata/README.md`), and the writer against the files themselves. Needs no Java.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

#[path = "metadata/compare.rs"]
mod compare;

use std::fs;
use std::path::PathBuf;

use compare::{differences, expected, fixtures, inspect};
use savepointctl::metadata;

#[test]
fn inspect_reads_in_every_fixture_what_flink_reads() {
    let mut found = Vec::new();
    for (metadata, wanted) in expected() {
        let name = metadata.strip_prefix(fixtures()).unwrap();
        let got = inspect(metadata.parent().unwrap());
        differences(&name.display().to_string(), &wanted, &got, &mut found);
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn inspect_takes_the_metadata_file_for_its_folder() {
    let (metadata, _) = expected().remove(0);
    let of_folder = inspect(metadata.parent().unwrap());
    let mut of_file = inspect(&metadata);
    of_file["metadata_path"] = of_folder["metadata_path"].clone();
    assert_eq!(of_file, of_folder);
}

#[test]
fn every_fixture_has_a_line_of_what_flink_reads() {
    let folder = |path: PathBuf| {
        let below = path.strip_prefix(fixtures()).unwrap().to_owned();
        PathBuf::from(below.iter().next().unwrap())
    };
    let mut expected: Vec<PathBuf> = expected()
        .into_iter()
        .map(|(path, _)| folder(path))
        .collect();
    let entries = fs::read_dir(fixtures()).unwrap();
    let mut present: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(folder)
        .collect();
    expected.sort();
    present.sort();
    assert_eq!(expected, present);
}

#[test]
fn every_fixture_is_written_back_byte_for_byte() {
    for (path, _) in expected() {
        let bytes = fs::read(&path).unwrap();
        let read = metadata::read(&bytes).unwrap();
        let written = metadata::write(&read).unwrap();
        assert!(
            written == bytes,
            "{} was written differently",
            path.display()
        );
    }
}

#[test]
fn a_fixture_that_is_cut_anywhere_gives_an_error_or_a_reading() {
    for (path, _) in expected() {
        let bytes = fs::read(&path).unwrap();
        // every length at the start, where the structures change most; then in steps that meet all alignments
        let lengths = (0..bytes.len().min(4096)).chain((4096..bytes.len()).step_by(61));
        for length in lengths {
            let _ = metadata::read(&bytes[..length]);
        }
    }
}
