//! `diff A B`: what changed from one snapshot to another.

use clap::Args;

use super::context::Context;
use super::latest;
use crate::cli::dirs::DirArgs;
use crate::domain::reference::SnapshotRef;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::inventory::diff::{self, Side};
use crate::inventory::resolution::{self, SnapshotFile};
use crate::metadata;
use crate::output::view::DiffView;

/// Compare two snapshots, from their metadata files alone
///
/// Shows operators that were added, removed or look renamed (the same state under another operator id), and how
/// parallelism, max parallelism, states and sizes changed. Exit code 0 says that both have the same shape: sizes differ
/// all the same, as they always do. Any other difference is exit code 6.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl diff ~/savepoints/savepoint-2e8f82-ef82e8cf6570 latest:orders\n  \
    savepointctl diff latest~1:orders latest:orders\n  \
    savepointctl diff ./before ./after -o json | jq '.operators[] | select(.change != \"same\")'")]
pub struct DiffArgs {
    /// The earlier one: a location (directory or metadata file), or latest, latest~N, latest:JOB
    #[arg(value_name = "A")]
    before: SnapshotRef,

    /// The later one
    #[arg(value_name = "B")]
    after: SnapshotRef,

    #[command(flatten)]
    dirs: DirArgs,
}

/// Runs the command.
pub async fn run(args: &DiffArgs, cx: &Context) -> Result<Exit, Failure> {
    let both = [&args.before, &args.after];
    let locations = latest::resolve_all(cx, &both, &args.dirs).await?;
    let [before, after] = locations.as_slice() else {
        return Err(Failure::new(Exit::Usage, "give two snapshots"));
    };
    let (old, new) = (opened(cx, before).await?, opened(cx, after).await?);
    let read = |file: &SnapshotFile| format!("cannot decode {}", file.metadata_path);
    let (a, b) = (
        metadata::read(&old.bytes).doing(|| read(&old))?,
        metadata::read(&new.bytes).doing(|| read(&new))?,
    );
    let old = Side {
        metadata: &a,
        directory: &old.directory,
    };
    let new = Side {
        metadata: &b,
        directory: &new.directory,
    };
    let comparison = diff::compare(old, new);
    cx.printer
        .show(&DiffView::new(&comparison, (before, old), (after, new)))?;
    Ok(if comparison.is_same_shape() {
        Exit::Success
    } else {
        Exit::Findings
    })
}

async fn opened(cx: &Context, location: &str) -> Result<SnapshotFile, Failure> {
    let said = format!("reading {location}");
    let opening = resolution::open(cx.storage(), location);
    let opened = cx.printer.waiting(&said, opening).await;
    opened.doing(|| format!("cannot compare {location}"))
}
