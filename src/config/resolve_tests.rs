use super::*;

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn env() -> Environment {
    Environment::new("/nonexistent")
}

fn args(change: impl FnOnce(&mut ConnectArgs)) -> ConnectArgs {
    let mut args = ConnectArgs::default();
    change(&mut args);
    args
}

/// A file that is gone when dropped.
struct TempFile(std::path::PathBuf);

impl TempFile {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("savepointctl-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        Self(path)
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn shown(found: &Resolved) -> Vec<String> {
    let line = |s: &Setting| format!("{}={} ({})", s.name, s.value, s.source);
    found.settings.iter().map(line).collect()
}

#[test]
fn the_endpoint_is_the_first_that_is_given() {
    let mut args = args(|a| {
        a.jobmanager = Some(secret("flag:1"));
        a.definitions = vec![secret("rest.address=defined"), secret("rest.port=3")];
    });
    let env = env().with("SAVEPOINTCTL_JOBMANAGER", "variable:2");
    let endpoint = |args: &ConnectArgs, env: &Environment| {
        let found = resolve(args, env).unwrap().endpoint;
        found.map(|e| format!("{e} {}", e.source()))
    };
    assert_eq!(endpoint(&args, &env).unwrap(), "http://flag:1 flag -m");
    args.jobmanager = None;
    let text = "http://variable:2 environment SAVEPOINTCTL_JOBMANAGER";
    assert_eq!(endpoint(&args, &env).unwrap(), text);
    let env = Environment::new("/nonexistent");
    assert_eq!(endpoint(&args, &env).unwrap(), "http://defined:3 flag -D");
    args.definitions.clear();
    assert_eq!(endpoint(&args, &env), None);
}

#[test]
fn every_setting_is_shown_with_its_source() {
    let args = args(|a| {
        a.jobmanager = Some(secret("jm:1"));
        a.definitions = vec![
            secret("s3.secret-key=hunter2"),
            secret("x=1"),
            secret("x=2"),
        ];
        a.headers = vec![secret("X-Key: hunter2")];
        a.request_timeout = Some(Duration::from_millis(1_500));
    });
    let env = env()
        .with("SAVEPOINTCTL_BASIC_AUTH", "me:hunter2")
        .with("http_proxy", "http://u:hunter2@proxy:3128")
        .with("NO_PROXY", "a,b");
    let found = resolve(&args, &env).unwrap();
    assert_eq!(
        shown(&found),
        [
            "jobmanager=http://jm:1 (flag -m)",
            "connect-timeout=2500ms (default)",
            "request-timeout=1500ms (flag --request-timeout)",
            "reconnect-timeout=2min (default)",
            "credentials=basic, me:****** (environment SAVEPOINTCTL_BASIC_AUTH)",
            "header X-Key=****** (flag --header)",
            "http-proxy=http://******@proxy:3128 (environment http_proxy)",
            "no-proxy=a,b (environment NO_PROXY)",
            "s3.secret-key=****** (flag -D)",
            "x=2 (flag -D)",
        ]
    );
    let debug = format!("{found:?} {args:?} {env:?}");
    assert!(!debug.contains("hunter2"), "{debug}");
}

#[test]
fn no_proxy_is_used_for_an_endpoint_on_this_machine() {
    let env = env().with("HTTP_PROXY", "http://proxy:1");
    let local = args(|a| a.jobmanager = Some(secret("127.0.0.1:1")));
    assert_eq!(resolve(&local, &env).unwrap().proxies, Proxies::default());
    let away = args(|a| a.jobmanager = Some(secret("jm:1")));
    assert!(resolve(&away, &env).unwrap().proxies.http.is_some());
}

#[test]
fn credentials_come_from_files_variables_and_the_address() {
    let token = TempFile::new("token", "tok.en\n");
    let login = TempFile::new("login", "me:pass word:x \r\n");
    let basic = |user: &str, password: &str| {
        let (user, password) = (user.to_owned(), secret(password));
        Some(Credentials::Basic { user, password })
    };
    let bearer = |token: &str| Some(Credentials::Bearer(secret(token)));
    let of = |args: &ConnectArgs, env: &Environment| resolve(args, env).unwrap().credentials;
    let by_token = args(|a| a.bearer_token_file = Some(token.0.clone()));
    assert_eq!(of(&by_token, &env()), bearer("tok.en"));
    let by_login = args(|a| a.basic_auth_file = Some(login.0.clone()));
    assert_eq!(of(&by_login, &env()), basic("me", "pass word:x "));
    let none = ConnectArgs::default();
    assert_eq!(
        of(&none, &env().with("SAVEPOINTCTL_BEARER_TOKEN", "t")),
        bearer("t")
    );
    assert_eq!(
        of(&none, &env().with("SAVEPOINTCTL_BASIC_AUTH", "u:")),
        basic("u", "")
    );
    let in_address = args(|a| a.jobmanager = Some(secret("u:p@jm:1")));
    assert_eq!(of(&in_address, &env()), basic("u", "p"));
    // A flag wins over a variable.
    let env = env()
        .with("SAVEPOINTCTL_BASIC_AUTH", "u:p")
        .with("SAVEPOINTCTL_BEARER_TOKEN", "t");
    assert_eq!(of(&by_token, &env), bearer("tok.en"));
}

#[test]
fn two_credentials_are_refused_and_both_are_named() {
    let token = TempFile::new("token2", "hunter2");
    let login = TempFile::new("login2", "me:hunter2");
    let files = args(|a| {
        a.bearer_token_file = Some(token.0.clone());
        a.basic_auth_file = Some(login.0.clone());
    });
    let address = args(|a| {
        a.bearer_token_file = Some(token.0.clone());
        a.jobmanager = Some(secret("u:hunter2@jm:1"));
    });
    let header = args(|a| {
        a.bearer_token_file = Some(token.0.clone());
        a.headers = vec![secret("authorization: hunter2")];
    });
    let variables = env()
        .with("SAVEPOINTCTL_BASIC_AUTH", "u:hunter2")
        .with("SAVEPOINTCTL_BEARER_TOKEN", "hunter2");
    for (args, env, names) in [
        (files, env(), ["--bearer-token-file", "--basic-auth-file"]),
        (address, env(), ["-m", "--bearer-token-file"]),
        (header, env(), ["--bearer-token-file", "--header"]),
        (
            ConnectArgs::default(),
            variables,
            ["SAVEPOINTCTL_BEARER_TOKEN", "SAVEPOINTCTL_BASIC_AUTH"],
        ),
    ] {
        let err = resolve(&args, &env).unwrap_err();
        assert!(matches!(err, ConfigError::TwoCredentials { .. }));
        let text = err.to_string();
        assert!(
            names.iter().all(|name| text.contains(name)) && !text.contains("hunter2"),
            "{text}"
        );
    }
}

#[test]
fn credentials_that_cannot_be_sent_are_refused_without_being_repeated() {
    for (name, value, part) in [
        ("SAVEPOINTCTL_BEARER_TOKEN", "  ", "is empty"),
        ("SAVEPOINTCTL_BEARER_TOKEN", "hunter2 hunter2", "one word"),
        ("SAVEPOINTCTL_BASIC_AUTH", "hunter2", "user:password"),
        ("SAVEPOINTCTL_BASIC_AUTH", ":hunter2", "user:password"),
        (
            "SAVEPOINTCTL_BASIC_AUTH",
            "u:hunter2\nv:hunter2",
            "one line",
        ),
        (
            "FLINK_REST_CLIENT_HEADERS",
            "A:b\nhunter2",
            "line 2 (environment FLINK_REST_CLIENT_HEADERS) has no colon",
        ),
        ("FLINK_REST_CLIENT_HEADERS", "hunter2 x: y", "no valid name"),
        (
            "FLINK_REST_CLIENT_HEADERS",
            "A:hunter2\u{1}",
            "the value of header A",
        ),
        (
            "FLINK_REST_CLIENT_HEADERS",
            "Content-Length:1",
            "cannot be given",
        ),
    ] {
        let err = resolve(&ConnectArgs::default(), &env().with(name, value))
            .unwrap_err()
            .to_string();
        assert!(err.contains(part) && err.contains(name), "{err}");
        assert!(!err.contains("hunter2"), "{err}");
    }
    let args = args(|a| a.bearer_token_file = Some("/nowhere/token".into()));
    let err = resolve(&args, &env()).unwrap_err().to_string();
    assert_eq!(
        err,
        "cannot read /nowhere/token, named by flag --bearer-token-file"
    );
}

#[test]
fn headers_of_flags_replace_those_of_the_environment() {
    let args = args(|a| a.headers = vec![secret("X-A: 1"), secret("x-a:2"), secret("Empty:")]);
    let env = env().with("FLINK_REST_CLIENT_HEADERS", "X-a:3\n\nCookie: a=b;c=d\n");
    let found = resolve(&args, &env).unwrap().headers;
    let found: Vec<_> = found
        .iter()
        .map(|h| (h.name.as_str(), h.value.expose().as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("X-A", "1"),
            ("x-a", "2"),
            ("Empty", ""),
            ("Cookie", "a=b;c=d")
        ]
    );
}

#[test]
fn time_outs_are_shown_as_they_could_be_typed() {
    for (millis, text) in [
        (2_500, "2500ms"),
        (30_000, "30s"),
        (120_000, "2min"),
        (90_000, "90s"),
        (0, "0s"),
    ] {
        assert_eq!(shown_duration(Duration::from_millis(millis)), text);
    }
}
