//! `/overview` and `/jobmanager/config`.

use serde::Deserialize;

/// `GET /overview`.
#[derive(Deserialize)]
pub(in crate::rest) struct Overview {
    #[serde(rename = "flink-version")]
    pub(in crate::rest) flink_version: String,
}
