//! Whether a snapshot's files may be needed by others.

use super::disposal::SharedFiles;
use super::inspection::files::{FileUse, References, Sharing};
use crate::domain::location::NormalLocation;
use crate::metadata::Metadata;
use crate::metadata::location::{Resolved, resolve};
use crate::metadata::model::SubtaskState;
use crate::metadata::sizes::Storage;

/// What the metadata of a snapshot in `directory` says of shared files.
///
/// None only if every file and directory that it names lies inside that directory, and none of them is called shared.
/// Symbolic links are not followed: what is inside by a link alone counts as outside.
pub fn shared_files(metadata: &Metadata<'_>, directory: &str) -> SharedFiles {
    let states = metadata.operators.iter().flat_map(|op| &op.subtasks);
    let states = || states.clone().filter_map(|s| s.state.as_deref());
    let is_unread = |state: &SubtaskState<'_>| {
        state
            .java
            .as_ref()
            .is_some_and(|java| java.problem.is_some())
    };
    if states().any(is_unread) {
        return SharedFiles::Unknown;
    }
    let own = NormalLocation::of(directory);
    let file_is_own = |file: FileUse<'_>| {
        let is_inside = if file.is_relative {
            resolve(&Storage::Relative(file.path), directory) != Resolved::Escapes
        } else {
            is_inside(&file.path.to_str(), &own)
        };
        is_inside && file.sharing == Sharing::Exclusive
    };
    let all_own = References::of(metadata).files().all(file_is_own)
        && states().all(|state| directories_are_own(state, &own));
    if all_own {
        SharedFiles::None
    } else {
        SharedFiles::Some
    }
}

/// Whether any file that the metadata of a snapshot in `directory` names lies outside that directory, as it does for
/// incremental checkpoints, and for copies and moved snapshots of which the files stayed where they were.
pub fn names_foreign_files(metadata: &Metadata<'_>, directory: &str) -> bool {
    let own = NormalLocation::of(directory);
    let mut foreign = false;
    metadata.parts(&mut |part| {
        foreign |= match resolve(&part.storage, directory) {
            Resolved::Inline => false,
            Resolved::At(location) => !NormalLocation::of(&location).is_below(&own),
            Resolved::Escapes => true,
        };
    });
    foreign
}

/// Which of the `places` hold files that the metadata of a snapshot in `directory` names, in their order.
pub fn places_used(
    metadata: &Metadata<'_>,
    directory: &str,
    places: &[NormalLocation],
) -> Vec<bool> {
    let mut used = vec![false; places.len()];
    metadata.parts(&mut |part| {
        if let Resolved::At(location) = resolve(&part.storage, directory) {
            let file = NormalLocation::of(&location);
            for (used, place) in used.iter_mut().zip(places) {
                // in doubt it does: a file system may have several names
                *used |= file.may_be_within(place);
            }
        }
    });
    used
}

/// Whether the directories that a state names are the snapshot's; those of file merging never are.
fn directories_are_own(state: &SubtaskState<'_>, own: &NormalLocation) -> bool {
    let operator = state.managed_operator.iter().chain(&state.raw_operator);
    let merges = operator.flatten().any(|handle| handle.merging.is_some());
    let java = state.java.iter().flat_map(|java| &java.states);
    let mut directories = java.flat_map(|state| state.directories());
    !merges && directories.all(|path| is_inside(&path.to_str(), own))
}

