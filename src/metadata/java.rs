//! The grammar of Java object serialisation, walked and never executed: no class is looked up, no object made.
//!
//! A stream becomes a flat list of values that refer to each other by [`Id`]. Back references stay references, so a
//! few bytes cannot describe an enormous tree; depth and number of contents are limited.

mod walk;

use walk::Walker;

use super::cursor::Cursor;
use super::error::{FormatError, Problem};
use super::text::Text;

type Result<T> = std::result::Result<T, FormatError>;

/// The first four bytes of a stream: magic number and version.
pub const MAGIC: [u8; 4] = [0xac, 0xed, 0x00, 0x05];

pub(super) const NULL: u8 = 0x70;
pub(super) const CLASS_DESCRIPTOR: u8 = 0x72;
pub(super) const OBJECT: u8 = 0x73;
pub(super) const STRING: u8 = 0x74;
pub(super) const END: u8 = 0x78;
pub(super) const ENUM: u8 = 0x7e;

/// A value's position in its [`Stream`].
pub type Id = usize;

/// A stream's first content and all that it refers to.
#[derive(Debug)]
pub struct Stream<'a> {
    values: Vec<Value<'a>>,
    root: Id,
}

/// One value.
#[derive(Debug)]
pub enum Value<'a> {
    /// No object.
    Null,
    /// A string.
    String(Text<'a>),
    /// A class descriptor.
    Descriptor(Box<Descriptor<'a>>),
    /// An object: its class levels from the topmost superclass down.
    Object {
        /// Its class descriptor.
        class: Id,
        /// The data of each level.
        levels: Vec<Level>,
    },
    /// An array of primitive values.
    Primitives(&'a [u8]),
    /// An array of objects.
    Objects(Vec<Id>),
    /// A class itself.
    Class,
    /// An enum constant; its name is a string.
    Enum {
        /// The name's value.
        name: Id,
    },
    /// Bytes that a class wrote itself.
    Block(&'a [u8]),
}

/// What one class of an object's hierarchy wrote.
#[derive(Debug)]
pub struct Level {
    /// The class descriptor.
    class: Id,
    /// The fields' values, in the descriptor's order.
    fields: Vec<Slot>,
    /// What the class wrote by a method of its own.
    annotation: Vec<Id>,
}

/// The value of a field.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Primitive(i64),
    Object(Id),
}

/// A class descriptor.
#[derive(Debug, Default)]
pub struct Descriptor<'a> {
    name: Text<'a>,
    flags: u8,
    fields: Vec<Field<'a>>,
    parent: Option<Id>,
}

#[derive(Debug)]
struct Field<'a> {
    code: u8,
    name: Text<'a>,
}

impl<'a> Stream<'a> {
    /// Walks the stream at the start of these bytes; and how many bytes it takes.
    ///
    /// # Errors
    ///
    /// What is cut short, not in the grammar, or beyond the limits of depth and number.
    pub fn walk(bytes: &'a [u8]) -> Result<(Self, usize)> {
        let mut cursor = Cursor::at(bytes, 0);
        let stream = Self::read(&mut cursor)?;
        Ok((stream, bytes.len() - cursor.rest().len()))
    }

    /// Reads the header and the first content. The cursor then stands behind it.
    pub(crate) fn read(cursor: &mut Cursor<'a>) -> Result<Self> {
        let at = cursor.offset();
        if cursor.take::<4>("Java stream header")? != MAGIC {
            let problem = Problem::Java("is not ac ed 00 05");
            return Err(FormatError::new(at, "Java stream header", problem));
        }
        let mut walker = Walker::new(cursor.clone());
        let root = walker.object("Java object")?;
        *cursor = walker.cursor;
        Ok(Stream {
            values: walker.values,
            root,
        })
    }

    /// The names of the fields of the first object's own class, where there is one; the rest is not looked at.
    pub fn first_class(bytes: &'a [u8]) -> Option<(Text<'a>, Vec<Text<'a>>)> {
        let class = bytes.strip_prefix(&MAGIC)?.strip_prefix(&[OBJECT])?;
        let mut walker = Walker::new(Cursor::at(class, 5));
        walker.class("Java class").ok()??;
        let first = walker.values.into_iter().next()?;
        let Value::Descriptor(descriptor) = first else {
            return None;
        };
        let fields = descriptor.fields.into_iter().map(|field| field.name);
        Some((descriptor.name, fields.collect()))
    }

    /// How many values there are: every id is below.
    pub fn values(&self) -> usize {
        self.values.len()
    }

    /// The first content.
    pub fn root(&self) -> Id {
        self.root
    }

    /// The value with this id.
    pub fn value(&self, id: Id) -> Option<&Value<'a>> {
        self.values.get(id)
    }

    fn descriptor(&self, id: Id) -> Option<&Descriptor<'a>> {
        match self.value(id)? {
            Value::Descriptor(descriptor) => Some(descriptor),
            _ => None,
        }
    }

    /// The name of an object's own class.
    pub fn class_name(&self, object: Id) -> Option<&Text<'a>> {
        match self.value(object)? {
            Value::Object { class, .. } => self.descriptor(*class).map(|class| &class.name),
            _ => None,
        }
    }

    fn slot(&self, object: Id, name: &str) -> Option<Slot> {
        let Value::Object { levels, .. } = self.value(object)? else {
            return None;
        };
        levels.iter().find_map(|level| {
            let fields = &self.descriptor(level.class)?.fields;
            let position = fields
                .iter()
                .position(|field| field.name.as_bytes() == name.as_bytes())?;
            level.fields.get(position).copied()
        })
    }

    /// The value of an object's field, whichever class of its hierarchy declares it; `None` where it is null too.
    pub fn field(&self, object: Id, name: &str) -> Option<Id> {
        match self.slot(object, name)? {
            Slot::Object(id) if !matches!(self.value(id)?, Value::Null) => Some(id),
            _ => None,
        }
    }

    /// The value of an object's primitive field: integers sign-extended, booleans 0 or 1, floats as their bits.
    pub fn primitive(&self, object: Id, name: &str) -> Option<i64> {
        match self.slot(object, name)? {
            Slot::Primitive(value) => Some(value),
            Slot::Object(_) => None,
        }
    }

    /// The text of a string, or an enum constant's name.
    pub fn text(&self, id: Id) -> Option<&Text<'a>> {
        match self.value(id)? {
            Value::String(text) => Some(text),
            Value::Enum { name } => match self.value(*name)? {
                Value::String(text) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// What the classes of an object wrote by methods of their own, all levels together.
    pub fn annotations(&self, object: Id) -> impl Iterator<Item = Id> + '_ {
        let levels = match self.value(object) {
            Some(Value::Object { levels, .. }) => levels.as_slice(),
            _ => &[],
        };
        levels.iter().flat_map(|level| &level.annotation).copied()
    }
}
