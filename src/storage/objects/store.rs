//! One bucket or container, as a [`Store`].

use std::collections::HashSet;
use std::ops::Range;
use std::time::SystemTime;

use futures_util::stream;
use futures_util::{FutureExt, StreamExt};
use object_store::list::{PaginatedListOptions, PaginatedListResult, PaginatedListStore};
use object_store::path::Path;
use object_store::{
    Attribute, GetOptions, GetRange, GetResult, ObjectMeta, ObjectStore, ObjectStoreExt,
};

use super::marker::Markers;
use crate::storage::fault::Fault;
use crate::storage::http::innermost;
use crate::storage::{Answer, Dated, Entry, Listed, Location, MAX_ENTRIES, StorageError, Store};

/// What Azure's drivers write beside an object that stands for a directory.
const FOLDER: &str = "hdi_isfolder";

/// How many objects without bytes are looked at at once.
const LOOK_CONCURRENCY: usize = 16;

/// One bucket or container.
pub struct Objects<S> {
    store: S,
    markers: Option<Markers>,
    /// Whether an object without bytes may be a directory.
    has_folders: bool,
    /// Who is asked, as a user knows it.
    endpoint: String,
}

impl<S: ObjectStore + PaginatedListStore> Objects<S> {
    /// A store whose requests go to `endpoint`.
    pub fn new(store: S, endpoint: String) -> Self {
        Self {
            store,
            markers: None,
            has_folders: false,
            endpoint,
        }
    }

    /// The same for a service whose markers have keys of their own.
    pub fn with_markers(mut self, markers: Markers) -> Self {
        self.markers = Some(markers);
        self
    }

    /// The same for a service in which an object of a directory's own name stands for it.
    pub fn with_folders(mut self) -> Self {
        self.has_folders = true;
        self
    }

    fn error(&self, at: &Location, error: &object_store::Error) -> StorageError {
        let mut cause = Some(error as &dyn std::error::Error);
        while let Some(one) = cause {
            if let Some(fault) = one.downcast_ref::<Fault>() {
                return fault.clone().at(at, &self.endpoint);
            }
            cause = one.source();
        }
        let fault = match error {
            object_store::Error::NotFound { .. } => Fault::Missing,
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => Fault::Denied(innermost(error)),
            _ => Fault::Broken(innermost(error)),
        };
        fault.at(at, &self.endpoint)
    }

    /// One page of what begins with a prefix.
    async fn page(
        &self,
        at: &Location,
        options: PaginatedListOptions,
    ) -> Result<PaginatedListResult, StorageError> {
        let prefix = prefix(at);
        let prefix = (!prefix.is_empty()).then_some(prefix.as_str());
        let page = self.store.list_paginated(prefix, options).await;
        page.map_err(|error| self.error(at, &error))
    }

    /// Whether anything begins with the location and a slash.
    async fn is_directory(&self, at: &Location) -> Result<bool, StorageError> {
        let options = PaginatedListOptions {
            max_keys: Some(1),
            ..PaginatedListOptions::default()
        };
        let page = self.page(at, options).await?.result;
        let is_root = at.path() == "/";
        Ok(is_root || !page.objects.is_empty() || !page.common_prefixes.is_empty())
    }

    async fn object(&self, at: &Location) -> Result<Entry, StorageError> {
        let options = GetOptions {
            head: true,
            ..GetOptions::default()
        };
        let found = self.store.get_opts(&key(at)?, options).await;
        let found = found.map_err(|error| self.error(at, &error))?;
        let is_folder = found
            .attributes
            .get(&Attribute::Metadata(FOLDER.into()))
            .is_some_and(|value| value.as_ref() == "true");
        if is_folder {
            return Ok(Entry::Directory);
        }
        Ok(file(&found.meta))
    }

    /// Why an object cannot be looked at: the answer to that has no body which says it, but that to a listing has.
    async fn reason(&self, at: &Location, error: StorageError) -> StorageError {
        match self.is_directory(at).await {
            Err(told @ (StorageError::Denied { .. } | StorageError::Broken { .. })) => told,
            _ => error,
        }
    }

    async fn look_at(&self, at: &Location) -> Result<Entry, StorageError> {
        if at.path() != "/" {
            match self.object(at).await {
                Err(StorageError::Missing { .. }) => {}
                Err(error @ (StorageError::Denied { .. } | StorageError::Broken { .. })) => {
                    return Err(self.reason(at, error).await);
                }
                found => return found,
            }
        }
        match self.is_directory(at).await? {
            true => Ok(Entry::Directory),
            false => Err(StorageError::missing(at)),
        }
    }

