//! `kill -9` of the process while it takes savepoints: every savepoint that has its metadata is whole, the newest serves, and
//! counts stay exact.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use savepointctl::metadata;
use savepointctl::metadata::location::{Resolved, resolve};
use serde_json::{Value, json};

use crate::dice::{Dice, Seed, seeds};
use crate::harness::{Directory, counted, counter};
use crate::served::cluster::Mini;

const END: i64 = 12_000;

#[test]
fn a_process_that_is_killed_leaves_every_complete_savepoint_whole() {
    for seed in seeds(2) {
        let _seed = Seed(seed);
        println!("seed {seed}");
        killed(&mut Dice::new(seed));
    }
}

fn killed(dice: &mut Dice) {
    let directory = Directory::new();
    let mut newest = None;
    let mut complete = 0;
    for _ in 0..5 {
        let mut mini = start(&directory);
        let job = begin(&mini, &directory, dice, Some(4_000), newest.as_deref());
        mini.until_running(&job);
        let ids = trigger_until_killed(&mut mini, &job, dice);
        let found = savepoints(&directory);
        for (_, path) in &found {
            assert_whole(path);
        }
        for location in ids {
            // what was reported as complete must be there
            assert!(
                found.iter().any(|(_, path)| *path == location),
                "{}",
                location.display()
            );
        }
        complete += found.len();
        newest = found.into_iter().max().map(|(_, path)| path).or(newest);
    }
    assert!(complete > 0, "no savepoint was ever complete");
    let mini = start(&directory);
    let job = begin(&mini, &directory, dice, None, newest.as_deref());
    mini.until_state(&job, "FINISHED");
    assert_eq!(directory.lines("counts"), counted(END));
}

fn start(directory: &Directory) -> Mini {
    let path = directory.path().display();
    Mini::start(&format!(
        "--dir '{path}' -D state.backend.savepoints=filesystem -D execution.checkpointing.interval=20ms"
    ))
}

/// Starts the counter, from a savepoint if there is one, with some parallelism.
fn begin(
    mini: &Mini,
    directory: &Directory,
    dice: &mut Dice,
    rate: Option<u32>,
    from: Option<&Path>,
) -> String {
    if from.is_none() {
        // nothing to go on from: what an earlier run has written would be there twice
        for file in directory.files() {
            if file.starts_with("counts") {
                fs::remove_file(directory.path().join(file)).unwrap();
            }
        }
    }
    let sink = directory.path().join("counts");
    let program =
        counter(END, rate).replace("\"counts\"", &format!("{:?}", sink.to_str().unwrap()));
    let program = mini.upload("counter.toml", &program);
    let body = json!({"parallelism": 1 + dice.below(4), "savepointPath": from});
    let (status, answer) = mini.ask("POST", &format!("/jars/{program}/run"), Some(&body));
    assert_eq!(status, 200, "{answer}");
    answer["jobid"].as_str().unwrap().to_owned()
}

/// Triggers savepoint after savepoint until the process is killed; gives those that were reported as complete.
fn trigger_until_killed(mini: &mut Mini, job: &str, dice: &mut Dice) -> Vec<PathBuf> {
    let path = format!("/jobs/{job}/savepoints");
    let mut reported = Vec::new();
    thread::scope(|scope| {
        let triggers = scope.spawn(|| {
            let mut complete = Vec::new();
            while let Some(answer) = mini_ask(mini, "POST", &path, Some(&json!({}))) {
                let Some(id) = answer["request-id"].as_str() else {
                    break;
                };
                let Some(poll) = mini_ask(mini, "GET", &format!("{path}/{id}"), None) else {
                    break;
                };
                if let Some(location) = poll["operation"]["location"].as_str() {
                    complete.push(PathBuf::from(location.strip_prefix("file:").unwrap()));
                }
            }
            complete
        });
        thread::sleep(Duration::from_millis(20 + dice.below(300)));
        mini.signal("-KILL");
        reported = triggers.join().unwrap();
    });
    mini.end();
    reported
}

/// An answer, unless the process is gone.
fn mini_ask(mini: &Mini, method: &str, path: &str, body: Option<&Value>) -> Option<Value> {
    std::net::TcpStream::connect(mini.authority()).ok()?;
    std::panic::catch_unwind(|| mini.try_ask(method, path, body))
        .ok()?
        .map(|answer| answer.json())
}

/// Every savepoint that has its metadata, with its checkpoint id.
fn savepoints(directory: &Directory) -> Vec<(i64, PathBuf)> {
    let Ok(entries) = fs::read_dir(directory.savepoints()) else {
        return Vec::new();
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    let id = |path: PathBuf| {
        let bytes = fs::read(path.join("_metadata")).ok()?;
        Some((metadata::read(&bytes).unwrap().checkpoint_id, path))
    };
    paths.filter_map(id).collect()
}

/// The metadata can be read to its end, and every file that it names has the size that it says.
fn assert_whole(savepoint: &Path) {
    let bytes = fs::read(savepoint.join("_metadata")).unwrap();
    let metadata = metadata::read(&bytes).unwrap();
    assert!(metadata.trailing.is_empty());
    let mut files = 0;
    metadata.parts(&mut |part| {
        let Resolved::At(at) = resolve(&part.storage, savepoint.to_str().unwrap()) else {
            return;
        };
        let file = fs::metadata(at.strip_prefix("file:").unwrap_or(&at)).unwrap();
        assert_eq!(i64::try_from(file.len()).unwrap(), part.size, "{at}");
        files += 1;
    });
    assert!(files > 0);
}
