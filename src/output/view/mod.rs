//! One struct per result. Their JSON is a promise: names are chosen once and changes are listed in the CHANGELOG.

mod jobs;
mod operation;
mod settings;
mod uid;

pub use jobs::{JobView, JobsView};
pub use operation::{CancelView, DisposalView, OperationView, TriggerIdView};
pub use settings::SettingsView;
pub use uid::UidsView;
