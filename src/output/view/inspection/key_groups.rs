//! Keyed state by key group.

use std::io::{self, Write};

use super::{InspectionView, Style, WIDTH, counted, text};
use crate::inventory::inspection::key_groups::KeyGroupSizes;
use crate::metadata::model::Operator;

/// The rows that are drawn.
const ROWS: usize = 32;
/// Columns of a bar.
const BAR: usize = 50;

/// Bytes of the key groups from `first` to `last`.
struct Row {
    first: u32,
    last: u32,
    size: u64,
}

impl InspectionView<'_> {
    pub(super) fn write_key_groups(
        &self,
        style: Style,
        operator: &Operator<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let sizes = KeyGroupSizes::of(operator);
        let title = self.cut(&self.title(operator), WIDTH - 14);
        writeln!(out, "\nkey groups of {title}")?;
        if sizes.is_empty() {
            return writeln!(out, "  no keyed state");
        }
        if sizes.is_inconsistent {
            writeln!(
                out,
                "  some offsets do not fit their file: their groups are left out"
            )?;
        }
        if !sizes.groups.is_empty() {
            let with_state = counted(sizes.groups.len(), "key group", "key groups");
            writeln!(out, "  {with_state} with state")?;
            let rows = self.rows(&sizes, operator.max_parallelism);
            write_rows(style, &rows, out)?;
            if rows.iter().any(|row| row.first < row.last) {
                writeln!(
                    out,
                    "  … several groups a line: --all shows each with state"
                )?;
            }
        }
        if !sizes.ranges.is_empty() {
            writeln!(
                out,
                "  only by range: these handles do not record where a key group starts"
            )?;
            let rows: Vec<Row> = sizes
                .ranges
                .iter()
                .map(|((first, last), size)| Row {
                    first: *first,
                    last: *last,
                    size: *size,
                })
                .collect();
            let shown = self.shown(ROWS).min(rows.len());
            write_rows(style, rows.get(..shown).unwrap_or_default(), out)?;
            if rows.len() > shown {
                let left = counted(rows.len() - shown, "more range", "more ranges");
                writeln!(out, "  … {left}: --all shows all")?;
            }
        }
        Ok(())
    }

    /// The groups one by one where they fit or all are wanted, else runs of as many groups each.
    fn rows(&self, sizes: &KeyGroupSizes, max_parallelism: Option<u32>) -> Vec<Row> {
        let one = |(group, size): (&u32, &u64)| Row {
            first: *group,
            last: *group,
            size: *size,
        };
        if sizes.groups.len() <= self.shown(ROWS) {
            return sizes.groups.iter().map(one).collect();
        }
        let last = sizes.groups.keys().next_back().copied().unwrap_or(0);
        let count = max_parallelism.unwrap_or(0).max(last.saturating_add(1));
        let step = usize::try_from(count).map_or(1, |count| count.div_ceil(ROWS));
        let mut rows = Vec::with_capacity(ROWS);
        let mut first = 0_u32;
        while first < count {
            let step = u32::try_from(step).unwrap_or(u32::MAX);
            let last = first.saturating_add(step - 1).min(count - 1);
            let size = sizes.groups.range(first..=last).map(|(_, size)| size);
            rows.push(Row {
                first,
                last,
                size: size.fold(0, |sum, size| sum.saturating_add(*size)),
            });
            first = last.saturating_add(1);
        }
        rows
    }
}

fn write_rows(style: Style, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let largest = rows.iter().map(|row| row.size).max().unwrap_or(0);
    for Row { first, last, size } in rows {
        let range = if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        };
        let bar = text::bar(*size, largest, BAR);
        let line = format!("  {range:>11}  {:>10}  {bar}", style.size(*size));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}
