//! Words as Flink's own parser reads them: thousands of lines, made up, read by both.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use savepointctl::cli::commons_cli::{ParseError, parse};
use savepointctl::cli::flink_options::Action;

use crate::OnItsOwn;

pub const TRIALS: &[OnItsOwn] = &[(
    "words_are_read_as_flinks_own_parser_reads_them",
    words_are_read_as_flinks_own_parser_reads_them,
)];

/// How many lines are read.
const LINES: usize = 20_000;
/// What stands between words, and between an option and its values.
const WORD: char = '\u{1f}';
const VALUE: char = '\u{1e}';

/// Words that stand for values, for programs' words, and for trouble.
const OTHERS: &[&str] = &[
    "x",
    "a=b",
    "-1",
    "-1d",
    "-5.5e3",
    "\"q\"",
    "\"a\"b\"",
    "-",
    "",
    "--",
    "native",
    "é",
    "-x",
    "=",
    "-Infinity",
    "a=b=c",
    "-.5",
    "---",
];

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        // xorshift
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % limit
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

/// A word that is, or nearly is, one of the options in one of its spellings.
fn word(dice: &mut Dice, names: &[&str]) -> String {
    if dice.below(5) == 0 {
        return dice.of(OTHERS).to_owned();
    }
    let mut name = dice.of(names).to_owned();
    match dice.below(10) {
        0 => name.truncate(1 + dice.below(name.len())),
        1 => name.push_str(dice.of(names)),
        _ => {}
    }
    let dashes = dice.of(&["-", "-", "--", "--", "---", ""]);
    let value = match dice.below(6) {
        0 => format!("={}", dice.of(OTHERS)),
        1 => dice.of(OTHERS).to_owned(),
        _ => String::new(),
    };
    format!("{dashes}{name}{value}")
}

fn line(dice: &mut Dice) -> String {
    let action = Action::ALL[dice.below(Action::ALL.len())];
    let options = action.options();
    let long = options.iter().filter_map(|option| option.long);
    let names: Vec<&str> = options
        .iter()
        .map(|option| option.short)
        .chain(long)
        .collect();
    let words = (0..dice.below(6)).map(|_| word(dice, &names));
    let words = words.fold(String::new(), |line, word| format!("{line}{WORD}{word}"));
    format!("{}{words}", action.word())
}

/// What we read, in the form in which `Words.java` tells it.
fn ours(line: &str, has_yarn_detached: bool) -> String {
    let mut words = line.split(WORD);
    let action = Action::of(words.next().unwrap()).unwrap();
    let mut options = action.options();
    options.retain(|option| has_yarn_detached || option.short != "yd");
    match parse(&options, words, action.has_program()) {
        Ok(line) => {
            let option = |given: &savepointctl::cli::commons_cli::Given| {
                let values: String = given.values.iter().map(|v| format!("{VALUE}{v}")).collect();
                format!("{}{values}{WORD}", given.option.short)
            };
            let options: String = line.options.iter().map(option).collect();
            let words: String = line
                .words
                .iter()
                .map(|word| format!("{WORD}{word}"))
                .collect();
            format!("{options}--{words}")
        }
        Err(ParseError::Unrecognized(_)) => "!Unrecognized".to_owned(),
        Err(ParseError::Ambiguous { .. }) => "!Ambiguous".to_owned(),
        Err(ParseError::MissingValue(_)) => "!Missing".to_owned(),
    }
}

/// The class path of a version's distribution.
fn class_path(version: &str) -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/flink");
    let out = Command::new(script)
        .args(["dist", version])
        .output()
        .unwrap();
    assert!(out.status.success(), "no Flink {version}");
    let lib = PathBuf::from(String::from_utf8(out.stdout).unwrap().trim()).join("lib");
    format!("{}/*", lib.display())
}

fn words_are_read_as_flinks_own_parser_reads_them() {
    let classes =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("words-{}", std::process::id()));
    fs::create_dir_all(&classes).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/flink/Words.java");
    let mut javac = Command::new("javac");
    javac.args([
        "-nowarn",
        "-encoding",
        "UTF-8",
        "-cp",
        &class_path("1.20.5"),
        "-d",
    ]);
    let status = javac.arg(&classes).arg(source).status().unwrap();
    assert!(status.success());
    let mut dice = Dice(0x5eed_f11c);
    let lines: Vec<String> = (0..LINES).map(|_| line(&mut dice)).collect();
    for version in ["2.3.0", "1.20.5"] {
        let mut java = Command::new("java");
        java.args(["-XX:TieredStopAtLevel=1", "-cp"]);
        java.arg(format!("{}:{}", classes.display(), class_path(version)));
        java.arg("org.apache.flink.client.cli.Words");
        java.stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut java = java.spawn().unwrap();
        let mut stdin = java.stdin.take().unwrap();
        let text = lines.join("\n") + "\n";
        let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).unwrap());
        let out = java.wait_with_output().unwrap();
        writer.join().unwrap();
        let theirs = String::from_utf8(out.stdout).unwrap();
        let theirs: Vec<&str> = theirs.lines().collect();
        assert_eq!(
            theirs.len(),
            lines.len(),
            "Flink {version} read not every line"
        );
        for (line, theirs) in lines.iter().zip(theirs) {
            let words = line.replace(WORD, " ");
            assert_eq!(
                ours(line, version == "1.20.5"),
                theirs,
                "Flink {version}: {words}"
            );
        }
    }
    let _ = fs::remove_dir_all(&classes);
}
