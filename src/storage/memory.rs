//! A storage in memory, for tests: counts what is asked of it, and fails where it is told to.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use futures_util::future;
use futures_util::{FutureExt, TryFutureExt};

use super::{Answer, Dated, Entry, Listed, Location, StorageError, Store};

/// What may be asked of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// [`Store::look`].
    Look,
    /// [`Store::list`].
    List,
    /// [`Store::read`].
    Read,
    /// [`Store::read_range`].
    ReadRange,
    /// [`Store::delete_file`].
    DeleteFile,
    /// [`Store::delete_directory`].
    DeleteDirectory,
}

type Fault = Box<dyn Fn(String) -> StorageError + Send>;

#[derive(Default)]
struct State {
    /// By their paths, which begin with a slash.
    files: BTreeMap<String, (Vec<u8>, SystemTime)>,
    /// In the order in which they came.
    asked: Vec<(Request, String)>,
    faults: BTreeMap<(Request, String), Fault>,
    /// A scheme and an authority.
    name: Option<(String, String)>,
}

/// Files by their paths, as an object store has them: a directory is what files lie below.
#[derive(Default)]
pub struct Memory(Mutex<State>);

impl Memory {
    /// One without files.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts a file at a path that begins with a slash.
    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.put_at(path, bytes, SystemTime::UNIX_EPOCH);
    }

    /// Puts a file that was written at a certain time.
    pub fn put_at(&self, path: &str, bytes: impl Into<Vec<u8>>, modified: SystemTime) {
        let file = (bytes.into(), modified);
        self.state().files.insert(path.to_owned(), file);
    }

    /// The paths of all files, in order.
    pub fn paths(&self) -> Vec<String> {
        self.state().files.keys().cloned().collect()
    }

    /// Has one name from now on, whatever leads to it.
    pub fn call(&self, scheme: &str, authority: &str) {
        self.state().name = Some((scheme.to_owned(), authority.to_owned()));
    }

    /// Fails every such request for a path from now on, with what `fault` makes of the location.
    pub fn fail(
        &self,
        request: Request,
        path: &str,
        fault: impl Fn(String) -> StorageError + Send + 'static,
    ) {
        let at = (request, path.to_owned());
        self.state().faults.insert(at, Box::new(fault));
    }

    /// Fails no more.
    pub fn heal(&self) {
        self.state().faults.clear();
    }

    /// How often something was asked.
    pub fn count(&self, request: Request) -> usize {
        let state = self.state();
        state.asked.iter().filter(|(r, _)| *r == request).count()
    }

    /// All that was asked so far, in order, with its path.
    pub fn asked(&self) -> Vec<(Request, String)> {
        self.state().asked.clone()
    }

    fn ask<'a, T: Send + 'a>(
        &self,
        request: Request,
        at: &Location,
        answer: impl FnOnce(&mut State) -> Result<T, StorageError>,
    ) -> Answer<'a, T> {
        let mut state = self.state();
        let place = (request, at.path().to_owned());
        state.asked.push(place.clone());
        let answer = match state.faults.get(&place) {
            Some(fault) => Err(fault(at.to_string())),
            None => answer(&mut state),
        };
        future::ready(answer).boxed()
    }
}

impl State {
    fn look(&self, at: &Location) -> Result<Entry, StorageError> {
        if let Some((bytes, modified)) = self.files.get(at.path()) {
            return Ok(Entry::File {
                size: bytes.len() as u64,
                modified: Some(*modified),
            });
        }
        let is_directory = self.below(at).next().is_some();
        let found = is_directory.then_some(Entry::Directory);
        found.ok_or_else(|| StorageError::missing(at))
    }

    /// The files below a directory, by the rest of their paths.
    fn below(&self, directory: &Location) -> impl Iterator<Item = (&str, &(Vec<u8>, SystemTime))> {
        let prefix = format!("{}/", directory.path().trim_end_matches('/'));
        let files = self.files.range(prefix.clone()..);
        files.map_while(move |(path, file)| Some((path.strip_prefix(&prefix)?, file)))
    }

