//! `uid`.

use serde::Serialize;

use super::super::printer::View;
use super::super::style::Style;
use crate::domain::ids::OperatorId;

/// Uids with their operator ids, in the order asked for.
#[derive(Serialize)]
pub struct UidsView {
    uids: Vec<UidView>,
}

#[derive(Serialize)]
struct UidView {
    uid: String,
    id: String,
}

impl UidsView {
    /// Hashes each uid.
    pub fn new(uids: &[String]) -> Self {
        let hashed = |uid: &String| UidView {
            uid: uid.clone(),
            id: OperatorId::from_uid(uid).to_string(),
        };
        Self {
            uids: uids.iter().map(hashed).collect(),
        }
    }
}

impl View for UidsView {
    fn table(&self, _: Style) -> String {
        self.names().join("\n")
    }

    fn names(&self) -> Vec<String> {
        self.uids.iter().map(|uid| uid.id.clone()).collect()
    }
}
