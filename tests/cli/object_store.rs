//! Object stores that answer badly: busy, broken off, forbidden, redirecting, changed between two requests.

use savepointctl::metadata::{self, MetadataVersion};

use super::run::{Tool, tool};
use super::server::{Answer, Flink, Request};
use super::snapshots::*;

/// The snapshot's key in the bucket.
const KEY: &str = "sp/savepoint-1/_metadata";
const LOCATION: &str = "s3://bucket/sp/savepoint-1/_metadata";

/// A snapshot's metadata.
fn file() -> Vec<u8> {
    metadata::write(&snapshot(MetadataVersion::V3, vec![nameless("a", vec![])])).unwrap()
}

/// The tool, with keys for that server.
fn inspect(server: &Flink, location: &str) -> Tool {
    tool(["inspect", location])
        .env("AWS_ACCESS_KEY_ID", "testaccess")
        .env("AWS_SECRET_ACCESS_KEY", "hunter2")
        .env("AWS_ENDPOINT_URL", &server.url())
}

#[track_caller]
fn succeeds(tool: Tool) {
    let found = tool.run();
    assert_eq!(found.code, 0, "{found:#?}");
}

/// A server that answers everything alike, each request on a connection of its own: the body of an answer to HEAD would
/// be taken for the next answer.
fn always(answer: Answer) -> Flink {
    let server = Flink::start("2.3.0");
    server.close_each();
    server.set_all(answer);
    server
}

fn headers(more: &[(&'static str, String)]) -> Vec<(&'static str, String)> {
    let mut headers = vec![
        ("etag", "\"1\"".to_owned()),
        ("last-modified", "Mon, 23 Nov 2026 03:00:00 GMT".to_owned()),
    ];
    headers.extend_from_slice(more);
    headers
}

/// What S3 says to a HEAD or a GET of an object, with a range or without.
fn object(request: &Request, bytes: &[u8]) -> Answer {
    let range = request.header("range").and_then(|range| {
        let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
        let start: usize = start.parse().ok()?;
        let end = end.parse().map_or(bytes.len(), |end: usize| end + 1);
        Some(start..end.min(bytes.len()))
    });
    match range {
        Some(range) => {
            let shown = format!("bytes {}-{}/{}", range.start, range.end - 1, bytes.len());
            let headers = headers(&[("content-range", shown)]);
            Answer::Page(206, headers, bytes[range].to_vec())
        }
        None if request.method == "HEAD" => head(bytes.len()),
        None => Answer::Page(200, headers(&[]), bytes.to_vec()),
    }
}

/// An answer to HEAD: a length, and no body.
fn head(length: usize) -> Answer {
    let head = format!(
        "HTTP/1.1 200 OK\r\netag: \"1\"\r\nlast-modified: Mon, 23 Nov 2026 03:00:00 GMT\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n"
    );
    Answer::Raw(head.into_bytes())
}

fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message>\
         <StringToSign>hunter2</StringToSign></Error>"
    );
    let headers = vec![("content-type", "application/xml".to_owned())];
    Answer::Page(status, headers, body.into_bytes())
}

/// A server with the snapshot.
fn with_snapshot() -> Flink {
    let server = Flink::start("2.3.0");
    for method in ["GET", "HEAD"] {
        let line = format!("{method} /bucket/{KEY}");
        server.always(&line, Answer::by(|request| object(request, &file())));
    }
    server
}

#[test]
fn a_snapshot_is_read_from_a_store_that_speaks_just_enough_s3() {
    let server = with_snapshot();
    let found = inspect(&server, LOCATION).run();
    assert_eq!(found.code, 0, "{found:#?}");
    for request in server.requests() {
        let signature = request.header("authorization").unwrap();
        assert!(
            signature.starts_with("AWS4-HMAC-SHA256 Credential=testaccess/"),
            "{signature}"
        );
    }
}

#[test]
fn a_busy_store_is_asked_again_and_what_it_says_is_told_at_last() {
    let server = with_snapshot();
    let get = format!("GET /bucket/{KEY}");
    server.on(
        &get,
        [
            error(503, "SlowDown", "Please reduce your request rate."),
            error(429, "TooManyRequests", "x"),
            error(500, "InternalError", "x"),
        ],
    );
    succeeds(inspect(&server, LOCATION));

    let server = always(error(503, "SlowDown", "Please reduce your request rate."));
    let failed = inspect(&server, LOCATION).run();
    failed.fails(5, &["busy", "status 503"]);
    assert!(server.requests().len() >= 3, "{:?}", server.requests());
}

