//! Who may not, is told so; and who waits in vain, is not kept waiting.

use std::time::{Duration, Instant};

use savepointctl::storage::{Entry, Location, StorageError};

use crate::places::{Kind, block_on, storage};
use crate::servers::{BUCKET, Servers, script};

/// What is tried, and its name.
type Named = (&'static str, fn(&Servers));

/// The trials.
pub const TRIALS: [Named; 7] = [
    ("s3_with_wrong_keys", s3_with_wrong_keys),
    ("s3_reading_only", s3_reading_only),
    ("s3_marker_of_a_directory", s3_marker_of_a_directory),
    ("azure_with_a_wrong_key", azure_with_a_wrong_key),
    ("hdfs_as_somebody_else", hdfs_as_somebody_else),
    ("nameservice_after_a_failover", nameservice_after_a_failover),
    ("nobody_there", nobody_there),
];

fn at(location: &str) -> Location {
    Location::of(location).unwrap()
}

fn s3(servers: &Servers, id: &str, secret: &str) -> savepointctl::storage::Storage {
    let variables = [
        ("AWS_ACCESS_KEY_ID", id),
        ("AWS_SECRET_ACCESS_KEY", secret),
        ("AWS_ENDPOINT_URL", servers.s3().said.as_str()),
    ];
    storage(&variables, &[])
}

fn s3_with_wrong_keys(servers: &Servers) {
    block_on(async {
        let file = at(&format!("s3://{BUCKET}/none"));
        for (id, said) in [
            ("testaccess", "SignatureDoesNotMatch"),
            ("nobody", "InvalidAccessKeyId"),
        ] {
            let storage = s3(servers, id, "wrong");
            for error in [
                storage.look(&file).await.unwrap_err(),
                storage.list(&file).await.unwrap_err(),
                storage.read(&file, 9).await.unwrap_err(),
                storage.delete_file(&file).await.unwrap_err(),
            ] {
                assert!(matches!(error, StorageError::Denied { .. }), "{error}");
                let text = error.to_string();
                assert!(text.contains(said) && !text.contains("wrong"), "{text}");
            }
        }
    });
}

fn s3_reading_only(servers: &Servers) {
    let place = servers.place(Kind::S3, "reading-only");
    block_on(async {
        place.put(["f".to_owned()], b"x").await;
        let (storage, file) = (s3(servers, "readaccess", "readsecret123"), place.at("f"));
        assert_eq!(storage.read(&file, 9).await.unwrap(), b"x");
        let error = storage.delete_file(&file).await.unwrap_err();
        assert!(matches!(error, StorageError::Denied { .. }), "{error}");
        assert_eq!(storage.read(&file, 9).await.unwrap(), b"x");
        let error = storage
            .look(&at("s3://no-such-bucket/x"))
            .await
            .unwrap_err();
        // which buckets there are is nobody's business
        let is_hidden = matches!(error, StorageError::Denied { .. });
        assert!(error.is_missing() || is_hidden, "{error}");
    });
}

/// Hadoop's S3A puts an empty object `DIRECTORY/` where nothing lies in a directory.
fn s3_marker_of_a_directory(servers: &Servers) {
    let place = servers.place(Kind::S3, "marker of%20it");
    let url = format!("{}/{BUCKET}/x/marker%20of%2520it/d/", servers.s3().said);
    // of no bytes
    let digest =
        "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let put = std::process::Command::new("curl")
        .args([
            "-sSf",
            "--noproxy",
            "*",
            "--aws-sigv4",
            "aws:amz:us-east-1:s3",
        ])
        .args([
            "--user",
            "testaccess:testsecret123",
            "-X",
            "PUT",
            "-H",
            digest,
            &url,
        ])
        .status();
    assert!(put.unwrap().success());
    block_on(async {
        let (storage, directory) = (&place.storage, place.at("d"));
        assert_eq!(storage.look(&directory).await.unwrap(), Entry::Directory);
        assert_eq!(storage.list(&directory).await.unwrap(), []);
        let above = storage.list(&place.at("")).await.unwrap();
        assert_eq!((above.len(), above[0].name.as_str()), (1, "d"));
        storage.delete_directory(&directory).await.unwrap();
        assert!(storage.look(&directory).await.unwrap_err().is_missing());
        storage.delete_directory(&directory).await.unwrap();
    });
}

fn azure_with_a_wrong_key(servers: &Servers) {
    block_on(async {
        let host = "devstoreaccount1.blob.core.windows.net";
        let endpoint = format!("fs.azure.blob.endpoint.{host}={}", servers.azure().said);
        let key = format!("fs.azure.account.key.{host}=d3Jvbmc=");
        let storage = storage(&[], &[&endpoint, &key]);
        let error = storage
            .look(&at(&format!("wasbs://{BUCKET}@{host}/x")))
            .await
            .unwrap_err();
        assert!(matches!(error, StorageError::Denied { .. }), "{error}");
        assert!(!error.to_string().contains("d3Jvbmc="), "{error}");
    });
}

fn hdfs_as_somebody_else(servers: &Servers) {
    let place = servers.place(Kind::Hdfs, "private");
    block_on(place.put(["f".to_owned()], b"x"));
    let dir = servers.hdfs().dir.display().to_string();
    script(
        "hdfs",
        &["fs", "--dir", &dir, "-chmod", "700", place.at("").path()],
    );
    let (rpc, http) = servers.hdfs().said.split_once(' ').unwrap();
    let path = place.at("f").path().to_owned();
    block_on(async {
        for base in [format!("hdfs://{rpc}"), format!("webhdfs://{http}")] {
            let storage = storage(&[("HADOOP_USER_NAME", "somebody")], &[]);
            let file = at(&format!("{base}{path}"));
            for error in [
                storage.look(&file).await.unwrap_err(),
                storage.list(&file.parent()).await.unwrap_err(),
                storage.read(&file, 9).await.unwrap_err(),
                storage.delete_file(&file).await.unwrap_err(),
            ] {
                assert!(matches!(error, StorageError::Denied { .. }), "{error}");
                assert!(error.to_string().contains("somebody"), "{error}");
            }
        }
        assert_eq!(place.storage.read(&place.at("f"), 9).await.unwrap(), b"x");
    });
}

fn nameservice_after_a_failover(servers: &Servers) {
    let place = servers.place(Kind::Ha, "failover");
    let dir = servers.ha().dir.display().to_string();
    let conf = servers.ha().conf().display().to_string();
    let web = storage(&[("HADOOP_CONF_DIR", &conf)], &[]);
    let file = place.at("f");
    let on_web = at(&format!("webhdfs://ha1{}", file.path()));
    block_on(async {
        place.put(["f".to_owned()], b"x").await;
        assert_eq!(place.storage.read(&file, 9).await.unwrap(), b"x");
        assert_eq!(web.read(&on_web, 9).await.unwrap(), b"x");
    });
    script("hdfs", &["failover", "--dir", &dir, "nn2"]);
    block_on(async {
        assert_eq!(web.read(&on_web, 9).await.unwrap(), b"x");
        // a process that begins now meets the passive NameNode first
        let fresh = storage(&[("HADOOP_CONF_DIR", &conf)], &[]);
        assert_eq!(fresh.read(&file, 9).await.unwrap(), b"x");
    });
    script("hdfs", &["failover", "--dir", &dir, "nn1"]);
}

fn nobody_there(_: &Servers) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let free = listener.local_addr().unwrap();
    drop(listener);
    let endpoint = format!("http://{free}");
    let variables = [
        ("AWS_ACCESS_KEY_ID", "a"),
        ("AWS_SECRET_ACCESS_KEY", "b"),
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("STORAGE_EMULATOR_HOST", &endpoint),
        ("AZURE_STORAGE_BLOB_ENDPOINT", &endpoint),
        ("AZURE_STORAGE_KEY", "d3Jvbmc="),
    ];
    block_on(async {
        let storage = storage(&variables, &[]);
        for location in [
            "s3://b/x".to_owned(),
            "gs://b/x".to_owned(),
            "abfs://c@acc.dfs.core.windows.net/x".to_owned(),
            format!("hdfs://{free}/x"),
            format!("webhdfs://{free}/x"),
        ] {
            let asked = Instant::now();
            let error = storage.look(&at(&location)).await.unwrap_err();
            assert!(matches!(error, StorageError::Unreachable { .. }), "{error}");
            assert!(asked.elapsed() < Duration::from_secs(10), "{location}");
        }
    });
}
