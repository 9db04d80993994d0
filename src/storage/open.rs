//! Opens the storage that settings describe.

use std::sync::Arc;

use super::{Location, StorageError, Store, webhdfs};
use crate::domain::access::{Access, Patience};

/// Opens the storage of a location. Nothing is sent until something is asked of it.
///
/// # Errors
/// Settings that cannot be used, no credentials, or a storage that this build leaves out.
pub fn open(
    at: &Location,
    access: &Access,
    patience: Patience,
) -> Result<Arc<dyn Store>, StorageError> {
    match access {
        #[cfg(feature = "s3")]
        Access::S3(s3) => super::objects::open_s3(at, s3, patience),
        #[cfg(feature = "gcs")]
        Access::Gcs(gcs) => super::objects::open_gcs(at, gcs, patience),
        #[cfg(feature = "azure")]
        Access::Azure(azure) => super::objects::open_azure(at, azure, patience),
        #[cfg(feature = "hdfs")]
        Access::Hdfs(hdfs) => super::hdfs::open(at, hdfs, patience),
        Access::WebHdfs(access) => webhdfs::open(at, access, patience),
        #[allow(unreachable_patterns, reason = "with all features nothing is left out")]
        left_out => Err(StorageError::LeftOut {
            location: at.to_string(),
            feature: feature(left_out),
        }),
    }
}

/// The feature of the build that a storage needs.
fn feature(access: &Access) -> &'static str {
    match access {
        Access::S3(_) => "s3",
        Access::Gcs(_) => "gcs",
        Access::Azure(_) => "azure",
        Access::Hdfs(_) | Access::WebHdfs(_) => "hdfs",
    }
}
