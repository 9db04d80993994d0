//! What a subtask's Java-serialised state of Flink 1.0 and 1.1 holds: which operator of the chain, which kind of
//! state, and where its bytes are.

use std::borrow::Cow;

use super::cursor::Cursor;
use super::error::{FormatError, Problem};
use super::java::{Id, Stream, Value};
use super::sizes::{Part, Storage};
use super::text::Text;

/// The Java-serialised state of one subtask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JavaState<'a> {
    /// The stream itself, opaque to all but this module.
    pub blob: Cow<'a, [u8]>,
    /// Bytes, as the job manager recorded them.
    pub state_size: i64,
    /// The states found within, in the stream's order: the end of the chain first.
    pub states: Vec<JavaOperatorState<'a>>,
    /// Why the stream could not be walked; `states` is empty then.
    pub problem: Option<FormatError>,
}

/// One state of one operator of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JavaOperatorState<'a> {
    /// The operator's position: 0 is the end of the chain, the last one its head.
    pub position: usize,
    /// Which state of the operator.
    pub role: JavaRole<'a>,
    /// The class of the state object, without its package.
    pub class: Text<'a>,
    /// Where its bytes are.
    pub parts: Vec<JavaPart<'a>>,
}

/// Which state of an operator it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JavaRole<'a> {
    /// Of the user's function, by the `Checkpointed` interface.
    Function,
    /// Of the operator itself.
    Operator,
    /// Keyed state of this name.
    KeyValue(Text<'a>),
}

/// Where bytes of a Java-serialised state are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JavaPart<'a> {
    /// In the stream.
    Inline {
        /// Bytes.
        size: i64,
    },
    /// In a file.
    File {
        /// A URI.
        path: Text<'a>,
        /// Bytes; -1 where it is not recorded, as usual.
        size: i64,
    },
    /// In a directory: a copy of a RocksDB instance.
    Directory {
        /// A URI.
        path: Text<'a>,
    },
}

impl JavaState<'_> {
    /// Shows every stream of the state. Directories are no streams.
    pub fn parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        for state in &self.states {
            state.parts(visitor);
        }
    }
}

impl JavaOperatorState<'_> {
    /// Shows every stream of the state. Directories are no streams.
    pub fn parts<'m>(&'m self, visitor: &mut dyn FnMut(Part<'m>)) {
        for part in &self.parts {
            match part {
                JavaPart::Inline { size } => visitor(Part {
                    storage: Storage::Inline,
                    size: *size,
                }),
                JavaPart::File { path, size } => visitor(Part {
                    storage: Storage::File(path),
                    size: *size,
                }),
                JavaPart::Directory { .. } => {}
            }
        }
    }

    /// Directories in which the state is.
    pub fn directories(&self) -> impl Iterator<Item = &Text<'_>> {
        self.parts.iter().filter_map(|part| match part {
            JavaPart::Directory { path } => Some(path),
            JavaPart::Inline { .. } | JavaPart::File { .. } => None,
        })
    }

    /// Bytes of the parts whose size is recorded.
    pub fn known_size(&self) -> i64 {
        let mut known = 0_i64;
        self.parts(&mut |part| known = known.wrapping_add(part.size.max(0)));
        known
    }
}

/// The state in a Java serialisation stream that starts at `offset` of the file.
///
/// A stream that cannot be walked is no reason to refuse the file: its bytes are delimited from outside.
pub(super) fn read(blob: &[u8], offset: u64, state_size: i64) -> JavaState<'_> {
    let walked = Stream::read(&mut Cursor::at(blob, offset)).and_then(|stream| {
        states(&stream).ok_or_else(|| {
            let problem = Problem::Java("is no list of stream task states");
            FormatError::new(offset, "Java state", problem)
        })
    });
    let (states, problem) = match walked {
        Ok(states) => (states, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    JavaState {
        blob: Cow::Borrowed(blob),
        state_size,
        states,
        problem,
    }
}

/// Objects that have been looked into. Each is once: references could otherwise make a tree without end.
struct Seen(Vec<bool>);

impl Seen {
    fn is_new(&mut self, id: Id) -> bool {
        self.0
            .get_mut(id)
            .is_some_and(|seen| !std::mem::replace(seen, true))
    }
}

fn states<'a>(stream: &Stream<'a>) -> Option<Vec<JavaOperatorState<'a>>> {
    let Value::Objects(chain) = stream.value(stream.field(stream.root(), "states")?)? else {
        return None;
    };
    let mut seen = Seen(vec![false; stream.values()]);
    let mut maps = Seen(vec![false; stream.values()]);
    let mut found = Vec::new();
    for (position, operator) in chain.iter().enumerate() {
        if !seen.is_new(*operator) {
            continue;
        }
        let mut add = |role, state| {
            let parts = parts_of(stream, state, &mut seen);
            let class = stream.class_name(state).map(|class| class.after_last(b'.'));
            found.push(JavaOperatorState {
                position,
                role,
                class: class.unwrap_or_default(),
                parts,
            });
        };
        if let Some(state) = stream.field(*operator, "functionState") {
            add(JavaRole::Function, state);
        }
        if let Some(state) = stream.field(*operator, "operatorState") {
            add(JavaRole::Operator, state);
        }
        if let Some(map) = stream
            .field(*operator, "kvStates")
            .filter(|map| maps.is_new(*map))
        {
            for (name, state) in entries(stream, map) {
                add(JavaRole::KeyValue(name), state);
            }
        }
    }
    Some(found)
}

/// The entries of a `java.util.HashMap` with strings as keys: a block of sizes, then key and value in turn.
fn entries<'s, 'a>(
    stream: &'s Stream<'a>,
    map: Id,
) -> impl Iterator<Item = (Text<'a>, Id)> + use<'s, 'a> {
    let mut contents = stream
        .annotations(map)
        .filter(|id| !matches!(stream.value(*id), Some(Value::Block(_))));
    std::iter::from_fn(move || {
        let key = contents.next()?;
        let value = contents.next()?;
        Some((stream.text(key).cloned().unwrap_or_default(), value))
    })
}

/// Finds the bytes of a state object: by the fields of Flink's own classes, following its wrappers.
fn parts_of<'a>(stream: &Stream<'a>, state: Id, seen: &mut Seen) -> Vec<JavaPart<'a>> {
    let mut parts = Vec::new();
    let mut objects = vec![state];
    while let Some(object) = objects.pop() {
        if !seen.is_new(object) {
            continue;
        }
        for name in ["serializedData", "data"] {
            let array = stream.field(object, name).and_then(|id| stream.value(id));
            if let Some(Value::Primitives(bytes)) = array {
                let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
                parts.push(JavaPart::Inline { size });
            }
        }
        let uri_in = |name| uri(stream, stream.field(object, name)?);
        if let Some(path) = uri_in("filePath") {
            let size = stream.primitive(object, "stateSize").unwrap_or(-1);
            parts.push(JavaPart::File { path, size });
        }
        if let Some(path) = uri_in("backupUri") {
            parts.push(JavaPart::Directory { path });
        }
        let wrappers = ["stream", "stateHandle", "state"];
        objects.extend(
            wrappers
                .iter()
                .filter_map(|name| stream.field(object, name)),
        );
    }
    parts
}

/// The text of a `java.net.URI`, or of a path that wraps one.
fn uri<'a>(stream: &Stream<'a>, object: Id) -> Option<Text<'a>> {
    let uri = stream.field(object, "uri").unwrap_or(object);
    stream.text(stream.field(uri, "string")?).cloned()
}
