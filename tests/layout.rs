//! Which room may use which. A room's own files may always use each other; `lib.rs` and `main.rs` are outside.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::path::{Path, PathBuf};

/// A room, and the rooms that its code may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("cli", &["output", "domain"]),
    (
        "commands",
        &[
            "cli",
            "config",
            "domain",
            "error",
            "exit",
            "inventory",
            "metadata",
            "minicluster",
            "output",
            "rest",
            "storage",
        ],
    ),
    ("config", &["cli", "domain"]),
    ("domain", &[]),
    (
        "error",
        &["exit", "config", "inventory", "metadata", "rest", "storage"],
    ),
    ("exit", &[]),
    ("inventory", &["domain", "metadata", "state", "storage"]),
    ("metadata", &["domain"]),
    ("minicluster", &["domain", "metadata", "state"]),
    (
        "output",
        &["error", "exit", "domain", "inventory", "metadata", "rest"],
    ),
    ("rest", &["domain"]),
    ("state", &["domain", "metadata"]),
    ("storage", &["domain"]),
];

/// Where words of a library may stand that belongs to one room.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("clap", &["cli", "commands", "config"]),
    ("clap_complete", &["commands"]),
    ("indicatif", &["output"]),
    ("hdfs_native", &["storage"]),
    ("object_store", &["storage"]),
    ("reqwest", &["rest", "commands", "storage"]),
    ("tabled", &["output"]),
];

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The room of a file below `src`: its first folder, or its own name.
fn room(file: &Path, src: &Path) -> String {
    let below = file.strip_prefix(src).unwrap();
    below
        .iter()
        .next()
        .unwrap()
        .to_string_lossy()
        .trim_end_matches(".rs")
        .to_owned()
}

/// Every `name::` that follows `before` in a line of code.
fn words<'a>(line: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(before).filter_map(move |(at, _)| {
        let rest = &line[at + before.len()..];
        let end = rest
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(rest.len());
        Some(&rest[..end]).filter(|word| !word.is_empty())
    })
}

#[test]
fn rooms_use_only_the_rooms_they_may_use() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    let mut strays = Vec::new();
    for file in files {
        let room = room(&file, &src);
        if matches!(room.as_str(), "lib" | "main") {
            continue;
        }
        let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == room) else {
            panic!("the room {room} is not in the table");
        };
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            let used =
                words(code, "crate::").filter(|used| *used != room && !may_use.contains(used));
            let at = |what: &str| format!("{}:{}: {room} uses {what}", file.display(), number + 1);
            strays.extend(used.map(at));
            let library = |(name, rooms): &&(&str, &[&str])| {
                !rooms.contains(&room.as_str())
                    && (code.contains(&format!("use {name}::"))
                        || code.contains(&format!(" {name}::")))
            };
            strays.extend(LIBRARIES.iter().filter(library).map(|(name, _)| at(name)));
        }
    }
    assert!(strays.is_empty(), "{}", strays.join("\n"));
}
