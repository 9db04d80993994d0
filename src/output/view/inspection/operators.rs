//! The operators, and their subtasks.

use std::cmp::Reverse;
use std::io::{self, Write};

use super::{InspectionView, Style, WIDTH, counted, size, text};
use crate::inventory::inspection::{self, StateKind, names};
use crate::metadata::model::{Operator, Subtask};
use crate::metadata::{Format, MetadataVersion};

/// The operators that are shown.
const OPERATORS: usize = 20;
/// The subtasks of one operator that are shown.
const SUBTASKS: usize = 16;
/// Columns of a subtask's bar.
const BAR: usize = 40;

impl InspectionView<'_> {
    pub(super) fn write_operators(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let operators = &self.document.metadata.operators;
        let (one, several) = self.entries();
        writeln!(out, "\n{}", counted(operators.len(), one, several))?;
        for operator in operators.iter().take(self.shown(OPERATORS)) {
            self.write_operator(style, operator, out)?;
        }
        let left = operators.len().saturating_sub(self.shown(OPERATORS));
        if left > 0 {
            let left = counted(left, &format!("more {one}"), &format!("more {several}"));
            writeln!(out, "\n… {left}: --all shows all")?;
        }
        Ok(())
    }

    /// What the metadata has an entry for.
    fn entries(&self) -> (&'static str, &'static str) {
        match self.document.metadata.format {
            Format::Flink10 | Format::Versioned(MetadataVersion::V0 | MetadataVersion::V1) => {
                ("task", "tasks")
            }
            Format::Versioned(_) => ("operator", "operators"),
        }
    }

    fn write_operator(
        &self,
        style: Style,
        operator: &Operator<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        const INDENT: &str = "  ";
        let id = format!("id {}", operator.id);
        let uid = self.names.uid(operator);
        let mut ids = Vec::new();
        match names::name(operator).or_else(|| uid.clone()) {
            Some(title) => {
                writeln!(out, "\n{}", self.cut(&title, WIDTH))?;
                ids.push(id);
            }
            None => writeln!(out, "\n{id}")?,
        }
        if let Some(uid) = uid {
            ids.push(format!("uid {}", self.cut(&uid, WIDTH - 6)));
        }
        if !ids.is_empty() {
            writeln!(out, "{}", text::fold(&ids, INDENT, WIDTH))?;
        }
        let max_parallelism = match operator.max_parallelism {
            Some(max) => max.to_string(),
            None => "not recorded".to_owned(),
        };
        let mut shape = vec![
            format!("parallelism {} / {max_parallelism}", operator.parallelism),
            format!("state {}", size(style, operator.state_size())),
        ];
        let with_state = operator.subtasks.iter().filter(|s| s.state.is_some());
        shape.push(format!("subtasks with state {}", with_state.count()));
        let finished = operator.subtasks.iter().filter(|s| s.finished).count();
        if operator.fully_finished {
            shape.push("finished".to_owned());
        } else if finished > 0 {
            shape.push(format!("{finished} finished"));
        }
        if let Some(chained) = operator.chain_length.filter(|length| *length > 1) {
            shape.push(format!("chain of {chained}"));
        }
        writeln!(out, "{}", text::fold(&shape, INDENT, WIDTH))?;
        let kinds: Vec<String> = inspection::kinds(operator)
            .iter()
            .map(|one| {
                let label = one.kind.label();
                match one.type_name {
                    Some(name) if one.kind == StateKind::Keyed => {
                        format!("{label} {} ({name})", size(style, one.size))
                    }
                    _ => format!("{label} {}", size(style, one.size)),
                }
            })
            .collect();
        if !kinds.is_empty() {
            writeln!(out, "{}", text::fold(&kinds, INDENT, WIDTH))?;
        }
        if self.details.subtasks && !operator.subtasks.is_empty() {
            self.write_subtasks(style, operator, out)?;
        }
        Ok(())
    }

    /// All subtasks in their order, or the largest ones.
    fn write_subtasks(
        &self,
        style: Style,
        operator: &Operator<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let spread = inspection::spread(operator);
        if let Some(skew) = spread.skew {
            writeln!(out, "  skew {skew:.2} (largest subtask to mean)")?;
        }
        let mut subtasks: Vec<&Subtask<'_>> = operator.subtasks.iter().collect();
        let shown = self.shown(SUBTASKS);
        let is_cut = subtasks.len() > shown;
        if is_cut {
            subtasks.sort_by_key(|subtask| Reverse(inspection::known_size(subtask)));
        } else {
            subtasks.sort_by_key(|subtask| subtask.index);
        }
        for subtask in subtasks.iter().take(shown) {
            let bytes = inspection::known_size(subtask);
            let bar = text::bar(bytes, spread.largest, BAR);
            let finished = if subtask.finished { "  finished" } else { "" };
            let said = size(style, subtask.state_size());
            let line = format!("  {:>7}  {said:>10}  {bar}{finished}", subtask.index);
            writeln!(out, "{}", line.trim_end())?;
        }
        if is_cut {
            let left = counted(subtasks.len() - shown, "subtask", "subtasks");
            writeln!(out, "  … {left} with less: --all shows all, in their order")?;
        }
        Ok(())
    }
}
