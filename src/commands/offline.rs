//! `dispose --offline SNAPSHOT...`: deletes snapshots from storage, with no cluster that does it.

use clap::Args;

use super::context::Context;
use super::dispose::{self, DisposeArgs};
use super::{latest, roots, snapshots};
use crate::domain::reference::SnapshotRef;
use crate::error::{Doing, Failure};
use crate::exit::Exit;
use crate::inventory::catalogue::JobHistory;
use crate::inventory::disposal;
use crate::inventory::offline::apply::{self, Deleted};
use crate::inventory::offline::claims;
use crate::inventory::offline::gather::{self, Around};
use crate::inventory::offline::{self, Item};
use crate::output::view::{DisposedView, OfflinePlanView};
use crate::rest::Client;
use crate::storage::Location;

/// How a disposal without a cluster is done.
#[derive(Args, Debug)]
pub struct OfflineArgs {
    /// Delete from storage, with no cluster: only what lies in the snapshot's own directory, and nothing that another
    /// snapshot refers to
    #[arg(long, conflicts_with = "timeout")]
    pub offline: bool,

    /// With --offline: look for snapshots that use its files below this directory, too (repeatable)
    #[arg(long = "root", value_name = "LOCATION", requires = "offline")]
    pub roots: Vec<String>,

    /// With --offline: do not ask the configured cluster whether a running job needs it
    #[arg(long, requires = "offline")]
    pub no_cluster: bool,
}

/// All that a plan is made from but what lies in storage.
struct Known {
    locations: Vec<String>,
    around: Around,
    jobs: Vec<JobHistory>,
}

/// Runs the command.
pub async fn run(args: &DisposeArgs, cx: &Context) -> Result<Exit, Failure> {
    let client = cluster(args, cx).await?;
    let known = known(args, cx, client.as_ref()).await?;
    let (mut items, roots) = plan(args, cx, &known).await?;
    cx.printer.note(format!(
        "looked for snapshots that use the same files below {}",
        roots.join(", ")
    ));
    if args.dry_run {
        cx.printer.show(&OfflinePlanView::new(&items, &roots))?;
        let goes = items.iter().any(|item| item.goes);
        return Ok(if goes { Exit::Success } else { Exit::Refused });
    }
    if !args.yes && items.iter().any(|item| item.goes) {
        let going = items.iter().filter(|item| item.goes);
        dispose::confirm(going.map(shown).collect()).await?;
        // the answer may have taken long: what has come to need a snapshot since is seen now
        let jobs = match &client {
            Some(client) => dispose::settled(cx, client).await?,
            None => Vec::new(),
        };
        (items, _) = plan(args, cx, &Known { jobs, ..known }).await?;
    }
    let count = items.len();
    let mut failures = Vec::new();
    let mut left: Vec<usize> = Vec::new();
    for item in &items {
        let user =
            |other: &&Item| left.contains(&other.at) && other.subject.uses.contains(&item.at);
        let deleted = match items.iter().find(user) {
            _ if !item.goes => Err(refusal(item)),
            Some(user) => Err(kept_for(item, user)),
            None => delete(args, cx, item).await,
        };
        match deleted {
            Ok(gone) => cx.printer.show(&gone)?,
            Err(failure) => {
                cx.printer.failure(&failure);
                failures.push(failure.exit);
                left.push(item.at);
            }
        }
    }
    dispose::verdict(count, &failures)
}

/// The cluster, if the settings name one and it is to be asked.
///
/// # Errors
/// It cannot be reached: then nobody can tell what its jobs need.
async fn cluster(args: &DisposeArgs, cx: &Context) -> Result<Option<Client>, Failure> {
    if args.offline.no_cluster {
        return Ok(None);
    }
    if cx.settings()?.endpoint.is_none() {
        cx.printer
            .note("no cluster is named, so whether a running job needs it is not known");
        return Ok(None);
    }
    let client = cx.client().await;
    client.map(Some).map_err(|failure| {
        failure.doing("nothing was deleted: what running jobs need is not known").hint(
            "--no-cluster leaves them out, for a cluster that is gone or has nothing to do with these snapshots",
        )
    })
}

async fn known(
    args: &DisposeArgs,
    cx: &Context,
    client: Option<&Client>,
) -> Result<Known, Failure> {
    if let (true, Some(client)) = (args.names_latest(), client) {
        snapshots::wait_for_fresh(cx, client).await;
    }
    let jobs = match client {
        Some(client) => dispose::settled(cx, client).await?,
        None => Vec::new(),
    };
    let looked = snapshots::in_storage(cx, client, &args.dirs, &args.snapshots).await?;
    let named: Vec<&SnapshotRef> = args.snapshots.iter().collect();
    let locations = latest::located(cx, &jobs, looked, &named).await?;
    let mut around = configured(cx, client).await?;
    for dir in args.offline.roots.iter().chain(&args.dirs.dirs) {
        let root = roots::location(dir)?;
        let looked = cx.storage().look(&root).await;
        looked.doing(|| format!("cannot look into {dir}"))?;
        around.push(root);
    }
    let around = Around {
        roots: around,
        in_use: disposal::newest_checkpoints(&jobs),
    };
    Ok(Known {
        locations,
        around,
        jobs,
    })
}

