//! Reading big-endian values from bytes in memory, each named, each within bounds.

use super::error::{FormatError, Problem};
use super::text::Text;

type Result<T> = std::result::Result<T, FormatError>;

/// Big-endian values from bytes in memory, as Java's `DataOutput` writes them.
#[derive(Debug, Clone)]
pub struct Cursor<'a> {
    rest: &'a [u8],
    /// Where `rest` lies in the whole file, in bytes.
    offset: u64,
}

impl<'a> Cursor<'a> {
    /// A cursor over bytes that start at `offset` of the whole file.
    pub fn at(bytes: &'a [u8], offset: u64) -> Self {
        Cursor {
            rest: bytes,
            offset,
        }
    }

    /// Where the next byte lies in the whole file.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The bytes that have not been read.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn advance(&mut self, rest: &'a [u8], by: usize) {
        self.rest = rest;
        self.offset = self.offset.saturating_add(by as u64);
    }

    fn truncated(&self, field: &'static str, needed: usize) -> FormatError {
        let left = self.rest.len();
        FormatError::new(self.offset, field, Problem::Truncated { needed, left })
    }

    /// The next `N` bytes.
    pub fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N]> {
        let Some((head, rest)) = self.rest.split_first_chunk::<N>() else {
            return Err(self.truncated(field, N));
        };
        self.advance(rest, N);
        Ok(*head)
    }

    /// The next `length` bytes, in place.
    pub fn bytes(&mut self, field: &'static str, length: usize) -> Result<&'a [u8]> {
        let Some((head, rest)) = self.rest.split_at_checked(length) else {
            return Err(self.truncated(field, length));
        };
        self.advance(rest, length);
        Ok(head)
    }

    /// An unsigned byte.
    pub fn u8(&mut self, field: &'static str) -> Result<u8> {
        self.take(field).map(u8::from_be_bytes)
    }

    /// An unsigned 16-bit number.
    pub fn u16(&mut self, field: &'static str) -> Result<u16> {
        self.take(field).map(u16::from_be_bytes)
    }

    /// A signed 32-bit number.
    pub fn i32(&mut self, field: &'static str) -> Result<i32> {
        self.take(field).map(i32::from_be_bytes)
    }

    /// A signed 64-bit number.
    pub fn i64(&mut self, field: &'static str) -> Result<i64> {
        self.take(field).map(i64::from_be_bytes)
    }

    /// A signed 64-bit number of `least` or more; `expected` says so in words.
    pub fn i64_from(
        &mut self,
        field: &'static str,
        least: i64,
        expected: &'static str,
    ) -> Result<i64> {
        let at = self.offset;
        let found = self.i64(field)?;
        if found < least {
            return Err(FormatError::new(
                at,
                field,
                Problem::Value { found, expected },
            ));
        }
        Ok(found)
    }

    /// A size in bytes; -1 where the writer did not know it.
    pub fn size(&mut self, field: &'static str) -> Result<i64> {
        self.i64_from(field, -1, "a size in bytes, or -1 for an unknown one")
    }

    /// A 32-bit flag: 0 or 1.
    ///
    /// Flink takes every other number for 1 and writes none; here it is damage, and better noticed early.
    pub fn flag(&mut self, field: &'static str) -> Result<bool> {
        let at = self.offset;
        match self.i32(field)? {
            0 => Ok(false),
            1 => Ok(true),
            found => Err(FormatError::new(
                at,
                field,
                Problem::Value {
                    found: found.into(),
                    expected: "0 or 1",
                },
            )),
        }
    }

    /// A count in front of a list whose elements take `smallest` bytes or more, refused above `limit` and where the
    /// bytes left cannot hold that many.
    pub fn count(&mut self, field: &'static str, limit: usize, smallest: usize) -> Result<usize> {
        let at = self.offset;
        let found = self.i32(field)?;
        self.check_count(at, field, found, limit, smallest)
    }

    /// The same check for a count that has been read already.
    pub fn check_count(
        &self,
        at: u64,
        field: &'static str,
        found: i32,
        limit: usize,
        smallest: usize,
    ) -> Result<usize> {
        let left = self.rest.len();
        let Some(count) = usize::try_from(found).ok().filter(|n| *n <= limit) else {
            return Err(FormatError::new(at, field, Problem::Count { found, limit }));
        };
        if count.checked_mul(smallest).is_none_or(|bytes| bytes > left) {
            return Err(FormatError::new(
                at,
                field,
                Problem::BeyondEnd { found, left },
            ));
        }
        Ok(count)
    }

    /// Text in modified UTF-8 behind a 16-bit length.
    pub fn text(&mut self, field: &'static str) -> Result<Text<'a>> {
        let at = self.offset;
        let length = self.u16(field)?;
        self.text_of(at, field, length.into())
    }

    /// Text in modified UTF-8 of a length that has been read already, from a field that starts at `at`.
    pub fn text_of(&mut self, at: u64, field: &'static str, length: usize) -> Result<Text<'a>> {
        let bytes = self.bytes(field, length)?;
        Text::from_modified_utf8(bytes).ok_or_else(|| FormatError::new(at, field, Problem::Text))
    }
}

/// A list read element by element, reserved in steps rather than on the count's word: never more than doubled by what
/// has been read.
pub fn list<T>(count: usize, mut read: impl FnMut(usize) -> Result<T>) -> Result<Vec<T>> {
    let mut items = Vec::with_capacity(count.min(super::limits::PREALLOCATED));
    for i in 0..count {
        if items.len() == items.capacity() {
            items.reserve_exact((count - items.len()).min(items.len()));
        }
        items.push(read(i)?);
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_past_the_end_names_field_and_offset_and_takes_nothing() {
        let mut c = Cursor::at(&[1, 2, 3], 16);
        let err = c.i32("answer").unwrap_err();
        assert_eq!(
            err.to_string(),
            "answer at byte 0x10 takes 4 bytes, but the file ends after 3: it may be cut short"
        );
        assert!(err.is_truncation());
        assert_eq!(c.u8("byte").unwrap(), 1);
        assert_eq!(c.offset(), 17);
    }

    #[test]
    fn a_count_is_refused_when_negative_above_its_limit_or_beyond_the_end() {
        let count = |bytes: [u8; 4]| Cursor::at(&bytes, 0).count("things", 100, 8);
        let text = |bytes| count(bytes).unwrap_err().to_string();
        assert_eq!(
            text([0xff; 4]),
            "things at byte 0x0 is -1, expected 0 to 100"
        );
        assert_eq!(
            text([0, 0, 0, 101]),
            "things at byte 0x0 is 101, expected 0 to 100"
        );
        assert_eq!(
            text([0, 0, 0, 1]),
            "things at byte 0x0 is 1, more than the 0 bytes left can hold: the file may be cut short"
        );
        assert_eq!(count([0; 4]).unwrap(), 0);
    }
}
