//! Object stores, through the crate `object_store`.

#[cfg(feature = "azure")]
mod azure;
#[cfg(feature = "gcs")]
mod gcs;
mod keys;
mod marker;
#[cfg(feature = "s3")]
mod s3;
mod service;
mod store;

#[cfg(feature = "azure")]
pub(super) use azure::open as open_azure;
#[cfg(feature = "gcs")]
pub(super) use gcs::open as open_gcs;
#[cfg(feature = "s3")]
pub(super) use s3::open as open_s3;
