//! The files, by directory.

use std::io::{self, Write};

use super::{InspectionView, Style, WIDTH, counted, text};
use crate::inventory::inspection::files::listing::{Directory, Listing};
use crate::inventory::inspection::files::{FileUse, Totals};

/// The files that are shown.
const FILES: usize = 20;
/// Columns of the words that say who refers to a file.
const USERS: usize = 24;

impl InspectionView<'_> {
    pub(super) fn write_files(
        &self,
        style: Style,
        totals: &Totals,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        if totals.files == 0 {
            return writeln!(out, "\nno files: all state is within the metadata");
        }
        writeln!(out, "\n{}", counted(totals.files, "file", "files"))?;
        let mut last = None;
        for (directory, file) in Listing::new(self.references(), self.shown(FILES)).iter() {
            if last != Some(directory) {
                writeln!(out, "\n{}", self.directory(directory))?;
                writeln!(out, "        SIZE  USES  SHARING     FILE")?;
                last = Some(directory);
            }
            self.write_file(style, directory, &file, out)?;
        }
        let left = totals.files.saturating_sub(self.shown(FILES));
        if left > 0 {
            let left = counted(left, "more file", "more files");
            writeln!(out, "\n… {left}, none larger: --all shows all")?;
        }
        Ok(())
    }

    fn directory(&self, directory: Directory<'_>) -> String {
        match directory {
            Directory::Own => format!("{}/", text::harmless(self.document.found.directory)),
            Directory::Outside => "outside of the snapshot's directory".to_owned(),
            Directory::At(_) => text::harmless(&directory.path().unwrap_or_default()),
        }
    }

    fn write_file(
        &self,
        style: Style,
        directory: Directory<'_>,
        file: &FileUse<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let size = file
            .size
            .map_or_else(|| "unknown".to_owned(), |size| style.size(size));
        let sharing = file.sharing.label();
        let start = format!("  {size:>10}  {:>4}  {sharing:<10}", file.references);
        let name = self.cut(&directory.name_of(file), WIDTH - text::width(&start) - 2);
        writeln!(out, "{start}  {name}")?;
        let segments = match file.segments {
            0 => String::new(),
            count => format!(", {}", counted(count, "segment", "segments")),
        };
        writeln!(out, "              of {}{segments}", self.users(file))
    }

    /// Who refers to a file: an operator and subtask, and how many more.
    fn users(&self, file: &FileUse<'_>) -> String {
        let operator = self.document.metadata.operators.get(file.operator);
        let title = operator.map_or_else(String::new, |operator| self.title(operator));
        let title = self.cut(&title, USERS);
        let first = match file.subtask {
            Some(subtask) => format!("{title} [{subtask}]"),
            None => format!("{title} (coordinator)"),
        };
        match (file.operators - 1, file.subtasks - 1) {
            (0, 0) => first,
            (0, more) => format!("{first} and {more} more"),
            (_, more) => {
                let operators = counted(file.operators, "operator", "operators");
                format!("{first} and {more} more, {operators}")
            }
        }
    }
}
