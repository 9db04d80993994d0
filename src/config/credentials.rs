//! What is sent to prove who we are, and the headers sent besides.

use std::path::Path;

use crate::cli::connect::ConnectArgs;
use crate::config::endpoint::UserInfo;
use crate::config::env::Environment;
use crate::config::error::ConfigError;
use crate::config::source::Source;
use crate::domain::secret::Secret;

/// No token or password is longer.
const LIMIT: u64 = 64 << 10;

/// What goes into the `Authorization` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// User and password.
    Basic {
        /// Not secret, and without a colon.
        user: String,
        /// May be empty.
        password: Secret<String>,
    },
    /// A token, visible ASCII.
    Bearer(Secret<String>),
}

/// A header for every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// A valid header name, as typed.
    pub name: String,
    /// Visible ASCII, spaces and tabs; may be a secret.
    pub value: Secret<String>,
    /// Where it was given.
    pub source: Source,
}

/// The proxies that the environment names, none if the endpoint is on this machine. Their URLs may hold passwords.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies {
    /// For `http` endpoints.
    pub http: Option<(Secret<String>, Source)>,
    /// For `https` endpoints.
    pub https: Option<(Secret<String>, Source)>,
    /// Hosts to reach without a proxy, as the variable lists them.
    pub no_proxy: Option<(String, Source)>,
}

impl Proxies {
    pub(super) fn of(env: &Environment) -> Result<Self, ConfigError> {
        let first = |names: [&'static str; 2]| -> Result<Option<(&str, Source)>, ConfigError> {
            for name in names {
                if let Some(value) = env.text(name)? {
                    return Ok(Some((value, Source::Environment(name))));
                }
            }
            Ok(None)
        };
        let hidden = |(value, source): (&str, Source)| (Secret::new(value.to_owned()), source);
        Ok(Self {
            http: first(["HTTP_PROXY", "http_proxy"])?.map(hidden),
            https: first(["HTTPS_PROXY", "https_proxy"])?.map(hidden),
            no_proxy: first(["NO_PROXY", "no_proxy"])?
                .map(|(value, source)| (value.to_owned(), source)),
        })
    }
}

/// The credentials in force: those of flags and of the address on the command line, else those of the environment.
///
/// Two of one kind of place are an error rather than a guess.
pub(super) fn credentials(
    args: &ConnectArgs,
    env: &Environment,
    in_address: Option<(UserInfo, Source)>,
) -> Result<Option<(Credentials, Source)>, ConfigError> {
    let mut flags = Vec::new();
    let mut variables = Vec::new();
    if let Some((UserInfo { user, password }, source)) = in_address {
        let found = (Credentials::Basic { user, password }, source);
        match found.1 {
            Source::Flag(_) => flags.push(found),
            _ => variables.push(found),
        }
    }
    if let Some(path) = &args.bearer_token_file {
        let source = Source::Flag("--bearer-token-file");
        flags.push((bearer(&read(env, path, &source)?, &source)?, source));
    }
    if let Some(path) = &args.basic_auth_file {
        let source = Source::Flag("--basic-auth-file");
        flags.push((basic(&read(env, path, &source)?, &source)?, source));
    }
    // The environment is not even looked at when a flag speaks.
    if flags.is_empty() {
        if let Some(text) = env.text("SAVEPOINTCTL_BEARER_TOKEN")? {
            let source = Source::Environment("SAVEPOINTCTL_BEARER_TOKEN");
            variables.push((bearer(text, &source)?, source));
        }
        if let Some(text) = env.text("SAVEPOINTCTL_BASIC_AUTH")? {
            let source = Source::Environment("SAVEPOINTCTL_BASIC_AUTH");
            variables.push((basic(text, &source)?, source));
        }
        flags = variables;
    }
    let mut found = flags.into_iter();
    match (found.next(), found.next()) {
        (Some((_, first)), Some((_, second))) => Err(ConfigError::TwoCredentials {
            first: format!("credentials from {first}"),
            second: format!("credentials from {second}"),
        }),
        (one, _) => Ok(one),
    }
}