#[test]
fn a_body_that_breaks_off_is_asked_for_again_from_there_and_never_taken_for_a_whole() {
    let server = with_snapshot();
    let get = format!("GET /bucket/{KEY}");
    let cut = Answer::DroppedInBody(Box::new(Answer::Page(200, headers(&[]), file())));
    let start = Answer::by(|request| object(request, &file()));
    server.on(&get, [start, cut]);
    succeeds(inspect(&server, LOCATION));
    let again = server.requests_of(&get);
    let range = again.last().unwrap().header("range").unwrap();
    assert!(
        range.starts_with(&format!("bytes={}-", file().len() / 2)),
        "{range}"
    );

    let server = with_snapshot();
    let half = |request: &Request| match request.header("range") {
        Some(_) => Answer::Dropped,
        None => Answer::DroppedInBody(Box::new(Answer::Page(200, headers(&[]), file()))),
    };
    server.always(&get, Answer::by(half));
    inspect(&server, LOCATION).run().fails(5, &[]);
}

#[test]
fn who_may_not_is_told_so_and_no_secret_with_it() {
    for (status, code) in [
        (403, "AccessDenied"),
        (403, "SignatureDoesNotMatch"),
        (400, "ExpiredToken"),
    ] {
        let server = always(error(status, code, "you may not"));
        let denied = inspect(&server, LOCATION).run();
        denied.fails(5, &["permission denied", code]);
        denied.is_silent_about("hunter2");
    }
}

#[test]
fn a_bucket_of_another_region_is_told_with_its_region_and_nobody_is_followed() {
    let server = Flink::start("2.3.0");
    let elsewhere = vec![
        ("x-amz-bucket-region", "eu-north-1".to_owned()),
        ("location", "http://169.254.169.254/".to_owned()),
    ];
    server.set_all(Answer::Page(301, elsewhere, Vec::new()));
    let failed = inspect(&server, LOCATION).run();
    failed.fails(5, &["region eu-north-1"]);
}

#[test]
fn a_file_that_is_gone_between_two_requests_is_missing() {
    let server = Flink::start("2.3.0");
    server.always(&format!("HEAD /bucket/{KEY}"), head(100));
    server.always(
        &format!("GET /bucket/{KEY}"),
        error(404, "NoSuchKey", "gone"),
    );
    let failed = inspect(&server, LOCATION).run();
    failed.fails(4, &["does not exist"]);
}

#[test]
fn an_answer_that_is_no_s3_is_told_as_such() {
    let server = always(Answer::html(200));
    let failed = inspect(&server, "s3://bucket/sp").run();
    failed.fails(5, &["answer cannot be used"]);
}

#[test]
fn a_silent_store_is_given_up_on_in_the_time_that_is_allowed() {
    let server = Flink::start("2.3.0");
    let gate = super::server::Gate::default();
    server.set_all(Answer::After(gate.clone(), Box::new(head(1))));
    let failed = inspect(&server, LOCATION)
        .args(["--request-timeout", "300ms"])
        .run();
    gate.open();
    failed.fails(5, &["no answer from"]);
}

#[test]
fn without_credentials_nobody_is_asked_for_any() {
    let server = Flink::start("2.3.0");
    for (location, said) in [
        ("s3://bucket/x", "AWS_ACCESS_KEY_ID"),
        ("gs://bucket/x", "GOOGLE_APPLICATION_CREDENTIALS"),
        ("abfs://c@acc.dfs.core.windows.net/x", "AZURE_STORAGE_KEY"),
        ("oss://bucket/x", "OSS_ACCESS_KEY_ID"),
        ("cos://bucket/x", "COS_SECRET_ID"),
    ] {
        let words = [
            "inspect",
            location,
            "-D",
            "fs.oss.endpoint=localhost",
            "-D",
            "fs.cosn.bucket.region=r",
        ];
        let failed = tool(words).env("AWS_ENDPOINT_URL", &server.url()).run();
        failed.fails(5, &[said, "--storage-credentials"]);
    }
    assert!(server.requests().is_empty());
}

