//! The servers, each started by the first trial that needs it and ended with this process.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::cluster::Keeper;

/// A server that runs.
pub struct Server {
    /// What its script has printed.
    pub said: String,
    /// Its files.
    pub dir: PathBuf,
    _keeper: Keeper,
}

impl Server {
    /// Starts one; `None` when that fails, so that it is not tried again for each trial.
    fn start(script: &str, before: &[&str], after: &[&str]) -> Option<Self> {
        let name = [&[script], before].concat().join("-");
        let name = format!("{name}{}", after.join(""));
        let dir =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let script = script_path(script);
        let keeper = Keeper::of(&script, &dir);
        let mut command = Command::new(&script);
        command
            .arg("start")
            .args(before)
            .arg("--dir")
            .arg(&dir)
            .args(after);
        let out = command.stderr(Stdio::inherit()).output().unwrap();
        out.status.success().then(|| Self {
            said: String::from_utf8(out.stdout).unwrap().trim().to_owned(),
            dir,
            _keeper: keeper,
        })
    }

    /// Where Hadoop's configuration lies.
    pub fn conf(&self) -> PathBuf {
        self.dir.join("conf")
    }
}

fn script_path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/servers")
        .join(name)
}

/// What a script prints.
pub fn script(name: &str, words: &[&str]) -> String {
    let mut command = Command::new(script_path(name));
    let out = command
        .args(words)
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(
        out.status.success(),
        "tests/servers/{name} {words:?} failed"
    );
    String::from_utf8(out.stdout).unwrap().trim().to_owned()
}

/// All of them.
#[derive(Default)]
pub struct Servers {
    s3: OnceLock<Option<Server>>,
    hdfs: OnceLock<Option<Server>>,
    ha: OnceLock<Option<Server>>,
    azure: OnceLock<Option<Server>>,
    gcs: OnceLock<Option<Server>>,
}

/// The bucket or container that every server has.
pub const BUCKET: &str = "flink";

fn started<'a>(
    server: &'a OnceLock<Option<Server>>,
    script: &str,
    before: &[&str],
    after: &[&str],
) -> &'a Server {
    let server = server.get_or_init(|| Server::start(script, before, after));
    server
        .as_ref()
        .expect("the server does not start, see above")
}

impl Servers {
    pub fn s3(&self) -> &Server {
        started(&self.s3, "s3", &[], &[BUCKET])
    }

    pub fn hdfs(&self) -> &Server {
        started(&self.hdfs, "hdfs", &[], &[])
    }

    pub fn ha(&self) -> &Server {
        started(&self.ha, "hdfs", &[], &["--ha"])
    }

    pub fn azure(&self) -> &Server {
        started(&self.azure, "blob", &["azure"], &[BUCKET])
    }

    pub fn gcs(&self) -> &Server {
        started(&self.gcs, "blob", &["gcs"], &[BUCKET])
    }
}
