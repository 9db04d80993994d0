//! A jar on this machine, or a program of the minicluster, on its way to the cluster.

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

/// How a program of the minicluster ends.
const PROGRAM: &str = ".toml";

/// A jar on this machine, or a program of the minicluster, which goes where a jar does.
pub struct Jar {
    file: File,
    length: u64,
    name: String,
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
        // whether the cluster takes a minicluster's program is for the cluster to say
        if !name.ends_with(PROGRAM) {
            looks_like_a_jar(&mut file, &name).map_err(|why| cannot(format!("{shown} {why}")))?;
        }
        let file = File::open(path)
            .map_err(|err| cannot(format!("cannot read the jar {shown}: {err}")))?;
        Ok(Self {
            file,
            length: metadata.len(),
            name,
        })
    }

    /// Uploads it, and gives back its id in the cluster.
    pub async fn upload(self, cx: &Context, client: &Client) -> Result<String, Failure> {
        let Self { file, length, name } = self;
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

/// Whether a cluster could take it for a jar, else why not.
fn looks_like_a_jar(file: &mut File, name: &str) -> Result<(), &'static str> {
    if !name.ends_with(".jar") {
        return Err("is no jar by its name, and the cluster takes none that does not end in .jar");
    }
    let mut magic = [0u8; 4];
    // every zip file with an entry begins so
    if file.read_exact(&mut magic).is_err() || magic != *b"PK\x03\x04" {
        return Err("is not a jar: it does not begin as a zip file does");
    }
    Ok(())
}
