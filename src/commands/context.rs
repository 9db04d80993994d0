//! What a command is given: its printer, the way to its cluster, and the list of what is pending.

use std::cell::{Cell, OnceCell, RefCell};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use base64::prelude::{BASE64_STANDARD, Engine};
use clap::ValueEnum;
use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};

use super::heap::{self, Heap};
use crate::cli::connect::ConnectArgs;
use crate::cli::storage::StorageArgs;
#[cfg(feature = "minicluster")]
use crate::config::FlinkConfig;
use crate::config::{
    self, ConfigError, Credentials, Endpoint, Environment, Resolved, StorageSettings,
};
use crate::domain::flink_version::FlinkVersion;
use crate::domain::ids::{JobId, TriggerId};
use crate::domain::operation::Verb;
use crate::error::Failure;
use crate::exit::Exit;
use crate::output::Printer;
use crate::rest::tls::Tls;
use crate::rest::{Client, Options, Timing};
use crate::storage::{Storage, StorageError};

/// An operation that is, or may be, under way in the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// What it does.
    pub verb: Verb,
    /// To which job.
    pub job: JobId,
    /// The job's name, where it is known.
    pub job_name: Option<String>,
    /// The id to ask for it.
    pub id: TriggerId,
    /// When it began at the earliest, on the server's clock.
    pub since: Option<Timestamp>,
}

impl Pending {
    /// The job as a user knows it.
    pub fn job(&self) -> String {
        match &self.job_name {
            Some(name) => format!("job {} ({name})", self.job),
            None => format!("job {}", self.job),
        }
    }
}

/// How long an interrupted command may take to clear up behind itself.
const CLEARING_UP: Duration = Duration::from_secs(3);

/// Something that goes on in the cluster without us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ongoing {
    /// A sentence without its end: what goes on.
    pub what: String,
    /// The command that waits for it.
    pub resume: String,
    /// What that command is for, before its words: to go on waiting, as long as there is one that does.
    pub how: &'static str,
}

impl Ongoing {
    /// Of what a command can go on waiting for.
    pub const RESUME: &'static str = "resume with";
}

/// What a context is made of.
pub struct ContextParts {
    /// Where output goes.
    pub printer: Printer,
    /// The flags that say how to reach the cluster.
    pub connect: ConnectArgs,
    /// Those that say how to reach storages.
    pub storage_args: StorageArgs,
    /// What the process was started with.
    pub environment: Environment,
}

/// What every command is given.
pub struct Context {
    /// Where output goes.
    pub printer: Printer,
    connect: ConnectArgs,
    storage_args: StorageArgs,
    environment: Environment,
    /// The endpoint in force, once a client was asked for; without credentials.
    endpoint: OnceCell<String>,
    ongoing: RefCell<Vec<Ongoing>>,
    /// A snapshot that is being deleted, and the command that deletes the rest of it.
    deletion: RefCell<Option<Ongoing>>,
    /// A jar that was uploaded and that nothing runs yet.
    upload: RefCell<Option<String>>,
    storage: Storage,
    /// Whether a command to be typed in this shell names the endpoint, though no flag did.
    names_endpoint: bool,
    /// Whether the settings' warnings have been said.
    has_warned: Cell<bool>,
}

impl Context {
    /// Whether a flag names the cluster to speak to.
    #[cfg(feature = "minicluster")]
    pub fn is_told_a_cluster(&self) -> bool {
        self.connect.jobmanager.is_some()
    }

    /// A context over the process's environment.
    pub fn new(
        printer: Printer,
        connect: ConnectArgs,
        storage_args: StorageArgs,
    ) -> Result<Self, Failure> {
        let environment = Environment::of_process().map_err(|err| {
            Failure::new(
                Exit::Usage,
                format!("cannot tell the current directory: {err}"),
            )
        })?;
        Ok(Self::over(ContextParts {
            printer,
            connect,
            storage_args,
            environment,
        }))
    }

    /// A context of these parts.
    pub fn over(parts: ContextParts) -> Self {
        let ContextParts {
            printer,
            connect,
            storage_args,
            environment,
        } = parts;
        Self {
            printer,
            storage: storage(printer, &connect, &storage_args, &environment),
            connect,
            storage_args,
            environment,
            endpoint: OnceCell::new(),
            ongoing: RefCell::new(Vec::new()),
            deletion: RefCell::new(None),
            upload: RefCell::new(None),
            has_warned: Cell::new(false),
            names_endpoint: false,
        }
    }

