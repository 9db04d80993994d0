//! Bytes in, model out: the header, and which reader takes the rest.

mod channels;
mod handles;
mod operators;
mod tasks;

pub(super) use operators::MASTER_STATE_MAGIC;

use std::borrow::Cow;

use super::cursor::Cursor;
use super::error::{FormatError, Problem, ReadError};
use super::model::{Format, Metadata};
use super::version::MetadataVersion;
use super::{MAGIC, flink10, java, limits};

type Result<T> = std::result::Result<T, FormatError>;

/// Reads the metadata of a snapshot of Flink 1.0 to 2.3.
///
/// # Errors
///
/// What is no metadata, of an unknown version, cut short or inconsistent. Bytes behind the end are no error here:
/// see [`Metadata::trailing`]. Nor is a damaged Java-serialised part that can be told apart from the rest: see
/// [`super::properties::PropertiesContent::Unreadable`] and [`super::java_state::JavaState::problem`].
pub fn read(bytes: &[u8]) -> std::result::Result<Metadata<'_>, ReadError> {
    let mut cursor = Cursor::at(bytes, 0);
    match cursor.take::<4>("magic number") {
        Ok(MAGIC) => {}
        Ok(java::MAGIC) => return flink10::read(bytes),
        Ok(_) | Err(_) => return Err(not_metadata(bytes)),
    }
    let found = cursor.i32("version")?;
    let version = MetadataVersion::from_number(found).ok_or(ReadError::UnknownVersion { found })?;
    Ok(Reader::new(cursor.clone(), version, Layout::Current).body()).and_then(
        |(first, is_ambiguous)| {
            let settled = first.as_ref().is_ok_and(|m| m.trailing.is_empty());
            if settled || !is_ambiguous || version != MetadataVersion::V3 {
                return Ok(first?);
            }
            Ok(older_layout(&cursor, first)?)
        },
    )
}

fn not_metadata(bytes: &[u8]) -> ReadError {
    let start = bytes.iter().take(4).map(|b| format!("{b:02x}"));
    let start = start.collect::<Vec<_>>().join(" ");
    let start = match start.as_str() {
        "" => "nothing".to_owned(),
        _ => start,
    };
    ReadError::NotMetadata { start }
}

/// How much further an older layout must come than the current one for its error to be the better one, in bytes. A
/// wrong layout fails within a few fields, which can be behind the place where the right one finds damage.
const CLEARLY_FURTHER: u64 = 128;

/// Version 3 changed its handles twice without a mark. Where the current layout does not end with the file, an older
/// one is taken if that does; otherwise the reading, or the error, that came clearly furthest.
fn older_layout<'a>(cursor: &Cursor<'a>, first: Result<Metadata<'a>>) -> Result<Metadata<'a>> {
    let mut best = first;
    for layout in [Layout::Flink1_14, Layout::Flink1_11] {
        let (body, _) = Reader::new(cursor.clone(), MetadataVersion::V3, layout).body();
        if body.as_ref().is_ok_and(|m| m.trailing.is_empty()) {
            return body;
        }
        best = match (best, body) {
            (Ok(best), _) => Ok(best),
            (Err(_), Ok(body)) => Ok(body),
            (Err(best), Err(body)) if tells_more(&body, &best) => Err(body),
            (best, _) => best,
        };
    }
    best
}

/// Whether the first error, of an older layout, is the likelier one: it is clearly further in the file, or as far and
/// a truncation, which is the likeliest damage.
fn tells_more(err: &FormatError, than: &FormatError) -> bool {
    let is_likelier = err.is_truncation() && !than.is_truncation();
    err.offset > than.offset.saturating_add(CLEARLY_FURTHER)
        || is_likelier && err.offset.saturating_add(CLEARLY_FURTHER) > than.offset
}

/// How the handles of version 3 are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// As Flink 1.15 and all later releases write them.
    Current,
    /// Changelog handles without ids and sizes.
    Flink1_14,
    /// Channel state without the subtask's index; there is no changelog.
    Flink1_11,
}

/// Reads one file in one layout.
struct Reader<'a> {
    c: Cursor<'a>,
    version: MetadataVersion,
    layout: Layout,
    /// Whether something was met that another layout has otherwise.
    is_ambiguous: bool,
    /// Handles within handles at this point.
    depth: usize,
}

impl<'a> Reader<'a> {
    fn new(c: Cursor<'a>, version: MetadataVersion, layout: Layout) -> Self {
        Reader {
            c,
            version,
            layout,
            is_ambiguous: false,
            depth: 0,
        }
    }

    /// What follows the header; and whether another layout would have read something otherwise.
    fn body(mut self) -> (Result<Metadata<'a>>, bool) {
        let body = match self.version {
            MetadataVersion::V0 => self.tasks_v0(),
            MetadataVersion::V1 => self.tasks_v1(),
            _ => self.operators_body(),
        };
        (body, self.is_ambiguous)
    }

    fn checkpoint_id(&mut self) -> Result<i64> {
        self.c.i64_from("checkpoint id", 0, "0 or more")
    }

    fn metadata(&mut self, checkpoint_id: i64) -> Metadata<'a> {
        Metadata {
            format: Format::Versioned(self.version),
            checkpoint_id,
            flink10: None,
            master_states: Vec::new(),
            operators: Vec::new(),
            properties: None,
            trailing: Cow::Borrowed(self.c.rest()),
        }
    }

    /// A number of subtasks or key groups.
    fn parallelism(&mut self, field: &'static str, least: u32) -> Result<u32> {
        let at = self.c.offset();
        let found = self.c.i32(field)?;
        let parallelism = u32::try_from(found).ok();
        parallelism
            .filter(|p| *p >= least && usize::try_from(*p).is_ok_and(|p| p <= limits::SUBTASKS))
            .ok_or_else(|| {
                let expected = match least {
                    1 => "1 to 32768",
                    _ => "the parallelism or more, up to 32768",
                };
                let found = found.into();
                FormatError::new(at, field, Problem::Value { found, expected })
            })
    }

    /// Checks an index that stands at `at`.
    fn subtask_index(&self, at: u64, found: i32, parallelism: u32) -> Result<u32> {
        let index = u32::try_from(found).ok().filter(|i| *i < parallelism);
        index.ok_or_else(|| {
            let problem = Problem::Value {
                found: found.into(),
                expected: "an index below the parallelism",
            };
            FormatError::new(at, "subtask index", problem)
        })
    }
}

/// Refuses two entries for one subtask, in a list whose entries ended at `at`.
fn check_distinct(at: u64, subtasks: &[super::model::Subtask<'_>]) -> Result<()> {
    let ascends = subtasks.is_sorted_by(|a, b| a.index < b.index);
    if ascends {
        return Ok(());
    }
    let mut indexes: Vec<u32> = subtasks.iter().map(|subtask| subtask.index).collect();
    indexes.sort_unstable();
    let twice = indexes.windows(2).find(|pair| pair.first() == pair.last());
    match twice.and_then(<[u32]>::first) {
        None => Ok(()),
        Some(index) => {
            let problem = Problem::Value {
                found: (*index).into(),
                expected: "each index once",
            };
            Err(FormatError::new(at, "subtask indexes before", problem))
        }
    }
}
