//! The examples as manual pages and help print them.

use std::path::Path;

use savepointctl::commands;

use super::super::cluster::{Ran, command};

/// An example, and the command on whose page it stands; `savepointctl` for the tool's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    pub page: String,
    pub line: String,
}

/// Every example of every page, as a reader of the page sees it.
pub fn examples() -> Vec<Example> {
    let mut found = Vec::new();
    for (page, text) in pages() {
        for line in shown(&text, "EXAMPLES").lines() {
            let page = page.clone();
            let line = line.to_owned();
            found.push(Example { page, line });
        }
    }
    found
}

/// The sections other than that of the examples which show something to type, as (page, section).
pub fn recipes() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (page, text) in pages() {
        let sections = text.split(".SH ").skip(1);
        for section in sections.filter(|section| section.contains("\n.EX\n")) {
            let title = section.lines().next().unwrap_or_default();
            if title != "EXAMPLES" {
                found.push((page.clone(), title.to_owned()));
            }
        }
    }
    found
}

/// What a section of a page shows to be typed.
pub fn of_section(page: &str, section: &str) -> String {
    let (_, text) = pages().into_iter().find(|(name, _)| name == page).unwrap();
    shown(&text, section)
}

/// The examples in what `-h` or `--help` prints.
pub fn in_help(page: &str, flag: &str, dir: &Path) -> Vec<String> {
    let mut command = command(dir);
    match page {
        "savepointctl" => command.arg(flag),
        page => command.args([page, flag]),
    };
    let ran = Ran::of(command);
    assert_eq!(ran.code, 0, "{page} {flag}: {ran:?}");
    let lines = ran.stdout.lines().skip_while(|line| *line != "Examples:");
    let lines = lines.skip(1).map_while(|line| line.strip_prefix("  "));
    lines.map(str::to_owned).collect()
}

/// Each page's command, and its roff.
fn pages() -> Vec<(String, String)> {
    let named = |(file, roff): (String, Vec<u8>)| {
        let name = file.trim_end_matches(".1");
        let page = name.strip_prefix("savepointctl-").unwrap_or(name);
        (page.to_owned(), String::from_utf8(roff).unwrap())
    };
    commands::pages().into_iter().map(named).collect()
}

/// What stands between `.EX` and `.EE` in a section of a page.
fn shown(page: &str, section: &str) -> String {
    let mut sections = page.split(".SH ").skip(1);
    let heading = format!("{section}\n");
    let Some(section) = sections.find(|text| text.starts_with(&heading)) else {
        return String::new();
    };
    let Some((_, shown)) = section.split_once("\n.EX\n") else {
        return String::new();
    };
    let (shown, _) = shown.split_once(".EE\n").unwrap();
    plain(shown)
}

/// Roff as it is shown: the escapes of characters undone.
fn plain(roff: &str) -> String {
    let mut out = String::new();
    let mut rest = roff;
    while let Some((before, escape)) = rest.split_once('\\') {
        out.push_str(before);
        let escapes = [
            ("(aq", "'"),
            ("(ga", "`"),
            ("(ha", "^"),
            ("(ti", "~"),
            ("-", "-"),
            ("e", "\\"),
            ("&", ""),
        ];
        let known = escapes
            .iter()
            .find(|(name, _)| escape.starts_with(name))
            .unwrap_or_else(|| panic!("no escape that is known here: \\{escape}"));
        out.push_str(known.1);
        rest = &escape[known.0.len()..];
    }
    out + rest
}
