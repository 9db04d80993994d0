//! The grammar of Java object serialisation, walked and never executed: no class is looked up, no object made.
//!
//! A stream becomes a flat list of values that refer to each other by [`Id`]. Back references stay references, so a
//! few bytes cannot describe an enormous tree; depth and number of contents are limited.

use super::cursor::{Cursor, list};
use super::error::{FormatError, Problem};
use super::limits;
use super::text::Text;

type Result<T> = std::result::Result<T, FormatError>;

/// The first four bytes of a stream: magic number and version.
pub const MAGIC: [u8; 4] = [0xac, 0xed, 0x00, 0x05];

pub(super) const NULL: u8 = 0x70;
const REFERENCE: u8 = 0x71;
pub(super) const CLASS_DESCRIPTOR: u8 = 0x72;
pub(super) const OBJECT: u8 = 0x73;
pub(super) const STRING: u8 = 0x74;
const ARRAY: u8 = 0x75;
const CLASS: u8 = 0x76;
const BLOCK: u8 = 0x77;
pub(super) const END: u8 = 0x78;
const RESET: u8 = 0x79;
const LONG_BLOCK: u8 = 0x7a;
const LONG_STRING: u8 = 0x7c;
const PROXY_DESCRIPTOR: u8 = 0x7d;
pub(super) const ENUM: u8 = 0x7e;

const HAS_WRITE_METHOD: u8 = 0x01;
const SERIALIZABLE: u8 = 0x02;
const EXTERNALIZABLE: u8 = 0x04;
const BLOCK_DATA: u8 = 0x08;
const FIRST_HANDLE: i32 = 0x7e_0000;

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
    pub(super) fn read(cursor: &mut Cursor<'a>) -> Result<Self> {
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

struct Walker<'a> {
    cursor: Cursor<'a>,
    values: Vec<Value<'a>>,
    /// What each handle of the stream stands for.
    handles: Vec<Id>,
    contents: usize,
    depth: usize,
}

impl<'a> Walker<'a> {
    fn new(cursor: Cursor<'a>) -> Self {
        Walker {
            cursor,
            values: Vec::new(),
            handles: Vec::new(),
            contents: 0,
            depth: 0,
        }
    }

    fn problem(&self, field: &'static str, what: &'static str) -> FormatError {
        FormatError::new(self.cursor.offset(), field, Problem::Java(what))
    }

    fn add(&mut self, value: Value<'a>) -> Id {
        self.values.push(value);
        self.values.len() - 1
    }

    /// Adds a value that later contents can refer to.
    fn add_handle(&mut self, value: Value<'a>) -> Id {
        let id = self.add(value);
        self.handles.push(id);
        id
    }

    fn set(&mut self, id: Id, value: Value<'a>) {
        if let Some(slot) = self.values.get_mut(id) {
            *slot = value;
        }
    }

    /// The next content where an object is expected: no end of block data.
    fn object(&mut self, field: &'static str) -> Result<Id> {
        match self.content(field)? {
            Some(id) => Ok(id),
            None => Err(self.problem(field, "ends where an object is expected")),
        }
    }

    /// The next content; `None` at the end of block data.
    fn content(&mut self, field: &'static str) -> Result<Option<Id>> {
        if self.depth >= limits::JAVA_DEPTH {
            let limit = limits::JAVA_DEPTH;
            let at = self.cursor.offset();
            return Err(FormatError::new(at, field, Problem::TooDeep { limit }));
        }
        self.depth += 1;
        let content = self.tagged(field);
        self.depth -= 1;
        content
    }

