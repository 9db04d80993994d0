use std::collections::BTreeSet;
use std::sync::Arc;

use super::apply::{Deleted, delete};
use super::gather::{Around, gather};
use super::*;
use crate::inventory::inspection::files::tests::{operator, operator_subtask, snapshot};
use crate::metadata::handle::StreamHandle;
use crate::metadata::{self, Text};
use crate::storage::memory::Request;
use crate::storage::{Memory, Storage, StorageError};

/// A store in memory with snapshots in it.
struct Bench {
    memory: Arc<Memory>,
    storage: Storage,
}

pub(super) fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap()
        .block_on(work)
}

impl Bench {
    fn new() -> Self {
        let memory = Arc::new(Memory::new());
        let storage = Storage::new().with("mem", "t", memory.clone());
        Self { memory, storage }
    }

    /// Metadata that refers to these paths: relative ones, or with a slash in front those of this store.
    fn metadata(&self, path: &str, files: &[&str]) {
        let subtasks = (0..).zip(files).map(|(index, file)| {
            let stream = if file.starts_with('/') {
                StreamHandle::File {
                    path: Text::from(format!("mem://t{file}")),
                    size: 5,
                }
            } else {
                StreamHandle::RelativeFile {
                    path: Text::from((*file).to_owned()),
                    size: 5,
                }
            };
            operator_subtask(index, stream)
        });
        let mut one = operator(subtasks.collect());
        one.parallelism = one.parallelism.max(u32::try_from(files.len()).unwrap());
        let metadata = snapshot(vec![one]);
        self.memory.put(path, metadata::write(&metadata).unwrap());
    }

    /// A snapshot with these files, of which those without a slash in front are made in its directory.
    fn snapshot(&self, directory: &str, files: &[&str]) {
        self.metadata(&format!("{directory}/_metadata"), files);
        for file in files.iter().filter(|file| !file.starts_with('/')) {
            self.memory.put(&format!("{directory}/{file}"), *b"state");
        }
    }

    fn gathered(&self, paths: &[&str]) -> Gathered {
        let locations: Vec<String> = paths.iter().map(|path| format!("mem://t{path}")).collect();
        let around = Around {
            roots: vec![Location::of("mem://t/sp").unwrap()],
            in_use: Vec::new(),
        };
        wait(gather(&self.storage, &locations, &around)).unwrap()
    }

    fn plan(&self, paths: &[&str], force: bool) -> Vec<Item> {
        plan(&self.gathered(paths), &[], force)
    }

    fn reason(&self, path: &str, force: bool) -> Option<String> {
        let mut items = self.plan(&[path], force);
        let item = items.remove(0);
        (!item.goes).then(|| item.reason().unwrap())
    }

    fn delete(&self, path: &str, force: bool) -> Deleted {
        let items = self.plan(&[path], force);
        assert!(items[0].goes, "{items:?}");
        wait(delete(&self.storage, &items[0]))
    }
}

fn refused(location: String) -> StorageError {
    let source = std::io::Error::other("as asked");
    StorageError::Io {
        location,
        doing: "delete",
        source,
    }
}

#[test]
fn a_snapshot_goes_with_its_files_and_nothing_else() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a", "below/b", "/sp/shared/x"]);
    bench.snapshot("/sp/savepoint-2", &["a"]);
    bench.memory.put("/sp/shared/x", *b"state");
    let items = bench.plan(&["/sp/savepoint-1"], false);
    let names: Vec<&str> = items[0].files().map(|file| file.name.as_str()).collect();
    assert_eq!(names, ["_metadata", "a", "below/b"]);
    assert_eq!((items[0].subject.elsewhere, items[0].goes), (1, true));
    let deleted = bench.delete("/sp/savepoint-1", false);
    assert!(
        matches!(
            deleted,
            Deleted::Gone {
                directory_stays: false
            }
        ),
        "{deleted:?}"
    );
    let left = [
        "/sp/savepoint-2/_metadata",
        "/sp/savepoint-2/a",
        "/sp/shared/x",
    ];
    assert_eq!(bench.memory.paths(), left);
}

