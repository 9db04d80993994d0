//! Reads from storage what is needed to decide whether snapshots may go.

use std::collections::{BTreeSet, HashSet};

use super::places::Places;
use super::{Form, Gathered, OwnFile, Subject, around};
use crate::domain::ids::JobId;
use crate::domain::location::NormalLocation;
use crate::inventory::check::Needs;
use crate::inventory::check::needs::joined;
use crate::inventory::resolution::{self, MAX_METADATA, ResolutionError};
use crate::inventory::scan::names::{IN_PROGRESS, Lead, METADATA};
use crate::metadata::{self, Metadata, ReadError};
use crate::storage::{Entry, Location, Storage, StorageError};

/// Why a location names nothing that could be deleted.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// There is no snapshot.
    #[error(transparent)]
    Resolution(#[from] ResolutionError),
    /// A file with no directory of its own that is no metadata.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<StorageError> for GatherError {
    fn from(error: StorageError) -> Self {
        Self::Resolution(error.into())
    }
}

/// A snapshot that is to go, and which directories and files it refers to.
struct Found {
    subject: Subject,
    /// What its files are counted within: its directory, or the file if it has none.
    place: NormalLocation,
    uses: References,
}

/// One of the snapshots that are to go, as others may refer to it.
#[derive(Debug)]
pub(super) struct Wanted {
    /// What its files are counted within.
    pub(super) place: NormalLocation,
    /// The names of its files.
    names: HashSet<String>,
}

/// Where the files lie that a snapshot refers to.
#[derive(Debug, Default)]
pub(super) struct References {
    /// Directories with files, as recorded.
    directories: Vec<String>,
    /// The snapshot's own directory.
    own: String,
    /// The names of the files in it.
    names: Vec<String>,
    /// Whatever is referred to in ways that nobody should follow, as recorded.
    odd: Vec<String>,
    /// The files on this machine, which may be links.
    local: Vec<String>,
}

impl References {
    pub(super) fn of(needs: &Needs, metadata: &Metadata<'_>, directory: &str) -> Self {
        let with_files = needs.directories.iter();
        let with_files = with_files.filter(|one| !needs.within(one).is_empty());
        let states = metadata.operators.iter().flat_map(|op| &op.subtasks);
        let java = states.filter_map(|subtask| subtask.state.as_ref()?.java.as_ref());
        let whole = java.flat_map(|java| &java.states);
        let whole = whole.flat_map(|state| state.directories().map(|path| path.to_string()));
        let own = needs.directories.iter().take(1);
        let beside = own
            .flat_map(|one| needs.within(one))
            .map(|at| needs.file(at));
        // Flink would follow steps back
        let odd = needs
            .unsafe_paths
            .iter()
            .flat_map(|one| [one.path.clone(), joined(directory, &one.path)]);
        Self {
            directories: with_files
                .map(|one| one.location.clone())
                .chain(whole)
                .collect(),
            own: directory.to_owned(),
            names: beside.flatten().map(|file| file.name.to_owned()).collect(),
            odd: odd.collect(),
            local: (0..needs.len())
                .filter_map(|at| needs.location(at))
                .filter(|location| is_local(location))
                .collect(),
        }
    }

    /// Which of the places hold some of the files, by their positions.
    pub(super) async fn within(&self, places: &Places<'_>, wanted: &[Wanted]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        let mut note = |place: &NormalLocation| {
            let is_hit = |(_, wanted): &(usize, &Wanted)| place.may_be_within(&wanted.place);
            found.extend(wanted.iter().enumerate().filter(is_hit).map(|(at, _)| at));
        };
        for directory in &self.directories {
            note(&NormalLocation::of(directory));
            note(&places.real(directory).await);
        }
        for odd in &self.odd {
            // as Flink takes steps back, and as the system does
            note(&NormalLocation::of(odd));
            let real = places.real(odd).await;
            note(&real);
        }
        for file in self.local.iter().chain(&self.odd) {
            if found.len() == wanted.len() {
                break;
            }
            found.extend(places.linked_into(file, wanted).await);
        }
        for (at, wanted) in wanted.iter().enumerate() {
            if !found.contains(&at) && self.lacks_one_of(places, wanted).await {
                found.insert(at);
            }
        }
        found
    }

    /// Whether a file that should lie beside this snapshot's metadata lies beside the other's instead: Flink records
    /// such names when it goes on from a native savepoint that it has claimed (FLINK-39964).
    async fn lacks_one_of(&self, places: &Places<'_>, wanted: &Wanted) -> bool {
        for name in self
            .names
            .iter()
            .filter(|name| wanted.names.contains(*name))
        {
            if places.is_missing(&joined(&self.own, name)).await {
                return true;
            }
        }
        false
    }
}

