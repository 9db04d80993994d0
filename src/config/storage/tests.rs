//! Where credentials and endpoints come from, and which place wins.

use super::*;
use crate::domain::access::{AzureLogin, GcsLogin, S3Login};

/// Settings of an empty machine, with these variables and definitions.
fn settings(variables: &[(&str, &str)], definitions: &[&str]) -> StorageSettings {
    let mut env = Environment::new("/nowhere");
    for (name, value) in variables {
        env = env.with(name, value);
    }
    let definitions = definitions
        .iter()
        .map(|text| Secret::new((*text).to_owned()));
    let args = ConnectArgs {
        definitions: definitions.collect(),
        ..ConnectArgs::default()
    };
    let gathered = StorageSettings::gather(&args, &StorageArgs::default(), &env);
    gathered.unwrap().0
}

/// A directory with files in it, gone when it is dropped.
struct Directory(std::path::PathBuf);

impl Directory {
    fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let path = std::env::temp_dir().join(format!("savepointctl-{}-{name}", std::process::id()));
        for (file, text) in files {
            let file = path.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        Self(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const KEYS: [(&str, &str); 2] = [
    ("AWS_ACCESS_KEY_ID", "env-id"),
    ("AWS_SECRET_ACCESS_KEY", "env-secret"),
];

fn id(login: &S3Login) -> &str {
    match login {
        S3Login::Keys { id, .. } => id.expose(),
        other => panic!("no keys: {other:?}"),
    }
}

#[test]
fn keys_come_from_definitions_then_the_environment_then_hadoop_then_the_usual_files() {
    let home = Directory::with(
        "keys",
        &[
            (
                ".aws/credentials",
                "[default]\naws_access_key_id = file-id\naws_secret_access_key = s\n[other]\n\
                 aws_access_key_id=other-id\naws_secret_access_key=s\n",
            ),
            (
                ".aws/config",
                "[profile other]\nregion = eu-north-1\nendpoint_url = http://localhost:9\n",
            ),
            (
                "hadoop/core-site.xml",
                "<configuration><property><name>fs.s3a.access.key</name><value> hadoop-id </value></property>\
                 <property><name>fs.s3a.secret.key</name><value>s</value></property></configuration>",
            ),
        ],
    );
    let hadoop = format!("{}/hadoop", home.path());
    let in_home = ("HOME", home.path());
    let in_hadoop = ("HADOOP_CONF_DIR", hadoop.as_str());
    let defined = ["s3.access-key=d-id", "s3.secret-key=s"];
    let login = |variables: &[(&str, &str)], definitions: &[&str]| {
        settings(variables, definitions)
            .s3("s3", "b")
            .unwrap()
            .login
    };
    let all = [KEYS[0], KEYS[1], in_home, in_hadoop];
    assert_eq!(id(&login(&all, &defined)), "d-id");
    assert_eq!(id(&login(&all, &[])), "env-id");
    assert_eq!(id(&login(&[in_home, in_hadoop], &[])), "hadoop-id");
    assert_eq!(id(&login(&[in_home], &[])), "file-id");
    let named = [in_home, in_hadoop, ("AWS_PROFILE", "other")];
    assert_eq!(id(&login(&named, &[])), "other-id");
    let s3 = settings(&named, &[]).s3("s3a", "b").unwrap();
    assert_eq!(
        (s3.url.as_str(), s3.region.as_str()),
        ("http://localhost:9/b", "eu-north-1")
    );
    assert!(matches!(login(&[], &[]), S3Login::Missing(_)));
}

#[test]
fn half_a_pair_of_keys_is_an_error_and_is_not_completed_from_elsewhere() {
    let found = settings(&KEYS[..1], &[]).s3("s3", "b");
    assert!(found.unwrap_err().to_string().contains("AWS_ACCESS_KEY_ID"));
    assert!(settings(&KEYS, &["s3.access-key=x"]).s3("s3", "b").is_err());
}

#[test]
fn the_metadata_service_is_asked_only_when_somebody_said_so() {
    let asking = [("SAVEPOINTCTL_STORAGE_CREDENTIALS", "metadata")];
    let settings_of = |variables| settings(variables, &[]);
    assert!(matches!(
        settings_of(&asking).s3("s3", "b").unwrap().login,
        S3Login::Metadata { .. }
    ));
    assert_eq!(
        settings_of(&asking).gcs("b").unwrap().login,
        GcsLogin::Metadata
    );
    let container = [("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x")];
    assert!(matches!(
        settings_of(&container).s3("s3", "b").unwrap().login,
        S3Login::Missing(_)
    ));
    assert!(matches!(
        settings_of(&[]).gcs("b").unwrap().login,
        GcsLogin::Missing(_)
    ));
    let wrong = Environment::new("/").with("SAVEPOINTCTL_STORAGE_CREDENTIALS", "meta");
    assert!(credentials(&StorageArgs::default(), &wrong).is_err());
}

#[test]
fn a_bucket_is_in_the_host_with_amazon_and_in_the_path_elsewhere_unless_it_is_said() {
    let url = |bucket: &str, definitions: &[&str]| {
        settings(&[], definitions).s3("s3", bucket).unwrap().url
    };
    assert_eq!(url("b", &[]), "https://b.s3.us-east-1.amazonaws.com");
    assert_eq!(url("b.c", &[]), "https://s3.us-east-1.amazonaws.com/b.c");
    assert_eq!(
        url("b", &["s3.region=cn-north-1"]),
        "https://b.s3.cn-north-1.amazonaws.com.cn"
    );
    assert_eq!(
        url("b", &["s3.endpoint=http://minio:9000/"]),
        "http://minio:9000/b"
    );
    assert_eq!(
        url(
            "b",
            &["s3.endpoint=minio:9000", "s3.path.style.access=false"]
        ),
        "https://b.minio:9000"
    );
    assert_eq!(
        url(
            "b",
            &[
                "fs.s3a.endpoint=10.0.0.1",
                "fs.s3a.connection.ssl.enabled=false"
            ]
        ),
        "http://10.0.0.1/b"
    );
    let own = ["s3.endpoint=a", "fs.s3a.bucket.b.endpoint=http://own"];
    assert_eq!(url("b", &own), "http://own/b");
    let s3 = settings(&[], &["s3.endpoint=s3.eu-west-1.amazonaws.com"])
        .s3("s3", "b")
        .unwrap();
    assert_eq!(s3.region, "eu-west-1");
}

#[test]
fn oss_and_cos_are_reached_through_what_speaks_s3_there() {
    let oss = [
        ("OSS_ACCESS_KEY_ID", "i"),
        ("OSS_ACCESS_KEY_SECRET", "s"),
        ("OSS_ENDPOINT", "oss-cn-hangzhou.aliyuncs.com"),
        KEYS[0],
        KEYS[1],
    ];
    let found = settings(&oss, &[]).s3("oss", "b").unwrap();
    assert_eq!(found.url, "https://b.oss-cn-hangzhou.aliyuncs.com");
    assert_eq!(
        (found.region.as_str(), id(&found.login)),
        ("oss-cn-hangzhou", "i")
    );
    let cos = [
        "fs.cosn.userinfo.secretId=i",
        "fs.cosn.userinfo.secretKey=s",
    ];
    let with_region = [cos[0], cos[1], "fs.cosn.bucket.region=ap-guangzhou"];
    let found = settings(&[], &with_region).s3("cos", "b-1").unwrap();
    assert_eq!(found.url, "https://b-1.cos.ap-guangzhou.myqcloud.com");
    assert!(settings(&[], &cos).s3("cos", "b-1").is_err());
}

#[test]
fn an_azure_account_has_its_own_key() {
    let authority = "c@acc.dfs.core.windows.net";
    let found = |variables: &[(&str, &str)], definitions: &[&str]| {
        settings(variables, definitions).azure(authority).unwrap()
    };
    let own = [
        "fs.azure.account.key.acc.blob.core.windows.net=own",
        "fs.azure.account.key.x.blob.core.windows.net=no",
    ];
    let azure = found(&[], &own);
    assert_eq!(azure.login, AzureLogin::Key(Secret::new("own".to_owned())));
    assert_eq!(azure.endpoint.unwrap(), "https://acc.blob.core.windows.net");
    let other = [("AZURE_STORAGE_KEY", "k"), ("AZURE_STORAGE_ACCOUNT", "x")];
    assert!(matches!(found(&other, &[]).login, AzureLogin::Missing(_)));
    assert!(matches!(found(&other[..1], &[]).login, AzureLogin::Key(_)));
    let text = "AccountName=acc;AccountKey=a2V5==;BlobEndpoint=http://127.0.0.1:1/acc/";
    let azure = found(&[("AZURE_STORAGE_CONNECTION_STRING", text)], &[]);
    assert_eq!(
        azure.login,
        AzureLogin::Key(Secret::new("a2V5==".to_owned()))
    );
    assert_eq!(azure.endpoint.unwrap(), "http://127.0.0.1:1/acc");
    let client = [
        "fs.azure.account.oauth2.client.id=i",
        "fs.azure.account.oauth2.client.secret=s",
        "fs.azure.account.oauth2.client.endpoint=https://login.microsoftonline.com/tenant-1/oauth2/token",
    ];
    let login = found(&[], &client).login;
    assert!(matches!(login, AzureLogin::Client { tenant, .. } if tenant == "tenant-1"));
    assert!(
        settings(&[], &[])
            .azure("acc.dfs.core.windows.net")
            .is_err()
    );
}

#[test]
fn hadoop_names_the_nodes_of_a_service_and_the_default_file_system() {
    let conf = Directory::with(
        "hadoop",
        &[
            (
                "core-site.xml",
                "<?xml version=\"1.0\"?>\n<configuration>\n<property>\n<name>fs.defaultFS</name>\n<value>\nhdfs://ha1\n\
                 </value></property></configuration>",
            ),
            (
                "hdfs-site.xml",
                "<configuration><property><name>dfs.ha.namenodes.ha1</name><value>n1, n2</value></property>\
                 <property><name>dfs.nameservices</name><value>ha1, other</value></property>\
                 <property><name>dfs.namenode.rpc-address.ha1.n1</name><value>A:8020</value></property>\
                 <property><name>dfs.namenode.rpc-address.other</name><value>o:8020</value></property>\
                 <property><name>dfs.namenode.http-address.ha1.n1</name><value>a:1</value></property>\
                 <property><name>dfs.namenode.http-address.ha1.n2</name><value>b:2</value></property></configuration>",
            ),
        ],
    );
    let found = settings(&[("HADOOP_CONF_DIR", conf.path()), ("USER", "me")], &[]);
    assert_eq!(found.hdfs("").unwrap().authority, "ha1");
    assert_eq!(found.hdfs("ha1").unwrap().authority, "ha1");
    assert_eq!(found.hdfs("host").unwrap().authority, "host:8020");
    assert_eq!(found.hdfs("host:9").unwrap().authority, "host:9");
    let web = found.webhdfs("webhdfs", "").unwrap();
    assert_eq!(web.endpoints, ["http://a:1", "http://b:2"]);
    assert_eq!(web.user.as_deref(), Some("me"));
    let web = found.webhdfs("swebhdfs", "host").unwrap();
    assert_eq!(web.endpoints, ["https://host:9871"]);
    let one_of_them = |authority: &str| found.hdfs(authority).unwrap().name;
    for authority in ["", "ha1", "a", "A:8020"] {
        assert_eq!(one_of_them(authority), "ha1", "{authority}");
    }
    assert_eq!(one_of_them("o"), "other");
    assert_eq!(one_of_them("A:8021"), "a:8021");
    let on_web = |authority: &str| found.webhdfs("webhdfs", authority).unwrap().name;
    assert_eq!(on_web("a:1").as_deref(), Some("ha1"));
    assert_eq!(on_web("ha1").as_deref(), Some("ha1"));
    assert_eq!(on_web("a:3"), None);
    let definitions = [
        "flink.hadoop.fs.defaultFS=hdfs://lone",
        "flink.hadoop.dfs.namenode.http-address=lone:9870",
    ];
    let lone = settings(&[], &definitions);
    let name = lone.webhdfs("webhdfs", "lone").unwrap().name;
    assert_eq!(name.as_deref(), Some("lone:8020"));
    let none = settings(&[], &[]).hdfs("").unwrap_err().to_string();
    assert!(none.contains("HADOOP_CONF_DIR"), "{none}");
    let line = found
        .shown()
        .into_iter()
        .find(|one| one.name == "fs.defaultFS")
        .unwrap();
    assert!(
        line.source.to_string().ends_with("core-site.xml:4"),
        "{}",
        line.source
    );
    let flink = settings(&[], &["flink.hadoop.fs.defaultFS=hdfs://d:1"])
        .hdfs("")
        .unwrap();
    assert_eq!(flink.authority, "d:1");
    assert!(
        flink
            .settings
            .contains(&("fs.defaultFS".to_owned(), "hdfs://d:1".to_owned()))
    );
}

#[test]
fn nothing_secret_is_shown() {
    let variables = [
        KEYS[0],
        ("AWS_SECRET_ACCESS_KEY", "hunter2"),
        ("AZURE_STORAGE_KEY", "hunter2"),
        ("AZURE_STORAGE_CONNECTION_STRING", "AccountKey=hunter2"),
        ("AZURE_STORAGE_SAS_TOKEN", "sv=1&sig=hunter2"),
        ("AZURE_CLIENT_SECRET", "hunter2"),
        (
            "GOOGLE_SERVICE_ACCOUNT_KEY",
            "{\"private_key\": \"hunter2\"}",
        ),
        ("GOOGLE_OAUTH_ACCESS_TOKEN", "hunter2"),
        ("OSS_ACCESS_KEY_SECRET", "hunter2"),
        ("COS_SECRET_KEY", "hunter2"),
        ("COS_SESSION_TOKEN", "hunter2"),
    ];
    let found = settings(
        &variables,
        &["fs.azure.account.key.acc.blob.core.windows.net=hunter2"],
    );
    let shown = format!("{:?} {found:?}", found.shown());
    assert!(!shown.contains("hunter2"), "{shown}");
    let access = found.azure("c@acc.blob.core.windows.net").unwrap();
    assert!(!format!("{access:?}").contains("hunter2"));
}