#[test]
fn what_another_snapshot_refers_to_stays_even_by_force() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    for path in [
        "/sp/savepoint-1/a",
        "/sp/x/../savepoint-1/a",
        "/sp/savepoint-1/gone",
    ] {
        bench.snapshot("/sp/savepoint-2", &[path]);
        for force in [false, true] {
            let reason = bench.reason("/sp/savepoint-1", force).unwrap();
            assert!(
                reason.contains("mem://t/sp/savepoint-2 uses files of it"),
                "{reason}"
            );
        }
    }
    // Flink follows steps back
    bench.metadata("/sp/savepoint-2/_metadata", &["../savepoint-1/a"]);
    assert!(bench.reason("/sp/savepoint-1", true).is_some());
    bench.snapshot("/sp/savepoint-2", &["/sp/savepoint-11/a"]);
    assert_eq!(bench.reason("/sp/savepoint-1", false), None);
}

#[test]
fn a_name_without_a_file_beside_it_may_mean_the_file_of_that_name_elsewhere() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["0b5e63a3"]);
    bench.metadata("/sp/chk-2/_metadata", &["0b5e63a3"]);
    let reason = bench.reason("/sp/savepoint-1", true).unwrap();
    assert!(
        reason.contains("mem://t/sp/chk-2 uses files of it"),
        "{reason}"
    );
    // a whole copy has its own
    bench.memory.put("/sp/chk-2/0b5e63a3", *b"state");
    assert_eq!(bench.reason("/sp/savepoint-1", false), None);
}

#[test]
fn nothing_outside_of_its_directory_goes_whatever_its_metadata_says() {
    let bench = Bench::new();
    bench.memory.put("/sp/precious", *b"x");
    bench.metadata(
        "/sp/savepoint-1/_metadata",
        &["../precious", "/sp/savepoint-1/../precious", "/sp/precious"],
    );
    bench.delete("/sp/savepoint-1", false);
    assert_eq!(bench.memory.paths(), ["/sp/precious"]);
}

#[test]
fn an_unknown_file_is_named_and_goes_only_by_force() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    bench.memory.put("/sp/savepoint-1/notes.txt", *b"x");
    bench.memory.put("/sp/savepoint-1/._metadata.crc", *b"x");
    let reason = bench.reason("/sp/savepoint-1", false).unwrap();
    assert!(
        reason.contains("1 file that its metadata does not name: notes.txt"),
        "{reason}"
    );
    bench.delete("/sp/savepoint-1", true);
    assert_eq!(bench.memory.paths(), [""; 0]);
}

#[test]
fn a_directory_in_it_never_goes() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    bench.snapshot("/sp/savepoint-1/savepoint-2", &["a"]);
    for force in [false, true] {
        let reason = bench.reason("/sp/savepoint-1", force).unwrap();
        assert!(reason.contains("the directory savepoint-2"), "{reason}");
    }
}

#[test]
fn a_neighbour_that_cannot_be_decoded_or_read_leaves_doubt_that_force_overrides() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    bench.memory.put(
        "/sp/savepoint-2/_metadata",
        *b"\x49\x60\x67\x2d\0\0\0\x06\0",
    );
    let doubted = || {
        let reason = bench.reason("/sp/savepoint-1", false).unwrap();
        assert!(
            reason.contains("is not known: mem://t/sp/savepoint-2"),
            "{reason}"
        );
        assert_eq!(bench.reason("/sp/savepoint-1", true), None);
    };
    doubted();
    bench.snapshot("/sp/savepoint-2", &["a"]);
    assert_eq!(bench.reason("/sp/savepoint-1", false), None);
    bench
        .memory
        .fail(Request::Read, "/sp/savepoint-2/_metadata", refused);
    doubted();
}

#[test]
fn the_metadata_goes_first_and_if_it_cannot_nothing_goes() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a", "b"]);
    bench
        .memory
        .fail(Request::DeleteFile, "/sp/savepoint-1/_metadata", refused);
    let before = bench.memory.paths();
    let deleted = bench.delete("/sp/savepoint-1", false);
    assert!(matches!(deleted, Deleted::Nothing(_)), "{deleted:?}");
    assert_eq!(bench.memory.paths(), before);
    bench.memory.heal();
    bench.delete("/sp/savepoint-1", false);
    let asked = bench.memory.asked();
    let first = asked
        .iter()
        .filter(|(request, _)| *request == Request::DeleteFile)
        .nth(1);
    assert_eq!(first.unwrap().1, "/sp/savepoint-1/_metadata");
}