fn is_inside(path: &str, own: &NormalLocation) -> bool {
    let place = NormalLocation::of(path);
    let below = place.as_str().strip_prefix(own.as_str());
    let below = below.and_then(|below| below.strip_prefix('/'));
    below.is_some_and(|below| !below.is_empty() && below.split('/').all(|step| step != ".."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::inspection::files::tests::{
        file, incremental, keyed_subtask, operator, operator_subtask, relative, segment, snapshot,
    };
    use crate::metadata::handle::{FileMerging, KeyedHandle, Scope, StreamHandle};
    use crate::metadata::{Text, model};

    fn of(subtask: model::Subtask<'static>) -> SharedFiles {
        shared_files(&snapshot(vec![operator(vec![subtask])]), "file:/cp/chk-3")
    }

    fn of_file(stream: StreamHandle<'static>) -> SharedFiles {
        of(operator_subtask(0, stream))
    }

    fn of_keyed(handle: KeyedHandle<'static>) -> SharedFiles {
        of(keyed_subtask(0, handle))
    }

    #[test]
    fn a_snapshot_that_names_only_its_own_files_shares_nothing() {
        assert_eq!(
            shared_files(&snapshot(vec![]), "/cp/chk-3"),
            SharedFiles::None
        );
        for own in [
            relative("a", 1),
            file("file:///cp/chk-3/a", 1),
            file("/cp/chk-3/a", 1),
        ] {
            assert_eq!(of_file(own.clone()), SharedFiles::None, "{own:?}");
        }
        assert_eq!(
            of_keyed(incremental(vec![], vec![relative("1", 1)])),
            SharedFiles::None
        );
    }

    #[test]
    fn a_file_anywhere_else_may_be_shared() {
        for other in [
            file("file:/cp/shared/a", 1),
            file("file:/cp/chk-2/a", 1),
            file("file:/cp/chk-33/a", 1),
            file("file:/cp/chk-3/../shared/a", 1),
            file("s3://cp/chk-3/a", 1),
            relative("../shared/a", 1),
            segment("file:/cp/taskowned/a", 0, 1, Scope::Exclusive),
            segment("file:/cp/chk-3/a", 0, 1, Scope::Shared),
        ] {
            assert_eq!(of_file(other.clone()), SharedFiles::Some, "{other:?}");
        }
    }

    #[test]
    fn a_file_that_its_handle_calls_shared_counts_as_shared_wherever_it_lies() {
        let handle = incremental(vec![relative("1", 1)], vec![]);
        assert_eq!(of_keyed(handle), SharedFiles::Some);
    }

    #[test]
    fn only_files_elsewhere_are_foreign_and_only_those_below_are_used() {
        let metadata = snapshot(vec![operator(vec![operator_subtask(
            0,
            file("file:/sp/savepoint-1/a", 1),
        )])]);
        assert!(!names_foreign_files(&metadata, "/sp/savepoint-1"));
        assert!(names_foreign_files(&metadata, "/backup/savepoint-1"));
        let places =
            ["/sp/savepoint-1/", "/sp/savepoint-2", "/sp/savepoint"].map(NormalLocation::of);
        assert_eq!(
            places_used(&metadata, "/cp/chk-1", &places),
            [true, false, false]
        );
        let metadata = snapshot(vec![operator(vec![operator_subtask(
            0,
            file("hdfs://nameservice/sp/savepoint-1/a", 1),
        )])]);
        let places = [
            "hdfs://node1:8020/sp/savepoint-1",
            "hdfs://node1:8020/sp/savepoint-11",
        ];
        let used = places_used(
            &metadata,
            "hdfs:///cp/chk-1",
            &places.map(NormalLocation::of),
        );
        assert_eq!(used, [true, false]);
        let own = snapshot(vec![operator(vec![operator_subtask(0, relative("a", 1))])]);
        assert!(!names_foreign_files(&own, "/sp/savepoint-1"));
    }

    #[test]
    fn the_directories_of_file_merging_count_as_shared() {
        let mut subtask = operator_subtask(0, StreamHandle::EmptySegmentFile);
        let state = subtask.state.as_mut().unwrap();
        state.managed_operator[0].as_mut().unwrap().merging = Some(Box::new(FileMerging {
            task_owned_directory: Text::from("file:/cp/taskowned/t"),
            shared_directory: Text::from("file:/cp/shared/s"),
            empty: true,
        }));
        assert_eq!(of(subtask), SharedFiles::Some);
    }
}
