//! `verify`.

use serde::{Serialize, Serializer};

use super::super::printer::View;
use super::super::style::{Role, Style};
use super::super::{table, text};
use crate::inventory::check::{Kind, Remark, Report};
use crate::inventory::scan::verify::Checked;

/// The findings and notes of one kind of list that people are shown, unless they want all.
const SHOWN: usize = 20;

/// What the check of one snapshot, or of all below a directory, came to.
pub enum VerificationView<'c> {
    /// One that was named.
    One {
        /// The snapshot.
        checked: &'c Checked,
        /// Whether long lists are shown whole.
        all: bool,
    },
    /// All that were found.
    Below(&'c [Checked]),
}

impl Serialize for VerificationView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One { checked, .. } => CheckedView::from(*checked).serialize(serializer),
            Self::Below(checked) => {
                let snapshots = checked.iter().map(CheckedView::from).collect();
                CheckedViews { snapshots }.serialize(serializer)
            }
        }
    }
}

#[derive(Serialize)]
struct CheckedViews<'c> {
    snapshots: Vec<CheckedView<'c>>,
}

#[derive(Serialize)]
struct CheckedView<'c> {
    location: &'c str,
    metadata_path: &'c str,
    /// Distinct files outside the metadata.
    files: usize,
    /// Their recorded sizes.
    bytes: u64,
    /// Files of which only existence was checked.
    unknown_size: usize,
    /// Files that were opened.
    opened: usize,
    findings: Vec<RemarkView<'c>>,
    notes: Vec<RemarkView<'c>>,
}

impl<'c> From<&'c Checked> for CheckedView<'c> {
    fn from(checked: &'c Checked) -> Self {
        let Checked {
            location,
            metadata_path,
            report,
        } = checked;
        let views = |remarks: &'c [Remark]| remarks.iter().map(RemarkView::from).collect();
        Self {
            location,
            metadata_path,
            files: report.files,
            bytes: report.bytes,
            unknown_size: report.unknown_size,
            opened: report.opened,
            findings: views(&report.findings),
            notes: views(&report.notes),
        }
    }
}

#[derive(Serialize)]
struct RemarkView<'c> {
    kind: &'static str,
    /// `null` for a path that nobody follows.
    location: Option<&'c str>,
    /// As recorded, for a path that nobody follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'c str>,
    expected_size: Option<u64>,
    found_size: Option<u64>,
    files: usize,
    operator_id: Option<String>,
    operator_name: Option<&'c str>,
    subtask: Option<u32>,
    detail: Option<&'c str>,
}

impl<'c> From<&'c Remark> for RemarkView<'c> {
    fn from(remark: &'c Remark) -> Self {
        let is_unsafe = remark.kind == Kind::UnsafePath;
        let by = remark.needed_by.as_ref();
        Self {
            kind: remark.kind.label(),
            location: (!is_unsafe).then_some(remark.location.as_str()),
            path: is_unsafe.then_some(remark.location.as_str()),
            expected_size: remark.expected_size,
            found_size: remark.found_size,
            files: remark.files,
            operator_id: by.map(|by| by.operator.id.to_string()),
            operator_name: by.and_then(|by| by.operator.name.as_deref()),
            subtask: by.and_then(|by| by.subtask),
            detail: remark.detail.as_deref(),
        }
    }
}

/// What came of a snapshot, in one word.
fn result(report: &Report) -> &'static str {
    let is = |kind: Kind, remarks: &[Remark]| remarks.iter().any(|one| one.kind == kind);
    if report.is_only_unreadable() {
        "unreadable"
    } else if !report.findings.is_empty() {
        "damaged"
    } else if is(Kind::Incomplete, &report.notes) {
        "incomplete"
    } else {
        "ok"
    }
}

fn summary<'c>(checked: impl IntoIterator<Item = &'c Checked>, style: Style) -> String {
    let rows = checked.into_iter().map(|one| {
        let report = &one.report;
        let row = vec![
            result(report).to_owned(),
            report.files.to_string(),
            style.size(report.bytes),
            report.findings.len().to_string(),
            report.notes.len().to_string(),
            one.location.clone(),
        ];
        ((!report.findings.is_empty()).then_some(Role::Bad), row)
    });
    let heading = ["RESULT", "FILES", "SIZE", "FINDINGS", "NOTES", "LOCATION"];
    table::painted(&heading, rows)
}

/// Remarks in lines of their own, with more words below those that have them.
fn listed(heading: &str, remarks: &[Remark], all: bool) -> Option<String> {
    if remarks.is_empty() {
        return None;
    }
    let shown = if all { remarks.len() } else { SHOWN };
    let rows = remarks.iter().take(shown).map(|one| {
        vec![
            one.kind.label().to_owned(),
            one.expected_size
                .map_or_else(|| "-".to_owned(), |size| size.to_string()),
            one.found_size
                .map_or_else(|| "-".to_owned(), |size| size.to_string()),
            needed_by(one),
            about(one),
        ]
    });
    let mut lines = table::render(&[heading, "EXPECTED", "FOUND", "NEEDED BY", "WHAT"], rows);
    let mut told: Vec<&str> = Vec::new();
    for detail in remarks
        .iter()
        .take(shown)
        .filter_map(|one| one.detail.as_deref())
    {
        if !told.contains(&detail) {
            told.push(detail);
            lines.push_str("\n  ");
            lines.push_str(&text::harmless(detail));
        }
    }
    if remarks.len() > shown {
        let more = remarks.len() - shown;
        lines.push_str(&format!("\n… and {more} more: --all shows all"));
    }
    Some(lines)
}

fn needed_by(one: &Remark) -> String {
    let Some(by) = &one.needed_by else {
        return "-".to_owned();
    };
    let operator = by.operator.name.clone();
    let operator = operator.unwrap_or_else(|| by.operator.id.to_string());
    match by.subtask {
        Some(subtask) => format!("{operator} [{subtask}]"),
        None => format!("{operator} (coordinator)"),
    }
}

fn about(one: &Remark) -> String {
    match one.kind {
        Kind::Outside => format!("{} files in {}", one.files, one.location),
        _ => one.location.clone(),
    }
}

impl View for VerificationView<'_> {
    fn table(&self, style: Style) -> String {
        match self {
            Self::One { checked, all } => {
                let report = &checked.report;
                let parts = [
                    Some(summary([*checked], style)),
                    listed("FINDING", &report.findings, *all),
                    listed("NOTE", &report.notes, *all),
                ];
                let parts: Vec<String> = parts.into_iter().flatten().collect();
                parts.join("\n\n")
            }
            Self::Below(checked) => summary(checked.iter(), style),
        }
    }

    /// The snapshots with findings.
    fn names(&self) -> Vec<String> {
        let checked = match self {
            Self::One { checked, .. } => std::slice::from_ref(*checked),
            Self::Below(checked) => checked,
        };
        let damaged = checked.iter().filter(|one| !one.report.findings.is_empty());
        damaged.map(|one| one.location.clone()).collect()
    }
}
