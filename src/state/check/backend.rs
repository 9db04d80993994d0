//! The files of RocksDB and ForSt.

use super::{Report, Result};
use crate::state::error::StateError;
use crate::state::header::{self, HeaderBytes};
use crate::state::input::Input;
use crate::state::read_at::ReadAt;

/// Checks the metadata stream of an incremental handle: a keyed header and nothing else.
pub fn backend_metadata(file: &dyn ReadAt) -> Result<Report> {
    let mut bytes = HeaderBytes::first(file)?;
    let (report, end) = bytes.read_with(file, |bytes| {
        let header = header::keyed(bytes)?;
        Ok((Report::of(&header), header.end))
    })?;
    match end {
        Some(end) if end < file.size() => {
            let what = format!("ends there, but the state has {} bytes", file.size());
            Err(StateError::damaged(end, "keyed state header", what))
        }
        _ => Ok(report),
    }
}

/// Checks a file of the backend by the name that it has there: tables by their footer, `CURRENT` by its form.
pub fn backend_file(name: &str, file: &dyn ReadAt) -> Result<Report> {
    if name.ends_with(".sst") {
        footer(file)?;
    } else if name == "CURRENT" {
        current(file)?;
    }
    Ok(Report::default())
}

/// `CURRENT` names the manifest.
fn current(file: &dyn ReadAt) -> Result<()> {
    let mut input = Input::plain(file, 0, file.size());
    if &input.take::<9>("manifest's name")? != b"MANIFEST-" {
        let what = "does not begin with MANIFEST-";
        return Err(StateError::damaged(0, "manifest's name", what));
    }
    Ok(())
}

/// The last eight bytes of a block-based table, as they stand.
const MAGIC: u64 = 0x88e2_41b7_85f4_cff7;
/// The same of a table from before format versions.
const OLD_MAGIC: u64 = 0xdb47_7524_8b80_fb57;
/// What the footer has behind the checksum type from format version 6 on.
const EXTENDED_MAGIC: [u8; 4] = [0x3e, 0x00, 0x7a, 0x00];
/// Behind each block: how it is compressed, and a checksum.
const BLOCK_TRAILER: u64 = 5;

/// The footer of a table: its magic number, and that the blocks that it names lie before it.
fn footer(file: &dyn ReadAt) -> Result<()> {
    let size = file.size();
    let field = "table magic number";
    let tail = |length: u64| size.checked_sub(length);
    let (Some(magic_at), Some(old_start)) = (tail(8), tail(48)) else {
        let what = format!("is missing: the file has {size} bytes, a table 48 or more");
        return Err(StateError::damaged(0, field, what));
    };
    let magic = Input::plain(file, magic_at, size).take(field)?;
    match (u64::from_le_bytes(magic), tail(53)) {
        (OLD_MAGIC, _) => blocks(file, old_start, 0),
        (MAGIC, Some(start)) => {
            let version = Input::plain(file, magic_at - 4, size).take("table format version")?;
            match u32::from_le_bytes(version) {
                0..=5 => blocks(file, start, 1),
                6 | 7 => meta_index(file, start),
                _ => Ok(()),
            }
        }
        (found, _) => {
            let what = format!("is {found:#x}, expected {MAGIC:#x}: the file may be cut short");
            Err(StateError::damaged(magic_at, field, what))
        }
    }
}

/// The two block handles of a footer that starts at `start`, behind `before` bytes of it.
fn blocks(file: &dyn ReadAt, start: u64, before: u64) -> Result<()> {
    let mut input = Input::plain(file, start, file.size());
    input.skip("checksum type", before)?;
    for field in ["metaindex block", "index block"] {
        let offset = varint64(&mut input, field)?;
        let size = varint64(&mut input, field)?;
        let end = offset
            .checked_add(size)
            .and_then(|end| end.checked_add(BLOCK_TRAILER));
        if end.is_none_or(|end| end > start) {
            let what = format!("of {size} bytes would reach into the footer at {start:#x}");
            return Err(StateError::damaged(offset, field, what));
        }
    }
    Ok(())
}

/// The footer of format versions 6 and 7 tells the size of one block, which lies right before it.
fn meta_index(file: &dyn ReadAt, start: u64) -> Result<()> {
    let mut input = Input::plain(file, start, file.size());
    input.skip("checksum type", 1)?;
    let at = input.offset();
    if input.take("extended magic number")? != EXTENDED_MAGIC {
        let what = "is not 3e 00 7a 00";
        return Err(StateError::damaged(at, "extended magic number", what));
    }
    input.skip("footer checksums", 8)?;
    let at = input.offset();
    let size = u32::from_le_bytes(input.take("metaindex block size")?);
    if u64::from(size) + BLOCK_TRAILER > start {
        let what = format!("is {size}, but the footer starts at {start:#x}");
        return Err(StateError::damaged(at, "metaindex block size", what));
    }
    Ok(())
}

fn varint64(input: &mut Input<'_>, field: &'static str) -> Result<u64> {
    let at = input.offset();
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let byte = input.u8(field)?;
        let bits = u64::from(byte & 0x7f);
        number |= bits << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    let what = "is a number of more than 64 bits";
    Err(StateError::damaged(at, field, what))
}
