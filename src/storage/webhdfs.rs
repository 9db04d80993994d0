//! Hadoop's file system over HTTP: WebHDFS, as NameNodes and HttpFS speak it.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use reqwest::header::LOCATION;
use reqwest::{Method, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::fault::{Fault, repeated};
use super::hadoop::{Hadoop, Protocol, time, too_large, too_many};
use super::{Entry, Listed, Location, StorageError, Store, http};
use crate::domain::access::{Patience, WebHdfs};

/// The most that is read of one answer other than a file, in bytes.
const MAX_ANSWER: usize = 256 << 20;

/// One cluster.
struct Cluster {
    http: reqwest::Client,
    access: WebHdfs,
    /// Which NameNode answered last.
    active: AtomicUsize,
    patience: Patience,
}

/// Opens a cluster. Nothing is sent.
pub fn open(
    at: &Location,
    access: &WebHdfs,
    patience: Patience,
) -> Result<Arc<dyn Store>, StorageError> {
    let first = access.endpoints.first();
    let http = first.map_or(Err("no NameNode is named".to_owned()), |first| {
        http::client(patience, first)
    });
    let http = http.map_err(|problem| StorageError::Setting {
        location: at.to_string(),
        problem,
    })?;
    Ok(Arc::new(Hadoop(Cluster {
        http,
        access: access.clone(),
        active: AtomicUsize::new(0),
        patience,
    })))
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FileStatusAnswer {
    file_status: FileStatus,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListingAnswer {
    directory_listing: Listing,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    partial_listing: PartialListing,
    remaining_entries: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PartialListing {
    file_statuses: FileStatuses,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListStatusAnswer {
    file_statuses: FileStatuses,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FileStatuses {
    file_status: Vec<FileStatus>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileStatus {
    path_suffix: String,
    #[serde(rename = "type")]
    kind: String,
    length: u64,
    modification_time: u64,
}

impl FileStatus {
    fn entry(&self) -> Entry {
        match self.kind.as_str() {
            "DIRECTORY" => Entry::Directory,
            "FILE" => Entry::File {
                size: self.length,
                modified: time(self.modification_time),
            },
            _ => Entry::Other("a link"),
        }
    }
}

#[derive(Deserialize)]
struct Deleted {
    boolean: bool,
}

/// What is asked: a method and the parameters of the URL.
#[derive(Clone, Copy)]
struct Question<'a> {
    method: &'a Method,
    parameters: &'a [(&'a str, &'a str)],
}

impl Cluster {
    fn endpoint(&self) -> &str {
        let active = self.active.load(Ordering::Relaxed);
        self.access.endpoints.get(active).map_or("", String::as_str)
    }

    fn url(&self, endpoint: &str, at: &Location, question: Question<'_>) -> Result<Url, Fault> {
        let wrong = || Fault::Broken(format!("{} is no URL", http::shown(endpoint)));
        let mut url = Url::parse(endpoint).map_err(|_| wrong())?;
        let before = url.path().trim_end_matches('/');
        url.set_path(&format!("{before}/webhdfs/v1{}", http::encoded(at.path())));
        let mut query = url.query_pairs_mut();
        query.extend_pairs(question.parameters);
        if let Some(token) = &self.access.token {
            query.append_pair("delegation", token.expose());
        } else if let Some(user) = &self.access.user {
            query.append_pair("user.name", user);
        }
        drop(query);
        Ok(url)
    }

    /// Asks the NameNodes until one of them is active.
    async fn ask(&self, at: &Location, question: Question<'_>) -> Result<Response, Fault> {
        let count = self.access.endpoints.len();
        let first = self.active.load(Ordering::Relaxed);
        let mut last = Fault::Unreachable("no NameNode is named".to_owned());
        for turn in 0..count {
            let index = (first + turn) % count;
            let Some(endpoint) = self.access.endpoints.get(index) else {
                break;
            };
            match self.ask_one(endpoint, at, question).await {
                Err(fault) if count > 1 && is_passive(&fault) => last = fault,
                answer => {
                    self.active.store(index, Ordering::Relaxed);
                    return answer;
                }
            }
        }
        Err(last)
    }

    async fn ask_one(
        &self,
        endpoint: &str,
        at: &Location,
        question: Question<'_>,
    ) -> Result<Response, Fault> {
        let url = self.url(endpoint, at, question)?;
        let answer = self.send(question.method.clone(), url).await?;
        if answer.status().as_u16() != 307 {
            return Ok(answer);
        }
        // the DataNode that has the bytes
        let to = answer.headers().get(LOCATION);
        let to = to.and_then(|to| to.to_str().ok()).unwrap_or_default();
        let to = Url::parse(to).ok().filter(|url| {
            let host = url.host_str().unwrap_or_default();
            matches!(url.scheme(), "http" | "https") && !http::is_metadata_service(host)
        });
        let to = to.ok_or_else(|| Fault::Broken("it redirects to no DataNode".to_owned()))?;
        self.send(question.method.clone(), to).await
    }

    async fn send(&self, method: Method, url: Url) -> Result<Response, Fault> {
        let sent = self.http.request(method, url).send();
        let answer = tokio::time::timeout(self.patience.request, sent).await;
        let answer = answer.map_err(|_| Fault::Timeout)?;
        let answer = answer.map_err(|error| http::unanswered(&error))?;
        let status = answer.status();
        if status.is_success() || status.as_u16() == 307 {
            return Ok(answer);
        }
        let headers = answer.headers().clone();
        let body = answer.bytes().await.unwrap_or_default();
        Err(refusal(status.as_u16(), &headers, &body))
    }

    async fn json<T: DeserializeOwned>(
        &self,
        at: &Location,
        question: Question<'_>,
    ) -> Result<T, StorageError> {
        let answer = repeated(|| async {
            let mut pieces = self.ask(at, question).await?.bytes_stream();
            let mut body = Vec::new();
            while let Some(piece) = pieces.next().await {
                body.extend_from_slice(&piece.map_err(|error| http::unanswered(&error))?);
                if body.len() > MAX_ANSWER {
                    return Err(Fault::Broken(format!("more than {MAX_ANSWER} bytes came")));
                }
            }
            serde_json::from_slice(&body)
                .map_err(|error| Fault::Broken(format!("it is not WebHDFS: {error}")))
        });
        answer.await.map_err(|fault| fault.at(at, self.endpoint()))
    }

    async fn list_at_once(&self, directory: &Location) -> Result<Vec<Listed>, StorageError> {
        let question = Question {
            method: &Method::GET,
            parameters: &[("op", "LISTSTATUS")],
        };
        let answer: ListStatusAnswer = self.json(directory, question).await?;
        let statuses = answer.file_statuses.file_status;
        Ok(statuses.into_iter().map(listed).collect())
    }

    async fn open(
        &self,
        file: &Location,
        question: Question<'_>,
        wanted: u64,
    ) -> Result<Vec<u8>, Fault> {
        let mut bytes = Vec::with_capacity(usize::try_from(wanted).unwrap_or_default());
        let mut pieces = self.ask(file, question).await?.bytes_stream();
        while let Some(piece) = pieces.next().await {
            let piece = piece.map_err(|error| http::unanswered(&error))?;
            bytes.extend_from_slice(&piece);
            if bytes.len() as u64 > wanted {
                break;
            }
        }
        match bytes.len() as u64 {
            came if came == wanted => Ok(bytes),
            came => Err(Fault::Passing(format!(
                "{came} bytes came instead of {wanted}"
            ))),
        }
    }
}

impl Protocol for Cluster {
    fn name(&self) -> Option<&str> {
        self.access.name.as_deref()
    }

    async fn status(&self, at: &Location) -> Result<Entry, StorageError> {
        let question = Question {
            method: &Method::GET,
            parameters: &[("op", "GETFILESTATUS")],
        };
        let answer: FileStatusAnswer = self.json(at, question).await?;
        Ok(answer.file_status.entry())
    }

    async fn entries(
        &self,
        directory: &Location,
        limit: usize,
    ) -> Result<Vec<Listed>, StorageError> {
        let mut found: Vec<Listed> = Vec::new();
        loop {
            let after = found.last().map_or("", |last| last.name.as_str());
            let parameters = [("op", "LISTSTATUS_BATCH"), ("startAfter", after)];
            let question = Question {
                method: &Method::GET,
                // an empty name would be one that is not there
                parameters: &parameters[..if after.is_empty() { 1 } else { 2 }],
            };
            let page = self.json::<ListingAnswer>(directory, question).await;
            let listing = match page {
                Ok(page) => page.directory_listing,
                // before Hadoop 2.9
                Err(StorageError::Broken { why, .. })
                    if found.is_empty() && why.contains("LISTSTATUS_BATCH") =>
                {
                    return self.list_at_once(directory).await;
                }
                Err(error) => return Err(error),
            };
            let statuses = listing.partial_listing.file_statuses.file_status;
            let is_last = listing.remaining_entries == 0 || statuses.is_empty();
            found.extend(statuses.into_iter().map(listed));
            if found.len() > limit {
                return Err(too_many(directory, limit));
            }
            if is_last {
                return Ok(found);
            }
        }
    }

    async fn bytes(
        &self,
        file: &Location,
        size: u64,
        range: Range<u64>,
        limit: u64,
    ) -> Result<Vec<u8>, StorageError> {
        if size > limit {
            return Err(too_large(file, size, limit));
        }
        let wanted = range.end.min(size).saturating_sub(range.start);
        if wanted == 0 {
            return Ok(Vec::new());
        }
        // freed at once: whether there is as much is what counts
        Vec::<u8>::new()
            .try_reserve_exact(usize::try_from(wanted).unwrap_or(usize::MAX))
            .map_err(|_| StorageError::NoMemory {
                location: file.to_string(),
                size: wanted,
            })?;
        let (offset, length) = (range.start.to_string(), wanted.to_string());
        let question = Question {
            method: &Method::GET,
            parameters: &[("op", "OPEN"), ("offset", &offset), ("length", &length)],
        };
        let read = repeated(|| self.open(file, question, wanted));
        read.await.map_err(|fault| fault.at(file, self.endpoint()))
    }

    async fn delete(&self, at: &Location) -> Result<bool, StorageError> {
        let question = Question {
            method: &Method::DELETE,
            parameters: &[("op", "DELETE"), ("recursive", "false")],
        };
        let deleted: Deleted = self.json(at, question).await?;
        Ok(deleted.boolean)
    }
}

fn listed(status: FileStatus) -> Listed {
    let entry = status.entry();
    Listed {
        name: status.path_suffix,
        entry,
    }
}

/// What a refusal says. A NameNode that is not active calls that forbidden.
fn refusal(status: u16, headers: &reqwest::header::HeaderMap, body: &[u8]) -> Fault {
    let text = String::from_utf8_lossy(body);
    let fault = http::refusal(status, headers, body);
    if text.contains("StandbyException") {
        return Fault::Unreachable("the NameNode is not active".to_owned());
    }
    if text.contains("RetriableException") || text.contains("SafeModeException") {
        let why = fault.to_string();
        return Fault::Throttled { why, pause: None };
    }
    fault
}

/// Whether another NameNode may do better.
fn is_passive(fault: &Fault) -> bool {
    matches!(fault, Fault::Unreachable(_) | Fault::Timeout)
}
