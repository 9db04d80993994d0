//! State in frames with lengths: changelogs and in-flight data.

use super::{Report, Result};
use crate::metadata::handle::Offsets;
use crate::state::error::StateError;
use crate::state::input::Input;
use crate::state::read_at::ReadAt;

/// Checks the changes of one increment that starts at `offset` of a changelog file, by walking over them.
///
/// The offset does not count the file's first byte, which says whether the rest is compressed.
pub fn changelog(file: &dyn ReadAt, offset: i64) -> Result<Report> {
    let start = u64::try_from(offset)
        .map_err(|_| StateError::damaged(0, "changelog offset", format!("is {offset}")))?;
    let mut input = match Input::plain(file, 0, file.size()).u8("compression")? {
        0 => Input::plain(file, 1, file.size()),
        1 => Input::snappy(file, 1, file.size(), false),
        found => {
            let what = format!("is {found}, expected 0 or 1");
            return Err(StateError::damaged(0, "compression", what));
        }
    };
    input.skip("changes before the increment", start)?;
    let mut report = Report::default();
    for _ in 0..input.length("number of key groups with changes")? {
        let changes = input.length("number of changes")?;
        let at = input.offset();
        let key_group = input.i32("key group of changes")?;
        if key_group < -1 {
            let what = format!("is {key_group}");
            return Err(StateError::damaged(at, "key group of changes", what));
        }
        report.key_groups += usize::from(key_group >= 0);
        for _ in 0..changes {
            let length = input.length("length of a change")?;
            input.skip("change", length.into())?;
            report.entries += 1;
        }
    }
    Ok(report)
}

/// Checks in-flight data: the version at the start, and that the buffers at these offsets are within the file.
pub fn channel(file: &dyn ReadAt, offsets: &Offsets<'_>) -> Result<Report> {
    let mut input = Input::plain(file, 0, file.size());
    let version = input.i32("channel state version")?;
    if version != 0 {
        let what = format!("is {version}, expected 0");
        return Err(StateError::damaged(0, "channel state version", what));
    }
    let mut report = Report::default();
    for offset in offsets.iter() {
        let Some(start) = u64::try_from(offset).ok().filter(|start| *start >= 4) else {
            let what = format!("is {offset}, expected 4 or more");
            return Err(StateError::damaged(0, "buffer offset", what));
        };
        match start.checked_sub(input.offset()) {
            Some(between) => input.skip("data before a buffer", between)?,
            None => input = Input::plain(file, start, file.size()),
        }
        let length = input.length("buffer length")?;
        input.skip("buffer", length.into())?;
        report.entries += 1;
    }
    Ok(report)
}
