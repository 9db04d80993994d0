//! `/overview`, `/config` and `/jobmanager/config`.

use serde::Deserialize;

/// `GET /overview`.
#[derive(Deserialize)]
pub(in crate::rest) struct Overview {
    #[serde(rename = "flink-version")]
    pub(in crate::rest) flink_version: String,
    #[serde(default, rename = "flink-commit")]
    pub(in crate::rest) flink_commit: Option<String>,
}

/// What a minicluster's `flink-commit` begins with.
pub(in crate::rest) const MINICLUSTER: &str = "savepointctl minicluster";

/// `GET /minicluster/savepoints/:number`, which only the minicluster has.
#[derive(Deserialize)]
pub(in crate::rest) struct HeapSavepoint {
    /// In base64.
    pub(in crate::rest) metadata: String,
}

/// `GET /config`.
#[derive(Deserialize)]
pub(in crate::rest) struct Config {
    /// `web.refresh-interval`, in milliseconds.
    #[serde(default, rename = "refresh-interval")]
    pub(in crate::rest) refresh_interval: Option<u64>,
    #[serde(default)]
    pub(in crate::rest) features: Option<Features>,
}

/// What the web interface offers.
#[derive(Deserialize)]
pub(in crate::rest) struct Features {
    /// Whether jars can be uploaded and run; off in application mode.
    #[serde(rename = "web-submit")]
    pub(in crate::rest) web_submit: bool,
}

/// One setting of `GET /jobmanager/config`.
#[derive(Deserialize)]
pub(in crate::rest) struct ConfigEntry {
    pub(in crate::rest) key: String,
    pub(in crate::rest) value: String,
}
