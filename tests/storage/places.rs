//! Every kind of storage, with a way of putting files there that is not ours.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream;
use object_store::{ObjectStore, ObjectStoreExt};

use savepointctl::cli::connect::ConnectArgs;
use savepointctl::cli::storage::StorageArgs;
use savepointctl::config::{Environment, StorageSettings};
use savepointctl::domain::secret::Secret;
use savepointctl::storage::{Location, Memory, Storage, StorageError};

use crate::servers::{BUCKET, Servers};

/// The key of every Azurite: no secret, it is in its documentation.
pub const AZURITE_KEY: &str =
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
/// How long a NameNode may not know what its DataNodes have.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many files are put at once.
const PUT_CONCURRENCY: usize = 16;

/// A kind of storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Local,
    Memory,
    S3,
    Hdfs,
    Ha,
    WebHdfs,
    Azure,
    Gcs,
}

/// Every kind.
pub const KINDS: [Kind; 8] = [
    Kind::Local,
    Kind::Memory,
    Kind::S3,
    Kind::Hdfs,
    Kind::Ha,
    Kind::WebHdfs,
    Kind::Azure,
    Kind::Gcs,
];

type Put = Box<dyn Fn(String, Vec<u8>) -> BoxFuture<'static, ()> + Send + Sync>;

/// A directory of a storage that no other trial uses, and that is not there yet.
pub struct Place {
    pub kind: Kind,
    pub storage: Storage,
    base: Location,
    put: Put,
}

impl Place {
    /// The directory, or what lies in it.
    pub fn at(&self, name: &str) -> Location {
        match name {
            "" => self.base.clone(),
            name => self.base.join(name),
        }
    }

    /// Puts files there.
    pub async fn put(&self, names: impl IntoIterator<Item = String>, bytes: &[u8]) {
        let puts = names
            .into_iter()
            .map(|name| (self.put)(self.at(&name).path().to_owned(), bytes.to_vec()));
        stream::iter(puts)
            .buffer_unordered(PUT_CONCURRENCY)
            .collect::<Vec<()>>()
            .await;
    }

    /// Whether directories are there without files in them.
    pub fn has_directories(&self) -> bool {
        !matches!(self.kind, Kind::Memory | Kind::S3 | Kind::Azure | Kind::Gcs)
    }
}

/// Who has started the servers.
pub fn user() -> String {
    std::env::var("USER").unwrap_or_else(|_| "root".to_owned())
}

/// Runs a trial's body.
pub fn block_on<T>(body: impl Future<Output = T>) -> T {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().build().unwrap().block_on(body)
}

/// Storages as the tool reaches them with these variables and definitions, on a machine with nothing else.
pub fn storage(variables: &[(&str, &str)], definitions: &[&str]) -> Storage {
    let mut env = Environment::new("/nowhere");
    for (name, value) in variables {
        env = env.with(name, value);
    }
    let definitions = definitions
        .iter()
        .map(|text| Secret::new((*text).to_owned()));
    let args = ConnectArgs {
        definitions: definitions.collect(),
        ..ConnectArgs::default()
    };
    let gathered = StorageSettings::gather(&args, &StorageArgs::default(), &env);
    let (settings, _) = gathered.unwrap();
    Storage::reaching(move |at| {
        let access = settings.access(at.scheme(), at.authority()).unwrap();
        access.ok_or_else(|| StorageError::unknown(at))
    })
}

fn objects(store: impl ObjectStore) -> Put {
    let store = Arc::new(store);
    Box::new(move |path, bytes| {
        let store = Arc::clone(&store);
        Box::pin(async move {
            let key = object_store::path::Path::parse(&path).unwrap();
            store.put(&key, bytes.into()).await.unwrap();
        })
    })
}

/// By Google's other interface, the only one by which the emulator takes objects.
fn google(endpoint: &str) -> Put {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{endpoint}/upload/storage/v1/b/{BUCKET}/o?uploadType=media");
    Box::new(move |path, bytes| {
        let mut url = url::Url::parse(&url).unwrap();
        url.query_pairs_mut()
            .append_pair("name", path.trim_start_matches('/'));
        let sent = client.post(url).body(bytes).send();
        Box::pin(async move {
            sent.await.unwrap().error_for_status().unwrap();
        })
    })
}

/// Writes a file to HDFS.
pub async fn written(
    client: &hdfs_native::Client,
    path: &str,
    bytes: Vec<u8>,
) -> Result<(), hdfs_native::HdfsError> {
    let options = hdfs_native::WriteOptions::default().overwrite(true);
    let mut file = client.create(path, options).await?;
    file.write_bytes(bytes.into()).await?;
    file.close().await
}

