//! Operator state.

use super::{Report, Result};
use crate::metadata::Text;
use crate::metadata::handle::{DistributionMode, NamedState};
use crate::state::error::StateError;
use crate::state::header::{self, Header, HeaderBytes, Unread};
use crate::state::input::{Input, STREAM_IDENTIFIER};
use crate::state::read_at::ReadAt;

/// Checks managed operator state: the header, that the states are those of the handle, and that their elements are
/// within the file.
pub fn operator(file: &dyn ReadAt, states: &[NamedState<'_>]) -> Result<Report> {
    let mut bytes = HeaderBytes::first(file)?;
    let (mut report, data) = bytes.read_with(file, |bytes| {
        let header = header::operator(bytes)?;
        if header.unread.is_none() {
            named(&header, states)?;
        }
        let data = Data {
            start: header.end.unwrap_or(4),
            compressed: header.compressed,
            old: matches!(header.unread, Some(Unread::OldVersion(_))),
        };
        Ok((Report::of(&header), data))
    })?;
    for state in states {
        report.entries += state.offsets.len() as u64;
        for offset in state.offsets.iter() {
            let at = within(file, &state.name, offset, data.start)?;
            if state.mode == DistributionMode::Broadcast && !data.compressed && !data.old {
                let mut input = Input::plain(file, at, file.size());
                input.length("number of broadcast entries")?;
            }
        }
    }
    if data.compressed && report.entries > 0 {
        let mut input = Input::plain(file, data.start, file.size());
        if input.take("compressed data")? != STREAM_IDENTIFIER {
            let what = "does not begin with a Snappy stream identifier";
            return Err(StateError::damaged(data.start, "compressed data", what));
        }
    }
    Ok(report)
}

struct Data {
    start: u64,
    compressed: bool,
    old: bool,
}

/// Whether the header has each of the handle's states, and dealt out in the same way.
fn named(header: &Header<'_>, states: &[NamedState<'_>]) -> Result<()> {
    for state in states {
        let mut of_file = header.states.iter().chain(&header.broadcast);
        let Some(found) = of_file.find(|info| info.name == state.name) else {
            let what = format!("has no state {:?}, which the handle names", state.name);
            return Err(StateError::damaged(0, "operator state header", what));
        };
        let mode = found.option("OPERATOR_STATE_DISTRIBUTION_MODE");
        if mode.is_some_and(|mode| *mode != state.mode.name()) {
            let what = format!(
                "has state {:?} as {}, the handle as {}",
                state.name,
                mode.map(Text::to_str).unwrap_or_default(),
                state.mode.name()
            );
            return Err(StateError::damaged(0, "operator state header", what));
        }
    }
    Ok(())
}

/// The position of an element, which is not before the data and not behind the file.
fn within(file: &dyn ReadAt, state: &Text<'_>, offset: i64, start: u64) -> Result<u64> {
    let found = u64::try_from(offset).ok().filter(|offset| *offset >= start);
    let field = "element offset";
    let Some(found) = found else {
        let what = format!("of state {state:?} is {offset}, which is within the header");
        return Err(StateError::damaged(0, field, what));
    };
    if found > file.size() {
        let what = format!(
            "of state {state:?} is {offset}, but the state has {} bytes: it may be cut short",
            file.size()
        );
        return Err(StateError::damaged(found, field, what));
    }
    Ok(found)
}

/// Checks raw operator state, of which only the program knows the form: that its parts are within the file.
pub fn raw_operator(file: &dyn ReadAt, states: &[NamedState<'_>]) -> Result<Report> {
    let mut report = Report::default();
    for state in states {
        report.entries += state.offsets.len() as u64;
        for offset in state.offsets.iter() {
            within(file, &state.name, offset, 0)?;
        }
    }
    Ok(report)
}
