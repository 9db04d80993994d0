//! The files of a sink's subtasks: the path itself, and beside it `<path>.part-<n>`.
//!
//! Which of these the sink has made stands in `.<name>.parts`, written before they are: whatever else is called so is
//! somebody's, and neither appended to nor deleted.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::regular;
use super::undone::{self, Content, named};
use crate::domain::key_group::MAX_KEY_GROUPS;

/// More than a list of as many parts as there can be.
const LONGEST_LIST: u64 = 1 << 20;

/// The file of a subtask.
pub(super) fn part(path: &Path, subtask: u32) -> PathBuf {
    if subtask == 0 {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".part-{subtask}"));
    PathBuf::from(name)
}

/// Which part of a sink a file is.
fn number(path: &Path, file: &Path) -> Option<u32> {
    let rest = file.to_str()?.strip_prefix(path.to_str()?)?;
    let number = rest.strip_prefix(".part-")?.parse().ok()?;
    (number > 0 && part(path, number) == file).then_some(number)
}

/// Every file of the sink that there is, with its subtask.
pub(super) fn parts(path: &Path) -> io::Result<Vec<(u32, PathBuf)>> {
    let numbers = [0].into_iter().chain(made(path)?);
    let found = numbers.map(|number| (number, part(path, number)));
    Ok(found.filter(|(_, file)| file.exists()).collect())
}

/// Deletes the parts that the sink has made, and that are not known; what was in them can be brought back.
pub(super) fn remove_others(path: &Path, known: &[&Path]) -> io::Result<()> {
    for (number, file) in parts(path)? {
        if number > 0 && !known.contains(&file.as_path()) {
            undone::bring(&file, Content::NOTHING, &[])?;
            fs::remove_file(&file).map_err(|error| named(&file, &error))?;
        }
    }
    Ok(())
}

/// Sees whether each subtask can have its part: there is none yet, or it is the sink's, as the state or the list says.
pub(super) fn check(path: &Path, parallelism: u32, known: &[&Path]) -> io::Result<()> {
    let made = made(path)?;
    for number in 1..parallelism {
        let file = part(path, number);
        regular::check(&file)?;
        if file.exists() && !made.contains(&number) && !known.contains(&file.as_path()) {
            return Err(io::Error::other(format!(
                "{} is there already, and this sink did not write it: move it away, or give the sink another path",
                file.display()
            )));
        }
    }
    Ok(())
}

/// Notes that the parts of so many subtasks are the sink's.
pub(super) fn reserve(path: &Path, parallelism: u32, known: &[&Path]) -> io::Result<()> {
    check(path, parallelism, known)?;
    let mut numbers = made(path)?;
    numbers.extend(known.iter().filter_map(|file| number(path, file)));
    numbers.retain(|number| part(path, *number).exists());
    numbers.extend(1..parallelism);
    let list = list(path);
    if numbers.is_empty() && !list.exists() {
        return Ok(());
    }
    let written = with_suffix(&list, ".inprogress");
    let mut file = File::create(&written).map_err(|error| named(&written, &error))?;
    for number in numbers {
        writeln!(file, "{number}")?;
    }
    file.sync_data()?;
    fs::rename(written, list)
}

/// The numbers of the parts that the sink has made, ascending.
fn made(path: &Path) -> io::Result<BTreeSet<u32>> {
    let list = list(path);
    regular::check(&list)?;
    let mut text = String::new();
    match File::open(&list) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeSet::new()),
        opened => opened
            .and_then(|file| file.take(LONGEST_LIST).read_to_string(&mut text))
            .map_err(|error| named(&list, &error))?,
    };
    let numbers = text.lines().filter_map(|line| line.parse().ok());
    Ok(numbers
        .filter(|number| (1..MAX_KEY_GROUPS).contains(number))
        .collect())
}

/// Where the numbers stand.
fn list(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    with_suffix(&path.with_file_name(name), ".parts")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