    /// The same, whose commands to be typed in this shell name the endpoint: it was not found by this tool's own rules.
    #[must_use]
    pub fn naming_endpoint(mut self) -> Self {
        self.names_endpoint = true;
        self
    }

    /// What it was made of.
    pub fn into_parts(self) -> ContextParts {
        ContextParts {
            printer: self.printer,
            connect: self.connect,
            storage_args: self.storage_args,
            environment: self.environment,
        }
    }

    /// Every storage that a location may name.
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// What says how to reach storages.
    pub fn storage_settings(&self) -> Result<StorageSettings, Failure> {
        let (connect, storage) = (&self.connect, &self.storage_args);
        let gathered = StorageSettings::gather(connect, storage, &self.environment);
        Ok(gathered?.0)
    }

    /// Every setting in force.
    pub fn settings(&self) -> Result<Resolved, Failure> {
        if self.has_warned.replace(true) {
            return Ok(config::resolve(&self.connect, &self.environment)?);
        }
        settings(self.printer, &self.connect, &self.environment)
    }

    /// Flink's keys in force, for a cluster of our own, with what the user should know about them.
    #[cfg(feature = "minicluster")]
    pub fn flink(&self) -> Result<(FlinkConfig, Vec<String>), Failure> {
        Ok(config::flink(&self.connect, &self.environment)?)
    }

    /// What the process was started with.
    #[cfg(feature = "minicluster")]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// The settings that `-D` gives, as (key, value), less those that say how to reach the cluster.
    pub fn job_settings(&self) -> Result<Vec<(String, String)>, Failure> {
        const CONNECTION: &[&str] = &[
            "rest.",
            "security.ssl.",
            "high-availability",
            "jobmanager.rpc.",
            "client.",
        ];
        let definitions = config::definitions(&self.connect)?;
        let connection = |key: &String| CONNECTION.iter().any(|prefix| key.starts_with(prefix));
        Ok(definitions
            .into_iter()
            .filter(|(key, _)| !connection(key))
            .collect())
    }

    /// Connects to the cluster that the settings name.
    pub async fn client(&self) -> Result<Client, Failure> {
        let settings = self.settings()?;
        if let Some(endpoint) = &settings.endpoint {
            self.endpoint.get_or_init(|| endpoint.to_string());
        }
        let client = connect_with(self.printer, &settings).await?;
        let version = client.version();
        let ((_, _), (major, minor)) = FlinkVersion::KNOWN;
        if version.is_newer_than_known() {
            self.printer.note(format!(
                "Flink {version} is newer than {major}.{minor}, the newest one known here"
            ));
        } else if version.is_older_than_known() {
            self.printer.note(format!(
                "Flink {version} is older than 1.13, the oldest one this tool is made for"
            ));
        }
        Ok(client)
    }

    /// Remembers an operation, so that an interruption can say what goes on.
    pub fn begin(&self, pending: &Pending) {
        self.begin_other(self.ongoing(pending));
    }

    /// Forgets an operation whose end is known.
    pub fn end(&self, pending: &Pending) {
        self.end_other(&self.ongoing(pending));
    }

    /// Remembers anything that goes on in the cluster without us.
    pub fn begin_other(&self, ongoing: Ongoing) {
        self.ongoing.borrow_mut().push(ongoing);
    }

    /// Forgets it.
    pub fn end_other(&self, ongoing: &Ongoing) {
        self.ongoing.borrow_mut().retain(|other| other != ongoing);
    }

    fn ongoing(&self, pending: &Pending) -> Ongoing {
        Ongoing {
            what: format!("{} of {} goes on", pending.verb.noun(), pending.job()),
            resume: self.resume_command(pending),
            how: Ongoing::RESUME,
        }
    }

    /// Remembers that a snapshot is being deleted, so that an interruption can say what is left of it.
    pub fn begin_deletion(&self, location: &str, resume: &str) {
        *self.deletion.borrow_mut() = Some(Ongoing {
            what: format!("{location} is partly deleted, and no snapshot any more"),
            resume: resume.to_owned(),
            how: "delete the rest with",
        });
    }

    /// Forgets it.
    pub fn end_deletion(&self) {
        self.deletion.borrow_mut().take();
    }

    /// Remembers an uploaded jar that nothing runs yet, so that an interruption can take it away.
    pub fn begin_upload(&self, jar: &str) {
        *self.upload.borrow_mut() = Some(jar.to_owned());
    }

    /// Forgets it: from now on whoever uploaded it takes care of it.
    pub fn end_upload(&self) {
        self.upload.borrow_mut().take();
    }

