//! Savepoints that lie on a cluster's heap, as a storage: `jobmanager://savepoints/N`.
//!
//! Only the minicluster keeps savepoints there, and tells what is in them; so they can be read as long as it runs.

use std::collections::BTreeMap;
use std::ops::Range;

use tokio::sync::Mutex;

use super::context;
use crate::cli::connect::ConnectArgs;
use crate::config::Environment;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Printer;
use crate::storage::location::Location;
use crate::storage::{Answer, Entry, Listed, StorageError, Store};

/// The scheme of locations on a heap.
pub const SCHEME: &str = "jobmanager";
/// And their authority.
pub const AUTHORITY: &str = "savepoints";

/// The heap of the cluster that the flags and the environment name. It is asked when something is first read.
pub struct Heap {
    printer: Printer,
    connect: ConnectArgs,
    environment: Environment,
    /// What was read before, by number.
    fetched: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Heap {
    pub fn new(printer: Printer, connect: ConnectArgs, environment: Environment) -> Self {
        Self {
            printer,
            connect,
            environment,
            fetched: Mutex::default(),
        }
    }

    /// The metadata of a savepoint, or a part of it.
    async fn metadata(&self, at: &Location, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
        let number = at.path().trim_start_matches('/').to_owned();
        let mut fetched = self.fetched.lock().await;
        let bytes = match fetched.get(&number) {
            Some(bytes) => bytes,
            None => {
                let bytes = self.fetch(at, &number).await?;
                fetched.entry(number).or_insert(bytes)
            }
        };
        let within = |at: u64| usize::try_from(at).map_or(bytes.len(), |at| at.min(bytes.len()));
        Ok(bytes
            .get(within(range.start)..within(range.end))
            .unwrap_or_default()
            .to_vec())
    }

    async fn fetch(&self, at: &Location, number: &str) -> Result<Vec<u8>, StorageError> {
        let location = at.to_string();
        let unread = |failure: Failure| match failure.exit {
            Exit::Usage => StorageError::Setting {
                location: at.to_string(),
                problem: format!(
                    "it is on the heap of a minicluster, and {:#}: name it with -m",
                    failure.source
                ),
            },
            _ => StorageError::HeapUnreachable {
                location: at.to_string(),
                why: format!("{:#}", failure.source),
            },
        };
        let client = context::connect(self.printer, &self.connect, &self.environment)
            .await
            .map_err(unread)?;
        if !client.is_minicluster() {
            let why = format!(
                "{} keeps none on its heap, since it is no minicluster",
                client.endpoint()
            );
            return Err(StorageError::NotOnHeap { location, why });
        }
        let found = client.heap_savepoint(number).await;
        let found = found.map_err(|error| unread(Failure::from(error)))?;
        found.ok_or_else(|| StorageError::NotOnHeap {
            location,
            why: format!(
                "{} has no such savepoint, or has none any more",
                client.endpoint()
            ),
        })
    }

    fn only_its_cluster(at: &Location) -> StorageError {
        StorageError::Setting {
            location: at.to_string(),
            problem: "only its cluster can dispose of it: leave --offline out".to_owned(),
        }
    }
}

impl Store for Heap {
    fn look<'a>(&'a self, at: &'a Location) -> Answer<'a, Entry> {
        Box::pin(async move {
            let bytes = self.metadata(at, 0..u64::MAX).await?;
            Ok(Entry::File {
                size: bytes.len() as u64,
                modified: None,
            })
        })
    }

    fn list<'a>(&'a self, directory: &'a Location) -> Answer<'a, Vec<Listed>> {
        let location = directory.to_string();
        Box::pin(async move { Err(StorageError::NotADirectory { location }) })
    }

    fn read<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Vec<u8>> {
        Box::pin(async move {
            let bytes = self.metadata(file, 0..u64::MAX).await?;
            let size = bytes.len() as u64;
            if size > limit {
                let location = file.to_string();
                return Err(StorageError::TooLarge {
                    location,
                    size,
                    limit,
                });
            }
            Ok(bytes)
        })
    }

    fn read_range<'a>(&'a self, file: &'a Location, range: Range<u64>) -> Answer<'a, Vec<u8>> {
        Box::pin(self.metadata(file, range))
    }

    fn delete_file<'a>(&'a self, file: &'a Location) -> Answer<'a, ()> {
        Box::pin(async move { Err(Self::only_its_cluster(file)) })
    }

    fn delete_directory<'a>(&'a self, directory: &'a Location) -> Answer<'a, ()> {
        Box::pin(async move { Err(Self::only_its_cluster(directory)) })
    }
}
