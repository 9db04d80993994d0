//! The program's file: `[job]`, and an `[[operator]]` for each step.

use std::path::Path;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::Complaint;
use super::section::{Located, Section};
use super::spelling;
use super::step::{self, Step};
use crate::domain::key_group::MAX_KEY_GROUPS;

/// The largest program: more than anyone writes by hand.
const MOST_BYTES: usize = 1 << 20;
/// The most operators of a program.
const MOST_OPERATORS: usize = 1000;

/// What the file says, part by part.
#[derive(Debug)]
pub(super) struct File {
    pub(super) job: Job,
    pub(super) steps: Vec<Step>,
}

/// `[job]`.
#[derive(Debug, Default)]
pub(super) struct Job {
    pub(super) name: Option<String>,
    pub(super) parallelism: Option<Located<u32>>,
    pub(super) max_parallelism: Option<Located<u32>>,
    pub(super) checkpoint_interval: Option<Duration>,
    pub(super) checkpoint_timeout: Option<Duration>,
    pub(super) restart_attempts: Option<u32>,
}

const TABLES: &[&str] = &["job", "operator"];
pub(super) const JOB: &[&str] = &[
    "name",
    "parallelism",
    "max_parallelism",
    "checkpoint_interval",
    "checkpoint_timeout",
    "restart_attempts",
];

/// The file's text.
///
/// # Errors
/// It is a jar, too long, or no text.
pub(super) fn text(content: &[u8]) -> Result<&str, Complaint> {
    if content.starts_with(b"PK\x03\x04") {
        let message = "this is a jar, and a minicluster runs no Java: its programs are TOML files";
        return Err(Complaint::new(0, message));
    }
    if content.len() > MOST_BYTES {
        let message = format!(
            "the program has {} bytes, at most {MOST_BYTES} are read",
            content.len()
        );
        return Err(Complaint::new(0, message));
    }
    std::str::from_utf8(content).map_err(|error| {
        let at = error.valid_up_to();
        Complaint::new(at, format!("the program is no UTF-8 text at byte {at}"))
    })
}

/// Reads the program's text; files that it names are looked for from `directory`.
pub(super) fn read(text: &str, directory: &Path) -> Result<File, Complaint> {
    let document = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let message = error.message().replace('\n', ", ");
        Complaint::new(at, format!("the program is no TOML: {message}"))
    })?;
    let document = document.get_ref();
    refuse_strangers(document)?;
    Ok(File {
        job: table(document, "job").map_or(Ok(Job::default()), job)?,
        steps: steps(document, directory)?,
    })
}

fn refuse_strangers(document: &DeTable<'_>) -> Result<(), Complaint> {
    let strangers = document
        .iter()
        .filter(|(key, _)| !TABLES.contains(&key.get_ref().as_ref()));
    let Some((key, value)) = strangers.min_by_key(|(key, _)| key.span().start) else {
        return Ok(());
    };
    let what = match value.get_ref() {
        DeValue::Table(_) | DeValue::Array(_) => "table",
        _ => "key",
    };
    let suggestion = spelling::suggestion(key.get_ref(), TABLES);
    let message = format!("unknown {what} '{}'{suggestion}", key.get_ref());
    Err(Complaint::new(key.span().start, message))
}

fn table<'t>(document: &'t DeTable<'t>, name: &str) -> Option<(usize, &'t Spanned<DeValue<'t>>)> {
    let (key, value) = document.iter().find(|(key, _)| key.get_ref() == name)?;
    Some((key.span().start, value))
}

fn job<'t>((at, value): (usize, &'t Spanned<DeValue<'t>>)) -> Result<Job, Complaint> {
    let DeValue::Table(table) = value.get_ref() else {
        return Err(Complaint::new(at, "'job' is a table: write it as [job]"));
    };
    let mut section = Section::new("[job]", at, table);
    section.only(JOB)?;
    Ok(Job {
        name: section.text("name")?.map(|name| name.value),
        parallelism: section.within("parallelism", 1, MAX_KEY_GROUPS)?,
        max_parallelism: section.within("max_parallelism", 1, MAX_KEY_GROUPS)?,
        checkpoint_interval: section
            .duration("checkpoint_interval")?
            .map(|found| found.value),
        checkpoint_timeout: section
            .duration("checkpoint_timeout")?
            .map(|found| found.value),
        restart_attempts: section
            .within("restart_attempts", 0, u32::MAX)?
            .map(|found| found.value),
    })
}

fn steps(document: &DeTable<'_>, directory: &Path) -> Result<Vec<Step>, Complaint> {
    let Some((at, value)) = table(document, "operator") else {
        let message =
            "the program has no operators: give each an [[operator]], from a source to a sink";
        return Err(Complaint::new(0, message));
    };
    let DeValue::Array(items) = value.get_ref() else {
        let message =
            "'operator' is a list of tables: write each as [[operator]], with two brackets";
        return Err(Complaint::new(at, message));
    };
    if items.len() > MOST_OPERATORS {
        let message = format!(
            "the program has {} operators, at most {MOST_OPERATORS} are taken",
            items.len()
        );
        return Err(Complaint::new(at, message));
    }
    let steps = items
        .iter()
        .enumerate()
        .map(|(index, item)| match item.get_ref() {
            DeValue::Table(table) => {
                let what = format!("operator {}", index + 1);
                step::read(Section::new(what, item.span().start, table), directory)
            }
            _ => Err(Complaint::new(
                item.span().start,
                "an operator is a table: write it as [[operator]]",
            )),
        });
    steps.collect()
}