/// Where other snapshots are looked for.
#[derive(Debug, Clone, Default)]
pub struct Around {
    /// Directories above snapshots.
    pub roots: Vec<Location>,
    /// Snapshots that running jobs count on, wherever they lie.
    pub in_use: Vec<String>,
}

/// Reads the snapshots at these locations, each once, and which others use their files.
///
/// # Errors
/// The first location that names no snapshot, with the reason.
pub async fn gather(
    storage: &Storage,
    locations: &[String],
    around: &Around,
) -> Result<Gathered, (String, GatherError)> {
    let places = Places::new(storage);
    let mut found: Vec<Found> = Vec::new();
    for location in locations {
        let one = find(storage, &places, location).await;
        let one = one.map_err(|error| (location.clone(), error))?;
        let is_known = |other: &Found| {
            other.place == one.place && other.subject.metadata == one.subject.metadata
        };
        if !found.iter().any(is_known) {
            found.push(one);
        }
    }
    let wanted: Vec<Wanted> = found.iter().map(Found::wanted).collect();
    let mut gathered = Gathered::default();
    for (at, one) in found.into_iter().enumerate() {
        let mut subject = one.subject;
        let uses = one.uses.within(&places, &wanted).await;
        subject.uses = uses.into_iter().filter(|used| *used != at).collect();
        gathered.subjects.push(subject);
    }
    gathered.roots = roots(&around.roots, &gathered.subjects);
    let roots = gathered.roots.clone();
    around::look_around(storage, &places, &wanted, &roots, &mut gathered).await;
    around::in_use(storage, &places, &wanted, &around.in_use, &mut gathered).await;
    Ok(gathered)
}