fn hadoop(url: &str, conf: &Path) -> Put {
    let client = hdfs_native::ClientBuilder::new()
        .with_url(url)
        .with_config_dir(conf.display().to_string());
    let client = client.build().unwrap();
    Box::new(move |path, bytes| {
        let client = client.clone();
        Box::pin(async move {
            let begun = Instant::now();
            // the NameNode may not know yet that the DataNode has a file's first block, and then refuses its second one
            while let Err(error) = written(&client, &path, bytes.clone()).await {
                let again = error.to_string().contains("NotReplicatedYet");
                assert!(again && begun.elapsed() < PATIENCE, "{path}: {error}");
            }
        })
    })
}

impl Servers {
    /// The trial's own directory in a storage of a kind.
    pub fn place(&self, kind: Kind, trial: &str) -> Place {
        let home = |base: &str| Location::of(&format!("{base}/{trial}")).unwrap();
        match kind {
            Kind::Local => {
                let dir = std::env::temp_dir()
                    .join(format!("savepointctl-storage-{}", std::process::id()));
                Place {
                    kind,
                    storage: Storage::new(),
                    base: home(&dir.display().to_string()),
                    put: Box::new(|path, bytes| {
                        std::fs::create_dir_all(Path::new(&path).parent().unwrap()).unwrap();
                        std::fs::write(path, bytes).unwrap();
                        Box::pin(std::future::ready(()))
                    }),
                }
            }
            Kind::Memory => {
                let memory = Arc::new(Memory::new());
                Place {
                    kind,
                    storage: Storage::new().with("mem", "", memory.clone()),
                    base: home("mem:///x"),
                    put: Box::new(move |path, bytes| {
                        memory.put(&path, bytes);
                        Box::pin(std::future::ready(()))
                    }),
                }
            }
            Kind::S3 => self.s3_place(kind, &home(&format!("s3://{BUCKET}/x"))),
            Kind::Hdfs => {
                let authority = self.hdfs().said.split(' ').next().unwrap();
                let url = format!("hdfs://{authority}");
                Place {
                    kind,
                    storage: storage(&[], &[]),
                    base: home(&format!("{url}/x")),
                    put: hadoop(&url, &self.hdfs().conf()),
                }
            }
            Kind::Ha => {
                let conf = self.ha().conf();
                let variables = [("HADOOP_CONF_DIR", conf.to_str().unwrap())];
                Place {
                    kind,
                    storage: storage(&variables, &[]),
                    // no authority: the nameservice of fs.defaultFS
                    base: home("hdfs:///x"),
                    put: hadoop("hdfs://ha1", &conf),
                }
            }
            Kind::WebHdfs => {
                let said = &self.hdfs().said;
                let (rpc, http) = said.split_once(' ').unwrap();
                Place {
                    kind,
                    storage: storage(&[("USER", &user())], &[]),
                    base: home(&format!("webhdfs://{http}/web")),
                    put: hadoop(&format!("hdfs://{rpc}"), &self.hdfs().conf()),
                }
            }
            Kind::Azure => {
                let endpoint = &self.azure().said;
                let connection = format!(
                    "AccountName=devstoreaccount1;AccountKey={AZURITE_KEY};BlobEndpoint={endpoint}"
                );
                Place {
                    kind,
                    storage: storage(&[("AZURE_STORAGE_CONNECTION_STRING", &connection)], &[]),
                    base: home(&format!(
                        "abfss://{BUCKET}@devstoreaccount1.dfs.core.windows.net/x"
                    )),
                    put: objects(self.azure_client()),
                }
            }
            Kind::Gcs => {
                let endpoint = &self.gcs().said;
                let host = endpoint.trim_start_matches("http://");
                Place {
                    kind,
                    storage: storage(&[("STORAGE_EMULATOR_HOST", host)], &[]),
                    base: home(&format!("gs://{BUCKET}/x")),
                    put: google(endpoint),
                }
            }
        }
    }

    fn s3_place(&self, kind: Kind, base: &Location) -> Place {
        let endpoint = &self.s3().said;
        let definitions = [
            "s3.access-key=testaccess",
            "s3.secret-key=testsecret123",
            "s3.path.style.access=true",
            &format!("s3.endpoint={endpoint}"),
        ];
        Place {
            kind,
            storage: storage(&[], &definitions),
            base: base.clone(),
            put: objects(self.s3_client()),
        }
    }
}
