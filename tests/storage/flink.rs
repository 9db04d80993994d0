//! Flink itself writes savepoints to S3 and to HDFS, and the tool lives with them there.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::cluster::{Cluster, Version};
use crate::offline;
use crate::places::user;
use crate::servers::{BUCKET, Server, Servers, script};
use crate::tool::Tool;
use crate::witness::Witness;

/// What is tried, and its name.
type Named = (&'static str, fn(&Servers));

/// The trials.
pub const TRIALS: [Named; 2] = [
    (
        "a_savepoint_on_s3_is_taken_found_inspected_restored_and_disposed_of",
        on_s3,
    ),
    (
        "a_savepoint_on_hdfs_is_taken_found_inspected_restored_and_disposed_of",
        on_hdfs,
    ),
];

fn on_s3(servers: &Servers) {
    let server = servers.s3();
    let version = Version::NEWEST;
    let plugin = script("s3", &["plugin", &version.to_string()]);
    // where the cluster of that name will be
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("flink-{}-s3", std::process::id()))
        .join("plugins/s3");
    fs::create_dir_all(&dir).unwrap();
    for jar in fs::read_dir(plugin).unwrap() {
        let jar = jar.unwrap();
        fs::copy(jar.path(), dir.join(jar.file_name())).unwrap();
    }
    let settings = [
        format!("s3.endpoint={}", server.said),
        "s3.path.style.access=true".to_owned(),
        "s3.access-key=testaccess".to_owned(),
        "s3.secret-key=testsecret123".to_owned(),
        format!("{}=s3://{BUCKET}/savepoints", version.savepoint_dir_key()),
        format!("execution.checkpointing.dir=s3://{BUCKET}/checkpoints"),
    ];
    let cluster = start("s3", &settings, &[]);
    let witness = servers.witness_of_s3();
    life(
        &cluster,
        &format!("s3://{BUCKET}/savepoints/"),
        &witness,
        &[format!("s3a://{BUCKET}"), format!("s3p://{BUCKET}")],
        |tool| {
            // what Flink reads is what we read
            tool.env("FLINK_CONF_DIR", cluster.dir.join("conf/jm-1"));
        },
    );
}

fn on_hdfs(servers: &Servers) {
    let server: &Server = servers.hdfs();
    let (authority, web) = server.said.split_once(' ').unwrap();
    let directory = format!("hdfs://{authority}/savepoints of%20flink");
    let settings = [
        "flink.hadoop.dfs.replication=1".to_owned(),
        format!("{}={directory}", Version::NEWEST.savepoint_dir_key()),
        format!("execution.checkpointing.dir=hdfs://{authority}/checkpoints"),
    ];
    let class_path = script("hdfs", &["classpath"]);
    let cluster = start("hdfs", &settings, &["--classpath", &class_path]);
    let witness = servers.witness_of_hdfs();
    let conf = cluster.dir.join("hadoop");
    call_it("service", &conf, authority, web);
    let names = ["hdfs://service".to_owned(), format!("webhdfs://{web}")];
    life(
        &cluster,
        &format!("{directory}/"),
        &witness,
        &names,
        |tool| {
            tool.env("HADOOP_CONF_DIR", &conf);
            // as whom WebHDFS is asked
            tool.env("HADOOP_USER_NAME", user());
        },
    );
}

/// A configuration of Hadoop in which the NameNode is that of a nameservice, too.
fn call_it(name: &str, conf: &Path, rpc: &str, http: &str) {
    let properties = [
        ("dfs.nameservices".to_owned(), name),
        (format!("dfs.ha.namenodes.{name}"), "nn1"),
        (format!("dfs.namenode.rpc-address.{name}.nn1"), rpc),
        (format!("dfs.namenode.http-address.{name}.nn1"), http),
    ];
    let property = |(key, value): &(String, &str)| {
        format!("<property><name>{key}</name><value>{value}</value></property>")
    };
    let properties: String = properties.iter().map(property).collect();
    fs::create_dir_all(conf).unwrap();
    let text = format!("<configuration>{properties}</configuration>");
    fs::write(conf.join("hdfs-site.xml"), text).unwrap();
}

fn start(name: &str, settings: &[String], options: &[&str]) -> Cluster {
    let version = Version::NEWEST;
    let mut words: Vec<String> = options.iter().map(|word| (*word).to_owned()).collect();
    for setting in settings.iter().cloned().chain(version.keep_three()) {
        words.extend(["--conf".to_owned(), setting]);
    }
    Cluster::start(version, name, &words, &[]).with_job()
}

/// The life of a savepoint, as a user has it. `names` are beginnings of locations that mean the same as Flink's.
fn life(
    cluster: &Cluster,
    directory: &str,
    witness: &Witness,
    names: &[String],
    reach: impl Fn(&mut Tool),
) {
    let tool = |words: &[&str]| {
        let mut tool = cluster.tool([]).args(words);
        reach(&mut tool);
        tool
    };
    let job = cluster.job(&[]);
    let location = tool(&["trigger", &job.id])
        .run()
        .exits(0)
        .stdout
        .trim()
        .to_owned();
    assert!(location.starts_with(directory), "{location}");

    let said = tool(&["inspect", &location, "-o", "json"]).run();
    let found: Value = serde_json::from_str(&said.exits(0).stdout).unwrap();
    assert_eq!(found["metadata_path"], format!("{location}/_metadata"));
    assert_eq!(found["snapshot_type"], "savepoint");
    assert!(found["state_size"].as_u64().unwrap() > 0, "{found}");
    let said = tool(&["inspect", &format!("latest:{}", job.id), "-o", "json"]).run();
    let latest: Value = serde_json::from_str(&said.exits(0).stdout).unwrap();
    assert_eq!(latest["metadata_path"], found["metadata_path"]);
    let said = tool(&["inspect", directory]).run();
    assert!(said.exits(4).stderr.contains(&location), "{said}");

    let said = tool(&["stop", &job.id]).run();
    let stopped = said.exits(0).stdout.trim().to_owned();
    looked_at(&tool, directory, &location, &stopped);
    let said = tool(&["restore", &stopped, "--jar", &cluster.own_jar()]).run();
    let restored = cluster.started(&said);
    for gone in [&location, &stopped] {
        if *gone == stopped {
            restored.cancel();
        }
        tool(&["dispose", "--yes", gone]).run().exits(0);
        let said = tool(&["inspect", gone]).run();
        assert!(said.exits(4).stderr.contains("does not exist"), "{said}");
    }
    offline::life(&offline::Scene {
        cluster,
        tool: &tool,
        witness,
        names,
    });
}

/// What the tool says of two savepoints in storage, the cluster left aside.
fn looked_at(tool: &impl Fn(&[&str]) -> Tool, directory: &str, first: &str, last: &str) {
    let words = ["list", "--no-cluster", "--dir", directory, "-o", "name"];
    let said = tool(&words).run();
    let listed: Vec<&str> = said.exits(0).stdout.lines().collect();
    assert_eq!(listed, [last, first]);
    let words = ["verify", "--read", "--dir", directory, "-o", "json"];
    let said = tool(&words).run();
    let verified: Value = serde_json::from_str(&said.exits(0).stdout).unwrap();
    let verified = verified["snapshots"].as_array().unwrap();
    assert_eq!(verified.len(), 2, "{verified:?}");
    for one in verified {
        assert_eq!(one["findings"], Value::Array(Vec::new()), "{one}");
    }
    let said = tool(&["verify", "latest", "--dir", directory]).run();
    assert!(said.exits(0).stdout.contains(last), "{said}");
    tool(&["diff", first, last]).run().exits(0);
}