fn read(env: &Environment, path: &Path, source: &Source) -> Result<String, ConfigError> {
    let bytes = env.read(path, LIMIT).map_err(|cause| ConfigError::Read {
        path: path.to_owned(),
        origin: source.to_string(),
        cause,
    })?;
    String::from_utf8(bytes)
        .map_err(|_| wrong(&path.display().to_string(), source, "is not UTF-8 text"))
}

fn wrong(what: &str, source: &Source, problem: &str) -> ConfigError {
    ConfigError::Value {
        what: what.to_owned(),
        origin: source.to_string(),
        problem: problem.to_owned(),
    }
}

fn bearer(text: &str, source: &Source) -> Result<Credentials, ConfigError> {
    let token = text.trim();
    if token.is_empty() {
        return Err(wrong("the bearer token", source, "is empty"));
    }
    if !token.bytes().all(|b| b.is_ascii_graphic()) {
        let problem = "must be one word of ASCII characters, and nothing besides";
        return Err(wrong("the bearer token", source, problem));
    }
    Ok(Credentials::Bearer(Secret::new(token.to_owned())))
}

fn basic(text: &str, source: &Source) -> Result<Credentials, ConfigError> {
    // A password may end with a space; only the line end of a file is not part of it.
    let line = text.trim_end_matches(['\n', '\r']);
    let Some((user, password)) = line.split_once(':').filter(|(user, _)| !user.is_empty()) else {
        return Err(wrong("the login", source, "must be user:password"));
    };
    if line.contains(char::is_control) {
        return Err(wrong(
            "the login",
            source,
            "must be one line of user:password",
        ));
    }
    Ok(Credentials::Basic {
        user: user.to_owned(),
        password: Secret::new(password.to_owned()),
    })
}

/// The headers in force: those of flags, and those of the environment that no flag names.
pub(super) fn headers(args: &ConnectArgs, env: &Environment) -> Result<Vec<Header>, ConfigError> {
    let mut headers = Vec::new();
    for (index, typed) in args.headers.iter().enumerate() {
        let what = format!("header {}", index + 1);
        headers.push(header(typed.expose(), &what, Source::Flag("--header"))?);
    }
    let typed = headers.len();
    let name = "FLINK_REST_CLIENT_HEADERS";
    for (index, line) in env.text(name)?.unwrap_or_default().lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let what = format!("line {}", index + 1);
        let found = header(line, &what, Source::Environment(name))?;
        let replaced = headers[..typed]
            .iter()
            .any(|h| h.name.eq_ignore_ascii_case(&found.name));
        if !replaced {
            headers.push(found);
        }
    }
    Ok(headers)
}

/// `text` is never repeated in an error: what has no colon may be all secret.
fn header(text: &str, what: &str, source: Source) -> Result<Header, ConfigError> {
    let Some((name, value)) = text.split_once(':') else {
        return Err(wrong(what, &source, "has no colon, expected 'Name: value'"));
    };
    let (name, value) = (name.trim(), value.trim());
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    if name.is_empty() || !name.bytes().all(token) {
        return Err(wrong(what, &source, "has no valid name before its colon"));
    }
    if !value
        .bytes()
        .all(|b| b.is_ascii_graphic() || matches!(b, b' ' | b'\t'))
    {
        let what = format!("the value of header {name}");
        return Err(wrong(
            &what,
            &source,
            "must be one line of ASCII characters",
        ));
    }
    let framing = ["connection", "content-length", "transfer-encoding"];
    if framing.contains(&name.to_lowercase().as_str()) {
        let what = format!("header {name}");
        return Err(wrong(
            &what,
            &source,
            "is set for each request anew and cannot be given",
        ));
    }
    Ok(Header {
        name: name.to_owned(),
        value: Secret::new(value.to_owned()),
        source,
    })
}

/// Refuses an `Authorization` header beside credentials.
pub(super) fn one_authorization(
    credentials: Option<&(Credentials, Source)>,
    headers: &[Header],
) -> Result<(), ConfigError> {
    let header = headers
        .iter()
        .find(|h| h.name.eq_ignore_ascii_case("authorization"));
    match (credentials, header) {
        (Some((_, source)), Some(header)) => Err(ConfigError::TwoCredentials {
            first: format!("credentials from {source}"),
            second: format!("an Authorization header from {}", header.source),
        }),
        _ => Ok(()),
    }
}
