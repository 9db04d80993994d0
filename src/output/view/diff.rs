//! `diff`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::printer::View;
use super::super::style::Style;
use super::super::{table, text};
use super::inspect::{format_name, snapshot_type};
use crate::inventory::diff::{Aspect, Compared, Comparison, Pair, Shape, Side};
use crate::inventory::inspection::StateKind;
use crate::inventory::inspection::files::References;
use crate::inventory::inspection::names::{self, Names};
use crate::metadata::model::Operator;

/// Two snapshots and what differs.
#[derive(Serialize)]
pub struct DiffView {
    same_shape: bool,
    before: SnapshotSide,
    after: SnapshotSide,
    /// Bytes; negative where the second one is smaller.
    state_size_growth: i64,
    shared_files: usize,
    shared_files_size: u64,
    operators: Vec<OperatorView>,
}

#[derive(Serialize)]
struct SnapshotSide {
    location: String,
    metadata_version: Option<i32>,
    checkpoint_id: i64,
    snapshot_type: Option<&'static str>,
    format: Option<&'static str>,
    state_size: i64,
    files: usize,
    files_size: u64,
}

#[derive(Serialize)]
struct OperatorView {
    change: &'static str,
    id: String,
    previous_id: Option<String>,
    name: Option<String>,
    uid: Option<String>,
    differences: Vec<&'static str>,
    state_size_growth: i64,
    before: Option<OperatorSide>,
    after: Option<OperatorSide>,
}

#[derive(Serialize)]
struct OperatorSide {
    parallelism: u32,
    max_parallelism: Option<u32>,
    fully_finished: bool,
    state_size: i64,
    kinds: Vec<&'static str>,
    states: Vec<StateView>,
}

#[derive(Serialize)]
struct StateView {
    name: String,
    mode: &'static str,
}