    /// Deletes a jar that was uploaded for one use.
    pub async fn delete_jar(&self, client: &Client, jar: &str) {
        if let Err(error) = client.delete_jar(jar).await {
            self.printer
                .warning(format!("the uploaded jar {jar} was not deleted: {error}"));
        }
    }

    /// Takes away what an interrupted command leaves in the cluster, as far as that is quickly done.
    pub async fn clear_up(&self) {
        let Some(jar) = self.upload.borrow_mut().take() else {
            return;
        };
        let deleted = tokio::time::timeout(CLEARING_UP, async {
            self.client().await.ok()?.delete_jar(&jar).await.ok()
        });
        if !matches!(deleted.await, Ok(Some(()))) {
            self.printer
                .warning(format!("the uploaded jar {jar} was not deleted"));
        }
    }

    /// The failure of a user's interruption.
    pub fn interrupted(&self) -> Failure {
        if let Some(deletion) = self.deletion.borrow().as_ref() {
            let what = format!("interrupted: {}", deletion.what);
            return Failure::new(Exit::Interrupted, what)
                .hint(format!("{} `{}`", deletion.how, deletion.resume));
        }
        let ongoing = self.ongoing.borrow();
        let what = match ongoing.as_slice() {
            [] => "interrupted".to_owned(),
            [one] => format!("interrupted: {} in the cluster", one.what),
            several => format!(
                "interrupted: {} operations go on in the cluster",
                several.len()
            ),
        };
        let hints = ongoing
            .iter()
            .map(|one| format!("{} `{}`", one.how, one.resume));
        Failure {
            hints: hints.collect(),
            ..Failure::new(Exit::Interrupted, what)
        }
    }

    /// The command that waits for a pending operation, from this shell.
    pub fn resume_command(&self, pending: &Pending) -> String {
        let mut words = vec![
            pending.job.to_string(),
            pending.id.to_string(),
            "--verb".to_owned(),
        ];
        words.push(pending.verb.to_string());
        if let Some(since) = pending.since {
            words.extend(["--since".to_owned(), since.to_string()]);
        }
        self.wait_command(words)
    }

    /// A `wait` with these words, to be typed in this shell.
    pub fn wait_command(&self, words: impl IntoIterator<Item = String>) -> String {
        self.command("wait", words)
    }

    /// A command with these words, to be typed in this shell.
    pub fn command(&self, verb: &str, words: impl IntoIterator<Item = String>) -> String {
        let mut line = vec!["savepointctl".to_owned()];
        line.extend(self.typed_flags());
        line.push(verb.to_owned());
        line.extend(words);
        let line: Vec<String> = line.iter().map(|word| quoted(word)).collect();
        line.join(" ")
    }

    /// The connection flags as they were typed, less those that may hold a secret.
    fn typed_flags(&self) -> Vec<String> {
        let typed = &self.connect;
        let mut flags = Vec::new();
        // a definition may hold a secret; what it says of the endpoint does not
        let names_endpoint =
            self.names_endpoint || typed.jobmanager.is_some() || !typed.definitions.is_empty();
        if let (true, Some(endpoint)) = (names_endpoint, self.endpoint.get()) {
            flags.extend(["-m".to_owned(), endpoint.clone()]);
        }
        let files = [
            ("--bearer-token-file", &typed.bearer_token_file),
            ("--basic-auth-file", &typed.basic_auth_file),
            ("--cacert", &typed.cacert),
            ("--cert", &typed.cert),
            ("--key", &typed.key),
        ];
        for (flag, file) in files {
            if let Some(file) = file {
                flags.extend([flag.to_owned(), file.display().to_string()]);
            }
        }
        if let Some(name) = &typed.tls_server_name {
            flags.extend(["--tls-server-name".to_owned(), name.clone()]);
        }
        if typed.insecure {
            flags.push("--insecure".to_owned());
        }
        let credentials = self.storage_args.storage_credentials;
        if let Some(which) = credentials.and_then(|which| which.to_possible_value()) {
            flags.extend([
                "--storage-credentials".to_owned(),
                which.get_name().to_owned(),
            ]);
        }
        flags
    }
}

fn settings(
    printer: Printer,
    connect: &ConnectArgs,
    environment: &Environment,
) -> Result<Resolved, Failure> {
    let resolved = config::resolve(connect, environment)?;
    for warning in &resolved.warnings {
        printer.warning(warning);
    }
    Ok(resolved)
}

