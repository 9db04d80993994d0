//! The flags that say as whom to speak to storages.

use clap::ValueEnum;

/// As whom to speak to storages. As typed.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Storage")]
pub struct StorageArgs {
    /// As whom to speak to object stores [env: SAVEPOINTCTL_STORAGE_CREDENTIALS] [default: given]
    ///
    /// Credentials themselves are no flags: they are found in the environment, in Flink's and Hadoop's configuration
    /// and in the files of the clouds' own tools. `savepointctl config` shows which are in force.
    #[arg(long, global = true, hide_short_help = true, value_name = "WHICH")]
    pub storage_credentials: Option<StorageCredentials>,
}

/// As whom to speak to object stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum StorageCredentials {
    /// As whoever the environment and the configuration name
    #[default]
    Given,
    /// As nobody: requests are not signed, for public buckets
    Anonymous,
    /// As the metadata service of the cloud's machine or container says, which is asked over the network
    Metadata,
}