    async fn list_all(
        &self,
        directory: &Location,
        limit: usize,
    ) -> Result<Vec<Listed>, StorageError> {
        let prefix = prefix(directory);
        let mut found = Vec::new();
        let mut exists = prefix.is_empty();
        let mut page_token = None;
        loop {
            let options = PaginatedListOptions {
                delimiter: Some("/".into()),
                page_token: page_token.take(),
                ..PaginatedListOptions::default()
            };
            let page = self.page(directory, options).await?;
            let objects = page.result.objects.iter();
            let objects = objects.map(|object| (&object.location, file(object)));
            let prefixes = page.result.common_prefixes.iter();
            let prefixes = prefixes.map(|below| (below, Entry::Directory));
            for (path, entry) in objects.chain(prefixes) {
                exists = true;
                // a marker of the directory itself has no name below it
                if let Some(name) = path.as_ref().strip_prefix(&prefix) {
                    let name = name.to_owned();
                    found.push(Listed { name, entry });
                }
            }
            if found.len() > limit {
                return Err(StorageError::TooMany {
                    location: directory.to_string(),
                    limit,
                });
            }
            page_token = page.page_token;
            if page_token.is_none() {
                break;
            }
        }
        if exists {
            return match self.has_folders {
                true => self.with_each_folder_once(directory, found).await,
                false => Ok(found),
            };
        }
        match self.object(directory).await? {
            Entry::Directory => Ok(found),
            Entry::File { .. } | Entry::Other(_) => Err(StorageError::NotADirectory {
                location: directory.to_string(),
            }),
        }
    }

    /// A listing in which an object that stands for a directory is one. It does not tell which do, save by what lies
    /// below them: those without bytes are looked at.
    async fn with_each_folder_once(
        &self,
        directory: &Location,
        mut listed: Vec<Listed>,
    ) -> Result<Vec<Listed>, StorageError> {
        let directories = listed.iter().filter(|one| one.entry == Entry::Directory);
        let directories: HashSet<String> = directories.map(|one| one.name.clone()).collect();
        listed.retain(|one| !is_empty_file(one) || !directories.contains(&one.name));
        let (empty, mut listed): (Vec<_>, Vec<_>) = listed.into_iter().partition(is_empty_file);
        let looks = empty.into_iter().map(|one| async move {
            // a name that cannot be spelled cannot be asked for either
            if !one.is_spelled() {
                return Ok(Some(one));
            }
            match self.object(&directory.join(&one.name)).await {
                Ok(entry) => Ok(Some(Listed { entry, ..one })),
                // gone since it was listed
                Err(error) if error.is_missing() => Ok(None),
                // who may list need not be allowed to look
                Err(error) if error.is_denied() => Ok(Some(one)),
                Err(error) => Err(error),
            }
        });
        let mut looks = stream::iter(looks).buffer_unordered(LOOK_CONCURRENCY);
        while let Some(looked) = looks.next().await {
            listed.extend(looked?);
        }
        Ok(listed)
    }

    async fn read_whole(&self, file: &Location, limit: u64) -> Result<Dated, StorageError> {
        let key = key(file)?;
        let got = self.store.get_opts(&key, GetOptions::default()).await;
        let got = got.map_err(|error| self.error(file, &error))?;
        let (size, modified) = (got.meta.size, SystemTime::from(got.meta.last_modified));
        if size > limit {
            return Err(StorageError::TooLarge {
                location: file.to_string(),
                size,
                limit,
            });
        }
        Ok(Dated {
            bytes: self.collect(file, got).await?,
            modified: Some(modified),
        })
    }

    async fn read_part(&self, file: &Location, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
        if range.is_empty() {
            return Ok(Vec::new());
        }
        // some servers do not count beyond what a signed number holds
        let range_of_it = match i64::try_from(range.end) {
            Ok(_) => GetRange::Bounded(range.clone()),
            Err(_) => GetRange::Offset(range.start),
        };
        let options = GetOptions {
            range: Some(range_of_it),
            ..GetOptions::default()
        };
        match self.store.get_opts(&key(file)?, options).await {
            Ok(got) => self.collect(file, got).await,
            Err(error) => match self.error(file, &error) {
                // nothing lies there: is that because the file is shorter?
                StorageError::Broken { location, why } => match self.object(file).await? {
                    Entry::File { size, .. } if size <= range.start => Ok(Vec::new()),
                    _ => Err(StorageError::Broken { location, why }),
                },
                error => Err(error),
            },
        }
    }

