//! Damage: an error or other contents, and never a panic.

use super::samples::{MAX_PARALLELISM, keyed, operator};
use crate::domain::key_group::KeyGroupRange;
use crate::state::StateError;
use crate::state::read::{KeyedReader, OperatorReader};
use crate::state::write::{KeyedFile, OperatorFile};

const RANGE: KeyGroupRange = KeyGroupRange { start: 0, count: 2 };

fn read_keyed(bytes: &[u8], file: &KeyedFile) -> Result<(), StateError> {
    let reader = KeyedReader::open(&bytes, RANGE, &file.offsets, MAX_PARALLELISM)?;
    RANGE
        .iter()
        .try_for_each(|group| reader.key_group(group, &mut |_, _, _| {}))
}

fn read_operator(bytes: &[u8], file: &OperatorFile) -> Result<(), StateError> {
    let reader = OperatorReader::open(&bytes)?;
    file.states
        .iter()
        .enumerate()
        .try_for_each(|(list, state)| reader.elements(list, &state.offsets, &mut |_| {}))
}

#[test]
fn every_shorter_file_is_an_error() {
    let (bytes, file) = keyed(RANGE);
    read_keyed(&bytes, &file).unwrap();
    for length in (0..bytes.len()).filter(|length| *length < 2000 || length % 977 == 0) {
        let cut = bytes[..length].to_vec();
        assert!(read_keyed(&cut, &file).is_err(), "cut to {length}");
    }
    let (bytes, file) = operator();
    read_operator(&bytes, &file).unwrap();
    for length in 0..bytes.len() {
        let cut = bytes[..length].to_vec();
        assert!(read_operator(&cut, &file).is_err(), "cut to {length}");
    }
}

#[test]
fn no_flipped_byte_panics() {
    let (bytes, file) = keyed(RANGE);
    for at in (0..bytes.len()).filter(|at| *at < 2000 || at % 977 == 0) {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            let _ = read_keyed(&damaged, &file);
        }
    }
    let (bytes, file) = operator();
    for at in 0..bytes.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut damaged = bytes.clone();
            damaged[at] ^= flip;
            let _ = read_operator(&damaged, &file);
        }
    }
}