impl DiffView {
    /// The comparison of two snapshots, each with the location that was named.
    pub fn new(
        comparison: &Comparison<'_>,
        before: (&str, Side<'_>),
        after: (&str, Side<'_>),
    ) -> Self {
        let (before, after) = (SnapshotSide::new(before), SnapshotSide::new(after));
        Self {
            same_shape: comparison.is_same_shape(),
            state_size_growth: after.state_size.saturating_sub(before.state_size),
            shared_files: comparison.shared.files,
            shared_files_size: comparison.shared.size,
            operators: comparison.operators.iter().map(OperatorView::new).collect(),
            before,
            after,
        }
    }
}

impl SnapshotSide {
    fn new((location, side): (&str, Side<'_>)) -> Self {
        let metadata = side.metadata;
        let totals = References::of(metadata).totals();
        Self {
            location: location.to_owned(),
            metadata_version: metadata.format.version().map(|version| version.number()),
            checkpoint_id: metadata.checkpoint_id,
            snapshot_type: snapshot_type(metadata),
            format: format_name(metadata),
            state_size: metadata.state_size(),
            files: totals.files,
            files_size: totals.files_size,
        }
    }

    fn line(&self, style: Style) -> String {
        let kind = match (self.format, self.snapshot_type) {
            (Some(format), Some(kind)) => format!("{format} {kind}"),
            (None, Some(kind)) => kind.to_owned(),
            (_, None) => "snapshot".to_owned(),
        };
        let version = match self.metadata_version {
            Some(version) => format!("metadata version {version}"),
            None => "metadata of Flink 1.0".to_owned(),
        };
        format!(
            "{}\n    {kind} {}, {version}, state {}, {}",
            text::harmless(&self.location),
            self.checkpoint_id,
            size(self.state_size, style),
            in_files(self.files, self.files_size, style),
        )
    }
}

impl OperatorView {
    fn new(compared: &Compared<'_>) -> Self {
        match compared {
            Compared::Added(after) => Self::of("added", None, Some(after), &[]),
            Compared::Removed(before) => Self::of("removed", Some(before), None, &[]),
            Compared::Renamed(Pair {
                before,
                after,
                differs,
            }) => Self::of("renamed", Some(before), Some(after), differs),
            Compared::Kept(Pair {
                before,
                after,
                differs,
            }) => {
                let change = if differs.is_empty() {
                    "same"
                } else {
                    "changed"
                };
                Self::of(change, Some(before), Some(after), differs)
            }
        }
    }

    fn of(
        change: &'static str,
        before: Option<&Operator<'_>>,
        after: Option<&Operator<'_>>,
        differs: &[Aspect],
    ) -> Self {
        let both = [after, before];
        let size = |side: Option<&Operator<'_>>| side.map_or(0, Operator::state_size);
        let id = |operator: &Operator<'_>| operator.id.to_string();
        let of_either = |what: &dyn Fn(&Operator<'_>) -> Option<String>| {
            both.into_iter().flatten().find_map(what)
        };
        Self {
            change,
            id: after.or(before).map(id).unwrap_or_default(),
            previous_id: before.filter(|_| change == "renamed").map(id),
            name: of_either(&names::name),
            uid: of_either(&|operator| Names::default().uid(operator)),
            differences: differs.iter().map(|aspect| aspect.field()).collect(),
            state_size_growth: size(after).saturating_sub(size(before)),
            before: before.map(OperatorSide::new),
            after: after.map(OperatorSide::new),
        }
    }

    fn title(&self) -> String {
        let title = self.name.as_ref().or(self.uid.as_ref());
        title.unwrap_or(&self.id).clone()
    }

    fn row(&self, style: Style) -> Vec<String> {
        let sides = (self.before.as_ref(), self.after.as_ref());
        let growth = match sides {
            (Some(before), Some(after)) => growth(before.state_size, after.state_size),
            _ => String::new(),
        };
        vec![
            match self.change {
                "same" => String::new(),
                change => change.to_owned(),
            },
            text::fit(&self.title(), 40),
            over(sides, |side| side.parallelism.to_string()),
            over(sides, |side| {
                let max = side.max_parallelism;
                max.map_or_else(|| "?".to_owned(), |max| max.to_string())
            }),
            over(sides, |side| size(side.state_size, style)),
            growth,
        ]
    }

    /// What the columns do not say.
    fn details(&self) -> Vec<String> {
        let mut details = Vec::new();
        if let Some(previous) = &self.previous_id {
            details.push(format!("looks renamed: {previous} is {} now", self.id));
        }
        let (Some(before), Some(after)) = (&self.before, &self.after) else {
            return details;
        };
        let (old, new) = (before.words(), after.words());
        if self.differences.contains(&Aspect::States.field()) {
            let gone = old
                .iter()
                .filter(|(name, mode)| new.get(*name) != Some(mode));
            details.extend(gone.map(|(name, mode)| format!("- {name}{mode}")));
            let come = new
                .iter()
                .filter(|(name, mode)| old.get(*name) != Some(mode));
            details.extend(come.map(|(name, mode)| format!("+ {name}{mode}")));
        }
        match (before.fully_finished, after.fully_finished) {
            (false, true) => details.push("has finished".to_owned()),
            (true, false) => details.push("had finished, and runs again".to_owned()),
            _ => {}
        }
        details
    }
}

impl OperatorSide {
    fn new(operator: &Operator<'_>) -> Self {
        let shape = Shape::of(operator);
        let states = shape.states.into_iter();
        Self {
            parallelism: operator.parallelism,
            max_parallelism: operator.max_parallelism,
            fully_finished: operator.fully_finished,
            state_size: operator.state_size(),
            kinds: shape.kinds.into_iter().map(StateKind::label).collect(),
            states: states
                .map(|(name, mode)| StateView { name, mode })
                .collect(),
        }
    }

    /// The states and kinds of state, each with how it is dealt out.
    fn words(&self) -> BTreeMap<String, String> {
        let states = self.states.iter();
        let states =
            states.map(|one| (format!("state '{}'", one.name), format!(" ({})", one.mode)));
        let kinds = self.kinds.iter();
        let kinds = kinds.map(|kind| (format!("{kind} state"), String::new()));
        states.chain(kinds).collect()
    }
}

/// One value, or the change from one to the other.
fn over(
    (before, after): (Option<&OperatorSide>, Option<&OperatorSide>),
    value: impl Fn(&OperatorSide) -> String,
) -> String {
    match (before.map(&value), after.map(&value)) {
        (Some(before), Some(after)) if before != after => format!("{before} -> {after}"),
        (before, after) => after.or(before).unwrap_or_default(),
    }
}

fn in_files(files: usize, bytes: u64, style: Style) -> String {
    match files {
        0 => "no files".to_owned(),
        1 => format!("1 file ({})", style.size(bytes)),
        files => format!("{files} files ({})", style.size(bytes)),
    }
}

fn size(bytes: i64, style: Style) -> String {
    u64::try_from(bytes).map_or_else(|_| "unknown".to_owned(), |bytes| style.size(bytes))
}

/// How much larger the second size is, in percent of the first.
fn growth(before: i64, after: i64) -> String {
    match (before, after) {
        (before, after) if before == after || before < 0 || after < 0 => String::new(),
        (0, _) => "new".to_owned(),
        (before, after) => {
            let percent = (after as f64 - before as f64) * 100.0 / before as f64;
            format!("{percent:+.0} %")
        }
    }
}

impl View for DiffView {
    fn table(&self, style: Style) -> String {
        let mut lines = vec![
            format!("a   {}", self.before.line(style)),
            format!("b   {}", self.after.line(style)),
            String::new(),
        ];
        let rows = self.operators.iter().map(|one| one.row(style));
        let heading = [
            "CHANGE",
            "OPERATOR",
            "PARALLELISM",
            "MAX",
            "STATE",
            "GROWTH",
        ];
        lines.push(table::render(&heading, rows));
        for operator in &self.operators {
            let details = operator.details();
            if !details.is_empty() {
                lines.push(format!("\n{}", text::fit(&operator.title(), 78)));
                lines.extend(
                    details
                        .iter()
                        .map(|one| format!("  {}", text::harmless(one))),
                );
            }
        }
        lines.push(format!("\n{}", self.summary(style)));
        lines.join("\n")
    }

    /// The operators that differ.
    fn names(&self) -> Vec<String> {
        let differ = self.operators.iter().filter(|one| one.change != "same");
        differ.map(|one| one.id.clone()).collect()
    }
}

impl DiffView {
    fn summary(&self, style: Style) -> String {
        let shared = format!(
            "they share {}",
            in_files(self.shared_files, self.shared_files_size, style)
        );
        let change = |change: &str| {
            let count = self.operators.iter().filter(|one| one.change == change);
            Some((count.count(), change.to_owned())).filter(|(count, _)| *count > 0)
        };
        let changes = ["added", "removed", "renamed", "changed"];
        let mut counts: Vec<String> = changes
            .iter()
            .filter_map(|one| change(one))
            .map(|(count, change)| format!("{count} {change}"))
            .collect();
        if self.before.metadata_version != self.after.metadata_version {
            counts.push("another metadata version".to_owned());
        }
        if self.same_shape {
            format!("the same shape; {shared}")
        } else {
            format!("{}; {shared}", counts.join(", "))
        }
    }
}
