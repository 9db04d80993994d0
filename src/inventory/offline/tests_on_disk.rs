use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::apply::{Deleted, delete};
use super::gather::{Around, gather};
use super::tests::{Numbers, wait};
use super::*;
use crate::inventory::inspection::files::tests::{operator, operator_subtask, snapshot};
use crate::metadata::handle::StreamHandle;
use crate::metadata::{self, Text};
use crate::storage::Storage;

/// A directory on this machine's disk, removed at the end, in which `alias` is a link to `sp`.
struct Disk(PathBuf);

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A snapshot: its directory and every file that it needs.
struct Made {
    directory: String,
    files: BTreeSet<String>,
}

impl Disk {
    fn new(name: &str) -> Self {
        let name = format!("savepointctl-offline-{}-{name}", std::process::id());
        let path = fs::canonicalize(std::env::temp_dir()).unwrap().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("sp/x")).unwrap();
        symlink(path.join("sp"), path.join("alias")).unwrap();
        Self(path)
    }

    fn path(&self, below: &str) -> String {
        self.0.join(below).to_str().unwrap().to_owned()
    }

    /// Metadata that refers to these paths, relative ones if they do not begin with a slash.
    fn metadata(&self, directory: &str, files: &[String]) {
        let subtasks = (0..).zip(files).map(|(index, file)| {
            let path = Text::from(file.clone());
            let stream = match file.starts_with('/') {
                true => StreamHandle::File { path, size: 5 },
                false => StreamHandle::RelativeFile { path, size: 5 },
            };
            operator_subtask(index, stream)
        });
        let mut one = operator(subtasks.collect());
        one.parallelism = one.parallelism.max(u32::try_from(files.len()).unwrap());
        let bytes = metadata::write(&snapshot(vec![one])).unwrap();
        fs::write(Path::new(directory).join("_metadata"), bytes).unwrap();
    }

    /// One of the ways in which this directory or file below `sp` may be spelled.
    fn spelled(&self, path: &str, numbers: &mut Numbers) -> String {
        let below = path.strip_prefix(&self.path("sp/")).unwrap();
        match numbers.below(4) {
            0 => self.path(&format!("alias/{below}")),
            1 => self.path(&format!("sp/x/../{below}")),
            2 => self.path(&format!("alias/x/.././{below}")),
            _ => path.to_owned(),
        }
    }

    /// The same as a user in the current directory may type it.
    fn typed(&self, path: &str, numbers: &mut Numbers) -> String {
        let path = self.spelled(path, numbers);
        match numbers.below(5) {
            0 => {
                let here = std::env::current_dir().unwrap().canonicalize().unwrap();
                let back = "../".repeat(here.components().count() - 1);
                format!("{back}{}", path.trim_start_matches('/'))
            }
            1 => format!("file:{path}"),
            2 => format!("{path}/_metadata"),
            3 => format!("{path}/."),
            _ => path,
        }
    }

    /// Snapshots that use some of their own files and some of those before them.
    fn history(&self, numbers: &mut Numbers) -> Vec<Made> {
        let mut made: Vec<Made> = Vec::new();
        for number in 0..3 + numbers.below(5) {
            let directory = self.path(&match numbers.below(4) {
                0 => format!("sp/savepoint-{number}"),
                1 => format!("sp/0123456789abcdef0123456789abcdef/chk-{number}"),
                2 => format!("sp/deeper/.still/shared/savepoint-{number}"),
                _ => format!("sp/savepoint-none/chk-{number}"),
            });
            fs::create_dir_all(&directory).unwrap();
            let (mut written, mut files) = (Vec::new(), BTreeSet::new());
            for file in 0..numbers.below(4) {
                let path = format!("{directory}/{number}-{file}");
                fs::write(&path, "state").unwrap();
                written.push(match numbers.one_in(3) {
                    true => self.spelled(&path, numbers),
                    false => format!("{number}-{file}"),
                });
                files.insert(path);
            }
            for link in 0..numbers.below(3) {
                let all: Vec<&String> = made.iter().flat_map(|one| &one.files).collect();
                if all.is_empty() {
                    continue;
                }
                let shared = all[numbers.below(all.len())].clone();
                let spelled = self.spelled(&shared, numbers);
                if numbers.one_in(2) {
                    let name = format!("link-{link}");
                    symlink(spelled, format!("{directory}/{name}")).unwrap();
                    written.push(name);
                } else {
                    written.push(spelled);
                }
                files.insert(shared);
            }
            self.metadata(&directory, &written);
            made.push(Made { directory, files });
        }
        made
    }

    fn plan(&self, locations: &[String], root: &str, force: bool) -> Vec<Item> {
        let around = Around {
            roots: vec![Location::of(&self.path(root)).unwrap()],
            in_use: Vec::new(),
        };
        let gathered = wait(gather(&Storage::new(), locations, &around)).unwrap();
        plan(&gathered, &[], force)
    }
}

