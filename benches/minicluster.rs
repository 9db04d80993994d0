//! The minicluster's figures: records per second of a word count, and checkpoints of many keys.
//!
//! `cargo bench --bench minicluster` does each measurement in a process of its own, so that memory is its own. `-- --long`
//! goes up to ten million keys. Memory and processor time are taken from `/proc` and left out where there is none.

#![allow(clippy::print_stdout, reason = "the figures are the result")]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use savepointctl::domain::ids::{JobId, TriggerId};
use savepointctl::minicluster::coordinator::{
    Backend, CheckpointView, Cluster, JobStatus, OperationState, Settings,
};
use savepointctl::minicluster::program::{CompileOptions, ProgramSource, compile};

type Failure = Box<dyn std::error::Error>;

/// Words of the text whose words are counted.
const WORDS: usize = 6_000_000;
const JOB: JobId = JobId::from_bytes([1; 16]);

fn main() -> Result<(), Failure> {
    let args: Vec<String> = env::args().collect();
    let after = |flag: &str| {
        let at = args.iter().position(|arg| arg == flag)?;
        args.get(at + 1)?.parse::<u64>().ok()
    };
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-minicluster");
    if let Some(parallelism) = after("--words") {
        return words(&directory, u32::try_from(parallelism)?);
    }
    if let Some(keys) = after("--keys") {
        return checkpoints(&directory, keys);
    }
    let long = args.iter().any(|arg| arg == "--long");
    let keys = [10_000, 100_000, 1_000_000];
    let keys = keys.into_iter().chain(long.then_some(10_000_000));
    let runs = [1, 2].map(|parallelism| ("--words", parallelism));
    for (what, of) in runs.into_iter().chain(keys.map(|keys| ("--keys", keys))) {
        fs::create_dir_all(&directory)?;
        let child = Command::new(env::current_exe()?)
            .args([what, &of.to_string()])
            .status();
        fs::remove_dir_all(&directory)?;
        if !child?.success() {
            return Err("a measurement failed".into());
        }
    }
    Ok(())
}

fn start(directory: &Path, program: &str, parallelism: u32) -> Result<Cluster, Failure> {
    let cluster = Cluster::start(Settings {
        checkpoints: Backend::Filesystem(directory.join("checkpoints")),
        ..Settings::default()
    })?;
    let source = ProgramSource {
        file: "bench.toml",
        directory,
        content: program.as_bytes(),
    };
    let options = CompileOptions {
        parallelism,
        ..CompileOptions::default()
    };
    cluster.submit(JOB, compile(source, &options)?, None)?;
    Ok(cluster)
}

/// Waits until it is so; says how long it took.
fn wait_until(mut is_so: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !is_so() {
        thread::sleep(Duration::from_millis(1));
    }
    start.elapsed()
}

/// Counts the words of a text: lines, tokenise, lower-case, key-by, count.
fn words(directory: &Path, parallelism: u32) -> Result<(), Failure> {
    let mut text = String::new();
    for number in 0..WORDS / 10 {
        for word in 0..10 {
            // some words often, most seldom
            let word = (number * 31 + word * word * 7) % 5_000;
            write!(text, "w{word} ")?;
        }
        text.push('\n');
    }
    fs::write(directory.join("text"), text)?;
    let program = "
        [[operator]]
        type = 'lines'
        path = 'text'
        [[operator]]
        type = 'map'
        function = 'tokenise'
        [[operator]]
        type = 'map'
        function = 'lower-case'
        [[operator]]
        type = 'key-by'
        [[operator]]
        type = 'count'
        [[operator]]
        type = 'discard'
    ";
    let cluster = start(directory, program, parallelism)?;
    let status = || cluster.job(JOB).map(|job| job.status);
    let took = wait_until(|| status().is_some_and(JobStatus::is_ended));
    let rate = WORDS as f64 / took.as_secs_f64() / 1e6;
    println!(
        "word count, parallelism {parallelism}: {rate:.2} million words/s, {:.1} s of CPU",
        processor_seconds().unwrap_or(f64::NAN)
    );
    Ok(())
}

/// Takes three checkpoints once all keys have been seen.
fn checkpoints(directory: &Path, keys: u64) -> Result<(), Failure> {
    // each number once as a key; at the end the source waits, so that the keys do not grow
    let program = format!(
        "
        [[operator]]
        type = 'sequence'
        from = 1
        end = {keys}
        name = 'keys'
        [[operator]]
        type = 'sequence'
        rate = 1
        name = 'ticks'
        [[operator]]
        type = 'key-by'
        input = ['keys', 'ticks']
        [[operator]]
        type = 'count'
        [[operator]]
        type = 'discard'
        "
    );
    let cluster = start(directory, &program, 1)?;
    let taken = || {
        let vertices = cluster.job(JOB).map(|job| job.vertices).unwrap_or_default();
        let tasks = vertices.iter().flat_map(|vertex| &vertex.tasks);
        tasks.map(|task| task.records_in).sum::<u64>()
    };
    wait_until(|| taken() >= keys);
    let before = memory("VmRSS");
    let mut views: Vec<CheckpointView> = Vec::new();
    for number in 1..=3u8 {
        let trigger = TriggerId::from_bytes([number; 16]);
        cluster.trigger_checkpoint(JOB, trigger);
        let in_progress = Some(OperationState::InProgress);
        wait_until(|| cluster.checkpoint_operation(JOB, trigger) != in_progress);
        let latest = cluster.statistics(JOB).and_then(|it| it.latest_completed);
        views.extend(latest);
    }
    let mut times: Vec<i64> = views
        .iter()
        .filter_map(CheckpointView::end_to_end_ms)
        .collect();
    times.sort_unstable();
    let size = views.last().map_or(0, |view| view.state_size);
    println!(
        "{keys} keys: checkpoint {times:?} ms, state {:.1} MB, memory {:.0} MB before, {:.0} MB at most",
        size as f64 / 1e6,
        before.unwrap_or(f64::NAN),
        memory("VmHWM").unwrap_or(f64::NAN)
    );
    cluster.shutdown();
    Ok(())
}

/// Memory of this process in MB.
fn memory(field: &str) -> Option<f64> {
    let status = fs::read_to_string(PathBuf::from("/proc/self/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes / 1e3)
}

/// Processor time of this process, in seconds.
fn processor_seconds() -> Option<f64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    let fields = stat.rsplit_once(')')?.1.split_whitespace();
    let ticks: f64 = fields
        .skip(11)
        .take(2)
        .map(|it| it.parse().unwrap_or(0.0))
        .sum();
    Some(ticks / 100.0)
}
