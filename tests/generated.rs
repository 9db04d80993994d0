//! Completions and manual pages are generated from the command tree and checked in. This test compares them;
//! `UPDATE_GENERATED=1 cargo test --test generated` rewrites them.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use savepointctl::commands;

fn check(directory: &str, generated: Vec<(String, Vec<u8>)>) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    let generated: BTreeMap<PathBuf, Vec<u8>> = generated
        .into_iter()
        .map(|(name, text)| (directory.join(name), text))
        .collect();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        for (file, text) in &generated {
            fs::write(file, text).unwrap();
        }
    }
    let present: Vec<PathBuf> = fs::read_dir(&directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let stray: Vec<&PathBuf> = present
        .iter()
        .filter(|file| !generated.contains_key(*file))
        .collect();
    assert!(stray.is_empty(), "not generated any more: {stray:?}");
    for (file, text) in &generated {
        let current = fs::read(file).unwrap_or_default();
        assert!(
            current == *text,
            "{} is not what the command tree gives: UPDATE_GENERATED=1 cargo test --test generated",
            file.display()
        );
    }
}

#[test]
fn completions_are_current() {
    check("completions", commands::completion_scripts());
}

#[test]
fn the_readme_shows_the_deploy_script_as_it_is() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let script = fs::read_to_string(root.join("examples/deploy.sh")).unwrap();
    let indented: String = script
        .lines()
        .map(|line| format!("    {line}").trim_end().to_owned() + "\n")
        .collect();
    assert!(
        readme.contains(&indented),
        "README.md: not examples/deploy.sh"
    );
}

#[test]
fn manual_pages_are_current() {
    check("man", commands::pages());
}
