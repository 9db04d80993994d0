//! Hadoop's file system, by its own protocol: nameservices, high availability and Kerberos as the crate `hdfs-native`
//! knows them.

use std::future::Future;
use std::ops::Range;
use std::sync::Arc;

use hdfs_native::client::FileStatus;
use hdfs_native::{Client, ClientBuilder, HdfsError};

use super::fault::Fault;
use super::hadoop::{Hadoop, Protocol, time, too_large, too_many};
use super::{Entry, Listed, Location, StorageError, Store};
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
    Ok(Arc::new(Hadoop(Cluster {
        client,
        endpoint,
        name: hdfs.name.clone(),
        patience,
    })))
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
}

impl Protocol for Cluster {
    fn name(&self) -> Option<&str> {
        Some(&self.name)
    }

    async fn status(&self, at: &Location) -> Result<Entry, StorageError> {
        let status = self.client.get_file_info(at.path());
        Ok(entry(&self.ask(at, status).await?))
    }

    async fn entries(
        &self,
        directory: &Location,
        limit: usize,
    ) -> Result<Vec<Listed>, StorageError> {
        let entries = self.client.list_status_iter(directory.path(), false);
        let mut found = Vec::new();
        while let Some(one) = {
            let next = async { entries.next().await.transpose() };
            self.ask(directory, next).await?
        } {
            if found.len() == limit {
                return Err(too_many(directory, limit));
            }
            let name = one.path.rsplit('/').next().unwrap_or_default().to_owned();
            let entry = entry(&one);
            found.push(Listed { name, entry });
        }
        Ok(found)
    }

    async fn bytes(
        &self,
        file: &Location,
        _: u64,
        range: Range<u64>,
        limit: u64,
    ) -> Result<Vec<u8>, StorageError> {
        let reader = self.ask(file, self.client.read(file.path())).await?;
        // a file that is being written is longer than its status says
        let size = reader.file_length() as u64;
        if size > limit {
            return Err(too_large(file, size, limit));
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
        Ok(bytes)
    }

    async fn delete(&self, at: &Location) -> Result<bool, StorageError> {
        self.ask(at, self.client.delete(at.path(), false)).await
    }
}

fn entry(status: &FileStatus) -> Entry {
    if status.isdir {
        return Entry::Directory;
    }
    Entry::File {
        size: status.length as u64,
        modified: time(status.modification_time),
    }
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
