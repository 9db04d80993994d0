//! Hadoop's file system, by its own protocol: nameservices, high availability and Kerberos as the crate `hdfs-native`
//! knows them.

use std::future::Future;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use hdfs_native::client::FileStatus;
use hdfs_native::{Client, ClientBuilder, HdfsError};

use super::fault::Fault;
use super::{Answer, Dated, Entry, Listed, Location, MAX_ENTRIES, StorageError, Store};
use crate::domain::access::{Hdfs, Patience};

/// How much is read of a file at once, in bytes: each piece has the whole time-out.
const PIECE: usize = 8 << 20;

/// One cluster.
struct Cluster {
    client: Client,
    endpoint: String,
    /// By which it is known, whatever location named it.
    name: String,
    patience: Patience,
}

/// Opens a cluster. Nothing is sent.
pub fn open(
    at: &Location,
    hdfs: &Hdfs,
    patience: Patience,
) -> Result<Arc<dyn Store>, StorageError> {
    let endpoint = format!("hdfs://{}", hdfs.authority);
    let mut builder = ClientBuilder::new()
        .with_url(&endpoint)
        .with_config(hdfs.settings.iter().cloned());
    if let Some(user) = &hdfs.user {
        builder = builder.with_user(user);
    }
    if let Some((principal, keytab)) = &hdfs.keytab {
        builder = builder
            .with_kerberos_principal(principal)
            .with_kerberos_keytab(keytab.display().to_string());
    }
    let client = builder.build().map_err(|error| StorageError::Setting {
        location: at.to_string(),
        problem: error.to_string(),
    })?;
    Ok(Arc::new(Cluster {
        client,
        endpoint,
        name: hdfs.name.clone(),
        patience,
    }))
}

impl Cluster {
    /// What HDFS answers, if it does in time.
    async fn ask<T>(
        &self,
        at: &Location,
        answer: impl Future<Output = Result<T, HdfsError>>,
    ) -> Result<T, StorageError> {
        let answer = tokio::time::timeout(self.patience.request, answer).await;
        let fault = match answer {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => fault(&error),
            Err(_) => Fault::Timeout,
        };
        Err(fault.at(at, &self.endpoint))
    }

    async fn status(&self, at: &Location) -> Result<FileStatus, StorageError> {
        self.ask(at, self.client.get_file_info(at.path())).await
    }

    async fn list_all(
        &self,
        directory: &Location,
        limit: usize,
    ) -> Result<Vec<Listed>, StorageError> {
        if !self.status(directory).await?.isdir {
            return Err(StorageError::NotADirectory {
                location: directory.to_string(),
            });
        }
        let entries = self.client.list_status_iter(directory.path(), false);
        let mut found = Vec::new();
        while let Some(one) = {
            let next = async { entries.next().await.transpose() };
            self.ask(directory, next).await?
        } {
            if found.len() == limit {
                return Err(StorageError::TooMany {
                    location: directory.to_string(),
                    limit,
                });
            }
            let name = one.path.rsplit('/').next().unwrap_or_default().to_owned();
            let entry = entry(&one);
            found.push(Listed { name, entry });
        }
        Ok(found)
    }

    /// The bytes of a file from `range.start` to `range.end`, or to its end, unless there are more than `limit`.
    async fn read_some(
        &self,
        file: &Location,
        range: Range<u64>,
        limit: u64,
    ) -> Result<Dated, StorageError> {
        let status = self.status(file).await?;
        if status.isdir {
            return Err(StorageError::NotAFile {
                location: file.to_string(),
                what: "a directory",
            });
        }
        let reader = self.ask(file, self.client.read(file.path())).await?;
        // a file that is being written is longer than its status says
        let size = reader.file_length() as u64;
        if size > limit {
            return Err(StorageError::TooLarge {
                location: file.to_string(),
                size,
                limit,
            });
        }
        let end = range.end.min(size);
        let wanted = end.saturating_sub(range.start);
        let no_memory = || StorageError::NoMemory {
            location: file.to_string(),
            size: wanted,
        };
        let length = usize::try_from(wanted).map_err(|_| no_memory())?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| no_memory())?;
        let start = usize::try_from(range.start).map_err(|_| no_memory())?;
        while bytes.len() < length {
            let piece = PIECE.min(length - bytes.len());
            let read = reader.read_range(start + bytes.len(), piece);
            let came = self.ask(file, read).await?;
            if came.len() != piece {
                return Err(StorageError::Broken {
                    location: file.to_string(),
                    why: format!("{} bytes came instead of {piece}", came.len()),
                });
            }
            bytes.extend_from_slice(&came);
        }
        let modified = modified(&status);
        Ok(Dated { bytes, modified })
    }

    async fn delete(&self, at: &Location, is_directory: bool) -> Result<(), StorageError> {
        let location = at.to_string();
        match (self.status(at).await?.isdir, is_directory) {
            (true, false) => {
                return Err(StorageError::NotAFile {
                    location,
                    what: "a directory",
                });
            }
            (false, true) => return Err(StorageError::NotADirectory { location }),
            _ => {}
        }
        let deleted = self.client.delete(at.path(), false);
        match self.ask(at, deleted).await? {
            true => Ok(()),
            false => Err(StorageError::missing(at)),
        }
    }
}