/// Every storage that a location may name, the heap of the cluster in force among them.
///
/// Settings are looked for once a storage is needed that is not on this machine: nothing that is wrong with them is in
/// the way of a local file.
fn storage(
    printer: Printer,
    connect: &ConnectArgs,
    storage: &StorageArgs,
    environment: &Environment,
) -> Storage {
    let heap = Heap::new(printer, connect.clone(), environment.clone());
    let (connect, storage) = (connect.clone(), storage.clone());
    let environment = environment.clone();
    let settings = OnceLock::new();
    let reaching = Storage::reaching(move |at| {
        let wrong = |error: &ConfigError| StorageError::Setting {
            location: at.to_string(),
            problem: error.to_string(),
        };
        let gather = || StorageSettings::gather(&connect, &storage, &environment);
        let settings: &Result<_, ConfigError> = settings.get_or_init(gather);
        let (settings, _) = settings.as_ref().map_err(wrong)?;
        let access = settings.access(at.scheme(), at.authority());
        let access = access.map_err(|error| wrong(&error))?;
        access.ok_or_else(|| StorageError::unknown(at))
    });
    reaching.with(heap::SCHEME, heap::AUTHORITY, Arc::new(heap))
}

/// Connects to the cluster that flags and environment name.
pub(super) async fn connect(
    printer: Printer,
    connect: &ConnectArgs,
    environment: &Environment,
) -> Result<Client, Failure> {
    connect_with(printer, &settings(printer, connect, environment)?).await
}

async fn connect_with(printer: Printer, settings: &Resolved) -> Result<Client, Failure> {
    let Some(endpoint) = &settings.endpoint else {
        return Err(no_endpoint());
    };
    let options = options(settings, endpoint)?;
    Ok(Client::connect(options, Box::new(printer)).await?)
}

/// Puts a word into quotes where a shell would not take it as one word.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@%+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

pub(super) fn no_endpoint() -> Failure {
    Failure::new(Exit::Usage, "no cluster is named")
        .hint("name its REST address with -m HOST:PORT or -m URL")
        .hint("or set SAVEPOINTCTL_JOBMANAGER, or -D rest.address=HOST")
        .hint("or let FLINK_CONF_DIR or FLINK_HOME point at Flink's configuration, or run where ./conf holds it")
        .hint("or, to see it all work without a cluster, run `savepointctl demo`")
}

/// The client's options from the settings.
fn options(settings: &Resolved, endpoint: &Endpoint) -> Result<Options, Failure> {
    let mut headers = HeaderMap::new();
    for header in &settings.headers {
        let name = HeaderName::from_bytes(header.name.as_bytes());
        let value = HeaderValue::from_str(header.value.expose());
        let (Ok(name), Ok(mut value)) = (name, value) else {
            let what = format!(
                "the header '{}' ({}) cannot be sent: a header is NAME: VALUE, in one line",
                header.name, header.source
            );
            return Err(Failure::new(Exit::Usage, what));
        };
        value.set_sensitive(true);
        headers.append(name, value);
    }
    if let Some(credentials) = &settings.credentials {
        headers.insert(AUTHORIZATION, authorization(credentials)?);
    }
    let tls = endpoint.is_tls().then(|| Tls {
        roots: settings.tls.roots.clone(),
        identity: settings
            .tls
            .identity
            .as_ref()
            .map(|id| (id.chain.clone(), id.key.expose().clone())),
        server_name: settings.tls.server_name.clone(),
        fingerprint_sha1: settings.tls.fingerprint_sha1,
        insecure: settings.tls.insecure,
    });
    Ok(Options {
        endpoint: endpoint.to_string(),
        headers,
        tls,
        use_proxy: !endpoint.is_loopback(),
        timing: Timing {
            connect: settings.timeouts.connect,
            request: settings.timeouts.request,
            reconnect: settings.timeouts.reconnect,
        },
    })
}

fn authorization(credentials: &Credentials) -> Result<HeaderValue, Failure> {
    let text = match credentials {
        Credentials::Basic { user, password } => {
            format!(
                "Basic {}",
                BASE64_STANDARD.encode(format!("{user}:{}", password.expose()))
            )
        }
        Credentials::Bearer(token) => format!("Bearer {}", token.expose()),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| {
        Failure::new(
            Exit::Usage,
            "the credentials hold characters that a header cannot carry",
        )
    })?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_needs_it() {
        let words = ["-m", "http://a:1/x", "my job", "it's", ""].map(quoted);
        assert_eq!(
            words,
            ["-m", "http://a:1/x", "'my job'", r"'it'\''s'", "''"]
        );
    }
}