/// The directories that the configuration names: the cluster's if there is one, else the local one. Other than for a
/// list, one on this machine counts whosever the configuration is: the disk may be shared.
///
/// # Errors
/// The cluster does not show its configuration (5).
async fn configured(cx: &Context, client: Option<&Client>) -> Result<Vec<Location>, Failure> {
    let settings = cx.settings()?;
    let local = |key: &str| settings.flink.get(key).map(|value| value.value.clone());
    let Some(client) = client else {
        return Ok(roots::directories(local));
    };
    let theirs = client.configuration().await.map_err(|error| {
        let failure = Failure::from(error)
            .doing("nothing was deleted: where the cluster keeps snapshots is not known")
            .hint("--no-cluster leaves its jobs and directories out; name these with --root");
        Failure {
            exit: Exit::Unreachable,
            ..failure
        }
    })?;
    let found = roots::directories(|key| {
        let found = theirs.iter().find(|(known, _)| known == key);
        found.map(|(_, value)| value.clone())
    });
    if found.is_empty() {
        return Ok(roots::directories(local));
    }
    let mut here = Vec::new();
    for at in found {
        let is_elsewhere = at.local().is_some()
            && matches!(cx.storage().look(&at).await, Err(error) if error.is_missing());
        if !is_elsewhere {
            here.push(at);
        }
    }
    Ok(here)
}

/// What is to become of each snapshot, and the directories that were looked through.
async fn plan(
    args: &DisposeArgs,
    cx: &Context,
    known: &Known,
) -> Result<(Vec<Item>, Vec<String>), Failure> {
    let gathering = gather::gather(cx.storage(), &known.locations, &known.around);
    let gathered = cx
        .printer
        .waiting("looking for snapshots that use the same files", gathering)
        .await;
    let gathered = gathered.map_err(|(location, error)| {
        Failure::from(error).doing(format!("cannot dispose of {location}"))
    })?;
    let claims = claims::claims(cx.storage(), &gathered, &known.jobs).await;
    let roots = gathered.roots.iter().map(ToString::to_string).collect();
    Ok((offline::plan(&gathered, &claims, args.force), roots))
}

/// A snapshot in a question.
fn shown(item: &Item) -> String {
    let files = item.files().count();
    let size = item
        .files()
        .fold(0_u64, |sum, file| sum.saturating_add(file.size));
    let forced = item.reason().filter(|_| item.is_forced());
    let forced = forced.map_or_else(String::new, |reason| format!(", by force: {reason}"));
    format!(
        "{} ({files} files, {size} bytes){forced}",
        item.subject.location
    )
}

fn refusal(item: &Item) -> Failure {
    let reason = item.reason().unwrap_or_default();
    let failure = Failure::new(
        Exit::Refused,
        format!("{} is kept: {reason}", item.subject.location),
    );
    if item.yields() {
        failure.hint("--force disposes of it all the same")
    } else {
        failure
    }
}

fn kept_for(item: &Item, user: &Item) -> Failure {
    let what = format!(
        "{} is kept: {} uses files of it, and was not deleted",
        item.subject.location, user.subject.location
    );
    Failure::new(Exit::Refused, what)
}

/// The words that dispose of the rest of a snapshot. Not by force, though that takes it: it is looked at anew first.
fn words(args: &DisposeArgs, location: &str) -> Vec<String> {
    let mut words = vec!["--offline".to_owned()];
    if args.offline.no_cluster {
        words.push("--no-cluster".to_owned());
    }
    for (flag, dirs) in [("--root", &args.offline.roots), ("--dir", &args.dirs.dirs)] {
        words.extend(dirs.iter().flat_map(|dir| [flag.to_owned(), dir.clone()]));
    }
    words.push(location.to_owned());
    words
}

async fn delete(args: &DisposeArgs, cx: &Context, item: &Item) -> Result<DisposedView, Failure> {
    let location = &item.subject.location;
    let resume = cx.command("dispose", words(args, location));
    cx.begin_deletion(location, &resume);
    let deletion = apply::delete(cx.storage(), item);
    let deleted = cx
        .printer
        .waiting(&format!("deleting {location}"), deletion)
        .await;
    cx.end_deletion();
    match deleted {
        Deleted::Gone { directory_stays } => {
            if directory_stays {
                cx.printer.note(format!(
                    "the directory of {location} stays: something has come into it meanwhile"
                ));
            }
            Ok(DisposedView::new(location, None))
        }
        Deleted::Nothing(error) => Err(Failure::from(error)
            .doing(format!("cannot dispose of {location}; nothing was deleted"))),
        Deleted::Partly { left, error } => {
            let left = match left {
                0 => "its directory was".to_owned(),
                1 => "1 of its files was".to_owned(),
                count => format!("{count} of its files were"),
            };
            let what = format!("{location} is no snapshot any more, but {left} not deleted");
            let failure = Failure::from(error).doing(what);
            Err(Failure {
                exit: Exit::Partial,
                ..failure
            }
            .hint(format!("resume with `{resume}`")))
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        args: DisposeArgs,
    }

    #[test]
    fn the_rest_is_disposed_of_with_the_same_roots_but_not_by_force() {
        let typed =
            "dispose --offline --force --yes --no-cluster --root s3://a --root b --dir c x y";
        let line = Line::try_parse_from(typed.split(' ')).unwrap();
        let resumed = words(&line.args, "x").join(" ");
        assert_eq!(
            resumed,
            "--offline --no-cluster --root s3://a --root b --dir c x"
        );
    }
}
