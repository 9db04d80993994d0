//! The flag that says where snapshots are looked for.

use clap::Args;

/// Where to look for snapshots.
#[derive(Args, Debug, Clone, Default)]
pub struct DirArgs {
    /// Look for snapshots in storage below this directory (repeatable); by default in the savepoint and checkpoint
    /// directories of the configuration
    #[arg(long = "dir", value_name = "LOCATION")]
    pub dirs: Vec<String>,
}
