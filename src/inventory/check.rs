//! Whether every file of a snapshot is there and as large as its metadata says. Pure: what was found comes in.

pub mod needs;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use crate::domain::location::NormalLocation;
use crate::metadata::Metadata;
use crate::metadata::properties::PropertiesContent;

pub use needs::{Needs, Owner, Required};

/// What was found of one file that is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// Nobody has looked.
    #[default]
    Unseen,
    /// It is not there.
    Missing,
    /// It is there, with this many bytes.
    There(u64),
    /// It could not be looked at: the position of the reason in [`Seen::reasons`].
    Unreadable(u32),
}

/// What was found of a snapshot's files.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seen {
    /// Of each file, in the order of [`Needs`].
    pub fates: Vec<Fate>,
    /// Why files could not be looked at.
    pub reasons: Vec<String>,
    /// What else lies in the snapshot's own directory.
    pub beside: Vec<Beside>,
    /// Whether the snapshot's own directory was listed: else nothing is known of what lies beside.
    pub own_was_listed: bool,
}

impl Seen {
    /// Nothing seen yet.
    pub fn nothing(needs: &Needs) -> Self {
        Self {
            fates: vec![Fate::Unseen; needs.len()],
            ..Self::default()
        }
    }

    /// Notes what was found of a file.
    pub fn see(&mut self, at: usize, fate: Fate) {
        if let Some(place) = self.fates.get_mut(at) {
            *place = fate;
        }
    }

    /// Notes that a file could not be looked at.
    pub fn fail(&mut self, at: usize, reason: &str) {
        let known = self.reasons.iter().position(|known| known == reason);
        let number = known.unwrap_or_else(|| {
            self.reasons.push(reason.to_owned());
            self.reasons.len() - 1
        });
        self.see(at, Fate::Unreadable(number as u32));
    }
}

/// Something in the snapshot's own directory that its metadata does not name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Beside {
    /// Its name.
    pub name: String,
    /// Bytes; `None` for a directory.
    pub size: Option<u64>,
}

/// What is wrong, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The file is not there.
    Missing,
    /// It is shorter than its handles say.
    Short,
    /// It is longer than the handle that owns all of it says.
    Long,
    /// It cannot be looked at from here.
    Unreadable,
    /// The path leads out of the snapshot's directory, or steps back: nobody follows it.
    UnsafePath,
    /// What is in it is not what its handle says.
    Undecodable,
    /// It lies outside the snapshot's directory.
    Outside,
    /// It lies in the snapshot's directory, but the metadata does not name it.
    Unreferenced,
    /// State whose files cannot be told from the metadata.
    Opaque,
    /// A directory without metadata.
    Incomplete,
}

impl Kind {
    /// The word.
    pub fn label(self) -> &'static str {
        match self {
            Kind::Missing => "missing",
            Kind::Short => "short",
            Kind::Long => "long",
            Kind::Unreadable => "unreadable",
            Kind::UnsafePath => "unsafe-path",
            Kind::Undecodable => "undecodable",
            Kind::Outside => "outside",
            Kind::Unreferenced => "unreferenced",
            Kind::Opaque => "opaque",
            Kind::Incomplete => "incomplete",
        }
    }
}

/// The first subtask that needs a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeededBy {
    /// The operator.
    pub operator: Owner,
    /// The subtask; `None` for the operator's coordinator.
    pub subtask: Option<u32>,
}

impl NeededBy {
    pub(super) fn of(needs: &Needs, operator: u32, subtask: Option<u32>) -> Option<Self> {
        let operator = needs.operators.get(operator as usize)?.clone();
        Some(Self { operator, subtask })
    }
}

/// One thing that is wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// What it is.
    pub kind: Kind,
    /// The file or directory; a path that is not followed stands as it is recorded.
    pub location: String,
    /// Bytes that the metadata promises, where it does.
    pub expected_size: Option<u64>,
    /// Bytes that were found.
    pub found_size: Option<u64>,
    /// How many files it is about.
    pub files: usize,
    /// Who needs it, where anyone does.
    pub needed_by: Option<NeededBy>,
    /// More of it, in words.
    pub detail: Option<String>,
}

impl Remark {
    /// A remark on one file or directory.
    pub fn new(kind: Kind, location: impl Into<String>) -> Self {
        Self {
            kind,
            location: location.into(),
            expected_size: None,
            found_size: None,
            files: 1,
            needed_by: None,
            detail: None,
        }
    }

    /// The same with more words.
    #[must_use]
    pub fn with(self, detail: impl Into<String>) -> Self {
        Self {
            detail: Some(detail.into()),
            ..self
        }
    }
}

/// What the check of one snapshot came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// Distinct files that the snapshot needs.
    pub files: usize,
    /// Their recorded bytes.
    pub bytes: u64,
    /// Files whose size is not recorded: only that they exist was checked.
    pub unknown_size: usize,
    /// Files that were opened, not only looked at.
    pub opened: usize,
    /// What is wrong, in the order of the files.
    pub findings: Vec<Remark>,
    /// What is worth knowing.
    pub notes: Vec<Remark>,
}

impl Report {
    /// Whether all that is wrong is that something could not be looked at.
    pub fn is_only_unreadable(&self) -> bool {
        !self.findings.is_empty() && self.findings.iter().all(|one| one.kind == Kind::Unreadable)
    }

    /// Adds what another check of the same snapshot came to.
    pub fn add(&mut self, mut other: Self) {
        self.files += other.files;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.unknown_size += other.unknown_size;
        self.opened += other.opened;
        self.findings.append(&mut other.findings);
        self.notes.append(&mut other.notes);
    }

    /// Makes findings of all notes.
    pub fn make_strict(&mut self) {
        self.findings.append(&mut self.notes);
    }
}

