//! Whether snapshots may be deleted from storage, with no cluster that does it. Decisions are pure.
//!
//! Only what lies in a snapshot's own directory goes, its metadata first; never what another snapshot refers to.

pub mod apply;
mod around;
pub mod claims;
pub mod gather;
mod places;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_on_disk;
#[cfg(test)]
mod tests_under_names;
mod walk;

use super::disposal;
use crate::storage::Location;

/// A snapshot that is to go, and what lies in its directory.
#[derive(Debug, Clone)]
pub struct Subject {
    /// As the user named it, references resolved.
    pub location: String,
    /// The directory in which everything lies that goes, links resolved.
    pub directory: Location,
    /// What was found there.
    pub form: Form,
    /// Its metadata file, by its name in the directory; `None` where there is none.
    pub metadata: Option<OwnFile>,
    /// The files that its metadata names and that lie in its directory.
    pub files: Vec<OwnFile>,
    /// Files in its directory that its metadata does not name.
    pub unknown: Vec<OwnFile>,
    /// What in its directory is never deleted here, with its article: directories, links.
    pub obstacles: Vec<String>,
    /// Directories below its own in which some of its files lie, the deepest first.
    pub below: Vec<String>,
    /// How many files its metadata names elsewhere. They stay.
    pub elsewhere: usize,
    /// Of which of the subjects it uses files, by their positions; never of itself.
    pub uses: Vec<usize>,
}

/// A file in a snapshot's directory.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OwnFile {
    /// Relative to the directory.
    pub name: String,
    /// Bytes.
    pub size: u64,
}

/// What a location turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A directory with metadata.
    Directory,
    /// A metadata file with no directory of its own, as Flink up to 1.2 makes savepoints.
    Flat,
    /// A directory that is named as a snapshot's and has no metadata: what is left of a deletion, or not complete yet.
    Incomplete {
        /// Whether Flink is, or was, writing the metadata.
        in_progress: bool,
    },
    /// A directory with metadata that cannot be decoded, for this reason.
    Undecodable(String),
    /// A link to this location.
    Link(String),
}

/// Another snapshot, and whose files it uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Where it lies.
    pub location: String,
    /// The subjects, by their positions.
    pub uses: Vec<usize>,
}

/// What could not be read where references are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// A snapshot, or a directory of some.
    pub location: String,
    /// Why.
    pub reason: String,
}

/// All that is known, in storage, of the snapshots that are to go.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The snapshots.
    pub subjects: Vec<Subject>,
    /// The directories that were looked through.
    pub roots: Vec<Location>,
    /// Other snapshots that use files of theirs.
    pub holders: Vec<Holder>,
    /// What may use files of theirs, for all one knows.
    pub doubts: Vec<Doubt>,
}

/// Why a snapshot stays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The reason, as a clause.
    pub reason: String,
    /// Whether `--force` overrides it.
    pub yields: bool,
}

impl Refusal {
    fn firm(reason: String) -> Self {
        Self {
            reason,
            yields: false,
        }
    }

    fn yielding(reason: String) -> Self {
        Self {
            reason,
            yields: true,
        }
    }
}

/// What is to become of one snapshot.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its position among the subjects.
    pub at: usize,
    /// The snapshot.
    pub subject: Subject,
    /// Why it stays; none if it goes.
    pub refusals: Vec<Refusal>,
    /// Whether it goes.
    pub goes: bool,
}

impl Item {
    /// Whether it goes although something speaks against it.
    pub fn is_forced(&self) -> bool {
        self.goes && !self.refusals.is_empty()
    }

    /// The reasons in one clause.
    pub fn reason(&self) -> Option<String> {
        let reasons: Vec<&str> = self
            .refusals
            .iter()
            .map(|one| one.reason.as_str())
            .collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }

    /// Whether `--force` would let it go.
    pub fn yields(&self) -> bool {
        self.refusals.iter().all(|refusal| refusal.yields)
    }

    /// Every file that goes with it, the metadata first.
    pub fn files(&self) -> impl Iterator<Item = &OwnFile> {
        let subject = &self.subject;
        let known = subject.metadata.iter().chain(&subject.files);
        // nothing else goes unless it is forced, and then it was named
        known.chain(&subject.unknown)
    }
}

/// The files that a reason names.
const NAMED: usize = 5;

