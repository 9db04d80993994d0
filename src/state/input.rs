//! Reading forward through a state's data, plain or compressed, with a buffer of bounded size.

use std::io::{self, Read};

use snap::read::FrameDecoder;

use super::error::StateError;
use super::read_at::ReadAt;
use crate::metadata::error::{FormatError, Problem};

type Result<T> = std::result::Result<T, StateError>;

/// What a Snappy stream begins with.
pub(super) const STREAM_IDENTIFIER: [u8; 10] = *b"\xff\x06\x00\x00sNaPpY";
/// Bytes asked for at first, in the hope that they are all that is needed.
const FIRST: usize = 16 * 1024;
/// Bytes asked for once much has been read.
const MOST: usize = 1024 * 1024;

/// Bytes of a state from one position to another.
struct Span<'r> {
    file: &'r dyn ReadAt,
    position: u64,
    end: u64,
}

impl Read for Span<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let length = left.min(into.len());
        let into = into.get_mut(..length).unwrap_or_default();
        let read = self.file.read_at(self.position, into)?;
        self.position += read as u64;
        Ok(read)
    }
}

/// Where the bytes come from.
enum Source<'r> {
    Plain(Span<'r>),
    Snappy(Box<FrameDecoder<io::Chain<&'static [u8], io::BufReader<Span<'r>>>>>),
}

/// A state's data, read forward.
pub(super) struct Input<'r> {
    source: Source<'r>,
    buffer: Vec<u8>,
    /// The first byte of `buffer` that has not been taken.
    taken: usize,
    /// Where that byte is; of compressed data, where these start.
    offset: u64,
    /// Bytes taken so far, of compressed data after decompression.
    consumed: u64,
    ask: usize,
}

impl<'r> Input<'r> {
    fn of(source: Source<'r>, offset: u64) -> Self {
        Input {
            source,
            buffer: Vec::new(),
            taken: 0,
            offset,
            consumed: 0,
            ask: FIRST,
        }
    }

    /// The bytes from `start` to `end` as they are.
    pub(super) fn plain(file: &'r dyn ReadAt, start: u64, end: u64) -> Self {
        let span = Span {
            file,
            position: start,
            end,
        };
        Input::of(Source::Plain(span), start)
    }

    /// What the Snappy frames from `start` to `end` hold; `continued` where no stream identifier stands at the start.
    pub(super) fn snappy(file: &'r dyn ReadAt, start: u64, end: u64, continued: bool) -> Self {
        let span = Span {
            file,
            position: start,
            end,
        };
        let before: &'static [u8] = if continued { &STREAM_IDENTIFIER } else { &[] };
        let frames = before.chain(io::BufReader::with_capacity(FIRST, span));
        Input::of(Source::Snappy(Box::new(FrameDecoder::new(frames))), start)
    }