    fn tagged(&mut self, field: &'static str) -> Result<Option<Id>> {
        loop {
            self.contents += 1;
            if self.contents > limits::JAVA_CONTENTS {
                return Err(self.problem(field, "has more contents than any real file"));
            }
            let at = self.cursor.offset();
            let id = match self.cursor.u8(field)? {
                END => return Ok(None),
                RESET => {
                    self.handles.clear();
                    continue;
                }
                NULL => self.add(Value::Null),
                REFERENCE => self.reference(field)?,
                CLASS_DESCRIPTOR => self.class_descriptor()?,
                PROXY_DESCRIPTOR => self.proxy_descriptor()?,
                OBJECT => self.new_object()?,
                STRING => {
                    let text = self.cursor.text("Java string")?;
                    self.add_handle(Value::String(text))
                }
                LONG_STRING => self.long_string()?,
                ARRAY => self.array()?,
                CLASS => {
                    self.class("Java class object")?;
                    self.add_handle(Value::Class)
                }
                BLOCK => {
                    let length = self.cursor.u8("Java block length")?;
                    let bytes = self.cursor.bytes("Java block", length.into())?;
                    self.add(Value::Block(bytes))
                }
                LONG_BLOCK => {
                    let length = self.length("Java block length")?;
                    let bytes = self.cursor.bytes("Java block", length)?;
                    self.add(Value::Block(bytes))
                }
                ENUM => {
                    self.class("Java enum class")?;
                    let id = self.add_handle(Value::Null);
                    let name = self.object("Java enum constant")?;
                    self.set(id, Value::Enum { name });
                    id
                }
                _ => {
                    let problem = Problem::Java("has an unknown tag");
                    return Err(FormatError::new(at, field, problem));
                }
            };
            return Ok(Some(id));
        }
    }

    fn length(&mut self, field: &'static str) -> Result<usize> {
        self.cursor
            .count(field, limits::BLOCK, limits::smallest::BYTE)
    }

    fn reference(&mut self, field: &'static str) -> Result<Id> {
        let handle = self.cursor.i32("Java back reference")?;
        let position = handle.checked_sub(FIRST_HANDLE);
        position
            .and_then(|position| usize::try_from(position).ok())
            .and_then(|position| self.handles.get(position).copied())
            .ok_or_else(|| self.problem(field, "refers to an object that is not there"))
    }

    fn long_string(&mut self) -> Result<Id> {
        let at = self.cursor.offset();
        let found = self.cursor.i64("Java string length")?;
        let length = usize::try_from(found).unwrap_or(usize::MAX);
        let text = self.cursor.text_of(at, "Java string", length)?;
        Ok(self.add_handle(Value::String(text)))
    }

    /// A class descriptor, or null.
    fn class(&mut self, field: &'static str) -> Result<Option<Id>> {
        let id = self.object(field)?;
        match self.values.get(id) {
            Some(Value::Descriptor(_)) => Ok(Some(id)),
            Some(Value::Null) => Ok(None),
            _ => Err(self.problem(field, "is no class descriptor")),
        }
    }

    fn class_descriptor(&mut self) -> Result<Id> {
        let name = self.cursor.text("Java class name")?;
        self.cursor.i64("Java serial version")?;
        let id = self.add_handle(Value::Descriptor(Box::new(Descriptor {
            name: name.clone(),
            ..Descriptor::default()
        })));
        let flags = self.cursor.u8("Java class flags")?;
        let count = usize::from(self.cursor.u16("Java field count")?);
        if count > limits::JAVA_FIELDS {
            return Err(self.problem("Java field count", "is more than any real class has"));
        }
        let fields = list(count, |_| self.field_descriptor())?;
        self.annotation("Java class annotation")?;
        let parent = self.class("Java superclass")?;
        self.set(
            id,
            Value::Descriptor(Box::new(Descriptor {
                name,
                flags,
                fields,
                parent,
            })),
        );
        Ok(id)
    }

