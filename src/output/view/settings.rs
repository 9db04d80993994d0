//! `config`.

use serde::Serialize;

use super::super::printer::View;
use super::super::style::Style;
use super::super::table;

/// Every setting in force. Secret values have been masked before they come here.
#[derive(Serialize)]
pub struct SettingsView {
    settings: Vec<SettingView>,
}

#[derive(Serialize)]
struct SettingView {
    name: String,
    value: String,
    source: String,
}

impl SettingsView {
    /// Settings as (name, value, source).
    pub fn new(settings: impl IntoIterator<Item = (String, String, String)>) -> Self {
        let settings = settings
            .into_iter()
            .map(|(name, value, source)| SettingView {
                name,
                value,
                source,
            });
        Self {
            settings: settings.collect(),
        }
    }
}

impl View for SettingsView {
    fn table(&self, _: Style) -> String {
        let row = |s: &SettingView| vec![s.name.clone(), s.value.clone(), s.source.clone()];
        table::render(
            &["SETTING", "VALUE", "SOURCE"],
            self.settings.iter().map(row),
        )
    }

    fn names(&self) -> Vec<String> {
        self.settings
            .iter()
            .map(|setting| setting.name.clone())
            .collect()
    }
}
