//! The files, by directory.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{InspectionView, WIDTH, counted, text};
use crate::inventory::inspection::files::FileUse;
use crate::metadata::location::{Resolved, resolve};
use crate::metadata::sizes::Storage;

/// The files that are shown.
const FILES: usize = 20;
/// Columns of the words that say who refers to a file.
const USERS: usize = 24;

/// A file with the two parts of its path.
struct Line<'m> {
    directory: Cow<'m, str>,
    name: Cow<'m, str>,
    file: FileUse<'m>,
}

impl InspectionView<'_> {
    pub(super) fn write_files(&self, out: &mut dyn Write) -> io::Result<()> {
        let totals = &self.summary.files;
        if totals.files == 0 {
            return writeln!(out, "\nno files: all state is within the metadata");
        }
        writeln!(out, "\n{}", counted(totals.files, "file", "files"))?;
        let shown = self.references.largest(self.shown(FILES));
        let mut lines: Vec<Line<'_>> = shown.into_iter().map(|file| self.line(file)).collect();
        // a stable order: within a directory the largest stays first
        lines.sort_by(|a, b| a.directory.cmp(&b.directory));
        for directory in lines.chunk_by(|a, b| a.directory == b.directory) {
            if let Some(first) = directory.first() {
                writeln!(out, "\n{}", text::harmless(&first.directory))?;
                writeln!(out, "        SIZE  USES  SHARING     FILE")?;
            }
            for line in directory {
                self.write_file(line, out)?;
            }
        }
        let left = totals.files.saturating_sub(self.shown(FILES));
        if left > 0 {
            let left = counted(left, "more file", "more files");
            writeln!(out, "\n… {left}, none larger: --all shows all")?;
        }
        Ok(())
    }

    fn line<'m>(&self, file: FileUse<'m>) -> Line<'m> {
        let path = file.path.to_str();
        let directory = self.document.found.directory;
        if file.is_relative {
            let resolved = resolve(&Storage::Relative(file.path), directory);
            let place = match resolved {
                Resolved::At(_) => format!("{directory}/"),
                Resolved::Inline | Resolved::Escapes => {
                    "outside of the snapshot's directory".to_owned()
                }
            };
            return Line {
                directory: Cow::Owned(place),
                name: path,
                file,
            };
        }
        let at = path.rfind('/').map_or(0, |slash| slash + 1);
        let (directory, name) = match path {
            Cow::Borrowed(path) => {
                let (directory, name) = path.split_at(at);
                (Cow::Borrowed(directory), Cow::Borrowed(name))
            }
            Cow::Owned(path) => {
                let (directory, name) = path.split_at(at);
                (
                    Cow::Owned(directory.to_owned()),
                    Cow::Owned(name.to_owned()),
                )
            }
        };
        Line {
            directory,
            name,
            file,
        }
    }

    fn write_file(&self, line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
        let file = &line.file;
        let size = file.size.map_or_else(|| "unknown".to_owned(), text::size);
        let sharing = file.sharing.label();
        let start = format!("  {size:>10}  {:>4}  {sharing:<10}", file.references);
        let name = self.cut(&line.name, WIDTH - text::width(&start) - 2);
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