#[test]
fn no_snapshot_on_a_disk_loses_a_file_however_anything_is_spelled_linked_or_nested() {
    let (mut gone, mut kept) = (0, 0);
    for seed in 1..=400 {
        let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let disk = Disk::new(&format!("random-{seed}"));
        let mut made = disk.history(&mut numbers);
        while !made.is_empty() && !numbers.one_in(5) {
            let mut wanted = Vec::new();
            for _ in 0..1 + numbers.below(3) {
                let at = numbers.below(made.len());
                wanted.push(disk.typed(&made[at].directory, &mut numbers));
            }
            let root = if numbers.one_in(2) { "sp" } else { "alias" };
            let items = disk.plan(&wanted, root, numbers.one_in(2));
            for item in &items {
                if !item.goes {
                    kept += 1;
                    continue;
                }
                let deleted = wait(delete(&Storage::new(), item));
                assert!(matches!(deleted, Deleted::Gone { .. }), "{deleted:?}");
                gone += 1;
            }
            made.retain(|one| Path::new(&one.directory).join("_metadata").exists());
            for one in &made {
                let lost = one.files.iter().find(|file| !Path::new(file).exists());
                assert_eq!(lost, None, "seed {seed}: {}", one.directory);
            }
        }
    }
    // both happen, or nothing is shown
    assert!(gone > 200 && kept > 200, "{gone} {kept}");
}

#[test]
fn a_link_among_a_snapshots_files_is_a_reference_to_where_it_leads() {
    let disk = Disk::new("link");
    let (first, second) = (disk.path("sp/savepoint-1"), disk.path("sp/savepoint-2"));
    for directory in [&first, &second] {
        fs::create_dir(directory).unwrap();
    }
    fs::write(format!("{first}/f"), "state").unwrap();
    disk.metadata(&first, &["f".to_owned()]);
    symlink("../savepoint-1/f", format!("{second}/f")).unwrap();
    disk.metadata(&second, &["f".to_owned()]);
    let reason = |force| disk.plan(std::slice::from_ref(&first), "sp", force)[0].reason();
    assert!(
        reason(true)
            .unwrap()
            .contains("savepoint-2 uses files of it")
    );
    // its metadata may be one as well
    fs::remove_file(format!("{second}/f")).unwrap();
    fs::write(format!("{second}/f"), "state").unwrap();
    assert_eq!(reason(false), None);
    fs::remove_file(format!("{second}/_metadata")).unwrap();
    symlink("../savepoint-1/_metadata", format!("{second}/_metadata")).unwrap();
    assert!(
        reason(true)
            .unwrap()
            .contains("savepoint-2 uses files of it")
    );
}

#[test]
fn the_directories_looked_through_are_those_above_where_a_snapshot_really_lies() {
    let disk = Disk::new("above");
    let job = "0123456789abcdef0123456789abcdef";
    let (first, user) = (disk.path("sp/savepoint-1"), disk.path("sp/savepoint-2"));
    let checkpoint = disk.path(&format!("sp/cp/{job}/chk-2"));
    for directory in [&format!("{first}/d"), &user, &checkpoint] {
        fs::create_dir_all(directory).unwrap();
        let directory = directory.trim_end_matches("/d");
        disk.metadata(directory, &[]);
    }
    fs::create_dir(disk.path(&format!("sp/cp/{job}/chk-1"))).unwrap();
    let roots = |location: &str| -> Vec<String> {
        let gathered = wait(gather(
            &Storage::new(),
            &[location.to_owned()],
            &Around::default(),
        ));
        let roots = gathered.unwrap().roots;
        roots.iter().map(ToString::to_string).collect()
    };
    let above = [disk.path("sp")];
    for below in [
        "sp/savepoint-1/d/..",
        "alias/savepoint-1",
        "sp/savepoint-1/.",
        "sp/x/../savepoint-1/_metadata",
        "sp/savepoint-2/../savepoint-1",
    ] {
        assert_eq!(roots(&disk.path(below)), above, "{below}");
    }
    let stepping = disk.path(&format!("sp/cp/{job}/chk-1/../chk-2"));
    assert_eq!(roots(&stepping), [disk.path("sp/cp")]);
}
