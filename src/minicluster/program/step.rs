//! The operators of a program's file, each for itself: what it does, before anyone looks at what it reads.

use std::path::Path;

use super::error::Complaint;
use super::function::{Aggregation, KeySelector};
use super::graph::Kind;
use super::named;
use super::places;
use super::section::{Located, Section};
use crate::domain::key_group::MAX_KEY_GROUPS;

/// An `[[operator]]`.
#[derive(Debug)]
pub(super) struct Step {
    /// Where its type stands.
    pub(super) at: usize,
    /// Its name, or what it is called without one. Other operators name it so.
    pub(super) name: String,
    /// Where its name stands, if it was given one.
    pub(super) named_at: Option<usize>,
    /// Where its file stands, if it names one.
    pub(super) path_at: Option<usize>,
    pub(super) uid: Option<Located<String>>,
    pub(super) parallelism: Option<Located<u32>>,
    pub(super) max_parallelism: Option<Located<u32>>,
    /// The names of what it reads; `None` is the one before it.
    pub(super) input: Option<Vec<Located<String>>>,
    pub(super) body: Body,
}

/// What a step is.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// An operator.
    Operator(Kind),
    /// A way to ship records, by key: no operator of its own, as in Flink.
    KeyBy(Option<Located<KeySelector>>),
}

impl Step {
    pub(super) fn is_source(&self) -> bool {
        matches!(&self.body, Body::Operator(kind) if kind.is_source())
    }

    pub(super) fn is_sink(&self) -> bool {
        matches!(&self.body, Body::Operator(kind) if kind.is_sink())
    }
}

/// Reads what is an operator type's own, and says what the operator is called if it has no name.
pub(super) type Read = fn(&mut Section<'_>, &Path) -> Result<(Body, String), Complaint>;

/// An operator type, the keys that are its own, and how they are read.
pub(super) type OperatorType = (&'static [&'static str], Read);

pub(super) const TYPES: &[(&str, OperatorType)] = &[
    ("sequence", (&["from", "end", "rate"], sequence)),
    ("lines", (&["path", "rate"], lines)),
    ("map", (&["function", "value"], map)),
    ("filter", (&["keep", "value"], filter)),
    ("key-by", (&["key", "value"], key_by)),
    (
        "count",
        (&[], |_, _| aggregate(Aggregation::Count, "count")),
    ),
    ("sum", (&[], |_, _| aggregate(Aggregation::Sum, "sum"))),
    ("min", (&[], |_, _| aggregate(Aggregation::Min, "min"))),
    ("max", (&[], |_, _| aggregate(Aggregation::Max, "max"))),
    ("discard", (&[], |_, _| operator(Kind::Discard, "discard"))),
    ("print", (&[], |_, _| operator(Kind::Print, "print"))),
    ("file", (&["path"], file)),
];

/// Keys of every type, of which a source has no `input` and `key-by` only that and `name`.
const SHARED: &[&str] = &[
    "type",
    "name",
    "uid",
    "parallelism",
    "max_parallelism",
    "input",
];

/// Reads an `[[operator]]`; files are looked for from `directory`.
pub(super) fn read(mut section: Section<'_>, directory: &Path) -> Result<Step, Complaint> {
    let ((own, read), word) = section.choice("type", "operator type", TYPES)?;
    let at = section.position("type").unwrap_or(section.at);
    section.at = at;
    let name = section.text("name")?;
    let called = name.as_ref().map_or(&word, |name| &name.value);
    section.what = format!("'{called}'");
    let known: Vec<&str> = SHARED.iter().chain(own).copied().collect();
    section.only(&known)?;
    let (body, by_default) = read(&mut section, directory)?;
    let mut step = Step {
        at,
        named_at: name.as_ref().map(|name| name.at),
        path_at: section.position("path"),
        name: name.map_or(by_default, |name| name.value),
        uid: None,
        parallelism: None,
        max_parallelism: None,
        input: None,
        body,
    };
    refuse_what_does_not_go(&step, &section)?;
    step.uid = section.text("uid")?;
    step.parallelism = section.within("parallelism", 1, MAX_KEY_GROUPS)?;
    step.max_parallelism = section.within("max_parallelism", 1, MAX_KEY_GROUPS)?;
    step.input = section.texts("input")?;
    section.finish()?;
    Ok(step)
}

