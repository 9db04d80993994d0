//! `inspect`, for people; its JSON is that of [`super::inspect`].

mod files;
mod head;
mod key_groups;
mod operators;

use std::cell::OnceCell;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::super::printer::View;
use super::super::style::Style;
use super::super::text;
use super::inspect::Inspection;
use crate::inventory::inspection::files::References;
use crate::inventory::inspection::{Names, names};
use crate::metadata::model::Operator;

/// The columns of a terminal that nobody has widened.
const WIDTH: usize = 80;

/// What is shown besides the summary and the operators.
#[derive(Debug, Clone, Default)]
pub struct Details<'m> {
    /// Each subtask.
    pub subtasks: bool,
    /// Each file.
    pub files: bool,
    /// The key groups of these operators.
    pub key_groups: Vec<&'m Operator<'m>>,
    /// Lists whole, and names uncut.
    pub all: bool,
}

/// A snapshot, in every form.
#[derive(Debug)]
pub struct InspectionView<'m> {
    document: Inspection<'m>,
    names: &'m Names,
    details: Details<'m>,
    /// Made for people only.
    references: OnceCell<References<'m>>,
}

impl<'m> InspectionView<'m> {
    /// A snapshot, with uids that the user gives.
    pub fn new(document: Inspection<'m>, names: &'m Names, details: Details<'m>) -> Self {
        Self {
            document,
            names,
            details,
            references: OnceCell::new(),
        }
    }

    fn references(&self) -> &References<'m> {
        self.references
            .get_or_init(|| References::of(self.document.metadata))
    }
}

impl Serialize for InspectionView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.document.serialize(serializer)
    }
}

impl View for InspectionView<'_> {
    fn table(&self, style: Style) -> String {
        let mut lines = Vec::new();
        // writing into memory cannot fail
        let _ = self.write_table(style, &mut lines);
        String::from_utf8_lossy(&lines).into_owned()
    }

    fn names(&self) -> Vec<String> {
        let operators = self.document.metadata.operators.iter();
        operators.map(|operator| operator.id.to_string()).collect()
    }

    fn write_table(&self, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let totals = self.references().totals();
        self.write_head(style, &totals, out)?;
        self.write_operators(style, out)?;
        for operator in &self.details.key_groups {
            self.write_key_groups(style, operator, out)?;
        }
        if self.details.files {
            self.write_files(style, &totals, out)?;
        }
        Ok(())
    }
}

impl InspectionView<'_> {
    /// How many of a list are shown.
    fn shown(&self, limit: usize) -> usize {
        if self.details.all { usize::MAX } else { limit }
    }

    /// A text of the snapshot, harmless and cut to its columns.
    fn cut(&self, words: &str, columns: usize) -> String {
        if self.details.all {
            text::harmless(words)
        } else {
            text::fit(words, columns)
        }
    }

    /// What an operator is called: by its name, else its uid, else its id.
    fn title(&self, operator: &Operator<'_>) -> String {
        names::name(operator)
            .or_else(|| self.names.uid(operator))
            .unwrap_or_else(|| operator.id.to_string())
    }
}

/// A size as Flink gives it: -1 stands for unknown, and sums of unknown sizes may be below that.
fn size(style: Style, bytes: i64) -> String {
    u64::try_from(bytes).map_or_else(|_| "unknown".to_owned(), |bytes| style.size(bytes))
}

/// A number and what it counts.
fn counted(count: usize, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{count} {several}"),
    }
}
