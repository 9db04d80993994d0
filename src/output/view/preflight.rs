//! `preflight`.

use serde::Serialize;

use super::super::printer::View;
use super::super::style::{Role, Style, painted};
use super::super::{table, text};
use crate::inventory::inspection::names::{self, Names};
use crate::inventory::preflight::{Conflict, ConflictKind, Matched, ProgramOperator, Report};
use crate::metadata::model::Operator;

/// Whether a snapshot would restore, and what would become of each operator.
#[derive(Serialize)]
pub struct PreflightView {
    location: String,
    fits: bool,
    /// Bytes of state that would be lost, as Flink counts them.
    left_over_state_size: i64,
    /// Bytes of state of which nobody can tell.
    unknown_state_size: i64,
    matched: Vec<OperatorView>,
    left_over: Vec<OperatorView>,
    unknown: Vec<OperatorView>,
    new: Vec<NewView>,
    unidentified: Vec<String>,
    conflicts: Vec<ConflictView>,
    gone_without_state: usize,
}

#[derive(Serialize)]
struct OperatorView {
    id: String,
    name: Option<String>,
    uid: Option<String>,
    state_size: i64,
    parallelism: u32,
    max_parallelism: Option<u32>,
    new_parallelism: Option<u32>,
}

#[derive(Serialize)]
struct NewView {
    id: String,
    name: Option<String>,
    uid: Option<String>,
    parallelism: Option<u32>,
}

#[derive(Serialize)]
struct ConflictView {
    id: String,
    name: Option<String>,
    kind: &'static str,
    certain: bool,
    snapshot_max_parallelism: u32,
    found: u32,
}

impl PreflightView {
    /// The report on the snapshot at a location.
    pub fn new(location: &str, report: &Report<'_>) -> Self {
        let operators = |operators: &[&Operator<'_>]| {
            let views = operators.iter().map(|one| OperatorView::new(one, None));
            views.collect()
        };
        let matched = report.matched.iter();
        let unidentified = report.unidentified.iter();
        Self {
            location: location.to_owned(),
            fits: report.fits(),
            left_over_state_size: report.left_over_size(),
            unknown_state_size: report.unknown_size(),
            matched: matched
                .map(|one| OperatorView::new(one.snapshot, Some(one.program)))
                .collect(),
            left_over: operators(&report.left_over),
            unknown: operators(&report.unknown),
            new: report.new.iter().map(|one| NewView::new(one)).collect(),
            unidentified: unidentified.map(|one| one.name.clone()).collect(),
            conflicts: report.conflicts.iter().map(ConflictView::new).collect(),
            gone_without_state: report.gone_without_state,
        }
    }
}

impl OperatorView {
    fn new(operator: &Operator<'_>, program: Option<&ProgramOperator>) -> Self {
        let of_program = |what: fn(&ProgramOperator) -> &Option<String>| {
            program.and_then(|program| what(program).clone())
        };
        Self {
            id: operator.id.to_string(),
            name: names::name(operator).or_else(|| of_program(|one| &one.name)),
            uid: Names::default()
                .uid(operator)
                .or_else(|| of_program(|one| &one.uid)),
            state_size: operator.state_size(),
            parallelism: operator.parallelism,
            max_parallelism: operator.max_parallelism,
            new_parallelism: program.and_then(|program| program.parallelism),
        }
    }

    fn row(&self, verdict: &str, style: Style) -> Vec<String> {
        let parallelism = match self.new_parallelism {
            Some(new) if new != self.parallelism => format!("{} -> {new}", self.parallelism),
            _ => self.parallelism.to_string(),
        };
        let max = self.max_parallelism;
        vec![
            verdict.to_owned(),
            title(&self.name, &self.uid),
            self.id.clone(),
            parallelism,
            max.map_or_else(|| "?".to_owned(), |max| max.to_string()),
            size(self.state_size, style),
        ]
    }
}

impl NewView {
    fn new(operator: &ProgramOperator) -> Self {
        Self {
            id: operator.id.to_string(),
            name: operator.name.clone(),
            uid: operator.uid.clone(),
            parallelism: operator.parallelism,
        }
    }

    fn row(&self) -> Vec<String> {
        let parallelism = self.parallelism;
        vec![
            "new".to_owned(),
            title(&self.name, &self.uid),
            self.id.clone(),
            parallelism.map_or_else(String::new, |parallelism| parallelism.to_string()),
            String::new(),
            String::new(),
        ]
    }
}