    /// The bytes of an answer, all of them or none.
    async fn collect(&self, file: &Location, got: GetResult) -> Result<Vec<u8>, StorageError> {
        let expected = got.range.end.saturating_sub(got.range.start);
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(usize::try_from(expected).unwrap_or(usize::MAX))
            .map_err(|_| StorageError::NoMemory {
                location: file.to_string(),
                size: expected,
            })?;
        let mut stream = got.into_stream();
        while let Some(piece) = stream.next().await {
            let piece = piece.map_err(|error| self.error(file, &error))?;
            let came = bytes.len() as u64 + piece.len() as u64;
            if came > expected {
                break;
            }
            bytes.extend_from_slice(&piece);
        }
        if bytes.len() as u64 == expected {
            return Ok(bytes);
        }
        Err(StorageError::Broken {
            location: file.to_string(),
            why: format!("{} bytes came instead of {expected}", bytes.len()),
        })
    }

    async fn delete_object(&self, file: &Location) -> Result<(), StorageError> {
        let deleted = self.store.delete(&key(file)?).await;
        deleted.map_err(|error| self.error(file, &error))
    }

    async fn delete_marker(&self, directory: &Location) -> Result<(), StorageError> {
        // with Azure, a directory may be an object
        match self.object(directory).await {
            Ok(Entry::Directory) => {}
            Ok(_) => {
                return Err(StorageError::NotADirectory {
                    location: directory.to_string(),
                });
            }
            Err(StorageError::Missing { .. }) => {
                let Some(markers) = &self.markers else {
                    return Ok(());
                };
                match self.list_all(directory, MAX_ENTRIES).await {
                    Ok(below) if below.is_empty() => {}
                    Ok(_) => {
                        return Err(StorageError::NotEmpty {
                            location: directory.to_string(),
                        });
                    }
                    Err(StorageError::Missing { .. }) => return Ok(()),
                    Err(error) => return Err(error),
                }
                let removed = markers.remove(directory.path()).await;
                return removed.map_err(|error| self.error(directory, &error));
            }
            Err(error) => return Err(error),
        }
        if self.list_all(directory, MAX_ENTRIES).await?.is_empty() {
            return self.delete_object(directory).await;
        }
        Err(StorageError::NotEmpty {
            location: directory.to_string(),
        })
    }
}

fn is_empty_file(one: &Listed) -> bool {
    matches!(one.entry, Entry::File { size: 0, .. })
}

fn file(object: &ObjectMeta) -> Entry {
    Entry::File {
        size: object.size,
        modified: Some(SystemTime::from(object.last_modified)),
    }
}

/// The object's key: the path as it is.
fn key(at: &Location) -> Result<Path, StorageError> {
    Path::parse(at.path()).map_err(|error| StorageError::Setting {
        location: at.to_string(),
        problem: format!("it cannot be the name of an object: {error}"),
    })
}

/// What keys below a directory begin with.
fn prefix(directory: &Location) -> String {
    match directory.path().trim_matches('/') {
        "" => String::new(),
        path => format!("{path}/"),
    }
}

impl<S: ObjectStore + PaginatedListStore> Store for Objects<S> {
    fn look<'a>(&'a self, at: &'a Location) -> Answer<'a, Entry> {
        self.look_at(at).boxed()
    }

    fn list<'a>(&'a self, directory: &'a Location) -> Answer<'a, Vec<Listed>> {
        self.list_all(directory, MAX_ENTRIES).boxed()
    }

    fn list_up_to<'a>(&'a self, directory: &'a Location, limit: usize) -> Answer<'a, Vec<Listed>> {
        self.list_all(directory, limit).boxed()
    }

    fn read<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Vec<u8>> {
        let read = async move { Ok(self.read_whole(file, limit).await?.bytes) };
        read.boxed()
    }

    fn read_dated<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Dated> {
        self.read_whole(file, limit).boxed()
    }

    fn read_range<'a>(&'a self, file: &'a Location, range: Range<u64>) -> Answer<'a, Vec<u8>> {
        self.read_part(file, range).boxed()
    }

    fn delete_file<'a>(&'a self, file: &'a Location) -> Answer<'a, ()> {
        self.delete_object(file).boxed()
    }

    fn delete_directory<'a>(&'a self, directory: &'a Location) -> Answer<'a, ()> {
        self.delete_marker(directory).boxed()
    }
}