#[test]
fn what_is_left_of_a_deletion_is_no_snapshot_and_can_be_deleted_by_force() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a", "b", "c"]);
    bench
        .memory
        .fail(Request::DeleteFile, "/sp/savepoint-1/b", refused);
    let deleted = bench.delete("/sp/savepoint-1", false);
    assert!(
        matches!(deleted, Deleted::Partly { left: 1, .. }),
        "{deleted:?}"
    );
    assert_eq!(bench.memory.paths(), ["/sp/savepoint-1/b"]);
    bench.memory.heal();
    let reason = bench.reason("/sp/savepoint-1", false).unwrap();
    assert!(
        reason.contains("no _metadata") && reason.contains("1 file would go: b"),
        "{reason}"
    );
    bench.delete("/sp/savepoint-1", true);
    assert_eq!(bench.memory.paths(), [""; 0]);
}

#[test]
fn a_directory_that_is_no_snapshot_is_not_found() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    bench.memory.put("/sp/notes/x", *b"x");
    for path in ["/sp", "/sp/notes", "/sp/notes/x", "/nowhere", "/"] {
        let (locations, around) = ([format!("mem://t{path}")], Around::default());
        let found = wait(gather(&bench.storage, &locations, &around));
        let (location, _) = found.unwrap_err();
        assert_eq!(location, format!("mem://t{path}"));
    }
}

#[test]
fn of_an_old_flat_savepoint_only_the_file_goes() {
    let bench = Bench::new();
    bench.metadata("/sp/savepoint-0123456789ab", &["/sp/cp/a"]);
    bench.memory.put("/sp/cp/a", *b"state");
    bench.snapshot("/sp/savepoint-1", &["a"]);
    let item = bench.plan(&["/sp/savepoint-0123456789ab"], false).remove(0);
    assert_eq!((item.goes, item.subject.elsewhere), (true, 1));
    let deleted = bench.delete("/sp/savepoint-0123456789ab", false);
    assert!(matches!(deleted, Deleted::Gone { .. }), "{deleted:?}");
    assert_eq!(
        bench.memory.paths(),
        ["/sp/cp/a", "/sp/savepoint-1/_metadata", "/sp/savepoint-1/a"]
    );
}

#[test]
fn a_snapshot_goes_before_the_one_whose_files_it_uses_and_stays_with_it() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    bench.snapshot("/sp/savepoint-2", &["/sp/savepoint-1/a", "b"]);
    let both = ["/sp/savepoint-1", "/sp/savepoint-2"];
    let items = bench.plan(&both, false);
    let order: Vec<(usize, bool)> = items.iter().map(|item| (item.at, item.goes)).collect();
    assert_eq!(order, [(1, true), (0, true)]);
    bench.memory.put("/sp/savepoint-2/notes", *b"x");
    let items = bench.plan(&both, false);
    assert!(items.iter().all(|item| !item.goes), "{items:?}");
    bench.snapshot("/sp/savepoint-1", &["/sp/savepoint-2/b", "a"]);
    let items = bench.plan(&both, true);
    assert!(items.iter().all(|item| !item.goes), "{items:?}");
    assert!(
        items[0]
            .reason()
            .unwrap()
            .contains("use each other's files")
    );
}

#[test]
fn one_snapshot_in_two_spellings_is_one() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    let paths = [
        "/sp/savepoint-1",
        "/sp/x/../savepoint-1/",
        "/sp/savepoint-1/_metadata",
    ];
    assert_eq!(bench.plan(&paths, false).len(), 1);
}

