//! Every stream of a snapshot, with whose it is and who else may use it.

use crate::metadata::handle::{Incremental, KeyedHandle, Scope, StreamHandle};
use crate::metadata::location::{Resolved, resolve};
use crate::metadata::model::SubtaskState;
use crate::metadata::sizes::{Part, Storage};
use crate::metadata::{Metadata, Text};

use super::files::Sharing;

/// Whose a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner {
    /// The operator's position in the metadata.
    pub operator: u32,
    /// The subtask's index; `None` for the coordinator.
    pub subtask: Option<u32>,
}

/// A stream of bytes behind a handle.
pub struct Piece<'m> {
    /// Where it is, and its size.
    pub part: Part<'m>,
    /// Whose.
    pub owner: Owner,
    /// What the handles say of who may use it.
    pub sharing: Sharing,
    /// Whether it is a file of a changelog: Flink writes a byte in front of the stream that it does not count.
    pub is_changelog: bool,
}

/// Shows every stream of a snapshot, in the file's order.
pub fn pieces<'m>(metadata: &'m Metadata<'m>, visitor: &mut dyn FnMut(Piece<'m>)) {
    for (operator, position) in metadata.operators.iter().zip(0..) {
        let owner = |subtask| Owner {
            operator: position,
            subtask,
        };
        let mut walk = Walk {
            owner: owner(None),
            is_changelog: false,
            visitor: &mut *visitor,
        };
        walk.stream(operator.coordinator.as_ref(), Sharing::Exclusive);
        for subtask in &operator.subtasks {
            walk.owner = owner(Some(subtask.index));
            if let Some(state) = &subtask.state {
                walk.state(state);
            }
        }
    }
}

/// Paths of a snapshot that tell whether it is sound: found in one walk over all of them.
#[derive(Debug, Default)]
pub struct TellingPaths<'m> {
    /// The first relative path that leaves the snapshot's directory, or is none.
    pub escaping: Option<&'m Text<'m>>,
    /// Some absolute paths of files that no other snapshot uses.
    absolute: Vec<&'m Text<'m>>,
}

impl<'m> TellingPaths<'m> {
    /// The paths of a snapshot.
    pub fn of(metadata: &'m Metadata<'m>) -> Self {
        const ABSOLUTE: usize = 16;
        let mut found = Self::default();
        pieces(metadata, &mut |piece| match piece.part.storage {
            Storage::Relative(path)
                if found.escaping.is_none()
                    && resolve(&piece.part.storage, "/") == Resolved::Escapes =>
            {
                found.escaping = Some(path);
            }
            Storage::File(path)
                if piece.sharing == Sharing::Exclusive
                    && found.absolute.len() < ABSOLUTE
                    && !found.absolute.contains(&path) =>
            {
                found.absolute.push(path);
            }
            _ => {}
        });
        found
    }

    /// Where the snapshot was when it was written, if it has been moved since: an absolute path into a place that is
    /// not there, while a file of the same name lies beside the metadata.
    ///
    /// `is_there` tells whether a location exists, or `None` where it cannot be looked at; `is_beside` whether a name
    /// is in the directory of the metadata.
    pub async fn moved_from(
        &self,
        is_there: impl AsyncFn(String) -> Option<bool>,
        is_beside: impl AsyncFn(String) -> bool,
    ) -> Option<String> {
        for path in &self.absolute {
            let path = path.to_str();
            let Some((place, name)) = path.rsplit_once('/') else {
                continue;
            };
            let is_name = !matches!(name, "" | "." | "..") && !name.contains('\0');
            if is_name
                && is_there(path.to_string()).await != Some(true)
                && is_beside(name.to_owned()).await
            {
                return Some(place.to_owned());
            }
        }
        None
    }
}

struct Walk<'v, 'm> {
    owner: Owner,
    is_changelog: bool,
    visitor: &'v mut dyn FnMut(Piece<'m>),
}

impl<'m> Walk<'_, 'm> {
    fn part(&mut self, part: Part<'m>, sharing: Sharing) {
        (self.visitor)(Piece {
            part,
            owner: self.owner,
            sharing,
            is_changelog: self.is_changelog,
        });
    }

    fn stream(&mut self, stream: Option<&'m StreamHandle<'_>>, sharing: Sharing) {
        let Some(stream) = stream else { return };
        let Some(part) = stream.part() else { return };
        let sharing = match stream {
            StreamHandle::SegmentFile(segment) if segment.scope == Scope::Shared => Sharing::Shared,
            _ if sharing == Sharing::Shared => sharing,
            _ => sharing.max(by_path(&part.storage)),
        };
        self.part(part, sharing);
    }

    fn state(&mut self, state: &'m SubtaskState<'_>) {
        let exclusive = Sharing::Exclusive;
        for handle in state.legacy.iter().flatten() {
            self.stream(Some(handle), exclusive);
        }
        let operator = state.managed_operator.iter().chain(&state.raw_operator);
        for handle in operator.flatten() {
            self.stream(handle.delegate.as_ref(), exclusive);
        }
        for handle in state.managed_keyed.iter().chain(&state.raw_keyed) {
            self.keyed(handle);
        }
        for handle in state.input_channel.iter().chain(&state.result_subpartition) {
            self.stream(handle.delegate(), exclusive);
        }
        if let Some(java) = &state.java {
            java.parts(&mut |part| self.part(part, exclusive));
        }
    }

    fn keyed(&mut self, handle: &'m KeyedHandle<'_>) {
        let exclusive = Sharing::Exclusive;
        match handle {
            KeyedHandle::KeyGroups(groups) => {
                self.stream(groups.groups.delegate.as_ref(), exclusive);
            }
            KeyedHandle::KeyGroupsSavepoint(groups) => {
                self.stream(groups.delegate.as_ref(), exclusive);
            }
            KeyedHandle::IncrementalRemoteKeyed(handle) => self.incremental(handle),
            KeyedHandle::Changelog(handle) => handle.handles().for_each(|h| self.keyed(h)),
            KeyedHandle::InMemoryChangelog(_) => {
                handle.parts(&mut |part| self.part(part, exclusive));
            }
            // the next checkpoint names the same increments until the state is materialised
            KeyedHandle::ChangelogStream(handle) => {
                self.is_changelog = true;
                for part in &handle.parts {
                    self.stream(part.handle.as_ref(), Sharing::Shared);
                }
                self.is_changelog = false;
            }
        }
    }

    fn incremental(&mut self, handle: &'m Incremental<'_>) {
        self.stream(handle.meta.as_ref(), Sharing::Exclusive);
        for file in &handle.shared {
            self.stream(file.handle.as_ref(), Sharing::Shared);
        }
        for file in &handle.private {
            self.stream(file.handle.as_ref(), Sharing::Exclusive);
        }
    }
}

/// Flink names the directories of files that outlive their checkpoint.
fn by_path(storage: &Storage<'_>) -> Sharing {
    let (Storage::File(path) | Storage::Segment { path, .. }) = storage else {
        return Sharing::Exclusive;
    };
    // the file's own directory; with file merging there is one more between
    let mut steps = path.as_bytes().rsplit(|b| *b == b'/').skip(1).take(2);
    let found = steps.find_map(|step| match step {
        b"shared" => Some(Sharing::Shared),
        b"taskowned" => Some(Sharing::TaskOwned),
        _ => None,
    });
    found.unwrap_or(Sharing::Exclusive)
}
