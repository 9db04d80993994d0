//! The state files of real Flinks, checked against the handles of their metadata.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use savepointctl::metadata;
use savepointctl::metadata::sizes::Storage;
use savepointctl::state::Layout;
use savepointctl::state::check::{Check, NoFile, Report, Task, tasks};
use savepointctl::state::read_at::OnDisk;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/metadata")
}

fn metadata_files(below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            metadata_files(&path, found);
        } else if path.file_name().unwrap() == "_metadata" {
            found.push(path);
        }
    }
}

/// Where a file of a fixture is: absolute paths are those under which it was written.
fn locate(task: &Task<'_>, metadata: &Path) -> Option<PathBuf> {
    let path = task.part.storage.path()?.to_str().into_owned();
    Some(match task.part.storage {
        Storage::Relative(_) => metadata.parent().unwrap().join(path),
        _ => fixtures().join(
            path.strip_prefix("file:/tmp/savepointctl-fixtures/")
                .unwrap(),
        ),
    })
}

/// The bytes of a task's stream.
fn stream(task: &Task<'_>, metadata: &Path) -> Vec<u8> {
    let Some(path) = locate(task, metadata) else {
        return task.inline.unwrap().to_vec();
    };
    let file = fs::read(path).unwrap();
    match task.part.storage {
        Storage::Segment { start, .. } => {
            let start = usize::try_from(start).unwrap();
            let size = usize::try_from(task.part.size).unwrap();
            file[start..start + size].to_vec()
        }
        _ => file,
    }
}

fn run(task: &Task<'_>, metadata: &Path) -> Report {
    let at = || {
        format!(
            "{}: {:?} of {:?}",
            metadata.display(),
            task.check,
            task.part
        )
    };
    match locate(task, metadata) {
        None => task
            .run(&NoFile)
            .unwrap_or_else(|error| panic!("{}: {error}", at())),
        Some(path) => {
            let file = OnDisk::new(File::open(path).unwrap()).unwrap();
            task.run(&file)
                .unwrap_or_else(|error| panic!("{}: {error}", at()))
        }
    }
}

/// All that can be checked of the fixtures that hold state of real jobs: in the one made by hand there are only zeros.
fn each_task(visit: &mut dyn FnMut(&Task<'_>, &Path)) {
    let mut files = Vec::new();
    metadata_files(&fixtures(), &mut files);
    let by_hand = |path: &PathBuf| path.display().to_string().contains("-by-hand");
    files.retain(|path| !by_hand(path));
    assert!(files.len() >= 30);
    for path in files {
        let bytes = fs::read(&path).unwrap();
        let metadata = metadata::read(&bytes).unwrap();
        let mut checked = 0;
        tasks(&metadata, &mut |task| {
            visit(&task, &path);
            checked += 1;
        });
        assert!(checked > 0, "{}", path.display());
    }
}

#[test]
fn every_state_file_of_every_fixture_is_what_its_handle_says() {
    let mut kinds = BTreeMap::<&str, u64>::new();
    each_task(&mut |task, metadata| {
        let report = run(task, metadata);
        assert_eq!(
            report.unread,
            Vec::<String>::new(),
            "{}",
            metadata.display()
        );
        let (kind, number) = match (&task.check, report.layout) {
            (Check::KeyGroups(..), Some(Layout::Canonical)) => {
                ("canonical entries", report.entries)
            }
            (Check::KeyGroups(..), _) => ("heap-native key groups", report.key_groups as u64),
            (Check::RawKeyGroups(_), _) => ("raw key groups", report.key_groups as u64),
            (Check::BackendMetadata, _) => ("states in backends", report.states.len() as u64),
            (Check::BackendFile(_), _) => ("backend files", 1),
            (Check::Changelog(_), _) => ("changes", report.entries),
            (Check::Operator(_), _) => ("elements", report.entries),
            (Check::RawOperator(_), _) => ("raw elements", report.entries),
            (Check::Channel(_), _) => ("buffers", report.entries),
        };
        *kinds.entry(kind).or_default() += number;
    });
    let expected = [
        "backend files",
        "buffers",
        "canonical entries",
        "changes",
        "elements",
        "heap-native key groups",
        "raw key groups",
        "states in backends",
    ];
    let found: Vec<&str> = kinds
        .iter()
        .filter(|(_, number)| **number > 0)
        .map(|(kind, _)| *kind)
        .collect();
    assert_eq!(found, expected, "{kinds:?}");
}

/// A stream cut in half is noticed wherever something stands in the lost half that the check looks at.
#[test]
fn a_stream_of_a_fixture_that_is_cut_in_half_is_told() {
    let mut noticed = 0;
    each_task(&mut |task, metadata| {
        let whole = stream(task, metadata);
        let half = &whole[..whole.len() / 2];
        let is_looked_at = match &task.check {
            // only the program knows the form, or others have the lost half
            Check::RawKeyGroups(_) | Check::RawOperator(_) => false,
            Check::Channel(_) | Check::Changelog(_) => false,
            Check::BackendFile(name) => name.ends_with(".sst"),
            Check::Operator(_) | Check::KeyGroups(..) | Check::BackendMetadata => true,
        };
        let outcome = task.check.run(&half);
        assert!(
            !is_looked_at || outcome.is_err(),
            "{}: {task:?}",
            metadata.display()
        );
        noticed += u32::from(outcome.is_err());
    });
    assert!(noticed > 100);
}