/// The directories to look through: those above the snapshots, wherever these really lie, and the given ones.
fn roots(given: &[Location], subjects: &[Subject]) -> Vec<Location> {
    let above = subjects.iter().map(Subject::above);
    let mut roots: Vec<Location> = Vec::new();
    for root in given.iter().cloned().chain(above) {
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    roots
}

/// Whether all references of a snapshot are known.
pub(super) fn is_understood(metadata: &Metadata<'_>) -> bool {
    let states = metadata.operators.iter().flat_map(|op| &op.subtasks);
    let mut java = states.filter_map(|subtask| subtask.state.as_ref()?.java.as_ref());
    java.all(|java| java.problem.is_none())
}

pub(super) async fn file_at(places: &Places<'_>, file: &Location) -> NormalLocation {
    let directory = places.real(&file.parent().to_string()).await;
    NormalLocation::of(&joined(directory.as_str(), file.name()))
}

/// The snapshot at a location, and what lies in its directory.
async fn find(
    storage: &Storage,
    places: &Places<'_>,
    location: &str,
) -> Result<Found, GatherError> {
    let at = Location::of(location)?.absolute();
    let is_directory = matches!(storage.look(&at).await?, Entry::Directory);
    let directory = match (is_directory, at.name() == METADATA) {
        (true, _) => at.clone(),
        (false, true) => at.parent(),
        (false, false) => return flat(storage, places, location, &at).await,
    };
    if let Some(to) = link(storage, &directory).await? {
        return Ok(Found::link(location, directory, to));
    }
    let directory = storage.real(&directory).await?;
    let place = places.real(&directory.to_string()).await;
    let mut subject = Subject::new(location, directory);
    let entries = storage.list(&subject.directory).await?;
    let metadata = entries.iter().find_map(|one| match one.entry {
        Entry::File { size, .. } if one.name == METADATA => Some(OwnFile {
            name: METADATA.to_owned(),
            size,
        }),
        _ => None,
    });
    let Some(metadata) = metadata else {
        let is_named_so = Lead::of_directory(subject.directory.name()) == Lead::Snapshot;
        if !is_named_so || !is_directory {
            // says what is there instead
            resolution::open(storage, location).await?;
        }
        let in_progress = entries.iter().any(|one| one.name.starts_with(IN_PROGRESS));
        subject.form = Form::Incomplete { in_progress };
        sort(storage, &mut subject, None).await?;
        return Ok(Found::without_metadata(subject, place));
    };
    let bytes = storage
        .read(&subject.directory.join(METADATA), MAX_METADATA)
        .await?;
    subject.metadata = Some(metadata);
    let read = metadata::read(&bytes);
    let metadata = match &read {
        Ok(metadata) if is_understood(metadata) => metadata,
        Ok(_) => {
            subject.form = Form::Undecodable("some of its state was not understood".to_owned());
            sort(storage, &mut subject, None).await?;
            return Ok(Found::without_metadata(subject, place));
        }
        Err(error) => {
            subject.form = Form::Undecodable(error.to_string());
            sort(storage, &mut subject, None).await?;
            return Ok(Found::without_metadata(subject, place));
        }
    };
    let own = subject.directory.to_string();
    let needs = Needs::of(metadata, &own);
    let (known, elsewhere) = own_files(places, &needs, &place).await;
    subject.elsewhere = elsewhere;
    sort(storage, &mut subject, Some(&known)).await?;
    Ok(Found {
        uses: References::of(&needs, metadata, &own),
        place,
        subject,
    })
}

/// The names, below a snapshot's directory, of the files that it refers to there; and how many it refers to elsewhere.
async fn own_files(
    places: &Places<'_>,
    needs: &Needs,
    place: &NormalLocation,
) -> (HashSet<String>, usize) {
    let (mut known, mut elsewhere) = (HashSet::new(), 0);
    for directory in &needs.directories {
        let files = needs.within(directory);
        let lies = places.real(&directory.location).await;
        if files.is_empty() {
            continue;
        }
        if !lies.may_be_within(place) {
            elsewhere += files.len();
            continue;
        }
        // both end alike, whatever their storages are called
        let steps =
            |place: &NormalLocation| place.as_str().split('/').filter(|s| !s.is_empty()).count();
        let below: Vec<&str> = lies.as_str().split('/').filter(|s| !s.is_empty()).collect();
        let deeper = steps(&lies).saturating_sub(steps(place));
        let below = below
            .get(below.len().saturating_sub(deeper)..)
            .unwrap_or_default()
            .join("/");
        for file in files.filter_map(|at| needs.file(at)) {
            known.insert(if below.is_empty() {
                file.name.to_owned()
            } else {
                joined(&below, file.name)
            });
        }
    }
    (known, elsewhere)
}

/// Where a directory or file leads, if it is itself a link.
async fn link(storage: &Storage, at: &Location) -> Result<Option<String>, StorageError> {
    if at.local().is_none() || matches!(at.name(), "" | "." | "..") {
        return Ok(None);
    }
    let real = storage.real(at).await?;
    let beside = storage.real(&at.parent()).await?.join(at.name());
    Ok((real != beside).then(|| real.to_string()))
}

/// A metadata file with no directory of its own.
async fn flat(
    storage: &Storage,
    places: &Places<'_>,
    location: &str,
    at: &Location,
) -> Result<Found, GatherError> {
    if let Some(to) = link(storage, at).await? {
        return Ok(Found::link(location, at.clone(), to));
    }
    let file = resolution::open(storage, location).await?;
    let metadata = metadata::read(&file.bytes)?;
    let directory = storage.real(&at.parent()).await?;
    let mut subject = Subject::new(location, directory);
    subject.form = Form::Flat;
    subject.metadata = Some(OwnFile {
        name: at.name().to_owned(),
        size: file.bytes.len() as u64,
    });
    let needs = Needs::of(&metadata, &file.directory);
    subject.elsewhere = needs.len();
    Ok(Found {
        subject,
        place: file_at(places, at).await,
        uses: References::of(&needs, &metadata, &file.directory),
    })
}

impl Subject {
    /// The directory above its own; of a checkpoint, the one above its job's.
    fn above(&self) -> Location {
        let parent = match self.form {
            Form::Flat => self.directory.clone(),
            _ => self.directory.parent(),
        };
        match parent.name().parse::<JobId>() {
            Ok(_) => parent.parent(),
            Err(_) => parent,
        }
    }

    fn new(location: &str, directory: Location) -> Self {
        Self {
            location: location.to_owned(),
            directory,
            form: Form::Directory,
            metadata: None,
            files: Vec::new(),
            unknown: Vec::new(),
            obstacles: Vec::new(),
            below: Vec::new(),
            elsewhere: 0,
            uses: Vec::new(),
        }
    }
}

fn is_local(location: &str) -> bool {
    Location::of(location).is_ok_and(|at| at.local().is_some())
}

impl Found {
    fn wanted(&self) -> Wanted {
        let files = self.subject.files.iter().chain(&self.subject.unknown);
        Wanted {
            place: self.place.clone(),
            names: files.map(|file| file.name.clone()).collect(),
        }
    }

    fn without_metadata(subject: Subject, place: NormalLocation) -> Self {
        Self {
            subject,
            place,
            uses: References::default(),
        }
    }

    fn link(location: &str, at: Location, to: String) -> Self {
        let place = NormalLocation::of(&at.to_string());
        let mut subject = Subject::new(location, at);
        subject.form = Form::Link(to);
        Self::without_metadata(subject, place)
    }
}

/// Sorts what lies in a snapshot's directory by whether its metadata names it, if that is known. Looks only into directories on the way to
/// files that it names, and into none by a link.
async fn sort(
    storage: &Storage,
    subject: &mut Subject,
    known: Option<&HashSet<String>>,
) -> Result<(), StorageError> {
    let on_the_way: HashSet<&str> = known
        .into_iter()
        .flatten()
        .flat_map(|name| name.match_indices('/').map(|(at, _)| &name[..at]))
        .collect();
    let mut waiting = vec![String::new()];
    while let Some(below) = waiting.pop() {
        let directory = match below.as_str() {
            "" => subject.directory.clone(),
            below => subject.directory.join(below),
        };
        for one in storage.list(&directory).await? {
            let name = match below.as_str() {
                "" => one.name.clone(),
                below => joined(below, &one.name),
            };
            match one.entry {
                _ if !one.is_spelled() => {
                    let why = "a name that cannot be spelled here, so it cannot be deleted";
                    subject.obstacles.push(format!("{name} ({why})"));
                }
                Entry::File { .. } if name == METADATA => {}
                Entry::File { size, .. } => {
                    let is_own = known.is_some_and(|known| {
                        known.contains(&name) || is_beside(&one.name, &below, known)
                    });
                    let file = OwnFile { name, size };
                    match is_own {
                        true => subject.files.push(file),
                        false => subject.unknown.push(file),
                    }
                }
                Entry::Directory
                    if on_the_way.contains(name.as_str())
                        && link(storage, &subject.directory.join(&name))
                            .await?
                            .is_none() =>
                {
                    subject.below.push(name.clone());
                    waiting.push(name);
                }
                Entry::Directory => subject.obstacles.push(format!("the directory {name}")),
                Entry::Other(what) => subject.obstacles.push(format!("{name} ({what})")),
            }
        }
    }
    for list in [&mut subject.files, &mut subject.unknown] {
        list.sort();
    }
    subject.obstacles.sort();
    let depth = |name: &String| name.matches('/').count();
    subject
        .below
        .sort_by_key(|name| std::cmp::Reverse(depth(name)));
    Ok(())
}

/// Whether a file belongs to one that is known: what is left of writing the metadata, and the checksums that Hadoop's
/// local file system keeps.
fn is_beside(name: &str, below: &str, known: &HashSet<String>) -> bool {
    if below.is_empty() && (name.starts_with(IN_PROGRESS) || name == "._metadata.crc") {
        return true;
    }
    let of = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(".crc"));
    of.is_some_and(|of| match below {
        "" => known.contains(of),
        below => known.contains(&joined(below, of)),
    })
}
