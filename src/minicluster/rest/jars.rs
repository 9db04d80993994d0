//! `/jars`: programs where Flink takes jars.

use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::api::Api;
use super::exchange::{Reply, Request};
use super::job_details::shown_plan;
use super::multipart;
use super::plan::Plan;
use super::refusal::{Refusal, stack_trace};
use super::routes::Parameters;
use super::submission::{self, Submission};
use crate::domain::ids::JobId;
use crate::minicluster::dataflow::snapshot::uuid;
use crate::minicluster::program::{self, CompileOptions, ProgramSource};

/// Where uploads seem to lie: Flink's answers give a path, whose last step is the id.
const DIRECTORY: &str = "/minicluster/flink-web-upload";
/// What all uploads may hold together, in bytes.
const MAX_UPLOADS: usize = 64 << 20;

/// The uploaded programs. They live as long as the process.
#[derive(Default)]
pub(super) struct Jars {
    uploads: Mutex<Vec<Upload>>,
}

/// An uploaded program.
#[derive(Debug, Clone)]
pub(super) struct Upload {
    id: String,
    /// The file's name on the client's side.
    pub(super) name: String,
    uploaded_ms: i64,
    pub(super) content: Vec<u8>,
}

impl Jars {
    fn with<T>(&self, look: impl FnOnce(&mut Vec<Upload>) -> T) -> T {
        look(&mut self.uploads.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, id: &str) -> Option<Upload> {
        self.with(|uploads| uploads.iter().find(|upload| upload.id == id).cloned())
    }

    /// Keeps an upload, if there is room for it.
    fn keep(&self, upload: Upload) -> bool {
        self.with(|uploads| {
            let kept: usize = uploads.iter().map(|upload| upload.content.len()).sum();
            let fits = kept + upload.content.len() <= MAX_UPLOADS;
            if fits {
                uploads.push(upload);
            }
            fits
        })
    }
}

#[derive(Serialize)]
struct Uploaded {
    filename: String,
    status: &'static str,
}

pub(super) fn upload(
    api: &Api,
    request: &Request,
    _parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let mut files = Vec::new();
    for part in multipart::parts(request) {
        match part.file_name {
            Some(name) if name.is_empty() => {
                return Err(Refusal::plain(500, "File upload failed."));
            }
            Some(name) => files.push((name, part.content)),
            None => {
                let text = format!("Received unknown attribute {}.", part.name);
                return Err(Refusal::plain(400, text));
            }
        }
    }
    let count = files.len();
    let Ok([(name, content)]) = <[_; 1]>::try_from(files) else {
        let text = format!("Exactly 1 file must be sent, received {count}.");
        return Err(Refusal::handler(400, &text));
    };
    if !name.ends_with(".toml") {
        return Err(Refusal::handler(
            400,
            "Only programs in TOML files (.toml) are allowed: this is the minicluster of savepointctl, which runs no jars.",
        ));
    }
    let id = format!("{}_{name}", uuid(&*api.cluster.settings().randomness));
    let upload = Upload {
        id: id.clone(),
        name,
        uploaded_ms: api.now(),
        content,
    };
    if !api.jars.keep(upload) {
        let text = "File upload failed: the uploaded programs hold too much already; delete some.";
        return Err(Refusal::plain(500, text));
    }
    Ok(Reply::ok(&Uploaded {
        filename: format!("{DIRECTORY}/{id}"),
        status: "success",
    }))
}

#[derive(Serialize)]
struct List {
    address: String,
    files: Vec<File>,
}

#[derive(Serialize)]
struct File {
    id: String,
    name: String,
    uploaded: i64,
    entry: Vec<EntryPoint>,
}

/// Where Flink names the main class: the job that the program describes.
#[derive(Serialize)]
struct EntryPoint {
    name: String,
    description: Option<String>,
}

pub(super) fn list(
    api: &Api,
    request: &Request,
    _parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let file = |upload: Upload| {
        let graph = program::compile(source(api, &upload), &defaults(api));
        File {
            entry: graph
                .into_iter()
                .map(|graph| EntryPoint {
                    name: graph.name,
                    description: None,
                })
                .collect(),
            id: upload.id,
            name: upload.name,
            uploaded: upload.uploaded_ms,
        }
    };
    let uploads = api.jars.with(|uploads| uploads.clone());
    Ok(Reply::ok(&List {
        address: request
            .host
            .as_ref()
            .map_or_else(|| api.url(), |host| format!("http://{host}")),
        files: uploads.into_iter().rev().map(file).collect(),
    }))
}

/// The text of an upload, for the compiler.
pub(super) fn source<'a>(api: &'a Api, upload: &'a Upload) -> ProgramSource<'a> {
    ProgramSource {
        file: &upload.name,
        directory: &api.programs.directory,
        content: &upload.content,
    }
}

/// How programs are compiled where nothing is said of it.
pub(super) fn defaults(api: &Api) -> CompileOptions {
    CompileOptions {
        parallelism: api.programs.parallelism,
        max_parallelism: api.programs.max_parallelism,
        chaining: api.programs.chaining,
        strict_chains: api.programs.strict_chains,
    }
}

#[derive(Serialize)]
struct Empty {}

pub(super) fn delete(
    api: &Api,
    _request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let id = parameters.text("jarid");
    let found = api.jars.with(|uploads| {
        let at = uploads.iter().position(|upload| upload.id == id)?;
        Some(uploads.remove(at))
    });
    match found {
        Some(_) => Ok(Reply::ok(&Empty {})),
        None => Err(Refusal::handler(
            400,
            &format!("File {id} does not exist in {DIRECTORY}."),
        )),
    }
}

/// The upload that a path names.
fn named(api: &Api, parameters: &Parameters<'_>) -> Result<Upload, Refusal> {
    let id = parameters.text("jarid");
    api.jars.find(id).ok_or_else(|| {
        let missing = format!("Jar file {DIRECTORY}/{id} does not exist");
        let class = "org.apache.flink.runtime.rest.handler.RestHandlerException";
        let wrapped = format!("{class}: {missing}");
        Refusal::internal(&stack_trace(&[
            ("java.util.concurrent.CompletionException", &wrapped),
            (class, &missing),
        ]))
    })
}

pub(super) fn plan(
    api: &Api,
    request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let submission = Submission::read(request, "JarPlanRequestBody")?;
    let upload = named(api, parameters)?;
    let graph = submission.graph(api, &upload)?;
    let job = submission
        .job_id
        .unwrap_or_else(|| JobId::from_bytes(api.random()));
    Ok(shown_plan(Plan::new(job, &graph)))
}

#[derive(Serialize)]
struct Run {
    jobid: String,
    #[serde(rename = "applicationId")]
    application_id: String,
}

pub(super) fn run(
    api: &Api,
    request: &Request,
    parameters: &Parameters<'_>,
) -> Result<Reply, Refusal> {
    let submission = Submission::read(request, "JarRunRequestBody")?;
    let upload = named(api, parameters)?;
    let graph = submission.graph(api, &upload)?;
    let job = submission
        .job_id
        .unwrap_or_else(|| JobId::from_bytes(api.random()));
    let name = graph.name.clone();
    let submitted = api.cluster.submit(job, graph, submission.restore);
    submitted.map_err(|error| submission::refused(&name, error))?;
    Ok(Reply::ok(&Run {
        jobid: job.to_string(),
        application_id: job.to_string(),
    }))
}
