//! Each kind of handle: its size, its parts, and that it goes back as it came.

use super::bytes::*;
use super::versions::state;
use crate::metadata::sizes::Storage;
use crate::metadata::{ReadError, read, write};

/// What the parts of a handle look like in a test: storage, path, start, size.
type Seen = (&'static str, String, i64, i64);

/// Reads a version 6 file whose one subtask has this state: its size and parts.
fn look_at(subtask: Bytes) -> Result<(i64, Vec<Seen>), ReadError> {
    let file = snapshot(6, vec![named("", "", operator(null(), vec![subtask]))]);
    let file = file.then(null_properties());
    let metadata = read(&file.0)?;
    assert_eq!(write(&metadata).unwrap(), file.0);
    let state = state(&metadata, 0, 0);
    let mut parts = Vec::new();
    state.parts(&mut |part| {
        let path = part.storage.path().map(ToString::to_string);
        let (storage, start) = match part.storage {
            Storage::Inline => ("inline", 0),
            Storage::Relative(_) => ("relative", 0),
            Storage::File(_) => ("file", 0),
            Storage::Segment { start, .. } => ("segment", start),
        };
        parts.push((storage, path.unwrap_or_default(), start, part.size));
    });
    Ok((state.state_size(), parts))
}

fn keyed(handle: Bytes) -> (i64, Vec<Seen>) {
    look_at(subtask(0, State::keyed(handle))).unwrap()
}

fn part(storage: &'static str, path: &str, start: i64, size: i64) -> Seen {
    (storage, path.to_owned(), start, size)
}

#[test]
fn every_stream_handle_has_one_part_or_none() {
    for (stream, size, parts) in [
        (null(), 0, vec![]),
        (inline(b"12345"), 5, vec![part("inline", "", 0, 5)]),
        (file("s3://b/x", 9), 9, vec![part("file", "s3://b/x", 0, 9)]),
        (
            file("s3://b/x", -1),
            -1,
            vec![part("file", "s3://b/x", 0, -1)],
        ),
        (relative("x", 9), 9, vec![part("relative", "x", 0, 9)]),
        (
            segment("s3://b/x", 5, 9),
            9,
            vec![part("segment", "s3://b/x", 5, 9)],
        ),
        (empty_segment(), 0, vec![]),
        (
            key_groups(3, relative("x", 9)),
            9,
            vec![part("relative", "x", 0, 9)],
        ),
    ] {
        assert_eq!(keyed(key_groups(7, stream)), (size, parts));
    }
}

fn incremental_parts() -> Vec<Seen> {
    vec![
        part("relative", "meta", 0, 11),
        part("file", "s3://b/shared/1", 0, 100),
        part("segment", "s3://b/shared/2", 50, 200),
        part("inline", "", 0, 16),
    ]
}

#[test]
fn an_incremental_handle_has_meta_shared_and_private_parts() {
    assert_eq!(keyed(incremental()), (327, incremental_parts()));
    assert_eq!(keyed(incremental_with_id()), (327, incremental_parts()));
}

#[test]
fn a_changelog_has_the_parts_of_what_is_materialised_and_of_its_increments() {
    let handle = changelog(
        vec![incremental_with_id(), null()],
        vec![in_memory_changes_with_id(), changes_in_files_with_storage()],
    );
    let mut parts = incremental_parts();
    parts.push(part("inline", "", 0, 5));
    parts.push(part("file", "s3://b/dstl/1", 0, 4096));
    assert_eq!(keyed(handle), (327 + 5 + 500, parts));
    let older = changelog_of_1_15(vec![], vec![changes_in_files_with_id()]);
    assert_eq!(
        keyed(older),
        (500, vec![part("file", "s3://b/dstl/1", 0, 4096)])
    );
}

#[test]
fn operator_state_has_the_parts_of_its_stream() {
    let of = |handle| look_at(subtask(0, State::operator(handle))).unwrap();
    let parts = vec![part("relative", "x", 0, 50)];
    assert_eq!(of(operator_state(relative("x", 50))), (50, parts));
    let merged = merged_operator_state(vec![], 0, segment("s3://b/t", 10, 20));
    assert_eq!(of(merged), (20, vec![part("segment", "s3://b/t", 10, 20)]));
    let placeholder = merged_operator_state(vec![], 1, empty_segment());
    assert_eq!(of(placeholder), (0, vec![]));
}

#[test]
fn channel_state_counts_its_share_and_shows_the_whole_stream() {
    let of = |input, output| {
        let subtask = subtask_with_channels(0, State::none(), vec![input], vec![output]);
        look_at(subtask).unwrap()
    };
    let stream = || relative("c", 600);
    let parts = vec![part("relative", "c", 0, 600); 2];
    let plain = of(typed_channel(1, stream()), typed_channel(2, stream()));
    assert_eq!(plain, (1024, parts.clone()));
    let merged = of(merged_channels(3, stream()), merged_channels(4, stream()));
    assert_eq!(merged, (1024, parts));
}

#[test]
fn what_stands_in_the_wrong_position_or_is_unknown_is_refused() {
    let keyed = |handle| look_at(subtask(0, State::keyed(handle))).is_err();
    let operator = |handle| look_at(subtask(0, State::operator(handle))).is_err();
    let stream = |handle| keyed(key_groups(7, handle));
    assert!(keyed(operator_state(null())));
    assert!(keyed(relative("x", 1)));
    assert!(keyed(bytes().u8(18)));
    assert!(operator(key_groups(3, null())));
    assert!(stream(incremental()));
    assert!(stream(bytes().u8(200)));
    assert!(operator(merged_operator_state(vec![], 0, relative("x", 1))));
    let input = typed_channel(2, null());
    assert!(look_at(subtask_with_channels(0, State::none(), vec![input], vec![])).is_err());
}

#[test]
fn values_that_no_release_writes_are_refused() {
    let keyed = |handle| look_at(subtask(0, State::keyed(handle)));
    let groups = |first, count| bytes().u8(7).then(range(first, count)).raw(&[0; 64]);
    let stream = |handle| key_groups(7, handle);
    let state = |mode| {
        bytes()
            .u8(4)
            .list([named_state("s", mode, &[])])
            .then(null())
    };
    for (what, file) in [
        ("a negative key group", keyed(groups(-1, 1))),
        ("a negative number of key groups", keyed(groups(0, -1))),
        (
            "a range beyond the last key group",
            keyed(groups(32_767, 2)),
        ),
        ("a range that overflows", keyed(groups(i32::MAX, i32::MAX))),
        ("a size below -1", keyed(stream(relative("x", -2)))),
        (
            "a segment before its file",
            keyed(stream(segment("x", -1, 1))),
        ),
        (
            "a segment without an end",
            keyed(stream(segment("x", i64::MAX, 1))),
        ),
        (
            "a fourth distribution mode",
            look_at(subtask(0, State::operator(state(3)))),
        ),
    ] {
        assert!(file.is_err(), "{what}");
    }
}

#[test]
fn the_sum_of_sizes_wraps_as_flinks_does() {
    let two = changelog(
        vec![
            key_groups(7, relative("a", i64::MAX)),
            key_groups(7, relative("b", 1)),
        ],
        vec![],
    );
    assert_eq!(keyed(two).0, i64::MIN);
}
