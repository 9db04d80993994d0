//! Where the key groups of a keyed file lie, and in which of two layouts they are.

use super::error::StateError;
use super::input::{Input, STREAM_IDENTIFIER};
use super::read_at::ReadAt;
use crate::domain::key_group::KeyGroupRange;
use crate::metadata::handle::Offsets;

type Result<T> = std::result::Result<T, StateError>;

/// How a key group's data is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// By the HashMap backend for itself: state by state, entries without lengths.
    HeapNative,
    /// For any backend: entries with lengths, up to an end mark.
    Canonical,
}

/// One key group's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Section {
    pub(super) key_group: u32,
    /// Its first byte.
    pub(super) start: u64,
    /// The byte behind its last one: where the next begins, or the file ends.
    pub(super) end: u64,
}

/// Marks the end of a key group in the canonical layout, in place of a state id.
pub(super) const END_OF_KEY_GROUP: u16 = 0xffff;

/// The key groups that have data, ascending.
///
/// `header_end` is where data may start, where it is known.
pub(super) fn sections(
    size: u64,
    header_end: Option<u64>,
    range: KeyGroupRange,
    offsets: &Offsets<'_>,
) -> Result<Vec<Section>> {
    let field = "key group offset";
    if offsets.len() as u64 != u64::from(range.count) {
        let what = format!(
            "is one of {}, but the range {range} has {}",
            offsets.len(),
            range.count
        );
        return Err(StateError::damaged(0, field, what));
    }
    let mut sections: Vec<Section> = Vec::new();
    for (key_group, offset) in range.iter().zip(offsets.iter()) {
        if offset == 0 {
            continue;
        }
        let damaged = |what: String| {
            let what = format!("of key group {key_group} is {offset}, {what}");
            StateError::damaged(u64::try_from(offset).unwrap_or(0), field, what)
        };
        let start = u64::try_from(offset).map_err(|_| damaged("no position in a file".into()))?;
        if header_end.is_some_and(|end| start < end) {
            return Err(damaged("which is within the header".into()));
        }
        if start >= size {
            let what = format!("but the state has {size} bytes: it may be cut short");
            return Err(damaged(what));
        }
        if let Some(before) = sections.last_mut() {
            if before.start >= start {
                let what = format!("not behind that of key group {}", before.key_group);
                return Err(damaged(what));
            }
            before.end = start;
        }
        sections.push(Section {
            key_group,
            start,
            end: size,
        });
    }
    Ok(sections)
}

/// In which layout the key groups of managed state are, where the handle's class does not tell.
pub(super) fn find(
    file: &dyn ReadAt,
    sections: &[Section],
    range: KeyGroupRange,
    compressed: bool,
) -> Result<Layout> {
    if (sections.len() as u64) < u64::from(range.count) {
        // an empty key group has an offset in the heap's own layout
        return Ok(Layout::Canonical);
    }
    for section in sections.iter().filter(|section| section.key_group > 0) {
        let start: [u8; 4] = Input::plain(file, section.start, section.end).take("key group")?;
        if u32::from_be_bytes(start) == section.key_group {
            return Ok(Layout::HeapNative);
        }
    }
    let [only] = sections else {
        return Ok(Layout::Canonical);
    };
    if only.key_group > 0 {
        return Ok(Layout::Canonical);
    }
    let canonical = if compressed {
        let mut input = Input::plain(file, only.start, only.end);
        input.take("key group")? == STREAM_IDENTIFIER
    } else {
        match walk(file, *only, &Canonical::default()) {
            Ok(_) => true,
            Err(error) if error.is_io() => return Err(error),
            Err(_) => false,
        }
    };
    Ok(if canonical {
        Layout::Canonical
    } else {
        Layout::HeapNative
    })
}

/// The data of a section that begins at its start: plain, or what its frames hold.
pub(super) fn open<'r>(file: &'r dyn ReadAt, section: Section, compressed: bool) -> Input<'r> {
    if compressed {
        Input::snappy(file, section.start, section.end, false)
    } else {
        Input::plain(file, section.start, section.end)
    }
}

