//! What it takes to open a storage, once all settings are found.

use std::path::PathBuf;
use std::time::Duration;

use super::secret::Secret;

/// How to reach one storage, and as whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// Amazon S3, or what speaks like it.
    S3(S3),
    /// Google Cloud Storage.
    Gcs(Gcs),
    /// Azure Blob Storage.
    Azure(Azure),
    /// Hadoop's file system, by its own protocol.
    Hdfs(Hdfs),
    /// Hadoop's file system, over HTTP.
    WebHdfs(WebHdfs),
}

/// How long to wait for a storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For an answer to begin, and for each piece of it.
    pub request: Duration,
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3 {
    /// Its name.
    pub bucket: String,
    /// What the keys are appended to, without a trailing slash; it names the bucket in its host or path.
    pub url: String,
    /// What signatures are for.
    pub region: String,
    /// As whom.
    pub login: S3Login,
}

/// As whom to speak to S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum S3Login {
    /// With a pair of keys.
    Keys {
        /// Not secret, but nobody's business.
        id: Secret<String>,
        /// The key that signs.
        secret: Secret<String>,
        /// Of a session.
        token: Option<Secret<String>>,
    },
    /// With a token in a file that STS takes, as EKS gives it.
    WebIdentity {
        /// Where the token lies.
        token_file: PathBuf,
        /// The role to take.
        role: String,
        /// What to call the session.
        session: Option<String>,
        /// Another endpoint of STS.
        endpoint: Option<String>,
    },
    /// As the metadata service of the machine or container says.
    Metadata {
        /// A container's credentials: a path below the service of ECS.
        container: Option<String>,
    },
    /// As nobody: requests are not signed.
    Anonymous,
    /// Nothing is given; where it may be.
    Missing(&'static str),
}

/// One bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gcs {
    /// Its name.
    pub bucket: String,
    /// Where the service answers, if elsewhere than usual.
    pub endpoint: Option<String>,
    /// As whom.
    pub login: GcsLogin,
}

/// As whom to speak to Google Cloud Storage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GcsLogin {
    /// With the credentials in a file, a service account's or a user's.
    File(PathBuf),
    /// With a service account's key, in JSON.
    Key(Secret<String>),
    /// With a token as it is.
    Token(Secret<String>),
    /// As the metadata service of the machine says.
    Metadata,
    /// As nobody.
    Anonymous,
    /// Nothing is given; where it may be.
    Missing(&'static str),
}

/// One container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Azure {
    /// Its name.
    pub container: String,
    /// The storage account.
    pub account: String,
    /// Where the account's blobs answer, if elsewhere than usual.
    pub endpoint: Option<String>,
    /// As whom.
    pub login: AzureLogin,
}

/// As whom to speak to Azure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AzureLogin {
    /// With the account's key.
    Key(Secret<String>),
    /// With a shared access signature: a query string.
    Sas(Secret<String>),
    /// As an application.
    Client {
        /// The application's id.
        id: String,
        /// Its secret.
        secret: Secret<String>,
        /// The directory it is known in.
        tenant: String,
    },
    /// As an application that a token in a file stands for, as AKS gives it.
    Workload {
        /// The application's id.
        id: String,
        /// The directory it is known in.
        tenant: String,
        /// Where the token lies.
        token_file: PathBuf,
    },
    /// With a token as it is.
    Token(Secret<String>),
    /// As the metadata service of the machine says.
    Metadata,
    /// As nobody.
    Anonymous,
    /// Nothing is given; where it may be.
    Missing(&'static str),
}

/// One cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hdfs {
    /// `HOST:PORT`, or the name of a nameservice that `settings` describes.
    pub authority: String,
    /// The one name of the cluster: its nameservice where it is known to have one, else the same as `authority`.
    pub name: String,
    /// Hadoop's keys.
    pub settings: Vec<(String, String)>,
    /// As whom, where Hadoop believes everybody; the system's user where nothing says it.
    pub user: Option<String>,
    /// A principal and its keytab; without them the ticket cache speaks.
    pub keytab: Option<(String, PathBuf)>,
}

/// One cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebHdfs {
    /// The URLs of the NameNodes, without a trailing slash; the active one is found.
    pub endpoints: Vec<String>,
    /// The name of the cluster in `hdfs:`, as [`Hdfs::name`], where it is known.
    pub name: Option<String>,
    /// As whom, where nothing else says it.
    pub user: Option<String>,
    /// A delegation token.
    pub token: Option<Secret<String>>,
}
