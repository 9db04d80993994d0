//! Java's modified UTF-8, kept as it stands in the file.

use std::borrow::Cow;
use std::fmt;

/// Text in modified UTF-8, borrowed from the file where it was read.
///
/// The bytes are kept rather than decoded: a file then goes back exactly, whatever forms its writer chose, and a
/// million names cost no allocation. Equal bytes are equal texts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Text<'a>(Cow<'a, [u8]>);

impl<'a> Text<'a> {
    /// The text of these bytes if they are modified UTF-8 as Java reads it: forms of one to three bytes.
    pub fn from_modified_utf8(bytes: &'a [u8]) -> Option<Self> {
        is_modified_utf8(bytes).then_some(Text(Cow::Borrowed(bytes)))
    }

    /// The bytes in the file, without the length in front.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text in Rust's encoding. A surrogate without its pair, which Java allows, becomes U+FFFD.
    pub fn to_str(&self) -> Cow<'_, str> {
        match std::str::from_utf8(&self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => {
                let units = char::decode_utf16(Utf16Units(&self.0));
                Cow::Owned(
                    units
                        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
                        .collect(),
                )
            }
        }
    }

    /// What stands behind the last `separator`, an ASCII character; all of it where there is none.
    pub(super) fn after_last(&self, separator: u8) -> Text<'a> {
        let after = |bytes: &[u8]| {
            let position = bytes.iter().rposition(|b| *b == separator);
            position.map_or(0, |position| position + 1)
        };
        Text(match &self.0 {
            Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(after(bytes)..).unwrap_or_default()),
            Cow::Owned(bytes) => Cow::Owned(bytes.get(after(bytes)..).unwrap_or_default().to_vec()),
        })
    }

    /// The same text with bytes of its own.
    pub fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }
}

impl<'a> From<&'a str> for Text<'a> {
    fn from(text: &'a str) -> Self {
        let same = text.bytes().all(|b| b != 0 && b < 0xf0);
        if same {
            return Text(Cow::Borrowed(text.as_bytes()));
        }
        let mut bytes = Vec::with_capacity(text.len());
        for c in text.chars() {
            push_modified(&mut bytes, c);
        }
        Text(Cow::Owned(bytes))
    }
}

impl From<String> for Text<'static> {
    fn from(text: String) -> Self {
        Text::from(text.as_str()).into_owned()
    }
}

fn push_modified(bytes: &mut Vec<u8>, c: char) {
    if c == '\0' {
        bytes.extend([0xc0, 0x80]);
        return;
    }
    if c.len_utf8() < 4 {
        bytes.extend(c.encode_utf8(&mut [0; 4]).bytes());
        return;
    }
    for unit in c.encode_utf16(&mut [0; 2]) {
        let [high, low] = unit.to_be_bytes();
        bytes.push(0xe0 | (high >> 4));
        bytes.push(0x80 | ((high & 0x0f) << 2) | (low >> 6));
        bytes.push(0x80 | (low & 0x3f));
    }
}

impl PartialEq<str> for Text<'_> {
    fn eq(&self, other: &str) -> bool {
        self.to_str() == other
    }
}

impl PartialEq<&str> for Text<'_> {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.to_str())
    }
}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.to_str(), f)
    }
}

fn is_modified_utf8(bytes: &[u8]) -> bool {
    if bytes.is_ascii() {
        return true;
    }
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return true,
            [0x00..=0x7f, rest @ ..]
            | [0xc0..=0xdf, 0x80..=0xbf, rest @ ..]
            | [0xe0..=0xef, 0x80..=0xbf, 0x80..=0xbf, rest @ ..] => rest,
            _ => return false,
        };
    }
}

/// The UTF-16 units of modified UTF-8; stops at bytes that are not.
struct Utf16Units<'a>(&'a [u8]);

impl Iterator for Utf16Units<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let low = |b: u8| u16::from(b & 0x3f);
        let (unit, rest) = match self.0 {
            [a @ 0x00..=0x7f, rest @ ..] => (u16::from(*a), rest),
            [a @ 0xc0..=0xdf, b, rest @ ..] => ((u16::from(a & 0x1f) << 6) | low(*b), rest),
            [a @ 0xe0..=0xef, b, c, rest @ ..] => {
                ((u16::from(a & 0x0f) << 12) | (low(*b) << 6) | low(*c), rest)
            }
            _ => return None,
        };
        self.0 = rest;
        Some(unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VECTOR: &[u8] = b"a\xc0\x80\xc3\xa9\xe9\x94\xae\xed\xa0\xbd\xed\xb8\x80";

    #[test]
    fn nul_and_characters_beyond_the_basic_plane_have_javas_form() {
        let text = Text::from("a\0é键\u{1f600}");
        assert_eq!(text.as_bytes(), VECTOR);
        assert_eq!(
            Text::from_modified_utf8(VECTOR).unwrap().to_str(),
            "a\0é键\u{1f600}"
        );
    }

    #[test]
    fn a_lone_surrogate_is_text_shown_as_a_replacement() {
        let text = Text::from_modified_utf8(b"x\xed\xa0\xbdy").unwrap();
        assert_eq!(text.to_str(), "x\u{fffd}y");
        assert_eq!(text.as_bytes(), b"x\xed\xa0\xbdy");
    }

    #[test]
    fn bytes_that_java_refuses_are_no_text() {
        for bytes in [
            &b"\x80"[..],
            b"\xc3",
            b"\xc3\x28",
            b"\xe9\x94",
            b"\xf0\x9f\x98\x80",
            b"\xff",
        ] {
            assert_eq!(Text::from_modified_utf8(bytes), None, "{bytes:x?}");
        }
    }
}
