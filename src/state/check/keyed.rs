//! Keyed state in one stream.

use super::{Report, Result};
use crate::metadata::handle::KeyGroups;
use crate::state::error::StateError;
use crate::state::header::{self, HeaderBytes, Unread};
use crate::state::input::STREAM_IDENTIFIER;
use crate::state::layout::{self, Canonical, Layout, Section};
use crate::state::read_at::ReadAt;

/// What the handle of managed keyed state says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Managed {
    /// Whether it is a `KeyGroupsSavepointStateHandle`, which is canonical for certain.
    pub savepoint: bool,
    /// The operator's, where it is recorded.
    pub max_parallelism: Option<u32>,
}

/// Checks managed keyed state: the header, that each key group begins as its layout says, and in the canonical layout
/// that it can be walked to its end.
pub fn key_groups(file: &dyn ReadAt, handle: &KeyGroups<'_>, managed: Managed) -> Result<Report> {
    let mut bytes = HeaderBytes::first(file)?;
    let (mut report, found) = bytes.read_with(file, |bytes| {
        let header = header::keyed(bytes)?;
        let complete = header.unread.is_none();
        let found = Found {
            old: matches!(header.unread, Some(Unread::OldVersion(_))),
            end: header.end,
            compressed: header.compressed,
            states: complete.then_some(header.states.len()),
        };
        Ok((Report::of(&header), found))
    })?;
    let range = handle.range;
    let sections = layout::sections(file.size(), found.end, range, &handle.offsets)?;
    report.key_groups = sections.len();
    if found.old || sections.is_empty() {
        return Ok(report);
    }
    let layout = if managed.savepoint {
        Layout::Canonical
    } else {
        layout::find(file, &sections, range, found.compressed)?
    };
    report.layout = Some(layout);
    let rules = Canonical {
        compressed: found.compressed,
        states: found.states,
        max_parallelism: managed.max_parallelism,
    };
    for section in sections {
        match layout {
            Layout::Canonical => report.entries += layout::walk(file, section, &rules)?,
            Layout::HeapNative => heap_native(file, section, &rules)?,
        }
    }
    Ok(report)
}

/// What of the header the data depends on.
struct Found {
    old: bool,
    end: Option<u64>,
    compressed: bool,
    states: Option<usize>,
}

/// The start of a key group: its number, and the first state's id and count, or the first frame.
fn heap_native(file: &dyn ReadAt, section: Section, rules: &Canonical) -> Result<()> {
    let at = section.start.saturating_add(4);
    let mut input = layout::open_heap_native(file, section, false)?;
    if rules.states == Some(0) {
        return Ok(());
    }
    if rules.compressed {
        if input.take("compressed data")? != STREAM_IDENTIFIER {
            let what = "does not begin with a Snappy stream identifier";
            return Err(StateError::damaged(at, "compressed data", what));
        }
        return Ok(());
    }
    let state = input.u16("state id")?;
    rules.check_state(&input, state)?;
    input.length("number of entries")?;
    Ok(())
}

/// Checks raw keyed state, of which only the program knows the form: that its key groups are within the file.
pub fn raw_key_groups(file: &dyn ReadAt, handle: &KeyGroups<'_>) -> Result<Report> {
    let mut report = Report::default();
    for (key_group, offset) in handle.range.iter().zip(handle.offsets.iter()) {
        if offset == -1 {
            continue;
        }
        report.key_groups += 1;
        let within = u64::try_from(offset).is_ok_and(|offset| offset <= file.size());
        if !within {
            let what = format!(
                "of key group {key_group} is {offset}, but the state has {} bytes: it may be cut short",
                file.size()
            );
            return Err(StateError::damaged(0, "key group offset", what));
        }
    }
    Ok(report)
}
