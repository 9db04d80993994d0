//! Serializer snapshots: what a header says of the serializers of keys, namespaces and values.
//!
//! Snapshots have no length, so that one must be understood to get past it. What the catalogue does not know ends the
//! reading of a header, except within the frames of POJO and Kryo snapshots.

mod catalogue;

use catalogue::{Form, Outer};

use super::error::StateError;
use crate::metadata::Text;
use crate::metadata::cursor::{Cursor, list};
use crate::metadata::error::{FormatError, Problem};
use crate::metadata::java::Stream;

/// Snapshots within snapshots. Real ones have a handful.
const DEPTH: usize = 32;
/// Serializers nested in one: the fields of a tuple or row.
const NESTED: usize = 65_536;
/// Entries of a POJO's or Kryo's map, or constants of an enum.
const ENTRIES: usize = 1 << 20;
/// The fewest bytes of a versioned snapshot.
const SMALLEST: usize = 7;
/// Classes told that stand in frames and are unknown.
const OPAQUE: usize = 64;

const OUTER_MAGIC: i32 = 911_108;
const NESTED_MAGIC: i32 = 1_333_245;
const MAP_MAGIC: i64 = 0x0000_04f2_c69a_3d70;
/// In place of a version: written through the class hierarchy before Flink 1.7.
const LEGACY: i32 = 0x7a53_c4f0;

/// A serializer's snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot<'a> {
    /// The snapshot's class.
    pub class: Text<'a>,
    /// Its version.
    pub version: i32,
    /// The snapshots of serializers that it is composed of, as far as they are known.
    pub nested: Vec<Snapshot<'a>>,
}

/// A snapshot that is not in the catalogue: nothing behind it can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownSerializer {
    /// The snapshot's class.
    pub class: String,
    /// Its version.
    pub version: i32,
    /// Where it stands, in bytes from the start of the state.
    pub offset: u64,
}

/// Why reading a snapshot ended early.
pub(super) enum Stop {
    Unknown(UnknownSerializer),
    Error(StateError),
}

impl From<FormatError> for Stop {
    fn from(error: FormatError) -> Self {
        Stop::Error(error.into())
    }
}

impl From<StateError> for Stop {
    fn from(error: StateError) -> Self {
        Stop::Error(error)
    }
}

type Result<T> = std::result::Result<T, Stop>;

/// Reads snapshots one after another.
pub(super) struct Snapshots<'a, 'c> {
    pub(super) cursor: &'c mut Cursor<'a>,
    /// Classes in frames that are not in the catalogue.
    pub(super) opaque: &'c mut Vec<String>,
    depth: usize,
}

impl<'a, 'c> Snapshots<'a, 'c> {
    pub(super) fn new(cursor: &'c mut Cursor<'a>, opaque: &'c mut Vec<String>) -> Self {
        Snapshots {
            cursor,
            opaque,
            depth: 0,
        }
    }