#[test]
fn what_a_running_job_counts_on_is_a_reference_wherever_it_lies() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    bench.snapshot("/far/chk-3", &["/sp/savepoint-1/a"]);
    let reason = |checkpoint: &str| {
        let around = Around {
            roots: Vec::new(),
            in_use: vec![format!("mem://t{checkpoint}")],
        };
        let locations = ["mem://t/sp/savepoint-1".to_owned()];
        let gathered = wait(gather(&bench.storage, &locations, &around)).unwrap();
        plan(&gathered, &[], false).remove(0).reason()
    };
    assert!(
        reason("/far/chk-3")
            .unwrap()
            .contains("/far/chk-3 uses files of it")
    );
    // deleted meanwhile: newer ones count
    assert!(
        reason("/far/chk-2")
            .unwrap()
            .contains("/far/chk-3 uses files of it")
    );
    // what nobody sees from here may use anything
    for unseen in ["/far/chk-4", "/elsewhere/chk-1"] {
        let reason = reason(unseen).unwrap();
        assert!(reason.contains("cannot be seen from here"), "{reason}");
    }
    bench.memory.fail(Request::Look, "/far/chk-3", refused);
    assert!(reason("/far/chk-3").unwrap().contains("is not known"));
}

#[test]
fn a_user_is_found_however_deep_it_lies_and_whatever_the_folders_are_called() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    for directory in [
        "/sp/a/b/c/d/savepoint-2",
        "/sp/.hidden/savepoint-2",
        "/sp/shared/taskowned/any",
        "/sp/savepoint-without/metadata",
        "/sp/chk-3/0123456789abcdef0123456789abcdef/chk-4",
    ] {
        bench.snapshot(directory, &["/sp/savepoint-1/a", "b"]);
        let reason = bench.reason("/sp/savepoint-1", true).unwrap();
        assert!(
            reason.contains(&format!("{directory} uses files of it")),
            "{reason}"
        );
        bench.delete(directory, true);
    }
    bench.metadata("/sp/a/b/savepoint-0123456789ab", &["/sp/savepoint-1/a"]);
    assert!(bench.reason("/sp/savepoint-1", true).is_some());
}

#[test]
fn where_nobody_could_look_there_is_doubt() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    bench.memory.put("/sp/deep/private/x", *b"x");
    bench
        .memory
        .fail(Request::List, "/sp/deep/private", refused);
    let reason = bench.reason("/sp/savepoint-1", false).unwrap();
    assert!(
        reason.contains("is not known: mem://t/sp/deep/private"),
        "{reason}"
    );
    assert_eq!(bench.reason("/sp/savepoint-1", true), None);
    bench.memory.heal();
    let roots = [Location::of("mem://t/sp").unwrap()];
    let doubts = |limit| wait(super::walk::walk(&bench.storage, &roots, limit)).doubts;
    // two directories, two files, one directory, one file
    assert_eq!(doubts(6), []);
    for limit in [1, 3, 5] {
        assert!(doubts(limit)[0].reason.contains("more than"), "{limit}");
    }
}

#[test]
fn a_directory_with_names_that_cannot_be_spelled_stays_whoever_forces_it() {
    for odd in ["\u{fffd}", "a\u{fffd}/x", "savepoint-0123456789a\u{fffd}"] {
        let bench = Bench::new();
        bench.snapshot("/sp/savepoint-1", &["a"]);
        bench.memory.put(&format!("/sp/savepoint-1/{odd}"), *b"x");
        let reason = bench.reason("/sp/savepoint-1", true).unwrap();
        assert!(reason.contains("cannot be spelled here"), "{reason}");
    }
    // beside it they may be snapshots, which may use its files
    for odd in ["\u{fffd}/x", "savepoint-0123456789a\u{fffd}"] {
        let bench = Bench::new();
        bench.snapshot("/sp/savepoint-1", &["a"]);
        bench.memory.put(&format!("/sp/{odd}"), *b"x");
        let reason = bench.reason("/sp/savepoint-1", false).unwrap();
        assert!(reason.contains("is not known: mem://t/sp/"), "{reason}");
        assert_eq!(bench.reason("/sp/savepoint-1", true), None);
    }
}

#[test]
fn a_running_job_speaks_against_it_until_it_is_forced() {
    let bench = Bench::new();
    bench.snapshot("/sp/savepoint-1", &["a"]);
    let job = disposal::Refusal {
        reason: "running job x was restored from it".to_owned(),
        force_is_safe: None,
    };
    let gathered = bench.gathered(&["/sp/savepoint-1"]);
    let of = |force| plan(&gathered, &[Some(job.clone())], force).remove(0);
    assert!(!of(false).goes && of(false).yields());
    assert!(of(true).goes && of(true).is_forced());
}

