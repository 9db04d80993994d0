//! `minicluster`.

use serde::Serialize;

use super::super::printer::View;
use super::super::style::Style;

/// A minicluster that is ready.
#[derive(Serialize)]
pub struct MiniclusterView {
    url: String,
    /// Null where they are kept on the heap.
    checkpoint_directory: Option<String>,
    savepoint_directory: Option<String>,
}

impl MiniclusterView {
    /// Where it answers, and where it keeps what.
    pub fn new(
        url: String,
        checkpoint_directory: Option<String>,
        savepoint_directory: Option<String>,
    ) -> Self {
        Self {
            url,
            checkpoint_directory,
            savepoint_directory,
        }
    }
}

impl View for MiniclusterView {
    fn table(&self, _: Style) -> String {
        self.url.clone()
    }

    fn names(&self) -> Vec<String> {
        vec![self.url.clone()]
    }
}
