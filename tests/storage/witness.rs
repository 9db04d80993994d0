//! What another client than ours sees of a storage, and does to it.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt};
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::azure::{MicrosoftAzure, MicrosoftAzureBuilder};
use object_store::path::Path as Key;
use object_store::{Attribute, Attributes, ObjectStore, ObjectStoreExt};
use savepointctl::storage::Location;
use serde_json::Value;
use url::Url;

use crate::places::{AZURITE_KEY, block_on, written};
use crate::servers::{BUCKET, Servers};

/// Another client.
pub enum Witness {
    /// A bucket or container.
    Objects(Box<dyn ObjectStore>),
    Hdfs(hdfs_native::Client),
    /// By Google's own interface, at this URL.
    Gcs(String),
}

impl Servers {
    /// One that sees the bucket.
    pub fn witness_of_s3(&self) -> Witness {
        Witness::Objects(Box::new(self.s3_client()))
    }

    /// One that sees HDFS, as its administrator.
    pub fn witness_of_hdfs(&self) -> Witness {
        let authority = self.hdfs().said.split(' ').next().unwrap();
        let client = hdfs_native::ClientBuilder::new()
            .with_url(format!("hdfs://{authority}"))
            .with_config_dir(self.hdfs().conf().display().to_string());
        Witness::Hdfs(client.build().unwrap())
    }

    /// One that sees the bucket of Google's emulator.
    pub fn witness_of_gcs(&self) -> Witness {
        Witness::Gcs(format!("{}/storage/v1/b/{BUCKET}/o", self.gcs().said))
    }

    /// One that sees the container.
    pub fn witness_of_azure(&self) -> Witness {
        Witness::Objects(Box::new(self.azure_client()))
    }

    /// An Azure client that is not ours.
    pub fn azure_client(&self) -> MicrosoftAzure {
        MicrosoftAzureBuilder::new()
            .with_account("devstoreaccount1")
            .with_access_key(AZURITE_KEY)
            .with_container_name(BUCKET)
            .with_endpoint(self.azure().said.clone())
            .with_allow_http(true)
            .build()
            .unwrap()
    }

    /// An S3 client that is not ours.
    pub fn s3_client(&self) -> AmazonS3 {
        AmazonS3Builder::new()
            .with_access_key_id("testaccess")
            .with_secret_access_key("testsecret123")
            .with_bucket_name(BUCKET)
            .with_endpoint(self.s3().said.clone())
            .with_allow_http(true)
            .build()
            .unwrap()
    }
}

/// Puts an object, given the URL of its bucket's objects.
async fn upload(objects: &str, path: &str, bytes: Vec<u8>) {
    let mut url = Url::parse(&objects.replace("/storage/v1/", "/upload/storage/v1/")).unwrap();
    let mut query = url.query_pairs_mut();
    query.append_pair("uploadType", "media");
    query.append_pair("name", path.trim_start_matches('/'));
    drop(query);
    let sent = google().post(url).body(bytes).send().await.unwrap();
    sent.error_for_status().unwrap();
}

fn google() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn path(location: &str) -> String {
    Location::of(location).unwrap().path().to_owned()
}

fn key(location: &str) -> Key {
    Key::parse(path(location)).unwrap()
}

impl Witness {
    /// Every file below a directory, by its path there, and its size. What is not there has none.
    pub fn files(&self, directory: &str) -> BTreeMap<String, u64> {
        let below = |whole: &str| {
            let own = path(directory);
            let rest = whole.trim_start_matches('/');
            let rest = rest.strip_prefix(own.trim_matches('/')).unwrap();
            rest.trim_start_matches('/').to_owned()
        };
        block_on(async {
            match self {
                Self::Objects(store) => {
                    let found = store.list(Some(&key(directory)));
                    let found: Vec<_> = found.try_collect().await.unwrap();
                    let files = found.iter();
                    files
                        .map(|one| (below(one.location.as_ref()), one.size))
                        .collect()
                }
                Self::Gcs(url) => {
                    let mut url = Url::parse(url).unwrap();
                    let prefix = format!("{}/", path(directory).trim_matches('/'));
                    url.query_pairs_mut().append_pair("prefix", &prefix);
                    let answer = google().get(url).send().await.unwrap();
                    let bytes = answer.bytes().await.unwrap();
                    let found: Value = serde_json::from_slice(&bytes).unwrap();
                    let files = found["items"].as_array().into_iter().flatten();
                    let size = |one: &Value| one["size"].as_str().unwrap().parse().unwrap();
                    files
                        .map(|one| (below(one["name"].as_str().unwrap()), size(one)))
                        .collect()
                }
                Self::Hdfs(client) => {
                    if !self.hdfs_has(&path(directory)).await {
                        return BTreeMap::new();
                    }
                    let found = client.list_status_iter(&path(directory), true);
                    let found: Vec<_> = found.into_stream().map(Result::unwrap).collect().await;
                    let files = found.iter().filter(|one| !one.isdir);
                    files
                        .map(|one| (below(&one.path), one.length as u64))
                        .collect()
                }
            }
        })
    }

    /// Whether nothing at all is left of a directory, not even itself.
    pub fn is_gone(&self, directory: &str) -> bool {
        self.files(directory).is_empty()
            && match self {
                Self::Objects(_) | Self::Gcs(_) => true,
                Self::Hdfs(_) => !block_on(self.hdfs_has(&path(directory))),
            }
    }

    async fn hdfs_has(&self, path: &str) -> bool {
        let Self::Hdfs(client) = self else {
            return false;
        };
        match client.get_file_info(path).await {
            Ok(_) => true,
            Err(hdfs_native::HdfsError::FileNotFound(_)) => false,
            Err(error) => panic!("{path}: {error}"),
        }
    }

    /// Writes a file.
    pub fn put(&self, location: &str, bytes: &[u8]) {
        block_on(async {
            match self {
                Self::Objects(store) => {
                    let key = key(location);
                    store.put(&key, bytes.to_vec().into()).await.unwrap();
                }
                Self::Gcs(url) => upload(url, &path(location), bytes.to_vec()).await,
                Self::Hdfs(client) => written(client, &path(location), bytes.to_vec())
                    .await
                    .unwrap(),
            }
        });
    }

    /// Writes the empty object that stands for a directory: on Azure it is told by its metadata.
    pub fn put_marker(&self, directory: &str) {
        block_on(async {
            match self {
                Self::Gcs(url) => {
                    upload(url, &format!("{}/", path(directory)), Vec::new()).await;
                }
                Self::Objects(store) => {
                    let mut attributes = Attributes::new();
                    let is_folder = Attribute::Metadata("hdi_isfolder".into());
                    attributes.insert(is_folder, "true".into());
                    let key = key(directory);
                    let put = store.put_opts(&key, "".into(), attributes.into());
                    put.await.unwrap();
                }
                Self::Hdfs(_) => unreachable!("it has directories"),
            }
        });
    }

    /// Deletes a file.
    pub fn delete(&self, location: &str) {
        block_on(async {
            match self {
                Self::Objects(store) => store.delete(&key(location)).await.unwrap(),
                Self::Gcs(_) => unreachable!("no trial needs it"),
                Self::Hdfs(client) => {
                    assert!(client.delete(&path(location), false).await.unwrap());
                }
            }
        });
    }
}