    /// Where the next byte is; of compressed data, where these start.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// How many bytes have been taken, of compressed data after decompression.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    fn ahead(&self) -> &[u8] {
        self.buffer.get(self.taken..).unwrap_or_default()
    }

    fn advance(&mut self, by: usize) {
        self.taken += by;
        self.consumed += by as u64;
        if let Source::Plain(_) = self.source {
            self.offset += by as u64;
        }
    }

    fn truncated(&self, field: &'static str, needed: usize) -> StateError {
        let left = self.ahead().len();
        FormatError::new(self.offset, field, Problem::Truncated { needed, left }).into()
    }

    /// Reads more bytes; `false` at the end.
    fn fill(&mut self) -> Result<bool> {
        self.buffer.drain(..self.taken.min(self.buffer.len()));
        self.taken = 0;
        let have = self.buffer.len();
        let ask = self.ask;
        self.ask = (ask * 2).min(MOST);
        self.buffer.resize(have + ask, 0);
        let into = self.buffer.get_mut(have..).unwrap_or_default();
        let read = loop {
            let read = match &mut self.source {
                Source::Plain(span) => span.read(into),
                Source::Snappy(frames) => frames.read(into),
            };
            match read {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.buffer.truncate(have + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(read) => Ok(read > 0),
            Err(source) => Err(self.failed(source)),
        }
    }

    fn failed(&self, source: io::Error) -> StateError {
        let offset = self.offset;
        let snappy = source
            .get_ref()
            .and_then(|error| error.downcast_ref::<snap::Error>());
        if let Some(error) = snappy {
            return StateError::damaged(offset, "compressed data", format!("is damaged: {error}"));
        }
        if source.kind() == io::ErrorKind::UnexpectedEof {
            return StateError::damaged(
                offset,
                "compressed data",
                "ends within a chunk: it may be cut short",
            );
        }
        StateError::Io { offset, source }
    }

    /// Has `needed` bytes ready, and no more memory than the state really has.
    fn ready(&mut self, field: &'static str, needed: usize) -> Result<()> {
        while self.ahead().len() < needed {
            if !self.fill()? {
                return Err(self.truncated(field, needed));
            }
        }
        Ok(())
    }

    /// Whether nothing is left.
    pub(super) fn at_end(&mut self) -> Result<bool> {
        Ok(self.ahead().is_empty() && !self.fill()?)
    }

    /// The next `N` bytes.
    pub(super) fn take<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N]> {
        self.ready(field, N)?;
        let Some(head) = self.ahead().first_chunk::<N>().copied() else {
            return Err(self.truncated(field, N));
        };
        self.advance(N);
        Ok(head)
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8> {
        self.take(field).map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16> {
        self.take(field).map(u16::from_be_bytes)
    }

    pub(super) fn i32(&mut self, field: &'static str) -> Result<i32> {
        self.take(field).map(i32::from_be_bytes)
    }

    pub(super) fn i64(&mut self, field: &'static str) -> Result<i64> {
        self.take(field).map(i64::from_be_bytes)
    }

    /// A length or count: 0 or more.
    pub(super) fn length(&mut self, field: &'static str) -> Result<u32> {
        let at = self.offset;
        let found = self.i32(field)?;
        u32::try_from(found).map_err(|_| {
            let limit = i32::MAX.unsigned_abs() as usize;
            FormatError::new(at, field, Problem::Count { found, limit }).into()
        })
    }

    /// Passes over bytes.
    pub(super) fn skip(&mut self, field: &'static str, bytes: u64) -> Result<()> {
        let mut left = bytes;
        loop {
            let here = self.ahead().len();
            let now = usize::try_from(left).unwrap_or(usize::MAX).min(here);
            self.advance(now);
            left -= now as u64;
            if left == 0 {
                return Ok(());
            }
            if !self.jump(&mut left) && !self.fill()? {
                let needed = usize::try_from(left).unwrap_or(usize::MAX);
                return Err(self.truncated(field, needed));
            }
        }
    }

    /// Passes over bytes that have not been fetched and need not be: all but the last of `left`.
    fn jump(&mut self, left: &mut u64) -> bool {
        let Source::Plain(span) = &mut self.source else {
            return false;
        };
        let far = (*left - 1).min(span.end.saturating_sub(span.position));
        if far < MOST as u64 {
            return false;
        }
        span.position += far;
        self.offset += far;
        self.consumed += far;
        *left -= far;
        true
    }

    /// A variable-length number of at most 32 bits: seven bits a byte, the low ones first.
    pub(super) fn varint(&mut self, field: &'static str) -> Result<u32> {
        let at = self.offset;
        let mut number = 0u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.u8(field)?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(number).map_err(|_| too_long(at, field));
            }
        }
        Err(too_long(at, field))
    }

    /// A string as Flink's `StringSerializer` writes it, into `text`.
    pub(super) fn text(&mut self, field: &'static str, text: &mut String) -> Result<()> {
        text.clear();
        let at = self.offset;
        let Some(mut units) = self.varint(field)?.checked_sub(1) else {
            return Err(StateError::damaged(at, field, "is null"));
        };
        while units > 0 {
            units -= self.ascii(field, units, text)?;
            if units > 0 && self.ahead().first().is_some_and(|byte| !byte.is_ascii()) {
                units -= self.character(units, at, field, text)?;
            }
        }
        Ok(())
    }

    /// The ASCII characters that are next, at most `most` and as far as bytes are ready; how many.
    fn ascii(&mut self, field: &'static str, most: u32, text: &mut String) -> Result<u32> {
        self.ready(field, 1)?;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let ahead = self.ahead();
        let ahead = ahead.get(..most.min(ahead.len())).unwrap_or_default();
        let run = ahead.iter().take_while(|byte| byte.is_ascii()).count();
        let ascii = ahead.get(..run).unwrap_or_default();
        text.push_str(std::str::from_utf8(ascii).unwrap_or_default());
        self.advance(run);
        Ok(u32::try_from(run).unwrap_or(u32::MAX))
    }

    /// One character of one or two units, of `left` that are left; how many.
    fn character(
        &mut self,
        left: u32,
        start: u64,
        field: &'static str,
        text: &mut String,
    ) -> Result<u32> {
        let first = self.unit(field)?;
        let paired = (0xd800..0xdc00).contains(&first) && left > 1;
        let second = if paired {
            Some(self.unit(field)?)
        } else {
            None
        };
        let mut decoded = char::decode_utf16([first].into_iter().chain(second));
        match (decoded.next(), decoded.next()) {
            (Some(Ok(character)), None) => text.push(character),
            _ => {
                let what = "has half of a surrogate pair, which is no character";
                return Err(StateError::damaged(start, field, what));
            }
        }
        Ok(if paired { 2 } else { 1 })
    }

    fn unit(&mut self, field: &'static str) -> Result<u16> {
        let at = self.offset;
        let unit = self.varint(field)?;
        u16::try_from(unit)
            .map_err(|_| StateError::damaged(at, field, "has no UTF-16 unit where one is expected"))
    }
}

fn too_long(offset: u64, field: &'static str) -> StateError {
    StateError::damaged(offset, field, "is a number of more than 32 bits")
}
