//! Files that were cut, changed, or made to hurt.

use std::thread;

use super::bytes::*;
use super::java_bytes::{self, class, hash_map, object, object_array, stream, string, task_state};
use super::samples;
use crate::metadata::error::Problem;
use crate::metadata::{FormatError, MetadataVersion, ReadError, limits, read, write};

/// Reads; and where that succeeds, what can be written must come back.
fn read_and_write(bytes: &[u8]) -> Result<(), ReadError> {
    let metadata = read(bytes)?;
    metadata.state_size();
    metadata.parts(&mut |_| {});
    if metadata.format.version() >= Some(MetadataVersion::V2) {
        assert_eq!(write(&metadata).unwrap(), bytes);
    }
    Ok(())
}

fn format_error(bytes: &[u8]) -> FormatError {
    match read(bytes).unwrap_err() {
        ReadError::Format(err) => err,
        other => panic!("{other}"),
    }
}

#[test]
fn every_prefix_that_ends_before_the_opaque_tail_is_an_error() {
    for sample in samples::all() {
        for end in 0..sample.tail.min(sample.bytes.len() - 1) {
            let err = read(&sample.bytes[..end]).expect_err(sample.name);
            assert!(
                end < 4 || err.is_truncation(),
                "{} cut at {end}: {err}",
                sample.name
            );
        }
    }
}

#[test]
fn every_changed_byte_gives_an_error_or_a_reading_that_is_written_back() {
    for sample in samples::all() {
        let mut bytes = sample.bytes;
        for at in 0..bytes.len() {
            let original = bytes[at];
            for mask in [0x01, 0x14, 0xff] {
                bytes[at] = original ^ mask;
                let _ = read_and_write(&bytes);
            }
            bytes[at] = original;
        }
    }
}

#[test]
fn every_number_made_extreme_gives_an_error_or_a_reading_that_is_written_back() {
    for sample in samples::all() {
        for at in 0..sample.bytes.len().saturating_sub(4) {
            for number in [i32::MAX, -1, 0x00ff_ffff] {
                let mut bytes = sample.bytes.clone();
                bytes[at..at + 4].copy_from_slice(&number.to_be_bytes());
                let _ = read_and_write(&bytes);
            }
        }
    }
}

#[test]
fn a_count_that_the_file_cannot_hold_is_refused_before_anything_is_reserved() {
    let one = |subtask| snapshot(3, vec![operator(null(), vec![subtask])]);
    let keyed = |handle: Bytes| one(bytes().i32(0).i32(0).i32(0).then(handle));
    let promise = 1 << 20;
    let files = bytes().u8(5).i64(6).utf("").then(range(0, 1)).then(null());
    for (what, file) in [
        ("master states", header(3).i32(65_536)),
        ("operators", header(3).i32(0).i32(promise)),
        ("operators of version 2", header(2).i32(0).i32(promise)),
        ("tasks of version 0", header(0).i32(promise)),
        ("tasks of version 1", header(1).i32(promise)),
        (
            "subtasks",
            snapshot(3, vec![bytes().raw(&ID).i32(1).i32(1).u8(0).i32(30_000)]),
        ),
        (
            "named states",
            one(bytes().i32(0).i32(1).u8(4).i32(promise)),
        ),
        (
            "offsets",
            one(bytes()
                .i32(0)
                .i32(1)
                .u8(4)
                .i32(1)
                .utf("s")
                .u8(0)
                .i32(promise)),
        ),
        ("key groups", keyed(bytes().u8(3).then(range(0, 30_000)))),
        ("files", keyed(files.i32(promise))),
        (
            "changelog handles",
            keyed(bytes().u8(14).then(range(0, 1)).i64(0).i32(promise)),
        ),
        (
            "changes",
            keyed(bytes().u8(9).then(range(0, 1)).i64(0).i64(0).i32(promise)),
        ),
        (
            "parts of changes",
            keyed(bytes().u8(13).then(range(0, 1)).i32(promise)),
        ),
        (
            "inline bytes",
            keyed(key_groups(3, bytes().u8(1).utf("").i32(i32::MAX))),
        ),
        (
            "channels",
            one(bytes().i32(0).i32(0).i32(0).raw(&[0, 0]).i32(promise)),
        ),
    ] {
        // Room for a few elements, so that the count is what is wrong.
        let err = format_error(&file.raw(&[0; 40]).0);
        assert!(err.is_truncation(), "{what}: {err}");
    }
}