#[test]
fn anonymous_requests_are_not_signed() {
    let server = with_snapshot();
    let words = ["inspect", LOCATION, "--storage-credentials", "anonymous"];
    succeeds(tool(words).env("AWS_ENDPOINT_URL", &server.url()));
    assert!(
        server
            .requests()
            .iter()
            .all(|request| request.header("authorization").is_none())
    );
}

#[test]
fn settings_of_storages_are_shown_with_their_source_and_nothing_secret() {
    let shown = tool(["config", "-o", "json", "-D", "s3.secret-key=hunter2"])
        .env("AWS_SECRET_ACCESS_KEY", "hunter2")
        .env("AWS_ENDPOINT_URL", "http://user:hunter2@host:9000")
        .env("AZURE_STORAGE_CONNECTION_STRING", "AccountKey=hunter2")
        .run();
    assert_eq!(shown.code, 0, "{shown:#?}");
    for name in [
        "environment AWS_ENDPOINT_URL",
        "AZURE_STORAGE_CONNECTION_STRING",
    ] {
        assert!(shown.stdout.contains(name), "{shown:#?}");
    }
    shown.is_silent_about("hunter2");
}

#[test]
fn no_error_shows_what_is_secret_in_an_endpoint_or_a_location() {
    let quick = ["--request-timeout", "300ms"];
    let aws = [
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
        ("AWS_ENDPOINT_URL", "http://u1:hunter2@127.0.0.1:9"),
    ];
    let azure = [
        ("AZURE_STORAGE_KEY", "aHVudGVyMg=="),
        (
            "AZURE_STORAGE_BLOB_ENDPOINT",
            "http://127.0.0.1:9/acc?sig=hunter2",
        ),
    ];
    let gcs = [("STORAGE_EMULATOR_HOST", "http://u:hunter2@127.0.0.1:9")];
    for (location, environment) in [
        ("s3://bucket/x", &aws[..]),
        ("s3n://AKID:hunter2@bucket/x", &aws[..]),
        ("abfs://c@acc.dfs.core.windows.net/x", &azure[..]),
        ("wasbs://c@acc.blob.core.windows.net/x?sig=hunter2", &azure),
        ("gs://bucket/x", &gcs[..]),
        ("webhdfs://u:hunter2@127.0.0.1:9/x", &[]),
    ] {
        for words in [["inspect", location], ["list", "--dir"]] {
            let asked = tool(words).args(quick);
            let asked = if words[0] == "list" {
                asked.args([location])
            } else {
                asked
            };
            let asked = environment
                .iter()
                .fold(asked, |asked, (key, value)| asked.env(key, value));
            let failed = asked.run();
            assert_ne!(failed.code, 0, "{failed:#?}");
            failed.is_silent_about("hunter2");
        }
    }
}

#[test]
fn a_key_that_cannot_be_named_hides_no_snapshot() {
    let server = with_snapshot();
    let listing = |request: &Request| {
        let body = match request.path.contains("prefix=sp%2F&")
            || request.path.ends_with("prefix=sp%2F")
        {
            true => {
                "<ListBucketResult><Prefix>sp/</Prefix><CommonPrefixes><Prefix>sp//</Prefix></CommonPrefixes>\
                 <CommonPrefixes><Prefix>sp/./</Prefix></CommonPrefixes><CommonPrefixes><Prefix>sp/savepoint-1/\
                 </Prefix></CommonPrefixes></ListBucketResult>"
            }
            false => "<ListBucketResult></ListBucketResult>",
        };
        let headers = vec![("content-type", "application/xml".to_owned())];
        Answer::Page(200, headers, body.as_bytes().to_vec())
    };
    server.set_all(Answer::by(move |request| {
        if request.path.contains("list-type=") {
            listing(request)
        } else if request.path.contains(KEY) {
            object(request, &file())
        } else {
            error(404, "NoSuchKey", "x")
        }
    }));
    let words = ["list", "--dir", "s3://bucket/sp", "-o", "name"];
    let listed = tool(words)
        .env("AWS_ACCESS_KEY_ID", "testaccess")
        .env("AWS_SECRET_ACCESS_KEY", "hunter2")
        .env("AWS_ENDPOINT_URL", &server.url())
        .run();
    listed.is(0, "s3://bucket/sp/savepoint-1\n", &[]);
}