/// The data of a section in the heap's own layout, behind the key group's number, which is checked.
pub(super) fn open_heap_native<'r>(
    file: &'r dyn ReadAt,
    section: Section,
    compressed: bool,
) -> Result<Input<'r>> {
    let mut plain = Input::plain(file, section.start, section.end);
    let found = plain.take("key group")?;
    if u32::from_be_bytes(found) != section.key_group {
        let found = i32::from_be_bytes(found);
        let what = format!("is {found}, expected {}", section.key_group);
        return Err(StateError::damaged(section.start, "key group", what));
    }
    if !compressed {
        return Ok(plain);
    }
    let data = section.start.saturating_add(4);
    Ok(Input::snappy(file, data, section.end, false))
}

/// What the entries of key groups in the canonical layout must agree with.
#[derive(Debug, Default)]
pub(super) struct Canonical {
    pub(super) compressed: bool,
    /// How many states the header has, where it could be read.
    pub(super) states: Option<usize>,
    /// Of the operator: keys begin with their key group, in one byte up to 128 key groups, in two above.
    pub(super) max_parallelism: Option<u32>,
}

/// Walks a key group to its end mark, which must be its end, and counts the entries.
pub(super) fn walk(file: &dyn ReadAt, section: Section, rules: &Canonical) -> Result<u64> {
    let mut input = open(file, section, rules.compressed);
    let mut entries = 0;
    let mut state = input.u16("state id")?;
    loop {
        rules.check_state(&input, state)?;
        entries += 1;
        if !rules.entry(&mut input, section.key_group)? {
            continue;
        }
        state = input.u16("state id")?;
        if state == END_OF_KEY_GROUP {
            end(&mut input, section)?;
            return Ok(entries);
        }
    }
}

impl Canonical {
    pub(super) fn check_state(&self, input: &Input<'_>, state: u16) -> Result<()> {
        match self.states {
            Some(states) if usize::from(state) >= states => {
                let what = format!("is {state}, but there are {states} states");
                Err(StateError::damaged(input.offset(), "state id", what))
            }
            _ => Ok(()),
        }
    }

    /// Passes over an entry; whether a state id or end mark follows.
    fn entry(&self, input: &mut Input<'_>, key_group: u32) -> Result<bool> {
        let key = u64::from(input.length("key length")?);
        let before = input.consumed();
        let last = self.prefix(input, key_group)?;
        let prefix = input.consumed() - before;
        let Some(rest) = key.checked_sub(prefix) else {
            let what = format!("is {key}, too short for the key group's number");
            return Err(StateError::damaged(input.offset(), "key length", what));
        };
        input.skip("key", rest)?;
        let value = input.length("value length")?;
        input.skip("value", value.into())?;
        Ok(last)
    }

    /// Reads the key group before a key; whether a state id or end mark follows the entry.
    pub(super) fn prefix(&self, input: &mut Input<'_>, key_group: u32) -> Result<bool> {
        let at = input.offset();
        let first = input.u8("key")?;
        let (flag, high) = (first & 0x80 != 0, u32::from(first & 0x7f));
        let found = match self.max_parallelism {
            None => return Ok(flag),
            Some(..=128) => high,
            Some(_) => high << 8 | u32::from(input.u8("key")?),
        };
        if found != key_group {
            let what = format!("is of key group {found}, expected {key_group}");
            return Err(StateError::damaged(at, "key", what));
        }
        Ok(flag)
    }
}

/// Whether a key group's data ends where it should.
pub(super) fn end(input: &mut Input<'_>, section: Section) -> Result<()> {
    if input.at_end()? {
        return Ok(());
    }
    let what = format!(
        "of key group {} is not its last data: the next begins, or the file ends, at {:#x}",
        section.key_group, section.end
    );
    Err(StateError::damaged(input.offset(), "end", what))
}