/// What is wrong with metadata that can be read, by itself.
pub fn of_metadata(metadata: &Metadata<'_>, metadata_path: &str) -> Report {
    let mut report = Report::default();
    if let Some(properties) = &metadata.properties
        && let PropertiesContent::Unreadable(problem) = &properties.content
    {
        let detail = format!("Flink would refuse it, for its properties cannot be read: {problem}");
        let broken = Remark::new(Kind::Undecodable, metadata_path);
        report.findings.push(broken.with(detail));
    }
    if !metadata.trailing.is_empty() {
        let count = metadata.trailing.len();
        let detail = format!("{count} bytes follow its end, which Flink does not write");
        let note = Remark::new(Kind::Unreferenced, metadata_path);
        report.notes.push(note.with(detail));
    }
    let subtasks = metadata.operators.iter().flat_map(|op| &op.subtasks);
    let mut java = subtasks.filter_map(|subtask| subtask.state.as_ref()?.java.as_ref());
    if let Some(problem) = java.find_map(|java| java.problem.as_ref()) {
        let detail = format!("some Java-serialised state was not understood: {problem}");
        let note = Remark::new(Kind::Opaque, metadata_path);
        report.notes.push(note.with(detail));
    }
    report
}

/// Compares what a snapshot needs with what was seen.
pub fn compare(needs: &Needs, seen: &Seen) -> Report {
    let mut report = Report {
        files: needs.len(),
        bytes: needs.bytes(),
        unknown_size: needs.unknown_sizes(),
        ..Report::default()
    };
    for path in &needs.unsafe_paths {
        report.findings.push(Remark {
            needed_by: NeededBy::of(needs, path.operator, path.subtask),
            ..Remark::new(Kind::UnsafePath, &path.path)
        });
    }
    for at in 0..needs.len() {
        report.findings.extend(finding(needs, seen, at));
    }
    explain_missing(needs, seen, &mut report.findings);
    report.notes = notes(needs, seen);
    report
}

/// What is wrong with a file, if anything.
fn finding(needs: &Needs, seen: &Seen, at: usize) -> Option<Remark> {
    let file = needs.file(at)?;
    let remark = |kind, found_size, detail: Option<String>| {
        let remark = Remark {
            expected_size: file.size.expected(),
            found_size,
            needed_by: NeededBy::of(needs, file.operator, file.subtask),
            detail,
            ..Remark::new(kind, needs.location(at).unwrap_or_default())
        };
        Some(remark)
    };
    match seen.fates.get(at).copied().unwrap_or_default() {
        Fate::There(size) if size < file.size.at_least => remark(Kind::Short, Some(size), None),
        Fate::There(size) if size > file.size.at_most => remark(Kind::Long, Some(size), None),
        Fate::There(_) => None,
        Fate::Missing => remark(Kind::Missing, None, None),
        Fate::Unseen => remark(
            Kind::Unreadable,
            None,
            Some("it was not looked at".to_owned()),
        ),
        Fate::Unreadable(reason) => {
            let reason = seen.reasons.get(reason as usize).cloned();
            remark(Kind::Unreadable, None, reason)
        }
    }
}

/// Says of missing files what is known to make files miss.
fn explain_missing(needs: &Needs, seen: &Seen, findings: &mut [Remark]) {
    let Some(own) = needs.directories.first() else {
        return;
    };
    let own_place = NormalLocation::of(&own.location);
    let files = seen.beside.iter().filter(|other| other.size.is_some());
    let beside: HashSet<&str> = files.map(|other| other.name.as_str()).collect();
    for finding in findings.iter_mut().filter(|one| one.kind == Kind::Missing) {
        let (place, name) = finding.location.rsplit_once('/').unwrap_or(("", ""));
        let is_own = NormalLocation::of(place) == own_place;
        if !is_own && beside.contains(name) {
            finding.detail = Some(
                "a file of this name lies beside the metadata: the snapshot was moved, and Flink would not find it"
                    .to_owned(),
            );
        } else if is_own && own_place.is_checkpoint() {
            finding.detail = Some(
                "a job that claimed a native savepoint can leave it there (FLINK-39964): look for it beside the \
                 savepoint that the job was started from"
                    .to_owned(),
            );
        }
    }
}

fn notes(needs: &Needs, seen: &Seen) -> Vec<Remark> {
    let mut notes = Vec::new();
    for directory in needs.directories.iter().skip(1) {
        let files = needs.within(directory);
        let size = |at| needs.file(at).map_or(0, |file| file.size.at_least);
        if !files.is_empty() && !is_below_own(needs, &directory.location) {
            notes.push(Remark {
                files: files.len(),
                expected_size: Some(files.map(size).fold(0, u64::saturating_add)),
                ..Remark::new(Kind::Outside, &directory.location)
            });
        }
    }
    if let Some(own) = needs.directories.first() {
        for beside in &seen.beside {
            let at = needs::joined(&own.location, &beside.name);
            let remark = match beside.name.contains(char::REPLACEMENT_CHARACTER) {
                true => Remark::new(Kind::Unreferenced, at)
                    .with("its name cannot be spelled here, so it may be more than one"),
                false => Remark::new(Kind::Unreferenced, at),
            };
            notes.push(Remark {
                found_size: beside.size,
                ..remark
            });
        }
        if needs.opaque > 0 {
            let what = "state that is a directory as a whole was not checked";
            notes.push(Remark {
                files: needs.opaque,
                ..Remark::new(Kind::Opaque, &own.location).with(what)
            });
        }
    }
    notes
}

fn is_below_own(needs: &Needs, location: &str) -> bool {
    let own = needs.directories.first();
    own.is_some_and(|own| NormalLocation::of(location).is_below(&NormalLocation::of(&own.location)))
}
