//! `dispose`.

use serde::Serialize;

use super::super::printer::View;
use super::super::style::Style;
use super::super::table;
use crate::inventory::disposal::Item;

/// What `dispose` would do.
#[derive(Serialize)]
pub struct DisposalPlanView {
    snapshots: Vec<ItemView>,
}

#[derive(Serialize)]
struct ItemView {
    location: String,
    dispose: bool,
    forced: bool,
    reason: Option<String>,
}

impl DisposalPlanView {
    /// The plan; `force` overrides its refusals.
    pub fn new(items: &[Item], force: bool) -> Self {
        let view = |item: &Item| ItemView {
            location: item.location.clone(),
            dispose: item.refusal.is_none() || force,
            forced: item.refusal.is_some() && force,
            reason: item.refusal.as_ref().map(|refusal| refusal.reason.clone()),
        };
        Self {
            snapshots: items.iter().map(view).collect(),
        }
    }
}

impl View for DisposalPlanView {
    fn table(&self, _: Style) -> String {
        let rows = self.snapshots.iter().map(|item| {
            let action = match (item.dispose, item.forced) {
                (true, false) => "dispose",
                (true, true) => "dispose by force",
                (false, _) => "keep",
            };
            vec![
                action.to_owned(),
                item.location.clone(),
                item.reason.clone().unwrap_or_default(),
            ]
        });
        table::render(&["ACTION", "LOCATION", "REASON"], rows)
    }

    fn names(&self) -> Vec<String> {
        self.snapshots
            .iter()
            .filter(|item| item.dispose)
            .map(|item| item.location.clone())
            .collect()
    }
}

/// A snapshot that is gone.
#[derive(Serialize)]
pub struct DisposedView {
    location: String,
    disposed: bool,
    trigger_id: Option<String>,
}

impl DisposedView {
    /// The snapshot, and the id of the disposal where the cluster gave one.
    pub fn new(location: &str, trigger_id: Option<String>) -> Self {
        Self {
            location: location.to_owned(),
            disposed: true,
            trigger_id,
        }
    }
}

impl View for DisposedView {
    fn table(&self, _: Style) -> String {
        self.location.clone()
    }

    fn names(&self) -> Vec<String> {
        vec![self.location.clone()]
    }
}