impl ConflictView {
    fn new(conflict: &Conflict<'_>) -> Self {
        let Matched { snapshot, program } = conflict.operator;
        let name = names::name(snapshot).or_else(|| program.name.clone());
        let uid = Names::default()
            .uid(snapshot)
            .or_else(|| program.uid.clone());
        Self {
            id: snapshot.id.to_string(),
            name: name.or(uid),
            kind: match conflict.kind {
                ConflictKind::Parallelism => "parallelism",
                ConflictKind::MaxParallelism | ConflictKind::PossiblyMaxParallelism => {
                    "max_parallelism"
                }
            },
            certain: conflict.is_certain(),
            snapshot_max_parallelism: conflict.allowed,
            found: conflict.found,
        }
    }

    fn sentence(&self) -> String {
        let name = self.name.as_ref().unwrap_or(&self.id);
        let (allowed, found) = (self.snapshot_max_parallelism, self.found);
        match (self.kind, self.certain) {
            ("parallelism", _) => format!(
                "{name}: parallelism {found} is above the snapshot's max parallelism, {allowed}"
            ),
            (_, true) => format!(
                "{name}: the program sets max parallelism {found}, and the snapshot has {allowed}"
            ),
            (_, false) => format!(
                "{name}: max parallelism {found} there and {allowed} in the snapshot; that is a conflict only if the \
                 program sets it"
            ),
        }
    }
}

fn title(name: &Option<String>, uid: &Option<String>) -> String {
    let title = name.as_ref().or(uid.as_ref());
    title.map_or_else(|| "-".to_owned(), |title| text::fit(title, 40))
}

fn size(bytes: i64, style: Style) -> String {
    u64::try_from(bytes).map_or_else(|_| "unknown".to_owned(), |bytes| style.size(bytes))
}

fn counted(count: usize, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {several}"),
    }
}

impl View for PreflightView {
    fn table(&self, style: Style) -> String {
        let plain = |row| (None, row);
        let left_over = self.left_over.iter().map(|one| one.row("LEFT OVER", style));
        let unknown = self.unknown.iter().map(|one| one.row("unknown", style));
        let matched = self.matched.iter().map(|one| one.row("matched", style));
        let rows = left_over
            .map(|row| (Some(Role::Bad), row))
            .chain(unknown.map(|row| (Some(Role::Warning), row)))
            .chain(matched.map(plain))
            .chain(self.new.iter().map(NewView::row).map(plain));
        let heading = ["VERDICT", "OPERATOR", "ID", "PARALLELISM", "MAX", "STATE"];
        let mut lines = vec![table::painted(&heading, rows), String::new()];
        lines.extend(self.sentences(style));
        lines.join("\n")
    }

    /// The operators of the snapshot that do not fit.
    fn names(&self) -> Vec<String> {
        let lost = self.left_over.iter().chain(&self.unknown);
        let conflicts = self.conflicts.iter().filter(|one| one.certain);
        lost.map(|one| one.id.clone())
            .chain(conflicts.map(|one| one.id.clone()))
            .collect()
    }
}

impl PreflightView {
    fn sentences(&self, style: Style) -> Vec<String> {
        let mut said = Vec::new();
        if !self.left_over.is_empty() {
            let count = counted(self.left_over.len(), "operator", "operators");
            let size = size(self.left_over_state_size, style);
            said.push(format!(
                "state of {count} would be left over: {size} would be lost, and Flink refuses without -n"
            ));
        }
        if !self.unknown.is_empty() {
            let count = counted(self.unknown.len(), "operator", "operators");
            let size = size(self.unknown_state_size, style);
            said.push(format!(
                "whether the state of {count} ({size}) would be restored is not known"
            ));
        }
        if !self.unidentified.is_empty() {
            let names: Vec<String> = self
                .unidentified
                .iter()
                .map(|one| text::fit(one, 40))
                .collect();
            said.push(format!(
                "no plan tells the ids of operators that are chained to others: {}",
                names.join(", ")
            ));
        }
        said.extend(
            self.conflicts
                .iter()
                .map(|one| text::harmless(&one.sentence())),
        );
        let is_certain = !self.left_over.is_empty() || self.conflicts.iter().any(|one| one.certain);
        said.push(match (self.fits, is_certain) {
            (true, _) => "it fits".to_owned(),
            (false, true) => painted(Role::Bad, "it does not fit"),
            (false, false) => painted(Role::Warning, "whether it fits is not known"),
        });
        said
    }
}