    fn list(&self, directory: &Location) -> Result<Vec<Listed>, StorageError> {
        let mut found: Vec<Listed> = Vec::new();
        for (rest, (bytes, modified)) in self.below(directory) {
            let (name, entry) = match rest.split_once('/') {
                Some((name, _)) => (name, Entry::Directory),
                None => {
                    let size = bytes.len() as u64;
                    let modified = Some(*modified);
                    (rest, Entry::File { size, modified })
                }
            };
            if found.last().is_none_or(|last| last.name != name) {
                let name = name.to_owned();
                found.push(Listed { name, entry });
            }
        }
        if !found.is_empty() || directory.path() == "/" {
            return Ok(found);
        }
        Err(match self.look(directory) {
            Ok(_) => StorageError::NotADirectory {
                location: directory.to_string(),
            },
            Err(error) => error,
        })
    }

    fn file(&self, at: &Location) -> Result<&[u8], StorageError> {
        if let Some((bytes, _)) = self.files.get(at.path()) {
            return Ok(bytes);
        }
        self.look(at)?;
        Err(StorageError::NotAFile {
            location: at.to_string(),
            what: "a directory",
        })
    }
}

impl Store for Memory {
    fn renamed(&self, at: &Location) -> Location {
        match &self.state().name {
            Some((scheme, authority)) => at.in_storage(scheme, authority),
            None => at.clone(),
        }
    }

    fn look<'a>(&'a self, at: &'a Location) -> Answer<'a, Entry> {
        self.ask(Request::Look, at, |state| state.look(at))
    }

    fn list<'a>(&'a self, directory: &'a Location) -> Answer<'a, Vec<Listed>> {
        self.ask(Request::List, directory, |state| state.list(directory))
    }

    fn read<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Vec<u8>> {
        self.ask(Request::Read, file, |state| {
            let bytes = state.file(file)?;
            let size = bytes.len() as u64;
            if size > limit {
                return Err(StorageError::TooLarge {
                    location: file.to_string(),
                    size,
                    limit,
                });
            }
            Ok(bytes.to_vec())
        })
    }

    fn list_up_to<'a>(&'a self, directory: &'a Location, limit: usize) -> Answer<'a, Vec<Listed>> {
        self.ask(Request::List, directory, |state| {
            let found = state.list(directory)?;
            if found.len() > limit {
                return Err(StorageError::TooMany {
                    location: directory.to_string(),
                    limit,
                });
            }
            Ok(found)
        })
    }

    fn read_dated<'a>(&'a self, file: &'a Location, limit: u64) -> Answer<'a, Dated> {
        let modified = self.state().files.get(file.path()).map(|(_, time)| *time);
        let bytes = self.read(file, limit);
        bytes.map_ok(move |bytes| Dated { bytes, modified }).boxed()
    }

    fn read_range<'a>(&'a self, file: &'a Location, range: Range<u64>) -> Answer<'a, Vec<u8>> {
        self.ask(Request::ReadRange, file, |state| {
            let bytes = state.file(file)?;
            let index = |at: u64| usize::try_from(at).unwrap_or(usize::MAX).min(bytes.len());
            let part = bytes.get(index(range.start)..index(range.end));
            Ok(part.unwrap_or_default().to_vec())
        })
    }

    fn delete_file<'a>(&'a self, file: &'a Location) -> Answer<'a, ()> {
        self.ask(Request::DeleteFile, file, |state| {
            let deleted = state.files.remove(file.path());
            deleted.map(drop).ok_or_else(|| StorageError::missing(file))
        })
    }

    fn delete_directory<'a>(&'a self, directory: &'a Location) -> Answer<'a, ()> {
        self.ask(Request::DeleteDirectory, directory, |state| {
            match state.below(directory).next() {
                None => Ok(()),
                Some(_) => Err(StorageError::NotEmpty {
                    location: directory.to_string(),
                }),
            }
        })
    }
}
