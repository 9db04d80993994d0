//! How a snapshot was made: the Java-serialised tail of versions 4 and later.

mod encode;

use std::borrow::Cow;

use super::cursor::Cursor;
use super::error::{FormatError, Problem};
use super::java::{Stream, Value};

/// The tail of the file: what it says, and its bytes, which are carried unchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Properties<'a> {
    /// The Java serialisation stream, or what there is of it.
    pub bytes: Cow<'a, [u8]>,
    /// What it says.
    pub content: PropertiesContent,
}

/// What the tail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PropertiesContent {
    /// Null, as offline tools may write it.
    Null,
    /// Properties of a known form.
    Known(CheckpointProperties),
    /// Cut short or of an unknown form. Flink would refuse the file; all state in it can still be read.
    Unreadable(FormatError),
}

/// Flink's own record of what a snapshot is and who may delete it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointProperties {
    /// What it is.
    pub snapshot: SnapshotType,
    /// Triggered whatever the limits on checkpoints at one time.
    pub forced: bool,
    /// When the cluster deletes it.
    pub discard: Discard,
    /// Belongs to nobody: restored without claiming it.
    pub unclaimed: bool,
}

/// The ends of a job, and of a checkpoint's usefulness, at which the cluster deletes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Discard {
    /// The job is cancelled.
    pub cancelled: bool,
    /// The job fails.
    pub failed: bool,
    /// The job finishes.
    pub finished: bool,
    /// A newer checkpoint completes.
    pub subsumed: bool,
    /// The job is suspended.
    pub suspended: bool,
}

/// What a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotType {
    /// A checkpoint.
    Checkpoint {
        /// Whether it shares no file with earlier ones.
        full: bool,
    },
    /// A savepoint.
    Savepoint {
        /// How its state is written.
        format: SavepointFormat,
        /// What the job did after it.
        action: PostCheckpointAction,
    },
}

/// How a savepoint's state is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SavepointFormat {
    /// In the layout that all backends share.
    Canonical,
    /// In the backend's own.
    Native,
}

/// What a job does after a savepoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PostCheckpointAction {
    /// Goes on.
    None,
    /// Stops.
    Suspend,
    /// Drains and stops.
    Terminate,
}

impl PropertiesContent {
    /// The properties, where they are of a known form.
    pub fn known(&self) -> Option<&CheckpointProperties> {
        match self {
            PropertiesContent::Known(known) => Some(known),
            PropertiesContent::Null | PropertiesContent::Unreadable(_) => None,
        }
    }
}

/// The properties at the end of a file, and the bytes behind them.
///
/// A stream that cannot be walked takes all bytes.
pub(super) fn read<'a>(tail: &Cursor<'a>) -> (Properties<'a>, &'a [u8]) {
    let start = tail.offset();
    let bytes = tail.rest();
    let mut cursor = tail.clone();
    let (content, trailing) = match Stream::read(&mut cursor) {
        Err(problem) => (PropertiesContent::Unreadable(problem), &[][..]),
        Ok(stream) => {
            let content = content(&stream).unwrap_or_else(|| {
                let problem = Problem::Java("are no checkpoint properties of a known form");
                PropertiesContent::Unreadable(FormatError::new(start, "properties", problem))
            });
            (content, cursor.rest())
        }
    };
    let length = bytes.len() - trailing.len();
    let bytes = bytes.get(..length).unwrap_or(bytes);
    let properties = Properties {
        bytes: Cow::Borrowed(bytes),
        content,
    };
    (properties, trailing)
}

fn content(stream: &Stream<'_>) -> Option<PropertiesContent> {
    let root = stream.root();
    if matches!(stream.value(root)?, Value::Null) {
        return Some(PropertiesContent::Null);
    }
    let kind = stream.field(root, "checkpointType")?;
    let text = |field| Some(stream.text(stream.field(kind, field)?)?.to_str());
    let name = text("name")?;
    let class = stream.class_name(kind)?.to_str();
    let snapshot = match class.rsplit('.').next()? {
        "CheckpointType" => SnapshotType::Checkpoint {
            full: name == "Full Checkpoint",
        },
        "SavepointType" => SnapshotType::Savepoint {
            format: match &*text("formatType")? {
                "CANONICAL" => SavepointFormat::Canonical,
                "NATIVE" => SavepointFormat::Native,
                _ => return None,
            },
            action: match &*text("postCheckpointAction")? {
                "NONE" => PostCheckpointAction::None,
                "SUSPEND" => PostCheckpointAction::Suspend,
                "TERMINATE" => PostCheckpointAction::Terminate,
                _ => return None,
            },
        },
        _ => return None,
    };
    let flag = |field| Some(stream.primitive(root, field)? != 0);
    Some(PropertiesContent::Known(CheckpointProperties {
        snapshot,
        forced: flag("forced")?,
        discard: Discard {
            cancelled: flag("discardCancelled")?,
            failed: flag("discardFailed")?,
            finished: flag("discardFinished")?,
            subsumed: flag("discardSubsumed")?,
            suspended: flag("discardSuspended")?,
        },
        unclaimed: flag("unclaimed")?,
    }))
}
