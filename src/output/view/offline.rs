//! `dispose --offline`.

use serde::Serialize;

use super::super::printer::View;
use super::super::style::{Role, Style};
use super::super::{table, text};
use crate::inventory::offline::{Form, Item};

/// What `dispose --offline` would do.
#[derive(Serialize)]
pub struct OfflinePlanView {
    /// Below which other snapshots that use the same files were looked for.
    roots: Vec<String>,
    snapshots: Vec<ItemView>,
}

#[derive(Serialize)]
struct ItemView {
    location: String,
    complete: bool,
    dispose: bool,
    forced: bool,
    reason: Option<String>,
    /// Those that go, or would go: the metadata, and what lies beside it.
    files: usize,
    files_size: u64,
    /// Of these, those that the metadata does not name.
    unknown_files: Vec<String>,
    /// Files that the metadata names elsewhere. They stay.
    files_elsewhere: usize,
}

impl OfflinePlanView {
    /// The plan, and the roots below which references were looked for.
    pub fn new(items: &[Item], roots: &[String]) -> Self {
        Self {
            roots: roots.to_vec(),
            snapshots: items.iter().map(ItemView::new).collect(),
        }
    }
}

impl ItemView {
    fn new(item: &Item) -> Self {
        let subject = &item.subject;
        let sizes = item.files().map(|file| file.size);
        Self {
            location: subject.location.clone(),
            complete: matches!(subject.form, Form::Directory | Form::Flat),
            dispose: item.goes,
            forced: item.is_forced(),
            reason: item.reason(),
            files: item.files().count(),
            files_size: sizes.fold(0, u64::saturating_add),
            unknown_files: subject
                .unknown
                .iter()
                .map(|file| file.name.clone())
                .collect(),
            files_elsewhere: subject.elsewhere,
        }
    }

    fn row(&self, style: Style) -> (Option<Role>, Vec<String>) {
        let (role, action) = match (self.dispose, self.forced) {
            (true, false) => (None, "dispose"),
            (true, true) => (Some(Role::Warning), "dispose by force"),
            (false, _) => (Some(Role::Faint), "keep"),
        };
        let row = vec![
            action.to_owned(),
            self.files.to_string(),
            style.size(self.files_size),
            self.location.clone(),
            self.reason.clone().unwrap_or_default(),
        ];
        (role, row)
    }
}

impl View for OfflinePlanView {
    fn table(&self, style: Style) -> String {
        let heading = ["ACTION", "FILES", "SIZE", "LOCATION", "REASON"];
        let rows = self.snapshots.iter().map(|item| item.row(style));
        let mut lines = vec![table::painted(&heading, rows)];
        for item in &self.snapshots {
            if item.dispose && item.files_elsewhere > 0 {
                lines.push(text::harmless(&format!(
                    "{}: {} that it names elsewhere stay",
                    item.location,
                    match item.files_elsewhere {
                        1 => "1 file".to_owned(),
                        count => format!("{count} files"),
                    }
                )));
            }
        }
        lines.join("\n")
    }

    fn names(&self) -> Vec<String> {
        let going = self.snapshots.iter().filter(|item| item.dispose);
        going.map(|item| item.location.clone()).collect()
    }
}
