//! The walk itself: one function for each structure of the grammar.

use super::{
    CLASS_DESCRIPTOR, Descriptor, END, ENUM, Field, Id, Level, NULL, OBJECT, Result, STRING, Slot,
    Value,
};
use crate::metadata::cursor::{Cursor, list};
use crate::metadata::error::{FormatError, Problem};
use crate::metadata::limits;

const REFERENCE: u8 = 0x71;
const ARRAY: u8 = 0x75;
const CLASS: u8 = 0x76;
const BLOCK: u8 = 0x77;
const RESET: u8 = 0x79;
const LONG_BLOCK: u8 = 0x7a;
const LONG_STRING: u8 = 0x7c;
const PROXY_DESCRIPTOR: u8 = 0x7d;

/// Flag of a class: it writes more than its fields.
const HAS_WRITE_METHOD: u8 = 0x01;
/// Flag of a class: its fields are in the stream.
const SERIALIZABLE: u8 = 0x02;
/// Flag of a class: it writes itself.
const EXTERNALIZABLE: u8 = 0x04;
/// Flag of a class that writes itself: in blocks, so that others can skip it.
const BLOCK_DATA: u8 = 0x08;
/// The first number that back references use.
const FIRST_HANDLE: i32 = 0x7e_0000;

/// Walks a stream behind its header.
pub(super) struct Walker<'a> {
    pub(super) cursor: Cursor<'a>,
    /// The values found so far.
    pub(super) values: Vec<Value<'a>>,
    /// What each handle of the stream stands for.
    handles: Vec<Id>,
    contents: usize,
    depth: usize,
}

impl<'a> Walker<'a> {
    pub(super) fn new(cursor: Cursor<'a>) -> Self {
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
    pub(super) fn object(&mut self, field: &'static str) -> Result<Id> {
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
    pub(super) fn class(&mut self, field: &'static str) -> Result<Option<Id>> {
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
        let mut fields = 0;
        for class in self.hierarchy(class)? {
            let level = self.level(class)?;
            fields += level.fields.len();
            if fields > limits::JAVA_FIELDS {
                return Err(self.problem(field, "has more fields than any real one"));
            }
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