/// Decides for each snapshot. `jobs` has for each what the cluster's jobs have against it, where a cluster was asked.
///
/// What goes is in the order in which it may: a snapshot before those whose files it uses.
pub fn plan(gathered: &Gathered, jobs: &[Option<disposal::Refusal>], force: bool) -> Vec<Item> {
    let subjects = &gathered.subjects;
    let mut refusals: Vec<Vec<Refusal>> = (0..subjects.len())
        .map(|at| against(gathered, at, jobs.get(at).and_then(Option::as_ref)))
        .collect();
    let goes = |refusals: &[Refusal]| refusals.iter().all(|one| one.yields && force);
    let order = loop {
        // what stays still needs its files
        let stays = |at: &usize| !goes(&refusals[*at]);
        let mut more = uses_of(subjects, stays);
        if more.is_empty() {
            let (order, circle) = in_order(subjects, |at| goes(&refusals[at]));
            if circle.is_empty() {
                break order;
            }
            let reason = |at| (at, "it and another one use each other's files".to_owned());
            more = circle.into_iter().map(reason).collect();
        }
        let before: usize = refusals.iter().map(Vec::len).sum();
        for (at, reason) in more {
            let refusal = Refusal::firm(reason);
            if !refusals[at].contains(&refusal) {
                refusals[at].push(refusal);
            }
        }
        if refusals.iter().map(Vec::len).sum::<usize>() == before {
            let (order, _) = in_order(subjects, |at| goes(&refusals[at]));
            break order;
        }
    };
    let kept = (0..subjects.len()).filter(|at| !order.contains(at));
    let all = order.iter().copied().chain(kept);
    all.map(|at| Item {
        at,
        subject: subjects[at].clone(),
        refusals: refusals[at].clone(),
        goes: order.contains(&at),
    })
    .collect()
}

/// For each subject that one which stays uses: its position, and the reason.
fn uses_of(subjects: &[Subject], stays: impl Fn(&usize) -> bool) -> Vec<(usize, String)> {
    let staying = (0..subjects.len()).filter(stays);
    staying
        .flat_map(|at| {
            let subject = &subjects[at];
            let reason = format!("{}, which stays, uses files of it", subject.location);
            subject.uses.iter().map(move |used| (*used, reason.clone()))
        })
        .collect()
}

/// Those that go, users before what they use; and those that use each other in a circle.
fn in_order(subjects: &[Subject], goes: impl Fn(usize) -> bool) -> (Vec<usize>, Vec<usize>) {
    let mut order = Vec::new();
    let mut left: Vec<usize> = (0..subjects.len()).filter(|at| goes(*at)).collect();
    loop {
        let is_used = |at: &usize| left.iter().any(|user| subjects[*user].uses.contains(at));
        let (used, free): (Vec<usize>, Vec<usize>) = left.iter().partition(|at| is_used(at));
        if free.is_empty() {
            return (order, used);
        }
        order.extend(free);
        left = used;
    }
}

/// What speaks against deleting one, besides the others that are to go.
fn against(gathered: &Gathered, at: usize, job: Option<&disposal::Refusal>) -> Vec<Refusal> {
    let Some(subject) = gathered.subjects.get(at) else {
        return Vec::new();
    };
    let mut refusals = of_form(subject);
    let holders = gathered.holders.iter().filter(|one| one.uses.contains(&at));
    let holders: Vec<&str> = holders.map(|one| one.location.as_str()).collect();
    if let [first, more @ ..] = holders.as_slice() {
        let more = match more.len() {
            0 => String::new(),
            count => format!(" (and {count} more)"),
        };
        refusals.push(Refusal::firm(format!("{first}{more} uses files of it")));
    }
    if let Some(job) = job {
        refusals.push(Refusal::yielding(job.reason.clone()));
    }
    if !subject.obstacles.is_empty() {
        let reason = format!(
            "it holds what is no part of a snapshot, and is not deleted here: {}",
            named(subject.obstacles.iter().map(String::as_str))
        );
        refusals.push(Refusal::firm(reason));
    }
    if !subject.unknown.is_empty() && matches!(subject.form, Form::Directory) {
        let names = subject.unknown.iter().map(|file| file.name.as_str());
        refusals.push(Refusal::yielding(format!(
            "it holds {} that its metadata does not name: {}",
            counted(subject.unknown.len()),
            named(names)
        )));
    }
    if let [first, more @ ..] = gathered.doubts.as_slice() {
        let more = match more.len() {
            0 => String::new(),
            count => format!(" (and {count} more like it)"),
        };
        refusals.push(Refusal::yielding(format!(
            "whether another snapshot uses its files is not known: {}: {}{more}",
            first.location, first.reason
        )));
    }
    refusals
}

fn of_form(subject: &Subject) -> Vec<Refusal> {
    let names = subject.unknown.iter().map(|file| file.name.as_str());
    let files = match subject.unknown.len() {
        0 => "nothing lies in it".to_owned(),
        count => format!("{} would go: {}", counted(count), named(names)),
    };
    let refusal = match &subject.form {
        Form::Directory | Form::Flat => return Vec::new(),
        Form::Incomplete { in_progress: true } => Refusal::yielding(format!(
            "it is not complete: Flink is, or was, writing its metadata; {files}"
        )),
        Form::Incomplete { in_progress: false } => Refusal::yielding(format!(
            "it has no _metadata, so it is what is left of a deletion, or is not complete yet; {files}"
        )),
        Form::Undecodable(reason) => Refusal::yielding(format!(
            "its metadata cannot be decoded ({reason}), so which files are its own is not known; {files}"
        )),
        Form::Link(to) => {
            Refusal::firm(format!("it is a symbolic link to {to}: name that instead"))
        }
    };
    vec![refusal]
}

fn named<'n>(names: impl ExactSizeIterator<Item = &'n str>) -> String {
    let count = names.len();
    let shown: Vec<&str> = names.take(NAMED).collect();
    match count.saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn counted(files: usize) -> String {
    match files {
        1 => "1 file".to_owned(),
        files => format!("{files} files"),
    }
}
