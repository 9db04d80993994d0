//! How long reading and summarising the metadata of an incremental checkpoint takes, and how much memory.
//!
//! `cargo bench --bench metadata` makes a file for each size in turn and reads it in a process of its own, so that the
//! peak is that of the reader. `-- --long` goes up to four million handles; `-- --write FILE OPERATORS SUBTASKS` only
//! makes one file (`benches/inspect` compares the whole tool with Flink's loader on it), and `-- --write-beside DIRECTORY
//! FILES` a savepoint with so many files beside its metadata (for `benches/storage`). Memory and processor time are taken from
//! `/proc` and left out where there is none.

#![allow(clippy::print_stdout, reason = "the figures are the result")]

mod incremental;

use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use incremental::Shape;
use savepointctl::metadata;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = env::args().collect();
    if let Some(at) = args.iter().position(|arg| arg == "--read") {
        let path = args.get(at + 1).ok_or("--read wants a file")?;
        return read(Path::new(path));
    }
    if let Some(at) = args.iter().position(|arg| arg == "--write") {
        let [path, operators, subtasks] = args.get(at + 1..at + 4).unwrap_or_default() else {
            return Err("--write wants a file, operators and subtasks".into());
        };
        let (operators, subtasks) = (operators.parse()?, subtasks.parse()?);
        let checkpoint = incremental::checkpoint(Shape {
            operators,
            subtasks,
            files: 40,
        });
        return Ok(fs::write(path, metadata::write(&checkpoint)?)?);
    }
    if let Some(at) = args.iter().position(|arg| arg == "--write-beside") {
        let [directory, files] = args.get(at + 1..at + 3).unwrap_or_default() else {
            return Err("--write-beside wants a directory and a number of files".into());
        };
        return write_beside(Path::new(directory), files.parse()?);
    }
    let long = args.iter().any(|arg| arg == "--long");
    let shapes = [(1, 25), (2, 125), (20, 125), (20, 512)];
    let shapes = shapes.into_iter().chain(long.then_some((200, 512)));
    for (operators, subtasks) in shapes {
        let shape = Shape {
            operators,
            subtasks,
            files: 40,
        };
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("incremental-metadata");
        fs::write(&path, metadata::write(&incremental::checkpoint(shape))?)?;
        let child = Command::new(env::current_exe()?)
            .arg("--read")
            .arg(&path)
            .status();
        fs::remove_file(&path)?;
        if !child?.success() {
            return Err("the reader failed".into());
        }
    }
    Ok(())
}

/// A native savepoint: its metadata, and the files that it names, of which only the sizes matter.
fn write_beside(directory: &Path, files: u32) -> Result<(), Failure> {
    fs::create_dir_all(directory)?;
    let shape = Shape {
        operators: 1,
        subtasks: files.div_ceil(1000).max(1),
        files: files.min(1000),
    };
    let savepoint = incremental::savepoint(shape);
    fs::write(directory.join("_metadata"), metadata::write(&savepoint)?)?;
    let mut failure = None;
    savepoint.parts(&mut |part| {
        if let Some(name) = part.storage.path() {
            let file = fs::File::create(directory.join(name.to_string()));
            let sized = file.and_then(|file| file.set_len(part.size.unsigned_abs()));
            failure = sized.err().or(failure.take());
        }
    });
    failure.map_or(Ok(()), |error| Err(error.into()))
}

/// Reads one file, sums it up and prints what that took.
fn read(path: &Path) -> Result<(), Failure> {
    let started = Instant::now();
    let bytes = fs::read(path)?;
    let loaded = Instant::now();
    let metadata = metadata::read(&bytes)?;
    let parsed = Instant::now();
    let (mut parts, mut inline) = (0_u64, 0);
    metadata.parts(&mut |part| {
        parts += 1;
        inline += u64::from(part.storage.path().is_none());
    });
    let state_size = metadata.state_size();
    let summed = Instant::now();
    println!(
        "{parts:>8} parts ({inline} inline), {state_size} bytes of state: file {:.1} MB, load {:.1} ms, read {:.1} ms, \
         sum {:.1} ms{}",
        bytes.len() as f64 / 1e6,
        (loaded - started).as_secs_f64() * 1e3,
        (parsed - loaded).as_secs_f64() * 1e3,
        (summed - parsed).as_secs_f64() * 1e3,
        process_figures(bytes.len()),
    );
    Ok(())
}

/// Processor time and peak memory of this process so far.
fn process_figures(file: usize) -> String {
    let processor_ns = fs::read_to_string("/proc/self/schedstat")
        .ok()
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    let peak_kb = fs::read_to_string("/proc/self/status")
        .ok()
        .and_then(|text| {
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
            line.split_whitespace().next()?.parse::<f64>().ok()
        });
    match (processor_ns, peak_kb) {
        (Some(ns), Some(kb)) => format!(
            "; whole process: {:.1} ms of processor time, peak {:.1} MB, {:.2} times the file",
            ns / 1e6,
            kb * 1024.0 / 1e6,
            kb * 1024.0 / file as f64
        ),
        _ => String::new(),
    }
}
