//! `verify SNAPSHOT | --dir LOCATION`: whether all files of snapshots are there.

use clap::Args;

use super::context::Context;
use super::{latest, roots};
use crate::cli::dirs::DirArgs;
use crate::domain::progress::Progress;
use crate::domain::reference::SnapshotRef;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::inventory::reading::Share;
use crate::inventory::resolution;
use crate::inventory::scan::files::Looker;
use crate::inventory::scan::verify::{self, Checked};
use crate::inventory::scan::{self};
use crate::output::view::VerificationView;

/// Check that every file of a snapshot is there and as large as its metadata says
///
/// Looks at each file once, however many handles name it. Exit code 6 where a file is missing, shorter or longer than
/// recorded, or cannot be decoded. Files outside the snapshot's directory, which incremental checkpoints always have,
/// and files in it that the metadata does not name are notes; with --read also what no reader but Flink's understands.
/// With --dir instead of SNAPSHOT every snapshot below is
/// checked, a line each.
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    savepointctl verify ~/savepoints/savepoint-2e8f82-ef82e8cf6570\n  \
    savepointctl verify latest:orders --strict\n  \
    savepointctl verify latest:orders --read\n  \
    savepointctl verify --dir ~/savepoints -o name")]
pub struct VerifyArgs {
    /// A location (directory or metadata file), or latest, latest~N, latest:JOB
    #[arg(value_name = "SNAPSHOT", required_unless_present = "dirs")]
    snapshot: Option<SnapshotRef>,

    #[command(flatten)]
    dirs: DirArgs,

    /// Open the files too: state headers decode, key groups and elements lie where handles say, tables are whole
    #[arg(long)]
    read: bool,

    /// Open only this share of the files, as 5%: of a snapshot always the same ones, by their names
    #[arg(long, value_name = "PERCENT", conflicts_with = "read")]
    read_subset: Option<Share>,

    /// Count notes as findings
    #[arg(long)]
    strict: bool,

    /// Show long lists whole
    #[arg(long)]
    all: bool,
}

impl VerifyArgs {
    /// The share of the files to open, if any.
    fn reads(&self) -> Option<Share> {
        let all = self.read.then_some(Share::ALL);
        self.read_subset.or(all)
    }
}

/// Runs the command.
pub async fn run(args: &VerifyArgs, cx: &Context) -> Result<Exit, Failure> {
    match &args.snapshot {
        Some(snapshot) => one(args, cx, snapshot).await,
        None => below(args, cx).await,
    }
}

async fn one(args: &VerifyArgs, cx: &Context, snapshot: &SnapshotRef) -> Result<Exit, Failure> {
    let location = latest::resolve(cx, snapshot, &args.dirs).await?;
    let reading = format!("reading {location}");
    let file = cx
        .printer
        .waiting(&reading, resolution::open(cx.storage(), &location))
        .await
        .doing(|| format!("cannot verify {location}"))?;
    let looker = Looker::new(cx.storage());
    let looking = format!("checking the files of {location}");
    let metadata_path = file.metadata_path.clone();
    let checking =
        async |progress: &dyn Progress| verify::one(&looker, file, args.reads(), progress).await;
    let checked = cx.printer.counting(&looking, checking).await;
    let mut checked = checked.doing(|| format!("cannot decode {metadata_path}"))?;
    if args.strict {
        checked.report.make_strict();
    }
    let view = VerificationView::One {
        checked: &checked,
        all: args.all,
    };
    cx.printer.show(&view)?;
    tell_opened(args, cx, std::slice::from_ref(&checked));
    Ok(verdict(&[checked]))
}

async fn below(args: &VerifyArgs, cx: &Context) -> Result<Exit, Failure> {
    let roots = roots::given(&args.dirs)?;
    let looking = format!("looking for snapshots below {}", args.dirs.dirs.join(", "));
    let found = cx
        .printer
        .waiting(&looking, scan::candidates(cx.storage(), &roots))
        .await;
    roots::tell_unspelled(cx, &found.unspelled);
    let failed = roots::told(cx, found.failures, found.places.is_empty())?;
    let checking = format!("checking {} snapshots", found.places.len());
    let all = async |progress: &dyn Progress| {
        verify::all(cx.storage(), &found.places, args.reads(), progress).await
    };
    let mut checked = cx.printer.counting(&checking, all).await;
    if args.strict {
        checked.iter_mut().for_each(|one| one.report.make_strict());
    }
    if checked.is_empty() {
        cx.printer.note("no snapshots were found");
    }
    cx.printer.show(&VerificationView::Below(&checked))?;
    tell_opened(args, cx, &checked);
    Ok(match verdict(&checked) {
        Exit::Success if failed => Exit::Partial,
        exit => exit,
    })
}

/// Says of how many files a share was: it may be none of a few.
fn tell_opened(args: &VerifyArgs, cx: &Context, checked: &[Checked]) {
    if args.read_subset.is_none() {
        return;
    }
    let opened: usize = checked.iter().map(|one| one.report.opened).sum();
    let files: usize = checked.iter().map(|one| one.report.files).sum();
    cx.printer.note(format!("{opened} of {files} files opened"));
}

/// Findings, or that all that was found is that something cannot be read from here.
fn verdict(checked: &[Checked]) -> Exit {
    let mut damaged = checked
        .iter()
        .filter(|one| !one.report.findings.is_empty())
        .peekable();
    if damaged.peek().is_none() {
        Exit::Success
    } else if damaged.all(|one| one.report.is_only_unreadable()) {
        Exit::Unreachable
    } else {
        Exit::Findings
    }
}
