//! One struct per result. Their JSON is a promise: names are chosen once and changes are listed in the CHANGELOG.

mod diff;
mod disposal;
pub mod inspect;
mod inspection;
mod jobs;
mod minicluster;
mod offline;
mod operation;
mod preflight;
mod restore;
mod settings;
mod snapshots;
mod uid;
mod verification;

pub use diff::DiffView;
pub use disposal::{DisposalPlanView, DisposedView};
pub use inspection::{Details, InspectionView};
pub use jobs::{JobView, JobsView};
pub use minicluster::MiniclusterView;
pub use offline::OfflinePlanView;
pub use operation::{CancelView, DisposalView, OperationView, TriggerIdView};
pub use preflight::PreflightView;
pub use restore::RestoreView;
pub use settings::SettingsView;
pub use snapshots::SnapshotsView;
pub use uid::UidsView;
pub use verification::VerificationView;
