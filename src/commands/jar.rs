//! A jar on this machine, on its way to the cluster.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use futures_util::stream;

use super::context::Context;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::rest::Client;

/// What is read of a jar at once.
const CHUNK: usize = 256 << 10;

/// A jar on this machine, or a program where a minicluster takes one.
pub struct Jar {
    file: File,
    length: u64,
    name: String,
    /// Whether it is a program in a TOML file, as a minicluster runs them.
    is_program: bool,
}

impl Jar {
    /// Opens it, and looks whether it can be one.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let cannot = |what: String| Failure::new(Exit::Usage, what);
        let mut file = File::open(path)
            .map_err(|err| cannot(format!("cannot read the jar {shown}: {err}")))?;
        let metadata = file
            .metadata()
            .map_err(|err| cannot(format!("cannot read the jar {shown}: {err}")))?;
        if !metadata.is_file() {
            return Err(cannot(format!("{shown} is not a file, so it is no jar")));
        }
        let is_program = name.ends_with(".toml");
        let mut magic = [0u8; 4];
        // every zip file with an entry begins so
        if !is_program && (file.read_exact(&mut magic).is_err() || magic != *b"PK\x03\x04") {
            return Err(cannot(format!(
                "{shown} is not a jar: it does not begin as a zip file does"
            ))
            .hint("a minicluster's programs are known by their names: they end in .toml"));
        }
        // the cluster goes by the name, the one who typed it by the content
        let name = match is_program || name.ends_with(".jar") {
            true => name,
            false => format!("{name}.jar"),
        };
        let file = File::open(path)
            .map_err(|err| cannot(format!("cannot read the jar {shown}: {err}")))?;
        Ok(Self {
            file,
            length: metadata.len(),
            name,
            is_program,
        })
    }

    /// Refuses a jar for a minicluster, and a program for anything else.
    pub fn must_suit(&self, client: &Client) -> Result<(), Failure> {
        let (name, endpoint) = (&self.name, client.endpoint());
        match (self.is_program, client.is_minicluster()) {
            (true, false) => Err(Failure::new(
                Exit::Refused,
                format!("{name} is a program for the minicluster, and {endpoint} is a Flink, which runs jars"),
            )
            .hint("`savepointctl minicluster` starts one; `-m` names it")),
            (false, true) => Err(Failure::new(
                Exit::Refused,
                format!("{name} is a jar, and {endpoint} is a minicluster, which runs programs in TOML files"),
            )
            .hint("name a Flink cluster with -m, or a program that ends in .toml")),
            _ => Ok(()),
        }
    }

    /// Uploads it, and gives back its id in the cluster.
    ///
    /// # Errors
    /// Those of the cluster; 7 for a jar that a minicluster, or a program that a Flink would not run.
    pub async fn upload(self, cx: &Context, client: &Client) -> Result<String, Failure> {
        self.must_suit(client)?;
        let Self {
            file, length, name, ..
        } = self;
        let transfer = cx.printer.transfer(&format!("uploading {name}"), length);
        let content = stream::unfold((file, transfer), |(mut file, transfer)| async move {
            let mut chunk = vec![0u8; CHUNK];
            let read = match file.read(&mut chunk) {
                Ok(0) => return None,
                read => read,
            };
            let chunk = read.map(|count| {
                transfer.advance(count as u64);
                chunk.truncate(count);
                chunk
            });
            Some((chunk, (file, transfer)))
        });
        let uploaded = client
            .upload_jar(&name, length, reqwest::Body::wrap_stream(content))
            .await;
        uploaded.doing(|| format!("cannot upload {name}; nothing was run"))
    }
}