fn refuse_what_does_not_go(step: &Step, section: &Section<'_>) -> Result<(), Complaint> {
    if let Some(at) = section.position("input").filter(|_| step.is_source()) {
        let message = format!("'{}' is a source and reads no 'input'", step.name);
        return Err(Complaint::new(at, message));
    }
    if !matches!(step.body, Body::KeyBy(_)) {
        return Ok(());
    }
    for key in ["uid", "parallelism", "max_parallelism"] {
        if let Some(at) = section.position(key) {
            let message = format!(
                "'{}' takes no '{key}': key-by only says where records go, give it to the operator behind",
                step.name
            );
            return Err(Complaint::new(at, message));
        }
    }
    Ok(())
}

fn operator(kind: Kind, name: &str) -> Result<(Body, String), Complaint> {
    Ok((Body::Operator(kind), name.to_owned()))
}

fn aggregate(aggregation: Aggregation, name: &str) -> Result<(Body, String), Complaint> {
    operator(Kind::Aggregate(aggregation), name)
}

fn sequence(section: &mut Section<'_>, _: &Path) -> Result<(Body, String), Complaint> {
    let from = section.integer("from")?.map_or(0, |from| from.value);
    let end = section.integer("end")?;
    let rate = section.rate("rate")?.map(|rate| rate.value);
    if let Some(end) = end.as_ref().filter(|end| end.value < from) {
        let message = format!(
            "{} ends at {}, before it begins at {from}",
            section.what, end.value
        );
        return Err(Complaint::new(end.at, message));
    }
    let end = end.map(|end| end.value);
    operator(Kind::Sequence { from, end, rate }, "sequence")
}

fn lines(section: &mut Section<'_>, directory: &Path) -> Result<(Body, String), Complaint> {
    let Some(named) = section.text("path")? else {
        return Err(section.missing("path", "the file whose lines it reads"));
    };
    let rate = section.rate("rate")?.map(|rate| rate.value);
    let path = directory.join(&named.value);
    places::readable(&path).map_err(|why| Complaint::new(named.at, why))?;
    operator(Kind::Lines { path, rate }, "lines")
}

fn file(section: &mut Section<'_>, directory: &Path) -> Result<(Body, String), Complaint> {
    let Some(named) = section.text("path")? else {
        return Err(section.missing("path", "the file it appends to"));
    };
    let path = directory.join(&named.value);
    places::writable(&path).map_err(|why| Complaint::new(named.at, why))?;
    operator(Kind::File { path }, "file")
}

fn map(section: &mut Section<'_>, _: &Path) -> Result<(Body, String), Complaint> {
    let (read, name) = section.choice("function", "function", named::FUNCTIONS)?;
    operator(Kind::Map(read(section)?), &name)
}

fn filter(section: &mut Section<'_>, _: &Path) -> Result<(Body, String), Complaint> {
    let (read, name) = section.choice("keep", "condition", named::PREDICATES)?;
    operator(Kind::Filter(read(section)?), &name)
}

fn key_by(section: &mut Section<'_>, _: &Path) -> Result<(Body, String), Complaint> {
    let Some(at) = section.position("key") else {
        return Ok((Body::KeyBy(None), "key-by".to_owned()));
    };
    let (read, _) = section.choice("key", "key", named::KEYS)?;
    let selector = read(section)?;
    let located = Located {
        value: selector,
        at,
    };
    Ok((Body::KeyBy(Some(located)), "key-by".to_owned()))
}