    fn field_descriptor(&mut self) -> Result<Field<'a>> {
        let code = self.cursor.u8("Java field type")?;
        let name = self.cursor.text("Java field name")?;
        if matches!(code, b'L' | b'[') {
            self.object("Java field signature")?;
        }
        Ok(Field { code, name })
    }

    fn proxy_descriptor(&mut self) -> Result<Id> {
        let id = self.add_handle(Value::Descriptor(Box::new(Descriptor {
            flags: SERIALIZABLE,
            ..Descriptor::default()
        })));
        let count = self.cursor.count("Java interfaces", 65_535, 2)?;
        for _ in 0..count {
            self.cursor.text("Java interface name")?;
        }
        self.annotation("Java class annotation")?;
        let parent = self.class("Java superclass")?;
        let descriptor = Descriptor {
            flags: SERIALIZABLE,
            parent,
            ..Descriptor::default()
        };
        self.set(id, Value::Descriptor(Box::new(descriptor)));
        Ok(id)
    }

    /// Contents up to the end of block data.
    fn annotation(&mut self, field: &'static str) -> Result<Vec<Id>> {
        let mut contents = Vec::new();
        while let Some(id) = self.content(field)? {
            contents.push(id);
        }
        Ok(contents)
    }

    /// The classes of a hierarchy, the topmost first.
    fn hierarchy(&self, class: Id) -> Result<Vec<Id>> {
        let mut classes = Vec::new();
        let mut next = Some(class);
        while let Some(id) = next {
            if classes.len() >= limits::JAVA_DEPTH {
                return Err(self.problem("Java superclass", "is in a chain without end"));
            }
            classes.push(id);
            next = match self.values.get(id) {
                Some(Value::Descriptor(descriptor)) => descriptor.parent,
                _ => None,
            };
        }
        classes.reverse();
        Ok(classes)
    }

    fn new_object(&mut self) -> Result<Id> {
        let field = "Java object class";
        let Some(class) = self.class(field)? else {
            return Err(self.problem(field, "is null"));
        };
        let id = self.add_handle(Value::Null);
        let mut levels = Vec::new();
        for class in self.hierarchy(class)? {
            let level = self.level(class)?;
            if !level.fields.is_empty() || !level.annotation.is_empty() {
                levels.push(level);
            }
        }
        levels.shrink_to_fit();
        self.set(id, Value::Object { class, levels });
        Ok(id)
    }

    fn level(&mut self, class: Id) -> Result<Level> {
        let (flags, codes) = match self.values.get(class) {
            Some(Value::Descriptor(descriptor)) => {
                let codes: Vec<u8> = descriptor.fields.iter().map(|field| field.code).collect();
                (descriptor.flags, codes)
            }
            _ => (0, Vec::new()),
        };
        let mut level = Level {
            class,
            fields: Vec::new(),
            annotation: Vec::new(),
        };
        if flags & SERIALIZABLE != 0 {
            level
                .fields
                .reserve_exact(codes.len().min(self.cursor.rest().len()));
            for code in codes {
                level.fields.push(self.slot(code)?);
            }
            if flags & HAS_WRITE_METHOD != 0 {
                level.annotation = self.annotation("Java object annotation")?;
            }
        } else if flags & EXTERNALIZABLE != 0 {
            if flags & BLOCK_DATA == 0 {
                let what = "is in a form that only its class can delimit";
                return Err(self.problem("Java object", what));
            }
            level.annotation = self.annotation("Java object annotation")?;
        }
        Ok(level)
    }

    fn slot(&mut self, code: u8) -> Result<Slot> {
        let field = "Java field value";
        let c = &mut self.cursor;
        Ok(Slot::Primitive(match code {
            b'B' => i8::from_be_bytes(c.take(field)?).into(),
            b'C' => c.u16(field)?.into(),
            b'D' => c.i64(field)?,
            b'F' | b'I' => c.i32(field)?.into(),
            b'J' => c.i64(field)?,
            b'S' => i16::from_be_bytes(c.take(field)?).into(),
            b'Z' => (c.u8(field)? != 0).into(),
            b'L' | b'[' => return Ok(Slot::Object(self.object(field)?)),
            _ => return Err(self.problem(field, "is of an unknown type")),
        }))
    }

    fn array(&mut self) -> Result<Id> {
        let field = "Java array";
        let class = self.class(field)?;
        let id = self.add_handle(Value::Null);
        let element = class
            .and_then(|class| match self.values.get(class) {
                Some(Value::Descriptor(class)) => class.name.as_bytes().get(1).copied(),
                _ => None,
            })
            .unwrap_or_default();
        let width = match element {
            b'B' | b'Z' => 1,
            b'C' | b'S' => 2,
            b'F' | b'I' => 4,
            b'D' | b'J' => 8,
            b'L' | b'[' => {
                let length = self.length("Java array length")?;
                let items = list(length, |_| self.object("Java array element"))?;
                self.set(id, Value::Objects(items));
                return Ok(id);
            }
            _ => return Err(self.problem(field, "is of an unknown element type")),
        };
        let length = self
            .cursor
            .count("Java array length", limits::BLOCK, width)?;
        let bytes = self.cursor.bytes(field, length.saturating_mul(width))?;
        self.set(id, Value::Primitives(bytes));
        Ok(id)
    }
}