fn entry(status: &FileStatus) -> Entry {
    if status.isdir {
        return Entry::Directory;
    }
    Entry::File {
        size: status.length as u64,
        modified: modified(status),
    }
}

fn modified(status: &FileStatus) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(status.modification_time))
}

/// What an error of the crate means.
fn fault(error: &HdfsError) -> Fault {
    match error {
        HdfsError::FileNotFound(_) => Fault::Missing,
        HdfsError::IOError(error) => match error.kind() {
            std::io::ErrorKind::TimedOut => Fault::Timeout,
            _ => Fault::Unreachable(error.to_string()),
        },
        HdfsError::RPCError(class, text) | HdfsError::FatalRPCError(class, text) => {
            let class = class.rsplit('.').next().unwrap_or(class);
            let text = text.lines().next().unwrap_or_default();
            let why = format!("{class}: {text}");
            match class {
                "FileNotFoundException" => Fault::Missing,
                "AccessControlException" | "AuthorizationException" | "SaslException"
                | "SecretManager$InvalidToken" => Fault::Denied(why),
                "RetriableException" | "SafeModeException" => Fault::Throttled { why, pause: None },
                "StandbyException" => Fault::Unreachable("no NameNode is active".to_owned()),
                _ => Fault::Broken(why),
            }
        }
        HdfsError::SASLError(why) => Fault::Denied(why.clone()),
        HdfsError::GSSAPIError(_, _, why) => Fault::Denied(format!("Kerberos: {why}")),
        HdfsError::NoSASLMechanism => Fault::Denied(
            "the NameNode wants a way to log in that is not known here, or Kerberos, for which there is no ticket"
                .to_owned(),
        ),
        error => Fault::Broken(error.to_string()),
    }
}

impl Store for Cluster {
    fn renamed(&self, at: &Location) -> Location {
        at.in_storage("hdfs", &self.name)
    }

    fn look<'a>(&'a self, at: &'a Location) -> Answer<'a, Entry> {
        async move { Ok(entry(&self.status(at).await?)) }.boxed()
    }

    fn list<'a>(&'a self, directory: &'a Location) -> Answer<'a, Vec<Listed>> {
        self.list_all(directory, MAX_ENTRIES).boxed()
    }

    fn list_up_to<'a>(&'a self, directory: &'a Location, limit: usize) -> Answer<'a, Vec<Listed>> {
        self.list_all(directory, limit).boxed()
    }

    fn read<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Vec<u8>> {
        let read = async move { Ok(self.read_some(file, 0..u64::MAX, limit).await?.bytes) };
        read.boxed()
    }

    fn read_dated<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Dated> {
        self.read_some(file, 0..u64::MAX, limit).boxed()
    }

    fn read_range<'a>(&'a self, file: &'a Location, range: Range<u64>) -> Answer<'a, Vec<u8>> {
        let read = async move { Ok(self.read_some(file, range, u64::MAX).await?.bytes) };
        read.boxed()
    }

    fn delete_file<'a>(&'a self, file: &'a Location) -> Answer<'a, ()> {
        self.delete(file, false).boxed()
    }

    fn delete_directory<'a>(&'a self, directory: &'a Location) -> Answer<'a, ()> {
        let deleted = async move {
            match self.delete(directory, true).await {
                Err(StorageError::Broken { location, why })
                    if why.contains("IsNotEmpty")
                        || why.contains("not empty")
                        || why.contains("non empty") =>
                {
                    Err(StorageError::NotEmpty { location })
                }
                deleted => deleted,
            }
        };
        deleted.boxed()
    }
}
