//! Completions and manual pages are generated from the command tree and checked in. This test compares them;
//! `UPDATE_GENERATED=1 cargo test --test generated` rewrites them. Texts that show commands are held against the tree.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use savepointctl::commands::{self, help};

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

/// The words of each call of `savepointctl` in a line of a shell, as the shell gives them to a program.
fn calls(line: &str) -> Vec<Vec<OsString>> {
    let script =
        format!("savepointctl() {{ printf '%s\\037' savepointctl \"$@\"; echo; }}\n{line}\nwait");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let words = |call: &str| {
        call.split_terminator('\u{1f}')
            .map(OsString::from)
            .collect()
    };
    told.lines().map(words).collect()
}

#[test]
fn every_command_in_a_text_is_one_that_the_tool_takes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = fs::read_to_string(root.join("examples/deploy.sh")).unwrap();
    for (file, least) in [
        ("README.md", 15),
        ("examples/README.md", 5),
        ("src/commands/man/kubernetes.txt", 1),
        ("src/commands/man/yarn.txt", 1),
    ] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        let typed = text.lines().filter_map(|line| line.strip_prefix("    "));
        let typed = typed.filter(|line| line.starts_with("savepointctl "));
        let typed: Vec<&str> = typed.filter(|line| !script.contains(*line)).collect();
        assert!(typed.len() >= least, "{file}: {typed:#?}");
        for line in typed {
            for words in calls(line) {
                let parsed = commands::typed(words).and_then(help::parse);
                let error = parsed.err().map(|err| err.to_string());
                assert_eq!(error, None, "{file}: {line}");
            }
        }
    }
}

#[test]
fn manual_pages_are_current() {
    check("man", commands::pages());
}