/// Numbers that look random, the same ones for a seed.
pub(super) struct Numbers(pub(super) u64);

impl Numbers {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    pub(super) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }
}

/// A snapshot of a random history: its metadata, its directory and every file that it refers to.
struct Made {
    metadata: String,
    location: String,
    files: BTreeSet<String>,
}

/// Snapshots that use some of their own files and some of those before them.
fn history(bench: &Bench, numbers: &mut Numbers) -> Vec<Made> {
    let mut made: Vec<Made> = Vec::new();
    for number in 0..3 + numbers.below(6) {
        let directory = match numbers.below(5) {
            0 => format!("/sp/savepoint-{number}"),
            1 => format!("/sp/0123456789abcdef0123456789abcdef/chk-{number}"),
            2 => format!("/sp/deeper/.still/shared/savepoint-{number}"),
            3 => format!("/sp/savepoint-none/chk-{number}"),
            _ => format!("/sp/deeper/savepoint-{number}"),
        };
        let mut written = Vec::new();
        let mut files = BTreeSet::new();
        for file in 0..numbers.below(4) {
            let name = format!("{number}-{file}");
            let path = format!("{directory}/{name}");
            bench.memory.put(&path, *b"state");
            written.push(if numbers.one_in(3) {
                path.clone()
            } else {
                name
            });
            files.insert(path);
        }
        for _ in 0..numbers.below(3) {
            let all: Vec<&String> = made.iter().flat_map(|one| &one.files).collect();
            if !all.is_empty() {
                let shared = all[numbers.below(all.len())].clone();
                written.push(shared.clone());
                files.insert(shared);
            }
        }
        if numbers.one_in(6) {
            bench.memory.put(&format!("{directory}/unknown"), *b"x");
        }
        let metadata = if numbers.one_in(8) {
            format!("/sp/savepoint-{number:012x}")
        } else {
            format!("{directory}/_metadata")
        };
        // a flat file has no directory from which names could count
        let is_flat = !metadata.ends_with("_metadata");
        let written: Vec<&str> = match is_flat {
            true => files.iter().map(String::as_str).collect(),
            false => written.iter().map(String::as_str).collect(),
        };
        bench.metadata(&metadata, &written);
        let location = if is_flat { metadata.clone() } else { directory };
        made.push(Made {
            metadata,
            location,
            files,
        });
    }
    made
}

#[test]
fn whatever_goes_no_snapshot_that_stays_loses_a_file() {
    let (mut gone, mut kept) = (0, 0);
    for seed in 1..=400 {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let bench = Bench::new();
        let mut made = history(&bench, &mut numbers);
        while !made.is_empty() && !numbers.one_in(5) {
            let mut wanted: Vec<&str> = Vec::new();
            for _ in 0..1 + numbers.below(3) {
                wanted.push(&made[numbers.below(made.len())].location);
            }
            if numbers.one_in(3) {
                let all = bench.memory.paths();
                let path = &all[numbers.below(all.len())];
                bench.memory.fail(Request::DeleteFile, path, refused);
            }
            let items = bench.plan(&wanted, numbers.one_in(2));
            let mut failed: Vec<usize> = Vec::new();
            for item in items.iter().filter(|item| item.goes) {
                let waits = items
                    .iter()
                    .any(|user| failed.contains(&user.at) && user.subject.uses.contains(&item.at));
                if waits || matches!(wait(delete(&bench.storage, item)), Deleted::Nothing(_)) {
                    failed.push(item.at);
                } else {
                    gone += 1;
                }
            }
            kept += items.iter().filter(|item| !item.goes).count();
            bench.memory.heal();
            let left: BTreeSet<String> = bench.memory.paths().into_iter().collect();
            made.retain(|one| left.contains(&one.metadata));
            for one in &made {
                let lost: Vec<&String> = one.files.difference(&left).collect();
                assert!(
                    lost.is_empty(),
                    "seed {seed}: {} lost {lost:?}",
                    one.location
                );
            }
        }
    }
    // both happen, or nothing is shown
    assert!(gone > 200 && kept > 200, "{gone} {kept}");
}