#[test]
fn a_count_above_its_limit_is_refused_however_long_the_file() {
    let file = snapshot(3, vec![bytes().raw(&ID).i32(1).i32(1).u8(0).i32(32_769)]);
    let err = format_error(&file.raw(&vec![0; 200_000]).0);
    let limit = limits::SUBTASKS;
    let found = 32_769;
    assert_eq!(err.problem, Problem::Count { found, limit });
}

/// Runs on the stack of an ordinary thread, which unlimited recursion would overflow.
fn on_an_ordinary_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(test);
    thread.unwrap().join().unwrap();
}

#[test]
fn handles_within_handles_are_refused_beyond_a_depth() {
    on_an_ordinary_stack(|| {
        let subtask = |handle: Bytes| bytes().i32(0).i32(0).i32(0).then(handle);
        let deep = (0..10_000).fold(bytes().u8(3), |b, _| b.then(range(0, 0)).u8(3));
        let file = snapshot(3, vec![operator(null(), vec![subtask(deep)])]);
        let limit = limits::HANDLE_DEPTH;
        assert_eq!(format_error(&file.0).problem, Problem::TooDeep { limit });
        let one = |b: Bytes| b.u8(14).then(range(0, 0)).i64(0).i32(1);
        let deep = (0..10_000).fold(bytes(), |b, _| one(b));
        let file = snapshot(4, vec![operator(null(), vec![subtask(deep)])]);
        assert_eq!(format_error(&file.0).problem, Problem::TooDeep { limit });
    });
}

#[test]
fn java_objects_within_objects_are_refused_beyond_a_depth() {
    on_an_ordinary_stack(|| {
        let limit = limits::JAVA_DEPTH;
        let one = |b: Bytes| {
            b.u8(0x73)
                .then(class("X", 2, &[(b'L', "x")], java_bytes::null()))
        };
        let objects = (0..10_000).fold(bytes(), |b, _| one(b));
        assert_eq!(
            format_error(&stream(objects).0).problem,
            Problem::TooDeep { limit }
        );
        let one = |b: Bytes| b.u8(0x72).utf("X").i64(1).u8(2).u16(0).u8(0x78);
        let classes = (0..10_000).fold(bytes().u8(0x73), |b, _| one(b));
        assert_eq!(
            format_error(&stream(classes).0).problem,
            Problem::TooDeep { limit }
        );
    });
}

#[test]
fn a_java_class_that_is_its_own_superclass_ends() {
    // The descriptor's superclass is a reference to the descriptor itself.
    let itself = bytes().u8(0x71).i32(0x7e_0000);
    let object = bytes().u8(0x73).then(class("X", 2, &[], itself));
    let err = format_error(&stream(object).0);
    assert!(err.to_string().contains("chain without end"), "{err}");
}

#[test]
fn back_references_do_not_multiply_what_is_read() {
    // A thousand references to one operator state, which has a thousand references to one keyed state.
    let state = java_bytes::serialized(b"x");
    let again = |handle: i32| bytes().u8(0x71).i32(handle);
    let mut entries = vec![(string("first"), state)];
    // Any handle will do: what matters is that none is looked into twice.
    entries.extend((0..1000).map(|i| (string("more"), again(0x7e_0000 + i % 20))));
    let map = hash_map(entries);
    let mut chain = vec![task_state(java_bytes::null(), java_bytes::null(), map)];
    chain.extend((0..1000).map(|i| again(0x7e_0000 + i % 30)));
    let blob = stream(object(
        "List",
        &[(b'[', "states")],
        vec![object_array(chain)],
    ));
    let length = i32::try_from(blob.0.len()).unwrap();
    let entry = bytes().i32(0).i32(length).then(blob).i64(1).i64(1);
    let file = header(0).list([bytes().raw(&ID).i32(4).list([entry]).i32(0)]);
    let metadata = read(&file.0).unwrap();
    let state = metadata.operators[0].subtasks[0].state.as_ref().unwrap();
    let java = state.java.as_ref().unwrap();
    assert_eq!(java.problem, None);
    assert!(java.states.len() <= 2002, "{}", java.states.len());
    let parts: usize = java.states.iter().map(|state| state.parts.len()).sum();
    assert_eq!(parts, 1);
}