    /// A snapshot behind the number of its form, as headers have it.
    pub(super) fn proxied(&mut self) -> Result<Snapshot<'a>> {
        self.expect("serializer snapshot form", 2, "2")?;
        self.versioned()
    }

    /// A snapshot behind its class and version, as other snapshots have it.
    fn versioned(&mut self) -> Result<Snapshot<'a>> {
        let at = self.cursor.offset();
        if self.depth >= DEPTH {
            let problem = Problem::TooDeep { limit: DEPTH };
            return Err(FormatError::new(at, "serializer snapshot", problem).into());
        }
        self.depth += 1;
        let class = self.cursor.text("serializer snapshot class")?;
        let mut version = self.cursor.i32("serializer snapshot version")?;
        if version == LEGACY {
            self.expect("legacy serializer version", 1, "1")?;
            self.block("legacy serializer")?;
            version = self.cursor.i32("serializer snapshot version")?;
        }
        let form = catalogue::form(&class.to_str());
        let nested = match form {
            Some(form) => self.payload(form, version)?,
            None => None,
        };
        self.depth -= 1;
        match nested {
            Some(nested) => Ok(Snapshot {
                class,
                version,
                nested,
            }),
            None => Err(unknown(at, &class, version)),
        }
    }

    /// What follows class and version: the nested snapshots, or `None` for a form that is not known.
    fn payload(&mut self, form: Form, version: i32) -> Result<Option<Vec<Snapshot<'a>>>> {
        let c = &mut self.cursor;
        match (form, version) {
            (Form::Simple, 3) => {}
            (Form::Simple, 2) | (Form::Text, 2) => {
                c.text("serializer class")?;
            }
            (Form::Enum, 2 | 3) => self.constants(false)?,
            (Form::ScalaEnum, 2 | 3) => self.constants(true)?,
            (Form::Composite(outer), 1..=3) => return self.composite(outer, version).map(Some),
            (Form::Pojo, 2) => return self.pojo().map(Some),
            (Form::Kryo, 2) => self.kryo()?,
            (Form::Avro, 1) => {
                c.text("Avro schema")?;
            }
            (Form::Avro, 2) => {
                c.text("Avro class")?;
                c.text("Avro schema")?;
            }
            (Form::Avro, 3) => {
                self.string("Avro class")?;
                self.string("Avro schema")?;
            }
            (Form::Numbers(count), 1..=3) => {
                for _ in 0..count {
                    c.i32("serializer parameter")?;
                }
            }
            (Form::Java(count), 3) => self.objects(count)?,
            (Form::RowData, 3) => {
                let fields = c.count("row fields", NESTED, 6)?;
                self.objects(fields)?;
                return self.nested().map(Some);
            }
            (Form::SortedMap, 3) => {
                self.objects(1)?;
                return self.nested().map(Some);
            }
            (Form::TtlAware, 1) => {
                c.u8("time to live switch")?;
                return Ok(Some(vec![self.versioned()?]));
            }
            _ => return Ok(None),
        }
        Ok(Some(Vec::new()))
    }

    fn composite(&mut self, outer: Outer, version: i32) -> Result<Vec<Snapshot<'a>>> {
        let outer_version = match version {
            3 => {
                self.expect("composite snapshot magic number", OUTER_MAGIC, "911108")?;
                self.cursor.i32("outer snapshot version")?
            }
            older => older,
        };
        let c = &mut self.cursor;
        match outer {
            Outer::Nothing => {}
            Outer::Text => {
                c.text("serializer parameter")?;
            }
            Outer::Number => {
                c.i32("serializer parameter")?;
            }
            Outer::FlagFrom(first) if outer_version >= first => {
                c.u8("serializer parameter")?;
            }
            Outer::FlagFrom(_) => {}
            Outer::External => {
                self.objects(1)?;
                self.cursor.u8("serializer parameter")?;
            }
        }
        self.nested()
    }

    /// The block of nested snapshots.
    fn nested(&mut self) -> Result<Vec<Snapshot<'a>>> {
        self.expect("nested serializers magic number", NESTED_MAGIC, "1333245")?;
        self.expect("nested serializers version", 1, "1")?;
        let count = self.cursor.count("nested serializers", NESTED, SMALLEST)?;
        let mut nested = Vec::with_capacity(count.min(16));
        for _ in 0..count {
            nested.push(self.versioned()?);
        }
        Ok(nested)
    }

    fn constants(&mut self, numbered: bool) -> Result<()> {
        self.cursor.text("enum class")?;
        let count = self.cursor.count("enum constants", ENTRIES, 2)?;
        for _ in 0..count {
            self.cursor.text("enum constant")?;
            if numbered {
                self.cursor.i32("enum constant's number")?;
            }
        }
        Ok(())
    }

    /// Snapshots of the fields, then of the subclasses that are known.
    fn pojo(&mut self) -> Result<Vec<Snapshot<'a>>> {
        self.cursor.text("POJO class")?;
        let mut nested = Vec::new();
        for field in ["POJO fields", "registered subclasses", "other subclasses"] {
            for (value, offset) in self.frames(field)? {
                let mut cursor = Cursor::at(value, offset);
                let mut inner = Snapshots {
                    cursor: &mut cursor,
                    opaque: &mut *self.opaque,
                    depth: self.depth,
                };
                match inner.versioned() {
                    Ok(snapshot) => nested.push(snapshot),
                    Err(Stop::Unknown(unknown)) => self.note(unknown.class),
                    Err(stop) => return Err(stop),
                }
            }
        }
        Ok(nested)
    }

    fn note(&mut self, class: String) {
        if self.opaque.len() < OPAQUE && !self.opaque.contains(&class) {
            self.opaque.push(class);
        }
    }

    fn kryo(&mut self) -> Result<()> {
        let class = self.cursor.text("generic type")?;
        self.note(format!("Kryo, {class}"));
        for field in [
            "Kryo registrations",
            "Kryo serializers",
            "Kryo serializer classes",
        ] {
            self.frames(field)?;
        }
        Ok(())
    }

    /// The values of a map whose keys and values have lengths, each with its offset; absent ones are left out.
    fn frames(&mut self, field: &'static str) -> Result<Vec<(&'a [u8], u64)>> {
        let c = &mut self.cursor;
        let at = c.offset();
        let magic = c.i64(field)?;
        if magic != MAP_MAGIC {
            let expected = "the magic number of a map";
            let found = magic;
            return Err(FormatError::new(at, field, Problem::Value { found, expected }).into());
        }
        let count = c.count(field, ENTRIES, 4)?;
        let entries = list(count, |_| {
            c.text(field)?;
            if c.u8(field)? != 0 {
                framed(c, field)?;
            }
            match c.u8(field)? {
                0 => Ok(None),
                _ => framed(c, field).map(Some),
            }
        })?;
        Ok(entries.into_iter().flatten().collect())
    }

    fn block(&mut self, field: &'static str) -> Result<()> {
        framed(self.cursor, field)?;
        Ok(())
    }

    fn objects(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            Stream::read(self.cursor)?;
        }
        Ok(())
    }

    /// A string as `StringSerializer` writes it.
    fn string(&mut self, field: &'static str) -> Result<()> {
        let units = self.varint(field)?.saturating_sub(1);
        for _ in 0..units {
            self.varint(field)?;
        }
        Ok(())
    }

    fn varint(&mut self, field: &'static str) -> Result<u64> {
        let mut number = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.cursor.u8(field)?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        Ok(number)
    }

    fn expect(&mut self, field: &'static str, value: i32, expected: &'static str) -> Result<()> {
        let at = self.cursor.offset();
        let found = self.cursor.i32(field)?;
        if found == value {
            return Ok(());
        }
        let found = found.into();
        Err(FormatError::new(at, field, Problem::Value { found, expected }).into())
    }
}

/// Bytes behind their length, and where they start.
fn framed<'a>(
    c: &mut Cursor<'a>,
    field: &'static str,
) -> std::result::Result<(&'a [u8], u64), FormatError> {
    let length = c.count(field, i32::MAX.unsigned_abs() as usize, 1)?;
    let at = c.offset();
    Ok((c.bytes(field, length)?, at))
}

/// A class that is not in the catalogue: a name that Java could have, or else the header is damaged.
fn unknown(offset: u64, class: &Text<'_>, version: i32) -> Stop {
    let name = class.to_str();
    let is_name = |part: &str| {
        let mut chars = part.chars();
        chars
            .next()
            .is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '$'))
            && chars.all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
    };
    if !name.split('.').all(is_name) {
        let what = "is no name of a class";
        return Stop::Error(StateError::damaged(
            offset,
            "serializer snapshot class",
            what,
        ));
    }
    Stop::Unknown(UnknownSerializer {
        class: name.into_owned(),
        version,
        offset,
    })
}
