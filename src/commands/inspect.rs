//! `inspect SNAPSHOT`: what a snapshot contains.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;

use super::context::Context;
use super::latest;
use crate::cli::dirs::DirArgs;
use crate::domain::reference::SnapshotRef;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::inventory::inspection::{self, Names, TellingPaths, names};
use crate::inventory::resolution::{self, SnapshotFile};
use crate::metadata::model::Operator;
use crate::metadata::{self, Metadata};
use crate::output::view::inspect::{Found, Inspection};
use crate::output::view::{Details, InspectionView};
use crate::storage::{Entry, Location, StorageError};

/// The largest file of uids that is read.
const MAX_UIDS: u64 = 16 << 20;

/// Show what a savepoint or checkpoint contains, from its metadata file alone
///
/// Reads the metadata of Flink 1.0 to 2.3, without a cluster unless SNAPSHOT is a latest reference. Sizes are as Flink
/// counts them: a file that several handles refer to counts several times, save where files are counted.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl inspect ~/savepoints/savepoint-2e8f82-ef82e8cf6570\n  \
    savepointctl inspect latest:orders --subtasks\n  \
    savepointctl inspect ~/checkpoints/2e8f82d94cde8d5f4b6b1a8bcd87e5a3/chk-17 --files --all\n  \
    savepointctl inspect latest:orders -o json | jq '.operators[].uid'")]
pub struct InspectArgs {
    /// A location (directory or metadata file), or latest, latest~N, latest:JOB
    #[arg(value_name = "SNAPSHOT")]
    snapshot: SnapshotRef,

    #[command(flatten)]
    dirs: DirArgs,

    /// Show each subtask, and how evenly the state lies on them
    #[arg(long)]
    subtasks: bool,

    /// Show every file that is referred to, once, with who refers to it
    #[arg(long)]
    files: bool,

    /// Draw the keyed state of an operator (name, uid or id) by key group
    #[arg(long, value_name = "OPERATOR")]
    key_groups: Vec<String>,

    /// Show long lists whole, and names uncut
    #[arg(long)]
    all: bool,

    /// A uid of the program, to name an operator whose uid is not recorded (repeatable)
    #[arg(long = "uid", value_name = "UID")]
    uids: Vec<String>,

    /// A file of uids, one a line; lines that start with # are comments
    #[arg(long = "uids", value_name = "FILE")]
    uid_file: Option<PathBuf>,
}

/// Runs the command.
pub async fn run(args: &InspectArgs, cx: &Context) -> Result<Exit, Failure> {
    let names = given_names(args, cx).await?;
    let location = latest::resolve(cx, &args.snapshot, &args.dirs).await?;
    let opening = resolution::open(cx.storage(), &location);
    let file = cx
        .printer
        .waiting(&format!("reading {location}"), opening)
        .await
        .doing(|| format!("cannot inspect {location}"))?;
    let metadata =
        metadata::read(&file.bytes).doing(|| format!("cannot decode {}", file.metadata_path))?;
    let selected = selected(args, &metadata, &names)?;
    remark(cx, &metadata, &file, &names).await;
    let view = InspectionView::new(
        Inspection {
            metadata: &metadata,
            found: Found {
                metadata_path: &file.metadata_path,
                metadata_size: file.bytes.len() as u64,
                directory: &file.directory,
            },
        },
        &names,
        Details {
            subtasks: args.subtasks,
            files: args.files,
            key_groups: selected,
            all: args.all,
        },
    );
    cx.printer.show(&view)?;
    Ok(Exit::Success)
}

/// The uids of both flags.
async fn given_names(args: &InspectArgs, cx: &Context) -> Result<Names, Failure> {
    let mut uids = args.uids.clone();
    if let Some(path) = &args.uid_file {
        uids.extend(Names::parse(&read_uids(cx, path).await?));
    }
    Ok(uids.into_iter().collect())
}

/// A file of uids.
///
/// # Errors
/// It cannot be read, or is no text (2).
pub async fn read_uids(cx: &Context, path: &Path) -> Result<String, Failure> {
    let read = async {
        let name = path.to_str().ok_or("its name is not UTF-8")?;
        let file = Location::of(name).map_err(|err| err.to_string())?;
        let bytes = match cx.storage().look(&file).await {
            Ok(Entry::Other(_)) => piped(path.to_owned()).await?,
            _ => {
                let read = cx.storage().read(&file, MAX_UIDS).await;
                read.map_err(|err| err.to_string())?
            }
        };
        String::from_utf8(bytes).map_err(|err| format!("it is not UTF-8: {err}"))
    };
    read.await.map_err(|why: String| {
        Failure::new(Exit::Usage, why).doing(format!("cannot read uids from {}", path.display()))
    })
}

/// All that comes out of a pipe, if that is not too much.
async fn piped(path: PathBuf) -> Result<Vec<u8>, String> {
    let read = move || {
        let mut bytes = Vec::new();
        let file = File::open(path)?;
        file.take(MAX_UIDS + 1).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    };
    let read = tokio::task::spawn_blocking(read).await;
    let bytes = read.map_err(|err| err.to_string())?;
    let bytes = bytes.map_err(|err| err.to_string())?;
    if bytes.len() as u64 > MAX_UIDS {
        return Err(format!("more than {MAX_UIDS} bytes come out of it"));
    }
    Ok(bytes)
}

/// The operators whose key groups are asked for.
fn selected<'m>(
    args: &InspectArgs,
    metadata: &'m Metadata<'m>,
    names: &Names,
) -> Result<Vec<&'m Operator<'m>>, Failure> {
    let mut selected = Vec::new();
    for wanted in &args.key_groups {
        match names::select(metadata, names, wanted)[..] {
            [one] => selected.push(one),
            [] => {
                let what =
                    format!("no operator of the snapshot has the name, uid or id '{wanted}'");
                return Err(Failure::new(Exit::Usage, what)
                    .hint("without --key-groups the operators are listed"));
            }
            [..] => {
                let what = format!("several operators of the snapshot are called '{wanted}'");
                return Err(Failure::new(Exit::Usage, what).hint("name it by its operator id"));
            }
        }
    }
    Ok(selected)
}

/// Says on stderr what is odd about the snapshot.
async fn remark(cx: &Context, metadata: &Metadata<'_>, file: &SnapshotFile, names: &Names) {
    for remark in inspection::remarks(metadata) {
        cx.printer.warning(remark);
    }
    let paths = TellingPaths::of(metadata);
    if let Some(path) = paths.escaping {
        cx.printer.warning(format!(
            "the relative path '{path}' leaves the snapshot's directory: it is not resolved, and should not be trusted"
        ));
    }
    let is_there = |path: String| is_there(cx, path);
    let is_beside = |name: String| {
        let at = file.place.join(&name);
        async move { cx.storage().look(&at).await.is_ok() }
    };
    if let Some(place) = paths.moved_from(is_there, is_beside).await {
        cx.printer.warning(format!(
            "the snapshot was moved: it names files in {place}, which are not there but lie beside its metadata; Flink \
             would not find them"
        ));
    }
    for uid in names.unused(metadata) {
        cx.printer.note(format!(
            "the uid '{uid}' names no operator of this snapshot"
        ));
    }
}

/// Whether a location exists; `None` where it cannot be looked at from here.
async fn is_there(cx: &Context, location: String) -> Option<bool> {
    match cx.storage().look(&Location::of(&location).ok()?).await {
        Ok(_) => Some(true),
        Err(StorageError::Missing { .. }) => Some(false),
        Err(_) => None,
    }
}
